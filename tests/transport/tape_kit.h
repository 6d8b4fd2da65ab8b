/* SPDX-License-Identifier: BSD-2-Clause */
/* tape_kit.h - CDBs of a tape's, and what a drive says of what it met. */
#ifndef TAPE_KIT_H
#define TAPE_KIT_H

#include <scsiemu/wire.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { TAPE_READ = 8, TAPE_WRITE = 0x0a, TAPE_ILI = 0x20, TAPE_FMK = 0x80 };

static const uint8_t tape_rewind[6] = { 1 };
static const uint8_t tape_filemark[6] = { 0x10, 0, 0, 0, 1 };

/* READ(6) or WRITE(6) of a record of len bytes. */
static inline const uint8_t *record(uint8_t op, uint32_t len)
{
	static uint8_t cdb[6];

	cdb[0] = op;
	cdb[2] = (uint8_t)(len >> 16);
	cdb[3] = (uint8_t)(len >> 8);
	cdb[4] = (uint8_t)len;
	return cdb;
}

/* Fixed sense without a key: a bit, what was asked for beyond what is there
 * (below 0: the record is longer), and the code. */
static inline void met(const uint8_t *sense, uint8_t bit, int32_t information,
		       uint8_t ascq)
{
	uint32_t i = (uint32_t)information;
	const uint8_t want[18] = { 0xf0,
				   0,
				   bit,
				   (uint8_t)(i >> 24),
				   (uint8_t)(i >> 16),
				   (uint8_t)(i >> 8),
				   (uint8_t)i,
				   10,
				   [13] = ascq };

	assert_memory_equal(sense, want, sizeof(want));
}

#endif
