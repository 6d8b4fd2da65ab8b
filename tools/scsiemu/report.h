/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report.h - what a subcommand found out, written once: as a sheet for people
 * or as JSON. A key is a JSON name. The sheet has spaces for its underscores,
 * where the name is ours and not T10's (in capitals).
 */
#ifndef TOOL_REPORT_H
#define TOOL_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct report {
	FILE *out;
	bool json;
	unsigned depth;
	unsigned silent;  /* sheet: depth below which a line said it all; 0 */
	uint32_t started; /* JSON: bit per depth: something stands there */
	uint32_t lists;	  /* bit per depth: a list */
	uint32_t flat;	  /* sheet: bit per depth: not indented */
	bool failed;	  /* the output could not be written */
};

/* The whole report is one object. */
void report_begin(struct report *r, FILE *out, bool json);
void report_end(struct report *r);

/* An object or a list with a title; title NULL: the label of key; "": none, and
 * what is in it is not indented. */
void report_open(struct report *r, const char *key, const char *title);
void report_list(struct report *r, const char *key, const char *title);
/* An object (in a list: key NULL). The sheet has this line for it: alone (the
 * object's own values are then JSON only), or followed by the values. */
void report_line(struct report *r, const char *key, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void report_block(struct report *r, const char *key, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Ends the innermost object or list. */
void report_close(struct report *r);

/* Values; key NULL in a list. */
void report_text(struct report *r, const char *key, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void report_bool(struct report *r, const char *key, bool value);
/* unit (may be NULL) stands in the sheet only. */
void report_number(struct report *r, const char *key, uint64_t value,
		   const char *unit);
/* Bytes: a string of hexadecimal digits in JSON; in the sheet one line of them,
 * or a dump with offsets. */
void report_hex(struct report *r, const char *key, const uint8_t *p, size_t n);
void report_dump(struct report *r, const char *key, const uint8_t *p, size_t n);

/* A remark of the sheet; JSON says it by what it has. */
void report_note(struct report *r, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
