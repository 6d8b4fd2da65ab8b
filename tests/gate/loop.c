/* SPDX-License-Identifier: BSD-2-Clause */
/* See loop.h. */
#include "loop.h"

#include <scsiemu/sbc.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	uint8_t cdb[16];
	uint32_t in_len, out_len;
	bool late;
} commands[] = {
	{ "read", { 0x28, [8] = 8 }, 4096, 0, false },
	{ "write", { 0x2a, [8] = 8 }, 0, 4096, false },
	{ "late", { 0x2a, [8] = 8 }, 0, 4096, true },
	{ "tur", { 0 }, 0, 0, false },
	{ "send", { 0x0a, [4] = LOOP_MESSAGE }, 0, LOOP_MESSAGE, false },
};

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "%s\n", what);
	exit(2);
}

void loop_options(struct loop *l, int argc, char **argv)
{
	if (argc != 5 && argc != 6)
		die("usage: PROGRAM read|write|late|tur|send LUS NEXUSES COUNT "
		    "[find]");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(argv[1], commands[i].name))
			continue;
		l->cdb = commands[i].cdb;
		l->in_len = commands[i].in_len;
		l->out_len = commands[i].out_len;
		l->late = commands[i].late;
	}
	l->nlus = (unsigned)atoi(argv[2]);
	l->nnexuses = (unsigned)atoi(argv[3]);
	l->count = strtoul(argv[4], NULL, 0);
	l->find = argc == 6;
	if (!l->cdb || !l->nlus || !l->nnexuses)
		die("impossible arguments");
}

void loop_device(struct loop *l)
{
	struct scsiemu_limits limits = { .size = sizeof(limits),
					 .lus = l->nlus,
					 .nexuses = l->nnexuses,
					 .itls = LOOP_PAIRS + l->nlus };
	struct scsiemu_lu_config lu = { .size = sizeof(lu),
					.type = &scsiemu_sbc };
	bool send = l->cdb[0] == 0x0a;
	struct scsiemu_nexus_config nexus = { .size = sizeof(nexus) };

	size_t size = scsiemu_device_size(&limits);

	if (send) {
		lu.type = &scsiemu_proc;
		lu.options = l->receiver;
	}
	if (scsiemu_device_init(calloc(1, size), size, &limits, &l->dev))
		die("scsiemu_device_init");
	l->nexuses = calloc(l->nnexuses, sizeof(*l->nexuses));
	l->lus = calloc(l->nlus, sizeof(*l->lus));
	if (!l->nexuses || !l->lus)
		die("no memory");
	for (unsigned i = 0; i < l->nlus; i++) {
		l->lus[i] = scsiemu_lu_add(l->dev, (uint16_t)i, &lu);
		if (!l->lus[i])
			die("scsiemu_lu_add");
		if (!send)
			scsiemu_lu_load(l->lus[i], &l->medium, false);
	}
	for (unsigned i = 0; i < l->nnexuses; i++) {
		l->nexuses[i] = scsiemu_nexus_attach(l->dev, &nexus);
		if (!l->nexuses[i])
			die("scsiemu_nexus_attach");
	}
}
