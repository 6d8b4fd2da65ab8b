/* SPDX-License-Identifier: BSD-2-Clause */
/* What handlers call: how a command ends, and the wants it leaves. */
#include "core/engine.h"

uint64_t scsiemu_cmd_lba(const struct scsiemu_cmd *c)
{
	return semu_ctx(c)->entry.lba;
}

uint32_t scsiemu_cmd_count(const struct scsiemu_cmd *c)
{
	return semu_ctx(c)->count;
}

struct scsiemu_lu *scsiemu_cmd_lu(const struct scsiemu_cmd *c)
{
	return semu_ctx(c)->lu;
}

const struct scsiemu_row *scsiemu_cmd_row(const struct scsiemu_cmd *c)
{
	return semu_ctx(c)->row;
}

unsigned *scsiemu_cmd_step(struct scsiemu_cmd *c)
{
	return &semu_ctx(c)->nstep;
}

uint64_t *scsiemu_cmd_own(struct scsiemu_cmd *c)
{
	return semu_ctx(c)->own;
}

uint32_t scsiemu_cmd_got(const struct scsiemu_cmd *c)
{
	return semu_ctx(c)->got;
}

int scsiemu_fail(struct scsiemu_cmd *c, uint8_t key, uint16_t asc)
{
	c->status = SCSIEMU_CHECK_CONDITION;
	c->sense = (struct scsiemu_sense){ .key = key,
					   .asc = asc,
					   .bit = SCSIEMU_NO_BIT };
	return SCSIEMU_FAILED;
}

#if SEMU_WITH_BUSY
int semu_fail_busy(struct scsiemu_cmd *c)
{
	const struct semu_busy *b = &semu_ctx(c)->lu->busy;

	scsiemu_fail(c, b->key, b->asc);
	if (b->counts) {
		c->sense.sks = SCSIEMU_SKS_PROGRESS;
		c->sense.field = b->progress;
	}
	return SCSIEMU_FAILED;
}
#endif

static int fail_field(struct scsiemu_cmd *c, uint16_t asc, uint8_t sks,
		      uint16_t byte, uint8_t bit)
{
	scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST, asc);
	c->sense.sks = sks;
	c->sense.field = byte;
	c->sense.bit = bit;
	return SCSIEMU_FAILED;
}

int scsiemu_fail_cdb(struct scsiemu_cmd *c, uint16_t byte, uint8_t bit)
{
	return fail_field(c, SCSIEMU_ASC_INVALID_FIELD_IN_CDB, SCSIEMU_SKS_CDB,
			  byte, bit);
}

int scsiemu_fail_param(struct scsiemu_cmd *c, uint16_t asc, uint16_t byte,
		       uint8_t bit)
{
	return fail_field(c, asc, SCSIEMU_SKS_PARAM, byte, bit);
}

int scsiemu_fail_info(struct scsiemu_cmd *c, uint8_t key, uint16_t asc,
		      uint64_t info)
{
	scsiemu_fail(c, key, asc);
	c->sense.flags = SCSIEMU_S_INFO;
	c->sense.info = info;
	return SCSIEMU_FAILED;
}

int scsiemu_fail_status(struct scsiemu_cmd *c, uint8_t status)
{
	c->status = status;
	return SCSIEMU_FAILED;
}

int scsiemu_finish(struct scsiemu_cmd *c, uint8_t status)
{
	c->status = status;
	return SCSIEMU_FINISHED;
}

int scsiemu_want_buffer(struct scsiemu_cmd *c, struct scsiemu_lu *lu,
			enum scsiemu_verb verb, uint64_t addr, uint64_t count,
			void *buf, uint32_t len)
{
	c->want = SCSIEMU_STORE;
	c->verb = (uint8_t)verb;
	c->lu = lu ? lu : semu_ctx(c)->lu;
	c->addr = addr;
	c->count = count;
	c->buf = buf;
	c->len = len;
	c->skip = 0;
	c->flags = 0;
	c->info = SCSIEMU_NO_INFO;
	semu_ctx(c)->got = 0;
	return SCSIEMU_WANTS;
}

int scsiemu_want_store(struct scsiemu_cmd *c, struct scsiemu_lu *lu,
		       enum scsiemu_verb verb, uint64_t addr, uint64_t count,
		       uint16_t flags)
{
	scsiemu_want_buffer(c, lu, verb, addr, count, NULL, 0);
	c->flags = flags;
	return SCSIEMU_WANTS;
}

/* The data-out phase reaches at least to end; what the host has of it. */
static uint32_t out_reach(struct scsiemu_cmd *c, uint32_t off, uint32_t len)
{
	if (c->out_all < off + len)
		c->out_all = off + len;
	if (off >= c->out_len)
		return 0;
	return semu_min32(len, c->out_len - off);
}

static uint32_t in_reach(struct scsiemu_cmd *c, uint32_t off, uint32_t len)
{
	if (c->in_all < off + len)
		c->in_all = off + len;
	if (off >= c->in_len)
		return 0;
	return semu_min32(len, c->in_len - off);
}

int scsiemu_want_bulk(struct scsiemu_cmd *c, struct scsiemu_lu *lu,
		      enum scsiemu_want_kind kind, uint64_t addr, uint32_t off,
		      uint32_t len, uint16_t flags)
{
	c->want = (uint8_t)kind;
	c->lu = lu ? lu : semu_ctx(c)->lu;
	c->addr = addr;
	c->off = off;
	c->len = kind == SCSIEMU_READ || kind == SCSIEMU_SEND
			 ? in_reach(c, off, len)
			 : out_reach(c, off, len);
	c->skip = 0;
	c->flags = flags;
	c->info = SCSIEMU_NO_INFO;
	semu_ctx(c)->got = 0;
	return SCSIEMU_WANTS;
}

int scsiemu_want_recv(struct scsiemu_cmd *c, uint32_t off, void *buf,
		      uint32_t len)
{
	c->buf = buf;
	return scsiemu_want_bulk(c, NULL, SCSIEMU_RECV, 0, off, len, 0);
}

int scsiemu_want_send(struct scsiemu_cmd *c, uint32_t off, const void *buf,
		      uint32_t len)
{
	c->buf = (uint8_t *)(uintptr_t)buf;
	scsiemu_want_bulk(c, NULL, SCSIEMU_SEND, 0, off, len, 0);
#if SEMU_WITH_GAPS
	if (c->len && off > c->in_done) {
		struct semu_ctx *x = semu_ctx(c);

		x->gap = off - c->in_done;
		x->gap_buf = c->buf;
		x->gap_len = c->len;
		semu_send_gap(c);
	}
#endif
	return SCSIEMU_WANTS;
}
