/* SPDX-License-Identifier: BSD-2-Clause */
/* page.c - reading pages with INQUIRY, MODE SENSE and LOG SENSE. */
#include "page.h"

#include <scsiemu/wire.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DBD = 0x08, LOG_SENSE = 0x4d, ALL_PAGES = 0x3f, ALL_SUB = 0xff };

static bool get(struct unit *u, const uint8_t *cdb, unsigned len, unsigned room,
		struct unit_reply *a)
{
	const struct unit_cmd c = { .cdb = cdb,
				    .cdb_len = (uint16_t)len,
				    .in_len = room };

	return !unit_send(u, &c, a) && a->status == SCSIEMU_GOOD;
}

static bool inquire(struct unit *u, uint8_t code, struct unit_reply *a)
{
	const uint8_t cdb[6] = { SCSIEMU_OP_INQUIRY, 1, code, 0xff, 0xff };

	return get(u, cdb, 6, 0xffff, a) && a->len >= 4;
}

static bool log_sense(struct unit *u, uint8_t code, uint8_t sub,
		      struct unit_reply *a)
{
	const uint8_t cdb[10] = { LOG_SENSE, 0,	   (uint8_t)(0x40 | code),
				  sub,	     0,	   0,
				  0,	     0xff, 0xff };

	return get(u, cdb, 10, 0xffff, a) && a->len >= 4;
}

/* MODE SENSE(10), or (6) where that is all there is: the pages are at *from. */
static bool mode_sense(struct unit *u, uint8_t code, uint8_t sub,
		       enum page_control pc, struct unit_reply *a,
		       unsigned *from)
{
	const uint8_t page = (uint8_t)((unsigned)pc << 6 | code);
	const uint8_t ten[10] = {
		SCSIEMU_OP_MODE_SENSE_10, DBD, page, sub, 0, 0, 0, 0xff, 0xff
	};
	const uint8_t six[6] = { SCSIEMU_OP_MODE_SENSE_6, DBD, page, sub,
				 0xff };

	if (get(u, ten, 10, 0xffff, a) && a->len >= 8)
		*from = 8 + be16(a->data + 6);
	else if (get(u, six, 6, 0xff, a) && a->len >= 4)
		*from = 4u + a->data[3];
	else
		return false;
	return *from <= a->len;
}

/* One mode page of n bytes: its length, 0 when it is cut. */
static unsigned mode_page_len(const uint8_t *p, unsigned n)
{
	unsigned len;

	if (n < 4)
		return 0;
	len = p[0] & 0x40 ? 4 + be16(p + 2) : 2u + p[1];
	return len <= n ? len : 0;
}

static unsigned list_mode(struct unit *u, struct page_id *out, unsigned cap)
{
	struct unit_reply a;
	unsigned at, len, n = 0;

	if (!mode_sense(u, ALL_PAGES, ALL_SUB, PAGE_CURRENT, &a, &at) &&
	    !mode_sense(u, ALL_PAGES, 0, PAGE_CURRENT, &a, &at))
		return 0;
	for (; n < cap; at += len) {
		const uint8_t *p = a.data + at;

		len = mode_page_len(p, a.len - at);
		if (!len)
			break;
		out[n++] = (struct page_id){ PAGE_MODE, p[0] & 0x3f,
					     p[0] & 0x40 ? p[1] : 0, 0 };
	}
	return n;
}

static unsigned list_vpd(struct unit *u, struct page_id *out, unsigned cap)
{
	struct unit_reply a;
	unsigned n = 0;

	if (!inquire(u, 0, &a))
		return 0;
	for (unsigned i = 4; i < a.len && n < cap; i++)
		out[n++] = (struct page_id){ PAGE_VPD, a.data[i], 0, 0 };
	return n;
}

/* Pairs of page and subpage, or pages alone where there are no subpages. */
static unsigned list_log(struct unit *u, struct page_id *out, unsigned cap)
{
	struct unit_reply a;
	unsigned n = 0, step = 2;

	if (!log_sense(u, 0, ALL_SUB, &a)) {
		step = 1;
		if (!log_sense(u, 0, 0, &a))
			return 0;
	}
	for (unsigned i = 4; i + step <= a.len && n < cap; i += step)
		out[n++] = (struct page_id){ PAGE_LOG, a.data[i] & 0x3f,
					     step == 2 ? a.data[i + 1] : 0, 0 };
	return n;
}

uint8_t page_device_type(struct unit *u)
{
	static const uint8_t cdb[6] = { SCSIEMU_OP_INQUIRY, 0, 0, 0, 36 };
	struct unit_reply a;

	return get(u, cdb, 6, 36, &a) && a.len ? a.data[0] & 0x1f
					       : SCSIEMU_TYPE_UNKNOWN;
}

unsigned page_list(struct unit *u, enum page_kind kind, struct page_id *out,
		   unsigned cap)
{
	static unsigned (*const list[PAGE_KINDS])(
		struct unit *, struct page_id *,
		unsigned) = { list_vpd, list_mode, list_log };

	uint8_t type = page_device_type(u);
	unsigned n = list[kind](u, out, cap);

	for (unsigned i = 0; i < n; i++)
		out[i].type = type;
	return n;
}

bool page_read(struct unit *u, struct page_id id, enum page_control pc,
	       struct page *out)
{
	struct unit_reply a;
	unsigned at = 0;
	bool ok;

	out->id = id;
	out->len = 0;
	if (id.kind == PAGE_VPD)
		ok = inquire(u, id.code, &a);
	else if (id.kind == PAGE_LOG)
		ok = log_sense(u, id.code, id.sub, &a);
	else
		ok = mode_sense(u, id.code, id.sub, pc, &a, &at);
	if (!ok)
		return false;
	out->len = id.kind == PAGE_MODE ? mode_page_len(a.data + at, a.len - at)
					: a.len;
	memcpy(out->bytes, a.data + at, out->len);
	return out->len != 0;
}

const char *page_title(struct page_id id, char out[80])
{
	char code[16];

	if (id.sub)
		snprintf(code, sizeof(code), "%02Xh/%02Xh", id.code, id.sub);
	else
		snprintf(code, sizeof(code), "%02Xh", id.code);
	snprintf(out, 80, "%-9s %s", code, page_name(id));
	return out;
}

static void report_mode(struct report *r, struct unit *u, struct page_id id,
			struct page *page)
{
	for (unsigned pc = 0; pc < PAGE_CONTROLS; pc++)
		page_read(u, id, pc, &page[pc]);
	page_report_mode(r, page);
}

void page_report(struct report *r, struct unit *u, struct page_id id)
{
	struct page *page = malloc(PAGE_CONTROLS * sizeof(*page));
	char title[80];

	report_block(r, NULL, "%s", page_title(id, title));
	if (r->json) {
		report_number(r, "page", id.code, NULL);
		if (id.kind != PAGE_VPD)
			report_number(r, "subpage", id.sub, NULL);
		report_text(r, "name", "%s", page_name(id));
	}
	if (page && id.kind == PAGE_MODE)
		report_mode(r, u, id, page);
	else if (page && page_read(u, id, PAGE_CURRENT, page))
		(id.kind == PAGE_VPD ? page_report_vpd : page_report_log)(r,
									  page);
	report_close(r);
	free(page);
}
