/* SPDX-License-Identifier: BSD-2-Clause */
/* behave/element_rig.h - a disk of four storage elements, for their tests. */
#ifndef TEST_ELEMENT_RIG_H
#define TEST_ELEMENT_RIG_H

#include "core/bytes.h"
#include "support/disk.h"

enum { STATUS = 0x17, REMOVE = 0x18, RESTORE = 0x19 };
enum { NBLK = 4096, BLEN = 512, N = 4, SHARE = NBLK / N };
enum { DEPOPULATING = 0x0424, RESTORING = 0x0425 };

static const struct disk_options options = {
	.nblk = NBLK, .thin = true, .sbc = { .format = true, .elements = N }
};

static inline void setup(struct disk *b)
{
	disk_make(b, &options);
	disk_fill(b, 1);
}

static inline void status(struct disk *b, uint32_t from, uint8_t byte14)
{
	uint8_t cdb[16] = { 0x9e, STATUS, [12] = 1, [14] = byte14 };

	semu_put32(cdb + 6, from);
	drive_run(&b->d, b->lu, cdb, 16, NULL, 0, 256);
}

/* Of all elements: their health, and how many are gone. */
static inline void health(struct disk *b, const uint8_t *codes, uint8_t at)
{
	uint8_t want[32 * (N + 1)] = {
		[3] = N, [7] = N, [11] = at, [13] = N - 1
	};

	for (uint8_t i = 0; i < N; i++) {
		uint8_t *p = want + 32 + 32 * i;
		bool gone = codes[i] == 0xff || codes[i] == 0xfc ||
			    codes[i] == 0xfb;

		p[7] = (uint8_t)(i + 1);
		p[13] = gone;
		p[14] = 1;
		p[15] = codes[i];
		p[22] = SHARE >> 8;
		want[15] = (uint8_t)(want[15] + gone);
	}
	status(b, 0, 0);
	drive_data(&b->d, want, sizeof(want));
}

static inline void remove_cdb(uint8_t cdb[16], uint32_t id, uint64_t nblk)
{
	memset(cdb, 0, 16);
	cdb[0] = 0x9e;
	cdb[1] = REMOVE;
	semu_put64(cdb + 2, nblk);
	semu_put32(cdb + 10, id);
}

/* Job and all. */
static inline void removes(struct disk *b, uint32_t id, uint64_t nblk)
{
	uint8_t cdb[16];

	remove_cdb(cdb, id, nblk);
	drive_run(&b->d, b->lu, cdb, 16, NULL, 0, 0);
}

static inline void restores(struct disk *b)
{
	static const uint8_t cdb[16] = { 0x9e, RESTORE };

	drive_run(&b->d, b->lu, cdb, 16, NULL, 0, 0);
}

/* GOOD comes first; its job, begun: its first want. id 0: RESTORE. */
static inline struct scsiemu_cmd *begin(struct disk *b, uint32_t id, int *want)
{
	uint8_t cdb[16];

	remove_cdb(cdb, id, 0);
	if (!id)
		cdb[1] = RESTORE;
	drive_start(&b->d, &b->d.t, b->lu, cdb, 16, NULL, 0, 0);
	drive_go(&b->d.t);
	assert_int_equal(b->d.t.c.status, SCSIEMU_GOOD);
	assert_int_equal(scsiemu_end(&b->d.t.c), 0);
	b->d.t.live = false;
	return drive_take_job(&b->d, want);
}

static inline void finish(struct disk *b, struct scsiemu_cmd *job, int want)
{
	while (want > SCSIEMU_WAIT)
		want = drive_job_step(&b->d, job);
	assert_int_equal(want, SCSIEMU_DONE);
}

static inline void tur(struct disk *b)
{
	static const uint8_t cdb[6];

	drive_run(&b->d, b->lu, cdb, 6, NULL, 0, 0);
}

static inline void in_progress(struct disk *b, uint16_t asc, unsigned progress)
{
	const uint8_t sense[18] = { 0x70,
				    0,
				    2,
				    [7] = 10,
				    [12] = 4,
				    (uint8_t)asc,
				    [15] = 0x80,
				    (uint8_t)(progress >> 8),
				    (uint8_t)progress };
	const uint8_t cdb[6] = { 0x03, [4] = 252 };

	tur(b);
	drive_check(&b->d, 2, asc);
	assert_int_equal(b->d.t.c.sense.sks, SCSIEMU_SKS_PROGRESS);
	assert_int_equal(b->d.t.c.sense.field, progress);
	drive_run(&b->d, b->lu, cdb, 6, NULL, 0, 252);
	drive_data(&b->d, sense, 18);
}

/* It is over: the host is told, the blocks are there and zeros. */
static inline void over(struct disk *b, uint64_t nblk)
{
	tur(b);
	drive_check(&b->d, 6, 0x2a09);
	disk_capacity(b, nblk, BLEN);
	for (uint64_t i = 0; i < nblk * BLEN; i++)
		assert_int_equal(b->k.bytes[i], 0);
	disk_run(b, SCSIEMU_OP_READ_10, 0, nblk, 1, NULL, 0, BLEN);
	drive_check(&b->d, 5, 0x2100);
}

#endif
