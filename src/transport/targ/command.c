/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * targ/command.c - an ATIO's round: a command comes in it, its CTIOs go out,
 * and when the last of them is back the ATIO is the driver's again. That is the
 * flow control: without one the adapter answers BUSY.
 */
#include <transport/targ/targ.h>

#include <scsiemu/wire.h>

#include <string.h>

enum { REQUEST_SENSE = 0x03, DESC = 1 };

static struct semu_targ_cmd *of(struct scsiemu_task *t)
{
	return t->cmd.user;
}

/* ---- The end ---- */

static SEMU_TARG_ALONE void recycle(struct semu_targ_cmd *c)
{
	bool started = c->started;

	if (c->in.head)
		semu_targ_empty(c);
	while (c->out.head)
		semu_targ_io_drop(semu_targ_first_off(&c->out));
	if (c->borrowed)
		semu_targ_give_back(c);
	c->sense_len = 0;
	c->asked = 0;
	c->started = c->ended = c->told = false;
	c->failed = c->again = c->lost = false;
	if (started)
		scsiemu_pump_sent(&c->task);
	semu_targ_send(c->t, &c->ccb.ccb_h, XPT_ACCEPT_TARGET_IO);
}

/* Data did not arrive, and the core does not know. */
SEMU_TARG_RARE static void regret(struct scsiemu_cmd *cmd)
{
	cmd->status = SCSIEMU_CHECK_CONDITION;
	cmd->sense = (struct scsiemu_sense){
		.key = SCSIEMU_SK_ABORTED_COMMAND,
		.asc = SCSIEMU_ASC_DATA_PHASE_ERROR,
	};
}

SEMU_TARG_RARE static void add_sense(struct semu_targ_io *io)
{
	const struct semu_targ_cmd *c = io->cmd;
	uint8_t *to = (uint8_t *)&io->ccb.sense_data;
	unsigned n = c->sense_len;

	if (n)
		memcpy(to, c->sense, n);
	else
		n = scsiemu_sense_encode(&c->task.cmd, to,
					 sizeof(io->ccb.sense_data), 0);
	io->ccb.sense_len = (uint8_t)n;
	io->ccb.ccb_h.flags |= CAM_SEND_SENSE;
}

/* Another status than GOOD goes alone, behind what data there is. */
SEMU_TARG_RARE static void say_bad(struct semu_targ_cmd *c)
{
	struct semu_targ_io *io = c->held;

	c->held = NULL;
	if (io)
		semu_targ_io_send(c, io);
	semu_targ_empty(c);
	if (c->task.cmd.status == SCSIEMU_GOOD)
		regret(&c->task.cmd);
	io = semu_targ_io_take(c); /* of its own two: only one is under way */
	io->status = true;
	io->ccb.ccb_h.flags |= CAM_DIR_NONE | CAM_SEND_STATUS;
	io->ccb.scsi_status = c->task.cmd.status;
	if (c->task.cmd.status == SCSIEMU_CHECK_CONDITION)
		add_sense(io);
	semu_targ_io_send(c, io);
}

/* The status, on the last data if that may be: after all other data, for GOOD
 * is not to be said of a command of which a piece then fails. */
static SEMU_TARG_ALONE void say(struct semu_targ_cmd *c)
{
	struct semu_targ_io *io = c->held;

	c->told = true;
	if (c->failed || c->task.cmd.status != SCSIEMU_GOOD) {
		say_bad(c);
		return;
	}
	c->held = NULL;
	if (!io) {
		if (!c->spare) /* data-out has them, which is done with */
			semu_targ_empty(c);
		io = semu_targ_io_take(c);
		io->ccb.ccb_h.flags |= CAM_DIR_NONE;
	}
	io->status = true;
	io->ccb.ccb_h.flags |= CAM_SEND_STATUS;
	semu_targ_io_send(c, io);
}

/* Results are known or a CTIO is back: what is due next. */
static inline void settle(struct semu_targ_cmd *c)
{
	if (!c->ended)
		return;
	if (c->lost)
		semu_targ_empty(c);
	if (c->flying)
		return;
	if (c->lost || c->told)
		recycle(c);
	else
		say(c);
}

void semu_targ_lose(struct semu_targ_cmd *c)
{
	c->lost = true;
	if (c->started && !c->ended)
		scsiemu_pump_abort(&c->task); /* done() settles it */
	else
		settle(c);
}

void semu_targ_lose_all(struct scsiemu_targ *t)
{
	for (uint32_t i = 0; i < t->ncmd; i++)
		if (t->cmd[i].started && !t->cmd[i].notify)
			semu_targ_lose(&t->cmd[i]);
}

static void done(void *port, struct scsiemu_task *task)
{
	struct semu_targ_cmd *c = of(task);

	(void)port;
	c->ended = true;
	if (c->notify) {
		semu_targ_notified(c);
		return;
	}
	if (task->cmd.outcome == SCSIEMU_ABORTED) {
		c->lost = true;
		semu_targ_recall(c);
	}
	settle(c);
}

/* ---- CTIOs that are back ---- */

/* What ends the command on the initiator's side, too. */
static bool is_end(uint32_t status)
{
	return status == CAM_REQ_ABORTED || status == CAM_SCSI_BUS_RESET ||
	       status == CAM_BDR_SENT || status == TARG_NEXUS_LOST;
}

/* The sense went nowhere: the adapter cannot send it with the status. */
SEMU_TARG_RARE static void keep_sense(struct semu_targ_cmd *c)
{
	struct semu_targ_nexus *n = c->nexus;

	if (!n)
		return;
	n->allegiance = 1;
	for (unsigned desc = 0; desc < 2; desc++) {
		n->len[desc] = c->sense_len;
		memcpy(n->sense[desc], c->sense, c->sense_len);
		if (!c->sense_len)
			n->len[desc] = (uint8_t)scsiemu_sense_encode(
				&c->task.cmd, n->sense[desc], SEMU_TARG_SENSE,
				desc ? 0x72 : 0x70);
	}
}

/* It failed, or the command is lost. A status is said once more: as CHECK
 * CONDITION, alone. */
SEMU_TARG_RARE static void io_failed(struct semu_targ_io *io, uint32_t what)
{
	struct semu_targ_cmd *c = io->cmd;

	if (what != CAM_REQ_CMP) {
		c->lost |= is_end(what);
		c->failed = true;
		if (io->status && !c->again) {
			c->again = true;
			c->told = false;
		}
	}
	io->back = true;
	if (!io->out)
		semu_targ_io_drop(io);
	if (c->lost)
		semu_targ_lose(c);
	else if (c->waits == SEMU_TARG_DATA)
		semu_targ_data_came(c);
	else
		settle(c);
}

static SEMU_TARG_ALONE void in_back(struct semu_targ_io *io)
{
	struct semu_targ_cmd *c = io->cmd;

	if (io->status && c->task.cmd.status == SCSIEMU_CHECK_CONDITION &&
	    !(io->ccb.ccb_h.status & CAM_SENT_SENSE))
		keep_sense(c);
	semu_targ_io_drop(io);
	settle(c);
}

void semu_targ_io_back(struct semu_targ_io *io)
{
	struct semu_targ_cmd *c = io->cmd;
	uint32_t what = io->ccb.ccb_h.status & CAM_STATUS_MASK;

	c->flying--;
	if (what != CAM_REQ_CMP || c->lost) {
		io_failed(io, what);
		return;
	}
	if (!io->out) {
		in_back(io);
		return;
	}
	io->back = io->came = true;
	if (c->waits == SEMU_TARG_DATA)
		semu_targ_data_came(c);
	else
		settle(c);
}

/* ---- The beginning ---- */

/* An answer without the core. */
SEMU_TARG_RARE static void answer(struct semu_targ_cmd *c, uint8_t status,
				  uint8_t key, uint16_t asc)
{
	c->task.cmd.status = status;
	c->task.cmd.descr = 0;
	c->task.cmd.sense = (struct scsiemu_sense){ .key = key, .asc = asc };
	c->ended = true;
	settle(c);
}

/* The adapter met an error when it received the command, and has sense for it.
 */
SEMU_TARG_RARE static void refuse(struct semu_targ_cmd *c)
{
	const struct ccb_accept_tio *a = &c->ccb.atio;

	c->sense_len = a->sense_len < sizeof(a->sense_data)
			       ? a->sense_len
			       : (uint8_t)sizeof(a->sense_data);
	memcpy(c->sense, &a->sense_data, c->sense_len);
	answer(c, SCSIEMU_CHECK_CONDITION, 0, 0);
}

/* Contingent allegiance (SCSI-2 7.6): REQUEST SENSE gets what the adapter has
 * not delivered, any other command clears it. */
SEMU_TARG_RARE static bool relieved(struct semu_targ_cmd *c, const uint8_t *cdb)
{
	struct semu_targ_nexus *n = c->nexus;
	unsigned desc = cdb[1] & DESC;
	uint32_t len = n->len[desc] < cdb[4] ? n->len[desc] : cdb[4];

	n->allegiance = 0;
	if (cdb[0] != REQUEST_SENSE)
		return false;
	if (len)
		semu_targ_put(c, n->sense[desc], len, true);
	answer(c, SCSIEMU_GOOD, 0, 0);
	return true;
}

static inline uint8_t attribute(const struct ccb_accept_tio *a)
{
	if (a->tag_action == TARG_MSG_SIMPLE ||
	    !(a->ccb_h.flags & CAM_TAG_ACTION_VALID))
		return SCSIEMU_SIMPLE;
	switch (a->tag_action) {
	case TARG_MSG_HEAD:
		return SCSIEMU_HEAD;
	case TARG_MSG_ORDERED:
		return SCSIEMU_ORDERED;
	case TARG_MSG_ACA:
		return SCSIEMU_ACA;
	default:
		return SCSIEMU_SIMPLE;
	}
}

SEMU_TARG_RARE static void not_started(struct semu_targ_cmd *c)
{
	c->started = false;
	answer(c, SCSIEMU_BUSY, 0, 0);
}

/* What is the same for every command is in cmd since the beginning: the place
 * of the CDB, and that which way data goes, and how many, only the core knows.
 */
static inline void start(struct semu_targ_cmd *c)
{
	struct scsiemu_cmd *cmd = &c->task.cmd;
	const struct ccb_accept_tio *a = &c->ccb.atio;

	cmd->nexus = c->nexus->nexus;
	cmd->cdb_len = a->cdb_len < sizeof(a->cdb_io.cdb_bytes)
			       ? a->cdb_len
			       : sizeof(a->cdb_io.cdb_bytes);
	cmd->tag = a->tag_id;
	cmd->attr = attribute(a);
	c->started = true;
	if (scsiemu_pump_start(c->t->pump, &c->t->port, c->t->lu, &c->task) < 0)
		not_started(c);
}

SEMU_TARG_RARE static void begin_odd(struct semu_targ_cmd *c)
{
	const struct ccb_accept_tio *a = &c->ccb.atio;

	if (a->sense_len)
		refuse(c);
	else if (a->ccb_h.flags & CAM_CDB_POINTER) /* longer than 16 bytes, and
						    * somewhere in the kernel */
		answer(c, SCSIEMU_CHECK_CONDITION, SCSIEMU_SK_ILLEGAL_REQUEST,
		       SCSIEMU_ASC_INVALID_OPCODE);
	else if (!c->nexus)
		answer(c, SCSIEMU_BUSY, 0, 0);
	else if (!relieved(c, a->cdb_io.cdb_bytes))
		start(c);
}

static inline void begin(struct semu_targ_cmd *c)
{
	const struct ccb_accept_tio *a = &c->ccb.atio;

	c->flags = a->ccb_h.flags & (CAM_DIS_DISCONNECT | CAM_TAG_ACTION_VALID);
	c->nexus = semu_targ_nexus(c->t, a->init_id);
	if (!c->nexus || (a->ccb_h.flags & CAM_CDB_POINTER) | a->sense_len |
				 c->nexus->allegiance)
		begin_odd(c);
	else
		start(c);
}

/* A driver that does nothing else would be asked for ever. */
SEMU_TARG_RARE void semu_targ_unused(struct semu_targ_cmd *c, int code)
{
	struct scsiemu_targ *t = c->t;

	if (++t->idle < 64 * t->ncmd)
		semu_targ_send(t, &c->ccb.ccb_h, code);
	else
		semu_targ_break(t, "the adapter accepts no commands any more");
}

void semu_targ_command(struct semu_targ_cmd *c)
{
	if (c->notify) {
		semu_targ_notify(c);
		return;
	}
	if (c->t->ending)
		return;
	if ((c->ccb.ccb_h.status & CAM_STATUS_MASK) != CAM_CDB_RECVD) {
		semu_targ_unused(c, XPT_ACCEPT_TARGET_IO);
		return;
	}
	c->t->idle = 0;
	begin(c);
}

static void flush(void *port)
{
	struct scsiemu_targ *t = port;

	semu_targ_tell(t);
	semu_targ_heed(t);
}

const struct scsiemu_port_ops semu_targ_port_ops = {
	.size = sizeof(semu_targ_port_ops),
	.window = semu_targ_window,
	.push = semu_targ_push,
	.done = done,
	.cancel = semu_targ_cancel,
	.flush = flush,
	.lends = true,
};
