/* SPDX-License-Identifier: BSD-2-Clause */
/* The same as loop_pump.c behind a ring of TCMU that is filled by copying: what
 * the adapter adds. */
#include "loop.h"

#include <scsiemu/host.h>
#include <transport/tcmu/tcmu.h>

#include <stdio.h>
#include <stdlib.h>

/* A batch of entries; the ring has room for two. */
enum { BATCH = 32, ENTRY = 128, RING_AT = 128, RING = 2 * BATCH * ENTRY };
enum { DATA_AT = RING_AT + RING, MAP = DATA_AT + 65536 };

static uint8_t map[MAP];
static uint64_t bounce[1024];

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

static void *kernel_mmap(void *at, size_t len, int prot, int flags, int fd,
			 off_t off)
{
	(void)at, (void)len, (void)prot, (void)flags, (void)fd, (void)off;
	return map;
}

static int kernel_munmap(void *mem, size_t len)
{
	(void)mem, (void)len;
	return 0;
}

static ssize_t kernel_read(int fd, void *buf, size_t len)
{
	(void)fd, (void)buf;
	return (ssize_t)len;
}

static ssize_t kernel_write(int fd, const void *buf, size_t len)
{
	(void)fd, (void)buf;
	return (ssize_t)len;
}

static const struct semu_calls calls = { .open = kernel_open,
					 .close = kernel_close,
					 .mmap = kernel_mmap,
					 .munmap = kernel_munmap,
					 .read = kernel_read,
					 .write = kernel_write };

static uint8_t *entry(unsigned i)
{
	return map + RING_AT + i * ENTRY;
}

static void make_ring(const struct loop *l)
{
	for (unsigned i = 0; i < 2 * BATCH; i++) {
		uint64_t v = DATA_AT;
		uint8_t *e = entry(i);

		tcmu_put32(e + TCMU_LEN_OP_AT, ENTRY | TCMU_OP_CMD);
		memcpy(e + TCMU_IOV_AT, &v, 8);
		v = l->in_len + l->out_len;
		memcpy(e + TCMU_IOV_AT + 8, &v, 8);
		v = (uint64_t)(e + TCMU_RESPONSE - map);
		memcpy(e + TCMU_CDB_AT, &v, 8);
		memcpy(e + TCMU_RESPONSE, l->cdb, 16);
	}
}

/* What answers lie on top of. */
static __attribute__((noinline)) void kernel_put_batch(unsigned half,
						       uint64_t iovs)
{
	for (unsigned i = half * BATCH; i < (half + 1) * BATCH; i++) {
		memcpy(entry(i) + TCMU_IOVS_AT, &iovs, 8); /* and BIDI: none */
	}
	tcmu_put32(map + TCMU_HEAD_AT, (half + 1) * BATCH * ENTRY % RING);
}

static unsigned long failed(unsigned half)
{
	return entry(half * BATCH)[TCMU_STATUS_AT] != 0;
}

int main(int argc, char **argv)
{
	struct scsiemu_geometry geometry = { .bytes = 1 << 30 };
	struct scsiemu_tcmu_config cf = { .size = sizeof(cf),
					  .scratch = 8192,
					  .allocator =
						  &scsiemu_host_allocator };
	static const struct semu_tcmu_paths paths = { "uio", "free", MAP };
	struct scsiemu_errmsg err;
	struct scsiemu_pump pump;
	struct scsiemu_tcmu *t;
	static struct loop l;
	unsigned long bad = 0;

	loop_options(&l, argc, argv);
	if (scsiemu_open_null(&l.medium, &geometry, &err))
		return 2;
	loop_device(&l);
	if (scsiemu_pump_init(&pump, l.dev, bounce, sizeof(bounce)))
		return 2;
	make_ring(&l);
	tcmu_put16(map + TCMU_VERSION_AT, TCMU_VERSION);
	tcmu_put16(map + TCMU_FLAGS_AT, 0xf);
	tcmu_put32(map + TCMU_RING_OFF_AT, RING_AT);
	tcmu_put32(map + TCMU_RING_SIZE_AT, RING);
	cf.pump = &pump;
	cf.lu = l.lus[0];
	t = semu_tcmu_open(&cf, &calls, &paths, &err);
	if (!t) {
		fprintf(stderr, "%s\n", err.text);
		return 2;
	}
	for (unsigned long i = 0; i < l.count; i += BATCH) {
		unsigned half = i / BATCH % 2;

		kernel_put_batch(half, l.in_len || l.out_len);
		scsiemu_tcmu_source(t)->ready(scsiemu_tcmu_source(t), POLLIN);
		scsiemu_pump_flush(&pump);
		if (i)
			bad += failed(half);
		else /* sense of the first contact lies on an entry */
			make_ring(&l);
	}
	if (scsiemu_tcmu_broken(t))
		bad++;
	scsiemu_tcmu_close(t);
	scsiemu_medium_close(&l.medium);
	if (bad)
		printf("%lu batches failed\n", bad);
	return bad != 0;
}
