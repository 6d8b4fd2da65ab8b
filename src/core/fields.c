/* SPDX-License-Identifier: BSD-2-Clause */
/* Where LBA and count sit in a CDB, and reading them. */
#include "core/engine.h"

struct field {
	uint8_t lba_at, lba_len, count_at, count_len;
};

static const struct field field[SCSIEMU_F_COUNT] = {
	[SCSIEMU_F_RW6] = { 1, 3, 4, 1 },
	[SCSIEMU_F_RW10] = { 2, 4, 7, 2 },
	[SCSIEMU_F_RW12] = { 2, 4, 6, 4 },
	[SCSIEMU_F_RW16] = { 2, 8, 10, 4 },
	[SCSIEMU_F_RW32] = { 12, 8, 28, 4 },
	[SCSIEMU_F_CAW] = { 2, 8, 13, 1 },
	[SCSIEMU_F_ATOMIC] = { 2, 8, 12, 2 },
	[SCSIEMU_F_1AT4] = { 0, 0, 4, 1 },
	[SCSIEMU_F_2AT3] = { 0, 0, 3, 2 },
	[SCSIEMU_F_2AT7] = { 0, 0, 7, 2 },
	[SCSIEMU_F_3AT2] = { 0, 0, 2, 3 },
	[SCSIEMU_F_3AT6] = { 0, 0, 6, 3 },
	[SCSIEMU_F_4AT5] = { 0, 0, 5, 4 },
	[SCSIEMU_F_4AT6] = { 0, 0, 6, 4 },
	[SCSIEMU_F_4AT10] = { 0, 0, 10, 4 },
};

static uint64_t load(const uint8_t *p, unsigned len)
{
	switch (len) {
	case 1:
		return *p;
	case 2:
		return semu_be16(p);
	case 3:
		return semu_be24(p);
	case 4:
		return semu_be32(p);
	case 8:
		return semu_be64(p);
	default:
		return 0;
	}
}

void semu_decode(struct semu_ctx *x, const uint8_t *cdb, unsigned fields)
{
	const struct field *f = &field[fields];

	x->entry.lba = load(cdb + f->lba_at, f->lba_len);
	x->count = (uint32_t)load(cdb + f->count_at, f->count_len);
	if (fields == SCSIEMU_F_RW6) {
		x->entry.lba &= 0x1fffff; /* above are the obsolete LUN bits */
		if (!x->count)
			x->count = 256;
	}
}

uint16_t semu_count_at(unsigned fields)
{
	return field[fields].count_at;
}
