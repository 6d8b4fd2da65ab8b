/* SPDX-License-Identifier: BSD-2-Clause */
/* The targ adapter: opening, data, status, sense, flow control. */
#include "targ_rig.h"

#include <errno.h>

enum { READ = 0x28, WRITE = 0x2a, BLOCK = 512 };

static void round_trip(uint32_t len)
{
	uint16_t n = (uint16_t)(len / BLOCK);
	struct sim_cmd *c;

	c = rig_one(rig_rw(WRITE, 5, n), 10, rig.data + n, len);
	rig_good(c);
	assert_int_equal(c->out_at, len);
	c = rig_one(rig_rw(READ, 5, n), 10, NULL, 0);
	rig_good(c);
	assert_int_equal(c->in_len, len);
	assert_memory_equal(c->in, rig.data + n, len);
}

/* Data of one CTIO and of many; with maxio of a page or two, too. */
static void test_data(void **state)
{
	static const uint32_t lens[] = { 512,	 4096,	 65536,
					 131072, 131584, 500 * 512 };
	static const uint32_t maxio[] = { 0, 4096, 8192, 65536, 1 << 20 };

	(void)state;
	for (unsigned m = 0; m < 5; m++) {
		rig_make("disk:mem,size=1M", false);
		rig.sim.maxio = maxio[m] ? maxio[m] : rig.sim.maxio;
		rig_open();
		rig_check(rig_one(rig_tur, 6, NULL, 0), 6, 0x2900);
		for (unsigned i = 0; i < 6; i++)
			round_trip(lens[i]);
		assert_true(rig.sim.largest <= rig.sim.maxio);
		rig_drop();
	}
}

/* Status goes with the last data; a WRITE has a CTIO for it. */
static void test_ctios(void **state)
{
	struct sim_cmd *c;

	(void)state;
	rig_start("disk:mem,size=1M", false);
	c = rig_one(rig_rw(READ, 0, 8), 10, NULL, 0);
	assert_int_equal(c->nctio, 1);
	c = rig_one(rig_rw(READ, 0, 512), 10, NULL, 0);
	assert_int_equal(c->nctio, 2); /* of 128 KiB */
	c = rig_one(rig_rw(WRITE, 0, 8), 10, rig.data, 4096);
	assert_int_equal(c->nctio, 2);
	c = rig_one(rig_tur, 6, NULL, 0);
	assert_int_equal(c->nctio, 1);
	rig_drop();
}

/* Memory of the store itself, in place; null's is one page. */
static void test_lent(void **state)
{
	static const uint32_t maxio[] = { 4096, 65536, 131072 };

	(void)state;
	for (unsigned m = 0; m < 3; m++) {
		struct sim_cmd *c;

		rig_make("disk:null,size=1M", false);
		rig.sim.maxio = maxio[m];
		rig_open();
		rig_one(rig_tur, 6, NULL, 0);
		c = rig_one(rig_rw(READ, 0, 256), 10, NULL, 0);
		rig_good(c);
		assert_int_equal(c->in_len, 131072);
		for (unsigned i = 0; i < c->in_len; i++)
			assert_int_equal(c->in[i], 0);
		rig_drop();
	}
}

/* Memory of the core's, which begins anywhere in a page. */
static void test_scratch(void **state)
{
	static const uint8_t rsoc[12] = { 0xa3, 0x0c, 0x80, [8] = 255 };
	uint8_t first[65536];
	uint32_t len = 0;

	(void)state;
	rig_make("disk:mem,size=1M", false);
	rig.sim.maxio = 4096;
	rig_open();
	rig_one(rig_tur, 6, NULL, 0);
	for (unsigned i = 0; i < 64; i++) {
		struct sim_cmd *c = rig_one(rsoc, 12, NULL, 0);

		rig_good(c);
		if (!i)
			memcpy(first, c->in, len = c->in_len);
		assert_int_equal(c->in_len, len);
		assert_memory_equal(c->in, first, len);
	}
	assert_true(len > 1024);
	rig_drop();
}

/* A command that fails after it has sent data. */
static void test_data_and_sense(void **state)
{
	struct sim_cmd *c;

	(void)state;
	rig_start("disk:mem,size=1M,inject=read:lba=300:sense=3/11/00:at",
		  false);
	c = rig_one(rig_rw(READ, 0, 400), 10, NULL, 0);
	rig_check(c, 3, 0x1100);
	assert_int_equal(c->in_len, 300 * 512);
	assert_int_equal(c->sense[5] << 8 | c->sense[6], 300);
	c = rig_one(rig_rw(READ, 4000, 1), 10, NULL, 0);
	rig_check(c, 5, 0x2100);
	assert_int_equal(c->in_len, 0);
	rig_drop();
}

/* An initiator that sends fewer bytes than its CDB says: the adapter calls the
 * CTIO failed. */
static void test_short_write(void **state)
{
	struct sim_cmd *c;

	(void)state;
	rig_start("disk:mem,size=1M", false);
	c = rig_one(rig_rw(WRITE, 0, 8), 10, rig.data, 1000);
	assert_int_equal(c->status, SCSIEMU_CHECK_CONDITION);
	assert_int_equal(c->sense[2], 0xb);
	c = rig_one(rig_rw(READ, 0, 8), 10, NULL, 0);
	rig_good(c);
	for (unsigned i = 0; i < 4096; i++)
		assert_int_equal(c->in[i], 0);
	rig_drop();
}

/* One that calls it good: what was not sent is not another's data. */
static void test_sloppy(void **state)
{
	struct sim_cmd *c;

	(void)state;
	rig_start("disk:mem,size=1M", false);
	rig_check(rig_from(8, rig_tur, 6), 6, 0x2900);
	rig_good(rig_one(rig_rw(WRITE, 0, 8), 10, rig.data, 4096));
	rig.sim.sloppy = true;
	c = targ_sim_send(&rig.sim, 8, 500, rig_rw(WRITE, 16, 8), 10, "mine",
			  4);
	rig_serve();
	rig_good(c);
	c = rig_from(8, rig_rw(READ, 16, 8), 10);
	assert_memory_equal(c->in, "mine", 4);
	for (unsigned i = 4; i < 4096; i++)
		assert_int_equal(c->in[i], 0);
	rig_drop();
}

/* Data-in that failed under way: the core had called it good. */
static void test_lost_data(void **state)
{
	struct sim_cmd *c;

	(void)state;
	rig_start("disk:mem,size=1M", false);
	rig.sim.fail = CAM_REQ_CMP_ERR | CAM_DEV_QFRZN;
	c = rig_one(rig_rw(READ, 0, 8), 10, NULL, 0);
	rig_check(c, 0xb, 0x4b00);
	assert_int_equal(c->in_len, 0);
	assert_int_equal(rig.sim.nthaw, 1);
	rig.sim.fail = CAM_REQ_CMP_ERR;
	c = rig_one(rig_rw(READ, 0, 600), 10, NULL, 0); /* the first of three */
	rig_check(c, 0xb, 0x4b00);
	rig_good(rig_one(rig_tur, 6, NULL, 0));
	assert_int_equal(targ_sim_pending(&rig.sim, XPT_ACCEPT_TARGET_IO), 64);
	rig_drop();
}

/* Buffers are the driver's until their CTIOs are back, in whatever order things
 * happen: the model compares. */
static void test_hold(void **state)
{
	struct sim_cmd *c[8];

	(void)state;
	rig_make("disk:mem,size=1M", false);
	rig.cf.buffers = 3;
	rig_open();
	rig_check(rig_one(rig_tur, 6, NULL, 0), 6, 0x2900);
	rig_good(rig_one(rig_rw(WRITE, 0, 1000), 10, rig.data, 512000));
	rig.sim.hold = true;
	for (unsigned i = 0; i < 8; i++)
		c[i] = rig_send(rig_rw(i & 1 ? WRITE : READ, i * 100,
				       (uint16_t)(i * 40 + 1)),
				10, rig.data + i * 51200, (i * 40 + 1) * 512);
	do
		rig_serve();
	while (targ_sim_run(&rig.sim, 1));
	for (unsigned i = 0; i < 8; i++) {
		rig_good(c[i]);
		if (i & 1)
			continue;
		assert_int_equal(c[i]->in_len, (i * 40 + 1) * 512);
		assert_memory_equal(c[i]->in, rig.data + i * 51200,
				    c[i]->in_len);
	}
	rig_drop();
}

/* A store that answers late, with CTIOs that do. */
static void test_slow_store(void **state)
{
	struct sim_cmd *c[4];

	(void)state;
	rig_start("disk:mem,size=1M", true);
	for (unsigned i = 0; i < 4; i++)
		c[i] = rig_send(rig_rw(WRITE, i * 400, 400), 10,
				rig.data + i * 100, 204800);
	rig_store();
	for (unsigned i = 0; i < 4; i++)
		rig_good(c[i]);
	for (unsigned i = 0; i < 4; i++)
		c[i] = rig_send(rig_rw(READ, i * 400, 400), 10, NULL, 0);
	rig_store();
	for (unsigned i = 0; i < 4; i++)
		assert_memory_equal(c[i]->in, rig.data + i * 100, 204800);
	rig_drop();
}

/* COMPARE AND WRITE wants all of its data at once, WRITE SAME one block. */
static void test_whole(void **state)
{
	uint8_t caw[16] = { 0x89, [13] = 16 }, same[10] = { 0x93 };
	struct sim_cmd *c;

	(void)state;
	(void)same;
	rig_make("disk:mem,size=1M", false);
	rig.sim.maxio = 4096;
	rig_open();
	rig_one(rig_tur, 6, NULL, 0);
	rig_good(rig_one(rig_rw(WRITE, 0, 16), 10, rig.data, 8192));
	c = rig_one(caw, 16, rig.data, 16384); /* what is there; what comes */
	rig_good(c);
	c = rig_one(rig_rw(READ, 0, 16), 10, NULL, 0);
	assert_memory_equal(c->in, rig.data + 8192, 8192);
	rig_check(rig_one(caw, 16, rig.data, 16384), 0xe, 0x1d00);
	rig_drop();
}

/* No ATIO: the adapter itself says that the target is busy. */
static void test_flow_control(void **state)
{
	struct sim_cmd *c[4];

	(void)state;
	rig_make("disk:mem,size=1M", true);
	rig.cf.commands = 4;
	rig_open();
	rig_one(rig_tur, 6, NULL, 0);
	for (unsigned i = 0; i < 4; i++)
		c[i] = rig_send(rig_rw(READ, i, 1), 10, NULL, 0);
	assert_null(targ_sim_send(&rig.sim, 7, 99, rig_tur, 6, NULL, 0));
	rig_serve();
	assert_null(targ_sim_send(&rig.sim, 7, 99, rig_tur, 6, NULL, 0));
	rig_store();
	for (unsigned i = 0; i < 4; i++)
		rig_good(c[i]);
	rig_good(rig_one(rig_tur, 6, NULL, 0));
	rig_drop();
}

/* A batch is one read() and one write(). */
static void test_system_calls(void **state)
{
	struct sim_cmd *c[32];
	unsigned r, w;

	(void)state;
	rig_start("disk:null,size=1M", false);
	r = rig.sim.nread;
	w = rig.sim.nwrite;
	for (unsigned i = 0; i < 32; i++)
		c[i] = rig_send(rig_rw(READ, i, 8), 10, NULL, 0);
	rig_serve();
	for (unsigned i = 0; i < 32; i++)
		rig_good(c[i]);
	/* commands; CTIOs back, from which ATIOs go out */
	assert_int_equal(rig.sim.nread - r, 2);
	assert_int_equal(rig.sim.nwrite - w, 2);
	rig_drop();
}

/* Each initiator is a nexus of its own; there is room for so many. */
static void test_initiators(void **state)
{
	(void)state;
	rig_make("disk:mem,size=1M", false);
	rig.cf.initiators = 3;
	rig_open();
	rig_check(rig_from(0, rig_tur, 6), 6, 0x2900);
	rig_check(rig_from(1, rig_tur, 6), 6, 0x2900);
	rig_check(rig_from(0x80000001, rig_tur, 6), 6, 0x2900);
	rig_good(rig_from(1, rig_tur, 6));
	assert_int_equal(rig_from(2, rig_tur, 6)->status, SCSIEMU_BUSY);
	assert_int_equal(rig_from(2, rig_tur, 6)->status, SCSIEMU_BUSY);
	rig_good(rig_from(0, rig_tur, 6));
	rig_drop();
}

/* Whom a persistent reservation knows: an address of a bus, no handle. */
static void test_registration(void **state)
{
	static const uint8_t out[24] = { [8 + 7] = 0x11 };
	static const uint8_t cdb[10] = { 0x5f, 0, [8] = 24 };
	static const uint8_t full[10] = { 0x5e, 3, [8] = 255 };
	struct sim_cmd *c;

	(void)state;
	rig_make("disk:mem,size=1M", false);
	rig.sim.transport = XPORT_SPI;
	rig_open();
	rig_check(rig_one(rig_tur, 6, NULL, 0), 6, 0x2900);
	rig_good(rig_one(cdb, 10, out, 24));
	c = rig_one(full, 10, NULL, 0);
	rig_good(c);
	assert_int_equal(c->in[7], 48);
	assert_int_equal(c->in[8 + 24], 1); /* parallel SCSI */
	assert_int_equal(c->in[8 + 24 + 3], 7);
	rig_drop();
}

/* ---- Sense ---- */

/* An adapter without autosense: it is kept, for the next command only. */
static void test_allegiance(void **state)
{
	static const uint8_t sense[6] = { 3, 0, 0, 0, 252 };
	static const uint8_t few[6] = { 3, 0, 0, 0, 13 };
	static const uint8_t descr[6] = { 3, 1, 0, 0, 252 };
	struct sim_cmd *c;

	(void)state;
	rig_make("disk:mem,size=1M", false);
	rig.sim.autosense = false;
	rig_open();
	c = rig_one(rig_tur, 6, NULL, 0);
	assert_int_equal(c->status, SCSIEMU_CHECK_CONDITION);
	assert_false(c->has_sense);
	c = rig_one(sense, 6, NULL, 0);
	rig_good(c);
	assert_int_equal(c->nctio, 1);
	assert_int_equal(c->in_len, 18);
	assert_int_equal(c->in[0], 0x70);
	assert_int_equal(c->in[2], 6);
	assert_int_equal(c->in[12], 0x29);
	rig_one(rig_rw(READ, 4000, 1), 10, NULL, 0);
	c = rig_one(few, 6, NULL, 0);
	assert_int_equal(c->in_len, 13);
	assert_int_equal(c->in[2], 5);
	assert_int_equal(c->in[12], 0x21);
	c = rig_one(few, 6, NULL, 0); /* once */
	assert_int_equal(c->in[2], 0);
	rig_one(rig_rw(READ, 4000, 1), 10, NULL, 0);
	c = rig_one(descr, 6, NULL, 0);
	assert_int_equal(c->in[0], 0x72);
	assert_int_equal(c->in[1], 5);
	/* another command clears it; another initiator does not */
	rig_one(rig_rw(READ, 4000, 1), 10, NULL, 0);
	rig_from(8, sense, 6);
	rig_good(rig_one(rig_tur, 6, NULL, 0));
	c = rig_one(sense, 6, NULL, 0);
	assert_int_equal(c->in[2], 0);
	rig_drop();
}

/* One that has sent it: there is none to ask for. */
static void test_autosense(void **state)
{
	static const uint8_t sense[6] = { 3, 0, 0, 0, 252 };
	struct sim_cmd *c;

	(void)state;
	rig_start("disk:mem,size=1M", false);
	rig_check(rig_one(rig_rw(READ, 4000, 1), 10, NULL, 0), 5, 0x2100);
	c = rig_one(sense, 6, NULL, 0);
	rig_good(c);
	assert_int_equal(c->in_len, 18);
	assert_int_equal(c->in[2], 0);
	rig_drop();
}

/* The adapter met an error itself. */
static void test_sense_of_adapter(void **state)
{
	struct ccb_accept_tio a = { .init_id = 7,
				    .tag_id = 1,
				    .sense_len = 18 };
	uint8_t *sense = (uint8_t *)&a.sense_data;
	struct sim_cmd *c;

	(void)state;
	rig_start("disk:mem,size=1M", false);
	a.ccb_h.status = CAM_CDB_RECVD;
	sense[0] = 0x70;
	sense[2] = 0xb;
	sense[12] = 0x48;
	c = targ_sim_atio(&rig.sim, &a, NULL, 0);
	rig_serve();
	rig_check(c, 0xb, 0x4800);
	rig_drop();
}

/* A CDB that is somewhere in the kernel. */
static void test_long_cdb(void **state)
{
	struct ccb_accept_tio a = { .init_id = 7, .tag_id = 1, .cdb_len = 32 };
	struct sim_cmd *c;

	(void)state;
	rig_start("disk:mem,size=1M", false);
	a.ccb_h.status = CAM_CDB_RECVD;
	a.ccb_h.flags = CAM_CDB_POINTER;
	memset(&a.cdb_io, 0x41, sizeof(a.cdb_io));
	c = targ_sim_atio(&rig.sim, &a, NULL, 0);
	rig_serve();
	rig_check(c, 5, 0x2000);
	/* a length that cannot be: there are 16 bytes */
	a.ccb_h.flags = 0;
	a.cdb_len = 255;
	memset(&a.cdb_io, 0, sizeof(a.cdb_io));
	c = targ_sim_atio(&rig.sim, &a, NULL, 0);
	rig_serve();
	rig_good(c);
	rig_drop();
}

/* Byte 7 says what the adapter can do, and no other byte changes. */
static void test_inquiry(void **state)
{
	static const uint8_t cdb[6] = { 0x12, 0, 0, 0, 96 };
	static const uint8_t vpd[6] = { 0x12, 1, 0x83, 0, 96 };
	static const uint8_t all[6] = { 0x12, 0, 0, 2, 0 };
	static const uint8_t can[] = { 0x32, 0x02, 0x00, 0xff };
	uint8_t first[96] = { 0 };

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct sim_cmd *c;

		rig_make("disk:mem,size=1M", false);
		rig.sim.hba_inquiry = can[i];
		rig_open();
		c = rig_one(cdb, 6, NULL, 0);
		rig_good(c);
		assert_int_equal(c->in_len, 96);
		assert_int_equal(c->in[7] & 0x32, can[i] & 0x32);
		c->in[7] = 0;
		if (i)
			assert_memory_equal(c->in, first, 96);
		memcpy(first, c->in, 96);
		c = rig_one(all, 6, NULL, 0);
		assert_int_equal(c->in_len, c->in[4] + 5);
		c = rig_one(vpd, 6, NULL, 0);
		assert_int_equal(c->in[1], 0x83);
		rig_drop();
	}
}

static void test_flags(void **state)
{
	static const uint8_t tags[] = { 0x20, 0x21, 0x22, 0x2f, 0x00 };

	(void)state;
	rig_start("disk:mem,size=1M", false);
	for (unsigned i = 0; i < 5; i++) {
		struct ccb_accept_tio a = { .init_id = 7,
					    .tag_id = 100 + i,
					    .cdb_len = 6,
					    .tag_action = tags[i] };
		struct sim_cmd *c;

		a.ccb_h.status = CAM_CDB_RECVD;
		a.ccb_h.flags = CAM_TAG_ACTION_VALID | CAM_DIS_DISCONNECT;
		rig.sim.hold = true;
		c = targ_sim_atio(&rig.sim, &a, NULL, 0);
		rig_serve();
		for (unsigned k = 0; k < rig.sim.pending.n; k++) {
			const union ccb *u = &rig.sim.pending.ccb[k]->k;

			if (u->ccb_h.func_code != XPT_CONT_TARGET_IO)
				continue;
			assert_int_equal(u->ccb_h.flags & ~CAM_SEND_SENSE,
					 a.ccb_h.flags | CAM_DIR_NONE |
						 CAM_SEND_STATUS);
			assert_int_equal(u->ctio.tag_action, tags[i]);
			assert_int_equal(u->ctio.dxfer_len, 0);
			assert_null(u->ctio.data_ptr);
		}
		assert_int_equal(targ_sim_run(&rig.sim, 9), 1);
		rig_serve();
		if (tags[i] == 0x2f) /* there is no ACA condition */
			rig_check(c, 5, 0x4900);
		else
			rig_good(c);
	}
	rig_drop();
}

/* ORDERED waits for what came before it, the others do not. */
static void test_order(void **state)
{
	static const struct {
		uint8_t tag;
		bool waits;
	} rows[] = { { 0x20, false }, { 0x21, false }, { 0x22, true } };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct ccb_accept_tio a = { .init_id = 7,
					    .tag_id = 99,
					    .cdb_len = 10,
					    .tag_action = rows[i].tag };
		struct sim_cmd *c;

		rig_start("disk:mem,size=1M", true);
		rig_send(rig_rw(READ, 0, 1), 10, NULL, 0);
		rig_serve(); /* it is in the store */
		a.ccb_h.status = CAM_CDB_RECVD;
		a.ccb_h.flags = CAM_TAG_ACTION_VALID;
		memcpy(a.cdb_io.cdb_bytes, rig_rw(READ, 0, 0), 10);
		c = targ_sim_atio(&rig.sim, &a, NULL, 0);
		rig_serve();
		assert_int_equal(c->answered, !rows[i].waits);
		rig_store();
		rig_good(c);
		rig_drop();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_data),
		cmocka_unit_test(test_ctios),
		cmocka_unit_test(test_lent),
		cmocka_unit_test(test_scratch),
		cmocka_unit_test(test_data_and_sense),
		cmocka_unit_test(test_short_write),
		cmocka_unit_test(test_sloppy),
		cmocka_unit_test(test_lost_data),
		cmocka_unit_test(test_hold),
		cmocka_unit_test(test_slow_store),
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_flow_control),
		cmocka_unit_test(test_system_calls),
		cmocka_unit_test(test_initiators),
		cmocka_unit_test(test_registration),
		cmocka_unit_test(test_allegiance),
		cmocka_unit_test(test_autosense),
		cmocka_unit_test(test_sense_of_adapter),
		cmocka_unit_test(test_long_cdb),
		cmocka_unit_test(test_inquiry),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
