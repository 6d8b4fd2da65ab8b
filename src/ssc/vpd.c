/* SPDX-License-Identifier: BSD-2-Clause */
/* VPD pages of the tape drive (SSC-4 8.5). */
#include "ssc/ssc.h"

enum { WORM = 0x01, SERIAL_LEN = 12 };

static void put_capabilities(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	scsiemu_wr_u8(w, semu_ssc_of(c)->is.worm ? WORM : 0);
	scsiemu_wr_u8(w, 0);
}

/* MANUFACTURER-ASSIGNED SERIAL NUMBER */
static void put_serial(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	const char *serial = semu_ssc(lu)->is.manufacturer_serial;

	if (serial)
		scsiemu_wr_ascii(w, serial, SERIAL_LEN);
	else
		scsiemu_wr_bytes(w, lu->serial, lu->serial_len);
}

/* TapeAlert flags that may be set: all, by the embedder. */
static void put_alerts(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	(void)c;
	scsiemu_wr_be64(w, UINT64_MAX);
}

/* The library that it is in, and where it is there. How many bytes an element
 * address has the standard leaves open: as many as everywhere in a changer. */
static void put_automation(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	for (const char *p = semu_ssc_of(c)->is.automation_serial; *p; p++)
		scsiemu_wr_u8(w, (uint8_t)*p);
}

static void put_element(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	scsiemu_wr_be16(w, semu_ssc_of(c)->is.element);
}

/* Logical block protection methods: Reed-Solomon, CRC-32C; LBP_W_C, LBP_R_C. */
static void put_protection(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	enum { BEHIND = 3, BOTH = 0xc0, RBDP_C = 0x20 };
	const struct semu_ssc *s = semu_ssc_of(c);
	unsigned methods = semu_ssc_methods(scsiemu_cmd_lu(c));

	scsiemu_wr_zero(w, 4);
	for (unsigned i = 1; s->is.protection && i <= methods; i++) {
		scsiemu_wr_u8(w, BEHIND);
		scsiemu_wr_u8(w, i);
		scsiemu_wr_u8(w, SEMU_SSC_CHECK);
		scsiemu_wr_u8(w, BOTH | (s->is.reverse ? (unsigned)RBDP_C : 0));
	}
}

#if SEMU_WITH_VPD_MORE
/* Extended INQUIRY data (SPC-5 7.7.7). SPT 001b: logical block protection. */
static void put_extended(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	enum { SPT = 0x08, PRIOR_SUP = 0x08, V_SUP = 1, LUICLR = 1 };
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);

	scsiemu_wr_u8(w, semu_ssc(lu)->is.protection ? SPT : 0);
	/* HEADSUP, ORDSUP, SIMPSUP */
	scsiemu_wr_u8(w, (lu->able & SCSIEMU_NEED_PRIORITY ? PRIOR_SUP : 0u) |
				 0x07);
	scsiemu_wr_u8(w, V_SUP);
	scsiemu_wr_u8(w, LUICLR);
	scsiemu_wr_u8(w, SEMU_WITH_MODE_SELECT ? 0x08 : 0); /* RTD_SUP */
	scsiemu_wr_zero(w, 4);
	scsiemu_wr_u8(w, 252); /* maximum supported sense data length */
	scsiemu_wr_zero(w, 64 - 14);
}

const struct semu_vpd_page semu_ssc_vpd_86 = { .code = 0x86,
					       .fill = put_extended };
#endif

const struct semu_vpd_page semu_ssc_vpd_b0 = { .code = 0xb0,
					       .fill = put_capabilities };
const struct semu_vpd_page semu_ssc_vpd_b1 = { .code = 0xb1,
					       .fill = put_serial };
const struct semu_vpd_page semu_ssc_vpd_b2 = { .code = 0xb2,
					       .fill = put_alerts };
const struct semu_vpd_page semu_ssc_vpd_b3 = { .code = 0xb3,
					       .needs = SCSIEMU_NEED_AUTOMATION,
					       .fill = put_automation };
const struct semu_vpd_page semu_ssc_vpd_b4 = { .code = 0xb4,
					       .needs = SCSIEMU_NEED_AUTOMATION,
					       .fill = put_element };
const struct semu_vpd_page semu_ssc_vpd_b5 = { .code = 0xb5,
					       .fill = put_protection };
