/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/tape_mhvtl_mam.c - the cartridge memory of mhvtl. Formats 3 and 4 are a
 * structure of 1,024 bytes, in front of meta or in mam; 5 and 6 are attributes:
 * id and length (2 bytes each, little-endian), and the value as it is sent to
 * hosts. In front are two numbers: the format of the tape, and that of this.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "core/bytes.h"
#include "store/file_io.h"
#include "store/sys.h"
#include "store/tape_attr.h"
#include "store/tape_mhvtl.h"

enum {
	OLD_LEN = 1024,
	ROOM = 64 << 10,
	VERSIONS = 8, /* bytes */
	HEAD = 4,     /* of an attribute there */
	OLDEST = 3,   /* format */
	IN_MAM = 4,   /* ... from which on it has a file of its own */
	LISTED = 5,   /* ... from which on it is attributes */
	NEWEST = 6,
	MAX_CAPACITY = 0x0001,
	DENSITY = 0x0405,
	MEDIUM_TYPE = 0x0408,
	WORM = 1, /* of these */
	CLEANING = 6
};

struct value {
	uint16_t id, len;
	const uint8_t *p;
};

/* Where an attribute is in the structure. */
static const struct place {
	uint16_t id, at, len;
} places[] = {
	{ MAX_CAPACITY, 16, 8 }, { 0x0400, 250, 8 },	  { 0x0401, 258, 32 },
	{ 0x0402, 290, 4 },	 { 0x0403, 294, 4 },	  { 0x0404, 298, 8 },
	{ DENSITY, 319, 1 },	 { MEDIUM_TYPE, 320, 1 }, { 0x0800, 332, 8 },
	{ 0x0801, 340, 32 },	 { 0x0802, 372, 8 },	  { 0x0803, 380, 160 },
	{ 0x0804, 540, 12 },	 { 0x0805, 552, 1 },	  { 0x0806, 553, 32 },
	{ 0x0807, 585, 80 },	 { 0x0808, 665, 160 },
};

struct memory {
	uint8_t p[ROOM];
	size_t len;
	uint32_t version;
};

static uint32_t le32(const uint8_t *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[1] << 8 | p[0];
}

/* ---- Values ---- */

static bool find_old(const struct memory *m, unsigned from, struct value *v)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const struct place *at = &places[i];

		if (at->id < from || at->at + at->len > m->len)
			continue;
		*v = (struct value){ at->id, at->len, m->p + at->at };
		return true;
	}
	return false;
}

/* at: where the first one is */
static bool find_listed(const struct memory *m, size_t at, unsigned from,
			struct value *v)
{
	bool found = false;

	while (m->len >= at + HEAD) {
		const uint8_t *p = m->p + at;
		uint16_t id = (uint16_t)(p[0] | p[1] << 8);
		uint16_t len = (uint16_t)(p[2] | p[3] << 8);

		at += HEAD;
		if (len > m->len - at)
			break;
		at += len;
		if (id < from || (found && id >= v->id))
			continue;
		*v = (struct value){ id, len, p + HEAD };
		found = true;
	}
	return found;
}

/* The attribute with the lowest id from this one on. */
static bool find(const struct memory *m, unsigned from, struct value *v)
{
	return m->version < LISTED ? find_old(m, from, v)
				   : find_listed(m, VERSIONS, from, v);
}

static uint64_t number(const struct memory *m, unsigned id)
{
	struct value v;
	uint64_t n = 0;

	if (!find(m, id, &v) || v.id != id)
		return 0;
	for (unsigned i = 0; i < v.len; i++)
		n = n << 8 | v.p[i];
	return n;
}

/* ---- Attributes ---- */

/* What a cartridge keeps; the rest the drive knows better. */
static bool is_kept(const struct value *v)
{
	static const uint16_t known[] = { DENSITY, 0x0406, 0x0407,
					  MEDIUM_TYPE };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (v->id == known[i])
			return false;
	return !semu_attr_unset(v->p, v->len) && v->len <= 255 &&
	       ((v->id >= 0x0400 && v->id < 0x0c00) ||
		(v->id >= 0x1400 && v->id < 0x1800));
}

static void list_attributes(struct semu_mhvtl_mam *to, const struct memory *m)
{
	struct value v;
	uint8_t *p = to->attr;

	for (unsigned id = 0; find(m, id, &v); id = v.id + 1U) {
		if (!is_kept(&v) ||
		    (size_t)(p - to->attr) + SEMU_ATTR_HEAD + v.len > ROOM)
			continue;
		p += semu_attr_put(p, v.id, v.p, v.len);
	}
	to->attr_len = (uint32_t)(p - to->attr);
}

/* ---- The file ---- */

static int read_file(struct memory *m, const char *path,
		     struct scsiemu_errmsg *err)
{
	const struct scsiemu_vec v = { m->p, sizeof(m->p) };
	int fd = semu_file_open(path, O_RDONLY), why;

	if (fd < 0)
		return fd == -ENOENT ? 1 : semu_err_system(err, path, -fd);
	why = semu_file_move(fd, SEMU_READING, 0, sizeof(m->p), &v, 1, &m->len);
	semu_sys->close(fd);
	return why ? semu_err_system(err, path, why) : 0;
}

static int check(struct memory *m, const char *path, bool mam,
		 struct scsiemu_errmsg *err)
{
	uint32_t other = semu_be32(m->p);

	m->version = le32(m->p);
	if (m->len < VERSIONS || (m->version < LISTED && m->len < OLD_LEN))
		return semu_err_file(err, path,
				     "is cut short: bring back a copy");
	if (other >= OLDEST && other <= NEWEST)
		return semu_err_file(err, path,
				     "was written by a machine of the other "
				     "byte order: that is not read");
	if (m->version < (mam ? IN_MAM : OLDEST) ||
	    m->version > (mam ? (unsigned)NEWEST : (unsigned)OLDEST))
		return semu_err_file(err, path,
				     "is of mhvtl's tape format %u: 3 to 6 are "
				     "known",
				     (unsigned)m->version);
	return 0;
}

static int load(struct memory *m, const char *dir, bool *mam,
		struct scsiemu_errmsg *err)
{
	char path[SEMU_MHVTL_PATH];
	int rc = semu_mhvtl_path(path, dir, "mam", -1);

	if (!rc)
		rc = read_file(m, path, err);
	*mam = rc <= 0;
	if (rc == 1) {
		rc = semu_mhvtl_path(path, dir, "meta", -1);
		if (!rc)
			rc = read_file(m, path, err);
	}
	if (rc == 1)
		return semu_err_file(err, dir,
				     "has neither mam nor meta: it is no "
				     "cartridge of mhvtl");
	return rc ? rc : check(m, path, *mam, err);
}

/* What is in mhvtl_data, which older ones do not have: 0, or -1 with why. */
static int load_coherency(struct semu_mhvtl_mam *to, struct memory *m,
			  const char *dir, struct scsiemu_errmsg *err)
{
	char path[SEMU_MHVTL_PATH];
	struct value v;
	int rc = semu_mhvtl_path(path, dir, "mhvtl_data", -1);

	if (!rc)
		rc = read_file(m, path, err);
	if (rc)
		return rc < 0 ? rc : 0;
	for (unsigned i = 0; i < SCSIEMU_TAPE_PARTITIONS - 1; i++) {
		uint8_t *p = to->coherency[i].p;

		if (!find_listed(m, 0, SEMU_MHVTL_COHERENCY + i, &v) ||
		    v.id != SEMU_MHVTL_COHERENCY + i ||
		    semu_attr_unset(v.p, v.len) ||
		    v.len > SEMU_MHVTL_COHERENCY_MAX)
			continue;
		to->coherency[i].len = semu_attr_put(p, SEMU_ATTR_COHERENCY,
						     v.p, v.len);
	}
	return 0;
}

int semu_mhvtl_mam(struct semu_mhvtl_mam *to, const char *dir,
		   struct scsiemu_errmsg *err)
{
	struct memory *m = semu_sys->alloc(sizeof(*m));
	bool mam = false;
	int rc;

	*to = (struct semu_mhvtl_mam){ .attr = semu_sys->alloc(ROOM) };
	if (!m || !to->attr) {
		semu_sys->free(m);
		return semu_err_memory(err);
	}
	rc = load(m, dir, &mam, err);
	if (!rc) {
		to->version = m->version;
		to->meta_at = mam ? 0 : OLD_LEN;
		to->bytes = number(m, MAX_CAPACITY);
		to->density = (uint8_t)number(m, DENSITY);
		to->worm = number(m, MEDIUM_TYPE) == WORM;
		to->cleaning = number(m, MEDIUM_TYPE) == CLEANING;
		list_attributes(to, m);
		rc = load_coherency(to, m, dir, err);
	}
	semu_sys->free(m);
	return rc;
}
