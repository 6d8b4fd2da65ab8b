/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * support/toycodec.h - a cipher and a compressor that every build has: what is
 * sealed is other bytes, and another key or bit is noticed; that is all.
 */
#ifndef TEST_TOYCODEC_H
#define TEST_TOYCODEC_H

#include <scsiemu/codec.h>

/* The cipher seals to id 1. The compressor makes one byte of equal ones. */
extern const struct scsiemu_codec toycodec;

#endif
