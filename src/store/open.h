/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/open.h - what every opener of a block store does: words for errors,
 * the geometry, the vtable cut to what this medium may offer.
 */
#ifndef SEMU_STORE_OPEN_H
#define SEMU_STORE_OPEN_H

#include <scsiemu/stores.h>

/* Fill *err (may be NULL); always -1, for `return`. */
__attribute__((format(printf, 2, 3))) int semu_err(struct scsiemu_errmsg *err,
						   const char *fmt, ...);
/* The same behind the name of a file ("path: ..."); of a long path its end. */
__attribute__((format(printf, 3, 4))) int semu_err_file(
	struct scsiemu_errmsg *err, const char *path, const char *fmt, ...);
/* The same by errno, with what to do about it. */
int semu_err_system(struct scsiemu_errmsg *err, const char *path, int why);
/* "out of memory" */
int semu_err_memory(struct scsiemu_errmsg *err);

/*
 * Check g (NULL: all defaults) and fill *m with it: everything but ops, ctx
 * and able. nblk 0: the size is not known yet.
 */
int semu_geometry(struct scsiemu_medium *m, const struct scsiemu_geometry *g,
		  struct scsiemu_errmsg *err);
/* The same for stores that cannot find a size by themselves. */
int semu_geometry_sized(struct scsiemu_medium *m,
			const struct scsiemu_geometry *g,
			struct scsiemu_errmsg *err);

/* A store's vtables by what *m allows: read only, nothing that changes; not
 * thin, no unmap. m gets ops, able and ctx. */
enum semu_offer {
	SEMU_OFFER_READ_ONLY,
	SEMU_OFFER_THICK,
	SEMU_OFFER_THIN,
	SEMU_OFFERS
};
void semu_offer(struct scsiemu_medium *m,
		const struct scsiemu_block_ops offers[SEMU_OFFERS], void *ctx);

/* m gets nblk blocks of blen bytes of the bytes that its store has, and what
 * follows from that; UINT64_MAX: all. SCSIEMU_E_RANGE: they cannot be. */
int semu_reshape(struct scsiemu_medium *m, uint64_t bytes, uint32_t blen,
		 uint64_t nblk);

static inline bool semu_in_range(uint64_t cap, uint64_t lba, uint64_t nblk)
{
	return nblk <= cap && lba <= cap - nblk;
}

/* Runs of provisioning status, merged as they come. */
struct semu_runs {
	struct scsiemu_extent *e;
	unsigned n, max;
	uint64_t lba; /* where the next run begins */
};

/* nblk more blocks are in this state; false: no room for another run. */
bool semu_runs_add(struct semu_runs *r, uint64_t nblk,
		   enum scsiemu_extent_state state);

#endif
