/* SPDX-License-Identifier: BSD-2-Clause */
/* INQUIRY: standard data and the VPD pages of every device type. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "support/spcdev.h"

static const uint8_t standard[96] =
	"\x00\x00\x06\x12\x5b\x00\x10\x02"
	"TESTERS A product       0001"
	"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
	"\x04\x60\x06\x00";

static void standard_data(void **state)
{
	struct spcdev *t = *state;

	spcdev_in(t, 0x12, 0, 0, 0xff, 0xff, 0);
	drive_data(&t->d, standard, 96);
	spcdev_in(t, 0x12, 0, 0, 0, 36, 0);
	drive_data(&t->d, standard, 36);
	spcdev_in(t, 0x12, 0, 0, 0, 0, 0);
	drive_data(&t->d, standard, 0);
	spcdev_in(t, 0x12, 0, 0, 1, 0, 0);
	drive_data(&t->d, standard, 96);
}

static void personality(void **state)
{
	static const struct scsiemu_lu_config cf = {
		.size = sizeof(cf),
		.type = &spcdev_type,
		.vendor = "VEN",
		.product = "0123456789abcdefTOO LONG",
		.revision = "R",
		.version = 4,
		.removable = true,
	};
	struct spcdev *t = *state;
	uint8_t want[96];

	t->lu = scsiemu_lu_add(t->d.dev, 5, &cf);
	memcpy(want, standard, sizeof(want));
	want[1] = 0x80;
	want[2] = 4; /* SPC-2 */
	memcpy(want + 8, "VEN     0123456789abcdefR   ", 28);
	spcdev_in(t, 0x12, 0, 0, 0, 96, 0);
	drive_data(&t->d, want, 96);
	spcdev_in(t, 0x12, 1, 0x80, 0, 96, 0);
	drive_data(&t->d, "\x00\x80\x00\x08SEMU0005", 12);
}

/* A disk of SCSI-2 times: bits 7 to 5 of byte 1 are the LUN, which Linux fills
 * in. */
static void scsi_2(void **state)
{
	struct spcdev *t = *state;

	t->lu->version = 2;
	spcdev_in(t, 0x00, 0xe0, 0, 0, 0, 0); /* TEST UNIT READY */
	drive_good(&t->d);
	spcdev_in(t, 0x00, 0xe1, 0, 0, 0, 0);
	drive_cdb(&t->d, 1, 0);
	spcdev_in(t, 0x00, 0x20, 0x20, 0, 0, 0);
	drive_cdb(&t->d, 2, 5);
	spcdev_in(t, 0x12, 0x60, 0, 0, 5, 0);
	drive_data(&t->d, "\x00\x00\x02\x12\x5b", 5);
	spcdev_in(t, 0x12, 0xa1, 0, 0, 4, 0);
	drive_good(&t->d);
	assert_memory_equal(t->d.t.in, "\x00\x00\x00", 3);
	spcdev_in(t, 0x1d, 0xa0, 0, 0, 0, 0); /* no self-test code */
	drive_good(&t->d);
	assert_int_equal(t->d.nlog, 0);
	spcdev_in(t, 0x1d, 0x64, 0, 0, 0, 0); /* SELFTEST */
	drive_good(&t->d);
	assert_int_equal(t->d.nlog, 1);
	t->lu->version = 3;
	spcdev_in(t, 0x00, 0x20, 0, 0, 0, 0);
	drive_cdb(&t->d, 1, 5);
}

static void bad_fields(void **state)
{
	struct spcdev *t = *state;

	spcdev_in(t, 0x12, 0, 0x80, 0, 96, 0);
	drive_cdb(&t->d, 2, SCSIEMU_NO_BIT);
	spcdev_in(t, 0x12, 1, 0x81, 0, 96, 0);
	drive_cdb(&t->d, 2, SCSIEMU_NO_BIT);
	spcdev_in(t, 0x12, 2, 0x00, 0, 96, 0); /* CMDDT */
	drive_cdb(&t->d, 1, 1);
	spcdev_in(t, 0x12, 1, 0x00, 0, 96, 4); /* NACA */
	drive_cdb(&t->d, 5, 2);
}

static void needs_no_attention(void **state)
{
	struct spcdev *t = *state;

	semu_ua_lu(t->lu, SEMU_UA_MODE, NULL);
	spcdev_in(t, 0x12, 0, 0, 0, 96, 0);
	drive_data(&t->d, standard, 96);
	assert_int_equal(drive_ua(&t->d, t->lu, t->a), 0x2a01);
}

static void vpd_small(void **state)
{
	struct spcdev *t = *state;

	spcdev_in(t, 0x12, 1, 0, 0, 96, 0);
	drive_data(&t->d, "\x00\x00\x00\x06\x00\x80\x83\x86\x87\x88", 10);
	spcdev_in(t, 0x12, 1, 0x80, 0, 96, 0);
	drive_data(&t->d, "\x00\x80\x00\x09S/N 12345", 13);
	spcdev_in(t, 0x12, 1, 0x87, 0, 96, 0);
	drive_data(&t->d, "\x00\x87\x00\x04\x3f\xff\x00\x00", 8);
}

static void vpd_extended(void **state)
{
	static const uint8_t want[64] = { 0, 0x86, 0, 0x3c, 0, 7, 1,
					  1, 0x08, 0, 0,    0, 0, 252 };
	struct spcdev *t = *state;

	spcdev_in(t, 0x12, 1, 0x86, 0, 96, 0);
	drive_data(&t->d, want, 64);
}

#define LU_DESIGNATORS                                                         \
	"\x02\x01\x00\x21TESTERS A product       S/N 12345"                    \
	"\x01\x03\x00\x08\x50\x00\xc5\x00\x12\x34\x56\x78"                     \
	"\x03\x08\x00\x18naa.5000c50012345678\0\0\0\0"
#define PORT_1                                                                 \
	"\x51\x94\x00\x04\x00\x00\x00\x01"                                     \
	"\x51\x95\x00\x04\x00\x00\x00\x03"                                     \
	"\x53\x98\x00\x10iqn.x,t,0x0001\0\0"
#define PORT_2                                                                 \
	"\x61\x94\x00\x04\x00\x00\x00\x02"                                     \
	"\x61\x95\x00\x04\x00\x00\x00\x04"

/* Each nexus sees the port that it came through. */
static void vpd_identification(void **state)
{
	static const char one[] = "\x00\x83\x00\x7d" LU_DESIGNATORS PORT_1
				  "\x53\xa8\x00\x08iqn.x\0\0\0";
	static const char two[] = "\x00\x83\x00\x5d" LU_DESIGNATORS PORT_2;
	struct spcdev *t = *state;

	assert_int_equal(sizeof(one) - 1, 0x7d + 4);
	assert_int_equal(sizeof(two) - 1, 0x5d + 4);
	spcdev_in(t, 0x12, 1, 0x83, 2, 0, 0);
	drive_data(&t->d, one, sizeof(one) - 1);
	t->d.nexus = t->b;
	spcdev_in(t, 0x12, 1, 0x83, 2, 0, 0);
	drive_data(&t->d, two, sizeof(two) - 1);
	t->d.nexus = NULL; /* anonymous: the first port */
	spcdev_in(t, 0x12, 1, 0x83, 2, 0, 0);
	drive_data(&t->d, one, sizeof(one) - 1);
}

static void vpd_ports(void **state)
{
	static const char want[] =
		"\x00\x88\x00\x4c"
		"\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x24" PORT_1
		"\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x10" PORT_2;
	struct spcdev *t = *state;

	spcdev_in(t, 0x12, 1, 0x88, 2, 0, 0);
	drive_data(&t->d, want, sizeof(want) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(standard_data, spcdev_setup,
						spcdev_teardown),
		cmocka_unit_test_setup_teardown(personality, spcdev_setup,
						spcdev_teardown),
		cmocka_unit_test_setup_teardown(scsi_2, spcdev_setup,
						spcdev_teardown),
		cmocka_unit_test_setup_teardown(bad_fields, spcdev_setup,
						spcdev_teardown),
		cmocka_unit_test_setup_teardown(needs_no_attention,
						spcdev_setup, spcdev_teardown),
		cmocka_unit_test_setup_teardown(vpd_small, spcdev_setup,
						spcdev_teardown),
		cmocka_unit_test_setup_teardown(vpd_extended, spcdev_setup,
						spcdev_teardown),
		cmocka_unit_test_setup_teardown(vpd_identification,
						spcdev_setup, spcdev_teardown),
		cmocka_unit_test_setup_teardown(vpd_ports, spcdev_setup,
						spcdev_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
