/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spc/mode.h - a mode page is a row. A type lists pointers to its pages in
 * ascending order (page, subpage). Pages without changeable bits are constant;
 * the others have values in lu->state: first the current ones of all such
 * pages, one page behind the other, then the saved ones, then room for those
 * that a MODE SELECT is about to make current (semu_mode_bytes() each).
 */
#ifndef SEMU_SPC_MODE_H
#define SEMU_SPC_MODE_H

#include "core/core.h"

/* A head: code and length of a page, MEDIUM TYPE, the device-specific
 * parameter, and a block descriptor of 8 bytes. */
enum {
	SEMU_MODE_HEAD_TYPE = 2,
	SEMU_MODE_HEAD_SPECIFIC,
	SEMU_MODE_HEAD_BLOCK,
	SEMU_MODE_HEAD = 12
};

/* Longest page, header included. */
#define SEMU_MODE_MAX 112

struct semu_mode_page {
	uint8_t code, sub; /* sub 0: page_0 format */
	uint8_t len;	   /* all bytes, header included */
	/* 1 + enum semu_part: only LUs with that part have the page, negative:
	 * only those without; 0: all */
	int8_t part;
	bool old;   /* no longer there from SPC-3 on (levels); mask NULL */
	bool named; /* a vendor's: where quirks name it, only; mask NULL */
	/* The first of a type's list, code 00h, SEMU_MODE_HEAD bytes: no page,
	 * but what header and block descriptor say. */
	bool head;
	/* MODE SELECT takes it from so many bytes on, header included; those
	 * that are missing stay as they are. 0: only whole. */
	uint8_t least;
#if SEMU_WITH_MODE_HEAD
	/* Bytes that each nexus has its own values of (SPC-5 7.7.11): each of
	 * them, from byte each_at on. 0: all is shared. Those of all pages of a
	 * type are SEMU_MODE_EACH at most. */
	uint8_t each_at, each;
#endif
	/* len bytes each, header included: the default values, and a 1 for
	 * every changeable bit; mask NULL: none is. */
	const uint8_t *defaults, *mask;
	/* Adjust to the LU what is reported, for page control pc (0 current, 1
	 * changeable, 2 default, 3 saved); NULL: as stored. MODE SELECT allows
	 * what this reports as changeable. */
	void (*fill)(const struct scsiemu_lu *lu, unsigned pc, uint8_t *page);
	/* Writes what follows those len bytes, of a page that is longer: no
	 * bit of it is changeable, and MODE SELECT does not know it. */
	void (*more)(const struct scsiemu_lu *lu, unsigned pc,
		     struct scsiemu_wr *w);
	/* MODE SELECT: may the new values be? 0, or failed with
	 * scsiemu_fail_param(); at = where the page begins in the list. */
	int (*check)(struct scsiemu_cmd *c, const uint8_t *page, uint16_t at);
	/* New values are in force (select, reset, restore). */
	void (*apply)(struct scsiemu_lu *lu, const uint8_t *page);
	/* Must the medium's cache be empty before `now` replaces `was`? */
	bool (*drains)(const uint8_t *was, const uint8_t *now);
};

/* The current values of a page of this LU; NULL: not there. */
const uint8_t *semu_mode_current(const struct scsiemu_lu *lu, unsigned code,
				 unsigned sub);
/* Bytes of all changeable pages of a LU of this type with these parts (bits of
 * enum semu_part); three times as much of lu->state is theirs. */
uint32_t semu_mode_bytes(const struct scsiemu_type *type, uint32_t parts);
/* Has a LU with these parts the page? */
static inline bool semu_mode_has(const struct semu_mode_page *p, uint32_t parts)
{
	if ((SEMU_WITH_PRIORITY || SEMU_WITH_LOG || SEMU_WITH_POWER) &&
	    p->part < 0)
		return !(parts >> (-p->part - 1) & 1);
	return !p->part || parts >> (p->part - 1) & 1;
}
/* Defaults into lu->state, and applied. SCSIEMU_ERR_SPACE: lu_state is too
 * small. */
int semu_mode_init(struct scsiemu_lu *lu);
/* Current = saved, applied (logical unit reset). */
void semu_mode_reset(struct scsiemu_lu *lu);
/* NV record SCSIEMU_NV_MODE came back: 0 or SCSIEMU_ERR_ARG. */
int semu_mode_restore(struct scsiemu_lu *lu, const uint8_t *buf, uint32_t len);

/* The handlers of MODE SENSE and MODE SELECT, (6) and (10). */
int semu_mode_sense(struct scsiemu_cmd *c, struct scsiemu_wr *w);
int semu_mode_select(struct scsiemu_cmd *c, struct scsiemu_rd *r);
int semu_mode_selected(struct scsiemu_cmd *c, int result);

/* The pages of a LU in ascending order; it.at: where a changeable page's values
 * lie in each area. Start with zeros; NULL ends. */
struct semu_mode_iter {
	unsigned i;
	uint32_t at, len;
};
const struct semu_mode_page *semu_mode_next(const struct scsiemu_lu *lu,
					    struct semu_mode_iter *it);
/* For modeselect.c: the page, and where its values lie in each area. NULL:
 * not there. */
const struct semu_mode_page *semu_mode_find(const struct scsiemu_lu *lu,
					    unsigned code, unsigned sub,
					    uint32_t *at);
/* What is reported of a page for page control pc; out: p->len bytes. */
void semu_mode_get(const struct scsiemu_lu *lu, const struct semu_mode_page *p,
		   uint32_t at, unsigned pc, uint8_t *out);
void semu_mode_apply(struct scsiemu_lu *lu);
/* What each nexus has its own values of. */
#if SEMU_WITH_MODE_HEAD
#define SEMU_MODE_OWN(at, n) .each_at = (at), .each = (n)
/* Those bytes of a page, from byte `at` of it on, of one nexus (NULL: of one
 * that has not selected any). */
const uint8_t *semu_mode_each(const struct scsiemu_lu *lu,
			      const struct semu_itl *itl,
			      const struct semu_mode_page *p, unsigned at);
/* How many bytes of what pages in front of p have for each nexus. */
unsigned semu_mode_before(const struct scsiemu_lu *lu,
			  const struct semu_mode_page *p);
/* The nexus's own bytes behind so many, or those that all share. */
static inline const uint8_t *semu_mode_of(const struct semu_itl *itl,
					  const uint8_t *shared,
					  unsigned before)
{
	return itl && itl->mode_set ? itl->mode + before : shared;
}
/* A page of current values, as semu_mode_get() has it, becomes this nexus's. */
void semu_mode_own(const struct scsiemu_cmd *c, const struct semu_mode_page *p,
		   uint8_t *page);
#else
#define SEMU_MODE_OWN(at, n) .old = false /* nothing */
static inline const uint8_t *semu_mode_each(const struct scsiemu_lu *lu,
					    const struct semu_itl *itl,
					    const struct semu_mode_page *p,
					    unsigned at)
{
	(void)itl;
	return semu_mode_current(lu, p->code, p->sub) + at;
}
static inline unsigned semu_mode_before(const struct scsiemu_lu *lu,
					const struct semu_mode_page *p)
{
	(void)lu, (void)p;
	return 0;
}
static inline const uint8_t *semu_mode_of(const struct semu_itl *itl,
					  const uint8_t *shared,
					  unsigned before)
{
	(void)itl, (void)before;
	return shared;
}
static inline void semu_mode_own(const struct scsiemu_cmd *c,
				 const struct semu_mode_page *p, uint8_t *page)
{
	(void)c, (void)p, (void)page;
}
#endif
/* The head of a LU's mode data; NULL: they are those of a disk, or empty. */
static inline const struct semu_mode_page *semu_mode_head(
	const struct scsiemu_lu *lu)
{
	const struct semu_mode_page *const *p = lu->type->mode;

	return SEMU_WITH_MODE_HEAD && p && p[0] && p[0]->head ? p[0] : NULL;
}
/* Are there block descriptors in mode data? */
bool semu_mode_has_blocks(const struct scsiemu_lu *lu);

/* Pages that every type shares. */
extern const struct semu_mode_page semu_mode_02, semu_mode_0a, semu_mode_0a01,
	semu_mode_0a01_set, semu_mode_18, semu_mode_19, semu_mode_1a,
	semu_mode_1a_set, semu_mode_1c, semu_mode_1c_log;

#endif
