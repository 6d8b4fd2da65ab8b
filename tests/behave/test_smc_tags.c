/* SPDX-License-Identifier: BSD-2-Clause */
/* SEND VOLUME TAG and REQUEST VOLUME ELEMENT ADDRESS: looking for cartridges by
 * their tags, each nexus for its own; setting tags. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/library.h"

enum { ST = LIBRARY_ST, IE = LIBRARY_IE, DT = LIBRARY_DT };
enum { ALL, PRIMARY, ALTERNATE, ANY = 4, ASSERT = 8, REPLACE = 10 };
enum { UNDEFINE = 12, VOLTAG = 0x10 };

static int make(void **state)
{
	static struct library b;

	*state = &b;
	library_make(&b, NULL);
	return 0;
}

static int drop(void **state)
{
	library_free(*state);
	return 0;
}

static void list_of(uint8_t list[40], const char *tag, unsigned lowest,
		    unsigned highest)
{
	memset(list, 0, 40);
	memset(list, ' ', 32);
	memcpy(list, tag, strlen(tag));
	list[34] = (uint8_t)(lowest >> 8);
	list[35] = (uint8_t)lowest;
	list[38] = (uint8_t)(highest >> 8);
	list[39] = (uint8_t)highest;
}

static void send_list(struct library *b, unsigned type, unsigned addr,
		      unsigned action, const void *list, unsigned len,
		      unsigned host)
{
	uint8_t cdb[12];

	library_cdb(cdb, SCSIEMU_OP_SEND_VOLUME_TAG, addr, 0, 0, len);
	cdb[1] = (uint8_t)type;
	cdb[5] = (uint8_t)action;
	drive_run(&b->d, b->lu, cdb, 12, list, host, 0);
}

static void tell(struct library *b, unsigned type, unsigned addr,
		 unsigned action, const char *tag)
{
	uint8_t list[40];

	list_of(list, tag, 0, 0xffff);
	send_list(b, type, addr, action, list, 40, 40);
}

static uint8_t request(struct library *b, unsigned byte1, unsigned start,
		       unsigned count, uint32_t alloc)
{
	uint8_t cdb[12];

	library_cdb(cdb, SCSIEMU_OP_REQUEST_VOLUME_ADDRESS, start, count, 0,
		    alloc & 0xffff);
	cdb[1] = (uint8_t)byte1;
	cdb[7] = (uint8_t)(alloc >> 16);
	return drive_run(&b->d, b->lu, cdb, 12, NULL, 0, alloc);
}

/* The addresses found, in the order of the reply: "1000 1001". */
static const char *found(struct library *b)
{
	static char text[256];
	const uint8_t *p;
	uint32_t at = 8, n = 0;

	text[0] = '\0';
	request(b, 0, 0, 0xffff, 4096);
	drive_good(&b->d);
	p = b->d.t.in;
	assert_int_equal(p[6] << 8 | p[7], (int)b->d.t.c.in_done - 8);
	while (at < b->d.t.c.in_done) {
		uint32_t end = at + 8 + (uint32_t)(p[at + 6] << 8 | p[at + 7]);
		uint32_t len = (uint32_t)(p[at + 2] << 8 | p[at + 3]);

		for (at += 8; at < end; at += len, n++)
			sprintf(text + strlen(text), "%s%u", n ? " " : "",
				p[at] << 8 | p[at + 1]);
	}
	assert_int_equal(n, p[2] << 8 | p[3]);
	return text;
}

static const char *look(struct library *b, const char *tag)
{
	tell(b, 0, 0, PRIMARY, tag);
	drive_good(&b->d);
	return found(b);
}

static void test_templates(void **state)
{
	struct library *b = *state;

	assert_string_equal(look(b, "VOL001L8"), "1001");
	assert_string_equal(look(b, "VOL00?L8"), "1000 1001 1002 1003");
	assert_string_equal(look(b, "*"), "1000 1001 1002 1003");
	assert_string_equal(look(b, "*2L8"), "1002");
	assert_string_equal(look(b, "V*2*"), "1002");
	assert_string_equal(look(b, "V*L0*L8"), "1000 1001 1002 1003");
	assert_string_equal(look(b, "VOL001"), "");
	assert_string_equal(look(b, "VOL001L8?"), "");
	assert_string_equal(look(b, "VOL001L8*"), "1001");
	assert_string_equal(look(b, ""), "");
	assert_string_equal(look(b, "vol001L8"), "");
}

/* Exact bytes, as READ ELEMENT STATUS has them. */
static void test_reply(void **state)
{
	struct library *b = *state;
	uint8_t want[68];

	look(b, "VOL001L8");
	library_status(b, VOLTAG, ST + 1, 1, 0, sizeof(want));
	memcpy(want, b->d.t.in, sizeof(want));
	want[4] = PRIMARY;
	request(b, VOLTAG, 0, 0xffff, 4096);
	drive_data(&b->d, want, sizeof(want));
	/* whole descriptors only */
	for (uint32_t alloc = 0; alloc <= 68; alloc++) {
		request(b, VOLTAG, 0, 0xffff, alloc);
		drive_data(&b->d, want,
			   alloc < 8	? alloc
			   : alloc < 16 ? 8
			   : alloc < 68 ? 16
					: 68);
	}
}

/* By address, from one on, so many. */
static void test_range(void **state)
{
	struct library *b = *state;

	library_move(b, ST + 3, IE);
	library_move(b, ST + 2, DT);
	drive_settle(&b->d, b->drive[0], NULL);
	assert_string_equal(look(b, "VOL*"), "10 500 1000 1001");
	request(b, 0, 0, 0xffff, 4096);
	assert_int_equal(b->d.t.in[0] << 8 | b->d.t.in[1], 10);
	request(b, 0, 0, 2, 4096); /* those of the lowest addresses */
	assert_int_equal(b->d.t.in[3], 2);
	assert_int_equal(b->d.t.in[16] << 8 | b->d.t.in[17], 10);
	assert_int_equal(b->d.t.in[40] << 8 | b->d.t.in[41], 500);
	request(b, 2, 0, 1, 4096); /* storage, one */
	assert_int_equal(b->d.t.in[3], 1);
	assert_int_equal(b->d.t.in[16] << 8 | b->d.t.in[17], 1000);
	request(b, 0, 11, 0xffff, 4096);
	assert_int_equal(b->d.t.in[3], 3);
	/* what SEND VOLUME TAG has left out */
	tell(b, 2, ST + 1, PRIMARY, "VOL*");
	assert_string_equal(found(b), "1001");
	tell(b, 4, 0, ALL, "VOL*");
	assert_string_equal(found(b), "500");
	request(b, 5, 0, 1, 4096);
	drive_cdb(&b->d, 1, 3);
}

/* Alternate tags: there are none. Sequence numbers, or not. */
static void test_actions(void **state)
{
	struct library *b = *state;
	uint8_t list[40];

	tell(b, 0, 0, ALTERNATE, "*");
	drive_good(&b->d);
	assert_string_equal(found(b), "");
	tell(b, 0, 0, ANY + ALTERNATE, "*");
	assert_string_equal(found(b), "");
	list_of(list, "*", 1, 5);
	for (unsigned a = ALL; a <= PRIMARY; a++) {
		send_list(b, 0, 0, a, list, 40, 40);
		assert_string_equal(found(b), "");
		assert_int_equal(b->d.t.in[4], a);
		send_list(b, 0, 0, ANY + a, list, 40, 40);
		assert_string_equal(found(b), "1000 1001 1002 1003");
		assert_int_equal(b->d.t.in[4], ANY + a);
	}
	for (unsigned a = 0; a < 32; a++) {
		bool known = a <= 2 || (a >= 4 && a <= 6) || a == ASSERT ||
			     a == REPLACE || a == UNDEFINE;

		if (known)
			continue;
		tell(b, 0, ST, a, "X");
		drive_cdb(&b->d, 5, 4);
	}
	tell(b, 5, 0, ALL, "*");
	drive_cdb(&b->d, 1, 3);
}

/* Linux sends 255 bytes, of which 40 are the list. */
static void test_lists(void **state)
{
	struct library *b = *state;
	uint8_t list[255] = { 0 };

	list_of(list, "VOL002L8", 0, 0xffff);
	send_list(b, 0, 0, ANY, list, 255, 255);
	drive_good(&b->d);
	assert_int_equal(b->d.t.c.out_done, 40);
	assert_string_equal(found(b), "1002");
	send_list(b, 0, 0, ANY, list, 39, 39);
	drive_check(&b->d, 5, 0x1a00);
	send_list(b, 0, 0, ANY, list, 0, 0);
	drive_check(&b->d, 5, 0x1a00);
	/* a host that has not got all of it */
	send_list(b, 0, 0, ANY, list, 40, 20);
	drive_check(&b->d, 5, 0x1a00);
	list[3] = 7; /* not printable */
	send_list(b, 0, 0, ANY, list, 40, 40);
	drive_param(&b->d, 0x2600, 0, SCSIEMU_NO_BIT);
	assert_string_equal(found(b), "1002"); /* the last that was good */
	memset(list, 0, 32);		       /* blank in zeros */
	memcpy(list, "VOL003L8", 8);
	send_list(b, 0, 0, ANY, list, 40, 40);
	assert_string_equal(found(b), "1003");
}

/* Each nexus for itself, as long as it is there. */
static void test_nexuses(void **state)
{
	struct scsiemu_nexus *n[2];
	struct library *b = *state;

	request(b, 0, 0, 0xffff, 4096);
	drive_check(&b->d, 5, 0x2c00);
	for (unsigned i = 0; i < 2; i++) {
		n[i] = drive_attach(&b->d, i, 0);
		drive_settle(&b->d, b->lu, n[i]);
	}
	b->d.nexus = n[0];
	look(b, "VOL000L8");
	b->d.nexus = n[1];
	request(b, 0, 0, 0xffff, 4096);
	drive_check(&b->d, 5, 0x2c00);
	look(b, "VOL001L8");
	b->d.nexus = n[0];
	assert_string_equal(found(b), "1000");
	/* it is what is true now */
	library_move(b, ST, ST + 5);
	assert_string_equal(found(b), "1005");
	scsiemu_nexus_detach(n[0]);
	n[0] = drive_attach(&b->d, 0, 0);
	drive_settle(&b->d, b->lu, n[0]);
	b->d.nexus = n[0];
	request(b, 0, 0, 0xffff, 4096);
	drive_check(&b->d, 5, 0x2c00);
	b->d.nexus = n[1];
	assert_string_equal(found(b), "1001");
}

/* Of more than eight, the one that asked first is forgotten. */
static void test_many_nexuses(void **state)
{
	struct scsiemu_nexus *n[9];
	struct library *b = *state;

	for (unsigned i = 0; i < 9; i++) {
		n[i] = drive_attach(&b->d, i % 8, (uint16_t)(i / 8));
		drive_settle(&b->d, b->lu, n[i]);
		b->d.nexus = n[i];
		assert_string_equal(look(b, "VOL003L8"), "1003");
	}
	b->d.nexus = n[0];
	request(b, 0, 0, 0xffff, 4096);
	drive_check(&b->d, 5, 0x2c00);
	b->d.nexus = n[1];
	assert_string_equal(found(b), "1003");
}

static void has_tag(struct library *b, unsigned addr, const char *tag,
		    unsigned sequence)
{
	const uint8_t *p = library_element(b, addr) + 12;
	uint8_t want[32];

	memset(want, ' ', 32);
	memcpy(want, tag, strlen(tag));
	assert_memory_equal(p, want, 32);
	assert_int_equal(p[34] << 8 | p[35], sequence);
}

static void test_set(void **state)
{
	struct library *b = *state;
	uint8_t list[40];

	tell(b, 0, ST, ASSERT, "NEW");
	drive_cdb(&b->d, 5, 4); /* it has one */
	list_of(list, "A NEW TAG", 7, 0);
	send_list(b, 2, ST, REPLACE, list, 40, 40);
	drive_good(&b->d);
	has_tag(b, ST, "A NEW TAG", 7);
	assert_string_equal(look(b, "A N*"), "1000");
	list_of(list, "A N*", 8, 9);
	send_list(b, 0, 0, PRIMARY, list, 40, 40);
	assert_string_equal(found(b), "");
	send_list(b, 0, ST, UNDEFINE, NULL, 0, 0);
	drive_good(&b->d);
	has_tag(b, ST, "", 0);
	assert_string_equal(look(b, "*"), "1001 1002 1003");
	tell(b, 0, ST, ASSERT, "NEW");
	drive_good(&b->d);
	has_tag(b, ST, "NEW", 0);
	/* it goes where the cartridge goes */
	library_move(b, ST, IE);
	has_tag(b, IE, "NEW", 0);
	has_tag(b, ST, "", 0);
}

static void test_set_errors(void **state)
{
	static const char *const bad[] = { "", " X", "A*", "?" };
	struct library *b = *state;

	tell(b, 0, 7, REPLACE, "NEW");
	library_bad_address(b, 2);
	tell(b, 0, LIBRARY_MT, REPLACE, "NEW");
	library_bad_address(b, 2);
	tell(b, 3, ST, REPLACE, "NEW"); /* of another type */
	library_bad_address(b, 2);
	tell(b, 0, ST + 5, REPLACE, "NEW");
	drive_check(&b->d, 5, 0x3b0e);
	for (unsigned i = 0; i < 4; i++) {
		tell(b, 0, ST, REPLACE, bad[i]);
		drive_param(&b->d, 0x2600, 0, SCSIEMU_NO_BIT);
	}
	has_tag(b, ST, "VOL000L8", 0);
	/* a changer that lets nobody */
	b->m.able &= ~(unsigned)SCSIEMU_CHANGER_TAG;
	scsiemu_lu_changed(b->lu);
	tell(b, 0, ST, REPLACE, "NEW");
	drive_cdb(&b->d, 5, 4);
	tell(b, 0, 0, ALL, "*");
	drive_good(&b->d);
}

#define WITH(fn) cmocka_unit_test_setup_teardown(fn, make, drop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(test_templates),	 WITH(test_reply),
		WITH(test_range),	 WITH(test_actions),
		WITH(test_lists),	 WITH(test_nexuses),
		WITH(test_many_nexuses), WITH(test_set),
		WITH(test_set_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
