/* SPDX-License-Identifier: BSD-2-Clause */
/* log.c - log pages: parameters, each by its table, its format or its bytes. */
#include "page.h"

#include <inttypes.h>
#include <string.h>

static const struct page_param *find(const struct page_desc *d, unsigned code)
{
	for (unsigned i = 0; d && i < d->nparams; i++)
		if (d->params[i].first <= code && code <= d->params[i].last)
			return &d->params[i];
	return NULL;
}

/* A value without a table: text, a number, or bytes (SPC-5 7.3.2.2.2). */
static void report_value(struct report *r, const uint8_t *p, unsigned len)
{
	if ((p[2] & 3) == 1)
		report_text(r, "value", "%.*s", (int)len, (const char *)p + 4);
	else if (len && len <= 8)
		report_number(r, "value", be(p + 4, len), NULL);
	else
		report_hex(r, "value", p + 4, len);
}

static void report_param(struct report *r, const struct page_param *known,
			 const uint8_t *p, unsigned len)
{
	const char *name = known ? known->name : "";
	bool fields = known && known->fields.n;

	if (!fields && (p[2] & 3) != 1 && len && len <= 8)
		report_line(r, NULL, "%04Xh  %-38s %" PRIu64, be16(p), name,
			    be(p + 4, len));
	else
		report_block(r, NULL, "%04Xh  %s", be16(p), name);
	if (r->json) {
		report_number(r, "code", be16(p), NULL);
		report_text(r, "name", "%s", name);
		report_hex(r, "bytes", p, 4 + len);
	}
	if (fields)
		fields_report(r, known->fields, p, 4 + len);
	else
		report_value(r, p, len);
	report_close(r);
}

/* 00h and 00h/FFh, and the lists of subpages: pages, not parameters. */
static bool is_list(struct page_id id)
{
	return !id.code || id.sub == 0xff;
}

void page_report_log(struct report *r, const struct page *p)
{
	const struct page_desc *d = page_desc(p->id);
	unsigned at, len;

	if (is_list(p->id)) {
		report_hex(r, "pages", p->bytes + 4, p->len - 4);
		return;
	}
	report_list(r, "parameters", "");
	for (at = 4; at + 4 <= p->len; at += 4 + len) {
		len = p->bytes[at + 3];
		if (len > p->len - at - 4)
			break;
		report_param(r, find(d, be16(p->bytes + at)), p->bytes + at,
			     len);
	}
	report_close(r);
}
