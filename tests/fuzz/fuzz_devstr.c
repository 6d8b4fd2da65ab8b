/* SPDX-License-Identifier: BSD-2-Clause */
/* Any text as a device string: parsed or refused with a terminated message;
 * what parses, parses again to the same. Nothing is opened. */
#include "host/devstr.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct semu_devstr a, b;
	struct scsiemu_errmsg err;
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = 0;
	memset(&err, 0x55, sizeof(err));
	if (semu_devstr_parse(&a, text, &err)) {
		if (!memchr(err.text, 0, sizeof(err.text)) || !err.text[0])
			abort();
	} else {
		if (a.is_tape || a.is_library ? a.block != 0
		    : a.bare ? a.size < 4096 || a.size > 1 << 30
			     : a.block < 256 || a.block > 4096 ||
				       a.size % a.block)
			abort();
		if (semu_devstr_parse(&b, text, &err) ||
		    memcmp(&a, &b, sizeof(a)) != 0)
			abort();
	}
	free(text);
	return 0;
}
