/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The medium partition mode page (SSC-4 8.3.4). What a host selects is a plan
 * until FORMAT MEDIUM (POFM); reported is what the cartridge has.
 */
#include <string.h>

#include "ssc/ssc.h"

#define BYTES(...)                                                             \
	(const uint8_t[])                                                      \
	{                                                                      \
		__VA_ARGS__                                                    \
	}

enum { CHANGEABLE = 1 };
enum { MOST = 2, ADDITIONAL, HOW, RECOGNITION, UNITS, SIZES = 8, LEN = 16 };
enum {
	FDP = 0x80, /* HOW: the drive's own choice */
	SDP = 0x40, /* so many, of equal size */
	IDP = 0x20, /* of these sizes */
	PSUM = 0x18,
	MEGABYTES = 0x10,
	POWER_OF_TEN = 0x18,
	POFM = 0x04
};
/* SMALLEST: the part of the cartridge that a partition has at least. */
enum { RECOGNIZES = 3, BILLIONS = 9, REST = 0xffff, SMALLEST = 40 };

static uint64_t power_of_ten(unsigned n)
{
	uint64_t v = 1;

	while (n--)
		v *= 10;
	return v;
}

/* Bytes of the unit that a page's sizes are in. */
static uint64_t unit_of(const uint8_t *page)
{
	static const uint8_t exponent[] = { 0, 3, 6 };
	unsigned psum = (page[HOW] & PSUM) >> 3;

	return power_of_ten(psum < sizeof(exponent) ? exponent[psum]
						    : page[UNITS] & 0x0fu);
}

static void put_sizes(const struct scsiemu_tape_info *info, uint8_t *page)
{
	bool large = info->size / 1000000 >= REST;
	uint64_t unit;

	page[HOW] = (uint8_t)(IDP | POFM | (large ? POWER_OF_TEN : MEGABYTES));
	page[UNITS] = large ? BILLIONS : 0;
	unit = unit_of(page);
	memset(page + SIZES, 0, LEN - SIZES);
	page[ADDITIONAL] = (uint8_t)(info->partitions ? info->partitions - 1
						      : 0);
	for (unsigned i = 0; i < info->partitions; i++)
		semu_put16(page + SIZES + 2 * i,
			   (unsigned)((info->part[i].size + unit / 2) / unit));
}

static void fill(const struct scsiemu_lu *lu, unsigned pc, uint8_t *page)
{
	const struct scsiemu_tape_info *info;
	unsigned most;

	info = semu_ssc_cartridge(lu);
	most = semu_ssc_partitions(lu, info);
	if (pc == CHANGEABLE) {
		if (most == 1)
			memset(page + 2, 0, LEN - 2);
		return;
	}
	page[MOST] = (uint8_t)(most - 1);
	put_sizes(info, page);
}

/* Sizes that sum up to what there is, as they are reported. */
static bool as_it_is(const struct scsiemu_tape_info *info, const uint8_t *page,
		     struct scsiemu_tape_layout *l)
{
	uint8_t is[LEN] = { 0 };

	put_sizes(info, is);
	if (is[ADDITIONAL] != page[ADDITIONAL] ||
	    unit_of(is) != unit_of(page) ||
	    memcmp(is + SIZES, page + SIZES, 2u * info->partitions) != 0)
		return false;
	for (unsigned i = 0; i < info->partitions; i++)
		l->size[i] = info->part[i].size;
	return true;
}

/*
 * Sizes are rounded up to what a partition has at least, as drives do: LTFS
 * asks for an index partition of one unit, which it takes for a GB.
 */
static bool given(const struct scsiemu_tape_info *info, const uint8_t *page,
		  struct scsiemu_tape_layout *l)
{
	uint64_t sum = 0, unit = unit_of(page), least = info->size / SMALLEST;
	unsigned rest = 0;

	for (unsigned i = 0; i < l->n; i++) {
		unsigned v = semu_be16(page + SIZES + 2 * i);

		l->size[i] = v == REST ? UINT64_MAX : v * unit;
		if (v == REST) {
			rest++;
			continue;
		}
		if (!v || l->size[i] / v != unit)
			return false;
		if (l->size[i] < least)
			l->size[i] = least;
		if (l->size[i] > info->size - sum)
			return false;
		sum += l->size[i];
	}
	return rest == 1 ? sum < info->size : !rest && as_it_is(info, page, l);
}

bool semu_ssc_layout(const struct scsiemu_lu *lu, const uint8_t *page,
		     struct scsiemu_tape_layout *l)
{
	const struct scsiemu_tape_info *info = semu_ssc_cartridge(lu);

	l->n = page[ADDITIONAL] + 1u;
	if (l->n > semu_ssc_partitions(lu, info))
		return false;
	for (unsigned i = 0; i < l->n; i++)
		l->size[i] = info->size / l->n;
	l->size[l->n - 1] = UINT64_MAX;
	if (l->n == 1 || page[HOW] & SDP)
		return true;
	if (page[HOW] & FDP) {
		l->n = 2;
		l->size[0] = UINT64_MAX;
		l->size[1] = info->size / SMALLEST;
		return true;
	}
	return page[HOW] & IDP && given(info, page, l);
}

/* Is there a plan? */
bool semu_ssc_planned(const struct scsiemu_lu *lu)
{
	return semu_mode_current(lu, 0x11, 0)[HOW] & (FDP | SDP | IDP);
}

void semu_ssc_unplan(struct scsiemu_lu *lu)
{
	uint32_t at;
	const struct semu_mode_page *p = semu_mode_find(lu, 0x11, 0, &at);

	memcpy(lu->state + at, p->defaults, p->len);
}

/* Does the page count more than the cartridge may get? */
static bool too_many(const struct scsiemu_lu *lu, const uint8_t *page)
{
	const struct scsiemu_tape_info *info = semu_ssc_cartridge(lu);

	return page[ADDITIONAL] + 1u > semu_ssc_partitions(lu, info);
}

static int check(struct scsiemu_cmd *c, const uint8_t *page, uint16_t at)
{
	struct scsiemu_tape_layout l;
	unsigned need = SIZES + 2 * (page[ADDITIONAL] + 1u);
	unsigned wrong = ADDITIONAL;

	if (too_many(scsiemu_cmd_lu(c), page))
		wrong = ADDITIONAL;
	else if (page[HOW] & IDP && page[1] + 2u < need)
		wrong = 1;
	else if (!scsiemu_cmd_lu(c)->medium ||
		 semu_ssc_layout(scsiemu_cmd_lu(c), page, &l))
		return 0;
	else
		wrong = page[HOW] & IDP ? SIZES : HOW;
	return scsiemu_fail_param(c,
				  SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST,
				  (uint16_t)(at + wrong), SCSIEMU_NO_BIT);
}

const struct semu_mode_page semu_ssc_mode_11 = {
	.code = 0x11,
	.len = LEN,
	.least = SIZES,
	.defaults = BYTES(0x11, LEN - 2, 0, 0, POFM, RECOGNIZES, [LEN - 1] = 0),
	.mask = BYTES(0, 0, 0, 0xff, FDP | SDP | IDP | PSUM, 0, 0x0f, 0, 0xff,
		      0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
	.fill = fill,
	.check = check,
};
