/* SPDX-License-Identifier: BSD-2-Clause */
/* support/disk.c - see disk.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <scsiemu/alua.h>

#include "support/disk.h"

const struct scsiemu_power disk_power = { .size = sizeof(disk_power) };

static const struct scsiemu_alua_group group = { .id = 1 };
const struct scsiemu_alua disk_alua = { .size = sizeof(disk_alua),
					.tpgs = SCSIEMU_ALUA_BOTH,
					.asks = true,
					.ngroups = 1,
					.groups = &group };

static const struct scsiemu_referral segment = { .last = UINT64_MAX,
						 .ngroups = 1,
						 .groups = { { .id = 1 } } };
const struct scsiemu_referrals disk_referrals = {
	.size = sizeof(disk_referrals), .nsegments = 1, .segments = &segment
};

static uint32_t or_else(uint32_t v, uint32_t other)
{
	return v ? v : other;
}

/* Not at all random. */
static bool sevens(void *ctx, void *buf, uint32_t len)
{
	(void)ctx;
	memset(buf, 0x77, len);
	return true;
}

void disk_make(struct disk *b, const struct disk_options *o)
{
	static const struct disk_options none;
	static const struct scsiemu_copy_config copy = { .size = sizeof(copy),
							 .random = sevens };
	struct scsiemu_limits l = { .size = sizeof(l) };

	o = o ? o : &none;
	memset(b, 0, sizeof(*b));
	l.nexuses = 3;
	l.scratch = or_else(o->scratch, 2048);
	l.whole = or_else(o->whole, 65536);
	l.max_xfer = o->max_xfer;
	l.jobs = o->jobs;
	l.ports = o->ports;
	l.copies = l.rod_tokens = o->copies;
	l.copy_held = o->copies ? 1024 : 0;
	drive_make(&b->d, &l);
	scsiemu_device_copy(b->d.dev, &copy);
	drive_disk_make(&b->k, o->nblk ? o->nblk : 64, or_else(o->blen, 512));
	b->k.m.able &= ~o->unable;
	b->k.m.thin = o->thin;
	b->k.m.zeroes = !o->no_zeroes;
	b->k.m.granule = o->granule;
	b->k.m.atomic_blk = o->atomic;
	b->k.m.exponent = o->exponent;
	if (o->rpm)
		b->k.m.rpm = o->rpm;
	b->cf.size = sizeof(b->cf);
	b->cf.type = &scsiemu_sbc;
	b->cf.version = o->version;
	b->cf.removable = o->removable;
	b->cf.read_only = o->read_only;
	b->cf.can_save = true;
	b->cf.alua = o->alua;
	b->cf.priorities = o->priorities;
	b->cf.deferred = o->deferred;
	b->cf.power = o->power;
	b->cf.logs = o->logs;
	b->cf.log_clients = o->log_clients;
	b->cf.inject_rules = o->inject_rules;
	b->sbc = o->sbc;
	b->sbc.size = sizeof(b->sbc);
	b->sbc.pi = o->pi_len || o->sbc.pi_type;
	if (b->sbc.pi)
		drive_disk_pi(
			&b->k,
			(uint16_t)or_else(o->pi_len, 8u << o->sbc.pi_exponent));
	b->cf.options = &b->sbc;
	if (o->proc) {
		b->cf.type = &scsiemu_proc;
		b->cf.options = o->proc;
	}
	if (o->as)
		o->as(b);
	b->cf.state_len = scsiemu_lu_state_size(&b->cf);
	b->cf.state = b->state = malloc(b->cf.state_len);
	assert_non_null(b->state);
	b->lu = scsiemu_lu_add(b->d.dev, 0, &b->cf);
	assert_non_null(b->lu);
	if (!o->empty && !o->proc)
		scsiemu_lu_load(b->lu, b->medium ? b->medium : &b->k.m, false);
	drive_settle(&b->d, b->lu, NULL);
}

void disk_free(struct disk *b)
{
	drive_free(&b->d);
	free(b->state);
	drive_disk_free(&b->k);
}

void disk_reset(struct disk *b)
{
	struct scsiemu_cmd c = { .tmf = SCSIEMU_TMF_LU_RESET };

	c.scratch_len = b->d.scratch;
	c.scratch = malloc(c.scratch_len);
	assert_non_null(c.scratch);
	assert_int_equal(scsiemu_start(b->lu, &c), SCSIEMU_DONE);
	assert_int_equal(scsiemu_end(&c), 0);
	free(c.scratch);
	drive_settle(&b->d, b->lu, b->d.nexus);
}

void disk_reset_others(struct disk *b)
{
	struct drive_task m = { .d = &b->d };

	m.c.tmf = SCSIEMU_TMF_LU_RESET;
	m.c.scratch = m.scratch = malloc(b->d.scratch);
	m.c.scratch_len = b->d.scratch;
	m.c.user = &m;
	m.live = true;
	m.want = scsiemu_start(b->lu, &m.c);
	while (m.want == SCSIEMU_WAIT) {
		struct scsiemu_cmd *c = scsiemu_ready(b->d.dev);

		assert_non_null(c);
		if (c->job)
			drive_job_step(&b->d, c);
		else if (c == &m.c)
			m.want = scsiemu_next(c);
		else
			((struct drive_task *)c->user)->want = scsiemu_next(c);
	}
	drive_end(&m);
	drive_task_free(&m);
}

void disk_abort_saving(struct disk *b, const uint8_t *cdb, uint8_t len)
{
	struct drive_task t = { .live = false };

	drive_start(&b->d, &t, b->lu, cdb, len, NULL, 0, 0);
	assert_int_equal(t.c.verb, SCSIEMU_V_NV_SAVE);
	scsiemu_abort(&t.c);
	drive_ready(&b->d);
	drive_go(&t);
	assert_int_equal(t.c.outcome, SCSIEMU_ABORTED);
	drive_end(&t);
	drive_task_free(&t);
}

static void put(uint8_t *p, uint64_t v, unsigned n)
{
	while (n--)
		*p++ = (uint8_t)(v >> 8 * n);
}

unsigned disk_cdb(uint8_t cdb[16], uint8_t op, uint8_t byte1, uint64_t lba,
		  uint32_t count)
{
	memset(cdb, 0, 16);
	cdb[0] = op;
	cdb[1] = byte1;
	switch (op >> 5) {
	case 0:
		put(cdb + 2, lba & 0xffff, 2);
		cdb[1] |= (uint8_t)(lba >> 16 & 0x1f);
		cdb[4] = (uint8_t)count;
		return 6;
	case 4:
		put(cdb + 2, lba, 8);
		if (op == SCSIEMU_OP_COMPARE_AND_WRITE)
			cdb[13] = (uint8_t)count;
		else
			put(cdb + 10, count, 4);
		return 16;
	case 5:
		put(cdb + 2, lba, 4);
		put(cdb + 6, count, 4);
		return 12;
	default:
		put(cdb + 2, lba, 4);
		put(cdb + 7, count, 2);
		return 10;
	}
}

uint8_t disk_run(struct disk *b, uint8_t op, uint8_t byte1, uint64_t lba,
		 uint32_t count, const void *out, uint32_t out_len,
		 uint32_t in_len)
{
	uint8_t cdb[16];
	unsigned len = disk_cdb(cdb, op, byte1, lba, count);

	return drive_run(&b->d, b->lu, cdb, len, out, out_len, in_len);
}

uint8_t disk_sai(struct disk *b, uint8_t sa, uint64_t lba, uint32_t alloc,
		 uint8_t byte14)
{
	uint8_t cdb[16];

	disk_cdb(cdb, SCSIEMU_OP_SERVICE_ACTION_IN_16, sa, lba, alloc);
	cdb[14] = byte14;
	return drive_run(&b->d, b->lu, cdb, 16, NULL, 0, alloc);
}

void disk_mode(struct disk *b, uint8_t page, unsigned at, uint8_t mask,
	       uint8_t value)
{
	uint8_t sense[6] = { SCSIEMU_OP_MODE_SENSE_6, 8, page, 0, 255, 0 };
	uint8_t select[6] = { SCSIEMU_OP_MODE_SELECT_6, 0x10 };
	uint8_t list[256];

	drive_run(&b->d, b->lu, sense, 6, NULL, 0, 255);
	drive_good(&b->d);
	memcpy(list, b->d.t.in, b->d.t.c.in_done);
	select[4] = (uint8_t)b->d.t.c.in_done;
	list[0] = list[2] = 0;
	list[4] &= 0x3f;
	list[4 + at] = (uint8_t)((list[4 + at] & ~mask) | value);
	drive_run(&b->d, b->lu, select, 6, list, select[4], 0);
	drive_good(&b->d);
}

void disk_choose(struct disk *b, uint64_t nblk, uint32_t blen)
{
	const uint8_t cdb[10] = { 0x55, 0x10, [8] = 24 };
	uint8_t list[24] = { [4] = 1, [7] = 16 };

	for (unsigned i = 0; i < 8; i++)
		list[8 + i] = (uint8_t)(nblk >> (56 - 8 * i));
	for (unsigned i = 0; i < 4; i++)
		list[20 + i] = (uint8_t)(blen >> (24 - 8 * i));
	drive_run(&b->d, b->lu, cdb, 10, list, 24, 0);
}

void disk_capacity(struct disk *b, uint64_t nblk, uint32_t blen)
{
	const uint8_t sense[10] = { 0x5a, 0x10, 0x01, [8] = 255 };
	const uint8_t *p;

	disk_sai(b, 0x10, 0, 32, 0);
	drive_good(&b->d);
	p = b->d.t.in;
	assert_int_equal(p[7] | p[6] << 8 | p[5] << 16, nblk - 1);
	assert_int_equal(p[11] | p[10] << 8, blen);
	drive_in(&b->d, b->lu, sense, 10);
	drive_good(&b->d);
	p = b->d.t.in + 8;
	assert_int_equal(p[7] | p[6] << 8 | p[5] << 16, nblk);
	assert_int_equal(p[15] | p[14] << 8, blen);
}

void disk_pattern(uint8_t *p, uint64_t lba, uint32_t nblk, uint32_t blen,
		  unsigned gen)
{
	for (uint32_t i = 0; i < nblk * blen; i++) {
		uint64_t block = lba + i / blen;

		p[i] = (uint8_t)(block * 7 + i % blen * 3 + gen * 101 + 1);
	}
}

void disk_fill(struct disk *b, unsigned gen)
{
	disk_pattern(b->k.bytes, 0, (uint32_t)b->k.m.nblk, b->k.m.blen, gen);
	memset(b->k.mapped, 1, b->k.m.nblk);
}

uint8_t *disk_at(struct disk *b, uint64_t lba)
{
	return b->k.bytes + lba * b->k.m.blen;
}

uint64_t disk_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}
