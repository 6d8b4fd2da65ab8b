/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * names.h - the system's names that are ours, as rows. All nodes of a kind are
 * meant, not only those that exist: a program under test never reaches a real
 * disk by a wrong number.
 */
#ifndef SHIM_NAMES_H
#define SHIM_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum shim_then { SHIM_END, SHIM_DIGIT, SHIM_LETTER }; /* SHIM_END: or a slash */

static const struct shim_name {
	const char *name;
	enum shim_then then;
} shim_names[] = {
	{ "/dev/sg", SHIM_DIGIT },
	{ "/dev/sd", SHIM_LETTER },
	{ "/dev/bsg", SHIM_END },
	{ "/dev/sr", SHIM_DIGIT },
	{ "/dev/scd", SHIM_DIGIT },
	{ "/dev/st", SHIM_DIGIT },
	{ "/dev/nst", SHIM_DIGIT },
	{ "/dev/sch", SHIM_DIGIT },
	{ "/dev/osst", SHIM_DIGIT },
	{ "/dev/nosst", SHIM_DIGIT },
	{ "/dev/tape", SHIM_END },
	{ "/dev/changer", SHIM_END },
	{ "/dev/block", SHIM_END },
	{ "/dev/char", SHIM_END },
	{ "/dev/disk", SHIM_END },
	{ "/proc/devices", SHIM_END },
	{ "/proc/partitions", SHIM_END },
	{ "/proc/scsi", SHIM_END },
	{ "/sys/block/sd", SHIM_LETTER },
	{ "/sys/bus/scsi", SHIM_END },
	{ "/sys/class/block/sd", SHIM_LETTER },
	{ "/sys/class/bsg", SHIM_END },
	{ "/sys/class/scsi_changer", SHIM_END },
	{ "/sys/class/scsi_device", SHIM_END },
	{ "/sys/class/scsi_disk", SHIM_END },
	{ "/sys/class/scsi_generic", SHIM_END },
	{ "/sys/class/scsi_host", SHIM_END },
	{ "/sys/class/scsi_tape", SHIM_END },
	{ "/sys/dev/block/8:", SHIM_DIGIT },
	{ "/sys/dev/char/21:", SHIM_DIGIT },
	{ "/sys/devices/scsiemu", SHIM_END },
};

/* Where they are among others. */
static const char *const shim_lists[] = { "/dev", "/sys/block",
					  "/sys/class/block" };

static inline bool shim_goes_on(enum shim_then then, char c)
{
	return then == SHIM_DIGIT    ? c >= '0' && c <= '9'
	       : then == SHIM_LETTER ? c >= 'a' && c <= 'z'
				     : !c || c == '/';
}

/* A pattern of glob() is a name, too: "/dev/sd[a-z]". */
static inline bool shim_is_name(const char *path)
{
	for (size_t i = 0; i < sizeof(shim_names) / sizeof(shim_names[0]);
	     i++) {
		size_t len = strlen(shim_names[i].name);

		if (!strncmp(path, shim_names[i].name, len) &&
		    (shim_goes_on(shim_names[i].then, path[len]) ||
		     path[len] == '[' || path[len] == '*'))
			return true;
	}
	return false;
}

#endif
