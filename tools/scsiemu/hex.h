/* SPDX-License-Identifier: BSD-2-Clause */
/* hex.h - bytes and numbers as people write them, files of bytes. */
#ifndef TOOL_HEX_H
#define TOOL_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Each prints what is wrong, and with which word, to stderr: then -1. */

/* Add the bytes of word ("12 00", "1200") behind the *n in out, where there is
 * room for cap. what: the CDB, ..., for the message. */
int hex_add(const char *what, const char *word, uint8_t *out, size_t cap,
	    size_t *n);
/* All of word, in memory of its own. */
int hex_bytes(const char *what, const char *word, uint8_t **out, size_t *n);
/* Decimal, or hexadecimal with 0x. */
int hex_number(const char *what, const char *word, uint64_t min, uint64_t max,
	       uint64_t *out);
/* A whole file (at most max bytes), in memory of its own. */
int hex_read_file(const char *path, size_t max, uint8_t **out, size_t *n);
int hex_write_file(const char *path, const uint8_t *p, size_t n);

#endif
