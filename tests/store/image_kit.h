/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/store/image_kit.h - a tape store, one call at a time, as text. */
#ifndef TESTS_STORE_IMAGE_KIT_H
#define TESTS_STORE_IMAGE_KIT_H

#include "kit.h"

int image_write(const struct scsiemu_medium *m, const void *p, size_t n);
int image_marks(const struct scsiemu_medium *m, uint64_t n);
int image_locate(const struct scsiemu_medium *m, uint64_t object);
int image_flush(const struct scsiemu_medium *m);
int image_erase(const struct scsiemu_medium *m);
void image_tell(const struct scsiemu_medium *m, struct scsiemu_tape_pos *pos);

/* All of it, from the beginning: a record's bytes (of longer ones, what is in
 * front of the first zero, and the length), M, B (E_READ), E. Goes back to
 * where it was. Static memory. */
const char *image_dump(const struct scsiemu_medium *m);
/* The same of a file of these n bytes, opened to be read: "refused" if it
 * is; *err as it was filled. */
const char *image_typed(enum scsiemu_image format, const void *bytes, size_t n,
			struct scsiemu_errmsg *err);

#endif
