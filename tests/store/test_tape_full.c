/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A tape drive whose cartridge could hold more than the file system below it:
 * the host meets early warning and the end of the medium, as of a cartridge
 * that is full, and every record that was acknowledged and made durable is
 * there when the process ends without a word.
 */
#include "kit.h"

#include <stdlib.h>

#include <scsiemu/exec.h>
#include <scsiemu/host.h>
#include <scsiemu/wire.h>

#include "../support/memfile.h"

enum {
	RECORD = 10000,
	DISK = 4 << 20,
	EOM = 0x40,
	NO_SENSE = 0,
	OVERFLOW = 0x0d,
	END = 0x0002
};

static struct scsiemu_host_device h;
static struct scsiemu_exec x;
static uint8_t bytes[RECORD], in[RECORD];

static void begin(const char *device)
{
	struct scsiemu_errmsg err;

	h = (struct scsiemu_host_device){ .units = NULL };
	if (scsiemu_host_device_add(&h, device, &err) ||
	    scsiemu_host_device_open(&h, "t", NULL, &err))
		fail_msg("%s", err.text);
}

static uint8_t run(uint8_t op, uint32_t len, const void *out, void *to)
{
	static const uint8_t lun[8];
	static uint64_t scratch[2048];
	const uint8_t cdb[6] = {
		op,	      0, (uint8_t)(len >> 16), (uint8_t)(len >> 8),
		(uint8_t)len, 0
	};

	memset(&x, 0, sizeof(x));
	x.cdb = cdb;
	x.cdb_len = sizeof(cdb);
	x.scratch = scratch;
	x.scratch_len = sizeof(scratch);
	x.out = out;
	x.out_len = out ? len : 0;
	x.in = to;
	x.in_len = to ? len : 0;
	assert_int_equal(scsiemu_exec(&h.pump, scsiemu_lu_find(h.dev, lun), &x,
				      NULL, NULL),
			 0);
	memfile.room = DISK - memfile.len;
	return x.status;
}

static bool sense_is(unsigned key, unsigned code)
{
	return x.status == SCSIEMU_CHECK_CONDITION &&
	       (x.sense[2] & 0x0f) == key &&
	       (x.sense[12] << 8 | x.sense[13]) == (int)code;
}

/* It is told of, and a cartridge that is there. */
static void power_on(void)
{
	for (unsigned i = 0; i < 2; i++)
		run(SCSIEMU_OP_TEST_UNIT_READY, 0, NULL, NULL);
}

static void make_record(unsigned n)
{
	for (unsigned i = 0; i < RECORD; i++)
		bytes[i] = (uint8_t)(n * 31 + i * 7);
}

/* Records until there is no room: how many were acknowledged. */
static unsigned fill(unsigned *warned)
{
	unsigned n = 0;

	*warned = 0;
	power_on();
	for (;; n++) {
		make_record(n);
		if (!run(SCSIEMU_OP_WRITE_6, RECORD, bytes, NULL))
			continue;
		assert_true(x.sense[2] & EOM);
		if (!sense_is(NO_SENSE, END))
			break;
		if (!*warned)
			*warned = n;
	}
	assert_true(sense_is(OVERFLOW, END));
	assert_true(n <= DISK / RECORD);
	return n;
}

/* They are there, and nothing else. */
static void check(unsigned n)
{
	power_on();
	assert_int_equal(run(SCSIEMU_OP_REWIND, 0, NULL, NULL), 0);
	for (unsigned i = 0; i < n; i++) {
		make_record(i);
		assert_int_equal(run(SCSIEMU_OP_READ_6, RECORD, NULL, in), 0);
		assert_memory_equal(in, bytes, RECORD);
	}
	run(SCSIEMU_OP_READ_6, RECORD, NULL, in);
	assert_true(sense_is(8, 0x0005)); /* the end of the data */
}

static void full(const char *device)
{
	struct scsiemu_errmsg err;
	unsigned n, warned;
	uint8_t *left;
	size_t len;

	memfile_on();
	memfile.len_max = memfile.room = DISK;
	begin(device);
	n = fill(&warned);
	assert_true(warned > 10 && warned < n);
	/* in front of the end it goes on with what needs no room */
	run(SCSIEMU_OP_WRITE_FILEMARKS_6, 0, NULL, NULL);
	assert_true(!x.status || sense_is(NO_SENSE, END));
	len = memfile.len;
	left = malloc(len);
	assert_non_null(left);
	memcpy(left, memfile.data, len); /* here the process is killed */
	check(n);
	scsiemu_host_device_close(&h, &err);
	assert_int_equal(memfile_set(left, len), 0);
	begin(device);
	check(n);
	scsiemu_host_device_close(&h, &err);
	free(left);
	memfile_off();
}

static void test_native(void **state)
{
	(void)state;
	full("tape:path=x,size=64M,early_warning=1M");
}

static void test_simh(void **state)
{
	(void)state;
	full("tape:path=x,size=64M,early_warning=1M,format=simh");
}

static void test_aws(void **state)
{
	(void)state;
	full("tape:path=x,size=64M,early_warning=1M,format=aws");
}

/* How the cartridge was left: by a server that is in the middle of it, that
 * closed it, and by one that did not finish. */
static void test_left(void **state)
{
	struct scsiemu_tape_state s;
	struct scsiemu_errmsg err;

	(void)state;
	memfile_on();
	memfile.room = DISK;
	begin("tape:path=x,size=64M");
	power_on();
	assert_int_equal(run(SCSIEMU_OP_WRITE_6, RECORD, bytes, NULL), 0);
	assert_int_equal(run(SCSIEMU_OP_WRITE_FILEMARKS_6, 1, NULL, NULL), 0);
	assert_int_equal(run(SCSIEMU_OP_WRITE_6, RECORD, bytes, NULL), 0);
	assert_int_equal(scsiemu_tape_log_state("x", &s, &err), 0);
	assert_false(s.put_away);
	assert_true(s.whole[0] && s.whole[1]);
	assert_true(s.length >= s.end + RECORD);
	scsiemu_host_device_close(&h, &err);
	assert_int_equal(scsiemu_tape_log_state("x", &s, &err), 0);
	assert_true(s.put_away);
	assert_int_equal(s.version, 1);
	assert_int_equal(s.length, s.end);
	memset(memfile.data + 8, 0xff, 4); /* the version of slot A */
	assert_int_equal(scsiemu_tape_log_state("x", &s, &err), -1);
	assert_non_null(strstr(err.text, "another version"));
	memset(memfile.data, 0xff, 8);
	assert_int_equal(scsiemu_tape_log_state("x", &s, &err), 0);
	assert_false(s.whole[0] || s.put_away);
	memfile_off();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_native),
		cmocka_unit_test(test_simh),
		cmocka_unit_test(test_aws),
		cmocka_unit_test(test_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
