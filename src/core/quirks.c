/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Quirks: a logical unit that does not have all commands and pages of its type,
 * and says other things in INQUIRY. A part, so that others have neither memory
 * for it nor a look at it.
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

/* Of INQUIRY: whole version descriptors (a type has six at most), or none. */
static bool fits(const struct scsiemu_quirks *from)
{
	enum { BYTES = 36, VERSIONS = 58, USUAL = 6, LONGEST = 96 };
	unsigned len = from->inquiry_len;
	unsigned n = from->nversions ? from->nversions : (unsigned)USUAL;

	return !len || (len >= BYTES + from->ninquiry && len <= LONGEST &&
			(len <= VERSIONS || len >= VERSIONS + 2 * n));
}

/* Behind the header of a page. */
static bool fit(const struct scsiemu_mode_value *v, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (v[i].at < (v[i].sub ? 4 : 2) ||
		    v[i].len > sizeof(v[i].bytes))
			return false;
	return n <= SCSIEMU_MODE_VALUES;
}

static bool possible(const struct scsiemu_quirks *from)
{
	return from->size >= sizeof(*from) && from->nhide <= SCSIEMU_HIDDEN &&
	       from->ninquiry <= SEMU_VENDOR_BYTES &&
	       from->nversions <= SEMU_VERSIONS &&
	       from->nmodes <= SCSIEMU_SHOWN && fits(from) &&
	       fit(from->values, from->nvalues);
}

/* The pages that it has, of those that are chosen. */
static void take_pages(struct semu_quirks *q, const struct scsiemu_quirks *from)
{
	q->some_vpd = from->nvpd != 0;
	q->vpd[0] = 0x01; /* the list of pages itself */
	for (unsigned i = 0; i < from->nvpd; i++)
		q->vpd[from->vpd[i] / 8] |= (uint8_t)(1u << from->vpd[i] % 8);
	q->nmodes = (uint8_t)from->nmodes;
	for (unsigned i = 0; i < q->nmodes; i++)
		q->modes[i] = from->modes[i];
	q->some_logs = from->nlogs != 0;
	for (unsigned i = 0; i < from->nlogs; i++)
		q->logs |= UINT64_C(1) << (from->logs[i] & 0x3f);
}

static int init(struct scsiemu_lu *lu, void *mem,
		const struct scsiemu_lu_config *cf)
{
	const struct scsiemu_quirks *from = cf->quirks;
	struct semu_quirks *q = mem;

	if (!possible(from))
		return SCSIEMU_ERR_ARG;
	q->nhide = (uint8_t)from->nhide;
	for (unsigned i = 0; i < q->nhide; i++)
		q->hide[i] = from->hide[i];
	q->nbytes = (uint8_t)from->ninquiry;
	for (unsigned i = 0; i < q->nbytes; i++)
		q->bytes[i] = from->inquiry[i];
	q->nversions = (uint8_t)from->nversions;
	for (unsigned i = 0; i < q->nversions; i++)
		q->versions[i] = from->versions[i];
	q->inquiry_len = from->inquiry_len;
	q->claims = from->claims;
	take_pages(q, from);
	q->nvalues = (uint8_t)from->nvalues;
	for (unsigned i = 0; i < q->nvalues; i++)
		q->value[i] = from->values[i];
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

bool semu_quirks_show_mode(const struct scsiemu_lu *lu, unsigned code,
			   unsigned sub, bool named)
{
	const struct semu_quirks *q = own(lu);
	unsigned i = 0;

	if (!q || !q->nmodes)
		return !named;
	while (i < q->nmodes && q->modes[i] != (code << 8 | sub))
		i++;
	return i < q->nmodes;
}

bool semu_quirks_show_log(const struct scsiemu_lu *lu, unsigned code)
{
	const struct semu_quirks *q = own(lu);

	return !q || !q->some_logs || q->logs >> (code & 0x3f) & 1;
}

void semu_quirks_mode(const struct scsiemu_lu *lu, unsigned code, unsigned sub,
		      uint8_t *page, unsigned len)
{
	const struct semu_quirks *q = own(lu);

	for (unsigned i = 0; q && i < q->nvalues; i++) {
		const struct scsiemu_mode_value *v = &q->value[i];

		if (v->code == code && v->sub == sub && v->at + v->len <= len)
			memcpy(page + v->at, v->bytes, v->len);
	}
}

unsigned semu_quirks_bytes(const struct scsiemu_lu *lu, const uint8_t **bytes)
{
	const struct semu_quirks *q = own(lu);

	if (!q)
		return 0;
	*bytes = q->bytes;
	return q->nbytes;
}

unsigned semu_quirks_versions(const struct scsiemu_lu *lu,
			      const uint16_t **versions)
{
	const struct semu_quirks *q = own(lu);

	if (!q)
		return 0;
	*versions = q->versions;
	return q->nversions;
}

unsigned semu_quirks_claims(const struct scsiemu_lu *lu, unsigned v)
{
	const struct semu_quirks *q = own(lu);

	return q && q->claims ? q->claims : v;
}

unsigned semu_quirks_inquiry_len(const struct scsiemu_lu *lu, unsigned n)
{
	const struct semu_quirks *q = own(lu);

	return q && q->inquiry_len ? q->inquiry_len : n;
}
#endif
