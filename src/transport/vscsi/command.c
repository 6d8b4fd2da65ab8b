/* SPDX-License-Identifier: BSD-2-Clause */
/* vscsi/command.c - the host's commands as commands of pumps, and their end. */
#include <transport/vscsi/vscsi.h>

#include <scsiemu/wire.h>

#include <errno.h>
#include <string.h>

/* Of one turn: others on the same loop have theirs. */
#define BATCH 64

static SEMU_VSCSI_COLD void begin(struct semu_vscsi_target *t,
				  struct semu_vscsi_cmd *c)
{
	c->target = t;
	c->next = t->all;
	t->all = c;
	c->t.cmd.cdb = c->cdb;
	c->t.cmd.tag = (uintptr_t)c;
}

static inline struct semu_vscsi_cmd *new_cmd(struct semu_vscsi_target *t)
{
	struct semu_vscsi_cmd *c = semu_slots_take(&t->slots);

	if (!c)
		return NULL;
	if (!c->target) /* never used before */
		begin(t, c);
	c->at = c->have = 0;
	c->state = SEMU_VSCSI_LIVE;
	return c;
}

static inline void drop(struct semu_vscsi_target *t, struct semu_vscsi_cmd *c)
{
	c->state = 0;
	semu_slots_give(&t->slots, c);
}

/* ---- The end ---- */

/* EFAULT: the host has forgotten the command, it was reset or detached. Nothing
 * is wrong with the bus. */
static SEMU_VSCSI_COLD void send_again(struct scsiemu_vscsi *v)
{
	int error = semu_vscsi_again(v, VSCSI_T2I, &v->t2i);

	if (error && error != EFAULT)
		semu_vscsi_break(v, "a command cannot be completed", error);
}

static inline void send_end(struct scsiemu_vscsi *v, int tag,
			    enum semu_vscsi_end end)
{
	if (v->broken)
		return;
	v->t2i.tag = tag;
	v->t2i.status = v->ends[end];
	if (!semu_vscsi_call(v, VSCSI_T2I, &v->t2i))
		send_again(v);
}

static SEMU_VSCSI_COLD void refuse(struct scsiemu_vscsi *v, int tag,
				   enum semu_vscsi_end end)
{
	send_end(v, tag, end);
}

/* Status has no place in an answer: what the host does about it has. */
static enum semu_vscsi_end end_by_status(const struct scsiemu_cmd *cmd)
{
	static const struct {
		uint8_t status, end;
	} ends[] = {
		{ SCSIEMU_CHECK_CONDITION, SEMU_VSCSI_SENSE },
		{ SCSIEMU_CONDITION_MET, SEMU_VSCSI_DONE },
		{ SCSIEMU_BUSY, SEMU_VSCSI_RESET },
		{ SCSIEMU_TASK_SET_FULL, SEMU_VSCSI_RESET },
		{ SCSIEMU_TASK_ABORTED, SEMU_VSCSI_RESET },
	};

	if (cmd->outcome == SCSIEMU_ABORTED)
		return SEMU_VSCSI_RESET;
	for (unsigned i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (ends[i].status == cmd->status)
			return ends[i].end;
	/* RESERVATION CONFLICT, ACA ACTIVE: to try again would be in vain. */
	return SEMU_VSCSI_ERR;
}

static SEMU_VSCSI_COLD void answer_other(struct scsiemu_vscsi *v,
					 struct semu_vscsi_cmd *c)
{
	enum semu_vscsi_end end = end_by_status(&c->t.cmd);

	/* The host knows no descriptor format: D_SENSE is not asked. */
	if (end == SEMU_VSCSI_SENSE)
		scsiemu_sense_encode(&c->t.cmd, (uint8_t *)&v->t2i.sense,
				     sizeof(v->t2i.sense), 0x70);
	send_end(v, c->tag, end);
}

static void done(void *port, struct scsiemu_task *task)
{
	struct semu_vscsi_target *t = port;
	struct semu_vscsi_cmd *c = (struct semu_vscsi_cmd *)task;

	if (!(c->state & SEMU_VSCSI_LOST)) {
		if (task->cmd.outcome == SCSIEMU_STATUS &&
		    task->cmd.status == SCSIEMU_GOOD)
			send_end(t->v, c->tag, SEMU_VSCSI_DONE);
		else
			answer_other(t->v, c);
	}
	scsiemu_pump_sent(task);
	drop(t, c);
}

void semu_vscsi_abort_all(struct semu_vscsi_target *t)
{
	struct semu_vscsi_cmd *c;

	/* One that ends lets others run, which end as well. */
	for (c = t->all; c;) {
		if (!c->state || c->state & SEMU_VSCSI_GIVEN_UP) {
			c = c->next;
			continue;
		}
		c->state |= SEMU_VSCSI_GIVEN_UP;
		scsiemu_pump_abort(&c->t);
		c = t->all;
	}
}

/* ---- The request ---- */

/* NULL, or what no kernel gives. */
static inline const char *judge(const struct vscsi_ioc_i2t *i)
{
	if (!i->cmdlen || i->cmdlen > sizeof(i->cmd))
		return "it gave a CDB of an impossible length";
	if (i->datalen >= SCSIEMU_UNKNOWN)
		return "it gave a buffer of an impossible length";
	if ((unsigned)i->direction > VSCSI_DIR_WRITE)
		return "it gave data of an impossible direction";
	return NULL;
}

static inline void fill(struct semu_vscsi_cmd *c, const struct vscsi_ioc_i2t *i)
{
	struct scsiemu_cmd *cmd = &c->t.cmd;
	uint32_t len = (uint32_t)i->datalen;

	c->tag = i->tag;
	memcpy(c->cdb, &i->cmd, sizeof(i->cmd));
	cmd->cdb_len = (uint16_t)i->cmdlen;
	cmd->in_len = i->direction == VSCSI_DIR_READ ? len : 0;
	cmd->out_len = i->direction == VSCSI_DIR_WRITE ? len : 0;
}

static inline void start(struct semu_vscsi_target *t,
			 const struct vscsi_ioc_i2t *i)
{
	struct semu_vscsi_cmd *c = new_cmd(t);

	if (!c) {
		refuse(t->v, i->tag, SEMU_VSCSI_RESET);
		return;
	}
	fill(c, i);
	if (scsiemu_pump_start(t->pump, &t->port,
			       scsiemu_lu_find_number(t->pump->dev, i->lun),
			       &c->t) < 0) {
		refuse(t->v, c->tag, SEMU_VSCSI_RESET);
		drop(t, c);
	}
}

static inline void take(struct scsiemu_vscsi *v, const struct vscsi_ioc_i2t *i)
{
	const char *wrong = judge(i);
	struct semu_vscsi_target *t;

	if (wrong) {
		semu_vscsi_break(v, wrong, 0);
		return;
	}
	t = i->target < SCSIEMU_VSCSI_TARGETS ? v->target[i->target] : NULL;
	if (t && !t->leaving)
		start(t, i);
	else
		refuse(v, i->tag, SEMU_VSCSI_ERR);
}

/* No command came at first. Did one come now? */
static SEMU_VSCSI_COLD bool ask_again(struct scsiemu_vscsi *v)
{
	int error = semu_vscsi_again(v, VSCSI_I2T, &v->i2t);

	if (error && error != EAGAIN)
		semu_vscsi_break(v, "commands cannot be had", error);
	return !error;
}

void semu_vscsi_take(struct scsiemu_vscsi *v)
{
	for (unsigned n = 0; n < BATCH && !v->broken; n++) {
		if (!semu_vscsi_call(v, VSCSI_I2T, &v->i2t) && !ask_again(v))
			return;
		take(v, &v->i2t);
	}
}

const struct scsiemu_port_ops semu_vscsi_port_ops = {
	.size = sizeof(semu_vscsi_port_ops),
	.window = semu_vscsi_window,
	.push = semu_vscsi_push,
	.done = done,
	.cancel = semu_vscsi_cancel,
	.lends = true,
};
