/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_tape.c - any CDBs, one after the other, on a tape drive that has
 * everything, with a small cartridge.
 *
 * Input: records of a control byte, a length byte (bits 0-4), and that many
 * bytes of CDB; data-out is the input from behind the CDB on, over and over.
 * Control: bits 0-2 the most bytes of an answer, 3-5 how long the host's
 * buffers are, 6-7 after how many wants the command is aborted. Whatever comes,
 * each command ends, the tape stands inside its partition, and afterwards the
 * drive still answers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/tape.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROOM = 65536 };
static const uint32_t chunks[8] = { 0, 1, 7, 255, 256, 257, 512, 4096 };
static const uint32_t lengths[8] = { 0, 1, 16, 100, 1000, 4096, ROOM, ROOM };
static const unsigned aborts[4] = { 0, 1, 2, 3 };

static void check(struct tape *t)
{
	struct scsiemu_tape_info info;
	struct scsiemu_tape_pos pos;

	((const struct scsiemu_tape_ops *)t->m.ops)->info(t->m.ctx, &info);
	tape_tell(t, &pos);
	assert_true(pos.partition < info.partitions);
	assert_true(pos.object <= info.part[pos.partition].objects);
	assert_true(pos.file <= info.part[pos.partition].files);
	assert_int_equal(pos.eod,
			 pos.object == info.part[pos.partition].objects);
}

static void one(struct tape *b, unsigned control, const uint8_t *cdb,
		unsigned len, const uint8_t *out)
{
	struct drive_task *t = &b->d.t;
	uint32_t n = lengths[control >> 3 & 7];
	unsigned left = aborts[control >> 6];

	b->d.chunk = chunks[control & 7];
	drive_start(&b->d, t, b->lu, cdb, len, out, n, n);
	while (t->want != SCSIEMU_DONE) {
		if (t->want == SCSIEMU_WAIT) {
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
	check(b);
}

static void fill(uint8_t *out, const uint8_t *from, size_t n)
{
	for (size_t i = 0; i < ROOM; i++)
		out[i] = n ? from[i % n] : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct tape_options o = { .ssc = { .partitions = 4,
						 .append_only = true,
						 .worm = true,
						 .reverse = true,
						 .protection = true,
						 .compression = true,
						 .encryption = true },
					.is = { .bytes = 1 << 17,
						.worm = size % 8 == 7 },
					.scratch = 1024,
					.max_xfer = 1 << 20,
					.logs = true,
					/* with check values; with IMMED as
					 * jobs */
					.codec = size % 4 > 1,
					.deferred = size % 8 > 3,
					.jobs = 1 };
	static const uint8_t inquiry[6] = { SCSIEMU_OP_INQUIRY, 0, 0, 0, 96 };
	static uint8_t out[ROOM];
	struct tape t;

	tape_make(&t, &o);
	for (unsigned i = 0; i < 100 && size > 2; i++) {
		unsigned len = data[1] & 31;

		if (!len || size < 2 + len)
			break;
		if (data[1] & 0x80)
			fill(out, data + 2 + len, size - 2 - len);
		one(&t, data[0], data + 2, len, out);
		data += 2 + len;
		size -= 2 + len;
	}
	t.d.chunk = 0;
	drive_in(&t.d, t.lu, inquiry, 6);
	drive_good(&t.d);
	tape_free(&t);
	return 0;
}
