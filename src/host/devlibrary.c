/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host/devlibrary.c - libraries in device strings: their keys, their store. A
 * library that is there is taken as it is where nothing else is said.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/devstr.h"
#include "store/open.h"

enum { DRIVES = 2, SLOTS = 24, STATIONS = 4 };
/* First addresses: as large libraries have them, and room for 60,000 slots. */
enum { TRANSPORT_AT = 1, STATION_AT = 16, DRIVE_AT = 512, SLOT_AT = 4096 };
#define CARTRIDGE (UINT64_C(12) << 30)

int semu_devlibrary_unload(uint8_t *unload, const char *value)
{
	bool host = strcmp(value, "host") == 0;

	*unload = host ? SCSIEMU_SMC_REFUSES : SCSIEMU_SMC_UNLOADS;
	return host || strcmp(value, "auto") == 0 ? 0 : -1;
}

int semu_devlibrary_check(struct semu_devstr *s, struct scsiemu_errmsg *err)
{
	struct scsiemu_tape_new is;
	uint64_t slots = s->library.slots	  ? s->library.slots
			 : s->library.usual_slots ? s->library.usual_slots
						  : SLOTS;

	if (!s->path[0])
		return semu_err(err, "no directory: add dir=DIR");
	if (s->library.cartridges > slots)
		return semu_err(err,
				"cartridges=%" PRIu64 ": there are %" PRIu64
				" slots; take fewer, or more slots",
				s->library.cartridges, slots);
	if (semu_devformats_check(s, err) || semu_devtape_codec(s, err))
		return -1;
	if (!s->size && !semu_devformats_chosen(s))
		s->size = CARTRIDGE;
	semu_devformats_cartridge(&is, s);
	s->size = is.bytes;
	if (s->size < SCSIEMU_TAPE_BYTES_MIN)
		return semu_err(err,
				"size=%" PRIu64 ": a cartridge has at least "
				"%d bytes",
				s->size, SCSIEMU_TAPE_BYTES_MIN);
	return 0;
}

bool semu_devlibrary_is_there(const char *dir)
{
	char path[SEMU_PATH + sizeof("/slots")];
	size_t n = strlen(dir);

	memcpy(path, dir, n);
	memcpy(path + n, "/slots", sizeof("/slots"));
	return !access(path, F_OK);
}

/* What is given, what is usual for the product, what is usual. */
static uint16_t first_of(uint64_t given, uint64_t usual, unsigned otherwise)
{
	return (uint16_t)(given ? given : usual ? usual : otherwise);
}

static void lay_out(struct scsiemu_changer_layout *layout,
		    const struct semu_devlibrary *l)
{
	struct scsiemu_element_range *of = layout->of;

	of[SCSIEMU_ELEMENT_MT].first = first_of(l->robots_at, 0, TRANSPORT_AT);
	of[SCSIEMU_ELEMENT_MT].n = 1;
	of[SCSIEMU_ELEMENT_ST].first = first_of(l->slots_at, 0, SLOT_AT);
	of[SCSIEMU_ELEMENT_ST].n = first_of(l->slots, l->usual_slots, SLOTS);
	of[SCSIEMU_ELEMENT_IE].first = first_of(l->ie_at, 0, STATION_AT);
	of[SCSIEMU_ELEMENT_IE].n = first_of(l->ie, l->usual_ie, STATIONS);
	of[SCSIEMU_ELEMENT_DT].first = first_of(l->drives_at, 0, DRIVE_AT);
	of[SCSIEMU_ELEMENT_DT].n = first_of(l->drives, l->usual_drives, DRIVES);
}

/* The end of barcodes of the cartridges that are made; NULL: the usual one. */
static const char *suffix(const struct semu_devstr *s)
{
	const struct semu_devformat *f = semu_devformats_chosen(s);

	if (!f)
		return NULL;
	if (s->tape.worm && f->worm_label[0])
		return f->worm_label;
	return f->label[0] ? f->label : NULL;
}

int semu_devlibrary_open(struct scsiemu_medium *m, const struct semu_devstr *s,
			 struct scsiemu_errmsg *err)
{
	const struct semu_devlibrary *l = &s->library;
	struct scsiemu_library cf = { .size = sizeof(cf),
				      .suffix = suffix(s),
				      .open = semu_devtape_cartridge };

	semu_devformats_cartridge(&cf.cartridge, s);
	if (l->slots || l->drives || l->ie ||
	    !semu_devlibrary_is_there(s->path))
		lay_out(&cf.layout, l);
	cf.cartridges = l->cartridges ? (uint32_t)l->cartridges
				      : cf.layout.of[SCSIEMU_ELEMENT_ST].n;
	return scsiemu_open_library(m, s->path, &cf, err);
}

void semu_devlibrary_place(struct scsiemu_ssc_options *o,
			   struct semu_devkept *k,
			   const struct scsiemu_medium *library, unsigned i,
			   const char *serial)
{
	const struct scsiemu_changer_ops *ops = library->ops;
	struct scsiemu_changer_layout l;

	ops->layout(library->ctx, &l);
	snprintf(k->library, sizeof(k->library), "%s", serial);
	o->automation_serial = k->library;
	o->element = (uint16_t)(l.of[SCSIEMU_ELEMENT_DT].first + i);
}
