/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows: which one an opcode and service action finds, in what order they are
 * listed, and that both say the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/testdev.h"

#define ROW(o, s, n)                                                           \
	{                                                                      \
		.name = "ROW", .op = o, .sa = s, .needs = n, .len = 6,         \
		.usage = SCSIEMU_USAGE(o, 0x1f, 0, 0, 0, 0)                    \
	}
enum { NONE = SCSIEMU_NO_SA, FLUSH = SCSIEMU_CAN_FLUSH };

static const struct scsiemu_row own[] = {
	ROW(0x00, NONE, 0),	ROW(0x20, 1, 0), ROW(0x20, 3, FLUSH),
	ROW(0x30, NONE, FLUSH), ROW(0x40, 5, 0), ROW(0xff, NONE, 0),
};
static const struct scsiemu_row common[] = {
	ROW(0x01, NONE, 0), ROW(0x20, 2, 0),	 ROW(0x20, 3, 0),
	ROW(0x30, NONE, 0), ROW(0x50, 1, FLUSH),
};
static const struct scsiemu_row vendor[] = {
	ROW(0x00, NONE, FLUSH),
	ROW(0x20, 2, FLUSH),
	ROW(0x40, NONE, FLUSH),
	ROW(0xc0, NONE, 0),
};
static const struct scsiemu_type type = { .rows = { { own, 6 },
						    { common, 5 } } };
static const struct scsiemu_type other = { .rows = { { common, 5 },
						     { own, 6 } } };

static struct scsiemu_lu *add(struct drive *d, uint16_t lun,
			      const struct scsiemu_type *t, bool with_vendor,
			      struct scsiemu_medium *m)
{
	struct scsiemu_lu_config cf = { .size = sizeof(cf), .type = t };
	struct scsiemu_lu *lu;

	if (with_vendor) {
		cf.rows = vendor;
		cf.nrows = 4;
	}
	lu = scsiemu_lu_add(d->dev, lun, &cf);
	assert_non_null(lu);
	scsiemu_lu_load(lu, m, false);
	return lu;
}

static void finds(struct scsiemu_lu *lu, unsigned op, unsigned sa,
		  const struct scsiemu_row *row, bool known)
{
	bool k = !known;

	assert_ptr_equal(semu_row_find(lu, op, sa, &k), row);
	assert_int_equal(k, known);
}

/* Those that are listed are those that are found, in order. */
static void lists(struct scsiemu_lu *lu, const struct scsiemu_row *const *want)
{
	struct semu_row_iter it = { { 0 } };
	const struct scsiemu_row *row;
	bool known;

	for (; (row = semu_row_next(lu, &it)); want++) {
		assert_ptr_equal(row, *want);
		assert_ptr_equal(semu_row_find(lu, row->op, row->sa, &known),
				 row);
	}
	assert_null(*want);
	assert_null(semu_row_next(lu, &it));
}

static struct scsiemu_medium flushes = { .able = FLUSH }, plain;

static void check_plain(struct scsiemu_lu *lu)
{
	const struct scsiemu_row *const all[] = {
		&own[0],    &common[0], &own[1], &common[1], &common[2],
		&common[3], &own[4],	&own[5], NULL
	};

	finds(lu, 0x00, 9, &own[0], true);
	finds(lu, 0x01, 0, &common[0], true);
	finds(lu, 0x20, 1, &own[1], true);
	finds(lu, 0x20, 2, &common[1], true);
	finds(lu, 0x20, 3, &common[2], true);
	finds(lu, 0x20, 4, NULL, true);
	finds(lu, 0x30, 0, &common[3], true);
	finds(lu, 0x40, 5, &own[4], true);
	finds(lu, 0x50, 1, NULL, false); /* its need is not met */
	finds(lu, 0x02, 0, NULL, false);
	finds(lu, 0xff, 0, &own[5], true);
	lists(lu, all);
}

static void check_able(struct scsiemu_lu *lu)
{
	const struct scsiemu_row *const all[] = {
		&own[0], &common[0], &own[1],	 &common[1], &own[2],
		&own[3], &own[4],    &common[4], &own[5],    NULL
	};

	finds(lu, 0x20, 3, &own[2], true);
	finds(lu, 0x30, 0, &own[3], true);
	finds(lu, 0x50, 1, &common[4], true);
	finds(lu, 0x50, 2, NULL, true);
	lists(lu, all);
}

static void check_vendor(struct scsiemu_lu *lu)
{
	const struct scsiemu_row *const able[] = {
		&vendor[0], &common[0], &own[1],    &vendor[1],
		&own[2],    &own[3],	&vendor[2], &common[4],
		&vendor[3], &own[5],	NULL
	};
	/* no need is met: as without, but for the last of the vendor's */
	const struct scsiemu_row *const unable[] = {
		&own[0],    &common[0], &own[1],    &common[1], &common[2],
		&common[3], &own[4],	&vendor[3], &own[5],	NULL
	};

	finds(lu, 0x00, 0, &vendor[0], true);
	finds(lu, 0x20, 2, &vendor[1], true);
	finds(lu, 0x40, 5, &vendor[2], true); /* it takes all actions */
	finds(lu, 0xc0, 0, &vendor[3], true);
	lists(lu, able);
	scsiemu_lu_load(lu, &plain, false);
	finds(lu, 0x00, 0, &own[0], true);
	finds(lu, 0x20, 2, &common[1], true);
	finds(lu, 0x40, 5, &own[4], true);
	lists(lu, unable);
}

static void check_all(uint32_t types)
{
	struct scsiemu_limits l = { .size = sizeof(l),
				    .lus = 4,
				    .types = types };
	struct drive d;
	struct scsiemu_lu *a, *b;

	drive_make(&d, &l);
	if (types == 1) /* the only index is another type's */
		add(&d, 0, &other, false, &plain);
	a = add(&d, 1, &type, false, &plain);
	check_plain(a);
	scsiemu_lu_load(a, &flushes, false);
	check_able(a);
	b = add(&d, 2, &type, true, &flushes);
	assert_ptr_equal(a->set, b->set); /* shared */
	assert_int_equal(a->set != NULL, types != 1);
	check_vendor(b);
	drive_free(&d);
}

static void test_indexed(void **state)
{
	(void)state;
	check_all(2);
}

static void test_linear(void **state)
{
	(void)state;
	check_all(1);
}

static const struct scsiemu_row longer = {
	.usage = SCSIEMU_USAGE(0x28, 0x18, 0xff, 0xff, 0xff, 0xff, 0, 0xff,
			       0xff, 0),
	.len = 40,
	.prot_at = 1,
	.group_at = 6,
};

static void test_usage(void **state)
{
	struct scsiemu_lu lu = { .offers = 0 };

	(void)state;
	assert_int_equal(semu_row_usage(&lu, &longer, 1), 0x18);
	assert_int_equal(semu_row_usage(&lu, &longer, 6), 0);
	lu.offers = 1;
	assert_int_equal(semu_row_usage(&lu, &longer, 0), 0x28);
	assert_int_equal(semu_row_usage(&lu, &longer, 1), 0xf8);
	assert_int_equal(semu_row_usage(&lu, &longer, 6), 0);
	lu.offers = 2;
	assert_int_equal(semu_row_usage(&lu, &longer, 1), 0x18);
	assert_int_equal(semu_row_usage(&lu, &longer, 6), 0x3f);
	/* of a longer CDB, usage data has 32 bytes: the rest is not checked */
	assert_int_equal(semu_row_usage(&lu, &longer, 32), 0xff);
	assert_int_equal(semu_row_usage(&lu, &longer, 259), 0xff);
}

/* Commands of an LU without an index run as well as the others. */
static void test_linear_runs(void **state)
{
	struct scsiemu_limits l = testdev_limits;
	struct testdev_dev t;
	uint8_t cdb[10];

	(void)state;
	l.types = 1;
	testdev_make(&t, &l);
	for (unsigned i = 0; i < TESTDEV_LUS; i++)
		t.lu[i]->set = NULL;
	testdev_cdb(cdb, SCSIEMU_OP_READ_10, 3, 2);
	drive_run(&t.d, t.lu[1], cdb, 10, NULL, 0, 1024);
	drive_data(&t.d, t.disk[1].bytes + 1536, 1024);
	cdb[0] = 0xf0;
	drive_run(&t.d, t.lu[1], cdb, 10, NULL, 0, 1024);
	drive_check(&t.d, 5, SCSIEMU_ASC_INVALID_OPCODE);
	testdev_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_indexed),
		cmocka_unit_test(test_linear),
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_linear_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
