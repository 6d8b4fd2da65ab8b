/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/config.h - what a build leaves out. Each switch takes rows (and what
 * only they need) away; RSOC, VPD and mode pages follow. Set to 0 with -D for
 * the smallest firmware; the default is everything.
 */
#ifndef SEMU_CONFIG_H
#define SEMU_CONFIG_H

#ifndef SEMU_WITH_NAMES /* T10's command names, for traces and docs */
#define SEMU_WITH_NAMES 1
#endif
#ifndef SEMU_WITH_MODE_SELECT /* MODE SELECT(6), MODE SELECT(10) */
#define SEMU_WITH_MODE_SELECT 1
#endif
#ifndef SEMU_WITH_RESERVE /* RESERVE and RELEASE (6), (10) */
#define SEMU_WITH_RESERVE 1
#endif
#ifndef SEMU_WITH_PR /* PERSISTENT RESERVE IN, PERSISTENT RESERVE OUT */
#define SEMU_WITH_PR 1
#endif
#ifndef SEMU_WITH_MEDIUM /* START STOP UNIT, PREVENT ALLOW MEDIUM REMOVAL */
#define SEMU_WITH_MEDIUM 1
#endif
#ifndef SEMU_WITH_DIAGNOSTIC /* SEND DIAGNOSTIC, RECEIVE DIAGNOSTIC RESULTS */
#define SEMU_WITH_DIAGNOSTIC 1
#endif
#ifndef SEMU_WITH_BUFFER /* WRITE BUFFER, READ BUFFER(10), READ BUFFER(16) */
#define SEMU_WITH_BUFFER 1
#endif
#ifndef SEMU_WITH_RSOC /* REPORT SUPPORTED OPERATION CODES, ... TMFS */
#define SEMU_WITH_RSOC 1
#endif
#ifndef SEMU_WITH_TIMESTAMP /* REPORT TIMESTAMP, SET TIMESTAMP */
#define SEMU_WITH_TIMESTAMP 1
#endif
#ifndef SEMU_WITH_IDENT /* REPORT and SET IDENTIFYING INFORMATION */
#define SEMU_WITH_IDENT 1
#endif
#ifndef SEMU_WITH_ALUA /* REPORT and SET TARGET PORT GROUPS, access states */
#define SEMU_WITH_ALUA 1
#endif
#ifndef SEMU_WITH_PRIORITY /* REPORT PRIORITY, SET PRIORITY */
#define SEMU_WITH_PRIORITY 1
#endif
#ifndef SEMU_WITH_ALIASES /* REPORT and CHANGE ALIASES; needs SEMU_WITH_COPY   \
			   */
#define SEMU_WITH_ALIASES SEMU_WITH_COPY
#endif
#ifndef SEMU_WITH_VPD_MORE /* VPD 86h, 87h, 88h */
#define SEMU_WITH_VPD_MORE 1
#endif
#ifndef SEMU_WITH_VERIFY /* VERIFY and WRITE AND VERIFY (10), (12), (16) */
#define SEMU_WITH_VERIFY 1
#endif
#ifndef SEMU_WITH_THIN /* UNMAP, GET LBA STATUS(16), UNMAP of WRITE SAME */
#define SEMU_WITH_THIN 1
#endif
#ifndef SEMU_WITH_WRITE_SAME /* WRITE SAME(10), (16) */
#define SEMU_WITH_WRITE_SAME 1
#endif
#ifndef SEMU_WITH_READ_12 /* READ(12), WRITE(12) */
#define SEMU_WITH_READ_12 1
#endif
#ifndef SEMU_WITH_PRE_FETCH /* PRE-FETCH(10), (16) */
#define SEMU_WITH_PRE_FETCH 1
#endif
#ifndef SEMU_WITH_CAW /* COMPARE AND WRITE */
#define SEMU_WITH_CAW 1
#endif
#ifndef SEMU_WITH_ATOMIC /* WRITE ATOMIC(16) */
#define SEMU_WITH_ATOMIC 1
#endif
#ifndef SEMU_WITH_ORWRITE /* ORWRITE(16) */
#define SEMU_WITH_ORWRITE 1
#endif
#ifndef SEMU_WITH_ZONES /* zoned disks (ZBC-2) */
#define SEMU_WITH_ZONES 1
#endif
#ifndef SEMU_WITH_REFERRALS /* REPORT REFERRALS, VPD B3h */
#define SEMU_WITH_REFERRALS 1
#endif
#ifndef SEMU_WITH_DEFECTS /* READ DEFECT DATA(10), (12) */
#define SEMU_WITH_DEFECTS 1
#endif
#ifndef SEMU_WITH_STREAMS /* WRITE STREAM, STREAM CONTROL */
#define SEMU_WITH_STREAMS 1
#endif
#ifndef SEMU_WITH_SCATTERED /* WRITE SCATTERED(16), (32) */
#define SEMU_WITH_SCATTERED 1
#endif
#ifndef SEMU_WITH_PI /* protection information; READ(32), WRITE(32) ... */
#define SEMU_WITH_PI 1
#endif

#ifndef SEMU_WITH_FORMAT /* FORMAT UNIT, new blocks by MODE SELECT */
#define SEMU_WITH_FORMAT 1
#endif
#ifndef SEMU_WITH_SANITIZE /* SANITIZE */
#define SEMU_WITH_SANITIZE 1
#endif
#ifndef SEMU_WITH_SCAN /* background scans, BACKGROUND CONTROL */
#define SEMU_WITH_SCAN 1
#endif

/* The engine itself. */
#ifndef SEMU_WITH_SHORT_WAY /* speed: READ, WRITE, TEST UNIT READY in line,    \
			     * rows by index */
#define SEMU_WITH_SHORT_WAY 1
#endif
#ifndef SEMU_WITH_QUEUE /* more than one command of an LU at a time: ordering, \
			 * task attributes, pins, commands on two LUs */
#define SEMU_WITH_QUEUE 1
#endif
#ifndef SEMU_WITH_TMF /* QUERY functions and I_T NEXUS RESET */
#define SEMU_WITH_TMF 1
#endif
#ifndef SEMU_WITH_ACA /* auto contingent allegiance */
#define SEMU_WITH_ACA 1
#endif
#ifndef SEMU_WITH_JOBS /* background jobs */
#define SEMU_WITH_JOBS 1
#endif
#ifndef SEMU_WITH_LU_TIMERS /* parts of logical units that wait for a time */
#define SEMU_WITH_LU_TIMERS 1
#endif
#ifndef SEMU_WITH_PARTS /* optional parts of logical units */
#define SEMU_WITH_PARTS 1
#endif
#ifndef SEMU_WITH_PLANS /* rows of the kind MEDIUM (the embedder's) */
#define SEMU_WITH_PLANS 1
#endif
#ifndef SEMU_WITH_GAPS /* steps that leave gaps in data-in (OSD) */
#define SEMU_WITH_GAPS 1
#endif
#ifndef SEMU_WITH_TRACE /* trace events */
#define SEMU_WITH_TRACE 1
#endif
#ifndef SEMU_WITH_LEVELS /* logical units of SCSI-1, SCSI-2, SPC, SPC-2 */
#define SEMU_WITH_LEVELS 1
#endif
#ifndef SEMU_WITH_DESCRIPTOR_SENSE /* sense data in descriptor format */
#define SEMU_WITH_DESCRIPTOR_SENSE 1
#endif
#ifndef SEMU_WITH_REMOVE /* scsiemu_lu_remove() */
#define SEMU_WITH_REMOVE 1
#endif
#ifndef SEMU_WITH_PORTS /* target ports: VPD 83h designators */
#define SEMU_WITH_PORTS 1
#endif
#ifndef SEMU_WITH_MODE_MORE /* mode pages 02h, 18h, 19h, 1Ah, 1Ch */
#define SEMU_WITH_MODE_MORE 1
#endif

/* What is made of several. */
#ifndef SEMU_WITH_ELEMENTS /* depopulation; needs SEMU_WITH_FORMAT */
#define SEMU_WITH_ELEMENTS SEMU_WITH_FORMAT
#endif
#ifndef SEMU_WITH_HINTS /* group numbers; needs SEMU_WITH_STREAMS */
#define SEMU_WITH_HINTS SEMU_WITH_STREAMS
#endif
#ifndef SEMU_WITH_COPY /* third-party copy; needs SEMU_WITH_QUEUE */
#define SEMU_WITH_COPY SEMU_WITH_QUEUE
#endif
#ifndef SEMU_WITH_POWER /* power conditions; needs parts, the queue, timers */
#define SEMU_WITH_POWER                                                        \
	(SEMU_WITH_PARTS && SEMU_WITH_QUEUE && SEMU_WITH_LU_TIMERS &&          \
	 SEMU_WITH_MEDIUM)
#endif
#ifndef SEMU_WITH_DEFERRED /* deferred errors; needs SEMU_WITH_PARTS */
#define SEMU_WITH_DEFERRED SEMU_WITH_PARTS
#endif
#ifndef SEMU_WITH_INJECT /* error injection; needs parts and the queue */
#define SEMU_WITH_INJECT (SEMU_WITH_PARTS && SEMU_WITH_QUEUE)
#endif
#ifndef SEMU_WITH_LOG /* LOG SENSE, LOG SELECT; needs SEMU_WITH_PARTS */
#define SEMU_WITH_LOG SEMU_WITH_PARTS
#endif
#ifndef SEMU_WITH_MODE_HEAD /* mode parameter headers and block descriptors    \
			     * of a type's own (tapes); needs SEMU_WITH_PARTS  \
			     */
#define SEMU_WITH_MODE_HEAD SEMU_WITH_PARTS
#endif
#ifndef SEMU_WITH_QUIRKS /* hidden commands; needs SEMU_WITH_PARTS */
#define SEMU_WITH_QUIRKS SEMU_WITH_PARTS
#endif
#ifndef SEMU_WITH_ODX /* ROD tokens; needs SEMU_WITH_COPY, SEMU_WITH_PARTS */
#define SEMU_WITH_ODX (SEMU_WITH_COPY && SEMU_WITH_PARTS)
#endif

#ifndef SEMU_WITH_TAPE /* results that only tapes have */
#define SEMU_WITH_TAPE 1
#endif

/* Types that keep something for a pair (struct scsiemu_type, lost()). */
#if defined(SEMU_WITH_SMC) || defined(SEMU_WITH_SSC)
#define SEMU_WITH_LOST 1
#else
#define SEMU_WITH_LOST SEMU_WITH_COPY
#endif

/* Types that know of a cartridge's memory (struct scsiemu_type, mam). */
#if defined(SEMU_WITH_SMC) || defined(SEMU_WITH_SSC)
#define SEMU_WITH_MAM 1
#else
#define SEMU_WITH_MAM 0
#endif

/* What not every nexus is stopped by: reservations, access states. */
#define SEMU_WITH_APPLIES (SEMU_WITH_PARTS || SEMU_WITH_RESERVE)

/* Long work needs parts for its state, a job, and commands that wait for it;
 * SANITIZE leaves a medium that FORMAT UNIT knows of. */
#define SEMU_WITH_WORK                                                         \
	(SEMU_WITH_FORMAT && SEMU_WITH_PARTS && SEMU_WITH_JOBS &&              \
	 SEMU_WITH_QUEUE)
#if !SEMU_WITH_WORK
#undef SEMU_WITH_ELEMENTS
#undef SEMU_WITH_FORMAT
#undef SEMU_WITH_SANITIZE
#define SEMU_WITH_ELEMENTS 0
#define SEMU_WITH_FORMAT   0
#define SEMU_WITH_SANITIZE 0
#endif

#if !SEMU_WITH_PARTS || !SEMU_WITH_JOBS
#undef SEMU_WITH_SCAN
#define SEMU_WITH_SCAN 0
#endif
/* A unit attention whose sense is more than its code. */
#define SEMU_WITH_ATTENTION (SEMU_WITH_THIN || SEMU_WITH_LOG)
/* Something goes on that others are told of. */
#define SEMU_WITH_BUSY (SEMU_WITH_WORK || SEMU_WITH_DIAGNOSTIC)

#if SEMU_WITH_NAMES
#define SEMU_NAME(s) (s)
#else
#define SEMU_NAME(s) NULL
#endif

#endif
