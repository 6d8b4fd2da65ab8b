/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which blocks a command reads or writes, by its row: for the parts that look
 * at every command. Lists of extents (UNMAP, WRITE SCATTERED, tokens) are not
 * in the CDB: their handlers say so themselves.
 */
#include "sbc/sbc.h"

/* They read what they write. */
static bool both(const struct scsiemu_row *row)
{
	return row->op == SCSIEMU_OP_COMPARE_AND_WRITE ||
	       row->op == SCSIEMU_OP_ORWRITE_16 ||
	       (row->op == SCSIEMU_OP_VARIABLE &&
		row->sa == SCSIEMU_SA_ORWRITE_32);
}

/* The host may have less data. */
static bool partial(const struct scsiemu_row *row)
{
	return row->kind == SCSIEMU_K_WRITE ||
	       row->op == SCSIEMU_OP_WRITE_STREAM_16 ||
	       (row->op == SCSIEMU_OP_VARIABLE &&
		row->sa == SCSIEMU_SA_WRITE_STREAM_32);
}

/* A count of 0: to the end. */
static bool to_the_end(const struct scsiemu_row *row)
{
	return row->op == SCSIEMU_OP_WRITE_SAME_10 ||
	       row->op == SCSIEMU_OP_WRITE_SAME_16 ||
	       (row->op == SCSIEMU_OP_VARIABLE &&
		row->sa == SCSIEMU_SA_WRITE_SAME_32);
}

unsigned semu_sbc_access(const struct scsiemu_cmd *c, uint64_t *lba,
			 uint64_t *nblk)
{
	const struct scsiemu_row *row = scsiemu_cmd_row(c);
	uint32_t blen = semu_sbc_wire(c);

	*lba = scsiemu_cmd_lba(c);
	*nblk = scsiemu_cmd_count(c);
	if (!(row->flags & SCSIEMU_ROW_BLOCKS))
		return 0;
	if (!*nblk && to_the_end(row))
		*nblk = scsiemu_cmd_lu(c)->cap.nblk - *lba;
	if (row->stops & SCSIEMU_ON_PROTECTED) {
		if (partial(row) && c->out_len < *nblk * blen)
			*nblk = c->out_len / blen;
		return both(row) ? SEMU_SBC_READS | SEMU_SBC_WRITES
				 : SEMU_SBC_WRITES;
	}
	/* SYNCHRONIZE CACHE does neither */
	return row->stops & SCSIEMU_ON_PR_WRITE ? 0 : SEMU_SBC_READS;
}
