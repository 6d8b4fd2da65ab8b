/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A changer against a model: a row of elements with the number of a cartridge
 * in each. Random moves, exchanges, loads, unloads, locks and ends of commands;
 * after each, READ ELEMENT STATUS and what the drives read say what the model
 * says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/core.h"
#include "support/library.h"

enum { ROUNDS = 30000, DRIVES = 3, N = 12, EMPTY = -1, FULL = 1, ACCESS = 8 };

/* Addresses by the model's numbers: drives first. */
static const uint16_t addr[N] = { 500,	501,  502,  10,	  11,	1000,
				  1001, 1002, 1003, 1004, 1005, 2 };

struct model {
	int in[N];	     /* cartridge; the last element is a transport */
	int source[N];	     /* of the cartridge in it: address, or -1 */
	bool loaded[DRIVES]; /* what is in it */
	bool prevent[DRIVES];
	int home[LIBRARY_CARTRIDGES]; /* of each cartridge */
};

static uint64_t seed = 88172645463325252u;

static unsigned any(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 20) % n;
}

static bool locked(const struct model *m, unsigned e)
{
	return e < DRIVES && m->loaded[e] && m->prevent[e];
}

static void left(struct model *m, unsigned e)
{
	if (e >= DRIVES)
		m->home[m->in[e]] = addr[e];
}

static void put(struct model *m, unsigned e, int cartridge)
{
	m->in[e] = cartridge;
	if (e < DRIVES)
		m->loaded[e] = cartridge != EMPTY;
}

/* The sense that is due; 0: it happens. */
static uint16_t move(struct model *m, unsigned from, unsigned to)
{
	int cartridge = m->in[from];

	if (from == N - 1 || to == N - 1)
		return 0x2101;
	if (cartridge == EMPTY)
		return 0x3b0e;
	if (from != to && m->in[to] != EMPTY)
		return 0x3b0d;
	if (from == to)
		return 0;
	if (locked(m, from))
		return 0x5302;
	left(m, from);
	put(m, from, EMPTY);
	put(m, to, cartridge);
	return 0;
}

/* Three elements that cartridges rest in, and no third drive. */
static bool may_be(unsigned from, unsigned to, unsigned second)
{
	bool drives = from < DRIVES && to < DRIVES && second < DRIVES;

	if (from == N - 1 || to == N - 1 || second == N - 1)
		return false;
	return from != to && to != second && (!drives || from == second);
}

static uint16_t exchange(struct model *m, unsigned from, unsigned to,
			 unsigned second)
{
	int a = m->in[from], b = m->in[to];

	if (!may_be(from, to, second))
		return 0x2101;
	if (a == EMPTY || b == EMPTY)
		return 0x3b0e;
	if (second != from && m->in[second] != EMPTY)
		return 0x3b0d;
	if (locked(m, from) || locked(m, to))
		return 0x5302;
	left(m, from);
	left(m, to);
	put(m, from, EMPTY);
	put(m, second, b);
	put(m, to, a);
	return 0;
}

static void expect(struct library *b, uint16_t asc)
{
	if (asc)
		drive_check(&b->d, 5, asc);
	else
		drive_good(&b->d);
}

/* A host's LOAD and EJECT, and its lock. */
static void use_drive(struct library *b, struct model *m, unsigned i)
{
	uint8_t cdb[6] = { 0x1b };

	drive_settle(&b->d, b->drive[i], NULL);
	if (any(2)) {
		cdb[0] = 0x1e;
		cdb[4] = m->prevent[i] = any(2);
		drive_run(&b->d, b->drive[i], cdb, 6, NULL, 0, 0);
		drive_good(&b->d);
		return;
	}
	cdb[4] = (uint8_t)(2 | any(2));
	drive_run(&b->d, b->drive[i], cdb, 6, NULL, 0, 0);
	if (m->prevent[i]) {
		drive_check(&b->d, 5, 0x5302);
	} else if (m->in[i] == EMPTY && cdb[4] & 1) {
		drive_check(&b->d, 2, 0x3a00);
	} else {
		drive_good(&b->d);
		m->loaded[i] = m->in[i] != EMPTY && cdb[4] & 1;
	}
}

static void check_element(struct library *b, const struct model *m, unsigned e)
{
	const uint8_t *p = library_element(b, addr[e]);
	bool full = m->in[e] != EMPTY;
	bool reach = e >= DRIVES || !m->loaded[e];

	assert_int_equal(p[2] & (FULL | ACCESS),
			 (full ? FULL : 0) | (reach ? ACCESS : 0));
	assert_int_equal(library_in(b, addr[e]), m->in[e]);
	if (full && m->home[m->in[e]] >= 0) {
		assert_int_equal(p[9] & 0x80, 0x80);
		assert_int_equal(p[10] << 8 | p[11], m->home[m->in[e]]);
	}
}

static void check_drive(struct library *b, const struct model *m, unsigned i)
{
	char want = m->loaded[i] ? (char)('A' + m->in[i]) : 0;

	drive_settle(&b->d, b->drive[i], NULL);
	assert_int_equal(library_read(b, i), want);
	if (!want)
		drive_check(&b->d, 2, m->in[i] == EMPTY ? 0x3a00 : 0x3a02);
	assert_int_equal(b->drive[i]->nslow, 0);
}

static void one(struct library *b, struct model *m)
{
	unsigned x = any(N), y = any(N), z = any(N);

	switch (any(8)) {
	case 0:
		use_drive(b, m, any(DRIVES));
		break;
	case 1:
	case 2:
		library_exchange(b, addr[x], addr[y], addr[z]);
		expect(b, exchange(m, x, y, z));
		break;
	default:
		library_move(b, addr[x], addr[y]);
		expect(b, move(m, x, y));
		break;
	}
	check_element(b, m, x == N - 1 ? 0 : x);
	check_element(b, m, any(N - 1));
	check_drive(b, m, any(DRIVES));
}

static void test_model(void **state)
{
	struct library_options o = { .dt = DRIVES, .mt = 2 };
	struct library b;
	struct model m = { .loaded = { false } };

	(void)state;
	library_make(&b, &o);
	for (unsigned i = 0; i < N; i++)
		m.in[i] = i >= 5 && i < 9 ? (int)i - 5 : EMPTY;
	for (unsigned i = 0; i < LIBRARY_CARTRIDGES; i++)
		m.home[i] = -1;
	for (unsigned i = 0; i < 2; i++) { /* more of them */
		m.in[3 + i] = (int)(4 + i);
		assert_int_equal(scsiemu_changer_mem_put(&b.m, addr[3 + i],
							 NULL,
							 SCSIEMU_CARTRIDGE_DATA,
							 &b.cartridge[4 + i].m),
				 0);
	}
	for (unsigned i = 0; i < ROUNDS; i++)
		one(&b, &m);
	for (unsigned i = 0; i < N - 1; i++)
		check_element(&b, &m, i);
	library_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_model) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
