/* SPDX-License-Identifier: BSD-2-Clause */
/* Files whose size changes while they are served. */
#define _GNU_SOURCE
#include "kit.h"

#include <errno.h>
#include <unistd.h>

#include "inject.h"

enum { NBLK = 64, BLEN = 512 };

static const struct scsiemu_geometry geometry = { .bytes = NBLK * BLEN,
						  .thin = true };
static uint8_t b[NBLK * BLEN];

static struct scsiemu_medium open_disk(void)
{
	struct scsiemu_medium m;
	struct scsiemu_errmsg err;

	if (scsiemu_open_file(&m, kit_path("disk"), &geometry, &err))
		fail_msg("%s", err.text);
	return m;
}

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
	inject_off();
	kit_clean();
	return 0;
}

/* The file gets longer and shorter under it. */
static void test_sizes(void **state)
{
	struct scsiemu_medium m = open_disk(), null;
	struct scsiemu_io io = { .info = SCSIEMU_NO_INFO };
	struct scsiemu_errmsg err;

	(void)state;
	assert_int_equal(scsiemu_medium_refresh(&m), SCSIEMU_OK);
	assert_int_equal(m.nblk, NBLK);
	assert_int_equal(kit_read(&m, NBLK, 1, b), SCSIEMU_E_RANGE);
	assert_int_equal(truncate(kit_path("disk"), (NBLK + 8) * BLEN + 5), 0);
	assert_int_equal(scsiemu_medium_refresh(&m), SCSIEMU_OK);
	assert_int_equal(m.nblk, NBLK + 8);
	memset(b, 1, BLEN);
	assert_int_equal(kit_read(&m, NBLK + 7, 1, b), 0);
	assert_int_equal(b[0] | b[BLEN - 1], 0);
	assert_int_equal(kit_read(&m, NBLK + 8, 1, b), SCSIEMU_E_RANGE);
	/* not so short that there is no block */
	assert_int_equal(truncate(kit_path("disk"), BLEN - 1), 0);
	assert_int_equal(scsiemu_medium_refresh(&m), SCSIEMU_E_RANGE);
	assert_int_equal(m.nblk, NBLK + 8);
	assert_int_equal(truncate(kit_path("disk"), 4 * BLEN), 0);
	assert_int_equal(scsiemu_medium_refresh(&m), SCSIEMU_OK);
	assert_int_equal(m.nblk, 4);
	assert_int_equal(((const struct scsiemu_block_ops *)m.ops)
				 ->flush(m.ctx, &io, 0, 0),
			 SCSIEMU_OK);
	/* what FORMAT UNIT has taken away stays away */
	assert_int_equal(scsiemu_medium_format(&m, BLEN, 3), SCSIEMU_OK);
	assert_int_equal(truncate(kit_path("disk"), 9 * BLEN), 0);
	assert_int_equal(scsiemu_medium_refresh(&m), SCSIEMU_OK);
	assert_int_equal(m.nblk, 3);
	assert_int_equal(truncate(kit_path("disk"), 2 * BLEN), 0);
	assert_int_equal(scsiemu_medium_refresh(&m), SCSIEMU_OK);
	assert_int_equal(m.nblk, 2);
	scsiemu_medium_close(&m);
	assert_int_equal(scsiemu_open_null(&null, &geometry, &err), 0);
	assert_int_equal(scsiemu_medium_refresh(&null), SCSIEMU_E_RANGE);
	scsiemu_medium_close(&null);
}

/* Through stores that wrap it; nobody knows how large it is. */
static void test_error(void **state)
{
	struct scsiemu_medium m = open_disk();
	struct scsiemu_wrap_fault *w;
	struct scsiemu_errmsg err;

	(void)state;
	assert_int_equal(scsiemu_wrap_fault(&m, &w, &err), 0);
	assert_int_equal(truncate(kit_path("disk"), 9 * BLEN), 0);
	assert_int_equal(scsiemu_medium_refresh(&m), SCSIEMU_OK);
	assert_int_equal(m.nblk, 9);
	assert_int_equal(kit_read(&m, 9, 1, b), SCSIEMU_E_RANGE);
	inject_fail(INJECT(FSTAT), 1, EIO);
	assert_int_equal(scsiemu_medium_refresh(&m), SCSIEMU_E_READ);
	assert_int_equal(m.nblk, 9);
	scsiemu_medium_close(&m);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_sizes),
		T(test_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
