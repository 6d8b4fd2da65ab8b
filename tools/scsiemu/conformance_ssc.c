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

/* What kept the last situation from being made. */
static char trouble[200];

static bool is_early(const struct sense *s)
{
	return s->key == SCSIEMU_SK_NO_SENSE && s->eom;
}

static bool is_unknown(const struct link_reply *r)
{
	struct sense s;

	return r->status == SCSIEMU_CHECK_CONDITION &&
	       sense_parse(&s, r->sense, r->sense_len) &&
	       s.key == SCSIEMU_SK_ILLEGAL_REQUEST &&
	       s.asc == SCSIEMU_ASC_INVALID_OPCODE >> 8;
}

/* A command that has to end well; early warning does. 1: it did not. */
static int must(const char *what, const struct link_reply *r)
{
	struct sense s;

	if (!r->status)
		return 0;
	if (r->status == SCSIEMU_CHECK_CONDITION &&
	    sense_parse(&s, r->sense, r->sense_len)) {
		if (is_early(&s))
			return 0;
		snprintf(trouble, sizeof(trouble), "%s: %s, %s", what,
			 sense_key_name(s.key), sense_asc_text(s.asc, s.ascq));
		return 1;
	}
	snprintf(trouble, sizeof(trouble), "%s: %s", what,
		 sense_status_name(r->status));
	return 1;
}

/* 0; 1: it did not end well; -1: it did not get there. */
static int out(struct link *l, const char *what, const uint8_t *cdb,
	       unsigned cdb_len, const void *bytes, uint32_t len)
{
	struct link_reply r;

	return link_out(l, cdb, cdb_len, bytes, len, &r) ? -1 : must(what, &r);
}

static int in(struct link *l, const char *what, const uint8_t *cdb,
	      unsigned cdb_len, void *bytes, uint32_t len)
{
	struct link_reply r;

	return link_in(l, cdb, cdb_len, bytes, len, &r) ? -1 : must(what, &r);
}

/* Without data. */
static int simple(struct link *l, const char *what, const uint8_t cdb[6])
{
	return out(l, what, cdb, 6, NULL, 0);
}

static int lay_record(struct link *l, uint32_t len)
{
	const uint8_t cdb[6] = { SCSIEMU_OP_WRITE_6, 0, (uint8_t)(len >> 16),
				 (uint8_t)(len >> 8), (uint8_t)len };

	return out(l, "WRITE", cdb, sizeof(cdb), data, len);
}

/* The next object of a list: the length of a record, 0 a filemark; false: there
 * is none. *again: how often it still comes. */
static bool next_object(const char **p, unsigned long *again, uint32_t *len)
{
	char *end;

	if (*again) {
		--*again;
		return true;
	}
	while (**p == ' ')
		++*p;
	if (!**p)
		return false;
	*len = 0;
	if (**p == 'M') {
		++*p;
		return true;
	}
	*len = (uint32_t)strtoul(*p, &end, 10);
	if (*end == '*') {
		*again = *len - 1;
		*len = (uint32_t)strtoul(end + 1, &end, 10);
	}
	*p = end;
	return true;
}

static int lay_objects(struct link *l, const char *p)
{
	static const uint8_t mark[6] = {
		SCSIEMU_OP_WRITE_FILEMARKS_6, [4] = 1
	};
	unsigned long again = 0;
	uint32_t len;
	int rc = 0;

	while (!rc && next_object(&p, &again, &len))
		rc = len ? lay_record(l, len)
			 : simple(l, "WRITE FILEMARKS", mark);
	return rc;
}

static const uint8_t rewind_cdb[6] = { SCSIEMU_OP_REWIND };

static int lay(struct link *l, const char *objects)
{
	static const uint8_t erase[6] = { SCSIEMU_OP_ERASE_6 };
	int rc;

	if (laid && !strcmp(laid, objects))
		return 0;
	laid = NULL;
	rc = simple(l, "REWIND", rewind_cdb);
	if (!rc && !*objects)
		rc = simple(l, "ERASE", erase);
	if (!rc)
		rc = lay_objects(l, objects);
	if (!rc)
		laid = objects;
	return rc;
}

/* Everything else of the header and the descriptor stays. */
static int set_block(struct link *l, uint32_t len)
{
	static const uint8_t sense[6] = { SCSIEMU_OP_MODE_SENSE_6, [4] = 12 };
	static const uint8_t select[6] = { SCSIEMU_OP_MODE_SELECT_6,
					   0x10, [4] = 12 };
	uint8_t list[12] = { 0 };
	int rc = in(l, "MODE SENSE", sense, sizeof(sense), list, sizeof(list));

	if (rc)
		return rc;
	list[0] = list[1] = 0;
	list[2] &= 0x7f; /* WP */
	list[5] = list[6] = list[7] = 0;
	list[9] = (uint8_t)(len >> 16);
	list[10] = (uint8_t)(len >> 8);
	list[11] = (uint8_t)len;
	return out(l, "MODE SELECT", select, sizeof(select), list,
		   sizeof(list));
}

/* From the beginning, over one object after the other. */
static int walk(struct link *l, const char *p, uint64_t object)
{
	unsigned long again = 0;
	uint32_t len;
	int rc = simple(l, "REWIND", rewind_cdb);

	while (object-- && !rc && next_object(&p, &again, &len)) {
		const uint8_t space[6] = { SCSIEMU_OP_SPACE_6, !len, [4] = 1 };

		rc = simple(l, "SPACE", space);
	}
	return rc;
}

static int go(struct link *l, const char *objects, uint64_t object)
{
	const uint8_t cdb[10] = {
		SCSIEMU_OP_LOCATE_10, [4] = (uint8_t)(object >> 16),
		(uint8_t)(object >> 8), (uint8_t)object
	};
	struct link_reply r;

	if (link_out(l, cdb, sizeof(cdb), NULL, 0, &r))
		return -1;
	return is_unknown(&r) ? walk(l, objects, object) : must("LOCATE", &r);
}

static int where(struct link *l, uint64_t *object)
{
	static const uint8_t cdb[10] = { SCSIEMU_OP_READ_POSITION };
	uint8_t short_form[20];
	int rc = in(l, "READ POSITION", cdb, sizeof(cdb), short_form,
		    sizeof(short_form));

	*object = rc ? 0 : be32(short_form + 4);
	return rc;
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
	if (!must("TEST UNIT READY", &r))
		return 0;
	fprintf(stderr, "scsiemu: %s\n", trouble);
	return -1;
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

static int make(struct link *l, const struct ssc_case *k)
{
	int rc = lay(l, k->lay);

	if (!rc)
		rc = set_block(l, k->block);
	return rc ? rc : go(l, k->lay, k->at);
}

static int not_made(struct verdict *v)
{
	v->is = RULE_BROKEN;
	snprintf(v->why, sizeof(v->why), "it could not be tried: %s", trouble);
	return 0;
}

static int judge(struct link *l, const struct ssc_case *k,
		 const struct link_reply *r, struct verdict *v)
{
	struct outcome o = { .status = r->status, .moved = r->moved };
	int rc;

	sense_parse(&o.s, r->sense, r->sense_len);
	rc = where(l, &o.after);
	if (rc)
		return rc < 0 ? rc : not_made(v);
	if (!holds(k, &o))
		broken(k, &o, v);
	return 0;
}

int ssc_rule(struct link *l, unsigned i, struct verdict *v)
{
	const struct ssc_case *k = &ssc_cases[i];
	struct link_reply r;
	int rc;

	if (link_is_remote(l) && overruns(k)) {
		skip(v, "the initiator has no room for the data");
		return 0;
	}
	rc = make(l, k);
	if (rc)
		return rc < 0 ? rc : not_made(v);
	rc = send(l, k, &r);
	if (changes(k))
		laid = NULL;
	if (rc || !is_unknown(&r))
		return rc ? rc : judge(l, k, &r, v);
	skip(v, "the drive does not have the command");
	return 0;
}
