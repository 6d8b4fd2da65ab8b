/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/store/image_kit.c - a tape store as text. */
#include "image_kit.h"

#include <stdio.h>

static const struct scsiemu_tape_ops *ops_of(const struct scsiemu_medium *m)
{
	return m->ops;
}

int image_write(const struct scsiemu_medium *m, const void *p, size_t n)
{
	struct scsiemu_vec v[KIT_VECS];
	unsigned nv = kit_cut(v, (void *)(uintptr_t)p, n);

	return kit_end(ops_of(m)->write(m->ctx, kit_begin(0), NULL, 0, v, nv));
}

static int verb(const struct scsiemu_medium *m, enum scsiemu_verb verb,
		uint64_t addr, uint64_t count)
{
	const struct scsiemu_cmd w = { .verb = (uint8_t)verb,
				       .addr = addr,
				       .count = count };

	return kit_end(ops_of(m)->verb(m->ctx, kit_begin(0), &w));
}

int image_marks(const struct scsiemu_medium *m, uint64_t n)
{
	return verb(m, SCSIEMU_V_MARKS, 0, n);
}

int image_locate(const struct scsiemu_medium *m, uint64_t object)
{
	return verb(m, SCSIEMU_V_LOCATE, object, 0);
}

int image_flush(const struct scsiemu_medium *m)
{
	return verb(m, SCSIEMU_V_FLUSH, 0, 0);
}

int image_erase(const struct scsiemu_medium *m)
{
	return verb(m, SCSIEMU_V_ERASE, 0, 0);
}

void image_tell(const struct scsiemu_medium *m, struct scsiemu_tape_pos *pos)
{
	ops_of(m)->tell(m->ctx, pos);
}

/* One object as text; false: it was the end. */
static bool dump_one(const struct scsiemu_medium *m, char *to, size_t room)
{
	static char rec[70000];
	struct scsiemu_vec v[KIT_VECS];
	unsigned nv = kit_cut(v, rec, sizeof(rec));
	int rc = kit_end(ops_of(m)->read(m->ctx, kit_begin(0), NULL, 0, v, nv));
	size_t n = kit_io.moved;

	switch (rc) {
	case SCSIEMU_R_RECORD:
		assert_int_equal(kit_io.info, n);
		rec[n] = '\0';
		if (n < 100)
			snprintf(to, room, "%s ", rec);
		else
			snprintf(to, room, "%.50s:%zu ", rec, n);
		return true;
	case SCSIEMU_R_MARK:
		snprintf(to, room, "M ");
		return true;
	case SCSIEMU_E_READ:
		snprintf(to, room, "B ");
		return true;
	default:
		assert_int_equal(rc, SCSIEMU_R_EOD);
		snprintf(to, room, "E");
		return false;
	}
}

const char *image_dump(const struct scsiemu_medium *m)
{
	static char text[4096];
	struct scsiemu_tape_pos was;
	size_t n = 0;

	image_tell(m, &was);
	assert_int_equal(image_locate(m, 0), SCSIEMU_OK);
	while (dump_one(m, text + n, sizeof(text) - n))
		n += strlen(text + n);
	assert_int_equal(image_locate(m, was.object), SCSIEMU_OK);
	return text;
}

const char *image_typed(enum scsiemu_image format, const void *bytes, size_t n,
			struct scsiemu_errmsg *err)
{
	static const struct scsiemu_tape_new is = { .read_only = true };
	const char *path = kit_path("typed");
	struct scsiemu_medium m;
	const char *text;

	kit_save(path, bytes, n);
	err->text[0] = '?';
	if (scsiemu_open_tape_image(&m, path, format, &is, err))
		return "refused";
	assert_true(m.read_only);
	text = image_dump(&m);
	scsiemu_medium_close(&m);
	return text;
}
