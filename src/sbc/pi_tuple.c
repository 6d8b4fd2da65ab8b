/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tuples: what they must be for a command, checking and making them, and their
 * places in memory and on the wire (SBC-4 4.21).
 */
#include <string.h>

#include "sbc/pi.h"

#if SEMU_WITH_PI
enum {
	TYPE_1 = 1,
	TYPE_2,
	TYPE_3,
	ALL = SEMU_PI_GUARD | SEMU_PI_APP | SEMU_PI_REF,
	/* mode page 0Ah */
	DPICZ = 0x08,
	ATO = 0x80,
	ATMPE = 0x20,
	/* mode page 0Ah/02h */
	TAGS_AT = 16,
	TAGS_ITEM = 24,
	TAGS_LAST = 0x80,
	/* 32-byte CDBs */
	CDB_REF = 20,
	CDB_APP = 24,
	CDB_MASK = 26
};

/* By PROTECT: tables 58, 119 and 110 of SBC-4 agree in this. */
static const uint8_t checks[8] = {
	ALL, ALL, SEMU_PI_APP | SEMU_PI_REF, 0, SEMU_PI_GUARD, ALL
};

/* Has the CDB expected tags? */
static bool has_tags(const struct scsiemu_cmd *c)
{
	const struct scsiemu_row *row = scsiemu_cmd_row(c);

	return row->op == SCSIEMU_OP_VARIABLE &&
	       row->fields == SCSIEMU_F_RW32 &&
	       row->sa != SCSIEMU_SA_ORWRITE_32;
}

/* Of blocks that nothing is known of but what the disk knows itself. */
static struct semu_pi_rules own_rules(const struct scsiemu_lu *lu)
{
	const uint8_t *control = semu_mode_current(lu, 0x0a, 0);
	struct semu_pi_rules r = { .lu = lu, .pi = semu_pi(lu), .check = ALL };

	if (r.pi->type != TYPE_1)
		r.check &= (uint8_t)~SEMU_PI_REF;
	r.ato = control && control[5] & ATO;
	if (r.ato && control[5] & ATMPE)
		r.tags = semu_mode_current(lu, 0x0a, 0x02);
	return r;
}

static struct semu_pi_rules rules(const struct scsiemu_cmd *c)
{
	struct semu_pi_rules r = own_rules(scsiemu_cmd_lu(c));

	r.lba = scsiemu_cmd_lba(c);
	if (has_tags(c) && r.ato) {
		r.app = (uint16_t)semu_be16(c->cdb + CDB_APP);
		r.mask = (uint16_t)semu_be16(c->cdb + CDB_MASK);
		r.tags = NULL;
	}
	if (has_tags(c) && r.pi->type == TYPE_2) {
		r.ref = semu_be32(c->cdb + CDB_REF);
		r.check |= SEMU_PI_REF;
	}
	r.check &= checks[semu_pi_protect(c)];
	return r;
}

/* PROTECT 000b: is nothing checked of what comes from the medium? */
static bool disabled(const struct scsiemu_lu *lu)
{
	const uint8_t *control = semu_mode_current(lu, 0x0a, 0);

	return control && control[2] & DPICZ;
}

struct semu_pi_rules semu_pi_read_rules(const struct scsiemu_cmd *c)
{
	struct semu_pi_rules r = rules(c);

	if (!semu_pi_protect(c) && disabled(r.lu))
		r.check = 0;
	return r;
}

struct semu_pi_rules semu_pi_write_rules(const struct scsiemu_cmd *c)
{
	struct semu_pi_rules r = rules(c);

	if (!semu_pi_protect(c))
		r.check = 0;
	return r;
}

/* Type 1: the LBA's low half, and one more for each further interval of the
 * block. Type 2: counted through all intervals of the command. */
static uint32_t expected_ref(const struct semu_pi_rules *r, uint64_t lba,
			     unsigned i)
{
	if (r->pi->type == TYPE_1)
		return (uint32_t)lba + i;
	return r->ref + ((uint32_t)(lba - r->lba) << r->pi->exponent) + i;
}

/* The descriptor of mode page 0Ah/02h that has the block; NULL: none. */
static const uint8_t *descriptor(const uint8_t *page, uint64_t lba)
{
	const uint8_t *d = page + TAGS_AT;
	const uint8_t *end = page + 4 + semu_be16(page + 2);

	for (; d < end; d += TAGS_ITEM) {
		if (lba - semu_be64(d + 8) < semu_be64(d + 16))
			return d;
		if (d[0] & TAGS_LAST)
			break;
	}
	return NULL;
}

static bool app_fails(const struct semu_pi_rules *r, uint64_t lba, unsigned app)
{
	const uint8_t *d;

	if (!r->tags)
		return (app ^ r->app) & r->mask;
	d = descriptor(r->tags, lba);
	return d && app != semu_be16(d + 6);
}

/* SBC-4 4.21.2: with these tags nothing is checked. */
static bool is_escape(unsigned type, const uint8_t *t)
{
	return semu_be16(t + 2) == 0xffff &&
	       (type != TYPE_3 || semu_be32(t + 4) == UINT32_MAX);
}

/* The check that fails; 0: none. */
static uint16_t failing(const struct semu_pi_rules *r, uint64_t lba, unsigned i,
			const uint8_t *data, uint32_t len, const uint8_t *t)
{
	if (is_escape(r->pi->type, t))
		return 0;
	if (r->check & SEMU_PI_GUARD &&
	    r->pi->crc(0, data, len) != semu_be16(t))
		return SCSIEMU_ASC_GUARD_CHECK_FAILED;
	if (r->check & SEMU_PI_APP && app_fails(r, lba, semu_be16(t + 2)))
		return SCSIEMU_ASC_APPLICATION_TAG_CHECK_FAILED;
	if (r->check & SEMU_PI_REF &&
	    semu_be32(t + 4) != expected_ref(r, lba, i))
		return SCSIEMU_ASC_REFERENCE_TAG_CHECK_FAILED;
	return 0;
}

uint32_t semu_pi_check(const struct semu_pi_rules *r, uint64_t lba,
		       const uint8_t *buf, uint32_t n, uint16_t *asc)
{
	uint32_t blen = r->lu->cap.blen, len = blen >> r->pi->exponent;
	const uint8_t *t = buf + n * blen;

	*asc = 0;
	for (uint32_t k = 0; r->check && k < n; k++, t += r->pi->len)
		for (unsigned i = 0; i < 1u << r->pi->exponent; i++) {
			*asc = failing(r, lba + k, i, buf + k * blen + i * len,
				       len, t + i * SEMU_PI_TUPLE);
			if (*asc)
				return k;
		}
	return n;
}

/* SBC-4 table 119, WRPROTECT 000b. Where the application client does not own
 * the application tag any value may be written: one that lets the guard be
 * checked, but with type 2, whose reference tag is not known here. */
static void make(const struct semu_pi_rules *r, uint64_t lba, unsigned i,
		 const uint8_t *data, uint32_t len, uint8_t *t)
{
	unsigned type = r->pi->type;

	semu_put16(t, r->pi->crc(0, data, len));
	semu_put16(t + 2, r->ato || type == TYPE_2 ? 0xffff : 0);
	semu_put32(t + 4, type == TYPE_1 ? (uint32_t)lba + i : UINT32_MAX);
}

void semu_pi_generate(const struct semu_pi_rules *r, uint64_t lba, uint8_t *buf,
		      uint32_t n)
{
	uint32_t blen = r->lu->cap.blen, len = blen >> r->pi->exponent;
	uint8_t *t = buf + n * blen;

	memset(t, 0xff, (size_t)n * r->pi->len);
	for (uint32_t k = 0; k < n; k++, t += r->pi->len)
		for (unsigned i = 0; i < 1u << r->pi->exponent; i++)
			make(r, lba + k, i, buf + k * blen + i * len, len,
			     t + i * SEMU_PI_TUPLE);
}

int semu_pi_fail(struct scsiemu_cmd *c, uint16_t asc, uint64_t lba)
{
	return scsiemu_fail_info(c, SCSIEMU_SK_ABORTED_COMMAND, asc, lba);
}

static uint32_t beside_len(const struct scsiemu_lu *lu)
{
	return semu_pi(lu) ? semu_pi(lu)->len : 0;
}

static int beside_check(struct scsiemu_cmd *c, const struct scsiemu_lu *lu,
			uint64_t lba, const uint8_t *buf, uint32_t n)
{
	struct semu_pi_rules r = own_rules(lu);
	uint16_t asc;
	uint32_t good;

	if (disabled(lu))
		return 0;
	good = semu_pi_check(&r, lba, buf, n, &asc);
	return good < n ? semu_pi_fail(c, asc, lba + good) : 0;
}

static void beside_make(const struct scsiemu_lu *lu, uint64_t lba, uint8_t *buf,
			uint32_t n)
{
	struct semu_pi_rules r = own_rules(lu);

	semu_pi_generate(&r, lba, buf, n);
}

const struct semu_beside semu_pi_beside = { beside_len, beside_check,
					    beside_make };

/* Backwards, so that nothing is overwritten that is still to be moved. */
void semu_pi_to_wire(const struct scsiemu_lu *lu, uint8_t *buf, uint32_t n)
{
	const struct semu_pi *pi = semu_pi(lu);
	uint32_t blen = lu->cap.blen, len = blen >> pi->exponent;
	uint32_t intervals = 1u << pi->exponent;
	uint8_t *tail = buf + n * (blen + pi->len);

	memcpy(tail, buf + n * blen, (size_t)n * pi->len);
	for (uint32_t j = n * intervals; j--;) {
		uint8_t *to = buf + j * (len + SEMU_PI_TUPLE);

		memmove(to, buf + j * len, len);
		memcpy(to + len,
		       tail + j / intervals * pi->len +
			       j % intervals * SEMU_PI_TUPLE,
		       SEMU_PI_TUPLE);
	}
}

void semu_pi_from_wire(const struct scsiemu_lu *lu, uint8_t *buf, uint32_t n)
{
	const struct semu_pi *pi = semu_pi(lu);
	uint32_t blen = lu->cap.blen, len = blen >> pi->exponent;
	uint32_t intervals = 1u << pi->exponent;
	uint8_t *tail = buf + n * (blen + pi->len);

	memset(tail, 0xff, (size_t)n * pi->len);
	for (uint32_t j = 0; j < n * intervals; j++) {
		const uint8_t *from = buf + j * (len + SEMU_PI_TUPLE);

		memcpy(tail + j / intervals * pi->len +
			       j % intervals * SEMU_PI_TUPLE,
		       from + len, SEMU_PI_TUPLE);
		memmove(buf + j * len, from, len);
	}
	memcpy(buf + n * blen, tail, (size_t)n * pi->len);
}
#endif
