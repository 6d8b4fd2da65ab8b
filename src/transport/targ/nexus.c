/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * targ/nexus.c - initiators, by the number that the adapter gives them: their
 * address on a parallel bus, a handle of the port database on Fibre Channel.
 */
#include <transport/targ/targ.h>

#include <scsiemu/wire.h>

/* Fibonacci hashing: numbers are small and follow one another. */
static uint32_t place(const struct scsiemu_targ *t, uint32_t init_id)
{
	uint32_t at = (uint32_t)(init_id * 2654435769u) >> 7 & t->mask;

	while (t->nexus[at] && t->nexus[at]->init_id != init_id)
		at = (at + 1) & t->mask;
	return at;
}

/*
 * SPC-5 7.6.4.3: only on a parallel bus does the number say for ever who it is.
 * A handle may be another's tomorrow, who must not find a reservation his.
 */
static void identify(struct semu_targ_nexus *n)
{
	n->transport_id[0] = 1; /* SPI */
	n->transport_id[2] = (uint8_t)(n->init_id >> 8);
	n->transport_id[3] = (uint8_t)n->init_id;
	n->transport_id[7] = 1; /* relative target port */
}

SEMU_TARG_RARE static struct semu_targ_nexus *attach(struct scsiemu_targ *t,
						     uint32_t init_id)
{
	struct scsiemu_nexus_config cf = { .size = sizeof(cf) };
	struct scsiemu_device *d = scsiemu_lu_device(t->lu);
	struct semu_targ_nexus *n;

	if (t->nnexus == t->maxnexus || scsiemu_device_reserve(d, 1) < 0)
		return NULL;
	n = t->alloc->alloc(t->alloc->ctx, sizeof(*n));
	if (!n)
		return NULL;
	*n = (struct semu_targ_nexus){ .init_id = init_id };
	if (t->parallel && init_id <= UINT16_MAX) {
		identify(n);
		cf.transport_id = n->transport_id;
		cf.transport_id_len = sizeof(n->transport_id);
	}
	n->nexus = scsiemu_nexus_attach(d, &cf);
	if (!n->nexus) {
		t->alloc->free(t->alloc->ctx, n);
		return NULL;
	}
	t->nnexus++;
	return n;
}

struct semu_targ_nexus *semu_targ_look_up(struct scsiemu_targ *t,
					  uint32_t init_id)
{
	uint32_t at = place(t, init_id);

	if (!t->nexus[at])
		t->nexus[at] = attach(t, init_id);
	if (t->nexus[at])
		t->last = t->nexus[at];
	return t->nexus[at];
}

void semu_targ_relieve(struct scsiemu_targ *t)
{
	for (uint32_t i = 0; i <= t->mask; i++)
		if (t->nexus[i])
			t->nexus[i]->allegiance = 0;
}

bool semu_targ_nexus_init(struct scsiemu_targ *t, uint32_t most)
{
	uint32_t n = 2; /* at most half of them are in use */

	while (n < 2 * most)
		n *= 2;
	t->nexus = t->alloc->alloc(t->alloc->ctx,
				   n * sizeof(struct semu_targ_nexus *));
	if (!t->nexus)
		return false;
	for (uint32_t i = 0; i < n; i++)
		t->nexus[i] = NULL;
	t->mask = n - 1;
	t->maxnexus = most;
	return true;
}

void semu_targ_nexus_end(struct scsiemu_targ *t)
{
	if (!t->nexus)
		return;
	for (uint32_t i = 0; i <= t->mask; i++) {
		if (!t->nexus[i])
			continue;
		scsiemu_nexus_detach(t->nexus[i]->nexus);
		t->alloc->free(t->alloc->ctx, t->nexus[i]);
	}
	t->alloc->free(t->alloc->ctx, t->nexus);
	scsiemu_pump_ready(t->pump);
}
