/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * REPORT ELEMENT INFORMATION (SMC-3 6.9): which pages there are (00h), what the
 * elements are (02h), what is in them (03h), all of these (7Fh).
 */
#include "smc/smc.h"

enum { SUPPORTED = 0x00, STATIC = 0x02, STATE = 0x03, EVERY = 0x7f };
enum { NEV = 0x20, TYPE = 0x0f };	   /* byte 3 */
enum { STATIC_LEN = 12, STATE_LEN = 8 };   /* descriptors */
enum { SO = 0x20, DO = 0x10, IESTOR = 2 }; /* may be source, destination */
enum { PRESENT = 0x40, ABSENT = 0x80 };	   /* volume */
enum { BY_ROBOT = 0x10, BY_OPERATOR = 0x20, SDV = 0x01, DISABLED = 0x04 };

static void put_header(struct scsiemu_wr *w, unsigned code, uint32_t len,
		       uint32_t bytes)
{
	scsiemu_wr_u8(w, code);
	scsiemu_wr_u8(w, 0);
	scsiemu_wr_be16(w, len);
	scsiemu_wr_be32(w, bytes);
}

static bool asked(const struct scsiemu_cmd *c, unsigned type)
{
	unsigned only = c->cdb[3] & TYPE;

	return (!only || only == type) &&
	       semu_smc(scsiemu_cmd_lu(c))->layout.of[type].n;
}

static void put_supported(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	static const uint8_t codes[] = { SUPPORTED, STATIC, STATE };
	unsigned each = 4 + sizeof(codes), n = 0;

	for (unsigned t = 1; t < SCSIEMU_ELEMENT_TYPES; t++)
		n += asked(c, t);
	put_header(w, SUPPORTED, 0, n * each);
	for (unsigned t = 1; t < SCSIEMU_ELEMENT_TYPES; t++) {
		if (!asked(c, t))
			continue;
		scsiemu_wr_u8(w, t);
		scsiemu_wr_u8(w, 0);
		scsiemu_wr_be16(w, sizeof(codes));
		scsiemu_wr_bytes(w, codes, sizeof(codes));
	}
}

/* The pages of READ ELEMENT STATUS are the elements that are asked for. */
static uint32_t elements(struct scsiemu_cmd *c, struct semu_smc_page page[4])
{
	uint32_t start = semu_be32(c->cdb + 6), n = 0;
	uint32_t most = c->cdb[3] & NEV ? c->cdb[14] : UINT32_MAX;

	semu_smc_pages(scsiemu_cmd_lu(c), c->cdb[3] & TYPE,
		       start > UINT16_MAX ? UINT16_MAX : start,
		       start > UINT16_MAX ? 0 : most, false, false, page);
	for (unsigned i = 0; i < 4; i++)
		n += page[i].n;
	return n;
}

static void put_static(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	struct semu_smc_page page[4];
	unsigned n = 0;

	elements(c, page);
	for (unsigned i = 0; i < 4; i++)
		n += page[i].n != 0;
	put_header(w, STATIC, STATIC_LEN, n * STATIC_LEN);
	for (unsigned i = 0; i < 4; i++) {
		if (!page[i].n)
			continue;
		scsiemu_wr_be32(w, page[i].first);
		scsiemu_wr_be32(w, page[i].n);
		scsiemu_wr_u8(w, page[i].type);
		scsiemu_wr_u8(
			w, (page[i].type == SCSIEMU_ELEMENT_MT ? 0U : SO | DO) |
				   (page[i].type == SCSIEMU_ELEMENT_IE ? IESTOR
								       : 0U));
		scsiemu_wr_be16(w, 0);
	}
}

static unsigned state(unsigned type, const struct scsiemu_element *e)
{
	unsigned v = (e->full ? PRESENT : ABSENT) | (e->svalid ? SDV : 0U) |
		     (e->disabled ? DISABLED : 0U);

	if (type == SCSIEMU_ELEMENT_IE && e->full)
		v |= e->imported ? BY_OPERATOR : BY_ROBOT;
	return v;
}

static void put_states(const struct scsiemu_lu *lu, struct scsiemu_wr *w,
		       const struct semu_smc_page *p)
{
	uint32_t first, last;

	scsiemu_wr_items(w, p->n, STATE_LEN, &first, &last);
	for (uint32_t i = first; i < last; i++) {
		uint16_t addr = (uint16_t)(p->first + i);
		struct scsiemu_element e;

		semu_smc_element(lu, addr, &e);
		scsiemu_wr_be32(w, addr);
		scsiemu_wr_u8(w, p->type);
		scsiemu_wr_u8(w, state(p->type, &e));
		scsiemu_wr_be16(
			w,
			semu_smc_fault(p->type, semu_smc_drive(lu, addr), &e));
	}
	scsiemu_wr_items_end(w, p->n - last, STATE_LEN);
}

static void put_state(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	struct semu_smc_page page[4];

	put_header(w, STATE, STATE_LEN, elements(c, page) * STATE_LEN);
	for (unsigned i = 0; i < 4; i++)
		put_states(scsiemu_cmd_lu(c), w, &page[i]);
}

/* Ascending. */
static const struct {
	uint8_t code;
	void (*put)(struct scsiemu_cmd *c, struct scsiemu_wr *w);
} pages[] = { { SUPPORTED, put_supported },
	      { STATIC, put_static },
	      { STATE, put_state } };
enum { PAGES = sizeof(pages) / sizeof(pages[0]) };

int semu_smc_info(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	unsigned code = c->cdb[2];
	bool any = false;

	if ((c->cdb[3] & TYPE) >= SCSIEMU_ELEMENT_TYPES)
		return scsiemu_fail_cdb(c, 3, 3);
	for (unsigned i = 0; i < PAGES; i++) {
		if (code != pages[i].code && code != EVERY)
			continue;
		pages[i].put(c, w);
		any = true;
	}
	return any ? SCSIEMU_FINISHED : scsiemu_fail_cdb(c, 2, SCSIEMU_NO_BIT);
}
