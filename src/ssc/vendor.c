/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IBM's mode pages 24h and 25h, of drives whose profiles name them. LTFS asks
 * for both; what its source and FreeBSD's say of them is what they have here,
 * and the rest is 0. No bit can be changed.
 */
#include "ssc/crypt.h"
#include "ssc/ssc.h"

#if SEMU_WITH_QUIRKS

enum { CHANGEABLE = 1 };

/* The density that it likes best. */
static const struct scsiemu_ssc_density *usual(const struct scsiemu_lu *lu)
{
	static const struct scsiemu_tape_info none;

	return semu_ssc_density(lu, semu_ssc_code(lu, &none));
}

/* A drive of the family 3592, which has densities that IBM has assigned. */
static bool enterprise(const struct scsiemu_lu *lu)
{
	const struct scsiemu_ssc_density *d = usual(lu);

	return d && d->organization && d->organization[0] == 'I';
}

/* ---- 24h: "initiator-specific extensions" ---- */

enum { PROTECTS = 2, REED_SOLOMON = 0x40, CRC32C = 0x20 };
enum { SUPPORTS = 7, PARTITIONS = 0x80, WORM = 0x10, ENCRYPTS = 0x01 };
enum { LTO_LEN = 8, ENTERPRISE_LEN = 24 };

/* That of LTO drives says of encryption, and is shorter. */
static void extensions(const struct scsiemu_lu *lu, unsigned pc, uint8_t *page)
{
	const struct scsiemu_ssc_options *is = &semu_ssc(lu)->is;
	bool full = SEMU_WITH_HINTS && enterprise(lu);

	page[1] = (uint8_t)(full ? ENTERPRISE_LEN : LTO_LEN) - 2;
	if (pc == CHANGEABLE)
		return;
	if (is->encryption)
		page[SUPPORTS] |= ENCRYPTS;
	if (!full)
		return;
	if (is->protection)
		page[PROTECTS] |= REED_SOLOMON |
				  (is->reed_solomon ? 0 : CRC32C);
	if (is->partitions > 1)
		page[SUPPORTS] |= PARTITIONS;
	if (is->worm)
		page[SUPPORTS] |= WORM;
}

static void more_extensions(const struct scsiemu_lu *lu, unsigned pc,
			    struct scsiemu_wr *w)
{
	(void)pc;
	if (enterprise(lu))
		scsiemu_wr_zero(w, ENTERPRISE_LEN - LTO_LEN);
}

const struct semu_mode_page semu_ssc_mode_24 = {
	.code = 0x24,
	.named = true,
	.len = LTO_LEN,
	.defaults = (const uint8_t[LTO_LEN]){ 0x24 },
	.fill = extensions,
	.more = more_extensions,
};

/* ---- 25h: read/write control ---- */

enum {
	DENSITY = 9,
	PENDING_DENSITY,
	STATE = 20,
	METHOD = 27,
	CONTROL_LEN = 32
};
enum { ON = 0x01, APPLICATION = 0x50 };

/* What is written from the beginning on: by default, and to what is loaded; and
 * who has the keys: the application has. */
static void control(const struct scsiemu_lu *lu, unsigned pc, uint8_t *page)
{
	const struct scsiemu_ssc_density *d = usual(lu);

	if (pc == CHANGEABLE)
		return;
	page[DENSITY] = d ? d->code : 0;
	page[PENDING_DENSITY] = (uint8_t)semu_ssc_code(lu,
						       semu_ssc_cartridge(lu));
	if (!semu_ssc(lu)->is.encryption)
		return;
	page[METHOD] = APPLICATION;
	if (semu_crypt(lu)->shared.encrypt == SEMU_CRYPT_ENCRYPT)
		page[STATE] = ON;
}

const struct semu_mode_page semu_ssc_mode_25 = {
	.code = 0x25,
	.named = true,
	.len = CONTROL_LEN,
	.defaults = (const uint8_t[CONTROL_LEN]){ 0x25, CONTROL_LEN - 2 },
	.fill = control,
};

#endif
