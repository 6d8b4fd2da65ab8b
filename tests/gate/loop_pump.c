/* SPDX-License-Identifier: BSD-2-Clause */
/* The core, the pump and the null store, or a receiver of messages that keeps
 * none. */
#include "loop.h"

#include <stdio.h>

static int begin(void *ctx, const struct scsiemu_nexus *from, uint32_t len,
		 void **message)
{
	(void)from, (void)len;
	*message = ctx;
	return 0;
}

static void *room(void *ctx, void *message, uint32_t off, uint32_t *len)
{
	static uint8_t data[LOOP_MESSAGE];

	(void)ctx, (void)message, (void)len;
	return data + off;
}

static int end(void *ctx, void *message, bool whole)
{
	(void)ctx, (void)message, (void)whole;
	return 0;
}

static const struct scsiemu_proc_ops ops = {
	.size = sizeof(ops), .begin = begin, .room = room, .end = end
};

int main(int argc, char **argv)
{
	static const struct scsiemu_proc_options receiver = {
		.size = sizeof(receiver), .ops = &ops
	};
	struct scsiemu_geometry geometry = { .bytes = 1 << 30 };
	struct scsiemu_errmsg err;
	static struct loop l;
	int failed;

	loop_options(&l, argc, argv);
	if (scsiemu_open_null(&l.medium, &geometry, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return 2;
	}
	l.receiver = &receiver;
	loop_device(&l);
	failed = loop_run(&l);
	scsiemu_medium_close(&l.medium);
	return failed;
}
