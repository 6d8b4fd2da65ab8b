/* SPDX-License-Identifier: BSD-2-Clause */
/* inspect_blocks.c - what became of the blocks: mapping, defects, zones. */
#include "inspect.h"

#include <scsiemu/wire.h>

enum {
	ZONE_IN = 0x95,
	LBA_STATUS = 0x12, /* of 9Eh */
	PLIST = 0x10,
	GLIST = 0x08,
	LONG_BLOCK = 3, /* address descriptors of 8 bytes; short ones have 4 */
	REQUESTS = 10000
};

static void put_lba(uint8_t cdb[16], uint64_t lba)
{
	for (unsigned k = 0; k < 8; k++)
		cdb[2 + k] = (uint8_t)(lba >> (56 - 8 * k));
}

/* GET LBA STATUS (SBC-4 5.7) from a block on: adds up what it says, the LBA
 * behind it; lba itself when it says nothing more. */
static uint64_t add_status(struct inspect *i, uint64_t lba, uint64_t count[16])
{
	uint8_t cdb[16] = { SCSIEMU_OP_SERVICE_ACTION_IN_16, LBA_STATUS };
	struct unit_reply a;
	uint64_t next = lba;

	put_lba(cdb, lba);
	cdb[12] = 0xff; /* 65280 bytes */
	if (!inspect_ask(i, cdb, 16, &a))
		return lba;
	for (unsigned at = 8; at + 16 <= a.len; at += 16) {
		const uint8_t *p = a.data + at;

		if (be64(p) != next)
			break;
		count[p[12] & 0xf] += be32(p + 8);
		next += be32(p + 8);
	}
	return next;
}

void inspect_mapping(struct inspect *i)
{
	static const char *const names[16] = { "mapped_or_unknown",
					       "deallocated", "anchored",
					       "mapped", "unknown" };
	uint64_t count[16] = { 0 }, lba = 0, next = 0;

	if (!i->ncommands ||
	    !inspect_has(i, SCSIEMU_OP_SERVICE_ACTION_IN_16, LBA_STATUS))
		return;
	for (unsigned n = 0; n < REQUESTS; n++) {
		next = add_status(i, lba, count);
		if (next <= lba)
			break;
		lba = next;
	}
	report_open(&i->report, "mapping", "mapping (blocks)");
	for (unsigned k = 0; k < 16; k++)
		if (count[k])
			report_number(&i->report, names[k] ? names[k] : "?",
				      count[k], NULL);
	report_close(&i->report);
}

/* READ DEFECT DATA(12): how many entries a list has. */
static void defect_list(struct inspect *i, const char *key, unsigned list)
{
	const uint8_t cdb[12] = { SCSIEMU_OP_READ_DEFECT_DATA_12,
				  (uint8_t)(list | LONG_BLOCK),
				  0,
				  0,
				  0,
				  0,
				  0,
				  0,
				  0xff };
	struct unit_reply a;

	if (inspect_ask(i, cdb, 12, &a) && a.len >= 8)
		report_number(&i->report, key,
			      be32(a.data + 4) / (a.data[1] & 7 ? 8 : 4), NULL);
}

void inspect_defects(struct inspect *i)
{
	if (!i->ncommands || !inspect_has(i, SCSIEMU_OP_READ_DEFECT_DATA_12, 0))
		return;
	report_open(&i->report, "defects", NULL);
	defect_list(i, "primary", PLIST);
	defect_list(i, "grown", GLIST);
	report_close(&i->report);
}

static const char *const conditions[16] = {
	[0x0] = "no_write_pointer", [0x1] = "empty",  [0x2] = "implicitly_open",
	[0x3] = "explicitly_open",  [0x4] = "closed", [0x5] = "inactive",
	[0xd] = "read_only",	    [0xe] = "full",   [0xf] = "offline",
};

/* REPORT ZONES from one zone on: counts them, the LBA behind the last; 0 at
 * the end. */
static uint64_t count_zones(struct inspect *i, uint64_t lba, uint64_t count[16])
{
	uint8_t cdb[16] = { ZONE_IN };
	struct unit_reply a;
	uint64_t next = 0;

	put_lba(cdb, lba);
	cdb[11] = 1; /* 64 KiB */
	if (!inspect_ask(i, cdb, 16, &a) || a.len < 64)
		return 0;
	for (unsigned at = 64; at + 64 <= a.len; at += 64) {
		const uint8_t *p = a.data + at;

		count[p[1] >> 4]++;
		next = be64(p + 16) + be64(p + 8);
	}
	return next > lba && next <= be64(a.data + 8) ? next : 0;
}

void inspect_zones(struct inspect *i)
{
	uint64_t count[16] = { 0 }, lba = 0, all = 0;
	struct unit_reply a;

	if (!i->ncommands || !inspect_report(i, ZONE_IN, 0, 16, 10, 4, &a))
		return;
	do
		lba = count_zones(i, lba, count);
	while (lba);
	report_open(&i->report, "zones", NULL);
	for (unsigned k = 0; k < 16; k++) {
		all += count[k];
		if (count[k])
			report_number(&i->report,
				      conditions[k] ? conditions[k] : "?",
				      count[k], NULL);
	}
	report_number(&i->report, "all", all, NULL);
	report_close(&i->report);
}
