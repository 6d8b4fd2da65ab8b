/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A codec when something is wrong with the key or with what is on the medium:
 * never does a reader get other bytes. And what is on the medium.
 */
#include "codec_kit.h"

#include "inject.h"

static struct glass glass;
static struct scsiemu_medium m;
static struct scsiemu_errmsg err;

static int setup(void **state)
{
	(void)state;
	memset(&glass, 0, sizeof(glass));
	glass_open(&glass, &m, NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	scsiemu_medium_close(&m);
	kit_poll = NULL;
	return 0;
}

/* ---- Keys ---- */

/* Record (0 plain, 1 encrypted) x mode of decryption x key (0 none, 1 another,
 * 2 the one). */
static void test_may(void **state)
{
	enum { OK = SCSIEMU_R_RECORD };
	static const int result[2][4][3] = {
		{ { OK, OK, OK },
		  { OK, OK, OK },
		  { SCSIEMU_E_PLAIN, SCSIEMU_E_PLAIN, SCSIEMU_E_PLAIN },
		  { OK, OK, OK } },
		{ { SCSIEMU_E_ENCRYPTED, SCSIEMU_E_ENCRYPTED,
		    SCSIEMU_E_ENCRYPTED },
		  { OK, OK, OK },
		  { SCSIEMU_E_KEY, SCSIEMU_E_KEY, OK },
		  { SCSIEMU_E_KEY, SCSIEMU_E_KEY, OK } },
	};
	struct scsiemu_tape_key other = kit_key;
	const struct scsiemu_tape_key *keys[3] = { NULL, &other, &kit_key };
	uint8_t rec[40], got[64];
	size_t n;

	(void)state;
	if (!(kit_able & SCSIEMU_TAPE_ENCRYPT))
		return;
	other.key[0] ^= 0x80;
	kit_sample(rec, 0);
	for (unsigned sealed = 0; sealed < 2; sealed++)
		for (unsigned i = 0; i < 36; i++) {
			unsigned mode = i % 4, k = i / 4 % 3;
			struct scsiemu_tape_how how = { .key = &kit_key,
							.encrypt = sealed };
			int want = result[sealed][mode][k];

			glass.when = i / 12;
			kit_rewind(&m);
			assert_int_equal(kit_put(&m, &how, rec, 40, NULL, 0),
					 SCSIEMU_R_RECORD);
			kit_rewind(&m);
			how.decrypt = (uint8_t)mode;
			how.key = keys[k];
			assert_int_equal(
				kit_get(&m, &how, got, 64, NULL, 0, &n), want);
			assert_int_equal(kit_object(&m), want == OK);
			if (want != OK)
				continue;
			assert_int_equal(n, 40);
			assert_int_equal(!memcmp(got, rec, 40),
					 !(sealed && mode == SCSIEMU_TAPE_RAW));
			if (sealed && mode == SCSIEMU_TAPE_RAW)
				assert_memory_equal(got, glass.data, 40);
		}
	/* no "how" is PLAIN */
	kit_rewind(&m);
	assert_int_equal(kit_get(&m, NULL, got, 64, NULL, 0, &n),
			 SCSIEMU_E_ENCRYPTED);
}

/* Written so, nobody gets it as it is stored; whoever has the key has it. */
static void test_no_raw(void **state)
{
	struct scsiemu_tape_how how = { .key = &kit_key,
					.encrypt = true,
					.no_raw = true };
	struct scsiemu_tape_next next = { .key = &kit_key };
	uint8_t rec[40], got[64];
	size_t n;

	(void)state;
	if (!(kit_able & SCSIEMU_TAPE_ENCRYPT))
		return;
	kit_sample(rec, 0);
	kit_rewind(&m);
	assert_int_equal(kit_put(&m, &how, rec, 40, NULL, 0), SCSIEMU_R_RECORD);
	assert_int_equal(how.stored, 40);
	assert_int_equal(glass.tag[3], 1);
	kit_rewind(&m);
	assert_int_equal(
		kit_tape_verb(&m, SCSIEMU_V_NEXT, 0, 0, &next, sizeof(next)),
		SCSIEMU_OK);
	assert_true(next.no_raw);
	how.decrypt = SCSIEMU_TAPE_RAW;
	assert_int_equal(kit_get(&m, &how, got, 64, NULL, 0, &n),
			 SCSIEMU_E_ENCRYPTED);
	assert_int_equal(kit_object(&m), 0);
	how.decrypt = SCSIEMU_TAPE_DECRYPT;
	assert_int_equal(kit_get(&m, &how, got, 64, NULL, 0, &n),
			 SCSIEMU_R_RECORD);
	assert_memory_equal(got, rec, 40);
	assert_int_equal(how.stored, 40);
	/* compressed: fewer bytes on the medium */
	how = (struct scsiemu_tape_how){ .compress = true };
	kit_rewind(&m);
	assert_int_equal(kit_put(&m, &how, rec, 40, NULL, 0), SCSIEMU_R_RECORD);
	assert_int_equal(how.stored, glass.len);
}

/* Without a key, or with one that is none, nothing is written. */
static void test_no_key(void **state)
{
	struct scsiemu_tape_key odd[3] = { kit_key, kit_key, kit_key };
	struct scsiemu_tape_how how = { .encrypt = true };
	uint8_t rec[40] = { 1 };

	(void)state;
	if (!(kit_able & SCSIEMU_TAPE_ENCRYPT))
		return;
	assert_int_equal(kit_put(&m, &how, rec, 40, NULL, 0), SCSIEMU_E_KEY);
	odd[0].len = 16;
	odd[1].ukad_len = 33;
	odd[2].akad_len = 61;
	for (unsigned i = 0; i < 3; i++) {
		how.key = &odd[i];
		assert_int_equal(kit_put(&m, &how, rec, 40, NULL, 0),
				 SCSIEMU_E_KEY);
	}
	assert_int_equal(glass.len, 0);
}

/* ---- Damage ---- */

/* This bit of an encrypted record's tag, behind its head, is another one. */
static int flipped_tag(long i)
{
	if (i / 8 == 28 || i / 8 == 29) /* lengths: it is no tag any more */
		return SCSIEMU_E_READ;
	/* The nonce and the mark tell a key; but a mark's nonce has this bit
	 * set in any case. */
	return i / 8 < 28 && i != 17 * 8 + 7 ? SCSIEMU_E_KEY
					     : SCSIEMU_E_INTEGRITY;
}

/* Each bit of the stored record, of its tag, and each length of the tag. */
static void test_flips(void **state)
{
	struct scsiemu_tape_how how;
	uint8_t rec[40], got[64];
	size_t n;
	int rc;

	(void)state;
	kit_sample(rec, 0);
	for (unsigned w = 3; w < KIT_WAYS; w += 3) { /* compress, encrypt */
		if (!kit_way(&how, w))
			continue;
		kit_rewind(&m);
		assert_int_equal(kit_put(&m, &how, rec, 40, NULL, 0),
				 SCSIEMU_R_RECORD);
		for (long i = 0; i < 8 * (long)glass.len; i++) {
			kit_rewind(&m);
			glass.flip = i;
			rc = kit_get(&m, &how, got, 64, NULL, 0, &n);
			if (how.encrypt)
				assert_int_equal(rc, SCSIEMU_E_INTEGRITY);
			else if (rc == SCSIEMU_R_RECORD) /* it said nothing */
				assert_memory_equal(got, rec, 40);
			else
				assert_int_equal(rc, SCSIEMU_E_READ);
			assert_int_equal(kit_object(&m), !how.encrypt);
		}
		glass.flip = -1;
		for (long i = 0; i < 8L * glass.tag_seen; i++) {
			kit_rewind(&m);
			glass.flip_tag = i;
			rc = kit_get(&m, &how, got, 64, NULL, 0, &n);
			assert_true(rc < 0);
			if (how.encrypt && i >= 8 * 8)
				assert_int_equal(rc, flipped_tag(i));
			assert_int_equal(kit_object(&m), rc == SCSIEMU_E_READ);
		}
		glass.flip_tag = -1;
		for (glass.tag_len = 1; glass.tag_len < 256; glass.tag_len++) {
			if (glass.tag_len == glass.tag_seen)
				continue;
			kit_rewind(&m);
			assert_int_equal(
				kit_get(&m, &how, got, 64, NULL, 0, &n),
				SCSIEMU_E_READ);
			assert_int_equal(kit_object(&m), 1);
		}
		glass.tag_len = -1;
		kit_rewind(&m);
		assert_int_equal(kit_get(&m, &how, got, 64, NULL, 0, &n),
				 SCSIEMU_R_RECORD);
		assert_memory_equal(got, rec, 40);
	}
}

/* ---- What is on the medium ---- */

/* A cipher that shows what it is given: the MAC is a sum. */
static struct toy {
	unsigned seals, randoms, closes;
	uint8_t nonce[64][12];
	bool fails, no_chance;
} toy;

static void toy_mac(const struct scsiemu_seal *s, const uint8_t *plain,
		    uint8_t mac[16])
{
	memset(mac, 0, 16);
	for (size_t i = 0; i < 12; i++)
		mac[i] = (uint8_t)(s->nonce[i] + s->key[i]);
	for (size_t i = 0; i < s->aad_len; i++)
		mac[12] = (uint8_t)(mac[12] * 3 + s->aad[i]);
	for (size_t i = 0; i < s->len; i++)
		mac[13] = (uint8_t)(mac[13] * 3 + plain[i]);
	mac[15] = 0xcc;
}

static int toy_seal(void *ctx, const struct scsiemu_seal *s)
{
	assert_ptr_equal(ctx, &toy);
	if (toy.fails)
		return -1;
	if (toy.seals < 64)
		memcpy(toy.nonce[toy.seals], s->nonce, 12);
	toy.seals++;
	toy_mac(s, s->in, s->mac);
	for (size_t i = 0; i < s->len; i++)
		s->out[i] = s->in[i] ^ 0xff;
	return 0;
}

static int toy_open(void *ctx, const struct scsiemu_seal *s)
{
	uint8_t mac[16];

	assert_ptr_equal(ctx, &toy);
	if (toy.fails)
		return -1;
	for (size_t i = 0; i < s->len; i++)
		s->out[i] = s->in[i] ^ 0xff;
	toy_mac(s, s->out, mac);
	return memcmp(mac, s->mac, 16) ? 1 : 0;
}

static int toy_random(void *ctx, uint8_t *out, size_t len)
{
	assert_ptr_equal(ctx, &toy);
	if (toy.no_chance)
		return -1;
	assert_int_equal(len, 9);
	memset(out, (int)(0x10 + toy.randoms++), len);
	return 0;
}

static void toy_close(void *ctx)
{
	assert_ptr_equal(ctx, &toy);
	toy.closes++;
}

static const struct scsiemu_cipher_ops toy_ops = { .size = sizeof(toy_ops),
						   .id = 200,
						   .seal = toy_seal,
						   .open = toy_open,
						   .random = toy_random,
						   .close = toy_close };
/* Bytes that are all the same become one of them. */
static size_t run_pack(void *ctx, const uint8_t *in, size_t len, uint8_t *out,
		       size_t room)
{
	(void)ctx;
	for (size_t i = 1; i < len; i++)
		if (in[i] != in[0])
			return 0;
	assert_int_equal(room, len - 1);
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

static const struct scsiemu_compressor_ops run_ops = { .size = sizeof(run_ops),
						       .id = 201,
						       .pack = run_pack,
						       .unpack = run_unpack };

static void use_toys(void)
{
	static const struct scsiemu_codec codec = { &toy_ops, &toy, &run_ops,
						    NULL };

	scsiemu_medium_close(&m);
	memset(&toy, 0, sizeof(toy));
	glass_open(&glass, &m, &codec);
}

/* Tags to the byte: docs/tape-codec.md. */
static void test_tags(void **state)
{
	static const uint8_t same[16] = { 7, 7, 7, 7, 7, 7, 7, 7,
					  7, 7, 7, 7, 7, 7, 7, 7 };
	static const uint8_t compressed[12] = {
		1, 201, 0, 0, 0, 0, 0, 16, 0x55, 0xf5, 0xa1, 0x32
	};
	static const uint8_t sealed[20] = { 1,	  201,	200,  0,    0,
					    0,	  0,	16,   0x10, 0x10,
					    0x10, 0x10, 0x10, 0x10, 0x10,
					    0x10, 0x10, 0x7f, 0xff, 0xff };
	struct scsiemu_tape_how how = { .compress = true, .key = &kit_key };
	uint8_t got[20];
	size_t n;

	(void)state;
	use_toys();
	assert_int_equal(kit_put(&m, &how, same, 16, NULL, 0),
			 SCSIEMU_R_RECORD);
	assert_int_equal(glass.len, 1);
	assert_int_equal(glass.data[0], 7);
	assert_int_equal(glass.tag_seen, 12);
	assert_memory_equal(glass.tag, compressed, 12);
	how.encrypt = true;
	assert_int_equal(kit_put(&m, &how, same, 16, NULL, 0),
			 SCSIEMU_R_RECORD);
	assert_int_equal(glass.len, 1);
	assert_int_equal(glass.data[0], 0xf8);
	assert_int_equal(glass.tag_seen, 8 + 12 + 8 + 2 + 3 + 5 + 16);
	assert_memory_equal(glass.tag, sealed, 20);
	/* the mark: the MAC of the other nonce, cut */
	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(glass.tag[20 + i],
				 (uint8_t)(0x10 + kit_key.key[i]));
	assert_memory_equal(glass.tag + 28,
			    "\x03\x05"
			    "abc12345",
			    10);
	assert_int_equal(glass.tag[53], 0xcc);
	/* bytes that do not become fewer: as they are, without a tag or with
	 * one that says so */
	how.encrypt = false;
	assert_int_equal(kit_put(&m, &how, "abcdefgh", 8, NULL, 0),
			 SCSIEMU_R_RECORD);
	assert_int_equal(glass.tag_seen, 0);
	assert_memory_equal(glass.data, "abcdefgh", 8);
	how.encrypt = true;
	assert_int_equal(kit_put(&m, &how, "abcdefgh", 8, NULL, 0),
			 SCSIEMU_R_RECORD);
	assert_int_equal(glass.tag[1], 0);
	assert_int_equal(glass.len, 8);
	kit_rewind(&m);
	how.decrypt = SCSIEMU_TAPE_MIXED;
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(kit_get(&m, &how, got, 20, NULL, 0, &n),
				 SCSIEMU_R_RECORD);
		assert_memory_equal(got,
				    i < 2 ? (const char *)same : "abcdefgh", n);
	}
}

/* Never the same nonce twice; half of them are marks'. */
static void test_nonces(void **state)
{
	struct scsiemu_tape_how how = { .encrypt = true, .key = &kit_key };
	const struct scsiemu_codec codec = { .cipher = &toy_ops,
					     .cipher_ctx = &toy };
	struct scsiemu_tape_key other = kit_key;

	(void)state;
	use_toys();
	other.key[0]++;
	for (unsigned i = 0; i < 32; i++) {
		how.key = i & 1 ? &kit_key : &other;
		assert_int_equal(kit_put(&m, &how, "abcdefgh", 8, NULL, 0),
				 SCSIEMU_R_RECORD);
	}
	assert_int_equal(toy.seals, 64);
	assert_int_equal(toy.randoms, 1);
	for (unsigned i = 0; i < 64; i++) {
		assert_int_equal(toy.nonce[i][9] & 0x80, i & 1 ? 0 : 0x80);
		for (unsigned k = 0; k < i; k++)
			assert_memory_not_equal(toy.nonce[i], toy.nonce[k], 12);
	}
	/* another cartridge, or this one again: another run */
	scsiemu_medium_close(&m);
	assert_int_equal(toy.closes, 1);
	glass_open(&glass, &m, &codec);
	toy.seals = 0;
	assert_int_equal(kit_put(&m, &how, "abcdefgh", 8, NULL, 0),
			 SCSIEMU_R_RECORD);
	assert_int_equal(toy.randoms, 2);
	assert_int_equal(toy.nonce[0][0], 0x11);
}

/* A cipher that fails, chance that there is none of, unknown ids. */
static void test_foreign(void **state)
{
	struct scsiemu_tape_how how = { .encrypt = true,
					.key = &kit_key,
					.decrypt = SCSIEMU_TAPE_MIXED };
	struct scsiemu_tape_next next = { .key = &kit_key };
	uint8_t got[16];
	size_t n;

	(void)state;
	use_toys();
	toy.no_chance = true;
	assert_int_equal(kit_put(&m, &how, "abcdefgh", 8, NULL, 0),
			 SCSIEMU_E_HARDWARE);
	toy.no_chance = false;
	toy.fails = true;
	assert_int_equal(kit_put(&m, &how, "abcdefgh", 8, NULL, 0),
			 SCSIEMU_E_HARDWARE);
	assert_int_equal(glass.len, 0);
	toy.fails = false;
	assert_int_equal(kit_put(&m, &how, "abcdefgh", 8, NULL, 0),
			 SCSIEMU_R_RECORD);
	kit_rewind(&m);
	toy.fails = true;
	assert_int_equal(kit_get(&m, &how, got, 16, NULL, 0, &n),
			 SCSIEMU_E_KEY);
	toy.fails = false;
	glass.flip_tag = 2 * 8; /* cipher 201 */
	assert_int_equal(kit_get(&m, &how, got, 16, NULL, 0, &n),
			 SCSIEMU_E_ENCRYPTED);
	assert_int_equal(
		kit_tape_verb(&m, SCSIEMU_V_NEXT, 0, 0, &next, sizeof(next)),
		SCSIEMU_OK);
	assert_int_equal(next.cipher, SCSIEMU_CIPHER_UNKNOWN);
	assert_int_equal(next.algorithm, 201);
	how.decrypt = SCSIEMU_TAPE_RAW;
	assert_int_equal(kit_get(&m, &how, got, 16, NULL, 0, &n),
			 SCSIEMU_R_RECORD);
	assert_memory_equal(got, glass.data, 8);
}

/* McGrew and Viega, "The Galois/Counter Mode of Operation", cases 13, 14, 16 */
static void test_gcm(void **state)
{
	static const uint8_t zeros[32],
		key16[33] = "\xfe\xff\xe9\x92\x86\x65\x73\x1c\x6d\x6a\x8f\x94"
			    "\x67\x30\x83"
			    "\x08\xfe\xff\xe9\x92\x86\x65\x73\x1c\x6d\x6a\x8f"
			    "\x94\x67\x30"
			    "\x83\x08";
	static const uint8_t plain16[61] =
		"\xd9\x31\x32\x25\xf8\x84\x06\xe5\xa5\x59\x09\xc5\xaf\xf5\x26"
		"\x9a\x86\xa7\xa9\x53\x15\x34\xf7\xda\x2e\x4c\x30\x3d\x8a\x31"
		"\x8a\x72\x1c\x3c\x0c\x95\x95\x68\x09\x53\x2f\xcf\x0e\x24\x49"
		"\xa6\xb5\x25\xb1\x6a\xed\xf5\xaa\x0d\xe6\x57\xba\x63\x7b\x39";
	static const uint8_t out16[61] =
		"\x52\x2d\xc1\xf0\x99\x56\x7d\x07\xf4\x7f\x37\xa3\x2a\x84\x42"
		"\x7d\x64\x3a\x8c\xdc\xbf\xe5\xc0\xc9\x75\x98\xa2\xbd\x25\x55"
		"\xd1\xaa\x8c\xb0\x8e\x48\x59\x0d\xbb\x3d\xa7\xb0\x8b\x10\x56"
		"\x82\x88\x38\xc5\xf6\x1e\x63\x93\xba\x7a\x0a\xbc\xc9\xf6\x62";
	static const struct {
		const uint8_t *key, *nonce, *aad, *in, *out, *mac;
		size_t aad_len, len;
	} v[] = {
		{ zeros, zeros, NULL, NULL, NULL,
		  (const uint8_t *)"\x53\x0f\x8a\xfb\xc7\x45\x36\xb9\xa9\x63"
				   "\xb4\xf1\xc4\xcb\x73\x8b",
		  0, 0 },
		{ zeros, zeros, NULL, zeros,
		  (const uint8_t *)"\xce\xa7\x40\x3d\x4d\x60\x6b\x6e\x07\x4e"
				   "\xc5\xd3\xba\xf3\x9d\x18",
		  (const uint8_t *)"\xd0\xd1\xc8\xa7\x99\x99\x6b\xf0\x26\x5b"
				   "\x98\xb5\xd4\x8a\xb9\x19",
		  0, 16 },
		{ key16,
		  (const uint8_t *)"\xca\xfe\xba\xbe\xfa\xce\xdb\xad\xde\xca"
				   "\xf8\x88",
		  (const uint8_t *)"\xfe\xed\xfa\xce\xde\xad\xbe\xef\xfe\xed"
				   "\xfa\xce\xde\xad\xbe\xef\xab\xad\xda\xd2",
		  plain16, out16,
		  (const uint8_t *)"\x76\xfc\x6e\xce\x0f\x4e\x17\x68\xcd\xdf"
				   "\x88\x53\xbb\x2d\x55\x1b",
		  20, 60 },
	};
	struct scsiemu_codec c = { 0 };
	uint8_t out[64], mac[16];

	(void)state;
	if (scsiemu_codec_aes_gcm(&c, &err)) {
		assert_non_null(strstr(err.text, "libcrypto"));
		return;
	}
	assert_int_equal(c.cipher->id, 1);
	for (unsigned i = 0; i < 3; i++) {
		struct scsiemu_seal s = { .key = v[i].key,
					  .nonce = v[i].nonce,
					  .aad = v[i].aad,
					  .aad_len = v[i].aad_len,
					  .in = v[i].in,
					  .len = v[i].len,
					  .out = out,
					  .mac = mac };

		assert_int_equal(c.cipher->seal(c.cipher_ctx, &s), 0);
		assert_memory_equal(out, v[i].out, v[i].len);
		assert_memory_equal(mac, v[i].mac, 16);
		s.in = out; /* in place */
		assert_int_equal(c.cipher->open(c.cipher_ctx, &s), 0);
		assert_memory_equal(out, v[i].in, v[i].len);
		mac[i * 7] ^= 1;
		assert_int_equal(c.cipher->open(c.cipher_ctx, &s), 1);
	}
	scsiemu_codec_close(&c);
	assert_null(c.cipher);
}

static void test_zstd(void **state)
{
	struct scsiemu_codec c = { 0 };

	(void)state;
	if (scsiemu_codec_zstd(&c, 3, &err)) {
		assert_non_null(strstr(err.text, "zstd"));
		return;
	}
	scsiemu_codec_close(&c);
	assert_int_equal(scsiemu_codec_zstd(&c, 99, &err), -1);
	assert_non_null(strstr(err.text, "no level 99"));
	inject_on();
	inject_fail(INJECT(ALLOC), 1, 0);
	assert_int_equal(scsiemu_codec_zstd(&c, 0, &err), -1);
	inject_off();
	assert_non_null(strstr(err.text, "out of memory"));
	assert_null(c.compressor);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_may),	 T(test_no_raw), T(test_no_key),
		T(test_flips),	 T(test_tags),	 T(test_nonces),
		T(test_foreign), T(test_gcm),	 T(test_zstd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
