/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scsiemu/device.h - devices, logical units, nexuses, target ports.
 *
 * A device owns logical units and nexuses that interact; it is the unit of
 * serialisation: calls on one device must not overlap.
 */
#ifndef SCSIEMU_DEVICE_H
#define SCSIEMU_DEVICE_H

#include <scsiemu/cmd.h>
#include <scsiemu/trace.h>

#ifdef __cplusplus
extern "C" {
#endif

struct scsiemu_row;
struct scsiemu_type; /* a device type: scsiemu_sbc in <scsiemu/sbc.h>, ... */
struct scsiemu_nv_ops;
struct scsiemu_alua;
struct scsiemu_power;

/* A limit of this value: there are none. */
#define SCSIEMU_NONE UINT32_MAX

/* Zero = default. Sizes of the set-up memory and what VPD and RSOC promise. */
struct scsiemu_limits {
	uint32_t size;	      /* sizeof *this */
	uint32_t lus;	      /* 1 */
	uint32_t nexuses;     /* 1, besides the anonymous one */
	uint32_t itls;	      /* (LU, nexus) pairs with state; lus + nexuses */
	uint32_t ports;	      /* target ports; 1 */
	uint32_t types;	      /* different row sets among the LUs; 1 */
	uint32_t lu_state;    /* bytes of state per LU (mode pages); 320. LUs
			       * may bring their own */
	uint32_t scratch;     /* least scratch of every command; 512. Bounds
			       * parameter lists (VPD B0, 8F) */
	uint32_t whole;	      /* largest WHOLE want the embedder can answer;
			       * bounds COMPARE AND WRITE; scratch / 2 */
	uint32_t max_xfer;    /* longest data phase of a block command, bytes;
			       * 2 GiB less a block */
	uint32_t jobs;	      /* background jobs at once; 1 */
	uint32_t job_scratch; /* buffer of each job; scratch */
	uint32_t cmd_size;    /* bytes of a job's command: what the driver needs
			       * behind it; enough for the pump's task. Firmware:
			       * sizeof(struct scsiemu_cmd) */
	uint32_t pin_ms;      /* how long a many-window reply may hold off a
			       * change of facts; 2000 */
	uint32_t abort_ms;    /* a TMF, and PREEMPT AND ABORT, answers after
			       * this though a store hangs; 2000 */
	uint32_t registrants; /* registrations (PERSISTENT RESERVE OUT) of all
			       * LUs; 4 * lus, at most 64. SCSIEMU_NONE: no
			       * persistent reservations */
	uint32_t copies;      /* third-party copies that are under way or whose
			       * results are kept; 0: no third-party copy */
	uint32_t rod_tokens;  /* ROD tokens at once; 0: none. They need
			       * scsiemu_device_copy() with random */
	uint32_t rod_ranges;  /* ranges of blocks of one ROD token; 32 */
	uint32_t aliases;     /* alias entries (CHANGE ALIASES) of all nexuses
			       * and LUs, where there is third-party copy, which
			       * names its parties by them; 16. Each of some 300
			       * bytes */
	uint32_t copy_held;   /* bytes that each copy holds for RECEIVE COPY
			       * DATA; 0: none, and no segments that hold */
};

/* Bytes that scsiemu_device_init() needs for these limits. */
size_t scsiemu_device_size(const struct scsiemu_limits *l);

/*
 * Make a device in mem (max-aligned, size bytes, the caller's; stays in use
 * until nobody calls into the device any more; there is nothing to destroy).
 * 0, or SCSIEMU_ERR_SPACE when size is too small.
 */
int scsiemu_device_init(void *mem, size_t size, const struct scsiemu_limits *l,
			struct scsiemu_device **out);

/* The limits as they came out: no zeros. */
const struct scsiemu_limits *scsiemu_device_limits(
	const struct scsiemu_device *d);

/* How hosted programs give memory; the library itself never calls malloc. */
struct scsiemu_allocator {
	void *(*alloc)(void *ctx, size_t size); /* max-aligned, or NULL */
	void (*free)(void *ctx, void *mem);
	void *ctx;
};

/* scsiemu_device_init() in memory from a, which stays the caller's until
 * scsiemu_device_destroy(). NULL: out of memory. */
struct scsiemu_device *scsiemu_device_create(const struct scsiemu_limits *l,
					     const struct scsiemu_allocator *a);
/* Give it back. No command may be alive. */
void scsiemu_device_destroy(struct scsiemu_device *d,
			    const struct scsiemu_allocator *a);

/* More room for (LU, nexus) state, from outside the command path; mem stays
 * in use until the device dies. 0 or SCSIEMU_ERR_SPACE (mem too small). */
int scsiemu_device_grow(struct scsiemu_device *d, void *mem, size_t size);
/* Pairs still free: grow when it gets low. */
uint32_t scsiemu_device_itl_free(const struct scsiemu_device *d);
/* Make it at least so many free pairs, from outside the command path. 0 or
 * SCSIEMU_ERR_SPACE: no memory, or not made by scsiemu_device_create(). */
int scsiemu_device_reserve(struct scsiemu_device *d, uint32_t pairs);

/*
 * Feed time: a monotonic clock in ms, any origin. Returns when to come back
 * (absolute ms, UINT64_MAX: no need). Afterwards run scsiemu_ready().
 */
uint64_t scsiemu_device_tick(struct scsiemu_device *d, uint64_t now_ms);
/* When tick() has something to do: as it returned, or sooner, where a command
 * has asked for a time since. */
uint64_t scsiemu_device_due(const struct scsiemu_device *d);
/* What time it is, for what begins now to count from, where ticks are far
 * apart. Nothing happens. */
void scsiemu_device_time(struct scsiemu_device *d, uint64_t now_ms);

/* Wall clock for REPORT TIMESTAMP: ms since 1970 at now_ms of tick(). Not
 * called: the timestamp counts from 0 at power on (SPC-5 5.20). */
void scsiemu_device_wall(struct scsiemu_device *d, uint64_t unix_ms);

/*
 * The next command that can go on: a WAIT that ended, a command that was
 * aborted while its want is out (cancel the want, then did()), one that was
 * aborted while it waited, a TMF that finished, a JOB (drive it like any
 * other, then scsiemu_end()). Call scsiemu_next() on it. NULL: none. Call
 * until NULL after every end(), did(), abort() and tick().
 */
struct scsiemu_cmd *scsiemu_ready(struct scsiemu_device *d);

/* Trace every step of every command; fn NULL turns it off. */
void scsiemu_device_trace(struct scsiemu_device *d, scsiemu_trace_fn *fn,
			  void *ctx);

/* One end of a third-party copy, as a host names it. */
struct scsiemu_copy_party {
	struct scsiemu_nexus *nexus; /* who copies; NULL: the anonymous one */
	/* As in VPD 83h: a header of 4 bytes, then the designator. */
	const uint8_t *designator;
	uint32_t len;
	struct scsiemu_lu *lu; /* that has it, of this device; NULL: none has */
	bool write;	       /* it is the destination */
};
/* The logical unit that is meant and that the nexus may reach so; NULL: there
 * is none (A/08/04). One of another device is never reached (A/0D/02). */
typedef struct scsiemu_lu *scsiemu_copy_fn(void *ctx,
					   const struct scsiemu_copy_party *p);
/* len unpredictable bytes into buf; false: there are none now. */
typedef bool scsiemu_random_fn(void *ctx, void *buf, uint32_t len);

struct scsiemu_copy_config {
	uint32_t size; /* sizeof *this */
	/* NULL: all logical units of the device, for everybody who sees it. */
	scsiemu_copy_fn *party;
	/* For ROD tokens, which have to be unguessable; NULL: no tokens. */
	scsiemu_random_fn *random;
	void *ctx;
};
/* Before the first scsiemu_lu_add(). Both functions are called on the device's
 * thread, inside scsiemu_start() and scsiemu_did(), and must answer at once. */
void scsiemu_device_copy(struct scsiemu_device *d,
			 const struct scsiemu_copy_config *cf);

/* A target port, for VPD 83h and 88h. Strings stay the caller's. */
struct scsiemu_target_port {
	uint16_t id;	  /* relative target port identifier, 1 ... */
	uint16_t group;	  /* target port group */
	uint8_t protocol; /* SPC-5 table 477: 5 iSCSI, 6 SAS, 0 FC */
	const char *name; /* SCSI name string ("iqn...,t,0x0001") or NULL */
	const char *device_name; /* of the target device ("iqn...") or NULL */
};
/* 0, SCSIEMU_ERR_SPACE, or SCSIEMU_ERR_ARG (id 0 or in use). */
int scsiemu_port_add(struct scsiemu_device *d,
		     const struct scsiemu_target_port *p);

/*
 * Facts: answers from memory, at once, on the owner's thread. They change only
 * (a) inside a store call made for a want of this LU or at the moment its
 * completion is delivered, or (b) inside scsiemu_lu_changed() and
 * scsiemu_lu_load().
 */
struct scsiemu_medium {
	uint32_t kind;	     /* SCSIEMU_BLOCK, ... (store.h) */
	uint32_t able;	     /* SCSIEMU_CAN_*: by scsiemu_medium_init(), or by
			      * hand where the embedder answers wants */
	const void *ops;     /* the kind's vtable; NULL: embedder answers */
	void *ctx;	     /* the store */
	uint64_t nblk;	     /* block: capacity in logical blocks */
	uint32_t blen;	     /* block: bytes of a logical block, 256..4096 */
	uint32_t granule;    /* block: unmap granularity in blocks; 0 = 1 */
	uint16_t rpm;	     /* block: rotation rate; 0 unknown, 1 = solid */
	uint8_t exponent;    /* block: 2^n logical blocks per physical */
	uint8_t aligned;     /* block: lowest aligned LBA */
	bool read_only;	     /* the medium refuses writes */
	bool thin;	     /* block: LBPME; needs SCSIEMU_CAN_UNMAP */
	bool zeroes;	     /* block: unmapped blocks read as zeros (LBPRZ) */
	uint32_t atomic_blk; /* block: as many can be written so that after a
			      * power loss all or none of them are new */
	bool anchors;	     /* block: what is deallocated can keep its room */
	uint16_t pi_len;     /* block: bytes of protection information that the
			      * store has room for with each block; 8 for each
			      * interval (SBC-4 4.21) */
};

/*
 * The standard that a logical unit is one of: VERSION of INQUIRY. Before SPC-3
 * it has the commands, CDB bits, pages, lengths and unit attentions of its
 * time, and nothing that is configured beyond them. Values are T10's.
 */
enum scsiemu_level {
	SCSIEMU_LEVEL_SCSI_1 = 1, /* with the Common Command Set, revision 4B */
	SCSIEMU_LEVEL_SCSI_2 = 2,
	SCSIEMU_LEVEL_SPC = 3,
	SCSIEMU_LEVEL_SPC_2 = 4,
	SCSIEMU_LEVEL_SPC_3 = 5,
	SCSIEMU_LEVEL_SPC_4 = 6,
	SCSIEMU_LEVEL_SPC_5 = 7,
	SCSIEMU_LEVEL_SPC_6 = 13
};

/* A command: its opcode, its service action or SCSIEMU_NO_SA. */
struct scsiemu_hidden {
	uint8_t op;
	uint16_t sa;
};

/* Bytes of a mode page that begin otherwise than the type's: from byte `at` of
 * the page on, behind its header. */
struct scsiemu_mode_value {
	uint8_t code, sub;
	uint8_t at, len; /* at most 14 bytes */
	uint8_t bytes[14];
};

/*
 * What one product does otherwise than its type: what it does not have, and
 * what its maker says of it. Zero: as the type has it. What the LU can do stays
 * as it is: who hides UNMAP also hides the VPD page that promises it.
 */
struct scsiemu_quirks {
	uint32_t size; /* sizeof *this */
	/* Commands that it does not know, at most SCSIEMU_HIDDEN; rows of the
	 * embedder's stay. */
	const struct scsiemu_hidden *hide;
	unsigned nhide;
	/* The VPD pages besides 00h that it has, where the type has them; nvpd
	 * 0: all of the type. */
	const uint8_t *vpd;
	unsigned nvpd;
	/* Vendor specific bytes of INQUIRY, from byte 36 on: at most 20. */
	const uint8_t *inquiry;
	unsigned ninquiry;
	/* Version descriptors of INQUIRY (SPC-5 table 142), at most 8 (0: the
	 * type's), and its length, 36 to 96 bytes (0: 36, from SPC-2 on 96). */
	const uint16_t *versions;
	unsigned nversions;
	uint8_t inquiry_len;
	/* VERSION of INQUIRY, where it says less (or more) than what it can do,
	 * which is scsiemu_lu_config.version; 0: the same. */
	uint8_t claims;
	/* The mode pages (code in the high byte, subpage code in the low one,
	 * at most SCSIEMU_SHOWN) and log pages besides 00h (codes below 40h)
	 * that it has, where the type has them; none: all of the type. */
	const uint16_t *modes;
	unsigned nmodes;
	const uint8_t *logs;
	unsigned nlogs;
	/* Default values of mode pages, at most SCSIEMU_MODE_VALUES. */
	const struct scsiemu_mode_value *values;
	unsigned nvalues;
};
#define SCSIEMU_HIDDEN	    32
#define SCSIEMU_SHOWN	    32
#define SCSIEMU_MODE_VALUES 8

struct scsiemu_lu_config {
	uint32_t size; /* sizeof *this */
	const struct scsiemu_type *type;
	/* Copied; ASCII 20h..7Eh; NULL = the type's default. */
	const char *vendor, *product, *revision;
	const char *serial; /* at most 32 bytes; default from the LUN */
	uint64_t naa;	    /* 64-bit NAA designator; 0 = derived, locally
			     * assigned (NAA 3) from vendor and serial */
	uint8_t version;    /* enum scsiemu_level; 0 = SPC-4 */
	bool removable;
	bool read_only;	   /* write protected whatever the medium says */
	bool anonymous_pr; /* the anonymous nexus may reserve, as one host */
	bool can_save;	   /* without nv: the embedder answers V_NV_SAVE */
	bool aca;	   /* NORMACA: the NACA bit makes an ACA condition */
	/* Durable small state: saved mode pages, identifiers. May be NULL. */
	const struct scsiemu_nv_ops *nv;
	void *nv_ctx;
	/* The embedder's own commands, tried first (row.h). */
	const struct scsiemu_row *rows;
	unsigned nrows;
	/* What the type offers beyond the usual, or NULL: struct
	 * scsiemu_sbc_options of a disk. Copied. */
	const void *options;
	/* State of its own instead of limits.lu_state bytes of the device's:
	 * 8-aligned, the caller's until the LU is gone. NULL: the device's. */
	void *state;
	uint32_t state_len; /* scsiemu_lu_state_size(), or less */
	/* Asymmetric access (alua.h), or NULL. Copied. */
	const struct scsiemu_alua *alua;
	bool priorities; /* REPORT PRIORITY, SET PRIORITY */
	bool logs;	 /* log pages (log.h): LOG SENSE, LOG SELECT */
	/* Parameters of the Application Client page, at most 64, of 260 bytes
	 * of state each. */
	uint8_t log_clients;
	uint16_t
		inject_rules; /* room for rules of error injection (inject.h) */
	/* Power conditions (power.h), or NULL. Copied. */
	const struct scsiemu_power *power;
	const struct scsiemu_quirks *quirks; /* or NULL. Copied. */
	bool deferred; /* deferred errors: scsiemu_lu_deferred() */
};

/* Bytes of state of a LU that is configured so: all that it offers, at its
 * full size. With less, buffers and identifying information get shorter. */
uint32_t scsiemu_lu_state_size(const struct scsiemu_lu_config *cf);

/*
 * Add a logical unit. lun: 0..16383 (single-level, SAM-5 4.7). NULL: no room
 * (limits), LUN in use, or an impossible configuration. Other LUs' nexuses
 * get 3F/0E.
 */
struct scsiemu_lu *scsiemu_lu_add(struct scsiemu_device *d, uint16_t lun,
				  const struct scsiemu_lu_config *cf);
/*
 * Take it out: its commands are aborted, nexuses get 3F/0E. Commands that are
 * still alive keep it until their end(); its memory is used again after that.
 */
void scsiemu_lu_remove(struct scsiemu_lu *lu);

/*
 * The logical unit of an 8-byte LUN field; O(1). A LUN nobody has gives the
 * device's absent LU, which answers as the standard says (INQUIRY 7Fh,
 * 5/25/00); C101h gives the REPORT LUNS well-known LU.
 */
struct scsiemu_lu *scsiemu_lu_find(struct scsiemu_device *d,
				   const uint8_t lun[8]);
/* The same by number, for a transport that has no LUN fields; no number is the
 * well-known LU's. */
struct scsiemu_lu *scsiemu_lu_find_number(struct scsiemu_device *d,
					  unsigned lun);
/*
 * The logical unit that the CDB itself addresses: bits 7 to 5 of byte 1 (SCSI-2
 * 7.2.2). For a transport whose initiator sent no IDENTIFY message; NULL never,
 * as above. len: bytes of the CDB.
 */
struct scsiemu_lu *scsiemu_lu_find_cdb(struct scsiemu_device *d,
				       const uint8_t *cdb, size_t len);

/*
 * Put a medium in, or take it out (m NULL): readiness, and with announce UA
 * 28/00. Waits for nobody: call it with no command active on the LU. m stays
 * the caller's and must live as long as it is loaded.
 */
void scsiemu_lu_load(struct scsiemu_lu *lu, struct scsiemu_medium *m,
		     bool announce);
/* The loaded medium's facts were changed by its owner (resize, write protect):
 * UA 2A/09 when the capacity changed. */
void scsiemu_lu_changed(struct scsiemu_lu *lu);
/*
 * A write failed after the status of its command, behind a volatile cache or
 * IMMED: a deferred error (SPC-4 4.5.5). The next command of the nexus that is
 * not INQUIRY or REPORT LUNS ends with it and does nothing, or REQUEST SENSE
 * reports it; both once, after unit attentions. NULL, or a nexus that is gone:
 * nobody knows whose it was, all that use the LU are told. A nexus is told the
 * last one only. s is copied, without extra. On the device's thread, also
 * inside a store's functions. 0, SCSIEMU_ERR_ARG (scsiemu_lu_config.deferred),
 * or SCSIEMU_ERR_SPACE: two errors have still to be told, to others.
 */
int scsiemu_lu_deferred(struct scsiemu_lu *lu, struct scsiemu_nexus *nexus,
			const struct scsiemu_sense *s);
struct scsiemu_medium *scsiemu_lu_medium(struct scsiemu_lu *lu);
/* What was loaded before it was taken out, for V_INSERT; NULL: nothing. */
struct scsiemu_medium *scsiemu_lu_ejected(struct scsiemu_lu *lu);
struct scsiemu_device *scsiemu_lu_device(struct scsiemu_lu *lu);
uint16_t scsiemu_lu_lun(const struct scsiemu_lu *lu);
const struct scsiemu_nv_ops *scsiemu_lu_nv(const struct scsiemu_lu *lu,
					   void **ctx);

/* Records of small durable state. Values are ABI and on-disk format. */
enum scsiemu_nv_id {
	SCSIEMU_NV_MODE = 1,	  /* saved mode pages */
	SCSIEMU_NV_IDENT = 2,	  /* SET IDENTIFYING INFORMATION, type 0 */
	SCSIEMU_NV_TEXT = 3,	  /* SET IDENTIFYING INFORMATION, type 2 */
	SCSIEMU_NV_PR = 4,	  /* persistent reservations (APTPL) */
	SCSIEMU_NV_FORMAT = 5,	  /* block size, protection, capacity */
	SCSIEMU_NV_WORK = 6,	  /* FORMAT UNIT, SANITIZE, ... in progress */
	SCSIEMU_NV_DEFECTS = 7,	  /* grown defects, blocks marked unreadable */
	SCSIEMU_NV_LOG = 8,	  /* log parameters that are saved */
	SCSIEMU_NV_SELFTEST = 9,  /* self-test results */
	SCSIEMU_NV_ALUA = 10,	  /* target port group states set by a host */
	SCSIEMU_NV_ELEMENTS = 11, /* depopulated elements */
	SCSIEMU_NV_ZONES = 12,	  /* zone states: not used, they are chunks */
	SCSIEMU_NV_COUNTERS = 13, /* what logs have counted, time powered on */
	SCSIEMU_NV_COUNT,
	/* From here on: pieces of a state that is large, of zones */
	SCSIEMU_NV_CHUNK = 0x100
};
/*
 * Hand back what was saved under id (before the first command). 0, or
 * SCSIEMU_ERR_ARG: the bytes are not what this LU saves (foreign, damaged),
 * nothing was changed.
 */
int scsiemu_lu_restore(struct scsiemu_lu *lu, uint32_t id, const void *buf,
		       uint32_t len);

/* The records that this LU may have saved, in the order in which to hand them
 * back: that behind id (0: the first); 0 when there are no more. */
uint32_t scsiemu_lu_record(const struct scsiemu_lu *lu, uint32_t id);
/*
 * Before the LU goes: what it has not saved yet because nobody asked for it to
 * be durable. Flush the medium first, then call until it returns 0: each call
 * fills buf (*len: room, then length; 512 bytes are enough) with a record and
 * returns its id. No command may be alive.
 */
uint32_t scsiemu_lu_unsaved(struct scsiemu_lu *lu, void *buf, uint32_t *len);
/*
 * Persistent reservations of a logical unit as bytes (version, check sum, the
 * same on every machine): what V_NV_SAVE of SCSIEMU_NV_PR saves, and what one
 * server of a pair hands to the other. From outside the command path.
 *
 * export: *len is the room, then the length, 28 bytes and for each
 * registration 12 and its TransportID (at most 252). 0, SCSIEMU_ERR_SPACE (not
 * enough room), SCSIEMU_ERR_ORDER (a change is being saved: try again), or
 * SCSIEMU_ERR_ARG (no persistent reservations here).
 *
 * import replaces all there is, PRgeneration included; nexuses that lose their
 * registration get 2A/05, others 2A/04 when the reservation is not what it was.
 * 0, or nothing was changed: SCSIEMU_ERR_ARG (damaged, of another version),
 * SCSIEMU_ERR_SPACE (limits.registrants), SCSIEMU_ERR_ORDER (as above).
 */
int scsiemu_lu_pr_export(const struct scsiemu_lu *lu, void *buf, uint32_t *len);
int scsiemu_lu_pr_import(struct scsiemu_lu *lu, const void *buf, uint32_t len);
/*
 * What was saved cannot be had (its file is damaged), but the logical unit is
 * to be served: all but a few commands end with 7/44/01 until a host sends
 * PERSISTENT RESERVE OUT with REPLACE LOST RESERVATION (SPC-5 5.13.5.3), or
 * scsiemu_lu_pr_import() succeeds.
 */
void scsiemu_lu_pr_lost(struct scsiemu_lu *lu);

struct scsiemu_nexus_config {
	uint32_t size; /* sizeof *this */
	/* TransportID (SPC-5 7.6.4), 24 to 252 bytes; the caller's until
	 * detach. With the port it is whom a persistent reservation knows.
	 * NULL: it cannot register for any. */
	const uint8_t *transport_id;
	uint16_t transport_id_len;
	uint16_t port; /* relative target port it came through; 0 = first */
	bool again;    /* known before (session reinstated): its first unit
			* attention is 29/07 instead of 29/00 */
	void *user;
};
/* NULL: limits.nexuses are in use. */
struct scsiemu_nexus *scsiemu_nexus_attach(
	struct scsiemu_device *d, const struct scsiemu_nexus_config *cf);
/*
 * I_T nexus loss: aborts its commands, frees its (LU, nexus) state, drops its
 * SPC-2 reservations and PREVENT; persistent registrations stay. Its memory is
 * used again when the last of its commands has ended.
 */
void scsiemu_nexus_detach(struct scsiemu_nexus *n);
void *scsiemu_nexus_user(const struct scsiemu_nexus *n);
/* Its TransportID, *len bytes: who it is, for those that did not attach it.
 * NULL: it has none. */
const uint8_t *scsiemu_nexus_transport_id(const struct scsiemu_nexus *n,
					  uint16_t *len);

#ifdef __cplusplus
}
#endif
#endif
