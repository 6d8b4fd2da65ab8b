/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sessions: CmdSN and tags, from login to session, reinstatement, limits and
 * deadlines, initiators that do not read, memory that runs out.
 */
#include "rig.h"

static struct rig rig;
static struct rig_end end, two;
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

/* CmdSN (4.2.2.1). */

static void test_cmd_sn_outside(void **state)
{
	static const int32_t off[] = { -1, -1000, 128, 100000 };

	(void)state;
	SETUP("");
	for (size_t i = 0; i < 4; i++) {
		struct rfc_pdu p;

		rfc_command(&end.c, &p, 0x80, 0, 0, tur, 6);
		end.c.cmd_sn--;
		rfc_put(p.bhs + 24, 4, end.c.cmd_sn + (uint32_t)off[i]);
		rig_send(&end, &p);
		rig_silent(&end);
	}
	alive(&end);
	teardown();
}

static void test_cmd_sn_gap(void **state)
{
	struct rfc_pdu p;

	(void)state;
	SETUP("");
	end.c.cmd_sn++;
	rfc_command(&end.c, &p, 0x80, 0, 0, tur, 6);
	rig_send(&end, &p);
	rig_reject(&end, 4, &p);
	assert_true(rig_ended(&end));
	teardown();
}

static void test_cmd_sn_wraps(void **state)
{
	(void)state;
	rig_init(&rig);
	rig_open(&rig);
	rig_connect(&end, &rig);
	end.c.cmd_sn = 0xfffffffe;
	RIG_LOGIN(&end, "");
	send_tur(&end); /* unit attention */
	rig_response(&end, end.c.itt, 2, SCSIEMU_SK_UNIT_ATTENTION, 0);
	for (int i = 0; i < 5; i++)
		alive(&end);
	assert_int_equal(end.c.exp_cmd_sn, 4);
	assert_int_equal(end.c.max_cmd_sn, 4 + 127);
	teardown();
}

/* The window: what is out counts, what is answered does not. */
static void test_window(void **state)
{
	struct rfc_pdu p;
	uint8_t cdb[16];

	(void)state;
	rig_init(&rig);
	rig.limits.commands = 4;
	rig_open(&rig);
	rig_delay(&rig);
	RIG_SESSION(&end, &rig, "");
	assert_int_equal(end.c.max_cmd_sn, end.c.exp_cmd_sn + 3);
	rig_cdb(cdb, 0x28, 0, 1);
	for (int i = 0; i < 6; i++) {
		rfc_command(&end.c, &p, 0xc1, 0, 512, cdb, 10);
		rig_send(&end, &p);
	}
	rig_run(&rig);
	for (int i = 0; i < 4; i++)
		rig_recv(&end, &p);
	assert_int_equal(p.bhs[0], 0x25);
	rig_silent(&end); /* two were outside of the window */
	end.c.cmd_sn -= 2;
	assert_int_equal(end.c.exp_cmd_sn, end.c.cmd_sn);
	assert_int_equal(end.c.max_cmd_sn, end.c.cmd_sn + 3);
	alive(&end);
	teardown();
}

static void test_tag_in_use(void **state)
{
	struct rfc_pdu p, q;
	uint8_t cdb[16];

	(void)state;
	SETUP("ImmediateData=No");
	rig_cdb(cdb, 0x2a, 0, 1);
	rfc_command(&end.c, &p, 0xa1, 0, 512, cdb, 10);
	rig_send(&end, &p);
	rig_recv(&end, &q);
	assert_int_equal(q.bhs[0], 0x31);
	end.c.itt--;
	rfc_command(&end.c, &p, 0x80, 0, 0, tur, 6);
	rig_send(&end, &p);
	rig_reject(&end, 7, &p);
	rfc_command(&end.c, &p, 0x80, 0, 0, tur, 6);
	rfc_put(p.bhs + 16, 4, RFC_NO_TAG);
	rig_send(&end, &p);
	rig_reject(&end, 9, &p);
	teardown();
}

/* More immediate commands than the bound: refused, not queued. */
static void test_immediate_flood(void **state)
{
	struct rfc_pdu p;
	uint8_t cdb[16];

	(void)state;
	rig_init(&rig);
	rig.limits.immediates = 3;
	rig_open(&rig);
	rig_delay(&rig);
	RIG_SESSION(&end, &rig, "");
	rig_cdb(cdb, 0x28, 0, 1);
	for (int i = 0; i < 3; i++) {
		rfc_command(&end.c, &p, 0xc1, 0, 512, cdb, 10);
		end.c.cmd_sn--;
		p.bhs[0] |= 0x40;
		rig_send(&end, &p);
	}
	rig_silent(&end);
	rfc_command(&end.c, &p, 0xc1, 0, 512, cdb, 10);
	end.c.cmd_sn--;
	p.bhs[0] |= 0x40;
	rig_send(&end, &p);
	rig_reject(&end, 6, &p);
	rig_run(&rig);
	for (int i = 0; i < 3; i++)
		rig_recv(&end, &p);
	alive(&end);
	teardown();
}

/* Before the login is done nothing but Login may come. */
static void test_login_phase(void **state)
{
	struct rfc_pdu p, q;

	(void)state;
	rig_init(&rig);
	rig_open(&rig);
	for (uint8_t op = 0; op < 0x40; op++) {
		if (op == 3)
			continue;
		rig_connect(&end, &rig);
		rfc_new(&end.c, &p, op, true);
		rig_send(&end, &p);
		assert_int_equal(end.in_len, 0);
		assert_true(rig_ended(&end));
		rig_hangup(&end);
	}
	/* Too large to be looked at. */
	rig_connect(&end, &rig);
	rfc_login(&end.c, &p, 0x87, "", 0);
	rfc_put(p.bhs + 5, 3, 8193);
	rig_raw(&end, p.bhs, 48);
	rig_recv(&end, &q);
	assert_int_equal(q.bhs[0], 0x23);
	assert_int_equal(rfc_get(q.bhs + 36, 2), 0x0200);
	assert_true(rig_ended(&end));
	rig_hangup(&end);
	rig_close(&rig);
}

static void test_login_deadline(void **state)
{
	uint8_t one = 0x43;

	(void)state;
	rig_init(&rig);
	rig_open(&rig);
	rig_connect(&end, &rig);
	for (int i = 0; i < 14; i++) {
		rig_raw(&end, &one, 1);
		rig_time(&rig, 1000);
		assert_false(rig_ended(&end));
	}
	rig_raw(&end, &one, 1);
	rig_time(&rig, 1000);
	assert_true(rig_ended(&end));
	rig_hangup(&end);
	rig_close(&rig);
}

static void test_limits(void **state)
{
	static struct rig_end many[4];

	(void)state;
	rig_init(&rig);
	rig.limits.connections = 3;
	rig.limits.unauthenticated = 2;
	rig_open(&rig);
	rig_connect(&many[0], &rig);
	rig_connect(&many[1], &rig);
	RIG_LOGIN(&many[0], "");
	rig_connect(&many[2], &rig);
	assert_non_null(many[2].conn);
	rig_hangup(&many[2]);
	rig_connect(&many[2], &rig);
	assert_non_null(many[2].conn);
	rig_hangup(&many[2]);
	rig_connect(&many[2], &rig);
	assert_non_null(many[2].conn);
	rig_connect(&many[3], &rig);
	assert_null(many[3].conn);
	for (int i = 0; i < 3; i++)
		rig_hangup(&many[i]);
	rig_close(&rig);
}

/* Session reinstatement (6.3.5): the old one ends, its tasks with it, and the
 * new one is told of the nexus loss. */
static void test_reinstatement(void **state)
{
	struct rfc_pdu p;
	uint8_t cdb[16];

	(void)state;
	rig_init(&rig);
	rig_open(&rig);
	rig_delay(&rig);
	RIG_SESSION(&end, &rig, "");
	rig_cdb(cdb, 0x28, 0, 1);
	rfc_command(&end.c, &p, 0xc1, 0, 512, cdb, 10);
	rig_send(&end, &p);
	rig_connect(&two, &rig);
	RIG_LOGIN(&two, "");
	assert_true(rig_ended(&end));
	rig_run(&rig); /* the store answers a task that is dead */
	rig_silent(&end);
	send_tur(&two);
	rig_response(&two, two.c.itt, 2, SCSIEMU_SK_UNIT_ATTENTION, 0x2907);
	alive(&two);
	rig_hangup(&end);
	alive(&two);
	rig_hangup(&two);
	rig_close(&rig);
}

/* Another ISID is another session. */
static void test_two_sessions(void **state)
{
	struct rfc_pdu p, q;

	(void)state;
	SETUP("");
	rig_connect(&two, &rig);
	static const char keys[] = "InitiatorName=" RIG_CLIENT "\0"
				   "TargetName=" RIG_IQN "\0"
				   "SessionType=Normal";
	rfc_login(&two.c, &p, 0x87, keys, sizeof(keys));
	p.bhs[13] = 9;
	rig_send(&two, &p);
	rig_recv(&two, &q);
	assert_int_equal(rfc_get(q.bhs + 36, 2), 0);
	alive(&end);
	send_tur(&two);
	rig_response(&two, two.c.itt, 2, SCSIEMU_SK_UNIT_ATTENTION, 0x2900);
	/* Joining either is not possible: one connection per session. */
	uint16_t tsih = (uint16_t)rfc_get(q.bhs + 14, 2);

	rig_hangup(&two);
	rig_connect(&two, &rig);
	rfc_login(&two.c, &p, 0x87, keys, sizeof(keys));
	rfc_put(p.bhs + 14, 2, tsih);
	rig_send(&two, &p);
	rig_recv(&two, &q);
	assert_int_equal(rfc_get(q.bhs + 36, 2), 0x020a);
	assert_true(rig_ended(&two));
	rig_hangup(&two);
	rig_connect(&two, &rig);
	rfc_login(&two.c, &p, 0x87, keys, sizeof(keys));
	rfc_put(p.bhs + 14, 2, 1);
	rig_send(&two, &p);
	rig_recv(&two, &q);
	assert_int_equal(rfc_get(q.bhs + 36, 2), 0x0206);
	rig_hangup(&two);
	alive(&end);
	teardown();
}

/* PERSISTENT RESERVE OUT of type 3 with keys; the answer. */
static void pr_out(struct rig_end *e, uint8_t sa, uint8_t key, uint8_t sa_key,
		   uint8_t status)
{
	const uint8_t cdb[10] = { 0x5f, sa, 3, 0, 0, 0, 0, 0, 24, 0 };
	uint8_t list[24] = { [7] = key, [15] = sa_key };
	struct rfc_pdu p;

	rfc_command(&e->c, &p, 0xa0, 0, 24, cdb, 10);
	p.data = list;
	p.len = 24;
	rig_send(e, &p);
	rig_response(e, e->c.itt, status, 0, 0);
}

/* A registration is the initiator port's, name and ISID (SPC-5 7.6.4.6): it
 * outlives the session, and the next one of that port has it; another ISID is
 * another port. */
static void test_reservation(void **state)
{
	static const char keys[] = "InitiatorName=" RIG_CLIENT "\0"
				   "TargetName=" RIG_IQN "\0"
				   "SessionType=Normal";
	struct rfc_pdu p, q;

	(void)state;
	SETUP("");
	pr_out(&end, 0, 0, 1, SCSIEMU_GOOD);
	pr_out(&end, 1, 1, 0, SCSIEMU_GOOD);
	rig_connect(&two, &rig);
	rfc_login(&two.c, &p, 0x87, keys, sizeof(keys));
	p.bhs[13] = 9;
	rig_send(&two, &p);
	rig_recv(&two, &q);
	send_tur(&two);
	rig_response(&two, two.c.itt, 2, SCSIEMU_SK_UNIT_ATTENTION, 0x2900);
	pr_out(&two, 2, 1, 0, SCSIEMU_RESERVATION_CONFLICT);
	rig_hangup(&end);
	pr_out(&two, 2, 1, 0, SCSIEMU_RESERVATION_CONFLICT);
	RIG_SESSION(&end, &rig, "");
	pr_out(&end, 1, 1, 0, SCSIEMU_GOOD); /* it holds it still */
	pr_out(&end, 2, 1, 0, SCSIEMU_GOOD);
	pr_out(&two, 0, 0, 2, SCSIEMU_GOOD);
	pr_out(&two, 1, 2, 0, SCSIEMU_GOOD);
	rig_hangup(&two);
	teardown();
}

/* An initiator that does not read: input stops, memory does not grow. */
static void test_deaf(void **state)
{
	struct scsiemu_iscsi_stats before, after;
	uint8_t raw[48];
	size_t taken = 0;
	struct rfc_pdu p;

	(void)state;
	SETUP("");
	end.deaf = true;
	for (int i = 0; i < 64; i++) {
		rfc_new(&end.c, &p, 0x00, true);
		rig_send(&end, &p);
	}
	scsiemu_iscsi_stats(rig.engine, &before);
	assert_false(scsiemu_iscsi_reads(end.conn));
	for (int i = 0; i < 1000; i++) {
		rfc_new(&end.c, &p, 0x00, true);
		memcpy(raw, p.bhs, 48);
		taken += scsiemu_iscsi_input(end.conn, raw, 48);
	}
	scsiemu_iscsi_stats(rig.engine, &after);
	assert_int_equal(taken, 0);
	assert_int_equal(before.memory, after.memory);
	end.deaf = false;
	for (int i = 0; i < 64; i++)
		rig_recv(&end, &p);
	rig_silent(&end);
	alive(&end);
	teardown();
}

/* The same with READs: windows pend, all come in the end. */
static void test_deaf_reads(void **state)
{
	struct scsiemu_iscsi_stats st;
	struct rfc_pdu p;
	uint8_t cdb[16];

	(void)state;
	rig_init(&rig);
	rig.limits.session_memory = 1 << 20;
	rig_open(&rig);
	RIG_SESSION(&end, &rig, "MaxRecvDataSegmentLength=65536");
	end.deaf = true;
	rig_cdb(cdb, 0x28, 0, 512);
	for (int i = 0; i < 7; i++) {
		rfc_command(&end.c, &p, 0xc1, 0, 262144, cdb, 10);
		rig_send(&end, &p);
	}
	scsiemu_iscsi_stats(rig.engine, &st);
	assert_true(st.memory < 2 << 20);
	end.deaf = false;
	for (int i = 0; i < 7 * 4; i++) {
		rig_recv(&end, &p);
		assert_int_equal(p.bhs[0], 0x25);
		assert_int_equal(p.len, 65536);
	}
	assert_int_equal(p.bhs[1], 0x81);
	rig_silent(&end);
	alive(&end);
	teardown();
}

/* Each allocation of a session's life fails once: nothing leaks, nothing
 * hangs, the next session works. */
static void test_allocations(void **state)
{
	struct rfc_pdu p;
	uint8_t cdb[16];

	(void)state;
	for (long n = 1; n < 12; n++) {
		rig_init(&rig);
		rig_open(&rig);
		rig.fail_from = n;
		rig_connect(&end, &rig);
		if (end.conn) {
			static const char keys[] = "InitiatorName=" RIG_CLIENT
						   "\0"
						   "TargetName=" RIG_IQN;

			rfc_login(&end.c, &p, 0x87, keys, sizeof(keys));
			rig_send(&end, &p);
			rig_cdb(cdb, 0x28, 0, 1);
			rfc_command(&end.c, &p, 0xc1, 0, 512, cdb, 10);
			if (!rig_ended(&end))
				rig_send(&end, &p);
			rig_cdb(cdb, 0x2a, 0, 1);
			rfc_command(&end.c, &p, 0xa1, 0, 512, cdb, 10);
			if (!rig_ended(&end))
				rig_send(&end, &p);
			rig_hangup(&end);
		}
		rig.fail_from = 0;
		RIG_SESSION(&end, &rig, "");
		alive(&end);
		teardown();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cmd_sn_outside),
		cmocka_unit_test(test_cmd_sn_gap),
		cmocka_unit_test(test_cmd_sn_wraps),
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_tag_in_use),
		cmocka_unit_test(test_immediate_flood),
		cmocka_unit_test(test_login_phase),
		cmocka_unit_test(test_login_deadline),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_reinstatement),
		cmocka_unit_test(test_two_sessions),
		cmocka_unit_test(test_reservation),
		cmocka_unit_test(test_deaf),
		cmocka_unit_test(test_deaf_reads),
		cmocka_unit_test(test_allocations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
