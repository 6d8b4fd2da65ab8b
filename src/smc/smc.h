/* SPDX-License-Identifier: BSD-2-Clause */
/* smc/smc.h - what the files of the media changer share. */
#ifndef SEMU_SMC_H
#define SEMU_SMC_H

#include <scsiemu/smc.h>
#include <scsiemu/tape.h>

#include "core/core.h"
#include "spc/log.h"
#include "spc/spc.h"

/* Of SEND VOLUME TAG: what its nexus looks for. */
struct semu_smc_search {
	bool valid, sequence; /* sequence: lowest and highest count */
	bool alternate;	      /* among alternate tags only: there are none */
	uint8_t action, type;
	uint16_t start, lowest, highest;
	char id[SCSIEMU_TAG_MAX + 1]; /* with * and ? */
};

/* Nexuses of which something is remembered: the last that had to be. */
enum { SEMU_SMC_READERS = 8 };
struct semu_smc_reader {
	const struct semu_itl *who; /* NULL: free */
	uint64_t seen;		    /* TapeAlert flags that it was told of */
	struct semu_smc_search search;
};

/* A command that the robot could not do, and the last ones. */
enum { SEMU_SMC_CDB = 16, SEMU_SMC_EVENTS = 8 };
struct semu_smc_event {
	uint64_t ms;	/* the device's timestamp ... */
	uint32_t moves; /* until then */
	uint16_t asc;
	uint8_t origin; /* ... and where it is from */
	uint8_t key;
	uint8_t cdb[SEMU_SMC_CDB];
	struct scsiemu_changer_tag tag;
};
struct semu_smc_events {
	uint32_t n, moves; /* since power on */
	struct semu_smc_event event[SEMU_SMC_EVENTS];
};

/* The state of SEMU_PART_SMC. */
struct semu_smc {
	struct scsiemu_changer_layout layout; /* zeros without a medium */
	uint64_t alerts;		      /* flag 1 is the highest bit */
	uint64_t showing; /* ... those of the LOG SENSE that runs */
	struct scsiemu_tape_info info; /* of the cartridge in reach */
	uint32_t move_ms;
	uint16_t ndrives;
	uint8_t unload; /* enum scsiemu_smc_unload */
	uint8_t next_reader;
	struct semu_smc_reader reader[SEMU_SMC_READERS];
#if SEMU_WITH_LOG
	struct semu_smc_events events;
#endif
	uint16_t drive[]; /* LUNs */
};

/* In the places of unit attentions that only disks have: 28/01; 3B/12, 3B/13.
 */
enum {
	SEMU_SMC_UA_ACCESSED = SEMU_UA_ZONE_FULL,
	SEMU_SMC_UA_REMOVED = SEMU_UA_THIN,
	SEMU_SMC_UA_INSERTED = SEMU_UA_DEPOPULATED
};

static inline struct semu_smc *semu_smc(const struct scsiemu_lu *lu)
{
	return semu_part(lu, SEMU_PART_SMC);
}

/* part.c */
extern const struct semu_part_type semu_smc_part;
void semu_smc_loaded(struct scsiemu_lu *lu);
void semu_smc_lost(struct scsiemu_lu *lu, const struct semu_itl *itl);
/* One of these, for all nexuses but one. */
void semu_smc_ua(struct scsiemu_lu *lu, unsigned ua,
		 const struct scsiemu_nexus *except);
void semu_smc_attention(const struct scsiemu_lu *lu, struct scsiemu_sense *s);
/* The vtable of its medium; NULL: it has none. */
const struct scsiemu_changer_ops *semu_smc_ops(const struct scsiemu_lu *lu);
/* enum scsiemu_element_type of an address; 0: nobody's. */
unsigned semu_smc_type(const struct scsiemu_lu *lu, uint32_t addr);
void semu_smc_element(const struct scsiemu_lu *lu, uint16_t addr,
		      struct scsiemu_element *e);
/* The drive of a data transfer element; NULL: it has none. */
struct scsiemu_lu *semu_smc_drive(const struct scsiemu_lu *lu, uint16_t addr);
/* What is remembered of the command's nexus. NULL: nothing; make: there is
 * always something, but for a nexus without state (pool exhausted). */
struct semu_smc_reader *semu_smc_reader(const struct scsiemu_cmd *c, bool make);

/* ends.c */
/* 5/21/01, pointing to the address in the CDB. */
int semu_smc_bad_address(struct scsiemu_cmd *c, uint16_t byte);
/* What an element, of a drive that is there or not, has wrong: ASC and ASCQ; 0:
 * nothing. */
uint16_t semu_smc_fault(unsigned type, const struct scsiemu_lu *drive,
			const struct scsiemu_element *e);
/* The element at an address, and can the robot get at it? 0, or failed. */
int semu_smc_shut(struct scsiemu_cmd *c, uint16_t addr,
		  struct scsiemu_element *e);
/* The robot could not. */
int semu_smc_failed(struct scsiemu_cmd *c, int result);
/* The transport at byte 2 of the CDB: 0, or failed. */
int semu_smc_transport(struct scsiemu_cmd *c);

/* move.c */
scsiemu_step_fn semu_smc_move;
/* robot.c */
scsiemu_step_fn semu_smc_scan, semu_smc_scan_range, semu_smc_door;
scsiemu_nodata_fn semu_smc_position;
/* tags.c */
scsiemu_step_fn semu_smc_send_tag;
scsiemu_in_fn semu_smc_found;
/* attr.c */
scsiemu_step_fn semu_smc_attribute;
/* info.c */
scsiemu_in_fn semu_smc_info;

/* status.c */
scsiemu_in_fn semu_smc_status;
/* One page of element descriptors: the elements of a type from first on. */
struct semu_smc_page {
	uint16_t type, first;
	uint32_t n;	 /* descriptors */
	uint16_t len;	 /* bytes of each */
	uint16_t id_len; /* of it: the drive's identifier */
	bool tags, ids;
};
/* The pages that a CDB asks for by element type, first address, number: 4 of
 * them, in the order of their addresses; those without elements have n 0. */
void semu_smc_pages(const struct scsiemu_lu *lu, unsigned type, uint32_t start,
		    uint32_t count, bool tags, bool ids,
		    struct semu_smc_page page[4]);
void semu_smc_put_page(struct scsiemu_wr *w, const struct semu_smc_page *p);
void semu_smc_put_element(const struct scsiemu_lu *lu, struct scsiemu_wr *w,
			  const struct semu_smc_page *p, uint16_t addr);
/* Bytes of header and pages, all in all. */
uint32_t semu_smc_bytes(const struct semu_smc_page page[4]);
/* ... of the header, pages and whole descriptors that fit. */
uint32_t semu_smc_fit(const struct semu_smc_page page[4], uint32_t alloc);

/* mode.c */
extern const struct semu_mode_page semu_smc_mode_1d, semu_smc_mode_1e,
	semu_smc_mode_1f, semu_smc_mode_1f41;

/* log.c */
#if SEMU_WITH_LOG
extern const struct semu_log_type semu_smc_log;
int semu_smc_log_sense(struct scsiemu_cmd *c, struct scsiemu_wr *w);
int semu_smc_log_sensed(struct scsiemu_cmd *c, int result);

/* events.c */
extern const struct semu_log_page semu_smc_log_07, semu_smc_log_16;
void semu_smc_count(struct scsiemu_cmd *c, uint64_t ms);
/* logelem.c */
extern const struct semu_log_page semu_smc_log_15;
#endif

#endif
