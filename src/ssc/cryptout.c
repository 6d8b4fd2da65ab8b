/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SECURITY PROTOCOL OUT of tape data encryption: the Set Data Encryption page
 * (SSC-4 8.5.3.2). Everything is judged before anything is changed, and the
 * list is zeroed behind it: there is a key in it.
 */
#include <string.h>

#include "ssc/crypt.h"

enum { PROTOCOL_AT = 1, PAGE_AT = 2 };
enum { TAPE_ENCRYPTION = 0x20, SET_DATA_ENCRYPTION = 0x0010 };
/* The page */
enum {
	LENGTH = 2,
	HEADER = 4,
	SCOPE = 4,
	FLAGS,
	ENCRYPTION,
	DECRYPTION,
	INDEX,
	KEY_FORMAT,
	KAD_FORMAT,
	KEY_LENGTH = 18,
	KEY = 20
};
enum { LOCK = 0x01 };
enum { CEEM = 0xc0, RDMC = 0x30, SDK = 0x08, CLEARS = 0x07 };
enum { RAW = 0x20, NO_RAW = 0x30, RESERVED_RDMC = 0x10 };
enum { KAD_HEADER = 4, U_KAD = 0, A_KAD = 1 };

static int bad(struct scsiemu_cmd *c, uint32_t at, uint8_t bit)
{
	return scsiemu_fail_param(c,
				  SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST,
				  (uint16_t)at, bit);
}

static unsigned scope_of(const uint8_t *page)
{
	return page[SCOPE] >> 5;
}

static bool encrypts(const uint8_t *page)
{
	return page[ENCRYPTION] == SEMU_CRYPT_ENCRYPT;
}

static bool needs_key(const uint8_t *page)
{
	return encrypts(page) || page[DECRYPTION] >= SCSIEMU_TAPE_DECRYPT;
}

/* ---- Fields ---- */

/* The most that a field may be; 10b and 11b of CEEM are for those that keep
 * the mode with each block. */
static const struct {
	uint8_t at, mask, most, bit;
} fields[] = {
	{ FLAGS, CEEM, 0x40, 7 },
	{ FLAGS, SDK, 0, 3 },
	{ ENCRYPTION, 0xff, SEMU_CRYPT_ENCRYPT, SCSIEMU_NO_BIT },
	{ DECRYPTION, 0xff, SCSIEMU_TAPE_MIXED, SCSIEMU_NO_BIT },
	{ KAD_FORMAT, 0xff, 2, SCSIEMU_NO_BIT },
};

static int check_fields(struct scsiemu_cmd *c, const uint8_t *page)
{
	enum { EXTERNAL = 1 };

	for (unsigned i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if ((page[fields[i].at] & fields[i].mask) > fields[i].most)
			return bad(c, fields[i].at, fields[i].bit);
	if ((page[FLAGS] & RDMC) == RESERVED_RDMC)
		return bad(c, FLAGS, 5);
	if (page[ENCRYPTION] == EXTERNAL)
		return bad(c, ENCRYPTION, SCSIEMU_NO_BIT);
	return 0;
}

/* What is to clear the key has to be there. */
static int check_clears(struct scsiemu_cmd *c, const uint8_t *page)
{
	if (page[FLAGS] & SEMU_CKOD && !scsiemu_cmd_lu(c)->medium)
		return bad(c, FLAGS, 2);
	if (page[FLAGS] & SEMU_CKORP && !semu_crypt_reserved(c, true))
		return bad(c, FLAGS, 1);
	if (page[FLAGS] & SEMU_CKORL && !semu_crypt_reserved(c, false))
		return bad(c, FLAGS, 0);
	return 0;
}

static int check_key(struct scsiemu_cmd *c, const uint8_t *page, uint32_t len)
{
	uint32_t key = semu_be16(page + KEY_LENGTH);

	if (key > len - KEY)
		return bad(c, LENGTH, SCSIEMU_NO_BIT);
	if (!needs_key(page))
		return 0;
	if (page[INDEX] != SEMU_CRYPT_INDEX)
		return bad(c, INDEX, SCSIEMU_NO_BIT);
	if (page[KEY_FORMAT])
		return bad(c, KEY_FORMAT, SCSIEMU_NO_BIT);
	if (key != sizeof(((struct scsiemu_tape_key *)0)->key))
		return bad(c, KEY_LENGTH, SCSIEMU_NO_BIT);
	return 0;
}

/* ---- Key-associated data: descriptors, ascending by type ---- */

static int take_kad(struct scsiemu_cmd *c, const uint8_t *page, uint32_t at,
		    struct scsiemu_tape_key *k)
{
	unsigned len = semu_be16(page + at + 2);

	if (page[at] == U_KAD && len <= sizeof(k->ukad)) {
		memcpy(k->ukad, page + at + KAD_HEADER, len);
		k->ukad_len = (uint8_t)len;
		return 0;
	}
	if (page[at] == A_KAD && len <= sizeof(k->akad)) {
		memcpy(k->akad, page + at + KAD_HEADER, len);
		k->akad_len = (uint8_t)len;
		return 0;
	}
	return bad(c, page[at] > A_KAD ? at : at + 2, SCSIEMU_NO_BIT);
}

static int take_kads(struct scsiemu_cmd *c, const uint8_t *page, uint32_t len,
		     struct scsiemu_tape_key *k)
{
	uint32_t at = KEY + semu_be16(page + KEY_LENGTH);
	unsigned least = U_KAD;

	while (at < len) {
		if (len - at < KAD_HEADER ||
		    semu_be16(page + at + 2) > len - at - KAD_HEADER)
			return bad(c, LENGTH, SCSIEMU_NO_BIT);
		if (page[at] < least)
			return bad(c, at, SCSIEMU_NO_BIT);
		if (take_kad(c, page, at, k))
			return SCSIEMU_FAILED;
		least = page[at] + 1u;
		at += KAD_HEADER + semu_be16(page + at + 2);
	}
	return 0;
}

/* ---- The page ---- */

static int take(struct scsiemu_cmd *c, const uint8_t *page, uint32_t len,
		struct semu_crypt_set *set)
{
	set->encrypt = page[ENCRYPTION];
	set->decrypt = page[DECRYPTION];
	set->clears = page[FLAGS] & CLEARS;
	set->ceem = page[FLAGS] >> 6;
	if (!needs_key(page))
		return 0;
	set->kad_format = page[KAD_FORMAT];
	set->no_raw = encrypts(page) && (page[FLAGS] & RDMC) != RAW;
	set->key.algorithm = page[INDEX];
	set->key.len = sizeof(set->key.key);
	memcpy(set->key.key, page + KEY, sizeof(set->key.key));
	return encrypts(page) ? take_kads(c, page, len, &set->key) : 0;
}

static int set_page(struct scsiemu_cmd *c, const uint8_t *page, uint32_t len,
		    struct semu_crypt_set *set)
{
	bool locked = page[SCOPE] & LOCK;

	if (len < KEY)
		return bad(c, LENGTH, SCSIEMU_NO_BIT);
	if (scope_of(page) > SEMU_CRYPT_ALL)
		return bad(c, SCOPE, 7);
	memset(set, 0, sizeof(*set));
	if (scope_of(page) != SEMU_CRYPT_PUBLIC &&
	    (check_fields(c, page) || check_clears(c, page) ||
	     check_key(c, page, len) || take(c, page, len, set)))
		return SCSIEMU_FAILED;
	return semu_crypt_establish(c, (enum semu_crypt_scope)scope_of(page),
				    locked, set);
}

static int check_cdb(struct scsiemu_cmd *c)
{
	if (c->cdb[PROTOCOL_AT] != TAPE_ENCRYPTION)
		return scsiemu_fail_cdb(c, PROTOCOL_AT, SCSIEMU_NO_BIT);
	if (semu_be16(c->cdb + PAGE_AT) != SET_DATA_ENCRYPTION)
		return scsiemu_fail_cdb(c, PAGE_AT, SCSIEMU_NO_BIT);
	return 0;
}

static struct semu_crypt_set *next_set(struct scsiemu_cmd *c)
{
	return &semu_crypt(scsiemu_cmd_lu(c))->next;
}

static int set_data_encryption(struct scsiemu_cmd *c, struct scsiemu_rd *r)
{
	uint32_t len;

	if (!scsiemu_rd_left(r))
		return SCSIEMU_FINISHED;
	if (!scsiemu_rd_need(r, HEADER))
		return SCSIEMU_FAILED;
	if (semu_be16(r->buf) != SET_DATA_ENCRYPTION)
		return bad(c, 0, SCSIEMU_NO_BIT);
	len = HEADER + semu_be16(r->buf + LENGTH);
	if (!scsiemu_rd_need(r, len))
		return SCSIEMU_FAILED;
	return set_page(c, r->buf, len, next_set(c));
}

int semu_ssc_security_out(struct scsiemu_cmd *c, struct scsiemu_rd *r)
{
	int rc = check_cdb(c);

	if (!rc) {
		semu_crypt_register(c);
		rc = set_data_encryption(c, r);
	}
	memset(r->buf, 0, r->len);
	memset(next_set(c), 0, sizeof(struct semu_crypt_set));
	return rc;
}
