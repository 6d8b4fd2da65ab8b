/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/copies.h - what a device keeps of third-party copies: pools in its
 * memory (limits.copies, limits.aliases, limits.rod_tokens). The copy manager
 * (spc/copy.h) fills them; the core only knows how large they are.
 */
#ifndef SEMU_COPIES_H
#define SEMU_COPIES_H

#include "core/core.h"

enum semu_copy_state {
	SEMU_COPY_FREE,
	SEMU_COPY_RUNS,
	SEMU_COPY_DONE /* its results wait for a RECEIVE COPY ... */
};

/* COPY OPERATION STATUS (SPC-5 table 297). */
enum semu_copy_status {
	SEMU_COPY_OK = 0x01,
	SEMU_COPY_ERRORS = 0x02,
	SEMU_COPY_FOREGROUND = 0x11,
	SEMU_COPY_BACKGROUND = 0x12,
	SEMU_COPY_TERMINATED = 0x60
};

/* What of the results nobody has asked for yet. */
enum { SEMU_COPY_STATUS = 1, SEMU_COPY_DETAILS = 2, SEMU_COPY_HELD = 4 };

#define SEMU_COPY_SENSE 96

/* A copy with a list identifier: of one nexus and one LU. */
struct semu_copy {
	const struct semu_itl *itl; /* whose; NULL while it runs: it is to end,
				     * and nobody will ask */
	uint64_t serial;	    /* the lowest is the oldest */
	uint64_t count;		    /* bytes moved */
	uint64_t token_serial;
	uint32_t id;	     /* LIST IDENTIFIER */
	uint32_t held;	     /* bytes held for RECEIVE COPY DATA */
	uint16_t segments;   /* done with */
	uint16_t operations; /* pieces */
	uint16_t token;	     /* 1 + the ROD token it made; 0: none */
	uint8_t state;	     /* enum semu_copy_state */
	uint8_t result;	     /* enum semu_copy_status */
	uint8_t untold;
	uint8_t sa;	/* service action that started it */
	uint8_t status; /* SCSI status it ended with */
	uint8_t sense_len;
	bool abort;	/* COPY OPERATION ABORT: to end at its next step */
	bool discarded; /* it was more than could be held: none of it is */
	uint8_t sense[SEMU_COPY_SENSE];
};

/* The longest is an iSCSI name and an address. */
#define SEMU_ALIAS_MAX 272

/* An alias: eight bytes by which a nexus names a target to this LU. */
struct semu_alias {
	const struct semu_itl *itl; /* whose; NULL: free */
	uint64_t value;
	uint16_t len;
	uint8_t protocol, format;
	uint8_t designation[SEMU_ALIAS_MAX];
};

/* A range of blocks of a ROD. */
struct semu_range {
	uint64_t lba;
	uint32_t nblk;
};

enum semu_token_state { SEMU_TOKEN_FREE, SEMU_TOKEN_LIVES, SEMU_TOKEN_DEAD };
#define SEMU_TOKEN_LEN 512

struct semu_token {
	struct scsiemu_lu *lu; /* where its blocks are; NULL: removed */
	struct semu_range *range;
	uint64_t serial;
	uint64_t used; /* ms: made, or used last */
	uint32_t timeout_ms;
	uint32_t blen; /* the LU's when it was made */
	uint16_t nrange;
	uint16_t dead;	 /* ASC/ASCQ: why it is no good any more */
	uint16_t users;	 /* WRITE USING TOKENs under way */
	uint8_t state;	 /* enum semu_token_state */
	bool vulnerable; /* ends when its blocks change */
	uint8_t bytes[SEMU_TOKEN_LEN];
};

/* A type whose medium is a row of records, for those who copy. */
struct semu_stream_type {
	/* May the next record be read, or written? 0, or failed. */
	int (*may)(struct scsiemu_cmd *c, struct scsiemu_lu *lu, bool write);
	struct scsiemu_tape_how *(*how)(struct scsiemu_lu *lu, bool write);
	/* A record of so many bytes was; 0: filemarks. */
	void (*moved)(struct scsiemu_lu *lu, bool write, uint32_t bytes);
	/* What was written is durable. */
	void (*flushed)(struct scsiemu_lu *lu);
	/* A want ended so (R_RECORD: one of another length): failed, with the
	 * tape's sense and what is left of the request. */
	int (*fail)(struct scsiemu_cmd *c, struct scsiemu_lu *lu, int result,
		    uint64_t left);
};

#endif
