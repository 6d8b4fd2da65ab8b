/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/store/kit.c - synchronous calls of a store. */
#include "kit.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void (*kit_poll)(void *ctx);
void *kit_poll_ctx;
struct scsiemu_io kit_io;
unsigned kit_done;
uint64_t kit_seed = 1;

static int late_result;

uint32_t kit_random(uint32_t below)
{
	kit_seed = kit_seed * UINT64_C(6364136223846793005) +
		   UINT64_C(1442695040888963407);
	return (uint32_t)(kit_seed >> 33) % below;
}

void kit_fill(void *buf, size_t len)
{
	uint8_t *p = buf;

	while (len--)
		*p++ = (uint8_t)kit_random(256);
}

static void done(struct scsiemu_io *io, int result)
{
	assert_ptr_equal(io, &kit_io);
	late_result = result;
	kit_done++;
}

struct scsiemu_io *kit_begin(uint32_t flags)
{
	memset(&kit_io, 0, sizeof(kit_io));
	kit_io.info = SCSIEMU_NO_INFO;
	kit_io.flags = flags;
	kit_io.done = done;
	kit_done = 0;
	return &kit_io;
}

int kit_end(int result)
{
	if (result != SCSIEMU_PENDING) {
		assert_int_equal(kit_done, 0);
		return result;
	}
	while (!kit_done) {
		assert_non_null(kit_poll);
		kit_poll(kit_poll_ctx);
	}
	assert_int_equal(kit_done, 1);
	return late_result;
}

unsigned kit_cut(struct scsiemu_vec *v, void *buf, size_t len)
{
	uint8_t *p = buf;
	unsigned n = 0;

	while (n < KIT_VECS - 1 && len) {
		size_t piece = kit_random((uint32_t)len + 1);

		v[n].base = p;
		v[n++].len = piece;
		p += piece;
		len -= piece;
	}
	v[n].base = p;
	v[n++].len = len;
	return n;
}

int kit_read(const struct scsiemu_medium *m, uint64_t lba, uint32_t nblk,
	     void *buf)
{
	struct scsiemu_vec v[KIT_VECS];
	unsigned nv = kit_cut(v, buf, (size_t)nblk * m->blen);

	return kit_end(
		kit_ops(m)->read(m->ctx, kit_begin(0), lba, nblk, v, nv));
}

int kit_write(const struct scsiemu_medium *m, uint64_t lba, uint32_t nblk,
	      const void *buf, uint32_t flags)
{
	struct scsiemu_vec v[KIT_VECS];
	unsigned nv = kit_cut(v, (void *)(uintptr_t)buf,
			      (size_t)nblk * m->blen);

	return kit_end(
		kit_ops(m)->write(m->ctx, kit_begin(flags), lba, nblk, v, nv));
}

int kit_read_pi(const struct scsiemu_medium *m, uint64_t lba, uint32_t nblk,
		void *buf, uint8_t *pi)
{
	struct scsiemu_vec v[KIT_VECS];
	unsigned nv = kit_cut(v, buf, (size_t)nblk * m->blen);

	return kit_end(kit_ops(m)->read_pi(m->ctx, kit_begin(0), lba, nblk, v,
					   nv, pi));
}

int kit_write_pi(const struct scsiemu_medium *m, uint64_t lba, uint32_t nblk,
		 const void *buf, const uint8_t *pi, uint32_t flags)
{
	struct scsiemu_vec v[KIT_VECS];
	unsigned nv = kit_cut(v, (void *)(uintptr_t)buf,
			      (size_t)nblk * m->blen);

	return kit_end(kit_ops(m)->write_pi(m->ctx, kit_begin(flags), lba, nblk,
					    v, nv, pi));
}

int kit_cas(const struct scsiemu_medium *m, uint64_t lba, uint32_t nblk,
	    const void *buf)
{
	struct scsiemu_vec v[KIT_VECS];
	unsigned nv = kit_cut(v, (void *)(uintptr_t)buf,
			      2 * (size_t)nblk * m->blen);

	return kit_end(kit_ops(m)->cas(m->ctx, kit_begin(0), lba, nblk, v, nv));
}

int kit_flush(const struct scsiemu_medium *m, uint64_t lba, uint64_t nblk)
{
	return kit_end(kit_ops(m)->flush(m->ctx, kit_begin(0), lba, nblk));
}

int kit_zero(const struct scsiemu_medium *m, uint64_t lba, uint64_t nblk)
{
	return kit_end(kit_ops(m)->zero(m->ctx, kit_begin(0), lba, nblk));
}

int kit_unmap(const struct scsiemu_medium *m, uint64_t lba, uint64_t nblk)
{
	return kit_end(kit_ops(m)->unmap(m->ctx, kit_begin(0), lba, nblk));
}

int kit_verify(const struct scsiemu_medium *m, uint64_t lba, uint64_t nblk)
{
	return kit_end(kit_ops(m)->verify(m->ctx, kit_begin(0), lba, nblk));
}

int kit_status(const struct scsiemu_medium *m, uint64_t lba,
	       struct scsiemu_extent *e, unsigned *n)
{
	return kit_end(kit_ops(m)->status(m->ctx, kit_begin(0), lba, e, n));
}

static char folder[64];

const char *kit_path(const char *name)
{
	static char path[4][256];
	static unsigned turn;
	char *p = path[turn++ % 4];

	if (!folder[0]) {
		strcpy(folder, "/tmp/scsiemu-store-XXXXXX");
		assert_non_null(mkdtemp(folder));
	}
	snprintf(p, sizeof(path[0]), "%s/%s", folder, name);
	return p;
}

void kit_clean(void)
{
	DIR *d = folder[0] ? opendir(folder) : NULL;
	const struct dirent *e;
	char path[512];

	while (d && (e = readdir(d))) {
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		if (e->d_name[0] != '.')
			remove(path);
	}
	if (d)
		closedir(d);
	if (folder[0])
		rmdir(folder);
	folder[0] = '\0';
}

size_t kit_load(const char *path, void *buf, size_t room)
{
	int fd = open(path, O_RDONLY);
	ssize_t n;

	assert_true(fd >= 0);
	n = read(fd, buf, room);
	assert_true(n >= 0);
	close(fd);
	return (size_t)n;
}

void kit_save(const char *path, const void *buf, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, buf, len), (ssize_t)len);
	close(fd);
}
