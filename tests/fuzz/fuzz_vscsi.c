/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_vscsi.c - vscsi(4) over a kernel that gives anything: commands, errors
 * at any call, data-out. It reads and writes all the memory that it is named.
 *
 *	I2T: a byte that says what it is: 0 none is ready, 1 it fails, 2 a
 *	buffer as long as size_t can say, else one of the length it has;
 *	then struct command
 *	DATA_*, T2I: a byte, from F0h on it fails; of DATA_WRITE then the
 *	bytes, at most 64, over and over
 */
#include <scsiemu/host.h>
#include <transport/vscsi/vscsi.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct command {
	uint8_t tag, target, lun[2], cmdlen, direction, datalen[3], cdb[16];
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t *at;
static size_t left;

static const uint8_t *take(size_t n)
{
	const uint8_t *p = at;

	at += n;
	left -= n;
	return p;
}

static uint8_t byte(void)
{
	return left ? *take(1) : 0;
}

static int error(void)
{
	static const int errors[16] = { EFAULT, EFAULT, EFAULT, EFAULT,
					EINTR,	EINTR,	EINTR,	EINTR,
					EINVAL, ENOMEM, ENXIO,	EIO,
					ENOTTY, EAGAIN, EBADF,	ENODEV };
	uint8_t b = byte();

	return b < 0xf0 ? 0 : errors[b & 15];
}

static int i2t(void *arg)
{
	struct vscsi_ioc_i2t *i = arg;
	struct command c;
	uint8_t kind = byte();
	int rc = kind == 1 ? error() : 0;

	if (rc)
		return rc;
	if (kind <= 1 || left < sizeof(c))
		return EAGAIN;
	memcpy(&c, take(sizeof(c)), sizeof(c));
	i->tag = (int8_t)c.tag;
	i->target = c.target;
	i->lun = (unsigned)c.lun[0] << 8 | c.lun[1];
	i->cmdlen = (size_t)(int8_t)c.cmdlen;
	i->direction = (int8_t)c.direction;
	i->datalen = (unsigned)c.datalen[0] << 16 |
		     (unsigned)c.datalen[1] << 8 | c.datalen[2];
	if (kind == 2)
		i->datalen = ~i->datalen;
	memcpy(i->cmd, c.cdb, sizeof(c.cdb));
	return 0;
}

static int data_read(void *arg)
{
	const struct vscsi_ioc_data *d = arg;
	const volatile uint8_t *p = d->data;

	for (size_t i = 0; i < d->datalen; i++)
		(void)p[i];
	return error();
}

static int data_write(void *arg)
{
	const struct vscsi_ioc_data *d = arg;
	int rc = error();
	size_t n = left < 64 ? left : 64;
	const uint8_t *p = take(n);

	for (size_t i = 0; i < d->datalen; i++)
		((uint8_t *)d->data)[i] = n ? p[i % n] : 0;
	return rc;
}

static int other(void *arg)
{
	(void)arg;
	return error();
}

static int any_ioctl(int fd, unsigned long request, void *arg)
{
	static int (*const calls[])(void *) = { i2t,   data_read, data_write,
						other, other,	  other };

	(void)fd;
	errno = calls[request & 0xff](arg);
	return errno ? -1 : 0;
}

static int no_open(const char *path, int flags)
{
	(void)path, (void)flags;
	return 3;
}

static int no_close(int fd)
{
	(void)fd;
	return 0;
}

static const struct semu_calls calls = { .open = no_open,
					 .close = no_close,
					 .ioctl = any_ioctl };

static void serve(struct scsiemu_host_device d[2])
{
	struct scsiemu_vscsi_config cf = {
		.size = sizeof(cf),
		.allocator = &scsiemu_host_allocator,
	};
	struct scsiemu_errmsg err;
	struct scsiemu_vscsi *v = semu_vscsi_open(&cf, &calls, semu_vscsi_ends,
						  "vscsi", &err);
	struct scsiemu_source *s;

	if (!v)
		abort();
	for (unsigned i = 0; i < 2; i++)
		if (scsiemu_vscsi_add(v, i, &d[i].pump, &err))
			abort();
	s = scsiemu_vscsi_source(v);
	while (left && s->events) {
		s->ready(s, POLLIN);
		for (unsigned i = 0; i < 2; i++)
			scsiemu_pump_flush(&d[i].pump);
	}
	if (!s->events != !!scsiemu_vscsi_broken(v))
		abort();
	if (!scsiemu_vscsi_close(v))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const devices[2] = { "disk:mem,size=1M,thin",
						"disk:null,size=1M,pi=1" };
	struct scsiemu_host_device d[2] = { { .units = NULL } };
	struct scsiemu_errmsg err;

	at = data;
	left = size;
	for (unsigned i = 0; i < 2; i++)
		if (scsiemu_host_device_add(&d[i], devices[i], &err) ||
		    scsiemu_host_device_open(&d[i], "t", NULL, &err))
			abort();
	serve(d);
	for (unsigned i = 0; i < 2; i++)
		if (scsiemu_host_device_close(&d[i], &err))
			abort();
	return 0;
}
