/* SPDX-License-Identifier: BSD-2-Clause */
/* store/tape_image.c - cartridges of other programs: which formats there are,
 * and which one a file has. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "store/file_io.h"
#include "store/sys.h"
#include "store/tape_export.h"
#include "store/tape_log.h"
#include "store/tape_scan.h"

static const struct {
	const char *name;
	const struct semu_scan_format *f;
	const struct semu_export_format *once;
} formats[SCSIEMU_IMAGES] = {
	[SCSIEMU_IMAGE_SIMH] = { "simh", &semu_simh, NULL },
	[SCSIEMU_IMAGE_E11] = { "e11", &semu_simh_e11, NULL },
	[SCSIEMU_IMAGE_AWS] = { "aws", &semu_aws, NULL },
	[SCSIEMU_IMAGE_FAKE] = { "faketape", &semu_faketape,
				 &semu_faketape_export },
	[SCSIEMU_IMAGE_TAR] = { "tar", &semu_tar, NULL },
	[SCSIEMU_IMAGE_TGT] = { "tgt", &semu_tgt, &semu_tgt_export },
	[SCSIEMU_IMAGE_MHVTL] = { "mhvtl", &semu_mhvtl, &semu_mhvtl_export },
	[SCSIEMU_IMAGE_HET] = { "het", &semu_het, NULL },
};

const char *scsiemu_tape_image_name(enum scsiemu_image format)
{
	return (unsigned)format < SCSIEMU_IMAGES ? formats[format].name : NULL;
}

bool scsiemu_tape_image_writes(enum scsiemu_image format)
{
	return (unsigned)format < SCSIEMU_IMAGES && formats[format].f->encode;
}

bool scsiemu_tape_image_exports(enum scsiemu_image format)
{
	return (unsigned)format < SCSIEMU_IMAGES && formats[format].once;
}

int scsiemu_new_tape_image(struct scsiemu_medium *m, const char *path,
			   enum scsiemu_image format,
			   const struct scsiemu_tape_new *is,
			   struct scsiemu_errmsg *err)
{
	if (!scsiemu_tape_image_exports(format))
		return semu_err(err, "no format that is written only once");
	return semu_export_new(m, formats[format].once, path, is, err);
}

static const struct semu_scan_format *writable(
	enum scsiemu_image format, const struct scsiemu_tape_new *is,
	struct scsiemu_errmsg *err)
{
	if ((unsigned)format >= SCSIEMU_IMAGES) {
		semu_err(err, "no such format of tapes");
		return NULL;
	}
	if (is->bytes && semu_tape_check(is, err))
		return NULL;
	return formats[format].f;
}

int scsiemu_open_tape_image(struct scsiemu_medium *m, const char *path,
			    enum scsiemu_image format,
			    const struct scsiemu_tape_new *is,
			    struct scsiemu_errmsg *err)
{
	const struct semu_scan_format *f;
	struct scsiemu_errmsg none;
	struct semu_scan *s;

	if (!err)
		err = &none;
	err->text[0] = '\0';
	f = writable(format, is, err);
	if (!f)
		return -1;
	if (f == &semu_mhvtl)
		return semu_mhvtl_open(m, path, is, err);
	s = semu_scan_new(f, is, err);
	if (!s)
		return -1;
	if (semu_scan_open(s, path, err)) {
		semu_scan_close(s);
		return -1;
	}
	semu_tape_medium(
		m, s->is.read_only ? &semu_scan_read_ops : &semu_scan_ops, s);
	return 0;
}

/* ---- Which one is it? ---- */

/* Does it begin as the cartridges of this library do? */
static bool is_ours(int fd)
{
	uint8_t magic[SEMU_TL_MAGIC];
	const struct scsiemu_vec v = { magic, sizeof(magic) };
	size_t done;

	for (uint64_t off = 0; off < SEMU_TL_DATA; off += SEMU_TL_SLOT)
		if (!semu_file_move(fd, SEMU_READING, off, sizeof(magic), &v, 1,
				    &done) &&
		    done == sizeof(magic) &&
		    !memcmp(magic, semu_tl_magic, sizeof(magic)))
			return true;
	return false;
}

/* Those that are hard to mistake first. */
static int guess_file(int fd, uint64_t bytes)
{
	static const enum scsiemu_image order[] = {
		SCSIEMU_IMAGE_TGT, SCSIEMU_IMAGE_TAR, SCSIEMU_IMAGE_FAKE,
		SCSIEMU_IMAGE_AWS, SCSIEMU_IMAGE_SIMH
	};
	enum { ENOUGH = 8 };
	unsigned most = 0;
	int best = -1;

	for (unsigned i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		bool damaged;
		unsigned n = semu_scan_try(formats[order[i]].f, fd, bytes,
					   ENOUGH, &damaged);

		if (n && !damaged)
			return (int)order[i];
		if (n > most) {
			most = n;
			best = (int)order[i];
		}
	}
	return best;
}

int scsiemu_tape_image_guess(const char *path, enum scsiemu_image *format,
			     struct scsiemu_errmsg *err)
{
	int fd = semu_file_open(path, O_RDONLY), rc = 0;
	int guess = SCSIEMU_IMAGES;
	struct stat st;

	if (fd < 0)
		return semu_err_system(err, path, -fd);
	if (semu_sys->fstat(fd, &st))
		rc = semu_err_system(err, path, errno);
	else if (S_ISDIR(st.st_mode))
		guess = semu_mhvtl_is(path) ? SCSIEMU_IMAGE_MHVTL : -1;
	else if (!is_ours(fd))
		guess = guess_file(fd, (uint64_t)st.st_size);
	semu_sys->close(fd);
	if (!rc && guess < 0)
		rc = semu_err_file(err, path,
				   "is no cartridge that can be recognised: if "
				   "it is one, say its format");
	if (!rc)
		*format = (enum scsiemu_image)guess;
	return rc;
}
