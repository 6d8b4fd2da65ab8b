/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Zoned disks from device strings: what they make, what a wrong one is told,
 * and write pointers that last from one program to the next.
 */
#include "host/devstr.h"

#include <scsiemu/exec.h>
#include <scsiemu/wire.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define DISK "disk:mem,size=64M,"

static const struct {
	const char *device, *says;
} wrong[] = {
	{ DISK "zone_conv=2", "zone keys without zoned" },
	{ DISK "zoned=host", "it takes managed or aware" },
	{ DISK "zoned=managed,zone_size=3M", "zone_size=3145728 is not" },
	{ DISK "zoned=managed,zone_size=512", "it takes 1K or more" },
	{ DISK "block=4096,zoned=managed,zone_size=4K", "two blocks or more" },
	{ DISK "zoned=managed,zone_size=1M,zone_cap=2M", "zone_cap is more" },
	{ DISK "zoned=managed,zone_size=1M,zone_cap=700", "whole blocks" },
	{ DISK "zoned=managed,zone_size=1M,zone_conv=65", "the 64 zones of" },
	{ DISK "zoned=managed,zone_size=1M,zone_conv=60,zone_before=5",
	  "are more than" },
	{ DISK "zoned=managed,removable", "zoned and removable" },
	{ DISK "zoned=aware,zone_open=4", "zoned=aware has none of" },
	{ DISK "zoned=aware,zone_constrained", "zoned=aware has none of" },
	{ DISK "zoned=managed,zone_front=1", "zone_front is more than" },
	{ DISK "zoned=managed,zone_realms=2,zone_conv=1,zone_before=1",
	  "zones of one type" },
	{ DISK "zoned=managed,zone_size=1M,zone_realms=65", "zone_realms is" },
	{ DISK "zoned=managed,zone_size=4K,exponent=4", "whole physical" },
	{ "disk:null,size=64G,zoned=managed,zone_size=1K", "there can be" },
	{ "disk:path=/tmp/x,size=1M,zoned=managed", "needs nv=FILE" },
};

static void test_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct scsiemu_host_lu h;
		struct scsiemu_errmsg err;

		assert_int_equal(scsiemu_host_open(&h, wrong[i].device, &err),
				 -1);
		if (!strstr(err.text, wrong[i].says))
			fail_msg("%s: %s", wrong[i].device, err.text);
	}
}

struct bench {
	struct scsiemu_device *d;
	struct scsiemu_host_lu h;
	struct scsiemu_pump pump;
	struct scsiemu_exec x;
	uint8_t bounce[8192], in[4096];
};

static void run(struct bench *b, const uint8_t *cdb, const void *out,
		uint32_t out_len)
{
	b->x.cdb = cdb;
	b->x.cdb_len = 16;
	b->x.in = b->in;
	b->x.in_len = out_len ? 0 : sizeof(b->in);
	b->x.out = out;
	b->x.out_len = out_len;
	do {
		assert_int_equal(
			scsiemu_exec(&b->pump, b->h.lu, &b->x, NULL, NULL), 0);
	} while (b->x.status && (b->x.sense[2] & 15) == 6);
}

static void make(struct bench *b, const char *device)
{
	struct scsiemu_limits l = { .size = sizeof(l) };
	struct scsiemu_errmsg err;

	memset(b, 0, sizeof(*b));
	b->d = scsiemu_device_create(&l, &scsiemu_host_allocator);
	assert_non_null(b->d);
	if (scsiemu_host_open(&b->h, device, &err))
		fail_msg("%s", err.text);
	if (scsiemu_host_attach(&b->h, b->d, 0, &err))
		fail_msg("%s", err.text);
	assert_int_equal(
		scsiemu_pump_init(&b->pump, b->d, b->bounce, sizeof(b->bounce)),
		0);
}

static void drop(struct bench *b)
{
	struct scsiemu_errmsg err;

	assert_int_equal(scsiemu_host_close(&b->h, &err), 0);
	scsiemu_device_destroy(b->d, &scsiemu_host_allocator);
}

/* The descriptor of the zone at lba. */
static const uint8_t *zone(struct bench *b, uint32_t lba)
{
	uint8_t cdb[16] = { SCSIEMU_OP_ZONE_IN,
			    0,
			    [6] = (uint8_t)(lba >> 24),
			    (uint8_t)(lba >> 16),
			    (uint8_t)(lba >> 8),
			    (uint8_t)lba,
			    [13] = 128 };

	run(b, cdb, NULL, 0);
	assert_int_equal(b->x.status, 0);
	return b->in + 64;
}

static void test_layout(void **state)
{
	struct bench b;

	(void)state;
	make(&b, DISK "zoned=managed,zone_size=1M,zone_conv=2,zone_before=1,"
		      "zone_cap=768K,zone_open=4");
	assert_int_equal(zone(&b, 0)[0], 1);
	assert_int_equal(b.in[0] << 24 | b.in[1] << 16 | b.in[2] << 8 | b.in[3],
			 (64 + 61) * 64); /* gaps, too */
	assert_int_equal(zone(&b, 2 * 2048)[0], 4);
	assert_int_equal(zone(&b, 3 * 2048)[0], 2);
	assert_int_equal(zone(&b, 3 * 2048)[14], 0x06); /* 1536 blocks */
	assert_int_equal(zone(&b, 3 * 2048 + 1536)[0], 5);
	drop(&b);
	/* zones of 256 MiB, the last one shorter */
	make(&b, "disk:null,size=1000M,block=4096,zoned=aware");
	assert_int_equal(zone(&b, 3 * 65536)[0], 3);
	assert_int_equal(zone(&b, 3 * 65536)[13], 0);
	assert_int_equal(zone(&b, 3 * 65536)[14], 0xe8); /* 59392 blocks */
	drop(&b);
}

static void test_lasts(void **state)
{
	char dir[] = "/tmp/devzones-XXXXXX", device[256], name[64];
	uint8_t write[16] = { SCSIEMU_OP_WRITE_16, 0, [8] = 8, [13] = 3 };
	static const uint8_t data[3 * 512];
	struct scsiemu_errmsg err;
	struct bench b;
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(device, sizeof(device),
		 "disk:path=%s/a,nv=%s/nv,size=4M,zoned=managed,zone_size=1M,"
		 "zone_conv=1",
		 dir, dir);
	make(&b, device);
	run(&b, write, data, sizeof(data));
	assert_int_equal(b.x.status, 0);
	assert_int_equal(zone(&b, 2048)[1], 0x20);
	drop(&b); /* nobody asked for it to be durable */
	make(&b, device);
	assert_int_equal(zone(&b, 2048)[1], 0x40);
	assert_int_equal(zone(&b, 2048)[31], 3);
	drop(&b);
	/* another layout: said, and nothing is attached */
	snprintf(device, sizeof(device),
		 "disk:path=%s/a,nv=%s/nv,zoned=managed,zone_size=2M", dir,
		 dir);
	memset(&b, 0, sizeof(b));
	b.d = scsiemu_device_create(
		&(struct scsiemu_limits){
			.size = sizeof(struct scsiemu_limits) },
		&scsiemu_host_allocator);
	assert_non_null(b.d);
	assert_int_equal(scsiemu_host_open(&b.h, device, &err), 0);
	assert_int_equal(scsiemu_host_attach(&b.h, b.d, 0, &err), -1);
	assert_non_null(strstr(err.text, "the saved zone states are damaged"));
	drop(&b);
	for (unsigned i = 0; i < 2; i++) {
		snprintf(name, sizeof(name), "%s/%s", dir, i ? "nv" : "a");
		f = fopen(name, "r");
		assert_non_null(f);
		fclose(f);
		unlink(name);
	}
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_lasts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
