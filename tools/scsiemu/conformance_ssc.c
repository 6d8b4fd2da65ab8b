/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conformance_ssc.c - the situations of ssc_cases.h on a tape drive. Only
 * commands that every drive has put it there: REWIND, ERASE, WRITE(6), WRITE
 * FILEMARKS(6), MODE SELECT(6), LOCATE(10), READ POSITION.
 */
#include "bytes.h"
#include "conformance.h"
#include "sense.h"
#include "ssc_cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ATTENTIONS = 64, ROOM = 0xffffff, FIXED = 0x01 };

const unsigned ssc_rules = NSSC_CASES;

/* What is on the tape, as long as nothing has changed it. */
static const char *laid;
static uint8_t data[ROOM];

const char *ssc_rule_name(unsigned i)
{
	return ssc_cases[i].name;
}

/* ---- Putting it there ---- */

static bool is_early(const struct sense *s)
{
	return s->key == SCSIEMU_SK_NO_SENSE && s->eom;
}

/* A command that has to end well; early warning does. */
static int must(const char *what, const struct link_reply *r)
{
	struct sense s;

	if (!r->status)
		return 0;
	if (r->status == SCSIEMU_CHECK_CONDITION &&
	    sense_parse(&s, r->sense, r->sense_len)) {
		if (is_early(&s))
			return 0;
		fprintf(stderr, "scsiemu: %s: %s, %s\n", what,
			sense_key_name(s.key), sense_asc_text(s.asc, s.ascq));
		return -1;
	}
	fprintf(stderr, "scsiemu: %s: %s\n", what,
		sense_status_name(r->status));
	return -1;
}

static int out(struct link *l, const char *what, const uint8_t *cdb,
	       unsigned cdb_len, const void *bytes, uint32_t len)
{
	struct link_reply r;

	return link_out(l, cdb, cdb_len, bytes, len, &r) || must(what, &r) ? -1
									   : 0;
}

static int in(struct link *l, const char *what, const uint8_t *cdb,
	      unsigned cdb_len, void *bytes, uint32_t len)
{
	struct link_reply r;

	return link_in(l, cdb, cdb_len, bytes, len, &r) || must(what, &r) ? -1
									  : 0;
}

static int lay_record(struct link *l, uint32_t len)
{
	const uint8_t cdb[6] = { SCSIEMU_OP_WRITE_6, 0, (uint8_t)(len >> 16),
				 (uint8_t)(len >> 8), (uint8_t)len };

	return out(l, "WRITE", cdb, sizeof(cdb), data, len);
}

static int lay_objects(struct link *l, const char *p)
{
	static const uint8_t mark[6] = {
		SCSIEMU_OP_WRITE_FILEMARKS_6, [4] = 1
	};
	int rc = 0;

	while (*p && !rc) {
		unsigned long n = 1, len;
		char *end;

		if (*p == ' ' || *p == 'M') {
			if (*p++ == 'M')
				rc = out(l, "WRITE FILEMARKS", mark,
					 sizeof(mark), NULL, 0);
			continue;
		}
		len = strtoul(p, &end, 10);
		if (*end == '*') {
			n = len;
			len = strtoul(end + 1, &end, 10);
		}
		p = end;
		while (n-- && !rc)
			rc = lay_record(l, (uint32_t)len);
	}
	return rc;
}

static int lay(struct link *l, const char *objects)
{
	static const uint8_t rewind[6] = { SCSIEMU_OP_REWIND };
	static const uint8_t erase[6] = { SCSIEMU_OP_ERASE_6 };

	if (laid && !strcmp(laid, objects))
		return 0;
	laid = NULL;
	if (out(l, "REWIND", rewind, sizeof(rewind), NULL, 0) ||
	    (!*objects && out(l, "ERASE", erase, sizeof(erase), NULL, 0)) ||
	    lay_objects(l, objects))
		return -1;
	laid = objects;
	return 0;
}

/* Everything else of the header and the descriptor stays. */
static int set_block(struct link *l, uint32_t len)
{
	static const uint8_t sense[6] = { SCSIEMU_OP_MODE_SENSE_6, [4] = 12 };
	static const uint8_t select[6] = { SCSIEMU_OP_MODE_SELECT_6,
					   0x10, [4] = 12 };
	uint8_t list[12] = { 0 };

	if (in(l, "MODE SENSE", sense, sizeof(sense), list, sizeof(list)))
		return -1;
	list[0] = list[1] = 0;
	list[2] &= 0x7f; /* WP */
	list[5] = list[6] = list[7] = 0;
	list[9] = (uint8_t)(len >> 16);
	list[10] = (uint8_t)(len >> 8);
	list[11] = (uint8_t)len;
	return out(l, "MODE SELECT", select, sizeof(select), list,
		   sizeof(list));
}

static int go(struct link *l, uint64_t object)
{
	const uint8_t cdb[10] = {
		SCSIEMU_OP_LOCATE_10, [4] = (uint8_t)(object >> 16),
		(uint8_t)(object >> 8), (uint8_t)object
	};

	return out(l, "LOCATE", cdb, sizeof(cdb), NULL, 0);
}

static int where(struct link *l, uint64_t *object)
{
	static const uint8_t cdb[10] = { SCSIEMU_OP_READ_POSITION };
	uint8_t short_form[20];

	if (in(l, "READ POSITION", cdb, sizeof(cdb), short_form,
	       sizeof(short_form)))
		return -1;
	*object = be32(short_form + 4);
	return 0;
}

int ssc_begin(struct link *l)
{
	static const uint8_t tur[6];
	struct link_reply r = { .status = SCSIEMU_CHECK_CONDITION };

	for (unsigned i = 0; i < ATTENTIONS && r.status; i++)
		if (link_out(l, tur, sizeof(tur), NULL, 0, &r))
			return -1;
	laid = NULL;
	for (unsigned i = 0; i < ROOM; i++)
		data[i] = (uint8_t)(i + i / 251);
	return must("TEST UNIT READY", &r);
}

/* ---- What came of it ---- */

static bool is_out(const struct ssc_case *k)
{
	return k->cdb[0] == SCSIEMU_OP_WRITE_6 ||
	       k->cdb[0] == SCSIEMU_OP_WRITE_16;
}

static bool changes(const struct ssc_case *k)
{
	return is_out(k) || k->cdb[0] == SCSIEMU_OP_WRITE_FILEMARKS_6 ||
	       k->cdb[0] == SCSIEMU_OP_WRITE_FILEMARKS_16 ||
	       k->cdb[0] == SCSIEMU_OP_ERASE_6 ||
	       k->cdb[0] == SCSIEMU_OP_ERASE_16;
}

struct outcome {
	struct sense s;
	uint64_t after;
	uint32_t moved;
	uint8_t status;
};

/* INFORMATION of fixed format has 32 bits. */
static bool has_info(const struct ssc_case *k, bool descriptor)
{
	return k->flags & SCSIEMU_S_INFO &&
	       (descriptor || (k->info >= INT32_MIN && k->info <= UINT32_MAX));
}

static bool sense_is(const struct ssc_case *k, const struct sense *s)
{
	return s->key == k->key && s->asc == k->asc >> 8 &&
	       s->ascq == (k->asc & 0xff) &&
	       s->filemark == !!(k->flags & SCSIEMU_S_MARK) &&
	       s->eom == !!(k->flags & SCSIEMU_S_EOM) &&
	       s->ili == !!(k->flags & SCSIEMU_S_ILI) &&
	       s->has_info == has_info(k, s->descriptor) &&
	       (!s->has_info ||
		(s->descriptor ? s->info == (uint64_t)k->info
			       : (uint32_t)s->info == (uint32_t)k->info));
}

static bool is_good(const struct ssc_case *k)
{
	return !k->key && !k->asc && !k->flags;
}

/* How much data-out of a command that failed was taken is the transport's. */
static bool holds(const struct ssc_case *k, const struct outcome *o)
{
	bool status = is_good(k) ? o->status == SCSIEMU_GOOD
				 : o->status == SCSIEMU_CHECK_CONDITION &&
					   sense_is(k, &o->s);

	return status && o->after == k->after &&
	       (o->moved == k->moved || (is_out(k) && !is_good(k)));
}

/* Either side of "expected", "found" as one line. */
static int describe(char *to, size_t room, const char *what,
		    const struct outcome *o)
{
	const struct sense *s = &o->s;
	char sense[160] = "";

	if (o->status == SCSIEMU_CHECK_CONDITION)
		snprintf(sense, sizeof(sense), " %x/%02x/%02x%s%s%s%s", s->key,
			 s->asc, s->ascq, s->filemark ? " FILEMARK" : "",
			 s->eom ? " EOM" : "", s->ili ? " ILI" : "",
			 s->has_info ? "" : " without INFORMATION");
	if (*sense && s->has_info)
		snprintf(sense + strlen(sense), sizeof(sense) - strlen(sense),
			 " INFORMATION %ld", (long)(int32_t)s->info);
	return snprintf(to, room, "%s: %s%s, %lu bytes, then at object %lu\n",
			what, sense_status_name(o->status), sense,
			(unsigned long)o->moved, (unsigned long)o->after);
}

static void broken(const struct ssc_case *k, const struct outcome *o,
		   struct verdict *v)
{
	struct outcome want = {
		.status = is_good(k) ? SCSIEMU_GOOD : SCSIEMU_CHECK_CONDITION,
		.moved = k->moved,
		.after = k->after,
		.s = { .key = k->key,
		       .asc = (uint8_t)(k->asc >> 8),
		       .ascq = (uint8_t)k->asc,
		       .filemark = k->flags & SCSIEMU_S_MARK,
		       .eom = k->flags & SCSIEMU_S_EOM,
		       .ili = k->flags & SCSIEMU_S_ILI,
		       .has_info = has_info(k, o->s.descriptor),
		       .info = (uint64_t)k->info },
	};
	int n = describe(v->why, sizeof(v->why), "expected", &want);

	describe(v->why + n, sizeof(v->why) - (size_t)n, "found", o);
	v->is = RULE_BROKEN;
}

static void skip(struct verdict *v, const char *why)
{
	v->is = RULE_SKIPPED;
	snprintf(v->why, sizeof(v->why), "%s", why);
}

/* More data than there is room for: on a wire that is an error of the
 * initiator's. */
static bool overruns(const struct ssc_case *k)
{
	uint64_t n = k->cdb[0] == SCSIEMU_OP_READ_6
			     ? (uint64_t)k->cdb[2] << 16 | be16(k->cdb + 3)
			     : 0;

	return !k->key && n * (k->cdb[1] & FIXED ? k->block : 1) > k->room &&
	       k->moved == k->room;
}

static int send(struct link *l, const struct ssc_case *k, struct link_reply *r)
{
	unsigned len = (unsigned)scsiemu_cdb_length(k->cdb, sizeof(k->cdb));

	return is_out(k) ? link_out(l, k->cdb, len, data, k->room, r)
			 : link_in(l, k->cdb, len, data, k->room, r);
}

int ssc_rule(struct link *l, unsigned i, struct verdict *v)
{
	const struct ssc_case *k = &ssc_cases[i];
	struct outcome o = { .status = 0 };
	struct link_reply r;

	if (link_is_remote(l) && overruns(k)) {
		skip(v, "the initiator has no room for the data");
		return 0;
	}
	if (lay(l, k->lay) || set_block(l, k->block) || go(l, k->at) ||
	    send(l, k, &r))
		return -1;
	sense_parse(&o.s, r.sense, r.sense_len);
	if (changes(k))
		laid = NULL;
	if (r.status && o.s.key == SCSIEMU_SK_ILLEGAL_REQUEST &&
	    o.s.asc == SCSIEMU_ASC_INVALID_OPCODE >> 8) {
		skip(v, "the drive does not have the command");
		return 0;
	}
	o.status = r.status;
	o.moved = r.moved;
	if (where(l, &o.after))
		return -1;
	if (!holds(k, &o))
		broken(k, &o, v);
	return 0;
}
