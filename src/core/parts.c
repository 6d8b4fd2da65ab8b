/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Parts: what a plain logical unit does not have. A type lists those that it
 * may have; the configuration decides which a LU does have, and only they have
 * state. Here is everything that concerns them all.
 */
#include "core/engine.h"

#if SEMU_WITH_PARTS
static uint32_t aligned(uint32_t n)
{
	return (n + 7) & ~7u;
}

/* Did it come after the LU's level? */
static bool later(const struct semu_part_type *p,
		  const struct scsiemu_lu_config *cf)
{
	return SEMU_WITH_LEVELS && cf->version && cf->version < p->since;
}

uint32_t semu_parts_size(const struct scsiemu_lu_config *cf, uint32_t *bits)
{
	const struct semu_part_type *const *p = cf->type->parts;
	uint32_t bytes = 0, n;

	*bits = 0;
	for (; p && *p; p++) {
		n = later(*p, cf) ? 0 : aligned((*p)->size(cf));
		bytes += n;
		if (n)
			*bits |= 1u << (*p)->part;
	}
	return *bits ? bytes + aligned(sizeof(struct semu_more)) : 0;
}

/* So many bytes from the front of the state. */
static void *take(struct scsiemu_lu *lu, uint32_t n)
{
	void *mem = lu->state;

	lu->state += aligned(n);
	lu->state_len -= aligned(n);
	return mem;
}

int semu_parts_add(struct scsiemu_lu *lu, const struct scsiemu_lu_config *cf)
{
	const struct semu_part_type *const *p = cf->type->parts;
	uint32_t bytes = semu_parts_size(cf, &lu->parts), n;
	int rc = 0;

	if (bytes > lu->state_len)
		return SCSIEMU_ERR_SPACE;
	if (!bytes)
		return 0;
	lu->more = take(lu, sizeof(*lu->more));
	for (; *p && !rc; p++) {
		n = lu->parts >> (*p)->part & 1 ? (*p)->size(cf) : 0;
		if (!n)
			continue;
		lu->more->part[(*p)->part] = take(lu, n);
		rc = (*p)->init(lu, lu->more->part[(*p)->part], cf);
	}
	return rc;
}

/* The parts of a LU, in the order of its type's list; NULL ends. One that has
 * no state here (ROD tokens are the device's) is there while it watches. */
static const struct semu_part_type *next(const struct scsiemu_lu *lu,
					 unsigned *i)
{
	const struct semu_part_type *const *p = lu->type->parts;

	uint32_t parts = lu->parts | lu->watch;

	if (!parts)
		return NULL;
	while (p[*i] && !(parts >> p[*i]->part & 1))
		++*i;
	return p[*i] ? p[(*i)++] : NULL;
}

void semu_parts_loaded(struct scsiemu_lu *lu)
{
	const struct semu_part_type *p;
	unsigned i = 0;

	while ((p = next(lu, &i)) != NULL)
		if (p->loaded)
			p->loaded(lu);
}

void semu_parts_reset(struct scsiemu_lu *lu)
{
	const struct semu_part_type *p;
	unsigned i = 0;

	while ((p = next(lu, &i)) != NULL)
		if (p->reset)
			p->reset(lu);
}

void semu_parts_wiped(struct scsiemu_lu *lu, bool keep)
{
	const struct semu_part_type *p;
	unsigned i = 0;

	while ((p = next(lu, &i)) != NULL)
		if (p->wiped)
			p->wiped(lu, keep);
}

bool semu_parts_unreadable(struct scsiemu_cmd *c, uint64_t lba, uint64_t nblk)
{
	int rc = semu_parts_raw(c, semu_ctx(c)->lu, false, lba, nblk);

	c->status = SCSIEMU_GOOD;
	if (rc == 0 || c->sense.key != SCSIEMU_SK_MEDIUM_ERROR)
		return false;
	c->info = c->sense.flags & SCSIEMU_S_INFO ? c->sense.info : lba;
	return true;
}

void semu_parts_tick(struct scsiemu_lu *lu)
{
	const struct semu_part_type *p;
	unsigned i = 0;

	while ((p = next(lu, &i)) != NULL)
		if (p->tick)
			p->tick(lu);
}

const struct semu_part_type *semu_parts_of_record(const struct scsiemu_lu *lu,
						  uint32_t id)
{
	const struct semu_part_type *p;
	unsigned i = 0;

	while ((p = next(lu, &i)) != NULL)
		if (id && (p->nv == id || p->nv_last == id ||
			   (p->records && id >= SCSIEMU_NV_CHUNK &&
			    id - SCSIEMU_NV_CHUNK < p->records(lu))))
			break;
	return p;
}

uint32_t scsiemu_lu_record(const struct scsiemu_lu *lu, uint32_t id)
{
	const struct semu_part_type *p;
	unsigned i = 0;

	id = id + 1 == SCSIEMU_NV_COUNT ? SCSIEMU_NV_CHUNK : id + 1;
	if (id < SCSIEMU_NV_CHUNK)
		return id;
	while ((p = next(lu, &i)) != NULL)
		if (p->records && id - SCSIEMU_NV_CHUNK < p->records(lu))
			return id;
	return 0;
}

uint32_t scsiemu_lu_unsaved(struct scsiemu_lu *lu, void *buf, uint32_t *len)
{
	const struct semu_part_type *p;
	uint32_t id = 0, room = *len;
	unsigned i = 0;

	while (!id && (p = next(lu, &i)) != NULL) {
		*len = room;
		if (p->unsaved)
			id = p->unsaved(lu, buf, len);
	}
	return id;
}

/* Does it see the LU's commands? */
static bool watches(const struct scsiemu_lu *lu, const struct semu_part_type *p)
{
	return lu->watch >> p->part & 1;
}

void semu_lu_watch(struct scsiemu_lu *lu, enum semu_part part, bool on)
{
	lu->watch &= ~(1u << part);
	if (on)
		lu->watch |= 1u << part;
	semu_lu_lasting(lu);
}

static void refused(struct scsiemu_cmd *c)
{
	const struct scsiemu_lu *lu = semu_ctx(c)->lu;
	const struct semu_part_type *p;
	unsigned i = 0;

	while ((p = next(lu, &i)) != NULL)
		if (p->refused && watches(lu, p))
			p->refused(c);
}

int semu_parts_begin(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);
	const struct semu_part_type *p;
	unsigned i = 0;

	while ((p = next(x->lu, &i)) != NULL) {
		int rc = 0;

		if (p->begin && watches(x->lu, p))
			rc = p->begin(c);
		if (rc == SCSIEMU_FAILED)
			refused(c);
		if (rc)
			return rc;
	}
	x->odd |= SEMU_WATCHED;
	return 0;
}

/* The step counter is the next part's place in the list. */
static int finish(struct scsiemu_cmd *c, int result)
{
	struct semu_ctx *x = semu_ctx(c);
	const struct semu_part_type *p;

	(void)result;
	while ((p = next(x->lu, &x->nstep)) != NULL) {
		int rc = SCSIEMU_FINISHED;

		if (p->finish && watches(x->lu, p))
			rc = p->finish(c);
		x->odd &= (uint16_t)~SEMU_AGAIN;
		if (rc == SEMU_CALL_AGAIN) {
			x->odd |= SEMU_AGAIN;
			x->nstep--; /* the same part */
		}
		if (rc >= SCSIEMU_WANTS)
			return SCSIEMU_WANTS;
	}
	return SCSIEMU_FINISHED;
}

bool semu_parts_finish(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);

	x->odd &= (uint16_t)~SEMU_WATCHED;
	if (c->aborted)
		return false;
	x->odd |= SEMU_FINISHING;
	x->nstep = 0;
	x->step = finish;
	return finish(c, SCSIEMU_OK) == SCSIEMU_WANTS;
}

int semu_parts_raw(struct scsiemu_cmd *c, struct scsiemu_lu *lu, bool write,
		   uint64_t lba, uint64_t nblk)
{
	const struct semu_part_type *p;
	unsigned i = 0;

	while ((p = next(lu, &i)) != NULL)
		if (p->raw && p->raw(c, lu, write, lba, nblk) < 0)
			return SCSIEMU_FAILED;
	return 0;
}

scsiemu_step_fn *semu_parts_rw(const struct scsiemu_lu *lu)
{
	const struct semu_part_type *p;
	unsigned i = 0;

	while ((p = next(lu, &i)) != NULL)
		if (p->rw && watches(lu, p))
			return p->rw;
	return NULL;
}
#endif
