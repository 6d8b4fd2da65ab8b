/* SPDX-License-Identifier: BSD-2-Clause */
/* Log pages of the disk whose parameters are not mere values (SBC-4 6.3). */
#include "sbc/defects.h"
#include "sbc/log.h"
#include "sbc/sbc.h"
#include "sbc/scan.h"
#include "sbc/space.h"

#if SEMU_WITH_LOG

enum { MINUTE_MS = 60000, HOUR_MS = 3600000 };

#if SEMU_WITH_THIN
/* Logical block provisioning (SBC-4 6.3.5): where the medium says how much is
 * in use. Codes: available, used, both in units of 2^threshold exponent, and
 * the available percentage. */
enum { AVAILABLE, USED, PERCENTAGE, RESOURCES };
enum { DEDICATED = 1 }; /* SCOPE */

static bool has_space(const struct scsiemu_lu *lu)
{
	uint32_t used, available;

	return semu_space_units(lu, &used, &available);
}

static unsigned resources(const struct scsiemu_lu *lu)
{
	(void)lu;
	return RESOURCES;
}

static void put_resource(const struct scsiemu_lu *lu, unsigned i,
			 struct scsiemu_wr *w)
{
	uint32_t used = 0, available = 0;
	uint64_t all;

	semu_space_units(lu, &used, &available);
	all = (uint64_t)used + available;
	if (i == PERCENTAGE) {
		scsiemu_wr_be16(
			w,
			all ? (unsigned)(available * UINT64_C(100) / all) : 0);
		scsiemu_wr_be16(w, 0);
	} else {
		scsiemu_wr_be32(w, i == AVAILABLE ? available : used);
	}
	scsiemu_wr_u8(w, DEDICATED);
	scsiemu_wr_zero(w, 3);
}

const struct semu_log_page semu_sbc_log_0c = { .code = 0x0c,
					       .there = has_space,
					       .count = resources,
					       .first = 1,
					       .put = put_resource };
#endif

/* Solid state media (SBC-4 6.3.8). */
static bool is_solid(const struct scsiemu_lu *lu)
{
	return lu->cap.rpm == 1;
}

const struct semu_log_page semu_sbc_log_11 = { .code = 0x11,
					       .there = is_solid };

#if SEMU_WITH_SCAN
/* Background scan (SBC-4 6.3.2): status, then what was found. */
static bool has_scan(const struct scsiemu_lu *lu)
{
	return semu_scan(lu) != NULL;
}

static unsigned scan_results(const struct scsiemu_lu *lu)
{
	return 1u + semu_scan(lu)->nentries;
}

static void put_scan(const struct scsiemu_lu *lu, unsigned i,
		     struct scsiemu_wr *w)
{
	const struct semu_scan *s = semu_scan(lu);

	if (i) {
		scsiemu_wr_bytes(w, s->entry[i - 1], SEMU_SCAN_ENTRY);
		return;
	}
	scsiemu_wr_be32(w, (uint32_t)(semu_powered_ms(lu) / MINUTE_MS));
	scsiemu_wr_u8(w, 0);
	scsiemu_wr_u8(w, semu_scan_status(lu));
	scsiemu_wr_be16(w, s->scans);
	scsiemu_wr_be16(w, semu_scan_progress(lu));
	scsiemu_wr_be16(w, s->medium_scans);
}

const struct semu_log_page semu_sbc_log_15 = { .code = 0x15,
					       .there = has_scan,
					       .count = scan_results,
					       .put = put_scan,
					       .clear = semu_scan_clear };

/* Background operation (SBC-4 6.3.3). */
static unsigned one(const struct scsiemu_lu *lu)
{
	(void)lu;
	return 1;
}

static void put_background(const struct scsiemu_lu *lu, unsigned i,
			   struct scsiemu_wr *w)
{
	(void)i;
	scsiemu_wr_u8(w, semu_scan_background(lu));
	scsiemu_wr_zero(w, 3);
}

const struct semu_log_page semu_sbc_log_1502 = { .code = 0x15,
						 .sub = 0x02,
						 .there = has_scan,
						 .count = one,
						 .put = put_background };
#endif

#if SEMU_WITH_DEFECTS
/* Pending defects (SBC-4 6.3.7): blocks that cannot be read. When that was
 * found is not kept. */
static bool has_defects(const struct scsiemu_lu *lu)
{
	return semu_part(lu, SEMU_PART_DEFECTS) != NULL;
}

/* The number of them, then a place for each entry of the list, ascending. */
static unsigned defects(const struct scsiemu_lu *lu)
{
	return 1 + semu_defects_count(lu);
}

static bool is_pending(const struct scsiemu_lu *lu, unsigned i, uint64_t *lba)
{
	return semu_defects_get(lu, i - 1, lba) & SEMU_DEFECT_UNREADABLE;
}

static unsigned skip_readable(const struct scsiemu_lu *lu, unsigned i)
{
	uint64_t lba;

	while (i < defects(lu) && !is_pending(lu, i, &lba))
		i++;
	return i;
}

static void put_defect(const struct scsiemu_lu *lu, unsigned i,
		       struct scsiemu_wr *w)
{
	uint32_t n = 0;
	uint64_t lba = 0;

	if (i) {
		is_pending(lu, i, &lba);
		scsiemu_wr_be32(w, (uint32_t)(semu_powered_ms(lu) / HOUR_MS));
		scsiemu_wr_be64(w, lba);
		return;
	}
	for (i = 1; i < defects(lu); i++)
		n += is_pending(lu, i, &lba);
	scsiemu_wr_be32(w, n);
}

const struct semu_log_page semu_sbc_log_1501 = { .code = 0x15,
						 .sub = 0x01,
						 .there = has_defects,
						 .count = defects,
						 .skip = skip_readable,
						 .put = put_defect };
#endif

/* Non-volatile cache (SBC-4 6.3.6): how long it keeps its data, now and at
 * most. In front of the minutes is their length. */
enum { TIMES = 2, TIME_LEN = 3 };

static bool has_nv_cache(const struct scsiemu_lu *lu)
{
	return semu_log_value(lu, SCSIEMU_LOG_NV_CACHE_MAX) != 0;
}

static unsigned times(const struct scsiemu_lu *lu)
{
	(void)lu;
	return TIMES;
}

static void put_time(const struct scsiemu_lu *lu, unsigned i,
		     struct scsiemu_wr *w)
{
	uint32_t minutes = (uint32_t)semu_log_value(lu,
						    SCSIEMU_LOG_NV_CACHE + i);

	scsiemu_wr_be32(w, (uint32_t)TIME_LEN << 24 | minutes);
}

const struct semu_log_page semu_sbc_log_17 = {
	.code = 0x17, .there = has_nv_cache, .count = times, .put = put_time
};

#endif
