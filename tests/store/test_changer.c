/* SPDX-License-Identifier: BSD-2-Clause */
/* Changers in memory: layouts, what moves where, and what is said of it. */
#include "kit.h"

#include "inject.h"

enum { MT = 1, ST = 2, IE = 3, DT = 4 };

static const struct scsiemu_changer_layout usual = {
	.of = { { 0, 0 }, { 1, 1 }, { 100, 4 }, { 10, 2 }, { 20, 2 } }
};

static int setup(void **state)
{
	(void)state;
	inject_on();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	inject_off();
	return 0;
}

static void refused(const struct scsiemu_changer_layout *l, const char *why)
{
	struct scsiemu_medium m;
	struct scsiemu_errmsg err;

	assert_int_equal(scsiemu_open_changer_mem(&m, l, &err), -1);
	if (!strstr(err.text, why))
		fail_msg("\"%s\" does not say \"%s\"", err.text, why);
	assert_int_equal(inject.memory, 0);
}

static void test_layouts(void **state)
{
	static const struct {
		unsigned type;
		struct scsiemu_element_range is;
		const char *why;
	} bad[] = {
		{ MT, { 1, 0 }, "1 to 127 transports, not 0" },
		{ MT, { 1000, 128 }, "1 to 127 transports, not 128" },
		{ MT, { 0, 1 }, "begin at 1" },
		{ ST, { 65000, 537 }, "16 bits" },
		{ ST, { 7, 4 }, "storage and import/export elements overlap" },
		{ DT,
		  { 103, 1 },
		  "storage and data transfer elements overlap" },
		{ ST, { 0, 65535 }, "overlap" },
	};
	struct scsiemu_changer_layout l;
	struct scsiemu_medium m;

	(void)state;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		l = usual;
		l.of[bad[i].type] = bad[i].is;
		refused(&l, bad[i].why);
	}
	/* next to each other, up to the last address; empty ranges anywhere */
	l = usual;
	l.of[ST] = (struct scsiemu_element_range){ 22, 65514 };
	l.of[IE] = (struct scsiemu_element_range){ 500, 0 };
	assert_int_equal(scsiemu_open_changer_mem(&m, &l, NULL), 0);
	assert_int_equal(m.kind, SCSIEMU_CHANGER);
	assert_int_equal(m.able,
			 SCSIEMU_CHANGER_MOVE | SCSIEMU_CHANGER_EXCHANGE |
				 SCSIEMU_CHANGER_TAG | SCSIEMU_CHANGER_DOOR |
				 SCSIEMU_CHANGER_REACH);
	scsiemu_medium_close(&m);
	for (unsigned i = 1; i < 3; i++) {
		inject_fail(INJECT(ALLOC), i, 0);
		refused(&usual, "out of memory");
	}
	inject_fail(0, 0, 0);
}

static void test_types(void **state)
{
	static const struct {
		uint32_t addr;
		unsigned type;
	} at[] = { { 0, 0 },   { 1, MT },    { 2, 0 },	   { 9, 0 },
		   { 10, IE }, { 11, IE },   { 12, 0 },	   { 20, DT },
		   { 21, DT }, { 22, 0 },    { 100, ST },  { 103, ST },
		   { 104, 0 }, { 65535, 0 }, { 65536, 0 }, { 65637, 0 } };

	(void)state;
	for (unsigned i = 0; i < sizeof(at) / sizeof(at[0]); i++)
		assert_int_equal(scsiemu_element_at(&usual, at[i].addr),
				 at[i].type);
}

/* What an element is said to be. */
static void is(const struct scsiemu_medium *m, uint16_t addr, const char *tag,
	       int source, bool imported)
{
	const struct scsiemu_changer_ops *ops = m->ops;
	struct scsiemu_element e;

	memset(&e, 0xa5, sizeof(e));
	ops->element(m->ctx, addr, &e);
	assert_int_equal(e.full, tag != NULL);
	assert_string_equal(e.tag.id, tag ? tag : "");
	assert_int_equal(e.svalid, source >= 0);
	assert_int_equal(e.source, source < 0 ? 0 : source);
	assert_int_equal(e.imported, imported);
	assert_int_equal(e.fault, SCSIEMU_ELEMENT_SOUND);
	assert_false(e.disabled);
}

static void counted(const struct scsiemu_medium *m, uint16_t addr,
		    uint32_t places, uint32_t picks)
{
	const struct scsiemu_changer_ops *ops = m->ops;
	struct scsiemu_element_counts n;

	memset(&n, 0xa5, sizeof(n));
	ops->counts(m->ctx, addr, &n);
	assert_int_equal(n.places, places);
	assert_int_equal(n.picks, picks);
}

static void test_moves(void **state)
{
	struct scsiemu_medium m, a = { .kind = 1 }, b = { .kind = 2 };
	const struct scsiemu_changer_ops *ops;
	struct scsiemu_io io = { .info = SCSIEMU_NO_INFO };

	(void)state;
	assert_int_equal(scsiemu_open_changer_mem(&m, &usual, NULL), 0);
	ops = m.ops;
	assert_int_equal(scsiemu_changer_mem_put(&m, 10, "A", 1, &a), 0);
	assert_int_equal(scsiemu_changer_mem_put(&m, 10, "B", 1, &b),
			 SCSIEMU_ERR_ARG);
	assert_int_equal(scsiemu_changer_mem_put(&m, 101, "B", 1, &b), 0);
	is(&m, 10, "A", -1, true);
	is(&m, 7, NULL, -1, false); /* nobody's */
	assert_int_equal(ops->move(m.ctx, &io, 10, 100), SCSIEMU_OK);
	is(&m, 100, "A", 10, false);
	is(&m, 10, NULL, -1, false);
	/* through a drive the slot stays where it came from */
	assert_int_equal(ops->move(m.ctx, &io, 100, 20), SCSIEMU_OK);
	assert_ptr_equal(ops->medium(m.ctx, 20), &a);
	assert_int_equal(ops->move(m.ctx, &io, 20, 21), SCSIEMU_OK);
	is(&m, 21, "A", 100, false);
	assert_null(ops->medium(m.ctx, 20));
	assert_int_equal(ops->move(m.ctx, &io, 21, 10), SCSIEMU_OK);
	is(&m, 10, "A", 100, false); /* the robot has put it there */
	assert_int_equal(ops->move(m.ctx, &io, 21, 20), SCSIEMU_E_NO_OBJECT);
	assert_int_equal(ops->move(m.ctx, &io, 10, 101), SCSIEMU_E_EXISTS);
	assert_int_equal(ops->move(m.ctx, &io, 10, 10), SCSIEMU_OK);
	assert_int_equal(ops->move(m.ctx, &io, 1, 102), SCSIEMU_E_RANGE);
	assert_int_equal(ops->move(m.ctx, &io, 10, 1), SCSIEMU_E_RANGE);
	assert_int_equal(ops->move(m.ctx, &io, 10, 99), SCSIEMU_E_RANGE);
	assert_int_equal(ops->exchange(m.ctx, &io, 10, 101, 10), SCSIEMU_OK);
	is(&m, 10, "B", 101, false);
	is(&m, 101, "A", 10, false);
	assert_int_equal(ops->exchange(m.ctx, &io, 10, 101, 103), SCSIEMU_OK);
	is(&m, 103, "A", 101, false);
	is(&m, 101, "B", 10, false);
	assert_int_equal(ops->exchange(m.ctx, &io, 101, 102, 100),
			 SCSIEMU_E_NO_OBJECT);
	assert_int_equal(ops->exchange(m.ctx, &io, 102, 101, 100),
			 SCSIEMU_E_NO_OBJECT);
	assert_int_equal(ops->exchange(m.ctx, &io, 101, 101, 100),
			 SCSIEMU_E_RANGE);
	assert_int_equal(ops->exchange(m.ctx, &io, 101, 103, 103),
			 SCSIEMU_E_RANGE);
	assert_int_equal(ops->exchange(m.ctx, &io, 101, 103, 1),
			 SCSIEMU_E_RANGE);
	assert_int_equal(scsiemu_changer_mem_put(&m, 100, NULL, 1, &b), 0);
	assert_int_equal(ops->exchange(m.ctx, &io, 101, 103, 100),
			 SCSIEMU_E_EXISTS);
	is(&m, 103, "A", 101, false);
	is(&m, 101, "B", 10, false);
	counted(&m, 10, 2, 3);
	counted(&m, 20, 1, 1);
	counted(&m, 102, 0, 0);
	counted(&m, 103, 1, 0);
	counted(&m, 99, 0, 0);
	assert_ptr_equal(scsiemu_changer_mem_take(&m, 103), &a);
	assert_null(scsiemu_changer_mem_take(&m, 103));
	counted(&m, 103, 1, 0); /* the operator is not counted */
	scsiemu_medium_close(&m);
	assert_int_equal(inject.memory, 0);
}

static void test_tags_doors(void **state)
{
	const struct scsiemu_changer_tag tag = { "NEW", 9 };
	struct scsiemu_medium m, a = { .kind = 1 };
	const struct scsiemu_changer_ops *ops;
	struct scsiemu_io io = { .info = SCSIEMU_NO_INFO };
	struct scsiemu_element e;

	(void)state;
	assert_int_equal(scsiemu_open_changer_mem(&m, &usual, NULL), 0);
	ops = m.ops;
	assert_int_equal(scsiemu_changer_mem_put(&m, 100, "A", 1, &a), 0);
	assert_int_equal(ops->tag(m.ctx, &io, 100, &tag), SCSIEMU_OK);
	ops->element(m.ctx, 100, &e);
	assert_string_equal(e.tag.id, "NEW");
	assert_int_equal(e.tag.sequence, 9);
	assert_int_equal(ops->tag(m.ctx, &io, 101, &tag), SCSIEMU_E_NO_OBJECT);
	assert_int_equal(ops->tag(m.ctx, &io, 99, &tag), SCSIEMU_E_RANGE);
	assert_int_equal(ops->door(m.ctx, &io, 11, true), SCSIEMU_OK);
	ops->element(m.ctx, 11, &e);
	assert_true(e.open);
	assert_int_equal(ops->door(m.ctx, &io, 11, false), SCSIEMU_OK);
	ops->element(m.ctx, 11, &e);
	assert_false(e.open);
	assert_int_equal(ops->door(m.ctx, &io, 100, true), SCSIEMU_E_RANGE);
	scsiemu_medium_close(&m);
}

#define WITH(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = { WITH(test_layouts),
					    WITH(test_types), WITH(test_moves),
					    WITH(test_tags_doors) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
