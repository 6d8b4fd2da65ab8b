/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_tcmu.c - a ring of TCMU with anything in it. What the adapter believes
 * lies in memory that is exactly as long as it was told.
 *
 *	byte 0: the head, in units of 8 bytes, modulo the ring
 *	then records: 16 bits of place, 16 bits of length, bytes for that place
 *
 * If all of it is an odd number of bytes there is nothing behind the ring.
 */
#include <scsiemu/host.h>
#include <transport/tcmu/tcmu.h>

#include <stdlib.h>

enum { RING_AT = 128, RING = 2048, DATA = 4096, MOST = RING_AT + RING + DATA };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t *map;
static size_t map_len;

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

static void *no_mmap(void *at, size_t len, int prot, int flags, int fd,
		     off_t off)
{
	(void)at, (void)len, (void)prot, (void)flags, (void)fd, (void)off;
	return map;
}

static int no_munmap(void *mem, size_t len)
{
	(void)mem, (void)len;
	return 0;
}

static ssize_t no_read(int fd, void *buf, size_t len)
{
	(void)fd, (void)buf;
	return (ssize_t)len;
}

static ssize_t no_write(int fd, const void *buf, size_t len)
{
	(void)fd, (void)buf;
	return (ssize_t)len;
}

static const struct semu_calls calls = { .open = no_open,
					 .close = no_close,
					 .mmap = no_mmap,
					 .munmap = no_munmap,
					 .read = no_read,
					 .write = no_write };

static void fill(const uint8_t *data, size_t size)
{
	tcmu_put16(map + TCMU_VERSION_AT, TCMU_VERSION);
	tcmu_put16(map + TCMU_FLAGS_AT, 0xf);
	tcmu_put32(map + TCMU_RING_OFF_AT, RING_AT);
	tcmu_put32(map + TCMU_RING_SIZE_AT, RING);
	while (size > 4) {
		size_t at = tcmu_get16(data) % (map_len - TCMU_MAILBOX);
		size_t n = tcmu_get16(data + 2);

		at += TCMU_MAILBOX;
		data += 4;
		size -= 4;
		n = n < size ? n : size;
		n = n < map_len - at ? n : map_len - at;
		memcpy(map + at, data, n);
		data += n;
		size -= n;
	}
}

static void serve(struct scsiemu_host_device *d, uint8_t head)
{
	struct scsiemu_tcmu_config cf = {
		.size = sizeof(cf),
		.pump = &d->pump,
		.lu = d->units->host.lu,
		.allocator = &scsiemu_host_allocator,
	};
	struct semu_tcmu_paths paths = { "uio", "free", map_len };
	struct scsiemu_errmsg err;
	struct scsiemu_tcmu *t = semu_tcmu_open(&cf, &calls, &paths, &err);
	struct scsiemu_source *s;

	if (!t)
		abort();
	s = scsiemu_tcmu_source(t);
	for (unsigned i = 1; i <= 4 && s->events; i++) {
		tcmu_put32(map + TCMU_HEAD_AT, head * 8u * i % RING);
		s->ready(s, POLLIN);
		scsiemu_pump_flush(&d->pump);
	}
	if (!scsiemu_tcmu_close(t))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scsiemu_host_device d = { .units = NULL };
	struct scsiemu_errmsg err;

	if (size < 2)
		return 0;
	map_len = size % 2 ? RING_AT + RING : MOST;
	map = calloc(1, map_len);
	if (!map || scsiemu_host_device_add(&d, "disk:mem,size=1M", &err) ||
	    scsiemu_host_device_open(&d, "t", NULL, &err))
		abort();
	fill(data + 1, size - 1);
	serve(&d, data[0]);
	if (scsiemu_host_device_close(&d, &err))
		abort();
	free(map);
	return 0;
}
