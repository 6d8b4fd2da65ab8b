/* SPDX-License-Identifier: BSD-2-Clause */
/* support/library.c - see library.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/library.h"

/* The changer's store answers its wants; the drives' media are RAM. */
static int answer(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	struct library *b = d->hook_ctx;
	const struct scsiemu_changer_ops *ops = b->m.ops;
	struct scsiemu_io io = { .info = SCSIEMU_NO_INFO };
	int rc = b->hook ? b->hook(d, c, bytes) : DRIVE_USUAL;

	if (rc != DRIVE_USUAL || c->want != SCSIEMU_STORE || c->lu != b->lu)
		return rc;
	switch (c->verb) {
	case SCSIEMU_V_MOVE:
		return ops->move(b->m.ctx, &io, (uint16_t)c->addr,
				 (uint16_t)c->count);
	case SCSIEMU_V_EXCHANGE:
		return ops->exchange(b->m.ctx, &io, (uint16_t)c->addr,
				     (uint16_t)(c->count >> 16),
				     (uint16_t)c->count);
	case SCSIEMU_V_TAG:
		assert_int_equal(c->len, sizeof(struct scsiemu_changer_tag));
		return ops->tag(b->m.ctx, &io, (uint16_t)c->addr,
				(const void *)c->buf);
	case SCSIEMU_V_DOOR:
		return ops->door(b->m.ctx, &io, (uint16_t)c->addr,
				 c->count != 0);
	case SCSIEMU_V_REACH:
		return ops->reach(b->m.ctx, &io, (uint16_t)c->addr,
				  c->count != 0);
	default:
		return DRIVE_USUAL;
	}
}

static uint16_t or_else(uint16_t n, uint16_t usual)
{
	return n == LIBRARY_NO ? 0 : n ? n : usual;
}

static void add_changer(struct library *b, const struct library_options *o,
			unsigned ndrives)
{
	static const uint16_t luns[LIBRARY_DRIVES] = { 1, 2, 3 };
	struct scsiemu_lu_config cf = { 0 };
	struct scsiemu_smc_options smc = o->smc;

	if (o->cf)
		cf = *o->cf;
	smc.size = sizeof(smc);
	smc.drives = luns;
	smc.ndrives = (uint16_t)ndrives;
	cf.size = sizeof(cf);
	cf.type = &scsiemu_smc;
	cf.can_save = true;
	cf.logs |= o->logs;
	cf.options = &smc;
	cf.state_len = scsiemu_lu_state_size(&cf);
	cf.state = b->state = malloc(cf.state_len);
	assert_non_null(b->state);
	b->lu = scsiemu_lu_add(b->d.dev, 0, &cf);
	assert_non_null(b->lu);
	scsiemu_lu_load(b->lu, &b->m, false);
}

static void add_drives(struct library *b, unsigned n)
{
	struct scsiemu_lu_config cf = { .size = sizeof(cf),
					.type = &scsiemu_sbc,
					.removable = true,
					.product = "A drive" };
	char serial[] = "SERIAL000X";

	cf.serial = serial;
	for (unsigned i = 0; i < n; i++) {
		serial[9] = (char)('1' + i);
		b->drive[i] = scsiemu_lu_add(b->d.dev, (uint16_t)(i + 1), &cf);
		assert_non_null(b->drive[i]);
	}
	for (unsigned i = 0; i < n; i++)
		drive_settle(&b->d, b->drive[i], NULL);
}

void library_make(struct library *b, const struct library_options *o)
{
	static const struct library_options none;
	struct scsiemu_limits l = { .size = sizeof(l),
				    .lus = 5,
				    .nexuses = 12,
				    .itls = 40,
				    .types = 2 };
	struct scsiemu_changer_layout is = { 0 };
	unsigned n;

	o = o ? o : &none;
	memset(b, 0, sizeof(*b));
	l.scratch = o->scratch ? o->scratch : 512;
	drive_make(&b->d, &l);
	b->d.hook = answer;
	b->d.hook_ctx = b;
	is.of[SCSIEMU_ELEMENT_MT].first = LIBRARY_MT;
	is.of[SCSIEMU_ELEMENT_MT].n = or_else(o->mt, 1);
	is.of[SCSIEMU_ELEMENT_ST].first = LIBRARY_ST;
	is.of[SCSIEMU_ELEMENT_ST].n = or_else(o->st, 6);
	is.of[SCSIEMU_ELEMENT_IE].first = LIBRARY_IE;
	is.of[SCSIEMU_ELEMENT_IE].n = or_else(o->ie, 2);
	is.of[SCSIEMU_ELEMENT_DT].first = LIBRARY_DT;
	is.of[SCSIEMU_ELEMENT_DT].n = or_else(o->dt, 2);
	assert_int_equal(scsiemu_open_changer_mem(&b->m, &is, NULL), 0);
	for (unsigned i = 0; i < LIBRARY_CARTRIDGES; i++) {
		drive_disk_make(&b->cartridge[i], 8, 512);
		memset(b->cartridge[i].bytes, 'A' + (int)i, 8 * 512);
	}
	for (unsigned i = 0; i < 4 && !o->empty; i++) {
		char tag[] = "VOL00xL8";

		tag[5] = (char)('0' + i);
		assert_int_equal(scsiemu_changer_mem_put(
					 &b->m, (uint16_t)(LIBRARY_ST + i), tag,
					 SCSIEMU_CARTRIDGE_DATA,
					 &b->cartridge[i].m),
				 0);
	}
	n = is.of[SCSIEMU_ELEMENT_DT].n;
	n = n < LIBRARY_DRIVES ? n : LIBRARY_DRIVES;
	add_changer(b, o, n);
	add_drives(b, n);
	drive_settle(&b->d, b->lu, NULL);
}

void library_free(struct library *b)
{
	drive_free(&b->d);
	scsiemu_medium_close(&b->m);
	for (unsigned i = 0; i < LIBRARY_CARTRIDGES; i++)
		drive_disk_free(&b->cartridge[i]);
	free(b->state);
}

static void put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

void library_cdb(uint8_t cdb[12], uint8_t op, unsigned a, unsigned b,
		 unsigned c, unsigned d)
{
	memset(cdb, 0, 12);
	cdb[0] = op;
	put16(cdb + 2, a);
	put16(cdb + 4, b);
	put16(cdb + 6, c);
	put16(cdb + 8, d);
}

uint8_t library_move(struct library *b, unsigned from, unsigned to)
{
	uint8_t cdb[12];

	library_cdb(cdb, SCSIEMU_OP_MOVE_MEDIUM, 0, from, to, 0);
	return drive_run(&b->d, b->lu, cdb, 12, NULL, 0, 0);
}

uint8_t library_exchange(struct library *b, unsigned from, unsigned to,
			 unsigned second)
{
	uint8_t cdb[12];

	library_cdb(cdb, SCSIEMU_OP_EXCHANGE_MEDIUM, LIBRARY_MT, from, to,
		    second);
	return drive_run(&b->d, b->lu, cdb, 12, NULL, 0, 0);
}

uint8_t library_status(struct library *b, unsigned byte1, unsigned start,
		       unsigned count, unsigned byte6, uint32_t alloc)
{
	uint8_t cdb[12];

	library_cdb(cdb, SCSIEMU_OP_READ_ELEMENT_STATUS, start, count, 0, 0);
	cdb[1] = (uint8_t)byte1;
	cdb[6] = (uint8_t)byte6;
	cdb[7] = (uint8_t)(alloc >> 16);
	put16(cdb + 8, alloc & 0xffff);
	return drive_run(&b->d, b->lu, cdb, 12, NULL, 0, alloc);
}

const uint8_t *library_element(struct library *b, unsigned addr)
{
	library_status(b, 0x10, addr, 1, 0, 68);
	drive_good(&b->d);
	assert_int_equal(b->d.t.c.in_done, 68);
	return b->d.t.in + 16;
}

int library_in(struct library *b, unsigned addr)
{
	const struct scsiemu_changer_ops *ops = b->m.ops;
	struct scsiemu_element e;
	void *medium;

	ops->element(b->m.ctx, (uint16_t)addr, &e);
	medium = ops->medium(b->m.ctx, (uint16_t)addr);
	assert_int_equal(e.full, medium != NULL);
	for (int i = 0; i < LIBRARY_CARTRIDGES; i++)
		if (medium == &b->cartridge[i].m)
			return i;
	assert_null(medium);
	return -1;
}

void library_bad_address(struct library *b, unsigned byte)
{
	drive_check(&b->d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x2101);
	assert_int_equal(b->d.t.sense[15], 0xc0);
	assert_int_equal(b->d.t.sense[16], 0);
	assert_int_equal(b->d.t.sense[17], byte);
}

char library_read(struct library *b, unsigned drive)
{
	const uint8_t cdb[10] = { SCSIEMU_OP_READ_10, [8] = 1 };

	if (drive_run(&b->d, b->drive[drive], cdb, 10, NULL, 0, 512))
		return 0;
	return (char)b->d.t.in[0];
}
