/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a VPD, mode or log page, in both forms of the tool's report:
 * nothing is read that is not there, JSON's brackets match. */
#include "tools/scsiemu/page.h"

#include <scsiemu/wire.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *text, size_t len)
{
	int depth = 0, lists = 0;
	bool quoted = false;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '"')
			quoted = !quoted;
		if (quoted && text[i] == '\\')
			i++;
		if (quoted)
			continue;
		depth += (text[i] == '{') - (text[i] == '}');
		lists += (text[i] == '[') - (text[i] == ']');
	}
	if (depth || lists || quoted)
		abort();
}

static void report(struct report *r, const struct page *page)
{
	report_list(r, "page", NULL);
	report_block(r, NULL, "page");
	if (page->id.kind == PAGE_VPD)
		page_report_vpd(r, page);
	else if (page->id.kind == PAGE_LOG)
		page_report_log(r, page);
	else
		page_report_mode(r, page);
	report_close(r);
	report_close(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t types[] = { SCSIEMU_TYPE_DISK, SCSIEMU_TYPE_TAPE,
					 SCSIEMU_TYPE_CHANGER };
	static struct page page[PAGE_CONTROLS];
	struct report r;
	char *text;
	size_t len;
	FILE *f;

	if (size < 7 || size > 4096) /* a page has at least a header */
		return 0;
	for (int pc = 0; pc < PAGE_CONTROLS; pc++) {
		page[pc].id = (struct page_id){
			data[0] % PAGE_KINDS, data[1], data[2],
			types[data[0] / PAGE_KINDS % sizeof(types)]
		};
		page[pc].len = (unsigned)(size - 3) >> pc;
		memset(page[pc].bytes, 0xa5, sizeof(page[pc].bytes));
		memcpy(page[pc].bytes, data + 3, page[pc].len);
	}
	for (int json = 0; json < 2; json++) {
		f = open_memstream(&text, &len);
		if (!f)
			return 0;
		report_begin(&r, f, json);
		report(&r, page);
		report_end(&r);
		fclose(f);
		if (json)
			check(text, len);
		free(text);
	}
	return 0;
}
