/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables of mode pages, VPD pages and common rows: what code relies on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "scsiemu/sbc.h"
#include "support/spcdev.h"

static void page_is_sound(const struct semu_mode_page *p)
{
	unsigned i, header = p->sub ? 4 : 2;
	const uint8_t *d = p->defaults;

	assert_in_range(p->len, header, SEMU_MODE_MAX);
	assert_int_equal(d[0], p->code | (p->sub ? 0x40 : 0));
	if (p->sub) {
		assert_int_equal(d[1], p->sub);
		if (p->more) /* it goes on behind what is fixed */
			assert_in_range(semu_be16(d + 2), p->len - 3, 0xffff);
		else
			assert_int_equal(semu_be16(d + 2), p->len - 4);
	} else {
		assert_int_equal(d[1], p->len - 2);
	}
	for (i = 0; p->mask && i < header; i++)
		assert_int_equal(p->mask[i], 0);
}

static void mode_pages(void **state)
{
	const struct scsiemu_type *const type[] = { &scsiemu_sbc,
						    &spcdev_type };
	unsigned i, k;

	(void)state;
	for (i = 0; i < 2; i++) {
		const struct semu_mode_page *const *p = type[i]->mode;
		int last = -1;

		for (k = 0; p[k]; k++) {
			int order = p[k]->code << 8 | p[k]->sub;

			page_is_sound(p[k]);
			/* one code, twice: with and without a part */
			assert_true(order > last ||
				    (order == last &&
				     p[k]->part == -p[k - 1]->part));
			last = order;
		}
	}
}

static void vpd_pages(void **state)
{
	const struct semu_vpd_page *const *p;
	int last = -1;

	(void)state;
	for (p = scsiemu_sbc.vpd; *p; p++) {
		assert_true((*p)->code > last);
		last = (*p)->code;
	}
	assert_int_equal(scsiemu_sbc.vpd[0]->code, 0);
}

static void rows(void **state)
{
	const struct scsiemu_row *r = semu_spc_rows;
	unsigned i, order, last = 0;

	(void)state;
	for (i = 0; i < SEMU_SPC_NROWS; i++) {
		unsigned sa = r[i].sa == SCSIEMU_NO_SA ? 0 : r[i].sa;

		order = (unsigned)r[i].op << 16 | sa;
		assert_true(!i || order > last);
		last = order;
		assert_int_equal(r[i].usage[0], r[i].op);
		assert_int_equal(r[i].usage[r[i].len - 1], 0);
		if (r[i].sa != SCSIEMU_NO_SA)
			assert_int_equal(r[i].usage[1] & 0x1f, sa);
		assert_non_null(r[i].name);
	}
	assert_int_equal(r[0].op, SCSIEMU_OP_TEST_UNIT_READY);
	assert_int_equal(r[1].op, SCSIEMU_OP_REQUEST_SENSE);
	assert_int_equal(r[2].op, SCSIEMU_OP_INQUIRY);
	assert_int_equal(r[SEMU_SPC_LUNS].op, SCSIEMU_OP_REPORT_LUNS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mode_pages),
		cmocka_unit_test(vpd_pages),
		cmocka_unit_test(rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
