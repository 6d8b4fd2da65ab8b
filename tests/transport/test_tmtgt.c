/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Target mode buffers: the rules of start and stop, chains, buffers that run
 * out, and every byte once and in order while commands are delayed, aborted and
 * reset.
 */
#include "tm_kit.h"

#include "support/fake_port.h"

#include <scsiemu/host.h>
#include <scsiemu/wire.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { INITIATORS = 3, MOST = 40000 };

struct bench {
	struct tm_kit k;
	struct scsiemu_device *dev;
	struct scsiemu_lu *lu;
	struct scsiemu_pump pump;
	struct fake_port port;
	struct scsiemu_nexus *nexus[INITIATORS]; /* of IDs 1, 2, 3 */
	void *state;
	uint64_t bounce[1024];
	struct fake_task task[INITIATORS];
	uint8_t cdb[INITIATORS][6];
	uint8_t out[INITIATORS][MOST];
};

static uint32_t id_of(void *ctx, const struct scsiemu_nexus *n)
{
	(void)ctx;
	return n ? (uint32_t)(uintptr_t)scsiemu_nexus_user(n) : UINT32_MAX;
}

static void add_lu(struct bench *b)
{
	struct scsiemu_lu_config cf = { .size = sizeof(cf),
					.type = &scsiemu_proc,
					.options = &b->k.proc };

	cf.state_len = scsiemu_lu_state_size(&cf);
	cf.state = b->state = malloc(cf.state_len);
	b->lu = scsiemu_lu_add(b->dev, 0, &cf);
	assert_non_null(b->lu);
}

/* Message n of an initiator, into its buffer; the task is started. */
static void start(struct bench *b, unsigned i, uint32_t n, uint32_t len)
{
	struct fake_task *t = &b->task[i];

	assert_true(len <= MOST);
	tm_kit_cdb(b->cdb[i], len);
	tm_kit_fill(b->out[i], i + 1, n, len);
	fake_task_free(t);
	fake_task_init(t, b->cdb[i], 6, NULL, 0, b->out[i], len);
	t->task.cmd.nexus = b->nexus[i];
	assert_int_equal(
		scsiemu_pump_start(&b->pump, &b->port.port, b->lu, &t->task),
		0);
	scsiemu_pump_flush(&b->pump);
}

static uint8_t send_of(struct bench *b, unsigned i, uint32_t n, uint32_t len)
{
	start(b, i, n, len);
	assert_int_equal(b->task[i].ndone, 1);
	return b->task[i].task.cmd.status;
}

static void is_sense(struct bench *b, unsigned i, uint8_t key, uint16_t asc)
{
	const struct scsiemu_cmd *c = &b->task[i].task.cmd;

	assert_int_equal(c->status, SCSIEMU_CHECK_CONDITION);
	assert_int_equal(c->sense.key, key);
	assert_int_equal(c->sense.asc, asc);
}

static int make(void **state)
{
	struct scsiemu_limits l = { .size = sizeof(l), .nexuses = INITIATORS };
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	tm_kit_open(&b->k, id_of, b);
	b->dev = scsiemu_device_create(&l, &scsiemu_host_allocator);
	assert_non_null(b->dev);
	assert_int_equal(scsiemu_pump_init(&b->pump, b->dev, b->bounce,
					   sizeof(b->bounce)),
			 0);
	fake_port_init(&b->port, &b->pump);
	add_lu(b);
	for (unsigned i = 0; i < INITIATORS; i++) {
		struct scsiemu_nexus_config cf = {
			.size = sizeof(cf), .user = (void *)(uintptr_t)(i + 1)
		};

		b->nexus[i] = scsiemu_nexus_attach(b->dev, &cf);
		assert_non_null(b->nexus[i]);
		assert_int_equal(send_of(b, i, 0, 0), SCSIEMU_CHECK_CONDITION);
	}
	*state = b;
	return 0;
}

static int drop(void **state)
{
	struct bench *b = *state;

	for (unsigned i = 0; i < INITIATORS; i++)
		fake_task_free(&b->task[i]);
	scsiemu_device_destroy(b->dev, &scsiemu_host_allocator);
	tm_kit_close(&b->k);
	free(b->state);
	free(b);
	return 0;
}

static void nobody(struct scsiemu_tm_buf *buf)
{
	(void)buf;
}

/* What START refuses; a path of one value other than those that are right. */
static void test_rules(void **state)
{
	struct bench *b = *state;
	const struct scsiemu_tm_start good = tm_kit_path(&b->k, 1, 4096, 16);
	struct scsiemu_tm_start bad[8];

	for (unsigned i = 0; i < 8; i++)
		bad[i] = good;
	bad[0].id = TM_KIT_OWN;
	bad[1].id = SCSIEMU_TM_IDS;
	bad[2].lun = 1;
	bad[3].buf_size = 4097;
	bad[4].buf_size = 0;
	bad[5].num_bufs = 15;
	bad[6].recv_func = NULL;
	bad[7].size = 4;
	for (unsigned i = 0; i < 8; i++) {
		bad[i].free_func = nobody;
		assert_int_equal(scsiemu_tmtgt_start(b->k.tm, &bad[i]), EINVAL);
		assert_true(bad[i].free_func == nobody);
	}
	assert_int_equal(scsiemu_tmtgt_stop(b->k.tm, 1, 0), EINVAL);
	tm_kit_start(&b->k, 1, 4096, 16);
	bad[0] = good;
	assert_int_equal(scsiemu_tmtgt_start(b->k.tm, &bad[0]), EINVAL);
	tm_kit_start(&b->k, 2, 1, 16); /* another initiator's */
	assert_int_equal(scsiemu_tmtgt_stop(b->k.tm, 1, 1), EINVAL);
	assert_int_equal(scsiemu_tmtgt_stop(b->k.tm, 16, 0), EINVAL);
	assert_int_equal(scsiemu_tmtgt_stop(b->k.tm, 1, 0), 0);
	assert_int_equal(scsiemu_tmtgt_stop(b->k.tm, 1, 0), EINVAL);
	tm_kit_start(&b->k, 1, 1, 17);
}

static void test_modes(void **state)
{
	static const struct {
		enum scsiemu_tm_mode mode;
		int start, wrong, stop;
	} rows[] = {
		{ SCSIEMU_TM_USER, EPERM, EPERM, EPERM },
		{ SCSIEMU_TM_NO_TARGET, ENXIO, ENXIO, ENXIO },
		{ SCSIEMU_TM_BROKEN, EIO, EINVAL, EINVAL },
	};
	struct bench *b = *state;
	struct scsiemu_tm_start s = tm_kit_path(&b->k, 1, 512, 16);
	struct scsiemu_tm_start wrong = s;

	wrong.num_bufs = 1;
	for (unsigned i = 0; i < 3; i++) {
		scsiemu_tmtgt_mode(b->k.tm, rows[i].mode);
		assert_int_equal(scsiemu_tmtgt_start(b->k.tm, &s),
				 rows[i].start);
		assert_int_equal(scsiemu_tmtgt_start(b->k.tm, &wrong),
				 rows[i].wrong);
		assert_int_equal(scsiemu_tmtgt_stop(b->k.tm, 1, 0),
				 rows[i].stop);
	}
	scsiemu_tmtgt_mode(b->k.tm, SCSIEMU_TM_READY);
	b->k.no_memory = true;
	assert_int_equal(scsiemu_tmtgt_start(b->k.tm, &s), ENOMEM);
	b->k.no_memory = false;
	s.num_bufs = UINT32_MAX; /* 16 TiB and more */
	b->k.no_memory = true;
	assert_int_equal(scsiemu_tmtgt_start(b->k.tm, &s), ENOMEM);
	b->k.no_memory = false;
}

static void test_chains(void **state)
{
	static const uint32_t lens[] = { 1, 99, 100, 101, 200, 1599, 1600 };
	struct bench *b = *state;

	tm_kit_start(&b->k, 1, 100, 16);
	for (uint32_t n = 0; n < 7; n++) {
		b->k.nbufs = 0;
		b->port.window = n & 1 ? 33 : 0;
		assert_int_equal(send_of(b, 0, n, lens[n]), SCSIEMU_GOOD);
		assert_int_equal(b->k.count[1], n + 1);
		assert_int_equal(b->k.len[1], lens[n]);
		assert_int_equal(b->k.nbufs, (lens[n] + 99) / 100);
		for (unsigned i = 0; i < b->k.nheld; i++)
			assert_int_equal(!(b->k.held[i]->user_flag &
					   SCSIEMU_TM_MORE_DATA),
					 i + 1 == b->k.nheld);
		tm_kit_give_all(&b->k);
	}
	send_of(b, 0, 7, 1601); /* never will there be room */
	is_sense(b, 0, SCSIEMU_SK_ILLEGAL_REQUEST,
		 SCSIEMU_ASC_INVALID_FIELD_IN_CDB);
	send_of(b, 1, 0, 1); /* no path from there */
	is_sense(b, 1, SCSIEMU_SK_NOT_READY, SCSIEMU_ASC_NOT_READY_UNKNOWN);
	assert_int_equal(b->k.count[1], 7);
}

/* BUSY until enough are back, whichever; other paths have their own. */
static void test_run_out(void **state)
{
	struct bench *b = *state;
	uint32_t n = 0;

	tm_kit_start(&b->k, 1, 100, 16);
	tm_kit_start(&b->k, 2, 100, 16);
	for (; n < 16; n++)
		assert_int_equal(send_of(b, 0, n, 100), SCSIEMU_GOOD);
	assert_int_equal(send_of(b, 0, n, 1), SCSIEMU_BUSY);
	assert_int_equal(b->task[0].task.cmd.out_done, 0);
	assert_int_equal(send_of(b, 1, 0, 1600), SCSIEMU_GOOD);
	tm_kit_give(&b->k, 5);
	assert_int_equal(send_of(b, 0, n, 101), SCSIEMU_BUSY);
	tm_kit_give(&b->k, 1);
	assert_int_equal(send_of(b, 0, n++, 101), SCSIEMU_GOOD);
	assert_int_equal(send_of(b, 0, n, 1), SCSIEMU_BUSY);
	tm_kit_give_all(&b->k);
	assert_int_equal(send_of(b, 0, n++, 1600), SCSIEMU_GOOD);
	assert_int_equal(b->k.count[1], n);
	/* twice is once */
	b->k.free_func(b->k.held[0]);
	tm_kit_give_all(&b->k);
	assert_int_equal(send_of(b, 0, n++, 1600), SCSIEMU_GOOD);
	assert_int_equal(send_of(b, 0, n, 1), SCSIEMU_BUSY);
}

static void give_at_once(struct tm_kit *k, struct scsiemu_tm_buf *buf)
{
	(void)buf;
	tm_kit_give_all(k);
}

static void test_give_in_receive(void **state)
{
	struct bench *b = *state;

	b->k.on_recv = give_at_once;
	tm_kit_start(&b->k, 1, 7, 16);
	for (uint32_t n = 0; n < 50; n++)
		assert_int_equal(send_of(b, 0, n, 112 - n), SCSIEMU_GOOD);
	assert_int_equal(b->k.count[1], 50);
}

/* All memory goes, also of buffers that are held. */
static void test_stop(void **state)
{
	struct bench *b = *state;
	long live = b->k.live;

	tm_kit_start(&b->k, 1, 100, 16);
	assert_int_equal(send_of(b, 0, 0, 500), SCSIEMU_GOOD);
	assert_int_equal(scsiemu_tmtgt_stop(b->k.tm, 1, 0), 0);
	assert_int_equal(b->k.live, live);
	b->k.nheld = 0;
	send_of(b, 0, 1, 100);
	is_sense(b, 0, SCSIEMU_SK_NOT_READY, SCSIEMU_ASC_NOT_READY_UNKNOWN);
	tm_kit_start(&b->k, 1, 4096, 20);
	assert_int_equal(send_of(b, 0, 1, 40000), SCSIEMU_GOOD);
	assert_int_equal(b->k.len[1], 40000);
}

static void stop_at_third(struct tm_kit *k, struct scsiemu_tm_buf *buf)
{
	if (k->nbufs != 3)
		return;
	assert_int_equal(scsiemu_tmtgt_stop(k->tm, buf->user_id, 0), 0);
	assert_int_equal(scsiemu_tmtgt_stop(k->tm, buf->user_id, 0), EINVAL);
	k->free_func(k->held[1]); /* still there */
}

static void test_stop_in_receive(void **state)
{
	struct bench *b = *state;
	long live = b->k.live;

	b->k.on_recv = stop_at_third;
	tm_kit_start(&b->k, 1, 100, 16);
	assert_int_equal(send_of(b, 0, 0, 1000), SCSIEMU_GOOD);
	assert_int_equal(b->k.nbufs, 3);
	assert_int_equal(b->k.live, live);
	b->k.nheld = 0;
}

/* While its bytes come: they go nowhere any more, and it is told so; a new path
 * from the same initiator has nothing of it. */
static void test_stop_under_way(void **state)
{
	struct bench *b = *state;
	long live = b->k.live;

	b->port.order = FAKE_FIFO;
	b->port.window = 150;
	tm_kit_start(&b->k, 1, 100, 16);
	start(b, 0, 0, 1000);
	fake_port_run(&b->port, false);
	assert_int_equal(b->task[0].ndone, 0);
	assert_int_equal(scsiemu_tmtgt_stop(b->k.tm, 1, 0), 0);
	assert_int_equal(b->k.live, live + 1);
	tm_kit_start(&b->k, 1, 200, 16);
	fake_port_run(&b->port, true);
	assert_int_equal(b->task[0].ndone, 1);
	is_sense(b, 0, SCSIEMU_SK_NOT_READY, SCSIEMU_ASC_NOT_READY_UNKNOWN);
	assert_int_equal(b->k.live, live + 1);
	assert_int_equal(b->k.nbufs, 0);
	start(b, 0, 0, 3200);
	fake_port_run(&b->port, true);
	assert_int_equal(b->task[0].task.cmd.status, SCSIEMU_GOOD);
	assert_int_equal(b->k.count[1], 1);
}

/* Each initiator sends its next message when the last was GOOD, and the same
 * one again when it was not. */
struct sender {
	uint32_t n, len;
	bool busy;
};

static void ended(struct bench *b, struct sender *s, unsigned i)
{
	const struct scsiemu_cmd *c = &b->task[i].task.cmd;

	s->busy = false;
	if (c->outcome == SCSIEMU_ABORTED)
		return;
	if (c->status == SCSIEMU_GOOD) {
		s->n++;
		s->len = 0;
	} else if (c->status == SCSIEMU_CHECK_CONDITION) {
		assert_int_equal(c->sense.key, SCSIEMU_SK_UNIT_ATTENTION);
	} else {
		assert_int_equal(c->status, SCSIEMU_BUSY);
	}
	assert_int_equal(b->k.count[i + 1], s->n);
}

static void reset(struct bench *b, unsigned tmf, unsigned i)
{
	static const uint8_t none[6];
	struct fake_task t;

	fake_task_init(&t, none, 6, NULL, 0, NULL, 0);
	t.task.cmd.tmf = (uint8_t)tmf;
	t.task.cmd.nexus = b->nexus[i];
	assert_int_equal(
		scsiemu_pump_start(&b->pump, &b->port.port, b->lu, &t.task), 0);
	assert_int_equal(t.ndone, 1);
}

/* One thing happens. */
static void happen(struct bench *b, struct sender *s, uint64_t *seed)
{
	static const uint8_t tmf[] = { SCSIEMU_TMF_LU_RESET,
				       SCSIEMU_TMF_ABORT_TASK_SET,
				       SCSIEMU_TMF_CLEAR_TASK_SET };
	unsigned i = tm_kit_pick(seed, INITIATORS);
	unsigned what = tm_kit_pick(seed, 100);

	b->port.window = 1 + tm_kit_pick(seed, 3000);
	if (what < 40 && !s[i].busy) {
		if (!s[i].len)
			s[i].len = 1 + tm_kit_pick(seed, 16 * 64);
		s[i].busy = true;
		start(b, i, s[i].n, s[i].len);
	} else if (what < 90) {
		fake_port_run(&b->port, false);
	} else if (what < 97) {
		while (b->k.nheld && tm_kit_pick(seed, 8))
			tm_kit_give(&b->k, tm_kit_pick(seed, b->k.nheld));
	} else if (what < 99 && s[i].busy) {
		scsiemu_pump_abort(&b->task[i].task);
	} else if (what == 99) {
		reset(b, tmf[tm_kit_pick(seed, 3)], i);
	}
	scsiemu_pump_flush(&b->pump);
	for (i = 0; i < INITIATORS; i++)
		if (s[i].busy && b->task[i].ndone)
			ended(b, &s[i], i);
}

static void test_every_byte_once(void **state)
{
	static const enum fake_order orders[] = { FAKE_FIFO, FAKE_REVERSED };
	struct bench *b = *state;
	struct sender s[INITIATORS] = { { 0 } };
	uint64_t seed = 0x5eed;

	for (unsigned i = 0; i < INITIATORS; i++)
		tm_kit_start(&b->k, i + 1, 64, 16);
	for (unsigned round = 0; round < 40000; round++) {
		if (!b->port.nqueue)
			b->port.order = orders[round & 1];
		happen(b, s, &seed);
	}
	for (unsigned i = 0; i < INITIATORS; i++) {
		if (s[i].busy)
			scsiemu_pump_abort(&b->task[i].task);
		assert_int_equal(b->task[i].ndone, 1);
		assert_int_equal(b->k.count[i + 1], s[i].n);
		assert_true(s[i].n > 300);
	}
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, make, drop)
	const struct CMUnitTest tests[] = {
		TEST(test_rules),	    TEST(test_modes),
		TEST(test_chains),	    TEST(test_run_out),
		TEST(test_give_in_receive), TEST(test_stop),
		TEST(test_stop_in_receive), TEST(test_stop_under_way),
		TEST(test_every_byte_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
