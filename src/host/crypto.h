/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host/crypto.h - the cryptography that adapters need, behind a vtable: the
 * library has none of its own, and is built without any where libcrypto is
 * absent.
 */
#ifndef SEMU_CRYPTO_H
#define SEMU_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum semu_digest {
	SEMU_DIGEST_MD5,
	SEMU_DIGEST_SHA1,
	SEMU_DIGEST_SHA256,
	SEMU_DIGEST_SHA3_256
};

#define SEMU_DIGEST_MAX 32 /* bytes of the longest */

struct semu_bytes {
	const void *p;
	size_t len;
};

struct semu_crypto {
	/* Unpredictable bytes from the system. 0, or -1. */
	int (*random)(void *buf, size_t len);
	/* Digest of the n pieces in a row. Its length, or -1: the provider
	 * does not have it (MD5 under a FIPS policy) or failed. */
	int (*digest)(enum semu_digest d, const struct semu_bytes *v,
		      unsigned n, uint8_t out[SEMU_DIGEST_MAX]);
};

/* NULL: built without libcrypto. */
const struct semu_crypto *semu_crypto(void);

/* Takes the same time wherever a and b differ. */
bool semu_equal(const void *a, const void *b, size_t len);
/* Zeroes, also where the compiler sees no later use. */
void semu_wipe(void *p, size_t len);

#endif
