/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * support/library.h - a changer in memory and its drives (removable disks of
 * RAM, or what the test loads) behind the synchronous driver, for the tests of
 * the changer.
 */
#ifndef TEST_LIBRARY_H
#define TEST_LIBRARY_H

#include <scsiemu/sbc.h>
#include <scsiemu/smc.h>
#include <scsiemu/stores.h>

#include "support/drive.h"

enum {
	LIBRARY_DRIVES = 3,
	LIBRARY_CARTRIDGES = 8,
	/* addresses */
	LIBRARY_MT = 1,
	LIBRARY_IE = 10,
	LIBRARY_DT = 500,
	LIBRARY_ST = 1000
};

struct library_options {
	uint32_t scratch;	 /* 512 */
	uint16_t mt, st, ie, dt; /* 1, 6, 2, 2: how many; LIBRARY_NO: none */
	bool empty;		 /* no cartridges */
	bool logs;
	struct scsiemu_smc_options smc;	    /* drives and size are set */
	const struct scsiemu_lu_config *cf; /* for what is not set here */
};
#define LIBRARY_NO 0xffff

struct library {
	struct drive d; /* hook and hook_ctx are the library's */
	struct scsiemu_medium m;
	struct scsiemu_lu *lu, *drive[LIBRARY_DRIVES];	 /* LUNs 0; 1, 2, 3 */
	struct drive_disk cartridge[LIBRARY_CARTRIDGES]; /* 8 blocks each */
	void *state;
	/* Sees the wants before the changer's store does. */
	int (*hook)(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes);
};

/* Cartridge i is in the i-th storage element (first four), "VOL00iL8", its
 * blocks filled with 'A' + i. Settled. */
void library_make(struct library *b, const struct library_options *o);
void library_free(struct library *b);

/* A 12-byte CDB of 16-bit fields behind byte 1. */
void library_cdb(uint8_t cdb[12], uint8_t op, unsigned a, unsigned b,
		 unsigned c, unsigned d);
uint8_t library_move(struct library *b, unsigned from, unsigned to);
uint8_t library_exchange(struct library *b, unsigned from, unsigned to,
			 unsigned second);
/* READ ELEMENT STATUS: bits of byte 1 (VOLTAG, type) and of byte 6. */
uint8_t library_status(struct library *b, unsigned byte1, unsigned start,
		       unsigned count, unsigned byte6, uint32_t alloc);
/* One element as READ ELEMENT STATUS has it: its descriptor, with tag. */
const uint8_t *library_element(struct library *b, unsigned addr);
/* What the store says is in it: the cartridge's index; -1: nothing. */
int library_in(struct library *b, unsigned addr);
/* 5/21/01 with a pointer to this byte of the CDB. */
void library_bad_address(struct library *b, unsigned byte);
/* READ(10) of block 0 on a drive: the byte it is filled with; 0: it failed. */
char library_read(struct library *b, unsigned drive);

#endif
