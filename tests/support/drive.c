/* SPDX-License-Identifier: BSD-2-Clause */
/* support/drive.c - the synchronous driver and its RAM medium. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/drive.h"

enum { ANY_IN = 1 << 20 };

static void *get(size_t len)
{
	void *p = malloc(len ? len : 1);

	assert_non_null(p);
	memset(p, 0xa5, len ? len : 1);
	return p;
}

void drive_disk_make(struct drive_disk *k, uint64_t nblk, uint32_t blen)
{
	memset(k, 0, sizeof(*k));
	k->bytes = calloc(nblk, blen);
	k->mapped = calloc(nblk, 1);
	assert_non_null(k->bytes);
	assert_non_null(k->mapped);
	k->m.kind = SCSIEMU_BLOCK;
	k->m.able = SCSIEMU_CAN_WRITE | SCSIEMU_CAN_FLUSH | SCSIEMU_CAN_ZERO |
		    SCSIEMU_CAN_UNMAP | SCSIEMU_CAN_CAS | SCSIEMU_CAN_STATUS |
		    SCSIEMU_CAN_FORMAT;
	k->room = nblk * blen;
	k->m.ctx = k;
	k->m.nblk = nblk;
	k->m.blen = blen;
	k->m.rpm = 1;
	k->m.zeroes = true;
}

void drive_disk_pi(struct drive_disk *k, uint16_t len)
{
	k->pi = get(k->m.nblk * len);
	memset(k->pi, 0xff, k->m.nblk * len);
	k->m.pi_len = len;
	k->m.able |= SCSIEMU_CAN_PI;
}

void drive_disk_free(struct drive_disk *k)
{
	free(k->pi);
	free(k->bytes);
	free(k->mapped);
}

void drive_make(struct drive *d, const struct scsiemu_limits *l)
{
	struct scsiemu_limits zero = { .size = sizeof(zero) };
	size_t size;

	memset(d, 0, sizeof(*d));
	l = l ? l : &zero;
	d->scratch = l->scratch ? l->scratch : 512;
	size = scsiemu_device_size(l);
	d->mem = get(size);
	assert_int_equal(scsiemu_device_init(d->mem, size, l, &d->dev), 0);
	scsiemu_device_time(d->dev, 0);
}

void drive_free(struct drive *d)
{
	drive_task_free(&d->t);
	free(d->mem);
}

struct scsiemu_nexus *drive_attach(struct drive *d, unsigned who, uint16_t port)
{
	struct scsiemu_nexus_config cf = { .size = sizeof(cf),
					   .transport_id = d->tid[who],
					   .transport_id_len = 24,
					   .port = port };
	struct scsiemu_nexus *n;

	memcpy(d->tid[who] + 8, "\x50\x01\x02\x03\x04\x05\x06", 7);
	d->tid[who][15] = (uint8_t)(0x10 + who);
	n = scsiemu_nexus_attach(d->dev, &cf);
	assert_non_null(n);
	return n;
}

static struct drive_disk *disk_of(const struct scsiemu_cmd *c)
{
	struct scsiemu_medium *m = scsiemu_lu_medium(c->lu);

	assert_non_null(m);
	assert_non_null(m->ctx);
	return m->ctx;
}

/* Bytes [skip, skip + len) behind block addr, checked against the capacity. */
static uint8_t *blocks(const struct drive_disk *k, uint64_t addr, uint32_t skip,
		       uint32_t len)
{
	assert_true(addr <= k->m.nblk);
	assert_true(addr * k->m.blen + skip + len <= k->m.nblk * k->m.blen);
	return k->bytes + addr * k->m.blen + skip;
}

static void mark(struct drive_disk *k, uint64_t addr, uint64_t from,
		 uint64_t to, uint8_t mapped)
{
	uint64_t lba;

	for (lba = from / k->m.blen; lba < (to + k->m.blen - 1) / k->m.blen;
	     lba++)
		k->mapped[addr + lba] = mapped;
}

/* Nothing is known of these blocks' protection information any more. */
static void forget(struct drive_disk *k, uint64_t addr, uint64_t from,
		   uint64_t to)
{
	uint64_t lba;

	for (lba = from / k->m.blen;
	     k->pi && lba < (to + k->m.blen - 1) / k->m.blen; lba++)
		memset(k->pi + (addr + lba) * k->m.pi_len, 0xff, k->m.pi_len);
}

static int differ(const uint8_t *a, const uint8_t *b, uint32_t len,
		  uint32_t *bytes)
{
	uint32_t i;

	for (i = 0; i < len; i++) {
		if (a[i] != b[i]) {
			*bytes = i;
			return SCSIEMU_E_MISCOMPARE;
		}
	}
	return SCSIEMU_OK;
}

static int bulk(struct drive_task *t, struct scsiemu_cmd *c, uint32_t *bytes)
{
	struct drive_disk *k = disk_of(c);
	uint32_t half = *bytes / 2;
	uint8_t *at;

	if (c->flags & SCSIEMU_DIG) {
		at = blocks(k, c->addr, c->skip, half);
		if (differ(t->out + c->off, at, half, bytes))
			return SCSIEMU_E_MISCOMPARE;
		memcpy(at, t->out + c->off + half, half);
		mark(k, c->addr, c->skip, c->skip + half, 1);
		return SCSIEMU_OK;
	}
	at = blocks(k, c->addr, c->skip, *bytes);
	switch (c->want) {
	case SCSIEMU_READ:
		memcpy(t->in + c->off, at, *bytes);
		return SCSIEMU_OK;
	case SCSIEMU_WRITE:
		forget(k, c->addr, c->skip, c->skip + *bytes);
		memcpy(at, t->out + c->off, *bytes);
		mark(k, c->addr, c->skip, c->skip + *bytes, 1);
		return SCSIEMU_OK;
	default:
		return differ(t->out + c->off, at, *bytes, bytes);
	}
}

static void status(const struct drive_disk *k, struct scsiemu_cmd *c)
{
	struct scsiemu_extent *e = (struct scsiemu_extent *)(void *)c->buf;
	uint32_t room = c->len / (uint32_t)sizeof(*e), n = 0;
	uint64_t lba = c->addr;

	while (lba < k->m.nblk && n < room) {
		e[n].lba = lba;
		e[n].state = k->mapped[lba] == 1   ? SCSIEMU_MAPPED
			     : k->mapped[lba] == 2 ? SCSIEMU_ANCHORED
						   : SCSIEMU_DEALLOCATED;
		for (lba++;
		     lba < k->m.nblk && k->mapped[lba] == k->mapped[e[n].lba];
		     lba++)
			;
		e[n].nblk = lba - e[n].lba;
		n++;
	}
	c->info = n;
}

/* ZERO, UNMAP, FILL and MATCH: every block of the extent. */
static int extent(struct drive_disk *k, struct scsiemu_cmd *c, uint32_t *bytes)
{
	uint32_t blen = k->m.blen;
	uint64_t i;

	for (i = 0; i < c->count; i++) {
		uint8_t *at = blocks(k, c->addr + i, 0, blen);

		if (c->verb == SCSIEMU_V_MATCH) {
			if (differ(c->buf, at, blen, bytes)) {
				*bytes += (uint32_t)i * blen;
				return SCSIEMU_E_MISCOMPARE;
			}
			continue;
		}
		if (c->verb == SCSIEMU_V_FILL)
			memcpy(at, c->buf, blen);
		else if (c->verb == SCSIEMU_V_ZERO || k->m.zeroes)
			memset(at, 0, blen);
		k->mapped[c->addr + i] = c->verb == SCSIEMU_V_ANCHOR  ? 2
					 : c->verb == SCSIEMU_V_UNMAP ? 0
								      : 1;
		forget(k, c->addr + i, 0, blen);
	}
	return SCSIEMU_OK;
}

/* The tuples of the blocks of a LOAD or SAVE; NULL: it is without them. */
static uint8_t *tuples(const struct scsiemu_cmd *c, uint32_t *len)
{
	const struct drive_disk *k = disk_of(c);

	*len = 0;
	if (!(c->flags & SCSIEMU_PI))
		return NULL;
	assert_non_null(k->pi);
	assert_int_equal(c->len % k->m.blen, 0);
	assert_true(c->buf + c->len + c->len / k->m.blen * k->m.pi_len <=
		    c->scratch + c->scratch_len);
	*len = c->len / k->m.blen * k->m.pi_len;
	return k->pi + c->addr * k->m.pi_len;
}

static void load(struct scsiemu_cmd *c)
{
	uint32_t len;
	const uint8_t *pi = tuples(c, &len);

	memcpy(c->buf, blocks(disk_of(c), c->addr, c->skip, c->len), c->len);
	if (pi)
		memcpy(c->buf + c->len, pi, len);
}

static void save(struct scsiemu_cmd *c)
{
	uint32_t len;
	uint8_t *pi = tuples(c, &len);

	memcpy(blocks(disk_of(c), c->addr, c->skip, c->len), c->buf, c->len);
	mark(disk_of(c), c->addr, c->skip, c->skip + c->len, 1);
	if (pi)
		memcpy(pi, c->buf + c->len, len);
	else
		forget(disk_of(c), c->addr, c->skip, c->skip + c->len);
}

/* The bytes stay; all blocks are mapped. */
static int format(struct drive_disk *k, uint64_t blen, uint64_t nblk)
{
	uint64_t most = k->room / blen;

	if (nblk == UINT64_MAX)
		nblk = most;
	if (!nblk || nblk > most)
		return SCSIEMU_E_RANGE;
	k->m.blen = (uint32_t)blen;
	k->m.nblk = nblk;
	free(k->mapped);
	k->mapped = get(most);
	memset(k->mapped, 1, most);
	if (k->pi) {
		free(k->pi);
		drive_disk_pi(k, k->m.pi_len);
	}
	return SCSIEMU_OK;
}

static int store(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	switch (c->verb) {
	case SCSIEMU_V_LOAD:
		load(c);
		return SCSIEMU_OK;
	case SCSIEMU_V_SAVE:
		save(c);
		return SCSIEMU_OK;
	case SCSIEMU_V_ZERO:
	case SCSIEMU_V_UNMAP:
	case SCSIEMU_V_ANCHOR:
	case SCSIEMU_V_FILL:
	case SCSIEMU_V_MATCH:
		return extent(disk_of(c), c, bytes);
	case SCSIEMU_V_FORMAT:
		return format(disk_of(c), c->addr, c->count);
	case SCSIEMU_V_STATUS:
		status(disk_of(c), c);
		return SCSIEMU_OK;
	case SCSIEMU_V_NV_SAVE:
		if (c->count >= SCSIEMU_NV_CHUNK) /* tests of zones keep it */
			return SCSIEMU_OK;
		assert_true(c->count < SCSIEMU_NV_COUNT);
		assert_true(c->len <= sizeof(d->nv[0]));
		memcpy(d->nv[c->count], c->buf, c->len);
		d->nv_len[c->count] = c->len;
		return SCSIEMU_OK;
	default: /* FLUSH, VERIFY, EJECT, INSERT: nothing to do in RAM */
		return SCSIEMU_OK;
	}
}

static void note(struct drive *d, const struct scsiemu_cmd *c)
{
	unsigned at = d->nlog++ % (sizeof(d->log) / sizeof(d->log[0]));

	d->log[at] = (struct drive_want){ c->want, c->verb,  c->flags,
					  c->off,  c->len,   c->skip,
					  c->addr, c->count, c->lu };
}

/* t is NULL for jobs: they have STORE wants only. */
static int answer(struct drive *d, struct drive_task *t, struct scsiemu_cmd *c)
{
	uint32_t bytes = c->len;
	int result = DRIVE_USUAL;

	note(d, c);
	if (c->want != SCSIEMU_STORE && !(c->flags & SCSIEMU_WHOLE) &&
	    d->chunk && bytes > d->chunk)
		bytes = d->chunk;
	if (d->hook)
		result = d->hook(d, c, &bytes);
	if (result != DRIVE_USUAL)
		return scsiemu_did(c, result, bytes);
	if (c->want == SCSIEMU_STORE) {
		result = store(d, c, &bytes);
		return scsiemu_did(c, result, bytes);
	}
	assert_non_null(t);
	assert_true(bytes > 0);
	if (c->want == SCSIEMU_SEND || c->want == SCSIEMU_READ)
		assert_true(c->in_len == SCSIEMU_UNKNOWN
				    ? c->off + c->len <= ANY_IN
				    : c->off + c->len <= c->in_len);
	else
		assert_true(c->off + c->len <= c->out_len);
	result = SCSIEMU_OK;
	if (c->want == SCSIEMU_SEND)
		memcpy(t->in + c->off, c->buf, bytes);
	else if (c->want == SCSIEMU_RECV)
		memcpy(c->buf, t->out + c->off, bytes);
	else
		result = bulk(t, c, &bytes);
	return scsiemu_did(c, result, bytes);
}

void drive_start(struct drive *d, struct drive_task *t, struct scsiemu_lu *lu,
		 const void *cdb, unsigned cdb_len, const void *out,
		 uint32_t out_len, uint32_t in_len)
{
	static uint64_t tag;

	drive_task_free(t);
	memset(t, 0, sizeof(*t));
	d->nlog = 0;
	t->d = d;
	t->cdb = get(cdb_len);
	memcpy(t->cdb, cdb, cdb_len);
	t->scratch = get(d->scratch);
	t->in = get(in_len == SCSIEMU_UNKNOWN ? ANY_IN : in_len);
	t->out = out;
	t->c.nexus = d->nexus;
	t->c.cdb = t->cdb;
	t->c.cdb_len = (uint16_t)cdb_len;
	t->c.scratch = t->scratch;
	t->c.scratch_len = d->scratch;
	t->c.user = t;
	t->c.tag = ++tag;
	t->c.in_len = in_len;
	t->c.out_len = out_len;
	t->c.attr = d->attr;
	t->live = true;
	t->want = scsiemu_start(lu, &t->c);
	assert_true(t->want >= 0);
}

void drive_step(struct drive_task *t)
{
	t->want = answer(t->d, t, &t->c);
	assert_true(t->want >= 0);
}

void drive_go(struct drive_task *t)
{
	while (t->want > SCSIEMU_WAIT)
		drive_step(t);
}

void drive_end(struct drive_task *t)
{
	assert_int_equal(t->want, SCSIEMU_DONE);
	if (t->c.status == SCSIEMU_GOOD && t->c.outcome == SCSIEMU_STATUS)
		drive_note(scsiemu_cmd_row(&t->c));
	t->sense_len = scsiemu_sense_encode(&t->c, t->sense, sizeof(t->sense),
					    0);
	assert_int_equal(scsiemu_end(&t->c), 0);
	t->live = false;
	drive_ready(t->d);
}

void drive_task_free(struct drive_task *t)
{
	assert_false(t->live);
	free(t->cdb);
	free(t->scratch);
	free(t->in);
	t->cdb = t->scratch = t->in = NULL;
}

/* A job that waits comes back through scsiemu_ready(). */
static void job_ends(struct drive *d, struct scsiemu_cmd *c, int want)
{
	if (want != SCSIEMU_DONE)
		return;
	assert_int_equal(scsiemu_end(c), 0);
	d->njobs++;
}

void drive_ready(struct drive *d)
{
	struct scsiemu_cmd *c;
	int want;

	while ((c = scsiemu_ready(d->dev))) {
		want = scsiemu_next(c);
		if (!c->job) {
			((struct drive_task *)c->user)->want = want;
			continue;
		}
		while (want > SCSIEMU_WAIT)
			want = answer(d, NULL, c);
		job_ends(d, c, want);
	}
}

struct scsiemu_cmd *drive_take_job(struct drive *d, int *want)
{
	struct scsiemu_cmd *c = scsiemu_ready(d->dev);

	assert_non_null(c);
	assert_int_equal(c->job, 1);
	*want = scsiemu_next(c);
	job_ends(d, c, *want);
	return c;
}

int drive_job_step(struct drive *d, struct scsiemu_cmd *c)
{
	int want = answer(d, NULL, c);

	job_ends(d, c, want);
	return want;
}

uint8_t drive_run(struct drive *d, struct scsiemu_lu *lu, const void *cdb,
		  unsigned cdb_len, const void *out, uint32_t out_len,
		  uint32_t in_len)
{
	struct drive_task *t = &d->t;

	drive_start(d, t, lu, cdb, cdb_len, out, out_len, in_len);
	drive_go(t);
	if (t->want == SCSIEMU_WAIT)
		drive_ready(d);
	drive_go(t);
	drive_end(t);
	return t->c.status;
}

uint8_t drive_in(struct drive *d, struct scsiemu_lu *lu, const void *cdb,
		 unsigned cdb_len)
{
	return drive_run(d, lu, cdb, cdb_len, NULL, 0, 65536);
}

uint16_t drive_ua(struct drive *d, struct scsiemu_lu *lu,
		  struct scsiemu_nexus *n)
{
	static const uint8_t tur[6];
	struct scsiemu_nexus *was = d->nexus;
	uint16_t asc = 0;

	d->nexus = n;
	if (drive_run(d, lu, tur, 6, NULL, 0, 0) == SCSIEMU_CHECK_CONDITION &&
	    d->t.c.sense.key == SCSIEMU_SK_UNIT_ATTENTION)
		asc = d->t.c.sense.asc;
	d->nexus = was;
	return asc;
}

void drive_settle(struct drive *d, struct scsiemu_lu *lu,
		  struct scsiemu_nexus *n)
{
	while (drive_ua(d, lu, n))
		;
}

static void tell(const struct drive *d)
{
	const struct scsiemu_cmd *c = &d->t.c;

	print_error("opcode %02x: status %02x, sense %x/%02x/%02x, "
		    "field %u.%u, in %u of %u\n",
		    d->t.cdb[0], c->status, c->sense.key, c->sense.asc >> 8,
		    c->sense.asc & 255u, c->sense.field, c->sense.bit,
		    (unsigned)c->in_done, (unsigned)c->in_all);
}

static void must(const struct drive *d, bool ok, const char *file, int line)
{
	if (!ok)
		tell(d);
	_assert_true(ok, "as expected", file, line);
}

void drive_status_at(struct drive *d, uint8_t status, const char *file,
		     int line)
{
	must(d, d->t.c.status == status, file, line);
}

void drive_good_at(struct drive *d, const char *file, int line)
{
	drive_status_at(d, SCSIEMU_GOOD, file, line);
}

void drive_check_at(struct drive *d, uint8_t key, uint16_t asc,
		    const char *file, int line)
{
	const struct scsiemu_cmd *c = &d->t.c;

	must(d,
	     c->status == SCSIEMU_CHECK_CONDITION && c->sense.key == key &&
		     c->sense.asc == asc,
	     file, line);
	must(d, d->t.sense_len >= 8, file, line);
}

static void field_at(struct drive *d, uint16_t asc, uint8_t sks, uint16_t byte,
		     uint8_t bit, const char *file, int line)
{
	const struct scsiemu_sense *s = &d->t.c.sense;

	drive_check_at(d, SCSIEMU_SK_ILLEGAL_REQUEST, asc, file, line);
	must(d, s->sks == sks && s->field == byte && s->bit == bit, file, line);
}

void drive_cdb_at(struct drive *d, uint16_t byte, uint8_t bit, const char *file,
		  int line)
{
	field_at(d, SCSIEMU_ASC_INVALID_FIELD_IN_CDB, SCSIEMU_SKS_CDB, byte,
		 bit, file, line);
}

void drive_param_at(struct drive *d, uint16_t asc, uint16_t byte, uint8_t bit,
		    const char *file, int line)
{
	field_at(d, asc, SCSIEMU_SKS_PARAM, byte, bit, file, line);
}

void drive_data_at(struct drive *d, const void *bytes, uint32_t len,
		   const char *file, int line)
{
	drive_good_at(d, file, line);
	must(d, d->t.c.in_done == len, file, line);
	_assert_memory_equal(d->t.in, bytes, len, file, line);
}
