/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Data-in, and data-out in all its ways (RFC 7143 11.7, 11.8). Every case runs
 * with the bytes whole, one by one, and cut at odd places.
 */
#include "rig.h"

#include <stdlib.h>

static struct rig rig;
static struct rig_end end;
static uint8_t pattern[1 << 20];

static const size_t chunks[] = { 0, 1, 13, 4099 };

static void fill(void)
{
	for (size_t i = 0; i < sizeof(pattern); i++)
		pattern[i] = (uint8_t)(i * 7 + (i >> 9) + 1);
}

/* A SCSI Command that brings len bytes of immediate data. */
static uint32_t command(uint8_t flags, uint8_t op, uint32_t lba, uint16_t nblk,
			uint32_t edtl, const uint8_t *data, uint32_t len)
{
	struct rfc_pdu p;
	uint8_t cdb[16];

	rig_cdb(cdb, op, lba, nblk);
	rfc_command(&end.c, &p, flags, 0, edtl, cdb, 10);
	p.data = data;
	p.len = len;
	rig_send(&end, &p);
	return end.c.itt;
}

static void data_out(uint32_t itt, uint32_t ttt, uint32_t sn, uint32_t off,
		     uint32_t len, bool final)
{
	struct rfc_pdu p;

	rfc_data_out(&end.c, &p, itt, ttt, sn, off, pattern + off, len, final);
	rig_send(&end, &p);
}

/* R2T number sn for [off, off + len); its TTT. */
static uint32_t r2t(uint32_t itt, uint32_t sn, uint32_t off, uint32_t len)
{
	struct rfc_pdu p;

	rig_recv(&end, &p);
	assert_int_equal(p.bhs[0], 0x31);
	assert_int_equal(p.bhs[1], 0x80);
	assert_int_equal(rfc_get(p.bhs + 16, 4), itt);
	assert_int_equal(rfc_get(p.bhs + 24, 4), end.c.exp_stat_sn);
	assert_int_equal(rfc_get(p.bhs + 36, 4), sn);
	assert_int_equal(rfc_get(p.bhs + 40, 4), off);
	assert_int_equal(rfc_get(p.bhs + 44, 4), len);
	assert_int_equal(p.len, 0);
	return rfc_get(p.bhs + 20, 4);
}

/* Read [0, nblk) back and compare with the pattern. */
static void verify(uint16_t nblk)
{
	uint32_t itt = command(0xc1, 0x28, 0, nblk, nblk * 512u, NULL, 0);
	uint32_t off = 0, sn = 0;
	struct rfc_pdu p;

	do {
		rig_recv(&end, &p);
		assert_int_equal(p.bhs[0], 0x25);
		assert_int_equal(rfc_get(p.bhs + 16, 4), itt);
		assert_int_equal(rfc_get(p.bhs + 20, 4), RFC_NO_TAG);
		assert_int_equal(rfc_get(p.bhs + 36, 4), sn++);
		assert_int_equal(rfc_get(p.bhs + 40, 4), off);
		assert_memory_equal(p.data, pattern + off, p.len);
		off += p.len;
	} while (!(p.bhs[1] & 1));
	assert_int_equal(p.bhs[1], 0x81);
	assert_int_equal(p.bhs[3], SCSIEMU_GOOD);
	assert_int_equal(rfc_get(p.bhs + 44, 4), 0);
	assert_int_equal(off, nblk * 512u);
}

#define KEYS_R2T "InitialR2T=Yes\0ImmediateData=No\0"

/* Run f with every way of cutting the bytes. */
static void each(void (*f)(void), const char *keys, size_t len)
{
	for (size_t i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++) {
		rig_init(&rig);
		rig_open(&rig);
		rig_session(&end, &rig, keys, len);
		end.chunk = chunks[i];
		f();
		rig_silent(&end);
		rig_hangup(&end);
		rig_close(&rig);
	}
}
#define EACH(f, keys) each(f, keys, sizeof(keys))

static void immediate(void)
{
	uint32_t itt = command(0xa1, 0x2a, 0, 8, 4096, pattern, 4096);

	rig_response(&end, itt, SCSIEMU_GOOD, 0, 0);
	verify(8);
}

static void test_immediate(void **state)
{
	(void)state;
	EACH(immediate, "ImmediateData=Yes");
	EACH(immediate, "HeaderDigest=CRC32C\0DataDigest=CRC32C");
}

/* Immediate data is a part only: the rest is asked for. */
static void immediate_then_r2t(void)
{
	uint32_t itt = command(0xa1, 0x2a, 0, 16, 8192, pattern, 1000);
	uint32_t ttt = r2t(itt, 0, 1000, 7192);

	data_out(itt, ttt, 0, 1000, 5001, false);
	rig_silent(&end);
	data_out(itt, ttt, 1, 6001, 2191, true);
	rig_response(&end, itt, SCSIEMU_GOOD, 0, 0);
	verify(16);
}

static void test_immediate_then_r2t(void **state)
{
	(void)state;
	EACH(immediate_then_r2t, "ImmediateData=Yes\0DataDigest=CRC32C");
}

/* Several R2Ts out at once, answered in order, in bursts. */
static void bursts(void)
{
	uint32_t itt = command(0xa1, 0x2a, 0, 64, 32768, NULL, 0), t[4];

	for (uint32_t i = 0; i < 3; i++)
		t[i] = r2t(itt, i, i * 8192, 8192);
	rig_silent(&end);
	data_out(itt, t[0], 0, 0, 8192, true);
	t[3] = r2t(itt, 3, 3 * 8192, 8192);
	for (uint32_t i = 1; i < 4; i++) {
		data_out(itt, t[i], 0, i * 8192, 4096, false);
		data_out(itt, t[i], 1, i * 8192 + 4096, 4096, true);
	}
	rig_response(&end, itt, SCSIEMU_GOOD, 0, 0);
	verify(64);
}

static void test_bursts(void **state)
{
	(void)state;
	EACH(bursts, KEYS_R2T "MaxBurstLength=8192\0MaxOutstandingR2T=3");
}

/* Unsolicited data: immediate and Data-Out up to FirstBurstLength, then R2T. */
static void unsolicited(void)
{
	uint32_t itt = command(0x21, 0x2a, 0, 32, 16384, pattern, 1024), ttt;

	rig_silent(&end);
	data_out(itt, RFC_NO_TAG, 0, 1024, 3072, false);
	rig_silent(&end);
	data_out(itt, RFC_NO_TAG, 1, 4096, 4096, true);
	ttt = r2t(itt, 0, 8192, 8192);
	data_out(itt, ttt, 0, 8192, 8192, true);
	rig_response(&end, itt, SCSIEMU_GOOD, 0, 0);
	verify(32);
}

static void test_unsolicited(void **state)
{
	(void)state;
	EACH(unsolicited, "InitialR2T=No\0FirstBurstLength=8192");
}

/* A command that fails at once still takes what comes unsolicited, and only
 * then answers. */
static void unsolicited_for_nothing(void)
{
	uint32_t itt = command(0x21, 0x2a, RIG_BLOCKS, 16, 8192, pattern, 1024);

	rig_silent(&end);
	data_out(itt, RFC_NO_TAG, 0, 1024, 7168, true);
	rig_response(&end, itt, SCSIEMU_CHECK_CONDITION,
		     SCSIEMU_SK_ILLEGAL_REQUEST, SCSIEMU_ASC_LBA_OUT_OF_RANGE);
}

static void test_unsolicited_for_nothing(void **state)
{
	(void)state;
	EACH(unsolicited_for_nothing, "InitialR2T=No\0FirstBurstLength=8192");
}

/* 4.2.4.2, 11.4.7.2: what an initiator may not send fails the task. */
static void aborted(uint32_t itt, uint16_t asc)
{
	rig_response(&end, itt, SCSIEMU_CHECK_CONDITION,
		     SCSIEMU_SK_ABORTED_COMMAND, asc);
}

static void not_announced(void)
{
	/* Immediate data was not agreed. */
	uint32_t itt = command(0xa1, 0x2a, 0, 1, 512, pattern, 512);

	aborted(itt, 0x0c0c);
	/* Nor was unsolicited data: F=0. */
	itt = command(0x21, 0x2a, 0, 1, 512, NULL, 0);
	rig_silent(&end);
	data_out(itt, RFC_NO_TAG, 0, 0, 512, true);
	aborted(itt, 0x0c0c);
}

static void test_not_announced(void **state)
{
	(void)state;
	EACH(not_announced, KEYS_R2T);
}

static void too_much_immediate(void)
{
	uint32_t itt = command(0xa1, 0x2a, 0, 2, 1024, pattern, 1028);

	aborted(itt, 0x0c0d); /* more than EDTL */
	itt = command(0xa1, 0x2a, 0, 32, 16384, pattern, 1028);
	aborted(itt, 0x0c0d); /* more than FirstBurstLength */
}

static void test_too_much_immediate(void **state)
{
	(void)state;
	EACH(too_much_immediate, "FirstBurstLength=1024");
}

/* DataSN out of order: a PDU was lost; ERL 0 ends the task (7.8, 7.9). */
static void data_sn(void)
{
	static const uint32_t bad[][2] = {
		{ 0, 0 }, { 27, 1 }, { 1, 0 }, { RFC_NO_TAG, 0 }
	};

	for (size_t i = 0; i < 4; i++) {
		uint32_t itt = command(0xa1, 0x2a, 0, 2, 1024, NULL, 0);
		uint32_t ttt = r2t(itt, 0, 0, 1024);

		data_out(itt, ttt, bad[i][0], 0, 512, false);
		rig_silent(&end);
		data_out(itt, ttt, bad[i][1], 512, 512, true);
		aborted(itt, 0x4705);
	}
}

static void test_data_sn(void **state)
{
	(void)state;
	EACH(data_sn, KEYS_R2T);
}

/* Offsets and lengths that disagree with what was asked for. */
static void offsets(void)
{
	static const struct {
		uint32_t off, len;
		bool final;
	} bad[] = {
		{ 512, 512, true },	  /* a hole */
		{ 0, 1536, true },	  /* too long */
		{ 0, 512, true },	  /* F too early */
		{ 0xfffffe00u, 4, true }, /* wraps */
	};

	for (size_t i = 0; i < 4; i++) {
		uint32_t itt = command(0xa1, 0x2a, 0, 2, 1024, NULL, 0);
		uint32_t ttt = r2t(itt, 0, 0, 1024);
		struct rfc_pdu p;

		rfc_data_out(&end.c, &p, itt, ttt, 0, bad[i].off, pattern,
			     bad[i].len, bad[i].final);
		rig_send(&end, &p);
		aborted(itt, 0x0c0d);
	}
}

static void test_offsets(void **state)
{
	(void)state;
	EACH(offsets, KEYS_R2T);
}

/* Tags that name nothing, or the wrong thing. */
static void tags(void)
{
	uint32_t itt = command(0xa1, 0x2a, 0, 2, 1024, NULL, 0);
	uint32_t ttt = r2t(itt, 0, 0, 1024);
	struct rfc_pdu p;

	rfc_data_out(&end.c, &p, itt + 77, ttt, 0, 0, pattern, 512, true);
	rig_send(&end, &p);
	rig_reject(&end, 9, &p);
	rfc_data_out(&end.c, &p, itt, ttt + 1, 0, 0, pattern, 512, true);
	rig_send(&end, &p);
	rig_reject(&end, 9, &p);
	/* The task itself goes on. */
	data_out(itt, ttt, 0, 0, 1024, true);
	rig_response(&end, itt, SCSIEMU_GOOD, 0, 0);
	verify(2);
}

static void test_tags(void **state)
{
	(void)state;
	EACH(tags, KEYS_R2T);
}

/* Data-In: MaxRecvDataSegmentLength of the initiator, F at burst ends. */
static void segments(void)
{
	uint32_t itt, off = 0;
	struct rfc_pdu p;

	itt = command(0xa1, 0x2a, 0, 8, 4096, pattern, 4096);
	rig_response(&end, itt, SCSIEMU_GOOD, 0, 0);
	itt = command(0xa1, 0x2a, 8, 8, 4096, pattern + 4096, 4096);
	rig_response(&end, itt, SCSIEMU_GOOD, 0, 0);
	itt = command(0xc1, 0x28, 0, 16, 8192, NULL, 0);
	for (uint32_t sn = 0; sn < 10; sn++) {
		static const uint16_t len[] = { 1000, 1000, 1000, 1000, 96,
						1000, 1000, 1000, 1000, 96 };

		rig_recv(&end, &p);
		assert_int_equal(p.bhs[0], 0x25);
		assert_int_equal(p.len, len[sn]);
		assert_int_equal(p.bhs[1], sn == 9 ? 0x81 : sn == 4 ? 0x80 : 0);
		assert_int_equal(rfc_get(p.bhs + 36, 4), sn);
		assert_int_equal(rfc_get(p.bhs + 40, 4), off);
		assert_memory_equal(p.data, pattern + off, p.len);
		off += p.len;
	}
	assert_int_equal(rfc_get(p.bhs + 16, 4), itt);
}

static void test_segments(void **state)
{
	(void)state;
	EACH(segments, "MaxRecvDataSegmentLength=1000\0MaxBurstLength=4096\0"
		       "DataDigest=CRC32C\0HeaderDigest=CRC32C");
}

/* A bad data digest: Reject, and the task fails; nothing is written. */
static void bad_data_digest(void)
{
	struct rfc_pdu p;
	uint8_t cdb[16];
	uint32_t itt = command(0xa1, 0x2a, 0, 8, 4096, pattern, 4096), ttt;

	rig_response(&end, itt, SCSIEMU_GOOD, 0, 0);
	rig_cdb(cdb, 0x2a, 0, 8);
	rfc_command(&end.c, &p, 0xa1, 0, 4096, cdb, 10);
	p.data = pattern + 5;
	p.len = 4096;
	end.c.bad_dd = true;
	rig_send(&end, &p);
	rig_reject(&end, 2, &p);
	aborted(end.c.itt, 0x4705);
	itt = command(0xa1, 0x2a, 0, 8, 4096, NULL, 0);
	ttt = r2t(itt, 0, 0, 4096);
	rfc_data_out(&end.c, &p, itt, ttt, 0, 0, pattern + 5, 2048, false);
	end.c.bad_dd = true;
	rig_send(&end, &p);
	rig_reject(&end, 2, &p);
	data_out(itt, ttt, 1, 2048, 2048, true);
	aborted(itt, 0x4705);
	verify(8);
}

static void test_bad_data_digest(void **state)
{
	(void)state;
	EACH(bad_data_digest, "DataDigest=CRC32C");
}

/* 1 MiB both ways: several windows, several R2Ts, several sequences. */
static void large(void)
{
	uint32_t itt = command(0xa1, 0x2a, 0, 2048, 1 << 20, NULL, 0), off = 0;
	struct rfc_pdu p;

	for (uint32_t sn = 0; off < 1 << 20; sn++) {
		uint32_t ttt = r2t(itt, sn, off, 65536);

		data_out(itt, ttt, 0, off, 65536, true);
		off += 65536;
	}
	rig_response(&end, itt, SCSIEMU_GOOD, 0, 0);
	itt = command(0xc1, 0x28, 0, 2048, 1 << 20, NULL, 0);
	for (off = 0; off < 1 << 20; off += p.len) {
		rig_recv(&end, &p);
		assert_int_equal(p.bhs[0], 0x25);
		assert_int_equal(rfc_get(p.bhs + 40, 4), off);
		assert_memory_equal(p.data, pattern + off, p.len);
	}
	assert_int_equal(p.bhs[1], 0x81);
}

static void test_large(void **state)
{
	(void)state;
	rig_init(&rig);
	rig_open(&rig);
	RIG_SESSION(&end, &rig,
		    KEYS_R2T
		    "MaxBurstLength=65536\0MaxRecvDataSegmentLength=65536");
	large();
	rig_hangup(&end);
	rig_close(&rig);
}

/* Ordered behind a pending command: unsolicited data comes before the core
 * has asked for it. */
static void test_early_data(void **state)
{
	uint32_t first, second;

	(void)state;
	rig_init(&rig);
	rig_open(&rig);
	rig_delay(&rig);
	RIG_SESSION(&end, &rig, "InitialR2T=No\0FirstBurstLength=8192");
	first = command(0xa1, 0x2a, 64, 8, 4096, pattern, 4096);
	second = command(0x22, 0x2a, 0, 16, 8192, pattern, 1000);
	data_out(second, RFC_NO_TAG, 0, 1000, 7192, true);
	rig_silent(&end);
	rig_run(&rig);
	rig_response(&end, first, SCSIEMU_GOOD, 0, 0);
	rig_run(&rig);
	rig_response(&end, second, SCSIEMU_GOOD, 0, 0);
	command(0xc1, 0x28, 0, 16, 8192, NULL, 0);
	rig_run(&rig);
	{
		struct rfc_pdu p;

		rig_recv(&end, &p);
		assert_int_equal(p.len, 8192);
		assert_memory_equal(p.data, pattern, 8192);
	}
	rig_hangup(&end);
	rig_close(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_immediate),
		cmocka_unit_test(test_immediate_then_r2t),
		cmocka_unit_test(test_bursts),
		cmocka_unit_test(test_unsolicited),
		cmocka_unit_test(test_unsolicited_for_nothing),
		cmocka_unit_test(test_not_announced),
		cmocka_unit_test(test_too_much_immediate),
		cmocka_unit_test(test_data_sn),
		cmocka_unit_test(test_offsets),
		cmocka_unit_test(test_tags),
		cmocka_unit_test(test_segments),
		cmocka_unit_test(test_bad_data_digest),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_early_data),
	};

	fill();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
