/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_cdb.c - any CDBs, one after the other, on one small disk of RAM.
 *
 * Input: records of a control byte, a length byte, and that many bytes of CDB
 * (at most 31). Control: bits 0-2 the most bytes of an answer, 3-5 how long the
 * host's buffers are, 6-7 after how many wants the command is aborted. Whatever
 * comes, each command ends, and afterwards the disk still answers.
 */
#include <string.h>

#include "support/disk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint32_t chunks[8] = { 0, 1, 7, 255, 256, 257, 512, 4096 };
static const uint32_t lengths[8] = { 0,	   1,	 16,	256,
				     1000, 4096, 65536, SCSIEMU_UNKNOWN };
static const unsigned aborts[4] = { 0, 1, 2, 5 };

static void one(struct disk *b, unsigned control, const uint8_t *cdb,
		unsigned len)
{
	static uint8_t out[1 << 20];
	struct drive_task *t = &b->d.t;
	uint32_t n = lengths[control >> 3 & 7];
	unsigned left = aborts[control >> 6];

	b->d.chunk = chunks[control & 7];
	drive_start(&b->d, t, b->lu, cdb, len, out, n, n);
	while (t->want != SCSIEMU_DONE) {
		if (t->want == SCSIEMU_WAIT) { /* for a job */
			drive_ready(&b->d);
			continue;
		}
		drive_step(t);
		if (left && !--left && t->want > SCSIEMU_WAIT) {
			scsiemu_abort(&t->c);
			drive_ready(&b->d);
		}
	}
	drive_end(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct disk_options o = { .nblk = 100,
				  .blen = 256,
				  .scratch = 512,
				  .thin = true,
				  .removable = true,
				  .granule = 4,
				  .alua = &disk_alua,
				  .deferred = true,
				  .priorities = true,
				  .power = &disk_power,
				  .logs = true,
				  .log_clients = 1,
				  .max_xfer = 1 << 19,
				  .atomic = UINT32_MAX,
				  .sbc = { .referrals = &disk_referrals,
					   .format = true,
					   .elements = 4,
					   .streams = 2,
					   .permanent_streams = 2,
					   .pi_type = size & 3 } };
	static const struct scsiemu_sense lost = { .key = 3, .asc = 0x0c00 };
	static const uint8_t inquiry[6] = { SCSIEMU_OP_INQUIRY, 0, 0, 0, 96 };
	struct disk b;

	disk_make(&b, &o);
	for (unsigned i = 0; i < 100 && size > 2; i++) {
		unsigned len = data[1] & 31;

		if (!len || size < 2 + len)
			break;
		if (data[1] & 0x80)
			scsiemu_lu_deferred(b.lu, NULL, &lost);
		one(&b, data[0], data + 2, len);
		data += 2 + len;
		size -= 2 + len;
	}
	drive_in(&b.d, b.lu, inquiry, 6);
	drive_good(&b.d);
	disk_free(&b);
	return 0;
}
