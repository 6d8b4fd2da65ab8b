/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * WRITE ATTRIBUTE (SPC-5 6.43), and what the drive writes into the cartridge's
 * memory by itself.
 */
#include <string.h>

#include "ssc/attr.h"

enum { WTC = 0x01, VOLUME_AT = 5, PARTITION_AT = 7, LIST_HEADER = 4 };
/* Vendors' own, for hosts. */
enum { VENDORS = 0x1400, VENDORS_END = 0x1800 };

/* ---- WRITE ATTRIBUTE ---- */

static int bad(struct scsiemu_cmd *c, uint32_t at)
{
	return scsiemu_fail_param(c,
				  SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST,
				  (uint16_t)at, SCSIEMU_NO_BIT);
}

/* May a host write it so? Length 0 removes it. */
static bool may(unsigned id, unsigned format, unsigned len)
{
	const struct semu_ssc_attr *a = semu_ssc_attr((uint16_t)id);

	if (id >= VENDORS && id < VENDORS_END)
		return format <= SEMU_ATTR_TEXT;
	if (!a || a->format & SEMU_ATTR_READ_ONLY || a->format != format)
		return false;
	return !len || len == a->len || (a->least && len > a->len);
}

/* The attributes of the list: they go to the store as they are. */
static int check_list(struct scsiemu_cmd *c, struct scsiemu_rd *r)
{
	unsigned before = 0;

	while (scsiemu_rd_left(r)) {
		uint32_t at = scsiemu_rd_tell(r);
		unsigned id, format, len;

		if (!scsiemu_rd_need(r, SEMU_ATTR_HEADER))
			return SCSIEMU_FAILED;
		id = scsiemu_rd_be16(r);
		format = scsiemu_rd_u8(r);
		len = scsiemu_rd_be16(r);
		if (!scsiemu_rd_need(r, len))
			return SCSIEMU_FAILED;
		if (id <= before || !may(id, format, len))
			return bad(c, at);
		before = id;
		scsiemu_rd_skip(r, len);
	}
	return 0;
}

int semu_ssc_write_attr(struct scsiemu_cmd *c, struct scsiemu_rd *r)
{
	const struct scsiemu_tape_info *info;
	uint32_t len;

	info = semu_ssc_cartridge(scsiemu_cmd_lu(c));
	if (c->cdb[VOLUME_AT])
		return scsiemu_fail_cdb(c, VOLUME_AT, SCSIEMU_NO_BIT);
	if (c->cdb[PARTITION_AT] >= info->partitions)
		return scsiemu_fail_cdb(c, PARTITION_AT, SCSIEMU_NO_BIT);
	if (!scsiemu_rd_left(r))
		return SCSIEMU_FINISHED;
	if (!scsiemu_rd_need(r, LIST_HEADER))
		return SCSIEMU_FAILED;
	len = scsiemu_rd_be32(r);
	/* LTFS counts the header, too. */
	if (len == scsiemu_rd_left(r) + LIST_HEADER)
		len -= LIST_HEADER;
	if (len > scsiemu_rd_left(r))
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_PARAMETER_LIST_LENGTH);
	r->len = LIST_HEADER + len;
	if (check_list(c, r))
		return SCSIEMU_FAILED;
	if (!len)
		return SCSIEMU_FINISHED;
	if (!(info->able & SCSIEMU_TAPE_ATTRIBUTES))
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_AUXILIARY_MEMORY_FULL);
	scsiemu_want_buffer(c, NULL, SCSIEMU_V_SETATTR, c->cdb[PARTITION_AT], 0,
			    r->buf + LIST_HEADER, len);
	c->flags = c->cdb[1] & WTC ? SCSIEMU_FUA : 0;
	return SCSIEMU_WANTS;
}

int semu_ssc_attr_written(struct scsiemu_cmd *c, int result)
{
	if (result == SCSIEMU_E_NO_SPACE)
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_AUXILIARY_MEMORY_FULL);
	return result < 0 ? semu_ssc_fail_bare(c, result) : SCSIEMU_FINISHED;
}

/* ---- The drive's own ---- */

static uint8_t *put_header(uint8_t *p, unsigned id, unsigned format,
			   unsigned len)
{
	semu_put16(p, id);
	p[2] = (uint8_t)(SEMU_ATTR_READ_ONLY | format);
	semu_put16(p + 3, len);
	return p + SEMU_ATTR_HEADER;
}

static uint8_t *put_number(uint8_t *p, unsigned id, unsigned len, uint64_t v)
{
	p = put_header(p, id, SEMU_ATTR_BINARY, len);
	while (len--)
		*p++ = (uint8_t)(v >> 8 * len);
	return p;
}

static uint8_t *put_copy(uint8_t *p, unsigned id, const uint8_t *from,
			 unsigned len)
{
	p = put_header(p, id, SEMU_ATTR_ASCII, len);
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
	uint32_t was = (uint32_t)semu_ssc_attr_number(lu, SEMU_ATTR_CHANGE, 1);

	return put_number(p, SEMU_ATTR_CHANGE, 4,
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
	p = put_number(p, SEMU_ATTR_FORMATS, 2,
		       semu_ssc_attr_number(lu, SEMU_ATTR_FORMATS, 1) + 1);
	return want_set(c, put_change(lu, p));
}

/* Vendor and serial number of this drive; the others move down. */
static uint8_t *put_drives(const struct scsiemu_lu *lu, uint8_t *p)
{
	struct scsiemu_tape_attribute a;
	uint8_t own[SEMU_ATTR_DRIVE_LEN];

	memset(own, ' ', sizeof(own));
	memcpy(own, lu->vendor, sizeof(lu->vendor));
	memcpy(own + sizeof(lu->vendor), lu->serial, lu->serial_len);
	p = put_copy(p, SEMU_ATTR_DRIVE, own, sizeof(own));
	for (unsigned i = 0; i < 3; i++)
		if (semu_ssc_attr_stored(lu, 0, (uint16_t)(SEMU_ATTR_DRIVE + i),
					 &a) &&
		    a.len == SEMU_ATTR_DRIVE_LEN)
			p = put_copy(p, SEMU_ATTR_DRIVE + 1 + i, a.value,
				     a.len);
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
	p = put_number(p, SEMU_ATTR_ALERTS, 8, s->alerts);
	p = put_number(p, SEMU_ATTR_LOADS, 8,
		       semu_ssc_attr_number(lu, SEMU_ATTR_LOADS, 0) + 1);
	p = put_drives(lu, p);
	p = put_number(p, SEMU_ATTR_WRITTEN, 8,
		       semu_ssc_attr_number(lu, SEMU_ATTR_WRITTEN, 0) +
			       written);
	p = put_number(p, SEMU_ATTR_READ, 8,
		       semu_ssc_attr_number(lu, SEMU_ATTR_READ, 0) + read);
	p = put_number(p, SEMU_ATTR_LAST_WRITTEN, 8, written);
	return want_set(c, put_number(p, SEMU_ATTR_LAST_READ, 8, read));
}
