/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sbc/zones.h - zoned disks (ZBC-2), for the files of the disk.
 *
 * A *slot* is 2^shift blocks, one zone each and, where a write required zone is
 * shorter, a gap zone behind it. Slots have state, gap zones have none. What a
 * slot is follows from its number: conventional, sequential or before required,
 * and behind these write required (host managed) or preferred (host aware).
 */
#ifndef SEMU_SBC_ZONES_H
#define SEMU_SBC_ZONES_H

#include "sbc/sbc.h"

enum semu_zone_type { /* ZBC-2, ZONE TYPE */
		      SEMU_ZONE_CONVENTIONAL = 1,
		      SEMU_ZONE_REQUIRED = 2,
		      SEMU_ZONE_PREFERRED = 3,
		      SEMU_ZONE_BEFORE = 4,
		      SEMU_ZONE_GAP = 5
};

enum semu_zone_cond { /* ZBC-2, ZONE CONDITION */
		      SEMU_ZONE_NOT_WP = 0x0,
		      SEMU_ZONE_EMPTY = 0x1,
		      SEMU_ZONE_IMPLICIT = 0x2,
		      SEMU_ZONE_EXPLICIT = 0x3,
		      SEMU_ZONE_CLOSED = 0x4,
		      SEMU_ZONE_INACTIVE = 0x5,
		      SEMU_ZONE_READONLY = 0xd,
		      SEMU_ZONE_IS_FULL = 0xe,
		      SEMU_ZONE_IS_OFFLINE = 0xf
};

enum semu_zone_flag {
	SEMU_ZONE_RESET = 1,   /* RESET: recommended */
	SEMU_ZONE_NON_SEQ = 2, /* written elsewhere than at its pointer */
	SEMU_ZONE_STALE = 4, /* what it held before its reset is still there */
	SEMU_ZONE_PICKED = 8 /* the running ZONE OUT command is about it */
};

#define SEMU_NO_ZONE UINT32_MAX

struct semu_zone {
	uint64_t wp;   /* blocks from its start on that are written */
	uint64_t safe; /* ... and durable: what its record says */
	uint32_t next; /* implicitly open: the one that was opened later */
	uint8_t cond;  /* enum semu_zone_cond; what they are in no realm: never
			* INACTIVE */
	uint8_t flags; /* enum semu_zone_flag */
};

/* Slots whose state is one record, and which of its versions is saved. */
enum { SEMU_ZONE_CHUNK = 32 };
struct semu_zone_chunk {
	uint32_t changed, saved;
};

/* Realms whose active domain is one record, behind those of the zones. */
enum { SEMU_REALM_CHUNK = 2048 };
static inline uint32_t semu_zone_chunks(uint32_t zones)
{
	return (zones + SEMU_ZONE_CHUNK - 1) / SEMU_ZONE_CHUNK;
}
static inline uint32_t semu_realm_chunks(uint32_t realms)
{
	return (realms + SEMU_REALM_CHUNK - 1) / SEMU_REALM_CHUNK;
}

struct semu_zones {
	uint64_t nblk;		      /* of the medium */
	uint64_t cap;		      /* blocks of a write required zone */
	uint32_t n;		      /* slots of the medium */
	uint32_t room;		      /* ... there is state for */
	uint32_t conventional, front; /* slots up to where: the former; them and
				       * the sequential or before required */
	uint32_t max_open, nexplicit, nimplicit;
	uint32_t oldest, newest; /* of those implicitly open */
	uint32_t realms;
	uint8_t *behind; /* a bit each: active in the domain behind */
	uint8_t shift;
	bool managed, constrained;
	bool misfit; /* the medium has more zones than there is state for, or
		      * physical blocks that cross zones */
	struct semu_zone_chunk *chunk;
	struct semu_zone zone[];
};

static inline struct semu_zones *semu_zones(const struct scsiemu_lu *lu)
{
	return semu_part(lu, SEMU_PART_ZONES);
}
extern const struct semu_part_type semu_zones_part;
static inline bool semu_zones_managed(const struct scsiemu_lu *lu)
{
	return SEMU_WITH_ZONES && semu_zones(lu) && semu_zones(lu)->managed;
}
static inline bool semu_zones_aware(const struct scsiemu_lu *lu)
{
	return SEMU_WITH_ZONES && semu_zones(lu) && !semu_zones(lu)->managed;
}

/* zone_map.c: what a slot is and where */
enum semu_zone_type semu_zone_type(const struct semu_zones *z, uint32_t i);
static inline uint64_t semu_zone_start(const struct semu_zones *z, uint32_t i)
{
	return (uint64_t)i << z->shift;
}
/* Blocks of its zone, without a gap. */
uint64_t semu_zone_len(const struct semu_zones *z, uint32_t i);
/* Its condition, as reported. */
unsigned semu_zone_cond(const struct semu_zones *z, uint32_t i);
/* Slots [*first, *last) of a realm in a domain: 0 in front, 1 behind. */
void semu_zone_realm(const struct semu_zones *z, uint32_t realm,
		     unsigned domain, uint32_t *first, uint32_t *last);
/* The realm that slot i is in. */
uint32_t semu_zone_realm_of(const struct semu_zones *z, uint32_t i);
/* The domain that slot i is in; that in which a realm is active. */
static inline unsigned semu_slot_domain(const struct semu_zones *z, uint32_t i)
{
	return i < z->front ? 0 : 1;
}
static inline unsigned semu_zone_domain(const struct semu_zones *z,
					uint32_t realm)
{
	return z->behind[realm / 8] >> realm % 8 & 1;
}

/* zone_state.c: conditions, and how many are open */
/* Its record is no longer what is saved. */
static inline void semu_zone_changed(struct semu_zones *z, uint32_t i)
{
	z->chunk[i / SEMU_ZONE_CHUNK].changed++;
}
static inline void semu_realm_changed(struct semu_zones *z, uint32_t realm)
{
	z->chunk[semu_zone_chunks(z->room) + realm / SEMU_REALM_CHUNK]
		.changed++;
}
void semu_zone_become(struct semu_zones *z, uint32_t i, unsigned cond);
/* Room for so many more open write required zones besides those explicitly
 * open? Closes as many implicitly open ones as that takes. */
bool semu_zone_make_room(struct semu_zones *z, uint32_t n);
/* CLOSED, or EMPTY when nothing is written. */
void semu_zone_close(struct semu_zones *z, uint32_t i);
void semu_zone_fill(struct semu_zones *z, uint32_t i);
void semu_zone_empty(struct semu_zones *z, uint32_t i);

/* zone_check.c: may a command touch these blocks? 0, or FAILED. A write opens
 * the zones. For commands that keep their blocks in a list: for each range,
 * before the first is written. */
int semu_zones_judge(struct scsiemu_cmd *c, struct scsiemu_lu *lu, uint64_t lba,
		     uint64_t n, bool write);
/* A third-party copy: writes to conventional zones only, where it need not be
 * alone. */
int semu_zones_raw(struct scsiemu_cmd *c, struct scsiemu_lu *lu, bool write,
		   uint64_t lba, uint64_t n);
/* ... deallocate them? That moves no write pointer. */
int semu_zones_judge_unmap(struct scsiemu_cmd *c, uint64_t lba, uint64_t n);
int semu_zones_begin(struct scsiemu_cmd *c);

/* zone_write.c: blocks were written: write pointers go on. */
void semu_zones_wrote(struct scsiemu_lu *lu, uint64_t lba, uint64_t n);
int semu_zones_finish(struct scsiemu_cmd *c);

/*
 * zone_save.c: leave a want that saves the next record of slots [first, last]
 * that is not saved: WANTS; FINISHED: none. own: the command's, set by
 * semu_zones_save_from(); call again after each want. Uses 512 bytes of the
 * command's scratch.
 */
void semu_zones_save_from(uint64_t own[2], uint32_t first, uint32_t last);
/* The same of realms. */
void semu_realms_save_from(const struct semu_zones *z, uint64_t own[2],
			   uint32_t first, uint32_t last);
int semu_zones_save(struct scsiemu_cmd *c, uint64_t own[2]);
int semu_zones_restore(struct scsiemu_lu *lu, const uint8_t *buf, uint32_t len);
uint32_t semu_zones_records(const struct scsiemu_lu *lu);
uint32_t semu_zones_unsaved(struct scsiemu_lu *lu, uint8_t *buf, uint32_t *len);

/* What FORMAT UNIT and SANITIZE (znr: ZNR, pointers stay) leave of the zones;
 * save them after that. */
void semu_zones_format(struct scsiemu_lu *lu);
void semu_zones_sanitize(struct scsiemu_lu *lu, bool znr);

/* zone_out.c, zone_activate.c, zone_report.c, zone_realm.c, zone_map.c */
scsiemu_step_fn semu_zone_out, semu_zone_activate, semu_report_zones;
scsiemu_in_fn semu_report_realms, semu_report_domains;
extern const struct semu_vpd_page semu_sbc_vpd_b6;

#endif
