/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * support/pi.h - protection information, calculated by the tests themselves: a
 * CRC bit by bit, tuples, the wire's form; and CDBs with expected tags.
 */
#ifndef TEST_PI_H
#define TEST_PI_H

#include "support/disk.h"

uint16_t pi_crc(const void *p, size_t n);
/* The tuple of an interval. */
void pi_tuple(uint8_t t[8], const uint8_t *data, size_t len, uint16_t app,
	      uint32_t ref);
/*
 * n blocks of data, the first with reference tag ref, as they go over the wire;
 * type 1 counts within a block, 2 through all of them, 3 has ref in each.
 * Returns the bytes.
 */
uint32_t pi_wire(uint8_t *wire, const uint8_t *data, uint32_t n, uint32_t blen,
		 unsigned type, unsigned exponent, uint16_t app, uint32_t ref);
/* The tuple of interval i of block k on the wire. */
uint8_t *pi_at(uint8_t *wire, uint32_t k, uint32_t blen, unsigned exponent,
	       unsigned i);
/* Tuple i of a block of the medium. */
uint8_t *pi_of(struct disk *b, uint64_t lba, unsigned i);

/* What a command does; the CDB has 10, 12, 16 or 32 bytes. */
enum pi_what { PI_READ, PI_WRITE, PI_VERIFY, PI_WRITE_VERIFY, PI_SAME };
struct pi_cdb {
	enum pi_what what;
	unsigned len;
	unsigned protect;
	unsigned bits; /* of the byte with PROTECT */
	uint64_t lba;
	uint32_t n;
	uint32_t ref; /* 32 bytes only */
	uint16_t app, mask;
};
uint8_t pi_run(struct disk *b, const struct pi_cdb *k, const void *out,
	       uint32_t out_len, uint32_t in_len);
unsigned pi_put(uint8_t cdb[32], const struct pi_cdb *k);

/* The last command failed with this check, INFORMATION = lba. */
#define pi_failed(b, asc, lba) pi_failed_at(b, asc, lba, __FILE__, __LINE__)
void pi_failed_at(struct disk *b, uint16_t asc, uint64_t lba, const char *file,
		  int line);

#endif
