/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a profile: taken or refused with a terminated message; what is
 * taken says nothing of a store, and is taken again to the same. */
#include "host/devstr.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct semu_devstr a, b;
	struct scsiemu_errmsg err;
	char *text = size ? malloc(size) : malloc(1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	memset(&a, 0, sizeof(a));
	memset(&b, 0, sizeof(b));
	memset(&err, 0x55, sizeof(err));
	if (semu_profile_parse(&a, "x", text, size, &err)) {
		if (!memchr(err.text, 0, sizeof(err.text)) || !err.text[0])
			abort();
	} else if (a.mem || a.null || a.path[0] || a.nv[0] || a.size ||
		   semu_profile_parse(&b, "x", text, size, &err) ||
		   memcmp(&a, &b, sizeof(a)) != 0) {
		abort();
	}
	free(text);
	return 0;
}
