/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * WRITE BUFFER and READ BUFFER (SPC-5 6.49, 6.18): one small buffer per
 * logical unit, used both as data buffer 0 and as echo buffer (EBOS 0: another
 * nexus may overwrite it).
 */
#include <string.h>

#include "spc/spc.h"

#if SEMU_WITH_BUFFER

enum { DATA = 0x02, DESCRIPTOR = 0x03, ECHO = 0x0a, ECHO_DESCRIPTOR = 0x0b };
enum { COMMAND_SEQUENCE_ERROR = 0x2c00 };

static uint8_t *buffer(struct semu_spc *s)
{
	return s->bytes + s->ident_max + s->text_max;
}

static int no_mode(struct scsiemu_cmd *c)
{
	return scsiemu_fail_cdb(c, 1, 4);
}

static uint64_t offset_of(const struct scsiemu_cmd *c, bool sixteen)
{
	return sixteen ? semu_be64(c->cdb + 2) : semu_be24(c->cdb + 3);
}

static int read_data(struct scsiemu_cmd *c, struct scsiemu_wr *w, bool sixteen)
{
	struct semu_spc *s = semu_spc(scsiemu_cmd_lu(c));
	uint64_t offset = offset_of(c, sixteen);
	uint16_t id_at = sixteen ? 14 : 2;

	if (c->cdb[id_at])
		return scsiemu_fail_cdb(c, id_at, SCSIEMU_NO_BIT);
	if (offset > s->buffer_max)
		return scsiemu_fail_cdb(c, sixteen ? 2 : 3, SCSIEMU_NO_BIT);
	scsiemu_wr_bytes(w, buffer(s) + offset,
			 s->buffer_max - (uint32_t)offset);
	return SCSIEMU_FINISHED;
}

int semu_read_buffer(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	struct semu_spc *s = semu_spc(scsiemu_cmd_lu(c));
	bool sixteen = c->cdb[0] == SCSIEMU_OP_READ_BUFFER_16;

	switch (c->cdb[1] & 0x1f) {
	case DATA:
		return read_data(c, w, sixteen);
	case DESCRIPTOR: /* offset boundary 2^0; other buffers: all zero */
		scsiemu_wr_be32(w,
				c->cdb[sixteen ? 14 : 2] ? 0 : s->buffer_max);
		return SCSIEMU_FINISHED;
	case ECHO:
		if (!s->echoed)
			return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
					    COMMAND_SEQUENCE_ERROR);
		scsiemu_wr_bytes(w, buffer(s), s->echo_len);
		return SCSIEMU_FINISHED;
	case ECHO_DESCRIPTOR:
		scsiemu_wr_be32(w, s->buffer_max);
		return SCSIEMU_FINISHED;
	default:
		return no_mode(c);
	}
}

static int take(struct scsiemu_cmd *c, struct scsiemu_rd *r, uint32_t offset)
{
	struct semu_spc *s = semu_spc(scsiemu_cmd_lu(c));
	uint32_t len = scsiemu_cmd_count(c);

	if (len > s->buffer_max - offset)
		return scsiemu_fail_cdb(c, 6, SCSIEMU_NO_BIT);
	if (!scsiemu_rd_need(r, len))
		return SCSIEMU_FAILED;
	memcpy(buffer(s) + offset, r->buf, len);
	return SCSIEMU_FINISHED;
}

static int write_echo(struct scsiemu_cmd *c, struct scsiemu_rd *r)
{
	struct semu_spc *s = semu_spc(scsiemu_cmd_lu(c));
	int rc = take(c, r, 0);

	if (!rc) {
		s->echoed = true;
		s->echo_len = (uint16_t)scsiemu_cmd_count(c);
	}
	return rc;
}

int semu_write_buffer(struct scsiemu_cmd *c, struct scsiemu_rd *r)
{
	const struct semu_spc *s = semu_spc(scsiemu_cmd_lu(c));
	uint32_t offset = semu_be24(c->cdb + 3);

	switch (c->cdb[1] & 0x1f) {
	case DATA:
		if (c->cdb[2])
			return scsiemu_fail_cdb(c, 2, SCSIEMU_NO_BIT);
		if (offset > s->buffer_max)
			return scsiemu_fail_cdb(c, 3, SCSIEMU_NO_BIT);
		return take(c, r, offset);
	case ECHO:
		return write_echo(c, r);
	default:
		return no_mode(c);
	}
}

#endif
