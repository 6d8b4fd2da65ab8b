/* SPDX-License-Identifier: BSD-2-Clause */
/* scsiemu_exec() and the pump on the real core and the shipped stores. */
#include <scsiemu/exec.h>
#include <scsiemu/host.h>
#include <scsiemu/log.h>
#include <scsiemu/wire.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct bench {
	struct scsiemu_device *d;
	struct scsiemu_host_lu h;
	struct scsiemu_pump pump;
	uint64_t bounce[1024];
	struct scsiemu_exec x;
};

static void run(struct bench *b, const uint8_t *cdb, uint16_t len, void *in,
		uint32_t in_len, const void *out, uint32_t out_len)
{
	b->x.cdb = cdb;
	b->x.cdb_len = len;
	b->x.in = in;
	b->x.in_len = in_len;
	b->x.out = out;
	b->x.out_len = out_len;
	assert_int_equal(scsiemu_exec(&b->pump, b->h.lu, &b->x, NULL, NULL), 0);
}

static const uint8_t tur[6];
static const uint8_t read2[10] = { 0x28, 0, 0, 0, 0, 5, 0, 0, 2 };
static const uint8_t write2[10] = { 0x2a, 0, 0, 0, 0, 5, 0, 0, 2 };

static void make(struct bench *b, const char *device)
{
	struct scsiemu_limits l = { .size = sizeof(l),
				    .scratch = 2048,
				    .whole = 4096,
				    .cmd_size = sizeof(struct scsiemu_task) };
	struct scsiemu_errmsg err;

	memset(b, 0, sizeof(*b));
	b->d = scsiemu_device_create(&l, &scsiemu_host_allocator);
	assert_non_null(b->d);
	assert_int_equal(scsiemu_host_open(&b->h, device, &err), 0);
	assert_int_equal(scsiemu_host_attach(&b->h, b->d, 0, &err), 0);
	assert_int_equal(
		scsiemu_pump_init(&b->pump, b->d, b->bounce, sizeof(b->bounce)),
		0);
	run(b, tur, 6, NULL, 0, NULL, 0);
	assert_int_equal(b->x.status, SCSIEMU_CHECK_CONDITION);
	assert_true(b->x.sense_len >= 14);
	assert_int_equal(b->x.sense[2] & 0xf, SCSIEMU_SK_UNIT_ATTENTION);
}

static void drop(struct bench *b)
{
	struct scsiemu_errmsg err;

	assert_int_equal(scsiemu_host_close(&b->h, &err), 0);
	scsiemu_device_destroy(b->d, &scsiemu_host_allocator);
}

static void test_read_write(void **state)
{
	uint8_t data[1024], in[1024], same[2048];
	static const uint8_t caw[16] = { 0x89, 0, 0, 0, 0, 0, 0,
					 0,    0, 5, 0, 0, 0, 2 };
	struct bench b;
	unsigned i;

	(void)state;
	make(&b, "disk:mem,size=1M");
	for (i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 5 + 1);
	run(&b, write2, 10, NULL, 0, data, sizeof(data));
	assert_int_equal(b.x.status, 0);
	assert_int_equal(b.x.out_done, 1024);
	run(&b, read2, 10, in, sizeof(in), NULL, 0);
	assert_int_equal(b.x.status, 0);
	assert_int_equal(b.x.in_done, 1024);
	assert_int_equal(b.x.in_resid, 0);
	assert_int_equal(b.x.sense_len, 0);
	assert_memory_equal(in, data, sizeof(data));
	/* the host's buffer ends inside a block */
	memset(in, 0, sizeof(in));
	run(&b, read2, 10, in, 700, NULL, 0);
	assert_int_equal(b.x.in_done, 700);
	assert_int_equal(b.x.in_resid, -324);
	assert_memory_equal(in, data, 700);
	assert_int_equal(in[700], 0);
	/* compare and write, first as it is, then again */
	memcpy(same, data, 1024);
	memset(same + 1024, 0x3c, 1024);
	run(&b, caw, 16, NULL, 0, same, sizeof(same));
	assert_int_equal(b.x.status, 0);
	run(&b, caw, 16, NULL, 0, same, sizeof(same));
	assert_int_equal(b.x.status, SCSIEMU_CHECK_CONDITION);
	assert_int_equal(b.x.sense[2] & 0xf, SCSIEMU_SK_MISCOMPARE);
	run(&b, read2, 10, in, sizeof(in), NULL, 0);
	assert_memory_equal(in, same + 1024, 1024);
	drop(&b);
}

static void test_null(void **state)
{
	uint8_t in[1024];
	struct bench b;

	(void)state;
	make(&b, "disk:null,size=1T");
	memset(in, 0xff, sizeof(in));
	run(&b, read2, 10, in, sizeof(in), NULL, 0);
	assert_int_equal(b.x.status, 0);
	assert_int_equal(in[0] + in[1023], 0);
	drop(&b);
}

static void test_eject(void **state)
{
	static const uint8_t eject[6] = { 0x1b, 0, 0, 0, 2 };
	static const uint8_t load[6] = { 0x1b, 0, 0, 0, 3 };
	struct bench b;

	(void)state;
	make(&b, "disk:mem,size=1M,removable");
	run(&b, eject, 6, NULL, 0, NULL, 0);
	assert_int_equal(b.x.status, 0);
	run(&b, tur, 6, NULL, 0, NULL, 0);
	assert_int_equal(b.x.sense[2] & 0xf, SCSIEMU_SK_NOT_READY);
	run(&b, load, 6, NULL, 0, NULL, 0);
	assert_int_equal(b.x.status, 0);
	run(&b, tur, 6, NULL, 0, NULL, 0); /* may report the new medium */
	run(&b, tur, 6, NULL, 0, NULL, 0);
	assert_int_equal(b.x.status, 0);
	drop(&b);
}

static void deliver(void *ctx)
{
	scsiemu_delay_run(ctx, UINT64_MAX);
}

static void test_poll(void **state)
{
	struct scsiemu_wrap_delay *w;
	struct scsiemu_errmsg err;
	uint8_t in[1024];
	struct bench b;

	(void)state;
	make(&b, "disk:mem,size=1M");
	scsiemu_lu_load(b.h.lu, NULL, false);
	assert_int_equal(scsiemu_wrap_delay(&b.h.medium, 5, SCSIEMU_DELAY_FIFO,
					    1, &w, &err),
			 0);
	scsiemu_lu_load(b.h.lu, &b.h.medium, false);
	b.x.cdb = read2;
	b.x.cdb_len = 10;
	b.x.in = in;
	b.x.in_len = sizeof(in);
	assert_int_equal(scsiemu_exec(&b.pump, b.h.lu, &b.x, deliver, w), 0);
	assert_int_equal(b.x.status, 0);
	/* nobody polls: aborted, but in use until the store answers */
	if (scsiemu_exec(&b.pump, b.h.lu, &b.x, NULL, NULL) !=
	    SCSIEMU_ERR_ORDER)
		fail();
	if (!b.x.own.done) {
		assert_int_equal(
			scsiemu_exec(&b.pump, b.h.lu, &b.x, NULL, NULL),
			SCSIEMU_ERR_ORDER);
		deliver(w);
	}
	assert_int_equal(b.x.status, SCSIEMU_TASK_ABORTED);
	assert_int_equal(scsiemu_exec(&b.pump, b.h.lu, &b.x, deliver, w), 0);
	assert_int_equal(b.x.status, 0);
	scsiemu_lu_load(b.h.lu, NULL, false);
	scsiemu_medium_close(&b.h.medium); /* its last flush would wait */
	assert_int_equal(scsiemu_host_close(&b.h, &err), 0);
	scsiemu_device_destroy(b.d, &scsiemu_host_allocator);
}

static void test_not_taken(void **state)
{
	uint64_t little[8];
	struct bench b;

	(void)state;
	make(&b, "disk:mem,size=1M");
	b.x.cdb = tur;
	b.x.cdb_len = 6;
	b.x.scratch = little; /* less than limits.scratch */
	b.x.scratch_len = sizeof(little);
	assert_true(scsiemu_exec(&b.pump, b.h.lu, &b.x, NULL, NULL) < 0);
	b.x.scratch = NULL;
	run(&b, tur, 6, NULL, 0, NULL, 0);
	assert_int_equal(b.x.status, 0);
	drop(&b);
}

/* What logs have counted outlives an orderly end, in the nv file. */
static void test_counters(void **state)
{
	char nv[] = "/tmp/exec-XXXXXX", device[64];
	uint64_t v = 0;
	struct bench b;
	int fd = mkstemp(nv);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	unlink(nv);
	snprintf(device, sizeof(device), "disk:mem,size=1M,logs,nv=%s", nv);
	for (unsigned i = 0; i < 3; i++) {
		make(&b, device);
		assert_int_equal(
			scsiemu_log_get(b.h.lu, SCSIEMU_LOG_NON_MEDIUM, &v), 0);
		assert_int_equal(v, 5 * i);
		scsiemu_log_add(b.h.lu, SCSIEMU_LOG_NON_MEDIUM, 5);
		drop(&b);
	}
	unlink(nv);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_write),
		cmocka_unit_test(test_null),
		cmocka_unit_test(test_eject),
		cmocka_unit_test(test_poll),
		cmocka_unit_test(test_not_taken),
		cmocka_unit_test(test_counters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
