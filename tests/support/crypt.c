/* SPDX-License-Identifier: BSD-2-Clause */
/* support/crypt.c - see crypt.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/crypt.h"

const struct tape_options crypt_drive = { .codec = true,
					  .logs = true,
					  .ssc = { .encryption = true,
						   .compression = true } };

static uint32_t put_kad(uint8_t *out, uint8_t type, const char *text)
{
	size_t n = text ? strlen(text) : 0;

	if (!text)
		return 0;
	memcpy(out, (const uint8_t[]){ type, 0, 0, (uint8_t)n }, 4);
	memcpy(out + 4, text, n);
	return (uint32_t)(4 + n);
}

uint32_t crypt_put(const struct crypt_page *p, uint8_t out[256])
{
	uint32_t n = 20;

	memset(out, 0, 256);
	out[1] = 0x10;
	out[4] = p->scope;
	out[5] = p->flags;
	out[6] = p->encrypt;
	out[7] = p->decrypt;
	out[8] = 1;
	if (p->key) {
		out[19] = 32;
		memset(out + 20, p->key, 32);
		n += 32;
	}
	n += put_kad(out + n, 0, p->ukad);
	n += put_kad(out + n, 1, p->akad);
	out[3] = (uint8_t)(n - 4);
	return n;
}

uint8_t crypt_send(struct tape *t, const uint8_t *list, uint32_t len)
{
	return TAPE_OUT(t, list, len, 0xb5, 0x20, 0, 0x10, 0, 0, 0, 0, 0,
			(uint8_t)len, 0, 0);
}

uint8_t crypt_set(struct tape *t, const struct crypt_page *p)
{
	uint8_t list[256];

	return crypt_send(t, list, crypt_put(p, list));
}

const uint8_t *crypt_get(struct tape *t, uint8_t page)
{
	TAPE_IN(t, 1024, 0xa2, 0x20, 0, page, 0, 0, 0, 0, 4, 0, 0, 0);
	drive_good(&t->d);
	assert_int_equal(t->d.t.in[1], page);
	assert_int_equal(t->d.t.in[2] << 8 | t->d.t.in[3],
			 t->d.t.c.in_done - 4);
	return t->d.t.in;
}

uint32_t crypt_counter(struct tape *t)
{
	const uint8_t *p = crypt_get(t, 0x20);

	return (uint32_t)p[10] << 8 | p[11];
}
