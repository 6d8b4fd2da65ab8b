/* SPDX-License-Identifier: BSD-2-Clause */
/* What the drive writes into the cartridge's memory by itself. */
#include <string.h>

#include "ssc/attr.h"

static uint8_t *put_header(uint8_t *p, unsigned id, unsigned format,
			   unsigned len)
{
	semu_put16(p, id);
	p[2] = (uint8_t)(SEMU_MAM_READ_ONLY | format);
	semu_put16(p + 3, len);
	return p + SEMU_MAM_HEADER;
}

static uint8_t *put_number(uint8_t *p, unsigned id, unsigned len, uint64_t v)
{
	p = put_header(p, id, SEMU_MAM_BINARY, len);
	while (len--)
		*p++ = (uint8_t)(v >> 8 * len);
	return p;
}

static uint8_t *put_copy(uint8_t *p, unsigned id, const uint8_t *from,
			 unsigned len)
{
	p = put_header(p, id, SEMU_MAM_ASCII, len);
	memcpy(p, from, len);
	return p + len;
}

/* The list in scratch goes to the store. */
static int want_set(struct scsiemu_cmd *c, const uint8_t *end)
{
	scsiemu_want_buffer(c, NULL, SCSIEMU_V_SETATTR, 0, 0, c->scratch,
			    (uint32_t)(end - c->scratch));
	c->flags = SCSIEMU_FUA;
	return SCSIEMU_WANTS;
}

static bool keeps(const struct scsiemu_lu *lu)
{
	return semu_ssc_able(lu) & SCSIEMU_TAPE_ATTRIBUTES &&
	       !(lu->guards & SCSIEMU_ON_PROTECTED);
}

/* Never 0, and never all ones (SSC-4 4.2.21: what hosts take for unknown). */
static uint8_t *put_change(const struct scsiemu_lu *lu, uint8_t *p)
{
	uint32_t was = (uint32_t)semu_ssc_attr_number(lu, SEMU_MAM_CHANGE, 1);

	return put_number(p, SEMU_MAM_CHANGE, 4,
			  was >= UINT32_MAX - 1 ? 1 : was + 1);
}

int semu_ssc_want_change(struct scsiemu_cmd *c)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);

	return keeps(lu) ? want_set(c, put_change(lu, c->scratch)) : 0;
}

int semu_ssc_want_formatted(struct scsiemu_cmd *c)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint8_t *p = c->scratch;

	if (!keeps(lu))
		return 0;
	p = put_number(p, SEMU_MAM_FORMATS, 2,
		       semu_ssc_attr_number(lu, SEMU_MAM_FORMATS, 1) + 1);
	return want_set(c, put_change(lu, p));
}

/* Vendor and serial number of this drive; the others move down. */
static uint8_t *put_drives(const struct scsiemu_lu *lu, uint8_t *p)
{
	struct scsiemu_tape_attribute a;
	uint8_t own[SEMU_MAM_DRIVE_LEN];

	memset(own, ' ', sizeof(own));
	memcpy(own, lu->vendor, sizeof(lu->vendor));
	memcpy(own + sizeof(lu->vendor), lu->serial, lu->serial_len);
	p = put_copy(p, SEMU_MAM_DRIVE, own, sizeof(own));
	for (unsigned i = 0; i < 3; i++)
		if (semu_ssc_attr_stored(lu, 0, (uint16_t)(SEMU_MAM_DRIVE + i),
					 &a) &&
		    a.len == SEMU_MAM_DRIVE_LEN)
			p = put_copy(p, SEMU_MAM_DRIVE + 1 + i, a.value, a.len);
	return p;
}

int semu_ssc_want_unload(struct scsiemu_cmd *c)
{
	enum { MEGABYTE_BITS = 20 };
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	const struct semu_ssc *s = semu_ssc(lu);
	uint64_t written = s->now.tape_written >> MEGABYTE_BITS;
	uint64_t read = s->now.tape_read >> MEGABYTE_BITS;
	uint8_t *p = c->scratch;

	if (!keeps(lu) || s->unfit)
		return 0;
	p = put_number(p, SEMU_MAM_ALERTS, 8, s->alerts);
	p = put_number(p, SEMU_MAM_LOADS, 8,
		       semu_ssc_attr_number(lu, SEMU_MAM_LOADS, 0) + 1);
	p = put_drives(lu, p);
	p = put_number(p, SEMU_MAM_WRITTEN, 8,
		       semu_ssc_attr_number(lu, SEMU_MAM_WRITTEN, 0) + written);
	p = put_number(p, SEMU_MAM_READ, 8,
		       semu_ssc_attr_number(lu, SEMU_MAM_READ, 0) + read);
	p = put_number(p, SEMU_MAM_LAST_WRITTEN, 8, written);
	return want_set(c, put_number(p, SEMU_MAM_LAST_READ, 8, read));
}
