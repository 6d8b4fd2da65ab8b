/* SPDX-License-Identifier: BSD-2-Clause */
/* Devices in given memory: limits, look-up of LUNs, ports, pairs, identity. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/testdev.h"

static void test_init(void **state)
{
	struct scsiemu_limits l = { .size = sizeof(l), .lus = 3, .jobs = 2 };
	size_t size = scsiemu_device_size(&l);
	struct scsiemu_device *d = NULL;
	void *mem = malloc(size);

	(void)state;
	assert_non_null(mem);
	assert_int_equal(scsiemu_device_init(mem, size - 1, &l, &d),
			 SCSIEMU_ERR_SPACE);
	assert_null(d);
	assert_int_equal(scsiemu_device_init(mem, size, &l, &d), 0);
	assert_non_null(d);
	assert_int_equal(d->limits.lus, 3);
	assert_int_equal(d->limits.jobs, 2);
	assert_int_equal(d->limits.nexuses, 1);
	assert_int_equal(d->limits.itls, 4);
	assert_int_equal(d->limits.scratch, 512);
	assert_int_equal(d->limits.whole, 256);
	assert_int_equal(d->limits.job_scratch, 512);
	assert_int_equal(d->limits.cmd_size,
			 (sizeof(struct scsiemu_cmd) + 256 + 15) & ~15u);
	assert_int_equal(d->limits.pin_ms, 2000);
	assert_int_equal(d->limits.abort_ms, 2000);
	free(mem);
}

/* A shorter struct of an older program: what it does not know is default. */
static void test_older_limits(void **state)
{
	struct scsiemu_limits l = { .lus = 2, .nexuses = 7, .itls = 9 };

	(void)state;
	l.size = offsetof(struct scsiemu_limits, nexuses);
	assert_int_equal(scsiemu_device_size(&l),
			 scsiemu_device_size(&(struct scsiemu_limits){
				 .size = sizeof(l), .lus = 2 }));
	assert_int_equal(scsiemu_device_size(NULL),
			 scsiemu_device_size(&(struct scsiemu_limits){
				 .size = sizeof(l) }));
}

static void *alloc(void *ctx, size_t size)
{
	return *(bool *)ctx ? malloc(size) : NULL;
}

static void give_back(void *ctx, void *mem)
{
	(void)ctx;
	free(mem);
}

static void test_create(void **state)
{
	bool there = true;
	struct scsiemu_allocator a = { alloc, give_back, &there };
	struct scsiemu_device *d = scsiemu_device_create(NULL, &a);

	(void)state;
	assert_non_null(d);
	scsiemu_device_destroy(d, &a);
	there = false;
	assert_null(scsiemu_device_create(NULL, &a));
}

static void test_ports(void **state)
{
	struct scsiemu_limits l = { .size = sizeof(l), .ports = 2 };
	struct scsiemu_target_port p = { .id = 1 };
	struct drive d;

	(void)state;
	drive_make(&d, &l);
	assert_int_equal(scsiemu_port_add(d.dev, &p), 0);
	assert_int_equal(scsiemu_port_add(d.dev, &p), SCSIEMU_ERR_ARG);
	p.id = 0;
	assert_int_equal(scsiemu_port_add(d.dev, &p), SCSIEMU_ERR_ARG);
	p.id = 9;
	assert_int_equal(scsiemu_port_add(d.dev, &p), 0);
	p.id = 10;
	assert_int_equal(scsiemu_port_add(d.dev, &p), SCSIEMU_ERR_SPACE);
	drive_free(&d);
}

static struct scsiemu_lu *at(struct drive *d, unsigned b0, unsigned b1)
{
	const uint8_t lun[8] = { (uint8_t)b0, (uint8_t)b1 };

	return scsiemu_lu_find(d->dev, lun);
}

static const struct scsiemu_type bare = { .vendor = "V", .product = "P" };

static struct scsiemu_lu *add(struct drive *d, unsigned lun)
{
	struct scsiemu_lu_config cf = { .size = sizeof(cf), .type = &bare };

	return scsiemu_lu_add(d->dev, (uint16_t)lun, &cf);
}

static void test_addressing(void **state)
{
	struct scsiemu_limits l = { .size = sizeof(l), .lus = 4 };
	struct drive d;
	struct scsiemu_lu *absent, *lu[3];
	uint8_t lun[8] = { 0 };

	(void)state;
	drive_make(&d, &l);
	absent = at(&d, 0, 0);
	assert_true(absent->absent);
	lu[0] = add(&d, 0);
	lu[1] = add(&d, 255);
	lu[2] = add(&d, 0x3fff);
	assert_ptr_equal(at(&d, 0, 0), lu[0]);
	assert_ptr_equal(at(&d, 0x40, 0), lu[0]); /* flat */
	assert_ptr_equal(at(&d, 0, 255), lu[1]);
	assert_ptr_equal(at(&d, 0x40, 255), lu[1]);
	assert_ptr_equal(at(&d, 0x7f, 0xff), lu[2]);
	assert_ptr_equal(at(&d, 0x3f, 0xff), absent); /* another bus */
	assert_ptr_equal(at(&d, 1, 0), absent);
	assert_ptr_equal(at(&d, 0x80, 0), absent); /* logical unit form */
	assert_true(at(&d, 0xc1, 0x01)->wlun);
	assert_ptr_equal(at(&d, 0xc1, 0x02), absent);
	assert_ptr_equal(at(&d, 0xc0, 0x01), absent);
	assert_ptr_equal(scsiemu_lu_find_number(d.dev, 0), lu[0]);
	assert_ptr_equal(scsiemu_lu_find_number(d.dev, 0x3fff), lu[2]);
	assert_ptr_equal(scsiemu_lu_find_number(d.dev, 1), absent);
	assert_ptr_equal(scsiemu_lu_find_number(d.dev, 0x10000), absent);
	assert_ptr_equal(scsiemu_lu_find_number(d.dev, 0xc101), absent);
	for (unsigned i = 2; i < 8; i++) { /* no second level */
		lun[i] = 1;
		assert_ptr_equal(scsiemu_lu_find(d.dev, lun), absent);
		lun[i] = 0;
	}
	drive_free(&d);
}

static void test_add_refused(void **state)
{
	struct scsiemu_limits l = { .size = sizeof(l),
				    .lus = 2,
				    .lu_state = 8 };
	struct scsiemu_lu_config none = { .size = sizeof(none) };
	struct scsiemu_lu_config big = { .size = sizeof(big),
					 .type = &testdev_type };
	struct drive d;

	(void)state;
	drive_make(&d, &l);
	assert_null(scsiemu_lu_add(d.dev, 0, &none)); /* no type */
	assert_null(scsiemu_lu_add(d.dev, 0, &big));  /* no room for state */
	assert_null(add(&d, 0x4000));
	assert_non_null(add(&d, 0));
	assert_null(add(&d, 0)); /* in use */
	assert_non_null(add(&d, 1));
	assert_null(add(&d, 2)); /* no room */
	assert_int_equal(d.dev->nlus, 2);
	drive_free(&d);
}

/* 10,000 LUNs come, half go, others take their places; all are found. */
static void test_many(void **state)
{
	enum { N = 10000 };
	struct scsiemu_limits l = { .size = sizeof(l),
				    .lus = N,
				    .lu_state = 8 };
	struct drive d;
	struct scsiemu_lu **lu = calloc(0x4000, sizeof(lu[0]));

	(void)state;
	assert_non_null(lu);
	drive_make(&d, &l);
	for (unsigned i = 0; i < N; i++) {
		unsigned lun = i * 7919 % 16384; /* each at most once */

		lu[lun] = add(&d, lun);
		assert_non_null(lu[lun]);
	}
	for (unsigned lun = 0; lun < 0x4000; lun += 2)
		if (lu[lun]) {
			scsiemu_lu_remove(lu[lun]);
			lu[lun] = NULL;
		}
	for (unsigned lun = 0; lun < 0x4000 && d.dev->nlus < N; lun += 3)
		if (!lu[lun])
			lu[lun] = add(&d, lun);
	for (unsigned lun = 0; lun < 0x4000; lun++) {
		struct scsiemu_lu *found = at(&d, 0x40 | lun >> 8, lun & 255);

		assert_ptr_equal(found, lu[lun] ? lu[lun] : &d.dev->absent);
		if (lu[lun])
			assert_int_equal(scsiemu_lu_lun(found), lun);
	}
	for (uint32_t i = 1; i < d.dev->nlus; i++)
		assert_true(d.dev->lus[i - 1]->lun < d.dev->lus[i]->lun);
	free(lu);
	drive_free(&d);
}

static const struct scsiemu_nexus_config stranger = { .size = sizeof(
							      stranger) };

/* Room for more pairs is made as often as it is asked for; what was there is
 * found again. */
static void test_reserve(void **state)
{
	enum { N = 100 };
	struct scsiemu_limits l = {
		.size = sizeof(l), .lus = N, .lu_state = 8, .itls = 2
	};
	bool there = true;
	struct scsiemu_allocator a = { alloc, give_back, &there };
	struct drive d = { .dev = scsiemu_device_create(&l, &a) };
	struct semu_itl *pair[N];
	struct scsiemu_nexus *n;

	(void)state;
	assert_non_null(d.dev);
	n = scsiemu_nexus_attach(d.dev, &stranger);
	for (unsigned i = 0; i < N; i++) {
		assert_int_equal(scsiemu_device_reserve(d.dev, 2), 0);
		assert_true(scsiemu_device_itl_free(d.dev) >= 2);
		pair[i] = semu_itl_get(add(&d, i), n);
		assert_non_null(pair[i]);
	}
	for (unsigned i = 0; i < N; i++)
		assert_ptr_equal(semu_itl_get(at(&d, 0, i), n), pair[i]);
	there = false;
	assert_int_equal(scsiemu_device_reserve(d.dev, 1000),
			 SCSIEMU_ERR_SPACE);
	there = true;
	assert_int_equal(scsiemu_device_reserve(d.dev, 1000), 0);
	assert_true(scsiemu_device_itl_free(d.dev) >= 1000);
	scsiemu_device_destroy(d.dev, &a);
	drive_make(&d, &l); /* its memory is the test's: nothing to take from */
	assert_int_equal(scsiemu_device_reserve(d.dev, 2), 0);
	assert_int_equal(scsiemu_device_reserve(d.dev, 3), SCSIEMU_ERR_SPACE);
	drive_free(&d);
}

static void test_identity(void **state)
{
	struct scsiemu_limits l = { .size = sizeof(l), .lus = 4 };
	struct scsiemu_lu_config cf = {
		.size = sizeof(cf),
		.type = &bare,
		.vendor = "LONGVENDOR",
		.product = "",
		.revision = "1",
		.naa = 77,
		.serial = "0123456789012345678901234567890123456789"
	};
	struct drive d;
	struct scsiemu_lu *a, *b, *c;

	(void)state;
	drive_make(&d, &l);
	a = add(&d, 0);
	assert_memory_equal(a->vendor, "V       ", 8);
	assert_memory_equal(a->product, "P               ", 16);
	assert_memory_equal(a->revision, "0001", 4);
	assert_int_equal(a->serial_len, 8);
	assert_memory_equal(a->serial, "SEMU0000", 8);
	assert_int_equal(a->naa >> 60, 3);
	assert_int_equal(a->version, 6);
	b = add(&d, 0x3abc);
	assert_memory_equal(b->serial, "SEMU3ABC", 8);
	assert_true(a->naa != b->naa);
	c = scsiemu_lu_add(d.dev, 5, &cf);
	assert_memory_equal(c->vendor, "LONGVEND", 8);
	assert_memory_equal(c->product, "                ", 16);
	assert_memory_equal(c->revision, "1   ", 4);
	assert_int_equal(c->serial_len, 32);
	assert_int_equal(c->naa, 77);
	assert_ptr_equal(scsiemu_lu_device(c), d.dev);
	assert_int_equal(scsiemu_lu_restore(c, SCSIEMU_NV_MODE, "", 0),
			 SCSIEMU_ERR_ARG);
	drive_free(&d);
}

/* What a medium that comes makes possible. */
static void test_able(void **state)
{
	struct scsiemu_limits l = { .size = sizeof(l),
				    .lus = 2,
				    .scratch = 1024 };
	struct scsiemu_lu_config cf = { .size = sizeof(cf),
					.type = &bare,
					.removable = true,
					.can_save = true };
	struct scsiemu_medium m = { .able = SCSIEMU_CAN_FLUSH,
				    .blen = 512,
				    .thin = true };
	struct drive d;
	struct scsiemu_lu *lu;
	const uint32_t always = SCSIEMU_NEED_REMOVABLE | SCSIEMU_NEED_SAVE |
				SCSIEMU_NEED_PR | SCSIEMU_NEED_MEDIUM;

	(void)state;
	drive_make(&d, &l);
	lu = scsiemu_lu_add(d.dev, 0, &cf);
	assert_int_equal(lu->able, always);
	scsiemu_lu_load(lu, &m, false);
	assert_int_equal(lu->able,
			 always | SCSIEMU_CAN_FLUSH | SCSIEMU_NEED_THIN |
				 SCSIEMU_NEED_BLOCK | SCSIEMU_NEED_2BLOCK);
	m.blen = 1024;
	m.thin = false;
	scsiemu_lu_changed(lu);
	assert_int_equal(lu->able,
			 always | SCSIEMU_CAN_FLUSH | SCSIEMU_NEED_BLOCK);
	m.blen = 2048;
	scsiemu_lu_changed(lu);
	assert_int_equal(lu->able, always | SCSIEMU_CAN_FLUSH);
	scsiemu_lu_load(lu, NULL, false);
	assert_int_equal(lu->able, always);
	assert_ptr_equal(scsiemu_lu_ejected(lu), &m);
	assert_null(scsiemu_lu_medium(lu));
	scsiemu_lu_load(lu, &m, false);
	assert_null(scsiemu_lu_ejected(lu));
	drive_free(&d);
}

static void test_cdb_length(void **state)
{
	static const uint8_t by_group[8] = { 6, 10, 10, 0, 16, 12, 0, 0 };
	uint8_t cdb[260] = { 0 };

	(void)state;
	assert_int_equal(scsiemu_cdb_length(cdb, 0), 0);
	for (unsigned op = 0; op < 256; op++) {
		unsigned n = by_group[op >> 5];

		cdb[0] = (uint8_t)op;
		if (op == 0x7f)
			continue;
		assert_int_equal(scsiemu_cdb_length(cdb, 16), n);
		if (n) {
			assert_int_equal(scsiemu_cdb_length(cdb, n), n);
			assert_int_equal(scsiemu_cdb_length(cdb, n - 1), 0);
		}
	}
	cdb[0] = 0x7f;
	cdb[7] = 192;
	assert_int_equal(scsiemu_cdb_length(cdb, 7), 0);
	assert_int_equal(scsiemu_cdb_length(cdb, 8), 0);
	assert_int_equal(scsiemu_cdb_length(cdb, 199), 0);
	assert_int_equal(scsiemu_cdb_length(cdb, 200), 200);
	cdb[7] = 252;
	assert_int_equal(scsiemu_cdb_length(cdb, 260), 260);
	cdb[7] = 0;
	assert_int_equal(scsiemu_cdb_length(cdb, 8), 8);
}

static void test_residual(void **state)
{
	(void)state;
	assert_int_equal(scsiemu_resid(512, 512, 512), 0);
	assert_int_equal(scsiemu_resid(1024, 512, 512), 512);
	assert_int_equal(scsiemu_resid(1024, 512, 100), 924);
	assert_int_equal(scsiemu_resid(100, 512, 100), -412);
	assert_int_equal(scsiemu_resid(0, 512, 0), -512);
	assert_int_equal(scsiemu_resid(SCSIEMU_UNKNOWN, 512, 512), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_init),
		cmocka_unit_test(test_older_limits),
		cmocka_unit_test(test_create),
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_addressing),
		cmocka_unit_test(test_add_refused),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_reserve),
		cmocka_unit_test(test_identity),
		cmocka_unit_test(test_able),
		cmocka_unit_test(test_cdb_length),
		cmocka_unit_test(test_residual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
