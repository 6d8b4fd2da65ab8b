/* SPDX-License-Identifier: BSD-2-Clause */
/* host/crypto.c - the crypto provider: libcrypto's EVP and getrandom(2). */
#include "host/crypto.h"

#include <string.h>

bool semu_equal(const void *a, const void *b, size_t len)
{
	const volatile uint8_t *x = a, *y = b;
	uint8_t diff = 0;

	for (size_t i = 0; i < len; i++)
		diff |= x[i] ^ y[i];
	return diff == 0;
}

void semu_wipe(void *p, size_t len)
{
	if (len)
		explicit_bzero(p, len);
}

#ifdef SCSIEMU_HAVE_LIBCRYPTO
#include <errno.h>
#include <openssl/evp.h>
#include <sys/random.h>

static int system_random(void *buf, size_t len)
{
	uint8_t *p = buf;

	while (len) {
		ssize_t n = getrandom(p, len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

static const EVP_MD *evp(enum semu_digest d)
{
	static const EVP_MD *(*const of[])(void) = {
		[SEMU_DIGEST_MD5] = EVP_md5,
		[SEMU_DIGEST_SHA1] = EVP_sha1,
		[SEMU_DIGEST_SHA256] = EVP_sha256,
		[SEMU_DIGEST_SHA3_256] = EVP_sha3_256,
	};

	return of[d]();
}

static bool digest_all(EVP_MD_CTX *c, const EVP_MD *md,
		       const struct semu_bytes *v, unsigned n, uint8_t *out,
		       unsigned *len)
{
	if (EVP_DigestInit_ex(c, md, NULL) != 1)
		return false;
	for (unsigned i = 0; i < n; i++)
		if (EVP_DigestUpdate(c, v[i].p, v[i].len) != 1)
			return false;
	return EVP_DigestFinal_ex(c, out, len) == 1;
}

static int evp_digest(enum semu_digest d, const struct semu_bytes *v,
		      unsigned n, uint8_t out[SEMU_DIGEST_MAX])
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	unsigned len = 0;
	bool ok = c && digest_all(c, evp(d), v, n, out, &len);

	EVP_MD_CTX_free(c); /* wipes */
	return ok ? (int)len : -1;
}

const struct semu_crypto *semu_crypto(void)
{
	static const struct semu_crypto libcrypto = {
		.random = system_random,
		.digest = evp_digest,
	};

	return &libcrypto;
}
#else
const struct semu_crypto *semu_crypto(void)
{
	return NULL;
}
#endif
