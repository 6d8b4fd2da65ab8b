/* SPDX-License-Identifier: BSD-2-Clause */
/* tcmu/command.c - entries as commands of the pump, and their end. */
#include <transport/tcmu/tcmu.h>

#include <scsiemu/wire.h>

/* Off the way of most commands. */
#define COLD __attribute__((noinline, cold))

static struct semu_tcmu_cmd *of(struct scsiemu_task *t)
{
	return (struct semu_tcmu_cmd *)t;
}

static COLD void one_side(struct semu_tcmu_cmd *c)
{
	c->m.out = c->m.in = semu_side(&c->one, 1);
}

void semu_tcmu_begin(struct scsiemu_tcmu *t, struct semu_tcmu_cmd *c)
{
	c->t = t;
	c->next = t->all;
	t->all = c;
	c->m.t.cmd.cdb = c->cdb;
	c->m.t.cmd.tag = (uintptr_t)c;
	one_side(c);
}

/* ---- The request ---- */

static COLD bool grow(struct semu_tcmu_cmd *c, unsigned n)
{
	const struct scsiemu_allocator *a = c->t->alloc;

	if (c->v)
		a->free(a->ctx, c->v);
	c->room = 0;
	c->v = a->alloc(a->ctx, n * sizeof(*c->v));
	if (c->v)
		c->room = n;
	return c->v;
}

/* A vector of the entry, as it is in our memory. false: it is outside. */
static inline bool vector(const struct scsiemu_tcmu *t, struct scsiemu_vec *v,
			  const uint8_t *iov)
{
	uint64_t base = tcmu_get64(iov), len = tcmu_get64(iov + 8);

	if (base > t->len || len > t->len - base)
		return false;
	v->base = t->map + base;
	v->len = (size_t)len;
	return true;
}

/* n of them, and their sum. false: one is outside, or they are longer than a
 * command can be. */
static bool vectors(const struct scsiemu_tcmu *t, struct scsiemu_vec *v,
		    const uint8_t *iov, unsigned n, uint32_t *sum)
{
	uint64_t all = 0;

	for (; n; n--, v++, iov += TCMU_IOV) {
		if (!vector(t, v, iov))
			return false;
		all += v->len;
	}
	*sum = (uint32_t)all;
	return all < SCSIEMU_UNKNOWN;
}

enum taken { TAKEN, NO_MEMORY, WRONG };

/* Without a second direction nobody says which one it is: the core knows, and
 * looks at that only. */
static COLD enum taken many(struct scsiemu_tcmu *t, struct semu_tcmu_cmd *c,
			    const uint8_t *e, uint32_t len)
{
	uint64_t n = tcmu_get32(e + TCMU_IOVS_AT);
	uint64_t bidi = tcmu_get32(e + TCMU_IOVS_BIDI_AT);
	const uint8_t *iov = e + TCMU_IOV_AT;
	struct scsiemu_cmd *cmd = &c->m.t.cmd;

	if (TCMU_IOV_AT + (n + bidi) * TCMU_IOV > len)
		return WRONG;
	if (n + bidi > c->room && !grow(c, (unsigned)(n + bidi)))
		return NO_MEMORY;
	c->m.out = c->m.in = semu_side(c->v, (unsigned)n);
	if (!vectors(t, c->v, iov, (unsigned)n, &cmd->out_len))
		return WRONG;
	cmd->in_len = cmd->out_len;
	if (!bidi)
		return TAKEN;
	c->m.in = semu_side(c->v + n, (unsigned)bidi);
	return vectors(t, c->v + n, iov + n * TCMU_IOV, (unsigned)bidi,
		       &cmd->in_len)
		       ? TAKEN
		       : WRONG;
}

/* As a rule there is one buffer, or none. */
static inline enum taken take_buffers(struct scsiemu_tcmu *t,
				      struct semu_tcmu_cmd *c, const uint8_t *e,
				      uint32_t len)
{
	struct scsiemu_cmd *cmd = &c->m.t.cmd;
	uint32_t n = tcmu_get32(e + TCMU_IOVS_AT);

	if (n > 1 || tcmu_get32(e + TCMU_IOVS_BIDI_AT))
		return many(t, c, e, len);
	if (c->m.in.v != &c->one) /* had many */
		one_side(c);
	c->one.len = 0;
	if (n && (!vector(t, &c->one, e + TCMU_IOV_AT) ||
		  c->one.len >= SCSIEMU_UNKNOWN))
		return WRONG;
	cmd->in_len = cmd->out_len = (uint32_t)c->one.len;
	return TAKEN;
}

/* The CDB lies behind the request, in the entry. */
static inline bool take_cdb(struct scsiemu_tcmu *t, struct semu_tcmu_cmd *c,
			    const uint8_t *e, uint32_t len)
{
	uint64_t in = tcmu_get64(e + TCMU_CDB_AT) - (uint64_t)(e - t->map);
	uint64_t n = len - in;

	if (n == 16) { /* the usual one */
		memcpy(c->cdb, e + in, 16);
	} else {
		if (in >= len)
			return false;
		if (n > SEMU_TCMU_CDB)
			n = SEMU_TCMU_CDB;
		memcpy(c->cdb, e + in, n);
	}
	c->m.t.cmd.cdb_len = (uint16_t)n;
	return true;
}

static COLD bool refuse(struct scsiemu_tcmu *t, struct semu_tcmu_cmd *c,
			const uint8_t *e, enum taken why)
{
	uint16_t id = tcmu_get16(e + TCMU_ID_AT);

	if (c)
		semu_tcmu_drop(t, c);
	if (why == WRONG || t->broken)
		return false;
	semu_tcmu_answer(t, id, SCSIEMU_TASK_SET_FULL, 0, 0);
	return true;
}

/* An entry that is all there, and `len` bytes long. false: what it says cannot
 * be. */
static inline bool take_command(struct scsiemu_tcmu *t, const uint8_t *e,
				uint32_t len)
{
	struct semu_tcmu_cmd *c = semu_tcmu_new(t);
	enum taken rc;

	if (!c)
		return refuse(t, c, e, NO_MEMORY);
	c->id = tcmu_get16(e + TCMU_ID_AT);
	rc = take_cdb(t, c, e, len) ? take_buffers(t, c, e, len) : WRONG;
	if (rc != TAKEN)
		return refuse(t, c, e, rc);
	if (scsiemu_pump_start(t->pump, &t->port, t->lu, &c->m.t) < 0)
		return refuse(t, c, e, NO_MEMORY);
	return true;
}

/* Its buffer may hold what a store has read for a command that was forgotten.
 * The host sends it again, from its own memory. */
static COLD bool send_again(struct scsiemu_tcmu *t, const uint8_t *e,
			    uint32_t len)
{
	(void)len;
	if (t->broken)
		return false;
	semu_tcmu_answer(t, tcmu_get16(e + TCMU_ID_AT), SCSIEMU_BUSY, 0, 0);
	return true;
}

typedef bool command_fn(struct scsiemu_tcmu *t, const uint8_t *e, uint32_t len);

/* The entry at `next`, which is before head. false: it cannot be. */
static inline bool take(struct scsiemu_tcmu *t, uint32_t head,
			command_fn *command)
{
	uint32_t end = head > t->next ? head : t->size;
	uint8_t *e = semu_tcmu_entry(t, t->next);
	uint32_t n = semu_tcmu_len(e), room = end - t->next;
	bool is_command = semu_tcmu_op(e) == TCMU_OP_CMD;

	if (n > room)
		return false;
	/* Before it is taken: it may be answered at once. */
	t->next = t->next + n < t->size ? t->next + n : 0;
	if (!is_command)
		return n >= TCMU_HEADER && semu_tcmu_other(t, e, n);
	e[TCMU_UFLAGS_AT] = SEMU_TCMU_TAKEN;
	return n >= TCMU_RESPONSE && command(t, e, n);
}

/* All up to head. */
static inline void take_all(struct scsiemu_tcmu *t, uint32_t head,
			    command_fn *command)
{
	while (t->next != head) {
		if (take(t, head, command))
			continue;
		semu_tcmu_break(t, "an entry is outside the ring, or names "
				   "memory outside the device's");
		break;
	}
}

static COLD void take_stale(struct scsiemu_tcmu *t, uint32_t head)
{
	t->stale = false;
	take_all(t, head, send_again);
}

void semu_tcmu_take(struct scsiemu_tcmu *t)
{
	uint32_t head = semu_tcmu_head(t);

	/* Stores still work in buffers that may be theirs now. */
	t->late = t->forgotten;
	if (t->late)
		return;
	if (t->stale)
		take_stale(t, head);
	take_all(t, head, take_command);
	semu_tcmu_tell(t);
}

/* ---- The end ---- */

/* The kernel cannot be told that nothing of a buffer is meant: it would hand on
 * what was there before. */
static COLD void forget(const struct semu_tcmu_cmd *c)
{
	for (unsigned i = 0; i < c->m.in.nv; i++)
		memset(c->m.in.v[i].base, 0, c->m.in.v[i].len);
}

static COLD void put_sense(const struct scsiemu_cmd *cmd, uint8_t *to)
{
	unsigned n = scsiemu_sense_encode(cmd, to, TCMU_SENSE, 0);

	memset(to + n, 0, TCMU_SENSE - n);
}

static inline void answer(struct scsiemu_tcmu *t, struct semu_tcmu_cmd *c)
{
	const struct scsiemu_cmd *cmd = &c->m.t.cmd;
	uint8_t *sense;

	if (!cmd->in_done && !cmd->out_done && cmd->in_len && !cmd->status)
		forget(c);
	sense = semu_tcmu_answer(t, c->id, cmd->status,
				 cmd->in_done ? t->read_len : 0, cmd->in_done);
	if (cmd->status == SCSIEMU_CHECK_CONDITION)
		put_sense(cmd, sense);
}

static COLD void answer_aborted(struct semu_tcmu_cmd *c)
{
	semu_tcmu_answer(c->t, c->id,
			 c->t->closing ? SCSIEMU_BUSY : SCSIEMU_TASK_ABORTED, 0,
			 0);
}

static void done(void *port, struct scsiemu_task *task)
{
	struct scsiemu_tcmu *t = port;
	struct semu_tcmu_cmd *c = of(task);

	if (c->mute || t->broken || semu_tcmu_lost(t))
		semu_tcmu_ended(t, c);
	else if (task->cmd.outcome == SCSIEMU_ABORTED)
		answer_aborted(c);
	else
		answer(t, c);
	scsiemu_pump_sent(task);
	semu_tcmu_drop(t, c);
}

static void flush(void *port)
{
	struct scsiemu_tcmu *t = port;

	if (t->look)
		semu_tcmu_keep(t);
	if (t->late && !t->forgotten)
		semu_tcmu_take(t);
	else
		semu_tcmu_tell(t);
}

const struct scsiemu_port_ops semu_tcmu_port_ops = {
	.size = sizeof(semu_tcmu_port_ops),
	.window = semu_mapped_window,
	.push = semu_mapped_push,
	.done = done,
	.cancel = semu_mapped_cancel,
	.flush = flush,
};
