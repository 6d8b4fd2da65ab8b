/* SPDX-License-Identifier: BSD-2-Clause */
/* Persistent reservations: REGISTER AND MOVE (SPC-5 5.13.8). */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "support/prrig.h"

static void move(struct rig *r, struct scsiemu_nexus *n, uint64_t key,
		 uint64_t sa_key, uint8_t bits, uint16_t port,
		 const uint8_t *tid, uint32_t len)
{
	uint8_t list[512];

	pr_list(list, key, sa_key, 0);
	list[17] = bits;
	list[18] = (uint8_t)(port >> 8);
	list[19] = (uint8_t)port;
	list[23] = (uint8_t)len;
	memcpy(list + 24, tid, len);
	pr_out_list(r->d, r->lu, n, SCSIEMU_SA_REGISTER_AND_MOVE, 0xff, list,
		    24 + len);
}

static void moving(void **state)
{
	struct rig *r = *state;

	for (unsigned i = 0; i < 4; i++) {
		uint8_t type = rig_types[i];
		uint32_t gen = 6 * i;

		GOOD(r->a, REGISTER, 0, 0, KA);
		GOOD(r->a, RESERVE, type, KA, 0);
		/* c is not registered: it is afterwards */
		move(r, r->a, KA, KC, 0, 1, r->d->tid[2], 24);
		drive_good(r->d);
		KEYS(gen + 2, KA, KC);
		HELD(type, KC);
		CONFLICT(r->a, RESERVE, type, KA, 0);
		/* back: a is registered, its key changes; c goes */
		move(r, r->c, KC, KB, 2, 1, r->d->tid[0], 24);
		drive_good(r->d);
		KEYS(gen + 3, KB);
		HELD(type, KB);
		CONFLICT(r->c, RELEASE, type, KC, 0);
		/* through the other port it is another nexus */
		move(r, r->a, KB, KC, 0, 2, r->d->tid[2], 24);
		drive_good(r->d);
		CONFLICT(r->c, RELEASE, type, KC, 0);
		KEYS(gen + 4, KB, KC);
		GOOD(r->a, PREEMPT, type, KB, KC);
		GOOD(r->a, CLEAR, 0, KB, 0);
		rig_quiet(r);
	}
}

static void moving_wrongly(void **state)
{
	struct rig *r = *state;
	uint8_t tid[24] = { 0x86 };

	move(r, r->a, 0, KC, 0, 1, r->d->tid[2], 24);
	drive_status(r->d, SCSIEMU_RESERVATION_CONFLICT); /* not registered */
	GOOD(r->a, REGISTER, 0, 0, KA);
	GOOD(r->b, REGISTER, 0, 0, KB);
	move(r, r->a, KA, KC, 0, 1, r->d->tid[2], 24); /* nothing to move */
	drive_cdb(r->d, 1, 4);
	for (unsigned i = 0; i < 6; i++) {
		GOOD(r->a, RESERVE, rig_types[i], KA, 0);
		move(r, r->b, KB, KC, 0, 1, r->d->tid[2], 24);
		drive_status(r->d, SCSIEMU_RESERVATION_CONFLICT);
		move(r, r->a, KB, KC, 0, 1, r->d->tid[2], 24);
		drive_status(r->d, SCSIEMU_RESERVATION_CONFLICT);
		if (rig_types[i] >= 7) { /* all registrants hold it */
			move(r, r->a, KA, KC, 0, 1, r->d->tid[2], 24);
			drive_status(r->d, SCSIEMU_RESERVATION_CONFLICT);
		}
		GOOD(r->a, RELEASE, rig_types[i], KA, 0);
		drive_settle(r->d, r->lu, r->b);
	}
	GOOD(r->a, RESERVE, 3, KA, 0);
	move(r, r->a, KA, 0, 0, 1, r->d->tid[2], 24);
	drive_param(r->d, 0x2600, 8, SCSIEMU_NO_BIT);
	move(r, r->a, KA, KC, 0, 0, r->d->tid[2], 24);
	drive_param(r->d, 0x2600, 18, SCSIEMU_NO_BIT);
	move(r, r->a, KA, KC, 0, 3, r->d->tid[2], 24);
	drive_param(r->d, 0x2600, 18, SCSIEMU_NO_BIT);
	move(r, r->a, KA, KC, 0, 1, r->d->tid[0], 24); /* itself */
	drive_param(r->d, 0x2600, 24, SCSIEMU_NO_BIT);
	move(r, r->a, KA, KC, 0, 2, r->d->tid[0], 24);
	drive_param(r->d, 0x2600, 24, SCSIEMU_NO_BIT);
	move(r, r->a, KA, KC, 0, 1, tid, 24); /* no such format */
	drive_param(r->d, 0x2600, 24, SCSIEMU_NO_BIT);
	KEYS(2, KA, KB);
	HELD(3, KA);
}

static void moving_lengths(void **state)
{
	struct rig *r = *state;
	uint8_t list[24 + 64];

	GOOD(r->a, REGISTER, 0, 0, KA);
	GOOD(r->a, RESERVE, 3, KA, 0);
	pr_list(list, KA, KC, 0);
	memset(list + 24, 0, 64);
	list[19] = 1;
	memcpy(list + 24, r->d->tid[2], 24);
	for (uint32_t says = 0; says < 64; says++)
		for (uint32_t len = 0; len < 24 + 64; len++) {
			if (says == 24 && len == 48)
				continue;
			list[23] = (uint8_t)says;
			pr_out_list(r->d, r->lu, r->a, 7, 0, list, len);
			drive_check(r->d, 5, 0x1a00);
		}
	HELD(3, KA);
	list[23] = 24;
	pr_out_list(r->d, r->lu, r->a, 7, 0, list, 48);
	drive_good(r->d);
	HELD(3, KC);
}

/* An iSCSI node without ISID: its one port; two are one too many. */
static void moving_to_a_node(void **state)
{
	struct rig *r = *state;
	uint8_t one[64], two[64], node[64];
	uint32_t len = rig_iscsi(one, NAME ISID, 0),
		 n = rig_iscsi(node, NAME, 0);
	struct scsiemu_nexus *x, *y;

	GOOD(r->a, REGISTER, 0, 0, KA);
	GOOD(r->a, RESERVE, 3, KA, 0);
	move(r, r->a, KA, KC, 0, 2, node, n); /* nobody */
	drive_param(r->d, 0x2600, 24, SCSIEMU_NO_BIT);
	x = rig_attach(r, one, len, 2);
	y = rig_attach(r, two, rig_iscsi(two, NAME ",i,0x00023d0a0002", 0), 2);
	move(r, r->a, KA, KC, 0, 2, node, n);
	drive_param(r->d, 0x2600, 24, SCSIEMU_NO_BIT);
	scsiemu_nexus_detach(y);
	move(r, r->a, KA, KC, 0, 2, node, n);
	drive_good(r->d);
	HELD(3, KC);
	GOOD(x, RELEASE, 3, KC, 0);
	scsiemu_nexus_detach(x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(moving),
		TEST(moving_wrongly),
		TEST(moving_lengths),
		TEST(moving_to_a_node),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
