/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The defects that a FORMAT UNIT brings along (DLIST, SBC-4 5.4.2): block
 * addresses of 4 or 8 bytes. They wait in the tail of the command's scratch,
 * behind which the bytes of the list are counted, until the work has begun;
 * then they are on the grown list, without those from before if CMPLST says
 * so. The job makes that durable at its end.
 */
#include "sbc/defects.h"
#include "sbc/format.h"
#include "sbc/sbc.h"
#include "sbc/work.h"

#if SEMU_WITH_FORMAT && SEMU_WITH_DEFECTS
enum { FMTDATA = 0x10, CMPLST = 0x08, LONG_BLOCK = 3, TAIL = 4 };

/* The list is complete: the grown one of before goes. */
static bool complete(const struct scsiemu_cmd *c)
{
	return c->cdb[1] & FMTDATA && c->cdb[1] & CMPLST;
}

static uint8_t *tail(const struct scsiemu_cmd *c)
{
	return c->scratch + c->scratch_len - TAIL;
}

static uint32_t item_size(const struct scsiemu_cmd *c)
{
	return (c->cdb[1] & 7) == LONG_BLOCK ? 8 : 4;
}

static uint32_t items(const struct scsiemu_cmd *c)
{
	return semu_be32(tail(c)) / item_size(c);
}

static uint64_t item(const struct scsiemu_cmd *c, uint32_t i)
{
	uint32_t n = item_size(c);
	const uint8_t *p = tail(c) - semu_be32(tail(c)) + i * n;

	return n == 8 ? semu_be64(p) : semu_be32(p);
}

void semu_format_no_defects(struct scsiemu_cmd *c)
{
	semu_put32(tail(c), 0);
}

/* In front of it the pattern, and the record of the work: semu_work_begin()
 * moves them. */
int semu_format_want_defects(struct scsiemu_cmd *c, uint32_t at, uint32_t len,
			     uint16_t length_at)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	unsigned format = c->cdb[1] & 7;

	if (!(lu->able & SCSIEMU_NEED_DEFECTS) || len % item_size(c))
		return scsiemu_fail_param(
			c, SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST,
			length_at, SCSIEMU_NO_BIT);
	if (format && format != LONG_BLOCK) /* of cylinders and heads */
		return scsiemu_fail_cdb(c, 1, 2);
	if (at + SEMU_WORK_RECORD + TAIL > c->scratch_len ||
	    len > c->scratch_len - TAIL - SEMU_WORK_RECORD - at)
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_PARAMETER_LIST_LENGTH);
	semu_put32(tail(c), len);
	return scsiemu_want_recv(c, at, tail(c) - len, len);
}

/* Is there room on the list? */
static bool fits(const struct scsiemu_cmd *c)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint32_t room = semu_defects_room(lu), n = 0;
	unsigned stay = ~0u; /* flags of entries that do */
	uint64_t lba;

	if (complete(c)) {
		stay = ~(unsigned)SEMU_DEFECT_GROWN;
		for (uint32_t i = 0; i < semu_defects_count(lu); i++)
			room += !(semu_defects_get(lu, i, &lba) & stay);
	}
	for (uint32_t i = 0; i < items(c); i++)
		n += !semu_defects_find(lu, item(c, i), 1, stay, &lba);
	return n <= room;
}

int semu_format_judge_defects(struct scsiemu_cmd *c, uint32_t at)
{
	uint64_t nblk = semu_format_coming(scsiemu_cmd_lu(c));

	for (uint32_t i = 0; i < items(c); i++)
		if (item(c, i) >= nblk || (i && item(c, i) <= item(c, i - 1)))
			return scsiemu_fail_param(
				c, SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST,
				(uint16_t)(at + i * item_size(c)),
				SCSIEMU_NO_BIT);
	if (!fits(c))
		return scsiemu_fail(c, SCSIEMU_SK_HARDWARE_ERROR,
				    SCSIEMU_ASC_NO_DEFECT_SPARE);
	return 0;
}

void semu_format_take_defects(struct scsiemu_cmd *c)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);

	if (complete(c))
		semu_defects_clear(lu, 0, UINT64_MAX, SEMU_DEFECT_GROWN);
	for (uint32_t i = 0; i < items(c); i++)
		semu_defects_add(lu, item(c, i), SEMU_DEFECT_GROWN);
}
#elif SEMU_WITH_FORMAT
void semu_format_no_defects(struct scsiemu_cmd *c)
{
	(void)c;
}

int semu_format_want_defects(struct scsiemu_cmd *c, uint32_t at, uint32_t len,
			     uint16_t length_at)
{
	(void)at, (void)len;
	return scsiemu_fail_param(c,
				  SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST,
				  length_at, SCSIEMU_NO_BIT);
}

int semu_format_judge_defects(struct scsiemu_cmd *c, uint32_t at)
{
	(void)c, (void)at;
	return 0;
}

void semu_format_take_defects(struct scsiemu_cmd *c)
{
	(void)c;
}
#endif
