/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iscsi/text.h - key=value text (RFC 7143 6.1): a reader that trusts nothing
 * and a writer that can show any window of what it writes.
 */
#ifndef SEMU_ISCSI_TEXT_H
#define SEMU_ISCSI_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Points into the text; value is followed by NUL, key by '='. */
struct semu_text_pair {
	const char *key, *value;
	uint32_t key_len, value_len;
};

struct semu_text_bounds {
	uint32_t key, value; /* longest, bytes */
};

/* The next pair from *pos on. 1; 0: no more; -1: malformed or too long. */
int semu_text_next(const uint8_t *text, uint32_t len, uint32_t *pos,
		   const struct semu_text_bounds *b, struct semu_text_pair *p);
/* The first pair with this key in text that was read through before. */
bool semu_text_find(const uint8_t *text, uint32_t len, const char *key,
		    struct semu_text_pair *p);
bool semu_text_is(const char *v, uint32_t len, const char *word);

/* decimal-constant or hex-constant below 2^64 (RFC 7143 6.1). */
bool semu_text_number(const char *v, uint32_t len, uint64_t *n);
/* hex- or base64-constant to bytes. Their count, 1..cap, or -1. */
int semu_text_binary(const char *v, uint32_t len, uint8_t *out, uint32_t cap);
/* Take the first item off a list. false: the list is used up. */
bool semu_text_item(const char **list, uint32_t *len, const char **item,
		    uint32_t *item_len);
/* Well-formed UTF-8 without control characters. */
bool semu_text_utf8(const char *v, uint32_t len);

/*
 * Writes the bytes [skip, skip + cap) of what is put; pos counts all. With skip
 * 0 nothing is lost while pos <= cap.
 */
struct semu_text_out {
	uint8_t *buf;
	uint64_t cap, skip, pos;
};
void semu_text_put(struct semu_text_out *o, const void *p, size_t len);
void semu_text_str(struct semu_text_out *o, const char *s);
void semu_text_hex(struct semu_text_out *o, const uint8_t *p, uint32_t len);
void semu_text_end(struct semu_text_out *o); /* the NUL behind a pair */
void semu_text_pair(struct semu_text_out *o, const char *key,
		    const char *value);
void semu_text_pair_number(struct semu_text_out *o, const char *key,
			   uint64_t n);
uint64_t semu_text_room(const struct semu_text_out *o);

/*
 * For logs: printable ASCII stays, the rest and '\' become \xHH; cut text ends
 * in "...". cap >= 8; always terminated. Returns out.
 */
const char *semu_text_escape(char *out, size_t cap, const void *text,
			     size_t len);

#endif
