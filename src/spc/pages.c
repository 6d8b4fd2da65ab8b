/* SPDX-License-Identifier: BSD-2-Clause */
/* The mode pages that every device type has (SPC-5 7.5, reference 7). */
#include <scsiemu/alua.h>

#include "spc/spc.h"

#define BYTES(...)                                                             \
	(const uint8_t[])                                                      \
	{                                                                      \
		__VA_ARGS__                                                    \
	}

#if SEMU_WITH_MODE_MORE
/* Disconnect-reconnect: nothing is limited (SPC-5 7.5.10). */
const struct semu_mode_page semu_mode_02 = {
	.code = 0x02,
	.len = 16,
	.defaults = BYTES(0x02, 14, [15] = 0),
};
#endif

/* Control (SPC-5 7.5.10). Byte 2: GLTSD, D_SENSE, RLEC; 3: QUEUE ALGORITHM
 * MODIFIER unrestricted, as the engine orders, NUAR, QERR; 4: UA_INTLCK_CTRL,
 * SWP; 5: TAS. */
#if SEMU_WITH_MODE_SELECT
static int control_check(struct scsiemu_cmd *c, const uint8_t *p, uint16_t at)
{
	if ((p[3] & 0x06) == 0x04)
		return scsiemu_fail_param(
			c, SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST,
			(uint16_t)(at + 3), 2);
	if ((p[4] & 0x30) == 0x10)
		return scsiemu_fail_param(
			c, SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST,
			(uint16_t)(at + 4), 5);
	return 0;
}
#endif

#if SEMU_WITH_PI || SEMU_WITH_LOG
/* DPICZ, ATO, ATMPE and RWWP speak of protection information, RLEC of logs. */
static void control_fill(const struct scsiemu_lu *lu, unsigned pc, uint8_t *p)
{
	(void)pc;
	if (!semu_part(lu, SEMU_PART_LOG))
		p[2] &= 0xfe;
	if (semu_part(lu, SEMU_PART_PI))
		return;
	p[2] &= 0xf7;
	p[5] &= 0x4f;
}
#endif

static void control_apply(struct scsiemu_lu *lu, const uint8_t *p)
{
	lu->descr = p[2] >> 2 & 1;
	lu->qerr = p[3] >> 1 & 3;
	lu->ua_intlck = p[4] >> 4 & 3;
	lu->swp = p[4] >> 3 & 1;
	lu->tas = p[5] >> 6 & 1;
	lu->nuar = SEMU_WITH_PR && p[3] & 0x08;
	semu_spc_guards(lu);
}

const struct semu_mode_page semu_mode_0a = {
	.code = 0x0a,
	.len = 12,
	.defaults = BYTES(0x0a, 10, 0x02, 0x10, [11] = 0),
#if SEMU_WITH_PI || SEMU_WITH_LOG
	.mask = BYTES(0, 0, 0x0d, 0x0e, 0x38, 0xf0, [11] = 0),
	.fill = control_fill,
#else
	.mask = BYTES(0, 0, 0x04, 0x0e, 0x38, 0x40, [11] = 0),
#endif
#if SEMU_WITH_MODE_SELECT
	.check = control_check,
#endif
	.apply = control_apply,
};

/* Control extension (SPC-5 7.5.11): TCMOS, SCSIP: the timestamp is set by SET
 * TIMESTAMP and by the embedder. IALUAE: states may change implicitly. */
#if SEMU_WITH_ALUA
static void extension_fill(const struct scsiemu_lu *lu, unsigned pc, uint8_t *p)
{
	if (pc != 1)
		p[4] |= semu_alua_tpgs(lu) & SCSIEMU_ALUA_IMPLICIT;
}
#endif

#if SEMU_WITH_PRIORITY
/* With priorities: INITIAL COMMAND PRIORITY can be changed. */
const struct semu_mode_page semu_mode_0a01_set = {
	.code = 0x0a,
	.sub = 0x01,
	.part = 1 + SEMU_PART_PRIORITY,
	.len = 32,
	.defaults = BYTES(0x4a, 0x01, 0, 28,
			  SEMU_WITH_TIMESTAMP ? 0x06 : 0x04, [31] = 0),
	.mask = BYTES(0, 0, 0, 0, 0, 0x0f, [31] = 0),
#if SEMU_WITH_ALUA
	.fill = extension_fill,
#endif
};
#endif

const struct semu_mode_page semu_mode_0a01 = {
	.code = 0x0a,
	.sub = 0x01,
	.part = SEMU_WITH_PRIORITY ? -(1 + SEMU_PART_PRIORITY) : 0,
	.len = 32,
	.defaults = BYTES(0x4a, 0x01, 0, 28,
			  SEMU_WITH_TIMESTAMP ? 0x06 : 0x04, [31] = 0),
#if SEMU_WITH_ALUA
	.fill = extension_fill,
#endif
};

#if SEMU_WITH_MODE_MORE
/* Protocol specific logical unit and port (SPC-5 7.5.16, 7.5.17): whose
 * protocol it is, and no more. */
static void protocol_fill(const struct scsiemu_lu *lu, unsigned pc, uint8_t *p)
{
	if (pc != 1)
		p[2] = lu->dev->nports ? lu->dev->ports[0].protocol & 0x0f
				       : 0x0f; /* no specific one */
}

const struct semu_mode_page semu_mode_18 = {
	.code = 0x18,
	.len = 8,
	.defaults = BYTES(0x18, 6, [7] = 0),
	.fill = protocol_fill,
};

const struct semu_mode_page semu_mode_19 = {
	.code = 0x19,
	.len = 8,
	.defaults = BYTES(0x19, 6, [7] = 0),
	.fill = protocol_fill,
};

/* Power condition (SPC-5 7.5.15) of logical units without: no timers. */
const struct semu_mode_page semu_mode_1a = {
	.code = 0x1a,
	.part = -(1 + SEMU_PART_POWER),
	.len = 40,
	.defaults = BYTES(0x1a, 38, [39] = 0),
};

/* Informational exceptions control (SPC-5 7.5.12): DEXCPT, nothing is
 * reported. With logs: exception.c. */
const struct semu_mode_page semu_mode_1c = {
	.code = 0x1c,
	.part = SEMU_WITH_LOG ? -(1 + SEMU_PART_LOG) : 0,
	.len = 12,
	.defaults = BYTES(0x1c, 10, 0x08, [11] = 0),
};
#endif
