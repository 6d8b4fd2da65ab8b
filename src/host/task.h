/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host/task.h - what the pump's files share: the states of a task, and the
 * steps every want is made of. A step answers the want that is out and returns
 * the next one, or SEMU_OUT when somebody will call back.
 */
#ifndef SEMU_HOST_TASK_H
#define SEMU_HOST_TASK_H

#include <scsiemu/pump.h>

/* Off the way of a READ, a WRITE and a command without data. */
#define SEMU_COLD __attribute__((noinline, cold))

#define SEMU_OUT (-100) /* neither a want nor an enum scsiemu_result */

/* v[0] and the last one are the pump's: what a piece cuts off a block. */
#define SEMU_WINDOW_NVEC (SCSIEMU_NVEC - 2)

enum semu_task_state {
	SEMU_T_FREE,   /* the port's */
	SEMU_T_RUN,    /* being driven */
	SEMU_T_CALL,   /* inside a store call */
	SEMU_T_ASK,    /* inside window() */
	SEMU_T_CALLED, /* that call has completed already: res */
	SEMU_T_STORE,  /* a store operation pends */
	SEMU_T_WINDOW, /* window() pends */
	SEMU_T_BOUNCE, /* queued for the bounce buffer */
	SEMU_T_ASIDE,  /* its verb waits for the next flush */
	SEMU_T_WAIT,   /* blocked in the core */
	SEMU_T_DONE,   /* done() was called, sent() not yet */
	/* in the run queue: */
	SEMU_T_Q_NEXT,	/* started by a callback */
	SEMU_T_Q_STEP,	/* take the step again */
	SEMU_T_Q_FAIL,	/* the window failed: res */
	SEMU_T_Q_STORE, /* the store is done: res */
	SEMU_T_COUNT
};

/* scsiemu_task.mode: who goes on when the store operation is done. */
enum semu_after {
	SEMU_A_READ,
	SEMU_A_WRITE,
	SEMU_A_COMPARE,
	SEMU_A_VERB,
	SEMU_A_STATUS,
	SEMU_A_SWEEP,
	SEMU_A_NV,
	SEMU_A_KIND_READ,
	SEMU_A_KIND_WRITE,
	SEMU_A_KIND_VERB,
	SEMU_A_COUNT
};

typedef int semu_step_fn(struct scsiemu_task *t);
typedef int semu_after_fn(struct scsiemu_task *t, int result);

/* pump_bulk.c */
semu_step_fn semu_want_send, semu_want_recv, semu_want_read, semu_want_write;
semu_after_fn semu_after_read, semu_after_write;
/* pump_compare.c */
semu_step_fn semu_want_compare;
semu_after_fn semu_after_compare;
/* pump_verb.c */
semu_step_fn semu_want_store;
semu_after_fn semu_after_verb, semu_after_status;
/* pump_sweep.c */
enum semu_sweep { SEMU_SWEEP_WRITE, SEMU_SWEEP_MATCH, SEMU_SWEEP_READ };
int semu_sweep_start(struct scsiemu_task *t, enum semu_sweep how,
		     const void *pattern);
semu_after_fn semu_after_sweep;
/* pump_kind.c: media that are not block media */
int semu_kind_read(struct scsiemu_task *t, struct scsiemu_medium *m);
int semu_kind_write(struct scsiemu_task *t, struct scsiemu_medium *m);
int semu_kind_verb(struct scsiemu_task *t, struct scsiemu_medium *m);
semu_after_fn semu_after_kind_read, semu_after_kind_write, semu_after_kind_verb;

/* pump.c */
SEMU_COLD int semu_task_refused(struct scsiemu_task *t);
int semu_task_pends(struct scsiemu_task *t, struct scsiemu_medium *m);
/* Its verb over this many bytes has to wait for the next flush: return
 * SEMU_OUT. */
bool semu_set_aside(struct scsiemu_task *t, uint64_t bytes);
/* The bounce buffer is the task's; false: it is queued, return SEMU_OUT. */
bool semu_bounce_take(struct scsiemu_task *t);
void semu_bounce_next(struct scsiemu_task *t); /* its user gives it up */

/* pump_bulk.c: v holds *nv vectors; cut them to len bytes, return the sum. */
uint32_t semu_vec_cut(struct scsiemu_vec *v, unsigned *nv, size_t len);
/*
 * Ask the port: its vectors come to t->v[1] ..., t->nv of them, t->n bytes. 0,
 * SEMU_OUT or an enum scsiemu_result < 0.
 */
int semu_ask(struct scsiemu_task *t, bool in, uint32_t off, uint32_t len,
	     bool whole);
/* n bytes of the window were read: answer, and deliver what counts. */
int semu_read_done(struct scsiemu_task *t, int result, uint32_t n);
/* Bytes good before an error; remembers the place for sense. */
uint32_t semu_io_good(struct scsiemu_task *t);

/* The port has something for flush(). */
static inline void semu_port_dirty(struct scsiemu_pump *p,
				   struct scsiemu_port *port)
{
	if (port->dirty)
		return;
	port->dirty = true;
	port->next = p->dirty;
	p->dirty = port;
}

static inline int semu_answer(struct scsiemu_task *t, int result,
			      uint32_t bytes)
{
	int w = scsiemu_did(&t->cmd, result, bytes);

	return w >= 0 ? w : semu_task_refused(t);
}

/* No effect when the bounce buffer is not the task's. */
static inline void semu_bounce_free(struct scsiemu_task *t)
{
	if (t->pump->bounce_user == t)
		semu_bounce_next(t);
}

/* semu_ask() did not give a window. */
static inline int semu_asked(struct scsiemu_task *t, int rc)
{
	return rc == SEMU_OUT ? SEMU_OUT : semu_answer(t, rc, 0);
}

/* A store call follows. */
static inline struct scsiemu_io *semu_io_begin(struct scsiemu_task *t,
					       enum semu_after mode)
{
	t->state = SEMU_T_CALL;
	t->mode = (uint8_t)mode;
	t->io.info = SCSIEMU_NO_INFO;
	t->io.moved = 0;
	t->io.flags = t->cmd.flags;
	return &t->io;
}

/* What the store call returned: a result, or SEMU_OUT. */
static inline int semu_io_rc(struct scsiemu_task *t, struct scsiemu_medium *m,
			     int rc)
{
	return rc == SCSIEMU_PENDING ? semu_task_pends(t, m) : rc;
}

#endif
