/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random commands against a list of records and marks: sense, position and
 * bytes as the list has them. The list counts on its fingers; the drive does
 * not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/tape.h"

enum { MOST = 64, ROOM = 4096, MARK = 0 };

struct model {
	struct tape t;
	uint32_t len[MOST], stamp[MOST]; /* MARK, or a record's bytes */
	unsigned n, at;
	uint32_t block, stamps;
	uint64_t seed;
	/* what is expected */
	uint8_t key, flags;
	uint16_t asc;
	int64_t info;
	uint32_t bytes;
	uint8_t data[ROOM];
};

static uint32_t any(struct model *m, uint32_t n)
{
	m->seed ^= m->seed << 13;
	m->seed ^= m->seed >> 7;
	m->seed ^= m->seed << 17;
	return (uint32_t)(m->seed >> 20) % n;
}

static void good(struct model *m)
{
	m->key = m->flags = 0;
	m->asc = 0;
	m->bytes = 0;
}

static void expect(struct model *m, uint8_t key, uint16_t asc, uint8_t flags,
		   int64_t info)
{
	m->key = key;
	m->asc = asc;
	m->flags = flags | SCSIEMU_S_INFO;
	m->info = info;
}

static void bare(struct model *m, uint8_t key, uint16_t asc)
{
	expect(m, key, asc, 0, 0);
	m->flags = 0;
}

static bool sense_ok(const struct model *m)
{
	const struct scsiemu_cmd *c = &m->t.d.t.c;

	if (!m->key && !m->asc && !m->flags)
		return c->status == SCSIEMU_GOOD;
	return c->status == SCSIEMU_CHECK_CONDITION && c->sense.key == m->key &&
	       c->sense.asc == m->asc && c->sense.flags == m->flags &&
	       (!m->flags || c->sense.info == (uint64_t)m->info);
}

static void check(struct model *m, const char *what)
{
	const struct scsiemu_cmd *c = &m->t.d.t.c;
	struct scsiemu_tape_pos pos;
	unsigned files = 0;

	tape_tell(&m->t, &pos);
	for (unsigned i = 0; i < m->at; i++)
		files += m->len[i] == MARK;
	if (sense_ok(m) && pos.object == m->at && pos.file == files &&
	    pos.eod == (m->at == m->n) && c->in_done == m->bytes &&
	    !memcmp(m->t.d.t.in, m->data, m->bytes))
		return;
	fail_msg("%s: status %02x %x/%04x %02x %lld at %llu with %u; expected "
		 "%x/%04x %02x %lld at %u with %u",
		 what, c->status, c->sense.key, c->sense.asc, c->sense.flags,
		 (long long)c->sense.info, (unsigned long long)pos.object,
		 c->in_done, m->key, m->asc, m->flags, (long long)m->info,
		 m->at, m->bytes);
}

static uint32_t any_len(struct model *m)
{
	return any(m, 3) ? 256 : 1 + any(m, 600);
}

/* ---- Writing ---- */

static void put(struct model *m, uint32_t len)
{
	m->len[m->at] = len;
	m->stamp[m->at] = len == MARK ? 0 : ++m->stamps;
	m->n = ++m->at;
}

static void do_write(struct model *m)
{
	bool fixed = m->block && any(m, 2);
	uint32_t n = fixed ? 1 + any(m, 4) : 1, len = m->block, count;
	uint8_t out[ROOM];

	if (!fixed)
		len = any_len(m);
	if (m->at + n >= MOST || n * len > ROOM)
		return;
	count = fixed ? n : len;
	good(m);
	for (unsigned i = 0; i < n; i++) {
		put(m, len);
		tape_pattern(out + i * len, m->stamps, len);
	}
	TAPE_OUT(&m->t, out, n * len, SCSIEMU_OP_WRITE_6, fixed, 0,
		 (uint8_t)(count >> 8), (uint8_t)count, 0);
	check(m, "WRITE");
}

static void do_marks(struct model *m)
{
	unsigned n = any(m, 4);

	if (m->at + n >= MOST)
		return;
	good(m);
	for (unsigned i = 0; i < n; i++)
		put(m, MARK);
	TAPE_DO(&m->t, SCSIEMU_OP_WRITE_FILEMARKS_6, any(m, 2), 0, 0,
		(uint8_t)n, 0);
	check(m, "WRITE FILEMARKS");
}

static void do_erase(struct model *m)
{
	if (any(m, 8))
		return;
	good(m);
	m->n = m->at;
	TAPE_DO(&m->t, SCSIEMU_OP_ERASE_6, any(m, 2), 0, 0, 0, 0);
	check(m, "ERASE");
}

/* ---- Reading ---- */

/* One object forward: 0, or it ends here. */
static int take(struct model *m, uint32_t want, bool fixed, uint32_t left,
		bool sili)
{
	uint32_t is, send;

	if (m->at == m->n) {
		expect(m, 8, 0x0005, 0, left);
		return 1;
	}
	is = m->len[m->at++];
	if (is == MARK) {
		expect(m, 0, 0x0001, SCSIEMU_S_MARK, left);
		return 1;
	}
	send = is < want ? is : want;
	tape_pattern(m->data + m->bytes, m->stamp[m->at - 1], send);
	m->bytes += send;
	if (is == want || (sili && (is < want || !m->block)))
		return 0;
	expect(m, 0, 0, SCSIEMU_S_ILI,
	       fixed ? (int64_t)left : (int64_t)want - is);
	return 1;
}

static void do_read(struct model *m)
{
	bool fixed = m->block && any(m, 2), sili = !fixed && any(m, 2);
	uint32_t n = fixed ? any(m, 5) : 1, len = m->block, count;

	if (!fixed)
		len = any_len(m);
	count = fixed ? n : len;
	good(m);
	for (uint32_t i = 0; i < n; i++)
		if (take(m, len, fixed, fixed ? n - i : len, sili))
			break;
	TAPE_IN(&m->t, ROOM, SCSIEMU_OP_READ_6,
		(uint8_t)(fixed | (sili ? 2 : 0)), 0, (uint8_t)(count >> 8),
		(uint8_t)count, 0);
	check(m, "READ");
}

static void do_reverse(struct model *m)
{
	uint32_t len = any_len(m), is, send;

	good(m);
	if (!m->at) {
		expect(m, 0, 0x0004, SCSIEMU_S_EOM, len);
	} else if ((is = m->len[--m->at]) == MARK) {
		expect(m, 0, 0x0001, SCSIEMU_S_MARK, len);
	} else {
		send = is < len ? is : len;
		tape_pattern(m->data, m->stamp[m->at], send);
		m->bytes = send;
		if (is != len)
			expect(m, 0, 0, SCSIEMU_S_ILI, (int64_t)len - is);
	}
	TAPE_IN(&m->t, ROOM, SCSIEMU_OP_READ_REVERSE_6, 0x04, 0,
		(uint8_t)(len >> 8), (uint8_t)len, 0);
	check(m, "READ REVERSE");
}

/* ---- Moving ---- */

static void space_blocks(struct model *m, int n)
{
	int left = n < 0 ? -n : n;

	for (; left; left--) {
		if (n < 0 && !m->at) {
			expect(m, 0, 0x0004, SCSIEMU_S_EOM, left);
			return;
		}
		if (n > 0 && m->at == m->n) {
			expect(m, 8, 0x0005, 0, left);
			return;
		}
		m->at += n < 0 ? -1u : 1u;
		if (m->len[n < 0 ? m->at : m->at - 1] == MARK) {
			expect(m, 0, 0x0001, SCSIEMU_S_MARK, left);
			return;
		}
	}
}

static void space_marks(struct model *m, int n)
{
	int left = n < 0 ? -n : n;

	while (left) {
		if (n < 0 && !m->at) {
			expect(m, 0, 0x0004, SCSIEMU_S_EOM, left);
			return;
		}
		if (n > 0 && m->at == m->n) {
			expect(m, 8, 0x0005, 0, left);
			return;
		}
		m->at += n < 0 ? -1u : 1u;
		left -= m->len[n < 0 ? m->at : m->at - 1] == MARK;
	}
}

/* A run of marks, as long as it should be. */
static void space_run(struct model *m, int n)
{
	int want = n < 0 ? -n : n, run = 0;

	while (run < want) {
		if (n < 0 ? !m->at : m->at == m->n) {
			bare(m, n < 0 ? 0 : 8, n < 0 ? 0x0004 : 0x0005);
			if (n < 0)
				m->flags = SCSIEMU_S_EOM;
			return;
		}
		m->at += n < 0 ? -1u : 1u;
		run = m->len[n < 0 ? m->at : m->at - 1] == MARK ? run + 1 : 0;
	}
}

static void do_space(struct model *m)
{
	unsigned code = any(m, 4);
	int n = (int)any(m, 9) - 4;

	good(m);
	m->info = 0;
	if (code == 0)
		space_blocks(m, n);
	else if (code == 1)
		space_marks(m, n);
	else if (code == 2)
		space_run(m, n);
	else
		m->at = m->n;
	TAPE_DO(&m->t, SCSIEMU_OP_SPACE_6, (uint8_t)code, (uint8_t)(n >> 16),
		(uint8_t)(n >> 8), (uint8_t)n, 0);
	check(m, "SPACE");
}

static void do_locate(struct model *m)
{
	unsigned to = any(m, MOST), files = 0, type = any(m, 2), i = 0;

	good(m);
	if (type) { /* a file */
		to %= 8;
		while (i < m->n && files < to)
			files += m->len[i++] == MARK;
		if (files < to)
			bare(m, 8, 0x0005);
		m->at = i;
	} else {
		if (to > m->n)
			bare(m, 8, 0x0005);
		m->at = to > m->n ? m->n : to;
	}
	TAPE_DO(&m->t, SCSIEMU_OP_LOCATE_16, (uint8_t)(type << 3), 0, 0, 0, 0,
		0, 0, 0, 0, 0, (uint8_t)to, 0, 0, 0, 0);
	check(m, "LOCATE");
}

static void do_block(struct model *m)
{
	if (any(m, 4))
		return;
	m->block = any(m, 2) ? 256 : 0;
	tape_block(&m->t, m->block);
}

static void do_reload(struct model *m)
{
	if (any(m, 16))
		return;
	good(m);
	m->at = 0;
	TAPE_DO(&m->t, SCSIEMU_OP_LOAD_UNLOAD, 0, 0, 0, 0, 0);
	drive_good(&m->t.d);
	TAPE_DO(&m->t, SCSIEMU_OP_LOAD_UNLOAD, 0, 0, 0, 1, 0);
	check(m, "LOAD");
	drive_settle(&m->t.d, m->t.lu, NULL);
}

typedef void step_fn(struct model *m);
static step_fn *const steps[] = { do_write,  do_write,	 do_marks, do_read,
				  do_read,   do_reverse, do_space, do_space,
				  do_locate, do_erase,	 do_block, do_reload };

static void test_random(void **state)
{
	enum { STEPS = sizeof(steps) / sizeof(steps[0]) };
	static const struct tape_options options = { .ssc.reverse = true };
	static struct model m;

	(void)state;
	for (unsigned round = 0; round < 40; round++) {
		memset(&m, 0, sizeof(m));
		m.seed = 0x9e3779b97f4a7c15 + round * 77;
		tape_make(&m.t, &options);
		m.t.d.chunk = round % 4 * 100;
		for (unsigned i = 0; i < 400; i++)
			steps[any(&m, STEPS)](&m);
		tape_free(&m.t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_random) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
