/* SPDX-License-Identifier: BSD-2-Clause */
/* host/mailbox.c against a list: messages come out as they went in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <scsiemu/exec.h>
#include <scsiemu/host.h>
#include <scsiemu/wire.h>

#include "host/mailbox.h"

enum { SIZE = 4096, LONGEST = 3000, ROUNDS = 200000 };

static const struct scsiemu_proc_ops *const ops = &semu_mailbox_ops;

/* What should be in it: lengths, and what is gone of the first. */
struct model {
	uint32_t len[SIZE];
	uint32_t head, tail, gone, bytes;
	uint64_t seed;
};

static uint32_t pick(struct model *m, uint32_t below)
{
	m->seed ^= m->seed << 13;
	m->seed ^= m->seed >> 7;
	m->seed ^= m->seed << 17;
	return (uint32_t)(m->seed >> 20) % below;
}

static uint8_t byte(uint32_t message, uint32_t i)
{
	return (uint8_t)(message * 13 + i * 5 + (i >> 8));
}

static uint32_t cost(uint32_t len)
{
	return 16 + (len + 15) / 16 * 16;
}

static void put(struct model *m, struct semu_mailbox *box, uint32_t len,
		bool whole)
{
	void *message;
	int rc = ops->begin(box, NULL, len, &message);

	if (rc) { /* what is kept, and a gap in front of the end */
		assert_int_equal(rc, SCSIEMU_E_BUSY);
		assert_true(m->bytes + cost(len) + cost(LONGEST) > SIZE);
		return;
	}
	for (uint32_t off = 0; off < len;) {
		uint32_t n = len - off;
		uint8_t *to = ops->room(box, message, off, &n);

		assert_in_range(n, 1, len - off);
		for (uint32_t i = 0; i < n; i++)
			to[i] = byte(m->tail, off + i);
		off += n;
	}
	assert_int_equal(ops->end(box, message, whole), 0);
	if (!whole)
		return;
	m->bytes += cost(len);
	m->len[m->tail++ % SIZE] = len;
}

static void take(struct model *m, struct semu_mailbox *box, uint32_t most)
{
	uint32_t len = 0, left;
	const uint8_t *from = ops->next(box, NULL, &len);

	if (m->head == m->tail) {
		assert_null(from);
		return;
	}
	left = m->len[m->head % SIZE] - m->gone;
	assert_int_equal(len, left);
	for (uint32_t i = 0; i < len; i++)
		assert_int_equal(from[i], byte(m->head, m->gone + i));
	most = most < left ? most : left;
	ops->taken(box, NULL, most);
	m->gone += most;
	if (most < left)
		return;
	m->bytes -= cost(m->len[m->head++ % SIZE]);
	m->gone = 0;
}

static void test_model(void **state)
{
	static struct model m = { .seed = 77 };
	struct semu_mailbox *box = semu_mailbox_open(SIZE);

	(void)state;
	assert_non_null(box);
	for (unsigned i = 0; i < ROUNDS; i++) {
		uint32_t most = pick(&m, 20) ? 300 : LONGEST;

		if (pick(&m, 2))
			put(&m, box, 1 + pick(&m, most), pick(&m, 10));
		else
			take(&m, box, pick(&m, 4) ? 5000 : pick(&m, 100));
	}
	assert_true(m.head > 10000);
	semu_mailbox_close(box);
}

static void test_limits(void **state)
{
	struct semu_mailbox *box = semu_mailbox_open(SIZE);
	void *message;

	(void)state;
	assert_int_equal(ops->begin(box, NULL, SIZE - 15, &message),
			 SCSIEMU_E_RANGE);
	assert_int_equal(ops->begin(box, NULL, SIZE - 16, &message), 0);
	assert_int_equal(ops->end(box, message, true), 0);
	assert_int_equal(ops->begin(box, NULL, 1, &message), SCSIEMU_E_BUSY);
	semu_mailbox_close(box);
	semu_mailbox_close(NULL);
}

/* The device string: one initiator's message, another one's. */
static void test_device(void **state)
{
	static const uint8_t send[6] = { 0x0a, 0, 0, 0, 5 };
	static const uint8_t receive[6] = { 0x08, 0, 0, 0, 100 };
	static struct scsiemu_exec x;
	static uint64_t scratch[2048];
	struct scsiemu_host_device d = { .units = NULL };
	struct scsiemu_errmsg err;
	char in[100];

	(void)state;
	assert_int_equal(scsiemu_host_device_add(&d, "proc:size=4K", &err), 0);
	assert_int_equal(scsiemu_host_device_open(&d, "t", NULL, &err), 0);
	assert_string_equal(d.units->host.summary, "proc, 4 KiB of messages");
	x = (struct scsiemu_exec){ .cdb = send, .cdb_len = 6, .out = "hello" };
	x.out_len = 5;
	x.scratch = scratch;
	x.scratch_len = sizeof(scratch);
	scsiemu_exec(&d.pump, d.units->host.lu, &x, NULL, NULL);
	assert_int_equal(x.status, SCSIEMU_CHECK_CONDITION); /* power on */
	scsiemu_exec(&d.pump, d.units->host.lu, &x, NULL, NULL);
	assert_int_equal(x.status, SCSIEMU_GOOD);
	x.cdb = receive;
	x.out_len = 0;
	x.in = in;
	x.in_len = sizeof(in);
	scsiemu_exec(&d.pump, d.units->host.lu, &x, NULL, NULL);
	assert_int_equal(x.status, SCSIEMU_GOOD);
	assert_int_equal(x.in_done, 5);
	assert_memory_equal(in, "hello", 5);
	scsiemu_exec(&d.pump, d.units->host.lu, &x, NULL, NULL);
	assert_int_equal(x.status, SCSIEMU_BUSY);
	assert_int_equal(scsiemu_host_device_close(&d, &err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_model),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
