/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host/devkeys.c - the keys of a device string: a key is a row that says where
 * its value goes, what is allowed, and how a person reads that.
 */
#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "host/devstr.h"
#include "store/open.h"

enum { VALUE_SHOWN = 40 };

struct key;
typedef int set_fn(const struct key *k, void *to, const char *value);

struct key {
	const char *name;
	set_fn *set; /* NULL: a flag, no value */
	size_t at;   /* in struct semu_devstr */
	uint64_t min, max;
	const char *allowed;
};

/* Decimal digits, all of the text; -1 when not, or too large. */
static int number(const char **text, uint64_t *out)
{
	const char *p = *text;
	uint64_t v = 0;

	if (*p < '0' || *p > '9')
		return -1;
	for (; *p >= '0' && *p <= '9'; p++) {
		uint64_t digit = (uint64_t)(*p - '0');

		if (v > (UINT64_MAX - digit) / 10)
			return -1;
		v = v * 10 + digit;
	}
	*text = p;
	*out = v;
	return 0;
}

static bool in_range(const struct key *k, uint64_t v)
{
	return v >= k->min && v <= k->max;
}

static int set_number(const struct key *k, void *to, const char *value)
{
	uint64_t v;

	if (number(&value, &v) || *value || !in_range(k, v))
		return -1;
	memcpy(to, &v, sizeof(v));
	return 0;
}

static int set_block(const struct key *k, void *to, const char *value)
{
	uint64_t v;

	if (set_number(k, to, value))
		return -1;
	memcpy(&v, to, sizeof(v));
	return v & (v - 1) ? -1 : 0;
}

static int set_version(const struct key *k, void *to, const char *value)
{
	uint64_t v;

	if (set_number(k, to, value))
		return -1;
	memcpy(&v, to, sizeof(v));
	return v > SCSIEMU_LEVEL_SPC_5 && v < SCSIEMU_LEVEL_SPC_6 ? -1 : 0;
}

static int set_size(const struct key *k, void *to, const char *value)
{
	static const char units[] = "KMGTP";
	const char *unit;
	unsigned shift = 0;
	uint64_t v;

	if (number(&value, &v))
		return -1;
	if (*value) {
		unit = strchr(units, *value);
		if (!unit || value[1])
			return -1;
		shift = 10 * (unsigned)(unit - units + 1);
	}
	if (v > UINT64_MAX >> shift || !in_range(k, v << shift))
		return -1;
	v <<= shift;
	memcpy(to, &v, sizeof(v));
	return 0;
}

/* One hexadecimal digit, or -1. */
static int hex(char c)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *p = c ? strchr(digits, c) : NULL;

	return p ? (int)((p - digits) % 16) : -1;
}

/* A 64-bit NAA designator: types 2, 3 and 5 (SPC-5 7.7.6.6). */
static int set_naa(const struct key *k, void *to, const char *value)
{
	uint64_t v = 0;
	int i;

	(void)k;
	if (strlen(value) != 16)
		return -1;
	for (i = 0; i < 16; i++) {
		int digit = hex(value[i]);

		if (digit < 0)
			return -1;
		v = v << 4 | (unsigned)digit;
	}
	if (v >> 60 != 2 && v >> 60 != 3 && v >> 60 != 5)
		return -1;
	memcpy(to, &v, sizeof(v));
	return 0;
}

/* Printable ASCII of min to max bytes. */
static int set_text(const struct key *k, void *to, const char *value)
{
	size_t len = strlen(value), i;

	if (!in_range(k, len))
		return -1;
	for (i = 0; i < len; i++)
		if (value[i] < 0x20 || value[i] > 0x7e)
			return -1;
	memcpy(to, value, len + 1);
	return 0;
}

static int set_path(const struct key *k, void *to, const char *value)
{
	size_t len = strlen(value);

	if (!in_range(k, len))
		return -1;
	memcpy(to, value, len + 1);
	return 0;
}

static int set_alua(const struct key *k, void *to, const char *value)
{
	(void)k;
	return semu_devalua_who(to, value);
}

static int set_groups(const struct key *k, void *to, const char *value)
{
	(void)k;
	return semu_devalua_groups(to, value);
}

static int set_zoned(const struct key *k, void *to, const char *value)
{
	(void)k;
	return semu_devzones_model(to, value);
}

static int set_pi(const struct key *k, void *to, const char *value)
{
	uint64_t v;

	(void)k;
	if (semu_devpi_type(&v, value))
		return -1;
	memcpy(to, &v, sizeof(v));
	return 0;
}

static int set_hide(const struct key *k, void *to, const char *value)
{
	(void)k;
	return semu_devquirks_hide(to, value);
}

static int set_vpd(const struct key *k, void *to, const char *value)
{
	(void)k;
	return semu_devquirks_vpd(to, value);
}

static int set_inquiry(const struct key *k, void *to, const char *value)
{
	(void)k;
	return semu_devquirks_inquiry(to, value);
}

static int set_versions(const struct key *k, void *to, const char *value)
{
	(void)k;
	return semu_devquirks_versions(to, value);
}

static int set_modes(const struct key *k, void *to, const char *value)
{
	(void)k;
	return semu_devquirks_modes(to, value);
}

static int set_logs(const struct key *k, void *to, const char *value)
{
	(void)k;
	return semu_devquirks_logs(to, value);
}

/* MEDIUM ROTATION RATE (SBC-4 6.6.3) */
static int set_rpm(const struct key *k, void *to, const char *value)
{
	uint64_t v;

	if (set_number(k, to, value))
		return -1;
	memcpy(&v, to, sizeof(v));
	return v == 1 || v > 0x400 ? 0 : -1;
}

static int set_pi_store(const struct key *k, void *to, const char *value)
{
	(void)k;
	return semu_devpi_store(to, value);
}

static int set_image(const struct key *k, void *to, const char *value)
{
	(void)k;
	return semu_devtape_image(to, value);
}

static int set_unload(const struct key *k, void *to, const char *value)
{
	(void)k;
	return semu_devlibrary_unload(to, value);
}

#define AT(member) offsetof(struct semu_devstr, member)

static const struct key keys[] = {
	{ "path", set_path, AT(path), 1, SEMU_PATH - 1,
	  "the path of a file or block device" },
	{ "mem", NULL, AT(mem), 0, 0, "" },
	{ "null", NULL, AT(null), 0, 0, "" },
	{ "size", set_size, AT(size), 1, INT64_MAX,
	  "1 or more bytes, with K M G T P for 2^10 ... 2^50" },
	{ "block", set_block, AT(block), 256, 4096,
	  "256, 512, 1024, 2048 or 4096" },
	{ "exponent", set_number, AT(exponent), 0, 15, "0 to 15" },
	{ "thin", NULL, AT(thin), 0, 0, "" },
	{ "pool", set_size, AT(pool), 65536, INT64_MAX,
	  "64K or more bytes, with K M G T P for 2^10 ... 2^50" },
	{ "thresholds", NULL, AT(sbc.thresholds), 0, 0, "" },
	{ "defects", set_number, AT(defects), 1, 4096, "1 to 4096" },
	{ "readonly", NULL, AT(readonly), 0, 0, "" },
	{ "removable", NULL, AT(removable), 0, 0, "" },
	{ "aca", NULL, AT(aca), 0, 0, "" },
	{ "priorities", NULL, AT(priorities), 0, 0, "" },
	{ "logs", NULL, AT(logs), 0, 0, "" },
	{ "deferred", NULL, AT(deferred), 0, 0, "" },
	{ "power", NULL, AT(power), 0, 0, "" },
	{ "format", NULL, AT(sbc.format), 0, 0, "" },
	{ "scan", NULL, AT(sbc.scan), 0, 0, "" },
	{ "selftests", NULL, AT(sbc.selftests), 0, 0, "" },
	{ "streams", set_number, AT(streams), 1, 193, "1 to 193" },
	{ "hints", set_number, AT(hints), 1, 63, "1 to 63" },
	{ "elements", set_number, AT(elements), 2, 64, "2 to 64" },
	{ "vendor", set_text, AT(text.vendor), 1, 8,
	  "1 to 8 ASCII characters" },
	{ "product", set_text, AT(text.product), 1, 16,
	  "1 to 16 ASCII characters" },
	{ "revision", set_text, AT(text.revision), 1, 4,
	  "1 to 4 ASCII characters" },
	{ "serial", set_text, AT(text.serial), 1, 32,
	  "1 to 32 ASCII characters" },
	{ "naa", set_naa, AT(naa), 0, 0,
	  "16 hexadecimal digits, the first 2, 3 or 5" },
	{ "version", set_version, AT(version), SCSIEMU_LEVEL_SCSI_1,
	  SCSIEMU_LEVEL_SPC_6,
	  "1 (SCSI-1), 2 (SCSI-2), 3 (SPC) to 7 (SPC-5) or 13 (SPC-6)" },
	{ "profile", set_path, AT(profile), 1, SEMU_PATH - 1,
	  "the name of a profile, or a path with a slash" },
	{ "hide", set_hide, AT(quirks), 0, 0,
	  "at most 32 of OPCODE or OPCODE/SERVICEACTION with + between them, "
	  "in hexadecimal" },
	{ "vpd", set_vpd, AT(quirks), 0, 0,
	  "at most 32 page codes with + between them, in hexadecimal" },
	{ "inquiry", set_inquiry, AT(quirks), 0, 0,
	  "1 to 20 bytes of two hexadecimal digits" },
	{ "versions", set_versions, AT(quirks), 0, 0,
	  "at most 8 version descriptors of 4 hexadecimal digits with + "
	  "between them" },
	{ "inquiry_len", set_number, AT(inquiry_len), 36, 96,
	  "36 to 96 bytes" },
	{ "claims", set_version, AT(claims), SCSIEMU_LEVEL_SCSI_1,
	  SCSIEMU_LEVEL_SPC_6, "1 to 7 or 13, as version does" },
	{ "mode_pages", set_modes, AT(quirks), 0, 0,
	  "at most 32 of CODE or CODE/SUBPAGE with + between them, in "
	  "hexadecimal" },
	{ "log_pages", set_logs, AT(quirks), 0, 0,
	  "at most 32 page codes, 0 to 3f, with + between them, in "
	  "hexadecimal" },
	{ "serial_len", set_number, AT(serial_len), 1, 16, "1 to 16" },
	{ "rpm", set_rpm, AT(rpm), 1, 0xfffe,
	  "1 (it does not turn), or 1025 to 65534" },
	{ "alua", set_alua, AT(tpgs), 0, 0, "implicit, explicit or both" },
	{ "groups", set_groups, AT(groups), 0, 0,
	  "at most 16 of ID:STATE with + between them, STATE optimized, "
	  "nonoptimized, standby, unavailable, lba or offline, and * for "
	  "preferred" },
	{ "transition", set_number, AT(transition), 1, 3600000,
	  "1 to 3600000 milliseconds" },
	{ "zoned", set_zoned, AT(zones.model), 0, 0, "managed or aware" },
	{ "zone_size", set_size, AT(zones.bytes), 1024, INT64_MAX,
	  "1K or more, a power of two" },
	{ "zone_cap", set_size, AT(zones.cap), 256, INT64_MAX,
	  "256 or more bytes, at most zone_size" },
	{ "zone_conv", set_number, AT(zones.conventional), 0, UINT32_MAX,
	  "a number of zones" },
	{ "zone_before", set_number, AT(zones.before), 0, UINT32_MAX,
	  "a number of zones" },
	{ "zone_open", set_number, AT(zones.open), 0, UINT32_MAX - 1,
	  "a number of zones, 0 for no limit" },
	{ "zone_realms", set_number, AT(zones.realms), 1, UINT32_MAX,
	  "1 or more realms" },
	{ "zone_front", set_number, AT(zones.front), 0, UINT32_MAX,
	  "a number of realms" },
	{ "zone_constrained", NULL, AT(zones.constrained), 0, 0, "" },
	{ "pi", set_pi, AT(pi.type), 0, 0, "0 to 3" },
	{ "pi_exponent", set_number, AT(pi.exponent), 0, 4, "0 to 4" },
	{ "pi_store", set_pi_store, AT(pi.where), 0, 0, "interleaved or side" },
	{ "partitions", set_number, AT(tape.partitions), 1, 4, "1 to 4" },
	{ "density", set_number, AT(tape.density), 1, 254,
	  "a density code, 1 to 254" },
	{ "early_warning", set_size, AT(tape.warning), 1, INT64_MAX,
	  "1 or more bytes, with K M G T P for 2^10 ... 2^50" },
	{ "format", set_image, AT(tape.image), 0, 0,
	  "native, simh, e11, aws, het, faketape, tar, tgt or mhvtl" },
	{ "worm", NULL, AT(tape.worm), 0, 0, "" },
	{ "takes_worm", NULL, AT(tape.takes_worm), 0, 0, "" },
	{ "append_only", NULL, AT(tape.append_only), 0, 0, "" },
	{ "compress", NULL, AT(tape.compress), 0, 0, "" },
	{ "encrypt", NULL, AT(tape.encrypt), 0, 0, "" },
	{ "protection", NULL, AT(tape.protection), 0, 0, "" },
	{ "reed_solomon", NULL, AT(tape.reed_solomon), 0, 0, "" },
	{ "set_capacity", NULL, AT(tape.set_capacity), 0, 0, "" },
	{ "unbuffered", NULL, AT(tape.unbuffered), 0, 0, "" },
	{ "reverse", NULL, AT(tape.reverse), 0, 0, "" },
	{ "block_min", set_size, AT(tape.block_min), 1, SCSIEMU_TAPE_BLOCK_MAX,
	  "1 to 16777215 bytes" },
	{ "block_max", set_size, AT(tape.block_max), 1, SCSIEMU_TAPE_BLOCK_MAX,
	  "1 to 16777215 bytes" },
	{ "fixed", set_size, AT(tape.fixed), 1, SCSIEMU_TAPE_BLOCK_MAX,
	  "1 to 16777215 bytes" },
	{ "granularity", set_number, AT(tape.granularity), 0, 23, "0 to 23" },
	{ "dir", set_path, AT(path), 1, SEMU_PATH - 1,
	  "the path of a directory" },
	{ "drives", set_number, AT(library.drives), 1, 64, "1 to 64" },
	{ "slots", set_number, AT(library.slots), 1, 60000, "1 to 60000" },
	{ "ie", set_number, AT(library.ie), 1, 255, "1 to 255" },
	{ "cartridges", set_number, AT(library.cartridges), 1, 60000,
	  "1 to 60000, at most slots" },
	{ "robots_at", set_number, AT(library.robots_at), 1, UINT16_MAX,
	  "1 to 65535" },
	{ "slots_at", set_number, AT(library.slots_at), 1, UINT16_MAX,
	  "1 to 65535" },
	{ "ie_at", set_number, AT(library.ie_at), 1, UINT16_MAX, "1 to 65535" },
	{ "drives_at", set_number, AT(library.drives_at), 1, UINT16_MAX,
	  "1 to 65535" },
	{ "changer_profile", set_path, AT(changer_profile), 1, SEMU_PATH - 1,
	  "the name of a profile, or a path with a slash" },
	{ "unload", set_unload, AT(library.unload), 0, 0,
	  "auto (the drive does) or host (a host has to)" },
	{ "move_time", set_number, AT(library.move_ms), 0, 3600000,
	  "0 to 3600000 milliseconds" },
	{ "inject", set_text, 0, 0, 0, "for example any:every=9:status=busy" },
	{ "mode", set_text, 0, 0, 0, "for example 0f@4:00000010" },
	{ "reads", set_text, 0, 0, 0, "for example 44:mb=400000" },
	{ "writes", set_text, 0, 0, 0, "for example 46:mb=800000:usual" },
	{ "media", set_text, 0, 0, 0, "for example 0:for=46:width=127" },
	{ "nv", set_path, AT(nv), 1, SEMU_PATH - 1,
	  "the path of a file for saved state" },
};

enum { NKEYS = sizeof(keys) / sizeof(keys[0]) };
_Static_assert(NKEYS <= 128, "bits of struct semu_devseen");

/* Edit distance of two short words (at most 15 characters of each). */
static unsigned distance(const char *a, const char *b)
{
	size_t na = strlen(a), nb = strlen(b), i, j;
	unsigned row[16];

	if (na > 15 || nb > 15)
		return UINT_MAX;
	for (j = 0; j <= nb; j++)
		row[j] = (unsigned)j;
	for (i = 1; i <= na; i++) {
		unsigned diagonal = row[0];

		row[0] = (unsigned)i;
		for (j = 1; j <= nb; j++) {
			unsigned best = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[nb];
}

static const char *nearest(const char *word)
{
	const char *found = NULL;
	unsigned least = 3, i; /* more edits are another word */

	for (i = 0; i < NKEYS; i++) {
		unsigned d = distance(word, keys[i].name);

		if (d < least && d < strlen(word)) {
			least = d;
			found = keys[i].name;
		}
	}
	return found;
}

static int unknown(const char *key, struct scsiemu_errmsg *err)
{
	const char *near = nearest(key);

	if (near)
		return semu_err(err,
				"unknown key \"%.*s\": did you mean \"%s\"?",
				VALUE_SHOWN, key, near);
	return semu_err(err,
			"unknown key \"%.*s\": --help lists the keys of a disk",
			VALUE_SHOWN, key);
}

static int set_flag(const struct key *k, struct semu_devstr *s,
		    const char *value, struct scsiemu_errmsg *err)
{
	bool yes = true;

	if (value)
		return semu_err(err,
				"%s takes no value (\"%.*s\" was given): write "
				"just %s, or leave it out",
				k->name, VALUE_SHOWN, value, k->name);
	memcpy((uint8_t *)s + k->at, &yes, sizeof(yes));
	return 0;
}

static int set_value(const struct key *k, struct semu_devstr *s,
		     const char *value, struct scsiemu_errmsg *err)
{
	if (!value)
		return semu_err(err, "%s needs a value: %s=..., %s", k->name,
				k->name, k->allowed);
	if (k->set(k, (uint8_t *)s + k->at, value))
		return semu_err(err, "%s=%.*s is not possible: it takes %s",
				k->name, VALUE_SHOWN, value, k->allowed);
	return 0;
}

/* Those that may be given any number of times. */
static int set_rows(struct semu_devstr *s, const char *key, const char *value,
		    struct scsiemu_errmsg *err)
{
	struct scsiemu_errmsg why;

	if (semu_devkey_fits(s, key, err))
		return -1;
	if (strcmp(key, "mode") == 0)
		return semu_devquirks_mode(&s->quirks, value)
			       ? semu_err(err,
					  "mode=%.*s is not possible: it takes "
					  "PAGE[/SUBPAGE]@BYTE:1 to 14 BYTES, "
					  "in hexadecimal, behind the page's "
					  "header; at most %d times",
					  VALUE_SHOWN, value,
					  SCSIEMU_MODE_VALUES)
			       : 0;
	if (strcmp(key, "media") == 0
		    ? !semu_devmedia_add(&s->media, value, &why)
		    : !semu_devformats_add(&s->formats, value, *key == 'w',
					   &why))
		return 0;
	return semu_err(err, "%s: %s", key, why.text);
}

static bool is_rows(const char *key)
{
	static const char *const rows[] = { "mode", "reads", "writes", "media",
					    NULL };

	return semu_is_one_of(rows, key);
}

/* The format of a tape's file is another key than a disk's FORMAT UNIT.
 */
static bool is_key(const struct key *k, const struct semu_devstr *s,
		   const char *key)
{
	return strcmp(k->name, key) == 0 &&
	       (k->set == set_image) ==
		       (s->is_tape && strcmp(key, "format") == 0);
}

int semu_devkey_set(struct semu_devstr *s, const char *key, const char *value,
		    struct semu_devseen *seen, struct scsiemu_errmsg *err)
{
	const struct key *k = keys;
	uint64_t *bits, bit;

	if (value && strcmp(key, "inject") == 0)
		return semu_devinject_add(&s->rules, value, err);
	if (value && is_rows(key))
		return set_rows(s, key, value, err);
	while (k < keys + NKEYS && !is_key(k, s, key))
		k++;
	if (k == keys + NKEYS)
		return unknown(key, err);
	if (semu_devkey_fits(s, key, err))
		return -1;
	bits = &seen->bits[(k - keys) / 64];
	bit = UINT64_C(1) << (k - keys) % 64;
	if (*bits & bit)
		return semu_err(err, "%s is given twice: keep one of them",
				k->name);
	*bits |= bit;
	return k->set ? set_value(k, s, value, err)
		      : set_flag(k, s, value, err);
}
