/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a changer's mode pages say of its elements (SMC-3 7.3): addresses (1Dh),
 * transports (1Eh), what can be done with them (1Fh, 1Fh/41h). No bit of them
 * can be changed.
 */
#include "smc/smc.h"

enum { CHANGEABLE = 1 };

static const struct scsiemu_changer_layout *layout(const struct scsiemu_lu *lu)
{
	return &semu_smc(lu)->layout;
}

/* In the order of the page. */
static void addresses(const struct scsiemu_lu *lu, unsigned pc, uint8_t *p)
{
	if (pc == CHANGEABLE)
		return;
	for (unsigned t = SCSIEMU_ELEMENT_MT; t < SCSIEMU_ELEMENT_TYPES; t++) {
		semu_put16(p + 4 * t - 2, layout(lu)->of[t].first);
		semu_put16(p + 4 * t, layout(lu)->of[t].n);
	}
}

const struct semu_mode_page semu_smc_mode_1d = {
	.code = 0x1d,
	.len = 20,
	.defaults = (const uint8_t[20]){ 0x1d, 18 },
	.fill = addresses,
};

/* Transport geometry: nothing rotates; each transport is a set of its own of
 * one member. The first is the page, others follow. */
static void transports(const struct scsiemu_lu *lu, unsigned pc, uint8_t *p)
{
	uint16_t n = layout(lu)->of[SCSIEMU_ELEMENT_MT].n;

	(void)pc;
	p[1] = (uint8_t)(SEMU_WITH_HINTS && n > 1 ? 2 * n : 2);
}

static void more_transports(const struct scsiemu_lu *lu, unsigned pc,
			    struct scsiemu_wr *w)
{
	uint16_t n = layout(lu)->of[SCSIEMU_ELEMENT_MT].n;

	(void)pc;
	scsiemu_wr_zero(w, n > 1 ? 2 * (n - 1U) : 0);
}

const struct semu_mode_page semu_smc_mode_1e = {
	.code = 0x1e,
	.len = 4,
	.defaults = (const uint8_t[4]){ 0x1e, 2 },
	.fill = transports,
	.more = more_transports,
};

/* Device capabilities: bits of element types, DT highest. All but transports
 * store, and are source and destination of moves; a barcode reader (VTRP); the
 * fields of bytes 3 and up are valid (S2C). */
enum { STORES = 2, READER = 3, MOVES = 4, EXCHANGES = 12 };
enum { VTRP = 0x02, S2C = 0x01 };
/* READ ATTRIBUTE in MOVES, WRITE ATTRIBUTE in EXCHANGES: not none. */
enum { ATTRIBUTES = 0x40 };

static uint8_t bit(unsigned type)
{
	return (uint8_t)(1U << (type - 1));
}

static void capabilities(const struct scsiemu_lu *lu, unsigned pc, uint8_t *p)
{
	uint8_t all = 0;

	if (pc == CHANGEABLE)
		return;
	for (unsigned t = SCSIEMU_ELEMENT_ST; t < SCSIEMU_ELEMENT_TYPES; t++)
		if (layout(lu)->of[t].n)
			all |= bit(t);
	p[STORES] = all;
	p[READER] = VTRP | S2C;
	for (unsigned t = SCSIEMU_ELEMENT_ST; t < SCSIEMU_ELEMENT_TYPES; t++) {
		if (!(all & bit(t)))
			continue;
		if (lu->able & SCSIEMU_CHANGER_MOVE)
			p[MOVES + t - 1] = all;
		if (lu->able & SCSIEMU_CHANGER_EXCHANGE)
			p[EXCHANGES + t - 1] = all;
		if (lu->able & SCSIEMU_CHANGER_REACH) {
			p[MOVES + t - 1] |= ATTRIBUTES;
			p[EXCHANGES + t - 1] |= ATTRIBUTES;
		}
	}
}

const struct semu_mode_page semu_smc_mode_1f = {
	.code = 0x1f,
	.len = 20,
	.defaults = (const uint8_t[20]){ 0x1f, 18 },
	.fill = capabilities,
};

/* Extended ones: with import/export elements there is a station (IEST), which
 * the operator opens and closes (USROP, USRCL), and which PREVENT ALLOW MEDIUM
 * REMOVAL locks (LCKIE). */
enum { USRCL = 0x04, USROP = 0x02, IEST = 0x01, LCKIE = 0x02 };

static void extended(const struct scsiemu_lu *lu, unsigned pc, uint8_t *p)
{
	if (pc == CHANGEABLE || !layout(lu)->of[SCSIEMU_ELEMENT_IE].n)
		return;
	p[4] = USRCL | USROP | IEST;
	p[6] = LCKIE;
}

const struct semu_mode_page semu_smc_mode_1f41 = {
	.code = 0x1f,
	.sub = 0x41,
	.len = 20,
	.defaults = (const uint8_t[20]){ 0x5f, 0x41, 0, 16 },
	.fill = extended,
};
