/* SPDX-License-Identifier: BSD-2-Clause */
/* host/hostdevice.c: the logical units of a command line. */
#include <scsiemu/exec.h>
#include <scsiemu/host.h>
#include <scsiemu/wire.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct scsiemu_errmsg err;

static void add(struct scsiemu_host_device *h, const char *text)
{
	assert_int_equal(scsiemu_host_device_add(h, text, &err), 0);
}

static void test_luns(void **state)
{
	static const uint16_t luns[] = { 0, 7, 8, 3, 4 };
	struct scsiemu_host_device h = { .units = NULL };
	unsigned n = 0;

	(void)state;
	add(&h, "disk:null,size=1M");
	add(&h, "7=disk:null,size=2M");
	add(&h, "disk:null,size=3M");
	add(&h, "3=disk:null,size=4M");
	add(&h, "disk:null,size=5M");
	assert_int_equal(h.nunits, 5);
	assert_int_equal(scsiemu_host_device_open(&h, "t", NULL, &err), 0);
	for (struct scsiemu_host_unit *u = h.units; u; u = u->next, n++) {
		assert_int_equal(u->lun, luns[n]);
		assert_int_equal(u->host.medium.nblk, 2048 * (n + 1));
		assert_ptr_equal(
			scsiemu_lu_find(h.dev,
					(uint8_t[8]){ 0, (uint8_t)u->lun }),
			u->host.lu);
	}
	assert_int_equal(n, 5);
	assert_int_equal(scsiemu_host_device_close(&h, &err), 0);
	assert_null(h.units);
	assert_null(h.dev);
}

/* The same serial number after every start, another one for another LUN. */
static void test_serial(void **state)
{
	static const uint8_t cdb[6] = { 0x12, 1, 0x80, 0, 64 };
	static uint64_t scratch[2048];
	uint8_t page[4][64] = { { 0 } };

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct scsiemu_host_device h = { .units = NULL };
		struct scsiemu_exec *x = calloc(1, sizeof(*x));

		add(&h, i == 2 ? "1=disk:null,size=1M" : "disk:null,size=1M");
		assert_int_equal(scsiemu_host_device_open(
					 &h, i == 3 ? "u" : "t", NULL, &err),
				 0);
		x->cdb = cdb;
		x->cdb_len = 6;
		x->scratch = scratch;
		x->scratch_len = sizeof(scratch);
		x->in = page[i];
		x->in_len = sizeof(page[i]);
		assert_int_equal(
			scsiemu_exec(&h.pump, h.units->host.lu, x, NULL, NULL),
			0);
		assert_int_equal(x->status, SCSIEMU_GOOD);
		free(x);
		assert_int_equal(scsiemu_host_device_close(&h, &err), 0);
	}
	assert_int_equal(page[0][3], 16);
	assert_memory_equal(page[0], page[1], 64);
	assert_memory_not_equal(page[0], page[2], 64);
	assert_memory_not_equal(page[0], page[3], 64);
}

static void refused(struct scsiemu_host_device *h, const char *why)
{
	assert_int_equal(scsiemu_host_device_open(h, "t", NULL, &err), -1);
	assert_non_null(strstr(err.text, why));
	assert_int_equal(scsiemu_host_device_close(h, &err), 0);
}

static void test_wrong(void **state)
{
	struct scsiemu_host_device h = { .units = NULL };
	struct scsiemu_limits l;

	(void)state;
	assert_int_equal(
		scsiemu_host_device_add(&h, "16384=disk:null,size=1M", &err),
		-1);
	assert_non_null(strstr(err.text, "a LUN must be 0 to 16383"));
	add(&h, "16383=disk:null,size=1M");
	assert_int_equal(scsiemu_host_device_add(&h, "disk:null,size=1M", &err),
			 -1);
	assert_int_equal(h.nunits, 1);
	/* The second one fails: the first is closed again. */
	add(&h, "1=disk:nil");
	refused(&h, "nil");
	add(&h, "1=disk:null,size=1M");
	add(&h, "1=disk:null,size=1M");
	refused(&h, "LUN 1 cannot be added");
	scsiemu_host_limits(&l);
	l.cmd_size = sizeof(struct scsiemu_cmd);
	assert_int_equal(scsiemu_host_device_open(&h, "t", &l, &err), -1);
	assert_non_null(strstr(err.text, "limits.cmd_size"));
	assert_int_equal(scsiemu_host_device_close(&h, &err), 0);
}

static int no_flush(void *ctx, struct scsiemu_io *io, uint64_t lba,
		    uint64_t nblk)
{
	(void)ctx, (void)io, (void)lba, (void)nblk;
	return SCSIEMU_E_WRITE;
}

/* What could not be flushed is told, and the others are closed. */
static void test_close(void **state)
{
	struct scsiemu_host_device h = { .units = NULL };
	struct scsiemu_block_ops broken;
	struct scsiemu_medium *m;

	(void)state;
	add(&h, "disk:mem,size=1M");
	add(&h, "disk:mem,size=1M");
	add(&h, "disk:mem,size=1M");
	assert_int_equal(scsiemu_host_device_open(&h, "t", NULL, &err), 0);
	m = &h.units->next->host.medium;
	memcpy(&broken, m->ops, sizeof(broken));
	broken.flush = no_flush;
	m->ops = &broken;
	assert_int_equal(scsiemu_host_device_close(&h, &err), -1);
	assert_non_null(strstr(err.text, "the last flush failed"));
	assert_null(h.units);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_luns),
					    cmocka_unit_test(test_serial),
					    cmocka_unit_test(test_wrong),
					    cmocka_unit_test(test_close) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
