/* SPDX-License-Identifier: BSD-2-Clause */
/* The same as loop_pump.c behind a vscsi(4) whose ioctls do nothing: what the
 * adapter adds. */
#include "loop.h"

#include <scsiemu/host.h>
#include <transport/vscsi/vscsi.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { BATCH = 32 };

static uint64_t bounce[1024];
static struct vscsi_ioc_i2t command;
static unsigned ready, failed;
static void *last;

static int kernel_open(const char *path, int flags)
{
	(void)path, (void)flags;
	return 3;
}

static int kernel_close(int fd)
{
	(void)fd;
	return 0;
}

static int kernel_ioctl(int fd, unsigned long request, void *arg)
{
	(void)fd;
	if (request == VSCSI_T2I) {
		failed += ((struct vscsi_ioc_t2i *)arg)->status != 0;
	} else if (request == VSCSI_I2T) {
		if (!ready) {
			errno = EAGAIN;
			return -1;
		}
		ready--;
		if (arg != last) /* else it is there still */
			last = memcpy(arg, &command, sizeof(command));
	}
	return 0;
}

static const struct semu_calls calls = { .open = kernel_open,
					 .close = kernel_close,
					 .ioctl = kernel_ioctl };

static void fill(const struct loop *l)
{
	memcpy(command.cmd, l->cdb, 16);
	command.cmdlen = 16;
	command.datalen = l->in_len + l->out_len;
	command.direction = l->in_len	 ? VSCSI_DIR_READ
			    : l->out_len ? VSCSI_DIR_WRITE
					 : VSCSI_DIR_NONE;
}

int main(int argc, char **argv)
{
	struct scsiemu_geometry geometry = { .bytes = 1 << 30 };
	struct scsiemu_vscsi_config cf = {
		.size = sizeof(cf),
		.allocator = &scsiemu_host_allocator,
	};
	struct scsiemu_source *s;
	struct scsiemu_errmsg err;
	struct scsiemu_pump pump;
	struct scsiemu_vscsi *v;
	static struct loop l;

	loop_options(&l, argc, argv);
	if (scsiemu_open_null(&l.medium, &geometry, &err))
		return 2;
	loop_device(&l);
	if (scsiemu_pump_init(&pump, l.dev, bounce, sizeof(bounce)))
		return 2;
	fill(&l);
	v = semu_vscsi_open(&cf, &calls, semu_vscsi_ends, "vscsi", &err);
	if (!v || scsiemu_vscsi_add(v, 0, &pump, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return 2;
	}
	s = scsiemu_vscsi_source(v);
	for (unsigned long i = 0; i < l.count; i += BATCH) {
		ready = BATCH;
		s->ready(s, POLLIN);
		scsiemu_pump_flush(&pump);
	}
	scsiemu_vscsi_close(v);
	scsiemu_medium_close(&l.medium);
	if (failed > 1) /* the unit attention of the first contact */
		printf("%u commands failed\n", failed);
	return failed > 1;
}
