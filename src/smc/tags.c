/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SEND VOLUME TAG and REQUEST VOLUME ELEMENT ADDRESS (SMC-3 6.12, 6.11). What
 * is looked for is remembered, not what was found: the answer is what is true
 * when it is asked for.
 */
#include <string.h>

#include "smc/smc.h"

enum { TYPE = 0x0f, VOLTAG = 0x10, ACTION = 0x1f };
enum { LIST = 40, TAG_AT = 64, HEADER = 8 };

/* SEND ACTION CODE */
enum {
	ALL,		  /* translate: search all tags */
	PRIMARY,	  /* ... primary tags */
	ALTERNATE,	  /* ... alternate ones */
	ANY_SEQUENCE = 4, /* bit: the sequence number does not matter */
	TRANSLATES = 7,
	ASSERT = 8, /* the alternate tag is the next code, each time */
	REPLACE = 10,
	UNDEFINE = 12
};

/* ---- What a tag is ---- */

/* Text without the spaces behind it. False: not printable. */
static bool text(char id[SCSIEMU_TAG_MAX + 1], const uint8_t *from)
{
	unsigned n = 0;

	for (unsigned i = 0; i < SCSIEMU_TAG_MAX; i++) {
		id[i] = (char)(from[i] ? from[i] : ' ');
		if (id[i] < ' ' || id[i] > '~')
			return false;
		if (id[i] != ' ')
			n = i + 1;
	}
	memset(id + n, 0, SCSIEMU_TAG_MAX + 1 - n);
	return true;
}

static bool has(const char *s, char c)
{
	while (*s && *s != c)
		s++;
	return *s;
}

/* Does the tag match a template with * (any number of characters) and ? (any
 * one)? */
static bool matches(const char *t, const char *s)
{
	const char *star = NULL, *from = s;

	while (*s) {
		if (*t == '*') {
			star = t++;
			from = s;
		} else if (*t == '?' || *t == *s) {
			t++;
			s++;
		} else if (star) {
			t = star + 1;
			s = ++from;
		} else {
			return false;
		}
	}
	while (*t == '*')
		t++;
	return !*t;
}

static bool found(const struct scsiemu_lu *lu, const struct semu_smc_search *f,
		  uint16_t addr)
{
	struct scsiemu_element e;

	if (f->alternate || addr < f->start ||
	    (f->type && f->type != semu_smc_type(lu, addr)))
		return false;
	semu_smc_element(lu, addr, &e);
	if (!e.full || !e.tag.id[0] || !matches(f->id, e.tag.id))
		return false;
	return !f->sequence ||
	       (e.tag.sequence >= f->lowest && e.tag.sequence <= f->highest);
}

/* ---- SEND VOLUME TAG ---- */

static unsigned action(const struct scsiemu_cmd *c)
{
	return c->cdb[5] & ACTION;
}

static bool translates(unsigned code)
{
	return code <= TRANSLATES && code % ANY_SEQUENCE <= ALTERNATE;
}

/* Does it set or remove a primary tag, and may a host? */
static bool sets(const struct scsiemu_lu *lu, unsigned code)
{
	return lu->able & SCSIEMU_CHANGER_TAG &&
	       (code == ASSERT || code == REPLACE || code == UNDEFINE);
}

static int begin(struct scsiemu_cmd *c)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint16_t len = semu_be16(c->cdb + 8);
	unsigned type = c->cdb[1] & TYPE;

	if (type >= SCSIEMU_ELEMENT_TYPES)
		return scsiemu_fail_cdb(c, 1, 3);
	if (!translates(action(c)) && !sets(lu, action(c)))
		return scsiemu_fail_cdb(c, 5, 4);
	if (!translates(action(c))) {
		unsigned is = semu_smc_type(lu, semu_be16(c->cdb + 2));

		if (is <= SCSIEMU_ELEMENT_MT || (type && type != is))
			return semu_smc_bad_address(c, 2);
	}
	if (len < LIST && !(action(c) == UNDEFINE && !len))
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_PARAMETER_LIST_LENGTH);
	return scsiemu_want_recv(c, 0, c->scratch, len ? LIST : 0);
}

static int remember(struct scsiemu_cmd *c)
{
	struct semu_smc_reader *r = semu_smc_reader(c, true);
	unsigned code = action(c);
	struct semu_smc_search f = {
		.valid = true,
		.sequence = !(code & ANY_SEQUENCE),
		.alternate = code % ANY_SEQUENCE == ALTERNATE,
		.action = (uint8_t)code,
		.type = c->cdb[1] & TYPE,
		.start = semu_be16(c->cdb + 2),
		.lowest = semu_be16(c->scratch + 34),
		.highest = semu_be16(c->scratch + 38),
	};

	if (!text(f.id, c->scratch))
		return scsiemu_fail_param(
			c, SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST, 0,
			SCSIEMU_NO_BIT);
	if (r)
		r->search = f;
	return SCSIEMU_FINISHED;
}

static int set(struct scsiemu_cmd *c)
{
	struct scsiemu_changer_tag *tag = (void *)(c->scratch + TAG_AT);
	uint16_t addr = semu_be16(c->cdb + 2);
	struct scsiemu_element e;

	memset(tag, 0, sizeof(*tag));
	semu_smc_element(scsiemu_cmd_lu(c), addr, &e);
	if (!e.full)
		return semu_smc_failed(c, SCSIEMU_E_NO_OBJECT);
	if (action(c) != UNDEFINE) {
		/* a tag is not what is searched with, and asserting is not
		 * replacing */
		if (!text(tag->id, c->scratch) || !tag->id[0] ||
		    tag->id[0] == ' ' || has(tag->id, '*') || has(tag->id, '?'))
			return scsiemu_fail_param(
				c, SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST,
				0, SCSIEMU_NO_BIT);
		if (action(c) == ASSERT && e.tag.id[0])
			return scsiemu_fail_cdb(c, 5, 4);
		tag->sequence = semu_be16(c->scratch + 34);
	}
	scsiemu_want_buffer(c, NULL, SCSIEMU_V_TAG, addr, 0, tag, sizeof(*tag));
	c->flags = SCSIEMU_CHANGES;
	return SCSIEMU_WANTS;
}

int semu_smc_send_tag(struct scsiemu_cmd *c, int result)
{
	unsigned step = (*scsiemu_cmd_step(c))++;

	if (result < 0)
		return semu_smc_failed(c, result);
	if (step == 0)
		return begin(c);
	if (step > 1)
		return SCSIEMU_FINISHED;
	if (semu_be16(c->cdb + 8) && scsiemu_cmd_got(c) < LIST)
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_PARAMETER_LIST_LENGTH);
	return translates(action(c)) ? remember(c) : set(c);
}

/* ---- REQUEST VOLUME ELEMENT ADDRESS ---- */

/* The next element from addr on that is of the page and found; false: none. */
static bool next(const struct scsiemu_lu *lu, const struct semu_smc_search *f,
		 const struct semu_smc_page *p, uint32_t *i)
{
	while (*i < p->n && !found(lu, f, (uint16_t)(p->first + *i)))
		(*i)++;
	return *i < p->n;
}

/* Of the elements that a page could have, how many are found, at most left:
 * they are the page's n then, from the first one on. */
static uint32_t count(const struct scsiemu_lu *lu,
		      const struct semu_smc_search *f,
		      const struct semu_smc_page *p, uint32_t left)
{
	uint32_t n = 0;

	for (uint32_t i = 0; n < left && next(lu, f, p, &i); i++)
		n++;
	return n;
}

static void put_found(const struct scsiemu_lu *lu, struct scsiemu_wr *w,
		      const struct semu_smc_search *f,
		      const struct semu_smc_page *all,
		      const struct semu_smc_page *p)
{
	uint32_t i = 0;

	semu_smc_put_page(w, p);
	for (uint32_t n = 0; n < p->n && next(lu, f, all, &i); n++, i++)
		semu_smc_put_element(lu, w, p, (uint16_t)(all->first + i));
}

/* all: those that could be; page: those that are, and the lowest address. */
static uint16_t look(const struct scsiemu_lu *lu,
		     const struct semu_smc_search *f,
		     const struct semu_smc_page all[4],
		     struct semu_smc_page page[4], uint32_t left)
{
	uint16_t lowest = 0;
	bool any = false;

	memcpy(page, all, 4 * sizeof(*page));
	for (unsigned k = 0; k < 4; k++) {
		uint32_t i = 0;

		page[k].n = count(lu, f, &all[k], left);
		left -= page[k].n;
		if (!any && page[k].n && next(lu, f, &all[k], &i)) {
			lowest = (uint16_t)(all[k].first + i);
			any = true;
		}
	}
	return lowest;
}

int semu_smc_found(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	const struct semu_smc_reader *r = semu_smc_reader(c, false);
	struct semu_smc_page all[4], page[4];
	uint16_t lowest;

	if ((c->cdb[1] & TYPE) >= SCSIEMU_ELEMENT_TYPES)
		return scsiemu_fail_cdb(c, 1, 3);
	if (!r || !r->search.valid)
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_COMMAND_SEQUENCE);
	semu_smc_pages(lu, c->cdb[1] & TYPE, semu_be16(c->cdb + 2), UINT32_MAX,
		       c->cdb[1] & VOLTAG, false, all);
	lowest = look(lu, &r->search, all, page, semu_be16(c->cdb + 4));
	scsiemu_wr_be16(w, lowest);
	scsiemu_wr_be16(w, page[0].n + page[1].n + page[2].n + page[3].n);
	scsiemu_wr_u8(w, r->search.action);
	scsiemu_wr_be24(w, semu_smc_bytes(page) - HEADER);
	for (unsigned i = 0; i < 4; i++)
		if (page[i].n)
			put_found(lu, w, &r->search, &all[i], &page[i]);
	w->pos = semu_smc_fit(page, semu_be24(c->cdb + 7));
	return SCSIEMU_FINISHED;
}
