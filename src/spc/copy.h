/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spc/copy.h - the copy manager (SPC-5 5.18), in pieces:
 *
 *	copy_list.c	the parameter lists of EXTENDED COPY, judged
 *	copy_run.c	a copy from beginning to end
 *	copy_segment.c	what the segments of EXTENDED COPY are
 *	copy_move.c	bytes from blocks to blocks
 *	copy_stream.c	blocks to records of a tape, and back; tape to tape
 *	copy_party.c	who is meant, and may it be
 *	copy_alias.c	the names that hosts give to parties
 *	copy_results.c	what is kept of copies, COPY OPERATION ABORT
 *	copy_status.c	RECEIVE COPY ..., in all forms
 *	rod.c		ROD tokens
 *	vpd_8f.c	what of all this there is
 *
 * A copy is the command itself or, with IMMED, a job. Its scratch holds the
 * parameter list, then a struct semu_run, then the bytes on their way.
 */
#ifndef SEMU_SPC_COPY_H
#define SEMU_SPC_COPY_H

#include "core/copies.h"
#include "spc/spc.h"

enum { SEMU_SOURCE, SEMU_DESTINATION, SEMU_NEITHER };

/* CSCD descriptors: how long, of which types. */
enum { SEMU_CSCD = 32, SEMU_CSCD_ID = 0xe4, SEMU_CSCD_ALIAS = 0xe6 };

/* Longest segment, bytes: all that a block count of 16 bits can say. */
#define SEMU_COPY_SEGMENT (256u << 20)

/* Bytes from one extent to another, which may be of the same LU and overlap,
 * and begin and end inside blocks. */
struct semu_move {
	struct scsiemu_lu *lu[2];
	uint64_t lba[2]; /* the first block ... */
	union {
		uint32_t off[2];  /* and where in it */
		uint32_t into[2]; /* of tapes: of the record under way */
	};
	uint64_t bytes, done; /* to copy, copied */
	/* the piece under way: place, bytes, blocks */
	uint64_t at;
	uint32_t len, nblk[2], head[2];
	union {
		struct {
			/* blocks being loaded, to be checked: where, and where
			 * in memory */
			uint64_t read_lba;
			uint32_t read_n, read_at;
		};
		struct {
			/* of tapes: what a verb counts; bytes of each record */
			int64_t count;
			uint32_t record[2];
		};
	};
	uint8_t step;
	bool stream;  /* one of both sides is a tape, or both are */
	uint8_t verb; /* nothing is moved, but this done with the destination */
	bool down;    /* from the end, as the extents overlap */
	bool pad;     /* the rest of the last block becomes zeros */
	bool hold;    /* the bytes are held for the initiator, too */
	uint8_t side; /* where a failure was */
};

/* What a copy is made of: nseg things, each of which is an extent to move, or
 * nothing. */
struct semu_copy_kind {
	/* Sets run->move for the next one, or leaves its bytes 0. */
	int (*begin)(struct scsiemu_cmd *c);
	/* Are both ends still there? Asked after a wait. */
	bool (*still)(struct scsiemu_cmd *c);
	/* May it go on? Asked before every want; may be NULL. */
	bool (*alive)(struct scsiemu_cmd *c);
	void (*next)(struct scsiemu_cmd *c);
	void (*end)(struct scsiemu_cmd *c); /* of the copy; may be NULL */
	/* Does everything itself, until run->seg is nseg; NULL: as above. */
	scsiemu_step_fn *step;
	bool counts;   /* they are segments, for RECEIVE COPY STATUS */
	bool forwards; /* failures are COPY ABORTED with forwarded sense */
};

/* A copy under way; see above. */
struct semu_run {
	const struct semu_copy_kind *kind;
	struct semu_move move;
	uint64_t entry[2][SCSIEMU_ENTRY_SIZE / 8];
	uint8_t forwarded[48]; /* sense descriptor */
	uint32_t size;	       /* of the list */
	uint32_t at;	       /* of the segment under way */
	uint16_t cscds, ncscd, nseg;
	uint16_t seg;	   /* the one under way */
	uint16_t party[2]; /* its CSCD ids */
	uint16_t token;	   /* 1 + that of WRITE USING TOKEN */
	uint64_t rod;	   /* bytes of the ROD, of the range: done with */
	uint64_t into;
	uint8_t step, places;
};

/* copy_run.c: memory for a copy behind a list of that length in scratch. */
struct semu_run *semu_run_make(struct scsiemu_cmd *c, uint32_t list);
struct semu_run *semu_run(const struct scsiemu_cmd *c);
/* Bytes of the longest list that leaves enough for the copying; 0: scratch is
 * too small for any. */
uint32_t semu_copy_list_max(const struct scsiemu_lu *lu);
/* Protection information of each block: bytes. */
uint32_t semu_copy_beside(const struct scsiemu_lu *lu);
/* Bytes on their way: where, how many. */
uint8_t *semu_run_buffer(const struct scsiemu_cmd *c, uint32_t *room);
/* The list in scratch was judged, and the run is set up: copy, as the command
 * or as a job. k may be NULL. */
int semu_copy_begin(struct scsiemu_cmd *c, struct semu_copy *k, bool immed);
/* `then` of the rows that copy. */
scsiemu_step_fn semu_copy_step;

/* copy_list.c */
scsiemu_out_fn semu_extended_copy;
/* Is this descriptor type, of a CSCD or a segment, one of those it takes? */
bool semu_copy_has(const struct scsiemu_lu *lu, uint8_t type);
/* copy_segment.c */
extern const struct semu_copy_kind semu_copy_segments;

/* copy_move.c: blocks of the extent of one side; 0: it is a tape, or nobody. */
uint64_t semu_move_blocks(const struct semu_move *m, unsigned side);
void semu_move_start(struct semu_move *m);
/* The last want was answered: is nothing of a piece under way? */
bool semu_move_between(struct semu_move *m);
/* The next piece. False: failed, scratch is too small. */
bool semu_move_piece(struct scsiemu_cmd *c, struct semu_move *m);
/* The first of its blocks (m->nblk) of one side. */
uint64_t semu_move_first(const struct semu_move *m, unsigned side);
/* Its next want. m->side: whose medium. */
int semu_move_want(struct scsiemu_cmd *c, struct semu_move *m);

/* copy_stream.c: as semu_copy_segments wants it, with a tape; result as of a
 * step function. FINISHED: all is done. */
int semu_stream_go(struct scsiemu_cmd *c, struct semu_move *m, int result);
/* Is there a tape drive in this device? */
bool semu_copy_streams(const struct scsiemu_device *d);
#if SEMU_WITH_COPY
static inline const struct semu_stream_type *semu_stream(
	const struct scsiemu_lu *lu)
{
	return lu->type->stream;
}
#endif

/* copy_party.c: the logical unit of a CSCD id, a disk or a tape drive; NULL:
 * failed. */
struct scsiemu_lu *semu_copy_party(struct scsiemu_cmd *c, uint16_t id,
				   bool write, bool tape);
/* May the nexus, and does the embedder allow? lu may be NULL. */
struct scsiemu_lu *semu_copy_ask(const struct scsiemu_cmd *c,
				 struct scsiemu_lu *lu,
				 const uint8_t *designator, uint32_t len,
				 bool write);
/* The nexus might read, or write, these blocks now. */
bool semu_copy_may(struct scsiemu_cmd *c, struct scsiemu_lu *lu, bool write,
		   uint64_t lba, uint64_t nblk);
/* Takes places for source and destination of the move, *step (0 at first) of
 * them so far. WANTS: it waits for the last one; call it again. */
int semu_copy_places(struct scsiemu_cmd *c, const struct semu_move *m,
		     uint8_t *step);
/* A/asc with the number of the segment and what of it was not copied. */
int semu_copy_fail(struct scsiemu_cmd *c, uint16_t asc);
/* A/0D/01 or 0D/02 with the sense in c->sense forwarded. */
int semu_copy_fail_at(struct scsiemu_cmd *c, unsigned side);

/* copy_results.c: room for a copy with this id. *k NULL: usage says that none
 * is kept. FAILED: the id is in use, or there is no room. */
int semu_copy_new(struct scsiemu_cmd *c, uint32_t id, bool kept,
		  struct semu_copy **k);
/* The nexus's; NULL: none. */
struct semu_copy *semu_copy_find(const struct scsiemu_cmd *c, uint32_t id);
/* It ended as c says. */
void semu_copy_done(struct scsiemu_cmd *c, struct semu_copy *k);
/* Is there room for n more bytes of held data? Else all are discarded. */
bool semu_copy_hold(struct scsiemu_cmd *c, uint64_t n);
/* The bytes that it holds: k->held of them, and where more go. */
uint8_t *semu_copy_held(const struct scsiemu_device *d,
			const struct semu_copy *k);
/* Of this command; NULL: none is kept. */
struct semu_copy *semu_copy_of(const struct scsiemu_cmd *c);
scsiemu_nodata_fn semu_copy_abort;
void semu_copy_lost(struct scsiemu_lu *lu, const struct semu_itl *itl);

/* copy_alias.c */
scsiemu_in_fn semu_report_aliases;
scsiemu_out_fn semu_change_aliases;
/* The logical unit of this device that an alias CSCD descriptor (E6h) means;
 * NULL: none. */
struct scsiemu_lu *semu_alias_lu(const struct scsiemu_cmd *c,
				 const uint8_t *cscd);
/* The pair is gone. */
void semu_alias_lost(const struct semu_itl *itl);

/* copy_status.c */
scsiemu_in_fn semu_copy_status_1, semu_copy_data_1, semu_copy_parameters,
	semu_copy_details, semu_copy_status_4, semu_copy_data_4,
	semu_rod_information, semu_rod_all;
scsiemu_step_fn semu_copy_told, semu_copy_detailed, semu_copy_all_told,
	semu_copy_data_1_told, semu_copy_data_4_told;
/* vpd_8f.c: how many types of segment and CSCD descriptors there are, and
 * which. */
void semu_copy_put_types(const struct scsiemu_lu *lu, struct scsiemu_wr *w);
extern const struct semu_vpd_page semu_vpd_8f;
uint32_t semu_copy_max_cscds(const struct scsiemu_lu *lu);
uint32_t semu_copy_max_segments(const struct scsiemu_lu *lu);

/* rod.c */
enum {
	SEMU_ROD_ON_REFERENCE = 0x00010000, /* access upon reference */
	SEMU_ROD_DEFAULT = 0x00800000,
	SEMU_ROD_VULNERABLE = 0x00800001, /* point in time, change vulnerable */
	SEMU_ROD_ANY = 0x0080ffff
};
#define SEMU_ROD_ZERO 0xffff0001u
enum { SEMU_ROD_TIMEOUT = 60, SEMU_ROD_TIMEOUT_MAX = 600 }; /* s */
/* A token of the command's LU for nblk blocks in all; the caller fills its
 * nrange ranges. NULL: failed. */
struct semu_token *semu_rod_new(struct scsiemu_cmd *c, uint32_t type,
				uint32_t timeout, uint64_t nblk);
/* The token with these 512 bytes; NULL: failed. */
struct semu_token *semu_rod_find(struct scsiemu_cmd *c, const uint8_t *bytes);
/* 0, or ASC/ASCQ: why it is no good any more. */
uint16_t semu_rod_dead(const struct semu_token *t);
/* It is no good from now on. */
void semu_rod_end(struct semu_token *t, uint16_t asc);
/* May the command's nexus copy from its LU? */
bool semu_rod_reach(const struct scsiemu_cmd *c, const struct semu_token *t);
/* MAXIMUM RANGE DESCRIPTORS: what a token and a parameter list hold. */
uint32_t semu_rod_ranges(const struct scsiemu_lu *lu);
/* Blocks of the LU are about to change; all: whatever the tokens' type. */
void semu_rod_changes(struct scsiemu_lu *lu, uint64_t lba, uint64_t nblk,
		      bool all);
/* The LU is being removed. */
void semu_rod_gone(struct scsiemu_lu *lu);
/* Watches logical units that have change vulnerable tokens. */
extern const struct semu_part_type semu_part_copy;

#endif
