/* SPDX-License-Identifier: BSD-2-Clause */
/* rw.h - a CDB of READ(10) or WRITE(10). */
#ifndef RW_H
#define RW_H

#include <stdint.h>
#include <string.h>

static inline const uint8_t *rw(uint8_t op, uint32_t lba, uint16_t n)
{
	static uint8_t cdb[10];

	memset(cdb, 0, sizeof(cdb));
	cdb[0] = op;
	cdb[3] = (uint8_t)(lba >> 16);
	cdb[4] = (uint8_t)(lba >> 8);
	cdb[5] = (uint8_t)lba;
	cdb[7] = (uint8_t)(n >> 8);
	cdb[8] = (uint8_t)n;
	return cdb;
}

#endif
