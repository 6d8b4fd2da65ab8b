/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sbc/scan.h - background scans (SBC-4 4.24): the medium is read while nobody
 * else has anything to do, and what cannot be read is remembered. The
 * Background Scan and Background Operation log pages report what is here.
 */
#ifndef SEMU_SBC_SCAN_H
#define SEMU_SBC_SCAN_H

#include "core/core.h"

enum semu_scan_state { /* BACKGROUND SCAN STATUS */
		       SEMU_SCAN_NONE = 0,
		       SEMU_SCAN_MEDIUM = 1,
		       SEMU_SCAN_PRE = 2,
		       SEMU_SCAN_FATAL = 3,
		       SEMU_SCAN_HALTED = 6,
		       SEMU_SCAN_WAITING = 8 /* for its interval */
};

/* Entries that are kept, and the bytes of one: 4 to 23 of its log parameter:
 * power-on minutes (4), REASSIGN STATUS and sense key, ASC, ASCQ, vendor (5),
 * LBA (8). */
enum { SEMU_SCAN_ENTRIES = 32, SEMU_SCAN_ENTRY = 20 };

/* The part SEMU_PART_SCAN. */
struct semu_scan {
	uint64_t lba;	/* where it goes on */
	uint64_t start; /* ms: when the next medium scan may begin */
	uint64_t busy;	/* ms: when somebody else was last seen */
	uint64_t since; /* ms: since when it has been held up; 0: it is not */
	uint64_t until; /* ms: BACKGROUND CONTROL's end; 0: none */
	uint16_t scans, medium_scans; /* that came to their end */
	uint16_t interval_h, pre_h, idle_ms, suspend_ms;
	uint16_t nentries;
	uint8_t state; /* enum semu_scan_state, never HALTED */
	bool enabled, stops_full;
	bool pre;     /* EN_PS; only what it was when the medium came counts */
	bool pre_due; /* the medium came, and no pre-scan was yet */
	bool seen;    /* a medium came */
	bool asked;   /* by BACKGROUND CONTROL */
	bool runs;    /* the job is there */
	uint8_t entry[SEMU_SCAN_ENTRIES][SEMU_SCAN_ENTRY]; /* oldest first */
};

static inline struct semu_scan *semu_scan(const struct scsiemu_lu *lu)
{
	return semu_part(lu, SEMU_PART_SCAN);
}

#if SEMU_WITH_SCAN
extern const struct semu_part_type semu_scan_part;
extern const struct semu_mode_page semu_sbc_mode_1c01;
/* BACKGROUND SCAN STATUS, as reported: HALTED where the log is full. */
uint8_t semu_scan_status(const struct scsiemu_lu *lu);
/* In 1/65536; 0: no scan is going on. */
uint16_t semu_scan_progress(const struct scsiemu_lu *lu);
/* BO_STATUS: 1 none, 2 one that the host asked for, 3 the disk's own. */
uint8_t semu_scan_background(const struct scsiemu_lu *lu);
/* LOG SELECT: forget the entries. */
void semu_scan_clear(struct scsiemu_lu *lu);
/* BACKGROUND CONTROL */
int semu_scan_control(struct scsiemu_cmd *c);
#endif

#endif
