/* SPDX-License-Identifier: BSD-2-Clause */
/* Power conditions: timers of mode page 1Ah, START STOP UNIT, what makes the
 * logical unit active again, and how long that takes. */
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

static void make(struct disk *b, const struct scsiemu_power *p)
{
	const struct disk_options o = { .power = p };

	now = 1000;
	disk_make(b, &o);
	scsiemu_device_tick(b->d.dev, now);
}

/* So many ms pass; in how many there is something to do (UINT64_MAX: never). */
static uint64_t pass(struct disk *b, uint64_t ms)
{
	uint64_t next;

	now += ms;
	next = scsiemu_device_tick(b->d.dev, now);
	drive_ready(&b->d);
	return next == UINT64_MAX ? next : next - now;
}

static void page(struct disk *b, unsigned pc, uint8_t out[40])
{
	const uint8_t cdb[6] = { 0x1a, 8, (uint8_t)(pc << 6 | 0x1a), 0, 255 };

	drive_run(&b->d, b->lu, cdb, 6, NULL, 0, 255);
	drive_good(&b->d);
	assert_int_equal(b->d.t.c.in_done, 44);
	memcpy(out, b->d.t.in + 4, 40);
}

static uint8_t choose(struct disk *b, const uint8_t p[40])
{
	const uint8_t cdb[6] = { 0x15, 0x10, 0, 0, 44 };
	uint8_t list[44] = { 0 };

	memcpy(list + 4, p, 40);
	list[4] &= 0x7f;
	return drive_run(&b->d, b->lu, cdb, 6, list, 44, 0);
}

/* The timer at a byte of the page, in 100 ms; bits of byte 3. */
static void timer(struct disk *b, unsigned at, uint32_t units, uint8_t enable)
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

static void byte(struct disk *b, unsigned at, uint8_t value)
{
	uint8_t p[40];

	page(b, 0, p);
	p[at] = value;
	choose(b, p);
	drive_good(&b->d);
}

static uint8_t start_stop(struct disk *b, uint8_t immed, uint8_t modifier,
			  uint8_t byte4)
{
	const uint8_t cdb[6] = { 0x1b, immed, 0, modifier, byte4 };

	return drive_run(&b->d, b->lu, cdb, 6, NULL, 0, 0);
}

static uint8_t condition(struct disk *b, unsigned pc, uint8_t modifier)
{
	return start_stop(b, 0, modifier, (uint8_t)(pc << 4));
}

static void ready(struct disk *b)
{
	disk_run(b, 0x00, 0, 0, 0, NULL, 0, 0);
}

static void read(struct disk *b)
{
	disk_run(b, 0x28, 0, 0, 1, NULL, 0, 512);
}

/* REQUEST SENSE, exactly, in both formats. */
static void sense(struct disk *b, uint8_t key, uint16_t asc)
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
static void is(struct disk *b, unsigned cond, uint16_t asc)
{
	assert_int_equal(scsiemu_lu_power_condition(b->lu), cond);
	sense(b, cond == STOPPED ? 2 : 0, asc);
	assert_int_equal(scsiemu_lu_power_condition(b->lu), cond);
}

/* ---- What is said ---- */

static void pages(void **s)
{
	static const uint8_t vpd[6] = { 0x12, 1, 0x8a, 0, 255 };
	static const uint8_t list[6] = { 0x12, 1, 0x00, 0, 255 };
	static const uint8_t want[18] = {
		0,    0x8a, 0,	  14, 0x03, 0x07, 0x19, 0xc8, 0x02,
		0x26, 0x01, 0xb8, 0,  11,   0,	  22,	0,    33,
	};
	static const uint8_t normal[40] = {
		0x9a, 38,   0,	  0, 0,	   0,	 0,	      20, 0,
		0,    0x46, 0x50, 0, 0,	   4,	 0xb0,	      0,  0,
		0x17, 0x70, 0,	  0, 0x23, 0x28, [39] = 0x58,
	};
	uint8_t p[40];
	struct disk b;

	(void)s;
	make(&b, &slow);
	drive_run(&b.d, b.lu, vpd, 6, NULL, 0, 255);
	drive_data(&b.d, want, 18);
	drive_run(&b.d, b.lu, list, 6, NULL, 0, 255);
	assert_non_null(memchr(b.d.t.in + 4, 0x8a, b.d.t.in[3]));
	for (unsigned pc = 0; pc < 4; pc++) {
		page(&b, pc, p);
		if (pc != 1) {
			assert_memory_equal(p, normal, 40);
			continue;
		}
		assert_int_equal(p[2], 0xc1);
		assert_int_equal(p[3], 0x0f);
		for (unsigned i = 4; i < 24; i++)
			assert_int_equal(p[i], 0xff);
		for (unsigned i = 24; i < 39; i++)
			assert_int_equal(p[i], 0);
		assert_int_equal(p[CCF], 0xfc);
	}
	disk_free(&b);
}

/* Without: a constant page, no VPD page, GOOD for each condition. */
static void without(void **s)
{
	static const uint8_t vpd[6] = { 0x12, 1, 0x8a, 0, 255 };
	static const uint8_t most[16] = { 9, 0, 2, 1, 9, 9, 9, 0,
					  9, 9, 2, 1, 9, 9, 9, 9 };
	uint8_t p[40], zeros[36] = { 0 };
	struct disk b;

	(void)s;
	make(&b, NULL);
	drive_run(&b.d, b.lu, vpd, 6, NULL, 0, 255);
	drive_cdb(&b.d, 2, SCSIEMU_NO_BIT);
	for (unsigned pc = 0; pc < 3; pc++) {
		page(&b, pc, p);
		assert_memory_equal(p + 2, zeros, 36);
		assert_int_equal(p[39], 0);
	}
	for (unsigned pc = 1; pc < 16; pc++)
		for (uint8_t m = 0; m < 16; m++) {
			condition(&b, pc, m);
			if (most[pc] == 9)
				drive_cdb(&b.d, 4, 7);
			else if (m > most[pc])
				drive_cdb(&b.d, 3, 3);
			else
				drive_good(&b.d);
			is(&b, ACTIVE, 0);
		}
	start_stop(&b, 0, 0, 0);
	is(&b, STOPPED, 0x0402);
	disk_free(&b);
}

static void wrong(void **s)
{
	static const struct {
		uint8_t at, value, bit;
	} bad[] = {
		{ ENABLE_Y, 0xc0, 7 }, { ENABLE_Y, 0x02, 1 },
		{ ENABLE, 0x10, 4 },   { 24, 0x80, 7 },
		{ CCF, 0xd8, 7 },      { CCF, 0x78, 5 },
		{ CCF, 0x5c, 3 },      { CCF, 0x5a, 1 },
	};
	uint8_t p[40], q[40];
	struct disk b;

	(void)s;
	make(&b, &disk_power);
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		page(&b, 0, p);
		p[bad[i].at] = bad[i].value;
		p[TIMER_A] ^= 1;
		choose(&b, p);
		drive_param(&b.d, 0x2600, 4u + bad[i].at, bad[i].bit);
		page(&b, 0, q);
		assert_int_equal(q[TIMER_A], 0); /* nothing was changed */
	}
	for (uint8_t ccf = 0; ccf < 3; ccf++) {
		byte(&b, CCF, (uint8_t)(ccf * 0x54));
		page(&b, 0, p);
		assert_int_equal(p[CCF], ccf * 0x54);
	}
	disk_free(&b);
}

/* ---- Timers ---- */

/* Each one alone, to the millisecond. */
static void each_timer(void **s)
{
	static const struct {
		uint8_t at, enable, is;
		uint16_t asc;
	} timers[] = {
		{ TIMER_A, 0x02, IDLE_A, 0x5e01 },
		{ TIMER_B, 0x04, IDLE_B, 0x5e05 },
		{ TIMER_C, 0x08, IDLE_C, 0x5e07 },
		{ TIMER_Y, 0x10, STANDBY_Y, 0x5e09 },
		{ TIMER_Z, 0x01, STANDBY_Z, 0x5e02 },
	};
	struct disk b;

	(void)s;
	for (unsigned i = 0; i < 5; i++) {
		make(&b, &disk_power);
		assert_int_equal(b.lu->watch, 0);
		timer(&b, timers[i].at, 15, timers[i].enable);
		assert_int_not_equal(b.lu->watch, 0);
		assert_int_equal(pass(&b, 0), 1500);
		assert_int_equal(pass(&b, 1499), 1);
		is(&b, ACTIVE, 0);
		/* that was all: it does not come again */
		assert_true(pass(&b, 1) == UINT64_MAX);
		is(&b, timers[i].is, timers[i].asc);
		ready(&b); /* it stays so */
		drive_good(&b.d);
		is(&b, timers[i].is, timers[i].asc);
		read(&b);
		drive_good(&b.d);
		is(&b, ACTIVE, 0);
		assert_int_equal(pass(&b, 100), 1400);
		pass(&b, 1400);
		is(&b, timers[i].is, timers[i].asc);
		disk_free(&b);
	}
}

/* All of them: deeper and deeper, never back. */
static void deeper(void **s)
{
	struct disk b;

	(void)s;
	make(&b, &disk_power);
	timer(&b, TIMER_A, 1, 0x02);
	timer(&b, TIMER_B, 2, 0x04);
	timer(&b, TIMER_C, 4, 0x08);
	timer(&b, TIMER_Y, 3, 0x10); /* before idle_c */
	timer(&b, TIMER_Z, 5, 0x01);
	assert_int_equal(pass(&b, 100), 100);
	is(&b, IDLE_A, 0x5e01);
	assert_int_equal(pass(&b, 100), 100);
	is(&b, IDLE_B, 0x5e05);
	assert_int_equal(pass(&b, 100), 200);
	is(&b, STANDBY_Y, 0x5e09);
	pass(&b, 100);
	is(&b, STANDBY_Y, 0x5e09);
	assert_true(pass(&b, 100) == UINT64_MAX);
	is(&b, STANDBY_Z, 0x5e02);
	/* several at once: the deepest, without those before it */
	read(&b);
	memset(semu_power(b.lu)->entered, 0, sizeof(uint32_t) * 7);
	pass(&b, 300);
	is(&b, STANDBY_Y, 0x5e09);
	assert_int_equal(semu_power(b.lu)->entered[IDLE_A], 0);
	assert_int_equal(semu_power(b.lu)->entered[IDLE_B], 0);
	assert_int_equal(semu_power(b.lu)->entered[STANDBY_Y], 1);
	disk_free(&b);
}

/* A timer of 0, and the longest there is. */
static void extremes(void **s)
{
	struct disk b;

	(void)s;
	make(&b, &disk_power);
	timer(&b, TIMER_Z, UINT32_MAX, 0x01);
	assert_int_equal(pass(&b, 0), UINT32_MAX * UINT64_C(100));
	timer(&b, TIMER_A, 0, 0x02);
	is(&b, ACTIVE, 0);
	assert_int_equal(pass(&b, 1), UINT32_MAX * UINT64_C(100) - 1);
	is(&b, IDLE_A, 0x5e01);
	pass(&b, UINT32_MAX * UINT64_C(100) - 2);
	is(&b, IDLE_A, 0x5e01);
	pass(&b, 1);
	is(&b, STANDBY_Z, 0x5e02);
	disk_free(&b);
}

/* What runs keeps it active; what does not need the medium does not. */
static void activity(void **s)
{
	static const uint8_t read_1[10] = { 0x28, [8] = 1 };
	struct drive_task t = { .live = false };
	struct disk b;

	(void)s;
	make(&b, &disk_power);
	timer(&b, TIMER_A, 10, 0x02);
	pass(&b, 600);
	read(&b);
	pass(&b, 999);
	is(&b, ACTIVE, 0);
	ready(&b); /* does not count, nor does READ CAPACITY */
	disk_run(&b, 0x25, 0, 0, 0, NULL, 0, 8);
	pass(&b, 1);
	is(&b, IDLE_A, 0x5e01);
	disk_run(&b, 0x25, 0, 0, 0, NULL, 0, 8);
	drive_good(&b.d);
	is(&b, IDLE_A, 0x5e01);
	drive_start(&b.d, &t, b.lu, read_1, 10, NULL, 0, 512);
	assert_int_equal(scsiemu_lu_power_condition(b.lu), ACTIVE);
	pass(&b, 5000);
	assert_int_equal(scsiemu_lu_power_condition(b.lu), ACTIVE);
	pass(&b, 400);
	drive_go(&t);
	drive_end(&t);
	drive_task_free(&t);
	pass(&b, 999);
	is(&b, ACTIVE, 0);
	pass(&b, 1);
	is(&b, IDLE_A, 0x5e01);
	disk_free(&b);
}

/* Other timers, and other pages. */
static void selected(void **s)
{
	struct disk b;

	(void)s;
	make(&b, &disk_power);
	timer(&b, TIMER_A, 10, 0x02);
	pass(&b, 900);
	disk_mode(&b, 0x0a, 2, 4, 4); /* D_SENSE: the timers run on */
	pass(&b, 100);
	assert_int_equal(scsiemu_lu_power_condition(b.lu), IDLE_A);
	disk_mode(&b, 0x0a, 2, 4, 0);
	/* a new value: from now on; it stays where it is */
	timer(&b, TIMER_B, 30, 0x04);
	assert_int_equal(pass(&b, 2999), 1);
	is(&b, IDLE_A, 0x5e01);
	pass(&b, 1);
	is(&b, IDLE_B, 0x5e05);
	/* none any more */
	read(&b);
	byte(&b, ENABLE, 0);
	assert_int_equal(b.lu->watch, 0);
	pass(&b, 100000);
	is(&b, ACTIVE, 0);
	disk_free(&b);
}

/* ---- Commands ---- */

static void by_command(void **s)
{
	static const struct {
		uint8_t pc, modifier, is;
		uint16_t asc;
	} command[] = {
		{ 2, 0, IDLE_A, 0x5e03 },     { 2, 1, IDLE_B, 0x5e06 },
		{ 2, 2, IDLE_C, 0x5e08 },     { 3, 0, STANDBY_Z, 0x5e04 },
		{ 3, 1, STANDBY_Y, 0x5e0a },  { 10, 0, IDLE_A, 0x5e01 },
		{ 10, 1, IDLE_B, 0x5e05 },    { 10, 2, IDLE_C, 0x5e07 },
		{ 11, 0, STANDBY_Z, 0x5e02 }, { 11, 1, STANDBY_Y, 0x5e09 },
	};
	struct disk b;

	(void)s;
	for (unsigned i = 0; i < 10; i++) {
		bool held = command[i].pc < 10;

		make(&b, &disk_power);
		timer(&b, TIMER_A, 10, 0x02);
		condition(&b, command[i].pc, command[i].modifier);
		drive_good(&b.d);
		is(&b, command[i].is, command[i].asc);
		pass(&b, 5000);
		if (held) /* the same condition again is no error */
			condition(&b, command[i].pc, command[i].modifier);
		drive_good(&b.d);
		is(&b, command[i].is, command[i].asc);
		read(&b);
		drive_good(&b.d);
		is(&b, ACTIVE, 0);
		pass(&b, 5000); /* who has control */
		is(&b, held ? ACTIVE : IDLE_A, held ? 0 : 0x5e01);
		condition(&b, 7, 0); /* LU_CONTROL */
		drive_good(&b.d);
		pass(&b, 1000);
		is(&b, IDLE_A, 0x5e01);
		condition(&b, 1, 0); /* ACTIVE */
		drive_good(&b.d);
		is(&b, ACTIVE, 0);
		pass(&b, 5000);
		is(&b, ACTIVE, 0);
		start_stop(&b, 0, 0, START); /* control comes back with it */
		drive_good(&b.d);
		assert_int_equal(pass(&b, 999), 1);
		pass(&b, 1);
		is(&b, IDLE_A, 0x5e01);
		disk_free(&b);
	}
}

/* Before STANDBY the cache is emptied; if that fails, it stays as it is. */
static int no_flush(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)d, (void)bytes;
	return c->verb == SCSIEMU_V_FLUSH ? SCSIEMU_E_WRITE : DRIVE_USUAL;
}

static void flushed(void **s)
{
	struct disk b;

	(void)s;
	make(&b, &disk_power);
	condition(&b, 3, 0);
	assert_int_equal(b.d.nlog, 1);
	assert_int_equal(b.d.log[0].verb, SCSIEMU_V_FLUSH);
	assert_int_equal(b.d.log[0].flags, 0);
	condition(&b, 1, 0);
	start_stop(&b, IMMED, 1, 0x30);
	assert_int_equal(b.d.log[0].flags, SCSIEMU_IMMED);
	is(&b, STANDBY_Y, 0x5e0a);
	start_stop(&b, 0, 0, 0x30 | NO_FLUSH);
	assert_int_equal(b.d.nlog, 0);
	is(&b, STANDBY_Z, 0x5e04);
	condition(&b, 2, 0);
	assert_int_equal(b.d.nlog, 0);
	b.d.hook = no_flush;
	condition(&b, 3, 0);
	drive_check(&b.d, 3, 0x0c00);
	is(&b, IDLE_A, 0x5e03);
	disk_free(&b);
}

static void stopped(void **s)
{
	static const uint8_t start[] = { 0x01, 0x10, 0x20, 0x30 };
	static const uint8_t after[] = { ACTIVE, ACTIVE, IDLE_A, STANDBY_Z };
	struct disk b;

	(void)s;
	make(&b, &disk_power);
	timer(&b, TIMER_A, 10, 0x02);
	for (unsigned i = 0; i < 4; i++) {
		start_stop(&b, 0, 0, 0);
		drive_good(&b.d);
		is(&b, STOPPED, 0x0402);
		pass(&b, 5000);
		read(&b);
		drive_check(&b.d, 2, 0x0402);
		is(&b, STOPPED, 0x0402);
		for (unsigned pc = 7; pc < 12; pc += pc == 7 ? 3 : 1) {
			condition(&b, pc, 0);
			drive_check(&b.d, 5, 0x2c05);
		}
		start_stop(&b, 0, 0, start[i]);
		drive_good(&b.d);
		assert_int_equal(scsiemu_lu_power_condition(b.lu), after[i]);
		read(&b);
		drive_good(&b.d);
	}
	disk_free(&b);
}

/* A reset gives control back, and the saved timers. */
static void reset(void **s)
{
	static const uint8_t from[] = { 0x10, 0x20, 0x30, 0x00 };
	struct scsiemu_cmd c = { .tmf = SCSIEMU_TMF_LU_RESET };
	uint64_t scratch[256];
	struct disk b;
	uint8_t p[40];

	(void)s;
	make(&b, &slow);
	c.scratch = (uint8_t *)scratch;
	c.scratch_len = sizeof(scratch);
	for (unsigned i = 0; i < 4; i++) {
		timer(&b, TIMER_A, 10, 0x02);
		start_stop(&b, 0, 0, from[i]);
		drive_good(&b.d);
		assert_int_equal(scsiemu_start(b.lu, &c), SCSIEMU_DONE);
		scsiemu_end(&c);
		drive_settle(&b.d, b.lu, NULL);
		is(&b, ACTIVE, 0);
		page(&b, 0, p);
		assert_int_equal(p[ENABLE], 0);
		assert_int_equal(b.lu->watch, 0);
		read(&b);
		drive_good(&b.d);
	}
	disk_free(&b);
}

/* A removable one is not stopped by STOP, but has conditions. */
static void removable(void **s)
{
	const struct disk_options o = { .power = &disk_power,
					.removable = true };
	struct disk b;

	(void)s;
	now = 0;
	disk_make(&b, &o);
	timer(&b, TIMER_A, 10, 0x02);
	start_stop(&b, 0, 0, 0);
	is(&b, ACTIVE, 0);
	condition(&b, 2, 1);
	is(&b, IDLE_B, 0x5e06);
	start_stop(&b, 0, 0, LOEJ); /* the medium goes */
	drive_good(&b.d);
	read(&b);
	drive_check(&b.d, 2, 0x3a02);
	is(&b, IDLE_B, 0x5e06);
	start_stop(&b, 0, 0, LOEJ | START);
	drive_good(&b.d);
	read(&b);
	drive_good(&b.d);
	is(&b, ACTIVE, 0);
	condition(&b, 7, 0);
	pass(&b, 1000);
	is(&b, IDLE_A, 0x5e01);
	disk_free(&b);
}

static void transitions(void **s)
{
	static const uint32_t want[7] = { 2, 1, 2, 0, 0, 1, 1 };
	struct disk b;

	(void)s;
	make(&b, &disk_power);
	condition(&b, 2, 0);
	condition(&b, 2, 1);
	read(&b);
	condition(&b, 3, 0);
	start_stop(&b, 0, 0, 0);
	start_stop(&b, 0, 0, START);
	condition(&b, 1, 0); /* is so */
	condition(&b, 10, 1);
	assert_memory_equal(semu_power(b.lu)->entered, want, sizeof(want));
	disk_free(&b);
}

/* ---- Time to become active ---- */

static const uint8_t read_1[10] = { 0x28, [8] = 1 };

/* A READ that waits until it is active. */
static void waits(struct disk *b, uint32_t ms)
{
	struct drive_task t = { .live = false };

	drive_start(&b->d, &t, b->lu, read_1, 10, NULL, 0, 512);
	assert_int_equal(t.want, SCSIEMU_WAIT);
	assert_int_equal(b->lu->guards & SCSIEMU_ON_BECOMING, 0);
	assert_int_equal(pass(b, 0), ms);
	ready(b); /* goes past */
	drive_good(&b->d);
	sense(b, 0, 0);
	pass(b, ms - 1);
	assert_int_equal(t.want, SCSIEMU_WAIT);
	pass(b, 1);
	assert_int_equal(t.want, SCSIEMU_READ);
	drive_go(&t);
	assert_int_equal(t.c.status, SCSIEMU_GOOD);
	drive_end(&t);
	drive_task_free(&t);
	read(b);
	drive_good(&b->d);
}

/* Commands that are told to come again. */
static void told(struct disk *b, uint32_t ms)
{
	read(b);
	drive_check(&b->d, 2, 0x0401);
	ready(b);
	drive_check(&b->d, 2, 0x0401);
	sense(b, 2, 0x0401);
	assert_int_equal(pass(b, 0), ms);
	pass(b, ms - 1);
	read(b);
	drive_check(&b->d, 2, 0x0401);
	pass(b, 1);
	ready(b);
	drive_good(&b->d);
	sense(b, 0, 0);
	read(b);
	drive_good(&b->d);
}

static void recovery(void **s)
{
	static const struct {
		uint8_t pc, modifier, ccf;
		uint16_t ms;
	} from[] = {
		{ 2, 0, 0, 11 },     { 2, 1, 0, 22 },	  { 2, 2, 0x80, 33 },
		{ 3, 0, 0x20, 550 }, { 3, 1, 0x20, 440 },
	};
	struct disk b;

	(void)s;
	make(&b, &slow);
	for (unsigned i = 0; i < 5; i++)
		for (unsigned on = 0; on < 2; on++) {
			byte(&b, CCF, on ? 0xa8 : (uint8_t)~from[i].ccf & 0xa8);
			condition(&b, from[i].pc, from[i].modifier);
			drive_good(&b.d);
			if (on && from[i].ccf)
				told(&b, from[i].ms);
			else
				waits(&b, from[i].ms);
		}
	disk_free(&b);
}

/* START: with status at once, or when it is active. */
static void starting(void **s)
{
	const uint8_t start[6] = { 0x1b, 0, 0, 0, START };
	struct drive_task t = { .live = false };
	struct disk b;

	(void)s;
	make(&b, &slow);
	start_stop(&b, 0, 0, 0);
	start_stop(&b, IMMED, 0, START);
	drive_good(&b.d);
	told(&b, 6600);
	start_stop(&b, 0, 0, 0);
	drive_start(&b.d, &t, b.lu, start, 6, NULL, 0, 0);
	assert_int_equal(t.want, SCSIEMU_WAIT);
	told(&b, 6600); /* others do not wait behind it */
	drive_go(&t);
	assert_int_equal(t.c.status, SCSIEMU_GOOD);
	drive_end(&t);
	/* CCF_STOPPED 01b: they wait */
	byte(&b, CCF, 0x54);
	start_stop(&b, 0, 0, 0);
	start_stop(&b, IMMED, 0, START);
	waits(&b, 6600);
	/* the second one waits for the rest */
	start_stop(&b, 0, 0, 0);
	start_stop(&b, IMMED, 0, START);
	pass(&b, 6000);
	drive_start(&b.d, &t, b.lu, start, 6, NULL, 0, 0);
	assert_int_equal(t.want, SCSIEMU_WAIT);
	pass(&b, 599);
	assert_int_equal(t.want, SCSIEMU_WAIT);
	pass(&b, 1);
	drive_go(&t);
	assert_int_equal(t.c.status, SCSIEMU_GOOD);
	drive_end(&t);
	drive_task_free(&t);
	disk_free(&b);
}

/* The timers run from when it is active. */
static void after_recovery(void **s)
{
	struct disk b;

	(void)s;
	make(&b, &slow);
	timer(&b, TIMER_A, 1, 0x02);
	start_stop(&b, 0, 0, 0);
	start_stop(&b, IMMED, 0, START);
	pass(&b, 6600);
	sense(&b, 0, 0);
	pass(&b, 99);
	is(&b, ACTIVE, 0);
	pass(&b, 1);
	is(&b, IDLE_A, 0x5e01);
	/* another condition on the way */
	start_stop(&b, 0, 0, 0);
	start_stop(&b, IMMED, 0, START);
	pass(&b, 10);
	condition(&b, 2, 2);
	is(&b, IDLE_C, 0x5e08);
	ready(&b);
	drive_good(&b.d);
	waits(&b, 33);
	disk_free(&b);
}

/* An abort ends a command that waits; one that it meets stopped is told. */
static void interrupted(void **s)
{
	struct drive_task t = { .live = false }, u = { .live = false };
	struct disk b;

	(void)s;
	make(&b, &slow);
	condition(&b, 3, 0);
	drive_start(&b.d, &t, b.lu, read_1, 10, NULL, 0, 512);
	drive_start(&b.d, &u, b.lu, read_1, 10, NULL, 0, 512);
	assert_int_equal(t.want, SCSIEMU_WAIT);
	assert_int_equal(u.want, SCSIEMU_WAIT);
	scsiemu_abort(&t.c);
	drive_ready(&b.d);
	assert_int_equal(t.want, SCSIEMU_DONE);
	assert_int_equal(t.c.outcome, SCSIEMU_ABORTED);
	drive_end(&t);
	b.lu->guards |= SCSIEMU_ON_STOPPED;
	pass(&b, 550);
	drive_go(&u);
	assert_int_equal(u.c.status, SCSIEMU_CHECK_CONDITION);
	assert_int_equal(u.c.sense.asc, 0x0402);
	drive_end(&u);
	drive_task_free(&t);
	drive_task_free(&u);
	disk_free(&b);
}

/* ---- Background functions ---- */

static void scans(void **s)
{
	const struct disk_options o = { .nblk = 40960,
					.power = &disk_power,
					.sbc = { .scan = true } };
	enum { DAY = 86400000 };
	struct disk b;

	(void)s;
	now = 0;
	disk_make(&b, &o);
	for (unsigned i = 0; i < 4; i++)
		pass(&b, 500); /* the first one is over */
	/* in idle none begins */
	timer(&b, TIMER_A, 10, 0x02);
	pass(&b, 1000);
	assert_int_equal(scsiemu_lu_power_condition(b.lu), IDLE_A);
	b.d.nlog = 0;
	pass(&b, DAY);
	pass(&b, 10000);
	assert_int_equal(b.d.nlog, 0);
	assert_int_equal(scsiemu_lu_power_condition(b.lu), IDLE_A);
	/* 01b: it goes first, unless a command says otherwise */
	byte(&b, ENABLE_Y, 0x40);
	condition(&b, 2, 0);
	b.d.nlog = 0;
	pass(&b, 10000);
	assert_int_equal(b.d.nlog, 0);
	condition(&b, 10, 0);
	b.d.nlog = 0;
	pass(&b, 10000);
	assert_int_equal(b.d.nlog, 8);
	assert_int_equal(scsiemu_lu_power_condition(b.lu), ACTIVE);
	/* the other way round: the rest of it waits */
	byte(&b, ENABLE_Y, 0x80);
	condition(&b, 10, 0);
	b.d.nlog = 0;
	pass(&b, 10000);
	assert_int_equal(b.d.nlog, 0);
	read(&b);
	b.d.nlog = 0;
	pass(&b, 500);
	assert_int_equal(b.d.nlog, 8);
	disk_free(&b);
}

/* A self-test works on the medium. */
static void selftests(void **s)
{
	static const uint8_t test[6] = { 0x1d, 0x04 };
	struct disk b;

	(void)s;
	make(&b, &disk_power);
	condition(&b, 3, 0);
	drive_run(&b.d, b.lu, test, 6, NULL, 0, 0);
	drive_good(&b.d);
	is(&b, ACTIVE, 0);
	disk_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages),	  cmocka_unit_test(without),
		cmocka_unit_test(wrong),	  cmocka_unit_test(each_timer),
		cmocka_unit_test(deeper),	  cmocka_unit_test(extremes),
		cmocka_unit_test(activity),	  cmocka_unit_test(selected),
		cmocka_unit_test(by_command),	  cmocka_unit_test(flushed),
		cmocka_unit_test(stopped),	  cmocka_unit_test(reset),
		cmocka_unit_test(removable),	  cmocka_unit_test(transitions),
		cmocka_unit_test(recovery),	  cmocka_unit_test(starting),
		cmocka_unit_test(after_recovery), cmocka_unit_test(interrupted),
		cmocka_unit_test(scans),	  cmocka_unit_test(selftests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
