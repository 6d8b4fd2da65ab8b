/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host/devformats.c - what tapes a drive takes, in device strings and profiles:
 * reads=CODE:WORD..., writes=CODE:WORD..., media=CODE:WORD..., a row each. A
 * row that is there already changes in what is given.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/devstr.h"
#include "store/open.h"

enum { SHOWN = 40, HEX = 16, DECIMAL = 10 };

enum kind { NUMBER8, NUMBER16, NUMBER32, TEXT, FLAG, CODES };

/* A word of a row: NAME=VALUE, where it goes, what is allowed. */
struct word {
	const char *name;
	size_t at;
	uint32_t max; /* of a text: characters */
	uint8_t kind; /* enum kind */
	uint8_t base;
	const char *allowed;
};

#define F(member) offsetof(struct semu_devformat, member)
#define M(member) offsetof(struct semu_devmedium, member)

static const struct word format_words[] = {
	{ "mb", F(is.capacity), UINT32_MAX, NUMBER32, DECIMAL,
	  "mb=10^6 BYTES of its cartridges" },
	{ "bits", F(is.bits_mm), 0xffffff, NUMBER32, DECIMAL, "bits=PER MM" },
	{ "width", F(is.width), UINT16_MAX, NUMBER16, DECIMAL, "width=0.1 MM" },
	{ "tracks", F(is.tracks), UINT16_MAX, NUMBER16, DECIMAL, "tracks=N" },
	{ "org", F(organization), 8, TEXT, 0, "org=TEXT" },
	{ "name", F(name), 8, TEXT, 0, "name=TEXT" },
	{ "text", F(text), 20, TEXT, 0, "text=TEXT" },
	{ "secondary", F(is.secondary), UINT8_MAX, NUMBER8, HEX,
	  "secondary=HEX" },
	{ "medium", F(is.medium_type), UINT8_MAX, NUMBER8, HEX, "medium=HEX" },
	{ "worm", F(is.worm_type), UINT8_MAX, NUMBER8, HEX, "worm=HEX" },
	{ "partitions", F(is.partitions), SCSIEMU_TAPE_PARTITIONS, NUMBER8,
	  DECIMAL, "partitions=1 to 4" },
	{ "label", F(label), 2, TEXT, 0, "label=L8, the end of barcodes" },
	{ "worm_label", F(worm_label), 2, TEXT, 0, "worm_label=LY" },
	{ "usual", F(is.usual), 0, FLAG, 0, "usual" },
	{ NULL, 0, 0, 0, 0, NULL }
};

static const struct word medium_words[] = {
	{ "for", M(is), 0, CODES, HEX, "for=DENSITY+..., up to 9" },
	{ "width", M(is.width), UINT16_MAX, NUMBER16, DECIMAL, "width=0.1 MM" },
	{ "length", M(is.length), UINT16_MAX, NUMBER16, DECIMAL, "length=M" },
	{ "org", M(organization), 8, TEXT, 0, "org=TEXT" },
	{ "name", M(name), 8, TEXT, 0, "name=TEXT" },
	{ "text", M(text), 20, TEXT, 0, "text=TEXT" },
	{ NULL, 0, 0, 0, 0, NULL }
};

/* Digits, then the end or one of `ends`; what follows, NULL: it is none. */
static const char *number(const char *p, const struct word *w, const char *ends,
			  uint64_t *out)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	size_t n = strspn(p, digits);
	char *end;

	errno = 0;
	*out = strtoull(p, &end, w->base);
	if (!n || end != p + n || errno || (*end && !strchr(ends, *end)))
		return NULL;
	return end;
}

static int set_number(const struct word *w, uint8_t *to, const char *value)
{
	uint64_t v;

	if (!number(value, w, "", &v) || v > w->max)
		return -1;
	if (w->kind == NUMBER32)
		memcpy(to, &(uint32_t){ (uint32_t)v }, sizeof(uint32_t));
	else if (w->kind == NUMBER16)
		memcpy(to, &(uint16_t){ (uint16_t)v }, sizeof(uint16_t));
	else
		*to = (uint8_t)v;
	return 0;
}

static int set_codes(const struct word *w, uint8_t *to, const char *value)
{
	struct scsiemu_ssc_medium_type *t = (void *)to;
	uint64_t v;

	for (t->ndensities = 0;; value++) {
		value = number(value, w, "+", &v);
		if (!value || v > UINT8_MAX ||
		    t->ndensities == sizeof(t->densities))
			return -1;
		t->densities[t->ndensities++] = (uint8_t)v;
		if (!*value)
			return 0;
	}
}

static int set_text(const struct word *w, uint8_t *to, const char *value)
{
	size_t n = strlen(value);

	if (n > w->max)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (value[i] < 0x20 || value[i] > 0x7e)
			return -1;
	memcpy(to, value, n + 1);
	return 0;
}

static int set_word(const struct word *w, uint8_t *row, const char *value)
{
	if (!value != (w->kind == FLAG))
		return -1;
	switch (w->kind) {
	case FLAG:
		row[w->at] = true;
		return 0;
	case TEXT:
		return set_text(w, row + w->at, value);
	case CODES:
		return set_codes(w, row + w->at, value);
	default:
		return set_number(w, row + w->at, value);
	}
}

/* What can stand there, for a message: the value of a word, or the words. */
static int refuse(const struct word *words, const struct word *w,
		  const char *word, struct scsiemu_errmsg *err)
{
	char all[160] = "";

	if (w->name)
		return semu_err(err, "\"%.*s\" is not possible: write %s",
				SHOWN, word, w->allowed);
	for (w = words; w->name; w++) {
		strncat(all, " ", sizeof(all) - strlen(all) - 1);
		strncat(all, w->name, sizeof(all) - strlen(all) - 1);
	}
	return semu_err(err, "\"%.*s\" is not possible: the words are%s", SHOWN,
			word, all);
}

/* "WORD:WORD", changed in place. given: a bit for each that was there. */
static int take_words(const struct word *words, uint8_t *row, char *text,
		      uint32_t *given, struct scsiemu_errmsg *err)
{
	char *next, *value;

	for (*given = 0; text; text = next) {
		const struct word *w = words;
		char whole[SHOWN + 1];

		next = strchr(text, ':');
		if (next)
			*next++ = 0;
		strncpy(whole, text, SHOWN);
		whole[SHOWN] = 0;
		value = strchr(text, '=');
		if (value)
			*value++ = 0;
		while (w->name && strcmp(w->name, text) != 0)
			w++;
		if (!w->name || set_word(w, row, value))
			return refuse(words, w, whole, err);
		*given |= UINT32_C(1) << (w - words);
	}
	return 0;
}

/* The code that a value begins with, and a copy of what follows; -1. */
static int take_code(const char *value, unsigned least, uint8_t *code,
		     char rest[SEMU_PATH])
{
	static const struct word w = { .base = HEX };
	uint64_t v;

	value = number(value, &w, ":", &v);
	if (!value || v < least || v > UINT8_MAX || strlen(value) >= SEMU_PATH)
		return -1;
	*code = (uint8_t)v;
	memcpy(rest, value, strlen(value) + 1);
	return 0;
}

/* The row of the density, ascending by code; NULL: there is no room. */
static struct semu_devformat *format(struct semu_devformats *fs, uint8_t code)
{
	unsigned i = 0;

	while (i < fs->n && fs->row[i].is.code < code)
		i++;
	if (i < fs->n && fs->row[i].is.code == code)
		return &fs->row[i];
	if (fs->n == SEMU_DEVFORMATS)
		return NULL;
	memmove(&fs->row[i + 1], &fs->row[i],
		(fs->n++ - i) * sizeof(fs->row[0]));
	memset(&fs->row[i], 0, sizeof(fs->row[0]));
	fs->row[i].is.code = code;
	return &fs->row[i];
}

static bool given(const struct word *words, uint32_t bits, const char *name)
{
	for (unsigned i = 0; words[i].name; i++)
		if (strcmp(words[i].name, name) == 0)
			return bits >> i & 1;
	return false;
}

int semu_devformats_add(struct semu_devformats *fs, const char *value,
			bool writes, struct scsiemu_errmsg *err)
{
	struct semu_devformat *f;
	char rest[SEMU_PATH];
	uint32_t bits = 0;
	uint8_t code;

	if (take_code(value, 1, &code, rest))
		return semu_err(err,
				"\"%.*s\": it begins with a density code, 1 to "
				"ff in hexadecimal, and words after ':'",
				SHOWN, value);
	f = format(fs, code);
	if (!f)
		return semu_err(err, "%02x: a drive has at most %d densities",
				code, SEMU_DEVFORMATS);
	f->is.write = writes;
	if (*rest &&
	    take_words(format_words, (uint8_t *)f, rest + 1, &bits, err))
		return -1;
	if (given(format_words, bits, "medium") ||
	    given(format_words, bits, "worm"))
		f->is.typed = true;
	for (unsigned i = 0; given(format_words, bits, "usual") && i < fs->n;
	     i++)
		fs->row[i].is.usual = &fs->row[i] == f;
	return 0;
}

int semu_devmedia_add(struct semu_devmedia *ms, const char *value,
		      struct scsiemu_errmsg *err)
{
	struct semu_devmedium *m = &ms->row[ms->n];
	char rest[SEMU_PATH];
	uint32_t bits = 0;
	uint8_t code;

	if (take_code(value, 0, &code, rest) || !*rest)
		return semu_err(err,
				"\"%.*s\": it begins with a medium type, 0 to "
				"ff in hexadecimal, and words after ':'",
				SHOWN, value);
	if (ms->n == SEMU_DEVMEDIA)
		return semu_err(err, "a drive has at most %d media",
				SEMU_DEVMEDIA);
	memset(m, 0, sizeof(*m));
	if (take_words(medium_words, (uint8_t *)m, rest + 1, &bits, err))
		return -1;
	if (!given(medium_words, bits, "for"))
		return semu_err(err, "which densities has it? Add for=DENSITY");
	m->is.code = code;
	ms->n++;
	return 0;
}

/* ---- What follows from them ---- */

const struct semu_devformat *semu_devformats_chosen(const struct semu_devstr *s)
{
	const struct semu_devformats *fs = &s->formats;

	for (unsigned i = 0; i < fs->n; i++)
		if (s->tape.density ? fs->row[i].is.code == s->tape.density
				    : fs->row[i].is.usual)
			return &fs->row[i];
	return NULL;
}

int semu_devformats_check(const struct semu_devstr *s,
			  struct scsiemu_errmsg *err)
{
	const struct semu_devformats *fs = &s->formats;
	char codes[SEMU_DEVFORMATS * 5 + 1] = "";

	if (!fs->n || semu_devformats_chosen(s))
		return 0;
	if (!s->tape.density)
		return semu_err(err, "writes=...: one of the densities has to "
				     "be the usual one: add :usual");
	for (unsigned i = 0; i < fs->n; i++)
		snprintf(codes + strlen(codes), sizeof(codes) - strlen(codes),
			 " %u", fs->row[i].is.code);
	return semu_err(err,
			"density=%" PRIu64 ": the drive reads no such tape; it "
			"takes%s",
			s->tape.density, codes);
}

void semu_devformats_cartridge(struct scsiemu_tape_new *is,
			       const struct semu_devstr *s)
{
	const struct semu_devformat *f = semu_devformats_chosen(s);

	*is = (struct scsiemu_tape_new){ .bytes = s->size,
					 .density = (uint8_t)s->tape.density,
					 .worm = s->tape.worm,
					 .read_only = s->readonly };
	if (!f)
		return;
	is->density = f->is.code;
	is->medium_type = f->is.typed && s->tape.worm ? f->is.worm_type
						      : f->is.medium_type;
	if (!is->bytes)
		is->bytes = f->is.capacity * UINT64_C(1000000);
}

struct semu_devkept *semu_devformats_keep(const struct semu_devstr *s,
					  struct scsiemu_ssc_options *o)
{
	struct semu_devkept *k = calloc(1, sizeof(*k));

	if (!k)
		return NULL;
	k->formats = s->formats;
	k->media = s->media;
	for (unsigned i = 0; i < k->formats.n; i++) {
		struct semu_devformat *f = &k->formats.row[i];

		k->density[i] = f->is;
		k->density[i].organization = f->organization;
		k->density[i].name = f->name;
		k->density[i].description = f->text;
	}
	for (unsigned i = 0; i < k->media.n; i++) {
		struct semu_devmedium *m = &k->media.row[i];

		k->medium[i] = m->is;
		k->medium[i].organization = m->organization;
		k->medium[i].name = m->name;
		k->medium[i].description = m->text;
	}
	o->densities = k->formats.n ? k->density : NULL;
	o->ndensities = k->formats.n;
	o->media = k->media.n ? k->medium : NULL;
	o->nmedia = k->media.n;
	return k;
}
