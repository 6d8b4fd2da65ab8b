/* SPDX-License-Identifier: BSD-2-Clause */
/* vhost/request.c - requests as commands of the pump, and their end. */
#include <transport/vhost/vhost.h>

#include <scsiemu/wire.h>

enum { USUAL_CDB = 32, USUAL_SENSE = 96 }; /* lengths */
enum { USUAL_REQUEST = REQ_CDB_AT + USUAL_CDB };
enum { USUAL_RESPONSE = RSP_SENSE_AT + USUAL_SENSE };

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
		c->m.t.cmd.cdb = c->req + REQ_CDB_AT;
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
	if (v->held || v->leaving)
		semu_vhost_wake(v);
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

/* Of a length that the compiler knows where it is the usual one. */
static void copy(uint8_t *to, const void *from, size_t len)
{
	if (len == USUAL_REQUEST)
		memcpy(to, from, USUAL_REQUEST);
	else
		memcpy(to, from, len);
}

static void clear(uint8_t *to, size_t len)
{
	enum { PART = 64 }; /* for which compilers need no loop */

	if (len == USUAL_RESPONSE) {
		memset(to, 0, PART);
		memset(to + PART, 0, USUAL_RESPONSE - PART);
	} else {
		memset(to, 0, len);
	}
}

static __attribute__((noinline)) unsigned take_pieces(struct semu_chain *h,
						      uint8_t *to, uint32_t len)
{
	unsigned n = cut(h->v, &h->nout, h->nin, len);

	for (unsigned i = 0; i < n; to += h->v[i++].len)
		memcpy(to, h->v[i].base, h->v[i].len);
	return n;
}

static inline bool take_bytes(struct semu_vhost_cmd *c, uint8_t *to,
			      uint32_t len)
{
	struct semu_chain *h = &c->c;
	unsigned n = 1;

	if (h->out_len < len)
		return false;
	if (h->v->len == len)
		copy(to, h->v->base, len);
	else
		n = take_pieces(h, to, len);
	h->out_len -= len;
	c->m.out = semu_side(h->v + n, h->nout - n);
	return true;
}

bool semu_vhost_take_bytes(struct semu_vhost_cmd *c, uint8_t *to, uint32_t len)
{
	return take_bytes(c, to, len);
}

static __attribute__((noinline)) unsigned split_pieces(struct semu_chain *h,
						       uint32_t len)
{
	return cut(h->v + h->nout, &h->nin, 0, len);
}

static inline bool split_response(struct semu_vhost_cmd *c, uint32_t len)
{
	struct semu_chain *h = &c->c;
	unsigned n = 1;

	if (h->in_len < len)
		return false;
	if (h->v[h->nout].len != len)
		n = split_pieces(h, len);
	h->in_len -= len;
	c->head = n;
	c->m.in = semu_side(h->v + h->nout + n, h->nin - n);
	return true;
}

bool semu_vhost_split_response(struct semu_vhost_cmd *c, uint32_t len)
{
	return split_response(c, len);
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

/* "1, target, LUN", or the well-known one; what stays there is the LUN alone.
 * NULL: not our target. */
struct scsiemu_lu *semu_vhost_lu(struct scsiemu_vhost *v, uint8_t *lun)
{
	if (lun[0] == 1 && lun[1] == 0)
		memcpy(lun, lun + 2, 2);
	else if (lun[0] != 0xc1 || lun[1] != 1)
		return NULL;
	memset(lun + 2, 0, 6);
	return scsiemu_lu_find(v->dev, lun);
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

static void fill(struct semu_vhost_cmd *c)
{
	struct scsiemu_cmd *cmd = &c->m.t.cmd;
	uint8_t attr = c->req[REQ_ATTR_AT];

	cmd->cdb_len = (uint16_t)c->r->v->cdb_size;
	cmd->tag = vhost_get64(c->req + REQ_TAG_AT);
	cmd->attr = attr <= SCSIEMU_ACA ? attr : SCSIEMU_SIMPLE;
	cmd->in_len = (uint32_t)c->c.in_len;
	cmd->out_len = (uint32_t)c->c.out_len;
}

void semu_vhost_request(struct semu_vhost_cmd *c)
{
	struct scsiemu_vhost *v = c->r->v;
	struct scsiemu_lu *lu;

	if (!take_bytes(c, c->req, REQ_CDB_AT + v->cdb_size) ||
	    !split_response(c, response_len(v))) {
		semu_ring_break(c->r, "a request that has no room for its "
				      "header or its response");
		semu_ring_give(c->r, &c->c, 0);
		semu_vhost_drop(c);
		return;
	}
	fill(c);
	lu = semu_vhost_lu(v, c->req);
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

static uint32_t positive(int64_t n)
{
	return n > 0 ? (uint32_t)n : 0;
}

/* All of it: what is not written is what the guest left there. */
static inline void fill_response(const struct semu_vhost_cmd *c, uint8_t *rsp,
				 uint32_t len)
{
	const struct scsiemu_cmd *cmd = &c->m.t.cmd;
	int64_t in = scsiemu_in_resid(cmd), out = scsiemu_out_resid(cmd);

	clear(rsp, len);
	vhost_put32(rsp + RSP_RESID_AT, positive(in) + positive(out));
	rsp[RSP_STATUS_AT] = cmd->status;
	/* More than the guest has room for, or sent: status does not say so. */
	if (cmd->status == SCSIEMU_GOOD && (in < 0 || out < 0))
		rsp[RSP_RESPONSE_AT] = VIRTIO_OVERRUN;
}

static __attribute__((noinline)) void answer_by_copy(struct semu_vhost_cmd *c)
{
	uint8_t rsp[RSP_SENSE_AT + SEMU_VHOST_SENSE];
	const struct scsiemu_cmd *cmd = &c->m.t.cmd;
	const struct scsiemu_vhost *v = c->r->v;
	unsigned n;

	fill_response(c, rsp, sizeof(rsp));
	if (cmd->outcome == SCSIEMU_ABORTED) {
		memset(rsp, 0, RSP_SENSE_AT);
		rsp[RSP_RESPONSE_AT] = v->resets ? VIRTIO_RESET
						 : VIRTIO_ABORTED;
	} else if (cmd->status == SCSIEMU_CHECK_CONDITION) {
		n = scsiemu_sense_encode(cmd, rsp + RSP_SENSE_AT, v->sense_size,
					 0);
		vhost_put32(rsp + RSP_SENSE_LEN_AT, n);
	}
	semu_vhost_respond(c, rsp, response_len(v), cmd->in_done);
}

/* In place, where it has no sense data and is in one piece. */
static void answer(struct semu_vhost_cmd *c)
{
	const struct scsiemu_cmd *cmd = &c->m.t.cmd;
	uint32_t len = response_len(c->r->v);

	if (c->head != 1 || cmd->status != SCSIEMU_GOOD ||
	    cmd->outcome == SCSIEMU_ABORTED) {
		answer_by_copy(c);
		return;
	}
	fill_response(c, c->c.v[c->c.nout].base, len);
	semu_ring_give(c->r, &c->c, len + cmd->in_done);
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
