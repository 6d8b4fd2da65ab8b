/* SPDX-License-Identifier: BSD-2-Clause */
/* The tool's reading of pages: fields where T10 has them, values of every mode
 * page, log parameters by table, by format, and cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/scsiemu/page.h"

static char text[16384];
static struct page page[PAGE_CONTROLS];

static void load(struct page *p, struct page_id id, const char *hex)
{
	p->id = id;
	for (p->len = 0; *hex; hex += 2, p->len++) {
		char byte[3] = { hex[0], hex[1], 0 };

		p->bytes[p->len] = (uint8_t)strtoul(byte, NULL, 16);
	}
}

static void report(bool json)
{
	FILE *f = fmemopen(text, sizeof(text), "w");
	struct report r;

	assert_non_null(f);
	report_begin(&r, f, json);
	report_list(&r, "p", "");
	report_block(&r, NULL, "page");
	if (page->id.kind == PAGE_VPD)
		page_report_vpd(&r, page);
	else if (page->id.kind == PAGE_LOG)
		page_report_log(&r, page);
	else
		page_report_mode(&r, page);
	report_close(&r);
	report_close(&r);
	report_end(&r);
	fclose(f);
}

static void has(const char *want)
{
	if (!strstr(text, want))
		fail_msg("%s is not in %s", want, text);
}

static void vpd(void **state)
{
	(void)state;
	load(page, (struct page_id){ PAGE_VPD, 0xb2, 0, 0 },
	     "00b2000405e21a50");
	report(true);
	has("\"THRESHOLD EXPONENT\": 5");
	has("\"LBPWS10\": 1");
	has("\"LBPRZ\": 0");
	has("\"ANC_SUP\": 1");
	has("\"DP\": 0");
	has("\"MINIMUM PERCENTAGE\": 3");
	has("\"PROVISIONING TYPE\": 2");
	has("\"THRESHOLD PERCENTAGE\": 80");
	load(page, (struct page_id){ PAGE_VPD, 0xc0, 0, 0 }, "00c00002beef");
	report(true);
	has("\"data\": \"beef\"");
	/* cut: what is there */
	load(page, (struct page_id){ PAGE_VPD, 0xb2, 0, 0 }, "00b2000405");
	report(true);
	has("\"THRESHOLD EXPONENT\": 5\n");
}

static void mode(void **state)
{
	static const struct page_id id = { PAGE_MODE, 0x08, 0, 0 };

	(void)state;
	load(&page[0], id, "8812140000000000");
	load(&page[1], id, "8812040000000000");
	load(&page[2], id, "8812040000000000");
	load(&page[3], id, "8812000000000000");
	report(false);
	has("  WCE                           1, changeable, saved 0\n");
	has("  DISC                          1, default 0, saved 0\n");
	has("  RCD                           0\n");
	report(true);
	has("\"saveable\": true");
	has("\"WCE\": {\n        \"current\": 1,\n        "
	    "\"changeable\": 1,\n        \"default\": 1,\n        "
	    "\"saved\": 0\n");
	/* nothing is saved, and nobody knows the page */
	page[3].len = 0;
	load(&page[0], (struct page_id){ PAGE_MODE, 0x3e, 0, 0 }, "3e02abcd");
	report(false);
	has("  current                       3e 02 ab cd\n");
	assert_null(strstr(text, "saved  "));
}

static void log_pages(void **state)
{
	(void)state;
	load(page, (struct page_id){ PAGE_LOG, 0x02, 0, 0 },
	     "02000013"
	     "00000304"
	     "00000102"
	     "00060302"
	     "0009"
	     "000501"
	     "00");
	report(false);
	has("0000h  errors corrected without delay         258\n");
	has("0006h  errors uncorrected                     9\n");
	load(page, (struct page_id){ PAGE_LOG, 0x0d, 0, 0 },
	     "0d00000c"
	     "00000302"
	     "0019"
	     "00010302"
	     "0041");
	report(true);
	has("\"CELSIUS\": 25");
	has("\"reference temperature\"");
	load(page, (struct page_id){ PAGE_LOG, 0x10, 0, 0 },
	     "10000014"
	     "00010310"
	     "21020005"
	     "00000000000000ff"
	     "03110b00");
	report(true);
	has("\"SELF-TEST CODE\": 1");
	has("\"RESULT\": 1");
	has("\"POWER ON HOURS\": 5");
	has("\"ADDRESS OF FIRST FAILURE\": 255");
	has("\"ASC\": 17");
	/* ASCII, and more bytes than a number has */
	load(page, (struct page_id){ PAGE_LOG, 0x30, 0, 0 },
	     "30000015"
	     "00010104"
	     "6f6b2022"
	     "00020309"
	     "010203040506070809");
	report(true);
	has("\"value\": \"ok \\\"\"");
	has("\"value\": \"010203040506070809\"");
	/* a parameter that says it is longer than the page */
	load(page, (struct page_id){ PAGE_LOG, 0x06, 0, 0 },
	     "06000006"
	     "000003ff"
	     "0001");
	report(true);
	has("\"parameters\": []");
}

/* The same code is another page of another type of device. */
static void by_type(void **state)
{
	enum { DISK = 0, TAPE = 1, CHANGER = 8 };

	(void)state;
	load(page, (struct page_id){ PAGE_LOG, 0x0c, 0, TAPE },
	     "0c00000c"
	     "00040304"
	     "00000102"
	     "01000300");
	report(false);
	has("0004h  MB from BOP to EOD                     258\n");
	load(page, (struct page_id){ PAGE_LOG, 0x2e, 0, TAPE },
	     "2e000005"
	     "00160301"
	     "01");
	report(false);
	has("0016h  expired cleaning medium                1\n");
	load(page, (struct page_id){ PAGE_VPD, 0xb0, 0, TAPE }, "01b0000201");
	report(true);
	has("\"WORM\": 1");
	load(&page[0], (struct page_id){ PAGE_MODE, 0x1d, 0, TAPE },
	     "1d1e01000102");
	report(false);
	has("  WORMM                         1");
	load(&page[0], (struct page_id){ PAGE_MODE, 0x1d, 0, CHANGER },
	     "1d12000100010400000a");
	report(false);
	has("  FIRST STORAGE ELEMENT         1024");
	assert_string_equal(
		page_name((struct page_id){ PAGE_LOG, 0x0c, 0, DISK }),
		"Logical block provisioning");
	assert_string_equal(
		page_name((struct page_id){ PAGE_LOG, 0x0c, 0, CHANGER }), "?");
	assert_string_equal(
		page_name((struct page_id){ PAGE_LOG, 0x0d, 0, CHANGER }),
		"Temperature");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vpd),
		cmocka_unit_test(mode),
		cmocka_unit_test(log_pages),
		cmocka_unit_test(by_type),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
