/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scsiemu/codec.h - what records go through on their way to a tape:
 * compression, encryption, and check values of the initiator's bytes.
 * docs/tape-codec.md has what is on the medium.
 */
#ifndef SCSIEMU_CODEC_H
#define SCSIEMU_CODEC_H

#include <scsiemu/stores.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SCSIEMU_CODEC_KEY   32 /* bytes */
#define SCSIEMU_CODEC_NONCE 12
#define SCSIEMU_CODEC_MAC   16

/* One call of a cipher. */
struct scsiemu_seal {
	const uint8_t *key, *nonce; /* SCSIEMU_CODEC_KEY, _NONCE bytes */
	const uint8_t *aad;	    /* authenticated, in the clear */
	size_t aad_len;
	const uint8_t *in;
	uint8_t *out; /* len bytes; may be in */
	size_t len;   /* 0: only aad */
	uint8_t *mac; /* SCSIEMU_CODEC_MAC bytes: seal makes, open has it */
};

/*
 * Authenticated encryption (AEAD) with keys of 256 bits: libcrypto's AES-GCM,
 * or a machine's own. Each call answers at once, and keeps nothing of the key.
 */
struct scsiemu_cipher_ops {
	uint32_t size;
	/* What a record's tag has: 1 AES-256-GCM; from 128 on the embedder's.
	 * It is also the algorithm index of scsiemu_tape_key. */
	uint8_t id;
	int (*seal)(void *ctx, const struct scsiemu_seal *s); /* 0, -1 */
	/* 0; 1: the MAC does not fit; -1: it cannot. Unless 0, what is at out
	 * is nobody's. */
	int (*open)(void *ctx, const struct scsiemu_seal *s);
	/* Bytes that nobody can foresee and that never come again. 0, -1 */
	int (*random)(void *ctx, uint8_t *out, size_t len);
	void (*close)(void *ctx); /* NULL: nothing to do */
};

struct scsiemu_compressor_ops {
	uint32_t size;
	uint8_t id; /* in a record's tag: 1 zstd; from 128 on the embedder's */
	/* How many bytes, at most room, are at out now; 0: they do not fit, or
	 * it cannot. */
	size_t (*pack)(void *ctx, const uint8_t *in, size_t len, uint8_t *out,
		       size_t room);
	/* Are these exactly out_len bytes, now at out? */
	bool (*unpack)(void *ctx, const uint8_t *in, size_t len, uint8_t *out,
		       size_t out_len);
	void (*close)(void *ctx); /* NULL: nothing to do */
};

/* What a codec works with; without ops that is not offered. */
struct scsiemu_codec {
	const struct scsiemu_cipher_ops *cipher;
	void *cipher_ctx;
	const struct scsiemu_compressor_ops *compressor;
	void *compressor_ctx;
};

/* Into *c: AES-256-GCM of libcrypto. 0, or -1 with why: this library was built
 * without, or there is no memory. */
int scsiemu_codec_aes_gcm(struct scsiemu_codec *c, struct scsiemu_errmsg *err);
/* ... zstd, at one of its levels (0: as fast as drives do it). */
int scsiemu_codec_zstd(struct scsiemu_codec *c, int level,
		       struct scsiemu_errmsg *err);
/* End what these two began, as far as it came. */
void scsiemu_codec_close(struct scsiemu_codec *c);

/*
 * *m, a tape store, gets a codec around it, which from then on ends *is, too
 * (NULL: all that this library was built with). Compression and encryption need
 * a store that keeps tags; check values any. 0, or -1 with both as they were.
 */
int scsiemu_wrap_codec(struct scsiemu_medium *m, const struct scsiemu_codec *is,
		       struct scsiemu_errmsg *err);

#ifdef __cplusplus
}
#endif
#endif
