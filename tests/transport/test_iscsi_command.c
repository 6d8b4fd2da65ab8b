/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The SCSI Command PDU itself: additional headers, both directions, flags,
 * residuals, its header digest (RFC 7143 11.2, 11.3, 11.4).
 */
#include "rig.h"

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

static void test_bad_header_digest(void **state)
{
	struct rfc_pdu p;
	uint8_t tur[6] = { 0 };

	(void)state;
	rig_init(&rig);
	rig_open(&rig);
	RIG_SESSION(&end, &rig, "HeaderDigest=CRC32C");
	rfc_command(&end.c, &p, 0x80, 0, 0, tur, 6);
	end.c.bad_hd = true;
	rig_send(&end, &p);
	assert_true(rig_ended(&end));
	rig_hangup(&end);
	rig_close(&rig);
}

/* Additional headers: a 32-byte CDB reaches the device server whole. */
static void long_cdb(void)
{
	uint8_t cdb[260] = { 0x7f };
	struct rfc_pdu p;

	cdb[7] = 24;
	rfc_put(cdb + 8, 2, 0x7777); /* no such service action */
	rfc_command(&end.c, &p, 0x80, 0, 0, cdb, 32);
	rig_send(&end, &p);
	rig_response(&end, end.c.itt, SCSIEMU_CHECK_CONDITION,
		     SCSIEMU_SK_ILLEGAL_REQUEST, 0);
	cdb[7] = 252;
	rfc_command(&end.c, &p, 0x80, 0, 0, cdb, 260);
	rig_send(&end, &p);
	rig_response(&end, end.c.itt, SCSIEMU_CHECK_CONDITION,
		     SCSIEMU_SK_ILLEGAL_REQUEST, 0);
}

static void test_long_cdb(void **state)
{
	(void)state;
	EACH(long_cdb, "HeaderDigest=CRC32C");
	EACH(long_cdb, "HeaderDigest=None");
}

/* Both directions named: a WRITE leaves the read half as bidi underflow. */
static void bidi(void)
{
	uint8_t rest[5] = { 0 }, cdb[16];
	struct rfc_pdu p;

	rig_cdb(cdb, 0x2a, 0, 1);
	rfc_command(&end.c, &p, 0xe1, 0, 512, cdb, 10);
	rfc_put(rest + 1, 4, 777);
	rfc_ahs(&p, 2, rest, 5);
	p.data = pattern;
	p.len = 512;
	rig_send(&end, &p);
	rig_recv(&end, &p);
	assert_int_equal(p.bhs[0], 0x21);
	assert_int_equal(p.bhs[1], 0x88);
	assert_int_equal(rfc_get(p.bhs + 40, 4), 777);
	assert_int_equal(rfc_get(p.bhs + 44, 4), 0);
	/* A READ: data, then a response of its own with both residuals. */
	rig_cdb(cdb, 0x28, 0, 1);
	rfc_command(&end.c, &p, 0xe1, 0, 256, cdb, 10);
	rfc_put(rest + 1, 4, 512);
	rfc_ahs(&p, 2, rest, 5);
	rig_send(&end, &p);
	rig_recv(&end, &p);
	assert_int_equal(p.bhs[0], 0x25);
	assert_int_equal(p.bhs[1], 0x80);
	assert_memory_equal(p.data, pattern, 512);
	rig_recv(&end, &p);
	assert_int_equal(p.bhs[0], 0x21);
	assert_int_equal(p.bhs[1], 0x82);
	assert_int_equal(rfc_get(p.bhs + 36, 4), 1);
	assert_int_equal(rfc_get(p.bhs + 40, 4), 0);
	assert_int_equal(rfc_get(p.bhs + 44, 4), 256);
}

static void test_bidi(void **state)
{
	(void)state;
	EACH(bidi, "ImmediateData=Yes");
}

/* AHS that are too long, cut, twice, unknown. */
static void test_bad_ahs(void **state)
{
	static const struct {
		uint8_t raw[12];
		uint32_t len;
	} bad[] = {
		{ { 0, 9, 1, 0 }, 8 },			  /* cut */
		{ { 0, 5, 2, 0, 0, 0, 0, 1, 0, 0 }, 12 }, /* rest is none */
		{ { 0, 4, 2, 0, 0, 0, 0, 1 }, 8 },	  /* wrong length */
		{ { 0, 5, 3, 0, 0, 0, 0, 1 }, 8 },	  /* unknown type */
		{ { 0xff, 0xff, 1, 0 }, 4 },
		{ { 0, 0, 1, 0 }, 4 },
	};

	(void)state;
	rig_init(&rig);
	rig_open(&rig);
	RIG_SESSION(&end, &rig, "");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint8_t tur[6] = { 0 };
		struct rfc_pdu p;

		rfc_command(&end.c, &p, 0x80, 0, 0, tur, 6);
		memcpy(p.ahs, bad[i].raw, bad[i].len);
		p.ahs_len = bad[i].len;
		rig_send(&end, &p);
		p.bhs[4] = (uint8_t)(p.ahs_len / 4);
		rig_reject(&end, 9, &p);
	}
	rig_silent(&end);
	rig_hangup(&end);
	rig_close(&rig);
}

/* Fields of a command that contradict each other. */
static void test_bad_flags(void **state)
{
	static const struct {
		uint8_t flags;
		uint32_t len;
	} bad[] = {
		{ 0x00, 0 },   /* no F, no W */
		{ 0xc0, 512 }, /* immediate data of a READ */
		{ 0x85, 0 },   /* no such attribute */
	};

	(void)state;
	rig_init(&rig);
	rig_open(&rig);
	RIG_SESSION(&end, &rig, "");
	for (size_t i = 0; i < 3; i++) {
		struct rfc_pdu p;
		uint8_t cdb[16];

		rig_cdb(cdb, 0x28, 0, 1);
		rfc_command(&end.c, &p, bad[i].flags, 0, 512, cdb, 10);
		p.data = pattern;
		p.len = bad[i].len;
		rig_send(&end, &p);
		rfc_put(p.bhs + 5, 3, p.len);
		rig_reject(&end, 9, &p);
	}
	rig_hangup(&end);
	rig_close(&rig);
}

/* Residuals (11.4.5). */
static void residuals(void)
{
	struct rfc_pdu p;
	uint32_t itt;

	/* READ of 2 blocks, 3 expected: underflow of one block. */
	itt = command(0xc1, 0x28, 0, 2, 1536, NULL, 0);
	rig_recv(&end, &p);
	assert_int_equal(p.bhs[0], 0x25);
	assert_int_equal(p.bhs[1], 0x83);
	assert_int_equal(p.len, 1024);
	assert_int_equal(rfc_get(p.bhs + 44, 4), 512);
	assert_int_equal(rfc_get(p.bhs + 16, 4), itt);
	/* ... 1 expected: overflow. */
	command(0xc1, 0x28, 0, 2, 512, NULL, 0);
	rig_recv(&end, &p);
	assert_int_equal(p.bhs[0], 0x25);
	assert_int_equal(p.bhs[1], 0x85);
	assert_int_equal(p.len, 512);
	assert_int_equal(rfc_get(p.bhs + 44, 4), 512);
	/* ... none expected, no direction. */
	command(0x81, 0x28, 0, 2, 0, NULL, 0);
	rig_recv(&end, &p);
	assert_int_equal(p.bhs[0], 0x21);
	assert_int_equal(p.bhs[1], 0x84);
	assert_int_equal(rfc_get(p.bhs + 44, 4), 1024);
	/* WRITE of 1 block, 2 offered. */
	command(0xa1, 0x2a, 0, 1, 1024, pattern, 512);
	rig_recv(&end, &p);
	assert_int_equal(p.bhs[0], 0x21);
	assert_int_equal(p.bhs[1], 0x82);
	assert_int_equal(p.bhs[3], SCSIEMU_GOOD);
	assert_int_equal(rfc_get(p.bhs + 44, 4), 512);
}

static void test_residuals(void **state)
{
	(void)state;
	EACH(residuals, "ImmediateData=Yes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_header_digest),
		cmocka_unit_test(test_long_cdb),
		cmocka_unit_test(test_bidi),
		cmocka_unit_test(test_bad_ahs),
		cmocka_unit_test(test_bad_flags),
		cmocka_unit_test(test_residuals),
	};

	fill();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
