/* SPDX-License-Identifier: BSD-2-Clause */
/* behave/power_rig.h - a disk with power conditions, in time that the test
 * makes, for the tests of them. */
#ifndef TEST_POWER_RIG_H
#define TEST_POWER_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "spc/power.h"
#include "support/disk.h"

enum { ACTIVE, IDLE_A, IDLE_B, IDLE_C, STANDBY_Y, STANDBY_Z, STOPPED };
enum { IMMED = 1, START = 1, LOEJ = 2, NO_FLUSH = 4 };
/* Bytes of mode page 1Ah. */
enum {
	ENABLE_Y = 2,
	ENABLE = 3,
	TIMER_A = 4,
	TIMER_Z = 8,
	TIMER_B = 12,
	TIMER_C = 16,
	TIMER_Y = 20,
	CCF = 39
};

static uint64_t now;
static const struct scsiemu_power slow = {
	.size = sizeof(slow),
	.recovery_ms = { 9, 11, 22, 33, 440, 550, 6600 },
};

static inline void make(struct disk *b, const struct scsiemu_power *p)
{
	const struct disk_options o = { .power = p };

	now = 1000;
	disk_make(b, &o);
	scsiemu_device_tick(b->d.dev, now);
}

/* So many ms pass; in how many there is something to do (UINT64_MAX: never). */
static inline uint64_t pass(struct disk *b, uint64_t ms)
{
	uint64_t next;

	now += ms;
	next = scsiemu_device_tick(b->d.dev, now);
	drive_ready(&b->d);
	return next == UINT64_MAX ? next : next - now;
}

static inline void page(struct disk *b, unsigned pc, uint8_t out[40])
{
	const uint8_t cdb[6] = { 0x1a, 8, (uint8_t)(pc << 6 | 0x1a), 0, 255 };

	drive_run(&b->d, b->lu, cdb, 6, NULL, 0, 255);
	drive_good(&b->d);
	assert_int_equal(b->d.t.c.in_done, 44);
	memcpy(out, b->d.t.in + 4, 40);
}

static inline uint8_t choose(struct disk *b, const uint8_t p[40])
{
	const uint8_t cdb[6] = { 0x15, 0x10, 0, 0, 44 };
	uint8_t list[44] = { 0 };

	memcpy(list + 4, p, 40);
	list[4] &= 0x7f;
	return drive_run(&b->d, b->lu, cdb, 6, list, 44, 0);
}

/* The timer at a byte of the page, in 100 ms; bits of byte 3. */
static inline void timer(struct disk *b, unsigned at, uint32_t units,
			 uint8_t enable)
{
	uint8_t p[40];

	page(b, 0, p);
	p[at] = (uint8_t)(units >> 24);
	p[at + 1] = (uint8_t)(units >> 16);
	p[at + 2] = (uint8_t)(units >> 8);
	p[at + 3] = (uint8_t)units;
	p[enable == 0x10 ? ENABLE_Y : ENABLE] |= enable & 0x0f ? enable : 1;
	choose(b, p);
	drive_good(&b->d);
}

static inline void byte(struct disk *b, unsigned at, uint8_t value)
{
	uint8_t p[40];

	page(b, 0, p);
	p[at] = value;
	choose(b, p);
	drive_good(&b->d);
}

static inline uint8_t start_stop(struct disk *b, uint8_t immed,
				 uint8_t modifier, uint8_t byte4)
{
	const uint8_t cdb[6] = { 0x1b, immed, 0, modifier, byte4 };

	return drive_run(&b->d, b->lu, cdb, 6, NULL, 0, 0);
}

static inline uint8_t condition(struct disk *b, unsigned pc, uint8_t modifier)
{
	return start_stop(b, 0, modifier, (uint8_t)(pc << 4));
}

static inline void ready(struct disk *b)
{
	disk_run(b, 0x00, 0, 0, 0, NULL, 0, 0);
}

static inline void read(struct disk *b)
{
	disk_run(b, 0x28, 0, 0, 1, NULL, 0, 512);
}

/* REQUEST SENSE, exactly, in both formats. */
static inline void sense(struct disk *b, uint8_t key, uint16_t asc)
{
	const uint8_t cdb[6] = { 0x03, 0, 0, 0, 18 };
	const uint8_t cdb_72[6] = { 0x03, 1, 0, 0, 18 };
	const uint8_t want[18] = {
		0x70, [2] = key, [7] = 10, [12] = (uint8_t)(asc >> 8),
		(uint8_t)asc
	};
	const uint8_t want_72[8] = { 0x72, key, (uint8_t)(asc >> 8),
				     (uint8_t)asc };

	drive_run(&b->d, b->lu, cdb, 6, NULL, 0, 18);
	drive_data(&b->d, want, 18);
	drive_run(&b->d, b->lu, cdb_72, 6, NULL, 0, 18);
	drive_data(&b->d, want_72, 8);
}

/* Where it is, and what REQUEST SENSE says of that. */
static inline void is(struct disk *b, unsigned cond, uint16_t asc)
{
	assert_int_equal(scsiemu_lu_power_condition(b->lu), cond);
	sense(b, cond == STOPPED ? 2 : 0, asc);
	assert_int_equal(scsiemu_lu_power_condition(b->lu), cond);
}

#endif
