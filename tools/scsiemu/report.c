/* SPDX-License-Identifier: BSD-2-Clause */
/* report.c - one description, two forms: a sheet, or JSON (RFC 8259). */
#include "report.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

enum { LABEL = 30, LONG_LABEL = 46, DUMP = 16, TEXT = 1024 };

/* How deep the sheet is: less than depth where a title was left out. */
static unsigned level(const struct report *r)
{
	unsigned n = r->depth;

	for (unsigned i = 0; i <= r->depth; i++)
		n -= r->flat >> i & 1;
	return n;
}

static void indent(struct report *r, unsigned n)
{
	fprintf(r->out, "%*s", (int)(2 * n), "");
}

/* JSON text: what is not printable ASCII is a code point of its own. */
static void quote(struct report *r, const char *s)
{
	putc('"', r->out);
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			fprintf(r->out, "\\%c", c);
		else if (c < 0x20 || c > 0x7e)
			fprintf(r->out, "\\u%04x", c);
		else
			putc(c, r->out);
	}
	putc('"', r->out);
}

/* Names of T10 begin with a capital and stay as they are. */
static void label(struct report *r, const char *key)
{
	bool own = *key >= 'a' && *key <= 'z';

	for (; *key; key++)
		putc(own && *key == '_' ? ' ' : *key, r->out);
}

/* JSON: what stands in front of a value. */
static void json_value(struct report *r, const char *key)
{
	uint32_t bit = 1u << r->depth;

	assert(key || r->lists & bit);
	fputs(r->started & bit ? ",\n" : "\n", r->out);
	r->started |= bit;
	indent(r, r->depth);
	if (key && !(r->lists & bit)) {
		quote(r, key);
		fputs(": ", r->out);
	}
}

static void json_open(struct report *r, const char *key, bool list)
{
	json_value(r, key);
	putc(list ? '[' : '{', r->out);
}

static void deeper(struct report *r, bool list)
{
	r->depth++;
	r->started &= ~(1u << r->depth);
	r->lists &= ~(1u << r->depth);
	r->flat &= ~(1u << r->depth);
	r->lists |= (uint32_t)list << r->depth;
}

static bool hidden(const struct report *r)
{
	return r->silent && r->depth >= r->silent;
}

void report_begin(struct report *r, FILE *out, bool json)
{
	*r = (struct report){ .out = out, .json = json };
	if (json)
		putc('{', out);
	deeper(r, false);
}

void report_end(struct report *r)
{
	if (r->json)
		fputs("\n}\n", r->out);
	r->failed = fflush(r->out) || ferror(r->out);
}

static void print_title(struct report *r, const char *key, const char *title)
{
	if (level(r) == 1 && r->started & 2)
		putc('\n', r->out);
	r->started |= 2;
	indent(r, level(r) - 1);
	if (title)
		fputs(title, r->out);
	else
		label(r, key);
	putc('\n', r->out);
}

static void open(struct report *r, const char *key, const char *title,
		 bool list)
{
	bool flat = title && !*title;

	if (r->json)
		json_open(r, key, list);
	else if (!hidden(r) && !flat)
		print_title(r, key, title);
	deeper(r, list);
	r->flat |= (uint32_t)flat << r->depth;
}

void report_open(struct report *r, const char *key, const char *title)
{
	open(r, key, title, false);
}

void report_list(struct report *r, const char *key, const char *title)
{
	open(r, key, title, true);
}

/* The sheet's part in front of a value; false: the sheet does not show it. */
static bool sheet_value(struct report *r, const char *key)
{
	size_t len = key ? strlen(key) : 0;
	size_t width = len < LABEL ? LABEL : LONG_LABEL;

	if (r->json || hidden(r))
		return false;
	r->started |= 2;
	indent(r, level(r) - 1);
	if (!key)
		return true;
	label(r, key);
	fprintf(r->out, "%*s", len < width ? (int)(width - len) : 1, "");
	return true;
}

static void object(struct report *r, const char *key, const char *fmt,
		   va_list ap) __attribute__((format(printf, 3, 0)));

static void object(struct report *r, const char *key, const char *fmt,
		   va_list ap)
{
	if (r->json) {
		json_open(r, key, false);
	} else if (sheet_value(r, key)) {
		vfprintf(r->out, fmt, ap);
		putc('\n', r->out);
	}
	deeper(r, false);
}

void report_line(struct report *r, const char *key, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	object(r, key, fmt, ap);
	va_end(ap);
	if (!r->silent)
		r->silent = r->depth;
}

void report_block(struct report *r, const char *key, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	object(r, key, fmt, ap);
	va_end(ap);
}

void report_close(struct report *r)
{
	bool list = r->lists >> r->depth & 1, any = r->started >> r->depth & 1;

	if (r->silent == r->depth)
		r->silent = 0;
	r->depth--;
	if (!r->json)
		return;
	if (any) {
		putc('\n', r->out);
		indent(r, r->depth);
	}
	putc(list ? ']' : '}', r->out);
}

void report_text(struct report *r, const char *key, const char *fmt, ...)
{
	char text[TEXT];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (r->json) {
		json_value(r, key);
		quote(r, text);
	} else if (sheet_value(r, key)) {
		fprintf(r->out, "%s\n", text);
	}
}

void report_bool(struct report *r, const char *key, bool value)
{
	if (r->json) {
		json_value(r, key);
		fputs(value ? "true" : "false", r->out);
	} else if (sheet_value(r, key)) {
		fputs(value ? "yes\n" : "no\n", r->out);
	}
}

void report_number(struct report *r, const char *key, uint64_t value,
		   const char *unit)
{
	if (r->json) {
		json_value(r, key);
		fprintf(r->out, "%" PRIu64, value);
	} else if (sheet_value(r, key)) {
		fprintf(r->out, "%" PRIu64 "%s%s\n", value, unit ? " " : "",
			unit ? unit : "");
	}
}

static void json_bytes(struct report *r, const char *key, const uint8_t *p,
		       size_t n)
{
	json_value(r, key);
	putc('"', r->out);
	while (n--)
		fprintf(r->out, "%02x", *p++);
	putc('"', r->out);
}

void report_hex(struct report *r, const char *key, const uint8_t *p, size_t n)
{
	if (r->json) {
		json_bytes(r, key, p, n);
	} else if (sheet_value(r, key)) {
		for (size_t i = 0; i < n; i++)
			fprintf(r->out, "%s%02x", i ? " " : "", p[i]);
		putc('\n', r->out);
	}
}

static void dump_line(struct report *r, size_t at, const uint8_t *p, size_t n)
{
	size_t i;

	indent(r, level(r));
	fprintf(r->out, "%04zx ", at);
	for (i = 0; i < DUMP; i++) {
		if (i == DUMP / 2)
			putc(' ', r->out);
		if (i < n)
			fprintf(r->out, " %02x", p[i]);
		else
			fputs("   ", r->out);
	}
	fputs("  |", r->out);
	for (i = 0; i < n; i++)
		putc(p[i] < 0x20 || p[i] > 0x7e ? '.' : p[i], r->out);
	fputs("|\n", r->out);
}

void report_dump(struct report *r, const char *key, const uint8_t *p, size_t n)
{
	if (r->json) {
		json_bytes(r, key, p, n);
	} else if (!hidden(r)) {
		if (key && sheet_value(r, key))
			fprintf(r->out, "%zu bytes\n", n);
		for (size_t at = 0; at < n; at += DUMP)
			dump_line(r, at, p + at, n - at < DUMP ? n - at : DUMP);
	}
}

void report_note(struct report *r, const char *fmt, ...)
{
	va_list ap;

	if (r->json || hidden(r))
		return;
	indent(r, level(r) - 1);
	va_start(ap, fmt);
	vfprintf(r->out, fmt, ap);
	va_end(ap);
	putc('\n', r->out);
}
