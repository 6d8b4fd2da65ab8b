/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_hostile_memory.c - initiators that try to have the target keep more
 * than it must: aborted writes whose data never comes, echoes that nobody
 * reads, data in crumbs, limits at their ends.
 */
#include "rig.h"

static struct rig rig;
static struct rig_end end, other;
static uint8_t pattern[1 << 20];

static void fill(void)
{
	for (size_t i = 0; i < sizeof(pattern); i++)
		pattern[i] = (uint8_t)(i * 13 + (i >> 8));
}

static uint64_t memory(void)
{
	struct scsiemu_iscsi_stats s;

	scsiemu_iscsi_stats(rig.engine, &s);
	return s.memory;
}

static uint32_t command(struct rig_end *e, uint8_t flags, uint8_t op,
			uint32_t lba, uint16_t nblk, uint32_t edtl,
			const uint8_t *data, uint32_t len)
{
	struct rfc_pdu p;
	uint8_t cdb[16];

	rig_cdb(cdb, op, lba, nblk);
	rfc_command(&e->c, &p, flags, 0, edtl, cdb, 10);
	p.data = data;
	p.len = len;
	rig_send(e, &p);
	return e->c.itt;
}

static void data_out(struct rig_end *e, uint32_t itt, uint32_t ttt, uint32_t sn,
		     uint32_t off, uint32_t len, bool final)
{
	struct rfc_pdu p;

	rfc_data_out(&e->c, &p, itt, ttt, sn, off, pattern + off, len, final);
	rig_send(e, &p);
}

static void abort_task(uint32_t itt)
{
	struct rfc_pdu p;

	rfc_new(&end.c, &p, 0x02, true);
	p.bhs[1] = 0x81;
	rfc_put(p.bhs + 20, 4, itt);
	rfc_put(p.bhs + 32, 4, end.c.cmd_sn - 1);
	rig_send(&end, &p);
	rig_recv(&end, &p);
	assert_int_equal(p.bhs[0], 0x22);
	assert_int_equal(p.bhs[2], 0);
}

static void fresh(void)
{
	RIG_SESSION(&other, &rig, "InitialR2T=Yes");
	rig_hangup(&other);
}

static void finish(void)
{
	fresh();
	rig_hangup(&end);
	rig_close(&rig);
}

/* Initiators forget a task that they aborted: its R2T stays open for ever. */
static void test_aborted_writes(void **state)
{
	uint64_t warm = 0;
	struct rfc_pdu p;

	(void)state;
	rig_init(&rig);
	rig.limits.commands = 8;
	rig_open(&rig);
	RIG_SESSION(&end, &rig, "InitialR2T=Yes");
	for (unsigned i = 0; i < 1000; i++) {
		uint32_t itt = command(&end, 0xa1, 0x2a, 0, 8, 4096, NULL, 0);

		rig_recv(&end, &p);
		assert_int_equal(p.bhs[0], 0x31);
		abort_task(itt);
		if (i == 100)
			warm = memory();
	}
	assert_true(memory() == warm);
	finish();
}

/* The same with unsolicited data that was announced. */
static void test_aborted_unsolicited(void **state)
{
	uint64_t warm = 0;

	(void)state;
	rig_init(&rig);
	rig.limits.commands = 8;
	rig_open(&rig);
	RIG_SESSION(&end, &rig, "InitialR2T=No");
	for (unsigned i = 0; i < 1000; i++) {
		abort_task(command(&end, 0x21, 0x2a, 0, 8, 4096, NULL, 0));
		if (i == 100)
			warm = memory();
	}
	assert_true(memory() == warm);
	finish();
}

/* A segment larger than any pooled buffer. */
static void test_large_echo(void **state)
{
	struct rfc_pdu p;

	(void)state;
	rig_init(&rig);
	rig.limits.max_recv_dsl = 1 << 20;
	rig_open(&rig);
	RIG_SESSION(&end, &rig, "MaxRecvDataSegmentLength=1048576");
	rfc_new(&end.c, &p, 0x00, true);
	p.data = pattern;
	p.len = 700000;
	rig_send(&end, &p);
	rig_recv(&end, &p);
	/* Refused, or echoed: never past the end of a buffer. */
	assert_true(p.bhs[0] == 0x3f || p.bhs[0] == 0x20);
	finish();
}

/* Echoes that wait to be read count as the session's memory. */
static void test_echo_flood(void **state)
{
	struct rfc_pdu p;

	(void)state;
	rig_init(&rig);
	rig.limits.session_memory = 1 << 20;
	rig_open(&rig);
	RIG_SESSION(&end, &rig, "MaxRecvDataSegmentLength=65536");
	end.deaf = true;
	for (unsigned i = 0; i < 60; i++) {
		rfc_new(&end.c, &p, 0x00, true);
		p.data = pattern;
		p.len = 200000;
		rig_send(&end, &p);
	}
	assert_true(memory() < 3 << 20);
	end.deaf = false;
	finish();
}

/* The least session memory there may be still moves the largest transfer. */
static void test_least_memory(void **state)
{
	uint32_t got = 0;
	struct rfc_pdu p;

	(void)state;
	rig_init(&rig);
	rig.limits.session_memory = 1 << 16;
	rig_open(&rig);
	RIG_SESSION(&end, &rig, "MaxRecvDataSegmentLength=65536");
	command(&end, 0xa1, 0x2a, 0, 1024, 1024 * 512, NULL, 0);
	for (uint32_t off = 0; off < 1024 * 512;) {
		uint32_t len;

		rig_recv(&end, &p);
		assert_int_equal(p.bhs[0], 0x31);
		assert_int_equal(rfc_get(p.bhs + 40, 4), off);
		len = rfc_get(p.bhs + 44, 4);
		data_out(&end, end.c.itt, rfc_get(p.bhs + 20, 4), 0, off, len,
			 true);
		off += len;
	}
	rig_response(&end, end.c.itt, SCSIEMU_GOOD, 0, 0);
	command(&end, 0xc1, 0x28, 0, 1024, 1024 * 512, NULL, 0);
	while (got < 1024 * 512) {
		rig_recv(&end, &p);
		assert_int_equal(p.bhs[0], 0x25);
		assert_memory_equal(p.data, pattern + got, p.len);
		got += p.len;
	}
	assert_true(memory() < 1 << 20);
	finish();
}

/* Unsolicited data a byte at a time, for a command that waits its turn. */
static void crumbs(uint32_t first_burst, uint16_t nblk)
{
	uint32_t first, second, i;
	uint64_t before;
	struct rfc_pdu p;

	first = command(&end, 0xa1, 0x2a, 64, 1, 512, pattern, 512);
	second = command(&end, 0x22, 0x2a, 0, nblk, nblk * 512u, NULL, 0);
	before = memory();
	for (i = 0; i < first_burst; i++)
		data_out(&end, second, RFC_NO_TAG, i, i, 1,
			 i + 1 == first_burst);
	assert_true(memory() - before < 64 << 10);
	rig_silent(&end);
	rig_run(&rig);
	rig_response(&end, first, SCSIEMU_GOOD, 0, 0);
	while (i < nblk * 512u) {
		uint32_t len;

		rig_run(&rig);
		rig_recv(&end, &p);
		assert_int_equal(p.bhs[0], 0x31);
		assert_int_equal(rfc_get(p.bhs + 40, 4), i);
		len = rfc_get(p.bhs + 44, 4);
		data_out(&end, second, rfc_get(p.bhs + 20, 4), 0, i, len, true);
		i += len;
	}
	rig_run(&rig);
	rig_response(&end, second, SCSIEMU_GOOD, 0, 0);
	command(&end, 0xc1, 0x28, 0, nblk, nblk * 512u, NULL, 0);
	rig_run(&rig);
	rig_recv(&end, &p);
	assert_int_equal(p.len, nblk * 512u);
	assert_memory_equal(p.data, pattern, p.len);
}

static void test_crumbs(void **state)
{
	(void)state;
	rig_init(&rig);
	rig_open(&rig);
	rig_delay(&rig);
	RIG_SESSION(&end, &rig, "InitialR2T=No\0FirstBurstLength=768");
	crumbs(768, 8);
	finish();
}

/*
 * Ordered commands behind one that runs: what they bring unasked must leave
 * room for the one whose data is still to be asked for.
 */
static void test_ordered_hoard(void **state)
{
	uint32_t itt[8], first;
	struct rfc_pdu p;

	(void)state;
	rig_init(&rig);
	rig.limits.session_memory = 1 << 18;
	rig_open(&rig);
	rig_delay(&rig);
	RIG_SESSION(&end, &rig,
		    "ImmediateData=Yes\0FirstBurstLength=65536\0"
		    "MaxBurstLength=65536");
	first = command(&end, 0xa1, 0x2a, 0, 512, 262144, pattern, 65536);
	for (unsigned i = 0; i < 8; i++)
		itt[i] = command(&end, 0xa2, 0x2a, 1024 + 128 * i, 128, 65536,
				 pattern, 65536);
	rig_run(&rig);
	rig_time(&rig, 1000);
	rig_recv(&end, &p);
	assert_int_equal(p.bhs[0], 0x31);
	while (p.bhs[0] == 0x31 && rfc_get(p.bhs + 16, 4) == first) {
		data_out(&end, first, rfc_get(p.bhs + 20, 4), 0,
			 rfc_get(p.bhs + 40, 4), rfc_get(p.bhs + 44, 4), true);
		rig_run(&rig);
		rig_recv(&end, &p);
	}
	assert_int_equal(p.bhs[0], 0x21);
	assert_int_equal(rfc_get(p.bhs + 16, 4), first);
	assert_int_equal(p.bhs[3], SCSIEMU_GOOD);
	/* Each of the others: done, or refused for want of resources. */
	for (unsigned i = 0; i < 8; i++) {
		rig_run(&rig);
		rig_recv(&end, &p);
		assert_int_equal(p.bhs[0], 0x21);
		assert_int_equal(rfc_get(p.bhs + 16, 4), itt[i]);
		assert_true(p.bhs[3] == SCSIEMU_GOOD ||
			    (p.bhs[3] == SCSIEMU_CHECK_CONDITION &&
			     rfc_get(p.data + 14, 2) == 0x5503));
	}
	finish();
}

/* Connections that never log in must not keep others out. */
static void test_half_open(void **state)
{
	static struct rig_end idle[40];

	(void)state;
	rig_init(&rig);
	rig.limits.unauthenticated = 8;
	rig_open(&rig);
	RIG_SESSION(&end, &rig, "");
	for (unsigned i = 0; i < 40; i++) {
		rig_connect(&idle[i], &rig);
		assert_non_null(idle[i].conn);
		fresh();
	}
	/* The youngest are still there (one gave way to the last login). */
	for (unsigned i = 0; i < 40; i++)
		assert_int_equal(rig_ended(&idle[i]), i < 33);
	for (unsigned i = 0; i < 40; i++)
		rig_hangup(&idle[i]);
	finish();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_aborted_writes),
		cmocka_unit_test(test_aborted_unsolicited),
		cmocka_unit_test(test_large_echo),
		cmocka_unit_test(test_echo_flood),
		cmocka_unit_test(test_least_memory),
		cmocka_unit_test(test_crumbs),
		cmocka_unit_test(test_ordered_hoard),
		cmocka_unit_test(test_half_open),
	};

	fill();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
