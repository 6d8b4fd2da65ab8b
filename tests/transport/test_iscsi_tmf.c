/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Task management (RFC 7143 11.5, 11.6; RFC 7144 4): what is answered, when,
 * and what is not answered any more.
 */
#include "rig.h"

static struct rig rig;
static struct rig_end end, two;
static const uint8_t tur[6];
static uint8_t data[4096];

static void setup(const char *keys, size_t len)
{
	rig_init(&rig);
	rig_open(&rig);
	rig_delay(&rig);
	rig_session(&end, &rig, keys, len);
}
#define SETUP(keys) setup(keys, sizeof(keys))

static void teardown(void)
{
	rig_hangup(&end);
	rig_run(&rig);
	rig_close(&rig);
}

static uint32_t read_one(struct rig_end *e)
{
	struct rfc_pdu p;
	uint8_t cdb[16];

	rig_cdb(cdb, 0x28, 0, 8);
	rfc_command(&e->c, &p, 0xc1, 0, 4096, cdb, 10);
	rig_send(e, &p);
	return e->c.itt;
}

static void request(struct rig_end *e, uint8_t function, uint8_t lun,
		    uint32_t itt)
{
	struct rfc_pdu p;

	rfc_new(&e->c, &p, 0x02, true);
	p.bhs[1] = 0x80 | function;
	p.bhs[9] = lun;
	rfc_put(p.bhs + 20, 4, itt);
	rfc_put(p.bhs + 32, 4, e->c.cmd_sn - 1);
	rig_send(e, &p);
}

static void answer(struct rig_end *e, uint8_t response)
{
	struct rfc_pdu p;

	rig_recv(e, &p);
	assert_int_equal(p.bhs[0], 0x22);
	assert_int_equal(p.bhs[1], 0x80);
	assert_int_equal(p.bhs[2], response);
	assert_int_equal(rfc_get(p.bhs + 16, 4), e->c.itt);
	assert_int_equal(p.len, 0);
}

static void turs(struct rig_end *e, uint8_t status, uint16_t asc)
{
	struct rfc_pdu p;

	rfc_command(&e->c, &p, 0x80, 0, 0, tur, 6);
	rig_send(e, &p);
	rig_response(e, e->c.itt, status, SCSIEMU_SK_UNIT_ATTENTION, asc);
}

/* The answer comes when the store has let go; the READ says nothing. */
static void test_abort_task(void **state)
{
	uint32_t itt;

	(void)state;
	SETUP("");
	itt = read_one(&end);
	request(&end, 1, 0, itt);
	rig_silent(&end);
	rig_run(&rig);
	answer(&end, 0);
	rig_silent(&end);
	turs(&end, 0, 0);
	assert_int_equal(end.c.max_cmd_sn, end.c.exp_cmd_sn + 127);
	teardown();
}

static void test_no_task(void **state)
{
	(void)state;
	SETUP("");
	request(&end, 1, 0, 0x12345678);
	answer(&end, 1);
	turs(&end, 0, 0);
	request(&end, 1, 0, end.c.itt); /* answered already */
	answer(&end, 1);
	teardown();
}

/* A WRITE whose R2T is open: the pending window is given up at once; what the
 * initiator still sends for it is swallowed. */
static void test_abort_open_r2t(void **state)
{
	struct rfc_pdu p, q;
	uint8_t cdb[16];
	uint32_t itt;

	(void)state;
	SETUP("ImmediateData=No");
	rig_cdb(cdb, 0x2a, 0, 8);
	rfc_command(&end.c, &p, 0xa1, 0, 4096, cdb, 10);
	rig_send(&end, &p);
	itt = end.c.itt;
	rig_recv(&end, &q);
	assert_int_equal(q.bhs[0], 0x31);
	rfc_data_out(&end.c, &p, itt, rfc_get(q.bhs + 20, 4), 0, 0, data, 512,
		     false);
	rig_send(&end, &p);
	request(&end, 1, 0, itt);
	answer(&end, 0);
	rfc_data_out(&end.c, &p, itt, rfc_get(q.bhs + 20, 4), 1, 512, data,
		     3584, true);
	rig_send(&end, &p);
	rig_silent(&end);
	/* Now the tag is nobody's. */
	rfc_data_out(&end.c, &p, itt, rfc_get(q.bhs + 20, 4), 2, 512, data, 4,
		     true);
	rig_send(&end, &p);
	rfc_put(p.bhs + 5, 3, 4);
	rig_reject(&end, 9, &p);
	turs(&end, 0, 0);
	teardown();
}

/* The initiator forgets the aborted WRITE and uses its tag again. */
static void test_tag_after_abort(void **state)
{
	struct rfc_pdu p, q;
	uint8_t cdb[16];
	uint32_t itt;

	(void)state;
	SETUP("ImmediateData=No");
	rig_cdb(cdb, 0x2a, 0, 8);
	rfc_command(&end.c, &p, 0xa1, 0, 4096, cdb, 10);
	rig_send(&end, &p);
	itt = end.c.itt;
	rig_recv(&end, &q);
	request(&end, 1, 0, itt);
	answer(&end, 0);
	end.c.itt = itt - 1;
	turs(&end, 0, 0);
	teardown();
}

/* ABORT TASK SET, CLEAR TASK SET, LOGICAL UNIT RESET, WARM RESET: all tasks of
 * the logical unit, then the answer. */
static void test_sets(void **state)
{
	static const uint8_t function[] = { 2, 4, 5, 6 };

	(void)state;
	for (size_t i = 0; i < sizeof(function); i++) {
		SETUP("");
		read_one(&end);
		read_one(&end);
		request(&end, function[i], 0, RFC_NO_TAG);
		rig_silent(&end);
		rig_run(&rig);
		answer(&end, 0);
		rig_silent(&end);
		teardown();
	}
}

/* A reset hits everybody, and everybody is told. */
static void test_reset_other(void **state)
{
	static const char keys[] = "InitiatorName=iqn.2026-11.test:other\0"
				   "TargetName=" RIG_IQN;
	struct rfc_pdu p;

	(void)state;
	SETUP("");
	rig_connect(&two, &rig);
	rfc_login(&two.c, &p, 0x87, keys, sizeof(keys));
	rig_send(&two, &p);
	rig_recv(&two, &p);
	turs(&two, 2, 0);
	read_one(&two);
	request(&end, 5, 0, RFC_NO_TAG);
	rig_run(&rig);
	answer(&end, 0);
	rig_silent(&two);
	turs(&two, 2, 0x2903);
	turs(&two, 0, 0);
	rig_hangup(&two);
	teardown();
}

static void test_responses(void **state)
{
	(void)state;
	SETUP("");
	request(&end, 3, 0, RFC_NO_TAG);
	answer(&end, 5); /* CLEAR ACA */
	request(&end, 8, 0, RFC_NO_TAG);
	answer(&end, 4); /* TASK REASSIGN */
	request(&end, 0, 0, RFC_NO_TAG);
	answer(&end, 5);
	request(&end, 77, 0, RFC_NO_TAG);
	answer(&end, 5);
	request(&end, 5, 9, RFC_NO_TAG);
	answer(&end, 2); /* no such LUN */
	/* QUERY TASK belongs to iSCSIProtocolLevel 2. */
	request(&end, 9, 0, 1);
	answer(&end, 5);
	teardown();
}

static void test_query(void **state)
{
	uint32_t itt;

	(void)state;
	SETUP("iSCSIProtocolLevel=2");
	request(&end, 9, 0, 1);
	answer(&end, 0);
	itt = read_one(&end);
	request(&end, 9, 0, itt);
	answer(&end, 7);
	request(&end, 10, 0, RFC_NO_TAG);
	answer(&end, 7);
	rig_run(&rig);
	teardown();
}

/* QUERY ASYNCHRONOUS EVENT: three bytes say what waits, and it goes on waiting.
 */
static void test_query_event(void **state)
{
	struct rfc_pdu p;

	(void)state;
	SETUP("");
	request(&end, 12, 0, RFC_NO_TAG);
	answer(&end, 5);
	teardown();
	SETUP("iSCSIProtocolLevel=2");
	request(&end, 12, 0, RFC_NO_TAG);
	answer(&end, 0);
	rig.medium.nblk--;
	scsiemu_lu_changed(rig.lu);
	for (unsigned i = 0; i < 2; i++) {
		request(&end, 12, 0, RFC_NO_TAG);
		rig_recv(&end, &p);
		assert_int_equal(p.bhs[0], 0x22);
		assert_int_equal(p.bhs[2], 7);
		assert_int_equal(rfc_get(p.bhs + 8, 3), 0x162a09);
		assert_int_equal(rfc_get(p.bhs + 36, 8), 0);
	}
	turs(&end, 2, SCSIEMU_ASC_CAPACITY_CHANGED);
	request(&end, 12, 0, RFC_NO_TAG);
	answer(&end, 0);
	teardown();
}

static void test_cold_reset(void **state)
{
	struct rfc_pdu p;

	(void)state;
	SETUP("");
	read_one(&end);
	request(&end, 7, 0, RFC_NO_TAG);
	rig_run(&rig);
	answer(&end, 0);
	assert_true(rig_ended(&end));
	rfc_new(&end.c, &p, 0x00, true);
	rig_send(&end, &p);
	rig_silent(&end);
	teardown();
}

/* A store that hangs: the answer comes after abort_ms all the same, and what
 * the store says later touches nothing. */
static void test_store_hangs(void **state)
{
	uint32_t itt;

	(void)state;
	SETUP("");
	itt = read_one(&end);
	request(&end, 1, 0, itt);
	rig_time(&rig, 1);
	rig_time(&rig, 1990);
	rig_silent(&end);
	rig_time(&rig, 20);
	answer(&end, 0);
	rig_hangup(&end);
	rig_connect(&two, &rig);
	RIG_LOGIN(&two, "");
	turs(&two, 2, 0);
	rig_run(&rig);
	rig_silent(&two);
	turs(&two, 0, 0);
	rig_hangup(&two);
	rig_close(&rig);
}

/* The connection goes while tasks wait in the store. */
static void test_hangup(void **state)
{
	(void)state;
	SETUP("");
	read_one(&end);
	read_one(&end);
	rig_hangup(&end);
	rig_run(&rig);
	rig_close(&rig);
}

/* An immediate request that is ahead: the hole counts as received (11.6.1). */
static void test_hole(void **state)
{
	struct rfc_pdu p, lost;

	(void)state;
	SETUP("");
	rfc_command(&end.c, &lost, 0x80, 0, 0, tur, 6); /* not sent */
	rfc_new(&end.c, &p, 0x02, true);
	p.bhs[1] = 0x81;
	memcpy(p.bhs + 20, lost.bhs + 16, 4);
	memcpy(p.bhs + 32, lost.bhs + 24, 4);
	rig_send(&end, &p);
	answer(&end, 0);
	assert_int_equal(end.c.exp_cmd_sn, end.c.cmd_sn);
	rig_send(&end, &lost); /* too late */
	rig_silent(&end);
	turs(&end, 0, 0);
	teardown();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_abort_task),
		cmocka_unit_test(test_no_task),
		cmocka_unit_test(test_abort_open_r2t),
		cmocka_unit_test(test_tag_after_abort),
		cmocka_unit_test(test_sets),
		cmocka_unit_test(test_reset_other),
		cmocka_unit_test(test_responses),
		cmocka_unit_test(test_query),
		cmocka_unit_test(test_query_event),
		cmocka_unit_test(test_cold_reset),
		cmocka_unit_test(test_store_hangs),
		cmocka_unit_test(test_hangup),
		cmocka_unit_test(test_hole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
