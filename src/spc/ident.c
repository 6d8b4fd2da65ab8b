/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * REPORT and SET IDENTIFYING INFORMATION (SPC-5 6.32, 6.43): what an
 * administrator writes on the logical unit, kept over power loss where small
 * state can be saved.
 */
#include <string.h>

#include "spc/spc.h"

#if SEMU_WITH_IDENT

enum { TYPE_IDENT = 0, TYPE_TEXT = 2, TYPE_LIST = 127 };

struct item {
	uint8_t *bytes;
	uint16_t *len, max;
};

/* bytes NULL: no such type. */
static struct item find(const struct scsiemu_lu *lu, unsigned type)
{
	struct semu_spc *s = semu_spc(lu);

	switch (type) {
	case TYPE_IDENT:
		return (struct item){ s->bytes, &s->ident_len, s->ident_max };
	case TYPE_TEXT:
		return (struct item){ s->bytes + s->ident_max, &s->text_len,
				      s->text_max };
	default:
		return (struct item){ NULL, NULL, 0 };
	}
}

static void put_type(struct scsiemu_wr *w, unsigned type, unsigned max)
{
	scsiemu_wr_be16(w, type << 9);
	scsiemu_wr_be16(w, max);
}

int semu_report_ident(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	unsigned type = c->cdb[10] >> 1;
	struct item it = find(lu, type);

	scsiemu_wr_be32(w, 0);
	if (type == TYPE_LIST) {
		put_type(w, TYPE_IDENT, semu_spc(lu)->ident_max);
		put_type(w, TYPE_TEXT, semu_spc(lu)->text_max);
	} else if (it.bytes) {
		scsiemu_wr_bytes(w, it.bytes, *it.len);
	} else {
		return scsiemu_fail_cdb(c, 10, 7);
	}
	scsiemu_wr_len(w, 2, 2, 0);
	return SCSIEMU_FINISHED;
}

/* The list is in scratch until the command ends. */
int semu_ident_saved(struct scsiemu_cmd *c, int result)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct item it = find(lu, c->cdb[10] >> 1);

	(void)result;
	*it.len = (uint16_t)scsiemu_cmd_count(c);
	memcpy(it.bytes, c->scratch, *it.len);
	semu_ua_lu(lu, SEMU_UA_IDENT, semu_ctx(c)->nexus);
	return SCSIEMU_FINISHED;
}

int semu_set_ident(struct scsiemu_cmd *c, struct scsiemu_rd *r)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	unsigned type = c->cdb[10] >> 1;
	uint32_t len = scsiemu_cmd_count(c);
	struct item it = find(lu, type);

	if (!it.bytes)
		return scsiemu_fail_cdb(c, 10, 7);
	if (len > it.max)
		return scsiemu_fail_cdb(c, 6, SCSIEMU_NO_BIT);
	if (!scsiemu_rd_need(r, len))
		return SCSIEMU_FAILED;
	if (type == TYPE_TEXT && len && r->buf[len - 1])
		return scsiemu_fail_param(
			c, SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST,
			(uint16_t)(len - 1), SCSIEMU_NO_BIT);
	if (!semu_can_save(lu))
		return semu_ident_saved(c, SCSIEMU_OK);
	return scsiemu_want_buffer(c, NULL, SCSIEMU_V_NV_SAVE, 0,
				   type == TYPE_TEXT ? SCSIEMU_NV_TEXT
						     : SCSIEMU_NV_IDENT,
				   r->buf, len);
}

int semu_ident_restore(struct scsiemu_lu *lu, uint32_t id, const uint8_t *buf,
		       uint32_t len)
{
	struct item it = find(lu,
			      id == SCSIEMU_NV_TEXT ? TYPE_TEXT : TYPE_IDENT);

	if (len > it.max)
		return SCSIEMU_ERR_ARG;
	memcpy(it.bytes, buf, len);
	*it.len = (uint16_t)len;
	return 0;
}

#endif
