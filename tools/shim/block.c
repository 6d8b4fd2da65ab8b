/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * block.c - reading and writing a disk's node as a file: READ(16), WRITE(16)
 * and SYNCHRONIZE CACHE instead of the kernel's cache. Blocks that are only
 * partly meant are read before they are written.
 */
#define _GNU_SOURCE
#include "shim.h"

#include <scsiemu/wire.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define BLOCK_MAX 4096
#define MOST	  (1u << 20) /* of one command, as the kernel cuts them */
#define TRIES	  5	     /* where a unit attention comes in between */
#define KEY_UA	  6
#define KEY_AT	  2
#define KEY_AT_72 1

static uint8_t sense_key(const struct semu_sgio_reply *r)
{
	bool descriptors = (r->data[0] & 0x7f) >= 0x72;

	return r->len > KEY_AT ? r->data[descriptors ? KEY_AT_72 : KEY_AT] & 0xf
			       : 0;
}

static int send_cdb(int fd, struct semu_sgio_request *q,
		    const struct shim_data *d)
{
	struct semu_sgio_reply r;
	int error = 0;

	for (int i = 0; i < TRIES; i++) {
		error = shim_command(fd, q, d, &r);
		if (error)
			return error;
		if (!r.status && !r.host_status)
			return 0;
		if (sense_key(&r) != KEY_UA)
			break;
	}
	return EIO;
}

/* nblk blocks from lba on, which lie in v. */
static int transfer(int fd, bool write_, uint64_t lba, uint32_t nblk,
		    uint32_t block_len, const struct iovec *v, unsigned n)
{
	struct semu_sgio_request q = { .cdb_len = 16 };
	const struct shim_data d = { v, n, true };

	q.cdb[0] = write_ ? SCSIEMU_OP_WRITE_16 : SCSIEMU_OP_READ_16;
	for (int i = 0; i < 8; i++)
		q.cdb[2 + i] = (uint8_t)(lba >> (56 - 8 * i));
	for (int i = 0; i < 4; i++)
		q.cdb[10 + i] = (uint8_t)(nblk >> (24 - 8 * i));
	*(write_ ? &q.out_len : &q.in_len) = nblk * block_len;
	return send_cdb(fd, &q, &d);
}

/* The bytes in front of and behind those that are meant, in their blocks. */
struct edges {
	uint32_t front, behind;
	uint8_t first[BLOCK_MAX], last[BLOCK_MAX];
};

static int read_edges(int fd, struct edges *e, uint64_t lba, uint32_t nblk,
		      uint32_t block_len)
{
	struct iovec first = { e->first, block_len };
	struct iovec last = { e->last, block_len };
	int error = 0;

	if (e->front)
		error = transfer(fd, false, lba, 1, block_len, &first, 1);
	if (!error && e->behind)
		error = transfer(fd, false, lba + nblk - 1, 1, block_len, &last,
				 1);
	return error;
}

/* One command's worth at off: bytes, or -1 and errno. */
static ssize_t piece(int fd, const struct semu_sgio_place *p, bool write_,
		     void *at, size_t len, int64_t off)
{
	uint32_t block_len = p->block_len, nblk;
	struct edges e = { .front = (uint32_t)(off % block_len) };
	uint64_t lba = (uint64_t)(off / block_len);
	struct iovec v[3];
	int error = 0;

	nblk = (uint32_t)((e.front + len + block_len - 1) / block_len);
	e.behind = nblk * block_len - e.front - (uint32_t)len;
	v[0] = (struct iovec){ e.first, e.front };
	v[1] = (struct iovec){ at, len };
	v[2] = (struct iovec){ e.last + block_len - e.behind, e.behind };
	if (write_)
		error = read_edges(fd, &e, lba, nblk, block_len);
	if (!error)
		error = transfer(fd, write_, lba, nblk, block_len, v, 3);
	if (!error)
		return (ssize_t)len;
	errno = error;
	return -1;
}

static ssize_t all(int fd, const struct semu_sgio_place *p, bool write_,
		   void *at, size_t len, int64_t off)
{
	size_t done = 0;

	if (off >= p->size && write_ && len) {
		errno = ENOSPC;
		return -1;
	}
	if (off >= p->size)
		return 0;
	if (len > (uint64_t)(p->size - off))
		len = (size_t)(p->size - off);
	while (done < len) {
		size_t n = len - done < MOST ? len - done : MOST;
		ssize_t rc = piece(fd, p, write_, (uint8_t *)at + done, n,
				   off + (int64_t)done);

		if (rc < 0)
			return done ? (ssize_t)done : -1;
		done += (size_t)rc;
	}
	return (ssize_t)done;
}

int64_t shim_seek(int fd, int64_t off, int whence, struct semu_sgio_place *p)
{
	struct semu_sgio_request q = { .what = SEMU_SGIO_SEEK,
				       .number = (uint32_t)whence,
				       .position = off };
	struct semu_sgio_reply r;
	int error = shim_call(fd, &q, -1, &r);

	if (error) {
		errno = error;
		return -1;
	}
	memcpy(p, r.data, sizeof(*p));
	return p->position;
}

ssize_t shim_block(int fd, bool write_, void *at, size_t len, int64_t off)
{
	struct semu_sgio_place p;
	bool here = off == SHIM_HERE;
	ssize_t rc;

	if (off < SHIM_HERE) {
		errno = EINVAL;
		return -1;
	}
	if (shim_seek(fd, 0, SEEK_CUR, &p) < 0)
		return -1;
	rc = all(fd, &p, write_, at, len, here ? p.position : off);
	if (here && rc > 0 && shim_seek(fd, rc, SEEK_CUR, &p) < 0)
		return -1;
	return rc;
}

int shim_sync(int fd)
{
	struct semu_sgio_request q = {
		.cdb = { SCSIEMU_OP_SYNCHRONIZE_CACHE_10 }, .cdb_len = 10
	};
	const struct shim_data none = { NULL, 0, true };
	int error = send_cdb(fd, &q, &none);

	if (!error)
		return 0;
	errno = error;
	return -1;
}
