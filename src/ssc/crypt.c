/* SPDX-License-Identifier: BSD-2-Clause */
/* Who encrypts and decrypts with what, and until when (SSC-4 4.2.21). */
#include "ssc/crypt.h"

#include <string.h>

#include "core/engine.h"
#include "spc/pr.h"

/* ---- Nexuses ---- */

static struct semu_crypt_nexus *find(struct semu_crypt *k,
				     const struct semu_itl *who)
{
	for (unsigned i = 0; i < SEMU_CRYPT_NEXUSES; i++)
		if (k->nexus[i].who == who)
			return &k->nexus[i];
	return NULL;
}

static struct semu_crypt_nexus *nexus_of(const struct scsiemu_cmd *c)
{
	const struct semu_itl *itl = semu_ctx(c)->itl;

	return itl ? find(semu_crypt(scsiemu_cmd_lu(c)), itl) : NULL;
}

enum semu_crypt_scope semu_crypt_scope(const struct scsiemu_cmd *c)
{
	const struct semu_crypt_nexus *n = nexus_of(c);

	return n ? (enum semu_crypt_scope)n->scope : SEMU_CRYPT_PUBLIC;
}

struct semu_crypt_set *semu_crypt_set(const struct scsiemu_cmd *c)
{
	struct semu_crypt_nexus *n = nexus_of(c);

	return n && n->scope == SEMU_CRYPT_LOCAL
		       ? &n->own
		       : &semu_crypt(scsiemu_cmd_lu(c))->shared;
}

void semu_crypt_register(struct scsiemu_cmd *c)
{
	if (semu_ctx(c)->itl)
		semu_ctx(c)->itl->crypts = true;
}

/* ---- Reservations ---- */

static bool holds(const struct scsiemu_lu *lu, const struct semu_itl *itl,
		  bool persistently)
{
#if SEMU_WITH_PR
	if (itl->reg && lu->pr_type && semu_pr_holds(lu, itl->reg))
		return true;
#endif
	return !persistently && lu->reserved == itl;
}

bool semu_crypt_reserved(const struct scsiemu_cmd *c, bool persistently)
{
	const struct semu_itl *itl = semu_ctx(c)->itl;

	return itl && holds(scsiemu_cmd_lu(c), itl, persistently);
}

/* ---- Changes ---- */

/* Somebody else, or (by NULL) an event, changed the shared set. */
static void tell(struct scsiemu_lu *lu, const struct semu_itl *by)
{
	for (struct semu_itl *i = lu->itls; i; i = i->of_lu) {
		const struct semu_crypt_nexus *n = find(semu_crypt(lu), i);

		if (i == by || !i->crypts ||
		    (n && n->scope == SEMU_CRYPT_LOCAL))
			continue;
		semu_ua_itl(i, by ? SEMU_SSC_UA_ENCRYPTION
				  : SEMU_SSC_UA_ENCRYPTION_EVENT);
	}
}

/* Sets that a reservation guards are looked at behind every command. */
static void watch(struct scsiemu_lu *lu)
{
	const struct semu_crypt *k = semu_crypt(lu);
	unsigned clears = k->shared.clears;

	for (unsigned i = 0; i < SEMU_CRYPT_NEXUSES; i++)
		clears |= k->nexus[i].own.clears;
	semu_lu_watch(lu, SEMU_PART_CRYPT, clears & (SEMU_CKORL | SEMU_CKORP));
}

/* Its key is nowhere any more. */
static void clear(struct scsiemu_lu *lu, struct semu_crypt_set *set)
{
	memset(set, 0, sizeof(*set));
	set->counter = ++semu_crypt(lu)->counter;
	if (set == &semu_crypt(lu)->shared)
		tell(lu, NULL);
}

/* Where the nexus keeps what is its own: a place that it has, or a free one.
 * NULL: there is none. */
static struct semu_crypt_nexus *place(const struct scsiemu_cmd *c)
{
	struct semu_crypt_nexus *n = nexus_of(c);

	if (n || !semu_ctx(c)->itl)
		return n;
	n = find(semu_crypt(scsiemu_cmd_lu(c)), NULL);
	if (n)
		n->who = semu_ctx(c)->itl;
	return n;
}

/* Has it something of its own? If not, its place is another's to take. */
static void leave(struct semu_crypt_nexus *n)
{
	if (n->scope != SEMU_CRYPT_LOCAL)
		memset(&n->own, 0, sizeof(n->own));
	if (n->scope == SEMU_CRYPT_PUBLIC && !n->locked)
		n->who = NULL;
}

static void fill(struct semu_crypt *k, struct semu_crypt_set *to,
		 const struct semu_crypt_set *from, const struct semu_itl *by)
{
	memcpy(to, from, sizeof(*to));
	to->by = by;
	to->counter = ++k->counter;
}

/* Who had set the shared one before shares it now. */
static void share(struct semu_crypt *k)
{
	for (unsigned i = 0; i < SEMU_CRYPT_NEXUSES; i++)
		if (k->nexus[i].scope == SEMU_CRYPT_ALL) {
			k->nexus[i].scope = SEMU_CRYPT_PUBLIC;
			leave(&k->nexus[i]);
		}
}

int semu_crypt_establish(struct scsiemu_cmd *c, enum semu_crypt_scope scope,
			 bool locked, const struct semu_crypt_set *set)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	const struct semu_itl *itl = semu_ctx(c)->itl;
	struct semu_crypt *k = semu_crypt(lu);
	struct semu_crypt_nexus *n;

	n = scope || locked ? place(c) : nexus_of(c);
	if (!n && (scope || locked))
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_RESOURCES);
	if (!n)
		return 0;
	if (scope == SEMU_CRYPT_ALL)
		share(k);
	n->who = itl; /* it may have shared */
	n->scope = (uint8_t)scope;
	n->locked = locked;
	if (scope == SEMU_CRYPT_LOCAL)
		fill(k, &n->own, set, itl);
	if (scope == SEMU_CRYPT_ALL) {
		fill(k, &k->shared, set, itl);
		tell(lu, itl);
	}
	n->locked_at = semu_crypt_set(c)->counter;
	leave(n);
	watch(lu);
	return 0;
}

/* ---- Records ---- */

int semu_crypt_check(struct scsiemu_cmd *c, bool writes)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	const struct semu_crypt_nexus *n;
	const struct semu_crypt_set *set;

	if (!semu_crypt(lu))
		return 0;
	n = nexus_of(c);
	set = semu_crypt_set(c);
	if (n && n->locked && n->locked_at != set->counter)
		return scsiemu_fail(c, SCSIEMU_SK_DATA_PROTECT,
				    SCSIEMU_ASC_KEY_INSTANCE_CHANGED);
	if (writes && set->encrypt && !semu_crypt_valid(lu))
		return scsiemu_fail(c, SCSIEMU_SK_DATA_PROTECT,
				    SCSIEMU_ASC_CANNOT_WRITE_MEDIUM);
	return 0;
}

static void use(const struct semu_crypt_set *set, struct scsiemu_tape_how *how)
{
	how->key = set->key.len ? &set->key : NULL;
	how->encrypt = set->encrypt == SEMU_CRYPT_ENCRYPT;
	how->no_raw = set->no_raw;
	how->decrypt = set->decrypt;
}

void semu_crypt_use(const struct scsiemu_cmd *c, struct scsiemu_tape_how *how)
{
	how->stored = 0;
	if (semu_crypt(scsiemu_cmd_lu(c)))
		use(semu_crypt_set(c), how);
}

void semu_crypt_use_shared(const struct scsiemu_lu *lu,
			   struct scsiemu_tape_how *how)
{
	how->stored = 0;
	if (semu_crypt(lu))
		use(&semu_crypt(lu)->shared, how);
}

bool semu_crypt_valid(const struct scsiemu_lu *lu)
{
	return semu_ssc_able(lu) & SCSIEMU_TAPE_ENCRYPT;
}

/* ---- The part ---- */

static uint32_t size(const struct scsiemu_lu_config *cf)
{
	const struct scsiemu_ssc_options *o = cf->options;

	return o && SCSIEMU_HAS(scsiemu_ssc_options, o, encryption)
		       ? sizeof(struct semu_crypt)
		       : 0;
}

static int init(struct scsiemu_lu *lu, void *mem,
		const struct scsiemu_lu_config *cf)
{
	(void)lu, (void)mem, (void)cf;
	return 0;
}

/* Every set that `clears` names and that `by` (NULL: anybody) has set. */
static void clear_all(struct scsiemu_lu *lu, unsigned clears,
		      const struct semu_itl *by)
{
	struct semu_crypt *k = semu_crypt(lu);

	if (k->shared.clears & clears && (!by || k->shared.by == by))
		clear(lu, &k->shared);
	for (unsigned i = 0; i < SEMU_CRYPT_NEXUSES; i++)
		if (k->nexus[i].own.clears & clears &&
		    (!by || k->nexus[i].own.by == by))
			clear(lu, &k->nexus[i].own);
	watch(lu);
}

static void loaded(struct scsiemu_lu *lu)
{
	struct semu_crypt *k = semu_crypt(lu);

	if (k->mounted && k->mounted != lu->medium)
		clear_all(lu, SEMU_CKOD, NULL);
	k->mounted = lu->medium;
	lu->able |= SCSIEMU_NEED_ENCRYPTION;
}

static void reset(struct scsiemu_lu *lu)
{
	struct semu_crypt *k = semu_crypt(lu);
	const struct scsiemu_medium *mounted = k->mounted;

	memset(k, 0, sizeof(*k));
	k->mounted = mounted;
	watch(lu);
}

static bool preempts(const struct scsiemu_cmd *c)
{
	unsigned sa = c->cdb[1] & 0x1f;

	return c->cdb[0] == SCSIEMU_OP_PERSISTENT_RESERVE_OUT &&
	       (sa == SCSIEMU_SA_PREEMPT || sa == SCSIEMU_SA_PREEMPT_AND_ABORT);
}

/* Does who set it still have the reservation? */
static void look(struct scsiemu_cmd *c, struct semu_crypt_set *set)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	unsigned lost = 0;

	if (!set->by)
		return;
	if (!holds(lu, set->by, false))
		lost |= SEMU_CKORL;
	if (preempts(c) && !holds(lu, set->by, true))
		lost |= SEMU_CKORP;
	if (set->clears & lost)
		clear(lu, set);
}

static int finish(struct scsiemu_cmd *c)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_crypt *k = semu_crypt(lu);

	look(c, &k->shared);
	for (unsigned i = 0; i < SEMU_CRYPT_NEXUSES; i++)
		look(c, &k->nexus[i].own);
	watch(lu);
	return SCSIEMU_FINISHED;
}

const struct semu_part_type semu_crypt_part = { .part = SEMU_PART_CRYPT,
						.since = SCSIEMU_LEVEL_SPC_3,
						.size = size,
						.init = init,
						.loaded = loaded,
						.reset = reset,
						.finish = finish };

/* With a nexus goes what is its own, and what its reservation guarded. */
void semu_crypt_lost(struct scsiemu_lu *lu, const struct semu_itl *itl)
{
	struct semu_crypt *k = semu_crypt(lu);
	struct semu_crypt_nexus *n = k && itl ? find(k, itl) : NULL;

	if (!k || !itl)
		return;
	if (n)
		memset(n, 0, sizeof(*n));
	if (k->shared.by == itl && k->shared.clears & SEMU_CKORL)
		clear(lu, &k->shared);
	else if (k->shared.by == itl)
		k->shared.by = NULL;
	watch(lu);
}
