/* SPDX-License-Identifier: BSD-2-Clause */
/* Time that a command asks for between two ticks: whom it is told, from when it
 * counts. */
#include "rig.h"

#include <scsiemu/inject.h>

static struct rig rig;
static struct rig_end end;

static uint32_t tur(void)
{
	static const uint8_t cdb[6];
	struct rfc_pdu p;

	rfc_command(&end.c, &p, 0x80, 0, 0, cdb, 6);
	rig_send(&end, &p);
	return end.c.itt;
}

static void test_delay(void **state)
{
	struct scsiemu_inject r = { .size = sizeof(r), .delay_ms = 5 };
	uint32_t itt;

	(void)state;
	rig_init(&rig);
	rig.rules = 1;
	rig_open(&rig);
	RIG_SESSION(&end, &rig, "");
	assert_int_equal(scsiemu_iscsi_due(rig.engine), UINT64_MAX);
	assert_true(scsiemu_inject_add(rig.lu, &r) > 0);
	/* the last tick is long ago */
	rig.now += 200;
	scsiemu_iscsi_time(rig.engine, rig.now);
	itt = tur();
	rig_silent(&end);
	assert_int_equal(scsiemu_iscsi_due(rig.engine), rig.now + 5);
	rig_time(&rig, 4);
	rig_silent(&end);
	assert_int_equal(scsiemu_iscsi_due(rig.engine), rig.now + 1);
	rig_time(&rig, 1);
	rig_response(&end, itt, 0, 0, 0);
	assert_int_equal(scsiemu_iscsi_due(rig.engine), UINT64_MAX);
	rig_hangup(&end);
	rig_close(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_delay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
