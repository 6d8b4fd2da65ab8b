/* SPDX-License-Identifier: BSD-2-Clause */
/* support/prrig.c - see prrig.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/prrig.h"

const uint8_t rig_types[6] = { 1, 3, 5, 6, 7, 8 };

void rig_make(struct rig *r, const struct scsiemu_limits *l)
{
	spcdev_make(&r->t, NULL, l);
	r->d = &r->t.d;
	r->lu = r->t.lu;
	r->a = r->t.a;
	r->b = r->t.b;
	r->c = drive_attach(r->d, 2, 1);
	drive_settle(r->d, r->lu, r->c);
}

void rig_free(struct rig *r)
{
	spcdev_free(&r->t);
}

int rig_setup(void **state)
{
	struct rig *r = malloc(sizeof(*r));

	assert_non_null(r);
	rig_make(r, NULL);
	*state = r;
	return 0;
}

int rig_teardown(void **state)
{
	rig_free(*state);
	free(*state);
	return 0;
}

void rig_register(struct rig *r)
{
	GOOD(r->a, REGISTER, 0, 0, KA);
	GOOD(r->b, REGISTER, 0, 0, KB);
	GOOD(r->c, REGISTER, 0, 0, KC);
}

void rig_quiet(struct rig *r)
{
	UA(r->a, 0);
	UA(r->b, 0);
	UA(r->c, 0);
}
