/* SPDX-License-Identifier: BSD-2-Clause */
/* core/engine.h - what the engine's files share among themselves. */
#ifndef SEMU_ENGINE_H
#define SEMU_ENGINE_H

#include "core/config.h"
#include "core/core.h"

/* A USDT probe is a NOP in line until somebody attaches to it. */
#ifdef SEMU_WITH_USDT
#include <sys/sdt.h>
#define SEMU_PROBE(ev, c, arg) DTRACE_PROBE3(scsiemu, command, ev, c, arg)
#else
#define SEMU_PROBE(ev, c, arg) ((void)0)
#endif

#define SEMU_LIKELY(x)	 __builtin_expect(!!(x), 1)
#define SEMU_UNLIKELY(x) __builtin_expect(!!(x), 0)

static inline uint32_t semu_min32(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* trace.c */
void semu_trace_slow(struct scsiemu_device *d, enum scsiemu_event ev,
		     const struct scsiemu_cmd *c, int arg);
static inline void semu_trace(const struct scsiemu_lu *lu,
			      enum scsiemu_event ev,
			      const struct scsiemu_cmd *c, int arg)
{
	SEMU_PROBE(ev, c, arg);
#if SEMU_WITH_TRACE
	if (SEMU_UNLIKELY(lu->traced))
		semu_trace_slow(lu->dev, ev, c, arg);
#else
	(void)lu, (void)ev, (void)c, (void)arg;
#endif
}
/* A call in the wrong state: traced, returns err. */
int semu_misuse(struct scsiemu_cmd *c, int err);

/* start.c */
int semu_start_full(struct scsiemu_lu *lu, struct scsiemu_cmd *c);

/* The control byte (SAM-5 5.2). */
static inline unsigned semu_control_at(const struct scsiemu_row *row)
{
	return row->op == SCSIEMU_OP_VARIABLE ? 1 : row->len - 1u;
}

/* fields.c: LBA and count by enum scsiemu_fields; the count's byte. */
void semu_decode(struct semu_ctx *x, const uint8_t *cdb, unsigned fields);

/* check.c: CDB against row; state of LU and nexus against row. */
bool semu_check_cdb(struct scsiemu_lu *lu, struct scsiemu_cmd *c,
		    const struct scsiemu_row *row);
/* True: go on. False: status and sense are set. */
bool semu_check_odd_state(struct scsiemu_cmd *c);
bool semu_check_range(struct scsiemu_cmd *c);

/* run.c: begin a checked command; finish any. */
int semu_begin(struct scsiemu_cmd *c);
int semu_go_on(struct scsiemu_cmd *c, int result);
int semu_put_out(struct scsiemu_cmd *c);
int semu_done(struct scsiemu_cmd *c);
/* An aborted command ends, after its row's UNDO. */
int semu_undo(struct scsiemu_cmd *c);
/* Has its row something to undo? */
static inline bool semu_undoes(const struct semu_ctx *x)
{
	return x->step && x->row->flags & SCSIEMU_ROW_UNDO &&
	       !(x->odd & SEMU_UNDONE);
}
int semu_send_gap(struct scsiemu_cmd *c);
int semu_reply(struct scsiemu_cmd *c, uint32_t lo);

/* taskset.c */
/* True: it waits (phase and want are set). */
#if SEMU_WITH_QUEUE
bool semu_order_slow(struct scsiemu_cmd *c);
void semu_wake(struct scsiemu_lu *lu);
/* An aborted command waits no more, neither here nor elsewhere. */
void semu_leave(struct scsiemu_cmd *c);
/* Out of a foreign LU's task set. */
void semu_leave_other(struct semu_entry *e);
/* Pins (A7). */
void semu_pin(struct scsiemu_cmd *c);
void semu_unpin(struct scsiemu_cmd *c);
/* Those that were held on this LU may go on. */
void semu_release_held(struct scsiemu_lu *lu);
#else
/* One command at a time: nobody waits. */
static inline bool semu_order_slow(struct scsiemu_cmd *c)
{
	(void)c;
	return false;
}
static inline void semu_wake(struct scsiemu_lu *lu)
{
	(void)lu;
}
static inline void semu_leave(struct scsiemu_cmd *c)
{
	(void)c;
}
static inline void semu_leave_other(struct semu_entry *e)
{
	(void)e;
}
static inline void semu_unpin(struct scsiemu_cmd *c)
{
	(void)c;
}
static inline void semu_release_held(struct scsiemu_lu *lu)
{
	(void)lu;
}
#endif
static inline bool semu_entry_slow(const struct semu_entry *e)
{
	return e->cls > SCSIEMU_C_RW || e->attr != SCSIEMU_SIMPLE;
}
static inline struct semu_entry *semu_first(struct scsiemu_lu *lu)
{
	return (struct semu_entry *)(void *)lu->tasks.next;
}
static inline struct semu_entry *semu_after(const struct semu_entry *e)
{
	return (struct semu_entry *)(void *)e->ring.next;
}
/* Past the last entry of the ring? */
static inline bool semu_at_end(const struct scsiemu_lu *lu,
			       const struct semu_entry *e)
{
	return &e->ring == &lu->tasks;
}
static inline void semu_insert(struct semu_entry *e, struct semu_ring *behind)
{
	struct semu_ring *next = behind->next;

	e->ring.prev = behind;
	e->ring.next = next;
	next->prev = &e->ring;
	behind->next = &e->ring;
	e->linked = true;
}
/* At the end of the task set; for entries that cannot block others. */
static inline void semu_link(struct semu_entry *e, struct scsiemu_lu *lu)
{
	semu_insert(e, lu->tasks.prev);
}
static inline void semu_unlink(struct semu_entry *e, struct scsiemu_lu *lu)
{
	struct semu_ring *prev = e->ring.prev, *next = e->ring.next;

	prev->next = next;
	next->prev = prev;
	e->linked = false;
	if (SEMU_UNLIKELY(e->counted))
		lu->nslow--;
}

/* aca.c */
#if SEMU_WITH_ACA
/* Does an ACA condition, or the attribute ACA without one, refuse the command
 * (status and sense are set)? */
bool semu_aca_refuses(struct scsiemu_cmd *c);
/* It ends with CHECK CONDITION. */
void semu_aca_check(struct scsiemu_cmd *c);
/* The condition that this nexus's command (NULL: anybody's) made is over. */
void semu_aca_clear(struct scsiemu_lu *lu, const struct scsiemu_nexus *n);
/* Must it wait until the condition is over? */
static inline bool semu_aca_holds(const struct semu_entry *e)
{
	return e->lu->aca && e->cmd->attr != SCSIEMU_ACA;
}
#else
bool semu_aca_refuses(struct scsiemu_cmd *c);
static inline void semu_aca_check(struct scsiemu_cmd *c)
{
	(void)c;
}
static inline void semu_aca_clear(struct scsiemu_lu *lu,
				  const struct scsiemu_nexus *n)
{
	(void)lu, (void)n;
}
static inline bool semu_aca_holds(const struct semu_entry *e)
{
	(void)e;
	return false;
}
#endif

/* deferred.c: the command, whose pair has a deferred error and no unit
 * attention, ends with it. */
bool semu_deferred_fail(struct scsiemu_cmd *c);

/* inject.c, injectdata.c */
#if SEMU_WITH_INJECT
/* A rule refuses this task management function. */
bool semu_inject_rejects(const struct scsiemu_lu *lu, unsigned tmf);
/* A SPOILT command's want goes out. */
void semu_inject_spoil(struct scsiemu_cmd *c);
#else
static inline bool semu_inject_rejects(const struct scsiemu_lu *lu,
				       unsigned tmf)
{
	(void)lu, (void)tmf;
	return false;
}
static inline void semu_inject_spoil(struct scsiemu_cmd *c)
{
	(void)c;
}
#endif

/* ready.c */
void semu_ready_push(struct scsiemu_cmd *c);
void semu_ready_remove(struct scsiemu_cmd *c);

/* Something is to happen at that time. */
static inline void semu_due(struct scsiemu_device *d, uint64_t ms)
{
	if (ms < d->due)
		d->due = ms;
}

/* timers.c */
#if SEMU_WITH_QUEUE
void semu_zombie_add(struct scsiemu_cmd *c);
void semu_zombie_remove(struct scsiemu_cmd *c);
void semu_timer_add(struct scsiemu_cmd *c, uint64_t deadline);
void semu_timer_remove(struct scsiemu_cmd *c);
#else
static inline void semu_zombie_add(struct scsiemu_cmd *c)
{
	(void)c;
}
static inline void semu_zombie_remove(struct scsiemu_cmd *c)
{
	(void)c;
}
static inline void semu_timer_add(struct scsiemu_cmd *c, uint64_t deadline)
{
	(void)c, (void)deadline;
}
#endif

/* parts.c */
#if SEMU_WITH_PARTS
/* Bytes of all its parts, *bits says which; 0: none. */
uint32_t semu_parts_size(const struct scsiemu_lu_config *cf, uint32_t *bits);
int semu_parts_add(struct scsiemu_lu *lu, const struct scsiemu_lu_config *cf);
void semu_parts_loaded(struct scsiemu_lu *lu);
void semu_parts_reset(struct scsiemu_lu *lu);
void semu_parts_tick(struct scsiemu_lu *lu);
/* Whose record it is; NULL: no part's. */
const struct semu_part_type *semu_parts_of_record(const struct scsiemu_lu *lu,
						  uint32_t id);
/* A watched LU's command begins: enum scsiemu_handled (WANTS: it waits); is
 * about to be DONE: true when a want was left. */
int semu_parts_begin(struct scsiemu_cmd *c);
bool semu_parts_finish(struct scsiemu_cmd *c);
/* Who takes READ and WRITE; NULL: the engine. */
scsiemu_step_fn *semu_parts_rw(const struct scsiemu_lu *lu);
#else
static inline uint32_t semu_parts_size(const struct scsiemu_lu_config *cf,
				       uint32_t *bits)
{
	(void)cf;
	*bits = 0;
	return 0;
}
static inline int semu_parts_add(struct scsiemu_lu *lu,
				 const struct scsiemu_lu_config *cf)
{
	(void)lu, (void)cf;
	return 0;
}
static inline void semu_parts_loaded(struct scsiemu_lu *lu)
{
	(void)lu;
}
static inline void semu_parts_reset(struct scsiemu_lu *lu)
{
	(void)lu;
}
static inline void semu_parts_tick(struct scsiemu_lu *lu)
{
	(void)lu;
}
static inline const struct semu_part_type *semu_parts_of_record(
	const struct scsiemu_lu *lu, uint32_t id)
{
	(void)lu, (void)id;
	return NULL;
}
static inline int semu_parts_begin(struct scsiemu_cmd *c)
{
	(void)c;
	return 0;
}
static inline bool semu_parts_finish(struct scsiemu_cmd *c)
{
	(void)c;
	return false;
}
static inline scsiemu_step_fn *semu_parts_rw(const struct scsiemu_lu *lu)
{
	(void)lu;
	return NULL;
}
#endif

void semu_lu_timer_off(struct scsiemu_lu *lu);
/* lutimer.c: run what is due; when the next one is (UINT64_MAX: none). */
uint64_t semu_lu_timers(struct scsiemu_device *d);

/* tmf.c */
int semu_tmf_start(struct scsiemu_cmd *c);
/* Abort one command; tmf: enum scsiemu_tmf, or 0 by the embedder. */
void semu_kill(struct scsiemu_cmd *c, unsigned tmf, bool task_aborted);
/* Abort those in lu that belong to nexus (NULL: all), with jobs or not. */
void semu_kill_lu(struct scsiemu_lu *lu, const struct scsiemu_nexus *nexus,
		  unsigned tmf, bool jobs);
/* The same on behalf of nexus `by`: another one's are told. */
void semu_kill_by(struct scsiemu_cmd *c, const struct scsiemu_nexus *by,
		  unsigned tmf);
/* A zombie is gone: those that waited for it. */
void semu_tmf_check(struct scsiemu_device *d);
/* A status that UA_INTLCK_CTRL 11b remembers (SPC-5 7.5.8). */
void semu_ua_status(struct semu_itl *itl, uint8_t status);
/* QERR: a command ended with CHECK CONDITION. */
void semu_qerr(struct scsiemu_cmd *c);

/* fence.c */
/* The commands of nexus n in c's LU end, except c itself, and its ACA
 * condition. */
void semu_preempt(struct scsiemu_cmd *c, struct scsiemu_nexus *n);
#if SEMU_WITH_QUEUE
/* A step function waits: until semu_release_held(); until what was aborted in
 * its LU is gone (FINISHED: it is). */
int semu_hold(struct scsiemu_cmd *c);
int semu_fence(struct scsiemu_cmd *c);
bool semu_fence_over(const struct scsiemu_cmd *c);
void semu_fence_end(struct scsiemu_cmd *c);
#else
static inline int semu_hold(struct scsiemu_cmd *c)
{
	(void)c;
	return SCSIEMU_FINISHED;
}
static inline int semu_fence(struct scsiemu_cmd *c)
{
	(void)c;
	return SCSIEMU_FINISHED;
}
#endif

/* nexus.c */
struct semu_itl *semu_itl_get(struct scsiemu_lu *lu, struct scsiemu_nexus *n);
void semu_itl_free(struct scsiemu_device *d, struct semu_itl *itl);
/* Its PREVENT goes. */
void semu_itl_allow(struct semu_itl *itl);
/* Reservations and PREVENT of the pair go (nexus loss, resets). */
void semu_itl_lost(struct semu_itl *itl);
void semu_nexus_cmd_gone(struct scsiemu_nexus *n);
/* Abort all its commands; keep: they outlive it. */
void semu_nexus_kill(struct scsiemu_nexus *n, bool keep);

void semu_itl_rehash(struct scsiemu_device *d, struct semu_itl **old,
		     uint32_t old_mask);

/* job.c */
#if SEMU_WITH_JOBS
void semu_job_end(struct scsiemu_cmd *c);
#else
static inline void semu_job_end(struct scsiemu_cmd *c)
{
	(void)c;
}
#endif

/* lu.c */
void semu_lu_lasting(struct scsiemu_lu *lu);
void semu_lu_cmd_gone(struct scsiemu_lu *lu);
void semu_lu_reset(struct scsiemu_lu *lu, enum semu_ua ua);

#endif
