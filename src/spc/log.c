/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Log pages: their values as a part of the logical unit, and LOG SENSE (SPC-5
 * 6.8). A logical unit that logs is watched, so its commands go the long way;
 * others pay nothing.
 */
#include <string.h>

#include "spc/log.h"
#include "spc/spc.h"

#if SEMU_WITH_LOG

enum { VERSION = 2, ALL = 0xff, SPF = 0x40, DS = 0x80 };
enum { RLEC = 0x01 }; /* control mode page, byte 2 */
/* Behind this PAGE LENGTH could not count one more parameter of any length. */
enum { FULL = 0xffff - 0xff };

/* ---- Values ---- */

static const struct semu_log_value *row(const struct scsiemu_lu *lu,
					unsigned which)
{
	return &lu->type->log->values[which];
}

uint8_t *semu_log_bytes(const struct scsiemu_lu *lu, unsigned which,
			bool threshold)
{
	unsigned slot = threshold ? SCSIEMU_LOG_COUNT + which : which;

	return semu_log(lu)->record + SEMU_LOG_HEADER +
	       (size_t)SEMU_LOG_SLOT * (slot + 1) - row(lu, which)->len;
}

uint8_t *semu_log_client(const struct scsiemu_lu *lu, unsigned i)
{
	return semu_log(lu)->record + SEMU_LOG_CLIENTS_AT +
	       (size_t)SCSIEMU_LOG_CLIENT_LEN * i;
}

static uint64_t highest(const struct scsiemu_lu *lu, unsigned which)
{
	return UINT64_MAX >> (64 - 8 * row(lu, which)->len);
}

static uint64_t value(const struct scsiemu_lu *lu, unsigned which,
		      bool threshold)
{
	const uint8_t *p = semu_log_bytes(lu, which, threshold);
	uint64_t v = 0;

	for (unsigned n = row(lu, which)->len; n; n--)
		v = v << 8 | *p++;
	return v;
}

uint64_t semu_log_value(const struct scsiemu_lu *lu, unsigned which)
{
	return value(lu, which, false);
}

uint8_t *semu_log_control(const struct scsiemu_lu *lu, unsigned which)
{
	return semu_log(lu)->record + SEMU_LOG_CONTROLS_AT + which;
}

static void put_value(const struct scsiemu_lu *lu, unsigned which, uint64_t v)
{
	uint8_t *p = semu_log_bytes(lu, which, false);

	for (unsigned n = row(lu, which)->len; n; n--)
		*p++ = (uint8_t)(v >> 8 * (n - 1));
}

static bool known(const struct scsiemu_lu *lu, enum scsiemu_log which)
{
	return semu_log(lu) && (unsigned)which < SCSIEMU_LOG_COUNT &&
	       row(lu, which)->len;
}

void semu_log_begin(struct scsiemu_lu *lu, unsigned which)
{
	put_value(lu, which, row(lu, which)->initial);
	semu_log(lu)->saved = false;
}

static bool full(const struct scsiemu_lu *lu, unsigned which)
{
	return which < SCSIEMU_LOG_COUNTERS && row(lu, which)->len &&
	       semu_log_value(lu, which) == highest(lu, which);
}

bool semu_log_full(const struct scsiemu_lu *lu)
{
	unsigned i = 0;

	while (i < SCSIEMU_LOG_COUNTERS && !full(lu, i))
		i++;
	return i < SCSIEMU_LOG_COUNTERS;
}

/* Does the counter have to do with its threshold what TMC says? */
static bool meets(const struct scsiemu_lu *lu, unsigned which)
{
	uint64_t v = value(lu, which, false), t = value(lu, which, true);
	uint8_t control = *semu_log_control(lu, which);
	const bool criteria[] = { true, v == t, v != t, v > t };

	return control & SEMU_LOG_ETC &&
	       criteria[(control & SEMU_LOG_TMC) >> 2];
}

/* DISABLE UPDATE: only LOG SELECT changes it. */
static bool stands(const struct scsiemu_lu *lu, unsigned which)
{
	return which < SCSIEMU_LOG_COUNTERS &&
	       *semu_log_control(lu, which) & SEMU_LOG_DU;
}

/* A value has been updated (SPC-4 7.3.2.2): a counter at its highest value is
 * not any more. */
static void updated(struct scsiemu_lu *lu, unsigned which)
{
	semu_log(lu)->saved = false;
	if (which >= SCSIEMU_LOG_COUNTERS ||
	    (!full(lu, which) && !meets(lu, which)))
		return;
	if (full(lu, which))
		*semu_log_control(lu, which) |= SEMU_LOG_DU;
	if (semu_mode_current(lu, 0x0a, 0)[2] & RLEC)
		semu_ua_lu(lu, SEMU_UA_LOG_EXCEPTION, NULL);
}

/* The extremes since power on. */
static void note_temperature(struct semu_log *s, uint64_t v)
{
	uint8_t now = (uint8_t)(v < SEMU_LOG_DEGREES ? v : SEMU_LOG_DEGREES);

	if (v == 0xff) /* not known */
		return;
	if (s->warmest == SEMU_LOG_NO_DEGREES || now > s->warmest)
		s->warmest = now;
	if (s->coldest == SEMU_LOG_NO_DEGREES || now < s->coldest)
		s->coldest = now;
}

int scsiemu_log_set(struct scsiemu_lu *lu, enum scsiemu_log which, uint64_t v)
{
	if (!known(lu, which) || v > highest(lu, which))
		return SCSIEMU_ERR_ARG;
	if (stands(lu, which))
		return 0;
	put_value(lu, which, v);
	if (which == SCSIEMU_LOG_TEMPERATURE)
		note_temperature(semu_log(lu), v);
	updated(lu, which);
	return 0;
}

int scsiemu_log_add(struct scsiemu_lu *lu, enum scsiemu_log which, uint64_t n)
{
	uint64_t is, room;

	if (!known(lu, which))
		return SCSIEMU_ERR_ARG;
	if (!n || stands(lu, which))
		return 0;
	is = semu_log_value(lu, which);
	room = highest(lu, which) - is;
	put_value(lu, which, is + (n < room ? n : room));
	updated(lu, which);
	return 0;
}

int scsiemu_log_get(const struct scsiemu_lu *lu, enum scsiemu_log which,
		    uint64_t *v)
{
	if (!known(lu, which))
		return SCSIEMU_ERR_ARG;
	*v = semu_log_value(lu, which);
	return 0;
}

/* ---- The part ---- */

static uint8_t clients(const struct scsiemu_lu_config *cf)
{
	return cf->log_clients < SCSIEMU_LOG_CLIENTS ? cf->log_clients
						     : SCSIEMU_LOG_CLIENTS;
}

static uint32_t record_len(uint8_t nclients)
{
	return SEMU_LOG_CLIENTS_AT +
	       SCSIEMU_LOG_CLIENT_LEN * (uint32_t)nclients;
}

static uint32_t part_size(const struct scsiemu_lu_config *cf)
{
	if (!cf->logs)
		return 0;
	return sizeof(struct semu_log) + record_len(clients(cf));
}

static int init(struct scsiemu_lu *lu, void *mem,
		const struct scsiemu_lu_config *cf)
{
	struct semu_log *s = mem;

	s->clients = clients(cf);
	s->warmest = s->coldest = SEMU_LOG_NO_DEGREES;
	s->record[0] = VERSION;
	s->record[1] = SCSIEMU_LOG_COUNT;
	s->record[2] = SCSIEMU_LOG_COUNTERS;
	s->record[3] = s->clients;
	for (unsigned i = 0; i < SCSIEMU_LOG_COUNT; i++)
		put_value(lu, i, row(lu, i)->initial);
	semu_lu_watch(lu, SEMU_PART_LOG, true);
	return 0;
}

static void loaded(struct scsiemu_lu *lu)
{
	lu->able |= SCSIEMU_NEED_LOG;
}

uint64_t semu_powered_ms(const struct scsiemu_lu *lu)
{
	const struct semu_log *s = semu_log(lu);

	return lu->dev->now - lu->dev->began + (s ? s->powered : 0);
}

/* What was counted, unless LOG SELECT has saved other values since. */
static int restore_counted(struct semu_log *s, const uint8_t *buf, uint32_t len)
{
	if (len != SEMU_LOG_COUNTED_LEN || buf[1] != SCSIEMU_LOG_COUNT)
		return SCSIEMU_ERR_ARG;
	s->powered = semu_be64(buf + SEMU_LOG_HEADER);
	if (!memcmp(buf + 2, s->record + SEMU_LOG_SAVE_AT, 2))
		memcpy(s->record + SEMU_LOG_HEADER,
		       buf + SEMU_LOG_HEADER + SEMU_LOG_SLOT,
		       SEMU_LOG_SLOT * SCSIEMU_LOG_COUNT);
	return 0;
}

static int restore(struct scsiemu_lu *lu, const uint8_t *buf, uint32_t len)
{
	enum { CONTROLS = SEMU_LOG_CLIENTS_AT - SEMU_LOG_CONTROLS_AT };
	struct semu_log *s = semu_log(lu);
	bool old = len && buf[0] == 1;
	uint32_t all = record_len(s->clients), none = old ? CONTROLS : 0;

	if (len && buf[0] == SEMU_LOG_COUNTED)
		return restore_counted(s, buf, len);
	if (len != all - none || buf[0] != (old ? 1 : VERSION) ||
	    memcmp(buf + 1, s->record + 1, SEMU_LOG_HEADER - 1) != 0)
		return SCSIEMU_ERR_ARG;
	memcpy(s->record + 1, buf + 1, SEMU_LOG_CONTROLS_AT - 1);
	if (!old)
		memcpy(s->record + SEMU_LOG_CONTROLS_AT,
		       buf + SEMU_LOG_CONTROLS_AT, CONTROLS);
	memcpy(s->record + SEMU_LOG_CLIENTS_AT,
	       buf + SEMU_LOG_CLIENTS_AT - none, all - SEMU_LOG_CLIENTS_AT);
	return 0;
}

static uint32_t unsaved(struct scsiemu_lu *lu, uint8_t *buf, uint32_t *len)
{
	struct semu_log *s = semu_log(lu);

	if (s->saved || !semu_can_save(lu) || *len < SEMU_LOG_COUNTED_LEN)
		return 0;
	s->saved = true;
	buf[0] = SEMU_LOG_COUNTED;
	buf[1] = SCSIEMU_LOG_COUNT;
	memcpy(buf + 2, s->record + SEMU_LOG_SAVE_AT, 2);
	semu_put64(buf + SEMU_LOG_HEADER, semu_powered_ms(lu));
	memcpy(buf + SEMU_LOG_HEADER + SEMU_LOG_SLOT,
	       s->record + SEMU_LOG_HEADER, SEMU_LOG_SLOT * SCSIEMU_LOG_COUNT);
	*len = SEMU_LOG_COUNTED_LEN;
	return SCSIEMU_NV_COUNTERS;
}

/* Since the last command ended nobody was there, but perhaps this one. */
static bool was_idle(const struct scsiemu_cmd *c)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	const struct semu_ring *own = &semu_ctx(c)->entry.ring;
	const struct semu_ring *first = lu->tasks.next;

	return first == &lu->tasks || (first == own && own->next == &lu->tasks);
}

/* When a command ran is kept where a task management function has its
 * deadline. */
static int begin(struct scsiemu_cmd *c)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_log *s = semu_log(lu);

	if (was_idle(c))
		scsiemu_log_add(lu, SCSIEMU_LOG_IDLE_MS,
				lu->dev->now - s->idle_since);
	s->idle_since = lu->dev->now;
	semu_ctx(c)->deadline = lu->dev->now;
	return 0;
}

static int finish(struct scsiemu_cmd *c)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_log *s = semu_log(lu);
	bool stopped = lu->guards & SCSIEMU_ON_STOPPED;

	if (s->stopped && !stopped)
		scsiemu_log_add(lu, SCSIEMU_LOG_CYCLES, 1);
	s->stopped = stopped;
	s->idle_since = lu->dev->now;
	lu->type->log->count(c, lu->dev->now - semu_ctx(c)->deadline);
	return semu_exception_finish(c);
}

/* Before it was begun: an error made on purpose, a block that cannot be read.
 */
static void refused(struct scsiemu_cmd *c)
{
	scsiemu_cmd_lu(c)->type->log->count(c, 0);
}

const struct semu_part_type semu_log_part = {
	.part = SEMU_PART_LOG,
	.nv = SCSIEMU_NV_LOG,
	.nv_last = SCSIEMU_NV_COUNTERS,
	.size = part_size,
	.init = init,
	.loaded = loaded,
	.restore = restore,
	.unsaved = unsaved,
	.tick = semu_exception_tick,
	.begin = begin,
	.refused = refused,
	.finish = finish,
};

/* ---- Pages and their parameters ---- */

const struct semu_log_page *semu_log_find(const struct scsiemu_lu *lu,
					  unsigned code, unsigned sub)
{
	const struct semu_log_page *const *p = lu->type->log->pages;

	for (; *p; p++)
		if ((*p)->code == code && (*p)->sub == sub)
			return semu_log_has(lu, *p) ? *p : NULL;
	return NULL;
}

/* The values from at->value on that are of this page, as one parameter. */
static bool next_of_values(const struct scsiemu_lu *lu, unsigned page,
			   struct semu_log_param *at)
{
	const struct semu_log_value *v = lu->type->log->values;
	unsigned i = at->value + at->n;

	while (i < SCSIEMU_LOG_COUNT && (v[i].page != page || !v[i].len))
		i++;
	if (i == SCSIEMU_LOG_COUNT)
		return false;
	*at = (struct semu_log_param){ .code = v[i].code,
				       .control = v[i].format,
				       .value = (uint8_t)i };
	if (!semu_can_save(lu))
		at->control |= SEMU_LOG_TSD;
	if (i < SCSIEMU_LOG_COUNTERS) {
		at->control |= *semu_log_control(lu, i);
		at->by_host = SEMU_LOG_CONTROL;
	}
	for (; i < SCSIEMU_LOG_COUNT && v[i].page == page &&
	       v[i].code == at->code;
	     i++) {
		at->len = (uint8_t)(at->len + v[i].len);
		at->n++;
	}
	return true;
}

bool semu_log_next(const struct scsiemu_lu *lu, const struct semu_log_page *p,
		   struct semu_log_param *at)
{
	unsigned code = at->i ? at->code + 1u : p->first;

	if (!p->count)
		return next_of_values(lu, semu_log_key(p), at);
	if (p->skip && at->i)
		at->i = p->skip(lu, at->i);
	if (at->i >= p->count(lu))
		return false;
	at->code = p->code_of ? p->code_of(lu, at->i) : (uint16_t)code;
	at->control = SEMU_LOG_LIST;
	if (semu_log_is_client(p)) {
		at->control |= SEMU_LOG_TSD;
		at->len = SCSIEMU_LOG_CLIENT_LEN;
	}
	at->i++;
	return true;
}

/* ---- LOG SENSE ---- */

/* Values for page control pc: 0 threshold, 1 cumulative, 2 and 3 their
 * defaults. Lists have only one value (SPC-5 6.8: PC is ignored). */
static void put_values(const struct scsiemu_lu *lu,
		       const struct semu_log_param *at, unsigned pc,
		       struct scsiemu_wr *w)
{
	for (unsigned i = at->value; i < at->value + at->n; i++) {
		const struct semu_log_value *v = row(lu, i);
		bool counter = v->format == SEMU_LOG_COUNTER;
		bool threshold = counter && !(pc & 1);

		if (counter && pc & 2)
			scsiemu_wr_zero(w, v->len);
		else
			scsiemu_wr_bytes(w, semu_log_bytes(lu, i, threshold),
					 v->len);
	}
}

static void put_param(const struct scsiemu_lu *lu,
		      const struct semu_log_page *p,
		      const struct semu_log_param *at, unsigned pc,
		      struct scsiemu_wr *w)
{
	uint32_t start;

	scsiemu_wr_be16(w, at->code);
	scsiemu_wr_u8(w, at->control);
	scsiemu_wr_u8(w, 0);
	start = scsiemu_wr_tell(w);
	if (p->count)
		p->put(lu, at->i - 1, w);
	else
		put_values(lu, at, pc, w);
	scsiemu_wr_len(w, start - 1, 1, 0);
}

/* Parameters from the parameter pointer on, as many as one page can have; a
 * pointer that is larger than all codes is wrong. */
static int put_params(struct scsiemu_cmd *c, const struct semu_log_page *p,
		      struct scsiemu_wr *w)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	unsigned from = semu_be16(c->cdb + 5);
	struct semu_log_param at = { 0 };
	bool any = false;

	while (scsiemu_wr_tell(w) <= FULL && semu_log_next(lu, p, &at)) {
		if (at.code < from)
			continue;
		put_param(lu, p, &at, c->cdb[2] >> 6, w);
		any = true;
	}
	if (!any && from)
		return scsiemu_fail_cdb(c, 5, SCSIEMU_NO_BIT);
	return SCSIEMU_FINISHED;
}

/* Pages and subpages, of a page code or, 00h, of all: pairs. The last of each
 * code is the list of them, FFh. False: there are none. */
static bool put_pairs(const struct scsiemu_lu *lu, unsigned code,
		      struct scsiemu_wr *w)
{
	const struct semu_log_page *const *p = lu->type->log->pages;
	unsigned list = code ? 0 : ALL;

	if (!code)
		scsiemu_wr_be16(w, 0);
	for (; *p; p++) {
		if (!semu_log_has(lu, *p) || (code && code != (*p)->code))
			continue;
		if (list && list >> 8 != (*p)->code)
			scsiemu_wr_be16(w, list);
		list = (unsigned)(*p)->code << 8 | ALL;
		scsiemu_wr_be16(w, semu_log_key(*p));
	}
	if (list)
		scsiemu_wr_be16(w, list);
	return list;
}

/* 00h: the pages with subpage code 0. */
static void put_codes(const struct scsiemu_lu *lu, struct scsiemu_wr *w)
{
	const struct semu_log_page *const *p = lu->type->log->pages;

	scsiemu_wr_u8(w, 0);
	for (; *p; p++)
		if (!(*p)->sub && semu_log_has(lu, *p))
			scsiemu_wr_u8(w, (*p)->code);
}

static int put_list(struct scsiemu_cmd *c, unsigned code, bool pairs,
		    struct scsiemu_wr *w)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);

	if (semu_be16(c->cdb + 5))
		return scsiemu_fail_cdb(c, 5, SCSIEMU_NO_BIT);
	if (!pairs)
		put_codes(lu, w);
	else if (!put_pairs(lu, code, w))
		return scsiemu_fail_cdb(c, 2, 5);
	return SCSIEMU_FINISHED;
}

/* The page code is wrong, or only the subpage code. */
static int no_page(struct scsiemu_cmd *c, unsigned code)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	const struct semu_log_page *const *p = lu->type->log->pages;

	for (; *p; p++)
		if ((*p)->code == code && semu_log_has(lu, *p))
			return scsiemu_fail_cdb(c, 3, SCSIEMU_NO_BIT);
	return code ? scsiemu_fail_cdb(c, 2, 5)
		    : scsiemu_fail_cdb(c, 3, SCSIEMU_NO_BIT);
}

/* DS: SP saves nothing of this page. */
static unsigned header(const struct scsiemu_lu *lu,
		       const struct semu_log_page *p)
{
	bool saved = semu_can_save(lu) && p &&
		     (!p->count || semu_log_is_client(p));

	return saved ? 0 : DS;
}

int semu_log_sense(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	unsigned code = c->cdb[2] & 0x3f, sub = c->cdb[3];
	bool list = sub == ALL || (!code && !sub);
	const struct semu_log_page *p = list ? NULL
					     : semu_log_find(lu, code, sub);
	int rc;

	if (!list && !p)
		return no_page(c, code);
	scsiemu_wr_u8(w, (list ? 0 : header(lu, p)) | (sub ? SPF : 0) | code);
	scsiemu_wr_u8(w, sub);
	scsiemu_wr_be16(w, 0);
	rc = list ? put_list(c, code, sub == ALL, w) : put_params(c, p, w);
	scsiemu_wr_len(w, 2, 2, 0);
	return rc;
}

uint64_t semu_log_told(const struct scsiemu_cmd *c)
{
	enum { POINTER = 5, HEAD = 4, PARAM = 5, FLAGS = 64 };
	unsigned from = semu_be16(c->cdb + POINTER);
	uint32_t n = c->in_done < HEAD ? 0 : (c->in_done - HEAD) / PARAM;

	from -= from != 0; /* the first parameter is 1 */
	if (!n || from >= FLAGS)
		return 0;
	return (n < FLAGS ? ~(UINT64_MAX >> n) : UINT64_MAX) >> from;
}

#endif
