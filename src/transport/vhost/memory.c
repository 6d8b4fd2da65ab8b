/* SPDX-License-Identifier: BSD-2-Clause */
/* vhost/memory.c - the guest's memory, by the front end's descriptors. */
#define _GNU_SOURCE
#include <transport/vhost/vhost.h>

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct semu_region nowhere = { 0 };

/* Messages are in the machine's byte order. */
static uint64_t word(const uint8_t *p, unsigned i)
{
	uint64_t v;

	memcpy(&v, p + 8 * i, sizeof(v));
	return v;
}

/*
 * A file from its start to off + len: of huge pages neither an offset nor a
 * length can be less than one. NULL: the file is shorter, or cannot be mapped.
 */
static void *map_file(int fd, uint64_t off, uint64_t len, size_t *map_len)
{
	struct stat st;
	uint64_t page, end;
	void *map;

	if (fstat(fd, &st) || st.st_size < 0 || !len ||
	    off > (uint64_t)st.st_size || len > (uint64_t)st.st_size - off)
		return NULL;
	page = st.st_blksize > 0 ? (uint64_t)st.st_blksize : 1;
	end = off + len + page - 1;
	if (end > SIZE_MAX)
		return NULL;
	*map_len = (size_t)(end - end % page);
	map = mmap(NULL, *map_len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return map == MAP_FAILED ? NULL : map;
}

bool semu_vhost_add_region(struct scsiemu_vhost *v, const uint8_t *body, int fd)
{
	struct semu_region *r = &v->region[v->nregions];
	uint64_t off = word(body, 3);

	if (v->nregions == SEMU_VHOST_REGIONS)
		return false;
	r->guest = word(body, 0);
	r->size = word(body, 1);
	r->user = word(body, 2);
	if (r->guest + r->size < r->guest || r->user + r->size < r->user)
		return false;
	r->map = map_file(fd, off, r->size, &r->map_len);
	if (!r->map)
		return false;
	r->base = (uint8_t *)r->map + off;
	v->nregions++;
	return true;
}

bool semu_vhost_remove_region(struct scsiemu_vhost *v, const uint8_t *body)
{
	struct semu_region *r = v->region, *end = r + v->nregions;

	while (r < end &&
	       (r->guest != word(body, 0) || r->size != word(body, 1) ||
		r->user != word(body, 2)))
		r++;
	if (r == end)
		return false;
	munmap(r->map, r->map_len);
	*r = end[-1];
	v->nregions--;
	v->near = &nowhere;
	return true;
}

void semu_vhost_forget_memory(struct scsiemu_vhost *v)
{
	while (v->nregions) {
		struct semu_region *r = &v->region[--v->nregions];

		munmap(r->map, r->map_len);
	}
	v->near = &nowhere;
}

uint8_t *semu_vhost_guest(struct scsiemu_vhost *v, uint64_t addr, uint64_t *len)
{
	for (unsigned i = 0; i < v->nregions; i++) {
		const struct semu_region *r = &v->region[i];
		uint64_t in = addr - r->guest;

		if (in >= r->size)
			continue;
		v->near = r;
		if (*len > r->size - in)
			*len = r->size - in;
		return r->base + in;
	}
	return NULL;
}

uint8_t *semu_vhost_user(const struct scsiemu_vhost *v, uint64_t addr,
			 uint64_t len)
{
	for (unsigned i = 0; i < v->nregions; i++) {
		const struct semu_region *r = &v->region[i];
		uint64_t in = addr - r->user;

		if (in < r->size)
			return len <= r->size - in ? r->base + in : NULL;
	}
	return NULL;
}

/* ---- Requests in flight ---- */

size_t semu_vhost_fly_len(const struct semu_ring_format *f, uint16_t size)
{
	return (f->fly_head + (size_t)size * f->fly_entry + 63) & ~(size_t)63;
}

void semu_vhost_forget_fly(struct scsiemu_vhost *v)
{
	if (v->fly_map)
		munmap(v->fly_map, v->fly_map_len);
	v->fly_map = v->fly = NULL;
}

bool semu_vhost_map_fly(struct scsiemu_vhost *v, int fd, uint64_t len,
			uint64_t off)
{
	semu_vhost_forget_fly(v);
	if (off % 8)
		return false;
	v->fly_map = map_file(fd, off, len, &v->fly_map_len);
	if (!v->fly_map)
		return false;
	v->fly = (uint8_t *)v->fly_map + off;
	v->fly_len = (size_t)len;
	return true;
}

int semu_vhost_make_fly(struct scsiemu_vhost *v, uint64_t len)
{
	int fd = memfd_create("vhost-inflight", MFD_CLOEXEC);

	if (fd < 0)
		return -1;
	if (!ftruncate(fd, (off_t)len) && semu_vhost_map_fly(v, fd, len, 0))
		return fd;
	close(fd);
	return -1;
}
