/* SPDX-License-Identifier: BSD-2-Clause */
/* core/bytes.h - big-endian loads and stores for CDBs, lists and pages. */
#ifndef SEMU_CORE_BYTES_H
#define SEMU_CORE_BYTES_H

#include <stdint.h>

static inline unsigned semu_be16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}
static inline uint32_t semu_be24(const uint8_t *p)
{
	return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}
static inline uint32_t semu_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}
static inline uint64_t semu_be64(const uint8_t *p)
{
	return (uint64_t)semu_be32(p) << 32 | semu_be32(p + 4);
}
static inline void semu_put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}
static inline void semu_put32(uint8_t *p, uint32_t v)
{
	semu_put16(p, v >> 16);
	semu_put16(p + 2, v & 0xffff);
}
static inline void semu_put64(uint8_t *p, uint64_t v)
{
	semu_put32(p, (uint32_t)(v >> 32));
	semu_put32(p + 4, (uint32_t)v);
}

#endif
