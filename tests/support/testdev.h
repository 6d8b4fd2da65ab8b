/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * support/testdev.h - a device type of the tests' own, for tests of the
 * engine: a small disk (READ, WRITE and the common rows) with vendor rows of
 * every handler kind, ordering class and flag, whose handlers are functions
 * that the test gives. No row of a real device type stands in between.
 */
#ifndef TEST_TESTDEV_H
#define TEST_TESTDEV_H

#include "core/engine.h"
#include "support/drive.h"

/* Vendor rows; 10 bytes: LBA [2-5], count [7-8], all their bits are allowed. */
enum testdev_op {
	OP_NODATA = 0xc0,     /* INFO */
	OP_IN = 0xc1,	      /* PARAM_IN, FACTS; count = allocation length */
	OP_IN_THEN = 0xc2,    /* the same with `then` */
	OP_OUT = 0xc3,	      /* PARAM_OUT with `then`; count = list length */
	OP_OUT_100 = 0xc4,    /* PARAM_OUT, at most 100 bytes */
	OP_MEDIUM = 0xc5,     /* MEDIUM, RW, range-checked */
	OP_STEPS = 0xc6,      /* STEPS, INFO */
	OP_STEPS_ERR = 0xc7,  /* STEPS, RW, sees errors */
	OP_STEPS_UNDO = 0xc8, /* STEPS, RW, sees the abort */
	OP_RW = 0xc9,	      /* NODATA, RW, blocks */
	OP_EXCL = 0xca,	      /* NODATA, EXCL, blocks */
	OP_LU = 0xcb,	      /* NODATA, LU */
	OP_EXCL_LU = 0xcc,    /* NODATA, EXCL, extent = whole LU */
	OP_UA_SKIP = 0xcd,
	OP_UA_TAKE = 0xce,
	OP_BY_FIELD = 0xcf,    /* stops: testdev.stops */
	OP_NEXUS = 0xd0,       /* not for the anonymous nexus */
	OP_OUT_ERR = 0xd1,     /* PARAM_OUT that sees errors and the abort */
	OP_STOPS = 0xd2,       /* NODATA; every state stops it */
	OP_SA = 0xd3,	       /* service actions 1, 2 (needs STATUS), 3 */
	OP_RANGE = 0xd4,       /* NODATA; only the LBA is checked */
	OP_LONG = 0xd5,	       /* blocks, not bound by the transfer length */
	OP_MEDIUM_EXCL = 0xd6, /* MEDIUM, EXCL */
	OP_OUT_LONG = 0xd7     /* PARAM_OUT, at most 1000 bytes */
};

/* What the rows above call; NULL: nothing to do. Zeroed by testdev_make(). */
struct testdev_calls {
	scsiemu_nodata_fn *nodata;
	scsiemu_in_fn *in;
	scsiemu_out_fn *out;
	scsiemu_medium_fn *medium;
	scsiemu_step_fn *step, *then;
	uint32_t stops;	    /* of OP_BY_FIELD */
	uint32_t reply;	    /* length of the usual reply: byte i is i * 7 + 1 */
	unsigned runs;	    /* calls of handlers */
	unsigned thens;	    /* calls of `then` */
	int result;	    /* the last one that a step or `then` saw */
	uint8_t list[2048]; /* what the last PARAM_OUT list was */
	uint32_t list_len;
};
extern struct testdev_calls testdev;

#define TESTDEV_LUS 3
struct testdev_dev {
	struct drive d;
	struct drive_disk disk[TESTDEV_LUS];
	struct scsiemu_lu *lu[TESTDEV_LUS]; /* LUNs 0 ...; 100 blocks of 512 */
	struct scsiemu_nexus *a, *b;	    /* settled on all; a is d.nexus */
};
extern const struct scsiemu_type testdev_type;
extern const struct scsiemu_row testdev_rows[];
extern const unsigned testdev_nrows;
extern const struct scsiemu_limits testdev_limits;

/* l NULL: testdev_limits. */
void testdev_make(struct testdev_dev *t, const struct scsiemu_limits *l);
void testdev_free(struct testdev_dev *t);
/* CMocka fixtures: *state is a struct testdev_dev. */
int testdev_setup(void **state);
int testdev_teardown(void **state);

/* A STORE want (FLUSH) of the command's own LU: for testdev.nodata. */
int testdev_flush(struct scsiemu_cmd *c);
/* Byte i of the usual reply. */
static inline uint8_t testdev_byte(uint32_t i)
{
	return (uint8_t)(i * 7 + 1);
}

/* A 10-byte CDB of the rows above. */
void testdev_cdb(uint8_t cdb[10], unsigned op, uint32_t lba, unsigned count);
/* Start one of them as nexus n with attribute attr; in_len and out_len 64 KiB
 * unless set by testdev_start_len(). The first want is in k->want. */
void testdev_start(struct testdev_dev *t, struct drive_task *k,
		   struct scsiemu_nexus *n, unsigned lun, unsigned op,
		   uint32_t lba, unsigned count);
/* From start to end in t->d.t; returns the status. */
uint8_t testdev_run(struct testdev_dev *t, unsigned op, uint32_t lba,
		    unsigned count, const void *out, uint32_t out_len,
		    uint32_t in_len);
/* Finish a task: all its wants, the end, its memory. */
void testdev_finish(struct drive_task *k);
/* DONE without a want: end it, free it, and it was aborted silently. */
void testdev_silent(struct drive_task *k);

/* Task management as nexus n on lu: started; the response when DONE at once,
 * or -1 when it waits. Runs scsiemu_ready() in neither case. */
int testdev_tmf(struct testdev_dev *t, struct drive_task *k,
		struct scsiemu_nexus *n, struct scsiemu_lu *lu, unsigned tmf,
		uint64_t tag);
/* The same from start to end, ready ones picked up; returns the response. */
int testdev_tmf_run(struct testdev_dev *t, struct scsiemu_nexus *n,
		    struct scsiemu_lu *lu, unsigned tmf, uint64_t tag);
/* What a driver does on scsiemu_ready(): t->want of all tasks that come. The
 * number of commands that came. */
unsigned testdev_ready(struct testdev_dev *t);
/* No command is in any task set, nothing is counted, pinned or on a list. */
void testdev_idle(struct testdev_dev *t);

#endif
