/* SPDX-License-Identifier: BSD-2-Clause */
/* library:dir=... : a changer and its drives from one device string, made, used
 * and found again. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <scsiemu/exec.h>
#include <scsiemu/host.h>
#include <scsiemu/smc.h>
#include <scsiemu/wire.h>

enum { SLOTS = 3, DRIVES = 2, SLOT = 4096, DRIVE = 512 };

static char dir[] = "/tmp/scsiemu-library-XXXXXX";
static struct scsiemu_errmsg err;

struct bench {
	struct scsiemu_host_device h;
	struct scsiemu_exec x;
	uint64_t scratch[2048];
	uint8_t in[1024];
};

static void path_of(char *out, size_t room, const char *name)
{
	snprintf(out, room, "%s/lib/%s", dir, name);
}

static void clean(void)
{
	char path[64], name[16];

	for (unsigned i = 1; i <= SLOTS; i++) {
		snprintf(name, sizeof(name), "VOL00%uL8.tape", i);
		path_of(path, sizeof(path), name);
		unlink(path);
	}
	path_of(path, sizeof(path), "slots");
	unlink(path);
	path_of(path, sizeof(path), "");
	rmdir(path);
}

static int setup(void **state)
{
	(void)state;
	strcpy(dir + strlen(dir) - 6, "XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	clean();
	return rmdir(dir);
}

static int open_with(struct bench *b, const char *keys)
{
	static char text[2][128];
	static unsigned turn;
	char *t = text[turn++ % 2];

	memset(b, 0, sizeof(*b));
	snprintf(t, sizeof(text[0]), "library:dir=%s/lib%s", dir, keys);
	assert_int_equal(scsiemu_host_device_add(&b->h, t, &err), 0);
	return scsiemu_host_device_open(&b->h, "t", NULL, &err);
}

static uint8_t run(struct bench *b, uint8_t lun, const uint8_t *cdb,
		   unsigned len)
{
	const uint8_t field[8] = { 0, lun };

	b->x.cdb = cdb;
	b->x.cdb_len = (uint16_t)len;
	b->x.in = b->in;
	b->x.in_len = sizeof(b->in);
	b->x.scratch = b->scratch;
	b->x.scratch_len = sizeof(b->scratch);
	do
		assert_int_equal(scsiemu_exec(&b->h.pump,
					      scsiemu_lu_find(b->h.dev, field),
					      &b->x, NULL, NULL),
				 0);
	while (b->x.status && (b->x.sense[2] & 15) == 6);
	return b->x.status;
}

static uint8_t move(struct bench *b, unsigned from, unsigned to)
{
	const uint8_t cdb[12] = { 0xa5,
				  0,
				  0,
				  0,
				  (uint8_t)(from >> 8),
				  (uint8_t)from,
				  (uint8_t)(to >> 8),
				  (uint8_t)to };

	return run(b, 0, cdb, 12);
}

static bool ready(struct bench *b, uint8_t lun)
{
	static const uint8_t tur[6];

	return !run(b, lun, tur, 6);
}

static void types(struct bench *b)
{
	static const uint8_t inquiry[6] = { 0x12, [4] = 96 };

	for (uint8_t lun = 0; lun <= DRIVES; lun++) {
		assert_int_equal(run(b, lun, inquiry, 6), 0);
		assert_int_equal(b->in[0], lun ? 0x01 : 0x08);
	}
	assert_int_equal(b->h.nunits, 1 + DRIVES);
}

static void test_library(void **state)
{
	static const uint8_t status[12] = { 0xb8, 0x10, 0, 0, 0xff,
					    0xff, 0,	0, 4, 0 };
	static struct bench b;
	char want[64];

	(void)state;
	assert_int_equal(open_with(&b, ",slots=3,drives=2,ie=1,size=4M"), 0);
	types(&b);
	snprintf(want, sizeof(want), "library %s/lib, 2 drives", dir);
	assert_string_equal(b.h.units->host.summary, want);
	snprintf(want, sizeof(want), "drive 2 of library %s/lib", dir);
	assert_string_equal(b.h.units->next->next->host.summary, want);
	assert_int_equal(run(&b, 0, status, 12), 0);
	assert_int_equal(b.in[3], 1 + SLOTS + 1 + DRIVES);
	assert_false(ready(&b, 1));
	assert_int_equal(move(&b, SLOT + 1, DRIVE), 0);
	assert_true(ready(&b, 1));
	assert_false(ready(&b, 2));
	assert_int_equal(scsiemu_host_device_close(&b.h, &err), 0);
	/* as it is, and as it was */
	assert_int_equal(open_with(&b, ""), 0);
	types(&b);
	assert_true(ready(&b, 1));
	assert_int_equal(move(&b, DRIVE, DRIVE + 1), 0);
	assert_int_equal(scsiemu_host_device_close(&b.h, &err), 0);
	assert_int_equal(open_with(&b, ",slots=3,drives=2,ie=1"), 0);
	assert_true(ready(&b, 2));
	assert_int_equal(scsiemu_host_device_close(&b.h, &err), 0);
}

static void refused(const char *keys, const char *why)
{
	static struct bench b;

	assert_int_equal(open_with(&b, keys), -1);
	if (!strstr(err.text, why))
		fail_msg("\"%s\" does not say \"%s\"", err.text, why);
	scsiemu_host_device_close(&b.h, NULL);
}

static void test_refused(void **state)
{
	static struct bench b;

	(void)state;
	assert_int_equal(open_with(&b, ",slots=3,drives=2,ie=1,size=4M"), 0);
	refused("", "in use by another server");
	assert_int_equal(scsiemu_host_device_close(&b.h, &err), 0);
	refused(",slots=4,drives=2,ie=1", "has 3 slots from address 4096 on");
	refused(",slots=3,ie=1,drives=1", "has 2 drives");
	refused(",slots=3", "has 1 import/export elements");
}

/* Who has to unload. */
static void test_unload(void **state)
{
	static const uint8_t unload[6] = { 0x1b };
	static struct bench b;

	(void)state;
	assert_int_equal(
		open_with(&b, ",slots=3,ie=1,size=4M,unload=host,cartridges=2"),
		0);
	assert_int_equal(move(&b, SLOT + 2, DRIVE), SCSIEMU_CHECK_CONDITION);
	assert_int_equal(b.x.sense[12] << 8 | b.x.sense[13], 0x3b0e);
	assert_int_equal(move(&b, SLOT, DRIVE), 0);
	assert_int_equal(move(&b, DRIVE, SLOT), SCSIEMU_CHECK_CONDITION);
	assert_int_equal(b.x.sense[12] << 8 | b.x.sense[13], 0x5301);
	assert_int_equal(run(&b, 1, unload, 6), 0);
	assert_int_equal(move(&b, DRIVE, SLOT), 0);
	assert_int_equal(scsiemu_host_device_close(&b.h, &err), 0);
}

/* What nobody placed comes behind the drives; what somebody did stays. */
static void test_luns(void **state)
{
	static const uint8_t inquiry[6] = { 0x12, [4] = 96 };
	static struct bench b;
	char device[128];

	(void)state;
	memset(&b, 0, sizeof(b));
	snprintf(device, sizeof(device),
		 "library:dir=%s/lib,slots=3,ie=1,drives=2,size=4M", dir);
	assert_int_equal(scsiemu_host_device_add(&b.h, device, &err), 0);
	assert_int_equal(
		scsiemu_host_device_add(&b.h, "tape:mem,size=4M", &err), 0);
	assert_int_equal(
		scsiemu_host_device_add(&b.h, "7=disk:mem,size=1M", &err), 0);
	assert_int_equal(
		scsiemu_host_device_add(&b.h, "disk:mem,size=1M", &err), 0);
	assert_int_equal(scsiemu_host_device_open(&b.h, "t", NULL, &err), 0);
	assert_int_equal(b.h.nunits, 6);
	assert_string_equal(b.h.units->next->next->next->text,
			    "tape:mem,size=4M");
	assert_int_equal(b.h.units->next->next->next->lun, 3);
	assert_int_equal(run(&b, 3, inquiry, 6), 0);
	assert_int_equal(b.in[0], 0x01);
	for (uint8_t lun = 7; lun <= 8; lun++) {
		assert_int_equal(run(&b, lun, inquiry, 6), 0);
		assert_int_equal(b.in[0], 0x00);
	}
	assert_int_equal(scsiemu_host_device_close(&b.h, &err), 0);
}

/* How long the robot takes. */
static void test_move_time(void **state)
{
	const struct scsiemu_smc_options *smc;
	struct scsiemu_host_lu h;
	char device[128];

	(void)state;
	snprintf(device, sizeof(device),
		 "library:dir=%s/lib,slots=3,ie=1,size=4M,move_time=1500", dir);
	assert_int_equal(scsiemu_host_open(&h, device, &err), 0);
	smc = h.config->options;
	assert_int_equal(smc->move_ms, 1500);
	assert_int_equal(smc->unload, SCSIEMU_SMC_UNLOADS);
	assert_int_equal(scsiemu_host_close(&h, &err), 0);
}

#define WITH(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(test_library), WITH(test_refused),	  WITH(test_unload),
		WITH(test_luns),    WITH(test_move_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
