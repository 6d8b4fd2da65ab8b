/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state of persistent reservations as bytes: from one server of a pair to
 * the other, whom that tells what, and bytes that are not such a state.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "core/registrants.h"
#include "support/prrig.h"

enum { HEAD = 24, RECORD = 36, ROOM = 1024 };

static uint32_t get(struct rig *r, uint8_t buf[ROOM])
{
	uint32_t len = ROOM;

	memset(buf, 0xa5, ROOM);
	assert_int_equal(scsiemu_lu_pr_export(r->lu, buf, &len), 0);
	return len;
}

static void put(struct rig *r, const uint8_t *buf, uint32_t len)
{
	assert_int_equal(scsiemu_lu_pr_import(r->lu, buf, len), 0);
}

/* Computed here once more. */
static void sum(uint8_t *buf, uint32_t len)
{
	uint32_t crc = ~0u;

	for (uint32_t i = 0; i < len - 4; i++)
		for (unsigned bit = 0; bit < 8; bit++) {
			unsigned in = (buf[i] >> bit ^ crc) & 1;

			crc = crc >> 1 ^ (in ? 0x82f63b78 : 0);
		}
	crc = ~crc;
	for (unsigned i = 0; i < 4; i++)
		buf[len - 4 + i] = (uint8_t)(crc >> (24 - 8 * i));
}

static bool pending(const struct rig *r)
{
	for (const struct semu_itl *i = r->lu->itls; i; i = i->of_lu)
		if (i->ua && i->nexus != &r->d->dev->anonymous)
			return true;
	return false;
}

/* Every type there and back: the same registrants, holder, generation. */
static void there_and_back(void **state)
{
	struct rig *r = *state, other, *s = &other;
	uint8_t buf[ROOM], back[ROOM];

	rig_make(s, NULL);
	rig_register(r);
	for (unsigned i = 0; i <= 6; i++) {
		uint8_t type = i ? rig_types[i - 1] : 0;
		uint32_t len;

		if (type)
			GOOD(r->b, RESERVE, type, KB, 0);
		len = get(r, buf);
		assert_int_equal(len, HEAD + 3 * RECORD + 4);
		put(s, buf, len);
		assert_int_equal(get(s, back), len);
		assert_memory_equal(back, buf, len);
		pr_keys(s->d, s->lu, 3, KA, KB, KC);
		pr_reserved(s->d, s->lu, type, type && type < 7 ? KB : 0);
		/* the holder holds it there, too, and others do not */
		if (type) {
			pr_out(s->d, s->lu, s->b, SCSIEMU_SA_RESERVE, type, KB,
			       0, 0);
			if (pending(s)) {
				drive_settle(s->d, s->lu, s->a);
				drive_settle(s->d, s->lu, s->b);
				drive_settle(s->d, s->lu, s->c);
				pr_out(s->d, s->lu, s->b, SCSIEMU_SA_RESERVE,
				       type, KB, 0, 0);
			}
			drive_good(s->d);
			GOOD(r->b, RELEASE, type, KB, 0);
			drive_settle(r->d, r->lu, r->a);
			drive_settle(r->d, r->lu, r->c);
		}
	}
	rig_free(s);
}

/* Who is told what when the other server did something. */
static void telling(void **state)
{
	struct rig *r = *state, other, *s = &other;
	uint8_t buf[ROOM];

	rig_make(s, NULL);
	rig_register(r);
	put(s, buf, get(r, buf));
	put(s, buf, get(r, buf)); /* nothing changed */
	assert_false(pending(s));
	GOOD(r->a, RESERVE, 5, KA, 0);
	put(s, buf, get(r, buf));
	assert_false(pending(s));
	GOOD(r->b, PREEMPT, 6, KB, KA); /* a is out, the type another */
	put(s, buf, get(r, buf));
	assert_int_equal(drive_ua(s->d, s->lu, s->a), UNREGISTERED);
	assert_int_equal(drive_ua(s->d, s->lu, s->b), RELEASED);
	assert_int_equal(drive_ua(s->d, s->lu, s->c), RELEASED);
	assert_false(pending(s));
	pr_out(s->d, s->lu, s->a, SCSIEMU_SA_RESERVE, 6, KA, 0, 0);
	drive_status(s->d, SCSIEMU_RESERVATION_CONFLICT);
	drive_settle(r->d, r->lu, r->a);
	drive_settle(r->d, r->lu, r->c);
	GOOD(r->b, REGISTER, 0, KB, 0x55); /* a key: nobody's matter */
	put(s, buf, get(r, buf));
	assert_false(pending(s));
	pr_reserved(s->d, s->lu, 6, 0x55);
	GOOD(r->b, RELEASE, 6, 0x55, 0);
	put(s, buf, get(r, buf));
	assert_int_equal(drive_ua(s->d, s->lu, s->b), RELEASED);
	assert_int_equal(drive_ua(s->d, s->lu, s->c), RELEASED);
	GOOD(r->b, CLEAR, 6, 0x55, 0);
	put(s, buf, get(r, buf));
	assert_int_equal(drive_ua(s->d, s->lu, s->b), UNREGISTERED);
	assert_int_equal(drive_ua(s->d, s->lu, s->c), UNREGISTERED);
	assert_false(pending(s));
	pr_keys(s->d, s->lu, 6, 0);
	/* a state that was lost is found */
	scsiemu_lu_pr_lost(s->lu);
	put(s, buf, get(r, buf));
	pr_keys(s->d, s->lu, 6, 0);
	rig_free(s);
}

/* A nexus that is not there yet is the registrant when it comes. */
static void coming(void **state)
{
	struct rig *r = *state, other, *s = &other;
	uint8_t buf[ROOM];

	rig_make(s, NULL);
	rig_register(r);
	GOOD(r->a, RESERVE, 3, KA, 0);
	scsiemu_nexus_detach(s->a);
	put(s, buf, get(r, buf));
	s->a = drive_attach(s->d, 0, 1);
	drive_settle(s->d, s->lu, s->a);
	pr_out(s->d, s->lu, s->a, SCSIEMU_SA_RELEASE, 3, KA, 0, 0);
	drive_good(s->d);
	pr_reserved(s->d, s->lu, 0, 0);
	rig_free(s);
}

static void room(void **state)
{
	struct scsiemu_limits l = spcdev_limits;
	struct rig *r = *state, other, *s = &other;
	uint8_t buf[ROOM], big[ROOM];
	uint32_t need, len;

	rig_register(r);
	need = get(r, buf);
	for (uint32_t n = 0; n < need; n++) {
		len = n;
		memset(buf, 0x5a, sizeof(buf));
		assert_int_equal(scsiemu_lu_pr_export(r->lu, buf, &len),
				 SCSIEMU_ERR_SPACE);
		assert_int_equal(len, need);
		for (uint32_t i = n; i < sizeof(buf); i++)
			assert_int_equal(buf[i], 0x5a);
	}
	get(r, big);
	l.registrants = 2;
	rig_make(s, &l);
	pr_register(s->d, s->lu, s->a, KC);
	assert_int_equal(scsiemu_lu_pr_import(s->lu, big, need),
			 SCSIEMU_ERR_SPACE);
	pr_keys(s->d, s->lu, 1, KC); /* nothing changed */
	GOOD(r->a, REGISTER, 0, KA, 0);
	put(s, buf, get(r, buf)); /* b and c instead of a */
	pr_keys(s->d, s->lu, 4, KB, KC);
	rig_free(s);
}

static void refused(struct rig *r, const uint8_t *buf, uint32_t len)
{
	assert_int_equal(scsiemu_lu_pr_import(r->lu, buf, len),
			 SCSIEMU_ERR_ARG);
	assert_int_equal(scsiemu_lu_restore(r->lu, SCSIEMU_NV_PR, buf, len),
			 SCSIEMU_ERR_ARG);
}

/* Every bit flipped, every byte cut off, some more: nothing is changed. */
static void damaged(void **state)
{
	struct rig *r = *state;
	uint8_t buf[ROOM], was[ROOM], now[ROOM];
	uint32_t len;

	rig_register(r);
	GOOD(r->a, RESERVE, 6, KA, 0);
	len = get(r, was);
	memcpy(buf, was, len);
	for (uint32_t bit = 0; bit < len * 8; bit++) {
		buf[bit / 8] ^= (uint8_t)(1u << bit % 8);
		refused(r, buf, len);
		buf[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (uint32_t n = 0; n < len; n++)
		refused(r, buf, n);
	buf[len] = 0;
	refused(r, buf, len + 1);
	assert_int_equal(get(r, now), len);
	assert_memory_equal(now, was, len);
	rig_quiet(r);
}

/* Whole, but nothing that could be: with a good check sum. */
static void impossible(void **state)
{
	static const struct {
		uint16_t at;
		uint8_t value;
	} change[] = {
		{ 9, 2 },	  { 10, 2 },	       { 10, 9 },
		{ 10, 0 },	  { 10, 7 },	       { 10, 0x26 },
		{ 11, 2 },	  { 19, 2 },	       { 19, 4 },
		{ 16, 1 },	  { 23, 0 },	       { 23, 4 },
		{ 20, 0x80 },	  { HEAD + 7, 0 },     { HEAD + 9, 0 },
		{ HEAD + 10, 1 }, { HEAD + 11, 20 },   { HEAD + 11, 28 },
		{ HEAD + 11, 0 }, { HEAD + 11, 25 },   { HEAD + 12, 0x05 },
		{ HEAD + 13, 1 }, { HEAD + 12, 0x40 },
	};
	struct rig *r = *state;
	uint8_t buf[ROOM], was[ROOM];
	uint32_t len;

	rig_register(r);
	GOOD(r->a, RESERVE, 6, KA, 0);
	len = get(r, was);
	memcpy(buf, was, len);
	sum(buf, len);
	assert_memory_equal(buf, was, len);
	for (unsigned i = 0; i < sizeof(change) / sizeof(change[0]); i++) {
		memcpy(buf, was, len);
		assert_int_not_equal(buf[change[i].at], change[i].value);
		buf[change[i].at] = change[i].value;
		sum(buf, len);
		refused(r, buf, len);
	}
	/* one nexus twice */
	memcpy(buf, was, len);
	memcpy(buf + HEAD + RECORD, buf + HEAD, RECORD);
	sum(buf, len);
	refused(r, buf, len);
	/* all registrants, and none */
	memcpy(buf, was, HEAD);
	buf[10] = 8;
	buf[19] = buf[23] = 0;
	sum(buf, HEAD + 4);
	refused(r, buf, HEAD + 4);
	buf[10] = 0;
	sum(buf, HEAD + 4);
	put(r, buf, HEAD + 4);
	KEYS(3, 0);
}

/* Long and short iSCSI names, in the form in which they are kept. */
static void names(void **state)
{
	struct rig *r = *state;
	uint8_t list[28 + 100] = { 0 }, buf[ROOM], back[ROOM];
	uint32_t tid = rig_iscsi(list + 28, NAME ISID, 12), len;

	pr_list(list, 0, KA, PR_SPEC_I_PT);
	list[27] = (uint8_t)tid;
	pr_out_list(r->d, r->lu, r->a, 0, 0, list, 28 + tid);
	drive_good(r->d);
	len = get(r, buf);
	assert_int_equal(len, HEAD + RECORD + 12 + tid - 12 + 4);
	GOOD(r->a, CLEAR, 0, KA, 0);
	assert_true(semu_reg_room(r->d->dev, 32, 2 * 32 + 3));
	put(r, buf, len);
	assert_int_equal(get(r, back), len);
	assert_memory_equal(back, buf, len);
	/* in upper case it is not what we write */
	buf[HEAD + RECORD + 12 + 4] ^= 0x20;
	sum(buf, len);
	refused(r, buf, len);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(there_and_back), TEST(telling), TEST(coming),
		TEST(room),	      TEST(damaged), TEST(impossible),
		TEST(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
