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

const struct semu_vpd_page semu_ssc_vpd_b0 = { .code = 0xb0,
					       .fill = put_capabilities };
const struct semu_vpd_page semu_ssc_vpd_b1 = { .code = 0xb1,
					       .fill = put_serial };
const struct semu_vpd_page semu_ssc_vpd_b2 = { .code = 0xb2,
					       .fill = put_alerts };
