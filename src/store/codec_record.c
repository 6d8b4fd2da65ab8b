/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/codec_record.c - compressed first, then encrypted: what is encrypted
 * cannot be compressed. Bytes that do not become fewer are stored as they are.
 */
#include "store/codec_record.h"

#include <string.h>

#include "core/bytes.h"
#include "store/crc32c.h"
#include "store/rs_crc.h"

enum {
	RUN = 1 << 23,	/* records of a run of nonces */
	IS_MARK = 0x80, /* in the first of the bytes that count */
};

void semu_codec_check(uint8_t method, const uint8_t *p, size_t n,
		      uint8_t out[SEMU_CODEC_CHECK])
{
	uint32_t crc;

	if (method == 1) {
		semu_put32(out, semu_rs_crc(0, p, n));
		return;
	}
	crc = semu_crc32c(0, p, n);
	for (unsigned i = 0; i < SEMU_CODEC_CHECK; i++)
		out[i] = (uint8_t)(crc >> 8 * i);
}

/* ---- Encryption ---- */

/* A nonce that no other record has. */
static int take_nonce(struct semu_codec_with *w,
		      uint8_t nonce[SCSIEMU_CODEC_NONCE])
{
	struct semu_codec_run *r = &w->run;

	if (!r->left) {
		if (w->is.cipher->random(w->is.cipher_ctx, r->random,
					 sizeof(r->random)))
			return -1;
		r->left = RUN;
	}
	r->left--;
	memcpy(nonce, r->random, sizeof(r->random));
	nonce[9] = (uint8_t)(r->left >> 16);
	nonce[10] = (uint8_t)(r->left >> 8);
	nonce[11] = (uint8_t)r->left;
	return 0;
}

/* What only somebody who has the key can make of a nonce. */
static int make_mark(struct semu_codec_with *w, const uint8_t *key,
		     const uint8_t *nonce, uint8_t mark[SEMU_CODEC_MARK])
{
	uint8_t other[SCSIEMU_CODEC_NONCE], mac[SCSIEMU_CODEC_MAC];
	struct scsiemu_seal s = { .key = key, .nonce = other, .mac = mac };

	memcpy(other, nonce, sizeof(other));
	other[9] |= IS_MARK;
	if (w->is.cipher->seal(w->is.cipher_ctx, &s))
		return -1;
	memcpy(mark, mac, SEMU_CODEC_MARK);
	return 0;
}

static bool usable(const struct semu_codec_with *w,
		   const struct scsiemu_tape_key *key)
{
	return key && w->is.cipher && key->len == SCSIEMU_CODEC_KEY &&
	       key->ukad_len <= sizeof(key->ukad) &&
	       key->akad_len <= sizeof(key->akad);
}

/* *from, len bytes, encrypted in work: *from becomes that. */
static int encrypt(struct semu_codec_with *w,
		   const struct scsiemu_tape_key *key, const uint8_t **from,
		   uint32_t len, struct semu_buf *work,
		   struct semu_codec_tag *t, uint8_t *tag, uint8_t *tag_len)
{
	struct scsiemu_seal s = { .key = key->key,
				  .nonce = t->nonce,
				  .aad = tag,
				  .in = *from,
				  .len = len };

	t->cipher = w->is.cipher->id;
	t->ukad_len = key->ukad_len;
	t->akad_len = key->akad_len;
	memcpy(t->ukad, key->ukad, key->ukad_len);
	memcpy(t->akad, key->akad, key->akad_len);
	if (*from != work->p && !semu_buf_need(work, len, 0))
		return SCSIEMU_E_HARDWARE;
	if (take_nonce(w, t->nonce) ||
	    make_mark(w, key->key, t->nonce, t->mark))
		return SCSIEMU_E_HARDWARE;
	*tag_len = semu_codec_tag_put(t, tag);
	s.aad_len = *tag_len - sizeof(t->mac);
	s.mac = tag + s.aad_len;
	s.out = work->p;
	*from = work->p;
	return w->is.cipher->seal(w->is.cipher_ctx, &s) ? SCSIEMU_E_HARDWARE
							: SCSIEMU_OK;
}

bool semu_codec_fits(struct semu_codec_with *w,
		     const struct scsiemu_tape_key *key,
		     const struct semu_codec_tag *t)
{
	uint8_t mark[SEMU_CODEC_MARK];

	return usable(w, key) && t->cipher == w->is.cipher->id &&
	       !make_mark(w, key->key, t->nonce, mark) &&
	       !memcmp(mark, t->mark, sizeof(mark));
}

static int decrypt(struct semu_codec_with *w, const uint8_t *key,
		   const struct semu_codec_tag *t, const uint8_t *tag,
		   uint8_t tag_len, uint8_t *p, uint32_t len)
{
	uint8_t mac[SCSIEMU_CODEC_MAC];
	const struct scsiemu_seal s = { .key = key,
					.nonce = t->nonce,
					.aad = tag,
					.aad_len = tag_len - sizeof(mac),
					.in = p,
					.out = p,
					.len = len,
					.mac = mac };
	int rc;

	memcpy(mac, t->mac, sizeof(mac));
	rc = w->is.cipher->open(w->is.cipher_ctx, &s);
	if (rc < 0)
		return SCSIEMU_E_HARDWARE;
	return rc ? SCSIEMU_E_INTEGRITY : SCSIEMU_OK;
}

/* ---- Records ---- */

/* How many bytes plain has become in work; 0: not fewer. */
static uint32_t compress(struct semu_codec_with *w, const uint8_t *plain,
			 uint32_t len, struct semu_buf *work)
{
	const struct scsiemu_compressor_ops *z = w->is.compressor;

	if (!z || len < 2 || !semu_buf_need(work, len, 0))
		return 0;
	return (uint32_t)z->pack(w->is.compressor_ctx, plain, len, work->p,
				 len - 1);
}

int semu_codec_pack(struct semu_codec_with *w,
		    const struct scsiemu_tape_how *how, const uint8_t *plain,
		    uint32_t len, struct semu_buf *work, const uint8_t **stored,
		    uint32_t *stored_len, uint8_t *tag, uint8_t *tag_len)
{
	struct semu_codec_tag t = { .len = len };
	uint32_t n = 0;

	if (how->encrypt && !usable(w, how->key))
		return SCSIEMU_E_KEY;
	if (how->compress)
		n = compress(w, plain, len, work);
	*stored = n ? work->p : plain;
	*stored_len = n ? n : len;
	if (n)
		t.compression = w->is.compressor->id;
	t.no_raw = how->encrypt && how->no_raw;
	if (how->encrypt)
		return encrypt(w, how->key, stored, *stored_len, work, &t, tag,
			       tag_len);
	*tag_len = 0;
	if (n) {
		t.crc = semu_crc32c(0, plain, len);
		*tag_len = semu_codec_tag_put(&t, tag);
	}
	return SCSIEMU_OK;
}

static uint8_t mode(const struct scsiemu_tape_how *how)
{
	return how ? how->decrypt : (uint8_t)SCSIEMU_TAPE_PLAIN;
}

int semu_codec_may(struct semu_codec_with *w,
		   const struct scsiemu_tape_how *how,
		   const struct semu_codec_tag *t)
{
	if (!t || !t->cipher)
		return mode(how) == SCSIEMU_TAPE_DECRYPT ? SCSIEMU_E_PLAIN
							 : SCSIEMU_OK;
	if (mode(how) == SCSIEMU_TAPE_RAW)
		return t->no_raw ? SCSIEMU_E_ENCRYPTED : SCSIEMU_OK;
	if (mode(how) == SCSIEMU_TAPE_PLAIN || !w->is.cipher ||
	    t->cipher != w->is.cipher->id)
		return SCSIEMU_E_ENCRYPTED;
	return semu_codec_fits(w, how->key, t) ? SCSIEMU_OK : SCSIEMU_E_KEY;
}

static int expand(struct semu_codec_with *w, const struct semu_codec_tag *t,
		  struct semu_buf *in, struct semu_buf *work, uint8_t **rec,
		  uint32_t *len)
{
	const struct scsiemu_compressor_ops *z = w->is.compressor;

	*rec = in->p;
	if (!t->compression)
		return *len == t->len ? SCSIEMU_OK : SCSIEMU_E_READ;
	if (!z || z->id != t->compression || *len >= t->len)
		return SCSIEMU_E_READ;
	if (!semu_buf_need(work, t->len + SEMU_CODEC_CHECK, 0))
		return SCSIEMU_E_HARDWARE;
	if (!z->unpack(w->is.compressor_ctx, in->p, *len, work->p, t->len))
		return SCSIEMU_E_READ;
	*rec = work->p;
	*len = t->len;
	return t->cipher || semu_crc32c(0, *rec, *len) == t->crc
		       ? SCSIEMU_OK
		       : SCSIEMU_E_READ;
}

int semu_codec_unpack(struct semu_codec_with *w,
		      const struct scsiemu_tape_how *how,
		      const struct semu_codec_tag *t, const uint8_t *tag,
		      uint8_t tag_len, struct semu_buf *in,
		      struct semu_buf *work, uint8_t **rec, uint32_t *len)
{
	int rc;

	*rec = in->p;
	if (t->cipher) {
		if (mode(how) == SCSIEMU_TAPE_RAW)
			return SCSIEMU_OK;
		rc = decrypt(w, how->key->key, t, tag, tag_len, in->p, *len);
		if (rc)
			return rc;
	}
	return expand(w, t, in, work, rec, len);
}
