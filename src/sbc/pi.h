/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sbc/pi.h - protection information (SBC-4 4.21): a disk formatted with it
 * keeps 8 bytes for each protection interval of a block: a CRC of the interval
 * (guard), an application tag and a reference tag.
 *
 * In memory n blocks are n * blen bytes of data and, behind them, n * pi_len
 * bytes of tuples, as V_LOAD and V_SAVE with SCSIEMU_PI move them. On the wire
 * each interval is followed by its tuple. Handlers go through the functions
 * below, which do nothing with tuples where the disk has none.
 */
#ifndef SEMU_PI_H
#define SEMU_PI_H

#include "sbc/sbc.h"

enum { SEMU_PI_TUPLE = 8 };

/* The part: a disk that may be formatted with protection has it. */
struct semu_pi {
	scsiemu_pi_crc_fn *crc;
	uint8_t type;	  /* 1 to 3; 0: formatted without */
	uint8_t exponent; /* 2^n intervals in a block */
	uint16_t len;	  /* bytes that the medium has for each block */
	bool unfit; /* this medium, or scratch, cannot do what the format is */
	/* ORWRITE(32), since power on */
	uint8_t policy;
	uint32_t generation, previous;
};
extern const struct semu_part_type semu_pi_part;
extern const struct semu_mode_page semu_pi_mode_0a02;
extern const struct semu_vpd_page semu_pi_vpd_b4;

/* What the disk is formatted with; NULL: without protection. */
static inline const struct semu_pi *semu_pi(const struct scsiemu_lu *lu)
{
#if SEMU_WITH_PI
	const struct semu_pi *pi = semu_part(lu, SEMU_PART_PI);

	return pi && pi->type ? pi : NULL;
#else
	(void)lu;
	return NULL;
#endif
}

/*
 * FORMAT UNIT: from now on it is formatted with this type (0: none) and 2^n
 * intervals per block, and everything that follows from it is derived anew. The
 * caller sees to the medium (V_ZERO and V_UNMAP leave FFs, that is, no checks),
 * to keeping the format (SCSIEMU_NV_FORMAT), and to unit attentions. 0, or
 * SCSIEMU_ERR_ARG when disk, medium or scratch cannot do that.
 */
int semu_pi_format(struct scsiemu_lu *lu, unsigned type, unsigned exponent);
/* Could it be? */
bool semu_pi_possible(const struct scsiemu_lu *lu, unsigned type,
		      unsigned exponent);

/* Which fields are checked. */
enum { SEMU_PI_GUARD = 1, SEMU_PI_APP = 2, SEMU_PI_REF = 4 };

/* What the tuples of a command's blocks must be. */
struct semu_pi_rules {
	const struct scsiemu_lu *lu;
	const struct semu_pi *pi;
	const uint8_t *tags; /* the Application Tag mode page, or NULL */
	uint64_t lba;	     /* of the first block */
	uint32_t ref;	     /* expected in its first tuple */
	uint16_t app, mask;  /* expected in all */
	uint8_t check;
	bool ato; /* the application client owns the application tags */
};
/* Of a READ-like command's blocks as they come from the medium (PROTECT 000b:
 * all is checked, unless DPICZ), and of a WRITE-like command's as they come
 * from the host. */
struct semu_pi_rules semu_pi_read_rules(const struct scsiemu_cmd *c);
struct semu_pi_rules semu_pi_write_rules(const struct scsiemu_cmd *c);
/*
 * The first of n blocks from lba on whose tuples are not as they must be; n:
 * all are. *asc says which field. Escapes are not checked.
 */
uint32_t semu_pi_check(const struct semu_pi_rules *r, uint64_t lba,
		       const uint8_t *buf, uint32_t n, uint16_t *asc);
/* Tuples for n blocks that came without. */
void semu_pi_generate(const struct semu_pi_rules *r, uint64_t lba, uint8_t *buf,
		      uint32_t n);
/* For copies (copy_move.c): as READ and WRITE with PROTECT 000b. */
extern const struct semu_beside semu_pi_beside;
/* CHECK CONDITION of a failed check. */
int semu_pi_fail(struct scsiemu_cmd *c, uint16_t asc, uint64_t lba);

/* From memory to the wire's form and back, in place; behind the n blocks with
 * their tuples must be room for the tuples once more. */
void semu_pi_to_wire(const struct scsiemu_lu *lu, uint8_t *buf, uint32_t n);
void semu_pi_from_wire(const struct scsiemu_lu *lu, uint8_t *buf, uint32_t n);

/* Bytes of memory that handling a block takes. */
static inline uint32_t semu_pi_room(const struct scsiemu_lu *lu)
{
	const struct semu_pi *pi = semu_part(lu, SEMU_PART_PI);

	return lu->cap.blen + (pi ? 2u * pi->len : 0);
}
/* Leave a V_LOAD or V_SAVE of n blocks, with their tuples if there are any. */
int semu_pi_load(struct scsiemu_cmd *c, uint64_t lba, uint8_t *buf, uint32_t n);
int semu_pi_save(struct scsiemu_cmd *c, uint64_t lba, uint8_t *buf, uint32_t n);

/* crc16.c: the guard by a table. */
uint16_t semu_pi_crc(uint16_t crc, const void *p, size_t n);

/* The commands of a disk with protection: pi_piece.c */
scsiemu_step_fn semu_pi_rw;
/* pi_verify.c */
scsiemu_step_fn semu_pi_verify, semu_pi_write_verify;
/* pi_swap.c */
scsiemu_step_fn semu_pi_compare_write, semu_pi_write_atomic;
/* pi_orwrite.c */
enum { SEMU_ORWRITE_POLICY = 7 }; /* at power on */
scsiemu_step_fn semu_pi_orwrite;
/* pi_same.c */
scsiemu_step_fn semu_pi_write_same;

#endif
