/* SPDX-License-Identifier: BSD-2-Clause */
/* tm_kit.c - see tm_kit.h. */
#include "tm_kit.h"

#include <stdlib.h>
#include <string.h>

static void *get(void *ctx, size_t size)
{
	struct tm_kit *k = ctx;

	if (k->no_memory)
		return NULL;
	k->live++;
	return malloc(size);
}

static void give(void *ctx, void *mem)
{
	struct tm_kit *k = ctx;

	k->live--;
	free(mem);
}

void tm_kit_open(struct tm_kit *k,
		 uint32_t (*id_of)(void *ctx, const struct scsiemu_nexus *n),
		 void *ctx)
{
	struct scsiemu_tmtgt_config cf = { .size = sizeof(cf),
					   .id = TM_KIT_OWN,
					   .adap_devno = TM_KIT_DEVNO,
					   .id_of = id_of,
					   .ctx = ctx,
					   .allocator = &k->allocator };

	memset(k, 0, sizeof(*k));
	k->allocator = (struct scsiemu_allocator){ get, give, k };
	k->tm = scsiemu_tmtgt_create(&cf);
	assert_non_null(k->tm);
	k->proc = (struct scsiemu_proc_options){ sizeof(k->proc),
						 &scsiemu_tmtgt_ops, k->tm };
}

void tm_kit_close(struct tm_kit *k)
{
	scsiemu_tmtgt_destroy(k->tm);
	assert_int_equal(k->live, 0);
}

static void receive(struct scsiemu_tm_buf *buf)
{
	struct tm_kit *k = (void *)buf->tm_correlator;
	const uint8_t *p = buf->data_addr;
	uint32_t id = buf->user_id;

	assert_true(id < SCSIEMU_TM_IDS);
	assert_int_equal(buf->adap_devno, TM_KIT_DEVNO);
	assert_true(buf->user_flag & SCSIEMU_TM_HASDATA);
	assert_int_not_equal(buf->data_len, 0);
	for (uint32_t i = 0; i < buf->data_len; i++)
		if (p[i] != tm_kit_byte(id, k->count[id], k->got[id] + i))
			fail_msg("initiator %u, message %u, byte %u", id,
				 k->count[id], k->got[id] + i);
	k->got[id] += buf->data_len;
	if (!(buf->user_flag & SCSIEMU_TM_MORE_DATA)) {
		k->count[id]++;
		k->len[id] = k->got[id];
		k->got[id] = 0;
	}
	k->nbufs++;
	assert_true(k->nheld < TM_KIT_HELD);
	k->held[k->nheld++] = buf;
	if (k->on_recv)
		k->on_recv(k, buf);
}

struct scsiemu_tm_start tm_kit_path(struct tm_kit *k, uint32_t id,
				    uint32_t buf_size, uint32_t num_bufs)
{
	return (struct scsiemu_tm_start){ .size = sizeof(
						  struct scsiemu_tm_start),
					  .id = id,
					  .buf_size = buf_size,
					  .num_bufs = num_bufs,
					  .tm_correlator = (uintptr_t)k,
					  .recv_func = receive };
}

void tm_kit_start(struct tm_kit *k, uint32_t id, uint32_t buf_size,
		  uint32_t num_bufs)
{
	struct scsiemu_tm_start s = tm_kit_path(k, id, buf_size, num_bufs);

	assert_int_equal(scsiemu_tmtgt_start(k->tm, &s), 0);
	assert_non_null(s.free_func);
	k->free_func = s.free_func;
}

void tm_kit_give(struct tm_kit *k, unsigned i)
{
	struct scsiemu_tm_buf *buf = k->held[i];

	k->held[i] = k->held[--k->nheld];
	k->free_func(buf);
}

void tm_kit_give_all(struct tm_kit *k)
{
	while (k->nheld)
		tm_kit_give(k, k->nheld - 1);
}

uint8_t tm_kit_byte(uint32_t id, uint32_t n, uint32_t i)
{
	return (uint8_t)((n + 1) * 31 + id * 7 + i * 3 + (i >> 8));
}

void tm_kit_fill(uint8_t *p, uint32_t id, uint32_t n, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++)
		p[i] = tm_kit_byte(id, n, i);
}

void tm_kit_cdb(uint8_t cdb[6], uint32_t len)
{
	memset(cdb, 0, 6);
	cdb[0] = 0x0a;
	cdb[2] = (uint8_t)(len >> 16);
	cdb[3] = (uint8_t)(len >> 8);
	cdb[4] = (uint8_t)len;
}

uint32_t tm_kit_pick(uint64_t *state, uint32_t below)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (uint32_t)(*state >> 20) % below;
}
