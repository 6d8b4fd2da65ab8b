/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * support/crypt.h - a tape drive that encrypts, and its Set Data Encryption
 * page, for tests.
 */
#ifndef TEST_CRYPT_H
#define TEST_CRYPT_H

#include "support/tape.h"

extern const struct tape_options crypt_drive;

/* The page's fields; key_len 0: no key, else 32 bytes of `key`. */
struct crypt_page {
	uint8_t scope; /* byte 4: SCOPE and LOCK */
	uint8_t flags, encrypt, decrypt;
	uint8_t key;
	const char *ukad, *akad; /* NULL: none */
};
enum { CRYPT_LOCAL = 0x20, CRYPT_ALL = 0x40, CRYPT_LOCK = 0x01 };
enum { CRYPT_OFF, CRYPT_RAW, CRYPT_ON, CRYPT_MIXED };

/* The bytes; how many. */
uint32_t crypt_put(const struct crypt_page *p, uint8_t out[256]);
/* SECURITY PROTOCOL OUT, of a page and of bytes. */
uint8_t crypt_set(struct tape *t, const struct crypt_page *p);
uint8_t crypt_send(struct tape *t, const uint8_t *list, uint32_t len);
/* SECURITY PROTOCOL IN, protocol 20h: the reply. */
const uint8_t *crypt_get(struct tape *t, uint8_t page);
/* KEY INSTANCE COUNTER of the nexus */
uint32_t crypt_counter(struct tape *t);

#endif
