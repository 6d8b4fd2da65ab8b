/* SPDX-License-Identifier: BSD-2-Clause */
/* LOG SENSE: lists of pages, pages, parameter pointer; what is counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <scsiemu/log.h>

#include "support/disk.h"

enum { BLEN = 512, LONG = BLEN + 8, CUMULATIVE = 0x40 };

#define BYTES(...) ((const uint8_t[]){ __VA_ARGS__ })

static void space(void *s, uint64_t *in_use, uint64_t *left)
{
	(void)s;
	*in_use = 48;
	*left = 16;
}

static const struct scsiemu_block_ops ops = { .size = sizeof(ops),
					      .space = space };

static int setup(void **state)
{
	static const struct disk_options o = {
		.logs = true,
		.log_clients = 2,
		.thin = true,
		.ports = 3,
		.jobs = 1,
		.sbc = { .defects = 8,
			 .scan = true,
			 .selftests = true,
			 .thresholds = true,
			 .threshold_exponent = 1 },
	};
	struct disk *b = malloc(sizeof(*b));

	assert_non_null(b);
	disk_make(b, &o);
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	disk_free(*state);
	free(*state);
	return 0;
}

static void sense(struct disk *b, uint8_t page, uint8_t sub, uint16_t from)
{
	const uint8_t cdb[10] = { 0x4d,		 0,    CUMULATIVE | page,
				  sub,		 0,    (uint8_t)(from >> 8),
				  (uint8_t)from, 0xff, 0xff };

	drive_run(&b->d, b->lu, cdb, 10, NULL, 0, 65536);
}

/* The page is exactly this. */
#define IS(b, page, sub, ...)                                                  \
	do {                                                                   \
		sense(b, page, sub, 0);                                        \
		drive_data(&(b)->d, BYTES(__VA_ARGS__),                        \
			   sizeof(BYTES(__VA_ARGS__)));                        \
	} while (0)

#define ZERO4 0, 0, 0, 0

static void lists(void **state)
{
	static const struct scsiemu_target_port port = { .id = 7,
							 .protocol = 6 };
	struct disk *b = *state;

	IS(b, 0x00, 0, 0x00, 0, 0, 13, 0, 2, 3, 5, 6, 0x0d, 0x0e, 0x0f, 0x10,
	   0x11, 0x15, 0x19, 0x2f);
	assert_int_equal(scsiemu_port_add(b->d.dev, &port), 0);
	b->k.m.ops = &ops;
	IS(b, 0x00, 0, 0x00, 0, 0, 15, 0, 2, 3, 5, 6, 0x0c, 0x0d, 0x0e, 0x0f,
	   0x10, 0x11, 0x15, 0x18, 0x19, 0x2f);
	b->k.m.ops = NULL;
	IS(b, 0x00, 0xff, 0x40, 0xff, 0, 62, 0, 0, 0, 0xff, 2, 0, 2, 0xff, 3, 0,
	   3, 0xff, 5, 0, 5, 0xff, 6, 0, 6, 0xff, 0x0d, 0, 0x0d, 1, 0x0d, 0xff,
	   0x0e, 0, 0x0e, 0xff, 0x0f, 0, 0x0f, 0xff, 0x10, 0, 0x10, 0xff, 0x11,
	   0, 0x11, 0xff, 0x15, 0, 0x15, 1, 0x15, 2, 0x15, 0xff, 0x18, 0, 0x18,
	   0xff, 0x19, 0, 0x19, 0xff, 0x2f, 0, 0x2f, 0xff);
	IS(b, 0x15, 0xff, 0x55, 0xff, 0, 8, 0x15, 0, 0x15, 1, 0x15, 2, 0x15,
	   0xff);
	IS(b, 0x2f, 0xff, 0x6f, 0xff, 0, 4, 0x2f, 0, 0x2f, 0xff);
}

static void wrong(void **state)
{
	struct disk *b = *state;

	sense(b, 0x01, 0, 0);
	drive_cdb(&b->d, 2, 5);
	sense(b, 0x0c, 0, 0); /* the store does not say */
	drive_cdb(&b->d, 2, 5);
	sense(b, 0x18, 0, 0); /* no target port */
	drive_cdb(&b->d, 2, 5);
	sense(b, 0x01, 0xff, 0);
	drive_cdb(&b->d, 2, 5);
	sense(b, 0x15, 3, 0);
	drive_cdb(&b->d, 3, SCSIEMU_NO_BIT);
	sense(b, 0x00, 1, 0);
	drive_cdb(&b->d, 3, SCSIEMU_NO_BIT);
	sense(b, 0x02, 0, 7);
	drive_cdb(&b->d, 5, SCSIEMU_NO_BIT);
	sense(b, 0x00, 0, 1);
	drive_cdb(&b->d, 5, SCSIEMU_NO_BIT);
	sense(b, 0x00, 0xff, 1);
	drive_cdb(&b->d, 5, SCSIEMU_NO_BIT);
	/* SP is not offered, PPC was something once */
	drive_in(&b->d, b->lu, BYTES(0x4d, 1, 0x42, 0, 0, 0, 0, 0, 255, 0), 10);
	drive_cdb(&b->d, 1, 0);
	drive_in(&b->d, b->lu, BYTES(0x4d, 2, 0x42, 0, 0, 0, 0, 0, 255, 0), 10);
	drive_good(&b->d);
}

static void without(void **state)
{
	struct disk b;
	uint64_t v;

	(void)state;
	disk_make(&b, NULL);
	sense(&b, 0, 0, 0);
	drive_check(&b.d, 5, 0x2000);
	drive_run(&b.d, b.lu, BYTES(0x4c, 0, 0, 0, 0, 0, 0, 0, 0, 0), 10, NULL,
		  0, 0);
	drive_check(&b.d, 5, 0x2000);
	assert_int_equal(scsiemu_log_set(b.lu, SCSIEMU_LOG_SPENT, 1),
			 SCSIEMU_ERR_ARG);
	assert_int_equal(scsiemu_log_add(b.lu, SCSIEMU_LOG_SPENT, 1),
			 SCSIEMU_ERR_ARG);
	assert_int_equal(scsiemu_log_get(b.lu, SCSIEMU_LOG_SPENT, &v),
			 SCSIEMU_ERR_ARG);
	disk_free(&b);
	/* it turns, and has none of the other parts */
	disk_make(&b, &(struct disk_options){ .logs = true, .rpm = 7200 });
	IS(&b, 0x00, 0, 0x00, 0, 0, 9, 0, 2, 3, 5, 6, 0x0d, 0x0e, 0x19, 0x2f);
	disk_free(&b);
}

/* Old disks: mode page 1Ch came later, exceptions are there all the same. */
static void old(void **state)
{
	static const uint8_t request[6] = { 0x03, [4] = 18 };

	(void)state;
	for (uint8_t version = 1; version < 5; version++) {
		struct disk_options o = { .logs = true, .version = version };
		struct disk b;

		disk_make(&b, &o);
		assert_int_equal(scsiemu_log_exception(b.lu, 0x5d10), 0);
		drive_in(&b.d, b.lu, request, 6);
		drive_good(&b.d);
		sense(&b, 0x2f, 0, 0);
		if (version == 1)
			drive_check(&b.d, 5, 0x2000);
		else
			drive_good(&b.d);
		disk_free(&b);
	}
}

/* From a code on; a cut reply. */
static void pointer(void **state)
{
	static const uint8_t want[24] = { 0x02, 0, 0,	     20,       0, 5,
					  0,	8, [14] = 2, [17] = 6, 0, 4 };
	struct disk *b = *state;

	disk_run(b, SCSIEMU_OP_WRITE_10, 0, 0, 1, b->k.bytes, BLEN, 0);
	drive_good(&b->d);
	sense(b, 0x02, 0, 5);
	drive_data(&b->d, want, 24);
	for (uint8_t n = 0; n < 28; n++) {
		drive_run(&b->d, b->lu,
			  BYTES(0x4d, 0, 0x42, 0, 0, 0, 5, 0, n, 0), 10, NULL,
			  0, 28);
		drive_data(&b->d, want, n < 24 ? n : 24);
	}
}

static uint64_t value(struct disk *b, unsigned which)
{
	uint64_t v = 0;

	assert_int_equal(scsiemu_log_get(b->lu, (enum scsiemu_log)which, &v),
			 0);
	return v;
}

static int no_read(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)d;
	*bytes = 0;
	c->info = 3;
	return SCSIEMU_E_READ;
}

static int no_write(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)d;
	(void)c;
	*bytes = 0;
	return SCSIEMU_E_WRITE;
}

static int broken(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)d;
	(void)c;
	*bytes = 0;
	return SCSIEMU_E_HARDWARE;
}

static void errors(void **state)
{
	struct disk *b = *state;

	b->d.hook = no_read;
	disk_run(b, SCSIEMU_OP_READ_10, 0, 0, 4, NULL, 0, 4 * BLEN);
	drive_check(&b->d, 3, 0x1100);
	disk_run(b, SCSIEMU_OP_VERIFY_10, 0, 0, 4, NULL, 0, 0);
	drive_check(&b->d, 3, 0x1100);
	disk_run(b, SCSIEMU_OP_VERIFY_10, 0, 0, 4, NULL, 0, 0);
	b->d.hook = no_write;
	disk_run(b, SCSIEMU_OP_WRITE_10, 0, 0, 4, b->k.bytes, 4 * BLEN, 0);
	drive_check(&b->d, 3, 0x0c00);
	b->d.hook = broken;
	disk_run(b, SCSIEMU_OP_READ_10, 0, 0, 4, NULL, 0, 4 * BLEN);
	drive_check(&b->d, 4, 0x4400);
	b->d.hook = NULL;
	/* no error of the disk */
	disk_run(b, SCSIEMU_OP_READ_10, 0, 64, 1, NULL, 0, BLEN);
	drive_check(&b->d, 5, 0x2100);
	assert_int_equal(value(b, SCSIEMU_LOG_READ_UNCORRECTED), 1);
	assert_int_equal(value(b, SCSIEMU_LOG_VERIFY_UNCORRECTED), 2);
	assert_int_equal(value(b, SCSIEMU_LOG_WRITE_UNCORRECTED), 1);
	assert_int_equal(value(b, SCSIEMU_LOG_READ_BYTES), 0);
	IS(b, 0x06, 0, 0x06, 0, 0, 8, 0, 0, 0, 4, 0, 0, 0, 1);
	sense(b, 0x03, 0, 6);
	drive_data(&b->d, BYTES(0x03, 0, 0, 8, 0, 6, 0, 4, 0, 0, 0, 1), 12);
	disk_run(b, SCSIEMU_OP_VERIFY_10, 0, 0, 4, NULL, 0, 0);
	disk_run(b, SCSIEMU_OP_WRITE_AND_VERIFY_10, 0, 0, 2, b->k.bytes,
		 2 * BLEN, 0);
	drive_good(&b->d);
	assert_int_equal(value(b, SCSIEMU_LOG_VERIFY_BYTES), 6 * BLEN);
	assert_int_equal(value(b, SCSIEMU_LOG_WRITE_BYTES), 2 * BLEN);
}

/* The same, whole pages: errors of reading, and a counter at its end. */
static void counters(void **state)
{
	struct disk *b = *state;

	assert_int_equal(
		scsiemu_log_set(b->lu, SCSIEMU_LOG_READ_FAST, 0xfffffffe), 0);
	assert_int_equal(scsiemu_log_add(b->lu, SCSIEMU_LOG_READ_FAST, 5), 0);
	assert_int_equal(scsiemu_log_add(b->lu, SCSIEMU_LOG_READ_ALGORITHM, 9),
			 0);
	assert_int_equal(
		scsiemu_log_set(b->lu, SCSIEMU_LOG_READ_FAST, 1ull << 32),
		SCSIEMU_ERR_ARG);
	assert_int_equal(scsiemu_log_set(b->lu, SCSIEMU_LOG_COUNT, 0),
			 SCSIEMU_ERR_ARG);
	disk_run(b, SCSIEMU_OP_READ_10, 0, 0, 4, NULL, 0, 4 * BLEN);
	IS(b, 0x03, 0, 0x03, 0, 0, 60, 0, 0, 0x80, 4, 0xff, 0xff, 0xff, 0xff, 0,
	   1, 0, 4, ZERO4, 0, 2, 0, 4, ZERO4, 0, 3, 0, 4, ZERO4, 0, 4, 0, 4, 0,
	   0, 0, 9, 0, 5, 0, 8, ZERO4, 0, 0, 8, 0, 0, 6, 0, 4, ZERO4);
	/* thresholds, defaults */
	drive_in(&b->d, b->lu, BYTES(0x4d, 0, 0x03, 0, 0, 0, 0, 0, 12, 0), 10);
	drive_data(&b->d, BYTES(0x03, 0, 0, 60, 0, 0, 0x80, 4, ZERO4), 12);
	drive_in(&b->d, b->lu, BYTES(0x4d, 0, 0xc3, 0, 0, 0, 0, 0, 12, 0), 10);
	drive_data(&b->d, BYTES(0x03, 0, 0, 60, 0, 0, 0x80, 4, ZERO4), 12);
}

static void environment(void **state)
{
	struct disk *b = *state;

	IS(b, 0x0d, 1, 0x8d | 0x40, 1, 0, 12, 0, 0, 3, 8, 0, 0x80, 0x80, 0x80,
	   0x80, 0x80, 0x80, 0x80);
	scsiemu_log_set(b->lu, SCSIEMU_LOG_TEMPERATURE, 31);
	scsiemu_log_set(b->lu, SCSIEMU_LOG_TEMPERATURE, 20);
	scsiemu_log_set(b->lu, SCSIEMU_LOG_TEMPERATURE, 25);
	IS(b, 0x0d, 1, 0x8d | 0x40, 1, 0, 12, 0, 0, 3, 8, 0, 25, 0x80, 0x80, 31,
	   20, 0x80, 0x80);
	scsiemu_log_set(b->lu, SCSIEMU_LOG_TEMPERATURE, 200);
	IS(b, 0x0d, 1, 0x8d | 0x40, 1, 0, 12, 0, 0, 3, 8, 0, 127, 0x80, 0x80,
	   127, 20, 0x80, 0x80);
	scsiemu_log_set(b->lu, SCSIEMU_LOG_TEMPERATURE, 255);
	IS(b, 0x0d, 1, 0x8d | 0x40, 1, 0, 12, 0, 0, 3, 8, 0, 0x80, 0x80, 0x80,
	   127, 20, 0x80, 0x80);
}

static void embedder(void **state)
{
	struct disk *b = *state;

	IS(b, 0x0d, 0, 0x0d, 0, 0, 12, 0, 0, 3, 2, 0, 0xff, 0, 1, 3, 2, 0,
	   0xff);
	IS(b, 0x2f, 0, 0xaf, 0, 0, 8, 0, 0, 3, 4, 0, 0, 0xff, 0xff);
	scsiemu_log_set(b->lu, SCSIEMU_LOG_TEMPERATURE, 31);
	scsiemu_log_set(b->lu, SCSIEMU_LOG_TEMPERATURE_MAX, 65);
	scsiemu_log_set(b->lu, SCSIEMU_LOG_SPENT, 4);
	scsiemu_log_set(b->lu, SCSIEMU_LOG_MANUFACTURED, 0x323032363438);
	scsiemu_log_set(b->lu, SCSIEMU_LOG_CYCLES_SPECIFIED, 50000);
	scsiemu_log_set(b->lu, SCSIEMU_LOG_LOADS, 3);
	IS(b, 0x0d, 0, 0x0d, 0, 0, 12, 0, 0, 3, 2, 0, 31, 0, 1, 3, 2, 0, 65);
	IS(b, 0x2f, 0, 0xaf, 0, 0, 8, 0, 0, 3, 4, 0, 0, 31, 65);
	IS(b, 0x11, 0, 0x11, 0, 0, 8, 0, 1, 3, 4, 0, 0, 0, 4);
	/* it is stopped and started */
	disk_run(b, SCSIEMU_OP_START_STOP_UNIT, 0, 0, 0, NULL, 0, 0);
	drive_good(&b->d);
	disk_run(b, SCSIEMU_OP_START_STOP_UNIT, 0, 0, 1, NULL, 0, 0);
	disk_run(b, SCSIEMU_OP_START_STOP_UNIT, 0, 0, 1, NULL, 0, 0);
	drive_good(&b->d);
	IS(b, 0x0e, 0, 0x0e, 0, 0, 52, 0, 1, 1, 6, '2', '0', '2', '6', '4', '8',
	   0, 2, 1, 6, ' ', ' ', ' ', ' ', ' ', ' ', 0, 3, 3, 4, 0, 0, 0xc3,
	   0x50, 0, 4, 3, 4, 0, 0, 0, 1, 0, 5, 3, 4, ZERO4, 0, 6, 3, 4, 0, 0, 0,
	   3);
}

static void nv_cache(void **state)
{
	struct disk *b = *state;

	sense(b, 0x17, 0, 0);
	drive_cdb(&b->d, 2, 5);
	assert_int_equal(
		scsiemu_log_set(b->lu, SCSIEMU_LOG_NV_CACHE_MAX, 0x1000000),
		SCSIEMU_ERR_ARG);
	assert_int_equal(
		scsiemu_log_set(b->lu, SCSIEMU_LOG_NV_CACHE_MAX, 0xffffff), 0);
	IS(b, 0x17, 0, 0x97, 0, 0, 16, 0, 0, 3, 4, 3, 0, 0, 0, 0, 1, 3, 4, 3,
	   0xff, 0xff, 0xff);
	scsiemu_log_set(b->lu, SCSIEMU_LOG_NV_CACHE, 0x010203);
	IS(b, 0x17, 0, 0x97, 0, 0, 16, 0, 0, 3, 4, 3, 1, 2, 3, 0, 1, 3, 4, 3,
	   0xff, 0xff, 0xff);
}

static void mark(struct disk *b, unsigned lba)
{
	const uint8_t cdb[10] = { SCSIEMU_OP_WRITE_LONG_10,
				  0x40, [4] = (uint8_t)(lba >> 8),
				  (uint8_t)lba };

	drive_run(&b->d, b->lu, cdb, 10, NULL, 0, 0);
	drive_good(&b->d);
}

static void parts(void **state)
{
	static const struct scsiemu_target_port iscsi = { .id = 1,
							  .protocol = 5 };
	static const struct scsiemu_target_port lower = { .id = 2,
							  .protocol = 6 };
	static const struct scsiemu_target_port port = { .id = 7,
							 .protocol = 6 };
	struct disk *b = *state;

	b->k.m.ops = &ops;
	IS(b, 0x0c, 0, 0x8c, 0, 0, 36, 0, 1, 3, 8, 0, 0, 0, 8, 1, 0, 0, 0, 0, 2,
	   3, 8, 0, 0, 0, 24, 1, 0, 0, 0, 0, 3, 3, 8, 0, 25, 0, 0, 1, 0, 0, 0);
	scsiemu_port_add(b->d.dev, &iscsi);
	sense(b, 0x18, 0, 0);
	drive_cdb(&b->d, 2, 5);
	scsiemu_port_add(b->d.dev, &port);
	scsiemu_port_add(b->d.dev, &lower);
	IS(b, 0x18, 0, 0x98, 0, 0, 16, 0, 2, 3, 4, 6, 0, 0, 0, 0, 7, 3, 4, 6, 0,
	   0, 0);
	IS(b, 0x15, 1, 0xd5, 1, 0, 8, 0, 0, 3, 4, ZERO4);
	mark(b, 9);
	scsiemu_device_tick(b->d.dev, 2 * 3600000);
	IS(b, 0x15, 1, 0xd5, 1, 0, 24, 0, 0, 3, 4, 0, 0, 0, 1, 0, 1, 3, 12, 0,
	   0, 0, 2, ZERO4, 0, 0, 0, 9);
}

/* Blocks on the list of defects that can be read are not among them; their
 * codes have no gaps. */
static void pending(void **state)
{
	static const uint8_t reassign[6] = { SCSIEMU_OP_REASSIGN_BLOCKS };
	struct disk *b = *state;

	drive_run(&b->d, b->lu, reassign, 6,
		  BYTES(0, 0, 0, 8, 0, 0, 0, 4, 0, 0, 0, 12), 12, 0);
	drive_good(&b->d);
	IS(b, 0x15, 1, 0xd5, 1, 0, 8, 0, 0, 3, 4, ZERO4);
	sense(b, 0x15, 1, 1);
	drive_cdb(&b->d, 5, SCSIEMU_NO_BIT);
	mark(b, 20);
	mark(b, 2);
	mark(b, 9);
	IS(b, 0x15, 1, 0xd5, 1, 0, 56, 0, 0, 3, 4, 0, 0, 0, 3, 0, 1, 3, 12,
	   ZERO4, ZERO4, 0, 0, 0, 2, 0, 2, 3, 12, ZERO4, ZERO4, 0, 0, 0, 9, 0,
	   3, 3, 12, ZERO4, ZERO4, 0, 0, 0, 20);
	sense(b, 0x15, 1, 3);
	drive_data(
		&b->d,
		BYTES(0xd5, 1, 0, 16, 0, 3, 3, 12, ZERO4, ZERO4, 0, 0, 0, 20),
		20);
	sense(b, 0x15, 1, 4);
	drive_cdb(&b->d, 5, SCSIEMU_NO_BIT);
}

/* The list of defects is longer than the driver's nv. */
static int forgets(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)d, (void)bytes;
	return c->verb == SCSIEMU_V_NV_SAVE ? SCSIEMU_OK : DRIVE_USUAL;
}

/* More parameters than PAGE LENGTH can count: the rest comes from the parameter
 * pointer on. */
static void full(void **state)
{
	enum { MANY = 4096, FIT = 4080 };
	const struct disk_options o = { .logs = true,
					.nblk = MANY,
					.sbc = { .defects = MANY } };
	const uint8_t *p;
	struct disk b;

	(void)state;
	disk_make(&b, &o);
	b.d.hook = forgets;
	for (unsigned i = 0; i < MANY; i++)
		mark(&b, i);
	sense(&b, 0x15, 1, 0);
	drive_good(&b.d);
	p = b.d.t.in;
	assert_int_equal(p[2] << 8 | p[3], 8 + 16 * FIT);
	assert_int_equal(b.d.t.c.in_done, 4 + 8 + 16 * FIT);
	assert_memory_equal(p + 4, BYTES(0, 0, 3, 4, 0, 0, 0x10, 0), 8);
	sense(&b, 0x15, 1, FIT + 1);
	drive_good(&b.d);
	assert_int_equal(b.d.t.c.in_done, 4 + 16 * (MANY - FIT));
	assert_memory_equal(b.d.t.in + 4, BYTES(0x0f, 0xf1, 3, 12), 4);
	disk_free(&b);
}

/* Block 13h cannot be read. */
static int bad_block(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)d;
	if (c->verb != SCSIEMU_V_VERIFY || c->addr > 0x13)
		return DRIVE_USUAL;
	*bytes = 0;
	c->info = 0x13;
	return SCSIEMU_E_READ;
}

static void scan(void **state)
{
	static const uint8_t start[16] = { 0x9e, 0x15, 0x40 };
	static const uint8_t want[40] = { 0x95, 0, 0, 40 - 4, 0,    0,	 3, 12,
					  0,	0, 0, 2,      0,    8,	 0, 1,
					  0,	0, 0, 1,      0,    1,	 3, 20,
					  0,	0, 0, 2,      0x13, 0x11 };
	struct disk *b = *state;

	IS(b, 0x15, 2, 0xd5, 2, 0, 8, 0, 0, 3, 4, 1, 0, 0, 0);
	drive_run(&b->d, b->lu, start, 16, NULL, 0, 0);
	drive_good(&b->d);
	b->d.hook = bad_block;
	for (uint64_t ms = 120000; ms < 130000; ms += 500) {
		scsiemu_device_tick(b->d.dev, ms);
		drive_ready(&b->d);
	}
	b->d.hook = NULL;
	sense(b, 0x15, 0, 0);
	drive_good(&b->d);
	assert_int_equal(b->d.t.c.in_done, 44);
	assert_memory_equal(b->d.t.in, want, 3);
	assert_memory_equal(b->d.t.in + 4, want + 4, 26);
	assert_int_equal(b->d.t.in[43], 0x13);
}

static void selftests(void **state)
{
	uint8_t want[404] = { 0x90, 0, 0x01, 0x90 };
	struct disk *b = *state;

	for (uint8_t i = 0; i < 20; i++) {
		want[4 + 20 * i + 1] = (uint8_t)(i + 1);
		want[4 + 20 * i + 2] = 3;
		want[4 + 20 * i + 3] = 16;
	}
	sense(b, 0x10, 0, 0);
	drive_data(&b->d, want, 404);
	drive_run(&b->d, b->lu, BYTES(0x1d, 0xa0, 0, 0, 0, 0), 6, NULL, 0, 0);
	drive_good(&b->d);
	want[8] = 0xa0;
	memset(want + 12, 0xff, 8);
	sense(b, 0x10, 0, 0);
	drive_data(&b->d, want, 404);
}

#define ZERO8 ZERO4, ZERO4

static void statistics(void **state)
{
	struct disk *b = *state;
	struct drive_task *t = &b->d.t;

	scsiemu_device_tick(b->d.dev, 100); /* idle since the beginning */
	disk_run(b, SCSIEMU_OP_WRITE_10, 0x08, 0, 3, b->k.bytes, 3 * BLEN, 0);
	drive_start(&b->d, t, b->lu, BYTES(0x28, 0x08, 0, 0, 0, 0, 0, 0, 2, 0),
		    10, NULL, 0, 2 * BLEN);
	scsiemu_device_tick(b->d.dev, 107);
	drive_go(t);
	drive_end(t);
	disk_run(b, SCSIEMU_OP_READ_6, 0, 0, 1, NULL, 0, BLEN);
	drive_good(&b->d);
	IS(b, 0x19, 0, 0x19, 0, 0, 160, 0, 1, 3, 64, ZERO4, 0, 0, 0, 2, ZERO4,
	   0, 0, 0, 1, ZERO4, 0, 0, 0, 3, ZERO4, 0, 0, 0, 3, ZERO4, 0, 0, 0, 7,
	   ZERO8, ZERO4, 0, 0, 0, 7, ZERO4, 0, 0, 0, 7, 0, 2, 3, 8, ZERO4, 0, 0,
	   0, 100, 0, 3, 3, 8, 0, 0, 0, 3, 0, 0, 0, 1, 0, 4, 3, 64, ZERO4, 0, 0,
	   0, 1, ZERO4, 0, 0, 0, 1, ZERO8, ZERO8, ZERO4, 0, 0, 0, 7, ZERO8,
	   ZERO8, ZERO8);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lists),
		TEST(wrong),
		TEST(pointer),
		TEST(errors),
		TEST(counters),
		TEST(embedder),
		TEST(nv_cache),
		TEST(environment),
		TEST(parts),
		TEST(scan),
		TEST(selftests),
		TEST(statistics),
		cmocka_unit_test(full),
		TEST(pending),
		cmocka_unit_test(without),
		cmocka_unit_test(old),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
