/* SPDX-License-Identifier: BSD-2-Clause */
/* support/copier.c - see copier.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/copier.h"
#include "support/disk.h"

void copier_put(uint8_t *p, uint64_t v, unsigned bytes)
{
	while (bytes--)
		*p++ = (uint8_t)(v >> 8 * bytes);
}

uint64_t copier_get(const uint8_t *p, unsigned bytes)
{
	uint64_t v = 0;

	while (bytes--)
		v = v << 8 | *p++;
	return v;
}

static bool numbers(void *ctx, void *buf, uint32_t len)
{
	uint8_t *p = buf;

	while (len--)
		*p++ = (uint8_t)disk_random(ctx);
	return true;
}

static uint32_t or_else(uint32_t v, uint32_t other)
{
	return v ? v : other;
}

static void make_disk(struct copier *c, const struct copier_options *o,
		      unsigned i)
{
	struct drive_disk *k = &c->k[i];

	drive_disk_make(k, o->nblk ? o->nblk : 64, or_else(o->blen[i], 512));
	k->m.able &= ~o->unable;
	disk_pattern(k->bytes, 0, (uint32_t)k->m.nblk, k->m.blen, i);
	memset(k->mapped, 1, k->m.nblk);
	c->cf[i] = (struct scsiemu_lu_config){
		.size = sizeof(c->cf[i]),
		.type = &scsiemu_sbc,
		.naa = 0x3000000000000001u + i,
		.version = o->version,
		.removable = o->removable,
		.can_save = true,
	};
	if ((o->sbc || o->power || o->quirks) && i == 1) {
		if (o->sbc && o->sbc->pi)
			drive_disk_pi(k, (uint16_t)(8u << o->sbc->pi_exponent));
		c->cf[i].options = o->sbc;
		c->cf[i].power = o->power;
		c->cf[i].quirks = o->quirks;
		c->cf[i].state_len = scsiemu_lu_state_size(&c->cf[i]);
		c->cf[i].state = c->state = malloc(c->cf[i].state_len);
		assert_non_null(c->state);
	}
	c->lu[i] = scsiemu_lu_add(c->d.dev, (uint16_t)i, &c->cf[i]);
	assert_non_null(c->lu[i]);
	scsiemu_lu_load(c->lu[i], &k->m, false);
}

void copier_make(struct copier *c, const struct copier_options *o)
{
	static const struct copier_options none;
	struct scsiemu_limits l = { .size = sizeof(l) };
	struct scsiemu_copy_config cf = { .size = sizeof(cf) };

	o = o ? o : &none;
	memset(c, 0, sizeof(*c));
	c->seed = 88172645463325252u;
	l.lus = COPIER_DISKS + o->tapes;
	l.types = 1 + o->tapes;
	l.nexuses = 3;
	l.itls = 32;
	l.scratch = or_else(o->scratch, 2048);
	l.copies = or_else(o->copies, 4);
	l.rod_tokens = or_else(o->tokens, 4);
	l.copy_held = o->held;
	l.aliases = o->aliases;
	l.jobs = 2;
	drive_make(&c->d, &l);
	cf.party = o->party;
	cf.random = o->not_random ? NULL : numbers;
	cf.ctx = o->party ? o->ctx : &c->seed;
	scsiemu_device_copy(c->d.dev, &cf);
	for (unsigned i = 0; i < COPIER_DISKS; i++)
		make_disk(c, o, i);
	for (unsigned i = 0; i < COPIER_DISKS; i++)
		drive_settle(&c->d, c->lu[i], NULL);
}

void copier_free(struct copier *c)
{
	drive_free(&c->d);
	free(c->state);
	for (unsigned i = 0; i < COPIER_DISKS; i++)
		drive_disk_free(&c->k[i]);
}

struct scsiemu_nexus *copier_nexus(struct copier *c)
{
	struct scsiemu_nexus_config cf = { .size = sizeof(cf) };
	struct scsiemu_nexus *n = scsiemu_nexus_attach(c->d.dev, &cf);

	assert_non_null(n);
	for (unsigned i = 0; i < COPIER_DISKS; i++)
		if (c->lu[i])
			drive_settle(&c->d, c->lu[i], n);
	return n;
}

void copier_list(struct copier *c, bool lid4, uint32_t id, unsigned usage)
{
	memset(c->list, 0, sizeof(c->list));
	c->lid4 = lid4;
	c->len = lid4 ? 48 : 16;
	c->list[1] = (uint8_t)(usage << 3);
	if (!lid4) {
		c->list[0] = (uint8_t)id;
		return;
	}
	c->list[0] = 1;
	c->list[3] = 0x20;
	c->list[16] = 0xff;
	copier_put(c->list + 20, id, 4);
}

/* n more bytes of the list, counted in a length field of some bytes. */
static uint8_t *more(struct copier *c, uint32_t n, unsigned at, unsigned bytes)
{
	uint8_t *p = c->list + c->len;

	assert_true(c->len + n <= sizeof(c->list));
	copier_put(c->list + at, copier_get(c->list + at, bytes) + n, bytes);
	c->len += n;
	return p;
}

uint8_t *copier_disk(struct copier *c, unsigned i)
{
	uint8_t *p = more(c, 32, c->lid4 ? 42 : 2, 2);

	p[0] = 0xe4;
	p[4] = 1;
	p[5] = 3;
	p[7] = 8;
	copier_put(p + 8, c->cf[i].naa, 8);
	copier_put(p + 29, c->k[i].m.blen, 3);
	return p;
}

uint8_t *copier_segment(struct copier *c, uint8_t type, unsigned len,
			unsigned from, unsigned to)
{
	uint8_t *p = more(c, 4 + len, c->lid4 ? 44 : 8, c->lid4 ? 2 : 4);

	p[0] = type;
	p[3] = (uint8_t)len;
	copier_put(p + 4, from, 2);
	copier_put(p + 6, to, 2);
	return p;
}

uint8_t *copier_blocks(struct copier *c, unsigned from, unsigned to,
		       uint16_t nblk, uint64_t src, uint64_t dst)
{
	uint8_t *p = copier_segment(c, 0x02, 0x18, from, to);

	copier_put(p + 10, nblk, 2);
	copier_put(p + 12, src, 8);
	copier_put(p + 20, dst, 8);
	return p;
}

uint8_t *copier_bytes(struct copier *c, unsigned from, unsigned to,
		      uint32_t bytes, uint64_t src, uint32_t src_off,
		      uint64_t dst, uint32_t dst_off)
{
	uint8_t *p = copier_segment(c, 0x0a, 0x1c, from, to);

	copier_put(p + 8, bytes, 4);
	copier_put(p + 12, src, 8);
	copier_put(p + 20, dst, 8);
	copier_put(p + 28, src_off, 2);
	copier_put(p + 30, dst_off, 2);
	return p;
}

uint8_t *copier_verify(struct copier *c, unsigned of, bool tur)
{
	uint8_t *p = copier_segment(c, 0x07, 0x08, of, 0);

	p[8] = tur;
	return p;
}

static void cdb_out(uint8_t cdb[16], uint8_t sa, uint32_t id, uint32_t len)
{
	memset(cdb, 0, 16);
	cdb[0] = SCSIEMU_OP_THIRD_PARTY_COPY_OUT;
	cdb[1] = sa;
	copier_put(cdb + 6, id, 4);
	copier_put(cdb + 10, len, 4);
}

void copier_start(struct copier *c, struct drive_task *t, unsigned i)
{
	uint8_t cdb[16];

	cdb_out(cdb, c->lid4, 0, c->len);
	drive_start(&c->d, t, c->lu[i], cdb, 16, c->list, c->len, 0);
}

/* To its end, also where it waits for others. */
static uint8_t finish(struct copier *c)
{
	struct drive_task *t = &c->d.t;

	drive_go(t);
	while (t->want == SCSIEMU_WAIT) {
		drive_ready(&c->d);
		assert_int_not_equal(t->want, SCSIEMU_WAIT);
		drive_go(t);
	}
	drive_end(t);
	return t->c.status;
}

uint8_t copier_run(struct copier *c, unsigned i)
{
	copier_start(c, &c->d.t, i);
	return finish(c);
}

uint8_t copier_in(struct copier *c, unsigned i, uint8_t sa, uint32_t id,
		  uint32_t alloc)
{
	uint8_t cdb[16] = { SCSIEMU_OP_THIRD_PARTY_COPY_IN, sa };

	if (sa < SCSIEMU_SA_COPY_PARAMETERS || sa == SCSIEMU_SA_COPY_FAILURES)
		cdb[2] = (uint8_t)id;
	else if (sa != SCSIEMU_SA_COPY_PARAMETERS)
		copier_put(cdb + 2, id, 4);
	copier_put(cdb + 10, alloc, 4);
	return drive_run(&c->d, c->lu[i], cdb, 16, NULL, 0, alloc);
}

uint8_t copier_abort(struct copier *c, unsigned i, uint32_t id)
{
	uint8_t cdb[16] = { SCSIEMU_OP_THIRD_PARTY_COPY_OUT,
			    SCSIEMU_SA_COPY_OPERATION_ABORT };

	copier_put(cdb + 2, id, 4);
	return drive_run(&c->d, c->lu[i], cdb, 16, NULL, 0, 0);
}

void copier_populate(struct copier *c, uint32_t timeout, bool rtv,
		     uint32_t type)
{
	memset(c->list, 0, sizeof(c->list));
	c->len = 16;
	c->lid4 = false; /* which of the two: see copier_token_start() */
	c->list[1] = 14;
	c->list[2] = rtv ? 2 : 0;
	copier_put(c->list + 4, timeout, 4);
	copier_put(c->list + 8, type, 4);
}

void copier_use(struct copier *c, const uint8_t token[512], uint64_t offset)
{
	memset(c->list, 0, sizeof(c->list));
	c->len = 536;
	c->lid4 = true;
	copier_put(c->list, 534, 2);
	copier_put(c->list + 8, offset, 8);
	memcpy(c->list + 16, token, 512);
}

void copier_range(struct copier *c, uint64_t lba, uint32_t nblk)
{
	uint8_t *p = more(c, 16, c->lid4 ? 534 : 14, 2);

	copier_put(c->list, copier_get(c->list, 2) + 16, 2);
	copier_put(p, lba, 8);
	copier_put(p + 8, nblk, 4);
}

void copier_token_start(struct copier *c, struct drive_task *t, unsigned i,
			uint32_t id)
{
	uint8_t cdb[16];

	cdb_out(cdb,
		c->lid4 ? SCSIEMU_SA_WRITE_USING_TOKEN
			: SCSIEMU_SA_POPULATE_TOKEN,
		id, c->len);
	drive_start(&c->d, t, c->lu[i], cdb, 16, c->list, c->len, 0);
}

uint8_t copier_token(struct copier *c, unsigned i, uint32_t id)
{
	copier_token_start(c, &c->d.t, i, id);
	return finish(c);
}

void copier_fetch(struct copier *c, unsigned i, uint32_t id, uint8_t token[512])
{
	copier_in(c, i, SCSIEMU_SA_ROD_INFORMATION, id, 1024);
	drive_good(&c->d);
	assert_int_equal(c->d.t.c.in_done, 550);
	memcpy(token, c->d.t.in + 38, 512);
}

const uint8_t *copier_descriptor(const struct copier *c, uint8_t type)
{
	const uint8_t *s = c->d.t.sense, *p = s + 8;

	assert_int_equal(s[0], 0x72);
	for (; p < s + 8 + s[7]; p += 2 + p[1])
		if (*p == type)
			return p;
	return NULL;
}
