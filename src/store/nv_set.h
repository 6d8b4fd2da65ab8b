/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/nv_set.h - small durable records in memory, and as the bytes of a file:
 *
 *	"semu-nv\n"  version (1)  count  { id  length  bytes } ...  CRC-32C
 *
 * Numbers are 32 bits, big-endian; the CRC covers all before it. A record of
 * length 0 does not exist.
 */
#ifndef SEMU_STORE_NV_SET_H
#define SEMU_STORE_NV_SET_H

#include <stddef.h>
#include <stdint.h>

enum {
	SEMU_NV_RECORD_MAX = 1 << 20, /* bytes of a record */
	SEMU_NV_FILE_MAX = 64 << 20   /* bytes of a file that is believed */
};

struct semu_nv_record {
	struct semu_nv_record *next;
	uint32_t id, len;
	uint8_t data[];
};

struct semu_nv_set {
	struct semu_nv_record *first;
};

/* NULL: out of memory. */
struct semu_nv_record *semu_nv_make(uint32_t id, const void *buf, uint32_t len);
/* Put r (NULL: nothing) in the place of record id; returns what was there, the
 * caller's now, or NULL. */
struct semu_nv_record *semu_nv_swap(struct semu_nv_set *s, uint32_t id,
				    struct semu_nv_record *r);
/* As scsiemu_nv_ops.load. */
int semu_nv_load(const struct semu_nv_set *s, uint32_t id, void *buf,
		 uint32_t *len);
void semu_nv_clear(struct semu_nv_set *s);

/* The file's bytes, to be freed by the caller; NULL: out of memory. */
uint8_t *semu_nv_encode(const struct semu_nv_set *s, size_t *len);

enum semu_nv_verdict {
	SEMU_NV_GOOD,
	SEMU_NV_FOREIGN, /* not a file of ours */
	SEMU_NV_VERSION, /* of another version */
	SEMU_NV_DAMAGED,
	SEMU_NV_MEMORY
};
/* Fill the empty set; on anything but GOOD it stays empty. */
enum semu_nv_verdict semu_nv_decode(struct semu_nv_set *s, const uint8_t *p,
				    size_t len);

#endif
