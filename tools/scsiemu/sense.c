/* SPDX-License-Identifier: BSD-2-Clause */
/* sense.c - sense data, of any length and content, into words. */
#include "sense.h"

#include "bytes.h"

#include <scsiemu/wire.h>

#include <inttypes.h>
#include <string.h>

enum {
	VALID = 0x80,
	SKSV = 0x80,
	CD = 0x40,
	SD = 0x20,
	BPV = 0x08,
	FIXED_LEN = 8,
	DESCR_LEN = 8
};

/* The three sense-key-specific bytes: what they are depends on the key. */
static void parse_sks(struct sense *s, const uint8_t p[3])
{
	if (!(p[0] & SKSV))
		return;
	s->field = (uint16_t)be16(p + 1);
	s->bit = p[0] & 7;
	s->has_bit = p[0] & BPV;
	switch (s->key) {
	case SCSIEMU_SK_ILLEGAL_REQUEST:
		s->sks = SENSE_SKS_FIELD;
		s->in_cdb = p[0] & CD;
		break;
	case SCSIEMU_SK_RECOVERED_ERROR:
	case SCSIEMU_SK_MEDIUM_ERROR:
	case SCSIEMU_SK_HARDWARE_ERROR:
		s->sks = SENSE_SKS_RETRIES;
		break;
	case SCSIEMU_SK_NO_SENSE:
	case SCSIEMU_SK_NOT_READY:
		s->sks = SENSE_SKS_PROGRESS;
		break;
	case SCSIEMU_SK_COPY_ABORTED:
		s->sks = SENSE_SKS_SEGMENT;
		s->in_segment = p[0] & SD;
		break;
	case SCSIEMU_SK_UNIT_ATTENTION:
		s->sks = SENSE_SKS_OVERFLOW;
		s->overflow = p[0] & 1;
		break;
	default:
		break;
	}
}

static void parse_marks(struct sense *s, uint8_t flags)
{
	s->filemark = flags & 0x80;
	s->eom = flags & 0x40;
	s->ili = flags & 0x20;
}

/* Bytes that are not there read as zeros. */
static bool parse_fixed(struct sense *s, const uint8_t *p, unsigned n)
{
	uint8_t b[18] = { 0 };
	unsigned len;

	if (n < 3)
		return false;
	if (n >= FIXED_LEN) {
		len = (unsigned)FIXED_LEN + p[7];
		s->truncated = len > n;
		n = n < len ? n : len;
	}
	memcpy(b, p, n < sizeof(b) ? n : sizeof(b));
	s->key = b[2] & 0xf;
	parse_marks(s, b[2]);
	s->truncated |= b[2] & 0x10; /* SDAT_OVFL */
	s->has_info = b[0] & VALID;
	s->info = be32(b + 3);
	s->specific = be32(b + 8);
	s->has_specific = s->specific != 0;
	s->asc = b[12];
	s->ascq = b[13];
	s->fru = b[14];
	s->has_fru = b[14] != 0;
	parse_sks(s, b + 15);
	return true;
}

/* Descriptors that say what fixed format has a field for; false: another. */
static bool parse_descriptor(struct sense *s, const uint8_t *p, unsigned len)
{
	if (p[0] == 0 && len >= 12) {
		s->has_info = p[2] & VALID;
		s->info = be64(p + 4);
	} else if (p[0] == 1 && len >= 12) {
		s->has_specific = true;
		s->specific = be64(p + 4);
	} else if (p[0] == 2 && len >= 7) {
		parse_sks(s, p + 4);
	} else if (p[0] == 3 && len >= 4) {
		s->has_fru = true;
		s->fru = p[3];
	} else if ((p[0] == 4 || p[0] == 5) && len >= 4) {
		/* stream and block commands: the bits sit alike */
		parse_marks(s, p[3]);
	} else {
		return false;
	}
	return true;
}

/* The length of the first descriptor of n bytes, header and all; cut where
 * they end. */
static unsigned descriptor_len(const uint8_t *p, unsigned n)
{
	unsigned len = 2u + p[1];

	return len < n ? len : n;
}

static bool parse_descriptors(struct sense *s, const uint8_t *p, unsigned n)
{
	unsigned end, at;

	if (n < 4)
		return false;
	s->key = p[1] & 0xf;
	s->asc = p[2];
	s->ascq = p[3];
	if (n < DESCR_LEN)
		return true;
	end = (unsigned)DESCR_LEN + p[7];
	s->truncated = p[4] & 0x80 || end > n; /* SDAT_OVFL */
	end = end < n ? end : n;
	s->list = p + DESCR_LEN;
	s->list_len = end - DESCR_LEN;
	for (at = DESCR_LEN; at + 2 <= end;
	     at += descriptor_len(p + at, end - at))
		parse_descriptor(s, p + at, descriptor_len(p + at, end - at));
	return true;
}

bool sense_parse(struct sense *s, const uint8_t *p, unsigned n)
{
	*s = (struct sense){ .sks = SENSE_SKS_NONE };
	if (!n)
		return false;
	s->deferred = p[0] & 1;
	switch (p[0] & 0x7f) {
	case 0x70:
	case 0x71:
		return parse_fixed(s, p, n);
	case 0x72:
	case 0x73:
		s->descriptor = true;
		return parse_descriptors(s, p, n);
	default:
		return false;
	}
}

/* A byte, or the bit in it, of what was sent. */
static void report_pointer(struct report *r, const struct sense *s,
			   const char *key, const char *of)
{
	char bit[16] = "";

	if (s->has_bit)
		snprintf(bit, sizeof(bit), ", bit %u", s->bit);
	report_line(r, key, "%s byte %u%s", of, s->field, bit);
	report_text(r, "of", "%s", of);
	report_number(r, "byte", s->field, NULL);
	if (s->has_bit)
		report_number(r, "bit", s->bit, NULL);
	report_close(r);
}

static void report_progress(struct report *r, unsigned done)
{
	report_line(r, "progress", "%u of 65536 (%u %%)", done,
		    done * 100 / 65536);
	report_number(r, "done", done, NULL);
	report_number(r, "of", 65536, NULL);
	report_close(r);
}

static void report_sks(struct report *r, const struct sense *s)
{
	switch (s->sks) {
	case SENSE_SKS_FIELD:
		report_pointer(r, s, "field", s->in_cdb ? "CDB" : "parameter");
		break;
	case SENSE_SKS_RETRIES:
		report_number(r, "retries", s->field, NULL);
		break;
	case SENSE_SKS_PROGRESS:
		report_progress(r, s->field);
		break;
	case SENSE_SKS_SEGMENT:
		report_pointer(r, s, "segment",
			       s->in_segment ? "descriptor" : "parameter");
		break;
	case SENSE_SKS_OVERFLOW:
		report_bool(r, "attention_overflow", s->overflow);
		break;
	default:
		break;
	}
}

static void report_number64(struct report *r, const char *key, uint64_t v)
{
	report_line(r, key, "%" PRIu64 " (%" PRIx64 "h)", v, v);
	report_number(r, "value", v, NULL);
	report_close(r);
}

static void report_flags(struct report *r, const struct sense *s)
{
	if (s->filemark)
		report_bool(r, "filemark", true);
	if (s->eom)
		report_bool(r, "end_of_medium", true);
	if (s->ili)
		report_bool(r, "incorrect_length", true);
	if (s->truncated)
		report_bool(r, "truncated", true);
}

/* Other descriptors (SPC-5 table 27), by their types. */
static const struct {
	uint8_t type;
	const char *name;
} descriptors[] = {
	{ 0x06, "OSD object identification" },
	{ 0x07, "OSD response integrity check value" },
	{ 0x08, "OSD attribute identification" },
	{ 0x09, "ATA status return" },
	{ 0x0a, "another progress indication" },
	{ 0x0b, "user data segment referral" },
	{ 0x0c, "forwarded sense data" },
	{ 0x0d, "direct access block device" },
	{ 0x0e, "device designation" },
	{ 0x0f, "microcode activation" },
};

static const char *descriptor_name(unsigned type)
{
	for (size_t i = 0; i < sizeof(descriptors) / sizeof(descriptors[0]);
	     i++)
		if (descriptors[i].type == type)
			return descriptors[i].name;
	return type >= 0x80 ? "vendor specific" : "unknown";
}

static void report_code(struct report *r, unsigned key, uint8_t asc,
			uint8_t ascq)
{
	report_line(r, "key", "%s (%Xh)", sense_key_name(key), key);
	report_number(r, "code", key, NULL);
	report_text(r, "name", "%s", sense_key_name(key));
	report_close(r);
	report_line(r, "additional", "%s (%02Xh/%02Xh)",
		    sense_asc_text(asc, ascq), asc, ascq);
	report_number(r, "asc", asc, NULL);
	report_number(r, "ascq", ascq, NULL);
	report_text(r, "text", "%s", sense_asc_text(asc, ascq));
	report_close(r);
}

static void report_other(struct report *r, const uint8_t *p, unsigned len)
{
	struct sense inner;

	report_block(r, NULL, "%s", descriptor_name(p[0]));
	if (r->json) {
		report_number(r, "type", p[0], NULL);
		report_text(r, "name", "%s", descriptor_name(p[0]));
	}
	if (p[0] == 0x0a && len >= 8) {
		report_code(r, p[2] & 0xf, p[3], p[4]);
		report_progress(r, be16(p + 6));
	} else if (p[0] == 0x0c && len >= 4 &&
		   sense_parse(&inner, p + 4, len - 4)) {
		report_text(r, "status", "%s", sense_status_name(p[3]));
		report_code(r, inner.key, inner.asc, inner.ascq);
	}
	report_hex(r, "bytes", p, len);
	report_close(r);
}

static void report_others(struct report *r, const struct sense *s)
{
	struct sense known = { 0 };
	unsigned at, len;
	bool any = false;

	for (at = 0; at + 2 <= s->list_len; at += len) {
		len = descriptor_len(s->list + at, s->list_len - at);
		if (parse_descriptor(&known, s->list + at, len))
			continue;
		if (!any)
			report_list(r, "descriptors", NULL);
		any = true;
		report_other(r, s->list + at, len);
	}
	if (any)
		report_close(r);
}

static void report_parsed(struct report *r, const struct sense *s)
{
	report_code(r, s->key, s->asc, s->ascq);
	report_text(r, "format", "%s, %s",
		    s->descriptor ? "descriptor" : "fixed",
		    s->deferred ? "deferred" : "current");
	report_sks(r, s);
	if (s->has_info)
		report_number64(r, "information", s->info);
	if (s->has_specific)
		report_number64(r, "command_specific", s->specific);
	if (s->has_fru)
		report_number(r, "field_replaceable_unit", s->fru, NULL);
	report_flags(r, s);
	report_others(r, s);
}

void sense_report(struct report *r, const uint8_t *p, unsigned n)
{
	struct sense s;

	if (sense_parse(&s, p, n))
		report_parsed(r, &s);
	report_hex(r, "bytes", p, n);
}

static const char *const keys[16] = {
	"NO SENSE",	   "RECOVERED ERROR", "NOT READY",
	"MEDIUM ERROR",	   "HARDWARE ERROR",  "ILLEGAL REQUEST",
	"UNIT ATTENTION",  "DATA PROTECT",    "BLANK CHECK",
	"VENDOR SPECIFIC", "COPY ABORTED",    "ABORTED COMMAND",
	"reserved",	   "VOLUME OVERFLOW", "MISCOMPARE",
	"COMPLETED",
};

const char *sense_key_name(unsigned key)
{
	return keys[key & 0xf];
}

static const struct {
	uint8_t status;
	const char *name;
} statuses[] = {
	{ SCSIEMU_GOOD, "GOOD" },
	{ SCSIEMU_CHECK_CONDITION, "CHECK CONDITION" },
	{ SCSIEMU_CONDITION_MET, "CONDITION MET" },
	{ SCSIEMU_BUSY, "BUSY" },
	{ SCSIEMU_RESERVATION_CONFLICT, "RESERVATION CONFLICT" },
	{ SCSIEMU_TASK_SET_FULL, "TASK SET FULL" },
	{ SCSIEMU_ACA_ACTIVE, "ACA ACTIVE" },
	{ SCSIEMU_TASK_ABORTED, "TASK ABORTED" },
};

const char *sense_status_name(unsigned status)
{
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (statuses[i].status == status)
			return statuses[i].name;
	return "reserved";
}
