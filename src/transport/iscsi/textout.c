/* SPDX-License-Identifier: BSD-2-Clause */
/* iscsi/textout.c - writing key=value text, for the wire and for logs. */
#include "transport/iscsi/text.h"

#include <stdio.h>
#include <string.h>

void semu_text_put(struct semu_text_out *o, const void *p, size_t len)
{
	uint64_t end = o->skip + o->cap;
	uint64_t from = o->pos > o->skip ? o->pos : o->skip;
	uint64_t to = o->pos + len < end ? o->pos + len : end;

	if (from < to)
		memcpy(o->buf + (from - o->skip),
		       (const uint8_t *)p + (from - o->pos), to - from);
	o->pos += len;
}

void semu_text_str(struct semu_text_out *o, const char *s)
{
	semu_text_put(o, s, strlen(s));
}

void semu_text_hex(struct semu_text_out *o, const uint8_t *p, uint32_t len)
{
	static const char digit[] = "0123456789abcdef";

	semu_text_str(o, "0x");
	for (uint32_t i = 0; i < len; i++) {
		semu_text_put(o, &digit[p[i] >> 4], 1);
		semu_text_put(o, &digit[p[i] & 15], 1);
	}
}

void semu_text_end(struct semu_text_out *o)
{
	semu_text_put(o, "", 1);
}

void semu_text_pair(struct semu_text_out *o, const char *key, const char *value)
{
	semu_text_str(o, key);
	semu_text_str(o, "=");
	semu_text_str(o, value);
	semu_text_end(o);
}

void semu_text_pair_number(struct semu_text_out *o, const char *key, uint64_t n)
{
	char dec[24];

	snprintf(dec, sizeof(dec), "%llu", (unsigned long long)n);
	semu_text_pair(o, key, dec);
}

uint64_t semu_text_room(const struct semu_text_out *o)
{
	return o->pos < o->skip + o->cap ? o->skip + o->cap - o->pos : 0;
}

const char *semu_text_escape(char *out, size_t cap, const void *text,
			     size_t len)
{
	static const char digit[] = "0123456789abcdef";
	const uint8_t *s = text;
	size_t n = 0, i;

	for (i = 0; i < len && n + 8 <= cap; i++) {
		if (s[i] >= 0x20 && s[i] < 0x7f && s[i] != '\\') {
			out[n++] = (char)s[i];
			continue;
		}
		out[n++] = '\\';
		out[n++] = 'x';
		out[n++] = digit[s[i] >> 4];
		out[n++] = digit[s[i] & 15];
	}
	if (i < len) {
		memcpy(out + n, "...", 3);
		n += 3;
	}
	out[n] = 0;
	return out;
}
