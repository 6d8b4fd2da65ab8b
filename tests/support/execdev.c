/* SPDX-License-Identifier: BSD-2-Clause */
/* support/execdev.c - see execdev.h. */
#include "support/execdev.h"

#include <scsiemu/host.h>
#include <scsiemu/wire.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ATTENTIONS = 16 }; /* of the first contact, at most */

static _Noreturn void end(const char *what)
{
	fprintf(stderr, "%s\n", what);
	exit(2);
}

static void run(struct execdev *d, const uint8_t *cdb)
{
	d->x.cdb = cdb;
	d->x.cdb_len = (uint16_t)scsiemu_cdb_length(cdb, 16);
	if (scsiemu_exec(&d->pump, d->lu, &d->x, NULL, NULL))
		end("scsiemu_exec");
}

static void must(struct execdev *d, const uint8_t *cdb)
{
	const uint8_t *s = d->x.sense;

	run(d, cdb);
	if (!d->x.status)
		return;
	fprintf(stderr, "command %02x: status %02x, sense %x/%02x/%02x\n",
		cdb[0], d->x.status, s[2], s[12], s[13]);
	exit(2);
}

void execdev_make(struct execdev *d, const struct scsiemu_type *type,
		  const void *options, struct scsiemu_medium *m)
{
	const struct scsiemu_limits l = {
		.size = sizeof(l), .lus = 1, .nexuses = 1, .itls = 2
	};
	const struct scsiemu_nexus_config n = { .size = sizeof(n) };
	struct scsiemu_lu_config cf = { .size = sizeof(cf),
					.type = type,
					.options = options };
	static const uint8_t tur[6];

	memset(d, 0, sizeof(*d));
	d->dev = scsiemu_device_create(&l, &scsiemu_host_allocator);
	cf.state_len = scsiemu_lu_state_size(&cf);
	cf.state = d->state = calloc(1, cf.state_len);
	if (!d->dev || !cf.state)
		end("out of memory");
	d->lu = scsiemu_lu_add(d->dev, 0, &cf);
	d->x.nexus = scsiemu_nexus_attach(d->dev, &n);
	if (!d->lu || !d->x.nexus ||
	    scsiemu_pump_init(&d->pump, d->dev, d->bounce, sizeof(d->bounce)))
		end("no logical unit");
	scsiemu_lu_load(d->lu, m, false);
	for (int i = 0; i < ATTENTIONS; i++)
		run(d, tur);
	must(d, tur);
}

void execdev_free(struct execdev *d)
{
	scsiemu_device_destroy(d->dev, &scsiemu_host_allocator);
	free(d->state);
}

void execdev_out(struct execdev *d, const uint8_t *cdb, const void *buf,
		 uint32_t len)
{
	d->x.out = buf;
	d->x.out_len = len;
	d->x.in_len = 0;
	must(d, cdb);
}

void execdev_in(struct execdev *d, const uint8_t *cdb, void *buf, uint32_t len)
{
	d->x.in = buf;
	d->x.in_len = len;
	d->x.out_len = 0;
	must(d, cdb);
}
