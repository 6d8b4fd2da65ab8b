/* SPDX-License-Identifier: BSD-2-Clause */
/* host/operator.c - what an operator's request does, and the reply. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/core.h"
#include "host/devstr.h"
#include "host/operator.h"
#include "store/changer_dir.h"
#include "store/open.h"
#ifdef SEMU_WITH_SMC
#include "smc/smc.h"
#endif

enum { WORDS = 5, LISTED = 160 /* room for the longest line of an element */ };

struct request {
	const struct semu_operator *o;
	char line[SEMU_OPERATOR_LINE + 1];
	char *word[WORDS + 1]; /* NULL behind the last one */
	char *out;
	size_t len, room;
};

__attribute__((format(printf, 2, 3))) static void say(struct request *q,
						      const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(q->out + q->len, q->room - q->len, fmt, ap);
	va_end(ap);
	if (n > 0)
		q->len += (size_t)n < q->room - q->len ? (size_t)n
						       : q->room - q->len - 1;
}

/* ---- Elements and their names ---- */

static const struct scsiemu_changer_ops *ops(const struct request *q)
{
	return q->o->library->ops;
}

static void layout(const struct request *q, struct scsiemu_changer_layout *l)
{
	ops(q)->layout(q->o->library->ctx, l);
}

static void element(const struct request *q, uint16_t addr,
		    struct scsiemu_element *e)
{
	ops(q)->element(q->o->library->ctx, addr, e);
}

/* As mtx counts: slots from 1, drives from 0. */
static const struct {
	const char *name;
	unsigned first;
} kinds[SCSIEMU_ELEMENT_TYPES] = {
	[SCSIEMU_ELEMENT_MT] = { "transport", 1 },
	[SCSIEMU_ELEMENT_ST] = { "slot", 1 },
	[SCSIEMU_ELEMENT_IE] = { "ie", 1 },
	[SCSIEMU_ELEMENT_DT] = { "drive", 0 },
};

/* Digits, and nothing else; 64 bits. */
static bool number(const char *word, uint64_t *n)
{
	*n = 0;
	if (!*word)
		return false;
	for (; *word >= '0' && *word <= '9'; word++) {
		if (*n > UINT64_MAX / 10 - 1)
			return false;
		*n = *n * 10 + (unsigned)(*word - '0');
	}
	return !*word;
}

/* "ie2", of this type; 0: it is not. */
static uint16_t named(const struct scsiemu_element_range *r, unsigned type,
		      const char *word)
{
	size_t n = strlen(kinds[type].name);
	uint64_t i;

	if (strncmp(word, kinds[type].name, n) != 0 || !number(word + n, &i) ||
	    i < kinds[type].first || i - kinds[type].first >= r->n)
		return 0;
	return (uint16_t)(r->first + i - kinds[type].first);
}

/* The address that a word names; 0: none. */
static uint16_t place(const struct request *q, const char *word)
{
	struct scsiemu_changer_layout l;
	uint16_t addr = 0;
	uint64_t n;

	layout(q, &l);
	if (number(word, &n))
		return n <= UINT16_MAX && scsiemu_element_at(&l, (uint32_t)n)
			       ? (uint16_t)n
			       : 0;
	for (unsigned t = 1; t < SCSIEMU_ELEMENT_TYPES && !addr; t++)
		addr = named(&l.of[t], t, word);
	return addr;
}

/* The first import/export element without a cartridge; 0: none. */
static uint16_t free_station(const struct request *q)
{
	struct scsiemu_changer_layout l;
	const struct scsiemu_element_range *r = &l.of[SCSIEMU_ELEMENT_IE];
	struct scsiemu_element e;

	layout(q, &l);
	for (uint16_t i = 0; i < r->n; i++) {
		element(q, (uint16_t)(r->first + i), &e);
		if (!e.full)
			return (uint16_t)(r->first + i);
	}
	return 0;
}

/* Where the cartridge of this barcode is; 0: not in the library. */
static uint16_t whereabouts(const struct request *q, const char *barcode)
{
	struct scsiemu_changer_layout l;
	struct scsiemu_element e;

	layout(q, &l);
	for (unsigned t = 1; t < SCSIEMU_ELEMENT_TYPES; t++)
		for (uint32_t i = 0; i < l.of[t].n; i++) {
			element(q, (uint16_t)(l.of[t].first + i), &e);
			if (e.full && strcmp(e.tag.id, barcode) == 0)
				return (uint16_t)(l.of[t].first + i);
		}
	return 0;
}

static void say_name(struct request *q, uint16_t addr)
{
	struct scsiemu_changer_layout l;
	unsigned type;

	layout(q, &l);
	type = scsiemu_element_at(&l, addr);
	say(q, "%s%u", kinds[type].name,
	    addr - l.of[type].first + kinds[type].first);
}

/* ---- Its changer ---- */

static bool is_locked(const struct request *q)
{
	return q->o->changer && q->o->changer->prevents;
}

#ifdef SEMU_WITH_SMC
static bool is_busy(const struct request *q, uint16_t addr)
{
	return q->o->changer && scsiemu_smc_may(q->o->changer, addr);
}

static void changed(const struct request *q, uint16_t addr)
{
	if (q->o->changer)
		scsiemu_smc_changed(q->o->changer, addr);
}

static const struct scsiemu_lu *drive_at(const struct request *q, uint16_t addr)
{
	return q->o->changer ? semu_smc_drive(q->o->changer, addr) : NULL;
}
#else /* nobody serves a library */
static bool is_busy(const struct request *q, uint16_t addr)
{
	return (void)q, (void)addr, false;
}

static void changed(const struct request *q, uint16_t addr)
{
	(void)q, (void)addr;
}

static const struct scsiemu_lu *drive_at(const struct request *q, uint16_t addr)
{
	return (void)q, (void)addr, NULL;
}
#endif

/* ---- ls ---- */

static void list_drive(struct request *q, uint16_t addr)
{
	const struct scsiemu_lu *lu = drive_at(q, addr);

	if (!lu)
		return;
	say(q, " lun=%u%s%s", scsiemu_lu_lun(lu), lu->medium ? " loaded" : "",
	    lu->prevents ? " locked" : "");
}

static void list_one(struct request *q, unsigned type, uint16_t addr)
{
	const char *file = semu_library_volume(q->o->library, addr);
	struct scsiemu_element e;

	element(q, addr, &e);
	say(q, "%u ", addr);
	say_name(q, addr);
	say(q, " %s", e.full && e.tag.id[0] ? e.tag.id : "-");
	if (e.full && strcmp(file, e.tag.id) != 0)
		say(q, " file=%s", file);
	if (type == SCSIEMU_ELEMENT_DT)
		list_drive(q, addr);
	if (e.full && e.svalid && type != SCSIEMU_ELEMENT_ST) {
		say(q, " from=");
		say_name(q, e.source);
	}
	say(q, "%s%s%s\n", e.full && e.imported ? " imported" : "",
	    e.open ? " open" : "",
	    e.fault == SCSIEMU_ELEMENT_SOUND ? "" : " unreadable");
}

/* By address; what there is no room for is for the next request. */
static void list(struct request *q)
{
	struct scsiemu_changer_layout l;
	uint64_t from = 0;

	if (q->word[1] && (!number(q->word[1], &from) || from > UINT16_MAX)) {
		say(q, "no \"%s\" is no address: say ls, or ls ADDRESS\n",
		    q->word[1]);
		return;
	}
	layout(q, &l);
	say(q, "ok%s%s\n", q->o->changer ? " served" : "",
	    is_locked(q) ? " locked" : "");
	for (uint32_t addr = (uint32_t)from; addr <= UINT16_MAX; addr++) {
		unsigned type = scsiemu_element_at(&l, addr);

		if (type <= SCSIEMU_ELEMENT_MT)
			continue;
		if (q->room - q->len < LISTED) {
			say(q, "next %u\n", addr);
			return;
		}
		list_one(q, type, (uint16_t)addr);
	}
}

/* ---- insert, eject ---- */

/* May hands get at this element? If not, the reply says why. */
static bool reach(struct request *q, uint16_t addr)
{
	struct scsiemu_changer_layout l;
	unsigned type;

	layout(q, &l);
	type = scsiemu_element_at(&l, addr);
	if (type == SCSIEMU_ELEMENT_DT || type == SCSIEMU_ELEMENT_MT) {
		say(q, "no ");
		say_name(q, addr);
		say(q, " is out of reach: have the robot move the cartridge "
		       "to a slot first (mtx)\n");
		return false;
	}
	if (is_locked(q)) {
		say(q, "no a host has locked the library (PREVENT ALLOW MEDIUM "
		       "REMOVAL): have it unlocked there first (sg_prevent "
		       "--allow)\n");
		return false;
	}
	if (is_busy(q, addr)) {
		say(q, "busy the robot works: ask again\n");
		return false;
	}
	return true;
}

static void done(struct request *q, uint16_t addr, const char *volume)
{
	changed(q, addr);
	say(q, "ok\n%u ", addr);
	say_name(q, addr);
	say(q, " %s%s\n", volume, SEMU_CARTRIDGE_ENDING);
}

/* What a new cartridge is like, as in device strings: size=BYTES, worm. */
static int new_cartridge(struct scsiemu_tape_new *is, char *const *word,
			 struct scsiemu_errmsg *err)
{
	struct semu_devstr s = { .is_tape = true };
	struct semu_devseen seen = { { 0 } };

	for (; *word; word++) {
		char *value = strchr(*word, '=');

		if (value)
			*value++ = '\0';
		if (strcmp(*word, "size") != 0 && strcmp(*word, "worm") != 0)
			return semu_err(err,
					"\"%s\" is nothing that a cartridge "
					"has: size=BYTES, worm",
					*word);
		if (semu_devkey_set(&s, *word, value, &seen, err))
			return -1;
	}
	if (s.size < SCSIEMU_TAPE_BYTES_MIN)
		return semu_err(err,
				"a new cartridge has a size: add size=BYTES, "
				"%d or more",
				SCSIEMU_TAPE_BYTES_MIN);
	is->bytes = s.size;
	is->worm = s.tape.worm;
	return 0;
}

/* insert PLACE BARCODE [size=BYTES [worm]] */
static void insert(struct request *q)
{
	struct scsiemu_tape_new is = { .bytes = 0 };
	bool made = q->word[1] && q->word[2] && q->word[3];
	struct scsiemu_errmsg err;
	uint16_t addr;

	if (!q->word[1] || !q->word[2]) {
		say(q, "no say insert PLACE BARCODE, and size=BYTES if there "
		       "is no such cartridge\n");
		return;
	}
	if (made && new_cartridge(&is, q->word + 3, &err)) {
		say(q, "no %s\n", err.text);
		return;
	}
	addr = strcmp(q->word[1], "ie") ? place(q, q->word[1])
					: free_station(q);
	if (!addr)
		say(q,
		    "no %s: there is no such element, or none is free: ls "
		    "shows them\n",
		    q->word[1]);
	else if (!reach(q, addr))
		return;
	else if (scsiemu_library_insert(q->o->library, addr, q->word[2],
					made ? &is : NULL, &err))
		say(q, "no %s\n", err.text);
	else
		done(q, addr, q->word[2]);
}

/* eject PLACE|BARCODE */
static void eject(struct request *q)
{
	char volume[SCSIEMU_TAG_MAX + 1];
	struct scsiemu_errmsg err;
	uint16_t addr = 0;

	if (!q->word[1] || q->word[2]) {
		say(q, "no say eject BARCODE, or eject PLACE\n");
		return;
	}
	addr = whereabouts(q, q->word[1]);
	if (!addr)
		addr = place(q, q->word[1]);
	if (!addr) {
		say(q,
		    "no %s: no cartridge and no element of the library is "
		    "called so: ls shows them\n",
		    q->word[1]);
		return;
	}
	if (!reach(q, addr))
		return;
	snprintf(volume, sizeof(volume), "%s",
		 semu_library_volume(q->o->library, addr));
	if (scsiemu_library_eject(q->o->library, addr, &err))
		say(q, "no %s\n", err.text);
	else
		done(q, addr, volume);
}

/* ---- The line ---- */

/* Words of printable characters with spaces between; the newline may be
 * missing. */
static bool parse(struct request *q, const char *text, size_t len)
{
	unsigned n = 0;

	len -= len && text[len - 1] == '\n';
	if (!len || len > SEMU_OPERATOR_LINE)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < ' ' || text[i] > '~')
			return false;
		q->line[i] = text[i] == ' ' ? '\0' : text[i];
		if (!q->line[i] || (i && q->line[i - 1]))
			continue;
		if (n == WORDS)
			return false;
		q->word[n++] = q->line + i;
	}
	return n;
}

static const struct {
	const char *name;
	void (*run)(struct request *q);
} verbs[] = { { "ls", list }, { "insert", insert }, { "eject", eject } };

size_t semu_operate(const struct semu_operator *o, const char *request,
		    size_t len, char *reply, size_t room)
{
	struct request q = { .o = o, .out = reply, .room = room };

	reply[0] = '\0';
	if (!parse(&q, request, len)) {
		say(&q,
		    "no one line of up to %d words and %d printable "
		    "characters: ls, insert or eject\n",
		    WORDS, SEMU_OPERATOR_LINE);
		return q.len;
	}
	for (unsigned i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i].name, q.word[0]) == 0) {
			verbs[i].run(&q);
			return q.len;
		}
	say(&q, "no \"%s\" is no request: say ls, insert or eject\n",
	    q.word[0]);
	return q.len;
}
