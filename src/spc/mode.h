/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spc/mode.h - a mode page is a row. A type lists pointers to its pages in
 * ascending order (page, subpage); the current and saved values of all of them
 * lie one behind the other in lu->state (semu_mode_bytes() each).
 */
#ifndef SEMU_SPC_MODE_H
#define SEMU_SPC_MODE_H

#include "core/core.h"

struct semu_mode_page {
	uint8_t code, sub; /* sub 0: page_0 format */
	uint8_t len;	   /* all bytes, header included */
	/* len bytes each, header included: the default values, and a 1 for
	 * every changeable bit. */
	const uint8_t *defaults, *mask;
	/* Adjust to the LU what is reported, for page control pc (0 current, 1
	 * changeable, 2 default, 3 saved); NULL: as stored. */
	void (*fill)(const struct scsiemu_lu *lu, unsigned pc, uint8_t *page);
	/* MODE SELECT: may the new values be? 0, or failed with
	 * scsiemu_fail_param(); at = where the page begins in the list. */
	int (*check)(struct scsiemu_cmd *c, const uint8_t *page, uint16_t at);
	/* New values are in force (select, reset, restore). */
	void (*apply)(struct scsiemu_lu *lu, const uint8_t *page);
};

/* The current values of a page of this LU; NULL: not there. */
const uint8_t *semu_mode_current(const struct scsiemu_lu *lu, unsigned code,
				 unsigned sub);
/* Bytes of all pages of a type: lu->state begins with this many bytes of
 * current values, then as many saved ones. */
uint32_t semu_mode_bytes(const struct scsiemu_type *type);
/* Defaults into lu->state, and applied. SCSIEMU_ERR_SPACE: lu_state is too
 * small. */
int semu_mode_init(struct scsiemu_lu *lu);
/* Current = saved, applied (logical unit reset). */
void semu_mode_reset(struct scsiemu_lu *lu);
/* NV record SCSIEMU_NV_MODE came back: 0 or SCSIEMU_ERR_ARG. */
int semu_mode_restore(struct scsiemu_lu *lu, const uint8_t *buf, uint32_t len);

/* Pages that every type shares. */
extern const struct semu_mode_page semu_mode_02, semu_mode_0a, semu_mode_0a01,
	semu_mode_18, semu_mode_19, semu_mode_1a, semu_mode_1c;

#endif
