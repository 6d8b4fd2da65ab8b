/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Third-party copies from and to a zoned disk: they read any zone that can be
 * read, and write to conventional zones only.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/copier.h"

/* Disk 1: zones of 16 blocks, the first conventional. */
static const struct scsiemu_sbc_options zoned = {
	.size = sizeof(zoned),
	.zones = { .model = SCSIEMU_HOST_MANAGED,
		   .zones = 4,
		   .conventional = 1,
		   .zone_blk = 16 }
};

/* EXTENDED COPY of 4 blocks, to disk 0; the ASC of what stopped it, or 0. */
static uint16_t copy(struct copier *c, unsigned from, unsigned to, uint64_t src,
		     uint64_t dst)
{
	static uint32_t id;
	const uint8_t *sense;

	copier_list(c, false, ++id, 0);
	copier_disk(c, from);
	copier_disk(c, to);
	copier_blocks(c, 0, 1, 4, src, dst);
	if (copier_run(c, 0) == 0)
		return 0;
	assert_int_equal(c->d.t.c.sense.key, SCSIEMU_SK_COPY_ABORTED);
	assert_int_equal(c->d.t.c.sense.asc, 0x0d01);
	/* forwarded, in fixed or in descriptor format */
	sense = c->d.t.c.sense.extra;
	for (unsigned i = 0; i + 1 < c->d.t.c.sense.extra_len; i++)
		if (sense[i] == 0x21 || sense[i] == 0x2c)
			return (uint16_t)(sense[i] << 8 | sense[i + 1]);
	return 0xffff;
}

static void test_copy(void **s)
{
	struct copier_options o = { .sbc = &zoned };
	struct copier *c = calloc(1, sizeof(*c));

	(void)s;
	assert_non_null(c);
	copier_make(c, &o);
	assert_int_equal(copy(c, 0, 1, 3, 2), 0);
	assert_memory_equal(c->k[1].bytes + 2 * 512, c->k[0].bytes + 3 * 512,
			    4 * 512);
	assert_int_equal(copy(c, 1, 0, 16, 8), 0);
	assert_memory_equal(c->k[0].bytes + 8 * 512, c->k[1].bytes + 16 * 512,
			    4 * 512);
	assert_int_equal(copy(c, 0, 1, 3, 16), SCSIEMU_ASC_UNALIGNED_WRITE);
	assert_int_equal(copy(c, 0, 1, 3, 14), SCSIEMU_ASC_UNALIGNED_WRITE);
	assert_int_equal(copy(c, 1, 0, 14, 0),
			 SCSIEMU_ASC_READ_BOUNDARY_VIOLATION);
	scsiemu_zone_set(c->lu[1], 32, SCSIEMU_ZONE_OFFLINE);
	assert_int_equal(copy(c, 1, 0, 33, 0), SCSIEMU_ASC_ZONE_OFFLINE);
	copier_free(c);
	free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_copy) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
