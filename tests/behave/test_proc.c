/* SPDX-License-Identifier: BSD-2-Clause */
/* The processor: SEND and RECEIVE, and what it is otherwise. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "support/disk.h"
#include "support/procbox.h"

#define NONE SCSIEMU_NO_BIT

struct bench {
	struct disk b;
	struct procbox box;
	struct scsiemu_proc_options proc;
	struct scsiemu_nexus *nexus;
	uint8_t bytes[1 << 16];
};

static int make_with(struct bench *t, const struct scsiemu_proc_ops *ops)
{
	struct disk_options o = { .proc = &t->proc };

	memset(t, 0, sizeof(*t));
	t->proc = (struct scsiemu_proc_options){ sizeof(t->proc), ops,
						 &t->box };
	disk_make(&t->b, &o);
	t->nexus = t->b.d.nexus = drive_attach(&t->b.d, 0, 0);
	drive_settle(&t->b.d, t->b.lu, t->nexus);
	for (unsigned i = 0; i < sizeof(t->bytes); i++)
		t->bytes[i] = (uint8_t)(i * 11 + (i >> 8));
	return 0;
}

static int make(void **state)
{
	static struct bench t;

	*state = &t;
	return make_with(&t, &procbox_ops);
}

static int drop(void **state)
{
	struct bench *t = *state;

	disk_free(&t->b);
	assert_int_equal(t->box.len, 0);
	return 0;
}

static void cdb_of(uint8_t cdb[6], uint8_t op, uint32_t len)
{
	memset(cdb, 0, 6);
	cdb[0] = op;
	cdb[2] = (uint8_t)(len >> 16);
	cdb[3] = (uint8_t)(len >> 8);
	cdb[4] = (uint8_t)len;
}

static void send_of(struct bench *t, uint32_t len, uint32_t host)
{
	uint8_t cdb[6];

	cdb_of(cdb, SCSIEMU_OP_SEND_6, len);
	drive_run(&t->b.d, t->b.lu, cdb, 6, t->bytes, host, 0);
}

static void receive(struct bench *t, uint32_t len, uint32_t host)
{
	uint8_t cdb[6];

	cdb_of(cdb, SCSIEMU_OP_RECEIVE, len);
	drive_run(&t->b.d, t->b.lu, cdb, 6, NULL, 0, host);
}

/* Whatever the sizes of the initiator's and of the embedder's pieces. */
static void test_send(void **state)
{
	static const uint32_t pieces[] = { 0, 1, 7, 512, 4096 };
	static const uint32_t lens[] = { 1, 2, 511, 4096, 5000 };
	struct bench *t = *state;

	for (unsigned i = 0; i < 25; i++) {
		uint32_t len = lens[i % 5];

		t->b.d.chunk = i & 1 ? 3 : 0;
		t->box.piece = pieces[i / 5];
		t->box.got_len = 0;
		send_of(t, len, len);
		drive_good(&t->b.d);
		assert_int_equal(t->b.d.t.c.out_done, len);
		assert_int_equal(scsiemu_out_resid(&t->b.d.t.c), 0);
		assert_int_equal(t->box.got_len, len);
		assert_memory_equal(t->box.got, t->bytes, len);
		assert_ptr_equal(t->box.who, t->nexus);
	}
	assert_int_equal(t->box.nwhole, 25);
	assert_int_equal(t->box.nlost, 0);
}

static void test_send_lengths(void **state)
{
	struct bench *t = *state;

	send_of(t, 0, 0); /* no message, and no error (SPC-2 9.3) */
	drive_good(&t->b.d);
	assert_int_equal(t->box.nbegin, 0);
	send_of(t, 100, 120); /* the host has more */
	drive_good(&t->b.d);
	assert_int_equal(scsiemu_out_resid(&t->b.d.t.c), 20);
	assert_int_equal(t->box.got_len, 100);
	send_of(t, 100, 99); /* it has not all of the message: it is none */
	drive_cdb(&t->b.d, 2, NONE);
	assert_int_equal(scsiemu_out_resid(&t->b.d.t.c), -1);
	assert_int_equal(t->box.nbegin, 1);
	send_of(t, 0x010203, 0x010203); /* all three bytes of the length */
	drive_cdb(&t->b.d, 2, NONE);	/* SCSIEMU_E_RANGE */
}

static void test_refused(void **state)
{
	struct bench *t = *state;

	t->box.begin_says = SCSIEMU_E_BUSY;
	send_of(t, 10, 10);
	drive_status(&t->b.d, SCSIEMU_BUSY);
	assert_int_equal(t->b.d.t.sense_len, 0);
	assert_int_equal(t->b.d.t.c.out_done, 0);
	t->box.begin_says = SCSIEMU_E_NOT_READY;
	send_of(t, 10, 10);
	drive_check(&t->b.d, 2, 0x0400);
	t->box.begin_says = 0;
	t->box.end_says = SCSIEMU_E_BUSY;
	send_of(t, 10, 10);
	drive_status(&t->b.d, SCSIEMU_BUSY);
	assert_int_equal(t->box.nlost, 1);
	t->box.end_says = 0;
	send_of(t, 10, 10); /* and again */
	drive_good(&t->b.d);
	assert_int_equal(t->box.got_len, 10);
}

static void test_receive(void **state)
{
	struct bench *t = *state;

	receive(t, 10, 10); /* nothing */
	drive_status(&t->b.d, SCSIEMU_BUSY);
	t->box.out = t->bytes;
	t->box.out_len = 20;
	receive(t, 0, 0);
	drive_good(&t->b.d);
	assert_int_equal(t->box.nnext, 0);
	receive(t, 8, 8); /* what is left comes next */
	drive_data(&t->b.d, t->bytes, 8);
	receive(t, 255, 255);
	drive_data(&t->b.d, t->bytes + 8, 12);
	assert_int_equal(scsiemu_in_resid(&t->b.d.t.c), 243);
	receive(t, 10, 10);
	drive_status(&t->b.d, SCSIEMU_BUSY);
	t->box.out_len = 20;
	receive(t, 20, 5); /* the host has less room than it said */
	drive_data(&t->b.d, t->bytes + 20, 5);
	assert_int_equal(scsiemu_in_resid(&t->b.d.t.c), -15);
	assert_int_equal(t->box.out_len, 15);
	assert_int_equal(t->box.nnext, t->box.ntaken);
}

/* At every step, and whoever asks: as if it had not been there. */
static void abort_at(struct bench *t, uint8_t op, unsigned step)
{
	struct drive_task task = { .live = false };
	uint8_t cdb[6];

	cdb_of(cdb, op, 100);
	drive_start(&t->b.d, &task, t->b.lu, cdb, 6, t->bytes,
		    op == SCSIEMU_OP_SEND_6 ? 100 : 0,
		    op == SCSIEMU_OP_SEND_6 ? 0 : 100);
	while (step--)
		drive_step(&task);
	assert_true(task.want > SCSIEMU_WAIT);
	scsiemu_abort(&task.c);
	while (task.want > SCSIEMU_WAIT)
		drive_step(&task);
	assert_int_equal(task.c.outcome, SCSIEMU_ABORTED);
	drive_end(&task);
	drive_task_free(&task);
	drive_ready(&t->b.d);
}

static void test_abort(void **state)
{
	struct bench *t = *state;

	t->b.d.chunk = 20;
	t->box.piece = 40;
	for (unsigned i = 0; i < 5; i++) {
		abort_at(t, SCSIEMU_OP_SEND_6, i);
		assert_int_equal(t->box.nlost, i + 1);
	}
	assert_int_equal(t->box.nwhole, 0);
	t->box.out = t->bytes;
	t->box.out_len = 100;
	for (unsigned i = 0; i < 5; i++)
		abort_at(t, SCSIEMU_OP_RECEIVE, i);
	assert_int_equal(t->box.ntaken, 5);
	assert_int_equal(t->box.out_len, 100);
	t->box.piece = 0;
	send_of(t, 100, 100);
	drive_good(&t->b.d);
	receive(t, 100, 100);
	drive_data(&t->b.d, t->bytes, 100);
}

static int lost(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)d, (void)c;
	*bytes = 0;
	return SCSIEMU_E_TRANSPORT;
}

static void test_transport_fails(void **state)
{
	struct bench *t = *state;

	t->b.d.hook = lost;
	send_of(t, 100, 100);
	drive_check(&t->b.d, SCSIEMU_SK_ABORTED_COMMAND,
		    SCSIEMU_ASC_DATA_PHASE_ERROR);
	assert_int_equal(t->box.nlost, 1);
	t->box.out = t->bytes;
	t->box.out_len = 10;
	receive(t, 10, 10);
	drive_check(&t->b.d, SCSIEMU_SK_ABORTED_COMMAND,
		    SCSIEMU_ASC_DATA_PHASE_ERROR);
	assert_int_equal(t->box.out_len, 10);
}

/* The second does not begin before the first has ended, SIMPLE or not. */
static void test_order(void **state)
{
	struct drive_task one = { .live = false }, two = { .live = false };
	struct bench *t = *state;
	uint8_t cdb[6];

	cdb_of(cdb, SCSIEMU_OP_SEND_6, 3);
	drive_start(&t->b.d, &one, t->b.lu, cdb, 6, "one", 3, 0);
	drive_start(&t->b.d, &two, t->b.lu, cdb, 6, "two", 3, 0);
	assert_int_equal(one.want, SCSIEMU_RECV);
	assert_int_equal(two.want, SCSIEMU_WAIT);
	assert_int_equal(t->box.nbegin, 1);
	drive_go(&one);
	drive_end(&one);
	drive_ready(&t->b.d);
	drive_go(&two);
	drive_end(&two);
	drive_task_free(&one);
	drive_task_free(&two);
	assert_int_equal(t->box.got_len, 6);
	assert_memory_equal(t->box.got, "onetwo", 6);
}

/* Type 03h, AERC 0; ready though it has no medium; no commands of media. */
static void test_device(void **state)
{
	static const uint8_t inquiry[6] = { 0x12, 0, 0, 0, 96 };
	static const uint8_t tur[6], start[6] = { 0x1b }, allow[6] = { 0x1e };
	static const uint8_t aer[6] = { 0x0a, 1 };
	struct bench *t = *state;

	drive_in(&t->b.d, t->b.lu, inquiry, 6);
	drive_good(&t->b.d);
	assert_int_equal(t->b.d.t.in[0], 0x03);
	assert_int_equal(t->b.d.t.in[1], 0);
	assert_int_equal(t->b.d.t.in[3], 0x12);
	assert_memory_equal(t->b.d.t.in + 16, "Processor       ", 16);
	drive_in(&t->b.d, t->b.lu, tur, 6);
	drive_good(&t->b.d);
	drive_in(&t->b.d, t->b.lu, start, 6);
	drive_check(&t->b.d, 5, SCSIEMU_ASC_INVALID_OPCODE);
	drive_in(&t->b.d, t->b.lu, allow, 6);
	drive_check(&t->b.d, 5, SCSIEMU_ASC_INVALID_OPCODE);
	drive_in(&t->b.d, t->b.lu, aer, 6);
	drive_cdb(&t->b.d, 1, 0);
	disk_reset(&t->b);
	drive_in(&t->b.d, t->b.lu, tur, 6);
	drive_good(&t->b.d);
}

/* Nobody is behind it. */
static void test_deaf(void **state)
{
	static struct bench t;

	(void)state;
	make_with(&t, NULL);
	send_of(&t, 10, 10);
	drive_check(&t.b.d, 2, 0x0400);
	receive(&t, 10, 10);
	drive_check(&t.b.d, 2, 0x0400);
	disk_free(&t.b);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, make, drop)
	const struct CMUnitTest tests[] = {
		TEST(test_send),
		TEST(test_send_lengths),
		TEST(test_refused),
		TEST(test_receive),
		TEST(test_abort),
		TEST(test_transport_fails),
		TEST(test_order),
		TEST(test_device),
		cmocka_unit_test(test_deaf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
