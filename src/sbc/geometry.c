/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Format Device and Rigid Disk Geometry (SCSI-2 9.3.3.3, 9.3.3.7; obsolete
 * since SBC-2): hosts of SCSI-1 and SCSI-2 lay out a disk by cylinders, heads
 * and sectors. Blocks are not anywhere here, so they are derived: the largest
 * cylinder that the capacity is a whole number of.
 */
#include "core/bytes.h"
#include "sbc/sbc.h"

#if SEMU_WITH_LEVELS
enum { HEADS = 16, SECTORS = 63, SECTORS_MIN = 16, CYLINDERS = 0xffffff };
enum { HSEC = 0x40, RMB = 0x20, RPM = 3600, TURNS = 0x401 };

struct geometry {
	uint32_t cylinders;
	uint8_t heads, sectors;
};

static struct geometry of(uint32_t nblk)
{
	struct geometry g = { 0, HEADS, SECTORS };
	unsigned best = 0;

	for (unsigned h = HEADS; h > 1; h--)
		for (unsigned s = SECTORS; s >= SECTORS_MIN; s--)
			if (h * s > best && nblk % (h * s) == 0) {
				best = h * s;
				g.heads = (uint8_t)h;
				g.sectors = (uint8_t)s;
			}
	g.cylinders = nblk / ((uint32_t)g.heads * g.sectors);
	if (g.cylinders > CYLINDERS)
		g.cylinders = CYLINDERS;
	return g;
}

static struct geometry geometry(const struct scsiemu_lu *lu)
{
	return of(lu->cap.nblk > UINT32_MAX ? UINT32_MAX
					    : (uint32_t)lu->cap.nblk);
}

/* SECTORS PER TRACK, DATA BYTES PER PHYSICAL SECTOR, INTERLEAVE */
static void format_fill(const struct scsiemu_lu *lu, unsigned pc, uint8_t *page)
{
	if (pc == 1)
		return;
	semu_put16(page + 10, geometry(lu).sectors);
	semu_put16(page + 12, (uint16_t)lu->cap.blen);
	semu_put16(page + 14, 1);
	page[20] = HSEC | (lu->removable ? RMB : 0);
}

const struct semu_mode_page semu_sbc_mode_03 = {
	.code = 0x03,
	.old = true,
	.len = 24,
	.defaults = (const uint8_t[]){ 0x03, 22, [23] = 0 },
	.fill = format_fill,
};

/* NUMBER OF CYLINDERS, NUMBER OF HEADS, MEDIUM ROTATION RATE */
static void rigid_fill(const struct scsiemu_lu *lu, unsigned pc, uint8_t *page)
{
	struct geometry g;

	if (pc == 1)
		return;
	g = geometry(lu);
	page[2] = (uint8_t)(g.cylinders >> 16);
	semu_put16(page + 3, (uint16_t)g.cylinders);
	page[5] = g.heads;
	semu_put16(page + 20, lu->cap.rpm >= TURNS ? lu->cap.rpm : RPM);
}

const struct semu_mode_page semu_sbc_mode_04 = {
	.code = 0x04,
	.old = true,
	.len = 24,
	.defaults = (const uint8_t[]){ 0x04, 22, [23] = 0 },
	.fill = rigid_fill,
};
#endif
