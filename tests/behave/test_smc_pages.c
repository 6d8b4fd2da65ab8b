/* SPDX-License-Identifier: BSD-2-Clause */
/* What a changer says of itself: INQUIRY, VPD, mode and log pages, commands;
 * reservations; older levels. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <scsiemu/log.h>

#include "support/library.h"

enum { MT = LIBRARY_MT, ST = LIBRARY_ST, IE = LIBRARY_IE, DT = LIBRARY_DT };
#define NONE SCSIEMU_NO_BIT

static int make(void **state)
{
	static const struct library_options o = { .logs = true };
	static struct library b;

	*state = &b;
	library_make(&b, &o);
	return 0;
}

static int drop(void **state)
{
	library_free(*state);
	return 0;
}

static void run(struct library *b, const uint8_t *cdb, unsigned len)
{
	drive_run(&b->d, b->lu, cdb, len, NULL, 0, 4096);
}

static void test_inquiry(void **state)
{
	static const uint8_t inquiry[6] = { 0x12, [4] = 96 };
	static const uint8_t pages[6] = { 0x12, 1, 0, 0, 96 };
	struct library *b = *state;

	run(b, inquiry, 6);
	drive_good(&b->d);
	assert_int_equal(b->d.t.c.in_done, 96);
	/* changer, removable, SPC-4, HISUP and format 2; CMDQUE */
	assert_memory_equal(b->d.t.in, "\x08\x80\x06\x12\x5b\0\0\x02", 8);
	assert_memory_equal(b->d.t.in + 8, "SCSIEMU Media Changer   0001", 28);
	/* SAM-4, SPC-4, SMC-3, iSCSI */
	assert_memory_equal(b->d.t.in + 58, "\0\xa0\x04\x60\x04\x80\x09\x60",
			    8);
	run(b, pages, 6);
	drive_data(&b->d, "\x08\x00\x00\x06\x00\x80\x83\x86\x87\x88", 10);
}

static void sense_page(struct library *b, unsigned byte1, unsigned pc_page,
		       unsigned sub, unsigned alloc)
{
	const uint8_t cdb[6] = { 0x1a, (uint8_t)byte1, (uint8_t)pc_page,
				 (uint8_t)sub, (uint8_t)alloc };

	run(b, cdb, 6);
}

static void test_addresses(void **state)
{
	/* 24 bytes exactly, with DBD and without: there are no blocks */
	static const uint8_t want[24] = { 23, 0, 0,    0,    0x9d, 18, 0, 1,
					  0,  1, 0x03, 0xe8, 0,	   6,  0, 10,
					  0,  2, 0x01, 0xf4, 0,	   2,  0, 0 };
	uint8_t none[24] = { 23, 0, 0, 0, 0x9d, 18 };
	struct library *b = *state;

	sense_page(b, 0x08, 0x1d, 0, 255);
	drive_data(&b->d, want, 24);
	sense_page(b, 0, 0x1d, 0, 136);
	drive_data(&b->d, want, 24);
	sense_page(b, 0x08, 0x9d, 0, 255); /* default, saved: the same */
	drive_data(&b->d, want, 24);
	sense_page(b, 0x08, 0xdd, 0, 255);
	drive_data(&b->d, want, 24);
	sense_page(b, 0x08, 0x5d, 0, 255); /* nothing can be changed */
	drive_data(&b->d, none, 24);
	sense_page(b, 0x08, 0x1d, 0, 10);
	drive_data(&b->d, want, 10);
}

static void test_capabilities(void **state)
{
	static const uint8_t one[8] = { 7, 0, 0, 0, 0x9e, 2, 0, 0 };
	static const uint8_t caps[24] = { 23,	0, 0,	 0,    0x9f, 18,  0x0e,
					  0x03, 0, 0x4e, 0x4e, 0x4e, 0,	  0,
					  0,	0, 0,	 0x4e, 0x4e, 0x4e };
	static const uint8_t more[24] = { 23, 0,  0,	0, 0xdf, 0x41,
					  0,  16, 0x07, 0, 2 };
	struct library *b = *state;

	sense_page(b, 0x08, 0x1e, 0, 255);
	drive_data(&b->d, one, 8);
	sense_page(b, 0x08, 0x1f, 0, 255);
	drive_data(&b->d, caps, 24);
	sense_page(b, 0x08, 0x1f, 0x41, 255);
	drive_data(&b->d, more, 24);
	sense_page(b, 0x08, 0x1f, 0xff, 255);
	assert_int_equal(b->d.t.c.in_done, 4 + 20 + 20);
	sense_page(b, 0x08, 0x1f, 0x42, 255);
	drive_cdb(&b->d, 3, NONE);
}

/* A store that does not bring memories into reach. */
static void test_no_reach(void **state)
{
	static const uint8_t cdb[16] = { 0x8c, 0, 0x03, 0xe8, [13] = 255 };
	static const uint8_t list[16] = { 0x8d, 0, 0x03, 0xe8 };
	struct library *b = *state;

	b->m.able &= ~(unsigned)SCSIEMU_CHANGER_REACH;
	scsiemu_lu_changed(b->lu);
	drive_run(&b->d, b->lu, cdb, 16, NULL, 0, 255);
	drive_check(&b->d, 5, 0x2000);
	drive_run(&b->d, b->lu, list, 16, NULL, 0, 0);
	drive_check(&b->d, 5, 0x2000);
	sense_page(b, 0x08, 0x1f, 0, 255);
	assert_memory_equal(b->d.t.in + 6, "\x0e\x03\0\x0e\x0e\x0e", 6);
}

/* Without import/export elements, with more than one transport. */
static void test_other_layout(void **state)
{
	static const uint8_t want[12] = { 11, 0, 0, 0, 0x9e, 6 };
	struct library_options o = { .mt = 3, .ie = LIBRARY_NO };
	struct library b;
	uint8_t select[6] = { 0x15, 0x10, 0, 0, 12 };

	(void)state;
	library_make(&b, &o);
	sense_page(&b, 0x08, 0x1e, 0, 255);
	drive_data(&b.d, want, 12);
	sense_page(&b, 0x08, 0x1f, 0, 255);
	assert_memory_equal(b.d.t.in + 6, "\x0a\x03\0\x4a\0\x4a", 6);
	sense_page(&b, 0x08, 0x1f, 0x41, 255);
	for (unsigned i = 8; i < 24; i++)
		assert_int_equal(b.d.t.in[i], 0);
	/* it cannot be selected, only looked at */
	drive_run(&b.d, b.lu, select, 6, "\0\0\0\0\x1e\x06\0\0\0\0\0", 12, 0);
	drive_param(&b.d, 0x2600, 4, 5);
	library_free(&b);
}

/* A host echoes what it was told. */
static void test_echo(void **state)
{
	static const uint8_t all[10] = { 0x5a, 8, 0x3f, 0, 0, 0, 0, 4, 0 };
	uint8_t select[10] = { 0x55, 0x10 }, list[512];
	struct library *b = *state;
	uint32_t n = 8;

	run(b, all, 10);
	drive_good(&b->d);
	memcpy(list, b->d.t.in, 8);
	memset(list, 0, 2);
	for (uint32_t at = 8; at < b->d.t.c.in_done;) {
		uint32_t len = b->d.t.in[at + 1] + 2U;

		if ((b->d.t.in[at] & 0x3f) != 0x1e) {
			memcpy(list + n, b->d.t.in + at, len);
			list[n] &= 0x7f;
			n += len;
		}
		at += len;
	}
	select[8] = (uint8_t)n;
	drive_run(&b->d, b->lu, select, 10, list, n, 0);
	drive_good(&b->d);
	list[n - 1] ^= 1; /* in the last page, 1Fh */
	drive_run(&b->d, b->lu, select, 10, list, n, 0);
	drive_param(&b->d, 0x2600, (uint16_t)(n - 1), 0);
}

/* ---- Logs ---- */

static void log_page(struct library *b, unsigned page, unsigned alloc)
{
	const uint8_t cdb[10] = { 0x4d,
				  0,
				  (uint8_t)(0x40 | page),
				  0,
				  0,
				  0,
				  0,
				  (uint8_t)(alloc >> 8),
				  (uint8_t)alloc };

	run(b, cdb, 10);
}

static void alerts(struct library *b, uint64_t want)
{
	const uint8_t *p;

	log_page(b, 0x2e, 4096);
	drive_good(&b->d);
	p = b->d.t.in;
	assert_int_equal(b->d.t.c.in_done, 4 + 64 * 5);
	assert_memory_equal(p, "\xae\x00\x01\x40", 4);
	for (unsigned i = 0; i < 64; i++, p += 5) {
		assert_int_equal(p[4] << 8 | p[5], i + 1);
		assert_int_equal(p[6], 0x03);
		assert_int_equal(p[7], 1);
		assert_int_equal(p[8], want >> (63 - i) & 1);
	}
}

static void test_logs(void **state)
{
	struct library *b = *state;

	log_page(b, 0, 4096);
	drive_data(&b->d, "\x00\x00\x00\x08\x00\x07\x0d\x12\x15\x16\x2e\x2f",
		   12);
	assert_int_equal(scsiemu_log_set(b->lu, SCSIEMU_LOG_TEMPERATURE, 31),
			 0);
	assert_int_equal(scsiemu_log_set(b->lu, SCSIEMU_LOG_READ_BYTES, 1),
			 SCSIEMU_ERR_ARG); /* a disk's */
	log_page(b, 0x0d, 4096);
	drive_data(&b->d,
		   "\x0d\x00\x00\x0c\x00\x00\x03\x02\x00\x1f\x00\x01\x03\x02"
		   "\x00\xff",
		   16);
	log_page(b, 0x2f, 4096);
	drive_good(&b->d);
	log_page(b, 0x02, 4096);
	drive_cdb(&b->d, 2, 5);
}

/* Each nexus is told of a flag once, then of the next time it is set. */
static void test_alerts(void **state)
{
	const uint64_t door = UINT64_C(1) << (64 - 16), last = 1;
	struct scsiemu_nexus *n;
	struct library *b = *state;

	n = drive_attach(&b->d, 0, 0);
	drive_settle(&b->d, b->lu, n);
	alerts(b, 0);
	assert_int_equal(scsiemu_smc_alert(b->lu, 16, true), 0);
	assert_int_equal(scsiemu_smc_alert(b->lu, 64, true), 0);
	assert_int_equal(scsiemu_smc_alert(b->lu, 0, true), SCSIEMU_ERR_ARG);
	assert_int_equal(scsiemu_smc_alert(b->lu, 65, true), SCSIEMU_ERR_ARG);
	log_page(b, 0, 4096); /* another page tells of nothing */
	log_page(b, 0x2e, 4); /* ... and its header alone as well */
	b->d.scratch = 512;
	alerts(b, door | last);
	alerts(b, 0);
	b->d.nexus = n;
	alerts(b, door | last);
	alerts(b, 0);
	assert_int_equal(scsiemu_smc_alert(b->lu, 16, true), 0); /* still */
	alerts(b, 0);
	assert_int_equal(scsiemu_smc_alert(b->lu, 16, false), 0);
	assert_int_equal(scsiemu_smc_alert(b->lu, 16, true), 0);
	alerts(b, door);
	b->d.nexus = NULL;
	assert_int_equal(scsiemu_smc_alert(b->lu, 16, false), 0);
	alerts(b, 0); /* it is over before it was told */
}

/* ---- Element statistics ---- */

static const uint16_t at[10] = { IE,	 IE + 1, DT,	 DT + 1, ST,
				 ST + 1, ST + 2, ST + 3, ST + 4, ST + 5 };

static void put(uint8_t *p, unsigned n, uint32_t v)
{
	while (n--)
		*p++ = (uint8_t)(v >> 8 * n);
}

/* From element `first` of these on. */
static void statistics(struct library *b, unsigned first,
		       const uint32_t places[10], const uint32_t picks[10])
{
	const uint8_t cdb[10] = { 0x4d,
				  0,
				  0x55,
				  0,
				  0,
				  (uint8_t)(at[first] >> 8),
				  (uint8_t)at[first],
				  0x10 };
	uint8_t want[4 + 10 * 28] = { 0x95 }, *p = want + 4;

	put(want + 2, 2, (10 - first) * 28);
	for (unsigned i = first; i < 10; i++, p += 28) {
		put(p, 2, at[i]);
		p[2] = 0x03;
		p[3] = 24;
		put(p + 4, 4, places[i]);
		put(p + 12, 4, picks[i]);
	}
	run(b, cdb, 10);
	drive_data(&b->d, want, (uint32_t)(p - want));
}

/* What is moved is counted, what is not is not. */
static void test_statistics(void **state)
{
	uint32_t places[10] = { 0 }, picks[10] = { 0 };
	struct library *b = *state;

	b->d.scratch = 512;
	statistics(b, 0, places, picks);
	library_move(b, ST, DT + 1);
	drive_good(&b->d);
	library_move(b, DT + 1, ST + 4);
	drive_good(&b->d);
	library_move(b, ST + 4, ST + 1); /* full */
	assert_int_equal(b->d.t.c.status, SCSIEMU_CHECK_CONDITION);
	library_move(b, ST + 1, ST + 1);
	drive_good(&b->d);
	library_exchange(b, ST + 2, ST + 3, ST + 2);
	drive_good(&b->d);
	picks[4] = picks[3] = picks[6] = picks[7] = 1;
	places[3] = places[8] = places[6] = places[7] = 1;
	statistics(b, 0, places, picks);
	statistics(b, 3, places, picks);
	statistics(b, 9, places, picks);
	/* a pointer between elements: from the next one on */
	run(b, (const uint8_t[]){ 0x4d, 0, 0x55, 0, 0, 0x03, 0xed, 0, 32, 0 },
	    10);
	drive_data(&b->d,
		   "\x95\0\0\x1c\x03\xed\x03\x18\0\0\0\0\0\0\0\0\0\0\0\0"
		   "\0\0\0\0\0\0\0\0\0\0\0\0",
		   32);
}

/* ---- Commands ---- */

static bool supported(struct library *b, unsigned op, unsigned sa)
{
	const uint8_t cdb[12] = { 0xa3,
				  0x0c,
				  sa == SCSIEMU_NO_SA ? 1 : 2,
				  (uint8_t)op,
				  (uint8_t)(sa >> 8),
				  (uint8_t)sa,
				  0,
				  0,
				  1 };

	if (sa == SCSIEMU_NO_SA) {
		uint8_t plain[12];

		memcpy(plain, cdb, 12);
		plain[4] = plain[5] = 0;
		run(b, plain, 12);
	} else {
		run(b, cdb, 12);
	}
	drive_good(&b->d);
	return b->d.t.in[1] == 3;
}

static void test_commands(void **state)
{
	static const uint8_t start[6] = { 0x1b, [4] = 1 };
	static const uint8_t has[] = { 0x00, 0x01, 0x03, 0x07, 0x12, 0x15,
				       0x16, 0x17, 0x1a, 0x1b, 0x1c, 0x1d,
				       0x1e, 0x2b, 0x37, 0x3b, 0x3c, 0x4c,
				       0x4d, 0x55, 0x56, 0x57, 0x5a, 0xa0,
				       0xa5, 0xa6, 0xb5, 0xb6, 0xb8 };
	static const uint8_t lacks[] = { 0x08, 0x0a, 0x25, 0x28,
					 0x2a, 0x35, 0x42, 0x93 };
	struct library *b = *state;

	b->d.nexus = drive_attach(&b->d, 0, 0); /* who may reserve it */
	drive_settle(&b->d, b->lu, b->d.nexus);
	for (unsigned i = 0; i < sizeof(has); i++)
		if (!supported(b, has[i], SCSIEMU_NO_SA))
			fail_msg("%02x is missing", has[i]);
	assert_true(supported(b, 0x9e, 0x10));
	assert_true(supported(b, 0x5e, 0));
	assert_true(supported(b, 0x5f, 6));
	for (unsigned i = 0; i < sizeof(lacks); i++)
		assert_false(supported(b, lacks[i], SCSIEMU_NO_SA));
	/* 1Bh is about doors */
	run(b, start, 6);
	library_bad_address(b, 2);
}

/* Of a reserved changer a stranger sees what is known already. */
static void test_reserved(void **state)
{
	static const uint8_t reserve[6] = { 0x16 };
	static const uint8_t allow[6] = { 0x1e };
	struct scsiemu_nexus *n[2];
	struct library *b = *state;

	for (unsigned i = 0; i < 2; i++) {
		n[i] = drive_attach(&b->d, i, 0);
		drive_settle(&b->d, b->lu, n[i]);
	}
	b->d.nexus = n[0];
	run(b, reserve, 6);
	drive_good(&b->d);
	b->d.nexus = n[1];
	library_status(b, 0, 0, 0xffff, 0, 100);
	drive_status(&b->d, SCSIEMU_RESERVATION_CONFLICT);
	library_status(b, 0, 0, 0xffff, 2, 100); /* CURDATA */
	drive_good(&b->d);
	library_move(b, ST, ST + 4);
	drive_status(&b->d, SCSIEMU_RESERVATION_CONFLICT);
	run(b, allow, 6);
	drive_status(&b->d, SCSIEMU_RESERVATION_CONFLICT);
	b->d.nexus = n[0];
	library_move(b, ST, ST + 4);
	drive_good(&b->d);
}

/* SCSI-2 had changers, but not all of this. */
static void test_scsi_2(void **state)
{
	static const uint8_t inquiry[6] = { 0x12, [4] = 96 };
	static const uint8_t range[10] = { 0x37 }, door[6] = { 0x1b, 0, 0, IE };
	struct scsiemu_lu_config cf = { .version = SCSIEMU_LEVEL_SCSI_2 };
	struct library_options o = { .cf = &cf };
	struct library b;

	(void)state;
	library_make(&b, &o);
	run(&b, inquiry, 6);
	assert_int_equal(b.d.t.in[2], 2);
	library_move(&b, ST, DT);
	drive_good(&b.d);
	library_status(&b, 0x10, 0, 0xffff, 0, 4096);
	drive_good(&b.d);
	sense_page(&b, 0, 0x1d, 0, 255);
	drive_good(&b.d);
	assert_int_equal(b.d.t.c.in_done, 24);
	run(&b, range, 10);
	drive_check(&b.d, 5, 0x2000);
	run(&b, door, 6);
	drive_check(&b.d, 5, 0x2000);
	library_free(&b);
}

/* Options that cannot be. */
static void test_options(void **state)
{
	struct scsiemu_smc_options smc = { .size = sizeof(smc), .unload = 2 };
	struct scsiemu_lu_config cf = { .size = sizeof(cf),
					.type = &scsiemu_smc,
					.options = &smc };
	struct library *b = *state;

	cf.state_len = scsiemu_lu_state_size(&cf);
	cf.state = malloc(cf.state_len);
	assert_null(scsiemu_lu_add(b->d.dev, 9, &cf));
	smc.unload = 0;
	smc.ndrives = 7; /* of none */
	assert_non_null(scsiemu_lu_add(b->d.dev, 9, &cf));
	free(cf.state);
}

#define WITH(fn) cmocka_unit_test_setup_teardown(fn, make, drop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(test_inquiry),
		WITH(test_addresses),
		WITH(test_capabilities),
		WITH(test_no_reach),
		cmocka_unit_test(test_other_layout),
		WITH(test_echo),
		WITH(test_logs),
		WITH(test_alerts),
		WITH(test_statistics),
		WITH(test_commands),
		WITH(test_reserved),
		cmocka_unit_test(test_scsi_2),
		WITH(test_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
