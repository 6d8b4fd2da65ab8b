/* SPDX-License-Identifier: BSD-2-Clause */
/* The bounded reader of parameter lists: past the end it gives zeros. */
#include "core/core.h"

uint32_t scsiemu_rd_left(const struct scsiemu_rd *r)
{
	return r->len - r->pos;
}

uint32_t scsiemu_rd_tell(const struct scsiemu_rd *r)
{
	return r->pos;
}

bool scsiemu_rd_need(struct scsiemu_rd *r, uint32_t n)
{
	if (scsiemu_rd_left(r) >= n)
		return true;
	scsiemu_fail(r->cmd, SCSIEMU_SK_ILLEGAL_REQUEST,
		     SCSIEMU_ASC_PARAMETER_LIST_LENGTH);
	return false;
}

unsigned scsiemu_rd_u8(struct scsiemu_rd *r)
{
	return r->pos < r->len ? r->buf[r->pos++] : 0;
}

unsigned scsiemu_rd_be16(struct scsiemu_rd *r)
{
	unsigned hi = scsiemu_rd_u8(r);

	return hi << 8 | scsiemu_rd_u8(r);
}

uint32_t scsiemu_rd_be24(struct scsiemu_rd *r)
{
	uint32_t hi = scsiemu_rd_u8(r);

	return hi << 16 | scsiemu_rd_be16(r);
}

uint32_t scsiemu_rd_be32(struct scsiemu_rd *r)
{
	uint32_t hi = scsiemu_rd_be16(r);

	return hi << 16 | scsiemu_rd_be16(r);
}

uint64_t scsiemu_rd_be64(struct scsiemu_rd *r)
{
	uint64_t hi = scsiemu_rd_be32(r);

	return hi << 32 | scsiemu_rd_be32(r);
}

void scsiemu_rd_skip(struct scsiemu_rd *r, uint32_t n)
{
	r->pos += n < r->len - r->pos ? n : r->len - r->pos;
}

uint8_t *scsiemu_rd_bytes(struct scsiemu_rd *r, uint32_t n)
{
	uint8_t *p = r->buf + r->pos;

	if (scsiemu_rd_left(r) < n)
		return NULL;
	r->pos += n;
	return p;
}
