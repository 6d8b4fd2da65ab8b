/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a profile: taken or refused with a terminated message; what is
 * taken says nothing of a store, and is taken again to the same. */
#include "host/devstr.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Who would have it: a disk, a tape drive, a changer. */
static void become(struct semu_devstr *s, unsigned kind)
{
	memset(s, 0, sizeof(*s));
	s->type_name = "x";
	s->is_tape = kind == 1;
	s->is_library = kind == 2;
}

static void try(const char *text, size_t size, unsigned kind)
{
	static struct semu_devstr a, b;
	struct scsiemu_errmsg err;

	become(&a, kind);
	become(&b, kind);
	memset(&err, 0x55, sizeof(err));
	if (semu_profile_parse(&a, "x", text, size, &err)) {
		if (!memchr(err.text, 0, sizeof(err.text)) || !err.text[0])
			abort();
	} else if (a.mem || a.null || a.path[0] || a.nv[0] || a.size ||
		   semu_profile_parse(&b, "x", text, size, &err) ||
		   memcmp(&a, &b, sizeof(a)) != 0) {
		abort();
	}
}

/* Other profiles are not for a fuzzer: their names are any file's. */
static bool names_another(const char *text, size_t size)
{
	for (size_t i = 0; i + 4 <= size; i++)
		if (memcmp(text + i, "like", 4) == 0)
			return true;
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = size ? malloc(size) : malloc(1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	for (unsigned kind = 0; kind < 3 && !names_another(text, size); kind++)
		try(text, size, kind);
	free(text);
	return 0;
}
