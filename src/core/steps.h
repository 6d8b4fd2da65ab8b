/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/steps.h - what commands of more than one step, jobs and long work may
 * ask of the engine besides scsiemu/row.h. Part of core/core.h.
 */
#ifndef SEMU_STEPS_H
#define SEMU_STEPS_H

#include <scsiemu/row.h>

/*
 * What a logical unit is busy with, or what its last work has left behind: the
 * sense of commands that a guard of SCSIEMU_STOP_BUSY stops, and the pollable
 * sense data of REQUEST SENSE (SPC-5 5.12.2).
 */
struct semu_busy {
	uint16_t asc;	 /* 0: nothing */
	uint16_t polled; /* REQUEST SENSE: this, without a sense key; 0: asc */
	uint16_t progress; /* in 1/65536 */
	uint8_t key;
	bool counts; /* there is a progress */
};

/* job.c: the flag of a job slot, between its command and its buffer. */
#define SEMU_JOB_EXTRA 16
/* As scsiemu_job_start(); the command, so that its scratch can be filled
 * before it runs. NULL: all jobs are running. */
struct scsiemu_cmd *semu_job_new(struct scsiemu_lu *lu, scsiemu_step_fn *fn,
				 const uint64_t own[2], bool survives);

/* The same, but it does not begin before semu_cmd_go_on(). */
struct scsiemu_cmd *semu_job_hold(struct scsiemu_lu *lu, scsiemu_step_fn *fn,
				  const uint64_t own[2], bool survives);
/* A job that has not begun yet has the logical unit to itself, from the place
 * behind this command of the class LU on. */
void semu_job_alone(struct scsiemu_cmd *job, const struct scsiemu_cmd *behind);
/* It keeps nobody waiting any more, and waits itself until semu_cmd_go_on()
 * calls its step function with OK; to be returned. */
int semu_cmd_park(struct scsiemu_cmd *c);
void semu_cmd_go_on(struct scsiemu_cmd *c);
/* fail.c: fails with the sense of lu->busy. */
int semu_fail_busy(struct scsiemu_cmd *c);
/* lu.c: its medium's facts changed: cap, able, guards. Without attention. */
void semu_lu_loaded(struct scsiemu_lu *lu);
/* parts.c: all blocks are new (struct semu_part_type). */
void semu_parts_wiped(struct scsiemu_lu *lu, bool keep);

/* check.c: might the command's nexus run this row on another LU now, at these
 * blocks? False: status and sense say why not. Unit attentions do not count. */
bool semu_check_as(struct scsiemu_cmd *c, struct scsiemu_lu *lu,
		   const struct scsiemu_row *row, uint64_t lba, uint64_t nblk);

/* parts.c: what the parts of lu have to say to that. */
#if SEMU_WITH_PARTS
int semu_parts_raw(struct scsiemu_cmd *c, struct scsiemu_lu *lu, bool write,
		   uint64_t lba, uint64_t nblk);
#else
static inline int semu_parts_raw(struct scsiemu_cmd *c, struct scsiemu_lu *lu,
				 bool write, uint64_t lba, uint64_t nblk)
{
	(void)c, (void)lu, (void)write, (void)lba, (void)nblk;
	return 0;
}
#endif

/* parts.c: does a part know a block of these that cannot be read? Then the
 * first is c->info. For work that goes through the medium on its own. */
#if SEMU_WITH_PARTS
bool semu_parts_unreadable(struct scsiemu_cmd *c, uint64_t lba, uint64_t nblk);
#else
static inline bool semu_parts_unreadable(struct scsiemu_cmd *c, uint64_t lba,
					 uint64_t nblk)
{
	(void)c, (void)lba, (void)nblk;
	return false;
}
#endif

/* result.c: sense of a failed want. */
void semu_fail_result(struct scsiemu_cmd *c, int result, uint32_t bytes);

/* deferred.c: how a job's want ended, for the nexus whose command it goes on
 * with (semu_ctx.nexus). */
#if SEMU_WITH_DEFERRED
void semu_deferred_result(struct scsiemu_cmd *c, int result);
#else
static inline void semu_deferred_result(struct scsiemu_cmd *c, int result)
{
	(void)c, (void)result;
}
#endif

/* taskset.c: the command's place in its own LU's task set keeps nobody waiting
 * from now on. */
void semu_cmd_yield(struct scsiemu_cmd *c);
/* It gives up its places in other task sets (scsiemu_cmd_enter()). */
void semu_cmd_leave(struct scsiemu_cmd *c);

#endif
