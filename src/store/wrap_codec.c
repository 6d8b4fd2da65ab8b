/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/wrap_codec.c - a tape store around a tape store. A record that nothing
 * is to be done with passes straight through; any other is kept here until it
 * is whole. An operation is a chain of stages: each calls the store below, and
 * the next one gets its result, at once or later.
 *
 * A record that is read in pieces has been read whole from below, which then
 * stands behind it already ("ahead") while we still tell that it is in front;
 * it goes back there if the caller does something else than reading on.
 */
#include <string.h>

#include "store/codec_record.h"
#include "store/sys.h"
#include "store/tape_open.h"
#include "store/vec.h"

struct codec;
typedef int stage_fn(struct codec *c, int result);

struct codec {
	struct scsiemu_tape_ops ops;
	struct scsiemu_medium below;
	const struct scsiemu_tape_ops *on; /* below.ops */
	struct semu_codec_with with;
	uint32_t able; /* what we bring */
	bool tags;     /* the store below keeps them */
	/* the caller's operation */
	struct scsiemu_io *outer;
	struct scsiemu_tape_how *how;
	uint32_t skip;
	const struct scsiemu_vec *v;
	unsigned nv;
	const struct scsiemu_cmd *verb;
	/* ours, of the store below */
	struct scsiemu_io io;
	bool out; /* it has io */
	stage_fn *next, *behind;
	struct scsiemu_cmd want;
	struct scsiemu_vec piece;
	struct scsiemu_tape_how below_how;
	uint8_t tag[SCSIEMU_TAPE_TAG_MAX];
	/* the record under way */
	enum { NONE, THROUGH, WRITING, READING } state;
	struct semu_buf in, work;
	uint8_t *rec; /* READING: in one of them */
	uint32_t len; /* WRITING: so far; READING: all of it */
	bool ahead;
	struct scsiemu_tape_pos pos; /* ahead: where it is told to be */
	struct scsiemu_tape_next seen;
	struct semu_codec_tag t;
	bool known; /* t is what seen's tag says */
};

/* ---- Calls of the store below ---- */

static void below_done(struct scsiemu_io *io, int result)
{
	struct codec *c = (struct codec *)(void *)((uint8_t *)io -
						   offsetof(struct codec, io));

	c->out = false;
	result = c->next(c, result);
	if (result != SCSIEMU_PENDING)
		scsiemu_io_done(c->outer, result);
}

/* flags: those of the caller's that hold for this call, too. */
static struct scsiemu_io *begin(struct codec *c, uint32_t flags, stage_fn *next)
{
	c->io = (struct scsiemu_io){ .info = SCSIEMU_NO_INFO,
				     .flags = c->outer->flags & flags,
				     .done = below_done };
	c->next = next;
	c->out = true;
	return &c->io;
}
enum { WHOLE = ~SCSIEMU_IO_MORE, ANY = ~0 };

/* Behind the call that begin() was for. */
static int went(struct codec *c, int result)
{
	if (result == SCSIEMU_PENDING)
		return result;
	c->out = false;
	return c->next(c, result);
}

static int do_verb(struct codec *c, enum scsiemu_verb verb, stage_fn *next)
{
	c->want.verb = (uint8_t)verb;
	return went(c,
		    c->on->verb(c->below.ctx, begin(c, WHOLE, next), &c->want));
}

static int is_back(struct codec *c, int result)
{
	if (result)
		return SCSIEMU_E_HARDWARE;
	c->ahead = false;
	return c->behind(c, SCSIEMU_OK);
}

/* The store below stands where we say it does. */
static int come_back(struct codec *c, stage_fn *next)
{
	c->state = NONE;
	if (!c->ahead)
		return next(c, SCSIEMU_OK);
	c->behind = next;
	c->want.addr = SCSIEMU_SPACE_BLOCKS;
	c->want.count = (uint64_t)-1;
	return do_verb(c, SCSIEMU_V_SPACE, is_back);
}

/* What is behind the position -> seen. */
static int look(struct codec *c, stage_fn *next)
{
	memset(&c->seen, 0, sizeof(c->seen));
	c->want.buf = (uint8_t *)&c->seen;
	c->want.len = sizeof(c->seen);
	return do_verb(c, SCSIEMU_V_NEXT, next);
}

static void read_tag(struct codec *c)
{
	c->known = c->seen.tag_len &&
		   semu_codec_tag_get(&c->t, c->seen.tag, c->seen.tag_len);
}

/* ---- READ ---- */

static uint8_t protect(const struct codec *c)
{
	return c->how ? c->how->protect : 0;
}

/* A record that passes by ends. */
static int passed(struct codec *c, int result)
{
	c->outer->moved = c->io.moved;
	c->outer->info = c->io.info;
	if (result != SCSIEMU_OK)
		c->state = NONE;
	return result;
}

static int read_through(struct codec *c)
{
	c->state = THROUGH;
	return went(c, c->on->read(c->below.ctx, begin(c, ANY, passed), NULL,
				   c->skip, c->v, c->nv));
}

/* From the record that is here. */
static int deliver(struct codec *c)
{
	struct semu_cursor to = semu_cursor(c->v, c->nv);
	size_t n = semu_vec_len(c->v, c->nv);

	if (c->skip > c->len)
		return SCSIEMU_E_RANGE;
	if (n > c->len - c->skip)
		n = c->len - c->skip;
	semu_vec_put(&to, c->rec + c->skip, n);
	c->outer->moved = (uint32_t)n;
	c->outer->info = c->len;
	if (c->skip + n < c->len && c->outer->flags & SCSIEMU_IO_MORE)
		return SCSIEMU_OK;
	c->state = NONE;
	c->ahead = false;
	return SCSIEMU_R_RECORD;
}

static int decode(struct codec *c)
{
	c->rec = c->in.p;
	c->len = c->seen.len;
	if (!c->seen.tag_len)
		return SCSIEMU_OK;
	if (!c->known)
		return SCSIEMU_E_READ;
	return semu_codec_unpack(&c->with, c->how, &c->t, c->seen.tag,
				 c->seen.tag_len, &c->in, &c->work, &c->rec,
				 &c->len);
}

static int fetched(struct codec *c, int result)
{
	if (result != SCSIEMU_R_RECORD)
		return result < 0 ? result : SCSIEMU_E_HARDWARE;
	if (c->io.moved != c->seen.len || c->io.info != c->seen.len)
		return SCSIEMU_E_READ;
	if (c->how)
		c->how->stored = c->seen.len;
	result = decode(c);
	c->ahead = result != SCSIEMU_E_READ; /* that one is behind us */
	if (result)
		return result;
	if (protect(c)) {
		semu_codec_check(protect(c), c->rec, c->len, c->rec + c->len);
		c->len += SEMU_CODEC_CHECK;
	}
	c->state = READING;
	return deliver(c);
}

static int is_behind(struct codec *c, int result)
{
	(void)c, (void)result;
	return SCSIEMU_E_READ;
}

static int seen_to_read(struct codec *c, int result)
{
	if (result == SCSIEMU_E_READ) /* as READ has it: behind the record */
		return went(c, c->on->read(c->below.ctx,
					   begin(c, WHOLE, is_behind), NULL, 0,
					   NULL, 0));
	if (result)
		return result;
	if (c->seen.kind != SCSIEMU_NEXT_RECORD)
		return read_through(c);
	read_tag(c);
	if (!c->seen.tag_len || c->known) {
		result = semu_codec_may(&c->with, c->how,
					c->known ? &c->t : NULL);
		if (result)
			return result;
	}
	if (!c->seen.tag_len && !protect(c))
		return read_through(c);
	if (!semu_buf_need(&c->in, (size_t)c->seen.len + SEMU_CODEC_CHECK, 0))
		return SCSIEMU_E_HARDWARE;
	c->on->tell(c->below.ctx, &c->pos);
	c->piece = (struct scsiemu_vec){ c->in.p, c->seen.len };
	return went(c, c->on->read(c->below.ctx, begin(c, WHOLE, fetched), NULL,
				   0, &c->piece, 1));
}

static int read_from_here(struct codec *c, int result)
{
	(void)result;
	if (c->tags || protect(c) || (c->how && c->how->decrypt))
		return look(c, seen_to_read);
	return read_through(c);
}

static void take(struct codec *c, struct scsiemu_io *io,
		 struct scsiemu_tape_how *how, uint32_t skip,
		 const struct scsiemu_vec *v, unsigned nv)
{
	c->outer = io;
	c->how = how;
	c->skip = skip;
	c->v = v;
	c->nv = nv;
	if (how && !skip)
		how->stored = 0;
}

static int codec_read(void *ctx, struct scsiemu_io *io,
		      struct scsiemu_tape_how *how, uint32_t skip,
		      const struct scsiemu_vec *v, unsigned nv)
{
	struct codec *c = ctx;

	take(c, io, how, skip, v, nv);
	if (how)
		how->tag_len = 0;
	if (skip && c->state == THROUGH)
		return read_through(c);
	if (skip && c->state == READING)
		return deliver(c);
	return come_back(c, read_from_here);
}

/* ---- WRITE ---- */

static int wrote(struct codec *c, int result)
{
	c->outer->info = c->io.info;
	if (result == SCSIEMU_R_RECORD)
		c->outer->info = c->len;
	else
		c->outer->moved = 0;
	return result;
}

/* The initiator's bytes are whole, at plain. */
static int close_record(struct codec *c, const uint8_t *plain)
{
	uint8_t check[SEMU_CODEC_CHECK];
	struct scsiemu_tape_how how = *c->how;
	const uint8_t *stored;
	uint32_t len = c->len, stored_len;
	int rc;

	c->state = NONE;
	c->outer->moved = 0;
	if (len <= (protect(c) ? (uint32_t)SEMU_CODEC_CHECK : 0))
		return SCSIEMU_E_RANGE;
	if (protect(c)) {
		len -= SEMU_CODEC_CHECK;
		semu_codec_check(protect(c), plain, len, check);
		if (memcmp(check, plain + len, sizeof(check)))
			return SCSIEMU_E_GUARD;
	}
	how.compress = how.compress && c->able & SCSIEMU_TAPE_COMPRESS;
	c->below_how.tag = c->tag;
	rc = semu_codec_pack(&c->with, &how, plain, len, &c->work, &stored,
			     &stored_len, c->tag, &c->below_how.tag_len);
	if (rc)
		return rc;
	c->how->stored = stored_len;
	c->piece = (struct scsiemu_vec){ (void *)(uintptr_t)stored,
					 stored_len };
	c->outer->moved = (uint32_t)semu_vec_len(c->v, c->nv);
	return went(c, c->on->write(c->below.ctx, begin(c, WHOLE, wrote),
				    c->below_how.tag_len ? &c->below_how : NULL,
				    0, &c->piece, 1));
}

/* The only bytes there are, in one place. */
static const uint8_t *only_piece(const struct codec *c, size_t n)
{
	if (c->len || c->outer->flags & SCSIEMU_IO_MORE)
		return NULL;
	for (unsigned i = 0; i < c->nv; i++)
		if (c->v[i].len)
			return c->v[i].len == n ? c->v[i].base : NULL;
	return NULL;
}

/* One more piece of the record. */
static int gather(struct codec *c)
{
	struct semu_cursor from = semu_cursor(c->v, c->nv);
	size_t n = semu_vec_len(c->v, c->nv);
	const uint8_t *plain = only_piece(c, n);
	uint32_t most = SCSIEMU_TAPE_BLOCK_MAX;

	if (protect(c))
		most += SEMU_CODEC_CHECK;
	if (c->skip != c->len || n > most - c->len) {
		c->state = NONE;
		return SCSIEMU_E_RANGE;
	}
	if (!plain) {
		if (!semu_buf_need(&c->in, c->len + n, c->len)) {
			c->state = NONE;
			return SCSIEMU_E_HARDWARE;
		}
		semu_vec_get(&from, c->in.p + c->len, n);
		plain = c->in.p;
	}
	c->len += (uint32_t)n;
	c->outer->moved = (uint32_t)n;
	if (c->outer->flags & SCSIEMU_IO_MORE)
		return SCSIEMU_OK;
	return close_record(c, plain);
}

static int write_through(struct codec *c)
{
	c->state = THROUGH;
	return went(c, c->on->write(c->below.ctx, begin(c, ANY, passed), NULL,
				    c->skip, c->v, c->nv));
}

static int open_record(struct codec *c, int result)
{
	const struct scsiemu_tape_how *how = c->how;

	(void)result;
	if (how && how->encrypt && !(c->able & SCSIEMU_TAPE_ENCRYPT))
		return SCSIEMU_E_HARDWARE; /* it was not offered */
	if (!how || !(how->protect || how->encrypt ||
		      (how->compress && c->able & SCSIEMU_TAPE_COMPRESS)))
		return write_through(c);
	c->state = WRITING;
	c->len = 0;
	return gather(c);
}

static int codec_write(void *ctx, struct scsiemu_io *io,
		       struct scsiemu_tape_how *how, uint32_t skip,
		       const struct scsiemu_vec *v, unsigned nv)
{
	struct codec *c = ctx;

	take(c, io, how, skip, v, nv);
	if (!skip)
		return come_back(c, open_record);
	if (c->state == THROUGH)
		return write_through(c);
	if (c->state == WRITING)
		return gather(c);
	return SCSIEMU_E_RANGE;
}

/* ---- Verbs ---- */

static uint8_t cipher_of(struct codec *c, const struct scsiemu_tape_key *key)
{
	const struct scsiemu_cipher_ops *cipher = c->with.is.cipher;

	if (!c->t.cipher)
		return SCSIEMU_CIPHER_NONE;
	if (!cipher || c->t.cipher != cipher->id)
		return SCSIEMU_CIPHER_UNKNOWN;
	return semu_codec_fits(&c->with, key, &c->t) ? SCSIEMU_CIPHER_FITS
						     : SCSIEMU_CIPHER_OTHER;
}

static int seen_for_caller(struct codec *c, int result)
{
	struct scsiemu_tape_next *s = &c->seen, asked;

	if (result)
		return result;
	memcpy(&asked, c->verb->buf, sizeof(asked));
	read_tag(c);
	s->key = asked.key;
	if (c->known) {
		s->len = c->t.len;
		s->compressed = c->t.compression != 0;
		s->no_raw = c->t.no_raw;
		s->cipher = cipher_of(c, asked.key);
		s->algorithm = c->t.cipher;
		s->ukad_len = c->t.ukad_len;
		s->akad_len = c->t.akad_len;
		memcpy(s->ukad, c->t.ukad, sizeof(s->ukad));
		memcpy(s->akad, c->t.akad, sizeof(s->akad));
	}
	memset(s->tag, 0, sizeof(s->tag)); /* ours, not the caller's */
	s->tag_len = 0;
	memcpy(c->verb->buf, s, sizeof(*s));
	return SCSIEMU_OK;
}

static int pass_verb(struct codec *c, int result)
{
	(void)result;
	if (c->verb->verb != SCSIEMU_V_NEXT)
		return c->on->verb(c->below.ctx, c->outer, c->verb);
	if (c->verb->len < sizeof(c->seen))
		return SCSIEMU_E_RANGE;
	return look(c, seen_for_caller);
}

static int codec_verb(void *ctx, struct scsiemu_io *io,
		      const struct scsiemu_cmd *w)
{
	struct codec *c = ctx;

	if (w->verb == SCSIEMU_V_VERIFY) { /* read, for nobody */
		io->flags &= ~(uint32_t)SCSIEMU_IO_MORE;
		return codec_read(c, io, (void *)w->buf, 0, NULL, 0);
	}
	c->outer = io;
	c->verb = w;
	return come_back(c, pass_verb);
}

static void codec_cancel(void *ctx, struct scsiemu_io *io)
{
	struct codec *c = ctx;

	if (SCSIEMU_HAS(scsiemu_tape_ops, c->on, cancel))
		c->on->cancel(c->below.ctx, c->out ? &c->io : io);
}

/* ---- Facts ---- */

static void codec_tell(void *ctx, struct scsiemu_tape_pos *out)
{
	struct codec *c = ctx;

	if (c->ahead)
		*out = c->pos;
	else
		c->on->tell(c->below.ctx, out);
}

static void codec_info(void *ctx, struct scsiemu_tape_info *out)
{
	struct codec *c = ctx;

	c->on->info(c->below.ctx, out);
	out->able = (out->able & ~(uint32_t)SCSIEMU_TAPE_TAGS) | c->able;
}

static bool codec_attribute(void *ctx, uint32_t partition, uint16_t id,
			    struct scsiemu_tape_attribute *out)
{
	struct codec *c = ctx;

	return c->on->attribute(c->below.ctx, partition, id, out);
}

/* ---- Beginning and end ---- */

void scsiemu_codec_close(struct scsiemu_codec *is)
{
	if (is->cipher && SCSIEMU_HAS(scsiemu_cipher_ops, is->cipher, close))
		is->cipher->close(is->cipher_ctx);
	if (is->compressor &&
	    SCSIEMU_HAS(scsiemu_compressor_ops, is->compressor, close))
		is->compressor->close(is->compressor_ctx);
	*is = (struct scsiemu_codec){ 0 };
}

static void codec_close(void *ctx)
{
	struct codec *c = ctx;

	scsiemu_medium_close(&c->below);
	scsiemu_codec_close(&c->with.is);
	semu_buf_free(&c->in);
	semu_buf_free(&c->work);
	semu_sys->free(c);
}

#define OFFERS(name) SCSIEMU_HAS(scsiemu_tape_ops, c->on, name)

static void offer(struct codec *c)
{
	struct scsiemu_tape_info info;

	c->ops = (struct scsiemu_tape_ops){
		.size = sizeof(c->ops),
		.tell = codec_tell,
		.info = codec_info,
		.attribute = OFFERS(attribute) ? codec_attribute : NULL,
		.read = codec_read,
		.write = OFFERS(write) ? codec_write : NULL,
		.verb = codec_verb,
		.cancel = codec_cancel,
		.close = codec_close,
	};
	c->able = SCSIEMU_TAPE_PROTECT;
	c->on->info(c->below.ctx, &info);
	c->tags = info.able & SCSIEMU_TAPE_TAGS;
	if (c->tags && c->with.is.cipher)
		c->able |= SCSIEMU_TAPE_ENCRYPT;
	if (c->tags && c->with.is.compressor)
		c->able |= SCSIEMU_TAPE_COMPRESS;
}

#ifdef SCSIEMU_HAVE_LIBCRYPTO
enum { HAVE_GCM = 1 };
#else
enum { HAVE_GCM = 0 };
#endif
#ifdef SCSIEMU_HAVE_ZSTD
enum { HAVE_ZSTD = 1 };
#else
enum { HAVE_ZSTD = 0 };
#endif

/* What this library has. */
static int open_parts(struct scsiemu_codec *is, struct scsiemu_errmsg *err)
{
	if (HAVE_GCM && scsiemu_codec_aes_gcm(is, err))
		return -1;
	if (HAVE_ZSTD && scsiemu_codec_zstd(is, 0, err)) {
		scsiemu_codec_close(is);
		return -1;
	}
	return 0;
}

int scsiemu_wrap_codec(struct scsiemu_medium *m, const struct scsiemu_codec *is,
		       struct scsiemu_errmsg *err)
{
	struct codec *c;

	if (m->kind != SCSIEMU_TAPE || !m->ops)
		return semu_err(err, "only a tape can have a codec: open one "
				     "first");
	c = semu_sys->alloc(sizeof(*c));
	if (!c)
		return semu_err_memory(err);
	if (is) {
		c->with.is = *is;
	} else if (open_parts(&c->with.is, err)) {
		semu_sys->free(c);
		return -1;
	}
	c->below = *m;
	c->on = m->ops;
	offer(c);
	m->ops = &c->ops;
	m->ctx = c;
	return 0;
}
