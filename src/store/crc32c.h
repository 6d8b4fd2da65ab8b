/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/crc32c.h - CRC-32C (Castagnoli): the trailer of state files and the
 * digests of iSCSI (RFC 7143 13.1, RFC 3720 B.4).
 */
#ifndef SEMU_STORE_CRC32C_H
#define SEMU_STORE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/*
 * The CRC of n bytes at p behind bytes whose CRC is crc (0: none before). The
 * inversions at both ends are inside, so that pieces chain:
 * semu_crc32c(0, "123456789", 9) == 0xe3069283.
 */
uint32_t semu_crc32c(uint32_t crc, const void *p, size_t n);

/* The same without the processor's own instruction: for the tests. */
uint32_t semu_crc32c_table(uint32_t crc, const void *p, size_t n);

#endif
