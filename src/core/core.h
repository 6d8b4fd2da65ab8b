/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/core.h - the engine's structures, for src/core, src/spc and the device
 * types. Transports, stores and embedders see only include/scsiemu/.
 */
#ifndef SEMU_CORE_H
#define SEMU_CORE_H

#include "core/bytes.h"
#include "core/config.h"
#include "core/levels.h"
#include "core/parts.h"
#include "core/quirks.h"
#include "core/steps.h"

#include <scsiemu/device.h>
#include <scsiemu/row.h>
#include <scsiemu/store.h>
#include <scsiemu/wire.h>

struct semu_itl;
struct semu_copy;  /* core/copies.h */
struct semu_alias; /* core/copies.h */
struct semu_token; /* core/copies.h */
struct semu_range; /* core/copies.h */
struct semu_reg;   /* core/registrants.h */
struct semu_tid;

/*
 * Unit attentions: a bit each in semu_itl.ua. Bit order is priority, lowest
 * bit first (SPC-5 table 45, reference section 10); coalescing is by nature.
 * semu_ua_asc[] (ua.c) has the codes.
 */
enum semu_ua {
	SEMU_UA_POWER_ON,      /* 29/00 power on, reset, or first contact */
	SEMU_UA_BUS_RESET,     /* 29/02 */
	SEMU_UA_DEVICE_RESET,  /* 29/03 */
	SEMU_UA_NEXUS_LOSS,    /* 29/07 */
	SEMU_UA_CLEARED,       /* 2F/00 commands cleared by another initiator */
	SEMU_UA_MICROCODE,     /* 3F/01 */
	SEMU_UA_MEDIUM,	       /* 28/00 */
	SEMU_UA_CAPACITY,      /* 2A/09 */
	SEMU_UA_LUNS,	       /* 3F/0E */
	SEMU_UA_INQUIRY,       /* 3F/03 */
	SEMU_UA_ALUA,	       /* 2A/06 */
	SEMU_UA_ALUA_FAILED,   /* 2A/07 */
	SEMU_UA_REFERRALS,     /* 3F/15 */
	SEMU_UA_PREEMPTED,     /* 2A/03 */
	SEMU_UA_RELEASED,      /* 2A/04 */
	SEMU_UA_UNREGISTERED,  /* 2A/05 */
	SEMU_UA_MODE,	       /* 2A/01 */
	SEMU_UA_LOG,	       /* 2A/02 */
	SEMU_UA_IDENT,	       /* 3F/05 */
	SEMU_UA_TIMESTAMP,     /* 2A/10 */
	SEMU_UA_PRIORITY,      /* 2A/08 */
	SEMU_UA_THIN,	       /* 38/07 */
	SEMU_UA_DEPOPULATED,   /* 38/08 */
	SEMU_UA_ZONE_FULL,     /* 3F/17 */
	SEMU_UA_ZONE_RESET,    /* 2A/16 */
	SEMU_UA_FAILURE,       /* 5D/00, or as mode page 1Ch wants it */
	SEMU_UA_LOG_EXCEPTION, /* 5B/01, 5B/02 */
	SEMU_UA_PREV_BUSY,     /* 2C/07, only with UA_INTLCK_CTRL 11b */
	SEMU_UA_PREV_FULL,     /* 2C/08 */
	SEMU_UA_PREV_CONFLICT, /* 2C/09 */
	SEMU_UA_COUNT
};
#define SEMU_UA_BIT(ua) (1u << (ua))
/* Behind them: the highest bits say which of the logical unit's deferred errors
 * the nexus has to be told of (deferred.c). */
#define SEMU_DEFERRED_PLACES 2
#define SEMU_DEFERRED	     (~(UINT32_MAX >> SEMU_DEFERRED_PLACES))

/* A ring, oldest first; the head is in the LU. */
struct semu_ring {
	struct semu_ring *next, *prev;
};

/* A place in a logical unit's task set. */
struct semu_entry {
	struct semu_ring ring; /* first */
	struct scsiemu_cmd *cmd;
	struct scsiemu_lu *lu;
	uint64_t lba;  /* extent: of the command's own LU, count blocks */
	uint64_t nblk; /* or, elsewhere, this many; UINT64_MAX: all */
	uint8_t cls;   /* enum scsiemu_class */
	uint8_t attr;  /* enum scsiemu_attr */
	bool waiting;
	bool linked;
	bool counted; /* in lu->nslow: it waits, or may block others */
};

enum semu_phase {
	SEMU_P_NEW,
	SEMU_P_WAIT,  /* in the task set, blocked */
	SEMU_P_HELD,  /* its STORE want waits for pins, or it for a change */
	SEMU_P_READY, /* the wait ended; next() resumes it */
	SEMU_P_OUT,   /* a want is out */
	SEMU_P_BULK,  /* the same: the only want of a living READ or WRITE */
	SEMU_P_DONE,
	SEMU_P_ENDED
};

/* What is unusual about a command. */
enum semu_odd {
	SEMU_ON_READY = 1,	/* in the device's ready list */
	SEMU_PINNED = 2,	/* its reply pins facts */
	SEMU_TAS = 4,		/* aborted, and to be told by TASK ABORTED */
	SEMU_UNDONE = 8,	/* its step function was told of the abort */
	SEMU_SURVIVES = 16,	/* a job that LU RESET leaves alone */
	SEMU_ORPHAN_NEXUS = 32, /* its nexus is gone and waits for its end */
	SEMU_ORPHAN_LU = 64,	/* its LU, likewise */
	SEMU_ELSEWHERE = 128,	/* has entries in other LUs' task sets */
	SEMU_WATCHED = 256,	/* parts are to see its end */
	SEMU_FINISHING = 512,	/* ... and do: its wants are theirs */
	SEMU_FENCING = 1024,	/* waits until those it aborted are gone */
	SEMU_AGAIN = 2048,	/* finish() is called for its want's answer */
	SEMU_DELAYED = 4096,	/* waits for a time (scsiemu_want_delay()) */
	SEMU_TAKEN = 8192,	/* a part's step function is its handler */
	SEMU_SPOILT = 16384	/* its data is changed (core/inject.h) */
};

enum semu_resume {
	SEMU_RESUME_CHECK, /* ordering let it go: the state checks */
	SEMU_RESUME_STEP,  /* a foreign LU's ordering let it go; a job begins */
	SEMU_RESUME_WANT,  /* the held STORE want goes out */
	SEMU_RESUME_UNDO,  /* it was aborted: the row's UNDO */
	SEMU_RESUME_REPLY  /* the many-window reply begins */
};

/* The core's part of a command: lives in scsiemu_cmd.priv. */
struct semu_ctx {
	struct semu_entry entry;
	struct scsiemu_lu *lu;	       /* the LU it was sent to */
	const struct scsiemu_row *row; /* NULL: a TMF, or no such command */
	struct semu_itl *itl;	       /* NULL: the pool is exhausted */
	struct scsiemu_nexus *nexus;   /* never NULL (anonymous) */
	/* decoded by row.fields; the LBA is entry.lba */
	uint32_t count;
	uint32_t total;	       /* PARAM_IN: bytes of the reply to send */
	scsiemu_step_fn *step; /* what goes on after the want */
	/* from got to odd: zero at the start, in one store */
	uint32_t got;	 /* bytes the current want has moved */
	uint32_t gap;	 /* zeros still to send before the real SEND */
	unsigned nstep;	 /* scsiemu_cmd_step() */
	uint8_t phase;	 /* enum semu_phase */
	uint8_t resume;	 /* enum semu_resume: what next() does when READY */
	uint8_t seg;	 /* MEDIUM: segment running */
	uint16_t odd;	 /* enum semu_odd; 0 on the hot path */
	uint32_t rule;	 /* of error injection; 0: it met none yet */
	uint64_t own[2]; /* the handler's */
	struct scsiemu_cmd *ready, *zombie, *timer; /* the device's lists */
	struct semu_entry *other[2]; /* places in foreign task sets (A6) */
	uint64_t deadline;	     /* TMF, pin: ms */
	union { /* MEDIUM; STEPS: the SEND that a gap delays */
		struct scsiemu_plan plan;
		struct {
			uint8_t *gap_buf;
			uint32_t gap_len;
		};
	};
};
_Static_assert(sizeof(struct semu_ctx) <=
		       sizeof(((struct scsiemu_cmd *)0)->priv),
	       "scsiemu_cmd.priv is too small");

static inline struct semu_ctx *semu_ctx(const struct scsiemu_cmd *c)
{
	return (struct semu_ctx *)(uintptr_t)c->priv;
}

/* Bytes of mode data that each nexus may have its own values of. */
#define SEMU_MODE_EACH 6

/* State of one (LU, nexus) pair, made on first use (A12). */
struct semu_itl {
	struct scsiemu_lu *lu;
	struct scsiemu_nexus *nexus;
	struct semu_itl *hash, *of_lu, *of_nexus; /* chains */
	uint32_t ua;	  /* bit per enum semu_ua; SEMU_DEFERRED */
	uint32_t reg;	  /* its registration (core/registrants.h); 0: none */
	bool prevent;	  /* PREVENT ALLOW MEDIUM REMOVAL */
	uint8_t sticky;	  /* UA_INTLCK 10b: reported, not cleared */
	uint8_t priority; /* spc/priority.c; 0: the initial one */
	bool regroups;	  /* its SET TARGET PORT GROUPS is not over */
#if SEMU_WITH_MODE_HEAD
	bool mode_set;		      /* it has mode data of its own */
	uint8_t mode[SEMU_MODE_EACH]; /* spc/mode.h */
#endif
	bool crypts; /* of a tape: to be told of data encryption */
};

struct scsiemu_nexus {
	struct scsiemu_device *dev;
	struct scsiemu_nexus *next; /* free list, or all attached */
	struct semu_itl *itls;
	struct scsiemu_lu *last_lu; /* one-entry cache of the hash */
	struct semu_itl *last_itl;
	const uint8_t *transport_id;
	void *user;
	uint32_t norphan; /* commands that outlive it */
	uint16_t transport_id_len, port;
	bool attached, again;
	bool strays; /* it may have commands in LUs where it has no pair */
};

/* Where an opcode's rows begin: 1 + index in type->rows[k], 0 = none. Rows of a
 * table are sorted by (opcode, service action). LUs of a type share one; an LU
 * without (the pseudo LUs) is searched from the start. */
struct semu_set {
	const struct scsiemu_type *type;
	const struct scsiemu_row *row[2]; /* type->rows[k].row */
	uint8_t first[2][256];
};

/*
 * The capability record: what the LU is, derived by the type's loaded() from
 * configuration, limits and medium. VPD, mode pages, READ CAPACITY, RSOC and
 * behaviour all read this, so they cannot disagree.
 */
struct semu_cap {
	uint64_t nblk;	      /* capacity; 0 without medium */
	uint32_t blen;	      /* logical block length */
	uint32_t max_blk;     /* MAXIMUM TRANSFER LENGTH in blocks */
	uint32_t caw_blk;     /* MAXIMUM COMPARE AND WRITE LENGTH */
	uint32_t opt_blk;     /* OPTIMAL TRANSFER LENGTH */
	uint32_t unmap_blk;   /* MAXIMUM UNMAP LBA COUNT */
	uint32_t unmap_descr; /* MAXIMUM UNMAP BLOCK DESCRIPTOR COUNT */
	uint32_t granule;     /* OPTIMAL UNMAP GRANULARITY */
	uint32_t atomic_blk;  /* MAXIMUM ATOMIC TRANSFER LENGTH */
	uint32_t bounded_blk; /* ... WITH ATOMIC BOUNDARY */
	uint32_t same_blk;    /* MAXIMUM WRITE SAME LENGTH; 0 = no limit */
	uint16_t rpm;
	uint8_t exponent, aligned;
	uint8_t lbp_not; /* bits of VPD B2h byte 5 that are not offered */
	bool thin, zeroes, dpofua, cache;
	bool pi; /* may be formatted with protection information */
	uint8_t pi_type, pi_exponent; /* is: 1 to 3, P_I_EXPONENT; 0: not */
};

struct scsiemu_lu {
	/* hot: one or two cache lines */
	uint32_t guards; /* enum scsiemu_stop in force */
	uint32_t nslow;	 /* reasons not to go the short way: entries that wait
			  * or may block others; rows without index; trace */
	uint32_t able;	 /* enum scsiemu_can | scsiemu_need met */
	uint16_t wflags; /* flags of every WRITE: FUA when WCE is off */
	uint8_t descr;	 /* D_SENSE */
	uint8_t offers; /* 1: PROTECT, 2: GROUP NUMBER, 4: ANCHOR are allowed */
	bool traced;	/* the device has a trace function */
	bool lasting;	/* nslow counts a reason that is not a command's */
#if SEMU_WITH_QUIRKS
	bool hides; /* not all rows are there (quirks.c) */
#endif
#if SEMU_WITH_LEVELS
	bool old; /* before SPC-3: its level counts (levels.h) */
#endif
	const struct semu_set *set;
	const struct scsiemu_row *vendor_rows; /* the embedder's own */
	unsigned nvendor;
	struct semu_cap cap;
	struct semu_ring tasks; /* struct semu_entry, oldest first */
	struct scsiemu_device *dev;
	const struct scsiemu_type *type;
	struct scsiemu_medium *medium, *ejected;
	struct semu_itl *itls;
	struct semu_itl *reserved; /* holder of RESERVE(6), RESERVE(10) */
	struct scsiemu_nexus *aca; /* whose command made the ACA condition that
				    * is in force; NULL: there is none */
	/* persistent reservations: registrations (the first one), the one that
	 * holds the reservation, if one does, and its type; 0: none */
	uint32_t regs, holder, pr_generation;
	uint8_t pr_type;
	bool pr_aptpl;
	bool pr_saving;	  /* a change of them is being made durable */
	uint8_t pr_stamp; /* counts changes */
	/* what mode page 0Ah says now */
	uint8_t qerr, ua_intlck;
	bool tas, swp, nuar;
	bool changing; /* a STORE want with CHANGES is out */
	bool removed, wlun, absent;
	uint16_t pins;	   /* replies that pin facts */
	uint16_t prevents; /* nexuses with PREVENT */
	uint32_t norphan;  /* commands that outlive it */
	uint16_t lun;
	/* configuration */
	const struct scsiemu_nv_ops *nv;
	void *nv_ctx;
	uint64_t naa;
	uint8_t version; /* INQUIRY byte 2 */
	bool removable, read_only, anonymous_pr, can_save, normaca;
	char revision[4];
	/* one behind the other: their hash is the default name */
	char vendor[8], product[16], serial[32]; /* padded with NUL */
	uint8_t serial_len;
	uint8_t *state; /* the type's: what the parts have left */
	uint32_t state_len;
	uint32_t parts;		/* bit per enum semu_part that it has */
	uint32_t watch;		/* ... that wants to see every command */
	struct semu_more *more; /* NULL: it has none */
	struct semu_busy busy;
	/* From this LBA on writers are alone in lanes of 2^lane_shift blocks
	 * (zones with write pointers); shift 0: nowhere */
	uint64_t lane_from;
	uint8_t lane_shift;
	uint8_t peripheral; /* peripheral device type that INQUIRY reports */
	uint32_t first_ua;  /* bits that a new pair begins with, too */
	uint64_t timer;	    /* ms: when tick() of the parts is due; 0: off */
	struct scsiemu_lu *timer_next;
};

/* The state of a part; NULL: the LU does not have it. */
static inline void *semu_part(const struct scsiemu_lu *lu, enum semu_part part)
{
	return lu->more ? lu->more->part[part] : NULL;
}

_Static_assert((int)SCSIEMU_NEED_PRIORITY == (int)SCSIEMU_CAN_LEND &&
		       (int)SCSIEMU_NEED_MEDIUM == (int)SCSIEMU_CAN_CAS,
	       "another bit became free, or none");
/* What a medium (NULL: none) can do, as bits of lu->able. */
static inline uint32_t semu_medium_able(const struct scsiemu_medium *m)
{
	uint32_t rows = SCSIEMU_CAN_ROWS &
			~(uint32_t)(SCSIEMU_CAN_LEND | SCSIEMU_CAN_CAS);

	return m ? m->able & rows : 0;
}

/* parts.c: the part wants to see every command, or no longer. */
#if SEMU_WITH_PARTS
void semu_lu_watch(struct scsiemu_lu *lu, enum semu_part part, bool on);
#else
static inline void semu_lu_watch(struct scsiemu_lu *lu, enum semu_part part,
				 bool on)
{
	(void)lu, (void)part, (void)on;
}
#endif
/* nexus.c: the target port it came through; NULL: none is known. */
const struct scsiemu_target_port *semu_nexus_port(
	const struct scsiemu_nexus *n);
/* lutimer.c: call tick() of its parts at the first scsiemu_device_tick() at or
 * after ms, or when it was asked for before if that is earlier. */
void semu_lu_timer(struct scsiemu_lu *lu, uint64_t ms);

/* Rows or pages of one layer. */
struct semu_rows {
	const struct scsiemu_row *row;
	unsigned n;
};
struct semu_log_type;  /* spc/log.h */
struct semu_mode_page; /* spc/mode.h */
struct semu_vpd_page;  /* spc/vpd.h */

/* What a type keeps with each block beside its data: protection information.
 * n blocks in memory are followed by it, as with SCSIEMU_PI. For those who move
 * blocks of any type. */
struct semu_beside {
	uint32_t (*len)(const struct scsiemu_lu *lu); /* per block; 0: none */
	/* Blocks that were loaded: 0, or failed. */
	int (*check)(struct scsiemu_cmd *c, const struct scsiemu_lu *lu,
		     uint64_t lba, const uint8_t *buf, uint32_t n);
	/* Blocks that are to be saved: make it. */
	void (*make)(const struct scsiemu_lu *lu, uint64_t lba, uint8_t *buf,
		     uint32_t n);
};

/* A device type: data and a few functions. The type's rows win over the common
 * ones. Functions may be NULL. */
struct scsiemu_type {
	uint8_t type; /* enum scsiemu_device_type */
	bool bare;    /* its LUs have no medium, and need none */
	const char *vendor, *product;
	struct semu_rows rows[2]; /* own, common (semu_spc_rows) */
#if SEMU_WITH_LEVELS
	/* Rows that only old LUs have; what levels know of its rows and pages:
	 * own, common */
	struct semu_rows old_rows;
	const struct semu_levels *levels[2];
#endif
	const struct semu_mode_page *const *mode; /* ascending; NULL ends */
	const struct semu_vpd_page *const *vpd;	  /* ascending; NULL ends */
	/* INQUIRY version descriptors; by level, ascending; the last one is for
	 * all above, too. NULL: none. */
	const struct semu_versions *versions;
#if SEMU_WITH_PARTS
	const struct semu_part_type *const *parts; /* NULL ends */
	const struct semu_log_type *log;	   /* NULL: it has no logs */
	/* Bytes of state besides the parts' (bits of enum semu_part). */
	uint32_t (*state)(const struct scsiemu_type *type, uint32_t parts);
#endif
	/* The LU was added: defaults into lu->state. < 0: SCSIEMU_ERR_*. */
	int (*init)(struct scsiemu_lu *lu);
	/* The medium came, went or changed: cap, able, guards. */
	void (*loaded)(struct scsiemu_lu *lu);
#if SEMU_WITH_FORMAT
	/* The block descriptor of a MODE SELECT: 0, or failed with a pointer to
	 * one of its two fields. NULL: it may say only what is. nblk 0, blen 0:
	 * as it is; nblk UINT64_MAX: all. Then it is accepted: may leave wants,
	 * and is called again after each; own[1] is for it. */
	int (*judge)(struct scsiemu_cmd *c, uint64_t nblk, uint32_t blen,
		     uint32_t nblk_at, uint32_t blen_at);
	int (*accept)(struct scsiemu_cmd *c);
#endif
	/* Stops of a row with SCSIEMU_ROW_BY_FIELD. */
	uint32_t (*stops)(const struct scsiemu_cmd *c);
#if SEMU_WITH_ATTENTION
	/* A unit attention is reported: what belongs to it beside its code. */
	void (*attention)(const struct scsiemu_lu *lu, struct scsiemu_sense *s);
#endif
#if SEMU_WITH_PI
	const struct semu_beside *beside; /* NULL: nothing */
#endif
#if SEMU_WITH_COPY
	const struct semu_stream_type *stream; /* copies.h; NULL: blocks */
#endif
#if SEMU_WITH_MAM
	const struct semu_mam_type *mam; /* spc/mam.h; NULL: no tapes */
#endif
#if SEMU_WITH_APPLIES
	/* Of the stops in force that the row names: those of reservations and
	 * of ALUA that are for this nexus. */
	uint32_t (*applies)(const struct scsiemu_cmd *c, uint32_t hit);
#endif

	/* Logical unit reset (SAM-5 6.3.3): state back to saved. */
	void (*reset)(struct scsiemu_lu *lu);
#if SEMU_WITH_LOST
	/* The state of a pair goes (nexus loss, reset); itl NULL: that of the
	 * LU, which is being removed. */
	void (*lost)(struct scsiemu_lu *lu, const struct semu_itl *itl);
#endif
	/* A saved record came back: 0 or SCSIEMU_ERR_ARG. */
	int (*restore)(struct scsiemu_lu *lu, uint32_t id, const uint8_t *buf,
		       uint32_t len);
};

/* Its type has no medium, and needs none: so are those that parts make. */
static inline bool semu_is_bare(const struct scsiemu_lu *lu)
{
	return SEMU_WITH_PARTS && lu->type->bare;
}

/* Defined in src/spc: what answers at LUNs that nobody has, and at C101h. */
extern const struct scsiemu_type semu_absent;
extern const struct scsiemu_type semu_wlun;

struct scsiemu_device {
	struct scsiemu_limits limits;
	/* LUNs: sorted for REPORT LUNS, hashed for scsiemu_lu_find() */
	struct scsiemu_lu **lus; /* sorted by LUN */
	uint32_t nlus;
	struct scsiemu_lu **hash; /* open addressing, power of two */
	uint32_t hash_mask;
	struct scsiemu_lu *pool; /* limits.lus of them; type NULL: free */
	uint32_t pool_next;	 /* where to look for a free one */
	uint8_t *states;	 /* limits.lu_state bytes for each */
	struct scsiemu_lu absent, wlun;
	struct scsiemu_nexus anonymous;
	struct scsiemu_nexus *nexus_pool, *nexus_free;
	struct semu_itl *itl_pool, *itl_free;
	struct semu_itl **itl_hash;
	uint32_t itl_mask, itl_nfree, nitls;
	const struct scsiemu_allocator *alloc; /* NULL: it has none */
	void *grown; /* blocks from it; each starts with the next one */
	struct scsiemu_cmd *ready_head, *ready_tail;
	struct scsiemu_cmd *zombies;  /* aborted, their want still out */
	struct scsiemu_cmd *timers;   /* TMFs that wait, replies that pin */
	struct scsiemu_lu *lu_timers; /* those with a timer */
	/* registrations and TransportIDs of all LUs; the first free ones */
	struct semu_reg *regs;
	struct semu_tid *tids;
	uint32_t nregs, reg_free, reg_nfree, ntids, tid_free, tid_nfree;
	struct semu_set *sets;
	uint32_t nsets;
	struct scsiemu_target_port *ports;
	uint32_t nports;
	uint8_t *jobs; /* limits.jobs of job_size bytes */
	uint32_t job_size;
	bool told;	/* what time it is */
	uint64_t began; /* ms: the first time that it was told */
	uint64_t now, wall,
		wall_at;	  /* ms: wall clock was `wall` at `wall_at` */
	uint8_t timestamp_origin; /* SPC-5 5.20: 0, 2, 3 */
	scsiemu_trace_fn *trace;
	void *trace_ctx;
	/* third-party copy */
	struct scsiemu_copy_config copy;
	struct semu_copy *copies;   /* limits.copies of them */
	struct semu_alias *aliases; /* limits.aliases of them */
	uint8_t *held;		    /* limits.copy_held bytes for each */
	struct semu_token *tokens;  /* limits.rod_tokens of them */
	struct semu_range *ranges;  /* limits.rod_ranges for each */
	uint64_t copy_serial;	    /* counts copies, tokens */
	uint64_t due;		    /* ms: when tick() has something to do */
};

/* The rows of an LU in ascending (opcode, service action) order; those that do
 * not exist there are passed over. Start with zeroes; NULL ends. */
struct semu_row_iter {
	unsigned i[3 + SEMU_WITH_LEVELS];
};
const struct scsiemu_row *semu_row_next(const struct scsiemu_lu *lu,
					struct semu_row_iter *it);
/* The row of an opcode and service action (ignored by rows without one).
 * *known: some row has this opcode. */
const struct scsiemu_row *semu_row_find(const struct scsiemu_lu *lu,
					unsigned op, unsigned sa, bool *known);
/* Usage byte i as RSOC reports it for this LU: the row's, and the bits of
 * PROTECT and GROUP NUMBER when the LU offers them. */
unsigned semu_row_usage(const struct scsiemu_lu *lu,
			const struct scsiemu_row *row, unsigned i);

/* Is the LU of a level before this one (enum scsiemu_level)? */
static inline bool semu_before(const struct scsiemu_lu *lu, unsigned level)
{
#if SEMU_WITH_LEVELS
	return lu->old && lu->version < level;
#else
	(void)lu, (void)level;
	return false;
#endif
}

/* Is it of a level before SPC-3? */
static inline bool semu_old(const struct scsiemu_lu *lu)
{
	return semu_before(lu, SCSIEMU_LEVEL_SPC_3);
}

/* Byte 1 of the CDB without the LUN that an initiator of SCSI-2 times puts into
 * it (SCSI-2 7.2.2); the transport told it. */
static inline unsigned semu_cdb_1(const struct scsiemu_cmd *c)
{
	return c->cdb[1] &
	       (semu_ctx(c)->lu->version <= SCSIEMU_LEVEL_SCSI_2 ? 0x1fu
								 : 0xffu);
}

/* fields.c: the byte where the count of enum scsiemu_fields begins. */
uint16_t semu_count_at(unsigned fields);

/* Is the row there for this LU? */
static inline bool semu_row_exists(const struct scsiemu_lu *lu,
				   const struct scsiemu_row *row)
{
	return (row->needs & ~lu->able) == 0;
}

/* Is the row not for this nexus? Without a name of its own it is not to hold
 * what others are shut out by (rulings 7). */
static inline bool semu_nexus_denied(const struct scsiemu_lu *lu,
				     const struct scsiemu_nexus *n,
				     const struct scsiemu_row *row)
{
	if (!(row->flags & (SCSIEMU_ROW_NEXUS | SCSIEMU_ROW_NAMED)))
		return false;
	if (n == &lu->dev->anonymous)
		return !lu->anonymous_pr;
	return SEMU_WITH_PR && row->flags & SCSIEMU_ROW_NAMED &&
	       !n->transport_id;
}

/* ua.c: establish a unit attention. except may be NULL. */
void semu_ua_itl(struct semu_itl *itl, enum semu_ua ua);
void semu_ua_lu(struct scsiemu_lu *lu, enum semu_ua ua,
		const struct scsiemu_nexus *except);
void semu_ua_device(struct scsiemu_device *d, enum semu_ua ua,
		    const struct scsiemu_nexus *except);
/* The highest pending one as ASC/ASCQ; 0: none. */
uint16_t semu_ua_peek(const struct semu_itl *itl);
/* Drop the highest. */
void semu_ua_take(struct semu_itl *itl);
/* REPORT LUNS clears 3F/0E on all LUs of the nexus. */
void semu_ua_luns_reported(struct scsiemu_nexus *n);
extern const uint16_t semu_ua_asc[SEMU_UA_COUNT];

/* deferred.c: the error of one bit of SEMU_DEFERRED; NULL: no such bit. */
struct scsiemu_sense *semu_deferred_at(const struct scsiemu_lu *lu,
				       uint32_t bit);

/* sense.c: a sense value; returns the length, at most cap. */
void semu_sense_old(const struct scsiemu_lu *lu, struct scsiemu_sense *s);
unsigned semu_sense_put(const struct scsiemu_sense *s, bool descr, uint8_t *out,
			unsigned cap);

/* wr.c, rd.c: what row.h declares. */
struct scsiemu_wr {
	uint8_t *buf;	 /* bytes [lo, hi) of the reply */
	uint32_t lo, hi; /* the window */
	uint32_t pos;	 /* bytes written so far */
};
struct scsiemu_rd {
	struct scsiemu_cmd *cmd;
	uint8_t *buf;
	uint32_t pos, len;
};

#endif
