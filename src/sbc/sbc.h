/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sbc/sbc.h - what the files of the disk share. Rows are in rows.c, handlers
 * in one file per family; everything a handler must know about the logical
 * unit is in its capability record (lu->cap), which type.c derives.
 */
#ifndef SEMU_SBC_H
#define SEMU_SBC_H

#include <scsiemu/sbc.h>

#include "core/config.h"
#include "core/core.h"
#include "spc/spc.h"

extern const struct semu_mode_page semu_sbc_mode_01, semu_sbc_mode_08;
/* geometry.c: of disks before SBC-2 */
extern const struct semu_mode_page semu_sbc_mode_03, semu_sbc_mode_04;
extern const struct semu_vpd_page semu_sbc_vpd_b0, semu_sbc_vpd_b1,
	semu_sbc_vpd_b2, semu_sbc_vpd_b7;

/* cap.c */
void semu_sbc_attention(const struct scsiemu_lu *lu, struct scsiemu_sense *s);
void semu_sbc_loaded(struct scsiemu_lu *lu);

/* info.c */
scsiemu_in_fn semu_sbc_capacity_10, semu_sbc_capacity_16;
/* defectdata.c */
scsiemu_in_fn semu_sbc_defects_10, semu_sbc_defects_12;
scsiemu_step_fn semu_sbc_defects_end;
/* long.c */
scsiemu_step_fn semu_sbc_read_long, semu_sbc_write_long;
/* reassign.c */
scsiemu_step_fn semu_sbc_reassign;
/* formatunit.c, preset.c */
scsiemu_step_fn semu_sbc_format_unit, semu_sbc_format_preset;
extern const struct semu_vpd_page semu_sbc_vpd_b8;
/* sanitize.c */
scsiemu_step_fn semu_sbc_sanitize_overwrite, semu_sbc_sanitize_erase,
	semu_sbc_sanitize_exit;
/* cache.c */
scsiemu_nodata_fn semu_sbc_sync;
/* verify.c */
scsiemu_step_fn semu_sbc_verify, semu_sbc_write_verify;
/* same.c */
scsiemu_step_fn semu_sbc_write_same;
/* scatter.c */
scsiemu_step_fn semu_sbc_scattered;
/* Descriptors that a list may have. */
uint32_t semu_sbc_scattered_max(const struct scsiemu_lu *lu);
/* referrals.c */
scsiemu_in_fn semu_sbc_report_referrals;
extern const struct semu_part_type semu_referrals_part;
extern const struct semu_vpd_page semu_sbc_vpd_b3;
/* thin.c */
scsiemu_out_fn semu_sbc_unmap;
scsiemu_step_fn semu_sbc_unmap_next;
/* lbastatus.c */
scsiemu_step_fn semu_sbc_lba_status;
/* atomicwrite.c */
scsiemu_step_fn semu_sbc_write_atomic;
/* atomic.c */
scsiemu_step_fn semu_sbc_compare_write, semu_sbc_orwrite;

/* odx.c */
scsiemu_out_fn semu_sbc_populate, semu_sbc_use_token;

/* The byte of a CDB that has PROTECT, DPO and FUA, BYTCHK, UNMAP and NDOB. */
static inline unsigned semu_sbc_byte(const struct scsiemu_cmd *c)
{
	return c->cdb[scsiemu_cmd_row(c)->prot_at];
}

/* PROTECT; 0 where the CDB has none. */
static inline unsigned semu_pi_protect(const struct scsiemu_cmd *c)
{
	return scsiemu_cmd_row(c)->prot_at ? semu_sbc_byte(c) >> 5 : 0;
}

/* Bytes of a block on the wire: with its protection information, when PROTECT
 * says so. */
static inline uint32_t semu_sbc_wire(const struct scsiemu_cmd *c)
{
	const struct semu_cap *cap = &scsiemu_cmd_lu(c)->cap;

	return cap->blen + (semu_pi_protect(c) ? 8u << cap->pi_exponent : 0);
}

/* NDOB: a WRITE SAME(16) or (32) without data-out. */
static inline bool semu_sbc_ndob(const struct scsiemu_cmd *c)
{
	const struct scsiemu_row *row = scsiemu_cmd_row(c);

	return (row->op == SCSIEMU_OP_WRITE_SAME_16 ||
		(row->op == SCSIEMU_OP_VARIABLE &&
		 row->sa == SCSIEMU_SA_WRITE_SAME_32)) &&
	       semu_sbc_byte(c) & 1;
}

/* A field of the configuration's struct scsiemu_sbc_options; 0 where there are
 * none, or an older program's that are shorter. */
#define SEMU_SBC_OPTION(cf, field)                                             \
	((cf)->options &&                                                      \
			 ((const struct scsiemu_sbc_options *)(cf)->options)   \
					 ->size >=                             \
				 offsetof(struct scsiemu_sbc_options, field) + \
					 sizeof(((struct scsiemu_sbc_options   \
							  *)0)                 \
							->field)               \
		 ? ((const struct scsiemu_sbc_options *)(cf)->options)->field  \
		 : 0)

/* thin.c: bits of VPD B2h byte 5. */
enum {
	SEMU_LBPU = 0x80,
	SEMU_LBPWS = 0x40,
	SEMU_LBPWS10 = 0x20,
	SEMU_ANC_SUP = 0x02
};
unsigned semu_sbc_lbp(const struct scsiemu_lu *lu);

/* access.c: does the command read, does it write blocks of its CDB's extent?
 * Bits of enum semu_sbc_access; the extent in *lba and *nblk. */
enum semu_sbc_access { SEMU_SBC_READS = 1, SEMU_SBC_WRITES = 2 };
unsigned semu_sbc_access(const struct scsiemu_cmd *c, uint64_t *lba,
			 uint64_t *nblk);

/* cache.c: FUA and DPO of the CDB, with WCE. */
uint16_t semu_sbc_flags(const struct scsiemu_cmd *c);
/*
 * The end of a command that changed blocks through verbs: with FUA in flags
 * they are made durable first. The step counter is then SEMU_SBC_LAST, and
 * the step function has to say FINISHED.
 */
#define SEMU_SBC_LAST UINT32_MAX
int semu_sbc_durable(struct scsiemu_cmd *c, unsigned flags, uint64_t lba,
		     uint64_t nblk);
/* Blocks to and from the initiator, whole ones only. */
int semu_sbc_bulk(struct scsiemu_cmd *c, enum scsiemu_want_kind kind,
		  uint64_t lba, uint32_t off, uint32_t nblk, unsigned flags);
/* The data-out has not the size that the command computes. */
int semu_sbc_fail_size(struct scsiemu_cmd *c);

/* same.c: own[0] and own[1] become the next LBA and the blocks left; the block
 * is received into scratch, zeros where none comes. */
int semu_sbc_same_start(struct scsiemu_cmd *c);
/* Nothing but this byte? */
bool semu_sbc_all(const uint8_t *p, uint32_t len, uint8_t byte);
/*
 * thin.c: the next piece of an extent that is to be deallocated: up to the next
 * granule boundary (*whole false: no granule, its blocks are written), or all
 * the granules that lie in it.
 */
uint64_t semu_sbc_piece(const struct scsiemu_lu *lu, uint64_t lba, uint64_t n,
			bool *whole);

/* level.c: what came when, and rows that only old disks have. */
#if SEMU_WITH_LEVELS
enum { SEMU_SBC_NOLD = 3 };
extern const struct semu_levels semu_sbc_levels;
extern const struct scsiemu_row semu_sbc_old_rows[SEMU_SBC_NOLD];
#endif

#endif
