/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iscsi/login.c - Login Requests and Responses: framing, stages, continuation
 * (RFC 7143 6.3, 11.12, 11.13).
 *
 * A text is gathered over C=1 requests, read through once (who is there), then
 * answered key by key. Where an answer does not fit one PDU it goes out with
 * C=1 and the cursor stays: the next, empty, request continues.
 */
#include "transport/iscsi/login.h"

#include <string.h>

#include "transport/iscsi/chap.h"
#include "transport/iscsi/keys.h"
#include "transport/iscsi/status.h"
#include "transport/iscsi/target.h"

#define OPCODE_LOGIN	0x03
#define OPCODE_RESPONSE 0x23
#define FLAG_T		0x80
#define FLAG_C		0x40
#define STAGE_SECURITY	0
#define STAGE_OPER	1
#define STAGE_FULL	3

/* A PDU during login: 13.12's default, which both sides start with. */
#define LOGIN_DSL 8192
/* What finish() may write: alias, tag, CHAP with mutual answer, lengths. */
#define FINISH_ROOM 1280

/* The answer to a text goes on in another PDU. Not a status. */
#define PAUSE 0xffff

static uint8_t csg(const uint8_t *pdu)
{
	return pdu[1] >> 2 & 3;
}

static uint8_t nsg(const uint8_t *pdu)
{
	return pdu[1] & 3;
}

static uint16_t be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

void semu_iscsi_login_init(struct semu_iscsi_login *l,
			   struct scsiemu_iscsi_node *node, uint16_t portal_tag,
			   const char *portal_addr, uint8_t *part,
			   uint32_t part_cap)
{
	memset(l, 0, sizeof(*l));
	l->node = node;
	l->portal_tag = portal_tag;
	l->portal_addr = portal_addr;
	l->own.part = part;
	l->own.part_cap = part_cap;
	semu_keys_default(&l->params);
}

void semu_iscsi_login_wipe(struct semu_iscsi_login *l)
{
	if (l->own.part)
		semu_wipe(l->own.part, l->own.part_len);
	semu_wipe(&l->own, sizeof(l->own));
}

/* What every request must be, whatever came before. */
static uint16_t check_frame(const struct semu_iscsi_login *l,
			    const uint8_t req[48], uint32_t len)
{
	uint32_t dsl = (uint32_t)req[5] << 16 | (uint32_t)req[6] << 8 | req[7];

	if ((req[0] & 0x3f) != OPCODE_LOGIN)
		return SEMU_LOGIN_BAD_REQUEST;
	if (req[3] > 0) /* Version-min; the only version is 0 */
		return SEMU_LOGIN_BAD_VERSION;
	if (req[4] != 0 || dsl != len || len > l->node->limits.login_pdu ||
	    l->own.pdus > l->node->limits.login_pdus)
		return SEMU_LOGIN_INITIATOR_ERROR;
	return SEMU_LOGIN_OK;
}

static void start(struct semu_iscsi_login *l, const uint8_t req[48])
{
	memcpy(l->isid, req + 8, 6);
	l->tsih = be16(req + 14);
	l->cid = be16(req + 20);
	l->own.version_max = req[2];
	l->own.version_min = req[3];
	l->own.stage = csg(req);
	l->own.started = true;
}

/* What may not change from one request of a login to the next. */
static uint16_t check_same(const struct semu_iscsi_login *l,
			   const uint8_t req[48])
{
	if (memcmp(l->isid, req + 8, 6) != 0 || l->tsih != be16(req + 14) ||
	    l->cid != be16(req + 20) || l->own.version_max != req[2] ||
	    l->own.version_min != req[3] || l->own.stage != csg(req))
		return SEMU_LOGIN_INITIATOR_ERROR;
	return SEMU_LOGIN_OK;
}

/* 11.12.1 to 11.12.3: stages 0 and 1 negotiate; T leads to a later one. */
static uint16_t check_stage(const uint8_t req[48])
{
	bool t = req[1] & FLAG_T, c = req[1] & FLAG_C;

	if (csg(req) > STAGE_OPER || (t && c))
		return SEMU_LOGIN_INITIATOR_ERROR;
	if (t && (nsg(req) <= csg(req) || nsg(req) == 2))
		return SEMU_LOGIN_INITIATOR_ERROR;
	return SEMU_LOGIN_OK;
}

static uint16_t check(struct semu_iscsi_login *l, const uint8_t req[48],
		      uint32_t len)
{
	uint16_t status = check_frame(l, req, len);

	if (!status)
		status = check_stage(req);
	if (status)
		return status;
	if (!l->own.started)
		start(l, req);
	return check_same(l, req);
}

/* Add the text of a request to what is held. While we answer in several PDUs
 * only empty requests may come. */
static uint16_t gather(struct semu_iscsi_login *l, const uint8_t req[48],
		       const uint8_t *text, uint32_t len)
{
	uint32_t most = l->node->limits.login_text;

	if (l->own.answering)
		return len || (req[1] & FLAG_C) ? SEMU_LOGIN_INITIATOR_ERROR
						: SEMU_LOGIN_OK;
	if (len > most - l->own.text_all ||
	    len > l->own.part_cap - l->own.part_len)
		return SEMU_LOGIN_INITIATOR_ERROR;
	if (len)
		memcpy(l->own.part + l->own.part_len, text, len);
	l->own.part_len += len;
	l->own.text_all += len;
	return SEMU_LOGIN_OK;
}

static uint16_t answer_keys(struct semu_iscsi_login *l, struct semu_text_out *o)
{
	struct semu_text_pair p;
	uint32_t pos = l->own.cursor;
	uint16_t status;

	while (semu_text_next(l->own.part, l->own.part_len, &pos,
			      &l->node->bounds, &p) > 0) {
		if (semu_text_room(o) < SEMU_KEY_ROOM)
			return PAUSE;
		status = semu_keys_answer(l, &p, o);
		if (status)
			return status;
		l->own.cursor = pos;
	}
	return SEMU_LOGIN_OK;
}

/* AuthMethod: CHAP where users are set up, None where none are (12.1). */
static uint16_t choose_method(struct semu_iscsi_login *l,
			      const struct semu_text_pair *p,
			      struct semu_text_out *o)
{
	bool guarded = semu_iscsi_guarded(l);
	const char *want = guarded ? "CHAP" : "None";
	const char *list = p->value, *item;
	uint32_t left = p->value_len, len;

	while (semu_text_item(&list, &left, &item, &len)) {
		if (!semu_text_is(item, len, want))
			continue;
		semu_text_pair(o, "AuthMethod", want);
		l->own.auth = guarded ? SEMU_AUTH_CHAP : SEMU_AUTH_NONE;
		l->own.chap_step = guarded ? SEMU_CHAP_METHOD : SEMU_CHAP_NONE;
		return SEMU_LOGIN_OK;
	}
	return SEMU_LOGIN_AUTH_FAILED;
}

static uint16_t security(struct semu_iscsi_login *l, struct semu_text_out *o)
{
	uint16_t status = semu_chap_answer(l, l->own.part, l->own.part_len, o);
	struct semu_text_pair p;

	if (!status &&
	    semu_text_find(l->own.part, l->own.part_len, "AuthMethod", &p))
		status = choose_method(l, &p, o);
	return status;
}

static bool authenticated(const struct semu_iscsi_login *l)
{
	return !semu_iscsi_guarded(l) || l->own.chap_step == SEMU_CHAP_DONE;
}

/* 13.9: in the first answer that can carry it. */
static void announce(struct semu_iscsi_login *l, struct semu_text_out *o)
{
	if (!l->target || l->own.sent_tag)
		return;
	if (l->target->alias[0])
		semu_text_pair(o, "TargetAlias", l->target->alias);
	semu_text_pair_number(o, "TargetPortalGroupTag", l->portal_tag);
	l->own.sent_tag = true;
}

static void declare(struct semu_iscsi_login *l, struct semu_text_out *o)
{
	if (l->own.sent_dsl)
		return;
	l->params.max_recv_dsl = l->node->limits.max_recv_dsl;
	semu_text_pair_number(o, "MaxRecvDataSegmentLength",
			      l->params.max_recv_dsl);
	l->own.sent_dsl = true;
}

/* Behind the keys: what they amount to together, and what we have to say. */
static uint16_t finish(struct semu_iscsi_login *l, struct semu_text_out *o)
{
	uint16_t status;

	if (semu_text_room(o) < FINISH_ROOM)
		return PAUSE;
	announce(l, o);
	if (l->own.stage == STAGE_SECURITY) {
		status = security(l, o);
		if (status)
			return status;
	} else {
		semu_keys_late(l, o);
		declare(l, o);
	}
	semu_wipe(l->own.part, l->own.part_len);
	l->own.part_len = l->own.cursor = 0;
	l->own.answering = false;
	return SEMU_LOGIN_OK;
}

/* The text is complete: before anything is answered, all of it is read. */
static uint16_t begin_answer(struct semu_iscsi_login *l,
			     struct semu_text_out *o)
{
	uint16_t status = semu_keys_identify(l, l->own.part, l->own.part_len);

	if (!status && !l->own.identified)
		status = semu_identity_settle(l, o);
	if (status)
		return status;
	l->own.identified = true;
	if (l->own.stage == STAGE_OPER && !authenticated(l))
		return SEMU_LOGIN_AUTH_FAILED;
	l->own.answering = true;
	return SEMU_LOGIN_OK;
}

static uint16_t answer(struct semu_iscsi_login *l, struct semu_text_out *o)
{
	uint16_t status = SEMU_LOGIN_OK;

	if (!l->own.answering)
		status = begin_answer(l, o);
	if (!status)
		status = answer_keys(l, o);
	if (!status)
		status = finish(l, o);
	return status;
}

/* T asks to leave the stage. While CHAP runs it is declined; without CHAP,
 * where it is required, there is nothing to wait for. */
static uint16_t transit(struct semu_iscsi_login *l, const uint8_t req[48],
			uint8_t rsp[48])
{
	if (!(req[1] & FLAG_T))
		return SEMU_LOGIN_OK;
	if (!authenticated(l))
		return l->own.auth == SEMU_AUTH_CHAP ? SEMU_LOGIN_OK
						     : SEMU_LOGIN_AUTH_FAILED;
	rsp[1] |= FLAG_T | nsg(req);
	l->own.stage = nsg(req);
	return SEMU_LOGIN_OK;
}

/* 13.14: FirstBurstLength never exceeds MaxBurstLength, in whichever order and
 * stage they came. */
static void settle_params(struct semu_iscsi_params *p)
{
	if (p->first_burst > p->max_burst)
		p->first_burst = p->max_burst;
}

static void begin_response(const uint8_t req[48], uint8_t rsp[48])
{
	memset(rsp, 0, 48);
	rsp[0] = OPCODE_RESPONSE;
	rsp[1] = (uint8_t)(csg(req) << 2);
	memcpy(rsp + 8, req + 8, 12); /* ISID, TSIH, ITT */
}

static void put_length(uint8_t rsp[48], uint32_t len)
{
	rsp[5] = (uint8_t)(len >> 16);
	rsp[6] = (uint8_t)(len >> 8);
	rsp[7] = (uint8_t)len;
}

void semu_iscsi_login_refuse(struct semu_iscsi_login *l, uint8_t rsp[48],
			     uint32_t *out_len, uint16_t status)
{
	l->status = status;
	/* 11.13.1: T, C and NSG mean nothing in a refusal. */
	rsp[1] &= 0x0c;
	rsp[36] = (uint8_t)(status >> 8);
	rsp[37] = (uint8_t)status;
	if (status >> 8 != 1)
		*out_len = 0; /* only a redirection comes with text */
	put_length(rsp, *out_len);
}

/* One request to its status; PAUSE is settled here. */
static uint16_t handle(struct semu_iscsi_login *l, const uint8_t req[48],
		       const uint8_t *text, uint32_t len, uint8_t rsp[48],
		       struct semu_text_out *o)
{
	uint16_t status = check(l, req, len);

	if (!status)
		status = gather(l, req, text, len);
	if (status || (req[1] & FLAG_C))
		return status; /* C: more to come, an empty answer */
	status = answer(l, o);
	if (status == PAUSE) {
		rsp[1] |= FLAG_C;
		return SEMU_LOGIN_OK;
	}
	return status ? status : transit(l, req, rsp);
}

enum semu_iscsi_login_next semu_iscsi_login_pdu(struct semu_iscsi_login *l,
						const uint8_t req[48],
						const uint8_t *text,
						uint32_t len, uint8_t rsp[48],
						uint8_t *out, uint32_t cap,
						uint32_t *out_len)
{
	struct semu_text_out o = { out, cap < LOGIN_DSL ? cap : LOGIN_DSL, 0,
				   0 };
	uint16_t status;

	begin_response(req, rsp);
	l->own.pdus++;
	status = handle(l, req, text, len, rsp, &o);
	*out_len = (uint32_t)o.pos;
	if (status) {
		semu_iscsi_login_refuse(l, rsp, out_len, status);
		return SEMU_LOGIN_FAIL;
	}
	l->status = SEMU_LOGIN_OK;
	put_length(rsp, *out_len);
	if (l->own.stage != STAGE_FULL)
		return SEMU_LOGIN_MORE;
	settle_params(&l->params);
	return SEMU_LOGIN_FULL;
}

int semu_iscsi_text(struct semu_iscsi_login *l, const uint8_t *text,
		    uint32_t len, uint8_t *out, uint32_t cap, uint32_t offset,
		    bool *more)
{
	struct semu_text_out o = { out, cap, offset, 0 };
	struct semu_text_pair p;
	uint32_t pos = 0, seen[2] = { 0, 0 };
	int r;

	*more = false;
	if (offset == 0)
		l->own.generation = l->node->generation;
	else if (l->own.generation != l->node->generation)
		return -1; /* the rest would belong to another answer */
	while ((r = semu_text_next(text, len, &pos, &l->node->bounds, &p)) > 0)
		if (!semu_keys_text(l, &p, seen, offset == 0, &o))
			return -1;
	if (r < 0)
		return -1;
	*more = o.pos > (uint64_t)offset + cap;
	if (o.pos <= offset)
		return 0;
	return (int)(*more ? cap : o.pos - offset);
}
