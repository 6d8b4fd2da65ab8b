/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_param.c - parameter lists of every command of a disk that takes one.
 *
 * Input: an opcode, a byte for CDB byte 1 (with the service action), one for
 * byte 2, and the list. Other opcodes and service actions stand for one of
 * those that take a list. A command that is refused leaves the blocks as they
 * were.
 */
#include <stdlib.h>
#include <string.h>

#include "core/core.h"
#include "support/disk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NBLK = 64, BLEN = 256 };

static bool is_scattered(const struct scsiemu_row *row)
{
	return row->op == SCSIEMU_OP_SERVICE_ACTION_OUT_16 &&
	       row->sa == SCSIEMU_SA_WRITE_SCATTERED_16;
}

/* Rows that take a list as one, then those that ask for it themselves. */
static bool takes_list(const struct scsiemu_row *row, unsigned round)
{
	return round ? row->kind == SCSIEMU_K_STEPS &&
			       (row->op == SCSIEMU_OP_REASSIGN_BLOCKS ||
				is_scattered(row) ||
				row->needs & SCSIEMU_NEED_FORMAT)
		     : row->kind == SCSIEMU_K_PARAM_OUT;
}

static const struct scsiemu_row *choose(const struct scsiemu_lu *lu,
					unsigned op, unsigned byte1)
{
	const struct scsiemu_row *row, *found[64];
	unsigned k = 0;

	for (unsigned round = 0; round < 2; round++) {
		struct semu_row_iter it = { { 0 } };

		while ((row = semu_row_next(lu, &it)) != NULL && k < 64) {
			if (!takes_list(row, round))
				continue;
			if (row->op == op && (row->sa == SCSIEMU_NO_SA ||
					      row->sa == (byte1 & 0x1f)))
				return row;
			found[k++] = row;
		}
	}
	return found[op % k];
}

static void put_length(uint8_t *cdb, const struct scsiemu_row *row, unsigned n)
{
	switch (row->fields) {
	case SCSIEMU_F_1AT4:
		cdb[4] = (uint8_t)n;
		break;
	case SCSIEMU_F_2AT3:
		semu_put16(cdb + 3, n);
		break;
	case SCSIEMU_F_2AT7:
	case SCSIEMU_F_3AT6:
		semu_put16(cdb + 7, n);
		break;
	case SCSIEMU_F_4AT5:
		semu_put32(cdb + 5, n);
		break;
	case SCSIEMU_F_4AT10:
		semu_put32(cdb + 10, n);
		break;
	default:
		semu_put32(cdb + 6, n);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct disk_options o = { .nblk = NBLK,
				  .blen = BLEN,
				  .thin = true,
				  .copies = 2,
				  .alua = &disk_alua,
				  .priorities = true,
				  .power = &disk_power,
				  .logs = true,
				  .log_clients = 1,
				  .sbc = { .format = true, .defects = 16 } };
	uint8_t cdb[260] = { 0 };
	const struct scsiemu_row *row;
	struct disk b;

	if (size < 3 || size > 1024)
		return 0;
	disk_make(&b, &o);
	disk_fill(&b, 1);
	b.d.nexus = drive_attach(&b.d, 0, 0);
	drive_settle(&b.d, b.lu, b.d.nexus);
	row = choose(b.lu, data[0], data[1]);
	cdb[0] = row->op;
	cdb[1] = data[1];
	if (row->sa != SCSIEMU_NO_SA)
		cdb[1] = (uint8_t)(row->sa | (row->usage[1] & data[1] & 0xe0));
	cdb[2] = data[2] & row->usage[2];
	put_length(cdb, row, (unsigned)size - 3);
	if (is_scattered(row)) { /* one block of so many descriptors */
		semu_put16(cdb + 4, 1);
		semu_put16(cdb + 8, data[2]);
		semu_put32(cdb + 10, (unsigned)(size - 3) / BLEN);
	}
	drive_run(&b.d, b.lu, cdb, row->len, data + 3, (uint32_t)size - 3, 0);
	if (b.d.t.c.status != SCSIEMU_GOOD)
		for (unsigned i = 0; i < NBLK; i++)
			if (!b.k.mapped[i])
				abort();
	disk_free(&b);
	return 0;
}
