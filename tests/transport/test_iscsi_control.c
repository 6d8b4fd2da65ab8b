/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PDUs that carry no SCSI: NOP both ways, Text, Logout, SNACK, Reject, Async,
 * and headers that cannot be.
 */
#include "rig.h"

#include <stdio.h>
#include <stdlib.h>

static struct rig rig;
static struct rig_end end, two; /* two: refused */
static const uint8_t tur[6];

static void setup(const char *keys, size_t len)
{
	rig_init(&rig);
	rig_open(&rig);
	rig_session(&end, &rig, keys, len);
}
#define SETUP(keys) setup(keys, sizeof(keys))

static void teardown(void)
{
	rig_hangup(&end);
	rig_close(&rig);
}

static void send_tur(struct rig_end *e)
{
	struct rfc_pdu p;

	rfc_command(&e->c, &p, 0x80, 0, 0, tur, 6);
	rig_send(e, &p);
}

/* The session works. */
static void alive(struct rig_end *e)
{
	send_tur(e);
	rig_response(e, e->c.itt, SCSIEMU_GOOD, 0, 0);
}

/* NOP. */

static void test_nop(void **state)
{
	static uint8_t data[9001];
	struct rfc_pdu p, q;

	(void)state;
	SETUP("HeaderDigest=CRC32C\0DataDigest=CRC32C\0"
	      "MaxRecvDataSegmentLength=4096");
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 3);
	rfc_new(&end.c, &p, 0x00, false);
	p.bhs[9] = 1;
	p.data = data;
	p.len = 1001;
	rig_send(&end, &p);
	rig_recv(&end, &q);
	assert_int_equal(q.bhs[0], 0x20);
	assert_int_equal(q.bhs[1], 0x80);
	assert_memory_equal(q.bhs + 8, p.bhs + 8, 12); /* LUN, ITT */
	assert_int_equal(rfc_get(q.bhs + 20, 4), RFC_NO_TAG);
	assert_int_equal(q.len, 1001);
	assert_memory_equal(q.data, data, 1001);
	/* As much as the initiator takes. */
	rfc_new(&end.c, &p, 0x00, true);
	p.data = data;
	p.len = sizeof(data);
	rig_send(&end, &p);
	rig_recv(&end, &q);
	assert_int_equal(q.len, 4096);
	/* No answer is asked for. */
	rfc_new(&end.c, &p, 0x00, true);
	rfc_put(p.bhs + 16, 4, RFC_NO_TAG);
	rig_send(&end, &p);
	rig_silent(&end);
	/* A bad digest: Reject, no echo. */
	rfc_new(&end.c, &p, 0x00, true);
	p.data = data;
	p.len = 100;
	end.c.bad_dd = true;
	rig_send(&end, &p);
	rfc_put(p.bhs + 5, 3, 100);
	rig_reject(&end, 2, &p);
	rig_silent(&end);
	alive(&end);
	teardown();
}

static void test_keepalive(void **state)
{
	struct rfc_pdu p, q;

	(void)state;
	SETUP("");
	rig_time(&rig, 1);
	rig_time(&rig, 29998);
	rig_silent(&end);
	rig_time(&rig, 2);
	rig_recv(&end, &q);
	assert_int_equal(q.bhs[0], 0x20);
	assert_int_equal(rfc_get(q.bhs + 16, 4), RFC_NO_TAG);
	assert_int_not_equal(rfc_get(q.bhs + 20, 4), RFC_NO_TAG);
	assert_int_equal(rfc_get(q.bhs + 24, 4), end.c.exp_stat_sn);
	rig_time(&rig, 9000);
	rig_silent(&end);
	/* Answered in time. */
	rfc_new(&end.c, &p, 0x00, true);
	rfc_put(p.bhs + 16, 4, RFC_NO_TAG);
	memcpy(p.bhs + 20, q.bhs + 20, 4);
	rig_send(&end, &p);
	rig_time(&rig, 2000);
	rig_silent(&end);
	assert_false(rig_ended(&end));
	/* Not answered. */
	rig_time(&rig, 30000);
	rig_recv(&end, &q);
	rig_time(&rig, 10000);
	assert_true(rig_ended(&end));
	teardown();
}

/* Text. */

static void text(struct rig_end *e, struct rfc_pdu *p, uint8_t flags,
		 uint32_t ttt, const char *data, uint32_t len)
{
	rfc_new(&e->c, p, 0x04, false);
	p->bhs[1] = flags;
	rfc_put(p->bhs + 20, 4, ttt);
	p->data = (const uint8_t *)data;
	p->len = len;
	rig_send(e, p);
}

static void test_send_targets(void **state)
{
	struct rfc_pdu p, q;

	(void)state;
	SETUP("");
	text(&end, &p, 0x80, RFC_NO_TAG, "SendTargets=", 13);
	rig_recv(&end, &q);
	assert_int_equal(q.bhs[0], 0x24);
	assert_int_equal(q.bhs[1], 0x80);
	assert_int_equal(rfc_get(q.bhs + 20, 4), RFC_NO_TAG);
	assert_memory_equal(q.bhs + 16, p.bhs + 16, 4);
	assert_memory_equal(q.data, "TargetName=" RIG_IQN "\0TargetAddress=",
			    11 + sizeof(RIG_IQN) + 14);
	/* In two PDUs: C=1 first. */
	text(&end, &p, 0x40, RFC_NO_TAG, "SendTar", 7);
	rig_recv(&end, &q);
	assert_int_equal(q.bhs[0], 0x24);
	assert_int_equal(q.bhs[1], 0);
	assert_int_equal(q.len, 0);
	assert_int_not_equal(rfc_get(q.bhs + 20, 4), RFC_NO_TAG);
	text(&end, &p, 0x80, rfc_get(q.bhs + 20, 4), "gets=", 6);
	rig_recv(&end, &q);
	assert_int_equal(q.bhs[1], 0x80);
	assert_memory_equal(q.data, "TargetName=" RIG_IQN, 11);
	/* F and C contradict; a TTT that names nothing. */
	text(&end, &p, 0xc0, RFC_NO_TAG, "A=1", 4);
	rfc_put(p.bhs + 5, 3, 4);
	rig_reject(&end, 4, &p);
	text(&end, &p, 0x80, 5, "A=1", 4);
	rfc_put(p.bhs + 5, 3, 4);
	rig_reject(&end, 4, &p);
	alive(&end);
	teardown();
}

/* An answer longer than what the initiator takes in one PDU. */
static void test_text_pages(void **state)
{
	char seen[8192], name[64];
	uint32_t n = 0, pages = 0, ttt = RFC_NO_TAG;
	struct scsiemu_errmsg err;
	struct rfc_pdu p, q;

	(void)state;
	rig_init(&rig);
	rig_open(&rig);
	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "iqn.2026-11.test:t%d", i);
		assert_non_null(
			scsiemu_iscsi_target_add(rig.node, name, NULL, &err));
	}
	rig_connect(&end, &rig);
	static const char keys[] = "InitiatorName=" RIG_CLIENT "\0"
				   "SessionType=Discovery\0"
				   "MaxRecvDataSegmentLength=512";
	rfc_login(&end.c, &p, 0x87, keys, sizeof(keys));
	rig_send(&end, &p);
	rig_recv(&end, &q);
	assert_int_equal(rfc_get(q.bhs + 36, 2), 0);
	do {
		text(&end, &p, 0x80, ttt, "SendTargets=All",
		     ttt == RFC_NO_TAG ? 16 : 0);
		end.c.itt--;
		rig_recv(&end, &q);
		assert_int_equal(q.bhs[0], 0x24);
		assert_true(q.len <= 512);
		memcpy(seen + n, q.data, q.len);
		n += q.len;
		ttt = rfc_get(q.bhs + 20, 4);
		assert_int_equal(q.bhs[1], ttt == RFC_NO_TAG ? 0x80 : 0x40);
	} while (ttt != RFC_NO_TAG && pages++ < 40);
	assert_true(pages > 3);
	/* 41 targets with their 41 addresses, each ended by a zero. */
	uint32_t zeros = 0;

	for (uint32_t i = 0; i < n; i++)
		zeros += !seen[i];
	assert_int_equal(zeros, 82);
	/* No SCSI in a discovery session. */
	rfc_command(&end.c, &p, 0x80, 0, 0, tur, 6);
	rig_send(&end, &p);
	rig_reject(&end, 4, &p);
	teardown();
}

/* Logout. */

static void logout(uint8_t reason, uint16_t cid, uint8_t want)
{
	struct rfc_pdu p, q;

	rfc_new(&end.c, &p, 0x06, true);
	p.bhs[1] = 0x80 | reason;
	rfc_put(p.bhs + 20, 2, cid);
	rig_send(&end, &p);
	rig_recv(&end, &q);
	assert_int_equal(q.bhs[0], 0x26);
	assert_int_equal(q.bhs[1], 0x80);
	assert_int_equal(q.bhs[2], want);
	assert_memory_equal(q.bhs + 16, p.bhs + 16, 4);
}

static void test_logout(void **state)
{
	struct rfc_pdu p;

	(void)state;
	SETUP("");
	logout(2, 0, 2); /* for recovery: not at level 0 */
	logout(1, 9, 1); /* no such connection */
	rfc_new(&end.c, &p, 0x06, true);
	p.bhs[1] = 0x80 | 3;
	rig_send(&end, &p);
	rig_reject(&end, 9, &p);
	alive(&end);
	logout(1, 0, 0);
	assert_true(rig_ended(&end));
	rig_hangup(&end);
	RIG_SESSION(&end, &rig, "");
	logout(0, 77, 0);
	assert_true(rig_ended(&end));
	teardown();
}

/* What this target does not do, or nobody does. */
static void test_refused(void **state)
{
	static const struct {
		uint8_t opcode, reason;
	} bad[] = {
		{ 0x10, 3 }, { 0x07, 5 }, { 0x1c, 5 }, { 0x25, 5 }, { 0x3f, 5 }
	};

	(void)state;
	SETUP("");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct rfc_pdu p;

		rfc_new(&end.c, &p, bad[i].opcode, true);
		p.data = tur;
		p.len = i & 1 ? 5 : 0;
		rig_send(&end, &p);
		rfc_put(p.bhs + 5, 3, p.len);
		rig_reject(&end, bad[i].reason, &p);
	}
	alive(&end);
	teardown();
}

static void test_login_in_full_feature(void **state)
{
	struct rfc_pdu p;

	(void)state;
	SETUP("");
	rfc_login(&end.c, &p, 0x87, "", 0);
	rig_send(&end, &p);
	rig_reject(&end, 4, &p);
	assert_true(rig_ended(&end));
	teardown();
}

/* A data segment beyond what we declared. */
static void test_too_long(void **state)
{
	struct rfc_pdu p;
	uint8_t raw[48];

	(void)state;
	SETUP("");
	rfc_new(&end.c, &p, 0x00, true);
	memcpy(raw, p.bhs, 48);
	rfc_put(raw + 5, 3, 262145);
	rig_raw(&end, raw, 48);
	memcpy(p.bhs, raw, 48);
	rig_reject(&end, 4, &p);
	assert_true(rig_ended(&end));
	teardown();
}

static void test_ahs_too_long(void **state)
{
	uint8_t raw[48] = { 0x01, 0x80, 0, 0, 72 };

	(void)state;
	SETUP("");
	rig_raw(&end, raw, 48);
	rig_raw(&end, raw, 48);
	assert_true(rig_ended(&end));
	teardown();
}

static void test_shutdown(void **state)
{
	struct rfc_pdu q;

	(void)state;
	SETUP("");
	scsiemu_iscsi_shutdown(rig.engine);
	rig_recv(&end, &q);
	assert_int_equal(q.bhs[0], 0x32);
	assert_int_equal(q.bhs[36], 1);
	assert_int_equal(rfc_get(q.bhs + 42, 2), 5);
	rig_connect(&two, &rig);
	assert_null(two.conn);
	rig_time(&rig, 4999);
	assert_false(rig_ended(&end));
	rig_time(&rig, 1);
	assert_true(rig_ended(&end));
	teardown();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nop),
		cmocka_unit_test(test_keepalive),
		cmocka_unit_test(test_send_targets),
		cmocka_unit_test(test_text_pages),
		cmocka_unit_test(test_logout),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_login_in_full_feature),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_ahs_too_long),
		cmocka_unit_test(test_shutdown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
