/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/lzo.c - LZO1X unpacked, by the description that Linux has of it
 * (Documentation/staging/lzo.rst; version 0 of the stream). Each instruction
 * copies bytes that came before and up to 3 literals, or literals only; what
 * the lowest ones mean follows from how many literals were copied last.
 */
#include "store/lzo.h"

#include <stdbool.h>
#include <string.h>

enum { MANY = 4, NEAR = 2049, FAR = 16384 };

struct lzo {
	const uint8_t *in;
	size_t left; /* of in */
	uint8_t *out;
	size_t n, room; /* of out */
	bool bad, over;
};

/* A copy, and the literals behind it. */
struct copy {
	size_t distance, len;
	unsigned literals;
};

static unsigned byte(struct lzo *z)
{
	if (!z->left) {
		z->bad = true;
		return 1; /* ends a length */
	}
	z->left--;
	return *z->in++;
}

/* The low bits of an instruction, or, where these are 0, what they could have
 * been at most and bytes that are added, up to the first that is not 0. */
static size_t length(struct lzo *z, unsigned t, unsigned mask)
{
	size_t len = t & mask;
	unsigned more;

	if (len)
		return len;
	len = mask;
	do {
		more = byte(z);
		len += more ? more : 255;
	} while (!more);
	return len;
}

static void literals(struct lzo *z, size_t n)
{
	if (n > z->left || n > z->room - z->n) {
		z->bad = true;
		return;
	}
	memcpy(z->out + z->n, z->in, n);
	z->n += n;
	z->in += n;
	z->left -= n;
}

/* Byte by byte: what is copied may be what was just written. */
static void repeat(struct lzo *z, size_t distance, size_t n)
{
	if (!distance || distance > z->n || n > z->room - z->n) {
		z->bad = true;
		return;
	}
	for (; n; n--, z->n++)
		z->out[z->n] = z->out[z->n - distance];
}

/* Instructions of 16 and more. */
static struct copy decode(struct lzo *z, unsigned t)
{
	struct copy c = { 0, 0, 0 };
	unsigned word;

	if (t >= 64) {
		c.len = t >= 128 ? 5 + (t >> 5 & 3) : 3 + (t >> 5 & 1);
		c.distance = (byte(z) << 3) + (t >> 2 & 7) + 1;
		c.literals = t & 3;
		return c;
	}
	c.len = 2 + (t >= 32 ? length(z, t, 31) : length(z, t, 7));
	word = byte(z);
	word |= byte(z) << 8;
	c.literals = word & 3;
	c.distance = word >> 2;
	if (t >= 32)
		c.distance++;
	else if ((t & 8) || c.distance)
		c.distance += FAR + ((t & 8) << 11);
	else
		z->over = true;
	return c;
}

/* What follows depends on how many literals were copied last. */
static unsigned step(struct lzo *z, unsigned state)
{
	unsigned t = byte(z);
	struct copy c;

	if (t < 16 && !state) {
		literals(z, 3 + length(z, t, 15));
		return MANY;
	}
	if (t < 16) {
		c.len = state == MANY ? 3 : 2;
		c.distance = (byte(z) << 2) + (t >> 2) +
			     (state == MANY ? NEAR : 1);
		c.literals = t & 3;
	} else {
		c = decode(z, t);
	}
	if (z->bad || z->over)
		return 0;
	repeat(z, c.distance, c.len);
	literals(z, c.literals);
	return c.literals;
}

size_t semu_lzo_unpack(const uint8_t *in, size_t n, uint8_t *out, size_t room)
{
	struct lzo z = { .in = in, .left = n, .out = out, .room = room };
	unsigned state = 0, first;

	if (n && *in > 17) {
		first = byte(&z) - 17;
		literals(&z, first);
		state = first < MANY ? first : MANY;
	}
	while (!z.bad && !z.over)
		state = step(&z, state);
	return z.bad || z.left ? 0 : z.n;
}
