/* SPDX-License-Identifier: BSD-2-Clause */
/* The same as loop_pump.c with target mode buffers as the receiver of messages:
 * what they add. */
#include "loop.h"

#include <scsiemu/host.h>
#include <scsiemu/transport/tmtgt.h>

static void (*give_back)(struct scsiemu_tm_buf *buf);

static void kernel_receive(struct scsiemu_tm_buf *buf)
{
	give_back(buf);
}

static uint32_t kernel_id(void *ctx, const struct scsiemu_nexus *n)
{
	(void)ctx, (void)n;
	return 0;
}

int main(int argc, char **argv)
{
	struct scsiemu_tmtgt_config cf = {
		.size = sizeof(cf),
		.id = 7,
		.id_of = kernel_id,
		.allocator = &scsiemu_host_allocator,
	};
	struct scsiemu_tm_start path = {
		.size = sizeof(path),
		.buf_size = SCSIEMU_TM_BUF_SIZE,
		.num_bufs = SCSIEMU_TM_NUM_BUFS,
		.recv_func = kernel_receive,
	};
	struct scsiemu_proc_options receiver = {
		.size = sizeof(receiver),
		.ops = &scsiemu_tmtgt_ops,
		.ctx = scsiemu_tmtgt_create(&cf),
	};
	static struct loop l;
	int failed;

	if (!receiver.ctx || scsiemu_tmtgt_start(receiver.ctx, &path))
		return 2;
	give_back = path.free_func;
	loop_options(&l, argc, argv);
	l.receiver = &receiver;
	loop_device(&l);
	failed = loop_run(&l);
	scsiemu_tmtgt_destroy(receiver.ctx);
	return failed;
}
