/* SPDX-License-Identifier: BSD-2-Clause */
/* run_find.c - a kernel's scan: what each logical unit is, and its nodes. */
#include "run.h"

#include <scsiemu/exec.h>
#include <scsiemu/wire.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SG_MAJOR      21
#define SD_MAJOR      8
#define BSG_MAJOR     240 /* of those for local use */
#define PARTITIONS    16  /* minors of a disk */
#define LETTERS	      26
#define LEAST_INQUIRY 36
#define MOST_NODES    3 /* of a logical unit */

/* Peripheral device types whose driver in the kernel is sd. */
#define TYPE_DISK  0x00
#define TYPE_ZONED 0x14

uint32_t run_inquiry(const struct run_view *v, const struct run_unit *u,
		     int page, void *to, uint32_t room)
{
	const uint8_t cdb[6] = { SCSIEMU_OP_INQUIRY, page >= 0,
				 (uint8_t)(page >= 0 ? page : 0),
				 (uint8_t)(room >> 8), (uint8_t)room };
	uint32_t scratch = scsiemu_device_limits(v->device->dev)->scratch;
	struct scsiemu_exec *x = calloc(1, sizeof(*x) + scratch);
	uint32_t got = 0;

	if (!x)
		return 0;
	x->scratch = x + 1;
	x->scratch_len = scratch;
	x->cdb = cdb;
	x->cdb_len = sizeof(cdb);
	x->in = to;
	x->in_len = room;
	if (!scsiemu_exec(&v->device->pump, u->unit->host.lu, x, NULL, NULL) &&
	    x->status == SCSIEMU_GOOD)
		got = x->in_done;
	free(x);
	return got;
}

/* sda to sdz, then sdaa: the kernel's way to count. */
static void name_disk(struct run_unit *u)
{
	char letters[8];
	unsigned n = 0;

	for (int i = (int)u->ndisk; i >= 0; i = i / LETTERS - 1)
		letters[n++] = (char)('a' + i % LETTERS);
	memcpy(u->disk, "sd", 3);
	for (size_t at = 2; n; at++) {
		u->disk[at] = letters[--n];
		u->disk[at + 1] = 0;
	}
}

static void add_node(struct run_view *v, const struct run_unit *u, uint8_t kind,
		     uint32_t major, uint32_t minor)
{
	v->nodes[v->nnodes++] = (struct scsiemu_sgio_node){
		.lu = u->unit->host.lu,
		.major = major,
		.minor = minor,
		.kind = kind,
		.type = u->inquiry[0] & 0x1f,
	};
}

static void add_nodes(struct run_view *v, struct run_unit *u, unsigned *ndisks)
{
	uint8_t type = u->inquiry[0] & 0x1f;

	add_node(v, u, SCSIEMU_SGIO_SG, SG_MAJOR, u->index);
	add_node(v, u, SCSIEMU_SGIO_BSG, BSG_MAJOR, u->index);
	if (type != TYPE_DISK && type != TYPE_ZONED)
		return;
	u->ndisk = (*ndisks)++;
	name_disk(u);
	add_node(v, u, SCSIEMU_SGIO_BLOCK, SD_MAJOR, u->ndisk * PARTITIONS);
}

int run_find(struct run_view *v, struct scsiemu_host_device *d)
{
	struct scsiemu_host_unit *h = d->units;
	unsigned ndisks = 0;

	v->device = d;
	v->nunits = d->nunits;
	v->units = calloc(d->nunits, sizeof(*v->units));
	v->nodes = calloc((size_t)d->nunits * MOST_NODES, sizeof(*v->nodes));
	if (!v->units || !v->nodes) {
		fprintf(stderr, "scsiemu: out of memory\n");
		return -1;
	}
	for (unsigned i = 0; h; i++, h = h->next) {
		struct run_unit *u = &v->units[i];

		u->unit = h;
		u->index = i;
		u->inquiry_len = run_inquiry(v, u, -1, u->inquiry,
					     sizeof(u->inquiry));
		if (u->inquiry_len < LEAST_INQUIRY) {
			fprintf(stderr, "scsiemu: %s: INQUIRY failed\n",
				h->text);
			return -1;
		}
		add_nodes(v, u, &ndisks);
	}
	return 0;
}
