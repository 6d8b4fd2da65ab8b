/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Target mode buffers behind the iSCSI engine: two initiators send messages,
 * their data in pieces, under resets, aborts and lost connections; each comes
 * exactly once and in order.
 */
#include "rig.h"
#include "tm_kit.h"

enum { LUN = 2, INITIATORS = 2, BUF = 300, NBUFS = 16, ROUNDS = 20000 };
enum { ABORT_TASK = 1, LU_RESET = 5 };

/* An initiator. It sends its next message when the last was GOOD, and the same
 * one again when it was not. */
struct sender {
	struct rig_end end;
	uint32_t id;
	uint32_t n, len;	/* message; len 0: to be chosen */
	uint32_t itt, ttt;	/* of the command */
	uint32_t at, until, sn; /* of the R2T: sent, and to be sent */
	bool busy, asked;
	uint8_t data[BUF * NBUFS];
};

static struct rig rig;
static struct tm_kit kit;
static struct sender sender[INITIATORS];
static uint64_t state[2048], seed;

/* Names end with the ID: "iqn.2026-11.test:1,i,0x..." */
static uint32_t id_of(void *ctx, const struct scsiemu_nexus *n)
{
	static const char name[] = "iqn.2026-11.test:";
	uint16_t len = 0;
	const uint8_t *tid = n ? scsiemu_nexus_transport_id(n, &len) : NULL;

	(void)ctx;
	if (!tid || len < 4 + sizeof(name) ||
	    memcmp(tid + 4, name, sizeof(name) - 1) != 0)
		return UINT32_MAX;
	return tid[4 + sizeof(name) - 1] - '0';
}

static uint32_t pick(uint32_t below)
{
	return tm_kit_pick(&seed, below);
}

static void session(struct sender *s)
{
	char text[] = "InitiatorName=iqn.2026-11.test:0\0"
		      "TargetName=" RIG_IQN "\0"
		      "SessionType=Normal\0AuthMethod=None\0"
		      "ImmediateData=No\0InitialR2T=Yes\0MaxBurstLength=1024";
	struct rfc_pdu p;

	strchr(text, 0)[-1] = (char)('0' + s->id);
	s->busy = s->asked = false;
	rig_connect(&s->end, &rig);
	assert_non_null(s->end.conn);
	rfc_login(&s->end.c, &p, 0x87, text, sizeof(text));
	rig_send(&s->end, &p);
	rig_recv(&s->end, &p);
	assert_int_equal(p.bhs[0], 0x23);
	assert_int_equal(rfc_get(p.bhs + 36, 2), 0);
	assert_int_equal(p.bhs[1], 0x87);
}

static void command(struct sender *s)
{
	struct rfc_pdu p;
	uint8_t cdb[6];

	if (!s->len)
		s->len = 1 + pick(sizeof(s->data));
	tm_kit_cdb(cdb, s->len);
	tm_kit_fill(s->data, s->id, s->n, s->len);
	rfc_command(&s->end.c, &p, 0xa1, LUN, s->len, cdb, 6);
	rig_send(&s->end, &p);
	s->itt = s->end.c.itt;
	s->busy = true;
	s->asked = false;
}

static void status(struct sender *s, const struct rfc_pdu *p)
{
	assert_true(s->busy);
	assert_int_equal(rfc_get(p->bhs + 16, 4), s->itt);
	s->busy = s->asked = false;
	if (p->bhs[3] == SCSIEMU_GOOD) {
		assert_int_equal(s->at, s->len);
		s->n++;
		s->len = 0;
	} else if (p->bhs[3] == SCSIEMU_CHECK_CONDITION) {
		assert_int_equal(p->data[4] & 0x0f, SCSIEMU_SK_UNIT_ATTENTION);
	} else {
		assert_int_equal(p->bhs[3], SCSIEMU_BUSY);
	}
}

/* What the target says; with a task management response: true. */
static bool listen(struct sender *s)
{
	bool told = false;

	rig_pull(&s->end);
	while (s->end.in_len != s->end.in_off) {
		struct rfc_pdu p;

		rig_recv(&s->end, &p);
		if (p.bhs[0] == 0x22) {
			told = true;
		} else if (p.bhs[0] == 0x31) { /* R2T */
			assert_int_equal(rfc_get(p.bhs + 16, 4), s->itt);
			s->ttt = rfc_get(p.bhs + 20, 4);
			s->at = rfc_get(p.bhs + 40, 4);
			s->until = s->at + rfc_get(p.bhs + 44, 4);
			s->sn = 0;
			s->asked = true;
		} else {
			assert_int_equal(p.bhs[0], 0x21);
			status(s, &p);
		}
	}
	assert_int_equal(kit.count[s->id], s->n);
	return told;
}

static void some_data(struct sender *s)
{
	uint32_t len = 1 + pick(700);
	struct rfc_pdu p;

	if (len > s->until - s->at)
		len = s->until - s->at;
	rfc_data_out(&s->end.c, &p, s->itt, s->ttt, s->sn++, s->at,
		     s->data + s->at, len, s->at + len == s->until);
	s->at += len;
	s->asked = s->at < s->until;
	rig_send(&s->end, &p);
}

/* Commands that have no status when the function is answered have none, and
 * nothing of them was delivered. */
static void manage(struct sender *s, uint8_t function)
{
	struct rfc_pdu p;

	rfc_new(&s->end.c, &p, 0x02, true);
	p.bhs[1] = 0x80 | function;
	p.bhs[9] = LUN;
	rfc_put(p.bhs + 20, 4, function == ABORT_TASK ? s->itt : RFC_NO_TAG);
	rfc_put(p.bhs + 32, 4, s->end.c.cmd_sn - 1);
	rig_send(&s->end, &p);
	assert_true(listen(s));
	for (unsigned i = 0; i < INITIATORS; i++) {
		struct sender *o = &sender[i];

		listen(o);
		if (function == LU_RESET || o == s)
			o->busy = o->asked = false;
	}
}

static void happen(struct sender *s)
{
	uint32_t what = pick(200);

	if (what < 80 && !s->busy)
		command(s);
	else if (what < 170 && s->asked)
		some_data(s);
	else if (what < 195)
		while (kit.nheld && pick(8))
			tm_kit_give(&kit, pick(kit.nheld));
	else if (what < 198 && s->busy)
		manage(s, ABORT_TASK);
	else if (what == 198)
		manage(s, LU_RESET);
	else if (what == 199 && s->busy) {
		rig_hangup(&s->end);
		session(s);
	}
}

static void add_lu(void)
{
	struct scsiemu_lu_config cf = { .size = sizeof(cf),
					.type = &scsiemu_proc,
					.options = &kit.proc,
					.state = state,
					.state_len = sizeof(state) };

	assert_non_null(scsiemu_lu_add(rig.dev, LUN, &cf));
}

static void test_every_byte_once(void **ctx)
{
	(void)ctx;
	seed = 0x15c51;
	rig_init(&rig);
	rig_open(&rig);
	tm_kit_open(&kit, id_of, NULL);
	add_lu();
	for (unsigned i = 0; i < INITIATORS; i++) {
		sender[i].id = i + 1;
		tm_kit_start(&kit, i + 1, BUF, NBUFS);
		session(&sender[i]);
	}
	for (unsigned round = 0; round < ROUNDS; round++) {
		happen(&sender[pick(INITIATORS)]);
		for (unsigned i = 0; i < INITIATORS; i++)
			listen(&sender[i]);
	}
	for (unsigned i = 0; i < INITIATORS; i++) {
		rig_hangup(&sender[i].end);
		assert_int_equal(kit.count[i + 1], sender[i].n);
		assert_true(sender[i].n > 100);
	}
	rig_close(&rig);
	tm_kit_close(&kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_byte_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
