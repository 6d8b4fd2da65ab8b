/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What all device types answer (SPC-5), on a tape drive and on a changer:
 * self-tests, buffers, MAINTENANCE commands, reservations.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/bytes.h"
#include "support/library.h"
#include "support/pr.h"
#include "support/tape.h"

/* A logical unit of either type. */
struct unit {
	struct tape t;
	struct library b;
	struct drive *d;
	struct scsiemu_lu *lu;
	struct scsiemu_nexus *a, *c;
	bool tape;
};

static void make(struct unit *u, bool tape)
{
	static const struct tape_options o = { .deferred = true };

	u->tape = tape;
	if (tape)
		tape_make(&u->t, &o);
	else
		library_make(&u->b, NULL);
	u->d = tape ? &u->t.d : &u->b.d;
	u->lu = tape ? u->t.lu : u->b.lu;
	u->a = drive_attach(u->d, 0, 0);
	u->c = drive_attach(u->d, 1, 0);
	drive_settle(u->d, u->lu, u->a);
	drive_settle(u->d, u->lu, u->c);
	u->d->nexus = u->a;
}

static void unmake(struct unit *u)
{
	if (u->tape)
		tape_free(&u->t);
	else
		library_free(&u->b);
}

static uint8_t run(struct unit *u, const uint8_t *cdb, unsigned len,
		   const void *out, uint32_t out_len, uint32_t in_len)
{
	return drive_run(u->d, u->lu, cdb, len, out, out_len, in_len);
}
#define RUN(u, out, out_len, in_len, ...)                                      \
	run(u, (const uint8_t[]){ __VA_ARGS__ },                               \
	    sizeof((const uint8_t[]){ __VA_ARGS__ }), out, out_len, in_len)

/* Default and foreground tests: the tape stays where it is, and loaded. */
static void selftest(struct unit *u)
{
	static const uint8_t code[] = { 0x04, 0xa4, 0xc4 };

	if (u->tape) {
		tape_lay(&u->t, "100 200");
		tape_go(&u->t, 0, 1);
	}
	for (unsigned i = 0; i < sizeof(code); i++) {
		uint8_t byte = code[i] == 0x04 ? 0x04 : code[i] & 0xe0;

		RUN(u, NULL, 0, 0, 0x1d, byte, 0, 0, 0, 0);
		drive_good(u->d);
		if (u->tape)
			tape_at(&u->t, 0, 1);
	}
	/* in the background */
	RUN(u, NULL, 0, 0, 0x1d, 0x20, 0, 0, 0, 0);
	drive_good(u->d);
	drive_ready(u->d);
	RUN(u, NULL, 0, 0, 0, 0, 0, 0, 0, 0);
	drive_good(u->d);
	if (u->tape)
		tape_at(&u->t, 0, 1);
}

/* What is written comes back: data mode, descriptor, echo buffer. */
static void buffer(struct unit *u)
{
	uint32_t room;

	RUN(u, NULL, 0, 4, 0x3c, 3, 0, 0, 0, 0, 0, 0, 4, 0);
	drive_good(u->d);
	room = (uint32_t)u->d->t.in[1] << 16 | (uint32_t)u->d->t.in[2] << 8 |
	       u->d->t.in[3];
	assert_true(room >= 8);
	RUN(u, "scsiemu!", 8, 0, 0x3b, 2, 0, 0, 0, 0, 0, 0, 8, 0);
	drive_good(u->d);
	RUN(u, NULL, 0, 8, 0x3c, 2, 0, 0, 0, 0, 0, 0, 8, 0);
	drive_data(u->d, "scsiemu!", 8);
	RUN(u, NULL, 0, 4, 0x3c, 2, 0, 0, 0, 4, 0, 0, 4, 0);
	drive_data(u->d, "emu!", 4);
	RUN(u, "echo", 4, 0, 0x3b, 0x0a, 0, 0, 0, 0, 0, 0, 4, 0);
	drive_good(u->d);
	RUN(u, NULL, 0, 4, 0x3c, 0x0a, 0, 0, 0, 0, 0, 0, 4, 0);
	drive_data(u->d, "echo", 4);
}

/* LTFS: all commands with time-outs, 20 bytes each, below 4096. */
static void maintenance(struct unit *u)
{
	static const uint8_t name[4] = { 'n', 'a', 'm', 'e' };
	static const uint8_t time[12] = { [4] = 1, 2, 3, 4, 5, 6 };
	uint32_t len;

	RUN(u, NULL, 0, 4096, 0xa3, 0x0c, 0x80, 0, 0, 0, 0, 0, 0x10, 0, 0, 0);
	drive_good(u->d);
	len = u->d->t.c.in_done - 4;
	assert_int_equal(len % 20, 0);
	assert_true(len && len + 4 < 4096);
	for (const uint8_t *p = u->d->t.in + 4; p < u->d->t.in + 4 + len;
	     p += 20) {
		uint32_t usual = semu_be32(p + 12), most = semu_be32(p + 16);

		if (!most || most < usual)
			fail_msg("%02x: %u s, at most %u s", p[0],
				 (unsigned)usual, (unsigned)most);
	}
	RUN(u, NULL, 0, 16, 0xa3, 0x0d, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0);
	drive_good(u->d);
	RUN(u, name, 4, 0, 0xa4, 0x06, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0);
	drive_good(u->d);
	assert_int_equal(drive_ua(u->d, u->lu, u->c), 0x3f05);
	u->d->nexus = u->a;
	RUN(u, NULL, 0, 8, 0xa3, 0x05, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0);
	drive_data(u->d, "\0\0\0\x04name", 8);
	RUN(u, time, 12, 0, 0xa4, 0x0f, 0, 0, 0, 0, 0, 0, 0, 12, 0, 0);
	drive_good(u->d);
	assert_int_equal(drive_ua(u->d, u->lu, u->c), 0x2a10);
	u->d->nexus = u->a;
	RUN(u, NULL, 0, 12, 0xa3, 0x0f, 0, 0, 0, 0, 0, 0, 0, 12, 0, 0);
	drive_data(u->d, "\0\x0a\x02\0\x01\x02\x03\x04\x05\x06\0\0", 12);
}

/* Of the other nexus: a command that changes, one that reads. */
static void conflicts(struct unit *u, bool reads)
{
	u->d->nexus = u->c;
	if (u->tape) {
		RUN(u, "x", 1, 0, 0x0a, 0, 0, 0, 1, 0);
		drive_status(u->d, SCSIEMU_RESERVATION_CONFLICT);
		RUN(u, NULL, 0, 0, 0x01, 0, 0, 0, 0, 0);
	} else {
		RUN(u, NULL, 0, 0, 0xa5, 0, 0, 1, 3, 0xe8, 1, 0xf4, 0, 0, 0, 0);
		drive_status(u->d, SCSIEMU_RESERVATION_CONFLICT);
		RUN(u, NULL, 0, 255, 0xb8, 0, 0, 0, 0, 1, 0, 0, 0, 255, 0, 0);
	}
	drive_status(u->d, reads ? SCSIEMU_GOOD : SCSIEMU_RESERVATION_CONFLICT);
	u->d->nexus = u->a;
}

static void reservations(struct unit *u)
{
	enum { RESERVE = 1, RELEASE = 2, READ_FULL_STATUS = 3 };

	pr_register(u->d, u->lu, u->a, 0x1111);
	pr_keys(u->d, u->lu, 1, 0x1111);
	pr_out(u->d, u->lu, u->a, RESERVE, SCSIEMU_PR_WE, 0x1111, 0, 0);
	drive_good(u->d);
	pr_reserved(u->d, u->lu, SCSIEMU_PR_WE, 0x1111);
	conflicts(u, true);
	pr_out(u->d, u->lu, u->a, RELEASE, SCSIEMU_PR_WE, 0x1111, 0, 0);
	drive_good(u->d);
	pr_out(u->d, u->lu, u->a, RESERVE, SCSIEMU_PR_EA, 0x1111, 0, 0);
	drive_good(u->d);
	conflicts(u, false);
	pr_in(u->d, u->lu, u->c, READ_FULL_STATUS, 64);
	drive_good(u->d);
	assert_memory_equal(u->d->t.in + 8, "\0\0\0\0\0\0\x11\x11", 8);
	assert_int_equal(u->d->t.in[8 + 13], SCSIEMU_PR_EA);
	pr_out(u->d, u->lu, u->a, RELEASE, SCSIEMU_PR_EA, 0x1111, 0, 0);
	pr_out(u->d, u->lu, u->a, 0, 0, 0x1111, 0, 0); /* unregistered */
	drive_good(u->d);
	pr_reserved(u->d, u->lu, 0, 0);
}

/* RESERVE(6), as FreeBSD's sa sends it at each open. */
static void reserve_6(struct unit *u)
{
	u->d->nexus = u->a;
	RUN(u, NULL, 0, 0, 0x16, 0, 0, 0, 0, 0);
	drive_good(u->d);
	conflicts(u, false);
	RUN(u, NULL, 0, 0, 0x17, 0, 0, 0, 0, 0);
	drive_good(u->d);
}

static void test_each(void (*fn)(struct unit *u))
{
	struct unit u;

	for (unsigned i = 0; i < 2; i++) {
		make(&u, i);
		fn(&u);
		unmake(&u);
	}
}

static void test_selftest(void **state)
{
	(void)state;
	test_each(selftest);
}

static void test_buffer(void **state)
{
	(void)state;
	test_each(buffer);
}

static void test_maintenance(void **state)
{
	(void)state;
	test_each(maintenance);
}

static void test_reservations(void **state)
{
	(void)state;
	test_each(reservations);
}

static void test_reserve_6(void **state)
{
	(void)state;
	test_each(reserve_6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_selftest),
		cmocka_unit_test(test_buffer),
		cmocka_unit_test(test_maintenance),
		cmocka_unit_test(test_reservations),
		cmocka_unit_test(test_reserve_6),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
