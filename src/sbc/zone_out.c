/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ZONE OUT (ZBC-2 5): CLOSE, FINISH, OPEN ZONE, RESET WRITE POINTER,
 * SEQUENTIALIZE ZONE. An operation is a table row. They are alone on the
 * logical unit (class EXCL without blocks): no write is in flight. All zones
 * are judged before the first one changes.
 */
#include "sbc/zones.h"

#if SEMU_WITH_ZONES
#define BIT(v)	 (1u << (v))
#define ANY_OPEN (BIT(SEMU_ZONE_IMPLICIT) | BIT(SEMU_ZONE_EXPLICIT))
#define USABLE                                                                 \
	(ANY_OPEN | BIT(SEMU_ZONE_EMPTY) | BIT(SEMU_ZONE_CLOSED) |             \
	 BIT(SEMU_ZONE_IS_FULL))
#define SEQUENTIAL (BIT(SEMU_ZONE_REQUIRED) | BIT(SEMU_ZONE_PREFERRED))

struct op {
	uint8_t sa;
	bool saves;	 /* what it does is durable with its status */
	uint8_t types;	 /* zones that may be named: bits of their types */
	uint32_t one;	 /* conditions in which it does anything to a zone */
	uint32_t of_all; /* ... with ALL */
	void (*apply)(struct semu_zones *z, uint32_t i);
};

static void open_explicitly(struct semu_zones *z, uint32_t i)
{
	if (semu_zone_type(z, i) == SEMU_ZONE_REQUIRED) {
		if (z->zone[i].cond == SEMU_ZONE_IMPLICIT)
			semu_zone_close(z, i); /* its place is free */
		semu_zone_make_room(z, 1);
	}
	semu_zone_become(z, i, SEMU_ZONE_EXPLICIT);
}

static void sequentialize(struct semu_zones *z, uint32_t i)
{
	if (!(z->zone[i].flags & SEMU_ZONE_NON_SEQ))
		return;
	z->zone[i].flags &= (uint8_t)~SEMU_ZONE_NON_SEQ;
	semu_zone_changed(z, i);
}

static const struct op ops[] = {
	{ SCSIEMU_SA_CLOSE_ZONE, false, SEQUENTIAL, ANY_OPEN, ANY_OPEN,
	  semu_zone_close },
	{ SCSIEMU_SA_FINISH_ZONE, true, SEQUENTIAL,
	  USABLE & ~BIT(SEMU_ZONE_IS_FULL), ANY_OPEN | BIT(SEMU_ZONE_CLOSED),
	  semu_zone_fill },
	{ SCSIEMU_SA_OPEN_ZONE, false, SEQUENTIAL,
	  BIT(SEMU_ZONE_EMPTY) | BIT(SEMU_ZONE_CLOSED) |
		  BIT(SEMU_ZONE_IMPLICIT),
	  BIT(SEMU_ZONE_CLOSED), open_explicitly },
	{ SCSIEMU_SA_RESET_WRITE_POINTER, true,
	  SEQUENTIAL | BIT(SEMU_ZONE_BEFORE), USABLE, USABLE, semu_zone_empty },
	{ SCSIEMU_SA_SEQUENTIALIZE_ZONE, true, BIT(SEMU_ZONE_PREFERRED), USABLE,
	  USABLE, sequentialize },
};

/* One run of a command: the operation, and on which slots [first, last]. */
struct run {
	const struct op *op;
	bool all;
	uint32_t first, last;
};

static const struct op *op_of(const struct scsiemu_cmd *c)
{
	const struct op *op = ops;

	while (op->sa != scsiemu_cmd_row(c)->sa)
		op++;
	return op;
}

static int bad_zone(struct scsiemu_cmd *c)
{
	return scsiemu_fail_cdb(c, 2, SCSIEMU_NO_BIT);
}

/* ZONE ID and ZONE COUNT; 0 is one zone. */
static int named(struct scsiemu_cmd *c, const struct semu_zones *z,
		 struct run *r)
{
	uint64_t id = semu_be64(c->cdb + 2);
	uint32_t n = semu_be16(c->cdb + 12);

	if (id >= z->nblk)
		return scsiemu_fail_info(c, SCSIEMU_SK_ILLEGAL_REQUEST,
					 SCSIEMU_ASC_LBA_OUT_OF_RANGE, id);
	r->first = (uint32_t)(id >> z->shift);
	if (id != semu_zone_start(z, r->first))
		return bad_zone(c);
	n = n ? n : 1;
	if (n > z->n - r->first)
		return scsiemu_fail_cdb(c, 12, SCSIEMU_NO_BIT);
	r->last = r->first + n - 1;
	return 0;
}

static bool type_ok(const struct semu_zones *z, const struct run *r, uint32_t i)
{
	return r->op->types >> semu_zone_type(z, i) & 1;
}

/* Does it do anything to slot i? */
static bool concerns(const struct semu_zones *z, const struct run *r,
		     uint32_t i)
{
	uint32_t conds = r->all ? r->op->of_all : r->op->one;

	return type_ok(z, r, i) && conds >> semu_zone_cond(z, i) & 1;
}

static int zone_ok(struct scsiemu_cmd *c, const struct semu_zones *z,
		   const struct run *r, uint32_t i)
{
	if (!type_ok(z, r, i))
		return bad_zone(c);
	switch (semu_zone_cond(z, i)) {
	case SEMU_ZONE_INACTIVE:
		return scsiemu_fail(c, SCSIEMU_SK_DATA_PROTECT,
				    SCSIEMU_ASC_ZONE_INACTIVE);
	case SEMU_ZONE_IS_OFFLINE:
		return scsiemu_fail(c, SCSIEMU_SK_DATA_PROTECT,
				    SCSIEMU_ASC_ZONE_OFFLINE);
	case SEMU_ZONE_READONLY:
		if (r->op->sa == SCSIEMU_SA_RESET_WRITE_POINTER)
			return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
					    SCSIEMU_ASC_RESET_NOT_ALLOWED);
		return scsiemu_fail(c, SCSIEMU_SK_DATA_PROTECT,
				    SCSIEMU_ASC_ZONE_READ_ONLY);
	default:
		return 0;
	}
}

/* Write required zones of those that it is about in one of these conditions. */
static uint32_t count(const struct semu_zones *z, const struct run *r,
		      uint32_t conds)
{
	uint32_t n = 0;

	for (uint32_t i = r->first; i <= r->last; i++)
		n += concerns(z, r, i) &&
		     semu_zone_type(z, i) == SEMU_ZONE_REQUIRED &&
		     conds >> z->zone[i].cond & 1;
	return n;
}

/* A zone is opened on its way to FULL, one at a time; with ALL none is opened
 * that was not. */
static uint32_t places(const struct semu_zones *z, const struct run *r)
{
	if (r->op->sa == SCSIEMU_SA_OPEN_ZONE)
		return count(z, r, USABLE);
	if (r->op->sa == SCSIEMU_SA_FINISH_ZONE && !r->all)
		return !!count(z, r,
			       BIT(SEMU_ZONE_EMPTY) | BIT(SEMU_ZONE_CLOSED));
	return 0;
}

static int judge(struct scsiemu_cmd *c, const struct semu_zones *z,
		 struct run *r)
{
	uint32_t n;

	r->op = op_of(c);
	r->all = c->cdb[14] & 1;
	r->first = 0;
	r->last = z->n - 1;
	if (!r->all && named(c, z, r) < 0)
		return SCSIEMU_FAILED;
	for (uint32_t i = r->first; !r->all && i <= r->last; i++)
		if (zone_ok(c, z, r, i) < 0)
			return SCSIEMU_FAILED;
	n = places(z, r);
	if (z->max_open && n &&
	    (n > z->max_open || z->nexplicit > z->max_open - n))
		return scsiemu_fail(c, SCSIEMU_SK_DATA_PROTECT,
				    SCSIEMU_ASC_ZONE_RESOURCES);
	return 0;
}

/* Those it is about are picked first: to open some may close others. */
static void apply(struct semu_zones *z, const struct run *r)
{
	uint32_t i;

	for (i = r->first; i <= r->last; i++)
		if (concerns(z, r, i))
			z->zone[i].flags |= SEMU_ZONE_PICKED;
	for (i = r->first; i <= r->last; i++) {
		if (!(z->zone[i].flags & SEMU_ZONE_PICKED))
			continue;
		z->zone[i].flags &= (uint8_t)~SEMU_ZONE_PICKED;
		r->op->apply(z, i);
	}
}

/* What FINISH ZONE says to be written must be durable when it is. */
static bool must_flush(const struct scsiemu_cmd *c, const struct semu_zones *z,
		       const struct run *r)
{
	if (r->op->sa != SCSIEMU_SA_FINISH_ZONE ||
	    !scsiemu_cmd_lu(c)->cap.cache)
		return false;
	for (uint32_t i = r->first; i <= r->last; i++)
		if (concerns(z, r, i) && z->zone[i].safe < z->zone[i].wp)
			return true;
	return false;
}

/* The blocks of a zone that was reset read as zeros from then on. own[0]: the
 * next slot. */
static int discard(struct scsiemu_cmd *c, struct semu_zones *z, uint64_t *own,
		   uint32_t last)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint64_t mask = lu->cap.granule - 1, start, n;
	uint32_t i = (uint32_t)own[0];
	bool unmap;

	while (i <= last && !(z->zone[i].flags & SEMU_ZONE_STALE))
		i++;
	if (i > last)
		return SCSIEMU_FINISHED;
	start = semu_zone_start(z, i);
	for (n = 0; i <= last && z->zone[i].flags & SEMU_ZONE_STALE; i++) {
		n = semu_zone_start(z, i) + semu_zone_len(z, i) - start;
		z->zone[i].flags &= (uint8_t)~SEMU_ZONE_STALE;
	}
	own[0] = i;
	unmap = lu->cap.thin && !((start | n) & mask);
	if (!unmap && !(lu->able & SCSIEMU_CAN_ZERO))
		return SCSIEMU_FINISHED;
	return scsiemu_want_store(
		c, NULL, unmap ? SCSIEMU_V_UNMAP : SCSIEMU_V_ZERO, start, n, 0);
}

enum { JUDGE, APPLY, SAVE, DISCARD };

static int go_on(struct scsiemu_cmd *c, struct semu_zones *z,
		 const struct run *r)
{
	unsigned *at = scsiemu_cmd_step(c);
	uint64_t *own = scsiemu_cmd_own(c);

	if (*at == APPLY) {
		apply(z, r);
		semu_zones_save_from(own, r->first, r->last);
		*at = r->op->saves ? SAVE : DISCARD;
	}
	if (*at == SAVE) {
		if (semu_zones_save(c, own) == SCSIEMU_WANTS)
			return SCSIEMU_WANTS;
		own[0] = r->first;
		*at = DISCARD;
	}
	if (r->op->sa != SCSIEMU_SA_RESET_WRITE_POINTER)
		return SCSIEMU_FINISHED;
	return discard(c, z, own, r->last);
}

int semu_zone_out(struct scsiemu_cmd *c, int result)
{
	struct semu_zones *z = semu_zones(scsiemu_cmd_lu(c));
	unsigned *at = scsiemu_cmd_step(c);
	struct run r;

	(void)result;
	if (*at == JUDGE) {
		if (judge(c, z, &r) < 0)
			return SCSIEMU_FAILED;
		*at = APPLY;
		if (must_flush(c, z, &r))
			return scsiemu_want_store(c, NULL, SCSIEMU_V_FLUSH, 0,
						  0, 0);
		return go_on(c, z, &r);
	}
	r.op = op_of(c);
	r.all = c->cdb[14] & 1;
	r.first = 0;
	r.last = z->n - 1;
	if (!r.all && named(c, z, &r) < 0)
		return SCSIEMU_FAILED;
	return go_on(c, z, &r);
}
#endif
