/* SPDX-License-Identifier: BSD-2-Clause */
/* store/pi_crc.h - the guard's CRC: scsiemu_pi_crc() of <scsiemu/stores.h>. */
#ifndef SEMU_STORE_PI_CRC_H
#define SEMU_STORE_PI_CRC_H

#include <scsiemu/stores.h>

/* The same without the processor's own instruction: for the tests. */
uint16_t semu_pi_crc_table(uint16_t crc, const void *p, size_t n);

#endif
