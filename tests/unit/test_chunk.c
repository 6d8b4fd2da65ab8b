/* SPDX-License-Identifier: BSD-2-Clause */
/* scsiemu_chunk_step() on the scripted core: any buffer gives the same bytes,
 * and every failure reaches the core. */
#include "unit/fake_core.h"

#include <scsiemu/exec.h>
#include <scsiemu/wire.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { BLEN = 512, NBLK = 16, BULK = 3 * BLEN };

static uint8_t mem[NBLK * BLEN], wire[8192];
static uint32_t sent, taken, calls, fail_at;
static int fail_with;
static unsigned verb_seen, nverb;

static int verdict(void)
{
	return fail_with && calls++ == fail_at ? fail_with : SCSIEMU_OK;
}

static int do_send(void *ctx, const void *buf, uint32_t len)
{
	(void)ctx;
	memcpy(wire + sent, buf, len);
	sent += len;
	return verdict();
}

static int do_recv(void *ctx, void *buf, uint32_t len)
{
	(void)ctx;
	memcpy(buf, wire + taken, len);
	taken += len;
	return verdict();
}

static int do_read(void *ctx, struct scsiemu_lu *lu, uint64_t lba,
		   uint32_t skip, void *buf, uint32_t len)
{
	(void)ctx, (void)lu;
	memcpy(buf, mem + lba * BLEN + skip, len);
	return verdict();
}

static int do_write(void *ctx, struct scsiemu_lu *lu, uint64_t lba,
		    uint32_t skip, const void *buf, uint32_t len)
{
	(void)ctx, (void)lu;
	memcpy(mem + lba * BLEN + skip, buf, len);
	return verdict();
}

static int do_verb(void *ctx, struct scsiemu_cmd *c)
{
	(void)ctx;
	nverb++;
	verb_seen = c->verb;
	return verdict();
}

static struct scsiemu_chunk_io io = { .send = do_send,
				      .recv = do_recv,
				      .read = do_read,
				      .write = do_write,
				      .verb = do_verb };
static struct scsiemu_cmd cmd;

static int play(const struct fc_step *s, uint32_t len)
{
	struct scsiemu_lu lu = { .script = s, .nscript = 1 };
	uint8_t buf[4096];
	int w;

	fc_reset();
	memset(&cmd, 0, sizeof(cmd));
	sent = taken = calls = nverb = verb_seen = 0;
	cmd.cdb_len = 6;
	for (w = scsiemu_start(&lu, &cmd); w > SCSIEMU_WAIT;)
		w = scsiemu_chunk_step(&cmd, buf, len, &io);
	assert_int_equal(w, SCSIEMU_DONE);
	return fc.answer[fc.nanswer - 1].result;
}

static int reset(void **state)
{
	size_t i;

	(void)state;
	fail_with = 0;
	fail_at = 0;
	io.verb = do_verb;
	for (i = 0; i < sizeof(mem); i++)
		mem[i] = (uint8_t)(i * 3 + (i >> 8));
	for (i = 0; i < sizeof(wire); i++)
		wire[i] = (uint8_t)(i * 7 + 1);
	return 0;
}

static const uint32_t lens[] = { 1, 2, 511, 512, 513, 4096 };

static void test_read(void **state)
{
	struct fc_step s = { .want = SCSIEMU_READ, .addr = 2, .len = BULK };
	size_t i;

	(void)state;
	for (i = 0; i < 6; i++) {
		memset(wire, 0, sizeof(wire));
		assert_int_equal(play(&s, lens[i]), SCSIEMU_OK);
		assert_int_equal(sent, BULK);
		assert_memory_equal(wire, mem + 2 * BLEN, BULK);
		assert_int_equal(fc.nanswer, (BULK + lens[i] - 1) / lens[i]);
	}
	s.ignore = 100; /* not counted: not sent */
	assert_int_equal(play(&s, 512), SCSIEMU_OK);
	assert_int_equal(sent, BULK - 100);
}

static void test_write(void **state)
{
	struct fc_step s = { .want = SCSIEMU_WRITE, .addr = 2, .len = BULK };
	size_t i;

	for (i = 0; i < 6; i++) {
		reset(state);
		assert_int_equal(play(&s, lens[i]), SCSIEMU_OK);
		assert_memory_equal(wire, mem + 2 * BLEN, BULK);
		assert_int_equal(nverb, 0);
	}
	s.flags = SCSIEMU_FUA;
	assert_int_equal(play(&s, 512), SCSIEMU_OK);
	assert_int_equal(nverb, 1);
	assert_int_equal(verb_seen, SCSIEMU_V_FLUSH);
	io.verb = NULL;
	assert_int_equal(play(&s, 512), SCSIEMU_OK);
}

static void test_whole(void **state)
{
	struct fc_step s = { .want = SCSIEMU_WRITE,
			     .flags = SCSIEMU_WHOLE,
			     .len = 1024 };

	(void)state;
	assert_int_equal(play(&s, 1024), SCSIEMU_OK);
	assert_int_equal(play(&s, 1023), SCSIEMU_E_HARDWARE);
	s.want = SCSIEMU_READ;
	assert_int_equal(play(&s, 1023), SCSIEMU_E_HARDWARE);
	s.want = SCSIEMU_COMPARE;
	assert_int_equal(play(&s, 2047), SCSIEMU_E_HARDWARE);
	s.want = SCSIEMU_WRITE;
	s.flags |= SCSIEMU_DIG; /* never: able says no CAS */
	assert_int_equal(play(&s, 4096), SCSIEMU_E_HARDWARE);
}

static void test_compare(void **state)
{
	struct fc_step s = { .want = SCSIEMU_COMPARE, .addr = 2, .len = BULK };
	size_t i;

	(void)state;
	memcpy(wire, mem + 2 * BLEN, BULK);
	for (i = 1; i < 6; i++)
		assert_int_equal(play(&s, lens[i]), SCSIEMU_OK);
	assert_int_equal(play(&s, 1), SCSIEMU_E_HARDWARE);
	wire[700] ^= 1;
	for (i = 1; i < 6; i++) {
		assert_int_equal(play(&s, lens[i]), SCSIEMU_E_MISCOMPARE);
		assert_int_equal(cmd.out_done, 700);
	}
}

static void test_params(void **state)
{
	uint8_t list[300];
	struct fc_step s = { .want = SCSIEMU_SEND, .len = 300, .buf = list };

	(void)state;
	memset(list, 0x42, sizeof(list));
	assert_int_equal(play(&s, 16), SCSIEMU_OK);
	assert_int_equal(sent, 300);
	assert_memory_equal(wire, list, 300);
	wire[299] = 9;
	s.want = SCSIEMU_RECV;
	assert_int_equal(play(&s, 16), SCSIEMU_OK);
	assert_int_equal(list[299], 9);
}

static void test_store(void **state)
{
	uint8_t block[512];
	struct fc_step s = { .want = SCSIEMU_STORE,
			     .verb = SCSIEMU_V_LOAD,
			     .addr = 4,
			     .buf = block,
			     .len = 512 };

	(void)state;
	assert_int_equal(play(&s, 16), SCSIEMU_OK);
	assert_memory_equal(block, mem + 4 * BLEN, 512);
	s.verb = SCSIEMU_V_SAVE;
	s.addr = 5;
	assert_int_equal(play(&s, 16), SCSIEMU_OK);
	assert_memory_equal(block, mem + 5 * BLEN, 512);
	s.verb = SCSIEMU_V_UNMAP;
	assert_int_equal(play(&s, 16), SCSIEMU_OK);
	assert_int_equal(verb_seen, SCSIEMU_V_UNMAP);
	io.verb = NULL;
	assert_int_equal(play(&s, 16), SCSIEMU_E_HARDWARE);
}

/* Each call fails once, at the first and at a later step. */
static void test_failures(void **state)
{
	struct fc_step s = { .len = BULK };
	static const uint8_t wants[] = { SCSIEMU_READ, SCSIEMU_WRITE,
					 SCSIEMU_COMPARE };
	size_t i;

	(void)state;
	memcpy(wire, mem, BULK);
	for (i = 0; i < 3; i++) {
		s.want = wants[i];
		for (fail_at = 0; fail_at < 4; fail_at++) {
			fail_with = SCSIEMU_E_NOT_READY;
			if (s.want == SCSIEMU_READ && (fail_at & 1))
				fail_with = SCSIEMU_E_TRANSPORT; /* send */
			assert_int_equal(play(&s, 512), fail_with);
			assert_int_equal(cmd.status, SCSIEMU_CHECK_CONDITION);
		}
	}
}

static void test_misuse(void **state)
{
	uint8_t buf[16];

	(void)state;
	memset(&cmd, 0, sizeof(cmd));
	cmd.want = SCSIEMU_DONE;
	assert_int_equal(scsiemu_chunk_step(&cmd, buf, 16, &io),
			 SCSIEMU_ERR_ORDER);
	cmd.want = SCSIEMU_READ;
	assert_int_equal(scsiemu_chunk_step(&cmd, buf, 0, &io),
			 SCSIEMU_ERR_ORDER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_read, reset),
		cmocka_unit_test_setup(test_write, reset),
		cmocka_unit_test_setup(test_whole, reset),
		cmocka_unit_test_setup(test_compare, reset),
		cmocka_unit_test_setup(test_params, reset),
		cmocka_unit_test_setup(test_store, reset),
		cmocka_unit_test_setup(test_failures, reset),
		cmocka_unit_test_setup(test_misuse, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
