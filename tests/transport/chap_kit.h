/* SPDX-License-Identifier: BSD-2-Clause */
/* chap_kit.h - the initiator's side of CHAP, for the tests of ours. Digests
 * come from libcrypto, not through the code under test. */
#ifndef CHAP_KIT_H
#define CHAP_KIT_H

#include "login_kit.h"
#include "transport/iscsi/chap.h"

#define SECRET "a secret of 21 bytes."
#define ANSWER "the target's own word"
#define USER   "alice"
#define TARGET "disks"

#ifdef SCSIEMU_HAVE_LIBCRYPTO
#include <openssl/evp.h>

struct chap_alg {
	const char *number;
	const EVP_MD *(*md)(void);
	uint32_t len;
};
extern const struct chap_alg chap_algs[4];

/* What the node runs with: random bytes that are known, true digests. */
extern struct semu_crypto chap_fixed;

/* Pairs of a text, one behind the other. */
struct words {
	char text[4096];
	size_t len;
};
typedef size_t words_form(char *to, const uint8_t *p, size_t len);
words_form chap_hex, chap_base64;
void words_add(struct words *w, const char *key, const char *value);
void words_binary(struct words *w, const char *key, const uint8_t *p,
		  size_t len, words_form *how);

/* H(id, secret, challenge), as RFC 1994 4.1 writes it. */
void chap_hash(const EVP_MD *md, uint8_t id, const char *secret,
	       const uint8_t *chal, size_t chal_len, uint8_t *out);

/* Add a user with SECRET to t (NULL: discovery), mutual with ANSWER. */
void chap_user(struct kit *k, struct scsiemu_iscsi_target *t, const char *name,
	       const char *mutual);
/* A node whose target has USER. */
void chap_open(struct kit *k, const char *mutual);
/* A login up to the challenge, checked byte for byte. */
void chap_challenge(struct kit *k, unsigned alg);
/* The right answer to the challenge that stands; with the name, as text. */
void chap_right(const struct kit *k, unsigned alg, uint8_t out[64]);
void chap_reply(struct words *w, const struct kit *k, unsigned alg,
		const char *name);
#endif
#endif
