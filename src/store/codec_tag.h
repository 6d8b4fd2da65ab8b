/* SPDX-License-Identifier: BSD-2-Clause */
/* store/codec_tag.h - a record's tag, as docs/tape-codec.md has it. */
#ifndef SEMU_STORE_CODEC_TAG_H
#define SEMU_STORE_CODEC_TAG_H

#include <scsiemu/codec.h>

enum {
	SEMU_CODEC_VERSION = 1,
	SEMU_CODEC_MARK = 8, /* bytes of a key's mark */
};

struct semu_codec_tag {
	uint8_t compression, cipher; /* ids; 0: none */
	uint32_t len;		     /* bytes of the initiator's */
	uint32_t crc; /* CRC-32C of them; only without a cipher */
	/* with a cipher: */
	uint8_t nonce[SCSIEMU_CODEC_NONCE];
	uint8_t mark[SEMU_CODEC_MARK];
	bool no_raw; /* nobody gets it as it is stored */
	uint8_t ukad_len, akad_len;
	uint8_t ukad[32], akad[60];
	uint8_t mac[SCSIEMU_CODEC_MAC];
};

/* Returns its length. All but the MAC at its end is what the MAC covers. */
uint8_t semu_codec_tag_put(const struct semu_codec_tag *t, uint8_t *out);
/* false: it is none, or a later version's. */
bool semu_codec_tag_get(struct semu_codec_tag *t, const uint8_t *p,
			unsigned len);

#endif
