/* SPDX-License-Identifier: BSD-2-Clause */
/* behave/alua_rig.h - a logical unit with two target port groups, for the tests
 * of asymmetric access. */
#ifndef TEST_ALUA_RIG_H
#define TEST_ALUA_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <scsiemu/alua.h>

#include "support/spcdev.h"

#define TUR 0, 0, 0, 0, 0, 0
#define RTPG(format, length)                                                   \
	0xa3, 0x0a | (format), 0, 0, 0, 0, 0, 0, 0, length, 0, 0
#define STPG(length)	 0xa4, 0x0a, 0, 0, 0, 0, 0, 0, 0, length, 0, 0
#define STANDARD_INQUIRY 0x12, 0, 0, 0, 96, 0

enum { AO, AN, SB, UN, LBD, OFF = 14, MOVING = 15 };

/* Port 1 (nexus a) is in group 3, port 2 (nexus b) in group 4. */
static const struct scsiemu_alua_group groups[] = { { 3, AO, true },
						    { 4, AN, false } };
static const struct scsiemu_alua both = { .size = sizeof(both),
					  .tpgs = SCSIEMU_ALUA_BOTH,
					  .implicit_s = 7,
					  .ngroups = 2,
					  .groups = groups };

static inline void make(struct spcdev *t, const struct scsiemu_alua *alua)
{
	struct scsiemu_lu_config cf = spcdev_config;
	struct scsiemu_limits l = spcdev_limits;

	cf.alua = alua;
	l.lu_state = 1024;
	spcdev_make(t, &cf, &l);
}

static inline int setup(void **state)
{
	struct spcdev *t = malloc(sizeof(*t));

	assert_non_null(t);
	make(t, &both);
	*state = t;
	return 0;
}

static inline uint16_t ua(struct spcdev *t, struct scsiemu_nexus *n)
{
	return drive_ua(&t->d, t->lu, n);
}

/* As n: 0 when TEST UNIT READY is GOOD, else its ASC/ASCQ. */
static inline uint16_t ready(struct spcdev *t, struct scsiemu_nexus *n)
{
	struct scsiemu_nexus *was = t->d.nexus;
	uint16_t asc = 0;

	t->d.nexus = n;
	if (spcdev_in(t, TUR))
		asc = t->d.t.c.sense.asc;
	t->d.nexus = was;
	return asc;
}

static inline void set(struct spcdev *t, unsigned state, unsigned group)
{
	spcdev_out(t,
		   BYTES(0, 0, 0, 0, (uint8_t)state, 0, (uint8_t)(group >> 8),
			 (uint8_t)group),
		   8, STPG(8));
}

static inline int is(struct spcdev *t, uint16_t group)
{
	return scsiemu_lu_access_of(t->lu, group);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, spcdev_teardown)

#endif
