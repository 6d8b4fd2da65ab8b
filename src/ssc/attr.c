/* SPDX-License-Identifier: BSD-2-Clause */
/* READ ATTRIBUTE and WRITE ATTRIBUTE (SPC-5 6.18, 6.43) of the drive. */
#include "ssc/attr.h"

enum { WTC = 0x01, PARTITION_AT = 7, MEGABYTE_BITS = 20 };

const struct scsiemu_medium *semu_ssc_attr_medium(const struct scsiemu_lu *lu)
{
	const struct scsiemu_medium *m = lu->medium ? lu->medium : lu->ejected;

	return m && m->kind == SCSIEMU_TAPE ? m : NULL;
}

static bool get(const struct scsiemu_lu *lu, struct semu_mam *m)
{
	const struct scsiemu_medium *medium = semu_ssc_attr_medium(lu);
	const struct scsiemu_tape_ops *ops = medium ? medium->ops : NULL;
	const struct scsiemu_ssc_density *d;
	struct semu_ssc *s = semu_ssc(lu);

	if (!ops)
		return false;
	ops->info(medium->ctx, &s->info);
	*m = (struct semu_mam){
		.medium = medium,
		.info = &s->info,
		.density = (uint8_t)semu_ssc_code(lu, &s->info),
		.loaded = lu->medium,
		.written = s->now.tape_written >> MEGABYTE_BITS,
		.read = s->now.tape_read >> MEGABYTE_BITS,
	};
	d = semu_ssc_density(lu, m->density);
	if (d)
		m->organization = d->organization;
	return true;
}

const struct semu_mam_type semu_ssc_mam = { .get = get };

static int no_medium(struct scsiemu_cmd *c)
{
	return scsiemu_fail(c, SCSIEMU_SK_NOT_READY,
			    SCSIEMU_ASC_MEDIUM_NOT_PRESENT);
}

int semu_ssc_read_attr(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	struct semu_mam m;

	if (!get(scsiemu_cmd_lu(c), &m))
		return no_medium(c);
	return semu_mam_read(c, w, &m);
}

int semu_ssc_write_attr(struct scsiemu_cmd *c, struct scsiemu_rd *r)
{
	struct semu_mam m;

	if (!get(scsiemu_cmd_lu(c), &m))
		return no_medium(c);
	if (semu_mam_write(c, r, &m))
		return SCSIEMU_FAILED;
	if (r->len <= SEMU_MAM_LIST)
		return SCSIEMU_FINISHED;
	scsiemu_want_buffer(c, NULL, SCSIEMU_V_SETATTR, c->cdb[PARTITION_AT], 0,
			    r->buf + SEMU_MAM_LIST, r->len - SEMU_MAM_LIST);
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
