/* SPDX-License-Identifier: BSD-2-Clause */
/* tcmu/command.c - entries as commands of the pump, and their end. */
#include <transport/tcmu/tcmu.h>

#include <scsiemu/wire.h>

static struct semu_tcmu_cmd *of(struct scsiemu_task *t)
{
	return (struct semu_tcmu_cmd *)t;
}

static struct semu_tcmu_cmd *new_cmd(struct scsiemu_tcmu *t)
{
	struct semu_tcmu_cmd *c = semu_slots_take(&t->slots);

	if (!c)
		return NULL;
	c->t = t;
	c->gone = c->given_up = false;
	c->next = t->live;
	c->prev = &t->live;
	if (c->next)
		c->next->prev = &c->next;
	t->live = c;
	c->m.t.cmd.tag = (uintptr_t)c;
	return c;
}

/* It is not the pump's, or no longer. */
static void drop(struct semu_tcmu_cmd *c)
{
	struct scsiemu_tcmu *t = c->t;

	*c->prev = c->next;
	if (c->next)
		c->next->prev = c->prev;
	semu_slots_give(&t->slots, c);
}

/* ---- The request ---- */

static bool room_for(struct semu_tcmu_cmd *c, unsigned n)
{
	const struct scsiemu_allocator *a = c->t->alloc;

	if (n <= c->room)
		return true;
	if (c->v)
		a->free(a->ctx, c->v);
	c->room = 0;
	c->v = a->alloc(a->ctx, n * sizeof(*c->v));
	if (c->v)
		c->room = n;
	return c->v;
}

/* n vectors of the entry, as they are in our memory; their sum. false: one is
 * outside the map, or they are longer than a command can be. */
static bool vectors(const struct scsiemu_tcmu *t, struct scsiemu_vec *v,
		    const uint8_t *iov, unsigned n, uint32_t *sum)
{
	uint64_t all = 0;

	for (unsigned i = 0; i < n; i++, iov += TCMU_IOV) {
		uint64_t base = tcmu_get64(iov), len = tcmu_get64(iov + 8);

		if (base > t->len || len > t->len - base)
			return false;
		v[i].base = t->map + base;
		v[i].len = (size_t)len;
		all += len;
	}
	*sum = (uint32_t)all;
	return all < SCSIEMU_UNKNOWN;
}

/* Without a second direction nobody says which one it is: the core knows, and
 * looks at that only. */
static bool buffers(struct semu_tcmu_cmd *c, const uint8_t *e, unsigned n,
		    unsigned bidi)
{
	struct scsiemu_cmd *cmd = &c->m.t.cmd;

	if (!vectors(c->t, c->v, e + TCMU_IOV_AT, n, &cmd->out_len) ||
	    !vectors(c->t, c->v + n, e + TCMU_IOV_AT + n * TCMU_IOV, bidi,
		     &cmd->in_len))
		return false;
	c->m.out = semu_side(c->v, n);
	c->m.in = bidi ? semu_side(c->v + n, bidi) : c->m.out;
	if (!bidi)
		cmd->in_len = cmd->out_len;
	return true;
}

/* The CDB lies behind the request, in the entry. */
static bool take_cdb(struct semu_tcmu_cmd *c, const uint8_t *e, uint32_t len)
{
	uint64_t at = tcmu_get64(e + TCMU_CDB_AT);
	uint64_t first = (uint64_t)(e - c->t->map), end = first + len;
	size_t n;

	if (at < first || at >= end)
		return false;
	n = end - at < SEMU_TCMU_CDB ? (size_t)(end - at) : SEMU_TCMU_CDB;
	memcpy(c->cdb, c->t->map + at, n);
	c->m.t.cmd.cdb = c->cdb;
	c->m.t.cmd.cdb_len = (uint16_t)n;
	return true;
}

bool semu_tcmu_command(struct scsiemu_tcmu *t, const uint8_t *e, uint32_t len)
{
	uint32_t n = tcmu_get32(e + TCMU_IOVS_AT);
	uint32_t bidi = tcmu_get32(e + TCMU_IOVS_BIDI_AT);
	uint32_t most = (len - TCMU_IOV_AT) / TCMU_IOV;
	uint16_t id = tcmu_get16(e + TCMU_ID_AT);
	struct semu_tcmu_cmd *c;

	if (n > most || bidi > most - n)
		return false;
	c = new_cmd(t);
	if (c && (!room_for(c, n + bidi + 1) ||
		  scsiemu_device_reserve(scsiemu_lu_device(t->lu), 1) < 0)) {
		drop(c);
		c = NULL;
	}
	if (!c) {
		semu_tcmu_answer(t, id, SCSIEMU_TASK_SET_FULL, 0, NULL, 0);
		return true;
	}
	c->id = id;
	if (!take_cdb(c, e, len) || !buffers(c, e, n, bidi)) {
		drop(c);
		return false;
	}
	if (scsiemu_pump_start(t->pump, &t->port, t->lu, &c->m.t) < 0) {
		semu_tcmu_answer(t, id, SCSIEMU_BUSY, 0, NULL, 0);
		drop(c);
	}
	return true;
}

/* ---- Task management ---- */

static void abort_id(struct scsiemu_tcmu *t, uint16_t id)
{
	struct semu_tcmu_cmd *c = t->live;

	while (c && (c->id != id || c->gone || c->m.t.cmd.tmf))
		c = c->next;
	if (c)
		scsiemu_pump_abort(&c->m.t);
}

/* The kernel answers its initiator itself, when the commands that it names have
 * ended. A logical unit has to be reset besides. */
bool semu_tcmu_function(struct scsiemu_tcmu *t, const uint8_t *e, uint32_t len)
{
	bool reset = e[TCMU_TMR_TYPE_AT] == TCMU_TMR_LU_RESET;
	struct semu_tcmu_cmd *c;
	uint32_t n;

	if (len < TCMU_TMR_IDS_AT)
		return false;
	n = tcmu_get32(e + TCMU_TMR_COUNT_AT);
	if (n > (len - TCMU_TMR_IDS_AT) / 2)
		return false;
	for (uint32_t i = 0; i < n; i++)
		abort_id(t, tcmu_get16(e + TCMU_TMR_IDS_AT + 2 * i));
	c = reset ? new_cmd(t) : NULL;
	if (!c)
		return true;
	c->m.t.cmd.tmf = SCSIEMU_TMF_LU_RESET;
	if (scsiemu_pump_start(t->pump, &t->port, t->lu, &c->m.t) < 0)
		drop(c);
	return true;
}

void semu_tcmu_abort_all(struct scsiemu_tcmu *t, bool keep)
{
	struct semu_tcmu_cmd *c = t->live;

	for (; c; c = c->next)
		c->gone |= !keep;
	/* One that ends lets others run, which end as well. */
	while ((c = t->live) != NULL) {
		while (c && c->given_up)
			c = c->next;
		if (!c)
			break;
		c->given_up = true;
		scsiemu_pump_abort(&c->m.t);
	}
}

/* ---- The end ---- */

/* The kernel cannot be told that nothing of a buffer is meant: it would hand on
 * what was there before. */
static void forget(const struct semu_tcmu_cmd *c)
{
	for (unsigned i = 0; i < c->m.in.nv; i++)
		memset(c->m.in.v[i].base, 0, c->m.in.v[i].len);
}

static void answer(struct semu_tcmu_cmd *c)
{
	const struct scsiemu_cmd *cmd = &c->m.t.cmd;
	uint8_t sense[TCMU_SENSE];
	unsigned n = scsiemu_sense_encode(cmd, sense, sizeof(sense), 0);

	if (!cmd->in_done && cmd->status == SCSIEMU_GOOD && !cmd->out_done &&
	    cmd->in_len)
		forget(c);
	semu_tcmu_answer(c->t, c->id, cmd->status, cmd->in_done, sense, n);
}

static void done(void *port, struct scsiemu_task *task)
{
	struct semu_tcmu_cmd *c = of(task);
	bool aborted = task->cmd.outcome == SCSIEMU_ABORTED;

	(void)port;
	if (!c->gone && !task->cmd.tmf && !c->t->broken) {
		if (aborted)
			semu_tcmu_answer(c->t, c->id,
					 c->t->closing ? SCSIEMU_BUSY
						       : SCSIEMU_TASK_ABORTED,
					 0, NULL, 0);
		else
			answer(c);
	}
	scsiemu_pump_sent(task);
	drop(c);
}

static void flush(void *port)
{
	semu_tcmu_tell(port);
}

const struct scsiemu_port_ops semu_tcmu_port_ops = {
	.size = sizeof(semu_tcmu_port_ops),
	.window = semu_mapped_window,
	.push = semu_mapped_push,
	.done = done,
	.cancel = semu_mapped_cancel,
	.flush = flush,
};
