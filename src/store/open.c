/* SPDX-License-Identifier: BSD-2-Clause */
/* store/open.c - the common part of the openers of block stores. */
#include "store/open.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
	BLEN_DEFAULT = 512,
	BLEN_MIN = 256,
	BLEN_MAX = 4096,
	EXPONENT_MAX = 15, /* four bits of READ CAPACITY(16) (SBC-4 5.21) */
	RPM_SOLID = 1,
	PI_LEN_MAX = 256,
	PATH_SHOWN = 100 /* leaves room for the reason */
};

int semu_err(struct scsiemu_errmsg *err, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return -1;
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	return -1;
}

int semu_err_file(struct scsiemu_errmsg *err, const char *path, const char *fmt,
		  ...)
{
	size_t len = strlen(path);
	bool cut = len > PATH_SHOWN;
	int n;
	va_list ap;

	if (!err)
		return -1;
	n = snprintf(err->text, sizeof(err->text), "%s%s: ", cut ? "..." : "",
		     cut ? path + len - PATH_SHOWN : path);
	va_start(ap, fmt);
	vsnprintf(err->text + n, sizeof(err->text) - (size_t)n, fmt, ap);
	va_end(ap);
	return -1;
}

static const struct {
	int err;
	const char *text;
} reasons[] = {
	{ ENOENT, "does not exist: correct the path, or give a size (size=1G) "
		  "to create it" },
	{ EACCES, "permission denied: change its owner or mode, or open it "
		  "read-only" },
	{ EPERM, "the system forbids it: see lsattr(1), or open it read-only" },
	{ EROFS, "is on a read-only file system: open it read-only" },
	{ EISDIR, "is a directory: name a file in it" },
	{ ENOTDIR, "a part of the path is not a directory: correct it" },
	{ ENXIO, "is not a regular file or block device: name one" },
	{ EBUSY, "is mounted or in use: unmount it first" },
	{ ETXTBSY, "is a running program: name another file" },
	{ ENOSPC, "no space left: make room, or take a smaller size" },
	{ EDQUOT, "the quota is used up: make room, or take a smaller size" },
	{ EFBIG, "is larger than the file system allows: take a smaller size" },
	{ EMFILE, "too many open files: raise the limit (ulimit -n)" },
	{ ENOMEM, "out of memory: free some" },
};

int semu_err_system(struct scsiemu_errmsg *err, const char *path, int why)
{
	for (unsigned i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].err == why)
			return semu_err_file(err, path, "%s", reasons[i].text);
	return semu_err_file(err, path, "%s (check the file system)",
			     strerror(why));
}

int semu_err_memory(struct scsiemu_errmsg *err)
{
	return semu_err(err, "out of memory: free some, or take fewer or "
			     "smaller media");
}

static int check(const struct scsiemu_geometry *g, uint32_t blen,
		 struct scsiemu_errmsg *err)
{
	if (blen < BLEN_MIN || blen > BLEN_MAX || (blen & (blen - 1)))
		return semu_err(err,
				"block size %" PRIu32 " is not possible: take "
				"256, 512, 1024, 2048 or 4096",
				blen);
	if (g->exponent > EXPONENT_MAX)
		return semu_err(err,
				"physical block exponent %u is not possible: "
				"take 0 to %d",
				g->exponent, EXPONENT_MAX);
	if (g->bytes % blen)
		return semu_err(err,
				"size %" PRIu64 " is not a multiple of the "
				"block size %" PRIu32 ": change one of them",
				g->bytes, blen);
	if (g->pi_len % 8 || g->pi_len > PI_LEN_MAX)
		return semu_err(err,
				"%u bytes of protection information are not "
				"possible: take 8 for each interval, at most "
				"%d",
				g->pi_len, PI_LEN_MAX);
	if (g->bytes > INT64_MAX)
		return semu_err(err,
				"size %" PRIu64 " is too large: take less "
				"than 8 EiB",
				g->bytes);
	return 0;
}

int semu_geometry(struct scsiemu_medium *m, const struct scsiemu_geometry *g,
		  struct scsiemu_errmsg *err)
{
	static const struct scsiemu_geometry none;
	uint32_t blen;

	if (!g)
		g = &none;
	blen = g->blen ? g->blen : BLEN_DEFAULT;
	if (check(g, blen, err))
		return -1;
	memset(m, 0, sizeof(*m));
	m->kind = SCSIEMU_BLOCK;
	m->blen = blen;
	m->nblk = g->bytes / blen;
	m->exponent = g->exponent;
	m->rpm = RPM_SOLID;
	m->read_only = g->read_only;
	m->thin = g->thin;
	m->zeroes = g->thin;
	m->pi_len = g->pi_len;
	return 0;
}

/* What is said in blocks stays about as many bytes. */
int semu_reshape(struct scsiemu_medium *m, uint64_t bytes, uint32_t blen,
		 uint64_t nblk)
{
	uint64_t most = blen ? bytes / blen : 0;
	uint64_t physical = (uint64_t)m->blen << m->exponent;
	uint64_t granule = (uint64_t)m->blen * m->granule;

	if (blen < BLEN_MIN || blen > BLEN_MAX || (blen & (blen - 1)))
		return SCSIEMU_E_RANGE;
	if (nblk == UINT64_MAX)
		nblk = most;
	if (!nblk || nblk > most)
		return SCSIEMU_E_RANGE;
	m->exponent = 0;
	while ((uint64_t)blen << m->exponent < physical)
		m->exponent++;
	m->granule = (uint32_t)(granule / blen);
	m->nblk = nblk;
	if (blen != m->blen)
		m->aligned = 0;
	m->blen = blen;
	return SCSIEMU_OK;
}

int semu_geometry_sized(struct scsiemu_medium *m,
			const struct scsiemu_geometry *g,
			struct scsiemu_errmsg *err)
{
	if (!g || !g->bytes)
		return semu_err(err, "the size is missing: give one "
				     "(size=64M)");
	return semu_geometry(m, g, err);
}

void semu_offer(struct scsiemu_medium *m,
		const struct scsiemu_block_ops offers[SEMU_OFFERS], void *ctx)
{
	const struct scsiemu_block_ops *ops = &offers[SEMU_OFFER_THICK];

	if (m->read_only)
		ops = &offers[SEMU_OFFER_READ_ONLY];
	else if (m->thin)
		ops = &offers[SEMU_OFFER_THIN];
	m->ops = ops;
	m->ctx = ctx;
	m->able = scsiemu_block_able(ops);
	if (!m->pi_len)
		m->able &= ~(uint32_t)SCSIEMU_CAN_PI;
	m->anchors = SCSIEMU_HAS(scsiemu_block_ops, ops, anchor);
}

bool semu_runs_add(struct semu_runs *r, uint64_t nblk,
		   enum scsiemu_extent_state state)
{
	struct scsiemu_extent *e;

	if (!nblk)
		return true;
	if (r->n && r->e[r->n - 1].state == (uint32_t)state) {
		r->e[r->n - 1].nblk += nblk;
	} else {
		if (r->n == r->max)
			return false;
		e = &r->e[r->n++];
		memset(e, 0, sizeof(*e));
		e->lba = r->lba;
		e->nblk = nblk;
		e->state = state;
	}
	r->lba += nblk;
	return true;
}
