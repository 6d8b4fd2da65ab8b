/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * LOG SELECT (SPC-5 6.7). The list is judged whole; then what it says and what
 * is there change places, so that a save that fails, or an abort, can change
 * them back. Without a list, parameters are set to their defaults.
 */
#include <string.h>

#include "core/engine.h"
#include "spc/log.h"
#include "spc/spc.h"

#if SEMU_WITH_LOG

enum { SP = 0x01, PCR = 0x02 };	 /* byte 1 of the CDB */
enum { DS = 0x80, SPF = 0x40 };	 /* byte 0 of a page */
enum { HEADER = 4, ALL = 0xff }; /* of a page, and of a parameter */
enum { LEN = 0, CHANGED = 1 };	 /* own[]: of the list; others are told */
enum { THRESHOLD, CUMULATIVE, DEFAULT = 2 }; /* PC, and a bit of it */

static unsigned page_control(const struct scsiemu_cmd *c)
{
	return c->cdb[2] >> 6;
}

static int bad(struct scsiemu_cmd *c, uint16_t asc, uint32_t at, uint8_t bit)
{
	return scsiemu_fail_param(c, asc, (uint16_t)at, bit);
}

static int bad_field(struct scsiemu_cmd *c, uint32_t at, uint8_t bit)
{
	return bad(c, SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST, at, bit);
}

/* ---- Where a parameter's bytes are ---- */

/* Piece i of a parameter, of *len bytes; NULL: there are no more. *host: a
 * host may change it; *counter: it has a threshold. */
static uint8_t *piece(const struct scsiemu_lu *lu,
		      const struct semu_log_param *at, unsigned i, unsigned pc,
		      uint8_t *len, bool *host, bool *counter)
{
	const struct semu_log_value *v = &lu->type->log->values[at->value + i];

	*host = true;
	*counter = false;
	*len = SCSIEMU_LOG_CLIENT_LEN;
	if (!at->n)
		return i ? NULL : semu_log_client(lu, at->i - 1);
	if (i >= at->n)
		return NULL;
	*len = v->len;
	*host = v->host;
	*counter = v->format == SEMU_LOG_COUNTER;
	return semu_log_bytes(lu, at->value + i, *counter && !(pc & 1));
}

static bool find(const struct scsiemu_lu *lu, const struct semu_log_page *p,
		 unsigned code, struct semu_log_param *at)
{
	memset(at, 0, sizeof(*at));
	while (semu_log_next(lu, p, at))
		if (at->code == code)
			return true;
	return false;
}

/* ---- Judging the list ---- */

/* The values of one parameter, `at` in the list. */
static int judge_values(struct scsiemu_cmd *c, const struct semu_log_param *p,
			uint8_t *list, uint32_t at)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	unsigned pc = page_control(c);
	bool host, counter;
	const uint8_t *is;
	uint8_t len;

	for (unsigned i = 0; (is = piece(lu, p, i, pc, &len, &host, &counter));
	     i++, at += len) {
		if (counter && pc & DEFAULT)
			memset(list + at, 0, len);
		if (!memcmp(list + at, is, len))
			continue;
		if (!host)
			return bad(c, SCSIEMU_ASC_PARAMETER_VALUE_INVALID, at,
				   SCSIEMU_NO_BIT);
		scsiemu_cmd_own(c)[CHANGED] = 1;
	}
	return 0;
}

static uint8_t highest(unsigned bits)
{
	uint8_t bit = 7;

	while (!(bits >> bit & 1))
		bit--;
	return bit;
}

/* *last: one more than the code in front of it. */
static int judge_param(struct scsiemu_cmd *c, const struct semu_log_page *p,
		       uint8_t *list, uint32_t at, uint32_t left,
		       uint32_t *last)
{
	struct semu_log_param param;
	unsigned code, wrong;

	if (left < HEADER || left - HEADER < list[at + 3])
		return bad_field(c, at, SCSIEMU_NO_BIT); /* cut */
	code = semu_be16(list + at);
	if (code < *last)
		return bad_field(c, at, SCSIEMU_NO_BIT);
	*last = code + 1;
	if (!find(scsiemu_cmd_lu(c), p, code, &param))
		return bad(c, SCSIEMU_ASC_PARAMETER_NOT_SUPPORTED, at,
			   SCSIEMU_NO_BIT);
	if (page_control(c) & DEFAULT)
		list[at + 2] &= (uint8_t)~param.by_host;
	wrong = list[at + 2] ^ param.control;
	if (wrong & ~(unsigned)param.by_host)
		return bad_field(c, at + 2,
				 highest(wrong & ~(unsigned)param.by_host));
	if (wrong)
		scsiemu_cmd_own(c)[CHANGED] = 1;
	if (list[at + 3] != param.len)
		return bad_field(c, at + 3, SCSIEMU_NO_BIT);
	return judge_values(c, &param, list, at + HEADER);
}

/* A page that LOG SELECT can set. */
static const struct semu_log_page *page_at(const struct scsiemu_lu *lu,
					   const uint8_t *h)
{
	const struct semu_log_page *p = semu_log_find(lu, h[0] & 0x3f,
						      h[0] & SPF ? h[1] : 0);

	return p && p->count && !semu_log_is_client(p) ? NULL : p;
}

/* *last: one more than the page in front of it. */
static int judge_page(struct scsiemu_cmd *c, struct scsiemu_rd *r,
		      uint32_t *last)
{
	uint32_t at = scsiemu_rd_tell(r), len, param = 0, done = 0;
	uint8_t *h = r->buf + at;
	const struct semu_log_page *p;

	if (!scsiemu_rd_need(r, HEADER))
		return SCSIEMU_FAILED;
	p = page_at(scsiemu_cmd_lu(c), h);
	if (!p || semu_log_key(p) < *last)
		return bad_field(c, at, 5);
	if (h[1] != p->sub)
		return bad_field(c, at + 1, SCSIEMU_NO_BIT);
	*last = semu_log_key(p) + 1;
	len = semu_be16(h + 2);
	scsiemu_rd_skip(r, HEADER);
	if (!scsiemu_rd_need(r, len))
		return SCSIEMU_FAILED;
	scsiemu_rd_skip(r, len);
	while (done < len) {
		uint32_t there = at + HEADER + done;
		int rc = judge_param(c, p, r->buf, there, len - done, &param);

		if (rc)
			return rc;
		done += HEADER + (uint32_t)r->buf[there + 3];
	}
	return 0;
}

/* ---- Taking it ---- */

static void swap(uint8_t *a, uint8_t *b, unsigned n)
{
	while (n--) {
		uint8_t was = *a;

		*a++ = *b;
		*b++ = was;
	}
}

static void exchange_param(struct scsiemu_cmd *c, const struct semu_log_page *p,
			   uint8_t *list)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_log_param param;
	bool host, counter;
	uint8_t len, *is;

	find(lu, p, semu_be16(list), &param);
	if (param.by_host) {
		uint8_t *control = semu_log_control(lu, param.value);
		uint8_t now = list[2] & param.by_host;

		list[2] ^= now ^ *control;
		*control = now;
	}
	list += HEADER;
	for (unsigned i = 0; (is = piece(lu, &param, i, page_control(c), &len,
					 &host, &counter));
	     i++, list += len)
		if (host)
			swap(is, list, len);
}

/* The pages of the list that have this DS bit. */
static void exchange(struct scsiemu_cmd *c, unsigned ds)
{
	uint32_t len = (uint32_t)scsiemu_cmd_own(c)[LEN], at = 0, end;

	while (at < len) {
		uint8_t *h = c->scratch + at;
		const struct semu_log_page *p = page_at(scsiemu_cmd_lu(c), h);
		bool takes = (h[0] & DS) == ds;

		at += HEADER;
		end = at + semu_be16(h + 2);
		for (; at < end; at += HEADER + (uint32_t)c->scratch[at + 3])
			if (takes)
				exchange_param(c, p, c->scratch + at);
	}
}

/* ---- Without a list ---- */

/* What value `which` is to become. False: it stays. */
static bool resets(const struct scsiemu_cmd *c, const struct semu_log_value *v)
{
	unsigned pc = page_control(c);

	return v->host && (c->cdb[1] & PCR || pc & DEFAULT);
}

static void reset_value(struct scsiemu_cmd *c, unsigned which)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	const struct semu_log_value *v = &lu->type->log->values[which];
	bool counter = v->format == SEMU_LOG_COUNTER, all = c->cdb[1] & PCR;
	unsigned pc = page_control(c);

	if (!resets(c, v))
		return;
	if (all || !counter || pc & CUMULATIVE)
		semu_log_begin(lu, which);
	if (counter && (all || !(pc & CUMULATIVE)))
		memset(semu_log_bytes(lu, which, true), 0, v->len);
	if (counter)
		*semu_log_control(lu, which) = 0;
	scsiemu_cmd_own(c)[CHANGED] = 1;
}

static void reset_page(struct scsiemu_cmd *c, const struct semu_log_page *p)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	const struct semu_log_value *v = lu->type->log->values;

	if (!(c->cdb[1] & PCR) && !(page_control(c) & DEFAULT))
		return;
	for (unsigned i = 0; i < SCSIEMU_LOG_COUNT; i++)
		if (v[i].page == semu_log_key(p))
			reset_value(c, i);
	if (semu_log_is_client(p))
		memset(semu_log_client(lu, 0), 0,
		       (size_t)SCSIEMU_LOG_CLIENT_LEN * semu_log(lu)->clients);
	if (p->clear)
		p->clear(lu);
	if (semu_log_is_client(p) || p->clear)
		scsiemu_cmd_own(c)[CHANGED] = 1;
}

/* PAGE CODE and SUBPAGE CODE: 00h, with 00h or FFh, is all of them; subpage
 * code FFh all of that code. */
static int reset_pages(struct scsiemu_cmd *c)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	unsigned code = c->cdb[2] & 0x3f, sub = c->cdb[3], n = 0;
	bool all = !code && (!sub || sub == ALL);

	for (const struct semu_log_page *const *p = lu->type->log->pages; *p;
	     p++) {
		if (!semu_log_has(lu, *p) || (!all && code != (*p)->code) ||
		    (!all && sub != ALL && sub != (*p)->sub))
			continue;
		reset_page(c, *p);
		n++;
	}
	return n ? 0 : scsiemu_fail_cdb(c, 2, 5);
}

/* ---- The command ---- */

static int finish(struct scsiemu_cmd *c)
{
	if (c->cdb[1] & SP)
		exchange(c, DS);
	if (scsiemu_cmd_own(c)[CHANGED])
		semu_ua_lu(scsiemu_cmd_lu(c), SEMU_UA_LOG, semu_ctx(c)->nexus);
	return SCSIEMU_FINISHED;
}

/* Counters that were saved before it are not to come back after it. */
static void count_save(struct scsiemu_cmd *c, int n)
{
	uint8_t *p = semu_log(scsiemu_cmd_lu(c))->record + SEMU_LOG_SAVE_AT;

	semu_put16(p, semu_be16(p) + (unsigned)n);
}

/* It was saved, or could not be. */
int semu_log_selected(struct scsiemu_cmd *c, int result)
{
	if (result >= 0)
		return finish(c);
	count_save(c, -1);
	exchange(c, 0);
	if (result != SCSIEMU_E_ABORTED)
		semu_fail_result(c, result, 0);
	return SCSIEMU_FAILED;
}

static int take(struct scsiemu_cmd *c)
{
	struct semu_log *s = semu_log(scsiemu_cmd_lu(c));

	exchange(c, 0);
	if (c->cdb[1] & SP)
		count_save(c, 1);
	if (c->cdb[1] & SP)
		return scsiemu_want_buffer(
			c, NULL, SCSIEMU_V_NV_SAVE, 0, SCSIEMU_NV_LOG,
			s->record,
			SEMU_LOG_CLIENTS_AT +
				SCSIEMU_LOG_CLIENT_LEN * (uint32_t)s->clients);
	exchange(c, DS);
	return finish(c);
}

/* The list says itself which pages it is of; PCR is for commands without. */
static int judge(struct scsiemu_cmd *c, struct scsiemu_rd *r)
{
	uint32_t last = 0;
	int rc = 0;

	if (c->cdb[1] & PCR)
		return scsiemu_fail_cdb(c, 1, 1);
	if (c->cdb[2] & 0x3f)
		return scsiemu_fail_cdb(c, 2, 5);
	if (c->cdb[3])
		return scsiemu_fail_cdb(c, 3, SCSIEMU_NO_BIT);
	scsiemu_cmd_own(c)[LEN] = scsiemu_rd_left(r);
	while (!rc && scsiemu_rd_left(r))
		rc = judge_page(c, r, &last);
	return rc;
}

int semu_log_select(struct scsiemu_cmd *c, struct scsiemu_rd *r)
{
	int rc;

	if (c->cdb[1] & SP && !semu_can_save(scsiemu_cmd_lu(c)))
		return scsiemu_fail_cdb(c, 1, 0);
	rc = scsiemu_cmd_count(c) ? judge(c, r) : reset_pages(c);
	return rc ? rc : take(c);
}

#endif
