/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Power cuts of a cartridge in a file: from every prefix of the system calls,
 * with what was not durable there, absent or torn, what was promised is there,
 * and nothing that never was.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../support/memfile.h"
#include "../support/replay.h"
#include "inject.h"
#include "store/tape_log.h"
#include "tape_kit.h"

enum {
	STEPS = 60,
	OBJECTS = 40, /* of a partition, at most */
	PARTS = 2,
	SIZE = SEMU_TL_DATA + (192 << 10),
	CALLS = 2000
};

static struct scsiemu_medium tape;
static struct scsiemu_errmsg err;

/* ---- What the client knows ---- */

struct object {
	uint32_t len, seed; /* len 0: a filemark */
};

struct part {
	struct object object[OBJECTS];
	unsigned n;
	unsigned cut; /* ... since the state before: as short as that */
};

/* The cartridge behind each step. */
struct known {
	struct part part[PARTS];
	uint32_t attr;	  /* value of attribute 0806h */
	uint64_t began;	  /* the log's clock before the step */
	uint64_t durable; /* all this is so from then on; 0: not promised */
};
static struct known known[STEPS + 1];
static unsigned kept;

/* ---- The log of system calls ---- */

static struct replay_op calls[CALLS];
static size_t ncalls;
static uint64_t now;
static uint8_t base[SIZE];

static void told(void *ctx, enum memfile_change what, uint64_t off,
		 uint64_t len, const uint8_t *bytes)
{
	static const enum replay_kind kinds[] = { REPLAY_WRITE, REPLAY_ZERO,
						  REPLAY_FLUSH };
	struct replay_op *o = &calls[ncalls++];
	uint8_t *copy = NULL;

	(void)ctx;
	assert_true(ncalls < CALLS);
	assert_true(off + len <= SIZE);
	if (bytes) {
		copy = malloc(len);
		assert_non_null(copy);
		memcpy(copy, bytes, len);
	}
	*o = (struct replay_op){ .kind = kinds[what],
				 .off = off,
				 .len = len,
				 .data = copy,
				 .began = now + 1,
				 .ended = now + 2 };
	now += 2;
}

/* ---- The client ---- */

static uint8_t bytes[3000];
static unsigned at, pos;

static void make_bytes(const struct object *o)
{
	const struct model_object mo = { o->len, o->seed, 0 };

	model_bytes(&mo, bytes);
}

static void add(struct part *p, uint32_t len, uint32_t seed)
{
	p->object[pos++] = (struct object){ len, seed };
	p->n = pos;
}

static void step_cut(struct part *p)
{
	if (pos < p->cut)
		p->cut = pos;
	p->n = pos;
}

static bool step_write(struct known *k)
{
	static uint32_t seed;
	struct object o = { 1 + kit_random(sizeof(bytes)), ++seed };
	uint32_t half = o.len / 2;

	step_cut(&k->part[at]);
	make_bytes(&o);
	if (kit_random(2) && half) {
		tape_flags = SCSIEMU_IO_MORE;
		assert_int_equal(tape_write(&tape, 0, bytes, half, NULL),
				 SCSIEMU_OK);
	} else {
		half = 0;
	}
	assert_int_equal(
		tape_write(&tape, half, bytes + half, o.len - half, NULL),
		SCSIEMU_R_RECORD);
	add(&k->part[at], o.len, o.seed);
	return false;
}

static bool step_marks(struct known *k)
{
	unsigned n = kit_random(3);
	bool immed = kit_random(2);

	if (n)
		step_cut(&k->part[at]);
	tape_flags = immed ? SCSIEMU_IMMED : 0;
	assert_int_equal(tape_verb(&tape, SCSIEMU_V_MARKS, 0, n), 0);
	while (n--)
		add(&k->part[at], 0, 0);
	return !immed;
}

static bool step_attr(struct known *k)
{
	uint8_t list[9] = { 8, 6, 0, 0, 4 };
	bool fua = kit_random(2);

	k->attr++;
	memcpy(list + 5, &k->attr, 4);
	tape_flags = fua ? SCSIEMU_FUA : 0;
	assert_int_equal(
		tape_verb_buf(&tape, SCSIEMU_V_SETATTR, 0, list, sizeof(list)),
		0);
	return fua;
}

static bool step_erase(struct known *k)
{
	step_cut(&k->part[at]);
	assert_int_equal(tape_verb(&tape, SCSIEMU_V_ERASE, 0, 1), 0);
	return true;
}

static bool step_move(struct known *k)
{
	const struct part *p = &k->part[at = kit_random(PARTS)];

	pos = kit_random(3) ? p->n : kit_random(p->n + 1);
	assert_int_equal(tape_verb(&tape, SCSIEMU_V_LOCATE, pos, at), 0);
	return false;
}

/* To the end first, and not too much there. */
static bool step_append(struct known *k)
{
	const struct part *p = &k->part[at];

	pos = p->n < OBJECTS - 4 ? p->n : OBJECTS / 4;
	assert_int_equal(tape_verb(&tape, SCSIEMU_V_LOCATE, pos, at), 0);
	return step_write(k);
}

static void run_client(void)
{
	static bool (*const steps[])(struct known *) = {
		step_append, step_append, step_append, step_marks,  step_move,
		step_attr,   step_erase,  step_write,  step_append, step_marks,
	};

	for (kept = 1; kept <= STEPS; kept++) {
		struct known *k = &known[kept];
		unsigned what = kit_random(10);

		*k = known[kept - 1];
		for (unsigned i = 0; i < PARTS; i++)
			k->part[i].cut = OBJECTS;
		if (pos > OBJECTS - 4)
			step_move(k);
		k->began = now;
		k->durable = 0;
		if (steps[what == 6 && kit_random(3) ? 0 : what](k))
			k->durable = now;
	}
}

static void prepare(void)
{
	const struct scsiemu_tape_new is = { .bytes = 160 << 10 };
	const struct scsiemu_tape_layout l = { PARTS,
					       { 90 << 10, UINT64_MAX } };

	memset(known, 0, sizeof(known));
	now = ncalls = 0;
	at = pos = 0;
	memfile_on();
	assert_int_equal(scsiemu_open_tape_log(&tape, "x", &is, false, &err),
			 0);
	assert_int_equal(
		tape_verb_buf(&tape, SCSIEMU_V_PARTITION, 0, &l, sizeof(l)), 0);
	memset(base, 0, sizeof(base));
	memcpy(base, memfile.data, memfile.len);
	known[0].durable = now + 1;
	memfile.told = told;
}

/* ---- Looking at what is left ---- */

static uint32_t attr_of(const struct scsiemu_medium *m)
{
	struct scsiemu_tape_attribute a;
	uint32_t v = 0;

	if (tape_ops(m)->attribute(m->ctx, 0, 0, &a))
		memcpy(&v, a.value, 4);
	return v;
}

/* The objects that can be read, which must be all there are. */
static bool read_part(const struct scsiemu_medium *m, unsigned i,
		      struct part *out)
{
	static uint8_t got[sizeof(bytes)];
	const struct part *p;

	out->n = 0;
	if (tape_verb(m, SCSIEMU_V_LOCATE, 0, i))
		return false;
	for (;;) {
		int rc = tape_read(m, 0, got, sizeof(got), NULL);
		struct object *o = &out->object[out->n];

		if (rc == SCSIEMU_R_EOD)
			return true;
		if (rc < 0 || out->n++ == OBJECTS)
			return false;
		*o = (struct object){ 0, 0 };
		if (rc == SCSIEMU_R_MARK)
			continue;
		/* whose bytes are these? */
		for (unsigned k = 1; k < kept && !o->seed; k++) {
			p = &known[k].part[i];
			for (unsigned x = 0; x < p->n && !o->seed; x++) {
				if (p->object[x].len != tape_io.info)
					continue;
				make_bytes(&p->object[x]);
				if (!memcmp(bytes, got, tape_io.info))
					*o = p->object[x];
			}
		}
		if (!o->seed)
			return false; /* bytes that nobody wrote */
	}
}

static bool begins_with(const struct part *all, const struct part *p)
{
	return p->n <= all->n &&
	       !memcmp(all->object, p->object, p->n * sizeof(p->object[0]));
}

/* It is the beginning of a state from the last durable one on, and has all of
 * that but what was overwritten since. */
static bool part_good(const struct part *p, unsigned i, unsigned durable,
		      unsigned last)
{
	unsigned least = known[durable].part[i].n;

	for (unsigned k = durable; k <= last; k++) {
		const struct part *all = &known[k].part[i];

		if (k > durable && all->cut < least)
			least = all->cut;
		if (p->n >= least && begins_with(all, p))
			return true;
	}
	return false;
}

static bool looks_good(const struct scsiemu_medium *m, uint64_t when)
{
	unsigned durable = 0, last = 0;
	struct part p;

	for (unsigned k = 0; k < kept; k++) {
		if (known[k].durable && known[k].durable <= when)
			durable = k;
		if (known[k].began <= when)
			last = k;
	}
	for (unsigned i = 0; i < PARTS; i++)
		if (!read_part(m, i, &p) || !part_good(&p, i, durable, last))
			return false;
	return attr_of(m) >= known[durable].attr &&
	       attr_of(m) <= known[last].attr;
}

/* It goes on from there: what comes now is there the next time, too. */
static bool goes_on(const uint8_t *image)
{
	struct scsiemu_medium m;
	struct scsiemu_tape_check c = { .found = NULL };
	uint64_t n;
	bool good;

	assert_int_equal(memfile_set(image, SIZE), 0);
	if (scsiemu_open_tape_log(&m, "x", NULL, false, &err))
		return false;
	good = !tape_verb(&m, SCSIEMU_V_SPACE, SCSIEMU_SPACE_END, 0);
	n = tape_tell(&m).object;
	good = good &&
	       tape_write(&m, 0, "go on", 5, NULL) == SCSIEMU_R_RECORD &&
	       !tape_verb(&m, SCSIEMU_V_FLUSH, 0, 0);
	scsiemu_medium_close(&m);
	good = good && !scsiemu_tape_log_check("x", &c, &err) && !c.faults &&
	       !scsiemu_open_tape_log(&m, "x", NULL, true, &err);
	if (!good)
		return false;
	good = !tape_verb(&m, SCSIEMU_V_LOCATE, n, 0) &&
	       tape_read(&m, 0, bytes, 9, NULL) == SCSIEMU_R_RECORD &&
	       tape_io.info == 5 && !memcmp(bytes, "go on", 5);
	scsiemu_medium_close(&m);
	return good;
}

static bool check(void *ctx, const uint8_t *image, uint64_t when)
{
	unsigned *images = ctx;
	struct scsiemu_medium m;
	bool good;

	memfile_lend(image, SIZE);
	if (scsiemu_open_tape_log(&m, "x", NULL, true, &err))
		return false;
	good = looks_good(&m, when);
	scsiemu_medium_close(&m);
	return good && (++*images % 16 || goes_on(image));
}

static long replay(void)
{
	unsigned images = 0;
	const struct replay r = { .base = base,
				  .size = SIZE,
				  .op = calls,
				  .nop = ncalls,
				  .images = 8,
				  .seed = 5,
				  .check = check,
				  .ctx = &images };
	long n;

	memfile.told = NULL;
	n = replay_run(&r);
	return n;
}

static void end(void)
{
	for (size_t i = 0; i < ncalls; i++)
		free((void *)(uintptr_t)calls[i].data);
	assert_int_equal(memfile.memory, 0);
	memfile_off();
}

static void test_cut(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 2; seed++) {
		long n;

		kit_seed = seed;
		prepare();
		run_client();
		scsiemu_medium_close(&tape);
		n = replay();
		if (n <= 0)
			fail_msg("seed %u: image %ld is not good", seed, -n);
		assert_true(n > (long)ncalls);
		end();
	}
}

/* Without its syncs it would be caught. */
static void test_caught(void **state)
{
	(void)state;
	kit_seed = 1;
	prepare();
	run_client();
	scsiemu_medium_close(&tape);
	for (size_t i = 0; i < ncalls; i++)
		if (calls[i].kind == REPLAY_FLUSH)
			calls[i].result = SCSIEMU_E_WRITE;
	assert_true(replay() < 0);
	end();
}

/* ---- A process that ends ---- */

enum { ROUNDS = 4, RECORD = 300 };

/* Records and filemarks, until the n-th system call: that is never finished,
 * and those that move bytes have come as far as it happens. */
static void child(unsigned nth)
{
	inject_on();
	inject.cut = 100;
	if (scsiemu_open_tape_log(&tape, kit_path("tape"), NULL, false, NULL))
		_exit(9);
	inject_fail(INJECT_SYSTEM | INJECT(CLOSE), nth, 0);
	inject.exits = true;
	for (unsigned i = 0; i < ROUNDS; i++) {
		memset(bytes, (int)(1 + i), RECORD);
		if (i == 2 && tape_verb(&tape, SCSIEMU_V_LOCATE, 2, 0))
			_exit(8);
		if (tape_write(&tape, 0, bytes, RECORD, NULL) !=
			    SCSIEMU_R_RECORD ||
		    tape_verb(&tape, SCSIEMU_V_MARKS, 0, 1))
			_exit(7);
		/* acknowledged: tell who looks afterwards */
		if (write(STDOUT_FILENO, ".", 1) != 1)
			_exit(6);
	}
	scsiemu_medium_close(&tape);
	_exit(1); /* there is no n-th call */
}

static unsigned run_child(unsigned nth, int *status)
{
	int fds[2];
	char c;
	unsigned acked = 0;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		dup2(fds[1], STDOUT_FILENO);
		close(fds[0]);
		close(fds[1]);
		child(nth);
	}
	close(fds[1]);
	while (read(fds[0], &c, 1) == 1)
		acked++;
	close(fds[0]);
	assert_int_equal(waitpid(pid, status, 0), pid);
	assert_true(WIFEXITED(*status));
	return acked;
}

/* May round number `round` stand at place k? The second one is overwritten by
 * the third. */
static bool may_stand(unsigned k, unsigned round, unsigned acked)
{
	if (k == 1)
		return round == 2 ? acked <= 2 : round == 3 && acked >= 2;
	return round == (k ? 4 : 1);
}

/* What was acknowledged and not overwritten is there, and at most one round
 * more. */
static void has_rounds(unsigned acked)
{
	static uint8_t got[RECORD];
	unsigned least = acked < 2 ? acked : acked - 1;
	uint64_t n;

	if (scsiemu_open_tape_log(&tape, kit_path("tape"), NULL, false, &err))
		fail_msg("%s", err.text);
	n = tape_info(&tape).part[0].objects;
	assert_in_range(n, 2 * least, 2 * least + 2);
	for (unsigned i = 0; i < n; i++) {
		int rc = tape_read(&tape, 0, got, RECORD, NULL);

		assert_int_equal(rc, i % 2 ? SCSIEMU_R_MARK : SCSIEMU_R_RECORD);
		if (i % 2)
			continue;
		memset(bytes, got[0], RECORD);
		assert_memory_equal(got, bytes, RECORD);
		assert_true(may_stand(i / 2, got[0], acked));
	}
	scsiemu_medium_close(&tape);
}

static void test_killed(void **state)
{
	const struct scsiemu_tape_new is = { .bytes = 1 << 20 };
	int status = 0;
	unsigned nth = 1;

	(void)state;
	for (; !WEXITSTATUS(status); nth++) {
		assert_int_equal(scsiemu_open_tape_log(&tape, kit_path("tape"),
						       &is, false, &err),
				 0);
		scsiemu_medium_close(&tape);
		has_rounds(run_child(nth, &status));
		kit_clean();
	}
	assert_int_equal(WEXITSTATUS(status), 1);
	assert_true(nth > ROUNDS * 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_caught),
		cmocka_unit_test(test_killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
