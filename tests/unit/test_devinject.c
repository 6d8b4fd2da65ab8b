/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rules of error injection in device strings: what each word makes, what a
 * wrong one is told, and that they are in force.
 */
#include "host/devstr.h"

#include <scsiemu/exec.h>
#include <scsiemu/wire.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DISK "disk:mem,size=1M,"

static const struct {
	const char *rule;
	struct scsiemu_inject is;
} right[] = {
	{ "any:hang", { .act = SCSIEMU_INJECT_HANG } },
	{ "read:lba=100+8:sense=3/11/00:count=2",
	  { .match = SCSIEMU_INJECT_READS,
	    .lba = 100,
	    .nblk = 8,
	    .count = 2,
	    .act = SCSIEMU_INJECT_SENSE,
	    .flags = SCSIEMU_INJECT_INFO,
	    .key = 3,
	    .asc = 0x1100 } },
	{ "any:every=100:status=busy",
	  { .every = 100,
	    .act = SCSIEMU_INJECT_STATUS,
	    .status = SCSIEMU_BUSY } },
	{ "write:delay=5..20:seed=7",
	  { .match = SCSIEMU_INJECT_WRITES,
	    .delay_ms = 5,
	    .delay_max_ms = 20,
	    .seed = 7 } },
	{ "op=28:skip=3:ratio=65536:sense=1/5d/0:after:delay=9",
	  { .match = SCSIEMU_INJECT_OPCODE,
	    .opcode = 0x28,
	    .any_action = true,
	    .skip = 3,
	    .ratio = 65536,
	    .act = SCSIEMU_INJECT_SENSE,
	    .when = SCSIEMU_INJECT_AFTER,
	    .key = 1,
	    .asc = 0x5d00,
	    .delay_ms = 9,
	    .delay_max_ms = 9 } },
	{ "op=9E/10:sense=4/44/0:deferred",
	  { .match = SCSIEMU_INJECT_OPCODE,
	    .opcode = 0x9e,
	    .service_action = 0x10,
	    .act = SCSIEMU_INJECT_SENSE,
	    .flags = SCSIEMU_INJECT_DEFERRED,
	    .key = 4,
	    .asc = 0x4400 } },
	{ "read:lba=7:sense=3/11/0:at",
	  { .match = SCSIEMU_INJECT_READS,
	    .lba = 7,
	    .nblk = 1,
	    .act = SCSIEMU_INJECT_SENSE,
	    .when = SCSIEMU_INJECT_AT,
	    .flags = SCSIEMU_INJECT_INFO,
	    .key = 3,
	    .asc = 0x1100 } },
	{ "any:ua=29/02:all",
	  { .act = SCSIEMU_INJECT_ATTENTION,
	    .flags = SCSIEMU_INJECT_ALL,
	    .asc = 0x2902 } },
	{ "any:status=full",
	  { .act = SCSIEMU_INJECT_STATUS, .status = SCSIEMU_TASK_SET_FULL } },
	{ "any:status=conflict",
	  { .act = SCSIEMU_INJECT_STATUS,
	    .status = SCSIEMU_RESERVATION_CONFLICT } },
	{ "any:status=aborted",
	  { .act = SCSIEMU_INJECT_STATUS, .status = SCSIEMU_TASK_ABORTED } },
	{ "any:corrupt", { .act = SCSIEMU_INJECT_CORRUPT } },
	{ "any:corrupt=4", { .act = SCSIEMU_INJECT_CORRUPT, .amount = 4 } },
	{ "write:drop",
	  { .match = SCSIEMU_INJECT_WRITES, .act = SCSIEMU_INJECT_DROP } },
	{ "read:short=2",
	  { .match = SCSIEMU_INJECT_READS,
	    .act = SCSIEMU_INJECT_SHORT,
	    .amount = 2 } },
	{ "tmf",
	  { .match = SCSIEMU_INJECT_TMF, .act = SCSIEMU_INJECT_REJECT } },
	{ "tmf=lu_reset:count=1",
	  { .match = SCSIEMU_INJECT_TMF,
	    .opcode = SCSIEMU_TMF_LU_RESET,
	    .count = 1,
	    .act = SCSIEMU_INJECT_REJECT } },
};

static void test_right(void **state)
{
	struct semu_devstr s;
	struct scsiemu_errmsg err;

	(void)state;
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		struct scsiemu_inject is = right[i].is;
		char device[200];

		snprintf(device, sizeof(device), DISK "inject=%s,inject=%s",
			 right[i].rule, right[i].rule);
		if (semu_devstr_parse(&s, device, &err))
			fail_msg("%s: %s", device, err.text);
		is.size = sizeof(is);
		assert_int_equal(s.rules.n, 2);
		if (memcmp(&s.rules.rule[0], &is, sizeof(is)) != 0)
			fail_msg("%s is another rule", right[i].rule);
		assert_memory_equal(&s.rules.rule[1], &is, sizeof(is));
	}
}

static const struct {
	const char *rule, *says;
} wrong[] = {
	{ "", "\"\" does not say which commands: begin with any" },
	{ "lba=5:hang", "\"lba=5\" does not say which commands" },
	{ "any", "does nothing: add delay, status" },
	{ "any:", "\"\" is no word of a rule: there are lba" },
	{ "any:hang:", "\"\" is no word" },
	{ "any:hung", "\"hung\" is no word of a rule" },
	{ "any=3:hang", "\"any=3\" is not possible: any takes nothing" },
	{ "op:hang", "op takes an opcode in hexadecimal" },
	{ "op=:hang", "op takes an opcode" },
	{ "op=100:hang", "op takes an opcode" },
	{ "op=9e/:hang", "op takes an opcode" },
	{ "op=9e/10/3:hang", "op takes an opcode" },
	{ "op=9e-10:hang", "op takes an opcode" },
	{ "tmf=reset", "tmf takes abort_task, abort_task_set" },
	{ "tmf:hang", "\"hang\" is not possible" },
	{ "tmf:delay=3", "tmf has neither blocks nor a delay" },
	{ "tmf:lba=3", "tmf has neither blocks nor a delay" },
	{ "any:lba:hang", "lba takes a block, or the first one + how many" },
	{ "any:lba=x:hang", "lba takes a block" },
	{ "any:lba=5+0:hang", "lba takes a block" },
	{ "any:lba=5+:hang", "lba takes a block" },
	{ "any:lba=5+3x:hang", "lba takes a block" },
	{ "any:lba=9223372036854775808:hang", "lba takes a block" },
	{ "any:skip=4294967296:hang", "skip takes a number below 2^32" },
	{ "any:every=-1:hang", "every takes a number" },
	{ "any:count:hang", "count takes a number" },
	{ "any:ratio=0:hang", "ratio takes 1 to 65536" },
	{ "any:ratio=65537:hang", "ratio takes 1 to 65536" },
	{ "any:seed=18446744073709551616:hang", "seed takes a number" },
	{ "any:delay", "delay takes 1 or more milliseconds, or LEAST" },
	{ "any:delay=0", "delay takes 1 or more" },
	{ "any:delay=5..4", "delay takes 1 or more" },
	{ "any:delay=5.", "delay takes 1 or more" },
	{ "any:delay=5..6s", "delay takes 1 or more" },
	{ "any:status", "status takes busy, full, conflict or aborted" },
	{ "any:status=good", "status takes busy" },
	{ "any:sense=3/11", "sense takes KEY/ASC/ASCQ" },
	{ "any:sense=10/11/0", "sense takes KEY/ASC/ASCQ" },
	{ "any:sense=3/11/0/0", "sense takes KEY/ASC/ASCQ" },
	{ "any:sense", "sense takes KEY/ASC/ASCQ" },
	{ "any:ua=29", "ua takes ASC/ASCQ" },
	{ "any:ua=11/00", "there is no such unit attention" },
	{ "any:corrupt=x", "corrupt takes a number of bytes, or nothing" },
	{ "any:drop=1", "drop takes nothing behind it" },
	{ "any:short", "short takes a number of blocks" },
	{ "any:hang=1", "hang takes nothing behind it" },
	{ "any:hang:after=1", "after takes nothing behind it" },
	{ "any:hang:all=1", "all takes nothing behind it" },
	{ "any:hang:drop", "and a rule does one thing" },
	{ "any:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "a word is longer" },
};

static void test_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct scsiemu_host_lu h;
		struct scsiemu_errmsg err;
		char device[200];

		snprintf(device, sizeof(device), DISK "inject=%s",
			 wrong[i].rule);
		assert_int_equal(scsiemu_host_open(&h, device, &err), -1);
		if (!strstr(err.text, wrong[i].says))
			fail_msg("%s: %s", device, err.text);
	}
}

static void test_many(void **state)
{
	struct semu_devstr s;
	struct scsiemu_errmsg err;
	char device[600] = "disk:mem,size=1M";

	(void)state;
	assert_int_equal(semu_devstr_parse(&s, DISK "inject", &err), -1);
	assert_non_null(strstr(err.text, "inject needs a value"));
	for (int i = 0; i < SEMU_DEVRULES; i++)
		strcat(device, ",inject=any:hang");
	assert_int_equal(semu_devstr_parse(&s, device, &err), 0);
	strcat(device, ",inject=any:hang");
	assert_int_equal(semu_devstr_parse(&s, device, &err), -1);
	assert_non_null(strstr(err.text, "more than 16 times"));
}

/* From the string to the wire, in the order in which they were given. */
static void test_in_force(void **state)
{
	static const uint8_t ready[6], inquiry[6] = { 0x12, 0, 0, 0, 36, 0 };
	static uint8_t bounce[4096], in[36];
	struct scsiemu_limits l = { .size = sizeof(l) };
	struct scsiemu_exec x = { .cdb = ready, .cdb_len = 6 };
	struct scsiemu_pump pump;
	struct scsiemu_errmsg err;
	struct scsiemu_host_lu h;
	struct scsiemu_device *d;

	(void)state;
	d = scsiemu_device_create(&l, &scsiemu_host_allocator);
	assert_non_null(d);
	scsiemu_pump_init(&pump, d, bounce, sizeof(bounce));
	assert_int_equal(
		scsiemu_host_open(&h,
				  DISK "inject=any:skip=1:count=1:status=busy,"
				       "inject=op=12:status=full",
				  &err),
		0);
	assert_int_equal(scsiemu_host_attach(&h, d, 0, &err), 0);
	scsiemu_exec(&pump, h.lu, &x, NULL, NULL); /* its power on */
	assert_int_equal(x.status, SCSIEMU_CHECK_CONDITION);
	for (unsigned i = 0; i < 3; i++) {
		scsiemu_exec(&pump, h.lu, &x, NULL, NULL);
		assert_int_equal(x.status,
				 i == 1 ? SCSIEMU_BUSY : SCSIEMU_GOOD);
	}
	x.cdb = inquiry;
	x.in = in;
	x.in_len = sizeof(in);
	scsiemu_exec(&pump, h.lu, &x, NULL, NULL);
	assert_int_equal(x.status, SCSIEMU_TASK_SET_FULL);
	assert_int_equal(x.in_resid, 36);
	assert_int_equal(scsiemu_host_close(&h, &err), 0);
	scsiemu_device_destroy(d, &scsiemu_host_allocator);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_right),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_in_force),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
