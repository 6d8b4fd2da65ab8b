/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/changer_mem.c - a changer in memory, over cartridges that the caller
 * has opened and keeps.
 */
#include <string.h>

#include "store/changer_map.h"
#include "store/sys.h"

struct mem_changer {
	struct semu_map map;
};

static void mem_layout(void *ctx, struct scsiemu_changer_layout *out)
{
	const struct mem_changer *r = ctx;

	*out = r->map.layout;
}

static void mem_element(void *ctx, uint16_t addr, struct scsiemu_element *out)
{
	const struct mem_changer *r = ctx;

	semu_map_element(&r->map, addr, out);
}

static struct scsiemu_medium *mem_medium(void *ctx, uint16_t addr)
{
	const struct mem_changer *r = ctx;
	const struct semu_slot *s = semu_map_at(&r->map, addr);

	return s && s->full ? s->in.store : NULL;
}

static int mem_move(void *ctx, struct scsiemu_io *io, uint16_t from,
		    uint16_t to)
{
	struct mem_changer *r = ctx;

	(void)io;
	return semu_map_move(&r->map, from, to, -1);
}

static int mem_exchange(void *ctx, struct scsiemu_io *io, uint16_t from,
			uint16_t to, uint16_t second)
{
	struct mem_changer *r = ctx;

	(void)io;
	return semu_map_move(&r->map, from, to, second);
}

static int mem_tag(void *ctx, struct scsiemu_io *io, uint16_t addr,
		   const struct scsiemu_changer_tag *tag)
{
	struct mem_changer *r = ctx;
	struct semu_slot *s = semu_map_at(&r->map, addr);

	(void)io;
	if (!s)
		return SCSIEMU_E_RANGE;
	if (!s->full)
		return SCSIEMU_E_NO_OBJECT;
	s->in.tag = *tag;
	return SCSIEMU_OK;
}

static int mem_door(void *ctx, struct scsiemu_io *io, uint16_t addr, bool open)
{
	struct mem_changer *r = ctx;
	struct semu_slot *s = semu_map_at(&r->map, addr);

	(void)io;
	if (scsiemu_element_at(&r->map.layout, addr) != SCSIEMU_ELEMENT_IE)
		return SCSIEMU_E_RANGE;
	s->open = open;
	return SCSIEMU_OK;
}

/* All of them always are. */
static int mem_reach(void *ctx, struct scsiemu_io *io, uint16_t addr, bool on)
{
	const struct mem_changer *r = ctx;
	const struct semu_slot *s = semu_map_at(&r->map, addr);

	(void)io, (void)on;
	if (!s)
		return SCSIEMU_E_RANGE;
	return s->full ? SCSIEMU_OK : SCSIEMU_E_NO_OBJECT;
}

static void mem_close(void *ctx)
{
	struct mem_changer *r = ctx;

	semu_map_free(&r->map);
	semu_sys->free(r);
}

static void mem_counts(void *ctx, uint16_t addr,
		       struct scsiemu_element_counts *out)
{
	const struct mem_changer *r = ctx;

	semu_map_counts(&r->map, addr, out);
}

static const struct scsiemu_changer_ops ops = {
	.size = sizeof(ops),
	.layout = mem_layout,
	.element = mem_element,
	.medium = mem_medium,
	.move = mem_move,
	.exchange = mem_exchange,
	.tag = mem_tag,
	.door = mem_door,
	.close = mem_close,
	.counts = mem_counts,
	.reach = mem_reach,
};

static struct mem_changer *changer(const struct scsiemu_medium *m)
{
	return m->ops == &ops ? m->ctx : NULL;
}

int scsiemu_open_changer_mem(struct scsiemu_medium *m,
			     const struct scsiemu_changer_layout *l,
			     struct scsiemu_errmsg *err)
{
	struct mem_changer *r;

	if (semu_map_check(l, err))
		return -1;
	r = semu_sys->alloc(sizeof(*r));
	if (!r)
		return semu_err_memory(err);
	if (semu_map_make(&r->map, l)) {
		semu_sys->free(r);
		return semu_err_memory(err);
	}
	*m = (struct scsiemu_medium){ .kind = SCSIEMU_CHANGER,
				      .able = scsiemu_changer_able(&ops),
				      .ops = &ops,
				      .ctx = r };
	return 0;
}

int scsiemu_changer_mem_put(struct scsiemu_medium *m, uint16_t addr,
			    const char *tag, enum scsiemu_cartridge type,
			    struct scsiemu_medium *cartridge)
{
	struct mem_changer *r = changer(m);
	struct semu_slot *s = r ? semu_map_at(&r->map, addr) : NULL;
	unsigned of = s ? scsiemu_element_at(&r->map.layout, addr) : 0;

	if (of < SCSIEMU_ELEMENT_ST || s->full || !cartridge ||
	    (tag && !semu_tag_valid(tag)))
		return SCSIEMU_ERR_ARG;
	s->full = true;
	s->in = (struct semu_cartridge){ .type = (uint8_t)type,
					 .imported = of == SCSIEMU_ELEMENT_IE,
					 .store = cartridge };
	if (tag)
		memcpy(s->in.tag.id, tag, strlen(tag));
	return 0;
}

struct scsiemu_medium *scsiemu_changer_mem_take(struct scsiemu_medium *m,
						uint16_t addr)
{
	struct mem_changer *r = changer(m);
	struct semu_slot *s = r ? semu_map_at(&r->map, addr) : NULL;
	struct scsiemu_medium *cartridge;

	if (!s || !s->full)
		return NULL;
	cartridge = s->in.store;
	s->full = false;
	memset(&s->in, 0, sizeof(s->in));
	return cartridge;
}
