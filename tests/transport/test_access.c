/* SPDX-License-Identifier: BSD-2-Clause */
/* test_access.c - who may log in to a target, where others are sent, and what
 * SendTargets tells. */
#include "login_kit.h"

#include <stdio.h>

/* Log in as IQN_I from this address and say what came of it. */
static uint16_t status_from(struct kit *k, const char *peer)
{
	kit_login(k);
	k->l.peer_addr = peer;
	kit_send(k, OPER, TEXT(WHO));
	return k->l.status;
}

static void test_initiators(void **state)
{
	static const struct {
		const char *pattern;
		bool admits;
	} row[] = {
		{ IQN_I, true },
		{ "IQN.2026-01.Test.Host:ONE", true },
		{ "iqn.2026-01.test.host:*", true },
		{ "iqn.2026-01.test.HOST*", true },
		{ "*", true },
		{ IQN_I "*", true },
		{ IQN_I "x", false },
		{ "iqn.2026-01.test.host", false },
		{ "iqn.2026-01.test.host:on", false },
		{ "iqn.2026-01.test.host:one1*", false },
		{ "eui.*", false },
	};
	static const char *const bad[] = { "",	   "a*b*",    "*a",
					   "host", "iqn.a b", "iqn.\xff*" };
	static struct kit k;
	struct scsiemu_errmsg err;

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		kit_open(&k, NULL);
		assert_int_equal(scsiemu_iscsi_initiator_allow(
					 k.target, row[i].pattern, NULL),
				 0);
		assert_int_equal(status_from(&k, "192.0.2.1"),
				 row[i].admits ? 0 : SEMU_LOGIN_FORBIDDEN);
		/* One of several is enough. */
		assert_int_equal(
			scsiemu_iscsi_initiator_allow(k.target, IQN_I, NULL),
			0);
		assert_int_equal(status_from(&k, "192.0.2.1"), 0);
		kit_close(&k);
	}
	kit_open(&k, NULL);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(
			scsiemu_iscsi_initiator_allow(k.target, bad[i], &err),
			-1);
	assert_null(k.target->initiators);
	kit_close(&k);
}

static void test_addresses(void **state)
{
	static const struct {
		const char *prefix, *peer;
		bool admits;
	} row[] = {
		{ "192.0.2.7", "192.0.2.7", true },
		{ "192.0.2.7", "192.0.2.7:1234", true },
		{ "192.0.2.7", "192.0.2.8", false },
		{ "192.0.2.7", "[::ffff:192.0.2.7]:1", true },
		{ "192.0.2.7", "::ffff:192.0.2.7", true },
		{ "192.0.2.0/24", "192.0.2.255:1", true },
		{ "192.0.2.0/24", "192.0.3.0:1", false },
		{ "192.0.2.0/23", "192.0.3.9:1", true },
		{ "192.0.2.128/25", "192.0.2.127:1", false },
		{ "192.0.2.1/0", "10.0.0.1", true },
		{ "192.0.2.1/0", "2001:db8::1", false },
		{ "2001:db8::/32", "[2001:db8:1::2]:3", true },
		{ "2001:db8::/32", "2001:db9::", false },
		{ "2001:db8::/33", "2001:db8:8000::", false },
		{ "::/0", "192.0.2.1", true },
		{ "::1", "::1", true },
		{ "::1", "[::1]:44", true },
		{ "fe80::1", "[fe80::1%eth0]:3", true },
		{ "fe80::1", "fe80::1%eth0", true },
		{ "192.0.2.7", NULL, false },
		{ "::/0", "", false },
		{ "::/0", "nonsense", false },
		{ "::/0", "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:b",
		  false },
	};
	static const char *const bad[] = {
		"",	      "host",	    "192.0.2.7:1", "192.0.2.0/33",
		"::/129",     "192.0.2.0/", "192.0.2.0/x", "192.0.2.0/-1",
		"192.0.2/24", "[::1]",
	};
	static struct kit k;
	struct scsiemu_errmsg err;

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		kit_open(&k, NULL);
		assert_int_equal(scsiemu_iscsi_address_allow(
					 k.target, row[i].prefix, NULL),
				 0);
		assert_int_equal(status_from(&k, row[i].peer),
				 row[i].admits ? 0 : SEMU_LOGIN_FORBIDDEN);
		kit_close(&k);
	}
	kit_open(&k, NULL);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(
			scsiemu_iscsi_address_allow(k.target, bad[i], &err),
			-1);
	assert_null(k.target->addresses);
	/* Both lists must agree. */
	scsiemu_iscsi_address_allow(k.target, "192.0.2.7", NULL);
	scsiemu_iscsi_initiator_allow(k.target, "eui.*", NULL);
	assert_int_equal(status_from(&k, "192.0.2.7"), SEMU_LOGIN_FORBIDDEN);
	scsiemu_iscsi_initiator_allow(k.target, "iqn.*", NULL);
	assert_int_equal(status_from(&k, "192.0.2.7"), 0);
	assert_int_equal(status_from(&k, "192.0.2.8"), SEMU_LOGIN_FORBIDDEN);
	kit_close(&k);
}

static void test_redirect(void **state)
{
	static const char *const good[] = { "192.0.2.9", "192.0.2.9:3260",
					    "[2001:db8::1]:3260", "[::1]",
					    "disks.example.com:860" };
	static const char *const bad[] = { "",	  "::1", "2001:db8::1", "a b",
					   "a,1", "a\n", "a]",		"[a" };
	static struct kit k;
	char want[64];

	(void)state;
	kit_open(&k, NULL);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(scsiemu_iscsi_target_redirect(k.target, bad[i],
							       false, NULL),
				 -1);
	assert_int_equal(status_from(&k, NULL), 0);
	for (size_t i = 0; i < 2 * sizeof(good) / sizeof(good[0]); i++) {
		int n = snprintf(want, sizeof(want), "TargetAddress=%s",
				 good[i / 2]);

		assert_int_equal(scsiemu_iscsi_target_redirect(
					 k.target, good[i / 2], i % 2, NULL),
				 0);
		assert_int_equal(status_from(&k, NULL),
				 i % 2 ? 0x0102 : 0x0101);
		assert_int_equal(k.next, SEMU_LOGIN_FAIL);
		assert_int_equal(k.rsp[1] & 0xf3, 0);
		assert_int_equal(k.rsp[36], 1);
		assert_int_equal(k.rsp[37], i % 2 ? 2 : 1);
		assert_int_equal(k.out_len, n + 1);
		assert_string_equal((char *)k.out, want);
	}
	/* Who may not log in is told no other place either. */
	scsiemu_iscsi_initiator_allow(k.target, "eui.*", NULL);
	assert_int_equal(status_from(&k, NULL), SEMU_LOGIN_FORBIDDEN);
	kit_close(&k);
	kit_open(&k, NULL);
	scsiemu_iscsi_target_redirect(k.target, "192.0.2.9", false, NULL);
	scsiemu_iscsi_target_redirect(k.target, NULL, false, NULL);
	assert_int_equal(status_from(&k, NULL), 0);
	kit_close(&k);
}

static void test_removed(void **state)
{
	static struct kit k;

	(void)state;
	kit_open(&k, NULL);
	scsiemu_iscsi_target_remove(k.target);
	assert_int_equal(status_from(&k, NULL), SEMU_LOGIN_REMOVED);
	scsiemu_iscsi_target_add(k.node, IQN_T, NULL, NULL);
	assert_int_equal(status_from(&k, NULL), 0);
	/* Served through group 2 only; the kit comes through 1. */
	scsiemu_iscsi_target_group(k.target, 2, NULL);
	assert_int_equal(status_from(&k, NULL), SEMU_LOGIN_NOT_FOUND);
	scsiemu_iscsi_target_group(k.target, 1, NULL);
	assert_int_equal(status_from(&k, NULL), 0);
	kit_close(&k);
}

/* Ask, and see exactly this. */
static void ask(struct kit *k, const char *say, size_t len, const char *hear,
		size_t hear_len)
{
	bool more;
	int n = semu_iscsi_text(&k->l, (const uint8_t *)say, (uint32_t)len,
				k->out, 8192, 0, &more);

	assert_false(more);
	assert_int_equal(n, hear_len);
	assert_memory_equal(k->out, hear, hear_len);
}

#define ASK(k, say, hear) ask(k, TEXT(say), TEXT(hear))

static void test_sendtargets(void **state)
{
	static struct kit k;
	struct scsiemu_iscsi_target *b, *c, *d;

	(void)state;
	kit_open(&k, NULL);
	b = scsiemu_iscsi_target_add(k.node, "iqn.2026-01.test:b", NULL, NULL);
	c = scsiemu_iscsi_target_add(k.node, "iqn.2026-01.test:c", NULL, NULL);
	d = scsiemu_iscsi_target_add(k.node, "iqn.2026-01.test:d", NULL, NULL);
	scsiemu_iscsi_initiator_allow(c, "eui.*", NULL);
	scsiemu_iscsi_target_remove(d);
	kit_send(&k, OPER | TO_FULL, TEXT(WHO_DISCOVER));
	/* Without portals: where the initiator came to. */
	ASK(&k, "SendTargets=All",
	    "TargetName=" IQN_T "\0TargetAddress=192.0.2.1:3260,1\0"
	    "TargetName=iqn.2026-01.test:b\0"
	    "TargetAddress=192.0.2.1:3260,1");
	scsiemu_iscsi_portal_add(k.node, "0.0.0.0", 3260, 1, NULL);
	scsiemu_iscsi_portal_add(k.node, "2001:db8::1", 3261, 1, NULL);
	scsiemu_iscsi_portal_add(k.node, "198.51.100.1", 3260, 2, NULL);
	scsiemu_iscsi_target_group(b, 2, NULL);
	ASK(&k, "SendTargets=All",
	    "TargetName=" IQN_T "\0TargetAddress=192.0.2.1:3260,1\0"
	    "TargetAddress=[2001:db8::1]:3261,1\0"
	    "TargetAddress=198.51.100.1:3260,2\0"
	    "TargetName=iqn.2026-01.test:b\0"
	    "TargetAddress=198.51.100.1:3260,2");
	ASK(&k, "SendTargets=iqn.2026-01.TEST:b",
	    "TargetName=iqn.2026-01.test:b\0"
	    "TargetAddress=198.51.100.1:3260,2");
	ask(&k, TEXT("SendTargets=iqn.2026-01.test:c"), NOTHING);
	ask(&k, TEXT("SendTargets=iqn.2026-01.test:d"), NOTHING);
	ASK(&k, "SendTargets=", "SendTargets=Reject");
	ASK(&k, "SendTargets=Alle", "SendTargets=Reject");
	ASK(&k, "SendTargets=A", "SendTargets=Reject");
	ASK(&k, "SendTargets=all", "SendTargets=Reject");
	ASK(&k, "sENDtARGETS=aLL", "sENDtARGETS=NotUnderstood");
	/* From an IPv6 connection 0.0.0.0 has no name. */
	k.l.portal_addr = "[2001:db8::7]:3260";
	ASK(&k, "SendTargets=" IQN_T,
	    "TargetName=" IQN_T "\0TargetAddress=[2001:db8::1]:3261,1\0"
	    "TargetAddress=198.51.100.1:3260,2");
	scsiemu_iscsi_portal_add(k.node, "::", 3262, 1, NULL);
	ASK(&k, "SendTargets=" IQN_T,
	    "TargetName=" IQN_T "\0TargetAddress=[2001:db8::1]:3261,1\0"
	    "TargetAddress=198.51.100.1:3260,2\0"
	    "TargetAddress=[2001:db8::7]:3262,1");
	kit_close(&k);
}

/* A normal session hears of its own target, whatever it asks. */
static void test_sendtargets_normal(void **state)
{
	static const char self[] = "TargetName=" IQN_T
				   "\0TargetAddress=192.0.2.1:3260,1";
	static struct kit k;

	(void)state;
	kit_open(&k, NULL);
	scsiemu_iscsi_target_add(k.node, "iqn.2026-01.test:b", NULL, NULL);
	kit_send(&k, OPER | TO_FULL, TEXT(WHO));
	semu_iscsi_login_wipe(&k.l);
	ask(&k, TEXT("SendTargets="), TEXT(self));
	ask(&k, TEXT("SendTargets=All"), TEXT(self));
	ask(&k, TEXT("SendTargets=" IQN_T), TEXT(self));
	ASK(&k, "SendTargets=iqn.2026-01.test:b", "SendTargets=Reject");
	ASK(&k, "SendTargets=Alle", "SendTargets=Reject");
	kit_close(&k);
}

/* 300 targets, paged: the pages are one text, unless it changes meanwhile. */
static void test_pages(void **state)
{
	static const uint8_t all[] = "SendTargets=All";
	static uint8_t whole[65536], paged[65536];
	static struct kit k;
	char name[64];
	bool more = true;
	int total, n;

	(void)state;
	kit_open(&k, NULL);
	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "iqn.2026-01.test:%d", i);
		scsiemu_iscsi_target_add(k.node, name, NULL, NULL);
	}
	kit_send(&k, OPER | TO_FULL, TEXT(WHO_DISCOVER));
	total = semu_iscsi_text(&k.l, all, sizeof(all), whole, sizeof(whole), 0,
				&more);
	assert_true(total > 2 * 8192 && !more);
	for (uint32_t cap = 4096; cap <= 8192; cap += 1365) {
		uint32_t at = 0;

		do {
			n = semu_iscsi_text(&k.l, all, sizeof(all), paged + at,
					    cap, at, &more);
			assert_true(n > 0);
			at += (uint32_t)n;
		} while (more);
		assert_int_equal(at, total);
		assert_memory_equal(paged, whole, at);
	}
	/* At and behind the end there is nothing. */
	assert_int_equal(semu_iscsi_text(&k.l, all, sizeof(all), paged, 8192,
					 (uint32_t)total, &more),
			 0);
	assert_false(more);
	assert_int_equal(semu_iscsi_text(&k.l, all, sizeof(all), paged, 8192,
					 UINT32_MAX, &more),
			 0);
	/* A target more: the next page of the old answer is refused. */
	scsiemu_iscsi_target_add(k.node, "iqn.2026-01.test:new", NULL, NULL);
	assert_int_equal(semu_iscsi_text(&k.l, all, sizeof(all), paged, 8192,
					 8192, &more),
			 -1);
	kit_close(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_initiators),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_redirect),
		cmocka_unit_test(test_removed),
		cmocka_unit_test(test_sendtargets),
		cmocka_unit_test(test_sendtargets_normal),
		cmocka_unit_test(test_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
