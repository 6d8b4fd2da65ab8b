/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as sense data, in both forms of the tool's report: ASCII that ends,
 * and JSON whose brackets match. */
#include "tools/scsiemu/sense.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *text, size_t len)
{
	int depth = 0;

	for (size_t i = 0; i < len; i++) {
		if ((text[i] < 0x20 && text[i] != '\n') || text[i] > 0x7e)
			abort();
		depth += (text[i] == '{') - (text[i] == '}');
	}
	if (depth)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct report r;
	char *text;
	size_t len;
	FILE *f;

	for (int json = 0; json < 2; json++) {
		f = open_memstream(&text, &len);
		if (!f)
			return 0;
		report_begin(&r, f, json);
		sense_report(&r, data, size > 300 ? 300 : (unsigned)size);
		report_end(&r);
		fclose(f);
		check(text, len);
		free(text);
	}
	return 0;
}
