/* SPDX-License-Identifier: BSD-2-Clause */
/* vhost/control.c - the control queue (task management), the event queue. */
#include <transport/vhost/vhost.h>

/* VIRTIO 1.2, 5.6.6.2: by their subtype. */
static const uint8_t functions[] = {
	SCSIEMU_TMF_ABORT_TASK,	 SCSIEMU_TMF_ABORT_TASK_SET,
	SCSIEMU_TMF_CLEAR_ACA,	 SCSIEMU_TMF_CLEAR_TASK_SET,
	SCSIEMU_TMF_NEXUS_RESET, SCSIEMU_TMF_LU_RESET,
	SCSIEMU_TMF_QUERY_TASK,	 SCSIEMU_TMF_QUERY_TASK_SET,
};

/* Of service responses. An aborted task that is not there any more has ended:
 * that is success. */
static const uint8_t responses[] = {
	[SCSIEMU_RSP_COMPLETE] = VIRTIO_OK,
	[SCSIEMU_RSP_SUCCEEDED] = VIRTIO_SUCCEEDED,
	[SCSIEMU_RSP_REJECTED] = VIRTIO_REJECTED,
	[SCSIEMU_RSP_INCORRECT_LUN] = VIRTIO_INCORRECT_LUN,
	[SCSIEMU_RSP_NO_TASK] = VIRTIO_OK,
};

static bool is_reset(uint8_t tmf)
{
	return tmf == SCSIEMU_TMF_LU_RESET || tmf == SCSIEMU_TMF_NEXUS_RESET;
}

static void reply(struct semu_vhost_cmd *c, uint8_t response)
{
	semu_vhost_respond(c, &response, 1, 0);
}

void semu_vhost_function_done(struct semu_vhost_cmd *c)
{
	const struct scsiemu_cmd *cmd = &c->m.t.cmd;

	c->r->v->resets -= is_reset(cmd->tmf);
	if (c->mute)
		c->r->live--;
	else if (cmd->outcome == SCSIEMU_ABORTED)
		reply(c, VIRTIO_ABORTED);
	else
		reply(c, responses[cmd->response]);
}

/* false: it is not the pump's; what to say is *response. */
static bool start(struct semu_vhost_cmd *c, uint8_t *req, uint8_t *response)
{
	struct scsiemu_vhost *v = c->r->v;
	struct scsiemu_cmd *cmd = &c->m.t.cmd;
	struct scsiemu_lu *lu = semu_vhost_lu(v, req + TMF_LUN_AT);
	uint32_t what = vhost_get32(req + TMF_SUBTYPE_AT);

	*response = lu ? VIRTIO_REJECTED : VIRTIO_BAD_TARGET;
	if (!lu || what >= sizeof(functions))
		return false;
	cmd->tmf = functions[what];
	cmd->tag = vhost_get64(req + TMF_TAG_AT);
	cmd->in_len = cmd->out_len = 0;
	v->resets += is_reset(cmd->tmf);
	c->live = true;
	if (scsiemu_pump_start(v->pump, &v->port, lu, &c->m.t) >= 0)
		return true;
	v->resets -= is_reset(functions[what]);
	*response = VIRTIO_FAILURE;
	return false;
}

static bool manage(struct semu_vhost_cmd *c, uint8_t *req)
{
	uint8_t response;

	if (!semu_vhost_split_response(c, 1))
		return false;
	if (start(c, req, &response))
		return true;
	reply(c, response);
	semu_vhost_drop(c);
	return true;
}

/* Asynchronous notification: of what the standard has there, nothing. */
static bool notification(struct semu_vhost_cmd *c, uint8_t *req)
{
	uint8_t rsp[AN_RESPONSE] = { 0 };

	if (!semu_vhost_split_response(c, AN_RESPONSE))
		return false;
	if (!semu_vhost_lu(c->r->v, req + AN_LUN_AT))
		rsp[4] = VIRTIO_BAD_TARGET;
	semu_vhost_respond(c, rsp, AN_RESPONSE, 0);
	semu_vhost_drop(c);
	return true;
}

static bool unknown(struct semu_vhost_cmd *c, uint8_t *req)
{
	(void)req;
	if (!semu_vhost_split_response(c, 1))
		return false;
	reply(c, VIRTIO_FAILURE);
	semu_vhost_drop(c);
	return true;
}

/* By type, with what the request has at least. */
static const struct {
	bool (*fn)(struct semu_vhost_cmd *c, uint8_t *req);
	uint32_t len;
} types[] = {
	[CTL_TMF] = { manage, TMF_REQUEST },
	[CTL_QUERY] = { notification, AN_REQUEST },
	[CTL_SUBSCRIBE] = { notification, AN_REQUEST },
	{ unknown, 4 },
};
enum { UNKNOWN = CTL_SUBSCRIBE + 1 };

static bool dispatch(struct semu_vhost_cmd *c)
{
	uint8_t req[TMF_REQUEST] = { 0 };
	uint32_t len = TMF_REQUEST, type;

	if (c->c.out_len < len)
		len = (uint32_t)c->c.out_len;
	if (len < 4 || !semu_vhost_take_bytes(c, req, len))
		return false;
	type = vhost_get32(req);
	if (type > UNKNOWN)
		type = UNKNOWN;
	return len >= types[type].len && types[type].fn(c, req);
}

void semu_vhost_control(struct semu_vhost_cmd *c)
{
	if (dispatch(c))
		return;
	semu_ring_break(c->r, "a control request that is too short, or has no "
			      "room for its response");
	semu_ring_give(c->r, &c->c, 0);
	semu_vhost_drop(c);
}

/* ---- Events ---- */

/* Into the next buffer of the driver's; false: there is none. */
static bool post(struct scsiemu_vhost *v, const uint8_t event[EVENT])
{
	struct semu_vring *r = &v->ring[QUEUE_EVENT];
	struct semu_vhost_cmd *c = semu_ring_runs(r) ? semu_vhost_new(r) : NULL;
	bool fits;

	if (!c)
		return false;
	if (semu_ring_fetch(r, &c->c) != FETCH_GOT) {
		semu_vhost_drop(c);
		return false;
	}
	fits = semu_vhost_split_response(c, EVENT);
	if (fits) {
		semu_vhost_respond(c, event, EVENT, 0);
	} else {
		semu_ring_break(r, "a buffer for events that is too short");
		semu_ring_give(r, &c->c, 0);
	}
	semu_vhost_drop(c);
	semu_ring_tell(r);
	return fits;
}

/* The driver has given buffers: does it wait for any word? */
void semu_vhost_events(struct scsiemu_vhost *v)
{
	uint8_t event[EVENT] = { 0 };

	vhost_put32(event, EVENT_MISSED);
	if (v->missed && post(v, event))
		v->missed = false;
}

static const struct {
	uint32_t feature, event, reason;
} kinds[] = {
	[SCSIEMU_VHOST_ADDED] = { VIRTIO_HOTPLUG, 1, 1 },
	[SCSIEMU_VHOST_REMOVED] = { VIRTIO_HOTPLUG, 1, 2 },
	[SCSIEMU_VHOST_CHANGED] = { VIRTIO_CHANGE, 3, 0 },
};

bool scsiemu_vhost_event(struct scsiemu_vhost *v, uint16_t lun,
			 enum scsiemu_vhost_event what, uint16_t asc)
{
	uint8_t event[EVENT] = { 0 };
	uint32_t reason = kinds[what].reason;

	if (!(v->features & kinds[what].feature))
		return false;
	if (!reason) /* the code, then its qualifier */
		reason = asc >> 8 | (asc & 0xffu) << 8;
	vhost_put32(event, kinds[what].event | (v->missed ? EVENT_MISSED : 0));
	event[EVENT_LUN_AT] = 1;
	/* As REPORT LUNS has it: Linux compares all of it. */
	event[EVENT_LUN_AT + 2] = (uint8_t)(lun < 256 ? 0 : 0x40 | lun >> 8);
	event[EVENT_LUN_AT + 3] = (uint8_t)lun;
	vhost_put32(event + EVENT_REASON_AT, reason);
	v->missed = !post(v, event);
	if (v->missed) /* ask for a signal at the next buffer */
		semu_ring_serve(&v->ring[QUEUE_EVENT]);
	return true;
}
