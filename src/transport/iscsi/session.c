/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iscsi/session.c - from login to session and to its end: login PDUs, session
 * reinstatement (RFC 7143 6.3.5), the nexus and its TransportID.
 */
#include <transport/iscsi/session.h>

#include <transport/iscsi/status.h>

#include <stdio.h>

#define LOGIN_OUT 8192 /* MaxRecvDataSegmentLength during login (13.12) */

/* Login PDUs. */

static void send_login(struct scsiemu_iscsi_conn *c, struct semu_pdu *p,
		       struct semu_buf *buf, uint32_t len)
{
	p->buf = buf;
	p->data = buf ? buf->data : NULL;
	p->len = len;
	semu_pdu_numbers(c, p, true);
	semu_pdu_queue(c, p);
}

/* Too large to be looked at. */
static void too_large(struct scsiemu_iscsi_conn *c, const uint8_t *bhs)
{
	struct semu_pdu *p = semu_pdu_new(c, ISCSI_LOGIN_RESPONSE,
					  iscsi_itt(bhs));

	if (!p)
		return;
	p->bhs[1] = bhs[1] & 0x0c;
	memcpy(p->bhs + 8, bhs + 8, 8);
	iscsi_put16(p->bhs + 36, SEMU_LOGIN_INITIATOR_ERROR);
	send_login(c, p, NULL, 0);
	semu_conn_state(c, SCSIEMU_ISCSI_DRAIN);
}

void semu_login_begin(struct scsiemu_iscsi_conn *c, const uint8_t *bhs,
		      uint32_t dlen)
{
	if (c->login.own.pdus == 0) {
		c->exp_cmd_sn = iscsi_get32(bhs + 24);
		c->stat_sn = iscsi_get32(bhs + 28);
	}
	if (dlen > c->e->lim->login_pdu) {
		too_large(c, bhs);
		c->end = NULL;
	} else if (dlen && !semu_control_sink(c, dlen)) {
		semu_conn_state(c, SCSIEMU_ISCSI_DEAD);
		c->end = NULL;
	}
}

void semu_session_params(struct scsiemu_iscsi_conn *c)
{
	c->max_xmit = c->login.params.max_xmit_dsl;
	c->max_burst = c->login.params.max_burst;
	c->max_run = c->max_xmit < c->max_burst ? c->max_xmit : c->max_burst;
}

/* The TransportID of an initiator port (SPC-5 7.6.4.6): format 1, the name
 * with its ISID, zero terminated and padded. */
static void make_transport_id(struct scsiemu_iscsi_conn *c)
{
	const uint8_t *i = c->login.isid;
	int n;

	memset(c->tid, 0, sizeof(c->tid));
	n = snprintf((char *)c->tid + 4, sizeof(c->tid) - 4,
		     "%s,i,0x%02x%02x%02x%02x%02x%02x", c->login.initiator,
		     i[0], i[1], i[2], i[3], i[4], i[5]);
	n = (n + 1 + 3) & ~3;
	if (n < 20)
		n = 20;
	c->tid[0] = 0x40 | 0x05;
	iscsi_put16(c->tid + 2, (uint32_t)n);
	c->tid_len = (uint16_t)(n + 4);
}

static bool same_session(const struct scsiemu_iscsi_conn *a,
			 const struct scsiemu_iscsi_conn *b)
{
	return a->login.target == b->login.target &&
	       a->login.portal_tag == b->login.portal_tag &&
	       !memcmp(a->login.isid, b->login.isid, 6) &&
	       !strcmp(a->login.initiator, b->login.initiator);
}

/* The session that c replaces, or NULL. */
static struct scsiemu_iscsi_conn *predecessor(struct scsiemu_iscsi_conn *c)
{
	for (struct scsiemu_iscsi_conn *o = c->e->conns; o; o = o->next)
		if (o != c && o->nexus && same_session(o, c))
			return o;
	return NULL;
}

static uint16_t attach(struct scsiemu_iscsi_conn *c)
{
	struct scsiemu_iscsi_conn *old = predecessor(c);
	struct semu_outlet *outlet;
	struct scsiemu_nexus_config cf = {
		.size = sizeof(cf),
		.transport_id = c->tid,
		.port = c->login.portal_tag,
		.again = old != NULL,
		.user = c,
	};

	if (old) {
		semu_session_over(old);
		semu_send_drop(old);
		semu_conn_state(old, SCSIEMU_ISCSI_DEAD);
	}
	make_transport_id(c);
	cf.transport_id_len = c->tid_len;
	c->pump = scsiemu_iscsi_target_user(c->login.target);
	outlet = semu_outlet(c->e, c->pump);
	if (!outlet)
		return SEMU_LOGIN_NO_RESOURCES;
	c->port = &outlet->port;
	c->nexus = scsiemu_nexus_attach(c->pump->dev, &cf);
	if (!c->nexus)
		return SEMU_LOGIN_NO_RESOURCES;
	return SEMU_LOGIN_OK;
}

static bool tsih_used(const struct scsiemu_iscsi *e, uint16_t tsih)
{
	for (struct scsiemu_iscsi_conn *c = e->conns; c; c = c->next)
		if (c->tsih == tsih && c->state != SCSIEMU_ISCSI_LOGIN)
			return true;
	return false;
}

static uint16_t new_tsih(struct scsiemu_iscsi *e)
{
	do
		e->last_tsih++;
	while (!e->last_tsih || tsih_used(e, e->last_tsih));
	return e->last_tsih;
}

/* One connection per session: none can be added to another's. */
static uint16_t join_session(const struct scsiemu_iscsi_conn *c)
{
	return tsih_used(c->e, c->login.tsih) ? SEMU_LOGIN_TOO_MANY
					      : SEMU_LOGIN_NO_SESSION;
}

/* The login succeeded: is there a session now? Status. */
static uint16_t establish(struct scsiemu_iscsi_conn *c)
{
	uint16_t status = SEMU_LOGIN_OK;

	if (c->e->stopping)
		return SEMU_LOGIN_UNAVAILABLE;
	if (c->login.tsih)
		return join_session(c);
	if (!c->login.discovery)
		status = attach(c);
	if (status)
		return status;
	c->tsih = new_tsih(c->e);
	return SEMU_LOGIN_OK;
}

static void full_feature(struct scsiemu_iscsi_conn *c)
{
	const struct semu_iscsi_params *n = &c->login.params;

	semu_conn_unbuf(c, c->part);
	c->part = NULL;
	c->state = SCSIEMU_ISCSI_FULL;
	c->e->nlogin--;
	c->hd = n->header_digest;
	c->dd = n->data_digest;
	c->deadline = UINT64_MAX;
	c->heard = c->e->now;
	semu_session_params(c);
}

void semu_login_end(struct scsiemu_iscsi_conn *c, const uint8_t *bhs,
		    uint32_t dlen, bool good)
{
	struct semu_pdu *p = semu_pdu_new(c, ISCSI_LOGIN_RESPONSE, 0);
	struct semu_buf *out = p ? semu_conn_buf(c, LOGIN_OUT, UINT32_MAX)
				 : NULL;
	enum semu_iscsi_login_next next;
	uint32_t len = 0;
	uint16_t status;

	(void)good; /* no digests before the full feature phase */
	if (!out) {
		semu_control_drop(c);
		if (p)
			semu_objs_put(&c->e->pdus, p);
		semu_conn_state(c, SCSIEMU_ISCSI_DEAD);
		return;
	}
	next = semu_iscsi_login_pdu(&c->login, bhs,
				    c->ctl ? c->ctl->data : NULL, dlen, p->bhs,
				    out->data, LOGIN_OUT, &len);
	semu_control_drop(c);
	if (next == SEMU_LOGIN_FULL) {
		status = establish(c);
		if (status) {
			semu_iscsi_login_refuse(&c->login, p->bhs, &len,
						status);
			next = SEMU_LOGIN_FAIL;
		}
		iscsi_put16(p->bhs + 14, c->tsih);
	}
	if (next != SEMU_LOGIN_MORE)
		semu_iscsi_login_wipe(&c->login);
	send_login(c, p, out, len);
	if (next == SEMU_LOGIN_FULL)
		full_feature(c);
	else if (next == SEMU_LOGIN_FAIL)
		semu_conn_state(c, SCSIEMU_ISCSI_DRAIN);
}

/* The end. */

void semu_session_over(struct scsiemu_iscsi_conn *c)
{
	struct scsiemu_nexus *n = c->nexus;

	c->logout = true;
	if (!n)
		return;
	c->nexus = NULL;
	scsiemu_nexus_detach(n);
	scsiemu_pump_ready(c->pump);
}

void semu_session_end(struct scsiemu_iscsi_conn *c)
{
	c->state = SCSIEMU_ISCSI_DEAD;
	c->task = NULL;
	c->sink = NULL;
	semu_session_over(c);
	semu_send_drop(c);
	semu_control_drop(c);
	semu_textpdu_forget(c);
	if (c->part) {
		semu_iscsi_login_wipe(&c->login);
		semu_conn_unbuf(c, c->part);
		c->part = NULL;
	}
	semu_task_free_idle(c);
}
