/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A write-back cache whose flush fails after the status of its command: the
 * next command of the session ends with the deferred error, its data phase does
 * not happen, and the residual says so (SPC-4 4.5.5, RFC 7143 11.4.5).
 */
#include "rig.h"

static struct rig rig;
static struct rig_end end, two;

static void command(struct rig_end *e, uint8_t flags, uint32_t len,
		    const uint8_t *cdb, const void *data, uint32_t n)
{
	struct rfc_pdu p;

	rfc_command(&e->c, &p, flags, 0, len, cdb, 10);
	p.data = data;
	p.len = n;
	rig_send(e, &p);
}

/* The response to it: the deferred error, and nothing moved of so much. */
static void deferred(struct rig_end *e, uint32_t len)
{
	static const uint8_t sense[18] = { 0xf1, 0, 3, [7] = 10, [12] = 0x0c };
	struct rfc_pdu p;

	rig_recv(e, &p);
	assert_int_equal(p.bhs[0], 0x21);
	assert_int_equal(p.bhs[1], 0x80 | 2); /* underflow */
	assert_int_equal(p.bhs[2], 0);
	assert_int_equal(p.bhs[3], SCSIEMU_CHECK_CONDITION);
	assert_int_equal(rfc_get(p.bhs + 44, 4), len);
	assert_int_equal(rfc_get(p.data, 2), 18);
	assert_memory_equal(p.data + 2, sense, 18);
	rig_silent(e);
}

static void good_read(struct rig_end *e)
{
	struct rfc_pdu p;
	uint8_t cdb[16];

	rig_cdb(cdb, 0x28, 0, 8);
	command(e, 0xc1, 4096, cdb, NULL, 0);
	rig_recv(e, &p);
	assert_int_equal(p.bhs[0], 0x25);
	assert_int_equal(p.len, 4096);
	assert_int_equal(p.bhs[1] & 1, 1); /* status, GOOD */
	assert_int_equal(p.bhs[3], 0);
}

static void other_session(void)
{
	static const char keys[] = "InitiatorName=iqn.2026-11.test:other\0"
				   "TargetName=" RIG_IQN;
	static const uint8_t tur[10];
	struct rfc_pdu p;

	rig_connect(&two, &rig);
	rfc_login(&two.c, &p, 0x87, keys, sizeof(keys));
	rig_send(&two, &p);
	rig_recv(&two, &p);
	command(&two, 0x81, 0, tur, NULL, 0);
	rig_response(&two, two.c.itt, SCSIEMU_CHECK_CONDITION,
		     SCSIEMU_SK_UNIT_ATTENTION, 0);
}

static void setup(struct scsiemu_wrap_fault **w)
{
	static const struct scsiemu_fault flush = {
		.ops = 1u << SCSIEMU_BOP_FLUSH,
		.count = 1,
		.result = SCSIEMU_E_WRITE,
	};
	struct scsiemu_errmsg err;

	rig_init(&rig);
	rig.deferred = true;
	rig_open(&rig);
	scsiemu_lu_load(rig.lu, NULL, false);
	assert_int_equal(scsiemu_wrap_fault(&rig.medium, w, &err), 0);
	assert_int_equal(scsiemu_fault_add(*w, &flush), 0);
	scsiemu_lu_load(rig.lu, &rig.medium, false);
	RIG_SESSION(&end, &rig, "");
	other_session();
}

static void teardown(void)
{
	rig_hangup(&end);
	rig_hangup(&two);
	rig_close(&rig);
}

/* SYNCHRONIZE CACHE with IMMED: GOOD, and the flush fails. */
static void lose(struct rig_end *e)
{
	static const uint8_t sync[10] = { 0x35, 2 };

	command(e, 0x81, 0, sync, NULL, 0);
	rig_response(e, e->c.itt, 0, 0, 0);
}

static void test_read(void **state)
{
	struct scsiemu_wrap_fault *w;
	uint8_t cdb[16];

	(void)state;
	setup(&w);
	lose(&end);
	good_read(&two); /* it was not theirs */
	rig_cdb(cdb, 0x28, 0, 8);
	command(&end, 0xc1, 4096, cdb, NULL, 0);
	deferred(&end, 4096);
	good_read(&end);
	teardown();
}

/* Immediate data are there, and are not written. */
static void test_write(void **state)
{
	static const uint8_t data[4096] = { 1, 2, 3 };
	struct scsiemu_wrap_fault *w;
	struct rfc_pdu p;
	uint8_t cdb[16];

	(void)state;
	setup(&w);
	lose(&end);
	rig_cdb(cdb, 0x2a, 0, 8);
	command(&end, 0xa1, 4096, cdb, data, 4096);
	deferred(&end, 4096);
	rig_cdb(cdb, 0x28, 0, 8);
	command(&end, 0xc1, 4096, cdb, NULL, 0);
	rig_recv(&end, &p);
	assert_int_equal(p.data[0] | p.data[1] | p.data[2], 0);
	teardown();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
