/* SPDX-License-Identifier: BSD-2-Clause */
/* bytes.h - big-endian fields of SCSI data. */
#ifndef TOOL_BYTES_H
#define TOOL_BYTES_H

#include <stdint.h>

static inline uint64_t be(const uint8_t *p, unsigned n)
{
	uint64_t v = 0;

	while (n--)
		v = v << 8 | *p++;
	return v;
}

static inline unsigned be16(const uint8_t *p)
{
	return (unsigned)be(p, 2);
}

static inline uint32_t be32(const uint8_t *p)
{
	return (uint32_t)be(p, 4);
}

static inline uint64_t be64(const uint8_t *p)
{
	return be(p, 8);
}

#endif
