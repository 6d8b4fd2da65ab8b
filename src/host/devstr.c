/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host/devstr.c - TYPE:key=value,... taken apart, and what only the keys
 * together can say: exactly one store, a size where one is needed.
 */
#include "host/devstr.h"

#include <inttypes.h>
#include <string.h>

#include "store/open.h"

enum { ITEM = SEMU_PATH + 16, TYPE_SHOWN = 30 };

static const struct {
	const char *name;
	const struct scsiemu_type *type;
	bool bare, is_tape, is_library;
} types[] = {
#ifdef SEMU_WITH_SBC
	{ "disk", &scsiemu_sbc, false, false, false },
#endif
#ifdef SEMU_WITH_PROC
	{ "proc", &scsiemu_proc, true, false, false },
#endif
#ifdef SEMU_WITH_SSC
	{ "tape", &scsiemu_ssc, false, true, false },
#endif
#if defined(SEMU_WITH_SMC) && defined(SEMU_WITH_SSC)
	{ "library", &scsiemu_smc, false, false, true },
#endif
	{ NULL, NULL, false, false, false },
};

/* What follows the type: "" or ":..."; NULL: no such type. */
static const char *take_type(struct semu_devstr *s, const char *device,
			     struct scsiemu_errmsg *err)
{
	size_t len = strcspn(device, ":"), i;

	for (i = 0; types[i].name; i++) {
		if (strlen(types[i].name) != len ||
		    memcmp(types[i].name, device, len) != 0)
			continue;
		s->type = types[i].type;
		s->type_name = types[i].name;
		s->bare = types[i].bare;
		s->is_tape = types[i].is_tape;
		s->is_library = types[i].is_library;
		return device + len;
	}
	semu_err(err,
		 "\"%.*s\" is not a device type: write disk:..., tape:..., "
		 "library:... or proc, for example disk:path=a.img,size=1G or "
		 "tape:mem,size=64M",
		 len < TYPE_SHOWN ? (int)len : TYPE_SHOWN, device);
	return NULL;
}

/* One item into out, "\," as a comma; what follows it, NULL when too long. */
static const char *take_item(const char *p, char out[ITEM])
{
	size_t n = 0;

	for (; *p && *p != ','; p++) {
		if (p[0] == '\\' && p[1] == ',')
			p++;
		if (n == ITEM - 1)
			return NULL;
		out[n++] = *p;
	}
	out[n] = 0;
	return p;
}

static int take_keys(struct semu_devstr *s, const char *p,
		     struct scsiemu_errmsg *err)
{
	struct semu_devseen seen = { { 0 } };
	char item[ITEM], *value;

	while (*p) {
		p = take_item(p + 1, item);
		if (!p)
			return semu_err(err,
					"a value is longer than %d bytes: "
					"shorten it",
					SEMU_PATH - 1);
		if (!item[0])
			return semu_err(err, "an empty key: remove the comma "
					     "(or colon) too many");
		value = strchr(item, '=');
		if (value)
			*value++ = 0;
		if (semu_devkey_set(s, item, value, &seen, err))
			return -1;
	}
	return 0;
}

/* The profile that is the value of key first: what the string says itself comes
 * on top. */
static int take_profile(struct semu_devstr *s, const char *key, const char *p,
			struct scsiemu_errmsg *err)
{
	char item[ITEM];
	size_t n = strlen(key);

	while (*p && (p = take_item(p + 1, item)) != NULL) {
		size_t len = strlen(item);

		if (strncmp(item, key, n) == 0 && len > n && len < SEMU_PATH)
			return semu_profile_load(s, item + n, err);
	}
	return 0;
}

/* Of a library: the profiles of its changer and of its drives. What is usual in
 * the one gives way to what is there; of the others are the cartridges. */
static int take_library(struct semu_devstr *s, const char *device,
			const char *p, struct scsiemu_errmsg *err)
{
	struct semu_devlibrary *l = &s->library;
	struct semu_devstr drive;

	if (take_profile(s, "changer_profile=", p, err) ||
	    semu_devstr_drive(&drive, device, err))
		return -1;
	s->formats = drive.formats;
	l->usual_drives = l->drives;
	l->usual_slots = l->slots;
	l->usual_ie = l->ie;
	l->drives = l->slots = l->ie = 0;
	return 0;
}

#if defined(SEMU_WITH_SMC) && defined(SEMU_WITH_SSC)
/* What a library's device string says of its drives. */
static int take_drives(struct semu_devstr *s, const char *p,
		       struct scsiemu_errmsg *err)
{
	struct semu_devseen seen = { { 0 } };
	char item[ITEM];

	while (*p && (p = take_item(p + 1, item)) != NULL)
		if (semu_devkey_of_drives(item) &&
		    semu_devkey_set(s, item, NULL, &seen, err))
			return -1;
	return 0;
}

int semu_devstr_drive(struct semu_devstr *s, const char *device,
		      struct scsiemu_errmsg *err)
{
	memset(s, 0, sizeof(*s));
	s->sbc.size = sizeof(s->sbc);
	s->type = &scsiemu_ssc;
	s->type_name = "tape";
	s->is_tape = true;
	device += strcspn(device, ":");
	return take_profile(s, "profile=", device, err) ||
			       take_drives(s, device, err)
		       ? -1
		       : 0;
}
#else
int semu_devstr_drive(struct semu_devstr *s, const char *device,
		      struct scsiemu_errmsg *err)
{
	(void)s, (void)device, (void)err;
	return 0;
}
#endif

static int check_store(const struct semu_devstr *s, struct scsiemu_errmsg *err)
{
	int n = (s->path[0] != 0) + s->mem + s->null;

	if (n == 0)
		return semu_err(err, "no store: add path=FILE, mem or null");
	if (n > 1)
		return semu_err(err, "more than one of path, mem and null: "
				     "keep one");
	if (!s->path[0] && !s->size)
		return semu_err(err, "%s needs a size: add size=64M",
				s->mem ? "mem" : "null");
	if (s->path[0] && s->size && s->readonly)
		return semu_err(err, "size creates a file and readonly cannot: "
				     "leave size out to serve the file as it "
				     "is, or readonly to create it");
	return 0;
}

static int check_alua(const struct semu_devstr *s, struct scsiemu_errmsg *err)
{
	if (!s->tpgs && (s->groups.n || s->transition))
		return semu_err(err,
				"%s without alua: add alua=both, or leave "
				"it out",
				s->groups.n ? "groups" : "transition");
	return 0;
}

/* What an older disk cannot have is not left out in silence. */
static int check_level(const struct semu_devstr *s, struct scsiemu_errmsg *err)
{
	const struct {
		const char *key;
		bool given;
		unsigned since;
	} keys[] = {
		{ "aca", s->aca, SCSIEMU_LEVEL_SPC },
		{ "alua", s->tpgs != 0, SCSIEMU_LEVEL_SPC_3 },
		{ "deferred", s->deferred, SCSIEMU_LEVEL_SCSI_2 },
		{ "elements", s->elements != 0, SCSIEMU_LEVEL_SPC_3 },
		{ "hints", s->hints != 0, SCSIEMU_LEVEL_SPC_3 },
		{ "pi", s->pi.type != 0, SCSIEMU_LEVEL_SPC_3 },
		{ "power", s->power, SCSIEMU_LEVEL_SPC_3 },
		{ "priorities", s->priorities, SCSIEMU_LEVEL_SPC_3 },
		{ "scan", s->sbc.scan, SCSIEMU_LEVEL_SPC_3 },
		{ "streams", s->streams != 0, SCSIEMU_LEVEL_SPC_3 },
		{ "thresholds", s->sbc.thresholds, SCSIEMU_LEVEL_SPC_3 },
		{ "zoned", s->zones.model != 0, SCSIEMU_LEVEL_SPC_3 },
	};

	for (size_t i = 0; s->version && i < sizeof(keys) / sizeof(*keys); i++)
		if (keys[i].given && s->version < keys[i].since)
			return semu_err(err,
					"%s with version=%" PRIu64 ": a disk "
					"has that from version=%u on; leave "
					"one of them out",
					keys[i].key, s->version, keys[i].since);
	return 0;
}

/* What a mailbox may hold. */
static int check_mailbox(struct semu_devstr *s, struct scsiemu_errmsg *err)
{
	if (!s->size)
		s->size = 1 << 20;
	if (s->size < 4096 || s->size > 1 << 30)
		return semu_err(err,
				"size=%" PRIu64 ": a processor keeps 4K to 1G "
				"of messages",
				s->size);
	return 0;
}

static int check_size(struct semu_devstr *s, struct scsiemu_errmsg *err)
{
	if (!s->block)
		s->block = 512;
	if (s->size % s->block)
		return semu_err(err,
				"size=%" PRIu64 " is not whole blocks of "
				"%" PRIu64 " bytes: round it, or change block",
				s->size, s->block);
	if (s->pool && !(s->mem && s->thin))
		return semu_err(err, "pool is for memory that is thin: add mem "
				     "and thin, or leave it out");
	if (s->thin && s->readonly)
		return semu_err(err, "thin and readonly: a disk that cannot be "
				     "written cannot be unmapped; keep one");
	return 0;
}

int semu_devstr_parse(struct semu_devstr *s, const char *device,
		      struct scsiemu_errmsg *err)
{
	const char *p;

	memset(s, 0, sizeof(*s));
	s->sbc.size = sizeof(s->sbc);
	p = take_type(s, device, err);
	if (!p ||
	    (s->is_library ? take_library(s, device, p, err)
			   : take_profile(s, "profile=", p, err)) ||
	    take_keys(s, p, err) || check_alua(s, err) || check_level(s, err))
		return -1;
	if (s->bare)
		return check_mailbox(s, err);
	if (s->is_tape)
		return semu_devtape_check(s, err);
	if (s->is_library)
		return semu_devlibrary_check(s, err);
	if (check_store(s, err) || semu_devzones_check(s, err) ||
	    semu_devpi_check(s, err))
		return -1;
	return check_size(s, err);
}
