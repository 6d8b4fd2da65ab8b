/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Element statistics, log page 15h (SMC-3): a parameter for each element
 * that cartridges rest in, whose code is its address. A reply begins with the
 * element that the PARAMETER POINTER is, and counts at most 64 KiB.
 */
#include "smc/smc.h"

#if SEMU_WITH_LOG

static const struct scsiemu_changer_ops *counting(const struct scsiemu_lu *lu)
{
	const struct scsiemu_changer_ops *ops = semu_smc_ops(lu);

	return ops && SCSIEMU_HAS(scsiemu_changer_ops, ops, counts) ? ops
								    : NULL;
}

static bool there(const struct scsiemu_lu *lu)
{
	return counting(lu) != NULL;
}

static unsigned elements(const struct scsiemu_lu *lu)
{
	const struct scsiemu_element_range *of = semu_smc(lu)->layout.of;
	unsigned n = 0;

	for (unsigned t = SCSIEMU_ELEMENT_ST; t < SCSIEMU_ELEMENT_TYPES; t++)
		n += of[t].n;
	return n;
}

/* The range that comes first behind an address; NULL: none does. */
static const struct scsiemu_element_range *behind(const struct scsiemu_lu *lu,
						  uint32_t addr)
{
	const struct scsiemu_element_range *of = semu_smc(lu)->layout.of;
	const struct scsiemu_element_range *next = NULL;

	for (unsigned t = SCSIEMU_ELEMENT_ST; t < SCSIEMU_ELEMENT_TYPES; t++)
		if (of[t].n && of[t].first >= addr &&
		    (!next || of[t].first < next->first))
			next = &of[t];
	return next;
}

/* Of element i in the order of their addresses. */
static uint16_t address(const struct scsiemu_lu *lu, unsigned i)
{
	const struct scsiemu_element_range *r = behind(lu, 0);

	while (r && i >= r->n) {
		i -= r->n;
		r = behind(lu, (uint32_t)r->first + r->n);
	}
	return r ? (uint16_t)(r->first + i) : 0;
}

/* Places, picks, and volume identifiers that were determined, each with those
 * that it took more than one attempt for. No barcode is read here. */
static void put(const struct scsiemu_lu *lu, unsigned i, struct scsiemu_wr *w)
{
	struct scsiemu_element_counts n;

	counting(lu)->counts(lu->medium->ctx, address(lu, i), &n);
	scsiemu_wr_be32(w, n.places);
	scsiemu_wr_be32(w, 0);
	scsiemu_wr_be32(w, n.picks);
	scsiemu_wr_zero(w, 12);
}

const struct semu_log_page semu_smc_log_15 = { .code = 0x15,
					       .there = there,
					       .count = elements,
					       .code_of = address,
					       .put = put };

#endif
