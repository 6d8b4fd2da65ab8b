/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tape diagnostic data, log page 16h (SSC-4 8.2.7): the last commands that a
 * medium or hardware error has ended, the newest first.
 */
#include <string.h>

#include "ssc/attr.h"

#if SEMU_WITH_LOG

enum { HOUR_MS = 3600000, REPEAT = 0x80, SERIAL = 0x0401 };

/* MEDIUM ID NUMBER: the serial number in the cartridge's memory. */
static void identify(const struct scsiemu_lu *lu, uint8_t *to)
{
	struct scsiemu_tape_attribute a;

	memset(to, 0, SEMU_SSC_MEDIUM_ID);
	if (lu->medium && semu_ssc_attr_stored(lu, 0, SERIAL, &a))
		memcpy(to, a.value,
		       a.len < SEMU_SSC_MEDIUM_ID ? a.len : SEMU_SSC_MEDIUM_ID);
}

void semu_ssc_diagnose(const struct scsiemu_cmd *c)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	const struct scsiemu_device *d = lu->dev;
	const struct scsiemu_row *row = scsiemu_cmd_row(c);
	struct semu_ssc *s = semu_ssc(lu);
	struct semu_ssc_trouble *t = s->trouble;
	const struct scsiemu_tape_info *info;

	if (c->sense.key != SCSIEMU_SK_MEDIUM_ERROR &&
	    c->sense.key != SCSIEMU_SK_HARDWARE_ERROR)
		return;
	if (s->troubles && t->op == row->op && t->asc == c->sense.asc) {
		t->again = true;
		return;
	}
	memmove(t + 1, t, sizeof(*t) * (SEMU_SSC_TROUBLES - 1));
	if (s->troubles < SEMU_SSC_TROUBLES)
		s->troubles++;
	info = semu_ssc_cartridge(lu);
	memset(t, 0, sizeof(*t));
	t->density = info->density;
	t->medium_type = info->medium_type;
	t->hours = (uint32_t)(s->ms.moved / HOUR_MS);
	t->key = c->sense.key;
	t->asc = c->sense.asc;
	t->op = row->op;
	t->sa = row->sa == SCSIEMU_NO_SA ? 0 : (uint8_t)row->sa;
	t->origin = d->timestamp_origin;
	t->when = d->wall + (d->now - d->wall_at);
	identify(lu, t->medium);
}

static unsigned count(const struct scsiemu_lu *lu)
{
	return semu_ssc(lu)->troubles;
}

static void put(const struct scsiemu_lu *lu, unsigned i, struct scsiemu_wr *w)
{
	const struct semu_ssc_trouble *t = &semu_ssc(lu)->trouble[i];

	scsiemu_wr_be16(w, 0);
	scsiemu_wr_u8(w, t->density);
	scsiemu_wr_u8(w, t->medium_type);
	scsiemu_wr_be32(w, t->hours);
	scsiemu_wr_u8(w, 0);
	scsiemu_wr_u8(w, (t->again ? (unsigned)REPEAT : 0) | t->key);
	scsiemu_wr_be16(w, t->asc);
	scsiemu_wr_be32(w, 0); /* vendor specific code qualifier */
	scsiemu_wr_bytes(w, lu->revision, sizeof(lu->revision));
	scsiemu_wr_be32(w, t->hours); /* since it was cleaned: never */
	scsiemu_wr_u8(w, t->op);
	scsiemu_wr_u8(w, t->sa);
	scsiemu_wr_be16(w, 0);
	scsiemu_wr_bytes(w, t->medium, SEMU_SSC_MEDIUM_ID);
	scsiemu_wr_u8(w, t->origin);
	scsiemu_wr_u8(w, 0);
	scsiemu_wr_be16(w, (unsigned)(t->when >> 32 & 0xffff));
	scsiemu_wr_be32(w, (uint32_t)t->when);
}

static void clear(struct scsiemu_lu *lu)
{
	semu_ssc(lu)->troubles = 0;
}

const struct semu_log_page semu_ssc_log_16 = {
	.code = 0x16, .count = count, .put = put, .clear = clear
};

#endif
