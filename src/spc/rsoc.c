/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * REPORT SUPPORTED OPERATION CODES and REPORT SUPPORTED TASK MANAGEMENT
 * FUNCTIONS (SPC-5 6.35, 6.36): nothing but the rows, as they stand.
 */
#include "spc/spc.h"

#if SEMU_WITH_RSOC

enum { RCTD = 0x80, CTDP = 0x80, SUPPORTED = 3, UNSUPPORTED = 1 };

/* Rows that this nexus may not use are not there for it. */
static bool denied(const struct scsiemu_cmd *c, const struct scsiemu_row *row)
{
	return semu_nexus_denied(scsiemu_cmd_lu(c), semu_ctx(c)->nexus, row);
}

static const struct scsiemu_row *next(const struct scsiemu_cmd *c,
				      struct semu_row_iter *it)
{
	const struct scsiemu_row *row;

	do
		row = semu_row_next(scsiemu_cmd_lu(c), it);
	while (row && denied(c, row));
	return row;
}

/* Command timeouts descriptor. */
static void put_timeouts(struct scsiemu_wr *w, const struct scsiemu_row *row)
{
	scsiemu_wr_be32(w, 0x000a0000);
	scsiemu_wr_be32(w, row->nominal);
	scsiemu_wr_be32(w, row->recommended);
}

static int put_all(struct scsiemu_cmd *c, struct scsiemu_wr *w, bool rctd)
{
	struct semu_row_iter it = { { 0 } };
	const struct scsiemu_row *row;
	uint32_t size = rctd ? 20 : 8, n = 0, i, first, last;

	while (next(c, &it))
		n++;
	scsiemu_wr_be32(w, n * size);
	scsiemu_wr_items(w, n, size, &first, &last);
	it = (struct semu_row_iter){ { 0 } };
	for (i = 0; i < last; i++) {
		bool sa;

		row = next(c, &it);
		if (i < first)
			continue;
		sa = row->sa != SCSIEMU_NO_SA;
		scsiemu_wr_be16(w, (unsigned)row->op << 8);
		scsiemu_wr_be16(w, sa ? row->sa : 0);
		scsiemu_wr_be16(w, (rctd ? 2u : 0) | sa);
		scsiemu_wr_be16(w, row->len);
		if (rctd)
			put_timeouts(w, row);
	}
	scsiemu_wr_items_end(w, n - last, size);
	return SCSIEMU_FINISHED;
}

static int put_one(struct scsiemu_cmd *c, struct scsiemu_wr *w,
		   const struct scsiemu_row *row, bool rctd)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	unsigned i;

	scsiemu_wr_u8(w, 0);
	if (!row) {
		scsiemu_wr_be24(w, (uint32_t)UNSUPPORTED << 16);
		return SCSIEMU_FINISHED;
	}
	scsiemu_wr_u8(w, (rctd ? CTDP : 0u) | SUPPORTED);
	scsiemu_wr_be16(w, row->len);
	for (i = 0; i < row->len; i++)
		scsiemu_wr_u8(w, semu_row_usage(lu, row, i));
	if (rctd)
		put_timeouts(w, row);
	return SCSIEMU_FINISHED;
}

/* The row of opcode and service action, if this nexus may use it. */
static const struct scsiemu_row *find(const struct scsiemu_cmd *c, bool *known)
{
	const struct scsiemu_row *row = semu_row_find(
		scsiemu_cmd_lu(c), c->cdb[3], semu_be16(c->cdb + 4), known);

	if (row && denied(c, row)) {
		*known = false;
		return NULL;
	}
	return row;
}

/* REPORTING OPTIONS: all, an opcode without service actions, one with, or
 * either (service action 0 where there are none). */
enum { ALL, WITHOUT, WITH, EITHER };

int semu_report_opcodes(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	unsigned option = c->cdb[2] & 7;
	bool rctd = c->cdb[2] & RCTD, known, has_sa;
	const struct scsiemu_row *row;

	if (option == ALL)
		return put_all(c, w, rctd);
	if (option > EITHER)
		return scsiemu_fail_cdb(c, 2, 2);
	row = find(c, &known);
	has_sa = known && (!row || row->sa != SCSIEMU_NO_SA);
	if (known && option == (has_sa ? WITHOUT : WITH))
		return scsiemu_fail_cdb(c, 2, 2);
	if (option == EITHER && !has_sa && semu_be16(c->cdb + 4))
		row = NULL;
	return put_one(c, w, row, rctd);
}

/* What the engine does (reference 3.4): ABORT TASK, ABORT TASK SET, CLEAR TASK
 * SET, LOGICAL UNIT RESET, QUERY TASK (and CLEAR ACA); QUERY ASYNCHRONOUS
 * EVENT, QUERY TASK SET, I_T NEXUS RESET. */
int semu_report_tmfs(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	bool repd = c->cdb[2] & 0x80;

	if (scsiemu_cmd_count(c) < 4)
		return scsiemu_fail_cdb(c, 6, SCSIEMU_NO_BIT);
	scsiemu_wr_be16(w, scsiemu_cmd_lu(c)->normaca ? 0xfc07 : 0xdc07);
	scsiemu_wr_be16(w, repd ? 12 : 0);
	if (repd)
		scsiemu_wr_zero(w, 12); /* no timeouts are given */
	return SCSIEMU_FINISHED;
}

#endif
