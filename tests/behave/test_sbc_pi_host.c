/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Protection information from a device string to the file: through the pump and
 * each store that has it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <scsiemu/exec.h>
#include <scsiemu/host.h>

#include "support/pi.h"

enum { BLEN = 512, WIRE = BLEN + 8, N = 20, LBA = 5 };

struct bench {
	struct scsiemu_device *d;
	struct scsiemu_host_lu h;
	struct scsiemu_pump pump;
	uint64_t bounce[1024], scratch[2048];
	struct scsiemu_exec x;
};

static void run(struct bench *b, unsigned op, unsigned protect, void *in,
		const void *out, uint32_t len)
{
	uint8_t cdb[10] = { (uint8_t)op,
			    (uint8_t)(protect << 5), [5] = LBA, [8] = N };

	if (op < 0x20) { /* TEST UNIT READY, INQUIRY */
		memset(cdb + 1, 0, 9);
		cdb[4] = (uint8_t)len;
	}
	b->x.cdb = cdb;
	b->x.cdb_len = 10;
	b->x.in = in;
	b->x.in_len = in ? len : 0;
	b->x.out = out;
	b->x.out_len = out ? len : 0;
	b->x.scratch = b->scratch;
	b->x.scratch_len = sizeof(b->scratch);
	assert_int_equal(scsiemu_exec(&b->pump, b->h.lu, &b->x, NULL, NULL), 0);
}

static void make(struct bench *b, const char *device)
{
	struct scsiemu_limits l = { .size = sizeof(l),
				    .scratch = sizeof(b->scratch),
				    .cmd_size = sizeof(struct scsiemu_task) };
	struct scsiemu_errmsg err = { "" };

	memset(b, 0, sizeof(*b));
	b->d = scsiemu_device_create(&l, &scsiemu_host_allocator);
	assert_non_null(b->d);
	if (scsiemu_host_open(&b->h, device, &err) ||
	    scsiemu_host_attach(&b->h, b->d, 0, &err))
		fail_msg("%s", err.text);
	assert_int_equal(
		scsiemu_pump_init(&b->pump, b->d, b->bounce, sizeof(b->bounce)),
		0);
	run(b, 0, 0, NULL, NULL, 0);
	assert_int_equal(b->x.status, SCSIEMU_CHECK_CONDITION);
}

static void drop(struct bench *b)
{
	assert_int_equal(scsiemu_host_close(&b->h, NULL), 0);
	scsiemu_device_destroy(b->d, &scsiemu_host_allocator);
}

static uint8_t data[N * BLEN], out[N * WIRE], in[N * WIRE];

static void is_there(struct bench *b)
{
	memset(in, 0, sizeof(in));
	run(b, 0x28, 1, in, NULL, sizeof(in));
	assert_int_equal(b->x.status, SCSIEMU_GOOD);
	assert_memory_equal(in, out, sizeof(out));
	run(b, 0x28, 0, in, NULL, sizeof(data));
	assert_int_equal(b->x.status, SCSIEMU_GOOD);
	assert_memory_equal(in, data, sizeof(data));
}

static void write_read(struct bench *b)
{
	static const uint8_t ones[8] = { 0xff, 0xff, 0xff, 0xff,
					 0xff, 0xff, 0xff, 0xff };

	run(b, 0x28, 1, in, NULL, sizeof(in));
	assert_int_equal(b->x.status, SCSIEMU_GOOD);
	assert_memory_equal(in + BLEN, ones, 8);
	run(b, 0x2a, 1, NULL, out, sizeof(out));
	assert_int_equal(b->x.status, SCSIEMU_GOOD);
	is_there(b);
	out[3 * WIRE + BLEN] ^= 1;
	run(b, 0x2a, 1, NULL, out, sizeof(out));
	assert_int_equal(b->x.status, SCSIEMU_CHECK_CONDITION);
	assert_int_equal(b->x.sense[2], SCSIEMU_SK_ABORTED_COMMAND);
	assert_int_equal(b->x.sense[6], LBA + 3);
	assert_int_equal(b->x.sense[12] << 8 | b->x.sense[13],
			 SCSIEMU_ASC_GUARD_CHECK_FAILED);
	assert_int_equal(b->x.out_done, 3 * WIRE);
	out[3 * WIRE + BLEN] ^= 1;
	is_there(b);
}

static void fill(void)
{
	disk_pattern(data, LBA, N, BLEN, 4);
	pi_wire(out, data, N, BLEN, 1, 0, 0, LBA);
}

static void test_memory(void **s)
{
	struct bench b;

	(void)s;
	fill();
	make(&b, "disk:mem,size=1M,pi=1");
	write_read(&b);
	drop(&b);
	/* possible, but not formatted so */
	make(&b, "disk:mem,size=1M,pi=0");
	run(&b, 0x28, 1, in, NULL, sizeof(in));
	assert_int_equal(b.x.status, SCSIEMU_CHECK_CONDITION);
	run(&b, 0x12, 0, in, NULL, 36);
	assert_int_equal(in[5] & 1, 1); /* PROTECT */
	drop(&b);
}

static void test_files(void **s)
{
	static const char *const stores[] = { "", ",pi_store=side",
					      ",pi_store=interleaved" };
	char path[64], device[160];
	struct bench b;
	FILE *f;

	(void)s;
	fill();
	snprintf(path, sizeof(path), "/tmp/scsiemu-pi-%d", (int)getpid());
	for (unsigned i = 0; i < 3; i++) {
		snprintf(device, sizeof(device), "disk:path=%s,size=1M,pi=1%s",
			 path, stores[i]);
		make(&b, device);
		write_read(&b);
		drop(&b);
		make(&b, device);
		is_there(&b);
		drop(&b);
		/* the file itself */
		f = fopen(path, "rb");
		assert_non_null(f);
		fseek(f, LBA * (i == 2 ? WIRE : BLEN), SEEK_SET);
		assert_int_equal(fread(in, 1, BLEN, f), BLEN);
		assert_memory_equal(in, data, BLEN);
		fclose(f);
		unlink(path);
		snprintf(device, sizeof(device), "%s.pi", path);
		assert_int_equal(unlink(device), i == 2 ? -1 : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
