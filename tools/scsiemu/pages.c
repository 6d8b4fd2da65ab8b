/* SPDX-License-Identifier: BSD-2-Clause */
/* pages.c - scsiemu pages: which pages there are, and what stands in them. */
#include "page.h"
#include "tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum form { SHEET, JSON, HEX, RAW };

struct pages {
	char *device;
	int kind, pc; /* -1: not given */
	bool one;     /* id is given */
	struct page_id id;
	enum form form;
};

static int refuse(const char *what, const char *word)
{
	fprintf(stderr, "scsiemu: %s \"%.40s\"\n", what, word);
	return -1;
}

/* "b0" or "0a,01": hexadecimal, as page codes are written. */
static int parse_code(struct pages *p, const char *word)
{
	unsigned code, sub = 0;
	int used = -1;

	if (p->one)
		return refuse("one page code only; what is", word);
	sscanf(word, "%2x%n,%2x%n", &code, &used, &sub, &used);
	if (used < 0 || word[used] || strchr(word, 'x'))
		return refuse("a page code is CODE or CODE,SUB in hexadecimal:",
			      word);
	p->one = true;
	p->id = (struct page_id){ 0, (uint8_t)code, (uint8_t)sub, 0 };
	return 0;
}

static int parse_pc(struct pages *p, const char *word)
{
	for (int pc = 0; pc < PAGE_CONTROLS; pc++)
		if (!strcmp(word, page_control_name((unsigned)pc))) {
			p->pc = pc;
			return 0;
		}
	return refuse("--pc takes current, changeable, default or saved, not",
		      word);
}

static int parse_option(struct pages *p, char ***arg)
{
	static const struct {
		const char *name;
		enum form form;
	} forms[] = { { "--raw", RAW }, { "--hex", HEX }, { "--json", JSON } };
	const char *word = **arg;

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (!strcmp(word, forms[i].name)) {
			p->form = forms[i].form;
			return 0;
		}
	if (!strncmp(word, "--pc=", 5))
		return parse_pc(p, word + 5);
	if (strcmp(word, "--pc"))
		return refuse("no option", word);
	if (!(*arg)[1])
		return refuse("a value is missing behind", word);
	return parse_pc(p, *++*arg);
}

static int parse_word(struct pages *p, char *word)
{
	if (!p->device) {
		p->device = word;
		return 0;
	}
	if (p->kind >= 0)
		return parse_code(p, word);
	for (unsigned kind = 0; kind < PAGE_KINDS; kind++)
		if (!strcmp(word, page_kind_name(kind))) {
			p->kind = (int)kind;
			return 0;
		}
	return refuse("pages are vpd, mode or log, not", word);
}

static int parse(struct pages *p, char **arg)
{
	for (; *arg; arg++)
		if (strncmp(*arg, "--", 2) ? parse_word(p, *arg)
					   : parse_option(p, &arg))
			return -1;
	if (!p->device)
		return refuse("no device", "");
	if (p->form == RAW && !p->one)
		return refuse("--raw needs a page code", "");
	if (p->pc > 0 && (p->kind != PAGE_MODE || p->form < HEX))
		return refuse("--pc is for mode pages with --hex or --raw", "");
	return 0;
}

static int dump(const struct pages *p, struct unit *u, struct page_id id,
		struct report *r)
{
	struct page *page = malloc(sizeof(*page));
	enum page_control pc = p->pc < 0 ? PAGE_CURRENT
					 : (enum page_control)p->pc;
	char title[80];
	int rc = -1;

	if (page && page_read(u, id, pc, page)) {
		rc = 0;
		if (p->form == RAW) {
			fwrite(page->bytes, 1, page->len, stdout);
		} else {
			report_note(r, "%s %s", page_kind_name(id.kind),
				    page_title(id, title));
			report_dump(r, NULL, page->bytes, page->len);
		}
	}
	free(page);
	return rc;
}

static void list_kind(const struct pages *p, struct unit *u, struct report *r,
		      unsigned kind)
{
	static struct page_id ids[PAGE_LIST];
	unsigned n = page_list(u, (enum page_kind)kind, ids, PAGE_LIST);
	char title[80];

	if (!n)
		return;
	report_list(r, page_kind_name(kind), NULL);
	for (unsigned i = 0; i < n; i++)
		if (p->form == HEX) {
			dump(p, u, ids[i], r);
		} else {
			report_line(r, NULL, "%s", page_title(ids[i], title));
			report_number(r, "page", ids[i].code, NULL);
			if (kind != PAGE_VPD)
				report_number(r, "subpage", ids[i].sub, NULL);
			report_text(r, "name", "%s", page_name(ids[i]));
			report_close(r);
		}
	report_close(r);
}

static int one_page(const struct pages *p, struct unit *u, struct report *r)
{
	static struct page page;
	struct page_id id = p->id;

	id.kind = (uint8_t)p->kind;
	id.type = page_device_type(u);
	if (!page_read(u, id, PAGE_CURRENT, &page)) {
		fprintf(stderr, "scsiemu: no %s page %02x,%02x\n",
			page_kind_name(id.kind), id.code, id.sub);
		return TOOL_NOT_GOOD;
	}
	if (p->form >= HEX)
		return dump(p, u, id, r) ? TOOL_NOT_GOOD : TOOL_GOOD;
	report_list(r, page_kind_name(id.kind), "");
	page_report(r, u, id);
	report_close(r);
	return TOOL_GOOD;
}

static int run(const struct pages *p, struct unit *u)
{
	struct report r;
	int rc = TOOL_GOOD;

	report_begin(&r, stdout, p->form == JSON);
	if (p->one)
		rc = one_page(p, u, &r);
	for (unsigned kind = 0; !p->one && kind < PAGE_KINDS; kind++)
		if (p->kind < 0 || p->kind == (int)kind)
			list_kind(p, u, &r, kind);
	report_end(&r);
	if (r.failed) {
		fputs("scsiemu: cannot write to standard output\n", stderr);
		rc = TOOL_TROUBLE;
	}
	return rc;
}

int pages_main(int argc, char **argv)
{
	struct pages p = { .kind = -1, .pc = -1 };
	struct unit *u;
	int rc;

	(void)argc;
	if (parse(&p, argv + 1))
		return tool_usage(argv[0]);
	u = unit_open(&p.device, 1, 1);
	if (!u)
		return TOOL_TROUBLE;
	rc = unit_take_attentions(u, 0, (struct unit_nexus){ 0 }) ? TOOL_TROUBLE
								  : run(&p, u);
	return unit_close(u) ? TOOL_TROUBLE : rc;
}
