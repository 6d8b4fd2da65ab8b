/* SPDX-License-Identifier: BSD-2-Clause */
/* REPORT DENSITY SUPPORT (SSC-4 7.8): the configuration's tables. */
#include "ssc/ssc.h"

enum { MEDIUM_TYPE = 0x02, MEDIA = 0x01 };
enum { WRTOK = 0x80, DEFLT = 0x20, DENSITY_LEN = 52, TYPE_LEN = 52 };

static void put_text(struct scsiemu_wr *w, const char *text, uint32_t len)
{
	scsiemu_wr_ascii(w, text ? text : "", len);
}

/* Capacity of this cartridge, where it is the one that is asked about. */
static void put_density(struct scsiemu_wr *w,
			const struct scsiemu_ssc_density *d, uint32_t capacity)
{
	scsiemu_wr_u8(w, d->code);
	scsiemu_wr_u8(w, d->secondary ? d->secondary : d->code);
	scsiemu_wr_u8(w, (d->write ? (unsigned)WRTOK : 0) |
				 (d->usual ? (unsigned)DEFLT : 0));
	scsiemu_wr_be16(w, 0); /* DLV 0: all are of the same length */
	scsiemu_wr_be24(w, d->bits_mm);
	scsiemu_wr_be16(w, d->width);
	scsiemu_wr_be16(w, d->tracks);
	scsiemu_wr_be32(w, capacity);
	put_text(w, d->organization, 8);
	put_text(w, d->name, 8);
	put_text(w, d->description, 20);
}

static void put_type(struct scsiemu_wr *w,
		     const struct scsiemu_ssc_medium_type *t)
{
	scsiemu_wr_u8(w, t->code);
	scsiemu_wr_u8(w, 0);
	scsiemu_wr_be16(w, TYPE_LEN);
	scsiemu_wr_u8(w, t->ndensities);
	scsiemu_wr_bytes(w, t->densities, sizeof(t->densities));
	scsiemu_wr_be16(w, t->width);
	scsiemu_wr_be16(w, t->length);
	scsiemu_wr_zero(w, 2);
	put_text(w, t->organization, 8);
	put_text(w, t->name, 8);
	put_text(w, t->description, 20);
}

static void put_densities(const struct scsiemu_lu *lu, struct scsiemu_wr *w,
			  bool media)
{
	const struct semu_ssc *s = semu_ssc(lu);
	struct scsiemu_tape_info info;

	semu_ssc_info(lu, &info);
	for (unsigned i = 0; i < s->is.ndensities; i++) {
		const struct scsiemu_ssc_density *d = &s->is.densities[i];

		if (!media)
			put_density(w, d, d->capacity);
		else if (d->code == semu_ssc_code(lu, &info))
			put_density(w, d, (uint32_t)(info.size / 1000000));
	}
}

/* Is what is loaded of this type? */
static bool is_of(const struct scsiemu_lu *lu,
		  const struct scsiemu_ssc_medium_type *t)
{
	struct scsiemu_tape_info info;
	unsigned i = 0;

	semu_ssc_info(lu, &info);
	while (i < t->ndensities && t->densities[i] != semu_ssc_code(lu, &info))
		i++;
	return t->code == semu_ssc_medium_type(lu, &info) && i < t->ndensities;
}

static void put_types(const struct scsiemu_lu *lu, struct scsiemu_wr *w,
		      bool media)
{
	const struct semu_ssc *s = semu_ssc(lu);

	for (unsigned i = 0; i < s->is.nmedia; i++)
		if (!media || is_of(lu, &s->is.media[i]))
			put_type(w, &s->is.media[i]);
}

int semu_ssc_report_density(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	bool media = c->cdb[1] & MEDIA;

	if (media && !lu->medium)
		return scsiemu_fail(c, SCSIEMU_SK_NOT_READY,
				    SCSIEMU_ASC_MEDIUM_NOT_PRESENT);
	scsiemu_wr_zero(w, 4);
	if (c->cdb[1] & MEDIUM_TYPE)
		put_types(lu, w, media);
	else
		put_densities(lu, w, media);
	scsiemu_wr_len(w, 0, 2, 0);
	return SCSIEMU_FINISHED;
}
