/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/store/codec_kit.c - a tape behind glass. */
#include "codec_kit.h"

uint32_t kit_able;
struct scsiemu_tape_key kit_key = { .len = 32,
				    .algorithm = 1,
				    .ukad_len = 3,
				    .akad_len = 5,
				    .ukad = "abc",
				    .akad = "12345" };

static const struct scsiemu_tape_ops *ops_of(const struct scsiemu_medium *m)
{
	return m->ops;
}

/* ---- The store below ---- */

static const struct scsiemu_tape_ops *inner(const struct glass *g)
{
	return g->in.ops;
}

static void flip(uint8_t *p, long bit)
{
	p[bit / 8] ^= (uint8_t)(1 << bit % 8);
}

/* The result, as late as it is to be. */
static int answer(struct glass *g, struct scsiemu_io *io, int result)
{
	g->calls++;
	if (g->when == GLASS_NOW)
		return result;
	if (g->when == GLASS_INSIDE) {
		scsiemu_io_done(io, result);
		return SCSIEMU_PENDING;
	}
	assert_null(g->io);
	g->io = io;
	g->result = result;
	return SCSIEMU_PENDING;
}

static void poll(void *ctx)
{
	struct glass *g = ctx;
	struct scsiemu_io *io = g->io;

	assert_non_null(io);
	g->io = NULL;
	scsiemu_io_done(io, g->result);
}

static void glass_tell(void *ctx, struct scsiemu_tape_pos *out)
{
	struct glass *g = ctx;

	inner(g)->tell(g->in.ctx, out);
}

static void glass_info(void *ctx, struct scsiemu_tape_info *out)
{
	struct glass *g = ctx;

	inner(g)->info(g->in.ctx, out);
	if (g->no_tags)
		out->able &= ~(uint32_t)SCSIEMU_TAPE_TAGS;
}

static bool glass_attribute(void *ctx, uint32_t partition, uint16_t id,
			    struct scsiemu_tape_attribute *out)
{
	struct glass *g = ctx;

	return inner(g)->attribute(g->in.ctx, partition, id, out);
}

static int glass_read(void *ctx, struct scsiemu_io *io,
		      struct scsiemu_tape_how *how, uint32_t skip,
		      const struct scsiemu_vec *v, unsigned nv)
{
	struct glass *g = ctx;
	int rc = inner(g)->read(g->in.ctx, io, how, skip, v, nv);

	assert_null(how);
	g->base = nv ? v->base : NULL;
	if (g->fails)
		rc = g->fails;
	if (rc == SCSIEMU_R_RECORD && g->flip >= 0)
		flip(v->base, g->flip);
	return answer(g, io, rc);
}

static int glass_write(void *ctx, struct scsiemu_io *io,
		       struct scsiemu_tape_how *how, uint32_t skip,
		       const struct scsiemu_vec *v, unsigned nv)
{
	struct glass *g = ctx;

	if (g->fails)
		return answer(g, io, g->fails);
	g->base = v->base;
	g->tag_seen = how ? how->tag_len : 0;
	if (how)
		memcpy(g->tag, how->tag, how->tag_len);
	g->len = (uint32_t)v->len;
	memcpy(g->data, v->base, v->len < 256 ? v->len : 256);
	return answer(g, io, inner(g)->write(g->in.ctx, io, how, skip, v, nv));
}

static int glass_verb(void *ctx, struct scsiemu_io *io,
		      const struct scsiemu_cmd *w)
{
	struct glass *g = ctx;
	int rc = inner(g)->verb(g->in.ctx, io, w);

	if (w->verb == SCSIEMU_V_NEXT && !rc) {
		struct scsiemu_tape_next next;

		memcpy(&next, w->buf, sizeof(next));
		if (next.tag_len && g->tag_len >= 0)
			next.tag_len = (uint8_t)g->tag_len;
		if (next.tag_len && g->flip_tag >= 0)
			flip(next.tag, g->flip_tag);
		memcpy(w->buf, &next, sizeof(next));
	}
	if (w->verb == SCSIEMU_V_NEXT && g->next_fails)
		rc = g->next_fails;
	return answer(g, io, rc);
}

static void glass_cancel(void *ctx, struct scsiemu_io *io)
{
	struct glass *g = ctx;

	assert_ptr_equal(io, g->io);
	g->cancels++;
	poll(g);
}

static void glass_close(void *ctx)
{
	struct glass *g = ctx;

	scsiemu_medium_close(&g->in);
}

void glass_open(struct glass *g, struct scsiemu_medium *m,
		const struct scsiemu_codec *is)
{
	static const struct scsiemu_tape_new tape = { .bytes = 64 << 20 };
	struct scsiemu_tape_info info;
	struct scsiemu_errmsg err;
	bool no_tags = g->no_tags;

	memset(g, 0, sizeof(*g));
	g->no_tags = no_tags;
	g->flip = g->flip_tag = -1;
	g->tag_len = -1;
	assert_int_equal(scsiemu_open_tape_mem(&g->in, &tape, &err), 0);
	g->ops = (struct scsiemu_tape_ops){ .size = sizeof(g->ops),
					    .tell = glass_tell,
					    .info = glass_info,
					    .attribute = glass_attribute,
					    .read = glass_read,
					    .write = glass_write,
					    .verb = glass_verb,
					    .cancel = glass_cancel,
					    .close = glass_close };
	*m = g->in;
	m->ops = &g->ops;
	m->ctx = g;
	assert_int_equal(scsiemu_wrap_codec(m, is, &err), 0);
	ops_of(m)->info(m->ctx, &info);
	kit_able = info.able;
	for (unsigned i = 0; i < 32; i++)
		kit_key.key[i] = (uint8_t)(i * 7);
	kit_poll = poll;
	kit_poll_ctx = g;
}

/* ---- Calls ---- */

int kit_tape_read(const struct scsiemu_medium *m, struct scsiemu_tape_how *how,
		  uint32_t skip, void *buf, size_t len, uint32_t flags)
{
	struct scsiemu_vec v[KIT_VECS];
	unsigned nv = kit_cut(v, buf, len);

	return kit_end(
		ops_of(m)->read(m->ctx, kit_begin(flags), how, skip, v, nv));
}

int kit_tape_write(const struct scsiemu_medium *m, struct scsiemu_tape_how *how,
		   uint32_t skip, const void *buf, size_t len, uint32_t flags)
{
	struct scsiemu_vec v[KIT_VECS];
	unsigned nv = kit_cut(v, (void *)(uintptr_t)buf, len);

	return kit_end(
		ops_of(m)->write(m->ctx, kit_begin(flags), how, skip, v, nv));
}

int kit_tape_verb(const struct scsiemu_medium *m, enum scsiemu_verb verb,
		  uint64_t addr, uint64_t count, void *buf, uint32_t len)
{
	struct scsiemu_cmd w = { .verb = (uint8_t)verb,
				 .addr = addr,
				 .count = count,
				 .buf = buf,
				 .len = len };

	return kit_end(ops_of(m)->verb(m->ctx, kit_begin(0), &w));
}

int kit_put(const struct scsiemu_medium *m, struct scsiemu_tape_how *how,
	    const void *buf, size_t len, const size_t *cut, unsigned n)
{
	const uint8_t *p = buf;
	size_t at = 0;
	int rc;

	for (unsigned i = 0; i < n; at = cut[i++]) {
		rc = kit_tape_write(m, how, (uint32_t)at, p + at, cut[i] - at,
				    SCSIEMU_IO_MORE);
		if (rc)
			return rc;
		assert_int_equal(kit_io.moved, cut[i] - at);
	}
	rc = kit_tape_write(m, how, (uint32_t)at, p + at, len - at, 0);
	if (rc == SCSIEMU_R_RECORD) {
		assert_int_equal(kit_io.moved, len - at);
		assert_int_equal(kit_io.info, len);
	}
	return rc;
}

int kit_get(const struct scsiemu_medium *m, struct scsiemu_tape_how *how,
	    void *buf, size_t room, const size_t *cut, unsigned n, size_t *got)
{
	uint8_t *p = buf;
	size_t at = 0;
	int rc;

	*got = 0;
	for (unsigned i = 0; i < n; at = cut[i++]) {
		rc = kit_tape_read(m, how, (uint32_t)at, p + at, cut[i] - at,
				   SCSIEMU_IO_MORE);
		if (rc >= 0 && (!rc || rc == SCSIEMU_R_RECORD))
			*got += kit_io.moved;
		if (rc)
			return rc;
		assert_int_equal(kit_io.moved, cut[i] - at);
	}
	rc = kit_tape_read(m, how, (uint32_t)at, p + at, room - at, 0);
	if (rc == SCSIEMU_R_RECORD)
		*got += kit_io.moved;
	return rc;
}

void kit_rewind(const struct scsiemu_medium *m)
{
	assert_int_equal(kit_tape_verb(m, SCSIEMU_V_LOCATE, 0, 0, NULL, 0),
			 SCSIEMU_OK);
}

uint64_t kit_object(const struct scsiemu_medium *m)
{
	struct scsiemu_tape_pos pos;

	ops_of(m)->tell(m->ctx, &pos);
	return pos.object;
}

/* ---- Records ---- */

bool kit_way(struct scsiemu_tape_how *how, unsigned n)
{
	*how = (struct scsiemu_tape_how){ .protect = (uint8_t)(n % 3),
					  .compress = n / 3 & 1,
					  .encrypt = n / 6 & 1,
					  .decrypt = SCSIEMU_TAPE_MIXED,
					  .key = &kit_key };
	return (!how->compress || kit_able & SCSIEMU_TAPE_COMPRESS) &&
	       (!how->encrypt || kit_able & SCSIEMU_TAPE_ENCRYPT);
}

void kit_check(uint8_t method, uint8_t *p, size_t n)
{
	uint32_t c = method == 1 ? 0 : ~0U;

	for (size_t i = 0; i < n && method == 2; i++) {
		c ^= p[i];
		for (int k = 0; k < 8; k++)
			c = c >> 1 ^ (c & 1 ? 0x82f63b78U : 0U);
	}
	for (size_t i = 0; i < n && method == 1; i++) {
		static const unsigned g[4] = { 0x38, 0xcf, 0x38, 1 };
		unsigned q = c >> 24 ^ p[i];
		uint32_t r = c << 8;

		for (int b = 0; b < 4; b++) {
			unsigned x = 0;

			for (int k = 7; k >= 0; k--) {
				x = x << 1 ^ (x & 0x80 ? 0x11dU : 0U);
				x ^= q >> k & 1 ? g[b] : 0U;
			}
			r ^= (x & 0xff) << (24 - 8 * b);
		}
		c = r;
	}
	for (int i = 0; i < 4; i++)
		p[n + (size_t)i] = (uint8_t)(method == 1 ? c >> (24 - 8 * i)
							 : ~c >> 8 * i);
}

size_t kit_sample(uint8_t *p, uint8_t protect)
{
	for (unsigned i = 0; i < 40; i++)
		p[i] = (uint8_t)(i % 3);
	if (!protect)
		return 40;
	kit_check(protect, p, 40);
	return 44;
}
