/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_hostile_digest.c - a wire that spoils one PDU in a thousand, under a
 * client that verifies and tries again: the data is equal at the end. And what
 * leaves the target is what a command wrote, nothing else.
 */
#include "rig.h"

#include <stdlib.h>

#define NBLK 256u

static struct rig rig;
static struct rig_end end;
static uint8_t model[NBLK * 512], buf[NBLK * 512];
static unsigned spoiled_heads, spoiled_data;

static uint32_t rnd(void)
{
	static uint32_t x = 2463534242u;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x;
}

static void connect_again(void)
{
	if (end.conn)
		rig_hangup(&end);
	RIG_SESSION(&end, &rig,
		    "HeaderDigest=CRC32C\0DataDigest=CRC32C\0"
		    "MaxRecvDataSegmentLength=8192");
}

/* False: the wire spoilt it, nothing is known. */
static bool send(struct rfc_pdu *p)
{
	if (rnd() % 500 == 0) {
		end.c.bad_hd = rnd() & 1;
		end.c.bad_dd = !end.c.bad_hd && p->len;
	}
	spoiled_heads += end.c.bad_hd;
	spoiled_data += end.c.bad_dd;
	rig_send(&end, p);
	return !rig_ended(&end);
}

static bool try_write(uint32_t lba, uint32_t nblk)
{
	uint8_t cdb[16];
	struct rfc_pdu p;

	rig_cdb(cdb, 0x2a, lba, (uint16_t)nblk);
	rfc_command(&end.c, &p, 0xa1, 0, nblk * 512, cdb, 10);
	p.data = buf;
	p.len = nblk * 512;
	if (!send(&p))
		return false;
	rig_recv(&end, &p);
	if (p.bhs[0] == 0x3f) {
		assert_int_equal(p.bhs[2], 2);
		rig_response(&end, end.c.itt, SCSIEMU_CHECK_CONDITION,
			     SCSIEMU_SK_ABORTED_COMMAND, 0x4705);
		return false;
	}
	assert_int_equal(p.bhs[0], 0x21);
	assert_int_equal(p.bhs[3], SCSIEMU_GOOD);
	memcpy(model + lba * 512, buf, nblk * 512);
	return true;
}

static bool try_read(uint32_t lba, uint32_t nblk)
{
	uint32_t got = 0;
	uint8_t cdb[16];
	struct rfc_pdu p;

	rig_cdb(cdb, 0x28, lba, (uint16_t)nblk);
	rfc_command(&end.c, &p, 0xc1, 0, nblk * 512, cdb, 10);
	if (!send(&p))
		return false;
	while (got < nblk * 512) {
		rig_recv(&end, &p);
		assert_int_equal(p.bhs[0], 0x25);
		assert_int_equal(rfc_get(p.bhs + 40, 4), got);
		assert_memory_equal(p.data, model + lba * 512 + got, p.len);
		got += p.len;
	}
	return true;
}

static void test_spoiled(void **state)
{
	(void)state;
	rig_init(&rig);
	rig_open(&rig);
	connect_again();
	for (unsigned i = 0; i < 20000; i++) {
		uint32_t lba = rnd() % (NBLK - 16), nblk = 1 + rnd() % 16;
		bool write = rnd() & 1;

		for (uint32_t k = 0; k < nblk * 512; k += 4)
			rfc_put(buf + k, 4, rnd());
		while (!(write ? try_write : try_read)(lba, nblk))
			if (rig_ended(&end))
				connect_again();
	}
	assert_true(spoiled_heads > 5 && spoiled_data > 2);
	for (uint32_t lba = 0; lba < NBLK; lba += 16)
		while (!try_read(lba, 16))
			connect_again();
	rig_hangup(&end);
	rig_close(&rig);
}

/* One command on a poisoned pool: data-in may hold no poison. */
static void poisoned(const uint8_t *cdb, unsigned len, uint32_t edtl)
{
	unsigned run = 0;
	struct rfc_pdu p;

	rfc_command(&end.c, &p, 0xc1, 0, edtl, cdb, len);
	rig_send(&end, &p);
	rig_pull(&end);
	while (end.in_off < end.in_len) {
		rig_recv(&end, &p);
		for (uint32_t i = 0; i < p.len; i++) {
			run = p.data[i] == 0xa5 ? run + 1 : 0;
			assert_true(run < 4);
		}
	}
}

/* Every opcode, allocation lengths 0 to all ones, at LBAs that are not there:
 * fresh memory is 0xa5 in the rig, and what was read before is 0xa5 too. */
static void test_poison(void **state)
{
	static const uint32_t edtl[] = { 0, 1, 511, 512, 4096, 65536 };
	uint8_t cdb[16];
	struct rfc_pdu p;

	(void)state;
	for (unsigned op = 0; op < 256; op++) {
		rig_init(&rig);
		rig_open(&rig);
		RIG_SESSION(&end, &rig, "MaxRecvDataSegmentLength=65536");
		/* Buffers that come back hold poison. */
		memset(buf, 0xa5, sizeof(buf));
		rfc_new(&end.c, &p, 0x00, true);
		p.data = buf;
		p.len = 60000;
		rig_send(&end, &p);
		rig_recv(&end, &p);
		for (unsigned sa = 0; sa < 32;
		     sa += op >= 0x9e && op < 0xab ? 1 : 31)
			for (unsigned e = 0; e < 6; e++)
				for (unsigned fill = 0; fill < 3; fill++) {
					memset(cdb, fill == 1 ? 0xff : 0, 16);
					cdb[0] = (uint8_t)op;
					cdb[1] = (uint8_t)sa;
					if (fill == 2)
						memset(cdb + 6, 0x10, 8);
					cdb[op < 0x20	? 5
					    : op < 0x60 ? 9
					    : op < 0xa0 ? 15
							: 11] = 0;
					poisoned(cdb, 16, edtl[e]);
				}
		rig_hangup(&end);
		rig_close(&rig);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spoiled),
		cmocka_unit_test(test_poison),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
