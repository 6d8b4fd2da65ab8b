/* SPDX-License-Identifier: BSD-2-Clause */
/* store/codec_tag.c - tags in bytes. */
#include "store/codec_tag.h"

#include <string.h>

#include "core/bytes.h"

enum {
	HEAD = 8,
	CRC = HEAD,
	CRC_END = CRC + 4,
	NONCE = HEAD,
	MARK = NONCE + SCSIEMU_CODEC_NONCE,
	KADS = MARK + SEMU_CODEC_MARK, /* two lengths, and they */
	KAD = KADS + 2,
};
enum { FLAGS = 3, NO_RAW = 0x01 };

static uint8_t *put(uint8_t *at, const void *from, size_t n)
{
	memcpy(at, from, n);
	return at + n;
}

static const uint8_t *get(const uint8_t *at, void *to, size_t n)
{
	memcpy(to, at, n);
	return at + n;
}

uint8_t semu_codec_tag_put(const struct semu_codec_tag *t, uint8_t *out)
{
	uint8_t *at = out + NONCE;

	out[0] = SEMU_CODEC_VERSION;
	out[1] = t->compression;
	out[2] = t->cipher;
	out[FLAGS] = t->no_raw ? NO_RAW : 0;
	semu_put32(out + 4, t->len);
	if (!t->cipher) {
		semu_put32(out + CRC, t->crc);
		return CRC_END;
	}
	at = put(at, t->nonce, sizeof(t->nonce));
	at = put(at, t->mark, sizeof(t->mark));
	*at++ = t->ukad_len;
	*at++ = t->akad_len;
	at = put(at, t->ukad, t->ukad_len);
	at = put(at, t->akad, t->akad_len);
	at = put(at, t->mac, sizeof(t->mac));
	return (uint8_t)(at - out);
}

static bool get_cipher(struct semu_codec_tag *t, const uint8_t *p, unsigned len)
{
	const uint8_t *at = p + NONCE;

	if (len < KAD + sizeof(t->mac))
		return false;
	at = get(at, t->nonce, sizeof(t->nonce));
	at = get(at, t->mark, sizeof(t->mark));
	t->ukad_len = *at++;
	t->akad_len = *at++;
	if (t->ukad_len > sizeof(t->ukad) || t->akad_len > sizeof(t->akad) ||
	    len != KAD + t->ukad_len + t->akad_len + sizeof(t->mac))
		return false;
	at = get(at, t->ukad, t->ukad_len);
	at = get(at, t->akad, t->akad_len);
	get(at, t->mac, sizeof(t->mac));
	return true;
}

bool semu_codec_tag_get(struct semu_codec_tag *t, const uint8_t *p,
			unsigned len)
{
	*t = (struct semu_codec_tag){ 0 };
	if (len < HEAD || p[0] != SEMU_CODEC_VERSION)
		return false;
	t->compression = p[1];
	t->cipher = p[2];
	t->no_raw = p[FLAGS] == NO_RAW;
	if (p[FLAGS] && !(t->no_raw && t->cipher))
		return false;
	t->len = semu_be32(p + 4);
	if (!t->len || t->len > SCSIEMU_TAPE_BLOCK_MAX)
		return false;
	if (t->cipher)
		return get_cipher(t, p, len);
	if (!t->compression || len != CRC_END)
		return false;
	t->crc = semu_be32(p + CRC);
	return true;
}
