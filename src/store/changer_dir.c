/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/changer_dir.c - a library is a directory: a file for each cartridge, by
 * its barcode, and a journal ("slots") of what is where. A move writes a whole
 * new journal beside it, makes that durable, renames it over the old one and
 * makes the name durable: whatever call is the last one, the library is as it
 * was before the move or as it is after it.
 */
#define _GNU_SOURCE
#include "store/changer_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "store/file_io.h"
#include "store/sys.h"

const char *semu_library_path(struct semu_library *r, const char *name,
			      const char *ending)
{
	char *end = r->dir + r->len;
	size_t n = strlen(name);

	memcpy(end, name, n);
	memcpy(end + n, ending, strlen(ending) + 1);
	return r->dir;
}

/* ---- The journal ---- */

static int write_new(struct semu_library *r, void *bytes, size_t len)
{
	struct scsiemu_vec v = { bytes, len };
	int fd = semu_file_open(semu_library_path(r, "slots", ".new"),
				O_RDWR | O_CREAT | O_TRUNC);
	size_t done;
	int err;

	if (fd < 0)
		return -fd;
	err = semu_file_move(fd, SEMU_WRITING, 0, len, &v, 1, &done);
	if (!err)
		err = semu_file_sync(semu_sys->fsync, fd);
	semu_sys->close(fd);
	return err;
}

static int rename_new(struct semu_library *r)
{
	char from[] = "slots.new";
	char *path = semu_sys->alloc(r->len + sizeof(from));
	int err = 0;

	if (!path)
		return ENOMEM;
	memcpy(path, r->dir, r->len);
	memcpy(path + r->len, from, sizeof(from));
	if (semu_sys->rename(path, semu_library_path(r, "slots", "")))
		err = errno;
	semu_sys->free(path);
	return err ? err : semu_file_sync_folder(r->dir);
}

int semu_library_save(struct semu_library *r)
{
	size_t len;
	uint8_t *bytes = semu_slots_encode(&r->map, &len);
	int err;

	if (!bytes)
		return ENOMEM;
	err = write_new(r, bytes, len);
	semu_sys->free(bytes);
	return err ? err : rename_new(r);
}

/* ---- Cartridges ---- */

int semu_library_load(struct semu_library *r, struct semu_volume *v)
{
	if (v->open)
		return 0;
	if (r->open(&v->m, semu_library_path(r, v->name, SEMU_CARTRIDGE_ENDING),
		    NULL, false, &r->last))
		return -1;
	v->open = true;
	return 0;
}

static void unload(struct semu_volume *v)
{
	if (v->open)
		scsiemu_medium_close(&v->m);
	v->open = false;
}

static bool is_drive(const struct semu_library *r, uint16_t addr)
{
	return scsiemu_element_at(&r->map.layout, addr) == SCSIEMU_ELEMENT_DT;
}

/* Open in drives, closed elsewhere. */
static void settle(struct semu_library *r, uint16_t addr)
{
	struct semu_slot *s = semu_map_at(&r->map, addr);

	if (s->full && !is_drive(r, addr))
		unload(s->in.store);
}

/* The cartridge of `from` is about to be in `to`. */
static int prepare(struct semu_library *r, uint16_t from, uint16_t to)
{
	if (!is_drive(r, to))
		return SCSIEMU_OK;
	return semu_library_load(r, semu_map_at(&r->map, from)->in.store)
		       ? SCSIEMU_E_READ
		       : SCSIEMU_OK;
}

/* ---- Facts ---- */

static void dir_layout(void *ctx, struct scsiemu_changer_layout *out)
{
	const struct semu_library *r = ctx;

	*out = r->map.layout;
}

static void dir_element(void *ctx, uint16_t addr, struct scsiemu_element *out)
{
	const struct semu_library *r = ctx;

	semu_map_element(&r->map, addr, out);
}

static struct scsiemu_medium *dir_medium(void *ctx, uint16_t addr)
{
	const struct semu_library *r = ctx;
	const struct semu_slot *s = semu_map_at(&r->map, addr);
	struct semu_volume *v = s && s->full ? s->in.store : NULL;

	return v && v->open ? &v->m : NULL;
}

/* ---- Operations ---- */

/* The elements of a move, as they were. */
struct before {
	uint16_t addr[3];
	struct semu_slot slot[3];
	unsigned n;
};

static void keep(const struct semu_library *r, struct before *b, uint16_t addr)
{
	b->addr[b->n] = addr;
	b->slot[b->n++] = *semu_map_at(&r->map, addr);
}

static void restore(struct semu_library *r, const struct before *b)
{
	for (unsigned i = b->n; i--;)
		*semu_map_at(&r->map, b->addr[i]) = b->slot[i];
}

static void settle_all(struct semu_library *r, const struct before *b)
{
	for (unsigned i = 0; i < b->n; i++)
		settle(r, b->addr[i]);
}

static int transfer(struct semu_library *r, uint16_t from, uint16_t to,
		    int32_t second)
{
	struct before b = { .n = 0 };
	int rc = semu_map_may(&r->map, from, to, second);
	int err;

	if (rc || from == to)
		return rc;
	keep(r, &b, from);
	keep(r, &b, to);
	if (second >= 0)
		keep(r, &b, (uint16_t)second);
	rc = prepare(r, from, to);
	if (!rc && second >= 0)
		rc = prepare(r, to, (uint16_t)second);
	if (!rc) {
		semu_map_move(&r->map, from, to, second);
		err = semu_library_save(r);
		rc = err ? semu_errno_result(err, SEMU_WRITING) : SCSIEMU_OK;
		if (err)
			restore(r, &b);
	}
	settle_all(r, &b);
	return rc;
}

static int dir_move(void *ctx, struct scsiemu_io *io, uint16_t from,
		    uint16_t to)
{
	(void)io;
	return transfer(ctx, from, to, -1);
}

static int dir_exchange(void *ctx, struct scsiemu_io *io, uint16_t from,
			uint16_t to, uint16_t second)
{
	(void)io;
	return transfer(ctx, from, to, second);
}

/* Is the cartridge's file there? Those in drives are open, or known not to be.
 */
static void look(struct semu_library *r, uint16_t addr)
{
	struct semu_slot *s = semu_map_at(&r->map, addr);
	const struct semu_volume *v;
	struct stat st;

	if (!s || !s->full || is_drive(r, addr))
		return;
	v = s->in.store;
	s->fault = semu_sys->stat(
			   semu_library_path(r, v->name, SEMU_CARTRIDGE_ENDING),
			   &st)
			   ? SCSIEMU_ELEMENT_UNREADABLE
			   : SCSIEMU_ELEMENT_SOUND;
}

static int dir_scan(void *ctx, struct scsiemu_io *io, uint16_t first,
		    uint16_t n)
{
	uint32_t end = n ? (uint32_t)first + n : UINT16_MAX + 1;

	(void)io;
	for (uint32_t addr = n ? first : 0; addr < end && addr <= UINT16_MAX;
	     addr++)
		look(ctx, (uint16_t)addr);
	return SCSIEMU_OK;
}

static int dir_tag(void *ctx, struct scsiemu_io *io, uint16_t addr,
		   const struct scsiemu_changer_tag *tag)
{
	struct semu_library *r = ctx;
	struct semu_slot *s = semu_map_at(&r->map, addr);
	struct scsiemu_changer_tag was;
	int err;

	(void)io;
	if (!s)
		return SCSIEMU_E_RANGE;
	if (!s->full)
		return SCSIEMU_E_NO_OBJECT;
	was = s->in.tag;
	s->in.tag = *tag;
	err = semu_library_save(r);
	if (!err)
		return SCSIEMU_OK;
	s->in.tag = was;
	return semu_errno_result(err, SEMU_WRITING);
}

static int dir_door(void *ctx, struct scsiemu_io *io, uint16_t addr, bool open)
{
	struct semu_library *r = ctx;

	(void)io;
	if (scsiemu_element_at(&r->map.layout, addr) != SCSIEMU_ELEMENT_IE)
		return SCSIEMU_E_RANGE;
	semu_map_at(&r->map, addr)->open = open;
	return SCSIEMU_OK;
}

static int dir_reach(void *ctx, struct scsiemu_io *io, uint16_t addr, bool on)
{
	struct semu_library *r = ctx;
	struct semu_slot *s = semu_map_at(&r->map, addr);

	(void)io;
	if (!s)
		return SCSIEMU_E_RANGE;
	if (!s->full)
		return SCSIEMU_E_NO_OBJECT;
	if (on)
		return semu_library_load(r, s->in.store) ? SCSIEMU_E_READ
							 : SCSIEMU_OK;
	settle(r, addr);
	return SCSIEMU_OK;
}

void semu_library_close(void *ctx)
{
	struct semu_library *r = ctx;

	for (uint32_t i = 0; r->map.slot && i < r->map.n; i++)
		if (r->map.slot[i].full)
			unload(r->map.slot[i].in.store);
	semu_slots_free(&r->map);
	if (r->lock >= 0)
		semu_sys->close(r->lock);
	semu_sys->free(r);
}

static void dir_counts(void *ctx, uint16_t addr,
		       struct scsiemu_element_counts *out)
{
	const struct semu_library *r = ctx;

	semu_map_counts(&r->map, addr, out);
}

const struct scsiemu_changer_ops semu_library_ops = {
	.size = sizeof(semu_library_ops),
	.layout = dir_layout,
	.element = dir_element,
	.medium = dir_medium,
	.move = dir_move,
	.exchange = dir_exchange,
	.scan = dir_scan,
	.tag = dir_tag,
	.door = dir_door,
	.close = semu_library_close,
	.counts = dir_counts,
	.reach = dir_reach,
};
