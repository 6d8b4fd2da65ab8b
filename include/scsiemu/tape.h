/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scsiemu/tape.h - tape media: a cartridge as a vtable, and what is known of
 * it. docs/stores.md, "Tapes", is the contract in full.
 *
 * A cartridge has one to four partitions. Each is a row of objects, which are
 * records (1 byte to 16 MiB - 1) and filemarks, and an end (EOD). Between two
 * objects is a position: the number of objects in front of it.
 */
#ifndef SCSIEMU_TAPE_H
#define SCSIEMU_TAPE_H

#include <scsiemu/store.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SCSIEMU_TAPE_PARTITIONS 4
#define SCSIEMU_TAPE_BLOCK_MAX	0xffffffu /* bytes of a record */
#define SCSIEMU_TAPE_TAG_MAX	255	  /* bytes of a record's tag */

/* Where the next object is read or written. */
struct scsiemu_tape_pos {
	uint64_t object; /* objects between BOP and here */
	uint64_t file;	 /* filemarks among them */
	uint64_t used;	 /* bytes of the partition between BOP and here */
	uint64_t left;	 /* ... that can still be written from here on */
	uint32_t partition;
	bool bop, eod;
};

struct scsiemu_tape_partition {
	uint64_t size;		 /* bytes, all in all */
	uint64_t used;		 /* ... between BOP and EOD */
	uint64_t objects, files; /* between BOP and EOD */
};

/* scsiemu_tape_info.able */
enum scsiemu_tape_can {
	SCSIEMU_TAPE_TAGS = 1,	     /* a record's tag is kept */
	SCSIEMU_TAPE_PARTITION = 2,  /* V_PARTITION */
	SCSIEMU_TAPE_ATTRIBUTES = 4, /* V_SETATTR */
	SCSIEMU_TAPE_COMPRESS = 8,   /* how.compress */
	SCSIEMU_TAPE_ENCRYPT = 16,   /* how.encrypt, how.decrypt */
	SCSIEMU_TAPE_PROTECT = 32    /* how.protect */
};

/* What the cartridge is; the one that moves in is not the one that was. */
struct scsiemu_tape_info {
	uint64_t size;	     /* bytes, as it was made */
	uint32_t able;	     /* enum scsiemu_tape_can */
	uint32_t block_max;  /* longest record it takes */
	uint32_t attributes; /* bytes of attributes there is room for ... */
	uint32_t attributes_left; /* ... and how many more can come */
	uint8_t density;	  /* primary density code; 0 unknown */
	uint8_t medium_type;	  /* as mode parameter headers have it */
	bool worm;		  /* nothing that was written may change */
	bool cleaning;		  /* a cleaning cartridge: no data */
	uint8_t partitions;	  /* 1 to 4 */
	struct scsiemu_tape_partition part[SCSIEMU_TAPE_PARTITIONS];
};

/* One attribute of the medium auxiliary memory (SPC-5 7.4). */
struct scsiemu_tape_attribute {
	const uint8_t *value; /* the store's, until the next verb */
	uint16_t id, len;
	uint8_t format; /* 0 binary, 1 ASCII, 2 text; 80h: read only */
};

/* Key of a cipher (SSC-4 8.5.3); whoever made it zeroes it. */
struct scsiemu_tape_key {
	uint8_t key[32];
	uint8_t len;
	uint8_t algorithm; /* index that the codec has given it */
	uint8_t ukad_len, akad_len;
	uint8_t ukad[32], akad[60];
};

/* SSC-4 table 142, DECRYPTION MODE */
enum scsiemu_tape_decrypt {
	SCSIEMU_TAPE_PLAIN,   /* encrypted records: E_ENCRYPTED */
	SCSIEMU_TAPE_RAW,     /* as they are on the medium */
	SCSIEMU_TAPE_DECRYPT, /* records that are not encrypted: E_PLAIN */
	SCSIEMU_TAPE_MIXED
};

/* How a record is to be written or read: the caller's, until the operation
 * has ended. All zero, or NULL in its place: just the bytes. */
struct scsiemu_tape_how {
	const struct scsiemu_tape_key *key; /* NULL: none */
	/* Bytes that are kept with the record: to write tag_len, or to read at
	 * most tag_len, which then becomes how many. */
	uint8_t *tag;
	uint8_t tag_len;
	/* The last 4 bytes of the record's are its check value: 0 no, 1
	 * Reed-Solomon, 2 CRC-32C (SSC-4 4.2.28). Written ones are checked
	 * (E_GUARD), read ones made. They are part of its length for the
	 * caller, and not on the medium. */
	uint8_t protect;
	bool compress, encrypt; /* WRITE */
	bool no_raw;		/* WRITE, encrypted: not to be read RAW */
	uint8_t decrypt;	/* READ: enum scsiemu_tape_decrypt */
	/* What a codec says, and nobody else: bytes that the record has on the
	 * medium. */
	uint32_t stored;
};

/* V_SPACE: what is counted. SSC-4 table 67, CODE. */
enum scsiemu_tape_space {
	SCSIEMU_SPACE_BLOCKS,
	SCSIEMU_SPACE_MARKS,
	SCSIEMU_SPACE_SEQUENTIAL, /* so many marks without a record between */
	SCSIEMU_SPACE_END	  /* to EOD; count does not matter */
};

/* scsiemu_tape_next.cipher */
enum scsiemu_tape_cipher {
	SCSIEMU_CIPHER_NONE,   /* the record is not encrypted */
	SCSIEMU_CIPHER_FITS,   /* it is, and next.key is its key */
	SCSIEMU_CIPHER_OTHER,  /* with another key than next.key */
	SCSIEMU_CIPHER_UNKNOWN /* by a cipher that is not here */
};

/* V_NEXT: what stands behind the position; nothing moves. */
struct scsiemu_tape_next {
	enum { SCSIEMU_NEXT_END, SCSIEMU_NEXT_MARK, SCSIEMU_NEXT_RECORD } kind;
	uint32_t len; /* bytes of the record for the initiator */
	uint8_t tag_len;
	uint8_t tag[SCSIEMU_TAPE_TAG_MAX];
	/* Of a codec; the others leave NULL and zeros. */
	const struct scsiemu_tape_key *key; /* in: to be tried; NULL: none */
	bool compressed, no_raw;
	uint8_t cipher;	   /* enum scsiemu_tape_cipher */
	uint8_t algorithm; /* index, as in the key; 0 none */
	uint8_t ukad_len, akad_len;
	uint8_t ukad[32], akad[60]; /* as they were written */
};

/* V_LOAD, V_SAVE, buf: a piece of a record, to or from memory of the core (of a
 * third-party copy). Whoever drives wants calls read() or write() with it. */
struct scsiemu_tape_piece {
	struct scsiemu_tape_how *how;
	uint8_t *bytes;
	uint32_t len, skip;
	bool more; /* IO_MORE */
};

/* V_PARTITION: everything is erased, and these are the partitions. */
struct scsiemu_tape_layout {
	uint32_t n;
	/* bytes; UINT64_MAX, once: the rest. Their sum may be less than the
	 * cartridge has (SET CAPACITY). */
	uint64_t size[SCSIEMU_TAPE_PARTITIONS];
};

struct scsiemu_tape_ops {
	uint32_t size;
	/* Facts: from memory, at once. */
	void (*tell)(void *m, struct scsiemu_tape_pos *out);
	void (*info)(void *m, struct scsiemu_tape_info *out);
	/* The first attribute of the partition with this id or a higher one;
	 * false: there is none. NULL: it has no attributes. */
	bool (*attribute)(void *m, uint32_t partition, uint16_t id,
			  struct scsiemu_tape_attribute *out);
	/*
	 * The next record, from byte skip on, into v. R_RECORD: it is used up,
	 * or IO_MORE was not set; io->info = its whole length, io->moved =
	 * bytes that came now, and the position is behind it. OK: more of it is
	 * left. R_MARK: a filemark, the position is behind it; R_EOD. Both only
	 * with skip 0. E_READ: the position is behind it.
	 */
	int (*read)(void *m, struct scsiemu_io *io,
		    struct scsiemu_tape_how *how, uint32_t skip,
		    const struct scsiemu_vec *v, unsigned nv);
	/*
	 * skip 0 opens a record, and everything behind the position is gone;
	 * later calls extend it (skip = its bytes so far), the one without
	 * IO_MORE closes it: only then does it exist. R_RECORD: closed; OK: go
	 * on. R_EOM: no room, R_E*: not possible; the record is forgotten.
	 * NULL: a cartridge that cannot be written.
	 */
	int (*write)(void *m, struct scsiemu_io *io,
		     struct scsiemu_tape_how *how, uint32_t skip,
		     const struct scsiemu_vec *v, unsigned nv);
	/*
	 * The verb of want w, its buf, addr and count.
	 * SPACE, LOCATE, LOCATE_FILE: OK, R_MARK (SPACE over blocks: behind the
	 *   mark in its direction), R_EOD, R_BOM; io->info = how many were not
	 *   spaced over (SPACE). A partition that is not there is E_RANGE.
	 * MARKS: OK, R_EOM (info = how many were not written).
	 * VERIFY: as read, of a record that nobody gets: R_RECORD (info = its
	 *   length), R_MARK, R_EOD, E_READ; buf = how, or NULL.
	 * FLUSH, EJECT: everything written is durable. INSERT: the position is
	 *   object 0 of partition 0.
	 * PARTITION: of the attributes only the medium's stay: those of
	 *   partition 0 with ids below 0800h.
	 * SETATTR: attributes replace those of the same id, length 0 removes;
	 *   with FUA they are durable. E_NO_SPACE.
	 */
	int (*verb)(void *m, struct scsiemu_io *io,
		    const struct scsiemu_cmd *w);
	void (*cancel)(void *m, struct scsiemu_io *io); /* as block_ops */
	void (*close)(void *m);
};

#ifdef __cplusplus
}
#endif
#endif
