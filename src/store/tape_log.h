/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/tape_log.h - a cartridge in a file, what the parts of the store share.
 * docs/tape-format.md says what is in the file, and why.
 *
 * Offsets ("off") count from the beginning of a partition's region; base is
 * where that begins in the file.
 */
#ifndef SEMU_STORE_TAPE_LOG_H
#define SEMU_STORE_TAPE_LOG_H

#include "store/file_io.h"
#include "store/open.h"
#include "store/vec.h"

enum {
	SEMU_TL_VERSION = 1,
	SEMU_TL_MAGIC = 8, /* bytes in front of a super slot */
	SEMU_TL_HEAD = 64, /* header of a frame, and what frames are cut to */
	SEMU_TL_FAN_BITS = 8,
	SEMU_TL_FAN = 1 << SEMU_TL_FAN_BITS, /* entries of an index page */
	SEMU_TL_ENTRY = 16,
	SEMU_TL_PAGE = SEMU_TL_FAN * SEMU_TL_ENTRY,
	SEMU_TL_LEVELS = 6, /* pages over pages: 2^48 objects */
	SEMU_TL_ATTRIBUTES = 16 << 10,
	SEMU_TL_SLOT = 256 << 10, /* room of a super slot */
	SEMU_TL_DATA = 2 * SEMU_TL_SLOT,
	/* longest tail of a record's frame: tag, padding, the next header */
	SEMU_TL_TRAIL = 512
};

enum semu_tl_kind { SEMU_TL_RECORD = 1, SEMU_TL_MARK, SEMU_TL_INDEX };

/* The header of a frame. */
struct semu_tl_head {
	uint8_t kind, tag_len; /* enum semu_tl_kind; RECORD: of its tag */
	uint8_t tree, level;   /* INDEX: enum semu_tl_which */
	uint8_t partition;
	uint32_t len;	 /* bytes of the record or page, without the tag */
	uint32_t crc;	 /* of these and the tag: CRC-32C */
	uint64_t number; /* of the object; INDEX: of its first entry */
	uint64_t files;	 /* filemarks in front of it */
	uint64_t epoch;	 /* of the first super slot that may know it */
	uint64_t off;	 /* where it is */
};

/*
 * An index is a row of entries that only grows (or is cut) at its end. Every
 * SEMU_TL_FAN of them are a page in the log; where the pages are is a row of
 * entries again, one level up. What does not fill a page is in the super slot.
 */
enum semu_tl_which { SEMU_TL_OBJECTS, SEMU_TL_MARKS, SEMU_TL_TREES };

struct semu_tl_entry {
	uint64_t off; /* of the frame */
	/* OBJECTS: filemarks in front of it; MARKS: the number that the
	 * filemark has as an object; of a page: 0 */
	uint64_t with;
};

struct semu_tl_tree {
	uint64_t n; /* entries at level 0 */
	/* levels whose full page is in the log already, for the entry that
	 * comes next, and where */
	unsigned sealed;
	uint64_t place[SEMU_TL_LEVELS];
	struct semu_tl_entry tail[SEMU_TL_LEVELS][SEMU_TL_FAN];
};

/* A page in memory: the last one of its level that was looked at. */
struct semu_tl_page {
	bool valid;
	uint8_t partition;
	uint64_t number; /* of its first entry, at its level */
	struct semu_tl_entry e[SEMU_TL_FAN];
};

struct semu_tl_part {
	uint64_t base, size; /* of its region */
	uint64_t end;	     /* off of EOD */
	uint64_t kept;	     /* off up to which a super slot may name bytes */
	uint64_t high;	     /* off up to which there may be bytes */
	struct semu_tl_tree tree[SEMU_TL_TREES];
	uint8_t *attr;
	uint32_t attr_len;
};

struct semu_tl_pos {
	uint64_t object, files, off;
};

/* A record that is being written, or read in pieces. */
struct semu_tl_piece {
	bool open;
	uint32_t len; /* bytes so far */
	uint32_t crc; /* of them */
};

struct semu_tl {
	int fd;
	/* as it was made */
	uint64_t bytes;
	uint8_t density, medium_type;
	bool worm, cleaning;

	unsigned n, at; /* partitions; the one that it stands in */
	struct semu_tl_part part[SCSIEMU_TAPE_PARTITIONS];
	struct semu_tl_pos pos;

	uint64_t seq;	   /* of the super slot in force */
	bool changed;	   /* what a slot has is not as in memory */
	bool alone;	   /* only one of the slots has this state */
	bool unsynced;	   /* bytes were written since the last fdatasync */
	bool stale;	   /* a slot names bytes that are to be overwritten */
	bool dead;	   /* an fdatasync failed */
	const char *doubt; /* what was wrong with it when it was opened */
	uint64_t length;   /* of the file */

	/* what the file system had for us, and what we took since */
	uint64_t room, taken;

	struct semu_tl_piece writing, reading;
	struct semu_tl_head head; /* of the object behind pos ... */
	bool have_head;		  /* ... when that has been read */
	struct semu_tl_page page[SEMU_TL_TREES][SEMU_TL_LEVELS];
	struct semu_tl_tree spare[SEMU_TL_TREES]; /* while these are cut */
	uint8_t trail[SEMU_TL_TRAIL];
	uint8_t slot[SEMU_TL_SLOT]; /* for whatever passes at the time */
};

static inline struct semu_tl_part *semu_tl_here(struct semu_tl *t)
{
	return &t->part[t->at];
}

static inline uint64_t semu_tl_objects(const struct semu_tl_part *p)
{
	return p->tree[SEMU_TL_OBJECTS].n;
}

static inline uint64_t semu_tl_files(const struct semu_tl_part *p)
{
	return p->tree[SEMU_TL_MARKS].n;
}

/* ---- tape_log_frame.c: frames ---- */

/* Bytes of a frame in the file. */
static inline uint64_t semu_tl_frame_len(uint64_t len, uint64_t tag_len)
{
	return (SEMU_TL_HEAD + len + tag_len + SEMU_TL_HEAD - 1) &
	       ~(uint64_t)(SEMU_TL_HEAD - 1);
}

void semu_tl_head_put(uint8_t *out, const struct semu_tl_head *h);
/* False: no header. */
bool semu_tl_head_get(const uint8_t *in, struct semu_tl_head *h);
/* The header at off, which must be there, whole, and of this partition: OK,
 * or a result. */
int semu_tl_read_head(const struct semu_tl *t, unsigned partition, uint64_t off,
		      struct semu_tl_head *h);
/* Is this the header of a record or filemark with that number at off? */
bool semu_tl_is_object(const struct semu_tl *t, const struct semu_tl_head *h,
		       unsigned partition, uint64_t number, uint64_t off);

/* What goes with the bytes of the vectors, in front of and behind them. */
struct semu_tl_sides {
	uint8_t *front, *back;
	size_t front_len, back_len;
};
/* Moves front, n bytes of the vectors, and back between the file at at and
 * memory: in one call where the vectors are few. OK or a result. */
int semu_tl_move(const struct semu_tl *t, enum semu_dir dir, uint64_t at,
		 const struct semu_tl_sides *s, struct semu_cursor c, size_t n);
/* The same of bytes in one place. */
int semu_tl_move_bytes(const struct semu_tl *t, enum semu_dir dir, uint64_t at,
		       void *bytes, size_t n);
/* The CRC of n bytes of the vectors behind bytes whose CRC is crc. */
uint32_t semu_tl_crc(uint32_t crc, struct semu_cursor c, size_t n);
/* Writes to the region: E_NO_SPACE is R_EOM. */
int semu_tl_write(struct semu_tl *t, uint64_t off,
		  const struct semu_tl_sides *s, struct semu_cursor c,
		  size_t n);

/* ---- tape_log_tree.c: indexes ---- */

/* Entry i, below n: OK, or a result: its page cannot be read. */
int semu_tl_entry(struct semu_tl *t, unsigned partition,
		  enum semu_tl_which which, uint64_t i,
		  struct semu_tl_entry *out);
/* Bytes that pages will take before one more entry can be appended. */
uint64_t semu_tl_seal_len(const struct semu_tl_part *p,
			  enum semu_tl_which which);
/* Makes room for one entry more: full pages are written at the end of the log.
 * OK or a result. */
int semu_tl_seal(struct semu_tl *t, enum semu_tl_which which);
/* The entry itself, for which there is room. */
void semu_tl_append(struct semu_tl_part *p, enum semu_tl_which which,
		    uint64_t off, uint64_t with);
/* Entries that can be appended without a page. */
unsigned semu_tl_tail_room(const struct semu_tl_part *p,
			   enum semu_tl_which which);
/* The partition ends in front of an object: OK, or a result, and it does not.
 */
int semu_tl_cut(struct semu_tl *t, const struct semu_tl_pos *to);
/* The position of an object of a partition: OK or a result. */
int semu_tl_find(struct semu_tl *t, unsigned partition, uint64_t object,
		 struct semu_tl_pos *out);
/* Entries of a level, and how many of them are in pages. */
uint64_t semu_tl_level_count(uint64_t n, unsigned level);
uint64_t semu_tl_sealed(uint64_t count);
/* The page with entry number i * SEMU_TL_FAN of its level, at off. */
int semu_tl_load_page(struct semu_tl *t, unsigned partition,
		      enum semu_tl_which which, unsigned level, uint64_t number,
		      uint64_t off);
void semu_tl_forget_pages(struct semu_tl *t);

/* ---- tape_log_super.c: super slots ---- */

extern const uint8_t semu_tl_magic[SEMU_TL_MAGIC];

enum semu_tl_verdict {
	SEMU_TL_GOOD,
	SEMU_TL_BLANK,	 /* zeros, or not there */
	SEMU_TL_FOREIGN, /* something else */
	SEMU_TL_OTHER,	 /* of another version */
	SEMU_TL_TORN	 /* its length or checksum is wrong */
};
struct semu_tl_slot {
	enum semu_tl_verdict verdict;
	size_t len;
	uint64_t seq;
};
/* Reads one of the two into t->slot, and says what it is: OK, or a result. */
int semu_tl_slot_read(struct semu_tl *t, unsigned which,
		      struct semu_tl_slot *s);
/* Everything in a good slot -> t. OK; E_BUSY: no memory; E_READ: it contradicts
 * itself. */
int semu_tl_slot_get(struct semu_tl *t, const uint8_t *in, size_t len);
/* ... and the other way round: bytes used of SEMU_TL_SLOT. */
size_t semu_tl_slot_put(const struct semu_tl *t, uint64_t seq, uint8_t *out);
/* Everything is durable when this is OK. Otherwise E_WRITE or another result;
 * after a failed fdatasync for ever. */
int semu_tl_commit(struct semu_tl *t);
/* ... and both slots say so: for a cartridge that is put away. */
int semu_tl_commit_both(struct semu_tl *t);
/* Asks the file system how much there is. */
void semu_tl_ask_room(struct semu_tl *t);
void semu_tl_free_attributes(struct semu_tl *t);
/* New regions, one behind the other. */
void semu_tl_lay_out(struct semu_tl *t, const struct scsiemu_tape_layout *l);

/* ---- tape_log_open.c ---- */

/* What is in the file t->fd -> t: 0, or -1 with why it cannot be used; what is
 * damaged can be used read-only, if at all. */
int semu_tl_load(struct semu_tl *t, const char *path, bool read_only,
		 struct scsiemu_errmsg *err);
/* A regular file, locked; flags as open's. A descriptor, or -1 with why. */
int semu_tl_open_file(const char *path, int flags, struct scsiemu_errmsg *err);

/* ---- tape_log.c, tape_log_verb.c ---- */

extern const struct scsiemu_tape_ops semu_tl_ops, semu_tl_read_only_ops;

int semu_tl_verb(void *ctx, struct scsiemu_io *io, const struct scsiemu_cmd *w);
int semu_tl_read_only_verb(void *ctx, struct scsiemu_io *io,
			   const struct scsiemu_cmd *w);
int semu_tl_read(void *ctx, struct scsiemu_io *io, struct scsiemu_tape_how *how,
		 uint32_t skip, const struct scsiemu_vec *v, unsigned nv);
/* The header of the object behind the position is in t->head: OK or a result.
 */
int semu_tl_look(struct semu_tl *t);
/* It stands in front of this object now. */
void semu_tl_stand(struct semu_tl *t, const struct semu_tl_pos *pos);
/* Everything behind the position is gone, and frames may be written. */
int semu_tl_begin(struct semu_tl *t);
void semu_tl_close(void *ctx);

#endif
