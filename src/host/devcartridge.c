/* SPDX-License-Identifier: BSD-2-Clause */
/* host/devcartridge.c - a new cartridge, as the profile of a drive has it. */
#include <stdio.h>
#include <string.h>

#include "host/devstr.h"
#include "store/open.h"

enum { LTO_LAST = 10, SHOWN = 40 };

/* The row whose barcodes end like this one; NULL: none does. */
static const struct semu_devformat *labelled(const struct semu_devformats *fs,
					     const char *barcode, bool *worm)
{
	size_t len = strlen(barcode);

	for (unsigned i = 0; len > 2 && i < fs->n; i++) {
		const char *end = barcode + len - 2;

		*worm = strcmp(fs->row[i].worm_label, end) == 0;
		if (*worm || strcmp(fs->row[i].label, end) == 0)
			return &fs->row[i];
	}
	*worm = false;
	return NULL;
}

static int load(struct semu_devstr *s, const char *profile,
		struct scsiemu_errmsg *err)
{
	memset(s, 0, sizeof(*s));
	s->sbc.size = sizeof(s->sbc);
	s->type_name = "tape";
	s->is_tape = true;
	if (*profile && strlen(profile) < SEMU_PATH)
		return semu_profile_load(s, profile, err);
	return semu_err(err,
			"profile=%.*s: the name of a profile, or a path with "
			"a slash, of at most %d characters",
			SHOWN, profile, SEMU_PATH - 1);
}

/* The first generation of LTO that has such barcodes; false: none. Who has no
 * such profiles has no such barcodes. */
static bool load_lto(struct semu_devstr *s, const char *barcode)
{
	struct scsiemu_errmsg err;
	char name[sizeof("ibm-lto00")];
	bool worm;

	for (unsigned i = 1; i <= LTO_LAST; i++) {
		snprintf(name, sizeof(name), "ibm-lto%u", i);
		if (!load(s, name, &err) &&
		    labelled(&s->formats, barcode, &worm))
			return true;
	}
	return false;
}

int scsiemu_host_cartridge(struct scsiemu_tape_new *is, const char *profile,
			   const char *barcode, struct scsiemu_errmsg *err)
{
	const struct semu_devformat *f = NULL;
	struct scsiemu_tape_new as;
	struct semu_devstr s;
	bool worm = false;

	if (profile ? load(&s, profile, err) != 0
		    : !barcode || !load_lto(&s, barcode))
		return profile ? -1 : 0;
	if (barcode)
		f = labelled(&s.formats, barcode, &worm);
	s.size = is->bytes;
	s.tape.density = is->density ? is->density : f ? f->is.code : 0;
	s.tape.worm = is->worm || worm;
	if (profile && semu_devformats_check(&s, err))
		return -1;
	semu_devformats_cartridge(&as, &s);
	as.cleaning = is->cleaning;
	as.read_only = is->read_only;
	*is = as;
	return 0;
}
