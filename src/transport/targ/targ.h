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
#define SEMU_TARG_RETRIES  2

/* Out of the way of what every command does. */
#define SEMU_TARG_RARE __attribute__((noinline, cold))
/* The function that may call it need not save registers for it. */
#define SEMU_TARG_ALONE __attribute__((noinline))

/* CTIOs in slabs that never move. */
struct semu_targ_pool {
	const struct scsiemu_allocator *alloc;
	struct semu_targ_io *slab[SEMU_TARG_SLABS];
	uint32_t
		first; /* in slab 0; each has twice as many as the one before */
	unsigned nslab;
	struct semu_targ_io *free;
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
	struct semu_targ_io
		*next; /* of the command: data-out, windows, spare */
	struct semu_targ_buf *buf; /* NULL: the memory is somebody else's */
	uint32_t off, len;	   /* place in the data phase */
	bool out;		   /* data-out */
	bool status;		   /* the command's status is with it */
	bool back, came;	   /* data-out: the CTIO is; its bytes have */
};

/* A list of CTIOs in the order of their bytes. */
struct semu_targ_ios {
	struct semu_targ_io *head, **end;
	uint32_t n;
};

/* What window() waits for while it pends. */
enum semu_targ_wait { SEMU_TARG_NOTHING, SEMU_TARG_DATA, SEMU_TARG_BUFFER };

/* An ATIO with its command, or an INOT with its function. */
struct semu_targ_cmd {
	union {
		struct ccb_hdr ccb_h;
		struct ccb_accept_tio atio;
		struct ccb_immed_notify old;
		struct ccb_immediate_notify inot;
	} ccb; /* first */
	/* Enough for most commands; more are borrowed from the pool. */
	struct semu_targ_io own[2];
	struct semu_targ_io *spare; /* of those, and of the borrowed */
	struct scsiemu_targ *t;
	struct semu_targ_nexus *nexus; /* NULL: not known */
	struct semu_targ_cmd *next;    /* waits for a buffer */
	struct semu_targ_ios in, out;  /* windows; data-out asked for */
	struct semu_targ_io *held;     /* data-in, for the status */
	uint32_t flags;		       /* of each CTIO */
	uint32_t flying;	       /* CTIOs that the driver has */
	uint32_t borrowed;
	bool notify;	   /* it is an INOT */
	bool acking;	   /* INOT: it is an acknowledgement now */
	uint8_t waits;	   /* enum semu_targ_wait */
	uint8_t sense_len; /* at sense, which then is said, not the task's */
	/* From here to lost: zeros before its command. */
	uint32_t asked; /* bytes of data-out */
	bool started;	/* the pump has it */
	bool ended;	/* its results are known */
	bool told;	/* ... and on their way */
	bool failed;	/* data was lost: the status cannot be GOOD */
	bool again;	/* ... and is said by a second CTIO */
	bool lost;	/* its initiator waits no more */
	uint8_t sense[SEMU_TARG_SENSE];
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
	struct semu_targ_cmd *cmd; /* ncmd of them: ATIOs, then INOTs */
	uint8_t *scratch;	   /* theirs */
	uint32_t ncmd;
	struct semu_targ_pool ios;
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
	void (*notice)(void *ctx, const char *why);
	void *ctx;
};

/* As scsiemu_targ_open(), over other calls than the system's. */
struct scsiemu_targ *semu_targ_open(const struct scsiemu_targ_config *cf,
				    const struct semu_calls *sys,
				    struct scsiemu_errmsg *err);
/* Off the bus; whatever the driver has is ours again. Once. */
void semu_targ_leave(struct scsiemu_targ *t);
/* It serves no more: the first reason stays. semu_targ_heed() is due. */
void semu_targ_break(struct scsiemu_targ *t, const char *why);
/* If it broke, it leaves. */
void semu_targ_heed(struct scsiemu_targ *t);

/* ccb.c */
/* pinfo.index of ours: the driver reads no more of pinfo than the priority, and
 * never writes it. */
enum { SEMU_TARG_OURS, SEMU_TARG_DRIVERS };
static inline bool semu_targ_is_out(const struct ccb_hdr *h)
{
	return h->pinfo.index == SEMU_TARG_DRIVERS;
}
void semu_targ_tell(struct scsiemu_targ *t);
/* The box is full: it is sent. false: nothing goes out any more. */
SEMU_TARG_RARE bool semu_targ_make_room(struct scsiemu_targ *t);
/* It is the driver's with the next write(): by semu_targ_tell() at the latest.
 * false: nothing goes out any more. */
static inline bool semu_targ_send(struct scsiemu_targ *t, struct ccb_hdr *h,
				  int code)
{
	if (t->nbox == SEMU_TARG_BATCH && !semu_targ_make_room(t))
		return false;
	h->pinfo.index = SEMU_TARG_DRIVERS;
	h->func_code = code;
	t->box[t->nbox++] = h;
	return true;
}
/* A control block that the driver does at once: h has the result. false: it
 * was not taken. */
bool semu_targ_do(struct scsiemu_targ *t, struct ccb_hdr *h, int code);
/* A batch of what has come. true: there may be more. */
bool semu_targ_take(struct scsiemu_targ *t);
/* The driver is gone: whatever it had is back. */
void semu_targ_all_back(struct scsiemu_targ *t);
/* The adapter is to give the command's CTIOs back. */
void semu_targ_recall(struct semu_targ_cmd *c);
/* A CTIO that is not used yet: what stays as it is in every round. */
void semu_targ_io_init(struct semu_targ_io *io, struct semu_targ_cmd *c);
/* One of the pool's is spare, for a command that has none. false: no memory. */
SEMU_TARG_RARE bool semu_targ_borrow(struct semu_targ_cmd *c);
/* All are spare: what was borrowed goes back. */
SEMU_TARG_RARE void semu_targ_give_back(struct semu_targ_cmd *c);
void semu_targ_pool_end(struct semu_targ_pool *p);

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
/* No sense is kept any more. */
void semu_targ_relieve(struct scsiemu_targ *t);
bool semu_targ_nexus_init(struct scsiemu_targ *t, uint32_t most);
void semu_targ_nexus_end(struct scsiemu_targ *t);

/* command.c */
/* They are back from the driver: what their header's status says is due. */
void semu_targ_command(struct semu_targ_cmd *c);
void semu_targ_io_back(struct semu_targ_io *io);
/* It came back without a command or an event: it goes out again. */
void semu_targ_unused(struct semu_targ_cmd *c, int code);
/* Its initiator does not wait for it any more: nothing goes out. */
void semu_targ_lose(struct semu_targ_cmd *c);
void semu_targ_lose_all(struct scsiemu_targ *t);
extern const struct scsiemu_port_ops semu_targ_port_ops;

/* The spare CTIO, without data, yet. */
static inline struct semu_targ_io *semu_targ_io_take(struct semu_targ_cmd *c)
{
	const struct ccb_accept_tio *a = &c->ccb.atio;
	struct semu_targ_io *io = c->spare;

	c->spare = io->next;
	io->buf = NULL;
	io->out = io->status = io->back = io->came = false;
	io->ccb.ccb_h.retry_count = SEMU_TARG_RETRIES;
	io->ccb.ccb_h.flags = c->flags;
	io->ccb.data_ptr = NULL;
	io->ccb.dxfer_len = 0;
	io->ccb.sense_len = io->ccb.cdb_len = 0;
	io->ccb.sglist_cnt = 0;
	io->ccb.scsi_status = 0;
	io->ccb.resid = 0; /* isp(4) tells it to the initiator */
	io->ccb.tag_action = a->tag_action;
	io->ccb.tag_id = a->tag_id;
	io->ccb.init_id = a->init_id;
	return io;
}

/* NULL: no memory. */
static inline struct semu_targ_io *semu_targ_io_new(struct semu_targ_cmd *c)
{
	return c->spare || semu_targ_borrow(c) ? semu_targ_io_take(c) : NULL;
}

/* data.c */
/* The first of those who wait for a buffer goes on. */
SEMU_TARG_RARE void semu_targ_buf_freed(struct scsiemu_targ *t);
static inline void semu_targ_give_buf(struct scsiemu_targ *t,
				      struct semu_targ_buf *b)
{
	b->next = t->free;
	t->free = b;
	if (t->wait)
		semu_targ_buf_freed(t);
}
/* It failed, or is lost: what no CTIO is under way with goes back, and is for
 * who waits for it, though the command itself had none. */
void semu_targ_empty(struct semu_targ_cmd *c);
/* A copy of len bytes as data-in; hold: the last of it is, for the status. */
void semu_targ_put(struct semu_targ_cmd *c, const uint8_t *from, uint32_t len,
		   bool hold);
int semu_targ_window(void *port, struct scsiemu_task *task, bool in,
		     uint32_t off, uint32_t len, bool whole,
		     struct scsiemu_vec *v, unsigned *nv);
void semu_targ_cancel(void *port, struct scsiemu_task *task);
void semu_targ_push(void *port, struct scsiemu_task *task, uint32_t off,
		    uint32_t len, const struct scsiemu_vec *v, unsigned nv,
		    enum scsiemu_push how, bool last);

static inline void semu_targ_io_drop(struct semu_targ_io *io)
{
	struct semu_targ_cmd *c = io->cmd;
	struct semu_targ_buf *b = io->buf;

	io->next = c->spare;
	c->spare = io;
	if (b)
		semu_targ_give_buf(c->t, b);
}

static inline struct semu_targ_io *semu_targ_first_off(struct semu_targ_ios *l)
{
	struct semu_targ_io *io = l->head;

	l->head = io->next;
	l->n--;
	return io;
}

/* The pump asks again for what it waited for. */
static inline void semu_targ_data_came(struct semu_targ_cmd *c)
{
	c->waits = SEMU_TARG_NOTHING;
	scsiemu_pump_window(&c->task, 0);
}

/* It did not go out. */
SEMU_TARG_RARE void semu_targ_io_unsent(struct semu_targ_io *io);
static inline void semu_targ_io_send(struct semu_targ_cmd *c,
				     struct semu_targ_io *io)
{
	if (semu_targ_send(c->t, &io->ccb.ccb_h, XPT_CONT_TARGET_IO))
		c->flying++;
	else
		semu_targ_io_unsent(io);
}

/* notify.c */
void semu_targ_notify(struct semu_targ_cmd *c);
int semu_targ_notify_code(const struct scsiemu_targ *t);
void semu_targ_notified(struct semu_targ_cmd *c);

#endif
