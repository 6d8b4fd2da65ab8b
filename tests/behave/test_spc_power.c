/* SPDX-License-Identifier: BSD-2-Clause */
/* Power conditions: timers of mode page 1Ah, START STOP UNIT, what makes the
 * logical unit active again. */
#include "behave/power_rig.h"

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

/* Before SPC-3 there is none of it; a header of another time is refused. */
static void older(void **s)
{
	struct disk_options o = { .power = &slow, .version = 4 };
	struct scsiemu_lu_config cf;
	struct scsiemu_power cut = { .size = sizeof(cut) - 2 };
	struct disk b;

	(void)s;
	disk_make(&b, &o);
	condition(&b, 2, 0);
	drive_good(&b.d);
	assert_int_equal(scsiemu_lu_power_condition(b.lu), ACTIVE);
	cf = b.cf;
	cf.version = 0;
	cf.power = &cut;
	assert_null(scsiemu_lu_add(b.d.dev, 1, &cf));
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

static void log_sense(struct disk *b, uint8_t code)
{
	const uint8_t cdb[10] = { 0x4d, 0, (uint8_t)(0x40 | code), [8] = 0xff };

	drive_run(&b->d, b->lu, cdb, 10, NULL, 0, 255);
}

/* Log page 1Ah; without power conditions there is none. */
static void logged(void **s)
{
	static const struct disk_options with = { .power = &disk_power,
						  .logs = true };
	static const struct disk_options plain = { .logs = true };
	static const uint8_t want[52] = {
		0x9a, 0, 0, 48,		    /* DS */
		0,    1, 3, 4,	0, 0, 0, 3, /* active */
		0,    2, 3, 4,	0, 0, 0, 1, /* idle_a */
		0,    3, 3, 4,	0, 0, 0, 2, /* idle_b */
		0,    4, 3, 4,	0, 0, 0, 0, /* idle_c */
		0,    8, 3, 4,	0, 0, 0, 1, /* standby_z */
		0,    9, 3, 4,	0, 0, 0, 1  /* standby_y */
	};
	struct disk b;

	(void)s;
	disk_make(&b, &with);
	condition(&b, 2, 0);
	condition(&b, 2, 1);
	read(&b);
	condition(&b, 2, 1);
	condition(&b, 3, 0);
	read(&b);
	condition(&b, 3, 1);
	start_stop(&b, 0, 0, 0);
	start_stop(&b, 0, 0, START);
	log_sense(&b, 0x1a);
	drive_data(&b.d, want, sizeof(want));
	semu_power(b.lu)->entered[IDLE_C] = UINT32_MAX;
	condition(&b, 2, 2);
	assert_int_equal(semu_power(b.lu)->entered[IDLE_C], UINT32_MAX);
	disk_free(&b);
	disk_make(&b, &plain);
	log_sense(&b, 0x1a);
	drive_cdb(&b.d, 2, 5);
	disk_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages),       cmocka_unit_test(without),
		cmocka_unit_test(older),       cmocka_unit_test(wrong),
		cmocka_unit_test(each_timer),  cmocka_unit_test(deeper),
		cmocka_unit_test(extremes),    cmocka_unit_test(activity),
		cmocka_unit_test(selected),    cmocka_unit_test(by_command),
		cmocka_unit_test(flushed),     cmocka_unit_test(stopped),
		cmocka_unit_test(reset),       cmocka_unit_test(removable),
		cmocka_unit_test(transitions), cmocka_unit_test(logged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
