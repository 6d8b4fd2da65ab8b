/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/levels.h - what logical units of older standards do not know (levels.c),
 * for core.h. A level is the value of INQUIRY's VERSION; what tables do not
 * name came with SPC-3, from which on a LU has everything.
 */
#ifndef SEMU_CORE_LEVELS_H
#define SEMU_CORE_LEVELS_H

#include <scsiemu/device.h>
#include <scsiemu/row.h>

/* The first level that has a command. */
struct semu_level_row {
	uint8_t op;
	uint8_t since; /* enum scsiemu_level; 0 ends a table */
	uint16_t sa;   /* or SCSIEMU_NO_SA: all of the opcode */
};

/* Bits of a CDB or of a mode page: the first level, or the last level, that
 * has them. */
struct semu_level_bits {
	uint8_t code; /* opcode, page code */
	uint8_t byte, bits;
	uint8_t since, until; /* one of them; both 0 ends a table */
};

/* Lengths of a mode page, header included, in SCSI-1, SCSI-2, SPC and SPC-2;
 * 0: it has not got it. */
struct semu_level_page {
	uint8_t code; /* 0 ends a table */
	uint8_t len[4];
};

/* The first level that has a VPD page. */
struct semu_level_vpd {
	uint8_t code;
	uint8_t since; /* 0 ends a table */
};

/* All of a device type, or what types have in common. */
struct semu_levels {
	const struct semu_level_row *rows;
	const struct semu_level_bits *cdb, *mode;
	const struct semu_level_page *pages;
	const struct semu_level_vpd *vpd;
};

/* Version descriptors of one level. */
struct semu_versions {
	uint16_t level;
	uint16_t v[5]; /* 0 ends */
};

struct scsiemu_lu;

#if SEMU_WITH_LEVELS
/* Of an old LU: does it have the row? */
bool semu_level_has(const struct scsiemu_lu *lu, const struct scsiemu_row *row);
/* Usage bits u of byte i of the row's CDB, as the level has them. */
unsigned semu_level_usage(const struct scsiemu_lu *lu,
			  const struct scsiemu_row *row, unsigned i,
			  unsigned u);
#else
static inline bool semu_level_has(const struct scsiemu_lu *lu,
				  const struct scsiemu_row *row)
{
	(void)lu, (void)row;
	return true;
}
static inline unsigned semu_level_usage(const struct scsiemu_lu *lu,
					const struct scsiemu_row *row,
					unsigned i, unsigned u)
{
	(void)lu, (void)row, (void)i;
	return u;
}
#endif

#endif
