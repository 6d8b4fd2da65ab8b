/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/rs_crc.h - the Reed-Solomon CRC of logical block protection (SSC-4
 * 4.2.28, method 1; ECMA-319): the remainder over GF(256), modulo 11Dh, by
 * x^4 + 38h x^3 + CFh x^2 + 38h x + 1.
 */
#ifndef SEMU_STORE_RS_CRC_H
#define SEMU_STORE_RS_CRC_H

#include <stddef.h>
#include <stdint.h>

/* Of n bytes at p behind bytes whose CRC is crc (0: none before), so pieces
 * chain: semu_rs_crc(0, "123456789", 9) == 0x4b4f673a. On the wire the most
 * significant byte comes first. */
uint32_t semu_rs_crc(uint32_t crc, const void *p, size_t n);

#endif
