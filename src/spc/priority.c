/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Command priorities of I_T nexuses (SPC-5 6.36, 6.46): set by hosts, or as
 * mode page 0Ah/01h says at first. They order nothing here: the task set lets
 * SIMPLE commands run in any order (SAM-5 8.7: may).
 */
#include <string.h>

#include "spc/spc.h"

#if SEMU_WITH_PRIORITY

enum {
	SET = 0x80, /* in semu_itl.priority: by SET PRIORITY */
	HEAD = 8,   /* of a descriptor, before the TransportID */
	THIS = 0,   /* PRIORITY REPORTED, I_T_L NEXUS TO SET */
	OTHERS = 1,
	ALL = 2
};

struct priority {
	uint8_t initial; /* as the nexuses know it */
};

static struct priority *part(const struct scsiemu_lu *lu)
{
	return semu_part(lu, SEMU_PART_PRIORITY);
}

static uint32_t part_size(const struct scsiemu_lu_config *cf)
{
	return cf->priorities ? (uint32_t)sizeof(struct priority) : 0;
}

static int init(struct scsiemu_lu *lu, void *mem,
		const struct scsiemu_lu_config *cf)
{
	(void)lu, (void)mem, (void)cf;
	return 0;
}

static unsigned initial(const struct scsiemu_lu *lu)
{
	return semu_mode_current(lu, 0x0a, 0x01)[5] & 0x0fu;
}

static unsigned priority_of(const struct semu_itl *i)
{
	return i->priority & SET ? i->priority & 0x0fu : initial(i->lu);
}

static void loaded(struct scsiemu_lu *lu)
{
	lu->able |= SCSIEMU_NEED_PRIORITY;
}

/* SPC-5 6.46: until a reset. */
static void reset(struct scsiemu_lu *lu)
{
	for (struct semu_itl *i = lu->itls; i; i = i->of_lu)
		i->priority = 0;
	part(lu)->initial = (uint8_t)initial(lu);
}

const struct semu_part_type semu_priority_part = { .part = SEMU_PART_PRIORITY,
						   .since = SCSIEMU_LEVEL_SPC_3,
						   .size = part_size,
						   .init = init,
						   .loaded = loaded,
						   .reset = reset };

void semu_priority_selected(struct scsiemu_lu *lu,
			    const struct scsiemu_nexus *by)
{
	struct priority *p = part(lu);

	if (!p || p->initial == initial(lu))
		return;
	p->initial = (uint8_t)initial(lu);
	for (struct semu_itl *i = lu->itls; i; i = i->of_lu)
		if (i->nexus != by && !(i->priority & SET))
			semu_ua_itl(i, SEMU_UA_PRIORITY);
}

static uint16_t port_of(const struct semu_itl *i)
{
	const struct scsiemu_target_port *p = semu_nexus_port(i->nexus);

	return p ? p->id : i->nexus->port;
}

static void put_nexus(struct scsiemu_wr *w, const struct semu_itl *i)
{
	const struct scsiemu_nexus *n = i->nexus;
	unsigned len = n->transport_id ? n->transport_id_len : 0;

	scsiemu_wr_be16(w, priority_of(i) << 8);
	scsiemu_wr_be16(w, port_of(i));
	scsiemu_wr_be16(w, 0);
	scsiemu_wr_be16(w, len);
	scsiemu_wr_bytes(w, n->transport_id, len);
}

int semu_report_priority(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	unsigned which = c->cdb[2] >> 6;

	if (which > OTHERS)
		return scsiemu_fail_cdb(c, 2, 7);
	scsiemu_wr_be32(w, 0);
	if (which == THIS)
		put_nexus(w, semu_ctx(c)->itl);
	for (const struct semu_itl *i = lu->itls; which && i; i = i->of_lu)
		if (priority_of(i) != initial(lu))
			put_nexus(w, i);
	scsiemu_wr_len(w, 0, 4, 0);
	return SCSIEMU_FINISHED;
}

static int bad(struct scsiemu_cmd *c, uint16_t at)
{
	return scsiemu_fail_param(c,
				  SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST,
				  at, SCSIEMU_NO_BIT);
}

/* All nexuses go back to the initial priority. */
static int set_all(struct scsiemu_cmd *c)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);

	for (struct semu_itl *i = lu->itls; i; i = i->of_lu)
		i->priority = 0;
	semu_ua_lu(lu, SEMU_UA_PRIORITY, semu_ctx(c)->nexus);
	return SCSIEMU_FINISHED;
}

static bool is(const struct semu_itl *i, unsigned port, const uint8_t *id,
	       uint32_t len)
{
	const struct scsiemu_nexus *n = i->nexus;

	return port_of(i) == port && n->transport_id &&
	       n->transport_id_len == len && !memcmp(n->transport_id, id, len);
}

/* The nexus that port and TransportID of the list name. */
static int set_named(struct scsiemu_cmd *c, struct scsiemu_rd *r)
{
	unsigned port = semu_be16(r->buf + 2), len = semu_be16(r->buf + 6);
	struct semu_itl *i = scsiemu_cmd_lu(c)->itls;

	scsiemu_rd_skip(r, HEAD);
	if (!scsiemu_rd_need(r, len))
		return SCSIEMU_FAILED;
	while (i && !is(i, port, r->buf + HEAD, len))
		i = i->of_lu;
	if (!i)
		return bad(c, HEAD);
	i->priority = SET | (r->buf[0] & 0x0f);
	semu_ua_itl(i, SEMU_UA_PRIORITY);
	return SCSIEMU_FINISHED;
}

int semu_set_priority(struct scsiemu_cmd *c, struct scsiemu_rd *r)
{
	unsigned which = c->cdb[2] >> 6;

	if (which > ALL)
		return scsiemu_fail_cdb(c, 2, 7);
	if (which == ALL)
		return set_all(c);
	if (!scsiemu_cmd_count(c))
		return scsiemu_fail_cdb(c, 6, SCSIEMU_NO_BIT);
	if (!scsiemu_rd_need(r, HEAD))
		return SCSIEMU_FAILED;
	if (which == OTHERS)
		return set_named(c, r);
	semu_ctx(c)->itl->priority = SET | (r->buf[0] & 0x0f);
	return SCSIEMU_FINISHED;
}

#endif
