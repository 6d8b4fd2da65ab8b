/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host/devinject.c - rules of error injection in a device string:
 * inject=read:lba=100+8:sense=3/11/00:at. Words with ':' between them; the
 * first says which commands.
 */
#include "host/devstr.h"

#include <string.h>

#include <scsiemu/wire.h>

#include "store/open.h"

enum { WORD = 32, SHOWN = 40 };

struct word;
/* What stands behind '='; NULL: there is none. 0, or -1. */
typedef int take_fn(const struct word *w, struct scsiemu_inject *r,
		    const char *value);

struct word {
	const char *name;
	take_fn *take;
	uint8_t value; /* of the take function */
	size_t at;     /* in struct scsiemu_inject */
	const char *allowed;
};

struct name {
	const char *name;
	uint8_t value;
};

/* A number; what follows it, or NULL: there is none, or it is too large. */
static const char *number(const char *p, unsigned base, uint64_t max,
			  uint64_t *out)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *d, *begin = p;
	uint64_t v = 0;

	for (; *p && (d = strchr(digits, *p)) != NULL; p++) {
		unsigned digit = (unsigned)(d - digits) % 16;

		if (digit >= base)
			break;
		if (v > (max - digit) / base)
			return NULL;
		v = v * base + digit;
	}
	*out = v;
	return p == begin ? NULL : p;
}

/* Up to n bytes in hexadecimal with '/' between them; how many, or -1. */
static int hex_bytes(const char *p, uint8_t *out, int n)
{
	int i = 0;

	for (; i < n; p++) {
		uint64_t v;

		p = number(p, 16, 0xff, &v);
		if (!p)
			return -1;
		out[i++] = (uint8_t)v;
		if (!*p)
			return i;
		if (*p != '/')
			return -1;
	}
	return -1;
}

static int find(const struct name *names, unsigned n, const char *text,
		uint8_t *value)
{
	for (unsigned i = 0; i < n; i++) {
		if (strcmp(names[i].name, text) != 0)
			continue;
		*value = names[i].value;
		return 0;
	}
	return -1;
}

/* One thing that is done; a second one is too many. */
static int act(struct scsiemu_inject *r, uint8_t what)
{
	if (r->act != SCSIEMU_INJECT_NOTHING)
		return -1;
	r->act = what;
	return 0;
}

static int take_class(const struct word *w, struct scsiemu_inject *r,
		      const char *value)
{
	if (value)
		return -1;
	r->match = w->value;
	return 0;
}

static int take_opcode(const struct word *w, struct scsiemu_inject *r,
		       const char *value)
{
	uint8_t byte[3] = { 0 };
	int n = value ? hex_bytes(value, byte, 2) : -1;

	if (n < 0)
		return -1;
	r->match = w->value;
	r->opcode = byte[0];
	r->service_action = byte[1];
	r->any_action = n < 2;
	return 0;
}

static int take_tmf(const struct word *w, struct scsiemu_inject *r,
		    const char *value)
{
	static const struct name functions[] = {
		{ "abort_task", SCSIEMU_TMF_ABORT_TASK },
		{ "abort_task_set", SCSIEMU_TMF_ABORT_TASK_SET },
		{ "clear_task_set", SCSIEMU_TMF_CLEAR_TASK_SET },
		{ "lu_reset", SCSIEMU_TMF_LU_RESET },
		{ "target_reset", SCSIEMU_TMF_TARGET_WARM_RESET },
	};

	r->match = w->value;
	r->act = SCSIEMU_INJECT_REJECT;
	return value ? find(functions, 5, value, &r->opcode) : 0;
}

static int take_lba(const struct word *w, struct scsiemu_inject *r,
		    const char *value)
{
	(void)w;
	r->nblk = 1;
	value = value ? number(value, 10, INT64_MAX, &r->lba) : NULL;
	if (value && *value == '+')
		value = number(value + 1, 10, INT64_MAX, &r->nblk);
	return value && !*value && r->nblk ? 0 : -1;
}

static int take_number(const struct word *w, struct scsiemu_inject *r,
		       const char *value)
{
	uint32_t v32;
	uint64_t v;

	value = value ? number(value, 10, UINT32_MAX, &v) : NULL;
	if (!value || *value)
		return -1;
	v32 = (uint32_t)v;
	memcpy((uint8_t *)r + w->at, &v32, sizeof(v32));
	return 0;
}

static int take_ratio(const struct word *w, struct scsiemu_inject *r,
		      const char *value)
{
	return take_number(w, r, value) || !r->ratio || r->ratio > 65536 ? -1
									 : 0;
}

static int take_seed(const struct word *w, struct scsiemu_inject *r,
		     const char *value)
{
	(void)w;
	value = value ? number(value, 10, UINT64_MAX, &r->seed) : NULL;
	return value && !*value ? 0 : -1;
}

static int take_delay(const struct word *w, struct scsiemu_inject *r,
		      const char *value)
{
	uint64_t least = 0, most;

	(void)w;
	value = value ? number(value, 10, UINT32_MAX, &least) : NULL;
	most = least;
	if (value && value[0] == '.' && value[1] == '.')
		value = number(value + 2, 10, UINT32_MAX, &most);
	if (!value || *value || !most || most < least)
		return -1;
	r->delay_ms = (uint32_t)least;
	r->delay_max_ms = (uint32_t)most;
	return 0;
}

static int take_status(const struct word *w, struct scsiemu_inject *r,
		       const char *value)
{
	static const struct name statuses[] = {
		{ "aborted", SCSIEMU_TASK_ABORTED },
		{ "busy", SCSIEMU_BUSY },
		{ "conflict", SCSIEMU_RESERVATION_CONFLICT },
		{ "full", SCSIEMU_TASK_SET_FULL },
	};

	if (!value || find(statuses, 4, value, &r->status))
		return -1;
	return act(r, w->value);
}

static int take_sense(const struct word *w, struct scsiemu_inject *r,
		      const char *value)
{
	uint8_t byte[4];

	if (!value || hex_bytes(value, byte, 3) != 3 || byte[0] > 15)
		return -1;
	r->key = byte[0];
	r->asc = (uint16_t)(byte[1] << 8 | byte[2]);
	return act(r, w->value);
}

static int take_ua(const struct word *w, struct scsiemu_inject *r,
		   const char *value)
{
	uint8_t byte[3];

	if (!value || hex_bytes(value, byte, 2) != 2)
		return -1;
	r->asc = (uint16_t)(byte[0] << 8 | byte[1]);
	return act(r, w->value);
}

/* One that may have a number. */
static int take_amount(const struct word *w, struct scsiemu_inject *r,
		       const char *value)
{
	if (value && take_number(w, r, value))
		return -1;
	return act(r, w->value);
}

static int take_short(const struct word *w, struct scsiemu_inject *r,
		      const char *value)
{
	return value ? take_amount(w, r, value) : -1;
}

static int take_act(const struct word *w, struct scsiemu_inject *r,
		    const char *value)
{
	return value ? -1 : act(r, w->value);
}

static int take_when(const struct word *w, struct scsiemu_inject *r,
		     const char *value)
{
	r->when = w->value;
	return value ? -1 : 0;
}

static int take_flag(const struct word *w, struct scsiemu_inject *r,
		     const char *value)
{
	r->flags |= w->value;
	return value ? -1 : 0;
}

#define AT(member) offsetof(struct scsiemu_inject, member)
#define ALONE	   "nothing behind it"
#define NUMBER	   "a number below 2^32"

static const struct word classes[] = {
	{ "any", take_class, SCSIEMU_INJECT_ANY, 0, ALONE },
	{ "read", take_class, SCSIEMU_INJECT_READS, 0, ALONE },
	{ "write", take_class, SCSIEMU_INJECT_WRITES, 0, ALONE },
	{ "op", take_opcode, SCSIEMU_INJECT_OPCODE, 0,
	  "an opcode in hexadecimal, with or without /SA" },
	{ "tmf", take_tmf, SCSIEMU_INJECT_TMF, 0,
	  "abort_task, abort_task_set, clear_task_set, lu_reset or "
	  "target_reset, or nothing" },
};

static const struct word words[] = {
	{ "lba", take_lba, 0, 0, "a block, or the first one + how many" },
	{ "skip", take_number, 0, AT(skip), NUMBER },
	{ "every", take_number, 0, AT(every), NUMBER },
	{ "count", take_number, 0, AT(count), NUMBER },
	{ "ratio", take_ratio, 0, AT(ratio), "1 to 65536, of 65536" },
	{ "seed", take_seed, 0, 0, "a number below 2^64" },
	{ "delay", take_delay, 0, 0, "1 or more milliseconds, or LEAST..MOST" },
	{ "status", take_status, SCSIEMU_INJECT_STATUS, 0,
	  "busy, full, conflict or aborted" },
	{ "sense", take_sense, SCSIEMU_INJECT_SENSE, 0,
	  "KEY/ASC/ASCQ in hexadecimal" },
	{ "ua", take_ua, SCSIEMU_INJECT_ATTENTION, 0,
	  "ASC/ASCQ in hexadecimal" },
	{ "corrupt", take_amount, SCSIEMU_INJECT_CORRUPT, AT(amount),
	  "a number of bytes, or nothing for 1" },
	{ "drop", take_act, SCSIEMU_INJECT_DROP, 0, ALONE },
	{ "short", take_short, SCSIEMU_INJECT_SHORT, AT(amount),
	  "a number of blocks, or bytes of a reply" },
	{ "hang", take_act, SCSIEMU_INJECT_HANG, 0, ALONE },
	{ "at", take_when, SCSIEMU_INJECT_AT, 0, ALONE },
	{ "after", take_when, SCSIEMU_INJECT_AFTER, 0, ALONE },
	{ "deferred", take_flag, SCSIEMU_INJECT_DEFERRED, 0, ALONE },
	{ "all", take_flag, SCSIEMU_INJECT_ALL, 0, ALONE },
};

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static int take(const struct word *table, size_t n, const char *text,
		struct scsiemu_inject *r, struct scsiemu_errmsg *err)
{
	const char *value = strchr(text, '=');
	size_t len = value ? (size_t)(value - text) : strlen(text);

	for (const struct word *w = table; w < table + n; w++) {
		uint8_t was = r->act;

		if (strlen(w->name) != len || memcmp(w->name, text, len) != 0)
			continue;
		if (!w->take(w, r, value ? value + 1 : NULL))
			return 0;
		if (r->act != was || was == SCSIEMU_INJECT_NOTHING || !w->value)
			return semu_err(err,
					"inject: \"%s\" is not possible: "
					"%s takes %s",
					text, w->name, w->allowed);
		return semu_err(err,
				"inject: \"%s\" is not possible: %s takes %s, "
				"and a rule does one thing",
				text, w->name, w->allowed);
	}
	return semu_err(err,
			table == classes
				? "inject: \"%s\" does not say which commands: "
				  "begin with any, read, write, op=XX or tmf"
				: "inject: \"%s\" is no word of a rule: there "
				  "are lba, skip, every, count, ratio, seed, "
				  "delay, status, sense, ua, corrupt, drop, "
				  "short, hang, at, after, deferred and all",
			text);
}

/* The next word; what follows it, or NULL: it is too long. */
static const char *next_word(const char *p, char out[WORD])
{
	size_t len = strcspn(p, ":");

	if (len >= WORD)
		return NULL;
	memcpy(out, p, len);
	out[len] = 0;
	return p + len;
}

static int finished(struct scsiemu_inject *r, const char *value,
		    struct scsiemu_errmsg *err)
{
	if (r->act == SCSIEMU_INJECT_SENSE && r->nblk)
		r->flags |= SCSIEMU_INJECT_INFO;
	if (!r->act && !r->delay_max_ms)
		return semu_err(err,
				"inject=%.*s does nothing: add delay, status, "
				"sense, ua, corrupt, drop, short or hang",
				SHOWN, value);
	if (scsiemu_inject_check(r))
		return semu_err(err, "inject=%.*s is not possible: %s", SHOWN,
				value,
				r->act == SCSIEMU_INJECT_ATTENTION
					? "there is no such unit attention"
				: r->match == SCSIEMU_INJECT_TMF
					? "tmf has neither blocks nor a delay, "
					  "it is rejected"
					: "its blocks are too many");
	return 0;
}

int semu_devinject_add(struct semu_devrules *rs, const char *value,
		       struct scsiemu_errmsg *err)
{
	struct scsiemu_inject r;
	const char *p = value;
	char text[WORD];

	memset(&r, 0, sizeof(r));
	r.size = sizeof(r);
	if (rs->n == SEMU_DEVRULES)
		return semu_err(err, "inject is given more than %d times",
				SEMU_DEVRULES);
	for (bool first = true;; first = false) {
		p = next_word(p, text);
		if (!p)
			return semu_err(err,
					"inject=%.*s: a word is longer than "
					"%d characters",
					SHOWN, value, WORD - 1);
		if (take(first ? classes : words,
			 first ? LEN(classes) : LEN(words), text, &r, err))
			return -1;
		if (!*p++)
			break;
	}
	if (finished(&r, value, err))
		return -1;
	rs->rule[rs->n++] = r;
	return 0;
}

int semu_devinject_apply(struct scsiemu_lu *lu, const struct semu_devrules *rs,
			 struct scsiemu_errmsg *err)
{
	for (unsigned i = 0; i < rs->n; i++)
		if (scsiemu_inject_add(lu, &rs->rule[i]) < 0)
			return semu_err(err,
					"inject: this logical unit takes no "
					"rules: leave it out");
	return 0;
}
