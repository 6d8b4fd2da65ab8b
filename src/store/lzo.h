/* SPDX-License-Identifier: BSD-2-Clause */
/* store/lzo.h - LZO1X, as mhvtl compresses records; only to unpack it. */
#ifndef SEMU_STORE_LZO_H
#define SEMU_STORE_LZO_H

#include <stddef.h>
#include <stdint.h>

/* n bytes of in -> out, at most room: how many, 0: it is no such stream, or
 * there are more. */
size_t semu_lzo_unpack(const uint8_t *in, size_t n, uint8_t *out, size_t room);

#endif
