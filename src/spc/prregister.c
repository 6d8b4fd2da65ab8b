/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * REGISTER, REGISTER AND IGNORE EXISTING KEY, REGISTER AND MOVE: for which I_T
 * nexuses, and the TransportIDs that name them (SPC-5 5.13.7, 5.13.8).
 */
#include "spc/pr.h"

#if SEMU_WITH_PR

/* Not in line, where frames would add up: a controller has little stack. */
#define APART __attribute__((noinline))

enum { APTPL = 0x01, ALL_TG_PT = 0x04, SPEC_I_PT = 0x08 }; /* byte 20 */
enum { FLAGS_AT = 20, SA_KEY_AT = 8, TIDS_AT = 28 };
enum { MOVE_FLAGS_AT = 17, UNREG = 0x02, PORT_AT = 18, MOVE_TID_AT = 24 };

/* The target ports for which the command's initiator port registers: its own,
 * then with ALL_TG_PT the others. *k: 0 at first; 0 ends. */
static uint16_t next_port(const struct scsiemu_cmd *c, uint32_t *k)
{
	const struct scsiemu_device *d = scsiemu_cmd_lu(c)->dev;
	uint16_t own = semu_nexus_port_id(semu_ctx(c)->nexus);

	if (!(*k)++)
		return own;
	if (!(c->scratch[FLAGS_AT] & ALL_TG_PT))
		return 0;
	while (*k - 2 < d->nports && d->ports[*k - 2].id == own)
		(*k)++;
	return *k - 2 < d->nports ? d->ports[*k - 2].id : 0;
}

static int no_room(struct scsiemu_cmd *c)
{
	return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
			    SCSIEMU_ASC_REGISTRATION_RESOURCES);
}

static bool ignores_key(const struct scsiemu_cmd *c)
{
	return (c->cdb[1] & 0x1f) == SCSIEMU_SA_REGISTER_AND_IGNORE;
}

/* One I_T nexus of the caller's: registered, or with another key, or not any
 * more. */
static APART int take_own(struct scsiemu_cmd *c, uint16_t port, uint64_t key)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_tid_ref t = semu_nexus_tid(lu, semu_ctx(c)->nexus);
	uint32_t i = semu_reg_find(lu, t, port);

	if (!i) {
		if (key && !semu_reg_add(lu, t, port, key))
			return no_room(c);
		return SCSIEMU_FINISHED;
	}
	if (!ignores_key(c) && semu_reg(lu, i)->key != semu_be64(c->scratch))
		return scsiemu_fail_status(c, SCSIEMU_RESERVATION_CONFLICT);
	semu_reg(lu, i)->mark = key ? SEMU_REG_REKEY : SEMU_REG_DOOMED;
	return SCSIEMU_FINISHED;
}

/* Another initiator port, for all target ports concerned; must not be
 * registered. again: it may come in the list twice. */
static int take_other(struct scsiemu_cmd *c, struct semu_tid_ref t, uint32_t at,
		      bool again)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint32_t k = 0;
	uint16_t port;

	while ((port = next_port(c, &k)) != 0) {
		uint32_t i = semu_reg_find(lu, t, port);

		if (i && (!again || !(semu_reg(lu, i)->mark & SEMU_REG_FRESH)))
			return semu_pr_bad(c, at, SCSIEMU_NO_BIT);
		if (!i && !semu_reg_add(lu, t, port,
					semu_be64(c->scratch + SA_KEY_AT)))
			return no_room(c);
	}
	return SCSIEMU_FINISHED;
}

/* The attached nexus behind i whose initiator port belongs to the node; NULL:
 * none any more. Format 00b stands for all of them (SPC-5 7.6.4.6). */
static const struct scsiemu_nexus *next_of_node(const struct scsiemu_lu *lu,
						struct semu_tid_ref node,
						uint32_t *i)
{
	const struct scsiemu_device *d = lu->dev;

	while (*i < d->limits.nexuses) {
		const struct scsiemu_nexus *n = &d->nexus_pool[(*i)++];
		struct semu_tid_ref t = semu_nexus_tid(lu, n);

		if (n->attached && t.p && semu_tid_of_node(t, node))
			return n;
	}
	return NULL;
}

static int take_node(struct scsiemu_cmd *c, struct semu_tid_ref node,
		     uint32_t at)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	const struct scsiemu_nexus *n;
	uint32_t i = 0, found = 0;

	while ((n = next_of_node(lu, node, &i)) != NULL) {
		found++;
		if (take_other(c, semu_nexus_tid(lu, n), at, true) < 0)
			return SCSIEMU_FAILED;
	}
	return found ? SCSIEMU_FINISHED : semu_pr_bad(c, at, SCSIEMU_NO_BIT);
}

/* The TransportID at byte `at` of a list of len bytes; returns its length
 * there, or 0: failed. */
static uint32_t tid_at(struct scsiemu_cmd *c, uint32_t at, uint32_t len,
		       struct semu_tid_ref *t)
{
	const uint8_t *p = c->scratch + at;
	uint32_t n = semu_tid_listed(p, len - at);

	if (n > len - at) {
		scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
			     SCSIEMU_ASC_PARAMETER_LIST_LENGTH);
		return 0;
	}
	if (n)
		*t = semu_tid_of(p, n);
	if (n && t->len <= SEMU_TID_MAX && semu_tid_proper(*t, n))
		return n;
	semu_pr_bad(c, at, SCSIEMU_NO_BIT);
	return 0;
}

static APART bool is_own(const struct scsiemu_cmd *c, struct semu_tid_ref t)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_tid_ref own = semu_nexus_tid(lu, semu_ctx(c)->nexus);
	uint8_t piece[4];
	uint32_t at = 0;

	if (own.len != t.len)
		return false;
	for (; at < t.len; at += sizeof(piece)) {
		semu_tid_copy(&own, at, piece, sizeof(piece));
		if (!semu_tid_same(&t, at, piece, sizeof(piece)))
			return false;
	}
	return true;
}

/* SPEC_I_PT: the list is judged whole, nothing is registered yet. The caller
 * may be in it. */
static int take_list(struct scsiemu_cmd *c)
{
	uint32_t at = TIDS_AT, len = scsiemu_cmd_count(c), n;
	struct semu_tid_ref t;
	int rc = SCSIEMU_FINISHED;

	for (; at < len && rc == SCSIEMU_FINISHED; at += n) {
		n = tid_at(c, at, len, &t);
		if (!n)
			return SCSIEMU_FAILED;
		if (semu_tid_is_node(t))
			rc = take_node(c, t, at);
		else
			rc = take_other(c, t, at, is_own(c, t));
	}
	return rc;
}

/* A registration of the holder that goes takes the reservation with it; of all
 * registrants the last one's (SPC-5 5.13.11.2.3). */
static void unregistered(const struct scsiemu_lu *lu, struct semu_pr_change *ch)
{
	bool left = false;
	uint32_t i;

	for (i = lu->regs; i; i = semu_reg(lu, i)->next)
		left |= !(semu_reg(lu, i)->mark & SEMU_REG_DOOMED);
	if (semu_pr_all(ch->type)
		    ? left
		    : !ch->holder || !(semu_reg(lu, ch->holder)->mark &
				       SEMU_REG_DOOMED))
		return;
	if (semu_pr_registrants(ch->type))
		ch->flags |= SEMU_PR_TELL;
	ch->type = 0;
	ch->holder = 0;
}

int semu_pr_register(struct scsiemu_cmd *c, uint32_t reg,
		     struct semu_pr_change *ch)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint64_t key = semu_be64(c->scratch + SA_KEY_AT);
	unsigned flags = c->scratch[FLAGS_AT];
	uint32_t k = 0;
	uint16_t port;

	if (!ignores_key(c) && !reg && semu_be64(c->scratch))
		return scsiemu_fail_status(c, SCSIEMU_RESERVATION_CONFLICT);
	if (!ignores_key(c) && reg && semu_pr_check_key(c, reg) < 0)
		return SCSIEMU_FAILED;
	if (reg && flags & SPEC_I_PT)
		return semu_pr_bad(c, FLAGS_AT, 3);
	while ((port = next_port(c, &k)) != 0)
		if (take_own(c, port, key) < 0)
			return SCSIEMU_FAILED;
	if (key && flags & SPEC_I_PT && take_list(c) < 0)
		return SCSIEMU_FAILED;
	unregistered(lu, ch);
	ch->flags = (uint8_t)((ch->flags & SEMU_PR_TELL) | SEMU_PR_NEXT |
			      (flags & APTPL ? SEMU_PR_APTPL : 0));
	return SCSIEMU_WANTS;
}

static bool is_port(const struct scsiemu_lu *lu, uint16_t id)
{
	const struct scsiemu_device *d = lu->dev;

	for (uint32_t i = 0; i < d->nports; i++)
		if (d->ports[i].id == id)
			return true;
	return !d->nports && id == 1;
}

/* Length, flags, port and TransportID of a REGISTER AND MOVE list. */
static int check_move(struct scsiemu_cmd *c, struct semu_tid_ref *t)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint32_t len = scsiemu_cmd_count(c), i = 0, listed;
	const struct scsiemu_nexus *n;

	if (c->scratch[MOVE_FLAGS_AT] & APTPL && !semu_can_save(lu))
		return semu_pr_bad(c, MOVE_FLAGS_AT, 0);
	if (!is_port(lu, (uint16_t)semu_be16(c->scratch + PORT_AT)))
		return semu_pr_bad(c, PORT_AT, SCSIEMU_NO_BIT);
	listed = tid_at(c, MOVE_TID_AT, len, t);
	if (!listed)
		return SCSIEMU_FAILED;
	if (MOVE_TID_AT + listed != len)
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_PARAMETER_LIST_LENGTH);
	if (semu_tid_is_node(*t)) { /* its port, if it has just one */
		n = next_of_node(lu, *t, &i);
		if (!n || next_of_node(lu, *t, &i))
			return semu_pr_bad(c, MOVE_TID_AT, SCSIEMU_NO_BIT);
		*t = semu_nexus_tid(lu, n);
	}
	return is_own(c, *t) ? semu_pr_bad(c, MOVE_TID_AT, SCSIEMU_NO_BIT)
			     : SCSIEMU_FINISHED;
}

int semu_pr_move(struct scsiemu_cmd *c, uint32_t reg, struct semu_pr_change *ch)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint32_t len = scsiemu_cmd_count(c), to;
	unsigned flags = c->scratch[MOVE_FLAGS_AT];
	struct semu_tid_ref t;

	/* from here on the TransportID is there, or the list is too short */
	if (len < MOVE_TID_AT + 24 ||
	    semu_be32(c->scratch + 20) != len - MOVE_TID_AT)
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_PARAMETER_LIST_LENGTH);
	if (semu_pr_check_key(c, reg) < 0)
		return SCSIEMU_FAILED;
	if (!lu->pr_type) /* SPC-5 5.13.8 */
		return scsiemu_fail_cdb(c, 1, 4);
	if (lu->holder != reg) /* also where all registrants hold it */
		return scsiemu_fail_status(c, SCSIEMU_RESERVATION_CONFLICT);
	if (!semu_be64(c->scratch + SA_KEY_AT))
		return semu_pr_bad(c, SA_KEY_AT, SCSIEMU_NO_BIT);
	if (check_move(c, &t) < 0)
		return SCSIEMU_FAILED;
	to = semu_reg_find(lu, t, (uint16_t)semu_be16(c->scratch + PORT_AT));
	if (to)
		semu_reg(lu, to)->mark = SEMU_REG_REKEY;
	else
		to = semu_reg_add(lu, t,
				  (uint16_t)semu_be16(c->scratch + PORT_AT),
				  semu_be64(c->scratch + SA_KEY_AT));
	if (!to)
		return no_room(c);
	if (flags & UNREG)
		semu_reg(lu, reg)->mark = SEMU_REG_DOOMED;
	ch->holder = to;
	ch->flags = SEMU_PR_NEXT | (flags & APTPL ? SEMU_PR_APTPL : 0);
	return SCSIEMU_WANTS;
}

#endif
