/* SPDX-License-Identifier: BSD-2-Clause */
/* iscsi/text.c - reading key=value text and its values (RFC 7143 6.1). */
#include "transport/iscsi/text.h"

#include <string.h>

/* RFC 7143 6.1: what a key name is made of. */
static bool key_char(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c >= '0' && c <= '9') || (c && strchr(".-+@_#", c));
}

static bool key_ok(const char *key, uint32_t len, uint32_t most)
{
	if (len == 0 || len > most)
		return false;
	for (uint32_t i = 0; i < len; i++)
		if (!key_char((uint8_t)key[i]))
			return false;
	return true;
}

int semu_text_next(const uint8_t *text, uint32_t len, uint32_t *pos,
		   const struct semu_text_bounds *b, struct semu_text_pair *p)
{
	const uint8_t *end, *eq;

	/* One NUL ends a pair; more of them are padding of some initiators. */
	while (*pos < len && text[*pos] == 0)
		++*pos;
	if (*pos == len)
		return 0;
	end = memchr(text + *pos, 0, len - *pos);
	if (!end)
		return -1;
	eq = memchr(text + *pos, '=', (size_t)(end - (text + *pos)));
	if (!eq)
		return -1;
	p->key = (const char *)text + *pos;
	p->key_len = (uint32_t)(eq - (text + *pos));
	p->value = (const char *)eq + 1;
	p->value_len = (uint32_t)(end - eq - 1);
	*pos = (uint32_t)(end - text) + 1;
	if (!key_ok(p->key, p->key_len, b->key) || p->value_len > b->value ||
	    !semu_text_utf8(p->value, p->value_len))
		return -1;
	return 1;
}

bool semu_text_is(const char *v, uint32_t len, const char *word)
{
	return strlen(word) == len && memcmp(v, word, len) == 0;
}

bool semu_text_find(const uint8_t *text, uint32_t len, const char *key,
		    struct semu_text_pair *p)
{
	const struct semu_text_bounds any = { UINT32_MAX, UINT32_MAX };
	uint32_t pos = 0;

	while (semu_text_next(text, len, &pos, &any, p) > 0)
		if (semu_text_is(p->key, p->key_len, key))
			return true;
	return false;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool prefixed(const char *v, uint32_t len, char letter)
{
	return len > 2 && v[0] == '0' && (v[1] | 0x20) == letter;
}

static bool digits(const char *v, uint32_t len, unsigned base, uint64_t *n)
{
	*n = 0;
	for (uint32_t i = 0; i < len; i++) {
		int d = hex_digit(v[i]);

		if (d < 0 || (unsigned)d >= base ||
		    *n > (UINT64_MAX - (unsigned)d) / base)
			return false;
		*n = *n * base + (unsigned)d;
	}
	return len > 0;
}

bool semu_text_number(const char *v, uint32_t len, uint64_t *n)
{
	if (prefixed(v, len, 'x'))
		return digits(v + 2, len - 2, 16, n);
	/* A decimal constant has no leading zero. */
	return digits(v, len, 10, n) && (len == 1 || v[0] != '0');
}

static int hex_bytes(const char *v, uint32_t len, uint8_t *out, uint32_t cap)
{
	if (len % 2 || len / 2 > cap)
		return -1;
	for (uint32_t i = 0; i < len; i += 2) {
		int hi = hex_digit(v[i]), lo = hex_digit(v[i + 1]);

		if (hi < 0 || lo < 0)
			return -1;
		out[i / 2] = (uint8_t)(hi << 4 | lo);
	}
	return (int)(len / 2);
}

static int base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* One group of four; pad of them are '='. false: not base64, or bits set that
 * the padding leaves out (RFC 4648 3.5). */
static bool base64_group(const char *v, uint32_t pad, uint8_t out[3])
{
	uint32_t bits = 0;

	for (uint32_t i = 0; i < 4; i++) {
		int d = i < 4 - pad ? base64_digit(v[i]) : 0;

		if (d < 0)
			return false;
		bits = bits << 6 | (uint32_t)d;
	}
	out[0] = (uint8_t)(bits >> 16);
	out[1] = (uint8_t)(bits >> 8);
	out[2] = (uint8_t)bits;
	return (pad < 1 || out[2] == 0) && (pad < 2 || out[1] == 0);
}

static int base64_bytes(const char *v, uint32_t len, uint8_t *out, uint32_t cap)
{
	uint32_t pad = 0, n = 0;
	uint8_t b[3];

	if (len % 4)
		return -1;
	while (pad < 2 && v[len - 1 - pad] == '=')
		pad++;
	if (len / 4 * 3 - pad > cap)
		return -1;
	for (uint32_t i = 0; i < len; i += 4) {
		uint32_t p = i + 4 == len ? pad : 0;

		if (!base64_group(v + i, p, b))
			return -1;
		memcpy(out + n, b, 3 - p);
		n += 3 - p;
	}
	return (int)n;
}

int semu_text_binary(const char *v, uint32_t len, uint8_t *out, uint32_t cap)
{
	if (prefixed(v, len, 'x'))
		return hex_bytes(v + 2, len - 2, out, cap);
	if (prefixed(v, len, 'b'))
		return base64_bytes(v + 2, len - 2, out, cap);
	return -1;
}

bool semu_text_item(const char **list, uint32_t *len, const char **item,
		    uint32_t *item_len)
{
	const char *comma;

	if (!*list)
		return false;
	comma = *len ? memchr(*list, ',', *len) : NULL;
	*item = *list;
	*item_len = comma ? (uint32_t)(comma - *list) : *len;
	*len -= *item_len + (comma ? 1 : 0);
	*list = comma ? comma + 1 : NULL;
	return true;
}

/* Bytes of the character that begins with c, 0: none does. */
static uint32_t utf8_len(uint8_t c)
{
	if (c < 0x80)
		return 1;
	if (c < 0xc2 || c > 0xf4)
		return 0;
	return c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

/* The second byte's range excludes overlong forms, surrogates and what lies
 * behind U+10FFFF (RFC 3629 4). */
static bool utf8_second(uint8_t first, uint8_t second)
{
	uint8_t low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
	uint8_t high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;

	return second >= low && second <= high;
}

/* Bytes of the character that starts here, 0: malformed. */
static uint32_t utf8_char(const uint8_t *s, uint32_t len)
{
	uint32_t n = utf8_len(s[0]);

	if (n > len || (n > 1 && !utf8_second(s[0], s[1])))
		return 0;
	for (uint32_t i = 2; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

bool semu_text_utf8(const char *v, uint32_t len)
{
	const uint8_t *s = (const uint8_t *)v;

	for (uint32_t i = 0; i < len;) {
		uint32_t n = utf8_char(s + i, len - i);

		if (n == 0 || s[i] < 0x20 || s[i] == 0x7f)
			return false;
		i += n;
	}
	return true;
}
