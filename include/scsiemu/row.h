/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scsiemu/row.h - a command is a row. Dispatch, CDB checks, reservations,
 * readiness, ordering, REPORT SUPPORTED OPERATION CODES, traces, docs and the
 * generated tests all read the same row. The library's own device types and
 * the embedder's vendor commands (scsiemu_lu_config.rows) use this one API.
 */
#ifndef SCSIEMU_ROW_H
#define SCSIEMU_ROW_H

#include <scsiemu/cmd.h>
#include <scsiemu/wire.h>

#ifdef __cplusplus
extern "C" {
#endif

struct scsiemu_wr; /* windowed writer */
struct scsiemu_rd; /* bounded reader */

/* What a handler returns. */
enum scsiemu_handled {
	SCSIEMU_FAILED = -1, /* scsiemu_fail*() was called */
	SCSIEMU_FINISHED = 0,
	SCSIEMU_WANTS = 1 /* scsiemu_want_*() was called */
};

struct scsiemu_plan;
typedef int scsiemu_nodata_fn(struct scsiemu_cmd *c);
typedef int scsiemu_in_fn(struct scsiemu_cmd *c, struct scsiemu_wr *w);
typedef int scsiemu_out_fn(struct scsiemu_cmd *c, struct scsiemu_rd *r);
typedef int scsiemu_medium_fn(struct scsiemu_cmd *c, struct scsiemu_plan *p);
/* result: of the want just answered, OK or better (errors end the command
 * before, unless the row has SCSIEMU_ROW_ERRORS). */
typedef int scsiemu_step_fn(struct scsiemu_cmd *c, int result);

/* Handler kinds. */
enum scsiemu_kind {
	SCSIEMU_K_READ,	     /* no handler: blocks to the initiator */
	SCSIEMU_K_WRITE,     /* no handler: blocks from the initiator */
	SCSIEMU_K_NODATA,    /* fn.nodata (NULL: nothing to do); may leave a
			      * want, then `then` */
	SCSIEMU_K_PARAM_IN,  /* fn.in writes the whole reply, purely; the engine
			      * truncates, cuts into windows, re-runs. `then`
			      * (result OK) has the effects, once, at the end */
	SCSIEMU_K_PARAM_OUT, /* fn.out reads the complete list; may leave a
			      * want, then `then` */
	SCSIEMU_K_MEDIUM,    /* fn.medium fills a plan of at most 4 extents */
	SCSIEMU_K_STEPS	     /* fn.step: called with the result of its last
			      * want, first with OK */
};

/* Ordering classes (rulings A9). */
enum scsiemu_class {
	SCSIEMU_C_INFO, /* waits for nobody */
	SCSIEMU_C_RW,	/* not serialised against RW */
	SCSIEMU_C_EXCL, /* alone on its extent */
	SCSIEMU_C_LU	/* alone on the logical unit */
};

/* Where LBA and count sit in the CDB. */
enum scsiemu_fields {
	SCSIEMU_F_NONE,
	SCSIEMU_F_RW6,	  /* LBA [1-3] 21 bits, count [4], 0 = 256 */
	SCSIEMU_F_RW10,	  /* LBA [2-5], count [7-8] */
	SCSIEMU_F_RW12,	  /* LBA [2-5], count [6-9] */
	SCSIEMU_F_RW16,	  /* LBA [2-9], count [10-13] */
	SCSIEMU_F_RW32,	  /* LBA [12-19], count [28-31] */
	SCSIEMU_F_CAW,	  /* LBA [2-9], count [13] */
	SCSIEMU_F_ATOMIC, /* LBA [2-9], count [12-13] */
	SCSIEMU_F_1AT4,	  /* count [4]: MODE SENSE(6), REQUEST SENSE */
	SCSIEMU_F_2AT3,	  /* count [3-4]: INQUIRY, diagnostics */
	SCSIEMU_F_2AT7,	  /* count [7-8]: MODE SENSE(10), UNMAP */
	SCSIEMU_F_3AT2,	  /* count [2-4]: SEND, RECEIVE */
	SCSIEMU_F_3AT6,	  /* count [6-8]: READ BUFFER(10) */
	SCSIEMU_F_4AT5,	  /* count [5-8]: PERSISTENT RESERVE OUT */
	SCSIEMU_F_4AT6,	  /* count [6-9]: REPORT LUNS */
	SCSIEMU_F_4AT10,  /* count [10-13] */
	SCSIEMU_F_COUNT
};

/*
 * Conditions of a logical unit or nexus that stop a row: the row's `stops` is
 * the set that stops it. Order = the order in which they are reported.
 */
enum scsiemu_stop {
	SCSIEMU_ON_RESERVE6 = 1u << 0, /* another nexus holds a RESERVE */
	SCSIEMU_ON_PR_READ = 1u << 1,  /* PR that stops reading (EA, ...) */
	SCSIEMU_ON_PR_WRITE = 1u << 2, /* PR that stops writing (WE, ...) */
	SCSIEMU_ON_PR_ANY = 1u << 3,   /* any PR or registration (RESERVE) */
	SCSIEMU_ON_STANDBY = 1u << 4,  /* ALUA */
	SCSIEMU_ON_UNAVAILABLE = 1u << 5,
	SCSIEMU_ON_TRANSITION = 1u << 6,
	SCSIEMU_ON_OFFLINE = 1u << 7,
	SCSIEMU_ON_FORMAT = 1u << 8,
	SCSIEMU_ON_SANITIZE = 1u << 9,
	SCSIEMU_ON_SELFTEST = 1u << 10,
	SCSIEMU_ON_NO_MEDIUM = 1u << 11,
	SCSIEMU_ON_STOPPED = 1u << 12,
	SCSIEMU_ON_BECOMING = 1u << 13,
	SCSIEMU_ON_BAD_FORMAT = 1u << 14,
	SCSIEMU_ON_PROTECTED = 1u << 15, /* write protected */
	/* reservations cannot be told: stops every row that has not
	 * SCSIEMU_ROW_PR_LOST (SPC-5 5.13.5.3) */
	SCSIEMU_ON_PR_LOST = 1u << 16
};
/* The usual sets. */
#define SCSIEMU_STOP_ALUA                                                      \
	(SCSIEMU_ON_STANDBY | SCSIEMU_ON_UNAVAILABLE | SCSIEMU_ON_TRANSITION | \
	 SCSIEMU_ON_OFFLINE)
#define SCSIEMU_STOP_BUSY                                                      \
	(SCSIEMU_ON_FORMAT | SCSIEMU_ON_SANITIZE | SCSIEMU_ON_SELFTEST)
#define SCSIEMU_STOP_MEDIUM                                                    \
	(SCSIEMU_ON_NO_MEDIUM | SCSIEMU_ON_STOPPED | SCSIEMU_ON_BECOMING |     \
	 SCSIEMU_ON_BAD_FORMAT)
/* Reservation classes of SPC-5 table 70 (reference: A, R, W). */
#define SCSIEMU_PR_READ	 (SCSIEMU_ON_RESERVE6 | SCSIEMU_ON_PR_READ)
#define SCSIEMU_PR_WRITE (SCSIEMU_PR_READ | SCSIEMU_ON_PR_WRITE)

enum scsiemu_row_flag {
	SCSIEMU_ROW_UA_SKIP = 1,    /* runs though a UA is pending */
	SCSIEMU_ROW_UA_TAKE = 2,    /* reports the UA in its data */
	SCSIEMU_ROW_FACTS = 4,	    /* long reply pins its facts (A7) */
	SCSIEMU_ROW_BY_FIELD = 8,   /* stops depend on CDB fields: the type's
				     * stops() decides */
	SCSIEMU_ROW_BLOCKS = 16,    /* count is logical blocks: range check */
	SCSIEMU_ROW_RANGE = 32,	    /* only lba is checked against capacity */
	SCSIEMU_ROW_ERRORS = 64,    /* step functions see failures */
	SCSIEMU_ROW_UNDO = 512,	    /* on abort the step function is called with
				     * E_ABORTED and may leave one last STORE */
	SCSIEMU_ROW_LONG = 128,	    /* count is not bound by MAXIMUM TRANSFER
				     * LENGTH (no data of that size moves) */
	SCSIEMU_ROW_WHOLE_LU = 256, /* extent for ordering = the whole LU */
	SCSIEMU_ROW_NEXUS = 1024, /* not for the anonymous nexus, unless the LU
				   * is configured so (anonymous_pr): 5/20/00 */
	SCSIEMU_ROW_NAMED = 2048, /* the same, and not for one without a
				   * TransportID */
	SCSIEMU_ROW_PR_LOST = 4096, /* runs while the information about
				     * persistent reservations is lost */
	SCSIEMU_ROW_ZNR = 8192	    /* bit 6 of byte 1 is used where there are
				     * zones */
};

/* What must be there for the row to exist. */
enum scsiemu_need {
	/* low bits: enum scsiemu_can of the medium. Lending and CAS are no
	 * row's need, their bits stand for others: */
	SCSIEMU_NEED_MEDIUM = 1 << 4,	/* a type that has media */
	SCSIEMU_NEED_PRIORITY = 1 << 6, /* command priorities */
	SCSIEMU_NEED_REMOVABLE = 1 << 8,
	SCSIEMU_NEED_THIN = 1 << 9,
	SCSIEMU_NEED_BLOCK = 1 << 10,  /* scratch holds one block */
	SCSIEMU_NEED_2BLOCK = 1 << 11, /* scratch holds two blocks */
	SCSIEMU_NEED_SAVE = 1 << 12,
	SCSIEMU_NEED_SCAN = 1 << 13,  /* background scans */
	SCSIEMU_NEED_WHOLE = 1 << 14, /* limits.whole holds two blocks */
	/* offered by the logical unit's configuration or format */
	SCSIEMU_NEED_PR = 1 << 15,	 /* room for registrants */
	SCSIEMU_NEED_ALUA = 1 << 16,	 /* target port groups */
	SCSIEMU_NEED_ALUA_SET = 1 << 17, /* explicit ones */
	SCSIEMU_NEED_COPY = 1 << 18,	 /* third-party copy */
	SCSIEMU_NEED_PI = 1 << 19,	 /* formatted with protection */
	SCSIEMU_NEED_PI_2 = 1 << 20,	 /* ... of type 2 */
	SCSIEMU_NEED_ZONES = 1 << 21,
	SCSIEMU_NEED_FORMAT = 1 << 22, /* FORMAT UNIT, SANITIZE */
	SCSIEMU_NEED_DEFECTS = 1 << 23,
	SCSIEMU_NEED_STREAMS = 1 << 24,
	SCSIEMU_NEED_ATOMIC = 1 << 25,
	SCSIEMU_NEED_POWER = 1 << 26,
	SCSIEMU_NEED_REFERRALS = 1 << 27,
	SCSIEMU_NEED_LOG = 1 << 28,
	SCSIEMU_NEED_ELEMENTS = 1 << 29,
	SCSIEMU_NEED_TOKENS = 1 << 30, /* ROD tokens */
	/* Of a tape drive; their bits are a disk's otherwise. */
	SCSIEMU_NEED_PARTITIONS = SCSIEMU_NEED_FORMAT,
	SCSIEMU_NEED_REVERSE = SCSIEMU_NEED_DEFECTS,
	SCSIEMU_NEED_APPEND_ONLY = SCSIEMU_NEED_STREAMS,
	SCSIEMU_NEED_ATTRIBUTES = SCSIEMU_NEED_ELEMENTS,
	SCSIEMU_NEED_ENCRYPTION = SCSIEMU_NEED_PI_2,
	SCSIEMU_NEED_AUTOMATION = SCSIEMU_NEED_ATOMIC
};
/* The last bit is none of an int\'s: zone domains and realms. */
#define SCSIEMU_NEED_REALMS 0x80000000u

#define SCSIEMU_NO_SA	0xffff
#define SCSIEMU_NO_BYTE 0 /* byte 0 is the opcode */

struct scsiemu_row {
	const char *name; /* T10 name; NULL in builds without names */
	union {
		scsiemu_nodata_fn *nodata;
		scsiemu_in_fn *in;
		scsiemu_out_fn *out;
		scsiemu_medium_fn *medium;
		scsiemu_step_fn *step;
	} fn;
	scsiemu_step_fn *then;
	/* CDB usage data of len bytes (at most 32 of them), in RSOC's own
	 * encoding: opcode, service action as value, 1 = bit is evaluated. */
	const uint8_t *usage;
	uint32_t stops; /* enum scsiemu_stop */
	uint32_t needs; /* enum scsiemu_can, enum scsiemu_need */
	uint16_t flags; /* enum scsiemu_row_flag */
	uint16_t sa;	/* service action, or SCSIEMU_NO_SA */
	uint16_t max;	/* PARAM_OUT: longest list; 0 = scratch */
	uint16_t nominal, recommended; /* timeouts, s; 0 = not reported */
	uint16_t len;		       /* of the CDB: 6 to 260 */
	uint8_t op;
	uint8_t kind;	  /* enum scsiemu_kind */
	uint8_t cls;	  /* enum scsiemu_class */
	uint8_t fields;	  /* enum scsiemu_fields */
	uint8_t prot_at;  /* byte with PROTECT in bits 7-5; 0 = none */
	uint8_t group_at; /* byte with GROUP NUMBER in bits 4-0; 0 = none */
	uint8_t obsolete; /* bits of byte 1 that were something once: neither
			   * reported nor refused (FUA_NV, SYNC_NV) */
	uint8_t anchor;	  /* the ANCHOR bit of the byte at prot_at, or byte 1 */
};

/* In a table: usage bytes. The compiler makes a const array of them. */
#define SCSIEMU_USAGE(...)                                                     \
	(const uint8_t[])                                                      \
	{                                                                      \
		__VA_ARGS__                                                    \
	}

/*
 * Fields of the running command, for handlers. lba and count as the row's
 * `fields` says (count: blocks, allocation or parameter list length).
 */
uint64_t scsiemu_cmd_lba(const struct scsiemu_cmd *c);
uint32_t scsiemu_cmd_count(const struct scsiemu_cmd *c);
/* The LU the command was sent to (cmd.lu is the want's). */
struct scsiemu_lu *scsiemu_cmd_lu(const struct scsiemu_cmd *c);
const struct scsiemu_row *scsiemu_cmd_row(const struct scsiemu_cmd *c);
/* A counter that starts at 0, for step functions. */
unsigned *scsiemu_cmd_step(struct scsiemu_cmd *c);
/* Two words of a handler's own, zero at the start. */
uint64_t *scsiemu_cmd_own(struct scsiemu_cmd *c);

/* End with CHECK CONDITION. All return SCSIEMU_FAILED. asc: ASC << 8 | ASCQ.
 * bit: 0..7, or SCSIEMU_NO_BIT. */
int scsiemu_fail(struct scsiemu_cmd *c, uint8_t key, uint16_t asc);
/* 5/24/00 with a field pointer into the CDB */
int scsiemu_fail_cdb(struct scsiemu_cmd *c, uint16_t byte, uint8_t bit);
/* 5/asc with a field pointer into the parameter list */
int scsiemu_fail_param(struct scsiemu_cmd *c, uint16_t asc, uint16_t byte,
		       uint8_t bit);
/* with INFORMATION */
int scsiemu_fail_info(struct scsiemu_cmd *c, uint8_t key, uint16_t asc,
		      uint64_t info);
/* A status without sense (RESERVATION CONFLICT, BUSY). */
int scsiemu_fail_status(struct scsiemu_cmd *c, uint8_t status);
/* Finish with another good status (CONDITION MET). Returns FINISHED. */
int scsiemu_finish(struct scsiemu_cmd *c, uint8_t status);

/* Leave a want; all return SCSIEMU_WANTS. lu NULL: the command's own. */
int scsiemu_want_store(struct scsiemu_cmd *c, struct scsiemu_lu *lu,
		       enum scsiemu_verb verb, uint64_t addr, uint64_t count,
		       uint16_t flags);
/* V_LOAD, V_SAVE, V_STATUS, V_FILL, V_MATCH, V_NV_SAVE: with a buffer, which
 * must lie in the command's scratch or in memory that outlives it. */
int scsiemu_want_buffer(struct scsiemu_cmd *c, struct scsiemu_lu *lu,
			enum scsiemu_verb verb, uint64_t addr, uint64_t count,
			void *buf, uint32_t len);
/* Bytes off.. of data-out -> buf. Fewer when the host has fewer: see
 * scsiemu_cmd_got(). */
int scsiemu_want_recv(struct scsiemu_cmd *c, uint32_t off, void *buf,
		      uint32_t len);
/* buf -> bytes off.. of data-in (cut to the host's room). off may leave a gap
 * behind what was sent: it is sent as zeros. */
int scsiemu_want_send(struct scsiemu_cmd *c, uint32_t off, const void *buf,
		      uint32_t len);
/* Blocks or object bytes straight between medium and initiator. kind: READ,
 * WRITE or COMPARE. */
int scsiemu_want_bulk(struct scsiemu_cmd *c, struct scsiemu_lu *lu,
		      enum scsiemu_want_kind kind, uint64_t addr, uint32_t off,
		      uint32_t len, uint16_t flags);
/* A step function goes on, with OK, after so many ms at the earliest: at a
 * scsiemu_device_tick(). The command keeps its place in the task set; an abort
 * ends it at once. Not while it finishes a reply. */
int scsiemu_want_delay(struct scsiemu_cmd *c, uint32_t ms);
/* Bytes the want just answered really moved. */
uint32_t scsiemu_cmd_got(const struct scsiemu_cmd *c);

/*
 * The command goes on with another logical unit (A6): takes its place in that
 * LU's task set before its first want there. Call in ascending LU order.
 * entry: memory in the tail of scratch, SCSIEMU_ENTRY_SIZE bytes. Returns
 * WANTS when it must wait: then the step function is called again with OK.
 */
#define SCSIEMU_ENTRY_SIZE 64
int scsiemu_cmd_enter(struct scsiemu_cmd *c, struct scsiemu_lu *lu,
		      enum scsiemu_class cls, uint64_t lba, uint64_t nblk,
		      void *entry);

/* Start a background job on the LU (A8): a command of the device's own whose
 * steps are fn. own[0..1] are copied. 0, or SCSIEMU_ERR_SPACE: all jobs are
 * running. survives: LU RESET does not abort it. */
int scsiemu_job_start(struct scsiemu_lu *lu, scsiemu_step_fn *fn,
		      const uint64_t own[2], bool survives);

/* A plan: at most 4 segments, run in order; data offsets follow from them. */
struct scsiemu_segment {
	uint64_t lba;
	uint32_t nblk;
	uint32_t off; /* where its bytes are in the data phase */
	uint8_t want; /* READ, WRITE, COMPARE, or STORE with verb */
	uint8_t verb;
	uint16_t flags;
};
struct scsiemu_plan {
	uint8_t n;
	struct scsiemu_segment seg[4];
};

/* The writer: counts all bytes, keeps only the window. Multi-byte values are
 * big-endian. */
void scsiemu_wr_u8(struct scsiemu_wr *w, unsigned v);
void scsiemu_wr_be16(struct scsiemu_wr *w, unsigned v);
void scsiemu_wr_be24(struct scsiemu_wr *w, uint32_t v);
void scsiemu_wr_be32(struct scsiemu_wr *w, uint32_t v);
void scsiemu_wr_be64(struct scsiemu_wr *w, uint64_t v);
void scsiemu_wr_bytes(struct scsiemu_wr *w, const void *p, uint32_t n);
void scsiemu_wr_zero(struct scsiemu_wr *w, uint32_t n);
/* s left-aligned in n bytes, padded with spaces. */
void scsiemu_wr_ascii(struct scsiemu_wr *w, const char *s, uint32_t n);
/* Position: bytes written so far. */
uint32_t scsiemu_wr_tell(const struct scsiemu_wr *w);
/* Fill in a length field of 1, 2 or 4 bytes at `at`: what was written behind
 * the field, plus add. */
void scsiemu_wr_len(struct scsiemu_wr *w, uint32_t at, unsigned bytes, int add);
/* A list of count items of size bytes each: moves over those in front of the
 * window and returns in [*first, *last) those to write. Afterwards call
 * scsiemu_wr_items_end() with the number of those that remain behind. */
void scsiemu_wr_items(struct scsiemu_wr *w, uint32_t count, uint32_t size,
		      uint32_t *first, uint32_t *last);
void scsiemu_wr_items_end(struct scsiemu_wr *w, uint32_t remain, uint32_t size);

/* The reader: past the end it gives zeros; ask scsiemu_rd_need() first. */
uint32_t scsiemu_rd_left(const struct scsiemu_rd *r);
uint32_t scsiemu_rd_tell(const struct scsiemu_rd *r);
/* Are n more bytes there? If not: 5/1A/00 is set and false returned. */
bool scsiemu_rd_need(struct scsiemu_rd *r, uint32_t n);
unsigned scsiemu_rd_u8(struct scsiemu_rd *r);
unsigned scsiemu_rd_be16(struct scsiemu_rd *r);
uint32_t scsiemu_rd_be24(struct scsiemu_rd *r);
uint32_t scsiemu_rd_be32(struct scsiemu_rd *r);
uint64_t scsiemu_rd_be64(struct scsiemu_rd *r);
void scsiemu_rd_skip(struct scsiemu_rd *r, uint32_t n);
/* n bytes in place, or NULL when they are not there. They stay in the
 * command's scratch. */
uint8_t *scsiemu_rd_bytes(struct scsiemu_rd *r, uint32_t n);

#ifdef __cplusplus
}
#endif
#endif
