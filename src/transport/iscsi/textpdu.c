/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iscsi/textpdu.c - Text Request and Response in the full feature phase (RFC
 * 7143 11.10, 11.11): requests joined over PDUs, answers paged by target
 * transfer tag. What the text means is login.h's.
 */
#include <transport/iscsi/session.h>

#define PAGE 16384 /* of an answer, at most */

void semu_textpdu_forget(struct scsiemu_iscsi_conn *c)
{
	if (c->text)
		semu_conn_unbuf(c, c->text);
	c->text = NULL;
	c->text_len = c->text_off = 0;
	c->text_ttt = ISCSI_NO_TAG;
}

/* Does it start an exchange, or go on with the one at hand? */
static bool acceptable(struct scsiemu_iscsi_conn *c, const uint8_t *bhs)
{
	uint32_t ttt = iscsi_get32(bhs + 20);

	if (iscsi_itt(bhs) == ISCSI_NO_TAG ||
	    (bhs[1] & (ISCSI_FINAL | ISCSI_CONTINUE)) ==
		    (ISCSI_FINAL | ISCSI_CONTINUE))
		return false;
	if (ttt == ISCSI_NO_TAG)
		semu_textpdu_forget(c);
	return ttt == c->text_ttt;
}

static bool room_for(struct scsiemu_iscsi_conn *c, uint32_t dlen)
{
	uint32_t most = c->e->lim->login_text;

	if (most > SEMU_BUF_MAX)
		most = SEMU_BUF_MAX;
	if (!c->text)
		c->text = semu_conn_buf(c, most, UINT32_MAX);
	return c->text && dlen <= most - c->text_len;
}

void semu_textpdu_begin(struct scsiemu_iscsi_conn *c, const uint8_t *bhs,
			uint32_t dlen)
{
	enum iscsi_reject why = ISCSI_REJECT_PROTOCOL;

	if (semu_conn_sn(c, bhs) != SEMU_SN_OK) {
		c->end = NULL;
		return;
	}
	if (acceptable(c, bhs)) {
		why = ISCSI_REJECT_RESOURCES;
		/* A page is asked for by a request without text. */
		if ((!dlen || !c->text_off) && room_for(c, dlen)) {
			c->sink = c->text->data + c->text_len;
			c->room = dlen;
			return;
		}
	}
	semu_reject(c, bhs, why);
	semu_textpdu_forget(c);
	c->end = NULL;
}

static void respond(struct scsiemu_iscsi_conn *c, const uint8_t *bhs,
		    struct semu_buf *buf, uint32_t len, uint8_t flags)
{
	struct semu_pdu *p = semu_pdu_new(c, ISCSI_TEXT_RESPONSE,
					  iscsi_itt(bhs));

	if (!p) {
		if (buf)
			semu_conn_unbuf(c, buf);
		return;
	}
	if (flags & ISCSI_FINAL) {
		semu_textpdu_forget(c);
	} else if (c->text_ttt == ISCSI_NO_TAG) {
		if (++c->next_ttt == ISCSI_NO_TAG)
			c->next_ttt = 0;
		c->text_ttt = c->next_ttt;
	}
	p->bhs[1] = flags;
	memcpy(p->bhs + 8, bhs + 8, 8);
	iscsi_put32(p->bhs + 20, c->text_ttt);
	p->buf = buf;
	if (buf)
		p->data = buf->data;
	p->len = len;
	semu_pdu_numbers(c, p, true);
	semu_pdu_queue(c, p);
}

/* The next page of the answer to the text that is complete. */
static void answer(struct scsiemu_iscsi_conn *c, const uint8_t *bhs)
{
	uint32_t cap = c->max_xmit < PAGE ? c->max_xmit : PAGE;
	struct semu_buf *b = semu_conn_buf(c, cap, UINT32_MAX);
	bool more = false;
	int n = -1;

	if (b)
		n = semu_iscsi_text(&c->login, c->text->data, c->text_len,
				    b->data, cap, c->text_off, &more);
	if (n < 0) {
		if (b)
			semu_conn_unbuf(c, b);
		semu_reject(c, bhs, ISCSI_REJECT_PROTOCOL);
		semu_textpdu_forget(c);
		return;
	}
	/* A new declaration holds from the next PDU on. */
	semu_session_params(c);
	c->text_off = more ? c->text_off + (uint32_t)n : 0;
	if (!more)
		c->text_len = 0;
	respond(c, bhs, b, (uint32_t)n,
		more ? ISCSI_CONTINUE : bhs[1] & ISCSI_FINAL);
}

void semu_textpdu_end(struct scsiemu_iscsi_conn *c, const uint8_t *bhs,
		      uint32_t dlen, bool good)
{
	if (!good) {
		semu_textpdu_forget(c);
		return;
	}
	c->text_len += dlen;
	if (bhs[1] & ISCSI_CONTINUE)
		respond(c, bhs, NULL, 0, 0);
	else
		answer(c, bhs);
}
