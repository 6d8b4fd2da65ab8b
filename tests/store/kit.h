/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/store/kit.h - calling a store's vtable from a test: one synchronous
 * call each, with the buffer cut in vectors at odd places.
 */
#ifndef TESTS_STORE_KIT_H
#define TESTS_STORE_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <scsiemu/stores.h>

/* How pending operations are made to complete; NULL: they must not pend. */
extern void (*kit_poll)(void *ctx);
extern void *kit_poll_ctx;

/* The io of the last call: info, moved. */
extern struct scsiemu_io kit_io;
/* How often done() was called for it. */
extern unsigned kit_done;

/* What such a call is made of: an io, its result when it is there, and len
 * bytes at buf as vectors of odd lengths, some of them empty. */
enum { KIT_VECS = 12 };
struct scsiemu_io *kit_begin(uint32_t flags);
int kit_end(int result);
unsigned kit_cut(struct scsiemu_vec *v, void *buf, size_t len);

int kit_read(const struct scsiemu_medium *m, uint64_t lba, uint32_t nblk,
	     void *buf);
int kit_write(const struct scsiemu_medium *m, uint64_t lba, uint32_t nblk,
	      const void *buf, uint32_t flags);
/* With their protection information, m->pi_len bytes for each, at pi. */
int kit_read_pi(const struct scsiemu_medium *m, uint64_t lba, uint32_t nblk,
		void *buf, uint8_t *pi);
int kit_write_pi(const struct scsiemu_medium *m, uint64_t lba, uint32_t nblk,
		 const void *buf, const uint8_t *pi, uint32_t flags);
/* buf: nblk blocks to expect, nblk to write */
int kit_cas(const struct scsiemu_medium *m, uint64_t lba, uint32_t nblk,
	    const void *buf);
int kit_flush(const struct scsiemu_medium *m, uint64_t lba, uint64_t nblk);
int kit_zero(const struct scsiemu_medium *m, uint64_t lba, uint64_t nblk);
int kit_unmap(const struct scsiemu_medium *m, uint64_t lba, uint64_t nblk);
int kit_verify(const struct scsiemu_medium *m, uint64_t lba, uint64_t nblk);
int kit_status(const struct scsiemu_medium *m, uint64_t lba,
	       struct scsiemu_extent *e, unsigned *n);

static inline const struct scsiemu_block_ops *kit_ops(
	const struct scsiemu_medium *m)
{
	return m->ops;
}

/* A deterministic generator. */
extern uint64_t kit_seed;
uint32_t kit_random(uint32_t below);
void kit_fill(void *buf, size_t len);

/* A folder of this test program's own, and a path in it (static memory). */
const char *kit_path(const char *name);
void kit_clean(void);

/* Bytes of a file; asserts that it can be read. */
size_t kit_load(const char *path, void *buf, size_t room);
void kit_save(const char *path, const void *buf, size_t len);

#endif
