/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * support/pr.h - PERSISTENT RESERVE IN and OUT of a nexus, for tests. They
 * leave d->nexus as the nexus they were sent by.
 */
#ifndef TEST_PR_H
#define TEST_PR_H

#include "support/drive.h"

/* Bits of byte 20. */
enum { PR_APTPL = 1, PR_ALL_TG_PT = 4, PR_SPEC_I_PT = 8 };

/* The basic list: flags is its byte 20. Returns the status. */
uint8_t pr_out(struct drive *d, struct scsiemu_lu *lu, struct scsiemu_nexus *n,
	       uint8_t sa, uint8_t scope_type, uint64_t key, uint64_t sa_key,
	       uint8_t flags);
/* Any list. */
uint8_t pr_out_list(struct drive *d, struct scsiemu_lu *lu,
		    struct scsiemu_nexus *n, uint8_t sa, uint8_t scope_type,
		    const void *list, uint32_t len);
/* The first 24 bytes of a list. */
void pr_list(uint8_t list[24], uint64_t key, uint64_t sa_key, uint8_t flags);
/* REGISTER of an unregistered nexus, which must be GOOD. */
void pr_register(struct drive *d, struct scsiemu_lu *lu,
		 struct scsiemu_nexus *n, uint64_t key);

/* PERSISTENT RESERVE IN: the reply is in d->t.in. */
uint8_t pr_in(struct drive *d, struct scsiemu_lu *lu, struct scsiemu_nexus *n,
	      uint8_t sa, uint16_t alloc);

/* As any nexus sees it (nobody has to be registered): the keys are these, in
 * this order, and PRgeneration is this. */
#define pr_keys(d, lu, generation, ...)                                        \
	pr_keys_at(d, lu, generation, (const uint64_t[]){ __VA_ARGS__, 0 },    \
		   __FILE__, __LINE__)
void pr_keys_at(struct drive *d, struct scsiemu_lu *lu, uint32_t generation,
		const uint64_t *keys, const char *file, int line);
/* The reservation is this; type 0: there is none. */
#define pr_reserved(d, lu, type, key)                                          \
	pr_reserved_at(d, lu, type, key, __FILE__, __LINE__)
void pr_reserved_at(struct drive *d, struct scsiemu_lu *lu, uint8_t type,
		    uint64_t key, const char *file, int line);

#endif
