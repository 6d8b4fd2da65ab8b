/* SPDX-License-Identifier: BSD-2-Clause */
/* support/toycodec.c - see toycodec.h. */
#include "support/toycodec.h"

#include <string.h>

/* FNV-1a, over everything that a MAC is to cover. */
static uint64_t mix(uint64_t h, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * 0x100000001b3u;
	return h;
}

static void mac_of(const struct scsiemu_seal *s, const uint8_t *plain,
		   uint8_t *mac)
{
	uint64_t h = mix(0xcbf29ce484222325u, s->key, SCSIEMU_CODEC_KEY);

	h = mix(h, s->nonce, SCSIEMU_CODEC_NONCE);
	h = mix(h, s->aad, s->aad_len);
	h = mix(h, plain, s->len);
	for (unsigned i = 0; i < SCSIEMU_CODEC_MAC; i++) {
		h = mix(h, s->key, 1);
		mac[i] = (uint8_t)(h >> 32);
	}
}

static void turn(const struct scsiemu_seal *s)
{
	for (size_t i = 0; i < s->len; i++)
		s->out[i] = (uint8_t)(s->in[i] ^ s->key[i % 32] ^ s->nonce[11] ^
				      0xa5);
}

static int toy_seal(void *ctx, const struct scsiemu_seal *s)
{
	(void)ctx;
	mac_of(s, s->in, s->mac);
	turn(s);
	return 0;
}

static int toy_open(void *ctx, const struct scsiemu_seal *s)
{
	uint8_t mac[SCSIEMU_CODEC_MAC];

	(void)ctx;
	turn(s);
	mac_of(s, s->out, mac);
	return memcmp(mac, s->mac, sizeof(mac)) ? 1 : 0;
}

static int toy_random(void *ctx, uint8_t *out, size_t len)
{
	(void)ctx;
	memset(out, 0x11, len);
	return 0;
}

static size_t run_pack(void *ctx, const uint8_t *in, size_t len, uint8_t *out,
		       size_t room)
{
	(void)ctx;
	if (!room || memcmp(in, in + 1, len - 1))
		return 0;
	out[0] = in[0];
	return 1;
}

static bool run_unpack(void *ctx, const uint8_t *in, size_t len, uint8_t *out,
		       size_t out_len)
{
	(void)ctx;
	memset(out, in[0], out_len);
	return len == 1;
}

static const struct scsiemu_cipher_ops cipher = { .size = sizeof(cipher),
						  .id = 1,
						  .seal = toy_seal,
						  .open = toy_open,
						  .random = toy_random };
static const struct scsiemu_compressor_ops runs = {
	.size = sizeof(runs), .id = 201, .pack = run_pack, .unpack = run_unpack
};

const struct scsiemu_codec toycodec = { &cipher, NULL, &runs, NULL };
