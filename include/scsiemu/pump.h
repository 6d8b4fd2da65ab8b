/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scsiemu/pump.h - drives wants against a port (where the initiator's bytes
 * are) and the media of the LUs. One pump per device; everything on the
 * device's thread. This is how every shipped adapter works.
 */
#ifndef SCSIEMU_PUMP_H
#define SCSIEMU_PUMP_H

#include <scsiemu/device.h>
#include <scsiemu/store.h>

#ifdef __cplusplus
extern "C" {
#endif

struct scsiemu_task;
struct scsiemu_pump;

#define SCSIEMU_NVEC 8

/* Longer READs are never lent: they go through windows, which may pend. */
#define SCSIEMU_LEND_MAX (256u << 10)

enum scsiemu_push {
	SCSIEMU_PUSH_WINDOW, /* the bytes lie in what window() gave */
	SCSIEMU_PUSH_COPY,   /* v is the core's: copy or transmit before
			      * returning */
	SCSIEMU_PUSH_LENT    /* v is the core's or the store's, unchanged
			      * until scsiemu_pump_sent() */
};

struct scsiemu_port_ops {
	uint32_t size;
	/*
	 * Initiator-side memory of one direction that begins at off: at most
	 * len bytes, at most *nv vectors. in: room for data-in (not yet the
	 * initiator's). out: data-out that has arrived; a port without random
	 * access sees off only grow and throws away what is skipped. The same
	 * off may be asked again: same bytes. whole: all of len, or an error;
	 * asked for one block when a window was shorter than that, and a
	 * port that refuses is asked for the pieces instead. 0 with v and *nv
	 * filled; SCSIEMU_PENDING, then scsiemu_pump_window() (now or later);
	 * < 0 an enum scsiemu_result.
	 */
	int (*window)(void *port, struct scsiemu_task *t, bool in, uint32_t off,
		      uint32_t len, bool whole, struct scsiemu_vec *v,
		      unsigned *nv);
	/*
	 * Data-in [off, off + len) is final. off is contiguous and only grows.
	 * last: status is GOOD, known, and done() follows before anything else:
	 * hold the piece back and let the status ride on it. Never pends, never
	 * fails: a port that broke remembers it and calls scsiemu_pump_abort().
	 * The vectors themselves (not what they name) are the pump's again when
	 * push() returns.
	 */
	void (*push)(void *port, struct scsiemu_task *t, uint32_t off,
		     uint32_t len, const struct scsiemu_vec *v, unsigned nv,
		     enum scsiemu_push how, bool last);
	/* Results are valid, called exactly once per task. Deliver (nothing,
	 * when outcome is ABORTED), then scsiemu_pump_sent(), now or later. */
	void (*done)(void *port, struct scsiemu_task *t);
	/* A pending window() will not be answered: give up NOW. No
	 * scsiemu_pump_window() after this. */
	void (*cancel)(void *port, struct scsiemu_task *t);
	/* No more completions are coming for now: one system call. May be
	 * NULL. */
	void (*flush)(void *port);
	bool lends; /* push() takes PUSH_LENT of store memory */
};

struct scsiemu_port {
	const struct scsiemu_port_ops *ops;
	void *ctx;
	struct scsiemu_port *next; /* the pump's */
	bool dirty;		   /* the pump's */
};

/* The adapter embeds this in its PDU, CCB or ring slot, and zeroes it once. */
struct scsiemu_task {
	struct scsiemu_cmd cmd; /* first; the adapter fills its inputs */
	struct scsiemu_pump *pump;
	struct scsiemu_port *port; /* NULL: one of the device's own jobs */
	struct scsiemu_io io;
	struct scsiemu_vec v[SCSIEMU_NVEC];
	unsigned nv;
	uint8_t state, mode, again;
	int16_t res;
	unsigned n;  /* bytes (loops: blocks) of the step in flight */
	uint64_t at; /* progress of a verb's loop, or of gathering a block */
	struct scsiemu_medium *lent; /* whose memory the port holds */
	uint64_t lent_lba;
	uint32_t lent_nblk;
	struct scsiemu_task *wait; /* bounce queue or run queue */
};

#define SCSIEMU_NKICK 8

struct scsiemu_pump { /* members are the pump's own */
	struct scsiemu_device *dev;
	uint8_t *bounce;
	uint32_t bounce_len;
	struct scsiemu_task *bounce_user, *bounce_head, *bounce_tail;
	struct scsiemu_task *run_head, *run_tail; /* called back while busy */
	struct scsiemu_port *dirty;
	struct scsiemu_medium *kicked[SCSIEMU_NKICK]; /* with queued ops */
	struct scsiemu_task *aside; /* go on at the next flush */
	uint64_t spent;		    /* on verbs since the last one, bytes */
	uint8_t nkicked;
	bool busy;
};

/*
 * bounce: the caller's memory, at least two of the largest blocks (8 KiB is
 * always enough), for pieces that cut blocks, COMPARE, MATCH and VERIFY.
 * 0 or SCSIEMU_ERR_SPACE (also when limits.cmd_size has no room for a task).
 */
int scsiemu_pump_init(struct scsiemu_pump *p, struct scsiemu_device *d,
		      void *bounce, uint32_t bounce_len);

/* Take a task whose cmd is filled. 0, or SCSIEMU_ERR_*: not taken (ORDER: the
 * pump still has it). done() may be called before it returns. */
int scsiemu_pump_start(struct scsiemu_pump *p, struct scsiemu_port *port,
		       struct scsiemu_lu *lu, struct scsiemu_task *t);
/* A pending window(): 0 = ask window() again; < 0 = it failed. */
void scsiemu_pump_window(struct scsiemu_task *t, int result);
/* Delivered, lent memory free again: the task is the port's. */
void scsiemu_pump_sent(struct scsiemu_task *t);
/* done() comes with outcome ABORTED, now or at the store's end. */
void scsiemu_pump_abort(struct scsiemu_task *t);
/* Feed time, run what became ready; returns as scsiemu_device_tick(). */
uint64_t scsiemu_pump_tick(struct scsiemu_pump *p, uint64_t now_ms);
/* scsiemu_device_due() and scsiemu_device_time() of its device. */
uint64_t scsiemu_pump_due(const struct scsiemu_pump *p);
void scsiemu_pump_time(struct scsiemu_pump *p, uint64_t now_ms);
/* Run what became ready (after scsiemu_nexus_detach(), scsiemu_lu_remove()). */
void scsiemu_pump_ready(struct scsiemu_pump *p);
/*
 * Batch end: the stores' kick(), then the ports' flush(). True: there is more
 * to do (a verb over many blocks, on a store that never waits, was set aside so
 * that others get their turn): call it again soon, after other events.
 */
bool scsiemu_pump_flush(struct scsiemu_pump *p);
/* The port dies (connection closed): all its tasks were sent; no flush() comes
 * any more. */
void scsiemu_pump_port_gone(struct scsiemu_pump *p, struct scsiemu_port *port);

#ifdef __cplusplus
}
#endif
#endif
