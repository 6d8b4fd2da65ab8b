/* SPDX-License-Identifier: BSD-2-Clause */
/* A codec when the store below fails, when it offers less, without memory. */
#include "codec_kit.h"

#include "inject.h"

static struct glass glass;
static struct scsiemu_medium m;
static struct scsiemu_errmsg err;

static int setup(void **state)
{
	(void)state;
	memset(&glass, 0, sizeof(glass));
	glass_open(&glass, &m, NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	scsiemu_medium_close(&m);
	kit_poll = NULL;
	return 0;
}

/* A cancelled operation ends all the same. */
static void test_cancel(void **state)
{
	struct scsiemu_tape_how how = { .protect = 1 };
	const struct scsiemu_tape_ops *ops = m.ops;
	uint8_t rec[44], got[44];
	struct scsiemu_vec v = { got, 44 };

	(void)state;
	kit_sample(rec, 1);
	assert_int_equal(kit_put(&m, &how, rec, 44, NULL, 0), SCSIEMU_R_RECORD);
	kit_rewind(&m);
	glass.when = GLASS_LATER;
	assert_int_equal(ops->read(m.ctx, kit_begin(0), &how, 0, &v, 1),
			 SCSIEMU_PENDING);
	ops->cancel(m.ctx, &kit_io); /* NEXT ends, READ is out */
	assert_int_equal(kit_done, 0);
	ops->cancel(m.ctx, &kit_io);
	assert_int_equal(kit_done, 1);
	assert_int_equal(glass.cancels, 2);
	kit_rewind(&m);
	how.protect = 0;
	assert_int_equal(ops->read(m.ctx, kit_begin(0), &how, 0, &v, 1),
			 SCSIEMU_PENDING);
	ops->cancel(m.ctx, &kit_io);
	ops->cancel(m.ctx, &kit_io);
	assert_int_equal(kit_done, 1);
}

/* What fails below fails here. */
static void test_below_fails(void **state)
{
	struct scsiemu_tape_how how = { .protect = 1 };
	uint8_t rec[44], got[44];
	size_t n;

	(void)state;
	kit_sample(rec, 1);
	for (unsigned i = 0; i < 3; i++) {
		glass.when = i;
		glass.fails = SCSIEMU_R_EOM;
		assert_int_equal(kit_put(&m, &how, rec, 44, NULL, 0),
				 SCSIEMU_R_EOM);
		assert_int_equal(kit_io.moved, 0);
		glass.fails = 0;
		assert_int_equal(kit_put(&m, &how, rec, 44, NULL, 0),
				 SCSIEMU_R_RECORD);
		kit_rewind(&m);
		glass.fails = SCSIEMU_E_READ;
		assert_int_equal(kit_get(&m, &how, got, 44, NULL, 0, &n),
				 SCSIEMU_E_READ);
		glass.fails = SCSIEMU_R_EOD; /* NEXT said otherwise */
		kit_rewind(&m);
		assert_int_equal(kit_get(&m, &how, got, 44, NULL, 0, &n),
				 SCSIEMU_E_HARDWARE);
		kit_rewind(&m);
		glass.fails = 0;
		glass.next_fails = SCSIEMU_E_READ; /* as a READ: behind it */
		assert_int_equal(kit_get(&m, &how, got, 44, NULL, 0, &n),
				 SCSIEMU_E_READ);
		assert_int_equal(kit_object(&m), 1);
		kit_rewind(&m);
		glass.next_fails = SCSIEMU_E_HARDWARE;
		assert_int_equal(kit_get(&m, &how, got, 44, NULL, 0, &n),
				 SCSIEMU_E_HARDWARE);
		assert_int_equal(kit_object(&m), 0);
		glass.next_fails = 0;
	}
}

/* No memory: an error, and then all is as before. */
static void test_no_memory(void **state)
{
	struct scsiemu_tape_how how;
	uint8_t rec[64], got[64];
	struct scsiemu_medium t, was;
	size_t len, n, cut = 10;
	int memory;

	(void)state;
	scsiemu_medium_close(&m);
	inject_on();
	memory = inject.memory;
	for (unsigned w = 1; w < KIT_WAYS; w++) {
		if (!kit_way(&how, w))
			continue;
		memset(&glass, 0, sizeof(glass));
		glass_open(&glass, &t, NULL);
		len = kit_sample(rec, how.protect);
		for (unsigned nth = 1;; nth++) {
			int rc;

			inject_fail(INJECT(ALLOC), nth, 0);
			rc = kit_put(&t, &how, rec, len, &cut, 1);
			if (rc == SCSIEMU_R_RECORD)
				break;
			assert_true(rc == SCSIEMU_E_HARDWARE ||
				    rc == SCSIEMU_E_WRITE);
			assert_int_equal(kit_object(&t), 0);
		}
		inject.calls = 0;
		kit_rewind(&t);
		scsiemu_medium_close(&t);
		memset(&glass, 0, sizeof(glass));
		glass_open(&glass, &t, NULL);
		assert_int_equal(kit_put(&t, &how, rec, len, NULL, 0),
				 SCSIEMU_R_RECORD);
		kit_rewind(&t);
		inject_fail(INJECT(ALLOC), 1, 0);
		inject.all_after = true;
		n = (size_t)kit_get(&t, &how, got, 64, NULL, 0, &n);
		assert_true((int)n == SCSIEMU_E_HARDWARE ||
			    (int)n == SCSIEMU_R_RECORD);
		inject.calls = 0;
		kit_rewind(&t);
		assert_int_equal(kit_get(&t, &how, got, 64, NULL, 0, &n),
				 SCSIEMU_R_RECORD);
		assert_memory_equal(got, rec, len);
		scsiemu_medium_close(&t);
		assert_int_equal(inject.memory, memory);
	}
	{
		static const struct scsiemu_tape_new is = { .bytes = 1 << 20 };

		assert_int_equal(scsiemu_open_tape_mem(&t, &is, &err), 0);
		was = t;
		for (unsigned nth = 1; nth < 3; nth++) {
			inject_fail(INJECT(ALLOC), nth, 0);
			if (!scsiemu_wrap_codec(&t, NULL, &err))
				break; /* without zstd there is only one */
			assert_non_null(strstr(err.text, "out of memory"));
			assert_memory_equal(&t, &was, sizeof(t));
		}
		inject.calls = 0;
		scsiemu_medium_close(&t);
	}
	assert_int_equal(inject.memory, memory);
	inject_off();
	kit_poll_ctx = &glass;
	memset(&glass, 0, sizeof(glass));
	glass_open(&glass, &m, NULL); /* for teardown */
}

/* A store without tags: only check values; a block store: nothing. */
static void test_offered(void **state)
{
	static const struct scsiemu_geometry geometry = { .bytes = 1 << 20 };
	static const struct scsiemu_codec none;
	const struct scsiemu_tape_ops *ops;
	struct scsiemu_tape_how how = { .protect = 1, .compress = true };
	struct scsiemu_tape_info info;
	struct scsiemu_medium t, was;
	uint8_t rec[64];

	(void)state;
	assert_int_equal(scsiemu_open_mem(&t, &geometry, &err), 0);
	was = t;
	assert_int_equal(scsiemu_wrap_codec(&t, NULL, &err), -1);
	assert_non_null(strstr(err.text, "only a tape"));
	assert_memory_equal(&t, &was, sizeof(t));
	scsiemu_medium_close(&t);

	assert_true(kit_able & SCSIEMU_TAPE_PROTECT);
	assert_false(kit_able & SCSIEMU_TAPE_TAGS);
	scsiemu_medium_close(&m);
	glass.no_tags = true;
	glass_open(&glass, &m, NULL);
	ops = m.ops;
	ops->info(m.ctx, &info);
	assert_int_equal(info.able, SCSIEMU_TAPE_PROTECT |
					    SCSIEMU_TAPE_PARTITION |
					    SCSIEMU_TAPE_ATTRIBUTES);
	kit_sample(rec, 1);
	assert_int_equal(kit_put(&m, &how, rec, 44, NULL, 0), SCSIEMU_R_RECORD);
	assert_memory_equal(glass.data, rec, 40); /* not compressed */
	how.encrypt = true;
	how.key = &kit_key;
	assert_int_equal(kit_put(&m, &how, rec, 44, NULL, 0),
			 SCSIEMU_E_HARDWARE);
	scsiemu_medium_close(&m);
	glass.no_tags = false;
	glass_open(&glass, &m, &none);
	ops = m.ops;
	ops->info(m.ctx, &info);
	assert_int_equal(info.able, SCSIEMU_TAPE_PROTECT |
					    SCSIEMU_TAPE_PARTITION |
					    SCSIEMU_TAPE_ATTRIBUTES);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_cancel),
		T(test_below_fails),
		T(test_no_memory),
		T(test_offered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
