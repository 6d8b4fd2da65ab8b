/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * support/disk.h - a disk of RAM behind the synchronous driver, and CDBs for
 * it, for the tests of the disk. Everything is deterministic.
 */
#ifndef TEST_DISK_H
#define TEST_DISK_H

#include <scsiemu/power.h>
#include <scsiemu/proc.h>
#include <scsiemu/sbc.h>

#include "support/drive.h"

struct disk;
struct disk_options {
	uint64_t nblk;	  /* 64 */
	uint32_t blen;	  /* 512 */
	uint32_t scratch; /* 2048 */
	uint32_t whole;	  /* 65536; 1: none */
	uint32_t max_xfer, jobs, granule, ports;
	uint32_t copies; /* and as many ROD tokens */
	uint32_t unable; /* SCSIEMU_CAN_* taken from the medium */
	uint8_t version; /* enum scsiemu_level */
	uint8_t exponent;
	uint16_t pi_len; /* room for protection; 0: what sbc.pi_type needs */
	const struct scsiemu_alua *alua;
	uint16_t inject_rules;
	const struct scsiemu_power *power;
	bool logs;
	uint8_t log_clients;
	uint16_t rpm;
	bool deferred, priorities, thin, no_zeroes, removable, read_only, empty;
	uint32_t atomic;		/* medium.atomic_blk */
	struct scsiemu_sbc_options sbc; /* size is set */
	/* It is no disk, but a processor, without medium. */
	const struct scsiemu_proc_options *proc;
	/* It is no disk: what it is goes into b->cf, b->medium, b->d.hook. */
	void (*as)(struct disk *b);
};

struct disk {
	struct drive d;
	struct drive_disk k;
	struct scsiemu_lu *lu;
	struct scsiemu_lu_config cf;
	struct scsiemu_sbc_options sbc;
	void *state;
	struct scsiemu_medium *medium; /* NULL: k.m */
};

/* One target port group, which hosts and the embedder may change. */
extern const struct scsiemu_alua disk_alua;

/* Power conditions that are left at once. */
extern const struct scsiemu_power disk_power;

/* All blocks through that group. */
extern const struct scsiemu_referrals disk_referrals;

/* Made, settled: no unit attention is pending. */
void disk_make(struct disk *b, const struct disk_options *o);
void disk_free(struct disk *b);

/* LOGICAL UNIT RESET; its unit attention is taken. */
void disk_reset(struct disk *b);
/* The same, while others run: they go on until it is done. */
void disk_reset_others(struct disk *b);
/* A command that saves a record before all else, and is aborted then. */
void disk_abort_saving(struct disk *b, const uint8_t *cdb, uint8_t len);

/* A CDB by its opcode group: byte 1, LBA, count. Returns its length. */
unsigned disk_cdb(uint8_t cdb[16], uint8_t op, uint8_t byte1, uint64_t lba,
		  uint32_t count);
/* It runs; data-out is of out_len bytes, in_len room for data-in. */
uint8_t disk_run(struct disk *b, uint8_t op, uint8_t byte1, uint64_t lba,
		 uint32_t count, const void *out, uint32_t out_len,
		 uint32_t in_len);
/* SERVICE ACTION IN(16). */
uint8_t disk_sai(struct disk *b, uint8_t sa, uint64_t lba, uint32_t alloc,
		 uint8_t byte14);
/* MODE SELECT(6) of one page of current values with byte at = value. */
void disk_mode(struct disk *b, uint8_t page, unsigned at, uint8_t mask,
	       uint8_t value);

/* The block descriptor of a MODE SELECT(10). */
void disk_choose(struct disk *b, uint64_t nblk, uint32_t blen);
/* Assert that READ CAPACITY(16) and MODE SENSE(10) say this. */
void disk_capacity(struct disk *b, uint64_t nblk, uint32_t blen);

/* Bytes that tell where they belong: block lba of generation gen. */
void disk_pattern(uint8_t *p, uint64_t lba, uint32_t nblk, uint32_t blen,
		  unsigned gen);
/* The medium is set to it, all blocks mapped. */
void disk_fill(struct disk *b, unsigned gen);
/* Blocks of the medium. */
uint8_t *disk_at(struct disk *b, uint64_t lba);

/* xorshift64: the same numbers everywhere. */
uint64_t disk_random(uint64_t *state);

#endif
