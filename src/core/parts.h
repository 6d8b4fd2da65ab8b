/* SPDX-License-Identifier: BSD-2-Clause */
/* core/parts.h - optional parts of a logical unit (parts.c), for core.h. */
#ifndef SEMU_CORE_PARTS_H
#define SEMU_CORE_PARTS_H

#include <scsiemu/device.h>
#include <scsiemu/row.h>

/*
 * Optional parts of a logical unit: what a plain one has not, has no memory for
 * and does not look at. A part's state lies in front of the mode pages in the
 * LU's state memory; semu_part() finds it.
 */
enum semu_part {
	SEMU_PART_ALUA,
	SEMU_PART_PI,
	SEMU_PART_ZONES,
	SEMU_PART_DEFECTS,
	SEMU_PART_THIN,
	SEMU_PART_FORMAT,
	SEMU_PART_STREAMS,
	SEMU_PART_HINTS,
	SEMU_PART_ELEMENTS,
	SEMU_PART_POWER,
	SEMU_PART_DEFERRED,
	SEMU_PART_LOG,
	SEMU_PART_COPY,
	SEMU_PART_INJECT,
	SEMU_PART_SELFTEST,
	SEMU_PART_WORK,
	SEMU_PART_SCAN,
	SEMU_PART_REFERRALS,
	SEMU_PART_PRIORITY,
	SEMU_PART_QUIRKS,
	SEMU_PART_PROC,
	SEMU_PART_SMC,
	SEMU_PART_SSC,
	SEMU_PART_CRYPT,
	SEMU_PART_COUNT
};
struct semu_more {
	void *part[SEMU_PART_COUNT];
};
/* Functions may be NULL, but for size and init. */
struct semu_part_type {
	uint8_t part; /* enum semu_part */
	/* enum scsiemu_nv_id: restore() takes them, unsaved() gives the last;
	 * 0: none */
	uint8_t nv, nv_last;
	/* A LU of a level (enum scsiemu_level) before this one has not got it,
	 * however it is configured. */
	uint8_t since;
	/* Bytes of its state; 0: a LU that is configured so does not have
	 * it. */
	uint32_t (*size)(const struct scsiemu_lu_config *cf);
	/* Into zeros. < 0: SCSIEMU_ERR_*. */
	int (*init)(struct scsiemu_lu *lu, void *mem,
		    const struct scsiemu_lu_config *cf);
	/* After the type's own: cap, able, guards. */
	void (*loaded)(struct scsiemu_lu *lu);
	void (*reset)(struct scsiemu_lu *lu);
	/* 0 or SCSIEMU_ERR_ARG: damaged or foreign, nothing was changed. */
	int (*restore)(struct scsiemu_lu *lu, const uint8_t *buf, uint32_t len);
	/* The LU's timer went off: for this part, or for another. */
	void (*tick)(struct scsiemu_lu *lu);
	/*
	 * While it watches. begin(): all checks were passed, the handler is
	 * next; 0, FAILED, or WANTS: it waits, and afterwards checks and
	 * begin() come again (RESUME_CHECK). It may put its own step function
	 * in the handler's place (SEMU_TAKEN). finish(): the command is about
	 * to be DONE with c->status; it may fail it, or leave one STORE want,
	 * whose failure fails it, and is called again after its success
	 * (SEMU_AGAIN) if it returned SEMU_CALL_AGAIN. Not called for aborted
	 * commands and those that a check or a begin() refused.
	 */
	int (*begin)(struct scsiemu_cmd *c);
	/* A part's begin() refused it; of all parts that watch. */
	void (*refused)(struct scsiemu_cmd *c);
	int (*finish)(struct scsiemu_cmd *c);
	/* FORMAT UNIT or SANITIZE is over: all blocks are new. keep: the write
	 * pointers of zones stay (ZNR). */
	void (*wiped)(struct scsiemu_lu *lu, bool keep);
	/* A copy manager's command, perhaps another LU's, is about to read or
	 * write these blocks of lu: 0 or FAILED. */
	int (*raw)(struct scsiemu_cmd *c, struct scsiemu_lu *lu, bool write,
		   uint64_t lba, uint64_t nblk);
	/* Takes the place of the engine's one bulk want in READ and WRITE
	 * rows; in READ it sees failures. */
	scsiemu_step_fn *rw;
	/* State in many records: how many, SCSIEMU_NV_CHUNK + 0 and up, there
	 * may be (restore() takes them); the next that is not saved, or 0. */
	uint32_t (*records)(const struct scsiemu_lu *lu);
	uint32_t (*unsaved)(struct scsiemu_lu *lu, uint8_t *buf, uint32_t *len);
};
/* What finish() may return besides enum scsiemu_handled. */
#define SEMU_CALL_AGAIN 2

/* deferred.c, inject.c: of any device type. */
extern const struct semu_part_type semu_deferred_part, semu_inject_part;

#endif
