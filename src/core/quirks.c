/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Quirks: a logical unit that does not have all commands and VPD pages of its
 * type, and has vendor specific bytes in INQUIRY. A part, so that others have
 * neither memory for it nor a look at it.
 */
#include <string.h>

#include "core/engine.h"

#if SEMU_WITH_QUIRKS
static const struct semu_quirks *own(const struct scsiemu_lu *lu)
{
	return semu_part(lu, SEMU_PART_QUIRKS);
}

static uint32_t size(const struct scsiemu_lu_config *cf)
{
	return cf->quirks ? (uint32_t)sizeof(struct semu_quirks) : 0;
}

static int init(struct scsiemu_lu *lu, void *mem,
		const struct scsiemu_lu_config *cf)
{
	const struct scsiemu_quirks *from = cf->quirks;
	struct semu_quirks *q = mem;

	if (from->size < sizeof(*from) || from->nhide > SCSIEMU_HIDDEN ||
	    from->ninquiry > sizeof(q->bytes))
		return SCSIEMU_ERR_ARG;
	q->nhide = (uint8_t)from->nhide;
	for (unsigned i = 0; i < q->nhide; i++)
		q->hide[i] = from->hide[i];
	q->nbytes = (uint8_t)from->ninquiry;
	for (unsigned i = 0; i < q->nbytes; i++)
		q->bytes[i] = from->inquiry[i];
	q->some_vpd = from->nvpd != 0;
	q->vpd[0] = 0x01; /* the list of pages itself */
	for (unsigned i = 0; i < from->nvpd; i++)
		q->vpd[from->vpd[i] / 8] |= (uint8_t)(1u << from->vpd[i] % 8);
	lu->hides = q->nhide != 0;
	semu_lu_lasting(lu);
	return 0;
}

const struct semu_part_type semu_quirks_part = { .part = SEMU_PART_QUIRKS,
						 .size = size,
						 .init = init };

bool semu_quirks_hide(const struct scsiemu_lu *lu, unsigned op, unsigned sa)
{
	const struct semu_quirks *q = lu->hides ? own(lu) : NULL;

	for (unsigned i = 0; q && i < q->nhide; i++)
		if (q->hide[i].op == op &&
		    (q->hide[i].sa == SCSIEMU_NO_SA || q->hide[i].sa == sa))
			return true;
	return false;
}

bool semu_quirks_show(const struct scsiemu_lu *lu, unsigned vpd)
{
	const struct semu_quirks *q = own(lu);

	return !q || !q->some_vpd || q->vpd[vpd / 8] >> vpd % 8 & 1;
}

unsigned semu_quirks_bytes(const struct scsiemu_lu *lu, const uint8_t **bytes)
{
	const struct semu_quirks *q = own(lu);

	if (!q)
		return 0;
	*bytes = q->bytes;
	return q->nbytes;
}
#endif
