/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tm_kit.h - what is above target mode buffers in tests: a receiver that keeps
 * what comes on each path, holds the buffers, and gives them back when told.
 * Messages carry their number, so that one too many, one too few and a wrong
 * order are seen.
 */
#ifndef TM_KIT_H
#define TM_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <scsiemu/transport/tmtgt.h>

enum { TM_KIT_HELD = 1024, TM_KIT_OWN = 7, TM_KIT_DEVNO = 0x1234 };

struct tm_kit {
	struct scsiemu_allocator allocator;
	struct scsiemu_tmtgt *tm;
	struct scsiemu_proc_options proc;
	void (*free_func)(struct scsiemu_tm_buf *buf);
	struct scsiemu_tm_buf *held[TM_KIT_HELD];
	unsigned nheld;
	uint32_t got[SCSIEMU_TM_IDS];	/* of the message that is coming */
	uint32_t count[SCSIEMU_TM_IDS]; /* whole messages */
	uint32_t len[SCSIEMU_TM_IDS];	/* of the last whole one */
	unsigned nbufs;			/* that came */
	/* Called last, when not NULL. */
	void (*on_recv)(struct tm_kit *k, struct scsiemu_tm_buf *buf);
	long live; /* allocations */
	bool no_memory;
};

/* The adapter, with ID 7. The ID of a nexus is its user pointer. */
void tm_kit_open(struct tm_kit *k,
		 uint32_t (*id_of)(void *ctx, const struct scsiemu_nexus *n),
		 void *ctx);
void tm_kit_close(struct tm_kit *k);
/* A path that is right in everything. */
struct scsiemu_tm_start tm_kit_path(struct tm_kit *k, uint32_t id,
				    uint32_t buf_size, uint32_t num_bufs);
void tm_kit_start(struct tm_kit *k, uint32_t id, uint32_t buf_size,
		  uint32_t num_bufs);
/* Give back the i-th of those held; all of them. */
void tm_kit_give(struct tm_kit *k, unsigned i);
void tm_kit_give_all(struct tm_kit *k);

/* Message number n of an initiator: what is at byte i. */
uint8_t tm_kit_byte(uint32_t id, uint32_t n, uint32_t i);
void tm_kit_fill(uint8_t *p, uint32_t id, uint32_t n, uint32_t len);
/* SEND of len bytes. */
void tm_kit_cdb(uint8_t cdb[6], uint32_t len);
/* xorshift: 0 to below - 1. */
uint32_t tm_kit_pick(uint64_t *state, uint32_t below);

#endif
