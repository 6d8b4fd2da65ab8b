/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_hostile_wire.c - PDUs that are wrong on the wire: each input by itself
 * in a session of its own; afterwards a fresh login is served at once, the
 * disk is as it was and nothing is kept.
 */
#include "rig.h"

#include <stdlib.h>

static struct rig rig;
static struct rig_end end, other;
static uint8_t pattern[65536];

static void fill(void)
{
	for (size_t i = 0; i < sizeof(pattern); i++)
		pattern[i] = (uint8_t)(i * 7 + (i >> 8) + 1);
}

static void open_rig(void)
{
	uint8_t cdb[16];
	struct rfc_pdu p;

	rig_init(&rig);
	rig_open(&rig);
	RIG_SESSION(&end, &rig, "InitialR2T=Yes");
	rig_cdb(cdb, 0x2a, 0, 16);
	rfc_command(&end.c, &p, 0xa1, 0, 8192, cdb, 10);
	p.data = pattern;
	p.len = 8192;
	rig_send(&end, &p);
	rig_response(&end, end.c.itt, SCSIEMU_GOOD, 0, 0);
	rig_hangup(&end);
}

static void close_rig(void)
{
	rig_close(&rig);
}

/* The target lives, and the first 8 KiB are what they were. */
static void fresh(void)
{
	uint8_t cdb[16];
	struct rfc_pdu p;

	RIG_SESSION(&other, &rig, "");
	rig_cdb(cdb, 0x28, 0, 16);
	rfc_command(&other.c, &p, 0xc1, 0, 8192, cdb, 10);
	rig_send(&other, &p);
	rig_recv(&other, &p);
	assert_int_equal(p.bhs[0], 0x25);
	assert_int_equal(p.len, 8192);
	assert_memory_equal(p.data, pattern, 8192);
	rig_hangup(&other);
}

/* Whatever the target says to it must be well formed. */
static unsigned listen(struct rig_end *e)
{
	struct rfc_pdu p;
	unsigned n = 0;

	rig_pull(e);
	while (e->in_off < e->in_len) {
		rig_recv(e, &p);
		n++;
	}
	return n;
}

/* Every opcode, every byte 1, in full feature phase. No data goes with it. */
static void test_opcodes(void **state)
{
	struct rfc_pdu p;

	(void)state;
	open_rig();
	for (unsigned op = 0; op < 256; op++) {
		RIG_SESSION(&end, &rig, "");
		for (unsigned f = 0; f < 256 && !rig_ended(&end); f += 17) {
			rfc_new(&end.c, &p, 0, op & 0x40);
			p.bhs[0] = (uint8_t)op;
			p.bhs[1] = (uint8_t)f;
			rig_send(&end, &p);
			listen(&end);
		}
		rig_hangup(&end);
		fresh();
	}
	close_rig();
}

/* Every task management code and logout reason. */
static void test_codes(void **state)
{
	struct rfc_pdu p;

	(void)state;
	open_rig();
	for (unsigned f = 0; f < 128; f++) {
		RIG_SESSION(&end, &rig, "iSCSIProtocolLevel=2");
		rfc_new(&end.c, &p, 0x02, true);
		p.bhs[1] = (uint8_t)(0x80 | f);
		/* The task to abort is the request itself. */
		rfc_put(p.bhs + 20, 4, end.c.itt);
		rig_send(&end, &p);
		rig_recv(&end, &p);
		assert_int_equal(p.bhs[0], 0x22);
		if (f == 0 || f > 12)
			assert_int_equal(p.bhs[2], 5);
		rig_hangup(&end);
		RIG_SESSION(&end, &rig, "");
		rfc_new(&end.c, &p, 0x06, true);
		p.bhs[1] = (uint8_t)(0x80 | f);
		rfc_put(p.bhs + 20, 4, 0);
		rig_send(&end, &p);
		rig_recv(&end, &p);
		assert_int_equal(p.bhs[0], f > 2 ? 0x3f : 0x26);
		rig_hangup(&end);
		fresh();
	}
	close_rig();
}

/* The header's length fields: every AHS length, data lengths at their ends,
 * and nothing behind them. */
static void test_lengths(void **state)
{
	static const uint32_t dlen[] = { 0, 1, 3, 262144, 262145, 0xffffff };
	uint8_t bhs[1100];

	(void)state;
	open_rig();
	for (unsigned op = 0; op < 8; op++)
		for (unsigned ahs = 0; ahs < 256; ahs += ahs < 80 ? 1 : 25)
			for (unsigned d = 0; d < 6; d++) {
				RIG_SESSION(&end, &rig, "");
				memset(bhs, 0, sizeof(bhs));
				bhs[0] = (uint8_t)(0x40 | op);
				bhs[1] = 0xa1;
				bhs[4] = (uint8_t)ahs;
				rfc_put(bhs + 5, 3, dlen[d]);
				rfc_put(bhs + 16, 4, 77);
				rig_raw(&end, bhs, 48 + ahs * 4);
				listen(&end);
				rig_hangup(&end);
			}
	fresh();
	close_rig();
}

/* One AHS: type, length, total, and what the command must not do. */
static void ahs(const uint8_t *a, uint32_t n, uint8_t flags, bool good)
{
	uint8_t cdb[16];
	struct rfc_pdu p;

	RIG_SESSION(&end, &rig, "");
	rig_cdb(cdb, 0x28, 0, 1);
	rfc_command(&end.c, &p, flags, 0, 512, cdb, 10);
	memcpy(p.ahs, a, n);
	p.ahs_len = n;
	rig_send(&end, &p);
	if (!good) {
		rig_reject(&end, 0x09, &p);
	} else {
		rig_recv(&end, &p);
		assert_int_equal(p.bhs[0] == 0x25 || p.bhs[0] == 0x21, 1);
	}
	rig_silent(&end);
	rig_hangup(&end);
}

static void test_ahs(void **state)
{
	static const uint8_t bidi[8] = { 0, 5, 2, 0, 0, 0, 2, 0 };
	uint8_t a[284] = { 0 };

	(void)state;
	open_rig();
	/* Every type but the two, alone. */
	for (unsigned type = 0; type < 64; type++) {
		a[0] = 0, a[1] = 1, a[2] = (uint8_t)type;
		ahs(a, 4, 0xc1, false);
	}
	/* Every length of an extended CDB, in a total of 8, and of 284. */
	for (unsigned len = 0; len < 0x10000; len += len < 300 ? 1 : 4099) {
		memset(a, 0, sizeof(a));
		rfc_put(a, 2, len);
		a[2] = 1;
		ahs(a, 8, 0xc1, len >= 2 && len <= 5);
	}
	/* Twice the same; a bidirectional length of the wrong size. */
	memcpy(a, bidi, 8);
	memcpy(a + 8, bidi, 8);
	ahs(a, 16, 0xc1, false);
	a[1] = 4;
	ahs(a, 8, 0xc1, false);
	a[1] = 6;
	ahs(a, 8, 0xc1, false);
	/* A bidirectional length without W means nothing. */
	ahs(bidi, 8, 0xc1, true);
	/* CDB of 260 bytes is the longest: 244 more, 245 are too many. */
	memset(a, 0, sizeof(a));
	rfc_put(a, 2, 245);
	a[2] = 1;
	ahs(a, 248, 0xc1, true);
	rfc_put(a, 2, 246);
	ahs(a, 252, 0xc1, false);
	fresh();
	close_rig();
}

/* Data-Out at every edge of a transfer: offset, length, DataSN, tags. */
static void test_data_out(void **state)
{
	static const uint32_t at[] = { 0,	   1,	       511,
				       512,	   1023,       1024,
				       1025,	   0x7fffffff, 0x80000000,
				       0xfffffc00, 0xffffffff };
	static const uint32_t lens[] = { 0, 1, 512, 1023, 1024, 1025, 8192 };
	uint8_t cdb[16];
	struct rfc_pdu p;

	(void)state;
	open_rig();
	for (unsigned o = 0; o < 11; o++)
		for (unsigned l = 0; l < 7; l++)
			for (unsigned v = 0; v < 12; v++) {
				uint32_t ttt, itt, n;

				RIG_SESSION(&end, &rig, "InitialR2T=Yes");
				rig_cdb(cdb, 0x2a, 100, 2);
				rfc_command(&end.c, &p, 0xa1, 0, 1024, cdb, 10);
				rig_send(&end, &p);
				itt = end.c.itt;
				rig_recv(&end, &p);
				assert_int_equal(p.bhs[0], 0x31);
				ttt = rfc_get(p.bhs + 20, 4);
				rfc_data_out(&end.c, &p, itt ^ (v % 3 == 1),
					     v % 3 == 2 ? ttt + 1 : ttt, v / 6,
					     at[o], pattern, lens[l], v & 1);
				rig_send(&end, &p);
				n = listen(&end);
				/* The only right one. */
				if (!at[o] && lens[l] == 1024 && v == 3)
					assert_int_equal(n, 1);
				rig_hangup(&end);
			}
	fresh();
	close_rig();
}

/* CmdSN, ITT, ExpStatSN and TTT of every request at their edges. */
static void test_numbers(void **state)
{
	static const uint8_t ops[] = { 0x00, 0x40, 0x01, 0x41, 0x02, 0x42, 0x04,
				       0x44, 0x05, 0x06, 0x46, 0x10, 0x50 };
	static const uint32_t delta[] = { 0xffffffff, 1,	 127, 128, 129,
					  0x7fffffff, 0x80000000 };
	struct rfc_pdu p;

	(void)state;
	open_rig();
	for (unsigned o = 0; o < sizeof(ops); o++)
		for (unsigned d = 0; d < 7; d++)
			for (unsigned at = 16; at <= 32; at += 4) {
				RIG_SESSION(&end, &rig, "");
				rfc_new(&end.c, &p, 0, true);
				p.bhs[0] = ops[o];
				p.bhs[1] = 0x81;
				rfc_put(p.bhs + at, 4,
					rfc_get(p.bhs + at, 4) + delta[d]);
				rig_send(&end, &p);
				listen(&end);
				rig_hangup(&end);
			}
	fresh();
	close_rig();
}

/* A flood of everything that is cheap to send, read and unread. */
static void test_floods(void **state)
{
	static const uint8_t ops[] = { 0x40, 0x41, 0x42, 0x44,
				       0x50, 0x5c, 0x01, 0x00 };
	uint8_t tur[6] = { 0 };
	struct rfc_pdu p;

	(void)state;
	open_rig();
	for (unsigned o = 0; o < 16; o++) {
		RIG_SESSION(&end, &rig, "");
		end.deaf = o >= 8;
		for (unsigned i = 0; i < 3000 && !rig_ended(&end); i++) {
			rfc_command(&end.c, &p, 0x80, 0, 0, tur, 6);
			if (ops[o % 8] & 0x40)
				end.c.cmd_sn--;
			p.bhs[0] = ops[o % 8];
			if (o % 8 == 2)
				p.bhs[1] = 0x81;
			if (o % 8 == 3)
				p.bhs[1] = i % 2 ? 0x40 : 0x00;
			rig_send(&end, &p);
			end.in_off = end.in_len = 0;
		}
		/* What is kept is what one session may have in flight. */
		assert_in_range(rig.live, 0, 400);
		if (o == 10)
			fresh();
		rig_hangup(&end);
		fresh();
	}
	close_rig();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_opcodes),	 cmocka_unit_test(test_codes),
		cmocka_unit_test(test_lengths),	 cmocka_unit_test(test_ahs),
		cmocka_unit_test(test_data_out), cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_floods),
	};

	fill();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
