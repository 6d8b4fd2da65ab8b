/* SPDX-License-Identifier: BSD-2-Clause */
/* Background scans and BACKGROUND CONTROL, in time that the test makes. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "sbc/scan.h"
#include "support/disk.h"

/* 20 MiB: three jobs of 8 pieces of 1 MiB. */
enum { NBLK = 40960, PIECE = 2048, HOUR = 3600000, MINUTE = 60000 };
enum { EN_BMS = 1, S_L_FULL = 4, EN_PS = 1 };

static const struct disk_options options = { .nblk = NBLK,
					     .sbc = { .scan = true } };
static uint64_t now;

static void setup(struct disk *b)
{
	now = 0;
	disk_make(b, &options);
}

/* So many ms pass; what became due runs. */
static void pass(struct disk *b, uint64_t ms)
{
	now += ms;
	b->d.nlog = 0;
	scsiemu_device_tick(b->d.dev, now);
	drive_ready(&b->d);
}

static void mode(struct disk *b, unsigned at, uint8_t mask, uint8_t value)
{
	const uint8_t sense[6] = { 0x1a, 8, 0x1c, 1, 255 };
	uint8_t select[6] = { 0x15, 0x10 }, list[20];

	drive_run(&b->d, b->lu, sense, 6, NULL, 0, 255);
	drive_good(&b->d);
	assert_int_equal(b->d.t.c.in_done, 20);
	memcpy(list, b->d.t.in, 20);
	list[0] = list[2] = 0;
	list[4] &= 0x7f;
	list[4 + at] = (uint8_t)((list[4 + at] & ~mask) | value);
	select[4] = 20;
	drive_run(&b->d, b->lu, select, 6, list, 20, 0);
	drive_good(&b->d);
}

static uint8_t control(struct disk *b, uint8_t ctl, uint8_t time)
{
	const uint8_t cdb[16] = { 0x9e, 0x15, (uint8_t)(ctl << 6), time };

	return drive_run(&b->d, b->lu, cdb, 16, NULL, 0, 0);
}

static void state(struct disk *b, uint8_t status, unsigned progress,
		  uint8_t background)
{
	assert_int_equal(semu_scan_status(b->lu), status);
	assert_int_equal(semu_scan_progress(b->lu), progress);
	assert_int_equal(semu_scan_background(b->lu), background);
}

/* The jobs of one scan, each some time after the one before. */
static void whole(struct disk *b, uint8_t status, uint8_t background)
{
	for (unsigned i = 0; i < 3; i++) {
		unsigned n = i < 2 ? 8 : 4;

		pass(b, 10);
		assert_int_equal(b->d.nlog, n);
		for (unsigned k = 0; k < n; k++) {
			assert_int_equal(b->d.log[k].verb, SCSIEMU_V_VERIFY);
			assert_int_equal(b->d.log[k].addr, (i * 8 + k) * PIECE);
			assert_int_equal(b->d.log[k].count, PIECE);
		}
		if (i < 2)
			state(b, status, (i + 1) * 8 * 65536 / 20, background);
	}
}

/* The first half a second after the last command, the next a day later. */
static void daily(void **s)
{
	struct disk b;

	(void)s;
	setup(&b);
	state(&b, SEMU_SCAN_WAITING, 0, 1);
	pass(&b, 499);
	assert_int_equal(b.d.nlog, 0);
	pass(&b, 1);
	assert_int_equal(b.d.nlog, 8);
	pass(&b, 10);
	pass(&b, 10);
	state(&b, SEMU_SCAN_WAITING, 0, 1);
	assert_int_equal(semu_scan(b.lu)->scans, 1);
	assert_int_equal(semu_scan(b.lu)->medium_scans, 1);
	pass(&b, 10);
	assert_int_equal(b.d.nlog, 0);
	assert_int_equal(scsiemu_device_tick(b.d.dev, now), 500 + 24 * HOUR);
	pass(&b, 24 * HOUR - 31);
	assert_int_equal(b.d.nlog, 0);
	pass(&b, 1);
	assert_int_equal(b.d.nlog, 8);
	disk_free(&b);
}

/* Somebody who is there holds it up, but not for ever. */
static void others(void **s)
{
	const uint8_t read[10] = { 0x28, [8] = 1 };
	struct drive_task t = { .live = false };
	struct disk b;

	(void)s;
	setup(&b);
	pass(&b, 500);
	assert_int_equal(b.d.nlog, 8);
	drive_start(&b.d, &t, b.lu, read, 10, NULL, 0, 512);
	for (unsigned i = 0; i < 4; i++) { /* 2 s: MAXIMUM TIME TO SUSPEND */
		pass(&b, i ? 500 : 10);
		assert_int_equal(b.d.nlog, 0);
		state(&b, SEMU_SCAN_MEDIUM, 8 * 65536 / 20, 3);
	}
	pass(&b, 500);
	assert_int_equal(b.d.nlog, 8);
	drive_go(&t);
	drive_end(&t);
	drive_task_free(&t);
	pass(&b, 10);
	pass(&b, 500);
	assert_int_equal(semu_scan(b.lu)->scans, 1);
	/* while nothing can be read, it waits */
	control(&b, 1, 0);
	b.lu->guards |= SCSIEMU_ON_STOPPED;
	pass(&b, 5000);
	assert_int_equal(b.d.nlog, 0);
	b.lu->guards &= ~(uint32_t)SCSIEMU_ON_STOPPED;
	pass(&b, 5000);
	assert_int_equal(b.d.nlog, 8);
	disk_free(&b);
}

/* EN_BMS: off, it stops where it is; on, it goes on from there. */
static void switched(void **s)
{
	struct disk b;

	(void)s;
	setup(&b);
	pass(&b, 500);
	mode(&b, 4, EN_BMS, 0);
	state(&b, SEMU_SCAN_NONE, 0, 1);
	pass(&b, 5000);
	assert_int_equal(b.d.nlog, 0);
	mode(&b, 4, EN_BMS, EN_BMS);
	state(&b, SEMU_SCAN_MEDIUM, 8 * 65536 / 20, 3);
	pass(&b, 500);
	assert_int_equal(b.d.nlog, 8);
	assert_int_equal(b.d.log[0].addr, 8 * PIECE);
	disk_free(&b);
}

static int broken(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	const uint64_t *lba = d->hook_ctx;

	(void)bytes;
	if (c->verb != SCSIEMU_V_VERIFY)
		return DRIVE_USUAL;
	for (; *lba; lba++)
		if (*lba >= c->addr && *lba < c->addr + c->count) {
			c->info = *lba;
			return SCSIEMU_E_READ;
		}
	return DRIVE_USUAL;
}

/* What cannot be read is remembered; the scan goes on behind it. */
static void entries(void **s)
{
	static const uint64_t bad[] = { 1, 5000, 5001, NBLK - 1, 0 };
	static uint64_t many[NBLK / 512 + 1];
	struct disk b;

	(void)s;
	setup(&b);
	b.d.hook = broken;
	b.d.hook_ctx = (void *)(uintptr_t)bad;
	pass(&b, 2 * MINUTE);
	for (unsigned i = 0; i < 5; i++)
		pass(&b, 10);
	assert_int_equal(semu_scan(b.lu)->scans, 1);
	assert_int_equal(semu_scan(b.lu)->nentries, 4);
	for (unsigned i = 0; i < 4; i++) {
		const uint8_t *e = semu_scan(b.lu)->entry[i];
		const uint8_t head[8] = { 0, 0, 0, 2, 0x13, 0x11, 0, 0 };

		assert_memory_equal(e, head, 8);
		assert_int_equal(semu_be64(e + 12), bad[i]);
	}
	semu_scan_clear(b.lu);
	assert_int_equal(semu_scan(b.lu)->nentries, 0);
	/* full: the oldest go, or with S_L_FULL the scan stops */
	for (unsigned i = 0; i < NBLK / 512; i++)
		many[i] = i * 512 + 1;
	b.d.hook_ctx = many;
	for (unsigned stop = 0; stop < 2; stop++) {
		mode(&b, 4, S_L_FULL, stop ? S_L_FULL : 0);
		control(&b, 1, 0);
		for (unsigned i = 0; i < 40; i++)
			pass(&b, 500);
		assert_int_equal(semu_scan(b.lu)->nentries, SEMU_SCAN_ENTRIES);
		if (!stop) {
			assert_int_equal(
				semu_be64(semu_scan(b.lu)->entry[31] + 12),
				NBLK - 511);
			semu_scan_clear(b.lu);
			continue;
		}
		assert_int_equal(semu_scan_status(b.lu), SEMU_SCAN_HALTED);
		semu_scan_clear(b.lu);
		pass(&b, 500);
		assert_true(b.d.nlog > 0);
	}
	disk_free(&b);
}

/* Blocks that WRITE LONG marked are found, too. */
static void marked(void **s)
{
	static const uint8_t mark[10] = { 0x3f, 0x40, 0, 0, 0x20, 0x01 };
	struct disk_options o = options;
	struct disk b;

	(void)s;
	now = 0;
	o.sbc.defects = 4;
	disk_make(&b, &o);
	drive_run(&b.d, b.lu, mark, 10, NULL, 0, 0);
	drive_good(&b.d);
	pass(&b, 500);
	assert_int_equal(semu_scan(b.lu)->nentries, 1);
	assert_int_equal(semu_be64(semu_scan(b.lu)->entry[0] + 12), 0x2001);
	assert_int_equal(b.d.log[4].addr, 0x2002);
	disk_free(&b);
}

static int dead(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)d, (void)bytes;
	return c->verb == SCSIEMU_V_VERIFY ? SCSIEMU_E_HARDWARE : DRIVE_USUAL;
}

static void fatal(void **s)
{
	struct disk b;

	(void)s;
	setup(&b);
	b.d.hook = dead;
	pass(&b, 500);
	state(&b, SEMU_SCAN_FATAL, 0, 1);
	pass(&b, 25 * HOUR);
	assert_int_equal(b.d.nlog, 0);
	b.d.hook = NULL;
	control(&b, 1, 0); /* the host may try again */
	pass(&b, 500);
	assert_int_equal(b.d.nlog, 8);
	disk_free(&b);
}

static void background_control(void **s)
{
	const uint8_t b1[6] = { 0x12, 1, 0xb1, 0, 64 };
	struct disk_options o = options;
	struct disk b;

	(void)s;
	setup(&b);
	drive_in(&b.d, b.lu, b1, 6);
	assert_int_equal(b.d.t.in[8], 0x04);
	mode(&b, 4, EN_BMS, 0);
	control(&b, 3, 0);
	drive_cdb(&b.d, 2, 7);
	control(&b, 0, 9);
	drive_good(&b.d);
	pass(&b, 5000);
	assert_int_equal(b.d.nlog, 0);
	control(&b, 1, 0);
	drive_good(&b.d);
	whole(&b, SEMU_SCAN_MEDIUM, 2);
	pass(&b, 5000);
	assert_int_equal(b.d.nlog, 0); /* once */
	state(&b, SEMU_SCAN_NONE, 0, 1);
	control(&b, 1, 5); /* half a second at most */
	pass(&b, 10);
	state(&b, SEMU_SCAN_MEDIUM, 8 * 65536 / 20, 2);
	pass(&b, 490);
	assert_int_equal(b.d.nlog, 0);
	state(&b, SEMU_SCAN_NONE, 0, 1);
	control(&b, 1, 0);
	pass(&b, 10);
	control(&b, 2, 0); /* stop */
	pass(&b, 500);
	assert_int_equal(b.d.nlog, 0);
	state(&b, SEMU_SCAN_NONE, 0, 1);
	assert_int_equal(semu_scan(b.lu)->scans, 1);
	disk_free(&b);
	o.sbc.scan = false;
	disk_make(&b, &o);
	control(&b, 1, 0);
	drive_check(&b.d, 5, 0x2400);
	drive_run(&b.d, b.lu, (const uint8_t[6]){ 0x1a, 8, 0x1c, 1, 255 }, 6,
		  NULL, 0, 255);
	drive_cdb(&b.d, 3, SCSIEMU_NO_BIT);
	disk_free(&b);
}

/* EN_PS counts at the next power on, once. */
static void pre_scan(void **s)
{
	uint8_t saved[256];
	struct disk a, b;
	uint32_t len;

	(void)s;
	setup(&a);
	mode(&a, 4, EN_BMS, 0);
	drive_run(&a.d, a.lu, (const uint8_t[6]){ 0x1a, 8, 0x1c, 1, 255 }, 6,
		  NULL, 0, 255);
	a.d.t.in[0] = a.d.t.in[2] = 0;
	a.d.t.in[4] &= 0x7f;
	a.d.t.in[9] = EN_PS;
	memcpy(saved, a.d.t.in, 20);
	drive_run(&a.d, a.lu, (const uint8_t[6]){ 0x15, 0x11, 0, 0, 20 }, 6,
		  saved, 20, 0);
	drive_good(&a.d);
	pass(&a, 5000);
	assert_int_equal(a.d.nlog, 0);
	len = a.d.nv_len[SCSIEMU_NV_MODE];
	assert_in_range(len, 16, 256);
	memcpy(saved, a.d.nv[SCSIEMU_NV_MODE], len);
	disk_free(&a);

	now = 0;
	disk_make(&b, &(struct disk_options){ .nblk = NBLK,
					      .empty = true,
					      .sbc = { .scan = true } });
	assert_int_equal(scsiemu_lu_restore(b.lu, SCSIEMU_NV_MODE, saved, len),
			 0);
	scsiemu_lu_load(b.lu, &b.k.m, false);
	pass(&b, 490);
	whole(&b, SEMU_SCAN_PRE, 3);
	assert_int_equal(semu_scan(b.lu)->scans, 1);
	assert_int_equal(semu_scan(b.lu)->medium_scans, 0);
	pass(&b, 5000);
	assert_int_equal(b.d.nlog, 0);
	scsiemu_lu_load(b.lu, NULL, false);
	scsiemu_lu_load(b.lu, &b.k.m, false);
	pass(&b, 5000);
	assert_int_equal(b.d.nlog, 0);
	disk_free(&b);
}

/* A job that cannot be had, one that is aborted: later. */
static void interrupted(void **s)
{
	static const uint64_t none[2];
	struct scsiemu_cmd *job;
	struct disk b;
	int want;

	(void)s;
	setup(&b);
	scsiemu_job_start(b.lu, NULL, none, false);
	now = 500;
	scsiemu_device_tick(b.d.dev, now);
	drive_ready(&b.d);
	assert_int_equal(b.d.nlog, 0);
	now = 1000;
	scsiemu_device_tick(b.d.dev, now);
	job = drive_take_job(&b.d, &want);
	assert_int_equal(job->verb, SCSIEMU_V_VERIFY);
	scsiemu_lu_load(b.lu, NULL, false); /* taken out under its hands */
	assert_int_equal(drive_job_step(&b.d, job), SCSIEMU_DONE);
	pass(&b, 5000);
	assert_int_equal(b.d.nlog, 0);
	scsiemu_lu_load(b.lu, &b.k.m, false);
	pass(&b, 500);
	assert_int_equal(b.d.nlog, 8);
	assert_int_equal(b.d.log[0].addr, 0);
	disk_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(daily),
		cmocka_unit_test(others),
		cmocka_unit_test(switched),
		cmocka_unit_test(entries),
		cmocka_unit_test(fatal),
		cmocka_unit_test(pre_scan),
		cmocka_unit_test(interrupted),
		cmocka_unit_test(marked),
		cmocka_unit_test(background_control),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
