/* SPDX-License-Identifier: BSD-2-Clause */
/* The same as loop_pump.c behind a queue of vhost-user-scsi as a driver of
 * Linux fills it, with tables of descriptors: what the adapter adds. */
#include "loop.h"

#include <scsiemu/host.h>
#include <transport/vhost/vhost.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* What is in the guest's memory, by offsets; a queue twice as long as a
 * batch. */
enum { BATCH = 32, SIZE = 2 * BATCH, TABLE = 4 * DESC };
enum { REQUEST = 64, RESPONSE = 128, SENSE = 96 };
enum {
	DESC_AT = 0,
	AVAIL_AT = DESC_AT + SIZE * DESC,
	USED_AT = AVAIL_AT + 256,
	TABLE_AT = USED_AT + 1024,
	REQUEST_AT = TABLE_AT + SIZE * TABLE,
	RESPONSE_AT = REQUEST_AT + REQUEST,
	DATA_AT = RESPONSE_AT + SIZE * RESPONSE,
	MEMORY = DATA_AT + 65536
};
#define GUEST UINT64_C(0x100000)

enum { FLY_QUEUE = (FLY_SPLIT + SIZE * FLY_SPLIT_ENTRY + 63) & ~63 };

static _Alignas(16) uint8_t memory[MEMORY];
static _Alignas(16) uint8_t fly[(QUEUE_REQUEST + 1) * FLY_QUEUE];
static uint64_t bounce[1024];

static void put_desc(uint8_t *d, uint32_t at, uint32_t len, unsigned flags,
		     unsigned next)
{
	vhost_put64(d, GUEST + at);
	vhost_put32(d + DESC_LEN_AT, len);
	vhost_put16(d + SPLIT_FLAGS_AT, (uint16_t)flags);
	vhost_put16(d + SPLIT_NEXT_AT, (uint16_t)next);
}

/* Request, data out, response, data in. */
static void make_chain(const struct loop *l, unsigned i)
{
	uint8_t *table = memory + TABLE_AT + i * TABLE;
	unsigned n = 0;

	put_desc(table, REQUEST_AT, REQ_CDB_AT + 32, DESC_NEXT, 1);
	n++;
	if (l->out_len) {
		put_desc(table + n * DESC, DATA_AT, l->out_len, DESC_NEXT,
			 n + 1);
		n++;
	}
	put_desc(table + n * DESC, RESPONSE_AT + i * RESPONSE,
		 RSP_SENSE_AT + SENSE, DESC_WRITE | (l->in_len ? DESC_NEXT : 0),
		 n + 1);
	n++;
	if (l->in_len)
		put_desc(table + n++ * DESC, DATA_AT, l->in_len, DESC_WRITE, 0);
	put_desc(memory + DESC_AT + i * DESC, TABLE_AT + i * TABLE, n * DESC,
		 DESC_INDIRECT, 0);
	vhost_put16(memory + AVAIL_AT + SPLIT_RING_AT + 2 * i, (uint16_t)i);
}

static void make_queue(const struct loop *l)
{
	memory[REQUEST_AT] = 1;
	memcpy(memory + REQUEST_AT + REQ_CDB_AT, l->cdb, 16);
	for (unsigned i = 0; i < SIZE; i++)
		make_chain(l, i);
}

/* As messages of a front end do. */
static struct semu_vring *start(struct scsiemu_vhost *v)
{
	struct semu_vring *r = &v->ring[QUEUE_REQUEST];
	eventfd_t one;

	v->region[v->nregions++] = (struct semu_region){ .guest = GUEST,
							 .size = MEMORY,
							 .base = memory };
	v->features = VIRTIO_VERSION_1 | VIRTIO_INDIRECT;
	r->size = SIZE;
	r->at[0] = DESC_AT;
	r->at[1] = USED_AT;
	r->at[2] = AVAIL_AT;
	r->enabled = true;
	semu_ring_set_call(r, eventfd(0, EFD_NONBLOCK));
	semu_ring_set_kick(r, eventfd(0, 0));
	semu_ring_start(r);
	eventfd_read(r->call.fd, &one); /* for what was before */
	return r;
}

/* Has all of a batch come back, with GOOD status and one signal? */
static bool is_good(struct semu_vring *r, uint16_t end)
{
	eventfd_t signals = 0;
	unsigned last = (uint16_t)(end - 1) % SIZE;

	eventfd_read(r->call.fd, &signals);
	return signals == 1 &&
	       vhost_get16(memory + USED_AT + SPLIT_IDX_AT) == end &&
	       !memory[RESPONSE_AT + last * RESPONSE + RSP_STATUS_AT];
}

static unsigned long run(struct semu_vring *r, unsigned long count)
{
	unsigned long bad = 0;

	for (unsigned long i = 0; i < count; i += BATCH) {
		uint16_t end = (uint16_t)(i + BATCH);

		vhost_store16(memory + AVAIL_AT + SPLIT_IDX_AT, end);
		eventfd_write(r->kick.fd, 1);
		r->kick.ready(&r->kick, POLLIN);
		scsiemu_pump_flush(r->v->pump);
		bad += !is_good(r, end);
	}
	return bad;
}

int main(int argc, char **argv)
{
	char folder[] = "/tmp/scsiemu-vhost-XXXXXX", path[64];
	struct scsiemu_geometry geometry = { .bytes = 1 << 30 };
	struct scsiemu_vhost_config cf = { .size = sizeof(cf),
					   .queues = 1,
					   .scratch = 8192,
					   .allocator =
						   &scsiemu_host_allocator };
	struct scsiemu_errmsg err;
	struct scsiemu_pump pump;
	struct scsiemu_vhost *v;
	static struct loop l;
	unsigned long bad;

	loop_options(&l, argc, argv);
	if (scsiemu_open_null(&l.medium, &geometry, &err) || !mkdtemp(folder))
		return 2;
	snprintf(path, sizeof(path), "%s/socket", folder);
	loop_device(&l);
	if (scsiemu_pump_init(&pump, l.dev, bounce, sizeof(bounce)))
		return 2;
	make_queue(&l);
	cf.pump = &pump;
	cf.dev = l.dev;
	cf.loop = scsiemu_loop_create(&pump);
	v = scsiemu_vhost_open(&cf, path, &err);
	if (!v) {
		fprintf(stderr, "%s\n", err.text);
		return 2;
	}
	v->fly = fly;
	v->fly_len = sizeof(fly);
	bad = run(start(v), l.count);
	v->nregions = 0;
	v->fly = NULL;
	scsiemu_vhost_close(v);
	scsiemu_loop_destroy(cf.loop);
	rmdir(folder);
	scsiemu_medium_close(&l.medium);
	if (bad)
		printf("%lu batches failed\n", bad);
	return bad != 0;
}
