/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/codec_gcm.c - AES-256-GCM (NIST SP 800-38D) by libcrypto. One context
 * serves all calls; it is reset behind each, which zeroes the key schedule.
 */
#include <scsiemu/codec.h>

#include "store/open.h"

#ifdef SCSIEMU_HAVE_LIBCRYPTO
#include <openssl/evp.h>
#include <openssl/rand.h>

static bool go(EVP_CIPHER_CTX *e, const struct scsiemu_seal *s, int seals)
{
	int n;

	return EVP_CipherInit_ex(e, EVP_aes_256_gcm(), NULL, s->key, s->nonce,
				 seals) == 1 &&
	       (!s->aad_len ||
		EVP_CipherUpdate(e, NULL, &n, s->aad, (int)s->aad_len) == 1) &&
	       (!s->len ||
		EVP_CipherUpdate(e, s->out, &n, s->in, (int)s->len) == 1);
}

static int gcm_seal(void *ctx, const struct scsiemu_seal *s)
{
	EVP_CIPHER_CTX *e = ctx;
	uint8_t none[SCSIEMU_CODEC_MAC];
	int n, rc = -1;

	if (go(e, s, 1) && EVP_CipherFinal_ex(e, none, &n) == 1 &&
	    EVP_CIPHER_CTX_ctrl(e, EVP_CTRL_AEAD_GET_TAG, SCSIEMU_CODEC_MAC,
				s->mac) == 1)
		rc = 0;
	EVP_CIPHER_CTX_reset(e);
	return rc;
}

static int gcm_open(void *ctx, const struct scsiemu_seal *s)
{
	EVP_CIPHER_CTX *e = ctx;
	uint8_t none[SCSIEMU_CODEC_MAC];
	int n, rc = -1;

	if (go(e, s, 0) && EVP_CIPHER_CTX_ctrl(e, EVP_CTRL_AEAD_SET_TAG,
					       SCSIEMU_CODEC_MAC, s->mac) == 1)
		rc = EVP_CipherFinal_ex(e, none, &n) == 1 ? 0 : 1;
	EVP_CIPHER_CTX_reset(e);
	return rc;
}

static int gcm_random(void *ctx, uint8_t *out, size_t len)
{
	(void)ctx;
	return RAND_bytes(out, (int)len) == 1 ? 0 : -1;
}

static void gcm_close(void *ctx)
{
	EVP_CIPHER_CTX_free(ctx);
}

static const struct scsiemu_cipher_ops gcm = {
	.size = sizeof(gcm),
	.id = 1,
	.seal = gcm_seal,
	.open = gcm_open,
	.random = gcm_random,
	.close = gcm_close,
};

int scsiemu_codec_aes_gcm(struct scsiemu_codec *c, struct scsiemu_errmsg *err)
{
	EVP_CIPHER_CTX *e = EVP_CIPHER_CTX_new();

	if (!e)
		return semu_err_memory(err);
	c->cipher = &gcm;
	c->cipher_ctx = e;
	return 0;
}
#else
int scsiemu_codec_aes_gcm(struct scsiemu_codec *c, struct scsiemu_errmsg *err)
{
	(void)c;
	return semu_err(err, "no encryption: the library was built without "
			     "libcrypto (-Dcrypto=enabled builds it in)");
}
#endif
