/* SPDX-License-Identifier: BSD-2-Clause */
/* CHANGE ALIASES and REPORT ALIASES, and copies whose parties are named so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/copier.h"

enum { FCP = 0, ISCSI = 5, NONE = 0x80 };
enum { BAD_FIELD = 0x2600, BAD_LENGTH = 0x1a00, RESOURCES = 0x5503 };

#define TARGET "iqn.2026-11.org.scsiemu:a"

struct rig {
	struct copier c;
	uint8_t list[4096];
	uint32_t len;
};

static int setup(void **state)
{
	static const struct scsiemu_target_port port = {
		.id = 1, .group = 1, .protocol = 5, .device_name = TARGET
	};
	struct rig *r = calloc(1, sizeof(*r));
	struct copier_options o = { .scratch = 4096, .aliases = 4 };

	assert_non_null(r);
	copier_make(&r->c, &o);
	assert_int_equal(scsiemu_port_add(r->c.d.dev, &port), 0);
	*state = r;
	return 0;
}

static int teardown(void **state)
{
	struct rig *r = *state;

	copier_free(&r->c);
	free(r);
	return 0;
}

static void begin(struct rig *r)
{
	memset(r->list, 0, sizeof(r->list));
	r->len = 8;
}

/* An entry of the list; its bytes. */
static uint8_t *add(struct rig *r, uint64_t value, uint8_t protocol,
		    uint8_t format, const void *designation, uint16_t len)
{
	uint8_t *e = r->list + r->len;

	copier_put(e, value, 8);
	e[8] = protocol;
	e[11] = format;
	copier_put(e + 14, len, 2);
	memcpy(e + 16, designation, len);
	r->len += 16u + len;
	copier_put(r->list, r->len - 4, 4);
	return e;
}

/* A Fibre Channel name, which says which one it is. */
static void add_port(struct rig *r, uint64_t value, uint8_t which)
{
	const uint8_t wwn[8] = { 0x50, 1, 2, 3, 4, 5, 6, which };

	add(r, value, FCP, 0, wwn, sizeof(wwn));
}

static void drop(struct rig *r, uint64_t value)
{
	add(r, value, NONE, 0, "", 0);
}

static uint8_t change(struct rig *r, unsigned lu, uint32_t len)
{
	uint8_t cdb[12] = { 0xa4, 0x0b };

	copier_put(cdb + 6, len, 4);
	return drive_run(&r->c.d, r->c.lu[lu], cdb, 12, r->list, len, 0);
}

static void changed(struct rig *r)
{
	change(r, 0, r->len);
	drive_good(&r->c.d);
}

static const uint8_t *report(struct rig *r, unsigned lu, uint32_t alloc)
{
	uint8_t cdb[12] = { 0xa3, 0x0b };

	copier_put(cdb + 6, alloc, 4);
	drive_run(&r->c.d, r->c.lu[lu], cdb, 12, NULL, 0, alloc);
	return r->c.d.t.in;
}

/* The list comes back, in the order of its entries, with a count of n. */
static void same(struct rig *r, unsigned n)
{
	uint8_t want[sizeof(r->list)];

	memcpy(want, r->list, r->len);
	copier_put(want + 4, n, 4);
	report(r, 0, sizeof(want));
	drive_data(&r->c.d, want, r->len);
	assert_int_equal(r->c.d.t.c.in_done, r->len);
}

static void none(struct rig *r, unsigned lu)
{
	report(r, lu, 255);
	drive_data(&r->c.d, "\0\0\0\4\0\0\0\0", 8);
	assert_int_equal(r->c.d.t.c.in_done, 8);
}

static void kept(void **state)
{
	static const char name[28] = TARGET;
	struct rig *r = *state;

	none(r, 0);
	begin(r);
	add_port(r, 0x1122334455667788, 1);
	add(r, 2, FCP, 1, "abcdefghijkl", 12);
	add(r, 3, ISCSI, 0, name, sizeof(name));
	changed(r);
	same(r, 3);
	none(r, 1); /* another logical unit */
	for (uint32_t n = 0; n < r->len; n += 7) {
		uint8_t was[sizeof(r->list)];

		memcpy(was, r->list, r->len);
		copier_put(was + 4, 3, 4);
		report(r, 0, n);
		drive_data(&r->c.d, was, n);
	}
	change(r, 0, 0); /* nothing to change */
	drive_good(&r->c.d);
	same(r, 3);
	begin(r); /* nor here */
	copier_put(r->list, 4, 4);
	changed(r);
	assert_int_equal(report(r, 0, 255)[7], 3);
}

static void replaced(void **state)
{
	struct rig *r = *state;

	begin(r);
	add_port(r, 1, 1);
	add_port(r, 2, 2);
	add_port(r, 3, 3);
	changed(r);
	begin(r); /* 1 anew, 2 away, 7 was never there */
	add_port(r, 1, 9);
	drop(r, 2);
	drop(r, 7);
	changed(r);
	begin(r);
	add_port(r, 1, 9);
	add_port(r, 3, 3);
	same(r, 2);
	begin(r); /* the last one of a value counts */
	add_port(r, 5, 1);
	drop(r, 1);
	add_port(r, 5, 2);
	add_port(r, 3, 1);
	drop(r, 3);
	changed(r);
	begin(r);
	add_port(r, 5, 2);
	same(r, 1);
}

/* All or nothing: what goes makes room for what comes. */
static void room(void **state)
{
	struct rig *r = *state;

	begin(r);
	for (uint8_t i = 1; i <= 5; i++)
		add_port(r, i, i);
	change(r, 0, r->len);
	drive_check(&r->c.d, SCSIEMU_SK_ILLEGAL_REQUEST, RESOURCES);
	none(r, 0);
	begin(r);
	for (uint8_t i = 1; i <= 4; i++)
		add_port(r, i, i);
	changed(r);
	same(r, 4);
	begin(r);
	add_port(r, 5, 5);
	change(r, 1, r->len); /* the room is the device's */
	drive_check(&r->c.d, SCSIEMU_SK_ILLEGAL_REQUEST, RESOURCES);
	begin(r);
	add_port(r, 5, 5);
	drop(r, 4);
	add_port(r, 1, 1);
	changed(r);
	begin(r);
	for (uint8_t i = 1; i <= 3; i++)
		add_port(r, i, i);
	add_port(r, 5, 5);
	same(r, 4);
}

static void whose(void **state)
{
	struct rig *r = *state;
	struct drive *d = &r->c.d;
	struct scsiemu_nexus *a = copier_nexus(&r->c), *b = copier_nexus(&r->c);
	static uint64_t scratch[512];
	struct scsiemu_cmd t = { .tmf = SCSIEMU_TMF_LU_RESET,
				 .scratch = (uint8_t *)scratch,
				 .scratch_len = sizeof(scratch) };

	d->nexus = a;
	begin(r);
	add_port(r, 1, 1);
	add_port(r, 2, 2);
	changed(r);
	d->nexus = b;
	none(r, 0);
	begin(r);
	add_port(r, 1, 8);
	changed(r);
	same(r, 1);
	d->nexus = a;
	begin(r);
	add_port(r, 1, 1);
	add_port(r, 2, 2);
	same(r, 2);
	scsiemu_nexus_detach(a); /* its room is free again */
	d->nexus = b;
	begin(r);
	add_port(r, 1, 8);
	add_port(r, 2, 2);
	add_port(r, 3, 3);
	add_port(r, 4, 4);
	changed(r);
	begin(r); /* in the order of their places */
	add_port(r, 2, 2);
	add_port(r, 3, 3);
	add_port(r, 1, 8);
	add_port(r, 4, 4);
	same(r, 4);
	/* A logical unit reset takes them. */
	t.nexus = b;
	assert_int_equal(scsiemu_start(r->c.lu[0], &t), SCSIEMU_DONE);
	assert_int_equal(scsiemu_end(&t), 0);
	drive_settle(d, r->c.lu[0], b);
	none(r, 0);
}

/* An entry with one or two of its bytes changed. */
static const struct wrong {
	uint8_t at, value, at2, value2; /* at2 0: only one */
	uint16_t asc, field;
} wrongs[] = {
	{ 8 + 7, 0, 0, 0, BAD_FIELD, 8 },     /* value 0 */
	{ 8 + 8, 1, 0, 0, BAD_FIELD, 16 },    /* protocol */
	{ 8 + 8, 0x81, 0, 0, BAD_FIELD, 16 }, /* protocol */
	{ 8 + 11, 2, 0, 0, BAD_FIELD, 19 },   /* format */
	{ 8 + 8, 5, 8 + 11, 4, BAD_FIELD, 19 },
	{ 8 + 8, 0x80, 8 + 11, 1, BAD_FIELD, 19 },
	{ 8 + 11, 1, 0, 0, BAD_FIELD, 22 },   /* 8 bytes for 12 */
	{ 8 + 8, 0x80, 0, 0, BAD_FIELD, 22 }, /* null with a designation */
	{ 8 + 8, 5, 0, 0, BAD_FIELD, 24 },    /* a name without an end */
	{ 8 + 15, 4, 3, 24, BAD_FIELD, 22 },
	{ 8 + 15, 12, 0, 0, BAD_LENGTH, 0 }, /* beyond the list */
	{ 3, 27, 0, 0, BAD_LENGTH, 0 },	     /* it ends in the entry */
	{ 3, 19, 0, 0, BAD_LENGTH, 0 },
	{ 3, 29, 0, 0, BAD_LENGTH, 0 }, /* beyond what was sent */
	{ 0, 0xff, 3, 0xff, BAD_LENGTH, 0 },
	{ 3, 3, 0, 0, BAD_FIELD, 0 }, /* not even a header */
};

static void bad(void **state)
{
	static const char longest[276] = TARGET;
	struct rig *r = *state;

	for (unsigned i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		const struct wrong *w = &wrongs[i];

		begin(r);
		add_port(r, 5, 1);
		/* Behind one that is good, too: nothing of it is done. */
		r->list[w->at] = w->value;
		if (w->at2)
			r->list[w->at2] = w->value2;
		change(r, 0, r->len);
		if (w->asc == BAD_FIELD)
			drive_param(&r->c.d, w->asc, w->field, SCSIEMU_NO_BIT);
		else
			drive_check(&r->c.d, SCSIEMU_SK_ILLEGAL_REQUEST,
				    w->asc);
		none(r, 0);
	}
	for (uint32_t n = 1; n < 8; n++) {
		change(r, 0, n);
		drive_check(&r->c.d, SCSIEMU_SK_ILLEGAL_REQUEST, BAD_LENGTH);
	}
	begin(r);
	add_port(r, 5, 1);
	add_port(r, 0, 2);
	change(r, 0, r->len);
	drive_param(&r->c.d, BAD_FIELD, 32, SCSIEMU_NO_BIT);
	none(r, 0);
	begin(r); /* an iSCSI name that is too long */
	add(r, 5, ISCSI, 0, r->c.k[0].bytes, 228);
	change(r, 0, r->len);
	drive_param(&r->c.d, BAD_FIELD, 22, SCSIEMU_NO_BIT);
	begin(r); /* one and an address */
	add(r, 5, ISCSI, 3, longest, 272);
	changed(r);
	same(r, 1);
	begin(r);
	add(r, 5, ISCSI, 3, longest, 276);
	change(r, 0, r->len);
	drive_param(&r->c.d, BAD_FIELD, 22, SCSIEMU_NO_BIT);
}

/* A CSCD descriptor of an alias. */
static uint8_t *party(struct rig *r, uint64_t alias, unsigned lun)
{
	uint8_t *p = copier_disk(&r->c, 0);

	memset(p, 0, 32);
	p[0] = 0xe6;
	p[5] = (uint8_t)lun;
	copier_put(p + 12, alias, 8);
	copier_put(p + 29, 512, 3);
	return p;
}

static void copy_to(struct rig *r, uint64_t alias, unsigned lun, uint64_t lba)
{
	copier_list(&r->c, true, 1, 2);
	copier_disk(&r->c, 0);
	party(r, alias, lun);
	copier_blocks(&r->c, 0, 1, 2, 3, lba);
	copier_run(&r->c, 0);
}

static void unreachable(struct rig *r)
{
	drive_check(&r->c.d, SCSIEMU_SK_COPY_ABORTED, 0x0804);
}

static void copied(void **state)
{
	static const char name[28] = TARGET, other[28] = TARGET "b";
	struct rig *r = *state;
	struct drive_disk *k = r->c.k;

	begin(r);
	add(r, 7, ISCSI, 0, name, 28);
	add(r, 8, ISCSI, 0, other, 28);
	add_port(r, 9, 1);
	changed(r);
	copy_to(r, 7, 2, 20);
	drive_good(&r->c.d);
	assert_memory_equal(k[2].bytes + 20 * 512, k[0].bytes + 3 * 512, 1024);
	copy_to(r, 8, 2, 30); /* another target */
	unreachable(r);
	copy_to(r, 9, 2, 30);
	unreachable(r);
	copy_to(r, 10, 2, 30); /* no such alias */
	unreachable(r);
	copy_to(r, 7, 3, 30); /* no such LUN */
	unreachable(r);
	copier_list(&r->c, true, 1, 2); /* the well-known one */
	copier_disk(&r->c, 0);
	copier_put(party(r, 7, 0) + 4, 0xc101, 2);
	copier_blocks(&r->c, 0, 1, 2, 3, 30);
	copier_run(&r->c, 0);
	unreachable(r);
}

static struct scsiemu_copy_party asked;
static uint8_t asked_for[12];
static bool allow;

static struct scsiemu_lu *ask(void *ctx, const struct scsiemu_copy_party *p)
{
	(void)ctx;
	asked = *p;
	assert_int_equal(p->len, 12);
	memcpy(asked_for, p->designator, 12);
	return allow ? p->lu : NULL;
}

/* The embedder is asked as for any other party. */
static void allowed(void **state)
{
	static const char name[28] = TARGET;
	const struct scsiemu_copy_config cf = { .size = sizeof(cf),
						.party = ask };
	struct rig *r = *state;

	scsiemu_device_copy(r->c.d.dev, &cf);
	begin(r);
	add(r, 7, ISCSI, 0, name, 28);
	changed(r);
	allow = true;
	copy_to(r, 7, 1, 20);
	drive_good(&r->c.d);
	assert_ptr_equal(asked.lu, r->c.lu[1]);
	assert_true(asked.write);
	assert_memory_equal(asked_for, "\1\3\0\10\x30\0\0\0\0\0\0\2", 12);
	allow = false;
	copy_to(r, 7, 1, 20);
	unreachable(r);
}

/* VPD 8Fh and RECEIVE COPY OPERATING PARAMETERS list the descriptor. */
static void listed(void **state)
{
	static const uint8_t types[] = { 5, 0x02, 0x07, 0x0a, 0xe4, 0xe6 };
	struct rig *r = *state;
	const uint8_t *p;

	copier_in(&r->c, 0, SCSIEMU_SA_COPY_PARAMETERS, 0, 255);
	drive_good(&r->c.d);
	p = r->c.d.t.in;
	assert_memory_equal(p + 43, types, sizeof(types));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = { T(kept),	T(replaced), T(room),
					    T(whose),	T(bad),	     T(copied),
					    T(allowed), T(listed) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
