/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ssc/ssc.h - what the files of the tape drive share. Where the tape stands and
 * how much room there is are the cartridge's facts (tape.h), asked for when
 * they are needed: there is no second opinion that an abort could make wrong.
 */
#ifndef SEMU_SSC_H
#define SEMU_SSC_H

#include <scsiemu/ssc.h>

#include "core/core.h"
#include "spc/log.h"
#include "spc/spc.h"

/* What is allowed to be overwritten in append-only mode (SSC-4 7.1). */
enum semu_ssc_grant {
	SEMU_GRANT_NONE,
	SEMU_GRANT_HERE, /* at grant_at of grant_partition */
	SEMU_GRANT_FORMAT
};

/* Which way a block goes; RECOVERS: out of the buffer. Bytes of check value. */
enum semu_ssc_way { SEMU_SSC_WRITES, SEMU_SSC_READS, SEMU_SSC_RECOVERS };
enum { SEMU_SSC_CHECK = 4 };

/* Nexuses whose reading of TapeAlert flags is remembered. */
enum { SEMU_SSC_READERS = 8 };

/* 2A/11, 2A/12, in the places of unit attentions that only disks have. */
#define SEMU_SSC_UA_ENCRYPTION	     SEMU_UA_ZONE_FULL
#define SEMU_SSC_UA_ENCRYPTION_EVENT SEMU_UA_ZONE_RESET

/* Bytes that were moved, for log pages and the cartridge's memory. */
struct semu_ssc_count {
	uint64_t read, written;		  /* to and from the initiator */
	uint64_t tape_read, tape_written; /* from and to the medium */
	uint32_t blocks_read, blocks_written, marks;
	uint32_t failed_reads, failed_writes;
};

/* A medium or hardware error, of log page 16h. */
enum { SEMU_SSC_TROUBLES = 8, SEMU_SSC_MEDIUM_ID = 32 };
struct semu_ssc_trouble {
	uint8_t density, medium_type, key, op, sa, origin;
	bool again; /* more than once in a row */
	uint16_t asc;
	uint32_t hours;
	uint64_t when; /* ms, as TIMESTAMP */
	uint8_t medium[SEMU_SSC_MEDIUM_ID];
};

/* What a command wants last: a verb, and what follows it. */
struct semu_ssc_later {
	scsiemu_step_fn *tail; /* its step function from `step` on, which uses
				* neither its CDB nor what it keeps */
	unsigned step;
	uint8_t verb;
	uint16_t flags;
	uint16_t what; /* ASC: what is in progress */
	uint32_t len;  /* of the want's buffer */
	uint64_t addr, count;
};

/* The state of SEMU_PART_SSC. */
struct semu_ssc {
	struct scsiemu_ssc_options is;
	/* How records are written and read: what compression, encryption and
	 * logical block protection have set. */
	struct scsiemu_tape_how writes, reads;
	/* Mode data in force: the header, device configuration extension, and
	 * control data protection, with what is in front of it in a nexus's
	 * own. */
	const uint8_t *head, *extension, *check;
	unsigned check_before;
	const struct scsiemu_medium *loaded; /* what the rest is about */
	bool unfit;			     /* it cannot read the cartridge */
	bool unwritable; /* nor, as it could read it, write it */
	/* something was written and not made durable yet; by the last of these,
	 * NULL: who is gone */
	bool dirty;
	const struct scsiemu_nexus *writer;
	/* Objects from kept_at on, of kept_partition, to kept_end are in the
	 * buffer, or could not be made durable; none: kept_at == kept_end. */
	uint64_t kept_at, kept_end;
	uint32_t kept_partition;
	bool changed;  /* VOLUME CHANGE REFERENCE is this load's */
	bool warned;   /* of programmable early warning, in this zone */
	uint8_t grant; /* enum semu_ssc_grant */
	uint32_t grant_partition;
	uint64_t grant_at;
	struct semu_ssc_later later; /* of the command that was IMMED */
	uint64_t later_since; /* ms: when it began; how long it usually takes,
			       * 0: none runs */
	uint32_t later_ms;
	uint64_t peeked; /* files before the object in front of the position */
	uint64_t peeked_at;		 /* that position */
	uint32_t loads;			 /* since it was powered on */
	struct semu_ssc_count now, life; /* this load; before it */
	/* Time in ms, of log page 14h; since: when this cartridge came. */
	struct {
		uint64_t read, written, moved, loaded, since;
	} ms;
	/* Of log page 16h, the newest first. */
	struct semu_ssc_trouble trouble[SEMU_SSC_TROUBLES];
	uint8_t troubles;
	struct scsiemu_tape_info info; /* of semu_ssc_cartridge() */
	/* TapeAlert: flags 1 to 64, flag 1 the highest bit; who has read which
	 * since it was set. */
	uint64_t alerts;
	uint64_t shown; /* to the LOG SENSE that runs */
	struct {
		const struct semu_itl *who;
		uint64_t seen;
	} reader[SEMU_SSC_READERS];
	uint8_t next_reader;
};

static inline struct semu_ssc *semu_ssc(const struct scsiemu_lu *lu)
{
	return semu_part(lu, SEMU_PART_SSC);
}
static inline struct semu_ssc *semu_ssc_of(const struct scsiemu_cmd *c)
{
	return semu_ssc(scsiemu_cmd_lu(c));
}

/* ---- copy.c: as source and destination of third-party copies ---- */

extern const struct semu_stream_type semu_ssc_stream;

/* ---- part.c: the drive and its cartridge ---- */

extern const struct semu_part_type semu_ssc_part;
void semu_ssc_loaded(struct scsiemu_lu *lu);
void semu_ssc_lost(struct scsiemu_lu *lu, const struct semu_itl *itl);
#if SEMU_WITH_ATTENTION
void semu_ssc_attention(const struct scsiemu_lu *lu, struct scsiemu_sense *s);
#endif

/* The vtable of the cartridge; NULL: there is none (any more). */
static inline const struct scsiemu_tape_ops *semu_ssc_tape(
	const struct scsiemu_lu *lu)
{
	const struct scsiemu_medium *m = lu->medium;

	return m && m->kind == SCSIEMU_TAPE ? m->ops : NULL;
}
/* Zeros without a cartridge. */
void semu_ssc_tell(const struct scsiemu_lu *lu, struct scsiemu_tape_pos *pos);
/* Of the cartridge as it is now, where it takes nobody's stack: until it is
 * asked for again. Zeros without one. */
const struct scsiemu_tape_info *semu_ssc_cartridge(const struct scsiemu_lu *lu);
uint32_t semu_ssc_able(const struct scsiemu_lu *lu);

/* Where a position is: bits. */
enum semu_ssc_zone {
	SEMU_ZONE_EARLY = 1,	  /* past early warning */
	SEMU_ZONE_PROGRAMMED = 2, /* past programmable early warning, or early
				   * warning, where the former is in use */
};
unsigned semu_ssc_zone(const struct scsiemu_lu *lu,
		       const struct scsiemu_tape_pos *pos);
/* Bytes of a partition of this size behind early warning. */
uint64_t semu_ssc_warning(const struct scsiemu_lu *lu, uint64_t size);
/* The longest block. */
uint32_t semu_ssc_block_max(const struct scsiemu_lu *lu);
uint32_t semu_ssc_block_min(const struct scsiemu_lu *lu);
bool semu_ssc_block_ok(const struct scsiemu_lu *lu, uint32_t len);
/* Its densities: the code of what is loaded, or of what it likes best; the row
 * of a code, NULL: there is none. */
unsigned semu_ssc_code(const struct scsiemu_lu *lu,
		       const struct scsiemu_tape_info *info);
const struct scsiemu_ssc_density *semu_ssc_density(const struct scsiemu_lu *lu,
						   unsigned code);
/* MEDIUM TYPE of what is loaded; partitions that it may get. */
unsigned semu_ssc_medium_type(const struct scsiemu_lu *lu,
			      const struct scsiemu_tape_info *info);
unsigned semu_ssc_partitions(const struct scsiemu_lu *lu,
			     const struct scsiemu_tape_info *info);

/* ---- ends.c: how commands end ---- */

/* CHECK CONDITION with SCSIEMU_S_* and, with SCSIEMU_S_INFO, INFORMATION. */
int semu_ssc_end(struct scsiemu_cmd *c, uint8_t key, uint16_t asc,
		 unsigned flags, uint64_t info);
/* A result that is neither OK nor a record: conditions and errors; info is
 * INFORMATION. An abort is just FAILED. */
int semu_ssc_fail(struct scsiemu_cmd *c, int result, uint64_t info);
/* The same of another LU's tape. */
int semu_ssc_fail_of(struct scsiemu_cmd *c, const struct scsiemu_lu *lu,
		     int result, uint64_t info);
/* The same, without INFORMATION. */
int semu_ssc_fail_bare(struct scsiemu_cmd *c, int result);
/* A command that wrote, and did all of it, is over: early warnings. */
int semu_ssc_written(struct scsiemu_cmd *c);

/* A command has buffered n objects. */
void semu_ssc_buffered_more(struct scsiemu_cmd *c, uint64_t n);
/* What was buffered is on the tape. */
void semu_ssc_drained(struct semu_ssc *s);
/* It could not be brought there, in front of a command that does something
 * else: the writer is told of a deferred error. FAILED. */
int semu_ssc_not_drained(struct scsiemu_cmd *c, int result);

/* ---- begin.c: before a command touches the tape ---- */

enum semu_ssc_begin {
	SEMU_SSC_SYNC = 1,    /* what is buffered goes to the tape first */
	SEMU_SSC_CHANGES = 2, /* it changes what is behind the position */
	SEMU_SSC_AT = 4	      /* its CDB says where (16 bytes) */
};
/* The step counter when the tape is where it should be. */
#define SEMU_SSC_READY 6
/*
 * Called with each result until it returns 0: the step counter is
 * SEMU_SSC_READY then. WANTS, FAILED: as a handler.
 */
int semu_ssc_begin(struct scsiemu_cmd *c, int result, unsigned how);
/* For UNDO: when the tape was moved back to look at it, it goes forth again. */
int semu_ssc_begin_undo(struct scsiemu_cmd *c);

/* Transfer length or count, of the 6-byte and the 16-byte forms. */
static inline uint32_t semu_ssc_count_of(const struct scsiemu_cmd *c)
{
	return semu_be24(c->cdb + (scsiemu_cmd_row(c)->len == 16 ? 12 : 2));
}
/* The byte of that. */
static inline uint16_t semu_ssc_count_at(const struct scsiemu_cmd *c)
{
	return scsiemu_cmd_row(c)->len == 16 ? 12 : 2;
}
static inline unsigned semu_ssc_at(const struct scsiemu_cmd *c)
{
	return scsiemu_cmd_row(c)->len == 16 ? SEMU_SSC_AT : 0;
}

/* The want's buf: how a record is to be treated, which it says. */
int semu_ssc_want_record(struct scsiemu_cmd *c, enum semu_ssc_way way,
			 uint32_t off, uint32_t len);
/* Of a block that nobody gets. */
int semu_ssc_want_pass(struct scsiemu_cmd *c, uint8_t protect);
int semu_ssc_want_locate(struct scsiemu_cmd *c, uint64_t object,
			 uint32_t partition);
/* later.c: with immed, where that can be, the want goes to a job, and the
 * command is finished. buf: l->len bytes. */
int semu_ssc_later(struct scsiemu_cmd *c, bool immed,
		   const struct semu_ssc_later *l, const void *buf);

/* A time has come: its progress. */
void semu_ssc_tick(struct scsiemu_lu *lu);

/* attrset.c: what the drive keeps in the cartridge's memory, when it changes,
 * formats or unloads it. 0: there is nothing to save, or nowhere. */
int semu_ssc_want_change(struct scsiemu_cmd *c);
int semu_ssc_want_formatted(struct scsiemu_cmd *c);
int semu_ssc_want_unload(struct scsiemu_cmd *c);

/* ---- crypt.c: data encryption (crypt.h) ---- */

extern const struct semu_part_type semu_crypt_part;
/* May the command's nexus read, or write, records? 0, or failed. */
int semu_crypt_check(struct scsiemu_cmd *c, bool writes);
/* How: with the parameters of its nexus. */
void semu_crypt_use(const struct scsiemu_cmd *c, struct scsiemu_tape_how *how);
/* The copy manager is a nexus that has nothing of its own. */
void semu_crypt_use_shared(const struct scsiemu_lu *lu,
			   struct scsiemu_tape_how *how);
void semu_crypt_lost(struct scsiemu_lu *lu, const struct semu_itl *itl);

/* ---- mode.c ---- */

extern const struct semu_mode_page semu_ssc_head, semu_ssc_mode_01,
	semu_ssc_mode_0af0, semu_ssc_mode_0f, semu_ssc_mode_10,
	semu_ssc_mode_1001, semu_ssc_mode_11, semu_ssc_mode_1c,
	semu_ssc_mode_1d;
/* vendor.c */
extern const struct semu_mode_page semu_ssc_mode_24, semu_ssc_mode_25;
/* BLOCK LENGTH of the block descriptor, of the command's nexus; 0: variable. */
uint32_t semu_ssc_block(const struct scsiemu_cmd *c);
/* Logical block protection of the command's nexus (scsiemu_tape_how.protect):
 * blocks that come or go so end with SEMU_SSC_CHECK bytes of check value. */
uint8_t semu_ssc_protects(const struct scsiemu_cmd *c, enum semu_ssc_way way);
/* The highest method that the drive has. */
unsigned semu_ssc_methods(const struct scsiemu_lu *lu);
bool semu_ssc_buffered(const struct scsiemu_lu *lu);
bool semu_ssc_append_only(const struct scsiemu_lu *lu);
/* SHORT ERASE MODE 1: that it has no effect. */
bool semu_ssc_short_erases(const struct scsiemu_lu *lu);
/* Programmable early warning: bytes in front of early warning; 0: none. */
uint64_t semu_ssc_pews(const struct scsiemu_lu *lu);
bool semu_ssc_compresses(const struct scsiemu_lu *lu);
/* MODE SELECT, behind each of its wants. */
scsiemu_step_fn semu_ssc_mode_selected;
/* Block length and buffered mode of the configuration are in force. */
void semu_ssc_head_begin(struct scsiemu_lu *lu);
/* layout.c: was mode page 11h selected for a FORMAT MEDIUM? Not any more. */
bool semu_ssc_planned(const struct scsiemu_lu *lu);
void semu_ssc_unplan(struct scsiemu_lu *lu);
/* What mode page 11h says of a cartridge of so many bytes. False: it
 * cannot be. */
bool semu_ssc_layout(const struct scsiemu_lu *lu, const uint8_t *page,
		     struct scsiemu_tape_layout *l);

/* ---- handlers, a file for each group ---- */

/* move.c */
scsiemu_nodata_fn semu_ssc_tur;
scsiemu_step_fn semu_ssc_rewind, semu_ssc_space, semu_ssc_locate_10,
	semu_ssc_locate_16;
/* read.c, verify.c */
scsiemu_step_fn semu_ssc_read, semu_ssc_read_reverse, semu_ssc_recover,
	semu_ssc_verify;
/* write.c */
scsiemu_step_fn semu_ssc_write, semu_ssc_marks, semu_ssc_erase;
uint32_t semu_ssc_stops(const struct scsiemu_cmd *c);
/* position.c */
scsiemu_in_fn semu_ssc_position_short, semu_ssc_position_long,
	semu_ssc_position_extended, semu_ssc_block_limits, semu_ssc_serial;
/* load.c */
scsiemu_step_fn semu_ssc_load;
/* format.c */
scsiemu_step_fn semu_ssc_format, semu_ssc_set_capacity;
scsiemu_nodata_fn semu_ssc_allow_overwrite;
/* density.c */
scsiemu_in_fn semu_ssc_report_density;
/* cryptin.c, cryptout.c */
scsiemu_step_fn semu_ssc_security_in;
scsiemu_out_fn semu_ssc_security_out;
/* attr.c */
scsiemu_in_fn semu_ssc_read_attr;
scsiemu_out_fn semu_ssc_write_attr;
scsiemu_step_fn semu_ssc_attr_written;
extern const struct semu_mam_type semu_ssc_mam;
/* log.c, alert.c */
extern const struct semu_log_type semu_ssc_log;
/* logdiag.c: a command has failed. */
extern const struct semu_log_page semu_ssc_log_16;
void semu_ssc_diagnose(const struct scsiemu_cmd *c);
scsiemu_in_fn semu_ssc_log_sense;
scsiemu_step_fn semu_ssc_log_read;
void semu_ssc_unread(struct scsiemu_lu *lu, const struct semu_itl *itl);
/* alert.c: flags, as bits. */
void semu_ssc_alerts(struct scsiemu_lu *lu, uint64_t clear, uint64_t set);
extern const struct semu_log_page semu_ssc_log_12, semu_ssc_log_2e;
/* Flag 1 is the highest bit. */
static inline uint64_t semu_ssc_alert_bit(unsigned flag)
{
	return UINT64_C(1) << (64 - flag);
}
/* level.c: what came when. */
#if SEMU_WITH_LEVELS
extern const struct semu_levels semu_ssc_levels;
#endif
/* vpd.c */
extern const struct semu_vpd_page semu_ssc_vpd_86, semu_ssc_vpd_b0,
	semu_ssc_vpd_b1, semu_ssc_vpd_b2, semu_ssc_vpd_b3, semu_ssc_vpd_b4,
	semu_ssc_vpd_b5;

#endif
