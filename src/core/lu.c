/* SPDX-License-Identifier: BSD-2-Clause */
/* Logical units: adding, finding, media coming and going, reset. */
#include "core/engine.h"
#include "core/registrants.h"
#include <string.h>

static uint32_t slot(const struct scsiemu_device *d, unsigned lun)
{
	return (lun * 0x9e3779b1u >> 7) & d->hash_mask;
}

/* Open addressing; an empty place ends a search. */
static struct scsiemu_lu **place(struct scsiemu_device *d, unsigned lun)
{
	uint32_t i = slot(d, lun);

	while (d->hash[i] && d->hash[i]->lun != lun)
		i = (i + 1) & d->hash_mask;
	return &d->hash[i];
}

static bool only_first_level(const uint8_t lun[8])
{
	static const uint8_t none[6];

	return memcmp(lun + 2, none, sizeof(none)) == 0;
}

struct scsiemu_lu *scsiemu_lu_find_number(struct scsiemu_device *d,
					  unsigned lun)
{
	struct scsiemu_lu *lu = *place(d, lun);

	return lu ? lu : &d->absent;
}

struct scsiemu_lu *scsiemu_lu_find(struct scsiemu_device *d,
				   const uint8_t lun[8])
{
	struct scsiemu_lu *lu = NULL;
	unsigned method = lun[0] >> 6;

	if (SEMU_UNLIKELY(!only_first_level(lun)))
		return &d->absent;
	/* peripheral (bus 0) and flat addressing name the same units */
	if (method == 1 || (method == 0 && lun[0] == 0))
		lu = *place(d, (lun[0] & 0x3fu) << 8 | lun[1]);
	else if (lun[0] == 0xc1 && lun[1] == 0x01)
		return &d->wlun;
	return lu ? lu : &d->absent;
}

struct scsiemu_lu *scsiemu_lu_find_cdb(struct scsiemu_device *d,
				       const uint8_t *cdb, size_t len)
{
	const uint8_t lun[8] = { 0, len > 1 ? cdb[1] >> 5 : 0 };

	return scsiemu_lu_find(d, lun);
}

/* What is configured, or the type's, padded with spaces. */
static void pad(char *to, const char *from, const char *other, unsigned n)
{
	const char *s = from ? from : other;

	for (; n--; to++)
		*to = s && *s ? *s++ : ' ';
}

/* "SEMU" and the LUN: enough to tell LUs of a device apart. */
static void serial(struct scsiemu_lu *lu, const char *s)
{
	static const char base[] = "SEMU0000";
	uint8_t n = 0;

	if (!s || !*s)
		s = base;
	for (; n < sizeof(lu->serial) && s[n]; n++)
		lu->serial[n] = s[n];
	lu->serial_len = n;
	for (unsigned i = 0; s == base && i < 4; i++)
		lu->serial[7 - i] = "0123456789ABCDEF"[lu->lun >> 4 * i & 15];
}

/* NAA 3: locally assigned, 60 bits: FNV-1a of vendor, product and serial. */
static uint64_t local_name(const struct scsiemu_lu *lu)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (const char *s = lu->vendor; s < lu->serial + sizeof(lu->serial);
	     s++)
		h = (h ^ (uint8_t)*s) * 0x100000001b3u;
	return 3ull << 60 | (h & 0x0fffffffffffffffu);
}

static void identify(struct scsiemu_lu *lu, const struct scsiemu_lu_config *cf)
{
	pad(lu->vendor, cf->vendor, lu->type->vendor, sizeof(lu->vendor));
	pad(lu->product, cf->product, lu->type->product, sizeof(lu->product));
	pad(lu->revision, cf->revision, "0001", sizeof(lu->revision));
	serial(lu, cf->serial);
	lu->naa = cf->naa ? cf->naa : local_name(lu);
}

#if SEMU_WITH_SHORT_WAY
static const struct semu_set *get_set(struct scsiemu_device *d,
				      const struct scsiemu_type *type)
{
	struct semu_set *s = d->sets;

	while (s < d->sets + d->nsets && s->type != type)
		s++;
	if (s < d->sets + d->nsets)
		return s;
	if (d->nsets == d->limits.types)
		return NULL; /* searched row by row */
	memset(s, 0, sizeof(*s));
	s->type = type;
	for (unsigned k = 0; k < 2; k++) {
		s->row[k] = type->rows[k].row;
		for (unsigned i = type->rows[k].n; i-- > 0;)
			s->first[k][type->rows[k].row[i].op] = (uint8_t)(i + 1);
	}
	d->nsets++;
	return s;
}
#else
static const struct semu_set *get_set(struct scsiemu_device *d,
				      const struct scsiemu_type *type)
{
	(void)d, (void)type;
	return NULL; /* searched row by row */
}
#endif

/* What follows from limits and configuration; the rest is the type's. */
static uint32_t base_able(const struct scsiemu_lu *lu)
{
	uint32_t able = semu_is_bare(lu) ? 0 : SCSIEMU_NEED_MEDIUM;

	if (lu->removable)
		able |= SCSIEMU_NEED_REMOVABLE;
	if (lu->nv || lu->can_save)
		able |= SCSIEMU_NEED_SAVE;
	if (SEMU_WITH_PR && lu->dev->nregs)
		able |= SCSIEMU_NEED_PR;
	return able;
}

void semu_lu_loaded(struct scsiemu_lu *lu)
{
	const struct scsiemu_medium *m = lu->medium;
	uint32_t scratch = lu->dev->limits.scratch;

	lu->able = base_able(lu) | semu_medium_able(m);
	if (m && m->blen && scratch >= m->blen)
		lu->able |= SCSIEMU_NEED_BLOCK;
	if (m && m->blen && scratch >= 2 * m->blen)
		lu->able |= SCSIEMU_NEED_2BLOCK;
	if (m && m->thin)
		lu->able |= SCSIEMU_NEED_THIN;
	if (lu->type->loaded)
		lu->type->loaded(lu);
	semu_parts_loaded(lu);
}

#if SEMU_WITH_PARTS
/* A configuration of an older header is shorter. */
static struct scsiemu_lu_config filled(const struct scsiemu_lu_config *cf)
{
	struct scsiemu_lu_config f = { 0 };

	memcpy(&f, cf, cf->size < sizeof(f) ? cf->size : sizeof(f));
	return f;
}

uint32_t scsiemu_lu_state_size(const struct scsiemu_lu_config *cf)
{
	const struct scsiemu_lu_config f = filled(cf);
	uint32_t bits, bytes = semu_parts_size(&f, &bits);

	return bytes + (f.type->state ? f.type->state(f.type, bits) : 0);
}
#endif

/* One reason in nslow for all that is lasting. */
void semu_lu_lasting(struct scsiemu_lu *lu)
{
	bool is = !lu->set || lu->nvendor || lu->traced || lu->watch ||
		  lu->aca || semu_old(lu);

#if SEMU_WITH_QUIRKS
	is |= lu->hides;
#endif
	lu->nslow += is - (uint32_t)lu->lasting;
	lu->lasting = is;
}

/* Into a slot that is all zeros but state. */
static int set_up(struct scsiemu_lu *lu, const struct scsiemu_lu_config *cf)
{
	int rc;

#if SEMU_WITH_PARTS
	if (cf->state) {
		lu->state = cf->state;
		lu->state_len = cf->state_len & ~7u;
		memset(lu->state, 0, lu->state_len);
	}
#endif
	lu->type = cf->type;
	lu->peripheral = cf->type->type;
	lu->set = get_set(lu->dev, cf->type);
	lu->vendor_rows = cf->rows;
	lu->nvendor = cf->rows ? cf->nrows : 0;
	lu->nv = cf->nv;
	lu->nv_ctx = cf->nv_ctx;
	lu->version = cf->version ? cf->version : SCSIEMU_LEVEL_SPC_4;
	lu->removable = cf->removable;
	lu->read_only = cf->read_only;
	lu->anonymous_pr = cf->anonymous_pr;
	lu->can_save = cf->can_save;
#if SEMU_WITH_LEVELS
	lu->old = lu->version < SCSIEMU_LEVEL_SPC_3;
#endif
	/* NACA came with SAM */
	lu->normaca = SEMU_WITH_ACA && cf->aca &&
		      !semu_before(lu, SCSIEMU_LEVEL_SPC);
	semu_lu_lasting(lu);
	identify(lu, cf);
	rc = semu_parts_add(lu, cf);
	if (rc < 0)
		return rc;
	semu_lu_loaded(lu);
	return lu->type->init ? lu->type->init(lu) : 0;
}

static struct scsiemu_lu *free_slot(struct scsiemu_device *d)
{
	for (uint32_t i = 0; i < d->limits.lus; i++)
		if (!d->pool[(d->pool_next + i) % d->limits.lus].type) {
			d->pool_next = (d->pool_next + i + 1) % d->limits.lus;
			i = (d->pool_next + d->limits.lus - 1) % d->limits.lus;
			return &d->pool[i];
		}
	return NULL;
}

static void clear(struct scsiemu_lu *lu)
{
	struct scsiemu_device *d = lu->dev;
	uint8_t *state = lu->state;

#if SEMU_WITH_PARTS /* they took theirs, or it had its own */
	state = d->states + (size_t)(lu - d->pool) * d->limits.lu_state;
	semu_lu_timer_off(lu);
#endif
	semu_reg_forget(lu);
	memset(lu, 0, sizeof(*lu));
	memset(state, 0, d->limits.lu_state);
	lu->dev = d;
	lu->state = state;
	lu->state_len = d->limits.lu_state;
	lu->tasks.next = lu->tasks.prev = &lu->tasks;
	lu->traced = d->trace != NULL;
}

static void insert_sorted(struct scsiemu_device *d, struct scsiemu_lu *lu)
{
	uint32_t i = d->nlus++;

	for (; i && d->lus[i - 1]->lun > lu->lun; i--)
		d->lus[i] = d->lus[i - 1];
	d->lus[i] = lu;
}

struct scsiemu_lu *scsiemu_lu_add(struct scsiemu_device *d, uint16_t lun,
				  const struct scsiemu_lu_config *cf)
{
	struct scsiemu_lu *lu;
#if SEMU_WITH_PARTS
	const struct scsiemu_lu_config f = filled(cf);

	cf = &f;
#endif
	if (lun > 0x3fff || !cf->type || *place(d, lun))
		return NULL;
	lu = free_slot(d);
	if (!lu)
		return NULL;
	clear(lu);
	lu->lun = lun;
	if (set_up(lu, cf) < 0) {
		clear(lu);
		return NULL;
	}
	*place(d, lun) = lu;
	insert_sorted(d, lu);
	semu_ua_device(d, SEMU_UA_LUNS, NULL);
	return lu;
}

#if SEMU_WITH_REMOVE
/* Open addressing: those behind a gap move up. */
static void unhash(struct scsiemu_device *d, struct scsiemu_lu *lu)
{
	struct scsiemu_lu **p = place(d, lu->lun);
	uint32_t i = (uint32_t)(p - d->hash);

	*p = NULL;
	for (;;) {
		struct scsiemu_lu *next;

		i = (i + 1) & d->hash_mask;
		next = d->hash[i];
		if (!next)
			return;
		d->hash[i] = NULL;
		*place(d, next->lun) = next;
	}
}

void scsiemu_lu_remove(struct scsiemu_lu *lu)
{
	struct scsiemu_device *d = lu->dev;
	struct semu_entry *e, *next;
	uint32_t i = 0;

	unhash(d, lu);
	while (d->lus[i] != lu)
		i++;
	memmove(&d->lus[i], &d->lus[i + 1],
		(d->nlus - i - 1) * sizeof(d->lus[0]));
	d->nlus--;
	lu->removed = true;
	lu->norphan = 1; /* this call */
	for (e = semu_first(lu); !semu_at_end(lu, e); e = semu_after(e)) {
		struct semu_ctx *x = semu_ctx(e->cmd);

		lu->norphan++;
		if (e != &x->entry)
			continue;
		x->itl = NULL;
		x->odd |= SEMU_ORPHAN_LU;
	}
	/* Commands of other LUs that are here too: their initiators are there
	 * to be told. */
	for (e = semu_first(lu); !semu_at_end(lu, e); e = next) {
		next = semu_after(e);
		if (e != &semu_ctx(e->cmd)->entry)
			semu_kill(e->cmd, 0, true);
	}
	semu_kill_lu(lu, NULL, 0, true);
	while (lu->itls)
		semu_itl_free(d, lu->itls);
#if SEMU_WITH_LOST
	if (lu->type->lost)
		lu->type->lost(lu, NULL);
#endif
	semu_ua_device(d, SEMU_UA_LUNS, NULL);
	semu_lu_cmd_gone(lu);
}

void semu_lu_cmd_gone(struct scsiemu_lu *lu)
{
	if (--lu->norphan == 0)
		clear(lu);
}

#endif

void scsiemu_lu_load(struct scsiemu_lu *lu, struct scsiemu_medium *m,
		     bool announce)
{
	lu->ejected = m ? NULL : lu->medium;
	lu->medium = m;
	semu_lu_loaded(lu);
	if (announce && m)
		semu_ua_lu(lu, SEMU_UA_MEDIUM, NULL);
}

void scsiemu_lu_changed(struct scsiemu_lu *lu)
{
	uint64_t nblk = lu->cap.nblk;
	uint32_t blen = lu->cap.blen;

	semu_lu_loaded(lu);
	if (lu->cap.nblk != nblk || lu->cap.blen != blen)
		semu_ua_lu(lu, SEMU_UA_CAPACITY, NULL);
}

struct scsiemu_medium *scsiemu_lu_medium(struct scsiemu_lu *lu)
{
	return lu->medium;
}

struct scsiemu_medium *scsiemu_lu_ejected(struct scsiemu_lu *lu)
{
	return lu->ejected;
}

struct scsiemu_device *scsiemu_lu_device(struct scsiemu_lu *lu)
{
	return lu->dev;
}

uint16_t scsiemu_lu_lun(const struct scsiemu_lu *lu)
{
	return lu->lun;
}

const struct scsiemu_nv_ops *scsiemu_lu_nv(const struct scsiemu_lu *lu,
					   void **ctx)
{
	*ctx = lu->nv_ctx;
	return lu->nv;
}

int scsiemu_lu_restore(struct scsiemu_lu *lu, uint32_t id, const void *buf,
		       uint32_t len)
{
	const struct semu_part_type *p = semu_parts_of_record(lu, id);

	if (p)
		return p->restore(lu, buf, len);
	if (!lu->type->restore)
		return SCSIEMU_ERR_ARG;
	return lu->type->restore(lu, id, buf, len);
}

/* SAM-5 6.3.3: SPC-2 reservations and PREVENT go, mode pages return to saved;
 * persistent reservations stay. */
void semu_lu_reset(struct scsiemu_lu *lu, enum semu_ua ua)
{
	for (struct semu_itl *i = lu->itls; i; i = i->of_lu)
		semu_itl_lost(i);
	semu_aca_clear(lu, NULL);
	if (lu->type->reset)
		lu->type->reset(lu);
	semu_parts_reset(lu);
	semu_ua_lu(lu, ua, NULL);
}
