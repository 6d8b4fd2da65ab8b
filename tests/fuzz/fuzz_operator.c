/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as an operator's request, to a changer that is not a directory's,
 * so that nothing is made: one reply, of known beginning, that ends. */
#include "host/operator.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool begins(const char *reply)
{
	return !strncmp(reply, "ok", 2) || !strncmp(reply, "no ", 3) ||
	       !strncmp(reply, "busy", 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct scsiemu_changer_layout layout = {
		.of = { { 0, 0 }, { 1, 1 }, { 4096, 3 }, { 16, 2 }, { 512, 2 } }
	};
	static char reply[SCSIEMU_LIBRARY_REPLY];
	struct scsiemu_medium m;
	const struct semu_operator o = { .library = &m };
	size_t n;

	if (scsiemu_open_changer_mem(&m, &layout, NULL))
		return 0;
	n = semu_operate(&o, (const char *)data, size, reply, sizeof(reply));
	if (n >= sizeof(reply) || strlen(reply) != n || !begins(reply) ||
	    reply[n - 1] != '\n')
		abort();
	scsiemu_medium_close(&m);
	return 0;
}
