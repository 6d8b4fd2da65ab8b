/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transport/tcmu/tcmu.h - one of the kernel's devices: tcmu.c opens and closes
 * it, ring.c reads and writes its mailbox, command.c takes entries from the
 * ring and is the port, function.c takes what is no command, keep.c lets go of
 * a command whose buffer a store still has.
 *
 * Answers go in the order in which commands end: into the entry at the tail,
 * whosever that was, with the command's id. So an entry is copied when it is
 * taken up, and between tail and next only lengths are read again.
 */
#ifndef SEMU_TRANSPORT_TCMU_H
#define SEMU_TRANSPORT_TCMU_H

#include <scsiemu/transport/tcmu.h>

#include <transport/mapped.h>
#include <transport/slots.h>
#include <transport/sys.h>
#include <transport/tcmu/abi.h>

#define SEMU_TCMU_CDB 264 /* 260, and whole words */
/* In uflags of an entry that was taken up: the kernel clears them when it makes
 * another one there. */
#define SEMU_TCMU_TAKEN 0x80

/* A command, or a task management function. */
struct semu_tcmu_cmd {
	struct semu_mapped_task m; /* first */
	struct scsiemu_tcmu *t;
	struct semu_tcmu_cmd *next; /* of all that were ever needed */
	struct scsiemu_vec one, *v; /* v: of those with more than one */
	unsigned room;		    /* at v */
	uint16_t id;
	bool live;
	bool mute;	/* the kernel waits for no answer (to this one) */
	bool given_up;	/* by semu_tcmu_abort_all() */
	bool kept;	/* answered: the kernel keeps its buffer until told */
	bool forgotten; /* by the kernel, with its buffer */
	uint8_t cdb[SEMU_TCMU_CDB];
};

struct scsiemu_tcmu {
	struct scsiemu_source source; /* first */
	const struct semu_calls *sys;
	const struct scsiemu_allocator *alloc;
	struct scsiemu_pump *pump;
	struct scsiemu_lu *lu;
	struct scsiemu_loop *loop;
	struct scsiemu_port port;
	struct semu_slots slots;
	struct semu_tcmu_cmd *all;
	uint8_t *map;
	size_t len;
	uint8_t *ring;
	uint32_t size;	    /* of the ring */
	uint32_t told;	    /* the tail that the kernel knows */
	uint32_t tail;	    /* ... and will know after the flush */
	uint32_t next;	    /* the entry to take up next */
	uint8_t read_len;   /* the flag that says so, if the kernel knows it */
	int free_fd;	    /* takes ids of kept buffers; -1: nothing is kept */
	unsigned forgotten; /* commands: a store still has their buffers */
	bool late;	    /* entries wait for those */
	bool stale;	    /* entries came while there were such */
	bool look;	    /* a function has ended: whom has it left behind? */
	bool closing;
	const char *broken;
	void (*notice)(void *ctx, const char *why);
	void *ctx;
};

/* Where the kernel's device is. */
struct semu_tcmu_paths {
	const char *uio;
	const char *free_kept; /* action/free_kept_buf */
	size_t len;	       /* of its memory */
};

/* As the public ones, over other calls than the system's. */
struct scsiemu_tcmu *semu_tcmu_open(const struct scsiemu_tcmu_config *cf,
				    const struct semu_calls *sys,
				    const struct semu_tcmu_paths *paths,
				    struct scsiemu_errmsg *err);

static inline uint8_t *semu_tcmu_entry(const struct scsiemu_tcmu *t,
				       uint32_t at)
{
	return t->ring + at;
}

static inline uint32_t semu_tcmu_len(const uint8_t *e)
{
	return tcmu_get32(e + TCMU_LEN_OP_AT) & ~(uint32_t)TCMU_OP_MASK;
}

static inline unsigned semu_tcmu_op(const uint8_t *e)
{
	return tcmu_get32(e + TCMU_LEN_OP_AT) & TCMU_OP_MASK;
}

/* The entry behind the one at `at`. */
static inline uint32_t semu_tcmu_behind(const struct scsiemu_tcmu *t,
					uint32_t at)
{
	at += semu_tcmu_len(semu_tcmu_entry(t, at));
	return at < t->size ? at : 0;
}

/* tcmu.c: the part of a UIO device's name that is its configuration string;
 * NULL: it is none of TCMU's. */
const char *semu_tcmu_config(const char *name);

#define SEMU_TCMU_CHANGED "an entry was changed after it had been taken up"
/* tcmu.c: it serves no more; the first reason stays. */
void semu_tcmu_break(struct scsiemu_tcmu *t, const char *why);

/* While a command waits for an answer: there is no entry for it. The ring was
 * emptied, and what is at its tail is another one; or it lies. */
static inline bool semu_tcmu_lost(const struct scsiemu_tcmu *t)
{
	return t->tail == t->next ||
	       !(semu_tcmu_entry(t, t->tail)[TCMU_UFLAGS_AT] & SEMU_TCMU_TAKEN);
}

/* ring.c: moves the tail over what wants no answer. */
void semu_tcmu_pass(struct scsiemu_tcmu *t);

/* An answer: status, flags, and of data-in so many bytes; where its sense
 * goes. */
static inline uint8_t *semu_tcmu_answer(struct scsiemu_tcmu *t, uint16_t id,
					uint8_t status, uint8_t uflags,
					uint32_t in_done)
{
	uint8_t *e = semu_tcmu_entry(t, t->tail);

	tcmu_put16(e + TCMU_ID_AT, id);
	e[TCMU_UFLAGS_AT] = uflags;
	tcmu_put32(e + TCMU_STATUS_AT, status);
	tcmu_put32(e + TCMU_READ_LEN_AT, in_done);
	t->tail = semu_tcmu_behind(t, t->tail);
	if (t->tail != t->next)
		semu_tcmu_pass(t);
	return e + TCMU_SENSE_AT;
}

/* The kernel's head. */
uint32_t semu_tcmu_head(struct scsiemu_tcmu *t);
void semu_tcmu_tell(struct scsiemu_tcmu *t);

/* command.c: everything up to the kernel's head. */
void semu_tcmu_take(struct scsiemu_tcmu *t);
/* One that was never used before. */
void semu_tcmu_begin(struct scsiemu_tcmu *t, struct semu_tcmu_cmd *c);
extern const struct scsiemu_port_ops semu_tcmu_port_ops;

static inline struct semu_tcmu_cmd *semu_tcmu_new(struct scsiemu_tcmu *t)
{
	struct semu_tcmu_cmd *c = semu_slots_take(&t->slots);

	if (!c)
		return NULL;
	if (!c->t)
		semu_tcmu_begin(t, c);
	c->live = true;
	return c;
}

/* It is not the pump's, or no longer. */
static inline void semu_tcmu_drop(struct scsiemu_tcmu *t,
				  struct semu_tcmu_cmd *c)
{
	c->live = false;
	semu_slots_give(&t->slots, c);
}

/* function.c: an entry that is all there, `len` bytes long and no command.
 * false: what it says cannot be. */
bool semu_tcmu_other(struct scsiemu_tcmu *t, uint8_t *e, uint32_t len);
/* Give all commands up. keep: the kernel still waits for them. */
void semu_tcmu_abort_all(struct scsiemu_tcmu *t, bool keep);

/* keep.c: the end of one to which the kernel waits for no answer. */
void semu_tcmu_ended(struct scsiemu_tcmu *t, struct semu_tcmu_cmd *c);
/* What functions have aborted and stores still have is answered now. */
void semu_tcmu_keep(struct scsiemu_tcmu *t);

#endif
