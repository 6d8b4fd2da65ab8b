/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host/devlibrary.c - libraries in device strings: their keys, their store. A
 * library that is there is taken as it is where nothing else is said.
 */
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "host/devstr.h"
#include "store/open.h"

enum { DRIVES = 2, SLOTS = 24, STATIONS = 4 };
/* First addresses: as large libraries have them, and room for 60,000 slots. */
enum { TRANSPORT_AT = 1, STATION_AT = 16, DRIVE_AT = 512, SLOT_AT = 4096 };
#define CARTRIDGE (UINT64_C(12) << 30)

static bool is_one_of(const char *const *words, const char *word)
{
	while (*words && strcmp(*words, word) != 0)
		words++;
	return *words;
}

bool semu_devlibrary_only(const char *key)
{
	static const char *const only[] = { "dir",	 "drives",     "slots",
					    "ie",	 "cartridges", "unload",
					    "move_time", NULL };

	return is_one_of(only, key);
}

bool semu_devlibrary_knows(const char *key)
{
	return strcmp(key, "logs") == 0 || semu_devlibrary_only(key);
}

int semu_devlibrary_unload(uint8_t *unload, const char *value)
{
	bool host = strcmp(value, "host") == 0;

	*unload = host ? SCSIEMU_SMC_REFUSES : SCSIEMU_SMC_UNLOADS;
	return host || strcmp(value, "auto") == 0 ? 0 : -1;
}

int semu_devlibrary_check(struct semu_devstr *s, struct scsiemu_errmsg *err)
{
	uint64_t slots = s->library.slots ? s->library.slots : SLOTS;

	if (!s->path[0])
		return semu_err(err, "no directory: add dir=DIR");
	if (s->library.cartridges > slots)
		return semu_err(err,
				"cartridges=%" PRIu64 ": there are %" PRIu64
				" slots; take fewer, or more slots",
				s->library.cartridges, slots);
	if (!s->size)
		s->size = CARTRIDGE;
	if (s->size < SCSIEMU_TAPE_BYTES_MIN)
		return semu_err(err,
				"size=%" PRIu64 ": a cartridge has at least "
				"%d bytes",
				s->size, SCSIEMU_TAPE_BYTES_MIN);
	return 0;
}

static bool is_there(const char *dir)
{
	char path[SEMU_PATH + sizeof("/slots")];
	size_t n = strlen(dir);

	memcpy(path, dir, n);
	memcpy(path + n, "/slots", sizeof("/slots"));
	return !access(path, F_OK);
}

static uint16_t or_else(uint64_t n, unsigned usual)
{
	return (uint16_t)(n ? n : usual);
}

int semu_devlibrary_open(struct scsiemu_medium *m, const struct semu_devstr *s,
			 struct scsiemu_errmsg *err)
{
	const struct semu_devlibrary *l = &s->library;
	struct scsiemu_library cf = { .size = sizeof(cf),
				      .cartridge = { .bytes = s->size },
				      .open = scsiemu_open_tape_log };
	struct scsiemu_element_range *of = cf.layout.of;

	if (l->slots || l->drives || l->ie || !is_there(s->path)) {
		of[SCSIEMU_ELEMENT_MT].first = TRANSPORT_AT;
		of[SCSIEMU_ELEMENT_MT].n = 1;
		of[SCSIEMU_ELEMENT_ST].first = SLOT_AT;
		of[SCSIEMU_ELEMENT_ST].n = or_else(l->slots, SLOTS);
		of[SCSIEMU_ELEMENT_IE].first = STATION_AT;
		of[SCSIEMU_ELEMENT_IE].n = or_else(l->ie, STATIONS);
		of[SCSIEMU_ELEMENT_DT].first = DRIVE_AT;
		of[SCSIEMU_ELEMENT_DT].n = or_else(l->drives, DRIVES);
	}
	cf.cartridges = l->cartridges ? (uint32_t)l->cartridges
				      : of[SCSIEMU_ELEMENT_ST].n;
	return scsiemu_open_library(m, s->path, &cf, err);
}
