/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sgio/nexus.c - initiators. As long as the devices are served they stay, as a
 * host does whose programs come and go; but for those that say they are brief.
 */
#include <transport/sgio/sgio.h>

#include <scsiemu/wire.h>

#include <string.h>

#define SAS_ADDRESS 4 /* in a TransportID of protocol 6, SPC-5 7.6.4.7 */
#define ATTENTIONS                                                             \
	2 /* of a new initiator: power on, and a tape that is there */

static void name(struct semu_sgio_nexus *n, uint32_t id)
{
	n->id = id;
	n->transport_id[0] = 6;
	n->transport_id[SAS_ADDRESS] = 0x30; /* NAA 3: locally assigned */
	for (int i = 0; i < 4; i++)
		n->transport_id[SAS_ADDRESS + 4 + i] = (uint8_t)(id >>
								 (24 - 8 * i));
}

/* As a kernel that finds the logical units does. */
static void scan(struct scsiemu_sgio *s, struct semu_sgio_nexus *n)
{
	for (uint32_t i = 0; i < s->cf.nnodes; i++)
		for (int k = 0; k < ATTENTIONS; k++)
			if (s->cf.nodes[i].kind == SCSIEMU_SGIO_SG)
				semu_sgio_scan(s, s->cf.nodes[i].lu, n->nexus);
}

static struct semu_sgio_nexus *make(struct scsiemu_sgio *s, uint32_t id)
{
	const struct scsiemu_allocator *a = s->cf.allocator;
	struct semu_sgio_nexus *n = a->alloc(a->ctx, sizeof(*n));
	struct scsiemu_nexus_config cf = { .size = sizeof(cf), .user = n };

	if (!n)
		return NULL;
	memset(n, 0, sizeof(*n));
	name(n, id);
	cf.transport_id = n->transport_id;
	cf.transport_id_len = sizeof(n->transport_id);
	n->nexus = scsiemu_nexus_attach(s->cf.pump->dev, &cf);
	if (!n->nexus) {
		a->free(a->ctx, n);
		return NULL;
	}
	n->next = s->nexuses;
	s->nexuses = n;
	if (!s->cf.attention)
		scan(s, n);
	return n;
}

struct semu_sgio_nexus *semu_sgio_nexus_get(struct scsiemu_sgio *s, uint32_t id)
{
	struct semu_sgio_nexus *n = s->nexuses;

	while (n && n->id != id)
		n = n->next;
	if (!n)
		n = make(s, id);
	if (n)
		n->files++;
	return n;
}

static void end(struct scsiemu_sgio *s, struct semu_sgio_nexus *n)
{
	struct semu_sgio_nexus **at = &s->nexuses;

	while (*at != n)
		at = &(*at)->next;
	*at = n->next;
	scsiemu_nexus_detach(n->nexus);
	scsiemu_pump_ready(s->cf.pump);
	s->cf.allocator->free(s->cf.allocator->ctx, n);
}

void semu_sgio_nexus_put(struct scsiemu_sgio *s, struct semu_sgio_nexus *n)
{
	if (!--n->files && n->id & SEMU_SGIO_BRIEF)
		end(s, n);
}

void semu_sgio_nexus_end(struct scsiemu_sgio *s)
{
	while (s->nexuses)
		end(s, s->nexuses);
}
