/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every row in every asymmetric access state of its port's group, and of
 * another group: what a state lets through is written down here once more
 * (SPC-5 5.18.2.5, and READ CAPACITY in standby, as hosts expect).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <scsiemu/alua.h>

#include "spec/spec.h"

enum { S = 1, U = 2, T = 4, O = 8 };
static const struct {
	uint8_t state, bit;
	uint16_t asc;
} states[] = {
	{ SCSIEMU_OPTIMIZED, 0, 0 },
	{ SCSIEMU_NON_OPTIMIZED, 0, 0 },
	{ SCSIEMU_STANDBY, S, 0x040b },
	{ SCSIEMU_UNAVAILABLE, U, 0x040c },
	{ SCSIEMU_LBA_DEPENDENT, 0, 0 },
	{ SCSIEMU_OFFLINE, O, 0x0412 },
	{ SCSIEMU_TRANSITIONING, T, 0x040a },
};
#define NSTATE (sizeof(states) / sizeof(states[0]))

/* What runs in other than active states; mode: byte 1, of buffer commands. */
static const struct {
	uint8_t op, sa, mode, in;
} let[] = {
	{ SCSIEMU_OP_REQUEST_SENSE, 0, 0, S | U | T | O },
	{ SCSIEMU_OP_INQUIRY, 0, 0, S | U | T | O },
	{ SCSIEMU_OP_MODE_SELECT_6, 0, 0, S },
	{ SCSIEMU_OP_RESERVE_6, 0, 0, S },
	{ SCSIEMU_OP_RELEASE_6, 0, 0, S },
	{ SCSIEMU_OP_MODE_SENSE_6, 0, 0, S },
	{ SCSIEMU_OP_RECEIVE_DIAGNOSTIC_RESULTS, 0, 0, S },
	{ SCSIEMU_OP_SEND_DIAGNOSTIC, 0, 0, S },
	{ SCSIEMU_OP_READ_CAPACITY_10, 0, 0, S },
	{ SCSIEMU_OP_WRITE_BUFFER, 0, 0, S },
	{ SCSIEMU_OP_WRITE_BUFFER, 0, 0x0a, S | U | T },
	{ SCSIEMU_OP_READ_BUFFER_10, 0, 0, S },
	{ SCSIEMU_OP_READ_BUFFER_10, 0, 0x0a, S | U | T },
	{ SCSIEMU_OP_READ_BUFFER_10, 0, 0x0b, S | U | T },
	{ 0x4c, 0, 0, S }, /* LOG SELECT */
	{ 0x4d, 0, 0, S }, /* LOG SENSE */
	{ SCSIEMU_OP_MODE_SELECT_10, 0, 0, S },
	{ SCSIEMU_OP_RESERVE_10, 0, 0, S },
	{ SCSIEMU_OP_RELEASE_10, 0, 0, S },
	{ SCSIEMU_OP_MODE_SENSE_10, 0, 0, S },
	{ SCSIEMU_OP_PERSISTENT_RESERVE_IN, 0xff, 0, S },
	{ SCSIEMU_OP_PERSISTENT_RESERVE_OUT, 0xff, 0, S },
	{ SCSIEMU_OP_READ_BUFFER_16, 0, 0, S },
	{ SCSIEMU_OP_READ_BUFFER_16, 0, 0x0a, S | U | T },
	{ SCSIEMU_OP_SERVICE_ACTION_IN_16, 0x10, 0, S }, /* READ CAPACITY(16) */
	{ SCSIEMU_OP_REPORT_LUNS, 0, 0, S | U | T | O },
	{ SCSIEMU_OP_MAINTENANCE_IN, 0x05, 0, S | U | T },     /* identifying */
	{ SCSIEMU_OP_MAINTENANCE_IN, 0x0a, 0, S | U | T | O }, /* groups */
	{ SCSIEMU_OP_MAINTENANCE_OUT, 0x0a, 0, S | U },
};

static bool is_buffer(unsigned op)
{
	return op == SCSIEMU_OP_WRITE_BUFFER ||
	       op == SCSIEMU_OP_READ_BUFFER_10 ||
	       op == SCSIEMU_OP_READ_BUFFER_16;
}

static unsigned let_in(const struct scsiemu_row *row, unsigned mode)
{
	for (unsigned i = 0; i < sizeof(let) / sizeof(let[0]); i++)
		if (let[i].op == row->op && let[i].mode == mode &&
		    (row->sa == SCSIEMU_NO_SA || let[i].sa == 0xff ||
		     let[i].sa == row->sa))
			return let[i].in;
	return 0;
}

static void make(struct disk *b, struct scsiemu_nexus *n[2])
{
	static const struct scsiemu_alua_group group[] = { { .id = 1 },
							   { .id = 2 } };
	static const struct scsiemu_alua alua = { .size = sizeof(alua),
						  .tpgs = SCSIEMU_ALUA_BOTH,
						  .states = 0xc01f,
						  .ngroups = 2,
						  .groups = group };
	struct disk_options o = spec_options;

	o.ports = 2;
	o.alua = &alua;
	disk_make(b, &o);
	for (uint16_t i = 0; i < 2; i++) {
		struct scsiemu_target_port p = { .id = (uint16_t)(i + 1),
						 .group = (uint16_t)(i + 1) };

		assert_int_equal(scsiemu_port_add(b->d.dev, &p), 0);
		n[i] = drive_attach(&b->d, i, p.id);
		drive_settle(&b->d, b->lu, n[i]);
	}
}

static bool stopped(struct disk *b, const struct scsiemu_row *row,
		    unsigned mode, struct scsiemu_nexus *n, uint16_t asc)
{
	const struct scsiemu_sense *s = &b->d.t.c.sense;
	uint8_t cdb[260];

	spec_cdb(cdb, row);
	cdb[1] |= (uint8_t)mode;
	for (struct semu_itl *i = b->lu->itls; i; i = i->of_lu)
		i->ua = 0;
	b->d.nexus = n;
	drive_run(&b->d, b->lu, cdb, row->len, NULL, 0, 65536);
	if (b->d.t.c.status != SCSIEMU_CHECK_CONDITION ||
	    s->key != SCSIEMU_SK_NOT_READY || s->asc >> 8 != 0x04)
		return false;
	assert_int_equal(s->asc, asc);
	return true;
}

static void one(const struct scsiemu_row *row, unsigned mode, unsigned k)
{
	unsigned in = states[k].bit & let_in(row, mode);
	struct scsiemu_nexus *n[2];
	struct disk b;

	make(&b, n);
	assert_int_equal(scsiemu_lu_access(b.lu, 1, states[k].state), 0);
	if (stopped(&b, row, mode, n[0], states[k].asc) !=
	    (in != states[k].bit))
		fail_msg("%s, mode %x, state %u: %s", row->name, mode,
			 states[k].state, in ? "stopped" : "not stopped");
	if (stopped(&b, row, mode, n[1], 0))
		fail_msg("%s: stopped by another group", row->name);
	disk_free(&b);
}

static void test_states(void **state)
{
	static const uint8_t modes[] = { 0, 0x02, 0x0a, 0x0b };
	const struct scsiemu_row *row;

	(void)state;
	SPEC_EACH_ROW(row)
	{
		for (unsigned k = 0; k < NSTATE; k++) {
			one(row, 0, k);
			for (unsigned m = 2; m < 4 && is_buffer(row->op); m++)
				if (let_in(row, modes[m]))
					one(row, modes[m], k);
		}
	}
}

/* The anonymous nexus came through the first port; one through a port that
 * nobody has counts as of the first group. */
static void test_unknown_ports(void **state)
{
	static const uint8_t tur[6];
	struct scsiemu_nexus_config cf = { .size = sizeof(cf), .port = 7 };
	struct scsiemu_nexus *n[2];
	struct disk b;

	(void)state;
	make(&b, n);
	assert_int_equal(scsiemu_lu_access(b.lu, 1, SCSIEMU_STANDBY), 0);
	b.d.nexus = NULL;
	drive_run(&b.d, b.lu, tur, 6, NULL, 0, 0);
	drive_check(&b.d, 6, 0x2a06);
	drive_run(&b.d, b.lu, tur, 6, NULL, 0, 0);
	drive_check(&b.d, 2, 0x040b);
	b.d.nexus = scsiemu_nexus_attach(b.d.dev, &cf);
	drive_settle(&b.d, b.lu, b.d.nexus);
	drive_run(&b.d, b.lu, tur, 6, NULL, 0, 0);
	drive_check(&b.d, 2, 0x040b);
	disk_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_unknown_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
