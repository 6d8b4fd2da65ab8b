/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_hostile_login.c - logins that are wrong through the whole connection:
 * text that is cut, nested, repeated or endless, stages and flags in every
 * combination, deadlines fed by the clock. None gets in, all get out.
 */
#include "rig.h"

static struct rig rig;
static struct rig_end end, other;

static const char base[] = "InitiatorName=" RIG_CLIENT "\0"
			   "TargetName=" RIG_IQN "\0"
			   "SessionType=Normal\0AuthMethod=None";

static void fresh(void)
{
	struct scsiemu_iscsi_stats s;

	RIG_SESSION(&other, &rig, "");
	rig_hangup(&other);
	scsiemu_iscsi_stats(rig.engine, &s);
	assert_int_equal(s.connections, end.conn != NULL);
}

static void begin(void)
{
	rig_init(&rig);
	rig_open(&rig);
}

/* Send; class of the answer's status, 0 = success, -1 = no answer at all. */
static int attempt(uint8_t flags, const char *text, uint32_t len)
{
	struct rfc_pdu p;

	rfc_login(&end.c, &p, flags, text, len);
	rfc_put(p.bhs + 16, 4, 1);
	rig_send(&end, &p);
	if (end.in_off == end.in_len)
		return -1;
	rig_recv(&end, &p);
	assert_int_equal(p.bhs[0], 0x23);
	return p.bhs[36];
}

/* Every byte 1 as first request, then every byte 1 as second. */
static void test_stages(void **state)
{
	(void)state;
	begin();
	for (unsigned a = 0; a < 256; a++)
		for (unsigned b = 0; b < 256; b += 37) {
			unsigned full = a & 3, csg = a >> 2 & 3;
			int r;

			rig_connect(&end, &rig);
			r = attempt((uint8_t)a, base, sizeof(base));
			/* Into the full feature phase only by the book. */
			if ((a & 0xc0) == 0xc0 || csg > 1 ||
			    ((a & 0x80) && (full <= csg || full == 2)))
				assert_int_equal(r, 2);
			if (r == 0 && !((a & 0x80) && full == 3))
				attempt((uint8_t)b, "", 0);
			rig_hangup(&end);
		}
	fresh();
	rig_close(&rig);
}

static void refused(const char *text, size_t len)
{
	rig_connect(&end, &rig);
	assert_int_equal(attempt(0x87, text, (uint32_t)len), 2);
	assert_true(rig_ended(&end));
	rig_hangup(&end);
	fresh();
}

#define REFUSED(text) refused(text, sizeof(text) - 1)

static void test_text(void **state)
{
	(void)state;
	begin();
	REFUSED("");
	REFUSED("\0\0\0\0");
	REFUSED("=");
	REFUSED("=\0");
	REFUSED("InitiatorName");
	REFUSED("InitiatorName\0");
	REFUSED("InitiatorName=\0");
	REFUSED("InitiatorName=iqn.2026-11.test:me");
	REFUSED("InitiatorName=%n%n%n%s\0TargetName=" RIG_IQN "\0");
	REFUSED("InitiatorName=iqn.2026-11.test:me\0TargetName=%s%n\0");
	REFUSED("InitiatorName=iqn.2026-11.test:me\0InitiatorName="
		"iqn.2026-11.test:you\0TargetName=" RIG_IQN "\0");
	REFUSED("InitiatorName=iqn.2026-11.test:me\0TargetName=" RIG_IQN
		"\0SessionType=normal\0");
	REFUSED("InitiatorName=iqn.2026-11.test:me\0TargetName=" RIG_IQN
		"\0MaxRecvDataSegmentLength=511\0");
	REFUSED("InitiatorName=iqn.2026-11.test:me\0TargetName=" RIG_IQN
		"\0MaxRecvDataSegmentLength=18446744073709551616\0");
	REFUSED("InitiatorName=iqn.2026-11.test:me\0TargetName=" RIG_IQN
		"\0MaxBurstLength=512\0MaxBurstLength=512\0");
	REFUSED("InitiatorName=iqn.2026-11.test:me\0TargetName=" RIG_IQN
		"\0a b=c\0");
	REFUSED("InitiatorName=iqn.2026-11.test:me\0TargetName=" RIG_IQN
		"\0X=\xff\xfe\0");
	rig_close(&rig);
}

/* Keys of every length, at the limit and over it. */
static void test_long(void **state)
{
	static char text[9000];

	(void)state;
	begin();
	for (size_t key = 60; key < 70; key++) {
		size_t n = sizeof(base);

		memcpy(text, base, n);
		memset(text + n, 'k', key);
		memcpy(text + n + key, "=v", 3);
		rig_connect(&end, &rig);
		assert_int_equal(attempt(0x87, text, (uint32_t)(n + key + 3)),
				 key > 63 ? 2 : 0);
		rig_hangup(&end);
	}
	/* 8 KiB and a byte; all that a declared length may name. */
	memset(text, 0, sizeof(text));
	memcpy(text, base, sizeof(base));
	rig_connect(&end, &rig);
	assert_int_equal(attempt(0x87, text, 8192), 0);
	rig_hangup(&end);
	rig_connect(&end, &rig);
	assert_int_equal(attempt(0x87, text, 8193), 2);
	rig_hangup(&end);
	fresh();
	rig_close(&rig);
}

/* Continuation without end: by bytes, and by requests that bring none. */
static void test_endless(void **state)
{
	static char text[8192];
	unsigned n = 0;

	(void)state;
	begin();
	memset(text, 'x', sizeof(text));
	rig_connect(&end, &rig);
	while (attempt(0x40, text, sizeof(text)) == 0)
		n++;
	assert_int_equal(n, 8); /* 64 KiB */
	assert_true(rig_ended(&end));
	rig_hangup(&end);
	rig_connect(&end, &rig);
	for (n = 0; attempt(0x40, "", 0) == 0;)
		n++;
	assert_int_equal(n, 256);
	assert_true(rig_ended(&end));
	rig_hangup(&end);
	/* The same where each text is complete but nothing is ever settled. */
	rig_connect(&end, &rig);
	for (n = 0; attempt(0x04, base, sizeof(base)) == 0;)
		n++;
	assert_true(n < 257);
	rig_hangup(&end);
	fresh();
	rig_close(&rig);
}

/* 15 s from accept, whatever comes meanwhile: nothing, a byte a second, or
 * whole requests. */
static void test_deadline(void **state)
{
	struct rfc_pdu p;
	uint8_t raw[512];
	size_t len;

	(void)state;
	begin();
	for (unsigned how = 0; how < 3; how++) {
		unsigned s = 0;

		rig_connect(&end, &rig);
		rfc_login(&end.c, &p, 0x40, base, sizeof(base));
		len = rfc_build(&end.c, &p, raw);
		for (; s < 30 && !rig_ended(&end); s++) {
			assert_int_equal(rig_ended(&end), s >= 15);
			if (how == 1)
				rig_raw(&end, raw + s, 1);
			if (how == 2)
				attempt(0x40, "", 0);
			assert_true(len > 30);
			rig_time(&rig, 1000);
		}
		assert_int_equal(s, 15);
		rig_hangup(&end);
		fresh();
	}
	rig_close(&rig);
}

/* A session that says a byte a second of a header is asked, then ended. */
static void test_trickle(void **state)
{
	uint8_t byte = 0;
	unsigned s;

	(void)state;
	begin();
	RIG_SESSION(&end, &rig, "");
	for (s = 0; s < 60 && !rig_ended(&end); s++) {
		if (s < 47)
			rig_raw(&end, &byte, 1);
		rig_time(&rig, 1000);
		rig_pull(&end);
	}
	assert_int_equal(
		s, 41); /* heard at 1 s; asked after 30 s, 10 s to answer */
	rig_hangup(&end);
	fresh();
	rig_close(&rig);
}

/* A clock that stood still: an idle session is asked before it is ended. */
static void test_late_tick(void **state)
{
	struct rfc_pdu p;
	uint32_t ttt;

	(void)state;
	begin();
	RIG_SESSION(&end, &rig, "");
	rig_time(&rig, 1); /* it was heard */
	rig_time(&rig, 3600000);
	assert_false(rig_ended(&end));
	rig_recv(&end, &p);
	assert_int_equal(p.bhs[0], 0x20);
	ttt = rfc_get(p.bhs + 20, 4);
	rfc_new(&end.c, &p, 0x00, true);
	rfc_put(p.bhs + 16, 4, RFC_NO_TAG);
	rfc_put(p.bhs + 20, 4, ttt);
	rig_send(&end, &p);
	rig_time(&rig, 9999);
	assert_false(rig_ended(&end));
	rig_hangup(&end);
	rig_close(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stages),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_endless),
		cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_trickle),
		cmocka_unit_test(test_late_tick),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
