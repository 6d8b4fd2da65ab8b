/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transport/tmtgt/tmtgt.c - see scsiemu/transport/tmtgt.h. A path has a pool of
 * buffers. A SEND takes all that it needs before its first byte comes, or none:
 * so a message is never delivered in part, and two that come together cannot
 * wait for each other's buffers.
 */
#include <scsiemu/transport/tmtgt.h>

#include <errno.h>
#include <string.h>

/* A started path. Buffers that are neither free nor in the chain are held by
 * the receiver. */
struct pool {
	struct scsiemu_tmtgt *adapter;
	struct scsiemu_tm_start start;
	struct scsiemu_tm_buf *free;
	struct scsiemu_tm_buf *chain; /* of the message under way */
	struct scsiemu_tm_buf *at;    /* of them, where bytes go now */
	uint32_t nfree, at_off;	      /* what of the message at begins with */
	bool in_use; /* by a message: stop() leaves its memory to the end */
	bool stopped;
};

struct scsiemu_tmtgt {
	struct scsiemu_tmtgt_config cf;
	enum scsiemu_tm_mode mode;
	struct pool *path[SCSIEMU_TM_IDS];
};

/* Given back twice, or while its message is under way: it has no owner. */
static void give_back(struct scsiemu_tm_buf *b)
{
	struct pool *p = b->owner;

	if (!p)
		return;
	b->owner = NULL;
	b->next = p->free;
	p->free = b;
	p->nfree++;
}

static void drop(struct pool *p)
{
	const struct scsiemu_allocator *a = p->adapter->cf.allocator;

	a->free(a->ctx, p);
}

/* One block of memory: pool, buffers, their bytes. */
static struct pool *make_pool(struct scsiemu_tmtgt *t,
			      const struct scsiemu_tm_start *s)
{
	const struct scsiemu_allocator *a = t->cf.allocator;
	size_t each = sizeof(struct scsiemu_tm_buf) + s->buf_size;
	struct scsiemu_tm_buf *b;
	struct pool *p;
	uint8_t *bytes;

	if (s->num_bufs > (SIZE_MAX - sizeof(*p)) / each)
		return NULL;
	p = a->alloc(a->ctx, sizeof(*p) + s->num_bufs * each);
	if (!p)
		return NULL;
	*p = (struct pool){ .adapter = t, .start = *s };
	b = (struct scsiemu_tm_buf *)(p + 1);
	bytes = (uint8_t *)(b + s->num_bufs);
	for (uint32_t i = s->num_bufs; i-- > 0;) {
		b[i] = (struct scsiemu_tm_buf){
			.next = p->free,
			.data_addr = bytes + (size_t)i * s->buf_size,
			.user_id = s->id,
			.adap_devno = t->cf.adap_devno,
			.tm_correlator = s->tm_correlator,
		};
		p->free = &b[i];
	}
	p->nfree = s->num_bufs;
	return p;
}

struct scsiemu_tmtgt *scsiemu_tmtgt_create(
	const struct scsiemu_tmtgt_config *cf)
{
	const struct scsiemu_allocator *a = cf->allocator;
	struct scsiemu_tmtgt *t = a->alloc(a->ctx, sizeof(*t));

	if (t)
		*t = (struct scsiemu_tmtgt){ .cf = *cf };
	return t;
}

void scsiemu_tmtgt_destroy(struct scsiemu_tmtgt *t)
{
	if (!t)
		return;
	for (unsigned i = 0; i < SCSIEMU_TM_IDS; i++)
		if (t->path[i])
			drop(t->path[i]);
	t->cf.allocator->free(t->cf.allocator->ctx, t);
}

void scsiemu_tmtgt_mode(struct scsiemu_tmtgt *t, enum scsiemu_tm_mode mode)
{
	t->mode = mode;
}

static int may_call(const struct scsiemu_tmtgt *t)
{
	if (t->mode == SCSIEMU_TM_USER)
		return EPERM;
	return t->mode == SCSIEMU_TM_NO_TARGET ? ENXIO : 0;
}

static bool is_valid(const struct scsiemu_tmtgt *t,
		     const struct scsiemu_tm_start *s)
{
	return s->size >= sizeof(*s) && s->id < SCSIEMU_TM_IDS &&
	       s->id != t->cf.id && !s->lun && s->buf_size &&
	       s->buf_size <= SCSIEMU_TM_BUF_SIZE &&
	       s->num_bufs >= SCSIEMU_TM_NUM_BUFS && s->recv_func;
}

int scsiemu_tmtgt_start(struct scsiemu_tmtgt *t, struct scsiemu_tm_start *s)
{
	int error = may_call(t);

	if (error)
		return error;
	if (!is_valid(t, s) || t->path[s->id])
		return EINVAL;
	if (t->mode == SCSIEMU_TM_BROKEN)
		return EIO;
	t->path[s->id] = make_pool(t, s);
	if (!t->path[s->id])
		return ENOMEM;
	s->free_func = give_back;
	return 0;
}

int scsiemu_tmtgt_stop(struct scsiemu_tmtgt *t, uint32_t id, uint32_t lun)
{
	int error = may_call(t);
	struct pool *p;

	if (error)
		return error;
	if (id >= SCSIEMU_TM_IDS || lun || !t->path[id])
		return EINVAL;
	p = t->path[id];
	t->path[id] = NULL;
	p->stopped = true;
	if (!p->in_use)
		drop(p);
	return 0;
}

/* The first n free buffers, which are enough. */
static void take_chain(struct pool *p, uint32_t n, uint32_t len)
{
	struct scsiemu_tm_buf *b = p->free, *last = b;

	p->chain = p->at = b;
	p->at_off = 0;
	p->in_use = true;
	p->nfree -= n;
	for (; n--; b = b->next) {
		last = b;
		b->data_len = len < p->start.buf_size ? len : p->start.buf_size;
		len -= b->data_len;
		b->user_flag = SCSIEMU_TM_HASDATA |
			       (n ? (uint32_t)SCSIEMU_TM_MORE_DATA : 0);
	}
	p->free = last->next;
	last->next = NULL;
}

static int begin(void *ctx, const struct scsiemu_nexus *from, uint32_t len,
		 void **message)
{
	struct scsiemu_tmtgt *t = ctx;
	uint32_t id = t->cf.id_of(t->cf.ctx, from), n;
	struct pool *p = id < SCSIEMU_TM_IDS ? t->path[id] : NULL;

	if (!p)
		return SCSIEMU_E_NOT_READY;
	n = (len - 1) / p->start.buf_size + 1;
	if (n > p->start.num_bufs)
		return SCSIEMU_E_RANGE;
	if (n > p->nfree)
		return SCSIEMU_E_BUSY;
	take_chain(p, n, len);
	*message = p;
	return 0;
}

static void *room(void *ctx, void *message, uint32_t off, uint32_t *len)
{
	struct pool *p = message;
	uint32_t skip, here;

	(void)ctx;
	while (off - p->at_off >= p->at->data_len) {
		p->at_off += p->at->data_len;
		p->at = p->at->next;
	}
	skip = off - p->at_off;
	here = p->at->data_len - skip;
	if (*len > here)
		*len = here;
	return (uint8_t *)p->at->data_addr + skip;
}

static struct scsiemu_tm_buf *unchain(struct pool *p)
{
	struct scsiemu_tm_buf *b = p->chain;

	p->chain = b->next;
	b->next = NULL;
	b->owner = p; /* it may be given back */
	return b;
}

/* The receiver may stop the path while it gets the first of them. */
static int end(void *ctx, void *message, bool whole)
{
	struct pool *p = message;
	bool was_stopped = p->stopped;

	(void)ctx;
	while (p->chain && whole && !p->stopped)
		p->start.recv_func(unchain(p));
	while (p->chain)
		give_back(unchain(p));
	p->in_use = false;
	if (p->stopped)
		drop(p);
	return was_stopped ? SCSIEMU_E_NOT_READY : 0;
}

/* Nothing is sent this way: the host is an initiator for that. */
static const void *next(void *ctx, const struct scsiemu_nexus *to,
			uint32_t *len)
{
	(void)ctx, (void)to, (void)len;
	return NULL;
}

static void taken(void *ctx, const struct scsiemu_nexus *to, uint32_t len)
{
	(void)ctx, (void)to, (void)len;
}

const struct scsiemu_proc_ops scsiemu_tmtgt_ops = { .size = sizeof(
							    scsiemu_tmtgt_ops),
						    .begin = begin,
						    .room = room,
						    .end = end,
						    .next = next,
						    .taken = taken };
