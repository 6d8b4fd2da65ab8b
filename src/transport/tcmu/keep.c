/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tcmu/keep.c - buffers that outlive their commands (KEEP_BUF, Linux 5.15). An
 * initiator's abort waits in the kernel until the command is answered, and the
 * answer gives its buffer back; but a store that hangs has it still. When the
 * function has waited as long as functions do (limits.abort_ms), the command is
 * answered so that its buffer is kept; when the store lets go, its id goes into
 * action/free_kept_buf.
 */
#include <transport/tcmu/tcmu.h>

#include <scsiemu/wire.h>

#include <stdio.h>

void semu_tcmu_keep(struct scsiemu_tcmu *t)
{
	t->look = false;
	if (t->free_fd < 0)
		return;
	for (struct semu_tcmu_cmd *c = t->all; c && !t->broken; c = c->next) {
		if (!c->live || c->mute || !c->m.t.cmd.aborted)
			continue;
		if (semu_tcmu_lost(t))
			return;
		semu_tcmu_answer(t, c->id, SCSIEMU_TASK_ABORTED,
				 TCMU_U_KEEP_BUF, 0);
		c->mute = c->kept = true;
	}
}

/* The kernel frees only what it has seen the answer of. When it refuses, it has
 * freed everything by itself (reset_ring). */
static void let_go(struct scsiemu_tcmu *t, const struct semu_tcmu_cmd *c)
{
	char id[8];
	int n = snprintf(id, sizeof(id), "%u\n", c->id);

	semu_tcmu_tell(t);
	t->sys->write(t->free_fd, id, (size_t)n);
}

void semu_tcmu_ended(struct scsiemu_tcmu *t, struct semu_tcmu_cmd *c)
{
	struct scsiemu_cmd *cmd = &c->m.t.cmd;

	/* More commands wait than entries. */
	if (!c->mute && t->tail == t->next)
		semu_tcmu_break(t, SEMU_TCMU_CHANGED);
	if (c->kept)
		let_go(t, c);
	t->forgotten -= c->forgotten;
	c->mute = c->given_up = c->kept = c->forgotten = false;
	if (!cmd->tmf)
		return;
	t->look = true;
	cmd->tmf = SCSIEMU_TMF_NONE;
	cmd->tag = (uintptr_t)c;
}
