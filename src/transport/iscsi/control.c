/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iscsi/control.c - PDUs that carry no SCSI: NOP both ways, Logout, SNACK,
 * Reject, Asynchronous Message (RFC 7143 11.9, 11.14 to 11.19).
 */
#include <transport/iscsi/session.h>

bool semu_control_sink(struct scsiemu_iscsi_conn *c, uint32_t len)
{
	bool login = c->state == SCSIEMU_ISCSI_LOGIN;

	if (len > SEMU_BUF_MAX)
		return false;
	c->ctl = semu_conn_buf(c, len,
			       login ? UINT32_MAX : c->e->lim->session_memory);
	if (!c->ctl)
		return false;
	c->sink = c->ctl->data;
	c->room = len;
	return true;
}

void semu_control_drop(struct scsiemu_iscsi_conn *c)
{
	if (c->ctl)
		semu_conn_unbuf(c, c->ctl);
	c->ctl = NULL;
}

void semu_reject(struct scsiemu_iscsi_conn *c, const uint8_t *bhs,
		 enum iscsi_reject why)
{
	struct semu_pdu *p = semu_pdu_new(c, ISCSI_REJECT, ISCSI_NO_TAG);

	c->e->rejects++;
	if (!p)
		return;
	p->bhs[2] = (uint8_t)why;
	p->buf = semu_conn_buf(c, ISCSI_BHS, UINT32_MAX);
	if (p->buf) {
		memcpy(p->buf->data, bhs, ISCSI_BHS);
		p->data = p->buf->data;
		p->len = ISCSI_BHS;
	}
	semu_pdu_numbers(c, p, true);
	semu_pdu_queue(c, p);
}

void semu_async(struct scsiemu_iscsi_conn *c, enum iscsi_async event)
{
	struct semu_pdu *p = semu_pdu_new(c, ISCSI_ASYNC, ISCSI_NO_TAG);

	if (!p)
		return;
	p->bhs[36] = (uint8_t)event;
	if (event == ISCSI_ASYNC_LOGOUT) {
		iscsi_put16(p->bhs + 42, c->e->lim->logout_ms / 1000);
	} else {
		iscsi_put16(p->bhs + 40, c->login.params.time2wait);
		iscsi_put16(p->bhs + 42, c->login.params.time2retain);
	}
	semu_pdu_numbers(c, p, true);
	semu_pdu_queue(c, p);
}

/* NOP. An initiator task tag asks for an echo (11.18, 11.19). */

void semu_ping(struct scsiemu_iscsi_conn *c)
{
	struct semu_pdu *p = semu_pdu_new(c, ISCSI_NOP_IN, ISCSI_NO_TAG);

	if (!p)
		return;
	if (++c->next_ttt == ISCSI_NO_TAG)
		c->next_ttt = 0;
	c->ping = c->next_ttt;
	iscsi_put32(p->bhs + 20, c->ping);
	semu_pdu_numbers(c, p, false);
	semu_pdu_queue(c, p);
}

void semu_nop_begin(struct scsiemu_iscsi_conn *c, const uint8_t *bhs,
		    uint32_t dlen)
{
	if (semu_conn_sn(c, bhs) != SEMU_SN_OK) {
		c->end = NULL;
		return;
	}
	if (iscsi_itt(bhs) == ISCSI_NO_TAG) {
		if (iscsi_get32(bhs + 20) == c->ping)
			c->ping = ISCSI_NO_TAG;
		c->end = NULL;
		return;
	}
	if (dlen && !semu_control_sink(c, dlen)) {
		semu_reject(c, bhs, ISCSI_REJECT_RESOURCES);
		c->end = NULL;
	}
}

void semu_nop_end(struct scsiemu_iscsi_conn *c, const uint8_t *bhs,
		  uint32_t dlen, bool good)
{
	struct semu_pdu *p;

	p = good ? semu_pdu_new(c, ISCSI_NOP_IN, iscsi_itt(bhs)) : NULL;
	if (!p) {
		semu_control_drop(c);
		return;
	}
	memcpy(p->bhs + 8, bhs + 8, 8);
	iscsi_put32(p->bhs + 20, ISCSI_NO_TAG);
	p->buf = c->ctl;
	c->ctl = NULL;
	if (p->buf) {
		p->data = p->buf->data;
		p->len = dlen < c->max_xmit ? dlen : c->max_xmit;
	}
	semu_pdu_numbers(c, p, true);
	semu_pdu_queue(c, p);
}

/* Error recovery level 0 keeps nothing to send again (11.16). */
void semu_snack_begin(struct scsiemu_iscsi_conn *c, const uint8_t *bhs,
		      uint32_t dlen)
{
	(void)dlen;
	semu_reject(c, bhs, ISCSI_REJECT_SNACK);
}

enum { LOGOUT_SESSION, LOGOUT_CONNECTION, LOGOUT_RECOVERY };
enum { LOGGED_OUT, LOGOUT_NO_CID, LOGOUT_NO_RECOVERY };

static uint8_t logout_response(const struct scsiemu_iscsi_conn *c,
			       unsigned reason, const uint8_t *bhs)
{
	if (reason == LOGOUT_RECOVERY)
		return LOGOUT_NO_RECOVERY;
	if (reason == LOGOUT_CONNECTION &&
	    iscsi_get16(bhs + 20) != c->login.cid)
		return LOGOUT_NO_CID;
	return LOGGED_OUT;
}

void semu_logout_begin(struct scsiemu_iscsi_conn *c, const uint8_t *bhs,
		       uint32_t dlen)
{
	unsigned reason = bhs[1] & 0x7f;
	struct semu_pdu *p;
	uint8_t r;

	(void)dlen;
	if (semu_conn_sn(c, bhs) != SEMU_SN_OK)
		return;
	if (reason > LOGOUT_RECOVERY) {
		semu_reject(c, bhs, ISCSI_REJECT_FIELD);
		return;
	}
	r = logout_response(c, reason, bhs);
	if (r == LOGGED_OUT)
		semu_session_over(c);
	p = semu_pdu_new(c, ISCSI_LOGOUT_RESPONSE, iscsi_itt(bhs));
	if (!p)
		return;
	p->bhs[2] = r;
	iscsi_put16(p->bhs + 40, c->login.params.time2wait);
	iscsi_put16(p->bhs + 42, 0); /* nothing is retained */
	semu_pdu_numbers(c, p, true);
	semu_pdu_queue(c, p);
	if (r == LOGGED_OUT)
		semu_conn_state(c, SCSIEMU_ISCSI_DRAIN);
}
