/* SPDX-License-Identifier: BSD-2-Clause */
/* The same as loop_pump.c behind a driver that answers at once: what the
 * adapter for targ(4) adds. */
#include "loop.h"

#include <scsiemu/host.h>
#include <transport/targ/targ.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { BATCH = 32, ROOM = 512 };

static uint64_t bounce[1024];

/* Control blocks that come back: CTIOs, then ATIOs as new commands. */
static union ccb *atio[ROOM], *ctio[ROOM];
static unsigned natio, nctio;
static unsigned long bad;

static int kernel_open(const char *path, int flags)
{
	(void)flags;
	errno = ENOENT;
	return strcmp(path, "/dev/targ") ? -1 : 3;
}

static int kernel_close(int fd)
{
	(void)fd;
	return 0;
}

static int kernel_ioctl(int fd, unsigned long request, void *arg)
{
	(void)fd, (void)request, (void)arg;
	return 0;
}

static ssize_t give(void *buf, union ccb **from, unsigned *n, size_t room)
{
	size_t len = *n * sizeof(*from);

	len = len < room ? len : room;
	memcpy(buf, from, len);
	*n -= (unsigned)(len / sizeof(*from));
	memmove(from, (uint8_t *)from + len, *n * sizeof(*from));
	return (ssize_t)len;
}

static ssize_t kernel_read(int fd, void *buf, size_t len)
{
	(void)fd;
	errno = EAGAIN;
	if (nctio)
		return give(buf, ctio, &nctio, len);
	return natio ? give(buf, atio, &natio, len) : -1;
}

static void inquire(union ccb *u)
{
	u->ccb_h.status = CAM_REQ_CMP;
	u->cpi.target_sprt = PIT_PROCESSOR;
	u->cpi.maxio = 128 << 10;
}

static ssize_t kernel_write(int fd, const void *buf, size_t len)
{
	union ccb *const *u = buf;

	(void)fd;
	for (size_t n = len / sizeof(*u); n--; u++) {
		if ((*u)->ccb_h.func_code == XPT_PATH_INQ)
			inquire(*u);
		if ((*u)->ccb_h.func_code == XPT_ACCEPT_TARGET_IO)
			atio[natio++] = *u;
		if ((*u)->ccb_h.func_code != XPT_CONT_TARGET_IO)
			continue;
		(*u)->ccb_h.status = CAM_REQ_CMP | CAM_SENT_SENSE;
		bad += (*u)->ctio.scsi_status;
		ctio[nctio++] = *u;
	}
	return (ssize_t)len;
}

static const struct semu_calls calls = { .open = kernel_open,
					 .close = kernel_close,
					 .ioctl = kernel_ioctl,
					 .read = kernel_read,
					 .write = kernel_write };

/* They stay as they are while they go round. */
static void make_commands(const struct loop *l)
{
	for (unsigned i = 0; i < natio; i++) {
		struct ccb_accept_tio *a = &atio[i]->atio;

		a->ccb_h.status = CAM_CDB_RECVD;
		a->ccb_h.flags = CAM_TAG_ACTION_VALID;
		a->init_id = 1;
		a->tag_id = i;
		a->tag_action = 0x20;
		a->cdb_len = sizeof(a->cdb_io.cdb_bytes);
		memcpy(a->cdb_io.cdb_bytes, l->cdb, a->cdb_len);
	}
}

int main(int argc, char **argv)
{
	struct scsiemu_geometry geometry = { .bytes = 1 << 30 };
	struct scsiemu_targ_config cf = { .size = sizeof(cf),
					  .scratch = 8192,
					  .commands = BATCH,
					  .initiators = 1,
					  .allocator =
						  &scsiemu_host_allocator };
	struct scsiemu_errmsg err;
	struct scsiemu_pump pump;
	struct scsiemu_targ *t;
	static struct loop l;

	loop_options(&l, argc, argv);
	if (scsiemu_open_null(&l.medium, &geometry, &err))
		return 2;
	loop_device(&l);
	/* Those of the loop have their places: the adapter makes its own. */
	scsiemu_nexus_detach(l.nexuses[0]);
	if (scsiemu_pump_init(&pump, l.dev, bounce, sizeof(bounce)))
		return 2;
	cf.pump = &pump;
	cf.lu = l.lus[0];
	t = semu_targ_open(&cf, &calls, &err);
	if (!t) {
		fprintf(stderr, "%s\n", err.text);
		return 2;
	}
	make_commands(&l);
	for (unsigned long i = 0; i < l.count; i += BATCH) {
		unsigned n = 0;

		while (n++ < 4) { /* commands, data, status */
			struct scsiemu_source *s = scsiemu_targ_source(t);

			s->ready(s, POLLIN);
			scsiemu_pump_flush(&pump);
			if (natio == BATCH && !nctio)
				break;
		}
		if (!i)
			bad = 0; /* the unit attention of power on */
	}
	if (scsiemu_targ_broken(t))
		bad++;
	scsiemu_targ_close(t);
	scsiemu_medium_close(&l.medium);
	if (bad)
		printf("%lu failed\n", bad);
	return bad != 0;
}
