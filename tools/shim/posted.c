/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * posted.c - a sg node's write() gives a command, its read() fetches one that
 * has ended, maybe in another process. What only that needs, the header, goes
 * with the data: behind it, at the end of the memory.
 */
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <scsi/sg.h>
#include <sys/socket.h>
#include <unistd.h>

static int post_it(int fd, const struct sg_io_hdr *h,
		   const struct sg_io_hdr *as)
{
	struct semu_sgio_request q;
	struct semu_sgio_reply r;
	struct shim_data d;
	struct iovec one;
	int error = shim_prepare(as, true, &q, &one, &d), mem;

	if (error)
		return error;
	q.what = SEMU_SGIO_POST;
	q.value = h->pack_id;
	mem = shim_share(&q, sizeof(*h));
	if (mem < 0)
		return ENOMEM;
	error = shim_put(mem, &q, &d);
	if (!error && NEXT(pwrite)(mem, h, sizeof(*h),
				   lseek(mem, -(off_t)sizeof(*h), SEEK_END)) !=
			      (ssize_t)sizeof(*h))
		error = ENOMEM;
	if (!error)
		error = shim_call(fd, &q, mem, &r);
	close(mem);
	return error;
}

static int post(int fd, const struct sg_io_hdr *h)
{
	struct shim_map map = { NULL, 0 };
	struct sg_io_hdr as = *h;
	int error = h->interface_id == 'S' ? shim_map(fd, &as, &map) : 0;

	if (!error)
		error = post_it(fd, h, &as);
	shim_unmap(&map);
	return error;
}

ssize_t shim_post(int fd, const void *from, size_t len)
{
	struct sg_io_hdr h;
	int error;

	if (len < sizeof(struct sg_header)) {
		errno = EIO;
		return -1;
	}
	if (len < sizeof(h)) {
		errno = EINVAL;
		return -1;
	}
	error = shim_take(&h, from, sizeof(h));
	/* struct sg_header has a length there, which is not negative */
	if (!error)
		error = h.dxfer_direction < 0 ? post(fd, &h) : ENOSYS;
	if (!error)
		return (ssize_t)len;
	errno = error;
	return -1;
}

/* The byte that says that there was something. */
static void take_byte(int fd)
{
	char c;
	ssize_t got = recv(fd, &c, 1, MSG_DONTWAIT);

	(void)got;
}

/* The CDB may be gone by now, the data may not. */
static int deliver(int fd, int mem, struct sg_io_hdr *h,
		   const struct semu_sgio_reply *r)
{
	struct semu_sgio_request q = { .in_len = 0 };
	struct shim_map map = { NULL, 0 };
	struct sg_io_hdr as;
	struct shim_data d;
	struct iovec one;
	int error;

	if (NEXT(pread)(mem, h, sizeof(*h),
			lseek(mem, -(off_t)sizeof(*h), SEEK_END)) !=
	    (ssize_t)sizeof(*h))
		return ENODEV;
	as = *h;
	error = shim_map(fd, &as, &map);
	if (!error)
		error = shim_data_of(&as, true, &q, &one, &d);
	if (!error)
		error = shim_get(mem, &q, &d, d.keeps ? r->in_done : q.in_len);
	shim_unmap(&map);
	return error ? error : shim_fill(h, true, r);
}

static int fetch(int fd, struct sg_io_hdr *h)
{
	struct semu_sgio_request q = { .what = SEMU_SGIO_FETCH,
				       .value = h->pack_id };
	struct semu_sgio_reply r;
	int mem, error;

	q.flags = (uint32_t)fcntl(fd, F_GETFL) & O_NONBLOCK;
	error = shim_call_mem(fd, &q, &mem, &r);
	if (!error && mem < 0)
		error = ENODEV;
	if (!error) {
		take_byte(fd);
		error = deliver(fd, mem, h, &r);
	}
	if (mem >= 0)
		close(mem);
	return error;
}

ssize_t shim_fetch(int fd, void *to, size_t len)
{
	struct sg_io_hdr h;
	int error;

	if (len < sizeof(h)) {
		errno = EINVAL;
		return -1;
	}
	error = shim_take(&h, to, sizeof(h));
	if (!error)
		error = fetch(fd, &h);
	if (!error)
		error = shim_give(to, &h, sizeof(h));
	if (!error)
		return (ssize_t)len;
	errno = error;
	return -1;
}
