/* SPDX-License-Identifier: BSD-2-Clause */
/* support/pi.c - see pi.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "support/pi.h"

static void put(uint8_t *p, uint64_t v, unsigned n)
{
	while (n--)
		*p++ = (uint8_t)(v >> 8 * n);
}

uint16_t pi_crc(const void *p, size_t n)
{
	const uint8_t *b = p;
	unsigned crc = 0;

	for (size_t i = 0; i < n; i++)
		for (unsigned bit = 8; bit--;) {
			unsigned top = (crc >> 15 ^ b[i] >> bit) & 1;

			crc = crc << 1 & 0xffff;
			if (top)
				crc ^= 0x8bb7;
		}
	return (uint16_t)crc;
}

void pi_tuple(uint8_t t[8], const uint8_t *data, size_t len, uint16_t app,
	      uint32_t ref)
{
	put(t, pi_crc(data, len), 2);
	put(t + 2, app, 2);
	put(t + 4, ref, 4);
}

uint8_t *pi_at(uint8_t *wire, uint32_t k, uint32_t blen, unsigned exponent,
	       unsigned i)
{
	uint32_t len = blen >> exponent;

	return wire + k * (blen + (8u << exponent)) + i * (len + 8) + len;
}

uint32_t pi_wire(uint8_t *wire, const uint8_t *data, uint32_t n, uint32_t blen,
		 unsigned type, unsigned exponent, uint16_t app, uint32_t ref)
{
	uint32_t len = blen >> exponent;

	for (uint32_t k = 0; k < n; k++)
		for (unsigned i = 0; i < 1u << exponent; i++) {
			uint8_t *t = pi_at(wire, k, blen, exponent, i);
			uint32_t r = ref;

			if (type == 1)
				r += k + i;
			if (type == 2)
				r += (k << exponent) + i;
			memcpy(t - len, data + k * blen + i * len, len);
			pi_tuple(t, t - len, len, app, r);
		}
	return n * (blen + (8u << exponent));
}

uint8_t *pi_of(struct disk *b, uint64_t lba, unsigned i)
{
	return b->k.pi + lba * b->k.m.pi_len + 8 * i;
}

/* Opcodes with 10, 12, 16 bytes, and the service action of 32. */
static const uint8_t ops[][4] = {
	[PI_READ] = { 0x28, 0xa8, 0x88, 0x09 },
	[PI_WRITE] = { 0x2a, 0xaa, 0x8a, 0x0b },
	[PI_VERIFY] = { 0x2f, 0xaf, 0x8f, 0x0a },
	[PI_WRITE_VERIFY] = { 0x2e, 0xae, 0x8e, 0x0c },
	[PI_SAME] = { 0x41, 0, 0x93, 0x0d },
};

unsigned pi_put(uint8_t cdb[32], const struct pi_cdb *k)
{
	uint8_t byte = (uint8_t)(k->protect << 5 | k->bits);

	memset(cdb, 0, 32);
	if (k->len < 32)
		return disk_cdb(
			cdb, ops[k->what][(k->len - 10) / 2 - (k->len == 16)],
			byte, k->lba, k->n);
	cdb[0] = 0x7f;
	cdb[7] = 0x18;
	cdb[9] = ops[k->what][3];
	cdb[10] = byte;
	put(cdb + 12, k->lba, 8);
	put(cdb + 20, k->ref, 4);
	put(cdb + 24, k->app, 2);
	put(cdb + 26, k->mask, 2);
	put(cdb + 28, k->n, 4);
	return 32;
}

uint8_t pi_run(struct disk *b, const struct pi_cdb *k, const void *out,
	       uint32_t out_len, uint32_t in_len)
{
	uint8_t cdb[32];
	unsigned len = pi_put(cdb, k);

	return drive_run(&b->d, b->lu, cdb, len, out, out_len, in_len);
}

void pi_failed_at(struct disk *b, uint16_t asc, uint64_t lba, const char *file,
		  int line)
{
	const struct scsiemu_sense *s = &b->d.t.c.sense;

	drive_check_at(&b->d, SCSIEMU_SK_ABORTED_COMMAND, asc, file, line);
	_assert_int_equal(s->flags & SCSIEMU_S_INFO, SCSIEMU_S_INFO, file,
			  line);
	_assert_int_equal(s->info, lba, file, line);
}
