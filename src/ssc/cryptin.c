/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SECURITY PROTOCOL IN: what security protocols there are (SPC-5 7.7.1), and
 * tape data encryption (SSC-4 8.5.2). A reply is made in scratch; for the next
 * block's status the store is asked first, behind it.
 */
#include <string.h>

#include "ssc/crypt.h"

enum { PROTOCOL_AT = 1, PAGE_AT = 2 };
enum { INFORMATION = 0x00, TAPE_ENCRYPTION = 0x20 };
enum { PAGES_IN, PAGES_OUT, CAPABILITIES = 0x10, FORMATS, MANAGEMENT };
enum { STATUS = 0x20, NEXT };
enum { ASKED = 1, SENT };
enum { REPLY_MAX = 128 };
_Static_assert(REPLY_MAX + sizeof(struct scsiemu_tape_next) <= 512,
	       "scratch has no room");

struct page {
	uint8_t protocol;
	uint8_t code;
	void (*put)(struct scsiemu_cmd *c, struct scsiemu_wr *w);
};
enum { NPAGES = 9 };
static const struct page pages[NPAGES];

static struct scsiemu_tape_next *next_of(struct scsiemu_cmd *c)
{
	return (void *)(c->scratch + REPLY_MAX);
}

/* ---- Security protocols ---- */

static void put_protocols(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	(void)c;
	scsiemu_wr_zero(w, 6);
	scsiemu_wr_be16(w, 2);
	scsiemu_wr_u8(w, INFORMATION);
	scsiemu_wr_u8(w, TAPE_ENCRYPTION);
}

/* There is none. */
static void put_certificate(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	(void)c;
	scsiemu_wr_zero(w, 4);
}

/* ---- Tape data encryption: what there is ---- */

static void put_pages_in(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	(void)c;
	for (unsigned i = 0; i < NPAGES; i++)
		if (pages[i].protocol == TAPE_ENCRYPTION)
			scsiemu_wr_be16(w, pages[i].code);
}

static void put_pages_out(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	(void)c;
	scsiemu_wr_be16(w, CAPABILITIES); /* Set Data Encryption */
}

/*
 * Nobody else controls it. AES-256-GCM; with a cartridge it is valid there and
 * where it stands. The nonce is the drive's, U-KAD and A-KAD are taken as they
 * come; blocks are not read raw unless they are written so (RDMC_C 4).
 */
static void put_capabilities(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	enum { EXTDECC = 0x04, CFG_P = 0x01, DESCRIPTOR = 20 };
	enum { AVFMV = 0x80, MAC_C = 0x20, DELB_C = 0x10, BOTH_WAYS = 0x0a };
	enum { AVFCLP = 0x80, NONCE_C = 0x10, KADF_C = 0x08 };
	enum { DKAD_C = 0xc0, EEMC_C = 0x10, RDMC_C = 0x08 };
	enum { AES_256_GCM_128 = 0x00010014 };
	const struct scsiemu_tape_key *k = &semu_crypt_set(c)->key;
	bool valid = semu_crypt_valid(scsiemu_cmd_lu(c));

	scsiemu_wr_u8(w, EXTDECC | CFG_P);
	scsiemu_wr_zero(w, 15);
	scsiemu_wr_u8(w, SEMU_CRYPT_INDEX);
	scsiemu_wr_u8(w, 0);
	scsiemu_wr_be16(w, DESCRIPTOR);
	scsiemu_wr_u8(w, (valid ? AVFMV : 0u) | MAC_C | DELB_C | BOTH_WAYS);
	scsiemu_wr_u8(w, (valid ? AVFCLP : 0u) | NONCE_C | KADF_C);
	scsiemu_wr_be16(w, sizeof(k->ukad));
	scsiemu_wr_be16(w, sizeof(k->akad));
	scsiemu_wr_be16(w, sizeof(k->key));
	scsiemu_wr_u8(w, DKAD_C | EEMC_C | RDMC_C);
	scsiemu_wr_zero(w, 7);
	scsiemu_wr_be32(w, AES_256_GCM_128);
}

/* Keys in the clear. */
static void put_formats(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	(void)c;
	scsiemu_wr_u8(w, 0);
}

static void put_management(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	enum { LOCK_C = 0x01, SCOPES = 0x07 };

	(void)c;
	scsiemu_wr_u8(w, LOCK_C);
	scsiemu_wr_u8(w, SEMU_CKOD | SEMU_CKORP | SEMU_CKORL);
	scsiemu_wr_u8(w, 0);
	scsiemu_wr_u8(w, SCOPES);
	scsiemu_wr_zero(w, 8);
}

/* ---- ... what is set, and what comes next ---- */

enum { U_KAD, A_KAD };
enum { UNCOVERED = 1, NOT_ATTEMPTED };

static void put_kad(struct scsiemu_wr *w, unsigned type, unsigned authenticated,
		    const uint8_t *p, unsigned len)
{
	if (!len)
		return;
	scsiemu_wr_u8(w, type);
	scsiemu_wr_u8(w, authenticated);
	scsiemu_wr_be16(w, len);
	scsiemu_wr_bytes(w, p, len);
}

static void put_status(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	enum { BY_DRIVE = 0x20 };
	const struct semu_crypt_set *s = semu_crypt_set(c);
	unsigned scope = semu_crypt_scope(c), key = scope;

	if (scope == SEMU_CRYPT_PUBLIC && s->counter)
		key = SEMU_CRYPT_ALL;
	scsiemu_wr_u8(w, scope << 5 | key);
	scsiemu_wr_u8(w, s->encrypt);
	scsiemu_wr_u8(w, s->decrypt);
	scsiemu_wr_u8(w, s->key.algorithm);
	scsiemu_wr_be32(w, s->counter);
	scsiemu_wr_u8(w, BY_DRIVE | (unsigned)s->ceem << 1 | s->no_raw);
	scsiemu_wr_u8(w, s->kad_format);
	scsiemu_wr_zero(w, 10);
	put_kad(w, U_KAD, UNCOVERED, s->key.ukad, s->key.ukad_len);
	put_kad(w, A_KAD, UNCOVERED, s->key.akad, s->key.akad_len);
}

/* ENCRYPTION STATUS */
static unsigned encryption(const struct scsiemu_tape_next *n, bool decrypts)
{
	enum { UNKNOWN = 1, NO_BLOCK, NOT_ENCRYPTED, FOREIGN, CAN, CANNOT };

	if (n->kind != SCSIEMU_NEXT_RECORD)
		return n->kind == SCSIEMU_NEXT_MARK ? NO_BLOCK : UNKNOWN;
	switch (n->cipher) {
	case SCSIEMU_CIPHER_NONE:
		return NOT_ENCRYPTED;
	case SCSIEMU_CIPHER_UNKNOWN:
		return FOREIGN;
	case SCSIEMU_CIPHER_FITS:
		return decrypts ? CAN : CANNOT;
	default:
		return CANNOT;
	}
}

/* COMPRESSION STATUS is 0, as drives have it. */
static void put_next(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	const struct scsiemu_tape_next *n = next_of(c);
	uint8_t mode = semu_crypt_set(c)->decrypt;
	bool decrypts = mode == SCSIEMU_TAPE_DECRYPT ||
			mode == SCSIEMU_TAPE_MIXED;
	struct scsiemu_tape_pos pos;

	semu_ssc_tell(lu, &pos);
	scsiemu_wr_be64(w, pos.object);
	scsiemu_wr_u8(w, semu_crypt_valid(lu) ? encryption(n, decrypts) : 0);
	scsiemu_wr_u8(w, n->algorithm && n->cipher != SCSIEMU_CIPHER_UNKNOWN
				 ? SEMU_CRYPT_INDEX
				 : n->algorithm);
	scsiemu_wr_u8(w, n->no_raw);
	scsiemu_wr_u8(w, 0);
	put_kad(w, U_KAD, UNCOVERED, n->ukad, n->ukad_len);
	put_kad(w, A_KAD, NOT_ATTEMPTED, n->akad, n->akad_len);
}

/* ---- The command ---- */

static const struct page pages[NPAGES] = {
	{ INFORMATION, 0, put_protocols },
	{ INFORMATION, 1, put_certificate },
	{ TAPE_ENCRYPTION, PAGES_IN, put_pages_in },
	{ TAPE_ENCRYPTION, PAGES_OUT, put_pages_out },
	{ TAPE_ENCRYPTION, CAPABILITIES, put_capabilities },
	{ TAPE_ENCRYPTION, FORMATS, put_formats },
	{ TAPE_ENCRYPTION, MANAGEMENT, put_management },
	{ TAPE_ENCRYPTION, STATUS, put_status },
	{ TAPE_ENCRYPTION, NEXT, put_next },
};

/* NULL: failed. */
static const struct page *page_of(struct scsiemu_cmd *c)
{
	unsigned code = semu_be16(c->cdb + PAGE_AT);
	uint8_t protocol = c->cdb[PROTOCOL_AT];

	for (unsigned i = 0; i < NPAGES; i++)
		if (pages[i].protocol == protocol && pages[i].code == code)
			return &pages[i];
	scsiemu_fail_cdb(c,
			 protocol == INFORMATION || protocol == TAPE_ENCRYPTION
				 ? PAGE_AT
				 : PROTOCOL_AT,
			 SCSIEMU_NO_BIT);
	return NULL;
}

static int ask(struct scsiemu_cmd *c)
{
	struct scsiemu_tape_next *n = next_of(c);
	const struct semu_crypt_set *set = semu_crypt_set(c);

	if (!scsiemu_cmd_lu(c)->medium)
		return scsiemu_fail(c, SCSIEMU_SK_NOT_READY,
				    SCSIEMU_ASC_MEDIUM_NOT_PRESENT);
	memset(n, 0, sizeof(*n));
	n->key = set->key.len ? &set->key : NULL;
	*scsiemu_cmd_step(c) = ASKED;
	return scsiemu_want_buffer(c, NULL, SCSIEMU_V_NEXT, 0, 0, n,
				   sizeof(*n));
}

static int reply(struct scsiemu_cmd *c, const struct page *p)
{
	struct scsiemu_wr w = { .buf = c->scratch, .hi = REPLY_MAX };
	uint32_t alloc = scsiemu_cmd_count(c);

	if (p->protocol == TAPE_ENCRYPTION) {
		scsiemu_wr_be16(&w, p->code);
		scsiemu_wr_be16(&w, 0);
	}
	p->put(c, &w);
	if (p->protocol == TAPE_ENCRYPTION)
		scsiemu_wr_len(&w, 2, 2, 0);
	*scsiemu_cmd_step(c) = SENT;
	return scsiemu_want_send(c, 0, c->scratch,
				 w.pos < alloc ? w.pos : alloc);
}

int semu_ssc_security_in(struct scsiemu_cmd *c, int result)
{
	const struct page *p;

	if (*scsiemu_cmd_step(c) == SENT)
		return SCSIEMU_FINISHED;
	p = page_of(c);
	if (!p)
		return SCSIEMU_FAILED;
	if (p->protocol == TAPE_ENCRYPTION)
		semu_crypt_register(c);
	if (!*scsiemu_cmd_step(c) && p->put == put_next)
		return ask(c);
	if (result < 0) /* it cannot tell now */
		next_of(c)->kind = SCSIEMU_NEXT_END;
	return reply(c, p);
}
