/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * support/zbc.h - a zoned disk of RAM: its records are kept as an embedder
 * would keep them, and may be handed to another disk.
 */
#ifndef TEST_ZBC_H
#define TEST_ZBC_H

#include "support/disk.h"

enum { ZBC_RECORDS = 8, ZBC_RECORD = 512 };

/* Zone types and conditions (ZBC-2). */
enum { CONV = 1, SWR = 2, SWP = 3, SOBR = 4, GAP = 5 };
enum {
	NWP = 0,
	EMPTY = 1,
	IMPLICIT = 2,
	EXPLICIT = 3,
	CLOSED = 4,
	INACTIVE = 5,
	READONLY = 13,
	FULL = 14,
	OFFLINE = 15
};

struct zbc {
	struct disk b;
	uint8_t rec[ZBC_RECORDS][ZBC_RECORD];
	uint32_t rec_len[ZBC_RECORDS];
	unsigned nsaves;
	int nv_result; /* of the next saves; OK: they are kept */
};

/* Zones of 16 blocks of 512 bytes. */
enum { ZONE = 16, BLOCK = 512 };

/* A host managed disk of n zones, the first conv conventional, with max_open;
 * o may be changed before zbc_make(). */
void zbc_options(struct disk_options *o, uint32_t n, uint32_t conv,
		 uint32_t max_open);
void zbc_make(struct zbc *z, const struct disk_options *o);
/* The same, with the records and the bytes of the medium of another one. */
void zbc_again(struct zbc *z, const struct disk_options *o,
	       const struct zbc *was);
void zbc_free(struct zbc *z);

/* ZONE OUT */
uint8_t zbc_out(struct zbc *z, uint8_t sa, uint64_t lba, uint16_t count,
		bool all);
/* ZONE IN; room for what is allocated. */
uint8_t zbc_in(struct zbc *z, uint8_t sa, uint64_t lba, uint32_t alloc,
	       uint8_t byte14);

/* A zone as REPORT ZONES describes it. */
struct zbc_zone {
	uint8_t type, cond, flags;
	uint64_t len, start, wp;
};
struct zbc_zone zbc_zone(struct zbc *z, uint64_t lba);

/* n blocks from lba on, of a generation; fua in byte 1. */
uint8_t zbc_write(struct zbc *z, uint64_t lba, uint32_t n, unsigned gen,
		  bool fua);
uint8_t zbc_read(struct zbc *z, uint64_t lba, uint32_t n);

#define zbc_is(z, lba, cond, wp) zbc_is_at(z, lba, cond, wp, __FILE__, __LINE__)
/* Condition and write pointer (blocks of the zone; -1: none) at lba. */
void zbc_is_at(struct zbc *z, uint64_t lba, unsigned cond, int wp,
	       const char *file, int line);

#endif
