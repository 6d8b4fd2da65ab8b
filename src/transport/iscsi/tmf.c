/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iscsi/tmf.c - task management (RFC 7143 11.5, 11.6; RFC 7144 4). The core
 * does it, as a command of its own: it ends when what it hit has ended, so the
 * response is behind everything that these commands still send.
 */
#include <transport/iscsi/session.h>

enum iscsi_tmf {
	ISCSI_TMF_ABORT_TASK = 1,
	ISCSI_TMF_REASSIGN = 8,
	ISCSI_TMF_QUERY_TASK = 9,
	ISCSI_TMF_MAX = 12
};

enum iscsi_tmf_response {
	ISCSI_TMF_COMPLETE = 0,
	ISCSI_TMF_NO_TASK = 1,
	ISCSI_TMF_NO_LUN = 2,
	ISCSI_TMF_NO_REASSIGN = 4,
	ISCSI_TMF_UNSUPPORTED = 5,
	ISCSI_TMF_SUCCEEDED = 7
};

static const uint8_t core_tmf[ISCSI_TMF_MAX + 1] = {
	0,
	SCSIEMU_TMF_ABORT_TASK,
	SCSIEMU_TMF_ABORT_TASK_SET,
	SCSIEMU_TMF_CLEAR_ACA,
	SCSIEMU_TMF_CLEAR_TASK_SET,
	SCSIEMU_TMF_LU_RESET,
	SCSIEMU_TMF_TARGET_WARM_RESET,
	SCSIEMU_TMF_TARGET_COLD_RESET,
	0, /* reassign: error recovery level 2 */
	SCSIEMU_TMF_QUERY_TASK,
	SCSIEMU_TMF_QUERY_TASK_SET,
	SCSIEMU_TMF_NEXUS_RESET,
	SCSIEMU_TMF_QUERY_ASYNC_EVENT,
};

static const uint8_t response_of[] = {
	[SCSIEMU_RSP_COMPLETE] = ISCSI_TMF_COMPLETE,
	[SCSIEMU_RSP_SUCCEEDED] = ISCSI_TMF_SUCCEEDED,
	[SCSIEMU_RSP_REJECTED] = ISCSI_TMF_UNSUPPORTED,
	[SCSIEMU_RSP_INCORRECT_LUN] = ISCSI_TMF_NO_LUN,
	[SCSIEMU_RSP_NO_TASK] = ISCSI_TMF_NO_TASK,
};

static void respond(struct semu_iscsi_task *t, uint8_t response)
{
	struct semu_pdu *p = semu_task_rsp(t, ISCSI_TASK_RESPONSE);

	p->bhs[2] = response;
	/* additional response information (RFC 7144), as FreeBSD has it */
	if (response == ISCSI_TMF_SUCCEEDED)
		iscsi_put24(p->bhs + 8, t->t.cmd.response_info);
	semu_task_finish(t);
}

/*
 * A task that is not there: done before, or never came. When its CmdSN is in
 * the window and before the request's, the hole counts as received and aborted
 * (11.6.1): the gap has been closed by semu_tmf_begin().
 */
static uint8_t no_task(const struct semu_iscsi_task *t)
{
	return t->plugged ? ISCSI_TMF_COMPLETE : ISCSI_TMF_NO_TASK;
}

/* TARGET COLD RESET ends all sessions of the target (11.5.1). */
static void cold(struct scsiemu_iscsi_conn *self)
{
	struct scsiemu_iscsi_conn *next;

	for (struct scsiemu_iscsi_conn *c = self->e->conns; c; c = next) {
		next = c->next;
		if (c == self || c->pump != self->pump)
			continue;
		semu_async(c, ISCSI_ASYNC_DROP_SESSION);
		semu_conn_state(c, SCSIEMU_ISCSI_DRAIN);
	}
	semu_conn_state(self, SCSIEMU_ISCSI_DRAIN);
}

void semu_tmf_done(struct semu_iscsi_task *t)
{
	const struct scsiemu_cmd *k = &t->t.cmd;
	uint8_t r = k->response < sizeof(response_of) ? response_of[k->response]
						      : ISCSI_TMF_UNSUPPORTED;

	if (r == ISCSI_TMF_NO_TASK)
		r = no_task(t);
	respond(t, r);
	if (k->tmf == SCSIEMU_TMF_TARGET_COLD_RESET && r == ISCSI_TMF_COMPLETE)
		cold(t->c);
}

/* An immediate request acts on everything before its CmdSN: what of that has
 * not come by now never will, it counts as received. True: there was a gap. */
static bool plug(struct scsiemu_iscsi_conn *c, const uint8_t *bhs)
{
	uint32_t sn = iscsi_get32(bhs + 24), ref = iscsi_get32(bhs + 32);
	uint32_t was = c->exp_cmd_sn, gap = sn - was;

	if (!(bhs[0] & ISCSI_IMMEDIATE) || !gap || gap > c->window - c->active)
		return false;
	c->exp_cmd_sn = sn;
	return ref - was < gap;
}

void semu_tmf_begin(struct scsiemu_iscsi_conn *c, const uint8_t *bhs,
		    uint32_t dlen)
{
	unsigned fn = bhs[1] & 0x7f;
	struct semu_iscsi_task *t;
	bool plugged;

	if (semu_conn_sn(c, bhs) != SEMU_SN_OK)
		return;
	if (dlen || c->ahs_len || !c->nexus) {
		semu_reject(c, bhs, ISCSI_REJECT_FIELD);
		return;
	}
	plugged = plug(c, bhs);
	t = semu_task_new(c, bhs);
	if (!t)
		return;
	t->plugged = plugged;
	t->tmf = true;
	t->flags = 0;
	if (fn > ISCSI_TMF_MAX || !core_tmf[fn] ||
	    (fn >= ISCSI_TMF_QUERY_TASK &&
	     c->login.params.protocol_level < 2)) {
		respond(t, fn == ISCSI_TMF_REASSIGN ? ISCSI_TMF_NO_REASSIGN
						    : ISCSI_TMF_UNSUPPORTED);
		return;
	}
	t->t.cmd.tmf = core_tmf[fn];
	if (fn == ISCSI_TMF_ABORT_TASK || fn == ISCSI_TMF_QUERY_TASK)
		t->t.cmd.tag = iscsi_get32(bhs + 20);
	semu_task_start(t);
}
