/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * READ ELEMENT STATUS (SMC-3 6.10), and the pages of element descriptors that
 * REQUEST VOLUME ELEMENT ADDRESS has as well.
 */
#include <string.h>

#include "smc/smc.h"

enum { VOLTAG = 0x10, TYPE = 0x0f, DVCID = 0x01 }; /* bytes 1, 1, 6 */
enum { HEADER = 8, PAGE_HEADER = 8, TAG = 36, ID_HEADER = 4, PLAIN = 12 };
enum { PVOLTAG = 0x80 };

/* Element descriptor, byte 2 and byte 9. */
enum {
	FULL = 0x01,
	IMPEXP = 0x02,
	EXCEPT = 0x04,
	ACCESS = 0x08,
	EXENAB = 0x10,
	INENAB = 0x20,
	ED = 0x08,
	SVALID = 0x80
};
/* Its device identifier, as VPD page 83h has it. */
enum { ASCII = 2, T10_VENDOR = 1 };

static uint32_t id_len(const struct scsiemu_lu *drive)
{
	return (uint32_t)(sizeof(drive->vendor) + sizeof(drive->product)) +
	       drive->serial_len;
}

/* All descriptors of a page have room for the longest identifier. */
static uint32_t longest_id(const struct scsiemu_lu *lu)
{
	const struct semu_smc *s = semu_smc(lu);
	uint16_t first = s->layout.of[SCSIEMU_ELEMENT_DT].first;
	uint32_t most = 0;

	for (uint16_t i = 0; i < s->ndrives; i++) {
		const struct scsiemu_lu *d =
			semu_smc_drive(lu, (uint32_t)first + i <= UINT16_MAX
						   ? (uint16_t)(first + i)
						   : 0);

		if (d && id_len(d) > most)
			most = id_len(d);
	}
	return most;
}

/* ---- Pages ---- */

/* The elements of a type from an address on. */
static void page_of(const struct scsiemu_lu *lu, unsigned type, uint32_t start,
		    struct semu_smc_page *p)
{
	const struct scsiemu_element_range *r = &semu_smc(lu)->layout.of[type];
	uint32_t end = (uint32_t)r->first + r->n;

	p->type = (uint16_t)type;
	p->first = start > r->first ? (uint16_t)start : r->first;
	p->n = p->first < end ? end - p->first : 0;
	p->ids = p->ids && type == SCSIEMU_ELEMENT_DT;
	p->id_len = p->ids ? longest_id(lu) : 0;
	p->len = PLAIN + (p->tags ? TAG : 0) + ID_HEADER + p->id_len;
}

/* The page of the elements with the next lowest addresses comes next. */
static void sort(struct semu_smc_page page[4])
{
	for (unsigned i = 1; i < 4; i++) {
		for (unsigned k = i; k && page[k].first < page[k - 1].first;
		     k--) {
			struct semu_smc_page p = page[k];

			page[k] = page[k - 1];
			page[k - 1] = p;
		}
	}
}

/* In the order of addresses, so that who asks for one address and one element
 * gets that, and who goes on behind the last one that was reported, as mtx
 * does, is told of each once. Libraries do the same. */
void semu_smc_pages(const struct scsiemu_lu *lu, unsigned type, uint32_t start,
		    uint32_t count, bool tags, bool ids,
		    struct semu_smc_page page[4])
{
	for (unsigned i = 0; i < 4; i++) {
		page[i].tags = tags;
		page[i].ids = ids;
		page_of(lu, i + 1, start, &page[i]);
		if (type && type != i + 1)
			page[i].n = 0;
	}
	sort(page);
	for (unsigned i = 0; i < 4; i++) {
		if (page[i].n > count)
			page[i].n = count;
		count -= page[i].n;
	}
}

uint32_t semu_smc_bytes(const struct semu_smc_page page[4])
{
	uint32_t all = HEADER;

	for (unsigned i = 0; i < 4; i++)
		if (page[i].n)
			all += PAGE_HEADER + page[i].n * page[i].len;
	return all;
}

uint32_t semu_smc_fit(const struct semu_smc_page page[4], uint32_t alloc)
{
	uint32_t at = HEADER;

	if (alloc < HEADER)
		return alloc;
	for (unsigned i = 0; i < 4; i++) {
		uint32_t fit;

		if (!page[i].n)
			continue;
		if (alloc - at < PAGE_HEADER)
			break;
		at += PAGE_HEADER;
		fit = (alloc - at) / page[i].len;
		if (fit < page[i].n)
			return at + fit * page[i].len;
		at += page[i].n * page[i].len;
	}
	return at;
}

void semu_smc_put_page(struct scsiemu_wr *w, const struct semu_smc_page *p)
{
	scsiemu_wr_u8(w, p->type);
	scsiemu_wr_u8(w, p->tags ? PVOLTAG : 0);
	scsiemu_wr_be16(w, p->len);
	scsiemu_wr_u8(w, 0);
	scsiemu_wr_be24(w, p->n * p->len);
}

/* ---- Descriptors ---- */

/* Can the robot get at it? Not what a drive has loaded. */
static bool accessible(unsigned type, const struct scsiemu_lu *drive,
		       const struct scsiemu_element *e)
{
	if (type == SCSIEMU_ELEMENT_DT)
		return drive && !drive->medium;
	return type != SCSIEMU_ELEMENT_MT && !e->open;
}

static unsigned flags(unsigned type, const struct scsiemu_lu *drive,
		      const struct scsiemu_element *e)
{
	return (e->full ? FULL : 0U) |
	       (accessible(type, drive, e) ? ACCESS : 0U) |
	       (type == SCSIEMU_ELEMENT_IE ? EXENAB | INENAB : 0U) |
	       (type == SCSIEMU_ELEMENT_IE && e->imported ? IMPEXP : 0U);
}

static void put_id(struct scsiemu_wr *w, const struct scsiemu_lu *drive,
		   uint32_t room)
{
	uint32_t len = drive ? id_len(drive) : 0;

	scsiemu_wr_u8(w, drive ? ASCII : 0);
	scsiemu_wr_u8(w, drive ? T10_VENDOR : 0);
	scsiemu_wr_be16(w, len);
	if (drive) {
		scsiemu_wr_bytes(w, drive->vendor, sizeof(drive->vendor));
		scsiemu_wr_bytes(w, drive->product, sizeof(drive->product));
		scsiemu_wr_bytes(w, drive->serial, drive->serial_len);
	}
	scsiemu_wr_zero(w, room - len);
}

/* ASCII, padded with spaces; two reserved bytes; the sequence number. */
static void fill_tag(uint8_t *p, const struct scsiemu_changer_tag *tag)
{
	unsigned n = 0;

	while (n < SCSIEMU_TAG_MAX && tag->id[n])
		n++;
	memcpy(p, tag->id, n);
	memset(p + n, ' ', SCSIEMU_TAG_MAX - n);
	memset(p + SCSIEMU_TAG_MAX, 0, 2);
	semu_put16(p + SCSIEMU_TAG_MAX + 2, tag->sequence);
}

/* There may be 60,000 of them in one reply: written at once. */
void semu_smc_put_element(const struct scsiemu_lu *lu, struct scsiemu_wr *w,
			  const struct semu_smc_page *p, uint16_t addr)
{
	const struct scsiemu_lu *drive = NULL;
	uint8_t d[PLAIN + TAG + ID_HEADER] = { 0 };
	uint32_t len = p->len - (p->ids ? ID_HEADER + p->id_len : 0);
	struct scsiemu_element e;
	uint16_t asc;

	if (p->type == SCSIEMU_ELEMENT_DT)
		drive = semu_smc_drive(lu, addr);
	semu_smc_element(lu, addr, &e);
	asc = semu_smc_fault(p->type, drive, &e);
	semu_put16(d, addr);
	d[2] = (uint8_t)(flags(p->type, drive, &e) | (asc ? EXCEPT : 0U));
	semu_put16(d + 4, asc);
	d[9] = (uint8_t)((e.svalid ? SVALID : 0U) | (e.disabled ? ED : 0U) |
			 (e.type & 7U));
	semu_put16(d + 10, e.source);
	if (p->tags)
		fill_tag(d + PLAIN, &e.tag);
	scsiemu_wr_bytes(w, d, len);
	if (p->ids)
		put_id(w, drive, p->id_len);
}

static void put_elements(const struct scsiemu_lu *lu, struct scsiemu_wr *w,
			 const struct semu_smc_page *p)
{
	uint32_t first, last;

	scsiemu_wr_items(w, p->n, p->len, &first, &last);
	for (uint32_t i = first; i < last; i++)
		semu_smc_put_element(lu, w, p, (uint16_t)(p->first + i));
	scsiemu_wr_items_end(w, p->n - last, p->len);
}

/* The lowest address that is reported, and how many are. */
static void put_header(struct scsiemu_wr *w, const struct semu_smc_page page[4])
{
	uint16_t lowest = 0;
	uint32_t n = 0;

	for (unsigned i = 0; i < 4; i++) {
		if (page[i].n && !n)
			lowest = page[i].first;
		n += page[i].n;
	}
	scsiemu_wr_be16(w, lowest);
	scsiemu_wr_be16(w, n);
	scsiemu_wr_u8(w, 0);
	scsiemu_wr_be24(w, semu_smc_bytes(page) - HEADER);
}

int semu_smc_status(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	unsigned type = c->cdb[1] & TYPE;
	struct semu_smc_page page[4];

	if (type >= SCSIEMU_ELEMENT_TYPES)
		return scsiemu_fail_cdb(c, 1, 3);
	semu_smc_pages(lu, type, semu_be16(c->cdb + 2), semu_be16(c->cdb + 4),
		       c->cdb[1] & VOLTAG, c->cdb[6] & DVCID, page);
	put_header(w, page);
	for (unsigned i = 0; i < 4; i++) {
		if (!page[i].n)
			continue;
		semu_smc_put_page(w, &page[i]);
		put_elements(lu, w, &page[i]);
	}
	w->pos = semu_smc_fit(page, semu_be24(c->cdb + 7));
	return SCSIEMU_FINISHED;
}
