/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * READ ATTRIBUTE and WRITE ATTRIBUTE (SPC-5 6.18, 6.43) of the cartridge in an
 * element, whose address and type are in bytes 2 to 4 of the CDB. That of a
 * drive is read as the drive sees it: the command takes its place in the
 * drive's task set first, as a MOVE does, so that nothing happens to the
 * cartridge meanwhile. Any other one is brought into reach, and let go at the
 * end, however that comes about.
 */
#include "smc/smc.h"
#include "spc/mam.h"

enum { ELEMENT_AT = 2, TYPE_AT = 4, TYPE_BIT = 3, TYPE = 0x0f, WTC = 0x01 };
enum { PARTITION_AT = 7 };
/* The step counter: which of them comes next. From LIST on it may be in
 * reach. */
enum { PLACE, REACH, LIST, MOVES, LET_GO, OVER };

static uint16_t element(const struct scsiemu_cmd *c)
{
	return semu_be16(c->cdb + ELEMENT_AT);
}

static bool writes(const struct scsiemu_cmd *c)
{
	return c->cdb[0] == SCSIEMU_OP_WRITE_ATTRIBUTE;
}

/* Of scratch, in front of the place in a drive's task set. */
static uint32_t room(const struct scsiemu_cmd *c)
{
	return c->scratch_len - SCSIEMU_ENTRY_SIZE;
}

static int no_memory(struct scsiemu_cmd *c)
{
	return scsiemu_fail(c, SCSIEMU_SK_MEDIUM_ERROR,
			    SCSIEMU_ASC_AUXILIARY_MEMORY_NOT_ACCESSIBLE);
}

static int check(struct scsiemu_cmd *c)
{
	unsigned type = semu_smc_type(scsiemu_cmd_lu(c), element(c));
	unsigned is = c->cdb[TYPE_AT] & TYPE;
	struct scsiemu_element e;

	if (!type)
		return semu_smc_bad_address(c, ELEMENT_AT);
	if (is && is != type)
		return scsiemu_fail_cdb(c, TYPE_AT, TYPE_BIT);
	if (semu_smc_shut(c, element(c), &e))
		return SCSIEMU_FAILED;
	if (!e.full)
		return scsiemu_fail(c, SCSIEMU_SK_NOT_READY,
				    SCSIEMU_ASC_MEDIUM_NOT_PRESENT);
	return 0;
}

/* The memory of what is in reach. False: what is there has none. */
static bool in_reach(const struct scsiemu_cmd *c, struct semu_mam *m)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	const struct scsiemu_lu *drive = semu_smc_drive(lu, element(c));
	const struct scsiemu_changer_ops *ops = semu_smc_ops(lu);
	struct scsiemu_tape_info *info = &semu_smc(lu)->info;
	const struct scsiemu_tape_ops *tape;
	const struct scsiemu_medium *medium;

#if SEMU_WITH_MAM
	if (drive && drive->type->mam)
		return drive->type->mam->get(drive, m);
#else
	(void)drive;
#endif
	medium = ops ? ops->medium(lu->medium->ctx, element(c)) : NULL;
	tape = medium && medium->kind == SCSIEMU_TAPE ? medium->ops : NULL;
	if (!tape)
		return false;
	tape->info(medium->ctx, info);
	*m = (struct semu_mam){ .medium = medium,
				.info = info,
				.density = info->density };
	return true;
}

/* ---- One step after the other ---- */

static int place(struct scsiemu_cmd *c)
{
	struct scsiemu_lu *drive;

	if (check(c))
		return SCSIEMU_FAILED;
	drive = semu_smc_drive(scsiemu_cmd_lu(c), element(c));
	if (!drive)
		return SCSIEMU_FINISHED;
	return scsiemu_cmd_enter(c, drive, SCSIEMU_C_LU, 0, UINT64_MAX,
				 c->scratch + room(c));
}

static int reach(struct scsiemu_cmd *c)
{
	if (check(c))
		return SCSIEMU_FAILED;
	return scsiemu_want_store(c, NULL, SCSIEMU_V_REACH, element(c), true,
				  0);
}

static int get_list(struct scsiemu_cmd *c)
{
	if (!writes(c))
		return SCSIEMU_FINISHED;
	if (scsiemu_cmd_count(c) > room(c))
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_PARAMETER_LIST_LENGTH);
	return scsiemu_want_recv(c, 0, c->scratch, scsiemu_cmd_count(c));
}

/* What fits of the reply, from own[0] on, until all of it is sent. */
static int send_window(struct scsiemu_cmd *c, const struct semu_mam *m)
{
	uint32_t lo = (uint32_t)scsiemu_cmd_own(c)[0], n;
	struct scsiemu_wr w = { c->scratch, lo, lo + room(c), 0 };

	if (semu_mam_read(c, &w, m))
		return SCSIEMU_FAILED;
	n = w.pos < scsiemu_cmd_count(c) ? w.pos : scsiemu_cmd_count(c);
	if (n <= lo)
		return SCSIEMU_FINISHED;
	n = n - lo < room(c) ? n - lo : room(c);
	scsiemu_cmd_own(c)[0] = lo + n;
	*scsiemu_cmd_step(c) = MOVES;
	return scsiemu_want_send(c, lo, c->scratch, n);
}

static int set(struct scsiemu_cmd *c, const struct semu_mam *m)
{
	struct scsiemu_lu *drive = semu_smc_drive(scsiemu_cmd_lu(c),
						  element(c));
	struct scsiemu_rd r = { c, c->scratch, 0, scsiemu_cmd_got(c) };

	if (!(m->medium->able & SCSIEMU_CAN_WRITE))
		return scsiemu_fail(c, SCSIEMU_SK_DATA_PROTECT,
				    SCSIEMU_ASC_WRITE_PROTECTED);
	if (semu_mam_write(c, &r, m))
		return SCSIEMU_FAILED;
	if (r.len <= SEMU_MAM_LIST)
		return SCSIEMU_FINISHED;
	/* replies of the drive's pin what its cartridge has */
	scsiemu_want_buffer(c, drive && drive->medium ? drive : NULL,
			    SCSIEMU_V_SETATTR, c->cdb[PARTITION_AT], element(c),
			    r.buf + SEMU_MAM_LIST, r.len - SEMU_MAM_LIST);
	/* it may be closed the next moment */
	c->flags = SCSIEMU_CHANGES | SCSIEMU_FUA;
	return SCSIEMU_WANTS;
}

static int move(struct scsiemu_cmd *c)
{
	struct semu_mam m;

	if (!in_reach(c, &m))
		return no_memory(c);
	return writes(c) ? set(c, &m) : send_window(c, &m);
}

static int let_go(struct scsiemu_cmd *c)
{
	*scsiemu_cmd_step(c) = OVER;
	return scsiemu_want_store(c, NULL, SCSIEMU_V_REACH, element(c), false,
				  0);
}

/* The want behind which `step` was to come has failed. */
static int failed(struct scsiemu_cmd *c, unsigned step, int result)
{
	if (step == LIST && result == SCSIEMU_E_READ)
		return no_memory(c); /* it cannot be opened */
	if (step == LET_GO && result == SCSIEMU_E_NO_SPACE)
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_AUXILIARY_MEMORY_FULL);
	if (step == LET_GO && result == SCSIEMU_E_WRITE)
		return scsiemu_fail(c, SCSIEMU_SK_MEDIUM_ERROR,
				    SCSIEMU_ASC_AUXILIARY_MEMORY_WRITE_ERROR);
	return semu_smc_failed(c, result);
}

int semu_smc_attribute(struct scsiemu_cmd *c, int result)
{
	static int (*const steps[])(struct scsiemu_cmd * c) = {
		[PLACE] = place, [REACH] = reach,   [LIST] = get_list,
		[MOVES] = move,	 [LET_GO] = let_go,
	};
	unsigned *step = scsiemu_cmd_step(c);
	int rc = SCSIEMU_FINISHED;

	if (result == SCSIEMU_E_ABORTED)
		return *step < LIST ? SCSIEMU_FAILED : let_go(c);
	if (result < 0)
		rc = failed(c, *step, result);
	while (rc == SCSIEMU_FINISHED && *step < OVER)
		rc = steps[(*step)++](c);
	if (rc == SCSIEMU_FAILED && *step > LIST && *step < OVER)
		return let_go(c);
	if (rc == SCSIEMU_FINISHED && c->status) /* it failed before that */
		return SCSIEMU_FAILED;
	return rc;
}
