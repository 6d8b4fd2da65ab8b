/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/tape_log_super.c - the super slots of a cartridge in a file, and
 * commits.
 *
 * A slot is the whole state at one moment: the layout, where each partition
 * ends, the ends of its indexes, its attributes. The two are written in turn,
 * always that which is not in force, and only after everything it names is
 * durable: so at any moment one of them is whole, and true.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>

#include "core/bytes.h"
#include "store/crc32c.h"
#include "store/sys.h"
#include "store/tape_attr.h"
#include "store/tape_log.h"

const uint8_t semu_tl_magic[SEMU_TL_MAGIC] = { 's', 'e', 'm', 'u',
					       't', 'a', 'p', 'e' };

/* Where the fields of a slot are. */
enum {
	AT_VERSION = 8,
	AT_LEN = 12, /* of everything, the checksum too */
	AT_SEQ = 16,
	AT_BYTES = 24,
	AT_DENSITY = 32,
	AT_MEDIUM_TYPE,
	AT_FLAGS,
	AT_PARTITIONS,
	AT_PART = 40, /* SCSIEMU_TAPE_PARTITIONS times PART_LEN */
	PART_SIZE = 0,
	PART_END = 8,
	PART_OBJECTS = 16,
	PART_FILES = 24,
	PART_ATTR_LEN = 32,
	PART_LEN = 40,
	AT_REST = AT_PART + SCSIEMU_TAPE_PARTITIONS * PART_LEN,
	CRC_LEN = 4
};

enum { FLAG_WORM = 1, FLAG_CLEANING = 2 };

_Static_assert(AT_REST + SEMU_TL_ATTRIBUTES +
			       SCSIEMU_TAPE_PARTITIONS * SEMU_TL_TREES *
				       SEMU_TL_LEVELS * SEMU_TL_PAGE +
			       CRC_LEN <=
		       SEMU_TL_SLOT,
	       "a slot has room for all that can be in it");

/* ---- Trees ---- */

static size_t tail_len(uint64_t n, unsigned level)
{
	uint64_t count = semu_tl_level_count(n, level);

	return (size_t)(count - (semu_tl_sealed(count) << SEMU_TL_FAN_BITS));
}

static uint8_t *put_tree(uint8_t *out, const struct semu_tl_tree *tree)
{
	for (unsigned l = 0; l < SEMU_TL_LEVELS; l++)
		for (size_t i = 0; i < tail_len(tree->n, l); i++) {
			semu_put64(out, tree->tail[l][i].off);
			semu_put64(out + 8, tree->tail[l][i].with);
			out += SEMU_TL_ENTRY;
		}
	return out;
}

/* Bytes that put_tree() makes of a tree of n entries. */
static size_t tree_len(uint64_t n)
{
	size_t sum = 0;

	for (unsigned l = 0; l < SEMU_TL_LEVELS; l++)
		sum += tail_len(n, l);
	return sum * SEMU_TL_ENTRY;
}

static const uint8_t *get_tree(const uint8_t *in, struct semu_tl_tree *tree)
{
	tree->sealed = 0;
	for (unsigned l = 0; l < SEMU_TL_LEVELS; l++)
		for (size_t i = 0; i < tail_len(tree->n, l); i++) {
			tree->tail[l][i].off = semu_be64(in);
			tree->tail[l][i].with = semu_be64(in + 8);
			in += SEMU_TL_ENTRY;
		}
	return in;
}

/* ---- Encoding ---- */

static void put_part(uint8_t *out, const struct semu_tl_part *p)
{
	semu_put64(out + PART_SIZE, p->size);
	semu_put64(out + PART_END, p->end);
	semu_put64(out + PART_OBJECTS, semu_tl_objects(p));
	semu_put64(out + PART_FILES, semu_tl_files(p));
	semu_put32(out + PART_ATTR_LEN, p->attr_len);
}

size_t semu_tl_slot_put(const struct semu_tl *t, uint64_t seq, uint8_t *out)
{
	uint8_t *to = out + AT_REST;
	size_t len;

	memset(out, 0, AT_REST);
	memcpy(out, semu_tl_magic, sizeof(semu_tl_magic));
	semu_put32(out + AT_VERSION, SEMU_TL_VERSION);
	semu_put64(out + AT_SEQ, seq);
	semu_put64(out + AT_BYTES, t->bytes);
	out[AT_DENSITY] = t->density;
	out[AT_MEDIUM_TYPE] = t->medium_type;
	out[AT_FLAGS] = (uint8_t)((t->worm ? FLAG_WORM : 0) |
				  (t->cleaning ? FLAG_CLEANING : 0));
	out[AT_PARTITIONS] = (uint8_t)t->n;
	for (unsigned i = 0; i < t->n; i++) {
		const struct semu_tl_part *p = &t->part[i];

		put_part(out + AT_PART + i * PART_LEN, p);
		if (p->attr_len)
			memcpy(to, p->attr, p->attr_len);
		to = put_tree(to + p->attr_len, &p->tree[SEMU_TL_OBJECTS]);
		to = put_tree(to, &p->tree[SEMU_TL_MARKS]);
	}
	len = (size_t)(to - out) + CRC_LEN;
	semu_put32(out + AT_LEN, (uint32_t)len);
	semu_put32(to, semu_crc32c(0, out, len - CRC_LEN));
	return len;
}

/* ---- Decoding ---- */

/* What can be wrong with a partition in a slot that is whole. */
static bool part_possible(const struct semu_tl *t, const struct semu_tl_part *p)
{
	uint64_t objects = semu_tl_objects(p);

	return p->size && p->size <= t->bytes && p->end <= p->size &&
	       objects <= p->end / SEMU_TL_HEAD &&
	       objects < UINT64_C(1) << SEMU_TL_FAN_BITS * SEMU_TL_LEVELS &&
	       semu_tl_files(p) <= objects && p->attr_len <= SEMU_TL_ATTRIBUTES;
}

/* The fields, without what follows them; false: impossible. *rest: how long
 * that is. */
static bool get_fields(struct semu_tl *t, const uint8_t *in, size_t *rest)
{
	uint64_t sum = 0;

	*rest = 0;
	t->seq = semu_be64(in + AT_SEQ);
	t->bytes = semu_be64(in + AT_BYTES);
	t->density = in[AT_DENSITY];
	t->medium_type = in[AT_MEDIUM_TYPE];
	t->worm = in[AT_FLAGS] & FLAG_WORM;
	t->cleaning = in[AT_FLAGS] & FLAG_CLEANING;
	t->n = in[AT_PARTITIONS];
	if (!t->n || t->n > SCSIEMU_TAPE_PARTITIONS || t->bytes > INT64_MAX)
		return false;
	for (unsigned i = 0; i < t->n; i++) {
		const uint8_t *from = in + AT_PART + i * PART_LEN;
		struct semu_tl_part *p = &t->part[i];

		p->size = semu_be64(from + PART_SIZE);
		p->end = p->kept = p->high = semu_be64(from + PART_END);
		p->tree[SEMU_TL_OBJECTS].n = semu_be64(from + PART_OBJECTS);
		p->tree[SEMU_TL_MARKS].n = semu_be64(from + PART_FILES);
		p->attr_len = semu_be32(from + PART_ATTR_LEN);
		if (!part_possible(t, p) || p->size > t->bytes - sum)
			return false;
		p->base = SEMU_TL_DATA + sum;
		sum += p->size;
		*rest += p->attr_len + tree_len(semu_tl_objects(p)) +
			 tree_len(semu_tl_files(p));
	}
	return true;
}

/* What follows the fields: OK or E_BUSY (memory), E_READ (impossible). */
static int get_rest(struct semu_tl *t, const uint8_t *in)
{
	for (unsigned i = 0; i < t->n; i++) {
		struct semu_tl_part *p = &t->part[i];

		if (!semu_attr_valid(in, p->attr_len))
			return SCSIEMU_E_READ;
		if (p->attr_len) {
			p->attr = semu_sys->alloc(p->attr_len);
			if (!p->attr)
				return SCSIEMU_E_BUSY;
			memcpy(p->attr, in, p->attr_len);
		}
		in = get_tree(in + p->attr_len, &p->tree[SEMU_TL_OBJECTS]);
		in = get_tree(in, &p->tree[SEMU_TL_MARKS]);
	}
	return SCSIEMU_OK;
}

void semu_tl_free_attributes(struct semu_tl *t)
{
	for (unsigned i = 0; i < SCSIEMU_TAPE_PARTITIONS; i++) {
		semu_sys->free(t->part[i].attr);
		t->part[i].attr = NULL;
		t->part[i].attr_len = 0;
	}
}

int semu_tl_slot_get(struct semu_tl *t, const uint8_t *in, size_t len)
{
	size_t rest;
	int rc = SCSIEMU_E_READ;

	semu_tl_free_attributes(t);
	if (get_fields(t, in, &rest) && rest == len - AT_REST - CRC_LEN)
		rc = get_rest(t, in + AT_REST);
	if (rc)
		semu_tl_free_attributes(t);
	return rc;
}

/* ---- Reading ---- */

static bool is_blank(const uint8_t *in, size_t len)
{
	return !len || (!in[0] && !memcmp(in, in + 1, len - 1));
}

static enum semu_tl_verdict judge(const uint8_t *in, size_t got, size_t *len)
{
	if (is_blank(in, got))
		return SEMU_TL_BLANK;
	if (got < SEMU_TL_MAGIC ||
	    memcmp(in, semu_tl_magic, SEMU_TL_MAGIC) != 0)
		return SEMU_TL_FOREIGN;
	if (got < AT_REST + CRC_LEN)
		return SEMU_TL_TORN;
	if (semu_be32(in + AT_VERSION) != SEMU_TL_VERSION)
		return SEMU_TL_OTHER;
	*len = semu_be32(in + AT_LEN);
	if (*len < AT_REST + CRC_LEN || *len > got ||
	    semu_be32(in + *len - CRC_LEN) !=
		    semu_crc32c(0, in, *len - CRC_LEN))
		return SEMU_TL_TORN;
	return SEMU_TL_GOOD;
}

int semu_tl_slot_read(struct semu_tl *t, unsigned which, struct semu_tl_slot *s)
{
	struct scsiemu_vec v = { t->slot, SEMU_TL_SLOT };
	size_t got;
	int err = semu_file_move(t->fd, SEMU_READING,
				 (uint64_t)which * SEMU_TL_SLOT, SEMU_TL_SLOT,
				 &v, 1, &got);

	*s = (struct semu_tl_slot){ SEMU_TL_TORN, 0, 0 };
	if (err)
		return semu_errno_result(err, SEMU_READING);
	s->verdict = judge(t->slot, got, &s->len);
	if (s->verdict == SEMU_TL_GOOD)
		s->seq = semu_be64(t->slot + AT_SEQ);
	return SCSIEMU_OK;
}

/* ---- Commits ---- */

void semu_tl_ask_room(struct semu_tl *t)
{
	if (semu_sys->room(t->fd, &t->room))
		t->room = UINT64_MAX;
	t->taken = 0;
}

static int make_durable(struct semu_tl *t)
{
	if (semu_file_sync(semu_sys->fdatasync, t->fd)) {
		t->dead = true;
		return SCSIEMU_E_WRITE;
	}
	t->unsynced = false;
	return SCSIEMU_OK;
}

static int write_slot(struct semu_tl *t)
{
	uint64_t seq = t->seq + 1;
	size_t len = semu_tl_slot_put(t, seq, t->slot);

	for (unsigned i = 0; i < t->n; i++)
		if (t->part[i].kept < t->part[i].end)
			t->part[i].kept = t->part[i].end;
	t->unsynced = true;
	return semu_tl_move_bytes(t, SEMU_WRITING, seq % 2 * SEMU_TL_SLOT,
				  t->slot, len)
		       ? SCSIEMU_E_WRITE
		       : SCSIEMU_OK;
}

enum { HOLE = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE };

/* Where nothing is any more, the file system gets its room back; if it cannot
 * be had, it cannot. */
static void give_back(struct semu_tl *t)
{
	uint64_t end = SEMU_TL_DATA;

	for (unsigned i = 0; i < t->n; i++) {
		struct semu_tl_part *p = &t->part[i];

		if (p->end)
			end = p->base + p->end;
		if (p->high > p->end && p->base + p->high < t->length)
			semu_file_allocate(t->fd, HOLE, p->base + p->end,
					   p->high - p->end);
		p->high = p->end;
	}
	if (t->length > end && !semu_sys->ftruncate(t->fd, (off_t)end))
		t->length = end;
}

/* Whoever forges an index can have more files than objects after a cut: nobody
 * could open that. */
static bool possible(const struct semu_tl *t)
{
	for (unsigned i = 0; i < t->n; i++)
		if (!part_possible(t, &t->part[i]))
			return false;
	return true;
}

/* A new state, in the slot that is not in force. */
static int commit(struct semu_tl *t)
{
	int rc;

	if (!possible(t)) {
		t->dead = true;
		return SCSIEMU_E_WRITE;
	}
	rc = write_slot(t);
	if (!rc)
		rc = make_durable(t);
	if (rc)
		return rc;
	t->seq++;
	t->alone = t->changed;
	t->changed = t->stale = false;
	give_back(t);
	for (unsigned i = 0; i < t->n; i++)
		t->part[i].kept = t->part[i].end;
	semu_tl_ask_room(t);
	return SCSIEMU_OK;
}

int semu_tl_commit(struct semu_tl *t)
{
	int rc = SCSIEMU_OK;

	if (t->dead)
		return SCSIEMU_E_WRITE;
	if (!t->changed)
		return SCSIEMU_OK;
	if (t->unsynced)
		rc = make_durable(t);
	return rc ? rc : commit(t);
}

int semu_tl_commit_both(struct semu_tl *t)
{
	int rc = semu_tl_commit(t);

	return rc || !t->alone ? rc : commit(t);
}

void semu_tl_lay_out(struct semu_tl *t, const struct scsiemu_tape_layout *l)
{
	uint64_t base = SEMU_TL_DATA;

	t->n = l->n;
	for (unsigned i = 0; i < l->n; i++) {
		struct semu_tl_part *p = &t->part[i];

		p->base = base;
		p->size = l->size[i];
		p->end = p->kept = p->high = 0;
		for (unsigned k = 0; k < SEMU_TL_TREES; k++)
			p->tree[k].n = p->tree[k].sealed = 0;
		base += p->size;
	}
	t->at = 0;
	semu_tl_forget_pages(t);
}
