/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PERSISTENT RESERVE OUT (SPC-5 6.17): the parameter list, the service actions
 * that do not register, and how each of them becomes durable and happens.
 *
 * It waits for no other command, so that a node that hangs can be preempted;
 * only while another one of the logical unit is being saved it is held.
 */
#include <string.h>

#include "spc/pr.h"

#include "core/engine.h"

#if SEMU_WITH_PR

enum { LIST = 24, LENGTH_AT = 24, FLAGS_AT = 20, SA_KEY_AT = 8 };
enum { APTPL = 0x01, ALL_TG_PT = 0x04, SPEC_I_PT = 0x08 };
enum { TYPE_AT = 2, SCOPE_BIT = 7, TYPE_BIT = 3 }; /* in the CDB */

/* What scsiemu_cmd_step() counts. */
enum { JUDGE, SAVE, DONE };

int semu_pr_bad(struct scsiemu_cmd *c, uint32_t byte, uint8_t bit)
{
	return scsiemu_fail_param(c,
				  SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST,
				  (uint16_t)byte, bit);
}

static int conflict(struct scsiemu_cmd *c)
{
	return scsiemu_fail_status(c, SCSIEMU_RESERVATION_CONFLICT);
}

static int bad_length(struct scsiemu_cmd *c)
{
	return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
			    SCSIEMU_ASC_PARAMETER_LIST_LENGTH);
}

static unsigned action_of(const struct scsiemu_cmd *c)
{
	return c->cdb[1] & 0x1f;
}

/* The service action reservation key. */
static uint64_t sa_key(const struct scsiemu_cmd *c)
{
	return semu_be64(c->scratch + SA_KEY_AT);
}

struct semu_pr_change semu_pr_same(const struct scsiemu_lu *lu)
{
	return (struct semu_pr_change){
		.holder = lu->holder,
		.type = lu->pr_type,
		.flags = lu->pr_aptpl ? SEMU_PR_APTPL : 0,
		.ua = SEMU_UA_COUNT,
	};
}

int semu_pr_check_key(struct scsiemu_cmd *c, uint32_t reg)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);

	if (!reg || semu_reg(lu, reg)->key != semu_be64(c->scratch))
		return conflict(c);
	return SCSIEMU_FINISHED;
}

/* Scope LU_SCOPE and one of the six types, for a reservation that is to be. */
static int check_type(struct scsiemu_cmd *c)
{
	if (c->cdb[TYPE_AT] & 0xf0)
		return scsiemu_fail_cdb(c, TYPE_AT, SCOPE_BIT);
	if (!semu_pr_is_type(c->cdb[TYPE_AT]))
		return scsiemu_fail_cdb(c, TYPE_AT, TYPE_BIT);
	return SCSIEMU_FINISHED;
}

static int reserve(struct scsiemu_cmd *c, uint32_t reg,
		   struct semu_pr_change *ch)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint8_t type = c->cdb[TYPE_AT];

	if (check_type(c) < 0 || semu_pr_check_key(c, reg) < 0)
		return SCSIEMU_FAILED;
	if (lu->pr_type) {
		if (semu_pr_holds(lu, reg) && lu->pr_type == type)
			return SCSIEMU_FINISHED;
		return conflict(c);
	}
	ch->type = type;
	ch->holder = semu_pr_all(type) ? 0 : reg;
	return SCSIEMU_WANTS;
}

static int release(struct scsiemu_cmd *c, uint32_t reg,
		   struct semu_pr_change *ch)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);

	if (c->cdb[TYPE_AT] & 0xf0)
		return scsiemu_fail_cdb(c, TYPE_AT, SCOPE_BIT);
	if (semu_pr_check_key(c, reg) < 0)
		return SCSIEMU_FAILED;
	if (!semu_pr_holds(lu, reg))
		return SCSIEMU_FINISHED;
	if (lu->pr_type != c->cdb[TYPE_AT])
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_INVALID_RELEASE);
	if (semu_pr_registrants(lu->pr_type) && !lu->nuar)
		ch->flags |= SEMU_PR_TELL;
	ch->type = 0;
	ch->holder = 0;
	return SCSIEMU_WANTS;
}

static void doom_all(struct scsiemu_lu *lu)
{
	for (uint32_t i = lu->regs; i; i = semu_reg(lu, i)->next)
		semu_reg(lu, i)->mark = SEMU_REG_DOOMED;
}

static int clear(struct scsiemu_cmd *c, uint32_t reg, struct semu_pr_change *ch)
{
	if (semu_pr_check_key(c, reg) < 0)
		return SCSIEMU_FAILED;
	doom_all(scsiemu_cmd_lu(c));
	ch->type = 0;
	ch->holder = 0;
	ch->ua = SEMU_UA_PREEMPTED;
	ch->flags |= SEMU_PR_NEXT;
	return SCSIEMU_WANTS;
}

/* Marks the registrations that the key names (0: all), and says how many; keep
 * is not removed, but its commands are aborted like the others'. */
static uint32_t mark_victims(struct scsiemu_lu *lu, uint64_t key, uint32_t keep)
{
	uint32_t n = 0;

	for (uint32_t i = lu->regs; i; i = semu_reg(lu, i)->next) {
		struct semu_reg *r = semu_reg(lu, i);

		if (key && r->key != key)
			continue;
		r->mark = SEMU_REG_VICTIM | (i == keep ? 0 : SEMU_REG_DOOMED);
		n++;
	}
	return n;
}

/* The reservation is replaced by the caller's (SPC-5 5.13.11.2.4.3). */
static int take_over(struct scsiemu_cmd *c, uint32_t reg,
		     struct semu_pr_change *ch)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint8_t type = c->cdb[TYPE_AT];

	if (check_type(c) < 0)
		return SCSIEMU_FAILED;
	mark_victims(lu, sa_key(c), reg);
	if (lu->pr_type != type)
		ch->flags |= SEMU_PR_TELL;
	ch->type = type;
	ch->holder = semu_pr_all(type) ? 0 : reg;
	return SCSIEMU_WANTS;
}

/* The reservation stays, unless nobody is left to hold it (5.13.11.2.5). */
static int remove_others(struct scsiemu_cmd *c, struct semu_pr_change *ch)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	bool left = false;

	if (!mark_victims(lu, sa_key(c), 0))
		return conflict(c);
	for (uint32_t i = lu->regs; i; i = semu_reg(lu, i)->next)
		left |= !semu_reg(lu, i)->mark;
	if (!left)
		ch->type = 0;
	return SCSIEMU_WANTS;
}

static int preempt(struct scsiemu_cmd *c, uint32_t reg,
		   struct semu_pr_change *ch)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint64_t key = sa_key(c);
	bool all = semu_pr_all(lu->pr_type);

	if (semu_pr_check_key(c, reg) < 0)
		return SCSIEMU_FAILED;
	if (!key && !all)
		return semu_pr_bad(c, SA_KEY_AT, SCSIEMU_NO_BIT);
	ch->ua = SEMU_UA_UNREGISTERED;
	ch->flags |= SEMU_PR_NEXT;
	if (action_of(c) == SCSIEMU_SA_PREEMPT_AND_ABORT)
		ch->flags |= SEMU_PR_FENCE;
	if (all ? !key : lu->holder && semu_reg(lu, lu->holder)->key == key)
		return take_over(c, reg, ch);
	return remove_others(c, ch);
}

/* SPC-5 5.13.11.3; only while it is needed. */
static int replace(struct scsiemu_cmd *c, uint32_t reg,
		   struct semu_pr_change *ch)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct scsiemu_nexus *n = semu_ctx(c)->nexus;
	uint8_t type = c->cdb[TYPE_AT];
	uint32_t fresh;

	if (!(lu->guards & SCSIEMU_ON_PR_LOST) && lu->pr_type && !reg)
		return conflict(c);
	if (!(lu->guards & SCSIEMU_ON_PR_LOST))
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_INVALID_RELEASE);
	if (check_type(c) < 0)
		return SCSIEMU_FAILED;
	if (semu_be64(c->scratch))
		return semu_pr_bad(c, 0, SCSIEMU_NO_BIT);
	if (!sa_key(c))
		return semu_pr_bad(c, SA_KEY_AT, SCSIEMU_NO_BIT);
	doom_all(lu);
	fresh = semu_reg_add(lu, semu_nexus_tid(lu, n), semu_nexus_port_id(n),
			     sa_key(c));
	if (!fresh)
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_REGISTRATION_RESOURCES);
	ch->type = type;
	ch->holder = semu_pr_all(type) ? 0 : fresh;
	ch->flags = SEMU_PR_ZERO |
		    (c->scratch[FLAGS_AT] & APTPL ? SEMU_PR_APTPL : 0);
	return SCSIEMU_WANTS;
}

/* What of byte 20 a service action takes; what else there is of these bits it
 * refuses, or does not look at (SPC-5 table 216). */
static const struct {
	semu_pr_judge *judge;
	uint8_t takes, ignores;
} action[] = {
	[SCSIEMU_SA_REGISTER] = { semu_pr_register,
				  APTPL | ALL_TG_PT | SPEC_I_PT, 0 },
	[SCSIEMU_SA_RESERVE] = { reserve, 0, APTPL | ALL_TG_PT },
	[SCSIEMU_SA_RELEASE] = { release, 0, APTPL | ALL_TG_PT },
	[SCSIEMU_SA_CLEAR] = { clear, 0, APTPL | ALL_TG_PT },
	[SCSIEMU_SA_PREEMPT] = { preempt, 0, APTPL | ALL_TG_PT },
	[SCSIEMU_SA_PREEMPT_AND_ABORT] = { preempt, 0, APTPL | ALL_TG_PT },
	[SCSIEMU_SA_REGISTER_AND_IGNORE] = { semu_pr_register,
					     APTPL | ALL_TG_PT, 0 },
	[SCSIEMU_SA_REGISTER_AND_MOVE] = { semu_pr_move, 0, 0xff },
	[SCSIEMU_SA_REPLACE_LOST] = { replace, APTPL, 0 },
};

static int check_flags(struct scsiemu_cmd *c, unsigned sa)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	unsigned flags = c->scratch[FLAGS_AT] & (APTPL | ALL_TG_PT | SPEC_I_PT);
	unsigned bad = flags &
		       ~(unsigned)(action[sa].takes | action[sa].ignores);
	uint8_t bit = 3;

	if (flags & action[sa].takes & APTPL && !semu_can_save(lu))
		bad |= APTPL;
	while (bad && !(bad >> bit & 1))
		bit--;
	return bad ? semu_pr_bad(c, FLAGS_AT, bit) : SCSIEMU_FINISHED;
}

/* The basic list, with or without TransportIDs (6.17.1, 6.17.3). */
static int check_list(struct scsiemu_cmd *c, unsigned sa)
{
	uint32_t len = scsiemu_cmd_count(c);
	uint32_t got = scsiemu_cmd_got(c);

	if (len < LIST || got < len)
		return bad_length(c);
	if (sa == SCSIEMU_SA_REGISTER_AND_MOVE)
		return SCSIEMU_FINISHED;
	if (check_flags(c, sa) < 0)
		return SCSIEMU_FAILED;
	if (!(c->scratch[FLAGS_AT] & SPEC_I_PT))
		return len == LIST ? SCSIEMU_FINISHED : bad_length(c);
	if (len < LENGTH_AT + 4 ||
	    semu_be32(c->scratch + LENGTH_AT) != len - LENGTH_AT - 4)
		return bad_length(c);
	return SCSIEMU_FINISHED;
}

static int happen(struct scsiemu_cmd *c, const struct semu_pr_change *ch)
{
	*scsiemu_cmd_step(c) = DONE;
	semu_pr_commit(c, ch);
	if (ch->flags & SEMU_PR_FENCE && !c->aborted)
		return semu_fence(c);
	return SCSIEMU_FINISHED;
}

/* Durable before status, and before it happens: with APTPL the new state, else
 * that there is none. */
static int save(struct scsiemu_cmd *c, const struct semu_pr_change *ch)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint32_t len = 0;

	if (!lu->pr_aptpl && !(ch->flags & SEMU_PR_APTPL))
		return happen(c, ch);
	if (ch->flags & SEMU_PR_APTPL)
		len = semu_pr_encode(lu, ch, *scsiemu_cmd_own(c), c->scratch,
				     c->scratch_len);
	if (len > c->scratch_len) {
		semu_pr_forget_marks(lu);
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_REGISTRATION_RESOURCES);
	}
	lu->pr_saving = true;
	*scsiemu_cmd_step(c) = SAVE;
	memcpy(&scsiemu_cmd_own(c)[1], ch, sizeof(*ch));
	scsiemu_want_buffer(c, NULL, SCSIEMU_V_NV_SAVE, 0, SCSIEMU_NV_PR,
			    c->scratch, len);
	c->flags = SCSIEMU_CHANGES; /* once saved it happens, aborted or not */
	return SCSIEMU_WANTS;
}

static int judge(struct scsiemu_cmd *c)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_pr_change ch = semu_pr_same(lu);
	uint32_t reg;
	int rc;

	if (lu->pr_saving)
		return semu_hold(c);
	if (lu->reserved) /* by whomever (SPC-2 5.5.1) */
		return conflict(c);
	reg = semu_reg_of(lu, semu_ctx(c)->nexus);
	*scsiemu_cmd_own(c) = sa_key(c);
	rc = action[action_of(c)].judge(c, reg, &ch);
	if (rc == SCSIEMU_WANTS)
		return save(c, &ch);
	semu_pr_forget_marks(lu);
	return rc;
}

static int saved(struct scsiemu_cmd *c, int result)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_pr_change ch;
	int rc = SCSIEMU_FINISHED;

	*scsiemu_cmd_step(c) = DONE;
	memcpy(&ch, &scsiemu_cmd_own(c)[1], sizeof(ch));
	if (result < 0)
		semu_pr_forget_marks(lu);
	else
		rc = happen(c, &ch);
	lu->pr_saving = false;
	semu_release_held(lu);
	if (result < 0)
		rc = scsiemu_fail(c, SCSIEMU_SK_HARDWARE_ERROR,
				  SCSIEMU_ASC_INTERNAL_FAILURE);
	return rc;
}

int semu_pr_next(struct scsiemu_cmd *c, int result)
{
	switch (*scsiemu_cmd_step(c)) {
	case JUDGE:
		return result < 0 ? SCSIEMU_FINISHED : judge(c);
	case SAVE:
		return saved(c, result);
	default:
		return SCSIEMU_FINISHED;
	}
}

int semu_pr_out(struct scsiemu_cmd *c, struct scsiemu_rd *r)
{
	(void)r;
	if (check_list(c, action_of(c)) < 0)
		return SCSIEMU_FAILED;
	return judge(c);
}

#endif
