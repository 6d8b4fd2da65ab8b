/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SEND and RECEIVE (SPC-2 9.3, 9.2): bytes straight between the initiator and
 * the embedder's memory. Both hear of aborts and errors (UNDO, ERRORS), so that
 * the embedder learns of every end.
 */
#include "proc/proc.h"

/* own[0]: the message's name, or its bytes; own[1]: how many have moved, or
 * are on their way. The step counter is 0 until the embedder knows of it. */

static uint32_t size(const struct scsiemu_lu_config *cf)
{
	const struct scsiemu_proc_options *o = cf->options;

	return o && o->ops ? (uint32_t)sizeof(struct semu_proc) : 0;
}

static int init(struct scsiemu_lu *lu, void *mem,
		const struct scsiemu_lu_config *cf)
{
	const struct scsiemu_proc_options *o = cf->options;
	struct semu_proc *p = mem;

	(void)lu;
	if (o->size < sizeof(*o) || o->ops->size < sizeof(*o->ops))
		return SCSIEMU_ERR_ARG;
	p->ops = o->ops;
	p->ctx = o->ctx;
	return 0;
}

const struct semu_part_type semu_proc_part = { .part = SEMU_PART_PROC,
					       .size = size,
					       .init = init };

static const struct semu_proc *proc(const struct scsiemu_cmd *c)
{
	return semu_part(scsiemu_cmd_lu(c), SEMU_PART_PROC);
}

static void *name_of(struct scsiemu_cmd *c)
{
	return (void *)(uintptr_t)scsiemu_cmd_own(c)[0];
}

static int deaf(struct scsiemu_cmd *c)
{
	return scsiemu_fail(c, SCSIEMU_SK_NOT_READY,
			    SCSIEMU_ASC_NOT_READY_UNKNOWN);
}

/* What the embedder answered to begin(). */
static int refused(struct scsiemu_cmd *c, int rc)
{
	if (rc == SCSIEMU_E_BUSY)
		return scsiemu_fail_status(c, SCSIEMU_BUSY);
	if (rc == SCSIEMU_E_RANGE)
		return scsiemu_fail_cdb(c, 2, SCSIEMU_NO_BIT);
	return deaf(c);
}

static int failed(struct scsiemu_cmd *c, int result)
{
	if (result != SCSIEMU_E_ABORTED)
		semu_fail_result(c, result, 0);
	return SCSIEMU_FAILED;
}

/* A message that the host has not all of is none. */
static int send_begin(struct scsiemu_cmd *c)
{
	const struct semu_proc *p = proc(c);
	uint32_t len = scsiemu_cmd_count(c);
	void *message = NULL;
	int rc;

	if (!p)
		return deaf(c);
	if (c->out_len < len) {
		c->out_all = len;
		return scsiemu_fail_cdb(c, 2, SCSIEMU_NO_BIT);
	}
	rc = p->ops->begin(p->ctx, c->nexus, len, &message);
	if (rc)
		return refused(c, rc);
	scsiemu_cmd_own(c)[0] = (uintptr_t)message;
	*scsiemu_cmd_step(c) = 1;
	return 0;
}

int semu_proc_send(struct scsiemu_cmd *c, int result)
{
	const struct semu_proc *p = proc(c);
	uint64_t *own = scsiemu_cmd_own(c);
	uint32_t len = scsiemu_cmd_count(c), left;
	void *to;

	if (!*scsiemu_cmd_step(c)) {
		if (result < 0 || !len)
			return result < 0 ? failed(c, result)
					  : SCSIEMU_FINISHED;
		if (send_begin(c))
			return SCSIEMU_FAILED;
	} else if (result < 0) {
		p->ops->end(p->ctx, name_of(c), false);
		return failed(c, result);
	} else {
		own[1] += scsiemu_cmd_got(c);
	}
	left = len - (uint32_t)own[1];
	if (!left) {
		int rc = p->ops->end(p->ctx, name_of(c), true);

		return rc ? refused(c, rc) : SCSIEMU_FINISHED;
	}
	to = p->ops->room(p->ctx, name_of(c), (uint32_t)own[1], &left);
	return scsiemu_want_recv(c, (uint32_t)own[1], to, left);
}

/* A host with less room than the allocation length is told of an overflow. */
static int receive_begin(struct scsiemu_cmd *c)
{
	const struct semu_proc *p = proc(c);
	uint32_t len = 0, most = scsiemu_cmd_count(c);
	const void *from;

	if (!p)
		return deaf(c);
	from = p->ops->next(p->ctx, c->nexus, &len);
	if (!from)
		return scsiemu_fail_status(c, SCSIEMU_BUSY);
	*scsiemu_cmd_step(c) = 1;
	return scsiemu_want_send(c, 0, from, len < most ? len : most);
}

int semu_proc_receive(struct scsiemu_cmd *c, int result)
{
	const struct semu_proc *p = proc(c);

	if (!*scsiemu_cmd_step(c)) {
		if (result < 0)
			return failed(c, result);
		return scsiemu_cmd_count(c) ? receive_begin(c)
					    : SCSIEMU_FINISHED;
	}
	p->ops->taken(p->ctx, c->nexus, result < 0 ? 0 : scsiemu_cmd_got(c));
	return result < 0 ? failed(c, result) : SCSIEMU_FINISHED;
}
