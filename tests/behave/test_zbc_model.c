/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random commands to a zoned disk, many at a time, answered in any order, some
 * failing, some aborted. Writers of a zone end in the order in which they
 * came; each ends as a model says that knows the zone as the one before it
 * left it. At the end the medium has what was written.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/zbc.h"

enum { SLOTS = 6, CONVENTIONAL = 1, DEPTH = 12, ROUNDS = 3000 };
enum kind { WRITE, READ, ZONE_RESET, ZONE_FINISH, FLUSH };

struct task {
	struct drive_task t;
	bool used, fails;
	bool ran; /* when it was aborted; then nobody else writes there */
	enum kind kind;
	uint64_t lba, order;
	uint32_t n;
	uint8_t *out;
};

struct model {
	struct zbc z;
	struct task task[DEPTH];
	unsigned wp[SLOTS];
	uint8_t bytes[SLOTS * ZONE * BLOCK];
	uint64_t seed, order;
	int (*keep)(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes);
	struct task *stepping;
};

static unsigned pick(struct model *m, unsigned n)
{
	return (unsigned)(disk_random(&m->seed) % n);
}

static int hook(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	struct model *m = d->hook_ctx;
	struct task *k = m->stepping;

	/* a WRITE that fails has stored what came before in pieces */
	if (k && k->fails && c->want == SCSIEMU_WRITE) {
		*bytes = 0;
		return SCSIEMU_E_WRITE;
	}
	return m->keep(d, c, bytes);
}

/* Does the task have to do with slot i as a writer? */
static bool writes(const struct task *k, unsigned i)
{
	if (k->kind == READ)
		return false;
	if (k->kind == WRITE)
		return k->n && k->lba / ZONE <= i &&
		       (k->lba + k->n - 1) / ZONE >= i;
	return true; /* alone on the disk, or a barrier for its zones */
}

/* No older writer of one of its zones is still there. */
static void is_first(const struct model *m, const struct task *k)
{
	for (unsigned i = CONVENTIONAL; i < SLOTS; i++) {
		if (!writes(k, i))
			continue;
		for (unsigned j = 0; j < DEPTH; j++)
			if (m->task[j].used && writes(&m->task[j], i) &&
			    m->task[j].t.want != SCSIEMU_DONE)
				assert_true(m->task[j].order >= k->order);
	}
}

/* What the sense of a WRITE must be now; 0: none. */
static uint16_t verdict(const struct model *m, const struct task *k)
{
	unsigned i = (unsigned)(k->lba / ZONE);
	unsigned last = (unsigned)((k->lba + k->n - 1) / ZONE);

	if (!k->n)
		return 0;
	if (i < CONVENTIONAL)
		return last < CONVENTIONAL
			       ? 0
			       : SCSIEMU_ASC_WRITE_BOUNDARY_VIOLATION;
	if (i != last)
		return SCSIEMU_ASC_WRITE_BOUNDARY_VIOLATION;
	if (m->wp[i] == ZONE)
		return SCSIEMU_ASC_INVALID_FIELD_IN_CDB;
	return k->lba == i * ZONE + m->wp[i] ? 0 : SCSIEMU_ASC_UNALIGNED_WRITE;
}

static void store(struct model *m, const struct task *k, uint32_t n)
{
	unsigned i = (unsigned)(k->lba / ZONE);

	memcpy(m->bytes + k->lba * BLOCK, k->out, n * BLOCK);
	if (i >= CONVENTIONAL)
		m->wp[i] += n;
}

static unsigned pointer(struct model *m, uint64_t lba)
{
	struct zbc_zone d = zbc_zone(&m->z, lba);

	return d.cond == FULL ? ZONE : (unsigned)(d.wp - d.start);
}

static void write_done(struct model *m, struct task *k)
{
	const struct scsiemu_cmd *c = &k->t.c;
	uint16_t asc = verdict(m, k);

	if (c->outcome == SCSIEMU_ABORTED) {
		/* while its pointer was being saved: it has moved */
		if (!asc && k->ran && k->lba / ZONE >= CONVENTIONAL && k->n &&
		    pointer(m, k->lba) != m->wp[k->lba / ZONE])
			store(m, k, k->n);
		return;
	}
	is_first(m, k);
	if (asc) {
		assert_int_equal(c->status, SCSIEMU_CHECK_CONDITION);
		assert_int_equal(c->sense.asc, asc);
		return;
	}
	if (c->status) {
		assert_true(k->fails);
		assert_int_equal(c->sense.asc, SCSIEMU_ASC_WRITE_ERROR);
		store(m, k, c->out_done / BLOCK);
		return;
	}
	store(m, k, k->n);
}

/* RESET and FINISH of the zone at lba; alone on the disk. */
static void zone_done(struct model *m, struct task *k)
{
	unsigned i = (unsigned)(k->lba / ZONE);

	if (k->t.c.outcome == SCSIEMU_ABORTED) {
		/* it may have done it or not */
		if (k->ran)
			m->wp[i] = pointer(m, k->lba);
		return;
	}
	is_first(m, k);
	assert_int_equal(k->t.c.status, 0);
	m->wp[i] = k->kind == ZONE_RESET ? 0 : ZONE;
}

static void done(struct model *m, struct task *k)
{
	if (k->kind == WRITE)
		write_done(m, k);
	else if (k->kind == ZONE_RESET || k->kind == ZONE_FINISH)
		zone_done(m, k);
	k->used = false;
	drive_end(&k->t);
	free(k->out);
	k->out = NULL;
}

/* Behind the writes to slot i that are on their way. */
static uint64_t behind(const struct model *m, const struct task *k, unsigned i)
{
	unsigned ahead = 0;

	for (unsigned j = 0; j < DEPTH; j++)
		if (&m->task[j] != k && m->task[j].used &&
		    m->task[j].kind == WRITE && m->task[j].lba / ZONE == i)
			ahead += m->task[j].n;
	return i * ZONE + (m->wp[i] + ahead) % ZONE;
}

static void zone_cdb(struct model *m, struct task *k, uint8_t cdb[16])
{
	k->lba = (CONVENTIONAL + pick(m, SLOTS - CONVENTIONAL)) * ZONE;
	memset(cdb, 0, 16);
	cdb[0] = SCSIEMU_OP_ZONE_OUT;
	cdb[1] = k->kind == ZONE_RESET ? SCSIEMU_SA_RESET_WRITE_POINTER
				       : SCSIEMU_SA_FINISH_ZONE;
	cdb[9] = (uint8_t)k->lba;
}

static void block_cdb(struct model *m, struct task *k, uint8_t cdb[16])
{
	bool fua = k->kind == WRITE && pick(m, 3) == 0;

	if (k->lba + k->n > SLOTS * ZONE)
		k->n = (uint32_t)(SLOTS * ZONE - k->lba);
	disk_cdb(cdb,
		 k->kind == READ ? SCSIEMU_OP_READ_16 : SCSIEMU_OP_WRITE_16,
		 fua ? 8 : 0, k->lba, k->n);
	k->out = malloc(k->n * BLOCK);
	assert_non_null(k->out);
	disk_pattern(k->out, k->lba, k->n, BLOCK, (unsigned)k->order);
}

static void start(struct model *m, struct task *k)
{
	uint8_t cdb[16];
	unsigned i = pick(m, SLOTS);

	drive_task_free(&k->t);
	memset(k, 0, sizeof(*k));
	k->used = true;
	k->order = ++m->order;
	k->kind = (enum kind)(pick(m, 20) < 14 ? WRITE : pick(m, 5));
	k->fails = pick(m, 8) == 0;
	k->n = 1 + pick(m, 5);
	if (i < CONVENTIONAL || pick(m, 8) == 0)
		k->lba = i * ZONE + pick(m, ZONE - 5);
	else
		k->lba = behind(m, k, i);
	if (k->kind == ZONE_RESET || k->kind == ZONE_FINISH)
		zone_cdb(m, k, cdb);
	else if (k->kind == FLUSH)
		disk_cdb(cdb, SCSIEMU_OP_SYNCHRONIZE_CACHE_16, 0, 0, 0);
	else
		block_cdb(m, k, cdb);
	drive_start(&m->z.b.d, &k->t, m->z.b.lu, cdb, 16, k->out, k->n * BLOCK,
		    k->n * BLOCK);
	if (k->t.want == SCSIEMU_DONE)
		done(m, k);
}

static void end_early(struct task *k)
{
	k->ran = k->t.want > SCSIEMU_WAIT;
	scsiemu_abort(&k->t.c);
}

/* One want of one task is answered. */
static void step(struct model *m)
{
	struct task *k = &m->task[pick(m, DEPTH)];

	if (!k->used)
		return;
	if (k->t.want > SCSIEMU_WAIT) {
		m->stepping = k;
		m->z.b.d.chunk = pick(m, 2) ? BLOCK : 0;
		drive_step(&k->t);
		m->stepping = NULL;
	}
	if (k->t.want == SCSIEMU_DONE)
		done(m, k);
	drive_ready(&m->z.b.d);
}

static void drain(struct model *m)
{
	bool left = true;

	while (left) {
		left = false;
		for (unsigned i = 0; i < DEPTH; i++)
			left |= m->task[i].used;
		step(m);
	}
}

static void compare(struct model *m)
{
	for (unsigned i = 0; i < SLOTS; i++) {
		unsigned n = i < CONVENTIONAL ? ZONE : m->wp[i];
		struct zbc_zone d = zbc_zone(&m->z, i * ZONE);

		if (i >= CONVENTIONAL) {
			assert_int_equal(d.wp == UINT64_MAX
						 ? ZONE
						 : (int)(d.wp - d.start),
					 m->wp[i]);
			assert_int_equal(d.cond == FULL, m->wp[i] == ZONE);
		}
		if (i >= CONVENTIONAL && d.cond != FULL)
			assert_memory_equal(m->bytes + i * ZONE * BLOCK,
					    m->z.b.k.bytes + i * ZONE * BLOCK,
					    n * BLOCK);
	}
}

static void play(uint64_t seed, bool aborts, uint32_t max_open)
{
	struct model *m = calloc(1, sizeof(*m));
	struct disk_options o;

	assert_non_null(m);
	m->seed = seed * 0x9e3779b97f4a7c15u + 1;
	zbc_options(&o, SLOTS, CONVENTIONAL, max_open);
	zbc_make(&m->z, &o);
	m->keep = m->z.b.d.hook;
	m->z.b.d.hook = hook;
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct task *k = &m->task[pick(m, DEPTH)];

		if (!k->used)
			start(m, k);
		else if (aborts && !k->t.c.aborted && pick(m, 10) == 0)
			end_early(k);
		drive_ready(&m->z.b.d);
		for (unsigned j = pick(m, 4); j; j--)
			step(m);
		if (i % 100 == 99) {
			drain(m);
			compare(m);
		}
	}
	drain(m);
	compare(m);
	for (unsigned i = 0; i < DEPTH; i++)
		drive_task_free(&m->task[i].t);
	zbc_free(&m->z);
	free(m);
}

static void test_in_order(void **s)
{
	(void)s;
	for (uint64_t seed = 1; seed <= 12; seed++)
		play(seed, false, 0);
}

static void test_aborts(void **s)
{
	(void)s;
	for (uint64_t seed = 1; seed <= 12; seed++)
		play(seed, true, 0);
}

/* Zones that are written to are closed for others that are. */
static void test_few_open(void **s)
{
	(void)s;
	for (uint64_t seed = 1; seed <= 12; seed++)
		play(seed, seed % 2, 1 + seed % 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_order),
		cmocka_unit_test(test_aborts),
		cmocka_unit_test(test_few_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
