/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/changer_map.h"

#include <string.h>

#include "store/sys.h"

static uint32_t end_of(const struct scsiemu_element_range *r)
{
	return (uint32_t)r->first + r->n;
}

static const char *const names[SCSIEMU_ELEMENT_TYPES] = {
	"", "transport", "storage", "import/export", "data transfer"
};

static int check_range(const struct scsiemu_changer_layout *l, unsigned type,
		       struct scsiemu_errmsg *err)
{
	const struct scsiemu_element_range *r = &l->of[type], *other;

	if (r->n && end_of(r) > 0x10000)
		return semu_err(err,
				"%s elements: %u from address %u on are more "
				"than 16 bits: take fewer, or lower addresses",
				names[type], r->n, r->first);
	for (unsigned i = SCSIEMU_ELEMENT_MT; i < type; i++) {
		other = &l->of[i];
		if (r->n && other->n && r->first < end_of(other) &&
		    other->first < end_of(r))
			return semu_err(err,
					"%s and %s elements overlap: give them "
					"addresses of their own",
					names[i], names[type]);
	}
	return 0;
}

int semu_map_check(const struct scsiemu_changer_layout *l,
		   struct scsiemu_errmsg *err)
{
	const struct scsiemu_element_range *mt = &l->of[SCSIEMU_ELEMENT_MT];

	if (!mt->n || mt->n > SCSIEMU_TRANSPORTS_MAX)
		return semu_err(err, "a changer has 1 to %d transports, not %u",
				SCSIEMU_TRANSPORTS_MAX, mt->n);
	if (!mt->first)
		return semu_err(err, "no transport has address 0: begin at 1");
	for (unsigned i = SCSIEMU_ELEMENT_MT; i < SCSIEMU_ELEMENT_TYPES; i++) {
		if (check_range(l, i, err))
			return -1;
	}
	return 0;
}

int semu_map_make(struct semu_map *m, const struct scsiemu_changer_layout *l)
{
	m->layout = *l;
	m->n = 0;
	for (unsigned i = SCSIEMU_ELEMENT_MT; i < SCSIEMU_ELEMENT_TYPES; i++)
		m->n += l->of[i].n;
	m->slot = semu_sys->alloc(m->n * sizeof(*m->slot));
	return m->slot ? 0 : -1;
}

void semu_map_free(struct semu_map *m)
{
	semu_sys->free(m->slot);
	m->slot = NULL;
}

struct semu_slot *semu_map_at(const struct semu_map *m, uint32_t addr)
{
	unsigned type = scsiemu_element_at(&m->layout, addr);
	uint32_t at = 0;

	if (!type)
		return NULL;
	for (unsigned i = SCSIEMU_ELEMENT_MT; i < type; i++)
		at += m->layout.of[i].n;
	return &m->slot[at + addr - m->layout.of[type].first];
}

void semu_map_element(const struct semu_map *m, uint16_t addr,
		      struct scsiemu_element *out)
{
	const struct semu_slot *s = semu_map_at(m, addr);

	memset(out, 0, sizeof(*out));
	if (!s)
		return;
	out->open = s->open;
	out->fault = s->fault;
	out->full = s->full;
	if (!s->full)
		return;
	out->tag = s->in.tag;
	out->type = s->in.type;
	out->imported = s->in.imported;
	out->svalid = s->in.svalid;
	out->source = s->in.source;
}

void semu_map_counts(const struct semu_map *m, uint16_t addr,
		     struct scsiemu_element_counts *out)
{
	const struct semu_slot *s = semu_map_at(m, addr);

	memset(out, 0, sizeof(*out));
	if (s)
		*out = s->moved;
}

/* An element that cartridges rest in. */
static struct semu_slot *rest(const struct semu_map *m, uint32_t addr)
{
	if (scsiemu_element_at(&m->layout, addr) == SCSIEMU_ELEMENT_MT)
		return NULL;
	return semu_map_at(m, addr);
}

int semu_map_may(const struct semu_map *m, uint16_t from, uint16_t to,
		 int32_t second)
{
	const struct semu_slot *a = rest(m, from), *b = rest(m, to);
	const struct semu_slot *c = second < 0 ? NULL
					       : rest(m, (uint32_t)second);

	if (!a || !b || (second >= 0 && !c))
		return SCSIEMU_E_RANGE;
	if (!a->full)
		return SCSIEMU_E_NO_OBJECT;
	if (!c)
		return b->full && a != b ? SCSIEMU_E_EXISTS : SCSIEMU_OK;
	if (a == b || b == c)
		return SCSIEMU_E_RANGE;
	if (!b->full)
		return SCSIEMU_E_NO_OBJECT;
	return c->full && c != a ? SCSIEMU_E_EXISTS : SCSIEMU_OK;
}

/* It has left the element at addr: where it was stored, unless that was a
 * drive, is where it came from. */
static void left(const struct semu_map *m, struct semu_cartridge *k,
		 uint16_t addr)
{
	k->imported = false;
	if (scsiemu_element_at(&m->layout, addr) == SCSIEMU_ELEMENT_DT)
		return;
	k->svalid = true;
	k->source = addr;
}

static struct semu_cartridge take(const struct semu_map *m, uint16_t addr)
{
	struct semu_slot *s = semu_map_at(m, addr);
	struct semu_cartridge k = s->in;

	left(m, &k, addr);
	s->moved.picks++;
	s->full = false;
	s->fault = SCSIEMU_ELEMENT_SOUND;
	memset(&s->in, 0, sizeof(s->in));
	return k;
}

static void put(const struct semu_map *m, uint16_t addr,
		const struct semu_cartridge *k)
{
	struct semu_slot *s = semu_map_at(m, addr);

	s->moved.places++;
	s->full = true;
	s->in = *k;
}

int semu_map_move(struct semu_map *m, uint16_t from, uint16_t to,
		  int32_t second)
{
	int rc = semu_map_may(m, from, to, second);
	struct semu_cartridge a, b;

	if (rc || from == to)
		return rc;
	a = take(m, from);
	if (second >= 0) {
		b = take(m, to);
		put(m, (uint16_t)second, &b);
	}
	put(m, to, &a);
	return SCSIEMU_OK;
}

bool semu_tag_valid(const char *id)
{
	size_t n = 0;

	for (; id[n]; n++) {
		if (n == SCSIEMU_TAG_MAX || id[n] < ' ' || id[n] > '~')
			return false;
	}
	return n && id[0] != ' ' && id[n - 1] != ' ';
}
