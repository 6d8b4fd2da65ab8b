/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_vhost.c - a front end that sends anything, and a guest whose memory and
 * queues have anything in them.
 *
 *	byte 0: bit 0 a packed queue, bit 1 features of events and tables, bit 2
 *		memory of requests in flight, which is the guest's as well
 *	then records, by their first byte modulo 4:
 *	0, 1	16 bits of place, 8 of length, bytes for that place in memory
 *	2	a kick of queue 2, and the loop runs
 *	3	request, 8 bits of length, its payload; and the loop runs
 */
#define _GNU_SOURCE
#include <scsiemu/host.h>
#include <transport/vhost/vhost.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../transport/idle.h"

enum { MEMORY = 65536, SIZE = 16, FLY_AT = 3072, FLY = 2048 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct scsiemu_host_device dev;
static struct scsiemu_loop *loop;
static struct scsiemu_vhost *v;
static uint8_t *mem;
static int front, kick;

static void settle(void)
{
	if (scsiemu_loop_run(loop))
		abort();
}

static void set_ring(struct semu_vring *r, bool packed)
{
	r->format = packed ? &semu_ring_packed : &semu_ring_split;
	r->size = SIZE;
	r->at[1] = 1024;
	r->at[2] = 2048;
	r->base = packed ? 0x80008000u : 0;
	r->enabled = true;
	kick = eventfd(0, EFD_NONBLOCK);
	semu_ring_set_kick(r, dup(kick));
	semu_ring_start(r);
}

/* Memory at address 0 of both kinds, one queue of requests. */
static void begin(uint8_t how)
{
	struct scsiemu_vhost_config cf = {
		.size = sizeof(cf),
		.queues = 1,
		.pump = &dev.pump,
		.dev = dev.dev,
		.loop = loop,
		.allocator = &scsiemu_host_allocator,
	};
	uint64_t region[4] = { 0, MEMORY, 0, 0 };
	char path[] = "/tmp/fuzz-vhost-XXXXXX", name[40];
	struct scsiemu_errmsg err;
	int fd = memfd_create("guest", MFD_CLOEXEC), pair[2];

	if (fd < 0 || ftruncate(fd, MEMORY) || !mkdtemp(path) ||
	    socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		abort();
	snprintf(name, sizeof(name), "%s/s", path);
	v = scsiemu_vhost_open(&cf, name, &err);
	mem = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (!v || mem == MAP_FAILED || unlink(name) || rmdir(path))
		abort();
	front = pair[0];
	semu_vhost_adopt(v, pair[1]);
	if (!semu_vhost_add_region(v, (uint8_t *)region, fd) ||
	    (how & 4 && !semu_vhost_map_fly(v, fd, FLY, FLY_AT)))
		abort();
	close(fd);
	v->features = (how & 1 ? VIRTIO_PACKED : 0) |
		      (how & 2 ? VIRTIO_INDIRECT | VIRTIO_EVENT_IDX : 0);
	set_ring(&v->ring[QUEUE_REQUEST], how & 1);
}

static size_t put(const uint8_t *p, size_t size)
{
	size_t at = vhost_get16(p), n = p[2];

	n = n < size - 3 ? n : size - 3;
	n = n < MEMORY - at ? n : MEMORY - at;
	memcpy(mem + at, p + 3, n);
	return 3 + n;
}

static size_t tell(const uint8_t *p, size_t size)
{
	uint32_t n = p[1] < size - 2 ? p[1] : (uint32_t)(size - 2);
	uint32_t header[3] = { p[0], MSG_VERSION | MSG_NEED, n };
	uint8_t whole[MSG_HEADER + 255];
	ssize_t sent;

	memcpy(whole, header, MSG_HEADER);
	memcpy(whole + MSG_HEADER, p + 2, n);
	sent = send(front, whole, MSG_HEADER + n, MSG_NOSIGNAL | MSG_DONTWAIT);
	(void)sent;
	settle();
	return 2 + n;
}

static void run(const uint8_t *p, size_t size)
{
	while (size > 4) {
		unsigned what = *p++ & 3;
		size_t n = 0;

		size--;
		if (what < 2)
			n = put(p, size);
		else if (what == 3)
			n = tell(p, size);
		else
			eventfd_write(kick, 1);
		if (what == 2)
			settle();
		p += n;
		size -= n;
	}
	eventfd_write(kick, 1);
	settle();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scsiemu_errmsg err;

	if (size < 2)
		return 0;
	memset(&dev, 0, sizeof(dev));
	if (scsiemu_host_device_add(&dev, "disk:mem,size=1M", &err) ||
	    scsiemu_host_device_open(&dev, "t", NULL, &err))
		abort();
	loop = semu_loop_create(&dev.pump, &idle_calls);
	if (!loop)
		abort();
	begin(data[0]);
	run(data + 1, size - 1);
	if (!scsiemu_vhost_close(v))
		abort();
	scsiemu_loop_destroy(loop);
	close(front);
	close(kick);
	munmap(mem, MEMORY);
	if (scsiemu_host_device_close(&dev, &err))
		abort();
	return 0;
}
