/* SPDX-License-Identifier: BSD-2-Clause */
/* Tapes and changers in a virtual machine. */
#define _GNU_SOURCE
#include "tape_kit.h"
#include "vhost_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { MIB = 1 << 20, SLOT = 4096, DRIVE = 512 };
static uint8_t big[MIB];

static void no_data(const uint8_t *lun, const void *cdb, unsigned len)
{
	struct request r = put_request(lun, cdb, len, NULL, 0, 0);

	expect(ended(&r, 108), VIRTIO_OK, SCSIEMU_GOOD, 0);
}

/* Power on was told; a cartridge is there. */
static void make_tape(bool packed)
{
	static const uint8_t tur[6];
	struct request r;

	make_of("tape:mem,size=16M", packed, 0, false);
	r = put_request(lun0, tur, 6, NULL, 0, 0);
	expect(ended(&r, 108), VIRTIO_OK, SCSIEMU_CHECK_CONDITION, 0);
}

static void write_record(const uint8_t *lun, const void *p, uint32_t len)
{
	struct request r = put_request(lun, record(TAPE_WRITE, len), 6, p, len,
				       0);

	expect(ended(&r, 108), VIRTIO_OK, SCSIEMU_GOOD, 0);
}

/* A record of `is` bytes into a buffer for `asked`. */
static void read_record(const uint8_t *lun, const uint8_t *p, uint32_t asked,
			uint32_t is)
{
	uint32_t n = is < asked ? is : asked;
	struct request r = put_request(lun, record(TAPE_READ, asked), 6, NULL,
				       0, asked);
	const uint8_t *rsp = ended(&r, 108 + n);

	expect(rsp, VIRTIO_OK,
	       is == asked ? SCSIEMU_GOOD : SCSIEMU_CHECK_CONDITION, asked - n);
	if (is != asked)
		met(rsp + RSP_SENSE_AT, TAPE_ILI, (int32_t)asked - (int32_t)is,
		    0);
	assert_memory_equal(sim.mem + r.in, p, n);
	if (n < asked)
		assert_int_equal(sim.mem[r.in + n], 0xee);
}

static void read_filemark(const uint8_t *lun, uint32_t asked)
{
	struct request r = put_request(lun, record(TAPE_READ, asked), 6, NULL,
				       0, asked);
	const uint8_t *rsp = ended(&r, 108);

	expect(rsp, VIRTIO_OK, SCSIEMU_CHECK_CONDITION, asked);
	met(rsp + RSP_SENSE_AT, TAPE_FMK, (int32_t)asked, 1);
}

static void run_records(bool packed)
{
	struct request r;

	make_tape(packed);
	write_record(lun0, data, 1000);
	write_record(lun0, data + 7, 4096);
	no_data(lun0, tape_filemark, 6);
	no_data(lun0, tape_rewind, 6);
	read_record(lun0, data, 4096, 1000);
	read_record(lun0, data + 7, 4096, 4096);
	read_filemark(lun0, 4096);
	no_data(lun0, tape_rewind, 6);
	read_record(lun0, data, 300, 1000);
	no_data(lun0, tape_rewind, 6);
	/* The guest has room for less than it asks for, but for the record. */
	r = put_request(lun0, record(TAPE_READ, 4096), 6, NULL, 0, 1024);
	expect(ended(&r, 108 + 1000), VIRTIO_OK, SCSIEMU_CHECK_CONDITION, 24);
	met(sim.mem + r.rsp + RSP_SENSE_AT, TAPE_ILI, 3096, 0);
	/* ... and not for this one. */
	r = put_request(lun0, record(TAPE_READ, 4096), 6, NULL, 0, 1024);
	assert_int_equal(ended(&r, 108 + 1024)[RSP_RESPONSE_AT],
			 VIRTIO_OVERRUN);
	drop();
}

static void test_records(void **state)
{
	(void)state;
	run_records(false);
	run_records(true);
}

static void test_large_records(void **state)
{
	uint32_t mark;

	(void)state;
	for (uint32_t i = 0; i < MIB; i++)
		big[i] = (uint8_t)(i * 5 + (i >> 11));
	make_tape(false);
	mark = sim.free;
	for (unsigned i = 0; i < 3; i++) {
		write_record(lun0, big, MIB - i);
		sim.free = mark;
	}
	no_data(lun0, tape_rewind, 6);
	for (unsigned i = 0; i < 3; i++) {
		read_record(lun0, big, MIB, MIB - i);
		sim.free = mark;
	}
	drop();
}

static void move(uint16_t from, uint16_t to)
{
	const uint8_t cdb[12] = { 0xa5, [4] = (uint8_t)(from >> 8),
				  (uint8_t)from, (uint8_t)(to >> 8),
				  (uint8_t)to };

	no_data(lun0, cdb, 12);
}

/* TEST UNIT READY ends so; code 0: it is good. */
static void ready(const uint8_t *lun, uint8_t key, unsigned code)
{
	static const uint8_t tur[6];
	struct request r = put_request(lun, tur, 6, NULL, 0, 0);
	const uint8_t *rsp = ended(&r, 108), *sense = rsp + RSP_SENSE_AT;

	expect(rsp, VIRTIO_OK, code ? SCSIEMU_CHECK_CONDITION : SCSIEMU_GOOD,
	       0);
	if (!code)
		return;
	assert_int_equal(sense[2], key);
	assert_int_equal(sense[12] << 8 | sense[13], code);
}

/* The changer is LUN 0, its drives are behind it. */
static void test_library(void **state)
{
	static const uint8_t luns[2][8] = { { 1, 0, 0x40, 1 },
					    { 1, 0, 0x40, 2 } };
	static const uint8_t report[12] = { 0xa0, [8] = 1, 0 };
	char text[96], dir[] = "/tmp/vhost-lib-XXXXXX", file[64];
	struct request r;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(text, sizeof(text),
		 "library:dir=%s/l,slots=2,ie=1,drives=2,size=8M", dir);
	make_of(text, false, 0, false);
	r = put_request(lun0, report, 12, NULL, 0, 256);
	expect(ended(&r, 108 + 32), VIRTIO_OK, SCSIEMU_GOOD, 224);
	assert_memory_equal(sim.mem + r.in,
			    "\0\0\0\x18\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0"
			    "\0\2\0\0\0\0\0\0",
			    32);
	for (unsigned i = 0; i < 2; i++) {
		ready(luns[i], SCSIEMU_SK_UNIT_ATTENTION, 0x2900);
		ready(luns[i], SCSIEMU_SK_NOT_READY, 0x3a00);
	}
	move(SLOT + 1, DRIVE);
	ready(luns[0], SCSIEMU_SK_UNIT_ATTENTION, 0x2800);
	ready(luns[0], 0, 0);
	ready(luns[1], SCSIEMU_SK_NOT_READY, 0x3a00);
	write_record(luns[0], data, 1000);
	no_data(luns[0], tape_filemark, 6);
	move(DRIVE, DRIVE + 1);
	ready(luns[0], SCSIEMU_SK_NOT_READY, 0x3a00);
	ready(luns[1], SCSIEMU_SK_UNIT_ATTENTION, 0x2800);
	read_record(luns[1], data, 2000, 1000);
	read_filemark(luns[1], 2000);
	drop();
	for (unsigned i = 0; i < 3; i++) {
		static const char *const names[] = { "slots", "VOL001L8.tape",
						     "VOL002L8.tape" };

		snprintf(file, sizeof(file), "%s/l/%s", dir, names[i]);
		assert_int_equal(unlink(file), 0);
	}
	snprintf(file, sizeof(file), "%s/l", dir);
	assert_int_equal(rmdir(file), 0);
	assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_large_records),
		cmocka_unit_test(test_library),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
