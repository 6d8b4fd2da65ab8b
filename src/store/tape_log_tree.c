/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/tape_log_tree.c - the indexes of a cartridge in a file: from the number
 * of an object, or of a filemark, to its place, by one page for each level.
 *
 * A level's entries come in order; a full page is written when one more entry
 * is to come, so each level's last entries, 1 to SEMU_TL_FAN, are in memory
 * (and in the super slot). Nothing else has to be remembered: how many levels
 * there are and where an entry is follows from how many entries there are.
 */
#include <string.h>

#include "core/bytes.h"
#include "store/crc32c.h"
#include "store/tape_log.h"

uint64_t semu_tl_sealed(uint64_t count)
{
	return count ? (count - 1) >> SEMU_TL_FAN_BITS : 0;
}

uint64_t semu_tl_level_count(uint64_t n, unsigned level)
{
	while (level--)
		n = semu_tl_sealed(n);
	return n;
}

/* Entries of a level that are in memory. */
static unsigned tail_len(const struct semu_tl_tree *tree, unsigned level)
{
	uint64_t count = semu_tl_level_count(tree->n, level);

	return (unsigned)(count - (semu_tl_sealed(count) << SEMU_TL_FAN_BITS));
}

unsigned semu_tl_tail_room(const struct semu_tl_part *p,
			   enum semu_tl_which which)
{
	const struct semu_tl_tree *tree = &p->tree[which];

	return tree->sealed ? SEMU_TL_FAN : SEMU_TL_FAN - tail_len(tree, 0);
}

/* ---- Pages ---- */

void semu_tl_forget_pages(struct semu_tl *t)
{
	for (unsigned i = 0; i < SEMU_TL_TREES; i++)
		for (unsigned k = 0; k < SEMU_TL_LEVELS; k++)
			t->page[i][k].valid = false;
}

static bool is_page(const struct semu_tl_head *h, enum semu_tl_which which,
		    unsigned level, uint64_t number)
{
	return h->kind == SEMU_TL_INDEX && h->tree == which &&
	       h->level == level && h->number == number &&
	       h->len == SEMU_TL_PAGE && !h->tag_len;
}

static void decode(struct semu_tl_entry *e, const uint8_t *in)
{
	for (unsigned i = 0; i < SEMU_TL_FAN; i++, in += SEMU_TL_ENTRY) {
		e[i].off = semu_be64(in);
		e[i].with = semu_be64(in + 8);
	}
}

int semu_tl_load_page(struct semu_tl *t, unsigned partition,
		      enum semu_tl_which which, unsigned level, uint64_t number,
		      uint64_t off)
{
	struct semu_tl_page *page = &t->page[which][level];
	struct semu_tl_head h;
	uint8_t bytes[SEMU_TL_HEAD + SEMU_TL_PAGE];
	const struct semu_tl_part *p = &t->part[partition];
	int rc;

	if (page->valid && page->partition == partition &&
	    page->number == number)
		return SCSIEMU_OK;
	if (off > p->end || p->end - off < sizeof(bytes))
		return SCSIEMU_E_READ;
	rc = semu_tl_move_bytes(t, SEMU_READING, p->base + off, bytes,
				sizeof(bytes));
	if (rc)
		return rc;
	if (!semu_tl_head_get(bytes, &h) || h.off != off ||
	    h.partition != partition || !is_page(&h, which, level, number) ||
	    h.crc != semu_crc32c(0, bytes + SEMU_TL_HEAD, SEMU_TL_PAGE))
		return SCSIEMU_E_READ;
	decode(page->e, bytes + SEMU_TL_HEAD);
	page->valid = true;
	page->partition = (uint8_t)partition;
	page->number = number;
	return SCSIEMU_OK;
}

/* Entry i of a level. */
static int entry_of(struct semu_tl *t, unsigned partition,
		    enum semu_tl_which which, unsigned level, uint64_t i,
		    struct semu_tl_entry *out)
{
	const struct semu_tl_tree *tree = &t->part[partition].tree[which];
	uint64_t count = semu_tl_level_count(tree->n, level), at = i;
	unsigned l = level;
	int rc = SCSIEMU_OK;

	while (at >> SEMU_TL_FAN_BITS < semu_tl_sealed(count)) {
		count = semu_tl_sealed(count);
		at >>= SEMU_TL_FAN_BITS;
		l++;
	}
	*out = tree->tail[l][at & (SEMU_TL_FAN - 1)];
	while (l-- > level && !rc) {
		at = i >> SEMU_TL_FAN_BITS * (l - level);
		rc = semu_tl_load_page(t, partition, which, l,
				       at & ~(uint64_t)(SEMU_TL_FAN - 1),
				       out->off);
		*out = t->page[which][l].e[at & (SEMU_TL_FAN - 1)];
	}
	return rc;
}

int semu_tl_entry(struct semu_tl *t, unsigned partition,
		  enum semu_tl_which which, uint64_t i,
		  struct semu_tl_entry *out)
{
	return entry_of(t, partition, which, 0, i, out);
}

/* ---- Growing ---- */

/* Levels whose last page in memory is full and has to go, from the lowest on.
 */
static unsigned full_levels(const struct semu_tl_tree *tree)
{
	unsigned level = 0;

	while (level < SEMU_TL_LEVELS && tail_len(tree, level) == SEMU_TL_FAN)
		level++;
	return level;
}

uint64_t semu_tl_seal_len(const struct semu_tl_part *p,
			  enum semu_tl_which which)
{
	const struct semu_tl_tree *tree = &p->tree[which];

	return (full_levels(tree) - tree->sealed) *
	       semu_tl_frame_len(SEMU_TL_PAGE, 0);
}

void semu_tl_append(struct semu_tl_part *p, enum semu_tl_which which,
		    uint64_t off, uint64_t with)
{
	struct semu_tl_tree *tree = &p->tree[which];
	uint64_t at;

	for (unsigned level = 0; level < tree->sealed; level++) {
		at = semu_tl_sealed(semu_tl_level_count(tree->n, level));
		tree->tail[level + 1][at & (SEMU_TL_FAN - 1)] =
			(struct semu_tl_entry){ tree->place[level], 0 };
	}
	tree->sealed = 0;
	at = tree->n++;
	tree->tail[0][at & (SEMU_TL_FAN - 1)] = (struct semu_tl_entry){ off,
									with };
}

static int write_page(struct semu_tl *t, enum semu_tl_which which,
		      unsigned level)
{
	struct semu_tl_part *p = semu_tl_here(t);
	struct semu_tl_tree *tree = &p->tree[which];
	uint64_t sealed = semu_tl_sealed(semu_tl_level_count(tree->n, level));
	uint8_t bytes[SEMU_TL_HEAD + SEMU_TL_PAGE];
	uint8_t *to = bytes + SEMU_TL_HEAD;
	struct semu_tl_head h = { .kind = SEMU_TL_INDEX,
				  .tree = (uint8_t)which,
				  .level = (uint8_t)level,
				  .partition = (uint8_t)t->at,
				  .len = SEMU_TL_PAGE,
				  .number = sealed << SEMU_TL_FAN_BITS,
				  .files = semu_tl_files(p),
				  .epoch = t->seq + 1,
				  .off = p->end };
	const struct semu_tl_sides s = { .front = bytes,
					 .front_len = sizeof(bytes) };
	int rc;

	for (unsigned i = 0; i < SEMU_TL_FAN; i++, to += SEMU_TL_ENTRY) {
		semu_put64(to, tree->tail[level][i].off);
		semu_put64(to + 8, tree->tail[level][i].with);
	}
	h.crc = semu_crc32c(0, bytes + SEMU_TL_HEAD, SEMU_TL_PAGE);
	semu_tl_head_put(bytes, &h);
	rc = semu_tl_write(t, p->end, &s, semu_cursor(NULL, 0), 0);
	if (!rc)
		p->end += sizeof(bytes);
	return rc;
}

int semu_tl_seal(struct semu_tl *t, enum semu_tl_which which)
{
	struct semu_tl_part *p = semu_tl_here(t);
	struct semu_tl_tree *tree = &p->tree[which];
	unsigned full = full_levels(tree);
	int rc = SCSIEMU_OK;

	if (full == SEMU_TL_LEVELS)
		return SCSIEMU_R_EOM;
	while (tree->sealed < full && !rc) {
		tree->place[tree->sealed] = p->end;
		rc = write_page(t, which, tree->sealed);
		if (!rc)
			tree->sealed++;
	}
	return rc;
}

/* ---- Cutting ---- */

/* A level of a tree as it will be with so many entries. */
static int cut_level(struct semu_tl *t, enum semu_tl_which which,
		     unsigned level, uint64_t count, struct semu_tl_entry *out)
{
	const struct semu_tl_tree *tree = &semu_tl_here(t)->tree[which];
	uint64_t before = semu_tl_level_count(tree->n, level);
	uint64_t page = semu_tl_sealed(count);
	const struct semu_tl_entry *from = tree->tail[level];
	struct semu_tl_entry place;
	int rc = SCSIEMU_OK;

	if (page < semu_tl_sealed(before)) {
		rc = entry_of(t, t->at, which, level + 1, page, &place);
		if (!rc)
			rc = semu_tl_load_page(t, t->at, which, level,
					       page << SEMU_TL_FAN_BITS,
					       place.off);
		from = t->page[which][level].e;
	}
	if (!rc)
		memcpy(out, from,
		       (count - (page << SEMU_TL_FAN_BITS)) * sizeof(*out));
	return rc;
}

static int cut_tree(struct semu_tl *t, enum semu_tl_which which, uint64_t n)
{
	struct semu_tl_tree *to = &t->spare[which];
	int rc = SCSIEMU_OK;

	to->n = n;
	to->sealed = 0;
	for (unsigned level = 0; n && !rc; level++) {
		rc = cut_level(t, which, level, n, to->tail[level]);
		n = semu_tl_sealed(n);
	}
	return rc;
}

int semu_tl_cut(struct semu_tl *t, const struct semu_tl_pos *to)
{
	struct semu_tl_part *p = semu_tl_here(t);
	int rc = cut_tree(t, SEMU_TL_OBJECTS, to->object);

	if (!rc)
		rc = cut_tree(t, SEMU_TL_MARKS, to->files);
	if (rc)
		return rc;
	memcpy(p->tree, t->spare, sizeof(p->tree));
	semu_tl_forget_pages(t);
	p->end = to->off;
	t->stale |= p->end < p->kept;
	t->changed = true;
	return SCSIEMU_OK;
}

int semu_tl_find(struct semu_tl *t, unsigned partition, uint64_t object,
		 struct semu_tl_pos *out)
{
	const struct semu_tl_part *p = &t->part[partition];
	struct semu_tl_entry e;
	int rc;

	*out = (struct semu_tl_pos){ semu_tl_objects(p), semu_tl_files(p),
				     p->end };
	if (object >= out->object)
		return SCSIEMU_OK;
	rc = semu_tl_entry(t, partition, SEMU_TL_OBJECTS, object, &e);
	if (rc)
		return rc;
	if (e.off > p->end || e.with > out->files || e.with > object)
		return SCSIEMU_E_READ;
	*out = (struct semu_tl_pos){ object, e.with, e.off };
	return SCSIEMU_OK;
}
