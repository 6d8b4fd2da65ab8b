/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transport/vhost/vhost.h - the back end, from the socket to the pump:
 *	vhost.c		made, closed, told of events
 *	socket.c	a front end comes and goes; its messages
 *	message.c	what each message does
 *	memory.c	the guest's memory
 *	ring.c		a queue: started, served, stopped
 *	chain.c		what its descriptors are: memory of the guest's
 *	split.c, packed.c	its two formats, with what is in flight
 *	request.c	requests as commands of the pump
 *	control.c	task management, events
 *
 * A message that changes what commands under way use waits for their end; so
 * does the end of a connection with the memory. Nothing is taken up then.
 */
#ifndef SEMU_TRANSPORT_VHOST_H
#define SEMU_TRANSPORT_VHOST_H

#include <scsiemu/transport/vhost_user.h>

#include <transport/mapped.h>
#include <transport/slots.h>
#include <transport/vhost/abi.h>

#define SEMU_VHOST_CDB	   260
#define SEMU_VHOST_SENSE   252
#define SEMU_VHOST_REGIONS 32
#define SEMU_VHOST_RING	   1024 /* the longest queue, and chain */

struct scsiemu_vhost;
struct semu_vring;

/* One descriptor, read once: the driver may change it at any time. */
struct semu_desc {
	uint64_t at;
	uint32_t len;
	uint16_t flags, link; /* split: the next one; packed: the id */
};

static inline struct semu_desc semu_desc_split(const uint8_t *p)
{
	uint64_t at = vhost_get64(p), rest = vhost_get64(p + DESC_LEN_AT);

	vhost_read_once();
	return (struct semu_desc){ at, (uint32_t)rest, (uint16_t)(rest >> 32),
				   (uint16_t)(rest >> 48) };
}

static inline struct semu_desc semu_desc_packed(const uint8_t *p)
{
	uint64_t at = vhost_get64(p), rest = vhost_get64(p + DESC_LEN_AT);

	vhost_read_once();
	return (struct semu_desc){ at, (uint32_t)rest, (uint16_t)(rest >> 48),
				   (uint16_t)(rest >> 32) };
}

/* What the guest put into a queue as one: memory we read, then memory we
 * write. */
struct semu_chain {
	struct scsiemu_vec *v;
	unsigned most; /* vectors; there is room to cut two of them */
	unsigned nout, nin;
	uint64_t out_len, in_len;
	uint16_t id;	/* how it is given back */
	uint16_t slots; /* packed: descriptors in the ring */
	uint16_t entry; /* in flight */
};

struct semu_vhost_cmd {
	struct semu_mapped_task m; /* first */
	struct semu_vring *r;
	struct semu_vhost_cmd *next; /* of all that were ever needed */
	struct semu_chain c;
	unsigned head; /* c.v[nout] ... of the response */
	bool live;
	bool mute;     /* nobody waits for it now */
	bool given_up; /* by semu_vhost_abort_all() */
	uint8_t req[REQ_CDB_AT + SEMU_VHOST_CDB];
};

enum semu_fetch { FETCH_NONE, FETCH_GOT, FETCH_BROKEN };

/* How a queue lies in memory. Where something is wrong, r->broken says what. */
struct semu_ring_format {
	bool (*map)(struct semu_vring *r);
	/* The next chain; one that was in flight, at entry. */
	enum semu_fetch (*fetch)(struct semu_vring *r, struct semu_chain *c);
	enum semu_fetch (*again)(struct semu_vring *r, struct semu_chain *c,
				 uint16_t entry);
	/* Given back, with len bytes written; seen at publish() at the
	 * latest. */
	void (*put)(struct semu_vring *r, const struct semu_chain *c,
		    uint32_t len);
	void (*publish)(struct semu_vring *r);
	/* Does the guest want a signal for what came since the last one? */
	bool (*wants_call)(struct semu_vring *r);
	/* Ask for a signal at the next chain. */
	void (*arm)(struct semu_vring *r);
	bool (*waiting)(const struct semu_vring *r);
	/* As in messages. */
	uint32_t (*base)(const struct semu_vring *r);
	void (*set_base)(struct semu_vring *r, uint32_t base);
	/* r->fly begins: what it says becomes the state of the queue. */
	void (*recover)(struct semu_vring *r);
	uint16_t fly_head, fly_entry; /* bytes */
};
extern const struct semu_ring_format semu_ring_split, semu_ring_packed;

/* Where a queue's signals go. */
struct semu_signal {
	int fd;	   /* -1: nowhere */
	bool pipe; /* it is no eventfd */
};

struct semu_vring {
	struct scsiemu_source kick; /* first */
	struct scsiemu_vhost *v;
	const struct semu_ring_format *format;
	struct semu_signal call, err;
	uint64_t at[3];		      /* desc, used, avail: user addresses */
	uint8_t *desc, *used, *avail; /* once started */
	uint8_t *fly;		      /* in flight; NULL: not kept */
	uint64_t counter;	      /* of what came */
	uint64_t after;		      /* in flight: counters below are done */
	const char *broken;
	uint32_t base; /* SET_VRING_BASE */
	uint32_t live; /* chains that were not given back */
	uint16_t size, index;
	uint16_t next;	      /* chain to take */
	uint16_t used_idx;    /* to give back */
	uint16_t published;   /* split: what the guest sees */
	uint16_t told;	      /* what it had a signal for */
	bool wrap, used_wrap; /* packed */
	bool started, enabled, gave;
	bool more; /* to be served again after others */
};

struct semu_region {
	uint64_t guest, user, size;
	uint8_t *base; /* of its first byte */
	void *map;
	size_t map_len;
};

struct semu_message {
	uint32_t request, flags, size;
	uint8_t *body;
	int fd[MSG_FDS];
	unsigned nfds;
};

struct scsiemu_vhost {
	struct scsiemu_source socket;	/* first: the front end */
	struct scsiemu_source listener; /* ... that may come */
	struct scsiemu_source wake;	/* go on outside the pump */
	const struct scsiemu_allocator *alloc;
	struct scsiemu_pump *pump;
	struct scsiemu_device *dev;
	struct scsiemu_loop *loop;
	void (*notice)(void *ctx, const char *text);
	void *ctx;
	struct scsiemu_port port;
	struct semu_slots slots;
	struct semu_vhost_cmd *all;
	char *path;
	uint64_t features, protocol;
	struct semu_region region[SEMU_VHOST_REGIONS];
	unsigned nregions;
	const struct semu_region *near; /* where something was found last */
	uint8_t table[SEMU_VHOST_RING * DESC]; /* one in several regions */
	uint8_t *fly; /* all that is in flight, shared with the front end */
	size_t fly_len;
	void *fly_map;
	size_t fly_map_len;
	uint32_t cdb_size, sense_size;
	unsigned nrings;
	struct semu_vring *ring;
	unsigned resets; /* functions under way that reset */
	bool missed;	 /* an event found no room */
	bool held;	 /* a message waits for commands to end */
	bool leaving;	 /* the front end is gone, commands are not */
	struct semu_message msg;
	size_t got; /* bytes of it */
	uint8_t raw[MSG_HEADER + MSG_BODY];
};

/* socket.c */
int semu_vhost_listen(struct scsiemu_vhost *v, const char *path,
		      struct scsiemu_errmsg *err);
void semu_vhost_adopt(struct scsiemu_vhost *v, int fd);
/* The connection ends; why: what the front end did wrong, NULL: it closed. */
void semu_vhost_hang_up(struct scsiemu_vhost *v, const char *why);
/* The loop comes back to what is left, or waited for commands to end: this may
 * be inside the pump. */
void semu_vhost_wake(struct scsiemu_vhost *v);
/* An answer with at most one descriptor (-1: none). */
bool semu_vhost_answer(struct scsiemu_vhost *v, uint32_t size, int fd);
void semu_vhost_note(struct scsiemu_vhost *v, const char *text);

/* message.c */
enum semu_handled {
	HANDLED,  /* what asks for an acknowledgement gets one */
	ANSWERED, /* it had its own */
	REFUSED,  /* the front end learns it, or loses the connection */
	HELD	  /* once more when commands have ended */
};
enum semu_handled semu_vhost_handle(struct scsiemu_vhost *v,
				    struct semu_message *m);

/* memory.c */
bool semu_vhost_add_region(struct scsiemu_vhost *v, const uint8_t *body,
			   int fd);
bool semu_vhost_remove_region(struct scsiemu_vhost *v, const uint8_t *body);
void semu_vhost_forget_memory(struct scsiemu_vhost *v);
/* What the guest has at addr, *len bytes of it at most; NULL: nothing. */
uint8_t *semu_vhost_guest(struct scsiemu_vhost *v, uint64_t addr,
			  uint64_t *len);
/* Are all len bytes where the last ones were? false: no, or len is 0. */
static inline bool semu_vhost_near(const struct scsiemu_vhost *v, uint64_t addr,
				   uint64_t len, uint8_t **p)
{
	const struct semu_region *r = v->near;
	uint64_t in = addr - r->guest;

	if (in >= r->size || len - 1 >= r->size - in)
		return false;
	*p = r->base + in;
	return true;
}
/* len bytes at the front end's address; NULL: they are not all there. */
uint8_t *semu_vhost_user(const struct scsiemu_vhost *v, uint64_t addr,
			 uint64_t len);
/* Requests in flight: shared memory, made anew or the front end's. */
int semu_vhost_make_fly(struct scsiemu_vhost *v, uint64_t len);
bool semu_vhost_map_fly(struct scsiemu_vhost *v, int fd, uint64_t len,
			uint64_t off);
void semu_vhost_forget_fly(struct scsiemu_vhost *v);
size_t semu_vhost_fly_len(const struct semu_ring_format *f, uint16_t size);

/* ring.c */
void semu_ring_init(struct semu_vring *r, struct scsiemu_vhost *v,
		    unsigned index);
void semu_ring_break(struct semu_vring *r, const char *why);
void semu_ring_start(struct semu_vring *r);
void semu_ring_stop(struct semu_vring *r);
bool semu_ring_remap(struct semu_vring *r);
void semu_ring_serve(struct semu_vring *r);
void semu_ring_close(struct semu_vring *r);
/* fd is the queue's in any case. false: it cannot be watched. */
bool semu_ring_set_kick(struct semu_vring *r, int fd);
void semu_ring_set_call(struct semu_vring *r, int fd);
void semu_ring_set_signal(struct semu_signal *s, int fd);
enum semu_fetch semu_ring_fetch(struct semu_vring *r, struct semu_chain *c);
void semu_ring_give(struct semu_vring *r, const struct semu_chain *c,
		    uint32_t len);
void semu_ring_tell(struct semu_vring *r);
/* Entry in flight with the least counter from r->after on; -1: none. */
int semu_ring_oldest(const struct semu_vring *r);

/* chain.c: a descriptor, of a table or the ring. false: r->broken. */
bool semu_chain_add(struct semu_vring *r, struct semu_chain *c,
		    struct semu_desc d);
/* Those from a split queue's head on, and the table that the last may name. */
bool semu_chain_walk(struct semu_vring *r, struct semu_chain *c, uint16_t head);
/* A packed queue's table. */
bool semu_chain_table(struct semu_vring *r, struct semu_chain *c,
		      struct semu_desc d);

static inline bool semu_ring_runs(const struct semu_vring *r)
{
	return r->started && r->enabled && !r->broken && !r->v->held &&
	       !r->v->leaving;
}

static inline uint8_t *semu_ring_fly(const struct semu_vring *r, uint16_t entry)
{
	return r->fly + r->format->fly_head +
	       (size_t)entry * r->format->fly_entry;
}

/* request.c */
extern const struct scsiemu_port_ops semu_vhost_port_ops;
struct semu_vhost_cmd *semu_vhost_new(struct semu_vring *r);
void semu_vhost_drop(struct semu_vhost_cmd *c);
void semu_vhost_request(struct semu_vhost_cmd *c);
void semu_vhost_abort_all(struct scsiemu_vhost *v);
/* From the front or back side of a chain; false: it is shorter. */
bool semu_vhost_take_bytes(struct semu_vhost_cmd *c, uint8_t *to, uint32_t len);
bool semu_vhost_split_response(struct semu_vhost_cmd *c, uint32_t len);
/* The response itself, at most as long as what was split off. */
void semu_vhost_respond(struct semu_vhost_cmd *c, const uint8_t *p,
			uint32_t len, uint32_t data);
struct scsiemu_lu *semu_vhost_lu(struct scsiemu_vhost *v, uint8_t *lun);

/* control.c */
void semu_vhost_control(struct semu_vhost_cmd *c);
void semu_vhost_function_done(struct semu_vhost_cmd *c);
void semu_vhost_events(struct scsiemu_vhost *v);

#endif
