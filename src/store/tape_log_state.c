/* SPDX-License-Identifier: BSD-2-Clause */
/* store/tape_log_state.c - how a cartridge in a file was left. */
#include <fcntl.h>

#include "store/crc32c.h"
#include "store/sys.h"
#include "store/tape_log.h"

/* In a slot: what is in front of the state (its number ends there), and the
 * checksum behind it. */
enum { BEFORE = 24, BEHIND = 4 };

struct slot {
	bool good;
	size_t len;
	uint32_t crc; /* of the state */
};

static int look(struct semu_tl *t, unsigned which, struct slot *s)
{
	struct semu_tl_slot slot;

	if (semu_tl_slot_read(t, which, &slot))
		return -1;
	s->good = slot.verdict == SEMU_TL_GOOD;
	s->len = s->good ? slot.len : 0;
	s->crc = s->good ? semu_crc32c(0, t->slot + BEFORE,
				       s->len - BEFORE - BEHIND)
			 : 0;
	return 0;
}

static void fill(struct scsiemu_tape_state *to, const struct semu_tl *t,
		 const struct slot s[2])
{
	*to = (struct scsiemu_tape_state){
		.version = SEMU_TL_VERSION,
		.number = t->seq,
		.end = SEMU_TL_DATA,
		.length = t->length,
		.put_away = s[0].good && s[1].good && s[0].len == s[1].len &&
			    s[0].crc == s[1].crc,
	};
	for (unsigned i = 0; i < t->n; i++)
		if (t->part[i].end)
			to->end = t->part[i].base + t->part[i].end;
	for (unsigned i = 0; i < 2; i++)
		to->whole[i] = s[i].good;
}

int scsiemu_tape_log_state(const char *path, struct scsiemu_tape_state *out,
			   struct scsiemu_errmsg *err)
{
	struct semu_tl *t = semu_sys->alloc(sizeof(*t));
	struct slot s[2];
	int rc = -1;

	if (!t)
		return semu_err_memory(err);
	t->fd = semu_tl_open_file(path, O_RDONLY, err);
	if (t->fd >= 0) {
		rc = semu_tl_load(t, path, true, err);
		if (!rc && (look(t, 0, &s[0]) || look(t, 1, &s[1])))
			rc = semu_err_file(err, path, "cannot be read");
		if (!rc)
			fill(out, t, s);
		semu_sys->close(t->fd);
	}
	semu_tl_free_attributes(t);
	semu_sys->free(t);
	return rc;
}
