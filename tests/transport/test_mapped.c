/* SPDX-License-Identifier: BSD-2-Clause */
/* transport/mapped.c and slots.c: a disk behind buffers of a host. */
#include <transport/mapped.h>
#include <transport/slots.h>

#include <scsiemu/host.h>
#include <scsiemu/wire.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct bench {
	struct scsiemu_host_device d;
	struct scsiemu_port port;
	struct semu_slots slots;
	uint8_t status;
	unsigned ndone;
	int64_t in_resid;
};

static void done(void *port, struct scsiemu_task *t)
{
	struct bench *b = port;

	b->status = t->cmd.status;
	b->in_resid = scsiemu_in_resid(&t->cmd);
	b->ndone++;
	scsiemu_pump_sent(t);
	semu_slots_give(&b->slots, t);
}

static const struct scsiemu_port_ops ops = { .size = sizeof(ops),
					     .window = semu_mapped_window,
					     .push = semu_mapped_push,
					     .done = done,
					     .cancel = semu_mapped_cancel };

static void run(struct bench *b, const uint8_t *cdb, uint16_t len,
		const struct scsiemu_vec *v, unsigned nv, bool in)
{
	struct semu_mapped_task *t = semu_slots_take(&b->slots);
	uint32_t all = 0;

	for (unsigned i = 0; i < nv; i++)
		all += (uint32_t)v[i].len;
	t->t.cmd.cdb = cdb;
	t->t.cmd.cdb_len = len;
	t->t.cmd.in_len = t->t.cmd.out_len = 0;
	*(in ? &t->t.cmd.in_len : &t->t.cmd.out_len) = all;
	*(in ? &t->in : &t->out) = semu_side(v, nv);
	b->ndone = 0;
	assert_int_equal(scsiemu_pump_start(&b->d.pump, &b->port,
					    b->d.units->host.lu, &t->t),
			 0);
	scsiemu_pump_flush(&b->d.pump);
	assert_int_equal(b->ndone, 1);
}

static void make(struct bench *b, const char *device)
{
	static const uint8_t tur[6];
	struct scsiemu_errmsg err;

	memset(b, 0, sizeof(*b));
	assert_int_equal(scsiemu_host_device_add(&b->d, device, &err), 0);
	assert_int_equal(scsiemu_host_device_open(&b->d, "t", NULL, &err), 0);
	b->port.ops = &ops;
	b->port.ctx = b;
	semu_slots_init(&b->slots, &scsiemu_host_allocator,
			sizeof(struct semu_mapped_task), 16384);
	run(b, tur, 6, NULL, 0, true);
	assert_int_equal(b->status, SCSIEMU_CHECK_CONDITION); /* power on */
}

static void drop(struct bench *b)
{
	struct scsiemu_errmsg err;

	assert_int_equal(b->slots.live, 0);
	semu_slots_end(&b->slots);
	assert_int_equal(scsiemu_host_device_close(&b->d, &err), 0);
}

enum { BYTES = 16384 };

/* One buffer cut into pieces that fit nothing, with gaps of length 0. */
static unsigned shred(uint8_t *at, struct scsiemu_vec *v)
{
	static const size_t cut[] = { 1, 511, 0, 1000, 7, 4096, 0, 3333 };
	unsigned n = 0;
	size_t left = BYTES;

	for (; n < sizeof(cut) / sizeof(cut[0]); n++) {
		v[n].base = at;
		v[n].len = cut[n];
		at += cut[n];
		left -= cut[n];
	}
	v[n].base = at;
	v[n++].len = left;
	return n;
}

static void test_blocks(void **state)
{
	static const uint8_t write32[10] = { 0x2a, 0, 0, 0, 0, 5, 0, 0, 32 };
	static const uint8_t read32[10] = { 0x28, 0, 0, 0, 0, 5, 0, 0, 32 };
	static const char *const disks[] = { "disk:mem,size=1M",
					     "disk:mem,size=1M,block=4096" };
	static uint8_t out[BYTES], in[BYTES];
	struct scsiemu_vec v[16];
	struct bench b;

	(void)state;
	for (unsigned i = 0; i < BYTES; i++)
		out[i] = (uint8_t)(i * 7 + (i >> 8) + 1);
	for (unsigned k = 0; k < 2; k++) {
		uint8_t cdb[10];

		make(&b, disks[k]);
		memcpy(cdb, write32, 10);
		cdb[8] = k ? 4 : 32;
		run(&b, cdb, 10, v, shred(out, v), false);
		assert_int_equal(b.status, SCSIEMU_GOOD);
		memset(in, 0, BYTES);
		memcpy(cdb, read32, 10);
		cdb[8] = k ? 4 : 32;
		run(&b, cdb, 10, v, shred(in, v), true);
		assert_int_equal(b.status, SCSIEMU_GOOD);
		assert_int_equal(b.in_resid, 0);
		assert_memory_equal(in, out, BYTES);
		drop(&b);
	}
}

/* What the core made itself is copied over the borders. */
static void test_reply(void **state)
{
	static const uint8_t inquiry[6] = { 0x12, 0, 0, 0, 96 };
	uint8_t whole[96], parts[96];
	struct scsiemu_vec one = { whole, 96 };
	struct scsiemu_vec v[4] = { { parts, 3 },
				    { parts + 3, 0 },
				    { parts + 3, 30 },
				    { parts + 33, 63 } };
	struct bench b;

	(void)state;
	make(&b, "disk:mem,size=1M");
	memset(parts, 0xee, sizeof(parts));
	run(&b, inquiry, 6, &one, 1, true);
	assert_int_equal(b.in_resid, 0);
	run(&b, inquiry, 6, v, 4, true);
	assert_memory_equal(parts, whole, 96);
	assert_memory_equal(whole + 8, "SCSIEMU ", 8);
	drop(&b);
}

/* A window is the host's memory itself: nothing is copied. */
static void test_window(void **state)
{
	struct semu_mapped_task t = { .in = { NULL, 0, 0, 0 } };
	uint8_t mem[100];
	struct scsiemu_vec have[4] = {
		{ mem, 10 }, { mem + 10, 0 }, { mem + 20, 20 }, { mem + 50, 30 }
	};
	struct scsiemu_vec v[2];
	unsigned nv = 2;

	(void)state;
	t.out = semu_side(have, 4);
	assert_int_equal(
		semu_mapped_window(NULL, &t.t, false, 25, 30, false, v, &nv),
		0);
	assert_int_equal(nv, 2);
	assert_ptr_equal(v[0].base, mem + 35);
	assert_int_equal(v[0].len, 5);
	assert_ptr_equal(v[1].base, mem + 50);
	assert_int_equal(v[1].len, 25);
	/* Back again, and more pieces than there is room for. */
	nv = 1;
	assert_int_equal(
		semu_mapped_window(NULL, &t.t, false, 5, 30, false, v, &nv), 0);
	assert_int_equal(nv, 1);
	assert_ptr_equal(v[0].base, mem + 5);
	assert_int_equal(v[0].len, 5);
	nv = 1;
	assert_int_equal(
		semu_mapped_window(NULL, &t.t, false, 5, 30, true, v, &nv),
		SCSIEMU_E_TRANSPORT);
	/* Beyond what there is. */
	nv = 2;
	assert_int_equal(
		semu_mapped_window(NULL, &t.t, false, 55, 6, false, v, &nv),
		SCSIEMU_E_TRANSPORT);
	assert_int_equal(
		semu_mapped_window(NULL, &t.t, false, 60, 1, false, v, &nv),
		SCSIEMU_E_TRANSPORT);
	assert_int_equal(
		semu_mapped_window(NULL, &t.t, true, 0, 1, false, v, &nv),
		SCSIEMU_E_TRANSPORT);
}

static void test_slots(void **state)
{
	struct semu_slots s;
	struct semu_mapped_task *a, *b;

	(void)state;
	semu_slots_init(&s, &scsiemu_host_allocator, sizeof(*a), 1001);
	a = semu_slots_take(&s);
	b = semu_slots_take(&s);
	assert_int_equal(s.live, 2);
	assert_int_equal(a->t.cmd.scratch_len, 1008);
	assert_int_equal((uintptr_t)a->t.cmd.scratch % 8, 0);
	memset(a->t.cmd.scratch, 0xff, 1008);
	a->in.nv = 7;
	semu_slots_give(&s, a);
	semu_slots_give(&s, b);
	assert_ptr_equal(semu_slots_take(&s), b);
	assert_ptr_equal(semu_slots_take(&s), a);
	assert_int_equal(a->in.nv, 7); /* as it was left */
	assert_int_equal(a->t.cmd.scratch_len, 1008);
	assert_int_equal(s.live, 2);
	semu_slots_give(&s, a);
	semu_slots_give(&s, b);
	semu_slots_end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_blocks),
					    cmocka_unit_test(test_reply),
					    cmocka_unit_test(test_window),
					    cmocka_unit_test(test_slots) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
