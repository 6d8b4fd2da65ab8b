/* SPDX-License-Identifier: BSD-2-Clause */
/* What is said of power conditions: mode page 1Ah, VPD page 8Ah. */
#include "spc/power.h"
#include "spc/spc.h"

#if SEMU_WITH_POWER
/* PM_BG_PRECEDENCE 11b and CCF fields of 11b are reserved; a CCF field of 00b
 * was once for the transport to say, and means as much as 01b here. */
static int bad(struct scsiemu_cmd *c, unsigned at, uint8_t bit)
{
	return scsiemu_fail_param(c,
				  SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST,
				  (uint16_t)at, bit);
}

static int check(struct scsiemu_cmd *c, const uint8_t *page, uint16_t at)
{
	if (page[2] >> 6 == 3)
		return bad(c, at + 2u, 7);
	for (uint8_t bit = 7; bit > 2; bit -= 2)
		if ((page[39] >> (bit - 1) & 3) == 3)
			return bad(c, at + 39u, bit);
	return 0;
}

/* Power condition (SPC-5 7.5.15). No timer is enabled: 2 s, 30 min, 2 min, 10
 * min and 15 min are what they begin with. Commands are told to come again only
 * on the way from stopped. */
const struct semu_mode_page semu_mode_1a_set = {
	.code = 0x1a,
	.len = 40,
	.part = 1 + SEMU_PART_POWER,
	.defaults =
		(const uint8_t[40]){ 0x1a,	 38, 0,	   0,	 /* bits */
				     0,		 0,  0,	   20,	 /* idle_a */
				     0,		 0,  0x46, 0x50, /* standby_z */
				     0,		 0,  0x04, 0xb0, /* idle_b */
				     0,		 0,  0x17, 0x70, /* idle_c */
				     0,		 0,  0x23, 0x28, /* standby_y */
				     [39] = 0x58 },
	.mask = (const uint8_t[40]){ 0,	   0,	 0xc1, 0x0f, 0xff,
				     0xff, 0xff, 0xff, 0xff, 0xff,
				     0xff, 0xff, 0xff, 0xff, 0xff,
				     0xff, 0xff, 0xff, 0xff, 0xff,
				     0xff, 0xff, 0xff, 0xff, [39] = 0xfc },
	.check = check,
	.apply = semu_power_apply,
};

/* Power condition (SPC-5 7.7.13): all of them; recovery times in ms. */
static void put_power(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	static const uint8_t order[] = {
		SCSIEMU_POWER_STOPPED,	 SCSIEMU_POWER_STANDBY_Z,
		SCSIEMU_POWER_STANDBY_Y, SCSIEMU_POWER_IDLE_A,
		SCSIEMU_POWER_IDLE_B,	 SCSIEMU_POWER_IDLE_C,
	};
	const struct semu_power *p = semu_power(scsiemu_cmd_lu(c));

	scsiemu_wr_u8(w, 0x03); /* standby_y, standby_z */
	scsiemu_wr_u8(w, 0x07); /* idle_c, idle_b, idle_a */
	for (unsigned i = 0; i < sizeof(order); i++)
		scsiemu_wr_be16(w, p->recovery_ms[order[i]]);
}

const struct semu_vpd_page semu_vpd_8a = { .code = 0x8a,
					   .needs = SCSIEMU_NEED_POWER,
					   .fill = put_power };
#endif
