/* SPDX-License-Identifier: BSD-2-Clause */
/* READ ATTRIBUTE (SPC-5 6.18), and the list of WRITE ATTRIBUTE (6.43). */
#include "spc/mam.h"

#include "spc/spc.h"

enum { ACTION = 0x1f, VOLUME_AT = 5, PARTITION_AT = 7, FIRST_AT = 8 };
enum { NONE = 0x10000 };
/* Vendors' own, for hosts. */
enum { VENDORS = 0x1400, VENDORS_END = 0x1800 };

/* ---- READ ATTRIBUTE ---- */

/* Is what is known there, in this partition? Others are the store's. */
static bool known(const struct semu_mam *m, const struct semu_mam_attr *a,
		  unsigned partition)
{
	if (partition && !a->each)
		return false;
	return a->value || (a->text && a->text(m));
}

/* The first attribute there is from id on; NONE: there is none. */
static uint32_t next(const struct semu_mam *m, unsigned partition, uint32_t id)
{
	const struct scsiemu_tape_ops *ops = m->medium->ops;
	const struct semu_mam_attr *a = semu_mam_attrs;
	struct scsiemu_tape_attribute stored;
	uint32_t found = NONE;

	if (id >= NONE)
		return NONE;
	while (a->len && (a->id < id || !known(m, a, partition)))
		a++;
	if (a->len)
		found = a->id;
	if (ops && SCSIEMU_HAS(scsiemu_tape_ops, ops, attribute) &&
	    ops->attribute(m->medium->ctx, partition, (uint16_t)id, &stored) &&
	    stored.id < found)
		found = stored.id;
	return found;
}

static void put_number(struct scsiemu_wr *w, uint64_t v, unsigned len)
{
	while (len--)
		scsiemu_wr_u8(w, v >> 8 * len & 0xff);
}

static void put(const struct semu_mam *m, struct scsiemu_wr *w,
		unsigned partition, uint16_t id)
{
	const struct semu_mam_attr *a = semu_mam_attr(id);
	struct scsiemu_tape_attribute stored = { 0 };
	bool derived = a && known(m, a, partition);
	unsigned format = 0;

	if (!derived)
		semu_mam_stored(m->medium, partition, id, &stored);
	if (id < SEMU_MAM_HOSTS)
		format = SEMU_MAM_READ_ONLY;
	scsiemu_wr_be16(w, id);
	scsiemu_wr_u8(w, format | (derived ? a->format : stored.format));
	scsiemu_wr_be16(w, derived ? a->len : stored.len);
	if (!derived)
		scsiemu_wr_bytes(w, stored.value, stored.len);
	else if (a->value)
		put_number(w, a->value(m, partition), a->len);
	else
		scsiemu_wr_ascii(w, a->text(m), a->len);
}

static int values(struct scsiemu_cmd *c, struct scsiemu_wr *w,
		  const struct semu_mam *m)
{
	unsigned partition = c->cdb[PARTITION_AT];
	uint32_t id = semu_be16(c->cdb + FIRST_AT);

	if (next(m, partition, id) != id) /* hosts ask whether it is there */
		return scsiemu_fail_cdb(c, FIRST_AT, SCSIEMU_NO_BIT);
	scsiemu_wr_be32(w, 0);
	for (; id < NONE; id = next(m, partition, id + 1))
		put(m, w, partition, (uint16_t)id);
	scsiemu_wr_len(w, 0, 4, 0);
	return SCSIEMU_FINISHED;
}

static int list(struct scsiemu_cmd *c, struct scsiemu_wr *w,
		const struct semu_mam *m)
{
	unsigned partition = c->cdb[PARTITION_AT];
	uint32_t id = semu_be16(c->cdb + FIRST_AT);

	scsiemu_wr_be32(w, 0);
	for (id = next(m, partition, id); id < NONE;
	     id = next(m, partition, id + 1))
		scsiemu_wr_be16(w, id);
	scsiemu_wr_len(w, 0, 4, 0);
	return SCSIEMU_FINISHED;
}

/* AVAILABLE DATA, the first one, how many. */
static int put_range(struct scsiemu_wr *w, unsigned n)
{
	scsiemu_wr_be16(w, 2);
	scsiemu_wr_u8(w, 0);
	scsiemu_wr_u8(w, n);
	return SCSIEMU_FINISHED;
}

static int volumes(struct scsiemu_cmd *c, struct scsiemu_wr *w,
		   const struct semu_mam *m)
{
	(void)c, (void)m;
	return put_range(w, 1);
}

static int partitions(struct scsiemu_cmd *c, struct scsiemu_wr *w,
		      const struct semu_mam *m)
{
	(void)c;
	return put_range(w, m->info->partitions);
}

static int supported(struct scsiemu_cmd *c, struct scsiemu_wr *w,
		     const struct semu_mam *m)
{
	uint32_t first = semu_be16(c->cdb + FIRST_AT);

	(void)m;
	scsiemu_wr_be32(w, 0);
	for (const struct semu_mam_attr *a = semu_mam_attrs; a->len; a++)
		if (a->id >= first && (!c->cdb[PARTITION_AT] || a->each))
			scsiemu_wr_be16(w, a->id);
	scsiemu_wr_len(w, 0, 4, 0);
	return SCSIEMU_FINISHED;
}

/* Volume and partition of the CDB: 0, or failed. */
static int check(struct scsiemu_cmd *c, const struct semu_mam *m)
{
	if (c->cdb[VOLUME_AT])
		return scsiemu_fail_cdb(c, VOLUME_AT, SCSIEMU_NO_BIT);
	if (c->cdb[PARTITION_AT] >= m->info->partitions)
		return scsiemu_fail_cdb(c, PARTITION_AT, SCSIEMU_NO_BIT);
	return 0;
}

int semu_mam_read(struct scsiemu_cmd *c, struct scsiemu_wr *w,
		  const struct semu_mam *m)
{
	static int (*const actions[])(struct scsiemu_cmd * c,
				      struct scsiemu_wr * w,
				      const struct semu_mam *m) = {
		[SCSIEMU_SA_ATTRIBUTE_VALUES] = values,
		[SCSIEMU_SA_ATTRIBUTE_LIST] = list,
		[SCSIEMU_SA_VOLUME_LIST] = volumes,
		[SCSIEMU_SA_PARTITION_LIST] = partitions,
		[SCSIEMU_SA_ATTRIBUTES_KNOWN] = supported,
	};

	/* there are rows for these alone */
	return check(c, m) ? SCSIEMU_FAILED
			   : actions[c->cdb[1] & ACTION](c, w, m);
}

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
	const struct semu_mam_attr *a = semu_mam_attr((uint16_t)id);

	if (id >= VENDORS && id < VENDORS_END)
		return format <= SEMU_MAM_TEXT;
	if (!a || a->format & SEMU_MAM_READ_ONLY || a->format != format)
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

		if (!scsiemu_rd_need(r, SEMU_MAM_HEADER))
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

int semu_mam_write(struct scsiemu_cmd *c, struct scsiemu_rd *r,
		   const struct semu_mam *m)
{
	uint32_t len;

	if (check(c, m))
		return SCSIEMU_FAILED;
	if (!scsiemu_rd_left(r))
		return SCSIEMU_FINISHED;
	if (!scsiemu_rd_need(r, SEMU_MAM_LIST))
		return SCSIEMU_FAILED;
	len = scsiemu_rd_be32(r);
	/* LTFS counts the header, too. */
	if (len == scsiemu_rd_left(r) + SEMU_MAM_LIST)
		len -= SEMU_MAM_LIST;
	if (len > scsiemu_rd_left(r))
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_PARAMETER_LIST_LENGTH);
	r->len = SEMU_MAM_LIST + len;
	if (check_list(c, r))
		return SCSIEMU_FAILED;
	if (len && !(m->info->able & SCSIEMU_TAPE_ATTRIBUTES))
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_AUXILIARY_MEMORY_FULL);
	return SCSIEMU_FINISHED;
}
