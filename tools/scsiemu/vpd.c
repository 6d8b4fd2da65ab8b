/* SPDX-License-Identifier: BSD-2-Clause */
/* vpd.c - VPD pages: those that are fields come from the table, those that are
 * lists stand here. */
#include "designator.h"
#include "page.h"

#include <scsiemu/wire.h>

typedef void vpd_fn(struct report *r, const struct page *p);

/* 00h: the pages there are. */
static void supported(struct report *r, const struct page *p)
{
	report_hex(r, "pages", p->bytes + 4, p->len - 4);
}

/* 80h: ASCII, without the spaces it is padded with. */
static void serial(struct report *r, const struct page *p)
{
	const char *text = (const char *)p->bytes + 4;
	int len = (int)p->len - 4;

	while (len && *text == ' ')
		text++, len--;
	report_text(r, "serial_number", "%.*s", len, text);
}

static void designators(struct report *r, const struct page *p)
{
	report_list(r, "designators", "");
	designators_report(r, p->bytes + 4, p->len - 4);
	report_close(r);
}

/* 87h: who shares a mode page (SPC-5 7.7.9). */
static void policies(struct report *r, const struct page *p)
{
	static const char *const names[4] = { "shared", "per target port",
					      "reserved", "per I_T nexus" };

	report_list(r, "policies", "");
	for (unsigned i = 4; i + 4 <= p->len; i += 4) {
		const uint8_t *d = p->bytes + i;
		const char *name = names[d[2] & 3];

		report_line(r, NULL, "mode page %02Xh/%02Xh  %s", d[0] & 0x3f,
			    d[1], name);
		report_number(r, "page", d[0] & 0x3f, NULL);
		report_number(r, "subpage", d[1], NULL);
		report_text(r, "policy", "%s", name);
		report_bool(r, "all_logical_units", d[2] & 0x80);
		report_close(r);
	}
	report_close(r);
}

/* 88h: the target ports, each with its designators. */
static void ports(struct report *r, const struct page *p)
{
	unsigned at = 4, list;

	report_list(r, "ports", "");
	while (at + 12 <= p->len) {
		const uint8_t *d = p->bytes + at;

		at += 8 + be16(d + 6);
		if (at + 4 > p->len)
			break;
		list = be16(p->bytes + at + 2);
		at += 4;
		if (list > p->len - at)
			break;
		report_block(r, NULL, "relative target port %u", be16(d + 2));
		if (r->json)
			report_number(r, "relative_target_port", be16(d + 2),
				      NULL);
		report_list(r, "designators", "");
		designators_report(r, p->bytes + at, list);
		report_close(r);
		report_close(r);
		at += list;
	}
	report_close(r);
}

/* clang-format off */
static const struct field rod_limits[] = {
	FIELD("MAXIMUM RANGE DESCRIPTORS", 10, 2),
	FIELD("MAXIMUM INACTIVITY TIMEOUT", 12, 4),
	FIELD("DEFAULT INACTIVITY TIMEOUT", 16, 4),
	FIELD("MAXIMUM TOKEN TRANSFER SIZE", 20, 8),
	FIELD("OPTIMAL TRANSFER COUNT", 28, 8),
};
static const struct field parameter_data[] = {
	FIELD("MAXIMUM CSCD DESCRIPTOR COUNT", 8, 2),
	FIELD("MAXIMUM SEGMENT DESCRIPTOR COUNT", 10, 2),
	FIELD("MAXIMUM DESCRIPTOR LIST LENGTH", 12, 4),
	FIELD("MAXIMUM INLINE DATA LENGTH", 16, 4),
};
static const struct field token_features[] = {
	BITS("REMOTE TOKENS", 4, 3, 4), FIELD("MINIMUM TOKEN LIFETIME", 16, 4),
	FIELD("MAXIMUM TOKEN LIFETIME", 20, 4),
	FIELD("MAXIMUM TOKEN INACTIVITY TIMEOUT", 24, 4),
};
static const struct field general_copy[] = {
	FIELD("TOTAL CONCURRENT COPIES", 4, 4),
	FIELD("MAXIMUM IDENTIFIED CONCURRENT COPIES", 8, 4),
	FIELD("MAXIMUM SEGMENT LENGTH", 12, 4),
	FIELD("DATA SEGMENT GRANULARITY", 16, 1),
	FIELD("INLINE DATA GRANULARITY", 17, 1),
};
static const struct field stream_copy[] = {
	FIELD("MAXIMUM STREAM DEVICE TRANSFER SIZE", 4, 4),
};
static const struct field held_data[] = {
	FIELD("HELD DATA LIMIT", 4, 4), FIELD("HELD DATA GRANULARITY", 8, 1),
};

static const struct copy_descriptor {
	uint16_t type;
	const char *name;
	struct fields fields; /* n 0: its bytes */
} copy_descriptors[] = {
	{ 0x0000, "block device ROD token limits", FIELDS(rod_limits) },
	{ 0x0001, "supported commands", { NULL, 0 } },
	{ 0x0004, "parameter data", FIELDS(parameter_data) },
	{ 0x0008, "supported descriptors", { NULL, 0 } },
	{ 0x000c, "supported CSCD descriptor IDs", { NULL, 0 } },
	{ 0x000d, "copy group identifier", { NULL, 0 } },
	{ 0x0106, "ROD token features", FIELDS(token_features) },
	{ 0x0108, "supported ROD token and ROD types", { NULL, 0 } },
	{ 0x8001, "general copy operations", FIELDS(general_copy) },
	{ 0x9101, "stream copy operations", FIELDS(stream_copy) },
	{ 0xc001, "held data", FIELDS(held_data) },
};
/* clang-format on */

/* len bytes behind the header of four. */
static void copy_descriptor(struct report *r, const uint8_t *p, unsigned len)
{
	static const struct copy_descriptor other = { 0, "?", { NULL, 0 } };
	const struct copy_descriptor *d = copy_descriptors, *end;

	end = d + sizeof(copy_descriptors) / sizeof(copy_descriptors[0]);
	while (d < end && d->type != be16(p))
		d++;
	if (d == end)
		d = &other;
	report_block(r, NULL, "%04Xh  %s", be16(p), d->name);
	if (r->json) {
		report_number(r, "type", be16(p), NULL);
		report_text(r, "name", "%s", d->name);
	}
	if (d->fields.n)
		fields_report(r, d->fields, p, 4 + len);
	else
		report_dump(r, "data", p + 4, len);
	report_close(r);
}

/* 8Fh: what the copy manager can do (SPC-5 7.7.18). */
static void copy(struct report *r, const struct page *p)
{
	unsigned at, len;

	report_list(r, "descriptors", "");
	for (at = 4; at + 4 <= p->len; at += 4 + len) {
		len = be16(p->bytes + at + 2);
		if (len > p->len - at - 4)
			break;
		copy_descriptor(r, p->bytes + at, len);
	}
	report_close(r);
}

/* 92h: SCSI feature sets, by their codes. */
static void feature_sets(struct report *r, const struct page *p)
{
	report_list(r, "feature_sets", NULL);
	for (unsigned i = 8; i + 2 <= p->len; i += 2)
		report_text(r, NULL, "%04Xh", be16(p->bytes + i));
	report_close(r);
}

static const struct {
	uint8_t code;
	vpd_fn *report;
} special[] = {
	{ 0x00, supported },	{ 0x80, serial }, { 0x83, designators },
	{ 0x87, policies },	{ 0x88, ports },  { 0x8f, copy },
	{ 0x92, feature_sets },
};

void page_report_vpd(struct report *r, const struct page *p)
{
	const struct page_desc *d = page_desc(p->id);

	for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++)
		if (special[i].code == p->id.code) {
			special[i].report(r, p);
			return;
		}
	if (d && d->fields.n)
		fields_report(r, d->fields, p->bytes, p->len);
	else
		report_dump(r, "data", p->bytes + 4, p->len - 4);
}
