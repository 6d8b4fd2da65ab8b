/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * targ_hba.c - the adapter below the driver of targ_sim.h, and the initiators
 * on its bus: ATIOs and INOTs are used up by them, CTIOs move their data.
 */
#include "targ_sim.h"

#include <string.h>

static struct sim_cmd *command_of(struct targ_sim *s,
				  const struct ccb_scsiio *io)
{
	for (unsigned i = s->ncmd; i--;)
		if (s->cmd[i].waits && s->cmd[i].init_id == io->init_id &&
		    s->cmd[i].tag_id == io->tag_id)
			return &s->cmd[i];
	return NULL;
}

static bool move(const struct targ_sim *s, struct sim_cmd *c,
		 const struct ccb_scsiio *io)
{
	uint32_t n = io->dxfer_len, dir = io->ccb_h.flags & CAM_DIR_MASK;

	if (dir == CAM_DIR_IN) {
		targ_sim_demand(n <= SIM_IN - c->in_len,
				"more data than was asked for");
		targ_sim_get(s, c->in + c->in_len, io->data_ptr, n);
		c->in_len += n;
	} else if (dir == CAM_DIR_OUT) {
		uint32_t left = c->out_len - c->out_at;

		n = n < left ? n : left;
		if (n)
			targ_sim_put(s, io->data_ptr, c->out + c->out_at, n);
		c->out_at += n;
	}
	return n == io->dxfer_len;
}

static uint32_t conclude(struct targ_sim *s, struct sim_cmd *c,
			 const struct ccb_scsiio *io)
{
	uint32_t status = CAM_REQ_CMP;

	targ_sim_demand(!c->answered, "two statuses for one command");
	c->answered = true;
	c->waits = false;
	c->status = io->scsi_status;
	if (io->ccb_h.flags & CAM_SEND_SENSE && s->autosense) {
		c->has_sense = true;
		c->sense_len = io->sense_len;
		memcpy(c->sense, &io->sense_data,
		       io->sense_len < sizeof(io->sense_data)
			       ? io->sense_len
			       : sizeof(io->sense_data));
		status |= CAM_SENT_SENSE;
	}
	return status;
}

/* Did it change while it was the driver's? */
static void check_seen(const struct targ_sim *s, const struct sim_ccb *k)
{
	const struct ccb_scsiio *io = &k->k.ctio;
	void *now = k->seen ? malloc(io->dxfer_len) : NULL;

	if (!k->seen)
		return;
	targ_sim_demand(now, "out of memory");
	targ_sim_get(s, now, io->data_ptr, io->dxfer_len);
	targ_sim_demand(!memcmp(k->seen, now, io->dxfer_len),
			"data-in was changed under way");
	free(now);
}

/* Drivers leave in a CTIO what they counted, and heed what they find: isp(4)
 * has the residual that it tells with a status from there. */
static void leave_counts(struct ccb_scsiio *io)
{
	targ_sim_demand(!io->resid && !io->sglist_cnt,
			"the counts of another command");
	io->resid = io->dxfer_len + 1;
	io->sglist_cnt = 1;
}

static uint32_t perform(struct targ_sim *s, struct sim_ccb *k)
{
	struct ccb_scsiio *io = &k->k.ctio;
	struct sim_cmd *c = command_of(s, io);

	leave_counts(io);
	check_seen(s, k);
	if (!c) {
		s->strays++;
		return CAM_REQ_CMP_ERR;
	}
	c->nctio++;
	if (!move(s, c, io) && !s->sloppy)
		return CAM_REQ_CMP_ERR;
	if (io->ccb_h.flags & CAM_SEND_STATUS)
		return conclude(s, c, io);
	return CAM_REQ_CMP;
}

unsigned targ_sim_run(struct targ_sim *s, unsigned n)
{
	unsigned done = 0, i = 0;

	while (done < n && i < s->pending.n) {
		struct sim_ccb *k = s->pending.ccb[i];
		uint32_t status = s->fail;

		if (k->k.ccb_h.func_code != XPT_CONT_TARGET_IO) {
			i++;
			continue;
		}
		targ_sim_pull(&s->pending, i);
		if (!status)
			status = perform(s, k);
		s->fail = 0;
		s->frozen |= !!(status & CAM_DEV_QFRZN);
		targ_sim_finish(s, k, status);
		done++;
	}
	return done;
}

unsigned targ_sim_pending(const struct targ_sim *s, int code)
{
	unsigned n = 0;

	for (unsigned i = 0; i < s->pending.n; i++)
		n += s->pending.ccb[i]->k.ccb_h.func_code == code;
	return n;
}

static struct sim_ccb *take(struct targ_sim *s, int code)
{
	for (unsigned i = 0; i < s->pending.n; i++)
		if (s->pending.ccb[i]->k.ccb_h.func_code == code)
			return targ_sim_pull(&s->pending, i);
	return NULL;
}

bool targ_sim_return(struct targ_sim *s, int code, uint32_t status)
{
	struct sim_ccb *k = take(s, code);

	if (k)
		targ_sim_finish(s, k, status);
	return k;
}

struct sim_cmd *targ_sim_atio(struct targ_sim *s,
			      const struct ccb_accept_tio *a, const void *out,
			      uint32_t out_len)
{
	struct sim_ccb *k = take(s, XPT_ACCEPT_TARGET_IO);
	struct sim_cmd *c;

	if (!k)
		return NULL;
	targ_sim_demand(s->ncmd < SIM_CMDS,
			"the test sends more than SIM_CMDS");
	c = &s->cmd[s->ncmd++];
	*c = (struct sim_cmd){ .waits = true,
			       .init_id = a->init_id,
			       .tag_id = a->tag_id,
			       .out = out,
			       .out_len = out_len,
			       .in = malloc(SIM_IN) };
	targ_sim_demand(c->in, "out of memory");
	memcpy(&k->k.ccb_h + 1, &a->ccb_h + 1, sizeof(*a) - sizeof(a->ccb_h));
	k->k.ccb_h.flags = a->ccb_h.flags;
	targ_sim_finish(s, k, a->ccb_h.status);
	return c;
}

struct sim_cmd *targ_sim_send(struct targ_sim *s, uint32_t init_id,
			      uint32_t tag_id, const void *cdb, unsigned len,
			      const void *out, uint32_t out_len)
{
	struct ccb_accept_tio a = { .cdb_len = (uint8_t)len,
				    .tag_id = tag_id,
				    .init_id = init_id,
				    .tag_action = 0x20 };

	a.ccb_h.status = CAM_CDB_RECVD;
	a.ccb_h.flags = CAM_TAG_ACTION_VALID;
	memcpy(a.cdb_io.cdb_bytes, cdb, len);
	return targ_sim_atio(s, &a, out, out_len);
}

static bool notify(struct targ_sim *s, uint32_t status, uint32_t init_id,
		   uint32_t message, uint32_t tag_id)
{
	struct sim_ccb *k = take(s, s->numbered ? XPT_IMMED_NOTIFY
						: XPT_IMMEDIATE_NOTIFY);

	if (!k)
		return false;
	if (s->numbered) {
		k->k.cin.initiator_id = (uint8_t)init_id;
		k->k.cin.message_args[0] = (uint8_t)message;
	} else {
		k->k.cin1.initiator_id = init_id;
		k->k.cin1.arg = message;
		k->k.cin1.seq_id = tag_id;
	}
	targ_sim_finish(s, k, status);
	return true;
}

/* On a bus that was reset nobody waits for anything. */
bool targ_sim_event(struct targ_sim *s, uint32_t status, uint32_t init_id)
{
	for (unsigned i = 0; i < s->ncmd; i++)
		s->cmd[i].waits = false;
	for (unsigned i = 0; i < s->pending.n;) {
		if (s->pending.ccb[i]->k.ccb_h.func_code == XPT_CONT_TARGET_IO)
			targ_sim_finish(s, targ_sim_pull(&s->pending, i),
					status);
		else
			i++;
	}
	return notify(s, status, init_id, 0, 0);
}

bool targ_sim_message(struct targ_sim *s, uint32_t init_id, uint32_t message,
		      uint32_t tag_id)
{
	return notify(s, CAM_MESSAGE_RECV, init_id, message, tag_id);
}
