/* SPDX-License-Identifier: BSD-2-Clause */
/* support/prrig.c - see prrig.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/prrig.h"

const uint8_t rig_types[6] = { 1, 3, 5, 6, 7, 8 };

void rig_make(struct rig *r, const struct scsiemu_limits *l)
{
	struct scsiemu_limits usual = spcdev_limits;

	usual.nexuses = 8;
	spcdev_make(&r->t, NULL, l ? l : &usual);
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

uint32_t rig_iscsi(uint8_t *p, const char *text, uint32_t pad)
{
	uint32_t n = ((uint32_t)strlen(text) + 4) & ~3u;

	n = (n < 20 ? 20 : n) + pad;
	memset(p, 0, 4 + n);
	p[0] = strchr(text, ',') ? 0x45 : 0x05;
	p[2] = (uint8_t)(n >> 8);
	p[3] = (uint8_t)n;
	memcpy(p + 4, text, strlen(text));
	return 4 + n;
}

struct scsiemu_nexus *rig_attach(struct rig *r, const uint8_t *tid,
				 uint32_t len, uint16_t port)
{
	struct scsiemu_nexus_config cf = { .size = sizeof(cf),
					   .transport_id = tid,
					   .transport_id_len = (uint16_t)len,
					   .port = port };
	struct scsiemu_nexus *n = scsiemu_nexus_attach(r->d->dev, &cf);

	assert_non_null(n);
	drive_settle(r->d, r->lu, n);
	return n;
}
