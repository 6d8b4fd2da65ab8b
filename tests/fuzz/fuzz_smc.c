/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_smc.c - any CDBs for a changer and its drives, two at a time.
 *
 * Input: records of a control byte, a length byte, and that many bytes of CDB
 * (at most 31). Control: bits 0-1 the logical unit (0 and 3: the changer),
 * 2-4 how long the host's buffers are, 5-6 after how many wants it is left
 * alone until the next but one comes, 7: it is aborted then. Whatever comes, no
 * cartridge is lost or copied, and what a drive has loaded is in its element.
 */
#include <stdlib.h>
#include <string.h>

#include "support/library.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TASKS = 2, CARTRIDGES = 4, NONE = 3 };
static const uint32_t lengths[8] = { 0, 1, 16, 68, 255, 1024, 4096, 65536 };

struct bench {
	struct library b;
	struct drive_task task[TASKS];
	unsigned turn;
};

/* The others go on when this one waits for them. */
static void finish(struct bench *t, struct drive_task *k)
{
	while (k->live) {
		drive_go(k);
		if (k->want == SCSIEMU_DONE) {
			drive_end(k);
			continue;
		}
		drive_ready(&t->b.d);
		for (unsigned i = 0; i < TASKS; i++)
			if (k->want == SCSIEMU_WAIT && &t->task[i] != k &&
			    t->task[i].live && t->task[i].want != SCSIEMU_WAIT)
				finish(t, &t->task[i]);
	}
}

static void one(struct bench *t, unsigned control, const uint8_t *cdb,
		unsigned len)
{
	static uint8_t out[1 << 16];
	struct drive_task *k = &t->task[t->turn++ % TASKS];
	uint32_t n = lengths[control >> 2 & 7];
	unsigned lu = control & 3, left = control >> 5 & 3;

	finish(t, k);
	for (unsigned i = 0; i < 255; i++)
		out[i] = cdb[i % len];
	drive_start(&t->b.d, k,
		    lu == 0 || lu == 3 ? t->b.lu : t->b.drive[lu - 1], cdb, len,
		    out, n, n);
	if (left == NONE) {
		finish(t, k);
		return;
	}
	while (left-- && k->want > SCSIEMU_WAIT)
		drive_step(k);
	if (control & 0x80) {
		scsiemu_abort(&k->c);
		drive_ready(&t->b.d);
	}
}

static void check(struct library *b)
{
	static const uint16_t first[] = { LIBRARY_ST, LIBRARY_IE, LIBRARY_DT };
	static const uint16_t n[] = { 6, 2, 2 };
	unsigned seen = 0;

	for (unsigned r = 0; r < 3; r++) {
		for (unsigned i = 0; i < n[r]; i++) {
			int k = library_in(b, first[r] + i);

			if (k < 0)
				continue;
			if (seen >> k & 1)
				abort();
			seen |= 1U << k;
		}
	}
	if (seen != (1U << CARTRIDGES) - 1)
		abort();
	for (unsigned i = 0; i < 2; i++) {
		struct scsiemu_medium *m = scsiemu_lu_medium(b->drive[i]);
		int k = library_in(b, LIBRARY_DT + i);

		if (m && (k < 0 || m != &b->cartridge[k].m))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t inquiry[6] = { SCSIEMU_OP_INQUIRY, 0, 0, 0, 96 };
	static const struct library_options o = { .logs = true };
	static struct bench t;

	memset(&t, 0, sizeof(t));
	library_make(&t.b, &o);
	for (unsigned i = 0; i < 100 && size > 2; i++) {
		unsigned len = data[1] & 31;

		if (!len || size < 2 + len)
			break;
		one(&t, data[0], data + 2, len);
		data += 2 + len;
		size -= 2 + len;
	}
	for (unsigned i = 0; i < TASKS; i++)
		finish(&t, &t.task[i]);
	check(&t.b);
	drive_in(&t.b.d, t.b.lu, inquiry, 6);
	drive_good(&t.b.d);
	for (unsigned i = 0; i < TASKS; i++)
		drive_task_free(&t.task[i]);
	library_free(&t.b);
	return 0;
}
