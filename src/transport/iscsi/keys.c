/* SPDX-License-Identifier: BSD-2-Clause */
/* iscsi/keys.c - the keys as a table, and the answer to each kind of them. */
#include "transport/iscsi/keys.h"

#include <string.h>

#include "transport/iscsi/status.h"
#include "transport/iscsi/target.h"

/* When a key may come. */
#define SEC   1 /* SecurityNegotiation */
#define OPER  2 /* LoginOperationalNegotiation */
#define FULL  4 /* full feature phase, Text Request */
#define LOGIN (SEC | OPER)

#define SHORT 255 /* longest value, but for what carries binary (6.1) */

enum function { NO_FUNCTION, MIN, MAX, AND, OR };

struct key;
struct talk { /* one pair on its way */
	struct semu_iscsi_login *l;
	const struct key *k;
	const struct semu_text_pair *p;
	struct semu_text_out *o;
};

struct key {
	const char *name;
	uint16_t (*answer)(const struct talk *t);
	uint16_t (*take)(struct semu_iscsi_login *l,
			 const struct semu_text_pair *p);
	const char *const *choices; /* of a list: ours, value = index */
	uint32_t low, high;	    /* range of a number */
	uint32_t ours;		    /* what we want, where no limit says it */
	uint32_t usual;		    /* default (RFC 7143 13) */
	uint16_t limit;		    /* offset in scsiemu_iscsi_limits, or 0 */
	uint16_t where, size;	    /* in semu_iscsi_params; size 0: nowhere */
	uint8_t when, function;
	bool normal; /* irrelevant in a discovery session */
};

static void store(struct semu_iscsi_params *params, const struct key *k,
		  uint32_t v)
{
	uint8_t *to = (uint8_t *)params + k->where;
	uint16_t v16 = (uint16_t)v;
	uint8_t v8 = (uint8_t)v;

	if (k->size == 4)
		memcpy(to, &v, 4);
	else if (k->size == 2)
		memcpy(to, &v16, 2);
	else if (k->size == 1)
		memcpy(to, &v8, 1);
}

static uint32_t ours(const struct talk *t)
{
	uint32_t v = t->k->ours;

	if (t->k->limit)
		memcpy(&v, (const uint8_t *)&t->l->node->limits + t->k->limit,
		       4);
	return v;
}

static uint16_t say(const struct talk *t, const char *value)
{
	semu_text_put(t->o, t->p->key, t->p->key_len);
	semu_text_str(t->o, "=");
	semu_text_str(t->o, value);
	semu_text_end(t->o);
	return SEMU_LOGIN_OK;
}

static uint16_t reject(const struct talk *t)
{
	return say(t, "Reject");
}

/* Keys of RFC 7145: nothing but RDMAExtensions=Yes gives them a meaning. */
static uint16_t irrelevant(const struct talk *t)
{
	return say(t, "Irrelevant");
}

static uint16_t silent(const struct talk *t)
{
	(void)t;
	return SEMU_LOGIN_OK;
}

/* The initiator's first choice that is one of ours (RFC 7143 6.2.1). */
static uint16_t answer_list(const struct talk *t)
{
	const char *list = t->p->value, *item;
	uint32_t left = t->p->value_len, len;

	while (semu_text_item(&list, &left, &item, &len))
		for (uint32_t i = 0; t->k->choices[i]; i++)
			if (semu_text_is(item, len, t->k->choices[i])) {
				store(&t->l->params, t->k, i);
				return say(t, t->k->choices[i]);
			}
	return reject(t);
}

static bool in_range(const struct key *k, const struct semu_text_pair *p,
		     uint32_t *v)
{
	uint64_t n;

	if (!semu_text_number(p->value, p->value_len, &n) || n < k->low ||
	    n > k->high)
		return false;
	*v = (uint32_t)n;
	return true;
}

static uint16_t answer_number(const struct talk *t)
{
	uint32_t v, mine = ours(t);

	if (!in_range(t->k, t->p, &v))
		return reject(t);
	if (t->k->function == MIN ? mine < v : mine > v)
		v = mine;
	store(&t->l->params, t->k, v);
	semu_text_pair_number(t->o, t->k->name, v);
	return SEMU_LOGIN_OK;
}

static uint16_t answer_boolean(const struct talk *t)
{
	bool yes = semu_text_is(t->p->value, t->p->value_len, "Yes");

	if (!yes && !semu_text_is(t->p->value, t->p->value_len, "No"))
		return reject(t);
	yes = t->k->function == AND ? yes && t->k->ours : yes || t->k->ours;
	store(&t->l->params, t->k, yes);
	return say(t, yes ? "Yes" : "No");
}

/* MaxRecvDataSegmentLength: declared, never answered. A value out of range
 * leaves nothing to go on with. */
static uint16_t declared(const struct talk *t)
{
	uint32_t v, most = t->l->node->limits.max_xmit_dsl;

	if (!in_range(t->k, t->p, &v))
		return SEMU_LOGIN_INITIATOR_ERROR;
	store(&t->l->params, t->k, v < most ? v : most);
	return SEMU_LOGIN_OK;
}

/* Its result depends on InitialR2T, ImmediateData and MaxBurstLength, which
 * may follow in the same text: semu_keys_late() answers. */
static uint16_t first_burst(const struct talk *t)
{
	bool ok = in_range(t->k, t->p, &t->l->own.first_offer);

	t->l->own.first_state = ok ? SEMU_FIRST_OFFERED : SEMU_FIRST_BAD;
	return SEMU_LOGIN_OK;
}

void semu_keys_late(struct semu_iscsi_login *l, struct semu_text_out *o)
{
	static const char name[] = "FirstBurstLength";
	struct semu_iscsi_params *p = &l->params;
	uint32_t v = l->own.first_offer;

	if (l->own.first_state == SEMU_FIRST_NONE)
		return;
	if (p->initial_r2t && !p->immediate_data) {
		semu_text_pair(o, name, "Irrelevant");
	} else if (l->own.first_state == SEMU_FIRST_BAD) {
		semu_text_pair(o, name, "Reject");
	} else {
		if (v > l->node->limits.first_burst)
			v = l->node->limits.first_burst;
		p->first_burst = v < p->max_burst ? v : p->max_burst;
		semu_text_pair_number(o, name, p->first_burst);
	}
	l->own.first_state = SEMU_FIRST_NONE;
}

static uint16_t send_targets(const struct talk *t)
{
	struct semu_text_out *o = t->o;

	if (!semu_iscsi_sendtargets(t->l, t->p->value, t->p->value_len, o))
		return reject(t);
	return SEMU_LOGIN_OK;
}

static const char *const digests[] = { "None", "CRC32C", NULL };
static const char *const reporting[] = { "RFC3720", "ResponseFence", NULL };

#define PARAM(f)                                                               \
	.where = offsetof(struct semu_iscsi_params, f),                        \
	.size = sizeof(((struct semu_iscsi_params *)0)->f)
#define OUR_LIMIT(f) .limit = offsetof(struct scsiemu_iscsi_limits, f)
#define DSL	     .low = 512, .high = 16777215

/* clang-format off */
#define LIST(field, values) \
	.answer = answer_list, .choices = values, .when = OPER, PARAM(field)
#define NUMBER(fn, lowest, highest, dflt) \
	.answer = answer_number, .function = fn, .low = lowest, \
	.high = highest, .usual = dflt, .when = OPER
#define BOOLEAN(fn, want, dflt) \
	.answer = answer_boolean, .function = fn, .ours = want, \
	.usual = dflt, .when = OPER
#define WHO(fn)	   .answer = silent, .take = fn, .when = LOGIN
#define SECURITY   .answer = silent, .when = SEC
#define ANSWER(fn) .answer = fn, .when = LOGIN | FULL

static const struct key keys[] = {
	/* 13.4 to 13.7, 13.21 */
	{ "InitiatorName", WHO(semu_take_initiator) },
	{ "TargetName", WHO(semu_take_target) },
	{ "SessionType", WHO(semu_take_type) },
	{ "InitiatorAlias", ANSWER(silent), .take = semu_take_alias },
	/* 12: what is in them is login.c's and chap.c's */
	{ "AuthMethod", SECURITY },
	{ "CHAP_A", SECURITY },
	{ "CHAP_N", SECURITY },
	{ "CHAP_R", SECURITY },
	{ "CHAP_I", SECURITY },
	{ "CHAP_C", SECURITY },
	/* 13.1 */
	{ "HeaderDigest", LIST(header_digest, digests) },
	{ "DataDigest", LIST(data_digest, digests) },
	/* 13.2: one connection */
	{ "MaxConnections", NUMBER(MIN, 1, 65535, 1), .ours = 1,
	  .normal = true },
	/* 13.10, 13.11 */
	{ "InitialR2T", BOOLEAN(OR, false, true), PARAM(initial_r2t),
	  .normal = true },
	{ "ImmediateData", BOOLEAN(AND, true, true), PARAM(immediate_data),
	  .normal = true },
	/* 13.12 */
	{ "MaxRecvDataSegmentLength", .answer = declared, DSL, .usual = 8192,
	  PARAM(max_xmit_dsl), .when = OPER | FULL },
	/* 13.13, 13.14 */
	{ "MaxBurstLength", NUMBER(MIN, 512, 16777215, 262144),
	  OUR_LIMIT(max_burst), PARAM(max_burst), .normal = true },
	{ "FirstBurstLength", .answer = first_burst, DSL, .usual = 65536,
	  PARAM(first_burst), .when = OPER, .normal = true },
	/* 13.15, 13.16: without error recovery there is nothing to retain */
	{ "DefaultTime2Wait", NUMBER(MAX, 0, 3600, 2), OUR_LIMIT(time2wait),
	  PARAM(time2wait) },
	{ "DefaultTime2Retain", NUMBER(MIN, 0, 3600, 20), .ours = 0,
	  PARAM(time2retain) },
	/* 13.17 */
	{ "MaxOutstandingR2T", NUMBER(MIN, 1, 65535, 1),
	  OUR_LIMIT(max_outstanding_r2t), PARAM(max_outstanding_r2t),
	  .normal = true },
	/* 13.18, 13.19: we send in order, and want it so */
	{ "DataPDUInOrder", BOOLEAN(OR, true, true), PARAM(pdu_in_order),
	  .normal = true },
	{ "DataSequenceInOrder", BOOLEAN(OR, true, true),
	  PARAM(sequence_in_order), .normal = true },
	/* 13.20 */
	{ "ErrorRecoveryLevel", NUMBER(MIN, 0, 2, 0), .ours = 0 },
	/* 13.23, 13.24 */
	{ "TaskReporting", LIST(task_reporting, reporting), .normal = true },
	{ "iSCSIProtocolLevel", NUMBER(MIN, 0, 31, 1),
	  OUR_LIMIT(protocol_level), PARAM(protocol_level), .normal = true },
	/* Appendix C */
	{ "SendTargets", .answer = send_targets, .when = FULL },
	/* 13.5, 13.8, 13.9: the target's to send */
	{ "TargetAlias", ANSWER(reject) },
	{ "TargetAddress", ANSWER(reject) },
	{ "TargetPortalGroupTag", ANSWER(reject) },
	/* 13.25: obsolete; Reject, never NotUnderstood */
	{ "IFMarker", ANSWER(reject) },
	{ "OFMarker", ANSWER(reject) },
	{ "IFMarkInt", ANSWER(reject) },
	{ "OFMarkInt", ANSWER(reject) },
	/* 13.26: tells about the other side, no answer */
	{ "X#NodeArchitecture", ANSWER(silent) },
	/* RFC 7145 6: not over TCP */
	{ "RDMAExtensions", BOOLEAN(AND, false, false) },
	{ "InitiatorRecvDataSegmentLength", ANSWER(irrelevant) },
	{ "TargetRecvDataSegmentLength", ANSWER(irrelevant) },
	{ "MaxOutstandingUnexpectedPDUs", ANSWER(irrelevant) },
	{ "MaxAHSLength", ANSWER(irrelevant) },
	{ "TaggedBufferForSolicitedDataOnly", ANSWER(irrelevant) },
	{ "iSERHelloRequired", ANSWER(irrelevant) },
};
/* clang-format on */

#define NKEYS (sizeof(keys) / sizeof(keys[0]))
_Static_assert(NKEYS <= 64, "a bit per key in own.seen[2]");

static const struct key *find(const struct semu_text_pair *p)
{
	for (const struct key *k = keys; k < keys + NKEYS; k++)
		if (semu_text_is(p->key, p->key_len, k->name))
			return k;
	return NULL;
}

/* true: it was set already. */
static bool mark(uint32_t seen[2], const struct key *k)
{
	size_t n = (size_t)(k - keys);
	uint32_t bit = UINT32_C(1) << (n % 32);
	bool was = seen[n / 32] & bit;

	seen[n / 32] |= bit;
	return was;
}

void semu_keys_default(struct semu_iscsi_params *p)
{
	memset(p, 0, sizeof(*p));
	for (const struct key *k = keys; k < keys + NKEYS; k++)
		store(p, k, k->usual);
	p->max_recv_dsl = 8192; /* until we declare ours */
}

uint16_t semu_keys_identify(struct semu_iscsi_login *l, const uint8_t *text,
			    uint32_t len)
{
	struct semu_text_pair p;
	uint32_t pos = 0;
	uint16_t status;
	int r;

	while ((r = semu_text_next(text, len, &pos, &l->node->bounds, &p)) >
	       0) {
		const struct key *k = find(&p);

		status = k && k->take ? k->take(l, &p) : SEMU_LOGIN_OK;
		if (status)
			return status;
	}
	return r == 0 ? SEMU_LOGIN_OK : SEMU_LOGIN_INITIATOR_ERROR;
}

/* Values are short but where they carry binary or a list of names. */
static bool too_long(const struct talk *t)
{
	return t->k->when != SEC && t->p->value_len > SHORT;
}

uint16_t semu_keys_answer(struct semu_iscsi_login *l,
			  const struct semu_text_pair *p,
			  struct semu_text_out *o)
{
	const struct key *k = find(p);
	const struct talk t = { l, k, p, o };

	if (!k)
		return say(&t, "NotUnderstood");
	if (!(k->when & (l->own.stage == 0 ? SEC : OPER)))
		return reject(&t);
	/* 6.2: a key is negotiated once in a login. */
	if (!k->take && mark(l->own.seen, k))
		return SEMU_LOGIN_INITIATOR_ERROR;
	if (l->discovery && k->normal)
		return irrelevant(&t);
	if (too_long(&t))
		return SEMU_LOGIN_INITIATOR_ERROR;
	return k->answer(&t);
}

bool semu_keys_text(struct semu_iscsi_login *l, const struct semu_text_pair *p,
		    uint32_t seen[2], bool act, struct semu_text_out *o)
{
	const struct key *k = find(p);
	const struct talk t = { l, k, p, o };

	if (!k)
		return say(&t, "NotUnderstood") == SEMU_LOGIN_OK;
	if (mark(seen, k) || too_long(&t))
		return false;
	if (!(k->when & FULL))
		return reject(&t) == SEMU_LOGIN_OK;
	if (k->take)
		return !act || k->take(l, p) == SEMU_LOGIN_OK;
	/* A later page only repeats the words. */
	if (k->answer == declared && !act)
		return true;
	return k->answer(&t) == SEMU_LOGIN_OK;
}
