/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scsiemu/stores.h - the stores the library ships (hosted programs). Each
 * opener fills *m (kind, able, ops, ctx, geometry): hand it to
 * scsiemu_lu_load(); scsiemu_medium_close() ends it.
 */
#ifndef SCSIEMU_STORES_H
#define SCSIEMU_STORES_H

#include <scsiemu/changer.h>
#include <scsiemu/device.h>
#include <scsiemu/tape.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Why an opener failed, for the person who meets it: what, where, why, what to
 * do. Always terminated. */
struct scsiemu_errmsg {
	char text[256];
};

/* Geometry that the caller chooses; zero = default. */
struct scsiemu_geometry {
	uint64_t bytes;	  /* capacity; whole blocks */
	uint32_t blen;	  /* 512; 256..4096, a power of two */
	uint8_t exponent; /* logical per physical block: 2^n */
	bool thin;	  /* offer UNMAP (where the store can) */
	bool read_only;
	/* Room for protection information with each block: 8 bytes for each
	 * interval, at most 256; 0: none. Files keep it behind each block, or
	 * in a file of its own (PATH.pi) and the blocks as they were. */
	uint16_t pi_len;
	bool pi_side;
	/* memory only: so many bytes of it may be written, less than there
	 * are (thin); 64 KiB at a time. 0: all of them */
	uint64_t pool;
};

/* 0, or -1 with why in *err (each opener below). */

/* Sparse memory: blocks never written take no memory and read as zeros. */
int scsiemu_open_mem(struct scsiemu_medium *m, const struct scsiemu_geometry *g,
		     struct scsiemu_errmsg *err);
/* Reads zeros (lends them), swallows writes. */
int scsiemu_open_null(struct scsiemu_medium *m,
		      const struct scsiemu_geometry *g,
		      struct scsiemu_errmsg *err);
/*
 * A regular file or block device, pread/pwrite, never mapped. bytes != 0
 * creates the file when it is missing; bytes == 0 takes the file's size.
 * Unmapped blocks are holes. After a failed fdatasync every flush and write
 * fails (3/0C/00) until it is opened again.
 */
int scsiemu_open_file(struct scsiemu_medium *m, const char *path,
		      const struct scsiemu_geometry *g,
		      struct scsiemu_errmsg *err);
/* Other blocks from now on, as FORMAT UNIT makes them: for a medium that is not
 * loaded. 0 or an enum scsiemu_result: E_RANGE, it cannot be so. */
/*
 * Somebody has made the file or device longer or shorter: m->nblk becomes what
 * it is now (a medium that FORMAT UNIT made smaller stays so, if it can).
 * SCSIEMU_OK, or E_RANGE: the store cannot, or has no room for a block;
 * E_READ: nobody can say how large it is. Then scsiemu_lu_changed().
 */
int scsiemu_medium_refresh(struct scsiemu_medium *m);
int scsiemu_medium_format(struct scsiemu_medium *m, uint32_t blen,
			  uint64_t nblk);
/* Close what an opener opened (and all stores below a wrapper); NULL ctx:
 * nothing. */
void scsiemu_medium_close(struct scsiemu_medium *m);

/* A cartridge that is to be made. */
struct scsiemu_tape_new {
	uint64_t bytes;	 /* all that goes in; SCSIEMU_TAPE_BYTES_MIN up */
	uint8_t density; /* as scsiemu_tape_info has them */
	uint8_t medium_type;
	bool worm, cleaning;
	bool read_only; /* its tab */
};
#define SCSIEMU_TAPE_BYTES_MIN 65536

/* In memory: one partition, empty. */
int scsiemu_open_tape_mem(struct scsiemu_medium *m,
			  const struct scsiemu_tape_new *is,
			  struct scsiemu_errmsg *err);

/*
 * In one file (docs/tape-format.md): an append log with an index. is: makes the
 * file when it is missing or empty; of one that is there bytes must be the
 * same, and the rest is as it was made. NULL: it must be there. Locked: one
 * server that writes, or any that read. What is damaged is refused; some of it
 * can be opened read_only.
 */
int scsiemu_open_tape_log(struct scsiemu_medium *m, const char *path,
			  const struct scsiemu_tape_new *is, bool read_only,
			  struct scsiemu_errmsg *err);

/* A check of all that is in such a file. Nothing is changed. */
struct scsiemu_tape_check {
	/* NULL, or told what is wrong, a sentence each time. */
	void (*found)(void *ctx, const char *what);
	/* NULL, or told how far it is, in bytes; false: enough. */
	bool (*progress)(void *ctx, uint64_t done, uint64_t all);
	void *ctx;
	/* out: what is there, and how often something was wrong */
	uint64_t records, marks, bytes, faults;
};
/* 0: it has been read, and c->faults says how good it is; -1: it cannot be, or
 * is in use by a server that writes. */
int scsiemu_tape_log_check(const char *path, struct scsiemu_tape_check *c,
			   struct scsiemu_errmsg *err);

/* How such a file was left. */
struct scsiemu_tape_state {
	uint32_t version;     /* of the format */
	uint64_t number;      /* of the state in force */
	bool whole[2];	      /* the super slots A and B */
	bool put_away;	      /* closed: nothing was under way */
	uint64_t end, length; /* bytes of the file that it needs, and has */
};
/* 0, or -1: it cannot be read, or a server writes it. */
int scsiemu_tape_log_state(const char *path, struct scsiemu_tape_state *out,
			   struct scsiemu_errmsg *err);

/* Cartridges of other programs (docs/stores.md, "Tapes"). */
enum scsiemu_image {
	SCSIEMU_IMAGE_SIMH, /* .tap: SIMH; records of odd length padded */
	SCSIEMU_IMAGE_E11,  /* ... not padded, as Ersatz-11 does it */
	SCSIEMU_IMAGE_AWS,  /* AWSTAPE and HET, of Hercules; written as AWS */
	SCSIEMU_IMAGE_FAKE, /* FakeTape of FLEX-ES: read, and written once */
	SCSIEMU_IMAGE_TAR,  /* a tar archive as it would be on a tape: only read
			     */
	SCSIEMU_IMAGE_TGT,  /* .ssc of tgt: read, and written once */
	/* mhvtl's directory of a cartridge, data, indx and meta, of tape format
	 * 3 to 6, with its partitions and attributes: read, and written once,
	 * as format 6 */
	SCSIEMU_IMAGE_MHVTL,
	SCSIEMU_IMAGE_HET, /* as AWS; written compressed, where zlib is built in
			    */
	SCSIEMU_IMAGES
};
/* "simh", "e11", "aws", "faketape", "tar", "tgt", "mhvtl", "het"; NULL: no such
 * format. */
const char *scsiemu_tape_image_name(enum scsiemu_image format);
/* Can this library write it, wherever it is positioned? */
bool scsiemu_tape_image_writes(enum scsiemu_image format);
/* ... or at least write a new one, from the beginning to the end? */
bool scsiemu_tape_image_exports(enum scsiemu_image format);
/*
 * Which format is at path, by what is in it: *format, or SCSIEMU_IMAGES there
 * for a cartridge of this library's own (scsiemu_open_tape_log()). E11 is said
 * to be SIMH, HET to be AWS. 0, or -1 with why: nobody can tell, or it cannot
 * be read.
 */
int scsiemu_tape_image_guess(const char *path, enum scsiemu_image *format,
			     struct scsiemu_errmsg *err);
/*
 * The file at path, which is made if it is missing and is->bytes says how large
 * it may become; 0: as large as it is. A format that is only read, and
 * is->read_only, give a cartridge that cannot be written. A damaged file is
 * refused, unless it is only read and something can be read: then 0 comes with
 * what is wrong in err->text (else empty), and a record that fails (E_READ) is
 * where the damage is.
 */
int scsiemu_open_tape_image(struct scsiemu_medium *m, const char *path,
			    enum scsiemu_image format,
			    const struct scsiemu_tape_new *is,
			    struct scsiemu_errmsg *err);
/*
 * A new cartridge for another program, of a format that is exported: what a
 * cartridge is copied into. Nothing may be at path. Its position is always EOD;
 * V_PARTITION comes before the first object, V_LOCATE goes to the beginning of
 * the next partition, V_SETATTR (partition 0) comes before V_EJECT. That ends
 * it: without an OK of it, what is at path is half of a cartridge, which the
 * caller removes. 0, or -1 with why.
 */
int scsiemu_new_tape_image(struct scsiemu_medium *m, const char *path,
			   enum scsiemu_image format,
			   const struct scsiemu_tape_new *is,
			   struct scsiemu_errmsg *err);

/* A changer in memory, empty. */
int scsiemu_open_changer_mem(struct scsiemu_medium *m,
			     const struct scsiemu_changer_layout *l,
			     struct scsiemu_errmsg *err);
/*
 * Of such a changer, as its operator: the cartridge comes into an element (of
 * any type but transports), with a barcode or without (NULL), and stays the
 * caller's. 0, or SCSIEMU_ERR_ARG: no such element, it is full, or the barcode
 * is none (1 to 32 printable characters).
 */
int scsiemu_changer_mem_put(struct scsiemu_medium *m, uint16_t addr,
			    const char *tag, enum scsiemu_cartridge type,
			    struct scsiemu_medium *cartridge);
/* What was in the element, which is empty then; NULL: it was already. Not what
 * a drive has loaded. */
struct scsiemu_medium *scsiemu_changer_mem_take(struct scsiemu_medium *m,
						uint16_t addr);

/*
 * A cartridge in a file: scsiemu_open_tape_log(). is: makes it when it is
 * missing; NULL: it must be there. 0, or -1.
 */
typedef int scsiemu_open_cartridge(struct scsiemu_medium *m, const char *path,
				   const struct scsiemu_tape_new *is,
				   bool read_only, struct scsiemu_errmsg *err);

struct scsiemu_library {
	uint32_t size; /* sizeof *this */
	/* Of one that is made, and then what it has to have; zeros: it must be
	 * there, as it is. */
	struct scsiemu_changer_layout layout;
	/* In the first storage elements of one that is made: so many new
	 * cartridges, with barcodes from a prefix ("VOL", or "V" for more than
	 * 999), a number that makes it six characters, and a suffix ("L8"). */
	uint32_t cartridges;
	const char *prefix, *suffix;
	struct scsiemu_tape_new cartridge;
	scsiemu_open_cartridge *open;
};
/*
 * A library in a directory: a file for each cartridge (BARCODE.tape), and what
 * is where in the file "slots". Makes the directory, and its last part only,
 * when it is missing. Locked against other servers.
 */
int scsiemu_open_library(struct scsiemu_medium *m, const char *dir,
			 const struct scsiemu_library *cf,
			 struct scsiemu_errmsg *err);
/*
 * Its operator: the cartridge of this barcode comes into a slot (of storage or
 * import/export). is: its file is made when it is missing; NULL: it must be
 * there. Durable. 0, or -1.
 */
int scsiemu_library_insert(struct scsiemu_medium *m, uint16_t addr,
			   const char *barcode,
			   const struct scsiemu_tape_new *is,
			   struct scsiemu_errmsg *err);
/* What is in a slot leaves the library. Its file stays, to be inserted again,
 * or carried away. Durable. 0, or -1. */
int scsiemu_library_eject(struct scsiemu_medium *m, uint16_t addr,
			  struct scsiemu_errmsg *err);
/* Why the last cartridge that a drive should have could not be opened. */
const char *scsiemu_library_why(const struct scsiemu_medium *m);

/* The CRC of protection information (polynomial 8BB7h) of n bytes at p behind
 * bytes whose CRC is crc, with the processor's help where it has any: for
 * scsiemu_sbc_options.pi_crc. */
uint16_t scsiemu_pi_crc(uint16_t crc, const void *p, size_t n);

/* nv records in one file: temporary file, fsync, rename, fsync of the folder,
 * CRC-32C. A damaged file refuses to open. */
struct scsiemu_nv {
	const struct scsiemu_nv_ops *ops;
	void *ctx;
};
int scsiemu_open_nv_file(struct scsiemu_nv *nv, const char *path,
			 struct scsiemu_errmsg *err);
/* In memory: for tests, and to keep state over a device's re-creation. */
int scsiemu_open_nv_mem(struct scsiemu_nv *nv, struct scsiemu_errmsg *err);
void scsiemu_nv_close(struct scsiemu_nv *nv);

/*
 * Stores that wrap a block store: *m becomes a store around what it was, with
 * its facts and what it offers (fault and delay do not lend: each READ passes
 * through them). 0, or -1 with *m as it was. The handle lives until
 * scsiemu_medium_close(), which closes what is below too.
 */

enum scsiemu_block_op {
	SCSIEMU_BOP_READ,
	SCSIEMU_BOP_WRITE,
	SCSIEMU_BOP_FLUSH,
	SCSIEMU_BOP_ZERO,
	SCSIEMU_BOP_UNMAP,
	SCSIEMU_BOP_STATUS,
	SCSIEMU_BOP_CAS,
	SCSIEMU_BOP_VERIFY,
	SCSIEMU_BOP_COUNT
};

/* fault: operations that match give a result instead of (or after) acting. */
struct scsiemu_fault {
	uint32_t ops;	    /* bit per enum scsiemu_block_op */
	uint64_t lba, nblk; /* only operations touching these; nblk 0: any */
	uint32_t skip;	    /* let this many matches pass first */
	uint32_t count;	    /* then fail this many; 0 = for ever */
	int result;	    /* enum scsiemu_result to give */
	bool acts;	    /* the operation is done all the same, at once */
	bool hangs;	    /* PENDING until cancel or release */
};
struct scsiemu_wrap_fault; /* handle */
int scsiemu_wrap_fault(struct scsiemu_medium *m,
		       struct scsiemu_wrap_fault **handle,
		       struct scsiemu_errmsg *err);
/* Add a rule (copied, first match wins): 0, or -1 (32 rules at most). */
int scsiemu_fault_add(struct scsiemu_wrap_fault *w,
		      const struct scsiemu_fault *f);
void scsiemu_fault_clear(struct scsiemu_wrap_fault *w);
/* Let everything that hangs complete with its result; returns how many. */
unsigned scsiemu_fault_release(struct scsiemu_wrap_fault *w);

/*
 * delay: every operation is PENDING; scsiemu_delay_run() completes those that
 * are due. Order: by time, or reversed or shuffled (by seed) among the due.
 */
enum scsiemu_delay_order {
	SCSIEMU_DELAY_FIFO,
	SCSIEMU_DELAY_LIFO,
	SCSIEMU_DELAY_SHUFFLE
};
struct scsiemu_wrap_delay;
int scsiemu_wrap_delay(struct scsiemu_medium *m, uint32_t ms,
		       enum scsiemu_delay_order order, uint64_t seed,
		       struct scsiemu_wrap_delay **handle,
		       struct scsiemu_errmsg *err);
/* Complete what is due at now_ms (UINT64_MAX: all); returns how many. */
unsigned scsiemu_delay_run(struct scsiemu_wrap_delay *w, uint64_t now_ms);
uint64_t scsiemu_delay_next(const struct scsiemu_wrap_delay *w);

/* record: a log of everything that changes the medium (and of FLUSH), for
 * crash replay. A call for which there is no memory left fails unrecorded. */
struct scsiemu_record {
	enum scsiemu_block_op op;
	uint64_t lba, nblk;
	uint32_t flags; /* SCSIEMU_FUA */
	int result;	/* SCSIEMU_PENDING: not completed when read */
	/* One clock counts both, from 1 on: what ended before a FLUSH began is
	 * durable when that ended well. ended 0: not completed. */
	uint64_t began, ended;
	const uint8_t *data; /* WRITE, CAS: the bytes written */
	const uint8_t *pi;   /* WRITE with protection information: that */
};
struct scsiemu_wrap_record;
int scsiemu_wrap_record(struct scsiemu_medium *m,
			struct scsiemu_wrap_record **handle,
			struct scsiemu_errmsg *err);
size_t scsiemu_record_count(const struct scsiemu_wrap_record *w);
const struct scsiemu_record *scsiemu_record_get(
	const struct scsiemu_wrap_record *w, size_t i);

/* stats: counts and bytes by operation. */
struct scsiemu_stats {
	uint64_t ops[SCSIEMU_BOP_COUNT], blocks[SCSIEMU_BOP_COUNT];
	uint64_t errors, pending; /* pending: now in flight */
};
struct scsiemu_wrap_stats;
int scsiemu_wrap_stats(struct scsiemu_medium *m,
		       struct scsiemu_wrap_stats **handle,
		       struct scsiemu_errmsg *err);
const struct scsiemu_stats *scsiemu_stats_get(
	const struct scsiemu_wrap_stats *w);

#ifdef __cplusplus
}
#endif
#endif
