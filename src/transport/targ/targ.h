/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transport/targ/targ.h - one instance of targ(4): targ.c enables it and ends
 * it, ccb.c moves control blocks to and from the driver, command.c begins and
 * ends commands (ATIO), data.c is the pump's port (CTIO), notify.c does task
 * management (INOT), nexus.c knows the initiators.
 *
 * A control block is the driver's from write() to read(): it may copy into it
 * and out of it, and the adapter moves a CTIO's data, at any time between. The
 * driver gives back addresses; each is looked up before it is believed.
 */
#ifndef SEMU_TRANSPORT_TARG_H
#define SEMU_TRANSPORT_TARG_H

#include <scsiemu/transport/targ.h>

#include <transport/sys.h>
#include <transport/targ/abi.h>

#define SEMU_TARG_SLABS	   24
#define SEMU_TARG_BATCH	   64 /* control blocks of one read() or write() */
#define SEMU_TARG_NOTIFIES 16
#define SEMU_TARG_SENSE	   252

/* Out of the way of what every command does. */
#define SEMU_TARG_RARE __attribute__((noinline, cold))

/* Objects that begin with a struct ccb_hdr, in slabs that never move. */
struct semu_targ_pool {
	const struct scsiemu_allocator *alloc;
	uint8_t *slab[SEMU_TARG_SLABS]; /* each twice as many as before */
	uintptr_t len[SEMU_TARG_SLABS];
	uint32_t stride, first;
	unsigned nslab;
	void *free;
};

/* Memory for data of one CTIO. */
struct semu_targ_buf {
	struct semu_targ_buf *next, *all;
	uint8_t *data; /* on a page's boundary */
	/* Whose bytes are in it; NULL: of more than one, or unknown. */
	const struct semu_targ_nexus *owner;
};

/* An initiator. */
struct semu_targ_nexus {
	struct scsiemu_nexus *nexus;
	uint32_t init_id;
	/* Contingent allegiance: sense that the adapter has not delivered, for
	 * the next command if that is REQUEST SENSE; fixed, descriptors. */
	uint8_t allegiance; /* 0: none */
	uint8_t len[2];
	uint8_t sense[2][SEMU_TARG_SENSE];
	uint8_t transport_id[24];
};

/* A CTIO: data or status on its way. */
struct semu_targ_io {
	struct ccb_scsiio ccb; /* first */
	struct semu_targ_cmd *cmd;
	struct semu_targ_io *next; /* of the command: data-out, or windows */
	struct semu_targ_buf *buf; /* NULL: the memory is somebody else's */
	uint32_t off, len;	   /* place in the data phase */
	bool out;		   /* data-out */
	bool status;		   /* the command's status is with it */
	bool back, bad;		   /* data-out: it has come; it has failed */
};

/* A list of CTIOs in the order of their bytes. */
struct semu_targ_ios {
	struct semu_targ_io *head, **end;
	uint32_t n;
};

/* An ATIO with its command, or an INOT with its function. */
struct semu_targ_cmd {
	union {
		struct ccb_hdr ccb_h;
		struct ccb_accept_tio atio;
		struct ccb_immed_notify old;
		struct ccb_immediate_notify inot;
	} ccb; /* first */
	struct scsiemu_targ *t;
	struct semu_targ_nexus *nexus;	/* NULL: not known */
	struct semu_targ_cmd *next;	/* waits for a buffer */
	struct semu_targ_ios in, out;	/* windows; data-out asked for */
	struct semu_targ_io *held;	/* data-in, for the status */
	uint32_t asked;			/* bytes of data-out */
	uint32_t flying;		/* CTIOs that the driver has */
	uint32_t flags;			/* of each CTIO */
	uint8_t sense[SEMU_TARG_SENSE]; /* instead of the task's */
	uint8_t sense_len;
	bool notify;  /* it is an INOT */
	bool started; /* the pump has it */
	bool ended;   /* its results are known */
	bool told;    /* ... and on their way */
	bool waits;   /* window() pends */
	bool queued;  /* ... for a buffer */
	bool failed;  /* data was lost: the status cannot be GOOD */
	bool again;   /* ... and is said by a second CTIO */
	bool lost;    /* its initiator waits no more */
	bool acking;  /* INOT: it is an acknowledgement now */
	struct scsiemu_task task;
};

struct scsiemu_targ {
	struct scsiemu_source source; /* first */
	const struct semu_calls *sys;
	const struct scsiemu_allocator *alloc;
	struct scsiemu_pump *pump;
	struct scsiemu_lu *lu;
	struct scsiemu_loop *loop;
	struct scsiemu_port port;
	struct semu_targ_pool cmds, ios;
	/* Buffers: all there are, those that are free, who waits for one. */
	struct semu_targ_buf *bufs, *free;
	uint32_t nbuf, maxbuf;
	uint32_t page, most; /* bytes; most: of one CTIO */
	struct semu_targ_cmd *wait, **wait_end;
	struct semu_targ_nexus **nexus; /* hashed, linear probing */
	struct semu_targ_nexus *last;	/* found */
	uint32_t mask, nnexus, maxnexus;
	const struct ccb_hdr *box[SEMU_TARG_BATCH]; /* for the next write() */
	unsigned nbox;	 /* full for ever when nothing goes out any more */
	uint32_t idle;	 /* control blocks that came back unused, in a row */
	uint8_t inquiry; /* byte 7: what the adapter can do */
	bool parallel;	 /* the bus has SCSI addresses */
	bool one_node;	 /* a driver with one node for all instances */
	bool acknowledge;
	bool enabled;
	bool ending;
	const char *broken;
};

/* As scsiemu_targ_open(), over other calls than the system's. */
struct scsiemu_targ *semu_targ_open(const struct scsiemu_targ_config *cf,
				    const struct semu_calls *sys,
				    struct scsiemu_errmsg *err);
/* Off the bus; whatever the driver has is ours again. Once. */
void semu_targ_leave(struct scsiemu_targ *t);
/* It serves no more: the first reason stays. semu_targ_leave() is due. */
void semu_targ_break(struct scsiemu_targ *t, const char *why);

/* ccb.c. take: zeros the first time; NULL: no memory. */
void *semu_targ_pool_more(struct semu_targ_pool *p);
static inline void *semu_targ_pool_take(struct semu_targ_pool *p)
{
	struct ccb_hdr *h = p->free;

	if (!h)
		return semu_targ_pool_more(p);
	p->free = h->periph_priv.entries[0].ptr;
	return h;
}
static inline void semu_targ_pool_give(struct semu_targ_pool *p, void *object)
{
	struct ccb_hdr *h = object;

	h->periph_priv.entries[0].ptr = p->free;
	p->free = h;
}
void semu_targ_pool_end(struct semu_targ_pool *p);
/* Every object, in use or not. */
void semu_targ_pool_each(const struct semu_targ_pool *p,
			 void (*f)(void *object, void *ctx), void *ctx);
/* Does the driver have it? */
bool semu_targ_is_out(const struct ccb_hdr *h);
/* It is the driver's with the next write(): by semu_targ_tell() at the latest.
 * false: nothing goes out any more. */
bool semu_targ_send(struct scsiemu_targ *t, struct ccb_hdr *h, int code);
void semu_targ_tell(struct scsiemu_targ *t);
/* A control block that the driver does at once: h has the result. false: it
 * was not taken. */
bool semu_targ_do(struct scsiemu_targ *t, struct ccb_hdr *h, int code);
/* A batch of what has come. true: there may be more. */
bool semu_targ_take(struct scsiemu_targ *t);
/* The driver is gone: whatever it had is back. */
void semu_targ_all_back(struct scsiemu_targ *t);

/* nexus.c. NULL: there is no room. */
struct semu_targ_nexus *semu_targ_look_up(struct scsiemu_targ *t,
					  uint32_t init_id);
static inline struct semu_targ_nexus *semu_targ_nexus(struct scsiemu_targ *t,
						      uint32_t init_id)
{
	if (t->last && t->last->init_id == init_id)
		return t->last;
	return semu_targ_look_up(t, init_id);
}
/* No sense is kept any more: of n, or (NULL) of anybody. */
void semu_targ_relieve(struct scsiemu_targ *t, struct semu_targ_nexus *n);
bool semu_targ_nexus_init(struct scsiemu_targ *t, uint32_t most);
void semu_targ_nexus_end(struct scsiemu_targ *t);

/* command.c */
void semu_targ_command(struct semu_targ_cmd *c, uint32_t status);
/* It came back without a command or an event: it goes out again. */
void semu_targ_unused(struct semu_targ_cmd *c, int code);
/* Results are known or a CTIO is back: what is due next. */
void semu_targ_settle(struct semu_targ_cmd *c);
/* Its initiator does not wait for it any more: nothing goes out. */
void semu_targ_lose(struct semu_targ_cmd *c);

/* data.c */
void semu_targ_io_back(struct semu_targ_io *io, uint32_t status);
/* A CTIO without data, yet. NULL: no memory. */
struct semu_targ_io *semu_targ_io_new(struct semu_targ_cmd *c);
void semu_targ_io_drop(struct semu_targ_io *io);
void semu_targ_io_send(struct semu_targ_io *io);
/* A copy of len bytes as data-in; hold: the last of it is, for the status. */
void semu_targ_put(struct semu_targ_cmd *c, const uint8_t *from, uint32_t len,
		   bool hold);
/* What no CTIO is under way with goes back. */
void semu_targ_empty(struct semu_targ_cmd *c);
/* A buffer is free, and a command may wait for one. */
void semu_targ_wake(struct scsiemu_targ *t);
/* The adapter is to give its CTIOs back. */
void semu_targ_recall(struct semu_targ_cmd *c);
extern const struct scsiemu_port_ops semu_targ_port_ops;

/* notify.c */
void semu_targ_notify(struct semu_targ_cmd *c, uint32_t status);
int semu_targ_notify_code(const struct scsiemu_targ *t);
void semu_targ_notified(struct semu_targ_cmd *c);

#endif
