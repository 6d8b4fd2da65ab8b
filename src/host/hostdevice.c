/* SPDX-License-Identifier: BSD-2-Clause */
/* host/hostdevice.c - a device with the logical units of a command line. */
#include "host/devstr.h"
#include "store/open.h"

#include <scsiemu/host.h>

#include <stdio.h>
#include <stdlib.h>

#define BOUNCE	(256u << 10) /* two of the largest blocks, and then some */
#define SCRATCH 16384
#define MAX_LUN 16383 /* flat addressing, SAM-5 4.7.7.3 */

void scsiemu_host_limits(struct scsiemu_limits *l)
{
	*l = (struct scsiemu_limits){
		.size = sizeof(*l),
		.nexuses = 64,
		.itls = 256, /* adapters make more when they get few */
		.ports = 64,
		.types = 8,
		.scratch = SCRATCH,
		.whole = 131072, /* WRITE ATOMIC */
		.cmd_size = sizeof(struct scsiemu_task),
		.jobs = 8,
		.copies = 64,
		.rod_tokens = 64,
		.copy_held = 4096,
		.registrants = 1024,
	};
}

int scsiemu_host_device_add(struct scsiemu_host_device *h, const char *text,
			    struct scsiemu_errmsg *err)
{
	struct scsiemu_host_unit **at = &h->units, *u;
	unsigned lun = 0, given;
	int used = 0;

	for (; *at; at = &(*at)->next)
		lun = (*at)->lun + 1u;
	if (sscanf(text, "%5u=%n", &given, &used) == 1 && used)
		lun = given;
	else
		used = 0;
	if (lun > MAX_LUN)
		return semu_err(err, "%s: a LUN must be 0 to %u", text,
				MAX_LUN);
	u = calloc(1, sizeof(*u));
	if (!u)
		return semu_err(err, "%s: out of memory", text);
	u->text = text + used;
	u->lun = (uint16_t)lun;
	u->placed = used;
	*at = u;
	h->nunits++;
	return 0;
}

/* A library's drives are the logical units behind it, and those that nobody
 * placed come behind them. */
static int add_drives(struct scsiemu_host_device *h,
		      struct scsiemu_host_unit *library,
		      struct scsiemu_errmsg *err)
{
	struct scsiemu_host_unit *at = library;
	unsigned n = semu_host_drives(&library->host);

	for (unsigned i = 0; i < n; i++) {
		struct scsiemu_host_unit *u = calloc(1, sizeof(*u));

		if (!u)
			return semu_err(err, "%s: out of memory",
					library->text);
		u->text = library->text;
		u->lun = (uint16_t)(at->lun + 1);
		u->next = at->next;
		at = at->next = u;
		h->nunits++;
		if (semu_host_open_drive(&u->host, library->text,
					 &library->host, i, err))
			return -1;
	}
	for (; at->next && !at->next->placed; at = at->next)
		at->next->lun = (uint16_t)(at->lun + 1);
	return 0;
}

static int open_units(struct scsiemu_host_device *h, struct scsiemu_errmsg *err)
{
	for (struct scsiemu_host_unit *u = h->units; u; u = u->next) {
		if (u->host.summary) /* a drive */
			continue;
		if (scsiemu_host_open(&u->host, u->text, err) ||
		    add_drives(h, u, err))
			return -1;
	}
	return 0;
}

static int attach_units(struct scsiemu_host_device *h, const char *name,
			struct scsiemu_errmsg *err)
{
	const struct scsiemu_host_unit *library = NULL;

	for (struct scsiemu_host_unit *u = h->units; u; u = u->next) {
		scsiemu_host_serial(&u->host, name, u->lun);
		if (semu_host_drives(&u->host))
			library = u;
		else if (library && library->text == u->text)
			semu_host_place_drive(
				&u->host, &library->host,
				(unsigned)(u->lun - library->lun) - 1);
	}
	for (struct scsiemu_host_unit *u = h->units; u; u = u->next) {
		if (scsiemu_host_attach(&u->host, h->dev, u->lun, err))
			return -1;
	}
#ifdef SEMU_WITH_SMC
	for (struct scsiemu_host_unit *u = h->units; u; u = u->next)
		if (semu_host_drives(&u->host))
			scsiemu_smc_load_drives(u->host.lu);
#endif
	return 0;
}

int scsiemu_host_device_open(struct scsiemu_host_device *h, const char *name,
			     const struct scsiemu_limits *limits,
			     struct scsiemu_errmsg *err)
{
	const struct scsiemu_copy_config copy = {
		.size = sizeof(copy), .random = scsiemu_host_random
	};
	struct scsiemu_limits l;

	scsiemu_host_limits(&l);
	if (limits)
		l = *limits;
	if (open_units(h, err))
		return -1;
	if (l.lus < h->nunits)
		l.lus = h->nunits;
	h->dev = scsiemu_device_create(&l, &scsiemu_host_allocator);
	h->bounce = malloc(BOUNCE);
	if (!h->dev || !h->bounce)
		return semu_err(err, "%s: out of memory", name);
	if (scsiemu_pump_init(&h->pump, h->dev, h->bounce, BOUNCE))
		return semu_err(err,
				"%s: limits.cmd_size has no room for a task",
				name);
	scsiemu_device_copy(h->dev, &copy);
	return attach_units(h, name, err);
}

int scsiemu_host_device_close(struct scsiemu_host_device *h,
			      struct scsiemu_errmsg *err)
{
	struct scsiemu_errmsg other;
	int rc = 0;

	while (h->units) {
		struct scsiemu_host_unit *u = h->units;

		if (scsiemu_host_close(&u->host, rc ? &other : err))
			rc = -1;
		h->units = u->next;
		free(u);
	}
	if (h->dev)
		scsiemu_device_destroy(h->dev, &scsiemu_host_allocator);
	free(h->bounce);
	*h = (struct scsiemu_host_device){ .units = NULL };
	return rc;
}
