/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * support/drive.h - a synchronous driver over scsiemu_start/did/end, without
 * the pump, for tests: it answers every want from RAM, in pieces of a chosen
 * size and with a scratch buffer of a chosen size, and keeps what came out.
 */
#ifndef TEST_DRIVE_H
#define TEST_DRIVE_H

#include <scsiemu/device.h>
#include <scsiemu/row.h>
#include <scsiemu/store.h>
#include <scsiemu/wire.h>

/* A block medium in RAM; m.ctx points back to it. */
struct drive_disk {
	struct scsiemu_medium m;
	uint8_t *bytes;	 /* m.nblk * m.blen */
	uint8_t *mapped; /* per block: 1 written and not deallocated, 2
			  * anchored */
	uint8_t *pi;	 /* m.nblk * m.pi_len, or NULL */
	uint64_t room;	 /* bytes: V_FORMAT makes blocks of them */
};

/* nblk blocks of blen bytes, all zero and deallocated, with every ability
 * except lending. */
void drive_disk_make(struct drive_disk *k, uint64_t nblk, uint32_t blen);
/* Room for len bytes of protection information with each block, all FFh. */
void drive_disk_pi(struct drive_disk *k, uint16_t len);
void drive_disk_free(struct drive_disk *k);

/* A want, as it went out. */
struct drive_want {
	uint8_t want, verb;
	uint16_t flags;
	uint32_t off, len, skip;
	uint64_t addr, count;
	struct scsiemu_lu *lu;
};

struct drive;
/* A command and its memory. in, scratch and cdb are heap blocks of exactly
 * the length lent, so that a sanitizer sees every byte too far. */
struct drive_task {
	struct scsiemu_cmd c;
	struct drive *d;
	uint8_t *in, *scratch, *cdb;
	const uint8_t *out;
	int want;
	bool live;	    /* start() was called, end() was not */
	uint8_t sense[252]; /* as the command's D_SENSE says */
	unsigned sense_len;
};

/* The want is answered as usual. */
#define DRIVE_USUAL INT32_MIN

struct drive {
	/* set by the test at any time */
	struct scsiemu_nexus *nexus; /* of the commands to come */
	uint32_t chunk;		     /* most bytes per answer; 0 = no limit */
	uint32_t scratch;	     /* bytes lent to each command */
	uint8_t attr;		     /* enum scsiemu_attr */
	/* Sees each want first: a result instead of the usual answer, with
	 * *bytes and c->info; or DRIVE_USUAL. May be NULL. */
	int (*hook)(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes);
	void *hook_ctx;

	/* made by drive_make() */
	struct scsiemu_device *dev;
	void *mem;

	/* what happened */
	struct drive_task t;		    /* the task of drive_run() */
	struct drive_want log[64];	    /* the last command's wants */
	unsigned nlog;			    /* may exceed the log's size */
	uint8_t nv[SCSIEMU_NV_COUNT][1024]; /* last V_NV_SAVE of each id */
	uint32_t nv_len[SCSIEMU_NV_COUNT];
	unsigned njobs; /* background commands run to their end */
	uint8_t tid[8][24];
};

/* A device with these limits (NULL: defaults). scratch starts as
 * limits.scratch or 512. */
void drive_make(struct drive *d, const struct scsiemu_limits *l);
void drive_free(struct drive *d);

/* A nexus of an initiator port of its own: who (0 ... 7) is in its Fibre
 * Channel TransportID (drive.tid[who]), port its relative target port. */
struct scsiemu_nexus *drive_attach(struct drive *d, unsigned who,
				   uint16_t port);

/* Start a command: the first want is in t->want. in_len: room for data-in,
 * SCSIEMU_UNKNOWN allowed (then 1 MiB is really there). */
void drive_start(struct drive *d, struct drive_task *t, struct scsiemu_lu *lu,
		 const void *cdb, unsigned cdb_len, const void *out,
		 uint32_t out_len, uint32_t in_len);
/* Answer one want. */
void drive_step(struct drive_task *t);
/* Until DONE or WAIT. */
void drive_go(struct drive_task *t);
/* After DONE: keep the sense, end the command, run what became ready. */
void drive_end(struct drive_task *t);
void drive_task_free(struct drive_task *t);
/* Run jobs and other commands of scsiemu_ready(). Waiting tasks of the test
 * get their first want into t->want, no more. */
void drive_ready(struct drive *d);
/* One of scsiemu_ready() that is a job, begun: its first want in *want. */
struct scsiemu_cmd *drive_take_job(struct drive *d, int *want);
/* Answer the want of a job: its next one. DONE: it has ended. */
int drive_job_step(struct drive *d, struct scsiemu_cmd *c);

/* One command from start to end in d->t; returns the status. */
uint8_t drive_run(struct drive *d, struct scsiemu_lu *lu, const void *cdb,
		  unsigned cdb_len, const void *out, uint32_t out_len,
		  uint32_t in_len);
/* Without data-out, room for 64 KiB of data-in. */
uint8_t drive_in(struct drive *d, struct scsiemu_lu *lu, const void *cdb,
		 unsigned cdb_len);
/* note.c: a command of this row succeeded (tests/style/covered.py). */
void drive_note(const struct scsiemu_row *row);

/* TEST UNIT READY until no unit attention is pending. */
void drive_settle(struct drive *d, struct scsiemu_lu *lu,
		  struct scsiemu_nexus *n);
/* TEST UNIT READY as n: the ASC/ASCQ of its unit attention, or 0. */
uint16_t drive_ua(struct drive *d, struct scsiemu_lu *lu,
		  struct scsiemu_nexus *n);

/*
 * Assertions on the last command of drive_run(). Used through the macros, so
 * that the message names the test's line.
 */
#define drive_good(d)		 drive_good_at(d, __FILE__, __LINE__)
#define drive_status(d, status)	 drive_status_at(d, status, __FILE__, __LINE__)
#define drive_check(d, key, asc) drive_check_at(d, key, asc, __FILE__, __LINE__)
#define drive_cdb(d, byte, bit)	 drive_cdb_at(d, byte, bit, __FILE__, __LINE__)
#define drive_data(d, bytes, len)                                              \
	drive_data_at(d, bytes, len, __FILE__, __LINE__)
#define drive_param(d, asc, byte, bit)                                         \
	drive_param_at(d, asc, byte, bit, __FILE__, __LINE__)
void drive_good_at(struct drive *d, const char *file, int line);
void drive_status_at(struct drive *d, uint8_t status, const char *file,
		     int line);
/* CHECK CONDITION with this key and code. */
void drive_check_at(struct drive *d, uint8_t key, uint16_t asc,
		    const char *file, int line);
/* 5/24/00 with this field pointer; bit may be SCSIEMU_NO_BIT. */
void drive_cdb_at(struct drive *d, uint16_t byte, uint8_t bit, const char *file,
		  int line);
/* 5/asc with a field pointer into the parameter list. */
void drive_param_at(struct drive *d, uint16_t asc, uint16_t byte, uint8_t bit,
		    const char *file, int line);
/* GOOD, and data-in is exactly this. */
void drive_data_at(struct drive *d, const void *bytes, uint32_t len,
		   const char *file, int line);

#endif
