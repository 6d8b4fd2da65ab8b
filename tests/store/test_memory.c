/* SPDX-License-Identifier: BSD-2-Clause */
/* Stores when memory runs out: they say so, lose nothing and leak nothing. */
#include "kit.h"

#include "inject.h"

enum { BLEN = 512 };

static struct scsiemu_errmsg err;

static int setup(void **state)
{
	(void)state;
	kit_poll = NULL;
	inject_on();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	assert_int_equal(inject.memory, 0);
	inject_off();
	return 0;
}

/* No memory: the openers say so and leave *m, operations are BUSY. */
static void test_no_memory(void **state)
{
	static const struct scsiemu_geometry g = { .bytes = 1 << 20 };
	struct scsiemu_wrap_fault *f;
	struct scsiemu_wrap_delay *d;
	struct scsiemu_wrap_record *r;
	struct scsiemu_wrap_stats *s;
	struct scsiemu_medium m, was, t;
	uint8_t buf[BLEN] = { 1 };
	int memory;

	(void)state;
	assert_int_equal(scsiemu_open_mem(&m, &g, &err), 0);
	was = m;
	memory = inject.memory;
	for (unsigned nth = 1; nth < 3; nth++) {
		inject_fail(INJECT(ALLOC), nth, 0);
		assert_int_equal(scsiemu_open_mem(&t, &g, &err), -1);
		assert_non_null(strstr(err.text, "out of memory"));
		assert_int_equal(inject.memory, memory);
	}
	inject_fail(INJECT(ALLOC), 1, 0);
	assert_int_equal(scsiemu_open_null(&t, &g, &err), -1);
	inject_fail(INJECT(ALLOC), 1, 0);
	assert_int_equal(scsiemu_open_file(&t, "x", &g, &err), -1);
	inject_fail(INJECT(ALLOC), 1, 0);
	inject.all_after = true;
	assert_int_equal(scsiemu_wrap_fault(&m, &f, &err), -1);
	assert_int_equal(scsiemu_wrap_delay(&m, 1, 0, 1, &d, &err), -1);
	assert_int_equal(scsiemu_wrap_record(&m, &r, &err), -1);
	assert_int_equal(scsiemu_wrap_stats(&m, &s, &err), -1);
	assert_memory_equal(&m, &was, sizeof(m));
	assert_int_equal(inject.memory, memory);
	inject.calls = 0;
	assert_int_equal(scsiemu_wrap_record(&m, &r, &err), 0);
	/* the op; the log (op made); the log; the bytes (log made); the bytes
	 */
	for (unsigned i = 0; i < 5; i++) {
		inject_fail(INJECT(ALLOC), 1 + i % 2, 0);
		assert_int_equal(kit_write(&m, 0, 1, buf, 0), SCSIEMU_E_BUSY);
	}
	assert_int_equal(scsiemu_record_count(r), 0);
	inject.calls = 0;
	assert_int_equal(kit_write(&m, 0, 1, buf, 0), SCSIEMU_OK);
	memory = inject.memory; /* nothing per operation but its record */
	assert_int_equal(kit_write(&m, 0, 1, buf, 0), SCSIEMU_OK);
	assert_int_equal(inject.memory, memory + 1);
	scsiemu_medium_close(&m);
}

/* A chunk cannot be had: the blocks before it are written, none behind. */
static void test_mem_full(void **state)
{
	enum { CHUNK = (64 << 10) / BLEN, RUN = 3 * CHUNK };
	static uint8_t buf[2 * RUN * BLEN], got[RUN * BLEN];
	struct scsiemu_geometry g = { .bytes = 8 << 20 };
	struct scsiemu_medium t;

	(void)state;
	for (int thin = 0; thin < 2; thin++) {
		int full = thin ? SCSIEMU_E_NO_SPACE : SCSIEMU_E_HARDWARE;

		g.thin = thin;
		assert_int_equal(scsiemu_open_mem(&t, &g, &err), 0);
		memset(buf, 0, RUN * BLEN);
		memset(buf + RUN * BLEN, 0x5a, RUN * BLEN);
		inject_fail(INJECT(ALLOC), 2, 0);
		assert_int_equal(kit_cas(&t, 10, RUN, buf), full);
		assert_int_equal(kit_io.moved, 0);
		assert_int_equal(kit_read(&t, 10, RUN, got), 0);
		assert_memory_equal(got, buf, RUN * BLEN); /* all or nothing */
		inject_fail(INJECT(ALLOC), 2, 0);
		assert_int_equal(
			kit_write(&t, 10, RUN, buf + RUN * BLEN, SCSIEMU_WHOLE),
			full);
		assert_int_equal(kit_io.info, CHUNK);
		assert_int_equal(kit_io.moved, 0);
		assert_int_equal(kit_read(&t, 10, RUN, got), 0);
		assert_memory_equal(got, buf, RUN * BLEN);
		inject_fail(INJECT(ALLOC), 3, 0);
		assert_int_equal(kit_write(&t, 10, RUN, buf + RUN * BLEN, 0),
				 full);
		assert_int_equal(kit_io.info, 2 * CHUNK);
		assert_int_equal(kit_io.moved, (2 * CHUNK - 10) * BLEN);
		assert_int_equal(kit_read(&t, 10, RUN, got), 0);
		assert_memory_equal(got, buf + RUN * BLEN, kit_io.moved);
		assert_memory_equal(got + (2 * CHUNK - 10) * BLEN, buf, BLEN);
		scsiemu_medium_close(&t);
	}
}

/* Unmapping everything gives everything back. */
static void test_mem_freed(void **state)
{
	static const struct scsiemu_geometry g = { .bytes = UINT64_C(1) << 50,
						   .thin = true };
	uint8_t buf[BLEN] = { 1 };
	struct scsiemu_medium t;
	int memory;

	(void)state;
	assert_int_equal(scsiemu_open_mem(&t, &g, &err), 0);
	memory = inject.memory;
	for (unsigned i = 0; i < 40; i++)
		assert_int_equal(
			kit_write(&t, (t.nblk - 1) / (i + 1), 1, buf, 0), 0);
	assert_true(inject.memory > memory + 40);
	assert_int_equal(kit_unmap(&t, 0, t.nblk), 0);
	assert_int_equal(inject.memory, memory);
	scsiemu_medium_close(&t);
}

/* A pool of two chunks of 64 KiB: the third has no space, until one is given
 * back; anchored blocks keep theirs. */
static void test_pool(void **state)
{
	static const struct scsiemu_geometry g = { .bytes = 1 << 20,
						   .thin = true,
						   .pool = 128 << 10 };
	enum { CHUNK = 128 }; /* blocks */
	struct scsiemu_extent e[4];
	struct scsiemu_io io = { .info = SCSIEMU_NO_INFO };
	struct scsiemu_medium m;
	static const uint8_t zeros[BLEN];
	uint8_t buf[2 * BLEN] = { 1 }, in[BLEN];
	uint64_t used, left;
	unsigned n = 4;

	(void)state;
	assert_int_equal(scsiemu_open_mem(&m, &g, &err), 0);
	assert_true(m.anchors);
	kit_ops(&m)->space(m.ctx, &used, &left);
	assert_int_equal(used, 0);
	assert_int_equal(left, 2 * CHUNK);
	assert_int_equal(kit_write(&m, 0, 1, buf, 0), SCSIEMU_OK);
	assert_int_equal(kit_ops(&m)->anchor(m.ctx, &io, CHUNK + 4, 8),
			 SCSIEMU_OK);
	kit_ops(&m)->space(m.ctx, &used, &left);
	assert_int_equal(used, 2 * CHUNK);
	assert_int_equal(left, 0);
	/* no third one, and the good part of a WRITE is written */
	assert_int_equal(kit_write(&m, 2 * CHUNK, 1, buf, 0),
			 SCSIEMU_E_NO_SPACE);
	assert_int_equal(kit_write(&m, 2 * CHUNK - 1, 2, buf, 0),
			 SCSIEMU_E_NO_SPACE);
	assert_int_equal(kit_io.info, 2 * CHUNK);
	assert_int_equal(kit_io.moved, BLEN);
	assert_int_equal(kit_ops(&m)->anchor(m.ctx, &io, 2 * CHUNK - 2, 9),
			 SCSIEMU_E_NO_SPACE);
	assert_int_equal(io.info, 2 * CHUNK);
	/* what was anchored can be written */
	assert_int_equal(kit_status(&m, CHUNK, e, &n), SCSIEMU_OK);
	assert_int_equal(e[0].state, SCSIEMU_DEALLOCATED);
	assert_int_equal(e[0].nblk, 4);
	assert_int_equal(e[1].state, SCSIEMU_ANCHORED);
	assert_int_equal(e[1].nblk, 8);
	assert_int_equal(kit_read(&m, CHUNK + 5, 1, in), SCSIEMU_OK);
	assert_memory_equal(in, zeros, BLEN);
	assert_int_equal(kit_write(&m, CHUNK + 5, 1, buf, 0), SCSIEMU_OK);
	n = 4;
	assert_int_equal(kit_status(&m, CHUNK + 4, e, &n), SCSIEMU_OK);
	assert_int_equal(e[0].nblk, 1);
	assert_int_equal(e[1].state, SCSIEMU_MAPPED);
	/* given back, there is room elsewhere */
	assert_int_equal(kit_unmap(&m, CHUNK, CHUNK), SCSIEMU_OK);
	kit_ops(&m)->space(m.ctx, &used, &left);
	assert_int_equal(left, CHUNK);
	assert_int_equal(kit_write(&m, 2 * CHUNK, 1, buf, 0), SCSIEMU_OK);
	assert_int_equal(kit_ops(&m)->anchor(m.ctx, &io, 2048, 1),
			 SCSIEMU_E_RANGE);
	scsiemu_medium_close(&m);
}

/* What is all or nothing, and was nothing, takes no room. */
static void test_pool_whole(void **state)
{
	enum { CHUNK = 128, RUN = 2 * CHUNK + 1 }; /* blocks */
	static const struct scsiemu_geometry g = { .bytes = 1 << 20,
						   .thin = true,
						   .pool = 128 << 10 };
	static uint8_t buf[2 * RUN * BLEN];
	struct scsiemu_medium m;
	uint64_t used, left;

	(void)state;
	assert_int_equal(scsiemu_open_mem(&m, &g, &err), 0);
	assert_int_equal(kit_write(&m, 0, RUN, buf, SCSIEMU_WHOLE),
			 SCSIEMU_E_NO_SPACE);
	kit_ops(&m)->space(m.ctx, &used, &left);
	assert_int_equal(used, 0);
	assert_int_equal(kit_cas(&m, 0, RUN, buf), SCSIEMU_E_NO_SPACE);
	kit_ops(&m)->space(m.ctx, &used, &left);
	assert_int_equal(used, 0);
	/* what was there before stays */
	assert_int_equal(kit_write(&m, CHUNK, 1, buf, 0), SCSIEMU_OK);
	assert_int_equal(kit_write(&m, 0, RUN, buf, SCSIEMU_WHOLE),
			 SCSIEMU_E_NO_SPACE);
	kit_ops(&m)->space(m.ctx, &used, &left);
	assert_int_equal(used, CHUNK);
	assert_int_equal(kit_write(&m, 4 * CHUNK, 1, buf, 0), SCSIEMU_OK);
	scsiemu_medium_close(&m);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_no_memory), T(test_mem_full),   T(test_mem_freed),
		T(test_pool),	   T(test_pool_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
