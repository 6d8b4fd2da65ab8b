/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scsiemu/cmd.h - one SCSI command (or task management function) as a
 * sans-I/O state machine.
 *
 *	want = scsiemu_start(lu, c);
 *	while (want != SCSIEMU_DONE && want != SCSIEMU_WAIT)
 *		want = scsiemu_did(c, answer(c), bytes);
 *	deliver(c); scsiemu_end(c);
 *
 * Calls on one device must not overlap in time; calls on different devices
 * may. Nothing here allocates, sleeps, reads a clock or calls back (facts and
 * trace excepted). Between a want and its did() the want is the embedder's.
 */
#ifndef SCSIEMU_CMD_H
#define SCSIEMU_CMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct scsiemu_device;
struct scsiemu_lu;
struct scsiemu_nexus;

/* A length the transport does not know (vscsi, targ: learnt from the core). */
#define SCSIEMU_UNKNOWN UINT32_MAX

/* What the core needs now. */
enum scsiemu_want_kind {
	SCSIEMU_DONE,	 /* results are valid; scsiemu_end() when delivered */
	SCSIEMU_WAIT,	 /* blocked; comes back through scsiemu_ready() */
	SCSIEMU_SEND,	 /* core bytes buf[0..len) -> data-in at off */
	SCSIEMU_RECV,	 /* data-out at off -> buf[0..len) */
	SCSIEMU_READ,	 /* medium (lu, addr, skip) -> data-in at off */
	SCSIEMU_WRITE,	 /* data-out at off -> medium (lu, addr, skip) */
	SCSIEMU_COMPARE, /* data-out at off against medium (lu, addr, skip) */
	SCSIEMU_STORE	 /* verb on the medium of lu; no initiator bytes */
};

enum scsiemu_want_flag {
	/* If this want succeeds whole, DONE with status GOOD follows. On SEND
	 * the results are already valid: status may ride with the bytes, and
	 * buf stays unchanged until scsiemu_end(). */
	SCSIEMU_LAST = 1,
	SCSIEMU_FUA = 2,    /* durable before did() */
	SCSIEMU_DPO = 4,    /* a hint: do not keep in a cache */
	SCSIEMU_WHOLE = 8,  /* atomic: neither short nor in several calls */
	SCSIEMU_IMMED = 16, /* the verb may finish in the background */
	SCSIEMU_DIG = 32,   /* WRITE: first half is compare data (store.cas) */
	SCSIEMU_CHANGES = 64, /* STORE: changes facts (UNLOAD, MOVE); the core
			       * holds it back while a reply is pinned */
	SCSIEMU_PI = 128      /* V_LOAD, V_SAVE: with the blocks' protection
			       * information, medium.pi_len bytes for each,
			       * behind buf[0..len) */
};

/* Verbs of STORE wants. What addr, count, buf and len mean is noted; values
 * are ABI. */
enum scsiemu_verb {
	SCSIEMU_V_NONE,
	SCSIEMU_V_LOAD,	  /* medium from addr -> buf[0..len), for the core */
	SCSIEMU_V_SAVE,	  /* buf[0..len) -> medium from addr */
	SCSIEMU_V_FLUSH,  /* block: addr = LBA, count = blocks, 0 = all */
	SCSIEMU_V_ZERO,	  /* block: addr, count; reads as zeros afterwards */
	SCSIEMU_V_UNMAP,  /* block: addr, count; deallocates */
	SCSIEMU_V_FILL,	  /* block: addr, count; buf = one block of pattern */
	SCSIEMU_V_MATCH,  /* block: as FILL, but compares: E_MISCOMPARE */
	SCSIEMU_V_VERIFY, /* block: addr, count can be read; no data moves.
			   * tape: as READ of the next record, for nobody */
	SCSIEMU_V_STATUS, /* block: struct scsiemu_extent[len / sizeof] -> buf
			   * from addr; info = number of extents */
	/* tape (tape.h): */
	SCSIEMU_V_SPACE,  /* addr = enum scsiemu_tape_space, count: signed */
	SCSIEMU_V_LOCATE, /* addr = object, count = partition */
	SCSIEMU_V_MARKS,  /* count filemarks; without IMMED durable */
	SCSIEMU_V_ERASE,  /* from here to the end; count 1: the bytes, too */
	SCSIEMU_V_NEXT,	  /* buf = struct scsiemu_tape_next, its key set */
	SCSIEMU_V_LOCATE_FILE, /* addr = filemarks from BOP, count = partition
				*/
	SCSIEMU_V_DISCARD,     /* forget the record that is half written */
	SCSIEMU_V_EJECT,  /* flush; the core takes the medium out at did(OK) */
	SCSIEMU_V_INSERT, /* the core puts the ejected one back at did(OK) */
	SCSIEMU_V_MOVE,	  /* changer: addr = source, count = destination */
	SCSIEMU_V_OBJ_CREATE,
	SCSIEMU_V_OBJ_REMOVE,
	SCSIEMU_V_OBJ_GETATTR,
	SCSIEMU_V_OBJ_SETATTR,
	SCSIEMU_V_ANCHOR,  /* block: as UNMAP, but space stays reserved */
	SCSIEMU_V_NV_SAVE, /* count = record id, buf/len; durable before did */
	SCSIEMU_V_ACCESS,  /* addr = target port group, count = the state it is
			    * to be in (alua.h); E_* refuses */
	SCSIEMU_V_FORMAT,  /* block: addr = new length of a block, count = how
			    * many, UINT64_MAX: all; the medium's facts are the
			    * new ones before did(OK) */
	SCSIEMU_V_PARTITION, /* tape: buf = struct scsiemu_tape_layout */
	SCSIEMU_V_SETATTR,   /* tape: buf = attributes as they are on the wire,
			      * addr = partition; all or none of them */
	/* changer (changer.h); addr = element: */
	SCSIEMU_V_EXCHANGE, /* addr = source, count = first destination << 16 |
			     * second */
	SCSIEMU_V_SCAN,	    /* count elements from addr on; 0: all */
	SCSIEMU_V_TAG,	    /* buf = struct scsiemu_changer_tag */
	SCSIEMU_V_DOOR,	    /* count 1 opens it, 0 closes it */
	SCSIEMU_V_REACH	    /* count 1: the cartridge's memory is wanted, 0: not
			     * any more. Meanwhile V_SETATTR, count = element,
			     * is of that cartridge */
};

/* What did() is told. One table maps result x want to sense. With E_READ and
 * E_WRITE `bytes` is what was good before the error; with E_MISCOMPARE it is
 * the offset of the first differing byte inside this want (MATCH: inside the
 * verb's extent). With E_* cmd.info may carry the failing LBA. */
enum scsiemu_result {
	SCSIEMU_OK = 0, /* bulk: fewer than len = ask for the rest */
	SCSIEMU_R_RECORD =
		16,	/* tape READ/WRITE: record ended; info = length */
	SCSIEMU_R_MARK, /* tape: conditions, not failures */
	SCSIEMU_R_EOD,
	SCSIEMU_R_BOM,
	SCSIEMU_R_EOM,	 /* tape: no room, nothing of this record written */
	SCSIEMU_R_SHORT, /* object READ past the end: bytes valid, no more */
	SCSIEMU_E_READ = -1,
	SCSIEMU_E_WRITE = -2,
	SCSIEMU_E_MISCOMPARE = -3,
	SCSIEMU_E_NO_MEDIUM = -4,
	SCSIEMU_E_NOT_READY = -5,
	SCSIEMU_E_PROTECTED = -6,
	SCSIEMU_E_NO_SPACE = -7,
	SCSIEMU_E_BUSY = -8,
	SCSIEMU_E_HARDWARE = -9,
	SCSIEMU_E_TRANSPORT = -10, /* the initiator's bytes cannot be had */
	SCSIEMU_E_NO_OBJECT = -11,
	SCSIEMU_E_EXISTS = -12,
	SCSIEMU_E_RANGE = -13,
	SCSIEMU_E_GUARD = -15,	   /* tape: a protected record's check value */
	SCSIEMU_E_ENCRYPTED = -16, /* tape: it is, and that is not wanted */
	SCSIEMU_E_PLAIN = -17,	   /* tape: it is not, and should be */
	SCSIEMU_E_KEY = -18,	   /* tape: encrypted with another key */
	SCSIEMU_E_INTEGRITY = -19, /* tape: the key fits, the bytes do not */
	SCSIEMU_E_ABORTED = -14	   /* only seen by step functions (row.h) */
};

/* Wrong use of the API; the call changed nothing. */
enum scsiemu_error {
	SCSIEMU_ERR_ORDER = -32, /* not legal in this state */
	SCSIEMU_ERR_ARG = -33,	 /* an argument has an impossible value */
	SCSIEMU_ERR_SPACE = -34	 /* set-up memory or a table is full */
};

/* Sense as a value; encoded once, at the end (SPC-5 4.4). */
struct scsiemu_sense {
	uint8_t key;	/* sense key */
	uint8_t flags;	/* SCSIEMU_S_* */
	uint8_t sks;	/* enum scsiemu_sks: what field/bit mean */
	uint8_t bit;	/* 0..7, or SCSIEMU_NO_BIT */
	uint16_t asc;	/* ASC << 8 | ASCQ */
	uint16_t field; /* field pointer, or progress in 1/65536 */
	uint64_t info, specific;
	const uint8_t *extra; /* ready-made descriptors, in scratch */
	uint16_t extra_len;
};

enum {
	SCSIEMU_S_INFO = 1,	/* info is valid */
	SCSIEMU_S_SPECIFIC = 2, /* specific is valid */
	SCSIEMU_S_DEFERRED = 4, /* response code 71h/73h */
	SCSIEMU_S_BLOCK = 8,	/* ILI is of a block command (descriptor 5) */
	SCSIEMU_S_ILI = 0x20,
	SCSIEMU_S_EOM = 0x40,
	SCSIEMU_S_MARK = 0x80
};
enum scsiemu_sks {
	SCSIEMU_SKS_NONE,
	SCSIEMU_SKS_CDB,     /* field pointer into the CDB */
	SCSIEMU_SKS_PARAM,   /* field pointer into the parameter list */
	SCSIEMU_SKS_PROGRESS /* progress indication */
};
#define SCSIEMU_NO_BIT 0xff

enum scsiemu_outcome {
	SCSIEMU_STATUS, /* deliver status, sense and residuals */
	SCSIEMU_ABORTED /* send nothing; a TMF or reset explains it */
};

enum scsiemu_attr { /* SAM-5 8.6 task attributes */
		    SCSIEMU_SIMPLE,
		    SCSIEMU_ORDERED,
		    SCSIEMU_HEAD,
		    SCSIEMU_ACA
};

enum scsiemu_tmf { /* SAM-5 7: a command with tmf set is one of these */
		   SCSIEMU_TMF_NONE,
		   SCSIEMU_TMF_ABORT_TASK, /* cmd.tag = whose */
		   SCSIEMU_TMF_ABORT_TASK_SET,
		   SCSIEMU_TMF_CLEAR_TASK_SET,
		   SCSIEMU_TMF_CLEAR_ACA,
		   SCSIEMU_TMF_LU_RESET,
		   SCSIEMU_TMF_NEXUS_RESET,
		   SCSIEMU_TMF_TARGET_WARM_RESET,
		   SCSIEMU_TMF_TARGET_COLD_RESET, /* the transport also
						     disconnects */
		   SCSIEMU_TMF_QUERY_TASK,	  /* cmd.tag = whose */
		   SCSIEMU_TMF_QUERY_TASK_SET,
		   SCSIEMU_TMF_QUERY_ASYNC_EVENT,
		   /* TARGET_WARM_RESET of a transport that tells each LU of it
		    * by itself: this LU's part */
		   SCSIEMU_TMF_LU_WARM_RESET
};

enum scsiemu_response { /* of a TMF: SAM-5 service responses */
			SCSIEMU_RSP_COMPLETE,
			SCSIEMU_RSP_SUCCEEDED, /* QUERY *: found; response_info
						*/
			SCSIEMU_RSP_REJECTED,  /* function not supported */
			SCSIEMU_RSP_INCORRECT_LUN,
			SCSIEMU_RSP_NO_TASK /* ABORT TASK: nothing there (iSCSI
					     * says so; elsewhere FUNCTION
					     * COMPLETE) */
};

struct scsiemu_cmd {
	/* Set by the embedder before start(); unchanged, readable, until
	 * end(). */
	struct scsiemu_nexus *nexus; /* NULL: the device's anonymous one */
	const uint8_t *cdb;
	uint8_t *scratch; /* >= scsiemu_limits.scratch bytes, 8-aligned */
	void *user;	  /* the embedder's */
	uint64_t tag;	  /* unique per nexus while the command lives */
	uint32_t scratch_len;
	uint32_t in_len, out_len; /* host's buffers, 0 or SCSIEMU_UNKNOWN */
	uint16_t cdb_len;	  /* bytes READABLE at cdb: an upper bound */
	uint8_t attr;		  /* enum scsiemu_attr */
	uint8_t tmf;		  /* enum scsiemu_tmf; then cdb is unused */

	/* The want: valid until did(). */
	uint8_t want, verb;
	uint16_t flags;	       /* enum scsiemu_want_flag */
	uint32_t off, len;     /* place in the data phase; bytes wanted */
	uint32_t skip;	       /* bytes already done behind addr */
	struct scsiemu_lu *lu; /* whose medium */
	uint8_t *buf;
	uint64_t addr, count;
	uint64_t obj[2]; /* object stores: partition, object */

	/* Set by the embedder before did(), when the result says so. */
	uint64_t info; /* SCSIEMU_NO_INFO is preset */

	/* Results: valid when want == DONE (or SEND with LAST). */
	uint8_t status;	  /* SCSIEMU_GOOD ... */
	uint8_t outcome;  /* enum scsiemu_outcome */
	uint8_t response; /* enum scsiemu_response, of a TMF */
	uint8_t descr;	  /* D_SENSE in force: the default sense format */
	uint8_t aborted;  /* set at once by an abort, before DONE */
	uint8_t job;	  /* the device's own background command */
	uint8_t pad_[2];
	uint32_t in_done, out_done; /* bytes moved */
	uint32_t in_all, out_all;   /* bytes the command was about */
	uint32_t response_info;	    /* QUERY ASYNC EVENT: 3 bytes, SAM-5 7.9 */
	struct scsiemu_sense sense;

	uint64_t priv[38]; /* the core's */
};
#define SCSIEMU_NO_INFO UINT64_MAX

/*
 * Residuals, once for all transports: > 0 underflow (the host's buffer was
 * larger than what moved), < 0 overflow (the device had that much more), 0
 * also where the host's length is unknown. Valid when want == DONE.
 */
static inline int64_t scsiemu_resid(uint32_t host, uint32_t all, uint32_t done)
{
	if (host == SCSIEMU_UNKNOWN)
		return 0;
	if (all > host)
		return -(int64_t)(all - host);
	return (int64_t)host - (int64_t)done;
}

static inline int64_t scsiemu_in_resid(const struct scsiemu_cmd *c)
{
	return scsiemu_resid(c->in_len, c->in_all, c->in_done);
}

static inline int64_t scsiemu_out_resid(const struct scsiemu_cmd *c)
{
	return scsiemu_resid(c->out_len, c->out_all, c->out_done);
}

/*
 * Take the command and say what is wanted first (enum scsiemu_want_kind), or
 * < 0 SCSIEMU_ERR_*: then the core has not taken it. SCSI errors are never
 * returned here: they are DONE with a status. lu comes from scsiemu_lu_find(),
 * which never fails. DONE may come at once.
 */
int scsiemu_start(struct scsiemu_lu *lu, struct scsiemu_cmd *c);

/*
 * Answer the want and get the next one. Legal only while a data or STORE want
 * is out. result: enum scsiemu_result. Short counts are legal for SEND, RECV,
 * READ, WRITE, COMPARE unless WHOLE; 0 bytes with OK is SCSIEMU_ERR_ARG (it
 * would never end). For STORE wants bytes is ignored.
 */
int scsiemu_did(struct scsiemu_cmd *c, int result, uint32_t bytes);

/* The want that is out (again), or the first one after scsiemu_ready(). */
int scsiemu_next(struct scsiemu_cmd *c);

/*
 * The results are delivered and all memory lent for the command is free: it
 * leaves the task set, its extents open, waiters become ready. After this the
 * core never touches *c. Legal only after DONE.
 */
int scsiemu_end(struct scsiemu_cmd *c);

/*
 * Ask for an early end (connection lost, host time-out). At once for a command
 * that waits, else at its did(); either way the command comes through
 * scsiemu_ready() so that its driver can cancel or deliver. The want out keeps
 * its memory and its extents until did(): a late store write can never hit a
 * new owner. No effect after DONE.
 */
void scsiemu_abort(struct scsiemu_cmd *c);

/*
 * Encode cmd.sense into out; returns the length, at most cap. fmt: 0 = as the
 * command's D_SENSE says, 0x70 fixed (18 bytes), 0x72 descriptor. 0 when the
 * command has none (status is not CHECK CONDITION).
 */
unsigned scsiemu_sense_encode(const struct scsiemu_cmd *c, uint8_t *out,
			      unsigned cap, unsigned fmt);

/*
 * Length of a CDB by opcode group (and byte 7 for 7Fh), for transports that
 * are not told (TCMU); 0 when it cannot be derived (vendor groups, or readable
 * is too small).
 */
unsigned scsiemu_cdb_length(const uint8_t *cdb, size_t readable);

#ifdef __cplusplus
}
#endif
#endif
