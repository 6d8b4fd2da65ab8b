/* SPDX-License-Identifier: BSD-2-Clause */
/* PERSISTENT RESERVE IN (SPC-5 6.16). */
#include "spc/pr.h"

#if SEMU_WITH_PR

/* The generation, after what every reply is checked for. One that takes many
 * windows and sees a change between them would be torn: it ends. */
static int begin(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint64_t *own = scsiemu_cmd_own(c);

	if (lu->reserved) /* by whomever (SPC-2 5.5.1) */
		return scsiemu_fail_status(c, SCSIEMU_RESERVATION_CONFLICT);
	if (!own[0])
		own[0] = 0x100u | lu->pr_stamp;
	if ((uint8_t)own[0] != lu->pr_stamp)
		return scsiemu_fail(c, SCSIEMU_SK_ABORTED_COMMAND,
				    SCSIEMU_ASC_NONE);
	scsiemu_wr_be32(w, lu->pr_generation);
	scsiemu_wr_be32(w, 0); /* additional length, for end() */
	return SCSIEMU_FINISHED;
}

static int end(struct scsiemu_wr *w)
{
	scsiemu_wr_len(w, 4, 4, 0);
	return SCSIEMU_FINISHED;
}

/* The registration behind *i, 0 at first; NULL: no more. */
static const struct semu_reg *next(const struct scsiemu_lu *lu, uint32_t *i)
{
	do
		*i = *i ? semu_reg(lu, *i)->next : lu->regs;
	while (*i && semu_reg(lu, *i)->mark & SEMU_REG_FRESH);
	return *i ? semu_reg(lu, *i) : NULL;
}

int semu_pr_read_keys(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	const struct semu_reg *r;
	uint32_t i = 0;

	if (begin(c, w) < 0)
		return SCSIEMU_FAILED;
	while ((r = next(lu, &i)) != NULL)
		scsiemu_wr_be64(w, r->key);
	return end(w);
}

int semu_pr_read_reservation(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);

	if (begin(c, w) < 0)
		return SCSIEMU_FAILED;
	if (lu->pr_type) {
		scsiemu_wr_be64(w,
				lu->holder ? semu_reg(lu, lu->holder)->key : 0);
		scsiemu_wr_zero(w, 5);
		scsiemu_wr_u8(w, lu->pr_type); /* scope: logical unit */
		scsiemu_wr_zero(w, 2);
	}
	return end(w);
}

/* One I_T nexus per descriptor: ALL_TG_PT is never set. */
static void put_status(struct scsiemu_wr *w, const struct scsiemu_lu *lu,
		       const struct semu_reg *r, uint32_t i)
{
	struct semu_tid_iter it = semu_reg_tid(lu, r);
	bool holds = semu_pr_holds(lu, i);
	const uint8_t *p;
	uint32_t n;

	scsiemu_wr_be64(w, r->key);
	scsiemu_wr_zero(w, 4);
	scsiemu_wr_u8(w, holds);
	scsiemu_wr_u8(w, holds ? lu->pr_type : 0);
	scsiemu_wr_zero(w, 4);
	scsiemu_wr_be16(w, r->port);
	scsiemu_wr_be32(w, it.left);
	while ((p = semu_tid_next(&it, &n)) != NULL)
		scsiemu_wr_bytes(w, p, n);
}

int semu_pr_full_status(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	const struct semu_reg *r;
	uint32_t i = 0;

	if (begin(c, w) < 0)
		return SCSIEMU_FAILED;
	while ((r = next(lu, &i)) != NULL)
		put_status(w, lu, r, i);
	return end(w);
}

/*
 * ALLOW COMMANDS (SPC-5 table 208) is what the rows say of: TEST UNIT READY;
 * RECEIVE COPY RESULTS in its old forms; and a list of reading commands.
 */
enum group { TUR, COPY_RESULTS, LIST, GROUPS };
/* RECEIVE COPY STATUS, DATA, OPERATING PARAMETERS, FAILURE DETAILS (LID1) */
enum { COPY_IN = 0x84, STATUS = 0, DATA = 1, PARAMETERS = 3, DETAILS = 4 };

static const struct {
	uint8_t op, group;
	uint16_t sa;
} asked[] = {
	{ SCSIEMU_OP_TEST_UNIT_READY, TUR, SCSIEMU_NO_SA },
	{ SCSIEMU_OP_MODE_SENSE_6, LIST, SCSIEMU_NO_SA },
	{ SCSIEMU_OP_MODE_SENSE_10, LIST, SCSIEMU_NO_SA },
	{ SCSIEMU_OP_RECEIVE_DIAGNOSTIC_RESULTS, LIST, SCSIEMU_NO_SA },
	{ SCSIEMU_OP_READ_DEFECT_DATA_10, LIST, SCSIEMU_NO_SA },
	{ SCSIEMU_OP_READ_DEFECT_DATA_12, LIST, SCSIEMU_NO_SA },
	{ SCSIEMU_OP_READ_BUFFER_10, LIST, SCSIEMU_NO_SA },
	{ SCSIEMU_OP_READ_BUFFER_16, LIST, SCSIEMU_NO_SA },
	{ SCSIEMU_OP_MAINTENANCE_IN, LIST, SCSIEMU_SA_REPORT_OPCODES },
	{ SCSIEMU_OP_MAINTENANCE_IN, LIST, SCSIEMU_SA_REPORT_TMFS },
	{ COPY_IN, COPY_RESULTS, STATUS },
	{ COPY_IN, COPY_RESULTS, DATA },
	{ COPY_IN, COPY_RESULTS, PARAMETERS },
	{ COPY_IN, COPY_RESULTS, DETAILS },
};

static unsigned allow_commands(const struct scsiemu_lu *lu)
{
	uint32_t stops[GROUPS] = { 0 };
	bool passes = false; /* some of the list under Write Exclusive */
	bool known;

	for (unsigned i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		const struct scsiemu_row *row =
			semu_row_find(lu, asked[i].op, asked[i].sa, &known);

		if (!row)
			continue;
		stops[asked[i].group] |= row->stops;
		if (asked[i].group == LIST)
			passes |= !(row->stops & SCSIEMU_ON_PR_WRITE);
	}
	if (stops[TUR] & (SCSIEMU_ON_PR_READ | SCSIEMU_ON_PR_WRITE))
		return 0;
	if (stops[LIST] & SCSIEMU_ON_PR_WRITE && passes)
		return 1;
	if (stops[LIST] & SCSIEMU_ON_PR_WRITE)
		return 2;
	return stops[COPY_RESULTS] & (SCSIEMU_ON_PR_READ | SCSIEMU_ON_PR_WRITE)
		       ? 3
		       : 4;
}

int semu_pr_capabilities(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);

	if (lu->reserved)
		return scsiemu_fail_status(c, SCSIEMU_RESERVATION_CONFLICT);
	scsiemu_wr_be16(w, 8);
	/* RLR_C, CRH, SIP_C, ATP_C; PTPL_C */
	scsiemu_wr_u8(w, 0x8c | (SEMU_WITH_RESERVE ? 0x10u : 0) |
				 semu_can_save(lu));
	/* TMV; PTPL_A */
	scsiemu_wr_u8(w, 0x80 | allow_commands(lu) << 4 | lu->pr_aptpl);
	scsiemu_wr_be16(w, 0xea01); /* all six types */
	scsiemu_wr_be16(w, 0);
	return SCSIEMU_FINISHED;
}

#endif
