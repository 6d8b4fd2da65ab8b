/* SPDX-License-Identifier: BSD-2-Clause */
/* How long a READ is lent: the pump on the real engine and the null store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <scsiemu/host.h>
#include <scsiemu/wire.h>

#include "support/fake_port.h"

enum { MOST = SCSIEMU_LEND_MAX / 512 };

struct bed {
	struct scsiemu_device *dev;
	struct scsiemu_host_lu disk;
	struct scsiemu_pump pump;
	struct fake_port port;
	uint64_t bounce[1024];
};

static void run(struct bed *b, struct fake_task *t, unsigned nblk, void *in)
{
	const uint8_t cdb[10] = {
		0x28, 0, 0, 0, 0, 0, 0, (uint8_t)(nblk >> 8), (uint8_t)nblk
	};

	fake_task_init(t, cdb, sizeof(cdb), in, nblk * 512, NULL, 0);
	assert_int_equal(scsiemu_pump_start(&b->pump, &b->port.port, b->disk.lu,
					    &t->task),
			 0);
	fake_port_run(&b->port, true);
	assert_int_equal(t->ndone, 1);
}

/* Whoever reads more gets it through windows, which can hold back. */
static void test_longest(void **state)
{
	struct scsiemu_limits l = { .size = sizeof(l) };
	struct scsiemu_errmsg err;
	struct bed *b = calloc(1, sizeof(*b));
	struct fake_task *t = calloc(1, sizeof(*t));
	uint8_t *in = malloc((MOST + 1) * 512);

	(void)state;
	assert_true(b && t && in);
	b->dev = scsiemu_device_create(&l, &scsiemu_host_allocator);
	assert_int_equal(scsiemu_host_open(&b->disk, "disk:null,size=1G", &err),
			 0);
	assert_int_equal(scsiemu_host_attach(&b->disk, b->dev, 0, &err), 0);
	assert_int_equal(scsiemu_pump_init(&b->pump, b->dev, b->bounce,
					   sizeof(b->bounce)),
			 0);
	fake_port_init(&b->port, &b->pump);
	b->port.ops.lends = true;
	run(b, t, 1, in); /* takes the unit attention */
	assert_int_equal(t->task.cmd.status, SCSIEMU_CHECK_CONDITION);
	fake_task_free(t);
	run(b, t, MOST, in);
	assert_int_equal(t->task.cmd.status, SCSIEMU_GOOD);
	assert_int_equal(t->push[0].how, SCSIEMU_PUSH_LENT);
	assert_int_equal(t->arrived, MOST * 512);
	fake_task_free(t);
	run(b, t, MOST + 1, in);
	assert_int_equal(t->task.cmd.status, SCSIEMU_GOOD);
	assert_int_equal(t->push[0].how, SCSIEMU_PUSH_WINDOW);
	assert_int_equal(t->arrived, (MOST + 1) * 512);
	fake_task_free(t);
	assert_int_equal(scsiemu_host_close(&b->disk, &err), 0);
	scsiemu_device_destroy(b->dev, &scsiemu_host_allocator);
	free(in);
	free(t);
	free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_longest) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
