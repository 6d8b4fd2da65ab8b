/* SPDX-License-Identifier: BSD-2-Clause */
/* host/devstr.h - a device string taken apart (scsiemu/host.h). */
#ifndef SEMU_HOST_DEVSTR_H
#define SEMU_HOST_DEVSTR_H

#include <scsiemu/host.h>
#include <scsiemu/sbc.h>

#define SEMU_PATH 1024

/* What was given; zero or empty: not given. */
struct semu_devstr {
	const struct scsiemu_type *type;
	const char *type_name;
	struct scsiemu_sbc_options sbc;
	uint64_t size, block, exponent, version, naa;
	bool mem, null, thin, readonly, removable, aca;
	char path[SEMU_PATH], nv[SEMU_PATH];
	struct semu_devtext {
		char vendor[9], product[17], revision[5], serial[33];
	} text;
};

/* 0, or -1: the message names the key, its value and what is allowed. */
int semu_devstr_parse(struct semu_devstr *s, const char *device,
		      struct scsiemu_errmsg *err);

/* devkeys.c: one key=value (value NULL: there was no '='). */
int semu_devkey_set(struct semu_devstr *s, const char *key, const char *value,
		    uint64_t *seen, struct scsiemu_errmsg *err);

#endif
