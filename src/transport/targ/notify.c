/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * targ/notify.c - what an INOT says: resets of the bus, and messages of
 * initiators, as task management functions of the core.
 */
#include <transport/targ/targ.h>

/* Whose sense it takes away that is kept (SCSI-2 7.6). */
enum relief { NOBODY, SENDER, EVERYBODY };

struct row {
	uint32_t what;
	uint8_t tmf;
	uint8_t relief;
};

/* Of the bus: the driver tells each LUN, so that each is only about its own. */
static const struct row events[] = {
	{ CAM_SCSI_BUS_RESET, SCSIEMU_TMF_LU_WARM_RESET, EVERYBODY },
	{ CAM_BDR_SENT, SCSIEMU_TMF_LU_RESET, EVERYBODY },
	{ TARG_NEXUS_LOST, SCSIEMU_TMF_NEXUS_RESET, SENDER },
	{ 0, SCSIEMU_TMF_NONE, NOBODY },
};

static const struct row messages[] = {
	{ TARG_MSG_ABORT_TASK, SCSIEMU_TMF_ABORT_TASK, NOBODY },
	{ TARG_MSG_ABORT_TASK_SET, SCSIEMU_TMF_ABORT_TASK_SET, SENDER },
	{ TARG_MSG_CLEAR_TASK_SET, SCSIEMU_TMF_CLEAR_TASK_SET, NOBODY },
	{ TARG_MSG_CLEAR_ACA, SCSIEMU_TMF_CLEAR_ACA, NOBODY },
	{ TARG_MSG_LU_RESET, SCSIEMU_TMF_LU_RESET, EVERYBODY },
	{ TARG_MSG_TARGET_RESET, SCSIEMU_TMF_TARGET_WARM_RESET, EVERYBODY },
	{ TARG_MSG_QUERY_TASK, SCSIEMU_TMF_QUERY_TASK, NOBODY },
	{ TARG_MSG_QUERY_TASK_SET, SCSIEMU_TMF_QUERY_TASK_SET, NOBODY },
	{ TARG_MSG_QUERY_ASYNC_EVENT, SCSIEMU_TMF_QUERY_ASYNC_EVENT, NOBODY },
	{ 0, SCSIEMU_TMF_NONE, NOBODY },
};

static const uint8_t responses[] = {
	[SCSIEMU_RSP_COMPLETE] = TARG_RSP_COMPLETE,
	[SCSIEMU_RSP_SUCCEEDED] = TARG_RSP_SUCCEEDED,
	[SCSIEMU_RSP_REJECTED] = TARG_RSP_REJECTED,
	[SCSIEMU_RSP_INCORRECT_LUN] = TARG_RSP_INCORRECT_LUN,
	[SCSIEMU_RSP_NO_TASK] = TARG_RSP_COMPLETE,
};

static const struct row *look_up(const struct row *r, uint32_t what)
{
	while (r->tmf && r->what != what)
		r++;
	return r;
}

/* What an INOT says, whichever it is. */
struct event {
	const struct row *row;
	uint32_t init_id, tag;
	bool message; /* an initiator waits for an answer */
};

static struct event read_old(const struct ccb_immed_notify *i)
{
	return (struct event){ look_up(messages, i->message_args[0]),
			       i->initiator_id, 0, true };
}

static struct event read_new(const struct ccb_immediate_notify *i)
{
	return (struct event){ look_up(messages, i->arg), i->initiator_id,
			       i->seq_id, true };
}

static struct event read_event(const struct semu_targ_cmd *c, uint32_t status)
{
	struct event e = c->t->one_node ? read_new(&c->ccb.inot)
					: read_old(&c->ccb.old);

	if (status != CAM_MESSAGE_RECV) {
		e.row = look_up(events, status);
		e.message = false;
	}
	if (status == CAM_SCSI_BUS_RESET)
		e.init_id = UINT32_MAX; /* nobody's doing */
	return e;
}

/* The old INOT has no tag: with it ABORT TASK can only be all of the
 * initiator's, of which untagged there is but one. */
static uint8_t function(const struct scsiemu_targ *t, const struct event *e)
{
	return e->row->tmf == SCSIEMU_TMF_ABORT_TASK && !t->one_node
		       ? SCSIEMU_TMF_ABORT_TASK_SET
		       : e->row->tmf;
}

int semu_targ_notify_code(const struct scsiemu_targ *t)
{
	return t->one_node ? XPT_IMMEDIATE_NOTIFY : XPT_IMMED_NOTIFY;
}

static void listen_again(struct semu_targ_cmd *c)
{
	c->acking = false;
	semu_targ_send(c->t, &c->ccb.ccb_h, semu_targ_notify_code(c->t));
}

/* The same control block, which names the event, carries the answer. */
static void respond(struct semu_targ_cmd *c, uint8_t response)
{
	bool message = (c->ccb.ccb_h.status & CAM_STATUS_MASK) ==
		       CAM_MESSAGE_RECV;

	if (!message || !c->t->acknowledge || !c->t->one_node) {
		listen_again(c);
		return;
	}
	c->acking = true;
	c->ccb.ccb_h.flags = 0;
	c->ccb.inot.arg = response;
	semu_targ_send(c->t, &c->ccb.ccb_h, XPT_NOTIFY_ACKNOWLEDGE);
}

void semu_targ_notified(struct semu_targ_cmd *c)
{
	uint8_t response = responses[c->task.cmd.response];

	c->started = c->ended = false;
	scsiemu_pump_sent(&c->task);
	respond(c, response);
}

static void begin(struct semu_targ_cmd *c, const struct event *e)
{
	struct scsiemu_cmd *cmd = &c->task.cmd;

	c->nexus = e->init_id == UINT32_MAX ? NULL
					    : semu_targ_nexus(c->t, e->init_id);
	if (e->row->relief == EVERYBODY)
		semu_targ_relieve(c->t);
	else if (e->row->relief == SENDER && c->nexus)
		c->nexus->allegiance = 0;
	cmd->nexus = c->nexus ? c->nexus->nexus : NULL;
	cmd->tmf = function(c->t, e);
	cmd->tag = e->tag;
	cmd->in_len = cmd->out_len = 0;
	cmd->attr = SCSIEMU_SIMPLE;
	c->started = true;
	if (scsiemu_pump_start(c->t->pump, &c->t->port, c->t->lu, &c->task) <
	    0) {
		c->started = false;
		respond(c, TARG_RSP_REJECTED);
	}
}

void semu_targ_notify(struct semu_targ_cmd *c)
{
	uint32_t status = c->ccb.ccb_h.status & CAM_STATUS_MASK;
	struct event e = read_event(c, status);

	if (c->t->ending)
		return;
	if (c->acking) {
		listen_again(c);
	} else if (e.row->tmf) {
		c->t->idle = 0;
		if (status == CAM_SCSI_BUS_RESET)
			semu_targ_lose_all(c->t);
		begin(c, &e);
	} else if (e.message) {
		c->t->idle = 0;
		respond(c, TARG_RSP_REJECTED);
	} else if (status == CAM_REQ_ABORTED) {
		semu_targ_unused(c, semu_targ_notify_code(c->t));
	} /* else the adapter has no use for one: it stays here */
}
