/* SPDX-License-Identifier: BSD-2-Clause */
/* rawcrc.h - CRC-32C for the load generator, by instruction where there is. */
#ifndef BENCH_RAWCRC_H
#define BENCH_RAWCRC_H

#include <stddef.h>
#include <stdint.h>

uint32_t raw_crc32c(uint32_t crc, const unsigned char *p, size_t n);

#endif
