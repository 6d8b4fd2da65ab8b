/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_hostile_death.c - connections that die: after every byte of a login and
 * of commands, with the store late or in time, and when the n-th allocation
 * fails. The target serves the next login at once and keeps nothing.
 */
#include "rig.h"

static struct rig rig;
static struct rig_end end, other;
static uint8_t pattern[65536];

static void fill(void)
{
	for (size_t i = 0; i < sizeof(pattern); i++)
		pattern[i] = (uint8_t)(i * 31 + (i >> 8));
}

/* What an initiator says in one go: bytes, cut anywhere later. */
static uint8_t script[1 << 18];
static size_t script_len;
static struct rfc_client scribe;

static void say(const struct rfc_pdu *p)
{
	script_len += rfc_build(&scribe, p, script + script_len);
}

static void say_login(void)
{
	static const char text[] = "InitiatorName=" RIG_CLIENT "\0"
				   "TargetName=" RIG_IQN "\0"
				   "SessionType=Normal\0AuthMethod=None";
	static const char keys[] = "InitialR2T=No\0FirstBurstLength=4096\0"
				   "MaxBurstLength=8192";
	struct rfc_pdu p;

	memset(&scribe, 0, sizeof(scribe));
	script_len = 0;
	scribe.cmd_sn = 0x1000;
	rfc_login(&scribe, &p, 0x40, text, 40); /* C: a part */
	say(&p);
	rfc_login(&scribe, &p, 0x81, text + 40, sizeof(text) - 40);
	rfc_put(p.bhs + 16, 4, --scribe.itt);
	say(&p);
	rfc_login(&scribe, &p, 0x87, keys, sizeof(keys));
	rfc_put(p.bhs + 16, 4, --scribe.itt);
	say(&p);
}

static void say_command(uint8_t flags, uint8_t op, uint32_t lba, uint16_t nblk,
			uint32_t edtl, uint32_t len)
{
	struct rfc_pdu p;
	uint8_t cdb[16];

	rig_cdb(cdb, op, lba, nblk);
	rfc_command(&scribe, &p, flags, 0, edtl, cdb, 10);
	p.data = pattern;
	p.len = len;
	say(&p);
}

static void say_data(uint32_t off, uint32_t sn, uint32_t len, bool final)
{
	struct rfc_pdu p;

	rfc_data_out(&scribe, &p, scribe.itt, RFC_NO_TAG, sn, off,
		     pattern + off, len, final);
	say(&p);
}

/* Reads, writes of every kind, one that fails while its data still comes, an
 * echo, text in two parts, task management. */
static void say_everything(void)
{
	struct rfc_pdu p;

	say_login();
	for (int i = 0; i < 2; i++) /* the first takes the unit attention */
		say_command(0xc1, 0x28, 0, 8, 4096, 0);
	say_command(0xa1, 0x2a, 8, 2, 1024, 1024);
	say_command(0x21, 0x2a, 16, 8, 4096, 512);
	say_data(512, 0, 1024, false);
	say_data(1536, 1, 2560, true);
	say_command(0x21, 0x2a, 0xfffffff0, 8, 4096, 0);
	say_data(0, 0, 4096, true);
	say_command(0xa2, 0x2a, 32, 64, 32768, 4096);
	say_command(0xa2, 0x35, 0, 0, 0, 0);
	rfc_new(&scribe, &p, 0x00, false);
	p.data = pattern;
	p.len = 77;
	say(&p);
	rfc_new(&scribe, &p, 0x04, true);
	p.bhs[1] = 0x40;
	p.data = (const uint8_t *)"SendTar";
	p.len = 7;
	say(&p);
	rfc_new(&scribe, &p, 0x02, true);
	p.bhs[1] = 0x85;
	say(&p);
	say_command(0xc1, 0x28, 0, 64, 32768, 0);
}

/* Whatever happened, this has to work; what the dead one left hanging too. */
static void fresh(void)
{
	RIG_SESSION(&other, &rig, "");
	rig_hangup(&other);
}

static void play(size_t len)
{
	for (size_t off = 0; off < len && !rig_ended(&end);) {
		size_t n = scsiemu_iscsi_input(end.conn, script + off,
					       len - off);

		rig_pull(&end);
		if (!n && !scsiemu_iscsi_reads(end.conn))
			break;
		off += n;
	}
}

static void die_at(size_t len, bool late)
{
	struct scsiemu_iscsi_stats s;

	rig_init(&rig);
	rig_open(&rig);
	if (late)
		rig_delay(&rig);
	rig_connect(&end, &rig);
	play(len);
	rig_hangup(&end);
	fresh();
	if (late)
		rig_run(&rig);
	fresh();
	scsiemu_iscsi_stats(rig.engine, &s);
	assert_int_equal(s.connections, 0);
	assert_int_equal(s.sessions, 0);
	/* Would find a command that nobody ended, or memory that is lost. */
	rig_close(&rig);
}

static void test_every_byte_of_login(void **state)
{
	(void)state;
	say_login();
	for (size_t n = 0; n <= script_len; n++)
		die_at(n, false);
}

/* Every PDU's start and end, and somewhere in it. */
static void test_every_step(void **state)
{
	(void)state;
	say_everything();
	for (size_t n = 0; n <= script_len; n += n % 48 == 0 ? 1 : 47) {
		die_at(n, false);
		die_at(n, true);
	}
}

/* The same with the n-th allocation failing, until none is left to fail. */
static bool starve(long n, bool late)
{
	struct rfc_pdu p;
	bool failed;

	rig_init(&rig);
	rig_open(&rig);
	if (late)
		rig_delay(&rig);
	rig.fail_from = n;
	rig_connect(&end, &rig);
	if (end.conn) {
		play(script_len);
		rfc_new(&end.c, &p, 0x00, true);
		rig_send(&end, &p);
	}
	failed = rig.fail_from == 0;
	rig.fail_from = 0;
	rig_hangup(&end);
	fresh();
	if (late)
		rig_run(&rig);
	fresh();
	rig_close(&rig);
	return failed;
}

static void test_starved(void **state)
{
	long n;

	(void)state;
	say_everything();
	for (n = 1; starve(n, false) && n < 1000; n++)
		;
	assert_in_range(n, 10, 999);
	for (n = 1; starve(n, true) && n < 1000; n++)
		;
	assert_in_range(n, 10, 999);
}

/* Reinstatement over and over while a command hangs: the last one serves. */
static void test_reinstated_hanging(void **state)
{
	uint8_t cdb[16];
	struct rfc_pdu p;

	(void)state;
	rig_init(&rig);
	rig_open(&rig);
	rig_delay(&rig);
	for (unsigned i = 0; i < 6; i++) {
		RIG_SESSION(&end, &rig, "");
		rig_cdb(cdb, 0x28, 0, 8);
		rfc_command(&end.c, &p, 0xc1, 0, 4096, cdb, 10);
		rig_send(&end, &p);
		rig_silent(&end);
		RIG_SESSION(&other, &rig, "");
		assert_true(rig_ended(&end));
		rig_hangup(&end);
		rig_hangup(&other);
	}
	rig_run(&rig);
	fresh();
	rig_close(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_byte_of_login),
		cmocka_unit_test(test_every_step),
		cmocka_unit_test(test_starved),
		cmocka_unit_test(test_reinstated_hanging),
	};

	fill();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
