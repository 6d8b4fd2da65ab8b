/* SPDX-License-Identifier: BSD-2-Clause */
/* core/quirks.h - what a product does not have (quirks.c), for core.h. */
#ifndef SEMU_CORE_QUIRKS_H
#define SEMU_CORE_QUIRKS_H

#include <scsiemu/device.h>
#include <scsiemu/row.h>

enum {
	SEMU_VENDOR_BYTES = 20, /* INQUIRY bytes 36 to 55 */
	SEMU_VERSIONS = 8	/* version descriptors */
};

struct semu_quirks {
	uint8_t nhide;
	uint8_t nbytes;
	uint8_t nmodes, nversions, nvalues;
	uint8_t inquiry_len, claims;
	bool some_vpd, some_logs;
	uint8_t bytes[SEMU_VENDOR_BYTES];
	uint8_t vpd[32]; /* a bit per page code, where some_vpd */
	uint64_t logs;	 /* the same, where some_logs */
	uint16_t versions[SEMU_VERSIONS];
	uint16_t modes[SCSIEMU_SHOWN];
	struct scsiemu_hidden hide[SCSIEMU_HIDDEN];
	struct scsiemu_mode_value value[SCSIEMU_MODE_VALUES];
};

#if SEMU_WITH_QUIRKS
extern const struct semu_part_type semu_quirks_part;
/* Of a LU that hides something: this command? sa: SCSIEMU_NO_SA where a row
 * has none. */
bool semu_quirks_hide(const struct scsiemu_lu *lu, unsigned op, unsigned sa);
/* Does the LU show the VPD page, as far as quirks decide? */
bool semu_quirks_show(const struct scsiemu_lu *lu, unsigned vpd);
/* The same for a mode page, a log page. named: not unless they name it. */
bool semu_quirks_show_mode(const struct scsiemu_lu *lu, unsigned code,
			   unsigned sub, bool named);
bool semu_quirks_show_log(const struct scsiemu_lu *lu, unsigned code);
/* Default values of a mode page of len bytes become the product's. */
void semu_quirks_mode(const struct scsiemu_lu *lu, unsigned code, unsigned sub,
		      uint8_t *page, unsigned len);
/* Vendor specific bytes of INQUIRY; how many. */
unsigned semu_quirks_bytes(const struct scsiemu_lu *lu, const uint8_t **bytes);
/* Version descriptors; how many. 0: the type's. */
unsigned semu_quirks_versions(const struct scsiemu_lu *lu,
			      const uint16_t **versions);
/* VERSION of INQUIRY, or v. */
unsigned semu_quirks_claims(const struct scsiemu_lu *lu, unsigned v);
/* Bytes of INQUIRY, or n. */
unsigned semu_quirks_inquiry_len(const struct scsiemu_lu *lu, unsigned n);
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
static inline bool semu_quirks_show_mode(const struct scsiemu_lu *lu,
					 unsigned code, unsigned sub,
					 bool named)
{
	(void)lu, (void)code, (void)sub;
	(void)named; /* no page is */
	return true;
}
static inline bool semu_quirks_show_log(const struct scsiemu_lu *lu,
					unsigned code)
{
	(void)lu, (void)code;
	return true;
}
static inline void semu_quirks_mode(const struct scsiemu_lu *lu, unsigned code,
				    unsigned sub, uint8_t *page, unsigned len)
{
	(void)lu, (void)code, (void)sub, (void)page, (void)len;
}
static inline unsigned semu_quirks_bytes(const struct scsiemu_lu *lu,
					 const uint8_t **bytes)
{
	(void)lu, (void)bytes;
	return 0;
}
static inline unsigned semu_quirks_versions(const struct scsiemu_lu *lu,
					    const uint16_t **versions)
{
	(void)lu, (void)versions;
	return 0;
}
static inline unsigned semu_quirks_claims(const struct scsiemu_lu *lu,
					  unsigned v)
{
	(void)lu;
	return v;
}
static inline unsigned semu_quirks_inquiry_len(const struct scsiemu_lu *lu,
					       unsigned n)
{
	(void)lu;
	return n;
}
#endif

#endif
