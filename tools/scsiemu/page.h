/* SPDX-License-Identifier: BSD-2-Clause */
/* page.h - VPD, mode and log pages: read from a device, named, reported. */
#ifndef TOOL_PAGE_H
#define TOOL_PAGE_H

#include "fields.h"
#include "unit.h"

enum page_kind { PAGE_VPD, PAGE_MODE, PAGE_LOG, PAGE_KINDS };

/* PC of MODE SENSE; log pages are read as cumulative values. */
enum page_control {
	PAGE_CURRENT,
	PAGE_CHANGEABLE,
	PAGE_DEFAULT,
	PAGE_SAVED,
	PAGE_CONTROLS
};

struct page_id {
	uint8_t kind, code, sub; /* kind: enum page_kind */
	uint8_t type;		 /* peripheral device type of its device */
};

enum { PAGE_MAX = 65535 + 8, PAGE_LIST = 1024 };

/* A page with its header; mode pages without the mode parameter header. */
struct page {
	struct page_id id;
	unsigned len;
	uint8_t bytes[PAGE_MAX];
};

/* A log parameter that is known: codes from first to last. */
struct page_param {
	const char *name;
	uint16_t first, last;
	struct fields fields; /* from the parameter's start; n 0: a number */
};

struct page_desc {
	uint8_t kind, code, sub;
	const char *name;
	struct fields fields;
	const struct page_param *params;
	unsigned nparams;
};

/* What is known of a page; NULL: nothing. */
const struct page_desc *page_desc(struct page_id id);
const char *page_name(struct page_id id);
const char *page_kind_name(unsigned kind);
const char *page_control_name(unsigned pc);

/* Of LUN 0; SCSIEMU_TYPE_UNKNOWN if it does not say. */
uint8_t page_device_type(struct unit *u);
/* The pages the device says it has, at most cap of them; 0: none of this
 * kind. */
unsigned page_list(struct unit *u, enum page_kind kind, struct page_id *out,
		   unsigned cap);
/* False: it is not there (or has no saved values). */
bool page_read(struct unit *u, struct page_id id, enum page_control pc,
	       struct page *out);

/* Read it and report it, as an object of a list. */
void page_report(struct report *r, struct unit *u, struct page_id id);
/* The insides, by kind. */
void page_report_vpd(struct report *r, const struct page *p);
void page_report_log(struct report *r, const struct page *p);
/* page[PAGE_CONTROLS]: a len of 0 is one that is not there. */
void page_report_mode(struct report *r, const struct page *page);

/* The sheet's words in front of a page: "0Ah/01h  Control extension". */
const char *page_title(struct page_id id, char out[80]);

#endif
