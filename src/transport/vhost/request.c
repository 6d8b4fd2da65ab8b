/* SPDX-License-Identifier: BSD-2-Clause */
/* vhost/request.c - requests as commands of the pump, and their end. */
#include <transport/vhost/vhost.h>

#include <scsiemu/wire.h>

static struct semu_vhost_cmd *of(struct scsiemu_task *t)
{
	return (struct semu_vhost_cmd *)t;
}

struct semu_vhost_cmd *semu_vhost_new(struct semu_vring *r)
{
	struct scsiemu_vhost *v = r->v;
	struct semu_vhost_cmd *c = semu_slots_take(&v->slots);

	if (!c)
		return NULL;
	if (!c->r) { /* never used before */
		c->next = v->all;
		v->all = c;
		c->m.t.cmd.cdb = c->cdb;
	}
	c->r = r;
	return c;
}

void semu_vhost_drop(struct semu_vhost_cmd *c)
{
	struct scsiemu_vhost *v = c->r->v;

	c->live = c->mute = c->given_up = false;
	c->m.t.cmd.tmf = SCSIEMU_TMF_NONE;
	semu_slots_give(&v->slots, c);
	semu_vhost_go_on(v);
}

/* ---- The sides of a chain ---- */

/* The vectors of the first len bytes of *n, one is cut in two if need be: how
 * many they are. */
static unsigned cut(struct scsiemu_vec *v, unsigned *n, unsigned behind,
		    uint32_t len)
{
	unsigned i = 0;

	for (; len && len >= v[i].len; i++)
		len -= (uint32_t)v[i].len;
	if (!len)
		return i;
	memmove(v + i + 1, v + i, (*n - i + behind) * sizeof(*v));
	++*n;
	v[i].len = len;
	v[i + 1].base = (uint8_t *)v[i + 1].base + len;
	v[i + 1].len -= len;
	return i + 1;
}

bool semu_vhost_take_bytes(struct semu_vhost_cmd *c, uint8_t *to, uint32_t len)
{
	struct semu_chain *h = &c->c;
	unsigned n;

	if (h->out_len < len)
		return false;
	n = cut(h->v, &h->nout, h->nin, len);
	for (unsigned i = 0; i < n; to += h->v[i++].len)
		memcpy(to, h->v[i].base, h->v[i].len);
	h->out_len -= len;
	c->m.out = semu_side(h->v + n, h->nout - n);
	return true;
}

bool semu_vhost_split_response(struct semu_vhost_cmd *c, uint32_t len)
{
	struct semu_chain *h = &c->c;

	if (h->in_len < len)
		return false;
	c->head = cut(h->v + h->nout, &h->nin, 0, len);
	h->in_len -= len;
	c->m.in = semu_side(h->v + h->nout + c->head, h->nin - c->head);
	return true;
}

void semu_vhost_respond(struct semu_vhost_cmd *c, const uint8_t *p,
			uint32_t len, uint32_t data)
{
	const struct scsiemu_vec *v = c->c.v + c->c.nout;
	uint32_t left = len;

	for (unsigned i = 0; left && i < c->head; i++) {
		size_t n = v[i].len < left ? v[i].len : left;

		memcpy(v[i].base, p, n);
		p += n;
		left -= (uint32_t)n;
	}
	semu_ring_give(c->r, &c->c, len + data);
}

/* ---- The request ---- */

/* "1, target, LUN", or the well-known one. NULL: not our target. */
struct scsiemu_lu *semu_vhost_lu(struct scsiemu_vhost *v, const uint8_t *lun)
{
	uint8_t l[8] = { 0 };

	if (lun[0] == 0xc1 && lun[1] == 1) {
		memcpy(l, lun, 2);
	} else {
		if (lun[0] != 1 || lun[1] != 0)
			return NULL;
		memcpy(l, lun + 2, 2);
	}
	return scsiemu_lu_find(v->dev, l);
}

static uint32_t response_len(const struct scsiemu_vhost *v)
{
	return RSP_SENSE_AT + v->sense_size;
}

/* It never became a command. */
static void refuse(struct semu_vhost_cmd *c, uint8_t response)
{
	uint8_t rsp[RSP_SENSE_AT + SEMU_VHOST_SENSE] = { 0 };

	rsp[RSP_RESPONSE_AT] = response;
	semu_vhost_respond(c, rsp, response_len(c->r->v), 0);
	semu_vhost_drop(c);
}

static void fill(struct semu_vhost_cmd *c, const uint8_t *req)
{
	struct scsiemu_cmd *cmd = &c->m.t.cmd;
	uint32_t cdb = c->r->v->cdb_size;

	memcpy(c->cdb, req + REQ_CDB_AT, cdb);
	cmd->cdb_len = (uint16_t)cdb;
	cmd->tag = vhost_get64(req + REQ_TAG_AT);
	cmd->attr = req[REQ_ATTR_AT] <= SCSIEMU_ACA ? req[REQ_ATTR_AT]
						    : SCSIEMU_SIMPLE;
	cmd->in_len = (uint32_t)c->c.in_len;
	cmd->out_len = (uint32_t)c->c.out_len;
}

void semu_vhost_request(struct semu_vhost_cmd *c)
{
	struct scsiemu_vhost *v = c->r->v;
	uint8_t req[REQ_CDB_AT + SEMU_VHOST_CDB];
	struct scsiemu_lu *lu;

	if (!semu_vhost_take_bytes(c, req, REQ_CDB_AT + v->cdb_size) ||
	    !semu_vhost_split_response(c, response_len(v))) {
		semu_ring_break(c->r, "a request that has no room for its "
				      "header or its response");
		semu_ring_give(c->r, &c->c, 0);
		semu_vhost_drop(c);
		return;
	}
	fill(c, req);
	lu = semu_vhost_lu(v, req);
	if (!lu) {
		refuse(c, VIRTIO_BAD_TARGET);
		return;
	}
	c->live = true;
	if (scsiemu_pump_start(v->pump, &v->port, lu, &c->m.t) < 0)
		refuse(c, VIRTIO_BUSY);
}

void semu_vhost_abort_all(struct scsiemu_vhost *v)
{
	struct semu_vhost_cmd *c;

	for (c = v->all; c; c = c->next)
		c->mute |= c->live;
	/* One that ends lets others run, which end as well. */
	for (c = v->all; c;) {
		if (!c->live || c->given_up) {
			c = c->next;
			continue;
		}
		c->given_up = true;
		scsiemu_pump_abort(&c->m.t);
		c = v->all;
	}
}

/* ---- The end ---- */

static uint32_t residual(const struct scsiemu_cmd *cmd)
{
	int64_t in = scsiemu_in_resid(cmd), out = scsiemu_out_resid(cmd);

	return (uint32_t)((in > 0 ? in : 0) + (out > 0 ? out : 0));
}

/* More than the guest has room for, or sent: status does not say so. */
static bool overran(const struct scsiemu_cmd *cmd)
{
	return cmd->status == SCSIEMU_GOOD &&
	       (scsiemu_in_resid(cmd) < 0 || scsiemu_out_resid(cmd) < 0);
}

static uint8_t response_of(const struct semu_vhost_cmd *c)
{
	const struct scsiemu_cmd *cmd = &c->m.t.cmd;

	if (cmd->outcome == SCSIEMU_ABORTED)
		return c->r->v->resets ? VIRTIO_RESET : VIRTIO_ABORTED;
	return overran(cmd) ? VIRTIO_OVERRUN : VIRTIO_OK;
}

static void answer(struct semu_vhost_cmd *c)
{
	const struct scsiemu_cmd *cmd = &c->m.t.cmd;
	uint32_t room = c->r->v->sense_size;
	/* What is not written is what the guest left there: all is. */
	uint8_t rsp[RSP_SENSE_AT + SEMU_VHOST_SENSE] = { 0 };
	unsigned n = 0;

	rsp[RSP_RESPONSE_AT] = response_of(c);
	if (cmd->outcome != SCSIEMU_ABORTED) {
		vhost_put32(rsp + RSP_RESID_AT, residual(cmd));
		rsp[RSP_STATUS_AT] = cmd->status;
		if (cmd->status == SCSIEMU_CHECK_CONDITION)
			n = scsiemu_sense_encode(cmd, rsp + RSP_SENSE_AT, room,
						 0);
		vhost_put32(rsp + RSP_SENSE_LEN_AT, n);
	}
	semu_vhost_respond(c, rsp, RSP_SENSE_AT + room, cmd->in_done);
}

static void done(void *port, struct scsiemu_task *task)
{
	struct semu_vhost_cmd *c = of(task);

	(void)port;
	if (task->cmd.tmf)
		semu_vhost_function_done(c);
	else if (!c->mute)
		answer(c);
	else
		c->r->live--;
	scsiemu_pump_sent(task);
	semu_vhost_drop(c);
}

static void flush(void *port)
{
	struct scsiemu_vhost *v = port;

	for (unsigned i = 0; i < v->nrings; i++)
		semu_ring_tell(&v->ring[i]);
}

const struct scsiemu_port_ops semu_vhost_port_ops = {
	.size = sizeof(semu_vhost_port_ops),
	.window = semu_mapped_window,
	.push = semu_mapped_push,
	.done = done,
	.cancel = semu_mapped_cancel,
	.flush = flush,
};
