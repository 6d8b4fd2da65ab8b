/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Long work behind the pump and real stores: it leaves time to others, ends by
 * itself, can be aborted, and is found again in the files that it left.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <scsiemu/exec.h>
#include <scsiemu/host.h>
#include <scsiemu/wire.h>

#include <cmocka.h>

enum { SCRATCH = 16384, SLICE = 8 << 20 };

struct bench {
	struct scsiemu_device *dev;
	struct scsiemu_host_lu host;
	struct scsiemu_pump pump;
	struct scsiemu_exec x;
	uint64_t scratch[SCRATCH / 8], bounce[SCRATCH / 8];
	uint8_t in[4096];
};

static void open_it(struct bench *b, const char *device)
{
	struct scsiemu_limits l = { .size = sizeof(l),
				    .scratch = SCRATCH,
				    .cmd_size = sizeof(struct scsiemu_task) };
	struct scsiemu_errmsg err = { "" };

	memset(b, 0, sizeof(*b));
	b->dev = scsiemu_device_create(&l, &scsiemu_host_allocator);
	assert_non_null(b->dev);
	assert_int_equal(scsiemu_pump_init(&b->pump, b->dev, b->bounce,
					   sizeof(b->bounce)),
			 0);
	if (scsiemu_host_open(&b->host, device, &err) ||
	    scsiemu_host_attach(&b->host, b->dev, 0, &err))
		fail_msg("%s", err.text);
}

static void close_it(struct bench *b)
{
	struct scsiemu_errmsg err;

	assert_int_equal(scsiemu_host_close(&b->host, &err), 0);
	scsiemu_device_destroy(b->dev, &scsiemu_host_allocator);
}

/* Status, and key and code of its sense. */
static unsigned run(struct bench *b, const uint8_t *cdb, unsigned len,
		    const void *out, uint32_t out_len)
{
	struct scsiemu_exec *x = &b->x;

	x->cdb = cdb;
	x->cdb_len = (uint16_t)len;
	x->out = out;
	x->out_len = out_len;
	x->in = b->in;
	x->in_len = sizeof(b->in);
	x->scratch = b->scratch;
	x->scratch_len = sizeof(b->scratch);
	assert_int_equal(scsiemu_exec(&b->pump, b->host.lu, x, NULL, NULL), 0);
	if (x->status != SCSIEMU_CHECK_CONDITION)
		return (unsigned)x->status << 24;
	return 0x02000000u | (x->sense[2] & 15u) << 16 |
	       (unsigned)x->sense[12] << 8 | x->sense[13];
}

static unsigned tur(struct bench *b)
{
	static const uint8_t cdb[6];

	return run(b, cdb, 6, NULL, 0);
}

static unsigned progress(const struct bench *b)
{
	return (unsigned)b->x.sense[16] << 8 | b->x.sense[17];
}

/* Without IMMED, with nobody who polls. */
static void waits(void **state)
{
	static const uint8_t overwrite[10] = { 0x48, 1, [8] = 5 };
	static const uint8_t format[6] = { 0x04 };
	static const uint8_t list[5] = { 1, 0, 0, 1, 0x66 };
	static const uint8_t read[10] = { 0x28, [8] = 8 };
	struct bench b;

	(void)state;
	open_it(&b, "disk:mem,size=64M,format");
	tur(&b);
	assert_int_equal(run(&b, overwrite, 10, list, 5), 0);
	assert_int_equal(run(&b, read, 10, NULL, 0), 0);
	for (unsigned i = 0; i < 4096; i++)
		assert_int_equal(b.in[i], 0x66);
	assert_int_equal(run(&b, format, 6, NULL, 0), 0);
	assert_int_equal(run(&b, read, 10, NULL, 0), 0);
	for (unsigned i = 0; i < 4096; i++)
		assert_int_equal(b.in[i], 0);
	close_it(&b);
}

/* With IMMED others get their turn, a slice of the work between two of them. */
static void lets_others(void **state)
{
	static const uint8_t cdb[10] = { 0x48, 0x81, [8] = 5 };
	static const uint8_t list[5] = { 1, 0, 0, 1, 0x77 };
	unsigned n = 0, last = 0;
	struct bench b;

	(void)state;
	open_it(&b, "disk:mem,size=256M,format");
	tur(&b);
	assert_int_equal(run(&b, cdb, 10, list, 5), 0);
	for (; tur(&b) == 0x0202041b; n++) {
		assert_true(progress(&b) >= last);
		last = progress(&b);
	}
	assert_in_range(n, 256 / 8 - 4, 256 / 8 + 4);
	assert_true(last > 0xe000);
	assert_false(scsiemu_pump_flush(&b.pump));
	assert_int_equal(tur(&b), 0);
	close_it(&b);
}

static int window(void *port, struct scsiemu_task *t, bool in, uint32_t off,
		  uint32_t len, bool whole, struct scsiemu_vec *v, unsigned *nv)
{
	static uint8_t block[512] = { 1 };

	(void)port, (void)t, (void)in, (void)whole;
	v->base = block + off;
	v->len = len;
	*nv = 1;
	return 0;
}

static void done(void *port, struct scsiemu_task *t)
{
	++*(unsigned *)port;
	scsiemu_pump_sent(t);
}

static const struct scsiemu_port_ops port_ops = { .size = sizeof(port_ops),
						  .window = window,
						  .done = done };

/* WRITE SAME of the whole medium lets others by, and ends when it is aborted.
 */
static void write_same(void **state)
{
	static const uint8_t cdb[16] = { 0x93 };
	unsigned ended = 0;
	struct scsiemu_port port = { .ops = &port_ops, .ctx = &ended };
	struct scsiemu_task t = { .cmd = { .cdb = cdb,
					   .cdb_len = 16,
					   .out_len = 512,
					   .scratch_len = SCRATCH } };
	struct bench b;

	(void)state;
	open_it(&b, "disk:null,size=1T");
	tur(&b);
	t.cmd.scratch = malloc(SCRATCH);
	assert_int_equal(scsiemu_pump_start(&b.pump, &port, b.host.lu, &t), 0);
	for (unsigned i = 0; i < 10; i++) {
		assert_true(scsiemu_pump_flush(&b.pump));
		assert_int_equal(tur(&b), 0);
		assert_int_equal(ended, 0);
	}
	scsiemu_pump_abort(&t);
	assert_int_equal(ended, 1);
	assert_int_equal(t.cmd.outcome, SCSIEMU_ABORTED);
	assert_false(scsiemu_pump_flush(&b.pump));
	assert_int_equal(tur(&b), 0);
	free(t.cmd.scratch);
	close_it(&b);
}

/* Two at once take turns. */
static void in_turn(void **state)
{
	static const uint8_t cdb[16] = { 0x93 };
	unsigned ended[2] = { 0 };
	struct scsiemu_port port[2];
	struct scsiemu_task t[2];
	struct bench b;

	(void)state;
	open_it(&b, "disk:null,size=1G");
	tur(&b);
	memset(t, 0, sizeof(t));
	for (unsigned i = 0; i < 2; i++) {
		port[i] = (struct scsiemu_port){ .ops = &port_ops,
						 .ctx = &ended[i] };
		t[i].cmd.cdb = cdb;
		t[i].cmd.cdb_len = 16;
		t[i].cmd.tag = i;
		t[i].cmd.out_len = 512;
		t[i].cmd.scratch_len = SCRATCH;
		t[i].cmd.scratch = malloc(SCRATCH);
		assert_int_equal(
			scsiemu_pump_start(&b.pump, &port[i], b.host.lu, &t[i]),
			0);
	}
	while (scsiemu_pump_flush(&b.pump) && ended[0] + ended[1] == 0) {
		uint64_t at = t[0].cmd.addr, other = t[1].cmd.addr;

		/* neither is a slice and a half ahead */
		assert_true(at < other + (32 << 20) / 512);
		assert_true(other < at + (32 << 20) / 512);
	}
	while (scsiemu_pump_flush(&b.pump))
		;
	assert_int_equal(ended[0], 1);
	assert_int_equal(ended[1], 1);
	free(t[0].cmd.scratch);
	free(t[1].cmd.scratch);
	close_it(&b);
}

/* A file that was formatted with other blocks has them after a restart; one
 * whose format was cut short is corrupt; a SANITIZE goes on. */
static void files(void **state)
{
	static const uint8_t select[10] = { 0x55, 0x10, [8] = 24 };
	static const uint8_t list[24] = { [4] = 1, [7] = 16, [22] = 0x10 };
	static const uint8_t format[6] = { 0x04 };
	static const uint8_t immed[6] = { 0x04, 0x10 };
	static const uint8_t now[4] = { 0, 2 };
	static const uint8_t capacity[10] = { 0x25 };
	static const uint8_t wipe[10] = { 0x48, 0x81, [8] = 5 };
	static const uint8_t pattern[5] = { 1, 0, 0, 1, 0x99 };
	char dir[] = "/tmp/pump-work-XXXXXX", device[200], path[64], nv[64];
	struct bench b;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/a.img", dir);
	snprintf(nv, sizeof(nv), "%s/a.nv", dir);
	snprintf(device, sizeof(device), "disk:path=%s,size=32M,format,nv=%s",
		 path, nv);
	open_it(&b, device);
	tur(&b);
	assert_int_equal(run(&b, select, 10, list, 24), 0);
	assert_int_equal(run(&b, format, 6, NULL, 0), 0);
	assert_int_equal(tur(&b), 0x02062a09);
	close_it(&b);
	for (unsigned i = 0; i < 2; i++) {
		open_it(&b, device);
		tur(&b);
		assert_int_equal(run(&b, capacity, 10, NULL, 0), 0);
		assert_int_equal(b.in[3] | b.in[2] << 8, (32 << 20) / 4096 - 1);
		assert_int_equal(b.in[6], 0x10);
		if (i) /* leave it in the middle */
			assert_int_equal(run(&b, wipe, 10, pattern, 5), 0);
		close_it(&b);
	}
	open_it(&b, device);
	tur(&b); /* it goes on, as soon as somebody drives it */
	while (scsiemu_pump_flush(&b.pump))
		;
	assert_int_equal(tur(&b), 0);
	assert_int_equal(
		run(&b, (const uint8_t[10]){ 0x28, [8] = 1 }, 10, NULL, 0), 0);
	assert_int_equal(b.in[4095], 0x99);
	assert_int_equal(run(&b, select, 10, list, 24), 0);
	assert_int_equal(run(&b, immed, 6, now, 4), 0);
	close_it(&b);
	open_it(&b, device);
	tur(&b);
	if (tur(&b)) /* zeros come fast: perhaps it was over */
		assert_int_equal(tur(&b), 0x02033100);
	assert_int_equal(run(&b, format, 6, NULL, 0), 0);
	assert_int_equal(tur(&b), 0);
	close_it(&b);
	/* a file of another size cannot be what nv says */
	assert_int_equal(unlink(path), 0);
	snprintf(device, sizeof(device), "disk:path=%s,size=1M,format,nv=%s",
		 path, nv);
	{
		struct scsiemu_limits l = { .size = sizeof(l) };
		struct scsiemu_errmsg err;
		struct scsiemu_host_lu h;
		struct scsiemu_device *d =
			scsiemu_device_create(&l, &scsiemu_host_allocator);

		assert_int_equal(scsiemu_host_open(&h, device, &err), 0);
		assert_int_equal(scsiemu_host_attach(&h, d, 0, &err), -1);
		assert_non_null(strstr(err.text, "8192 blocks of 4096 bytes"));
		scsiemu_host_close(&h, &err);
		scsiemu_device_destroy(d, &scsiemu_host_allocator);
	}
	unlink(path);
	unlink(nv);
	assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits),      cmocka_unit_test(lets_others),
		cmocka_unit_test(write_same), cmocka_unit_test(in_turn),
		cmocka_unit_test(files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
