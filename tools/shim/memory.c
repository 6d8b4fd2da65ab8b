/* SPDX-License-Identifier: BSD-2-Clause */
/* memory.c - a sg node's own buffer, as large as its reserved size: a program
 * maps it, and its commands' data are there with SG_FLAG_MMAP_IO. */
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <scsi/sg.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define FLAG_MMAP_IO 4

/* A descriptor of it, or -errno. */
static int buffer(int fd, uint32_t *len)
{
	struct semu_sgio_request q = { .what = SEMU_SGIO_MEMORY };
	struct semu_sgio_reply r;
	int mem, error = shim_call_mem(fd, &q, &mem, &r);

	if (error)
		return -error;
	memcpy(len, r.data, sizeof(*len));
	return mem < 0 ? -ENODEV : mem;
}

int shim_map(int fd, struct sg_io_hdr *h, struct shim_map *m)
{
	uint32_t len;
	int mem, error = 0;

	if (!(h->flags & FLAG_MMAP_IO))
		return 0;
	mem = buffer(fd, &len);
	if (mem < 0)
		return -mem;
	if (h->dxfer_len > len)
		error = ENOMEM;
	else if (h->flags & SG_FLAG_DIRECT_IO)
		error = EINVAL;
	if (!error && !h->dxferp && len) {
		m->len = len;
		m->at = NEXT(mmap)(NULL, len, PROT_READ | PROT_WRITE,
				   MAP_SHARED, mem, 0);
		if (m->at == MAP_FAILED) {
			m->at = NULL;
			error = ENOMEM;
		}
		h->dxferp = m->at;
		h->iovec_count = 0;
	}
	close(mem);
	return error;
}

void shim_unmap(const struct shim_map *m)
{
	if (m->at)
		munmap(m->at, m->len);
}

/* Of a sg node: what the mapping is of, or -1 and errno. */
static int open_buffer(int fd, const struct shim_node *n, size_t len,
		       int64_t off)
{
	uint32_t room;
	int mem = shim_is_sg(n) ? buffer(fd, &room) : -ENODEV;

	if (mem >= 0 && (off || len > room)) {
		close(mem);
		mem = off ? -EINVAL : -ENOMEM;
	}
	errno = mem < 0 ? -mem : errno;
	return mem < 0 ? -1 : mem;
}

#define MMAP(NAME, TYPE)                                                       \
	SHIM_EXPORT void *NAME(void *at, size_t len, int prot, int flags,      \
			       int fd, TYPE off)                               \
	{                                                                      \
		struct shim_node n;                                            \
		void *got;                                                     \
		int mem;                                                       \
                                                                               \
		if (fd < 0 || flags & MAP_ANONYMOUS || !shim_file(fd, &n))     \
			return NEXT(NAME)(at, len, prot, flags, fd, off);      \
		mem = open_buffer(fd, &n, len, off);                           \
		if (mem < 0)                                                   \
			return MAP_FAILED;                                     \
		got = NEXT(NAME)(at, len, prot, flags, mem, 0);                \
		close(mem);                                                    \
		return got;                                                    \
	}

MMAP(mmap, off_t)
MMAP(mmap64, off64_t)
