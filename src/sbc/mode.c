/* SPDX-License-Identifier: BSD-2-Clause */
/* Mode pages of the disk: error recovery and caching (SBC-4 6.4). */
#include "sbc/sbc.h"

#define BYTES(...)                                                             \
	(const uint8_t[])                                                      \
	{                                                                      \
		__VA_ARGS__                                                    \
	}

/* Nothing is retried or reallocated here; AWRE and ARRE may be said so. */
const struct semu_mode_page semu_sbc_mode_01 = {
	.code = 0x01,
	.len = 12,
	.defaults = BYTES(0x01, 10, 0xc0, [11] = 0),
	.mask = BYTES(0, 0, 0xc0, [11] = 0),
};

enum { WCE = 0x04 }; /* byte 2 */

/* Without a flush there is no cache whose WCE could be set. */
static void cache_fill(const struct scsiemu_lu *lu, unsigned pc, uint8_t *page)
{
	(void)pc;
	if (!lu->cap.cache)
		page[2] &= (uint8_t)~WCE;
}

/* A disk of SCSI-1 has neither the page nor SYNCHRONIZE CACHE: what it has
 * written is durable. */
static void cache_apply(struct scsiemu_lu *lu, const uint8_t *page)
{
	bool through = lu->cap.cache && (!(page[2] & WCE) ||
					 semu_before(lu, SCSIEMU_LEVEL_SCSI_2));

	lu->wflags = through ? SCSIEMU_FUA : 0;
}

/* What was written before WCE went off is durable when it is off. */
static bool cache_drains(const uint8_t *was, const uint8_t *next)
{
	return (was[2] & ~next[2]) & WCE;
}

/* DRA (byte 12) is a hint that no medium here needs. */
const struct semu_mode_page semu_sbc_mode_08 = {
	.code = 0x08,
	.len = 20,
	.defaults = BYTES(0x08, 18, WCE, [19] = 0),
	.mask = BYTES(0, 0, WCE, [12] = 0x20, [19] = 0),
	.fill = cache_fill,
	.apply = cache_apply,
	.drains = cache_drains,
};
