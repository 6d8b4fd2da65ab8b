/* SPDX-License-Identifier: BSD-2-Clause */
/* core/quirks.h - what a product does not have (quirks.c), for core.h. */
#ifndef SEMU_CORE_QUIRKS_H
#define SEMU_CORE_QUIRKS_H

#include <scsiemu/device.h>
#include <scsiemu/row.h>

enum { SEMU_VENDOR_BYTES = 20 }; /* INQUIRY bytes 36 to 55 */

struct semu_quirks {
	uint8_t nhide;
	uint8_t nbytes;
	bool some_vpd;
	uint8_t bytes[SEMU_VENDOR_BYTES];
	uint8_t vpd[32]; /* a bit per page code, where some_vpd */
	struct scsiemu_hidden hide[SCSIEMU_HIDDEN];
};

#if SEMU_WITH_QUIRKS
extern const struct semu_part_type semu_quirks_part;
/* Of a LU that hides something: this command? sa: SCSIEMU_NO_SA where a row
 * has none. */
bool semu_quirks_hide(const struct scsiemu_lu *lu, unsigned op, unsigned sa);
/* Does the LU show the VPD page, as far as quirks decide? */
bool semu_quirks_show(const struct scsiemu_lu *lu, unsigned vpd);
/* Vendor specific bytes of INQUIRY; how many. */
unsigned semu_quirks_bytes(const struct scsiemu_lu *lu, const uint8_t **bytes);
#else
static inline bool semu_quirks_hide(const struct scsiemu_lu *lu, unsigned op,
				    unsigned sa)
{
	(void)lu, (void)op, (void)sa;
	return false;
}
static inline bool semu_quirks_show(const struct scsiemu_lu *lu, unsigned vpd)
{
	(void)lu, (void)vpd;
	return true;
}
static inline unsigned semu_quirks_bytes(const struct scsiemu_lu *lu,
					 const uint8_t **bytes)
{
	(void)lu, (void)bytes;
	return 0;
}
#endif

#endif
