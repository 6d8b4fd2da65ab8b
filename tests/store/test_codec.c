/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Records through a codec: whatever is on, however they are cut, early or
 * late, they come back as they were; what is off is not noticed.
 */
#include "codec_kit.h"

#include <stdlib.h>

#include "store/codec_record.h"

static struct glass glass;
static struct scsiemu_medium m;
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

static void test_check_values(void **state)
{
	uint8_t p[16] = "123456789";

	(void)state;
	kit_check(1, p, 9);
	assert_memory_equal(p + 9, "\x4b\x4f\x67\x3a", 4);
	kit_check(2, p, 9);
	assert_memory_equal(p + 9, "\x83\x92\x06\xe3", 4);
}

/* Two cuts anywhere on the way there and back; late, early and inside. */
static void test_cuttings(void **state)
{
	uint8_t rec[64], got[64];
	struct scsiemu_tape_how how;
	size_t len, n;

	(void)state;
	for (unsigned w = 0; w < KIT_WAYS; w++) {
		if (!kit_way(&how, w))
			continue;
		len = kit_sample(rec, how.protect);
		for (size_t a = 0; a < len; a++) {
			size_t cut[2] = { a, a + (len - a) / 3 };

			glass.when = (unsigned)a % 3;
			kit_rewind(&m);
			assert_int_equal(kit_put(&m, &how, rec, len, cut, 2),
					 SCSIEMU_R_RECORD);
			assert_int_equal(kit_object(&m), 1);
			for (size_t b = 1; b <= len; b++) {
				size_t back[2] = { b - (b > 3 ? 3 : 1), b };

				kit_rewind(&m);
				memset(got, 0xee, sizeof(got));
				n = b == len ? 1 : 2;
				assert_int_equal(kit_get(&m, &how, got, 64,
							 back, (unsigned)n, &n),
						 SCSIEMU_R_RECORD);
				assert_int_equal(kit_io.info, len);
				assert_int_equal(n, len);
				assert_memory_equal(got, rec, len);
				assert_int_equal(got[len], 0xee);
				assert_int_equal(kit_object(&m), 1);
			}
		}
	}
}

/* Nothing on: the caller's bytes reach the store below where they are. */
static void test_straight(void **state)
{
	static const struct scsiemu_tape_how nothing;
	struct scsiemu_tape_how how = nothing;
	const struct scsiemu_tape_ops *ops = m.ops;
	uint8_t rec[8] = "straight", got[8];
	struct scsiemu_vec v = { rec, 8 };

	(void)state;
	for (int i = 0; i < 2; i++) {
		kit_rewind(&m);
		v.base = rec;
		assert_int_equal(ops->write(m.ctx, kit_begin(0),
					    i ? &how : NULL, 0, &v, 1),
				 SCSIEMU_R_RECORD);
		assert_ptr_equal(glass.base, rec);
		assert_int_equal(glass.tag_seen, 0);
		kit_rewind(&m);
		v.base = got;
		assert_int_equal(ops->read(m.ctx, kit_begin(0), i ? &how : NULL,
					   0, &v, 1),
				 SCSIEMU_R_RECORD);
		assert_ptr_equal(glass.base, got);
		assert_memory_equal(got, rec, 8);
	}
	assert_int_equal(kit_tape_read(&m, NULL, 0, got, 8, 0), SCSIEMU_R_EOD);
	assert_int_equal(kit_tape_verb(&m, SCSIEMU_V_MARKS, 0, 1, NULL, 0), 0);
	kit_rewind(&m);
	assert_int_equal(kit_tape_verb(&m, SCSIEMU_V_SPACE, 0, 1, NULL, 0), 0);
	assert_int_equal(kit_tape_read(&m, &how, 0, got, 8, 0), SCSIEMU_R_MARK);
}

/* Protected, on the medium are the initiator's bytes alone. */
static void test_protected_is_plain(void **state)
{
	struct scsiemu_tape_how how = { .protect = 1 };
	uint8_t rec[13] = "123456789\x4b\x4f\x67\x3a", got[13];
	size_t n;

	(void)state;
	assert_int_equal(kit_put(&m, &how, rec, 13, NULL, 0), SCSIEMU_R_RECORD);
	assert_int_equal(glass.len, 9);
	assert_int_equal(glass.tag_seen, 0);
	assert_memory_equal(glass.data, "123456789", 9);
	/* and any reader may have it with another check value, or none */
	kit_rewind(&m);
	how.protect = 2;
	assert_int_equal(kit_get(&m, &how, got, 13, NULL, 0, &n),
			 SCSIEMU_R_RECORD);
	assert_memory_equal(got, "123456789\x83\x92\x06\xe3", 13);
	kit_rewind(&m);
	assert_int_equal(kit_get(&m, NULL, got, 13, NULL, 0, &n),
			 SCSIEMU_R_RECORD);
	assert_int_equal(n, 9);
}

static void test_guard(void **state)
{
	struct scsiemu_tape_how how = { .protect = 2 };
	uint8_t rec[64];
	size_t cut = 20, len = kit_sample(rec, 2);

	(void)state;
	for (unsigned i = 0; i < 8 * len; i += 5) {
		rec[i / 8] ^= (uint8_t)(1 << i % 8);
		assert_int_equal(kit_put(&m, &how, rec, len, &cut, i & 1),
				 SCSIEMU_E_GUARD);
		rec[i / 8] ^= (uint8_t)(1 << i % 8);
		assert_int_equal(kit_io.moved, 0);
		assert_int_equal(kit_object(&m), 0);
		assert_int_equal(glass.len, 0);
	}
	assert_int_equal(kit_put(&m, &how, rec, 4, NULL, 0), SCSIEMU_E_RANGE);
	assert_int_equal(kit_put(&m, &how, rec, len, &cut, 1),
			 SCSIEMU_R_RECORD);
}

/* The longest records, with bytes that compress and bytes that do not. */
static void test_longest(void **state)
{
	size_t most = SCSIEMU_TAPE_BLOCK_MAX, n;
	uint8_t *rec = malloc(most + 5), *got = malloc(most + 5);
	struct scsiemu_tape_how how;
	const size_t cut[2] = { 1 << 20, most };

	(void)state;
	kit_fill(rec, most);
	for (unsigned w = 0; w < KIT_WAYS; w++) {
		if (!kit_way(&how, w))
			continue;
		if (w == KIT_WAYS / 2)
			memset(rec, 0x5a, most);
		if (how.protect) /* bit by bit would take too long */
			semu_codec_check(how.protect, rec, most, rec + most);
		n = most + (how.protect ? 4 : 0);
		kit_rewind(&m);
		assert_int_equal(kit_put(&m, &how, rec, n, cut, 1),
				 SCSIEMU_R_RECORD);
		kit_rewind(&m);
		assert_int_equal(kit_get(&m, &how, got, most + 5, cut,
					 how.protect ? 2 : 1, &n),
				 SCSIEMU_R_RECORD);
		assert_int_equal(n, most + (how.protect ? 4 : 0));
		assert_memory_equal(got, rec, n);
		kit_rewind(&m);
		assert_int_equal(kit_put(&m, &how, rec, n + 1, cut, 1),
				 SCSIEMU_E_RANGE);
	}
	free(rec);
	free(got);
}

/* Read in part: the position is in front of it, whatever comes then. */
static void test_abandoned(void **state)
{
	struct scsiemu_tape_how how = { .protect = 1 };
	uint8_t a[44], b[44], got[44];
	size_t n, len = kit_sample(a, 1);

	(void)state;
	kit_sample(b, 1);
	b[0] = 9;
	kit_check(1, b, 40);
	assert_int_equal(kit_put(&m, &how, a, len, NULL, 0), SCSIEMU_R_RECORD);
	assert_int_equal(kit_put(&m, &how, b, len, NULL, 0), SCSIEMU_R_RECORD);
	for (unsigned i = 0; i < 12; i++) {
		glass.when = i % 3;
		kit_rewind(&m);
		assert_int_equal(
			kit_tape_read(&m, &how, 0, got, 7, SCSIEMU_IO_MORE),
			SCSIEMU_OK);
		assert_int_equal(kit_object(&m), 0);
		if (i < 3) { /* from the beginning again */
			assert_int_equal(
				kit_get(&m, &how, got, 44, NULL, 0, &n),
				SCSIEMU_R_RECORD);
			assert_memory_equal(got, a, 44);
		} else if (i < 6) {
			assert_int_equal(kit_tape_verb(&m, SCSIEMU_V_SPACE, 0,
						       1, NULL, 0),
					 SCSIEMU_OK);
			assert_int_equal(
				kit_get(&m, &how, got, 44, NULL, 0, &n),
				SCSIEMU_R_RECORD);
			assert_memory_equal(got, b, 44);
			assert_int_equal(kit_object(&m), 2);
		} else if (i < 9) {
			assert_int_equal(kit_tape_read(&m, &how, 45, got, 7, 0),
					 SCSIEMU_E_RANGE);
			assert_int_equal(kit_tape_read(&m, &how, 44, got, 0, 0),
					 SCSIEMU_R_RECORD);
			assert_int_equal(kit_object(&m), 1);
		} else {
			assert_int_equal(kit_put(&m, &how, b, 44, NULL, 0),
					 SCSIEMU_R_RECORD);
			assert_int_equal(kit_object(&m), 1);
			assert_int_equal(
				kit_get(&m, &how, got, 44, NULL, 0, &n),
				SCSIEMU_R_EOD);
		}
	}
}

static void test_next(void **state)
{
	struct scsiemu_tape_next next = { .key = &kit_key };
	struct scsiemu_tape_key other = kit_key;
	struct scsiemu_tape_how how;
	uint8_t rec[64];
	size_t len;

	(void)state;
	other.key[31] ^= 1;
	for (unsigned w = 0; w < KIT_WAYS; w++) {
		if (!kit_way(&how, w))
			continue;
		len = kit_sample(rec, how.protect);
		kit_rewind(&m);
		assert_int_equal(kit_put(&m, &how, rec, len, NULL, 0),
				 SCSIEMU_R_RECORD);
		kit_rewind(&m);
		for (int i = 0; i < 3; i++) {
			memset(&next, 0xa5, sizeof(next));
			next.key = i == 2 ? NULL : i ? &other : &kit_key;
			assert_int_equal(kit_tape_verb(&m, SCSIEMU_V_NEXT, 0, 0,
						       &next, sizeof(next)),
					 SCSIEMU_OK);
			assert_int_equal(next.kind, SCSIEMU_NEXT_RECORD);
			assert_int_equal(next.len, 40);
			assert_int_equal(next.tag_len, 0);
			assert_int_equal(next.compressed, how.compress);
			assert_int_equal(next.cipher,
					 !how.encrypt ? SCSIEMU_CIPHER_NONE
					 : i	      ? SCSIEMU_CIPHER_OTHER
						      : SCSIEMU_CIPHER_FITS);
			assert_int_equal(next.algorithm, how.encrypt);
			assert_int_equal(next.ukad_len, how.encrypt ? 3 : 0);
			assert_int_equal(next.akad_len, how.encrypt ? 5 : 0);
			assert_memory_equal(next.ukad, "abc", next.ukad_len);
			assert_memory_equal(next.akad, "12345", next.akad_len);
			assert_int_equal(kit_object(&m), 0);
		}
	}
	assert_int_equal(kit_tape_verb(&m, SCSIEMU_V_SPACE, 0, 1, NULL, 0), 0);
	assert_int_equal(
		kit_tape_verb(&m, SCSIEMU_V_NEXT, 0, 0, &next, sizeof(next)),
		SCSIEMU_OK);
	assert_int_equal(next.kind, SCSIEMU_NEXT_END);
	assert_int_equal(kit_tape_verb(&m, SCSIEMU_V_NEXT, 0, 0, &next,
				       sizeof(next) - 1),
			 SCSIEMU_E_RANGE);
}

/* A record behind one that passed by is decoded from any byte on. */
static void test_skip(void **state)
{
	struct scsiemu_tape_how how;
	uint8_t rec[64], got[64];

	(void)state;
	for (unsigned w = 0; w < 3 * KIT_WAYS; w++) {
		if (!kit_way(&how, w % KIT_WAYS))
			continue;
		glass.when = w / KIT_WAYS;
		how.protect = 0;
		kit_sample(rec, 0);
		kit_rewind(&m);
		assert_int_equal(kit_put(&m, NULL, "plain", 5, NULL, 0),
				 SCSIEMU_R_RECORD);
		assert_int_equal(kit_put(&m, &how, rec, 40, NULL, 0),
				 SCSIEMU_R_RECORD);
		kit_rewind(&m);
		assert_int_equal(kit_tape_read(&m, &how, 0, got, 5, 0),
				 SCSIEMU_R_RECORD);
		assert_int_equal(kit_tape_read(&m, &how, 3, got, 37, 0),
				 SCSIEMU_R_RECORD);
		assert_int_equal(kit_io.moved, 37);
		assert_memory_equal(got, rec + 3, 37);
		assert_int_equal(kit_tape_write(&m, &how, 3, rec, 1, 0),
				 SCSIEMU_E_RANGE);
	}
}

/* Read for nobody: the same result, length and position. */
static void test_verify(void **state)
{
	struct scsiemu_tape_key other = kit_key;
	struct scsiemu_tape_how how;
	uint8_t rec[64];
	size_t len;

	(void)state;
	other.key[0] ^= 1;
	for (unsigned w = 0; w < KIT_WAYS; w++) {
		if (!kit_way(&how, w))
			continue;
		len = kit_sample(rec, how.protect);
		kit_rewind(&m);
		assert_int_equal(kit_put(&m, &how, rec, len, NULL, 0),
				 SCSIEMU_R_RECORD);
		kit_rewind(&m);
		how.key = &other;
		if (how.encrypt)
			assert_int_equal(kit_tape_verb(&m, SCSIEMU_V_VERIFY, 0,
						       0, &how, sizeof(how)),
					 SCSIEMU_E_KEY);
		how.key = &kit_key;
		assert_int_equal(kit_tape_verb(&m, SCSIEMU_V_VERIFY, 0, 0, &how,
					       sizeof(how)),
				 SCSIEMU_R_RECORD);
		assert_int_equal(kit_io.info, len);
		assert_int_equal(kit_io.moved, 0);
		assert_int_equal(kit_object(&m), 1);
		assert_int_equal(kit_tape_verb(&m, SCSIEMU_V_VERIFY, 0, 0, &how,
					       sizeof(how)),
				 SCSIEMU_R_EOD);
	}
}

/* ---- Against a list ---- */

enum { LIST = 40, LONGEST = 9000 };
struct item {
	uint8_t p[LONGEST + 4];
	size_t len;
};
static struct item list[LIST];

static unsigned random_cuts(size_t *cut, size_t len)
{
	unsigned n = kit_random(4);

	for (unsigned i = 0; i < n; i++) {
		size_t from = i ? cut[i - 1] : 0;

		cut[i] = from + kit_random((uint32_t)(len - from));
	}
	return n;
}

static void random_item(struct item *it)
{
	it->len = 1 + kit_random(kit_random(2) ? 50 : LONGEST);
	kit_fill(it->p, it->len);
	if (kit_random(2))
		for (size_t i = 7; i < it->len; i++)
			it->p[i] = it->p[i % 7];
}

static void write_one(unsigned at)
{
	struct item *it = &list[at];
	struct scsiemu_tape_how how;
	size_t cut[4], len;

	random_item(it);
	if (!kit_way(&how, kit_random(KIT_WAYS)))
		kit_way(&how, 0);
	len = it->len;
	if (how.protect) {
		kit_check(how.protect, it->p, len);
		len += 4;
	}
	assert_int_equal(
		kit_put(&m, &how, it->p, len, cut, random_cuts(cut, len)),
		SCSIEMU_R_RECORD);
}

static void read_one(unsigned at)
{
	struct item *it = &list[at];
	static uint8_t got[LONGEST + 4];
	struct scsiemu_tape_how how;
	size_t cut[4], len = it->len, n;

	kit_way(&how, kit_random(3));
	if (how.protect) {
		kit_check(how.protect, it->p, len);
		len += 4;
	}
	if (kit_random(8) == 0) { /* a part of it is wanted, then all */
		assert_int_equal(kit_tape_read(&m, &how, 0, got, len - 1,
					       SCSIEMU_IO_MORE),
				 SCSIEMU_OK);
		assert_int_equal(kit_object(&m), at);
	}
	assert_int_equal(kit_get(&m, &how, got, sizeof(got), cut,
				 random_cuts(cut, len), &n),
			 SCSIEMU_R_RECORD);
	assert_int_equal(n, len);
	assert_memory_equal(got, it->p, len);
}

static void test_model(void **state)
{
	unsigned n = 0, at = 0;

	(void)state;
	for (unsigned i = 0; i < 6000; i++) {
		glass.when = kit_random(3);
		switch (kit_random(4)) {
		case 0:
			at = kit_random(n + 1);
			assert_int_equal(kit_tape_verb(&m, SCSIEMU_V_LOCATE, at,
						       0, NULL, 0),
					 SCSIEMU_OK);
			break;
		case 1:
			if (at == LIST)
				break;
			write_one(at);
			n = ++at;
			break;
		default:
			if (at < n)
				read_one(at++);
			break;
		}
		assert_int_equal(kit_object(&m), at);
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_check_values), T(test_cuttings),
		T(test_straight),     T(test_protected_is_plain),
		T(test_guard),	      T(test_longest),
		T(test_abandoned),    T(test_next),
		T(test_skip),	      T(test_verify),
		T(test_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
