/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What came when: the common commands, bits of their CDBs, pages, and lengths
 * of mode pages before SPC-3. Sources: X3T9.2/85-52 (the Common Command Set),
 * SCSI-2, SPC, SPC-2. What is not named here came with SPC-3.
 */
#include "spc/spc.h"

#if SEMU_WITH_LEVELS

enum {
	CCS = SCSIEMU_LEVEL_SCSI_1,
	SCSI_2 = SCSIEMU_LEVEL_SCSI_2,
	SPC = SCSIEMU_LEVEL_SPC,
	SPC_2 = SCSIEMU_LEVEL_SPC_2,
	SPC_3 = SCSIEMU_LEVEL_SPC_3,
	ALL = SCSIEMU_NO_SA
};

static const struct semu_level_row rows[] = {
	{ SCSIEMU_OP_TEST_UNIT_READY, CCS, ALL },
	{ SCSIEMU_OP_REQUEST_SENSE, CCS, ALL },
	{ SCSIEMU_OP_INQUIRY, CCS, ALL },
	{ SCSIEMU_OP_MODE_SELECT_6, CCS, ALL },
	{ SCSIEMU_OP_RESERVE_6, CCS, ALL },
	{ SCSIEMU_OP_RELEASE_6, CCS, ALL },
	{ SCSIEMU_OP_MODE_SENSE_6, CCS, ALL },
	{ SCSIEMU_OP_START_STOP_UNIT, CCS, ALL },
	{ SCSIEMU_OP_RECEIVE_DIAGNOSTIC_RESULTS, CCS, ALL },
	{ SCSIEMU_OP_SEND_DIAGNOSTIC, CCS, ALL },
	{ SCSIEMU_OP_PREVENT_ALLOW_MEDIUM_REMOVAL, CCS, ALL },
	{ SCSIEMU_OP_WRITE_BUFFER, CCS, ALL },
	{ SCSIEMU_OP_READ_BUFFER_10, CCS, ALL },
	{ SCSIEMU_OP_LOG_SELECT, SCSI_2, ALL },
	{ SCSIEMU_OP_LOG_SENSE, SCSI_2, ALL },
	{ SCSIEMU_OP_MODE_SELECT_10, SCSI_2, ALL },
	{ SCSIEMU_OP_RESERVE_10, SPC, ALL },
	{ SCSIEMU_OP_RELEASE_10, SPC, ALL },
	{ SCSIEMU_OP_MODE_SENSE_10, SCSI_2, ALL },
	{ SCSIEMU_OP_PERSISTENT_RESERVE_IN, SPC, SCSIEMU_SA_READ_KEYS },
	{ SCSIEMU_OP_PERSISTENT_RESERVE_IN, SPC, SCSIEMU_SA_READ_RESERVATION },
	{ SCSIEMU_OP_PERSISTENT_RESERVE_OUT, SPC, SCSIEMU_SA_REGISTER },
	{ SCSIEMU_OP_PERSISTENT_RESERVE_OUT, SPC, SCSIEMU_SA_RESERVE },
	{ SCSIEMU_OP_PERSISTENT_RESERVE_OUT, SPC, SCSIEMU_SA_RELEASE },
	{ SCSIEMU_OP_PERSISTENT_RESERVE_OUT, SPC, SCSIEMU_SA_CLEAR },
	{ SCSIEMU_OP_PERSISTENT_RESERVE_OUT, SPC, SCSIEMU_SA_PREEMPT },
	{ SCSIEMU_OP_PERSISTENT_RESERVE_OUT, SPC,
	  SCSIEMU_SA_PREEMPT_AND_ABORT },
	{ SCSIEMU_OP_PERSISTENT_RESERVE_OUT, SPC_2,
	  SCSIEMU_SA_REGISTER_AND_IGNORE },
	{ SCSIEMU_OP_THIRD_PARTY_COPY_OUT, SPC_2, 0x00 }, /* LID1 */
	{ SCSIEMU_OP_THIRD_PARTY_COPY_IN, SPC_2, 0x00 },
	{ SCSIEMU_OP_THIRD_PARTY_COPY_IN, SPC_2, 0x01 },
	{ SCSIEMU_OP_THIRD_PARTY_COPY_IN, SPC_2, 0x03 },
	{ SCSIEMU_OP_THIRD_PARTY_COPY_IN, SPC_2, 0x04 },
	{ SCSIEMU_OP_REPORT_LUNS, SPC, ALL },
	{ SCSIEMU_OP_MAINTENANCE_IN, SPC_2, SCSIEMU_SA_REPORT_IDENTIFYING },
	{ SCSIEMU_OP_MAINTENANCE_OUT, SPC_2, SCSIEMU_SA_SET_IDENTIFYING },
	{ 0 }
};

/* DESC; EVPD, page code, the second byte of the length; PF, DBD; RTD; subpages,
 * LLBAA; power conditions, NO_FLUSH; PCV; self-test codes; PREVENT 10b, 11b;
 * echo and other modes; page and subpage codes of logs; SELECT REPORT. */
static const struct semu_level_bits cdb[] = {
	{ SCSIEMU_OP_REQUEST_SENSE, 1, 0x01, SPC_3, 0 },
	{ SCSIEMU_OP_INQUIRY, 1, 0x01, SCSI_2, 0 },
	{ SCSIEMU_OP_INQUIRY, 2, 0xff, SCSI_2, 0 },
	{ SCSIEMU_OP_INQUIRY, 3, 0xff, SPC_3, 0 },
	{ SCSIEMU_OP_MODE_SELECT_6, 1, 0x02, SPC_3, 0 },
	{ SCSIEMU_OP_MODE_SENSE_6, 1, 0x08, SCSI_2, 0 },
	{ SCSIEMU_OP_MODE_SENSE_6, 3, 0xff, SPC_3, 0 },
	{ SCSIEMU_OP_START_STOP_UNIT, 3, 0x0f, SPC_3, 0 },
	{ SCSIEMU_OP_START_STOP_UNIT, 4, 0xf0, SPC, 0 },
	{ SCSIEMU_OP_START_STOP_UNIT, 4, 0x04, SPC_3, 0 },
	{ SCSIEMU_OP_RECEIVE_DIAGNOSTIC_RESULTS, 1, 0x01, SPC_2, 0 },
	{ SCSIEMU_OP_RECEIVE_DIAGNOSTIC_RESULTS, 2, 0xff, SPC_2, 0 },
	{ SCSIEMU_OP_SEND_DIAGNOSTIC, 1, 0xe0, SPC_2, 0 },
	{ SCSIEMU_OP_SEND_DIAGNOSTIC, 1, 0x10, SCSI_2, 0 },
	{ SCSIEMU_OP_PREVENT_ALLOW_MEDIUM_REMOVAL, 4, 0x02, SPC, 0 },
	{ SCSIEMU_OP_WRITE_BUFFER, 1, 0x08, SPC_2, 0 },
	{ SCSIEMU_OP_WRITE_BUFFER, 1, 0x10, SPC_3, 0 },
	{ SCSIEMU_OP_READ_BUFFER_10, 1, 0x08, SPC_2, 0 },
	{ SCSIEMU_OP_READ_BUFFER_10, 1, 0x10, SPC_3, 0 },
	{ SCSIEMU_OP_LOG_SELECT, 2, 0x3f, SPC_3, 0 },
	{ SCSIEMU_OP_LOG_SELECT, 3, 0xff, SPC_3, 0 },
	{ SCSIEMU_OP_LOG_SENSE, 3, 0xff, SPC_3, 0 },
	{ SCSIEMU_OP_MODE_SELECT_10, 1, 0x02, SPC_3, 0 },
	{ SCSIEMU_OP_MODE_SENSE_10, 1, 0x10, SPC_3, 0 },
	{ SCSIEMU_OP_MODE_SENSE_10, 3, 0xff, SPC_3, 0 },
	{ SCSIEMU_OP_REPORT_LUNS, 2, 0xff, SPC_3, 0 },
	{ 0 }
};

static const struct semu_level_page pages[] = { { 0x02, { 12, 16, 16, 16 } },
						{ 0x0a, { 0, 8, 8, 12 } },
						{ 0x18, { 0, 0, 0, 8 } },
						{ 0x19, { 0, 0, 0, 8 } },
						{ 0x1a, { 0, 0, 12, 12 } },
						{ 0x1c, { 0, 0, 12, 12 } },
						{ 0 } };

/* Control: GLTSD, D_SENSE, DPICZ; NUAR, the second bit of QERR; SWP,
 * UA_INTLCK_CTRL; TAS and what protection information is about. */
static const struct semu_level_bits mode[] = {
	{ 0x0a, 2, 0x02, SPC, 0 },   { 0x0a, 2, 0x0c, SPC_3, 0 },
	{ 0x0a, 3, 0x08, SPC_3, 0 }, { 0x0a, 3, 0x04, SPC, 0 },
	{ 0x0a, 4, 0x08, SPC, 0 },   { 0x0a, 4, 0x30, SPC_3, 0 },
	{ 0x0a, 5, 0xf0, SPC_3, 0 }, { 0 }
};

static const struct semu_level_vpd vpd[] = {
	{ 0x00, SCSI_2 }, { 0x80, SCSI_2 }, { 0x83, SPC }, { 0 }
};

const struct semu_levels semu_spc_levels = {
	.rows = rows, .cdb = cdb, .mode = mode, .pages = pages, .vpd = vpd
};

/* The row of a page; NULL: none has it. */
static const struct semu_level_page *find(const struct scsiemu_lu *lu,
					  unsigned code)
{
	for (unsigned k = 0; k < 2; k++) {
		const struct semu_levels *t = lu->type->levels[k];
		const struct semu_level_page *p = t ? t->pages : NULL;

		for (; p && p->code; p++)
			if (p->code == code)
				return p;
	}
	return NULL;
}

unsigned semu_level_len(const struct scsiemu_lu *lu,
			const struct semu_mode_page *p)
{
	const struct semu_level_page *old;

	if (!semu_before(lu, SPC_3) || p->head)
		return p->old ? 0 : p->len;
	old = p->sub ? NULL : find(lu, p->code);
	return old ? old->len[lu->version - 1] : 0;
}

void semu_mode_trim(const struct scsiemu_lu *lu, const struct semu_mode_page *p,
		    uint8_t *page)
{
	unsigned len = semu_level_len(lu, p);

	if (!semu_before(lu, SPC_3) || !len)
		return;
	page[1] = (uint8_t)(len - 2);
	for (unsigned k = 0; k < 2; k++) {
		const struct semu_levels *t = lu->type->levels[k];
		const struct semu_level_bits *b = t ? t->mode : NULL;

		for (; b && b->since; b++)
			if (b->code == p->code && b->since > lu->version)
				page[b->byte] &= (uint8_t)~b->bits;
	}
}

bool semu_level_shows(const struct scsiemu_lu *lu, unsigned code)
{
	if (!semu_before(lu, SPC_3))
		return true;
	for (unsigned k = 0; k < 2; k++) {
		const struct semu_levels *t = lu->type->levels[k];
		const struct semu_level_vpd *v = t ? t->vpd : NULL;

		for (; v && v->since; v++)
			if (v->code == code)
				return v->since <= lu->version;
	}
	return false;
}

#endif
