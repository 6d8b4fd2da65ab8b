/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who a registration belongs to: TransportIDs of every protocol, lists of them
 * (SPEC_I_PT), all target ports.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/registrants.h"
#include "support/prrig.h"

enum { KD = 0xd4 };

/* Is the initiator port of tid registered (through port 1)? */
static bool knows(struct rig *r, const uint8_t *tid, uint32_t len)
{
	struct scsiemu_nexus *n = rig_attach(r, tid, len, 1);
	bool is;

	pr_out(r->d, r->lu, n, SCSIEMU_SA_RELEASE, 1, KD, 0, 0);
	is = r->d->t.c.status == SCSIEMU_GOOD;
	scsiemu_nexus_detach(n);
	return is;
}

/* a registers, and with it those in the list. */
static void list_of(struct rig *r, const uint8_t *tids, uint32_t len,
		    uint8_t more)
{
	uint8_t list[1024] = { 0 };

	pr_list(list, 0, KD, PR_SPEC_I_PT | more);
	list[26] = (uint8_t)(len >> 8);
	list[27] = (uint8_t)len;
	memcpy(list + 28, tids, len);
	pr_out_list(r->d, r->lu, r->a, SCSIEMU_SA_REGISTER, 0, list, 28 + len);
}

/* Each protocol's, and what else is the same port and what is not. */
static void forms(void **state)
{
	/* protocol, the bytes that name the port */
	static const uint8_t form[][3] = {
		{ 0, 8, 15 }, { 1, 2, 7 },  { 3, 8, 15 }, { 4, 8, 23 },
		{ 6, 4, 11 }, { 9, 1, 23 }, { 10, 2, 3 },
	};
	struct rig *r = *state;

	for (unsigned i = 0; i < sizeof(form) / 3; i++) {
		uint8_t tid[24] = { form[i][0] }, other[24], want[24] = { 0 };

		for (unsigned k = 1; k < 24; k++)
			tid[k] = (uint8_t)(16 * i + k);
		want[0] = form[i][0];
		memcpy(want + form[i][1], tid + form[i][1],
		       form[i][2] - form[i][1] + 1u);
		list_of(r, tid, 24, 0);
		drive_good(r->d);
		pr_in(r->d, r->lu, r->a, SCSIEMU_SA_READ_FULL_STATUS, 200);
		drive_good(r->d);
		assert_memory_equal(r->d->t.in + 8 + 48 + 24, want, 24);
		assert_true(knows(r, tid, 24));
		for (unsigned k = 1; k < 24; k++) {
			memcpy(other, tid, 24);
			other[k] ^= 1;
			assert_int_equal(knows(r, other, 24),
					 k < form[i][1] || k > form[i][2]);
		}
		GOOD(r->a, CLEAR, 0, KD, 0);
	}
}

/* iSCSI: the name and the ISID without regard to case and padding. */
static void iscsi_names(void **state)
{
	struct rig *r = *state;
	uint8_t tid[300], want[300];
	uint32_t len = rig_iscsi(tid, NAME ISID, 0);

	list_of(r, tid, len, 0);
	drive_good(r->d);
	rig_iscsi(want, "iqn.2026-11.org.example:host-1,i,0x00023d0a0001", 0);
	pr_in(r->d, r->lu, r->a, SCSIEMU_SA_READ_FULL_STATUS, 200);
	drive_good(r->d);
	assert_int_equal(r->d->t.c.in_done, 8 + 48 + 24 + len);
	assert_memory_equal(r->d->t.in + 8 + 48 + 24, want, len);
	assert_true(knows(r, tid, len));
	assert_true(knows(r, tid,
			  rig_iscsi(tid,
				    "IQN.2026-11.ORG.Example:HOST-1"
				    ",I,0X00023D0a0001",
				    40)));
	/* what is behind the NUL is not read */
	len = rig_iscsi(tid, NAME ISID, 8);
	memset(tid + 4 + strlen(NAME ISID) + 1, 'x', 8);
	assert_true(knows(r, tid, len));
	assert_false(
		knows(r, tid, rig_iscsi(tid, NAME ",i,0x00023d0a0002", 0)));
	assert_false(knows(r, tid, rig_iscsi(tid, NAME "0" ISID, 0)));
	assert_false(knows(r, tid, rig_iscsi(tid, NAME, 0)));
}

/* The longest name there may be, and one that is longer. */
static void long_names(void **state)
{
	struct rig *r = *state;
	char text[260] = "iqn.2026-11.org.example:";
	uint8_t tid[300];
	uint32_t len;

	memset(text + 24, 'x', 224 - 24);
	strcpy(text + 224, ISID);
	list_of(r, tid, rig_iscsi(tid, text, 0), 0);
	drive_param(r->d, 0x2600, 28, SCSIEMU_NO_BIT);
	strcpy(text + 223, ISID);
	len = rig_iscsi(tid, text, 0);
	assert_int_equal(len, 248);
	list_of(r, tid, len, 0);
	drive_good(r->d);
	assert_true(knows(r, tid, len));
	pr_in(r->d, r->lu, r->a, SCSIEMU_SA_READ_FULL_STATUS, 1000);
	drive_good(r->d);
	assert_int_equal(r->d->t.c.in_done, 8 + 48 + 24 + len);
}

static void no_change(struct rig *r)
{
	KEYS(0, 0);
	assert_true(semu_reg_room(r->d->dev, 32, 2 * 32 + 3));
}

/* A list with anything wrong in it registers nobody; good ones are in front. */
static void bad_lists(void **state)
{
	static const char *const text[] = {
		NAME ",i,0x00023d0a000",   /* too few digits */
		NAME ",i,0x00023d0a00011", /* too many */
		NAME ",i,0x00023d0a000g",  /* no digit */
		NAME ",i,00023d0a0001",	   /* no separator */
		NAME ",t,0x00023d0a0001",  ",i,0x00023d0a0001", /* no name */
	};
	struct rig *r = *state;
	uint8_t tids[400] = { 0x06, [4] = 0x50 }, *tid = tids + 24;

	for (unsigned i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
		list_of(r, tids, 24 + rig_iscsi(tid, text[i], 0), 0);
		drive_param(r->d, 0x2600, 28 + 24, SCSIEMU_NO_BIT);
		no_change(r);
	}
	/* formats and protocols that there are not */
	for (unsigned b = 0; b < 256; b++) {
		bool is = b == 0x05 || b == 0x45 ||
			  (!(b & 0xc0) && (b & 0x0f) <= 10);

		if (is)
			continue;
		memset(tid, 0, 48);
		tid[0] = (uint8_t)b;
		tid[3] = 44;
		list_of(r, tids, 48 + 24, 0);
		drive_param(r->d, 0x2600, 28 + 24, SCSIEMU_NO_BIT);
		no_change(r);
	}
	/* iSCSI lengths: below 20, no multiple of 4, without a NUL */
	for (unsigned n = 0; n < 48; n++) {
		rig_iscsi(tid, NAME ISID, 0);
		tid[3] = (uint8_t)n;
		list_of(r, tids, 24 + 4 + n, 0);
		drive_check(r->d, 5, 0x2600);
		no_change(r);
	}
	/* one that is registered (c), one that comes twice, one node that
	 * nobody is of */
	GOOD(r->c, REGISTER, 0, 0, KC);
	memcpy(tid, r->d->tid[2], 24);
	list_of(r, tids, 48, 0);
	drive_param(r->d, 0x2600, 28 + 24, SCSIEMU_NO_BIT);
	GOOD(r->c, REGISTER, 0, KC, 0);
	memcpy(tid, tids, 24);
	list_of(r, tids, 48, 0);
	drive_param(r->d, 0x2600, 28 + 24, SCSIEMU_NO_BIT);
	list_of(r, tids, 24 + rig_iscsi(tid, NAME, 0), 0);
	drive_param(r->d, 0x2600, 28 + 24, SCSIEMU_NO_BIT);
	KEYS(2, 0);
}

/* The list's length against the CDB's, and TransportIDs that are cut. */
static void list_lengths(void **state)
{
	struct rig *r = *state;
	uint8_t list[28 + 48] = { 0 };

	for (uint32_t says = 0; says < 60; says++)
		for (uint32_t len = 24; len < 28 + 48; len++) {
			pr_list(list, 0, KD, PR_SPEC_I_PT);
			list[27] = (uint8_t)says;
			list[28] = list[28 + 24] = 6;
			list[28 + 24 + 5] = 1;
			if (len == 28 + says && !(says % 24))
				continue;
			pr_out_list(r->d, r->lu, r->a, 0, 0, list, len);
			drive_check(r->d, 5, 0x1a00);
			no_change(r);
		}
	list[24] = 0xff;
	pr_out_list(r->d, r->lu, r->a, 0, 0, list, 28 + 48);
	drive_check(r->d, 5, 0x1a00);
	list[24] = 0;
	list[27] = 0; /* an empty list: just a */
	pr_out_list(r->d, r->lu, r->a, 0, 0, list, 28);
	drive_good(r->d);
	KEYS(1, KD);
	/* a is registered: SPEC_I_PT is an error now, but the key comes first
	 */
	list[27] = 48;
	list[7] = KD;
	pr_out_list(r->d, r->lu, r->a, 0, 0, list, 28 + 48);
	drive_param(r->d, 0x2600, 20, 3);
	list[7] = KA;
	pr_out_list(r->d, r->lu, r->a, 0, 0, list, 28 + 48);
	drive_status(r->d, SCSIEMU_RESERVATION_CONFLICT);
}

/* Key 0 with a list: the list is not looked at (SPC-5 table 67). */
static void list_without_key(void **state)
{
	struct rig *r = *state;
	uint8_t list[28 + 24] = { 0 };

	list[20] = PR_SPEC_I_PT;
	list[27] = 24;
	list[28] = 0xff;
	pr_out_list(r->d, r->lu, r->a, 0, 0, list, sizeof(list));
	drive_good(r->d);
	KEYS(1, 0);
}

/* The caller may be in its own list. */
static void oneself_in_the_list(void **state)
{
	struct rig *r = *state;
	uint8_t tids[72];

	memcpy(tids, r->d->tid[2], 24);
	memcpy(tids + 24, r->d->tid[0], 24);
	memcpy(tids + 48, r->d->tid[3], 24);
	tids[48] = 4;
	list_of(r, tids, 72, 0);
	drive_good(r->d);
	KEYS(1, KD, KD, KD);
	GOOD(r->c, RESERVE, 1, KD, 0); /* at once */
	rig_quiet(r);
}

/* Format 00b: the ports of that node that are there. */
static void nodes(void **state)
{
	struct rig *r = *state;
	uint8_t one[64], node[64], again[128];
	uint32_t len = rig_iscsi(one, NAME ISID, 0), node_len;
	struct scsiemu_nexus *n = rig_attach(r, one, len, 2);

	node_len = rig_iscsi(node, "iqn.2026-11.ORG.example:host-1", 0);
	list_of(r, node, node_len, 0);
	drive_good(r->d);
	KEYS(1, KD, KD);
	assert_true(knows(r, one, len)); /* through a's port, not its own */
	CONFLICT(n, RELEASE, 1, KD, 0);
	GOOD(r->a, CLEAR, 0, KD, 0);
	/* it and its node in one list: once, and then twice */
	memcpy(again, one, len);
	memcpy(again + len, node, node_len);
	list_of(r, again, len + node_len, 0);
	drive_good(r->d);
	KEYS(3, KD, KD);
	scsiemu_nexus_detach(n);
	drive_settle(r->d, r->lu, r->a);
}

/* ALL_TG_PT: each of the two target ports. */
static void all_ports(void **state)
{
	struct rig *r = *state;
	struct scsiemu_nexus *a2 = drive_attach(r->d, 0, 2);
	uint8_t tid[24] = { 6, [11] = 1 };

	drive_settle(r->d, r->lu, a2);
	pr_out(r->d, r->lu, r->a, 0, 0, 0, KA, PR_ALL_TG_PT);
	drive_good(r->d);
	KEYS(1, KA, KA);
	pr_in(r->d, r->lu, r->a, SCSIEMU_SA_READ_FULL_STATUS, 200);
	assert_int_equal(r->d->t.in[8 + 12], 0);
	assert_int_equal(r->d->t.in[8 + 19], 1);
	assert_int_equal(r->d->t.in[56 + 12], 0);
	assert_int_equal(r->d->t.in[56 + 19], 2);
	GOOD(a2, RESERVE, 1, KA, 0);
	CONFLICT(r->a, RESERVE, 1, KA, 0);
	/* one of them alone */
	GOOD(a2, REGISTER, 0, KA, KB);
	KEYS(2, KA, KB);
	/* both: the other one's key is another */
	pr_out(r->d, r->lu, r->a, 0, 0, KA, KC, PR_ALL_TG_PT);
	drive_status(r->d, SCSIEMU_RESERVATION_CONFLICT);
	KEYS(2, KA, KB);
	pr_out(r->d, r->lu, r->a, 6, 0, KA, KC, PR_ALL_TG_PT);
	drive_good(r->d);
	KEYS(3, KC, KC);
	HELD(1, KC);
	/* both go, the reservation with the holder */
	pr_out(r->d, r->lu, r->a, 0, 0, KC, 0, PR_ALL_TG_PT);
	drive_good(r->d);
	KEYS(4, 0);
	HELD(0, 0);
	/* with a list: each of both */
	list_of(r, tid, 24, PR_ALL_TG_PT);
	drive_good(r->d);
	KEYS(5, KD, KD, KD, KD);
	/* the caller's other port from one that is not registered */
	GOOD(r->a, REGISTER, 0, KD, 0);
	pr_out(r->d, r->lu, r->a, 6, 0, 0, 0, PR_ALL_TG_PT);
	drive_good(r->d);
	KEYS(7, KD, KD);
}

/* No room for all of a list: nobody is registered. */
static void list_too_long(void **state)
{
	struct scsiemu_limits l = spcdev_limits;
	struct rig rig, *r = &rig;
	uint8_t tids[96] = { 0 };

	(void)state;
	l.registrants = 4;
	rig_make(r, &l);
	for (unsigned i = 0; i < 4; i++) {
		tids[24 * i] = 6;
		tids[24 * i + 11] = (uint8_t)i;
	}
	list_of(r, tids, 96, 0);
	drive_check(r->d, 5, 0x5504);
	KEYS(0, 0);
	list_of(r, tids, 72, 0);
	drive_good(r->d);
	KEYS(1, KD, KD, KD, KD);
	rig_free(r);
}

/* TransportIDs need room, too: with 3 registrations 9 cells of 54 bytes, of
 * which a long name takes 5. */
static void names_too_long(void **state)
{
	struct scsiemu_limits l = spcdev_limits;
	struct rig rig, *r = &rig;
	char text[260] = "iqn.2026-11.org.example:";
	uint8_t tids[600];
	uint32_t len;

	(void)state;
	l.registrants = 3;
	l.scratch = 1024;
	rig_make(r, &l);
	memset(text + 24, 'x', 223 - 24);
	strcpy(text + 223, ISID);
	len = rig_iscsi(tids, text, 0);
	text[30] = 'y';
	len += rig_iscsi(tids + len, text, 0);
	list_of(r, tids, len, 0);
	drive_check(r->d, 5, 0x5504);
	KEYS(0, 0);
	list_of(r, tids, len / 2, 0);
	drive_good(r->d);
	KEYS(1, KD, KD);
	rig_free(r);
}

/* One TransportID is kept once for all logical units and ports. */
static void shared_names(void **state)
{
	struct rig *r = *state;
	struct scsiemu_lu *lu[3] = { r->lu };

	for (unsigned i = 0; i < 3; i++) {
		if (i)
			lu[i] = scsiemu_lu_add(r->d->dev, (uint16_t)i,
					       &spcdev_config);
		drive_settle(r->d, lu[i], r->a);
		pr_out(r->d, lu[i], r->a, 0, 0, 0, KA, PR_ALL_TG_PT);
		drive_good(r->d);
	}
	assert_int_equal(r->d->dev->reg_nfree, 32 - 6);
	assert_int_equal(r->d->dev->tid_nfree, 2 * 32 + 3 - 1);
	scsiemu_lu_remove(lu[1]);
	assert_int_equal(r->d->dev->reg_nfree, 32 - 4);
	drive_settle(r->d, lu[0], r->a);
	drive_settle(r->d, lu[2], r->a);
	pr_out(r->d, lu[0], r->a, 3, 0, KA, 0, 0);
	drive_good(r->d);
	pr_out(r->d, lu[2], r->a, 3, 0, KA, 0, 0);
	drive_good(r->d);
	assert_int_equal(r->d->dev->reg_nfree, 32);
	assert_int_equal(r->d->dev->tid_nfree, 2 * 32 + 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(forms),
		TEST(iscsi_names),
		TEST(long_names),
		TEST(bad_lists),
		TEST(list_lengths),
		TEST(list_without_key),
		TEST(oneself_in_the_list),
		TEST(nodes),
		TEST(all_ports),
		cmocka_unit_test(list_too_long),
		cmocka_unit_test(names_too_long),
		TEST(shared_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
