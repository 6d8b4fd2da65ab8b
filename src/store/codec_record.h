/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/codec_record.h - one record between the initiator and the medium: its
 * bytes, its tag, its check value. Values only; nothing here calls a store.
 */
#ifndef SEMU_STORE_CODEC_RECORD_H
#define SEMU_STORE_CODEC_RECORD_H

#include "store/buf.h"
#include "store/codec_tag.h"

enum { SEMU_CODEC_CHECK = 4 }; /* bytes of a check value */

/*
 * What makes nonces: 9 bytes by chance, 3 that count (the first bit of those
 * tells a mark's nonce from its record's). A run ends when they have counted
 * through; chance begins the next.
 */
struct semu_codec_run {
	uint8_t random[9];
	uint32_t left; /* records that can still be sealed in this run */
};

struct semu_codec_with {
	struct scsiemu_codec is;
	struct semu_codec_run run;
};

/* The check value of n bytes, method as scsiemu_tape_how.protect has it, in
 * the order of the wire. */
void semu_codec_check(uint8_t method, const uint8_t *p, size_t n,
		      uint8_t out[SEMU_CODEC_CHECK]);

/*
 * The initiator's len bytes at plain as how says -> *stored, *stored_len
 * bytes: plain itself, or in work. tag gets the tag, *tag_len 0: none. OK, or
 * SCSIEMU_E_KEY: how has no key that fits the cipher; E_HARDWARE: no memory,
 * or the cipher fails.
 */
int semu_codec_pack(struct semu_codec_with *w,
		    const struct scsiemu_tape_how *how, const uint8_t *plain,
		    uint32_t len, struct semu_buf *work, const uint8_t **stored,
		    uint32_t *stored_len, uint8_t *tag, uint8_t *tag_len);

/* May how's reader have this record? OK; SCSIEMU_E_ENCRYPTED, E_PLAIN or E_KEY.
 * t NULL: it has no tag. */
int semu_codec_may(struct semu_codec_with *w,
		   const struct scsiemu_tape_how *how,
		   const struct semu_codec_tag *t);
/* Is key the one that the record of this tag was sealed with? */
bool semu_codec_fits(struct semu_codec_with *w,
		     const struct scsiemu_tape_key *key,
		     const struct semu_codec_tag *t);

/*
 * A record of a tag (tag_len bytes, t: the same read), *len stored bytes in
 * *in, becomes the initiator's: at *rec, in *in or *work, with room for a check
 * value behind it. OK; E_INTEGRITY; E_READ: the tag and the bytes do not go
 * together, or nobody knows how; E_HARDWARE: no memory.
 */
int semu_codec_unpack(struct semu_codec_with *w,
		      const struct scsiemu_tape_how *how,
		      const struct semu_codec_tag *t, const uint8_t *tag,
		      uint8_t tag_len, struct semu_buf *in,
		      struct semu_buf *work, uint8_t **rec, uint32_t *len);

#endif
