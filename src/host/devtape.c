/* SPDX-License-Identifier: BSD-2-Clause */
/* host/devtape.c - tape drives in device strings: their keys, their cartridge.
 */
#include <inttypes.h>
#include <string.h>

#include "host/devstr.h"
#include "store/open.h"

static bool is_one_of(const char *const *words, const char *word)
{
	while (*words && strcmp(*words, word) != 0)
		words++;
	return *words;
}

bool semu_devtape_only(const char *key)
{
	static const char *const only[] = { "partitions",    "density",
					    "early_warning", "worm",
					    "append_only",   NULL };

	return is_one_of(only, key);
}

bool semu_devtape_knows(const char *key)
{
	static const char *const shared[] = { "path",	  "mem",    "logs",
					      "readonly", "inject", "deferred",
					      "format",	  NULL };

	return is_one_of(shared, key) || semu_devtape_only(key);
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
	if (s->mem && !s->size)
		return semu_err(err, "mem needs a size: add size=64M");
	if (s->path[0] && s->size && s->readonly)
		return semu_err(err, "size makes a cartridge and readonly "
				     "cannot: leave one of them out");
	if (s->path[0] && !s->size)
		return 0;
	if (s->size < SCSIEMU_TAPE_BYTES_MIN)
		return semu_err(err,
				"size=%" PRIu64 ": a cartridge has at least "
				"%d bytes",
				s->size, SCSIEMU_TAPE_BYTES_MIN);
	return 0;
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
	if (s->size && !scsiemu_tape_image_writes(format))
		return semu_err(err, "format=%s is only read: leave size out",
				scsiemu_tape_image_name(format));
	return scsiemu_open_tape_image(m, s->path, format, is, err);
}

int semu_devtape_open(struct scsiemu_medium *m, const struct semu_devstr *s,
		      struct scsiemu_errmsg *err)
{
	const struct scsiemu_tape_new is = { .bytes = s->size,
					     .density =
						     (uint8_t)s->tape.density,
					     .worm = s->tape.worm,
					     .read_only = s->readonly };
	enum scsiemu_image format;

	if (s->mem)
		return scsiemu_open_tape_mem(m, &is, err);
	format = find_format(s);
	if (format != SCSIEMU_IMAGES)
		return open_image(m, s, format, &is, err);
	return scsiemu_open_tape_log(m, s->path, s->size ? &is : NULL,
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
		.worm = s->tape.worm,
	};
}
