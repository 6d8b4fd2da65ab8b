/* SPDX-License-Identifier: BSD-2-Clause */
/* host/devtape.c - tape drives in device strings: their keys, their cartridge.
 */
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include <scsiemu/codec.h>

#include "host/devstr.h"
#include "store/open.h"

/* Blocks that can be, and one of them that is selected first. */
static int check_blocks(const struct semu_devtape *t,
			struct scsiemu_errmsg *err)
{
	uint64_t least = t->block_min ? t->block_min : 1;
	uint64_t most = t->block_max ? t->block_max : SCSIEMU_TAPE_BLOCK_MAX;
	uint64_t granule = UINT64_C(1) << t->granularity;

	if (least > most)
		return semu_err(err,
				"block_min=%" PRIu64 " is more than block_max: "
				"exchange them",
				least);
	if (t->fixed &&
	    (t->fixed < least || t->fixed > most || t->fixed % granule))
		return semu_err(err,
				"fixed=%" PRIu64 ": the drive takes blocks of "
				"%" PRIu64 " to %" PRIu64 " bytes, multiples "
				"of %" PRIu64,
				t->fixed, least, most, granule);
	return 0;
}

/* Where a profile says how large a cartridge is, one that is not there is
 * made. */
static bool makes(const struct semu_devstr *s)
{
	if (s->size)
		return true;
	return semu_devformats_chosen(s) &&
	       (s->mem || (!s->readonly && access(s->path, F_OK) != 0));
}

static int check_size(const struct semu_devstr *s, struct scsiemu_errmsg *err)
{
	struct scsiemu_tape_new is;

	if (!makes(s))
		return s->mem ? semu_err(err, "mem needs a size: add size=64M")
			      : 0;
	semu_devformats_cartridge(&is, s);
	if (is.bytes >= SCSIEMU_TAPE_BYTES_MIN)
		return 0;
	return semu_err(err,
			"size=%" PRIu64 ": a cartridge has at least "
			"%d bytes",
			is.bytes, SCSIEMU_TAPE_BYTES_MIN);
}

int semu_devtape_image(uint8_t *image, const char *value)
{
	unsigned i = 0;

	while (i < SCSIEMU_IMAGES &&
	       strcmp(scsiemu_tape_image_name((enum scsiemu_image)i), value))
		i++;
	if (i == SCSIEMU_IMAGES && strcmp(value, "native") != 0)
		return -1;
	*image = (uint8_t)(1 + i);
	return 0;
}

int semu_devtape_check(struct semu_devstr *s, struct scsiemu_errmsg *err)
{
	if (!s->mem && !s->path[0])
		return semu_err(err, "no cartridge: add path=FILE, or mem");
	if (s->mem && s->path[0])
		return semu_err(err, "path and mem: keep one of them");
	if (s->mem && s->tape.image)
		return semu_err(err, "format is of a file: leave it out with "
				     "mem");
	if (s->path[0] && s->size && s->readonly)
		return semu_err(err, "size makes a cartridge and readonly "
				     "cannot: leave one of them out");
	if (semu_devformats_check(s, err) || check_blocks(&s->tape, err))
		return -1;
	return check_size(s, err) || semu_devtape_codec(s, err) ? -1 : 0;
}

/* A profile says what the product has, not what this build can. */
int semu_devtape_codec(const struct semu_devstr *s, struct scsiemu_errmsg *err)
{
	struct scsiemu_codec has = { 0 };
	int rc = 0;

	if (s->tape.encrypt && !s->profile[0])
		rc = scsiemu_codec_aes_gcm(&has, err);
	if (!rc && s->tape.compress && !s->profile[0])
		rc = scsiemu_codec_zstd(&has, 0, err);
	scsiemu_codec_close(&has);
	return rc;
}

/* Whatever the drive does, it reads what others have written. */
static int wrap(struct scsiemu_medium *m, struct scsiemu_errmsg *err)
{
	if (!scsiemu_wrap_codec(m, NULL, err))
		return 0;
	scsiemu_medium_close(m);
	return -1;
}

int semu_devtape_cartridge(struct scsiemu_medium *m, const char *path,
			   const struct scsiemu_tape_new *is, bool read_only,
			   struct scsiemu_errmsg *err)
{
	return scsiemu_open_tape_log(m, path, is, read_only, err)
		       ? -1
		       : wrap(m, err);
}

/* As it was said, or by what is in the file; if nobody can tell that, the
 * opener of our own says what is wrong with it. */
static enum scsiemu_image find_format(const struct semu_devstr *s)
{
	enum scsiemu_image format = SCSIEMU_IMAGES;

	if (s->tape.image)
		return (enum scsiemu_image)(s->tape.image - 1);
	if (scsiemu_tape_image_guess(s->path, &format, NULL))
		return SCSIEMU_IMAGES;
	return format;
}

/* A damaged one that is only read comes with a reason: the drive has it. */
static int open_image(struct scsiemu_medium *m, const struct semu_devstr *s,
		      enum scsiemu_image format,
		      const struct scsiemu_tape_new *is,
		      struct scsiemu_errmsg *err)
{
	if (is->bytes && !scsiemu_tape_image_writes(format))
		return semu_err(err, "format=%s is only read: leave size out",
				scsiemu_tape_image_name(format));
	return scsiemu_open_tape_image(m, s->path, format, is, err);
}

int semu_devtape_open(struct scsiemu_medium *m, const struct semu_devstr *s,
		      struct scsiemu_errmsg *err)
{
	struct scsiemu_tape_new is;
	enum scsiemu_image format;

	semu_devformats_cartridge(&is, s);
	is.read_only = s->readonly;
	if (s->mem)
		return scsiemu_open_tape_mem(m, &is, err) ? -1 : wrap(m, err);
	if (!makes(s))
		is.bytes = 0;
	format = find_format(s);
	if (format != SCSIEMU_IMAGES)
		return open_image(m, s, format, &is, err);
	return semu_devtape_cartridge(m, s->path, is.bytes ? &is : NULL,
				      s->readonly, err);
}

uint64_t semu_devtape_size(const struct scsiemu_medium *m)
{
	const struct scsiemu_tape_ops *ops = m->ops;
	struct scsiemu_tape_info info;

	ops->info(m->ctx, &info);
	return info.size;
}

void semu_devtape_options(struct scsiemu_ssc_options *o,
			  const struct semu_devstr *s)
{
	*o = (struct scsiemu_ssc_options){
		.size = sizeof(*o),
		.early_warning = s->tape.warning,
		.partitions = (uint8_t)(s->tape.partitions ? s->tape.partitions
							   : 1),
		.append_only = s->tape.append_only,
		.worm = s->tape.worm || s->tape.takes_worm,
		.block_min = (uint32_t)s->tape.block_min,
		.block_max = (uint32_t)s->tape.block_max,
		.block = (uint32_t)s->tape.fixed,
		.granularity = (uint8_t)s->tape.granularity,
		.reverse = s->tape.reverse,
		.unbuffered = s->tape.unbuffered,
		.protection = s->tape.protection,
		.reed_solomon = s->tape.reed_solomon,
		.set_capacity = s->tape.set_capacity,
		.compression = s->tape.compress,
		.encryption = s->tape.encrypt,
	};
}
