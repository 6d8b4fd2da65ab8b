/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ends of a copy: which logical unit a descriptor means, whether this nexus
 * may have it read or written, its places in their task sets, and how a failure
 * there is told (SPC-5 5.18.7.4).
 */
#include <string.h>

#include "spc/copy.h"

#if SEMU_WITH_COPY

enum {
	ID_THIS = 0xffff,
	ID_LAST = 0x07ff, /* of those in the list */
	CSCD_NUL = 0x20
};

/* Of the designators in VPD 83h the only one that has room in a descriptor. */
static bool is_naa(const uint8_t *designator, uint32_t len)
{
	enum { BINARY = 1, OF_LU_NAA = 3 };

	return len == 12 && (designator[0] & 0x0f) == BINARY &&
	       (designator[1] & 0x3f) == OF_LU_NAA;
}

/* The logical unit of this device that has the designator. */
static struct scsiemu_lu *named(const struct scsiemu_device *d,
				const uint8_t *designator, uint32_t len)
{
	if (!is_naa(designator, len))
		return NULL;
	for (uint32_t i = 0; i < d->nlus; i++)
		if (d->lus[i]->naa == semu_be64(designator + 4))
			return d->lus[i];
	return NULL;
}

struct scsiemu_lu *semu_copy_ask(const struct scsiemu_cmd *c,
				 struct scsiemu_lu *lu,
				 const uint8_t *designator, uint32_t len,
				 bool write)
{
	struct scsiemu_device *d = scsiemu_cmd_lu(c)->dev;
	struct scsiemu_nexus *n = semu_ctx(c)->nexus;
	const struct scsiemu_copy_party p = { .nexus = n == &d->anonymous ? NULL
									  : n,
					      .designator = designator,
					      .len = len,
					      .lu = lu,
					      .write = write };

	return d->copy.party ? d->copy.party(d->copy.ctx, &p) : lu;
}

/* What a descriptor of the list means. */
static struct scsiemu_lu *described(const struct scsiemu_cmd *c,
				    const uint8_t *cscd, bool write)
{
	uint32_t len = 4u + cscd[7];

#if SEMU_WITH_ALIASES
	if (cscd[0] == SEMU_CSCD_ALIAS) {
		struct scsiemu_lu *lu = semu_alias_lu(c, cscd);
		uint8_t naa[12] = { 1, 3, 0, 8 };

		if (!lu)
			return NULL;
		semu_put64(naa + 4, lu->naa);
		return semu_copy_ask(c, lu, naa, sizeof(naa), write);
	}
#endif
	return semu_copy_ask(c, named(scsiemu_cmd_lu(c)->dev, cscd + 4, len),
			     cscd + 4, len, write);
}

static struct scsiemu_lu *unreachable(struct scsiemu_cmd *c, uint16_t asc)
{
	semu_copy_fail(c, asc);
	return NULL;
}

/* DISK BLOCK LENGTH of a descriptor: what the disk has, or 0. */
static bool length_fits(const uint8_t *cscd, const struct scsiemu_lu *lu)
{
	uint32_t blen = semu_be24(cscd + 29);

	return !blen || blen == lu->cap.blen;
}

/* The command that would read or write there; NULL: there is none. Disks before
 * SPC-3 have none of 16 bytes. */
static const struct scsiemu_row *block_row(const struct scsiemu_lu *lu,
					   bool write)
{
	static const uint8_t op[2][2] = {
		{ SCSIEMU_OP_READ_16, SCSIEMU_OP_READ_10 },
		{ SCSIEMU_OP_WRITE_16, SCSIEMU_OP_WRITE_10 }
	};
	const struct scsiemu_row *row;
	bool known;

	if (semu_stream(lu))
		return semu_row_find(
			lu, write ? SCSIEMU_OP_WRITE_6 : SCSIEMU_OP_READ_6, 0,
			&known);
	row = semu_row_find(lu, op[write][0], 0, &known);
	return row ? row : semu_row_find(lu, op[write][1], 0, &known);
}

/* Whatever else it has, its parts see to it (semu_parts_raw()). */
static bool is_disk(const struct scsiemu_lu *lu)
{
	return lu->type->type == SCSIEMU_TYPE_DISK && block_row(lu, true);
}

struct scsiemu_lu *semu_copy_party(struct scsiemu_cmd *c, uint16_t id,
				   bool write, bool tape)
{
	const struct semu_run *run = semu_run(c);
	const uint8_t *cscd = NULL;
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct scsiemu_device *d = lu->dev;

	if (id != ID_THIS) {
		if (id >= run->ncscd)
			return unreachable(c,
					   SCSIEMU_ASC_UNREACHABLE_COPY_TARGET);
		cscd = c->scratch + run->cscds + SEMU_CSCD * (uint32_t)id;
		if (cscd[1] & CSCD_NUL)
			return unreachable(c,
					   SCSIEMU_ASC_UNREACHABLE_COPY_TARGET);
		lu = described(c, cscd, write);
	}
	if (!lu)
		return unreachable(c, SCSIEMU_ASC_UNREACHABLE_COPY_TARGET);
	if (lu->dev != d || lu->removed)
		return unreachable(c, SCSIEMU_ASC_COPY_TARGET_NOT_REACHABLE);
	if (tape ? !semu_stream(lu)
		 : !is_disk(lu) || (cscd && !length_fits(cscd, lu)))
		return unreachable(c, SCSIEMU_ASC_INCORRECT_COPY_TARGET_TYPE);
	return lu;
}

bool semu_copy_may(struct scsiemu_cmd *c, struct scsiemu_lu *lu, bool write,
		   uint64_t lba, uint64_t nblk)
{
	return semu_check_as(c, lu, block_row(lu, write), lba, nblk);
}

/* Of the two ends, the one whose place is taken first; all copies take places
 * in the order of the LUNs, so that none waits for one that waits for it. */
static unsigned first(const struct semu_move *m)
{
	return m->lu[0]->lun > m->lu[1]->lun;
}

int semu_copy_places(struct scsiemu_cmd *c, const struct semu_move *m,
		     uint8_t *step)
{
	struct semu_run *run = semu_run(c);

	while (*step < 2) {
		unsigned i = m->verb ? !*step : first(m) ^ *step;

		if (!(*step)++)
			semu_cmd_yield(c); /* it may wait from here on */
		if (m->lu[i] &&
		    scsiemu_cmd_enter(c, m->lu[i],
				      semu_stream(m->lu[i]) ? SCSIEMU_C_LU
							    : SCSIEMU_C_RW,
				      m->lba[i], semu_move_blocks(m, i),
				      run->entry[i]) == SCSIEMU_WANTS)
			return SCSIEMU_WANTS;
	}
	return SCSIEMU_FINISHED;
}

int semu_copy_fail(struct scsiemu_cmd *c, uint16_t asc)
{
	const struct semu_run *run = semu_run(c);

	scsiemu_fail(c, SCSIEMU_SK_COPY_ABORTED, asc);
	c->sense.flags = SCSIEMU_S_SPECIFIC;
	c->sense.specific = run->seg;
	if (run->move.bytes) {
		c->sense.flags |= SCSIEMU_S_INFO;
		c->sense.info = run->move.bytes - run->move.done;
	}
	return SCSIEMU_FAILED;
}

/* Forwarded sense data (SPC-5 4.4.2.7): header, then the sense. */
static void forward(struct scsiemu_cmd *c, unsigned side)
{
	struct semu_run *run = semu_run(c);
	uint8_t *p = run->forwarded;
	unsigned n = 0;

	if (c->status == SCSIEMU_CHECK_CONDITION)
		n = semu_sense_put(&c->sense, true, p + 4,
				   sizeof(run->forwarded) - 4);
	p[0] = 0x0c;
	p[1] = (uint8_t)(2 + n);
	p[2] = side == SEMU_SOURCE ? 1 : 2;
	p[3] = c->status;
}

int semu_copy_fail_at(struct scsiemu_cmd *c, unsigned side)
{
	struct semu_run *run = semu_run(c);
	bool range = c->status == SCSIEMU_CHECK_CONDITION &&
		     c->sense.asc == SCSIEMU_ASC_LBA_OUT_OF_RANGE;

	if (side == SEMU_NEITHER || !run->kind->forwards)
		return SCSIEMU_FAILED;
	forward(c, side);
	semu_copy_fail(c, range ? SCSIEMU_ASC_COPY_TARGET_NOT_REACHABLE
				: SCSIEMU_ASC_THIRD_PARTY_DEVICE_FAILURE);
	c->sense.extra = run->forwarded;
	c->sense.extra_len = (uint16_t)(2 + run->forwarded[1]);
	if (run->party[side] <= ID_LAST) {
		c->sense.sks = SCSIEMU_SKS_PARAM;
		c->sense.field =
			(uint16_t)(run->cscds + SEMU_CSCD * run->party[side]);
	}
	return SCSIEMU_FAILED;
}

#endif
