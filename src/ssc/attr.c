/* SPDX-License-Identifier: BSD-2-Clause */
/* READ ATTRIBUTE (SPC-5 6.18). */
#include "ssc/attr.h"

enum { VOLUME_AT = 5, PARTITION_AT = 7, FIRST_AT = 8, NONE = 0x10000 };

/* Is what the drive knows there, in this partition? Others are the store's. */
static bool known(const struct scsiemu_lu *lu, const struct semu_ssc_attr *a,
		  unsigned partition)
{
	if (partition && !a->each)
		return false;
	return a->value || (a->text && a->text(lu));
}

/* The first attribute there is from id on; NONE: there is none. */
static uint32_t next(const struct scsiemu_lu *lu, unsigned partition,
		     uint32_t id)
{
	const struct scsiemu_tape_ops *ops = semu_ssc_attr_ops(lu);
	const struct semu_ssc_attr *a = semu_ssc_attrs;
	struct scsiemu_tape_attribute stored;
	uint32_t found = NONE;

	if (id >= NONE)
		return NONE;
	while (a->len && (a->id < id || !known(lu, a, partition)))
		a++;
	if (a->len)
		found = a->id;
	if (ops && SCSIEMU_HAS(scsiemu_tape_ops, ops, attribute) &&
	    ops->attribute(semu_ssc_attr_medium(lu)->ctx, partition,
			   (uint16_t)id, &stored) &&
	    stored.id < found)
		found = stored.id;
	return found;
}

static void put_number(struct scsiemu_wr *w, uint64_t v, unsigned len)
{
	while (len--)
		scsiemu_wr_u8(w, v >> 8 * len & 0xff);
}

static void put(const struct scsiemu_lu *lu, struct scsiemu_wr *w,
		unsigned partition, uint16_t id)
{
	const struct semu_ssc_attr *a = semu_ssc_attr(id);
	struct scsiemu_tape_attribute stored = { 0 };
	bool derived = a && known(lu, a, partition);
	unsigned format = 0;

	if (!derived)
		semu_ssc_attr_stored(lu, partition, id, &stored);
	if (id < SEMU_ATTR_HOSTS)
		format = SEMU_ATTR_READ_ONLY;
	scsiemu_wr_be16(w, id);
	scsiemu_wr_u8(w, format | (derived ? a->format : stored.format));
	scsiemu_wr_be16(w, derived ? a->len : stored.len);
	if (!derived)
		scsiemu_wr_bytes(w, stored.value, stored.len);
	else if (a->value)
		put_number(w, a->value(lu, partition), a->len);
	else
		scsiemu_wr_ascii(w, a->text(lu), a->len);
}

/* 0, or what is wrong with the CDB. */
static int check(struct scsiemu_cmd *c)
{
	const struct scsiemu_tape_info *info;

	if (!semu_ssc_attr_medium(scsiemu_cmd_lu(c)))
		return scsiemu_fail(c, SCSIEMU_SK_NOT_READY,
				    SCSIEMU_ASC_MEDIUM_NOT_PRESENT);
	info = semu_ssc_attr_cartridge(scsiemu_cmd_lu(c));
	if (c->cdb[VOLUME_AT])
		return scsiemu_fail_cdb(c, VOLUME_AT, SCSIEMU_NO_BIT);
	if (c->cdb[PARTITION_AT] >= info->partitions)
		return scsiemu_fail_cdb(c, PARTITION_AT, SCSIEMU_NO_BIT);
	return 0;
}

int semu_ssc_attr_values(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	unsigned partition = c->cdb[PARTITION_AT];
	uint32_t id = semu_be16(c->cdb + FIRST_AT);

	if (check(c))
		return SCSIEMU_FAILED;
	if (next(lu, partition, id) != id) /* hosts ask whether it is there */
		return scsiemu_fail_cdb(c, FIRST_AT, SCSIEMU_NO_BIT);
	scsiemu_wr_be32(w, 0);
	for (; id < NONE; id = next(lu, partition, id + 1))
		put(lu, w, partition, (uint16_t)id);
	scsiemu_wr_len(w, 0, 4, 0);
	return SCSIEMU_FINISHED;
}

int semu_ssc_attr_list(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	unsigned partition = c->cdb[PARTITION_AT];
	uint32_t id = semu_be16(c->cdb + FIRST_AT);

	if (check(c))
		return SCSIEMU_FAILED;
	scsiemu_wr_be32(w, 0);
	for (id = next(lu, partition, id); id < NONE;
	     id = next(lu, partition, id + 1))
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

int semu_ssc_attr_volumes(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	return check(c) ? SCSIEMU_FAILED : put_range(w, 1);
}

int semu_ssc_attr_partitions(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_tape_info *info =
		semu_ssc_attr_cartridge(scsiemu_cmd_lu(c));

	return check(c) ? SCSIEMU_FAILED : put_range(w, info->partitions);
}

int semu_ssc_attr_known(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	uint32_t first = semu_be16(c->cdb + FIRST_AT);

	if (check(c))
		return SCSIEMU_FAILED;
	scsiemu_wr_be32(w, 0);
	for (const struct semu_ssc_attr *a = semu_ssc_attrs; a->len; a++)
		if (a->id >= first && (!c->cdb[PARTITION_AT] || a->each))
			scsiemu_wr_be16(w, a->id);
	scsiemu_wr_len(w, 0, 4, 0);
	return SCSIEMU_FINISHED;
}
