/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A library in a directory: made, moved in, opened again; refused when its
 * journal is not whole.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "library_kit.h"

#include <errno.h>

static void refused(const struct scsiemu_library *cf, const char *why)
{
	int memory = inject.memory, open = inject.files;
	struct scsiemu_medium m;
	struct scsiemu_errmsg err;

	assert_int_equal(scsiemu_open_library(&m, kit_path("lib"), cf, &err),
			 -1);
	if (!strstr(err.text, why))
		fail_msg("\"%s\" does not say \"%s\"", err.text, why);
	assert_int_equal(inject.memory, memory);
	assert_int_equal(inject.files, open);
}

/* Made with new cartridges; everything is there again the next time. */
static void test_made(void **state)
{
	struct scsiemu_medium m = library_open(&library_usual);
	const struct scsiemu_changer_ops *ops = m.ops;
	struct scsiemu_changer_layout l;
	struct scsiemu_element e;
	struct stat st;

	(void)state;
	assert_int_equal(m.kind, SCSIEMU_CHANGER);
	ops->layout(m.ctx, &l);
	assert_memory_equal(&l, &library_usual.layout, sizeof(l));
	assert_string_equal(library_all(&m), "123------");
	assert_string_equal(library_in(&m, SLOT + 2), "VOL003L8");
	assert_int_equal(stat(kit_path("lib/VOL003L8.tape"), &st), 0);
	assert_int_equal(st.st_size, 65536);
	assert_int_equal(library_move(&m, SLOT, DRIVE), 0);
	assert_int_equal(library_move(&m, SLOT + 1, STATION), 0);
	assert_string_equal(library_all(&m), "--3--2-1-");
	assert_non_null(library_loaded(&m, DRIVE));
	assert_null(library_loaded(&m, STATION));
	library_shut(&m);
	m = library_open(&library_any);
	ops = m.ops;
	assert_string_equal(library_all(&m), "--3--2-1-");
	ops->element(m.ctx, DRIVE, &e);
	assert_true(e.svalid);
	assert_int_equal(e.source, SLOT);
	assert_int_equal(e.type, SCSIEMU_CARTRIDGE_DATA);
	assert_false(e.imported);
	library_shut(&m);
	m = library_open(&library_usual);
	assert_string_equal(library_all(&m), "--3--2-1-");
	library_shut(&m);
}

/* What is written on a cartridge goes with it; it is open only in a drive, as
 * one and the same medium. */
static void test_cartridges(void **state)
{
	struct scsiemu_medium m = library_open(&library_usual), *k, *other;
	uint8_t w[512], r[512];

	(void)state;
	kit_fill(w, sizeof(w));
	assert_int_equal(library_move(&m, SLOT, DRIVE), 0);
	k = library_loaded(&m, DRIVE);
	assert_int_equal(kit_write(k, 3, 1, w, 0), 0);
	assert_int_equal(library_move(&m, DRIVE, DRIVE + 1), 0);
	assert_ptr_equal(library_loaded(&m, DRIVE + 1), k);
	assert_null(library_loaded(&m, DRIVE));
	assert_int_equal(library_exchange(&m, SLOT + 1, DRIVE + 1, DRIVE), 0);
	assert_ptr_equal(library_loaded(&m, DRIVE), k);
	other = library_loaded(&m, DRIVE + 1);
	assert_non_null(other);
	assert_int_equal(library_exchange(&m, DRIVE, DRIVE + 1, DRIVE), 0);
	assert_ptr_equal(library_loaded(&m, DRIVE), other);
	assert_int_equal(library_move(&m, DRIVE + 1, SLOT), 0);
	assert_null(library_loaded(&m, SLOT));
	assert_int_equal(library_move(&m, SLOT, DRIVE + 1), 0);
	assert_int_equal(kit_read(library_loaded(&m, DRIVE + 1), 3, 1, r), 0);
	assert_memory_equal(w, r, 512);
	library_shut(&m);
	m = library_open(&library_any); /* with both in their drives */
	assert_int_equal(kit_read(library_loaded(&m, DRIVE + 1), 3, 1, r), 0);
	assert_memory_equal(w, r, 512);
	library_shut(&m);
}

/* The bytes are ABI: a library outlives the program. */
static void test_format(void **state)
{
	static const uint8_t head[32] = { 's',	'e', 'm', 'u', 'l', 'i', 'b',
					  '\n', 0,   0,	  0,   1,   0,	 1,
					  0,	1,   0,	  100, 0,   5,	 0,
					  10,	0,   2,	  0,   20,  0,	 2,
					  0,	0,   0,	  3 };
	static const uint8_t record[8] = { 0, 20, 0, 100, 2, 1, 0, 0 };
	struct scsiemu_medium m = library_open(&library_usual);
	uint8_t got[512];

	(void)state;
	assert_int_equal(library_move(&m, SLOT, DRIVE), 0);
	library_shut(&m);
	assert_int_equal(kit_load(kit_path("lib/slots"), got, sizeof(got)),
			 32 + 3 * 72 + 4);
	assert_memory_equal(got, head, 32);
	assert_memory_equal(got + 32 + 2 * 72, record, 8);
	assert_memory_equal(got + 32 + 2 * 72 + 8, "VOL001L8\0", 9);
	assert_memory_equal(got + 32 + 2 * 72 + 40, "VOL001L8\0", 9);
}

/* Bytes durable, then the name, then the name durable. */
static void test_order(void **state)
{
	struct scsiemu_medium m = library_open(&library_usual);

	(void)state;
	memset(inject.log, 0, sizeof(inject.log));
	assert_int_equal(library_move(&m, SLOT, SLOT + 4), 0);
	assert_string_equal(inject.log, "cwfrF");
	memset(inject.log, 0, sizeof(inject.log));
	assert_int_equal(library_exchange(&m, SLOT + 1, SLOT + 4, SLOT + 1), 0);
	assert_string_equal(inject.log, "cwfrF");
	library_shut(&m);
}

/* Every bit of the journal, every length of it. */
static void test_damaged(void **state)
{
	struct scsiemu_medium m = library_open(&library_usual);
	uint8_t good[512], bad[512];
	size_t len;

	(void)state;
	library_shut(&m);
	len = kit_load(kit_path("lib/slots"), good, sizeof(good));
	for (size_t bit = 0; bit < len * 8; bit++) {
		memcpy(bad, good, len);
		bad[bit / 8] ^= (uint8_t)(1 << bit % 8);
		kit_save(kit_path("lib/slots"), bad, len);
		refused(&library_any, bit < 64	 ? "not the journal"
				      : bit < 96 ? "another version"
						 : "damaged");
	}
	for (size_t n = 0; n < len; n++) {
		kit_save(kit_path("lib/slots"), good, n);
		refused(&library_any, n < 36 ? "not the journal" : "damaged");
	}
	kit_save(kit_path("lib/slots"), good, len);
	m = library_open(&library_any);
	library_shut(&m);
}

/* A journal that was never finished is not one: whatever there is of it. */
static void test_unfinished(void **state)
{
	struct scsiemu_medium m = library_open(&library_usual);
	uint8_t next[512];
	size_t len;

	(void)state;
	assert_int_equal(library_move(&m, SLOT, DRIVE), 0);
	len = kit_load(kit_path("lib/slots"), next, sizeof(next));
	assert_int_equal(library_move(&m, DRIVE, SLOT), 0);
	library_shut(&m);
	for (size_t n = 0; n <= len; n++) {
		kit_save(kit_path("lib/slots.new"), next, n);
		m = library_open(&library_any);
		assert_string_equal(library_all(&m), "123------");
		library_shut(&m);
	}
	m = library_open(&library_any);
	assert_int_equal(library_move(&m, SLOT, DRIVE), 0);
	assert_string_equal(library_all(&m), "-23----1-");
	library_shut(&m);
	assert_int_equal(access(kit_path("lib/slots.new"), F_OK), -1);
}

static uint32_t crc(const uint8_t *p, size_t n)
{
	uint32_t c = UINT32_MAX;

	while (n--) {
		c ^= *p++;
		for (unsigned i = 0; i < 8; i++)
			c = c >> 1 ^ (c & 1 ? 0x82f63b78 : 0);
	}
	return ~c;
}

/* A right checksum over wrong contents. */
static void test_forged(void **state)
{
	static const struct {
		uint16_t at;
		uint8_t is;
	} bad[] = {
		{ 15, 0 },	       /* no transports */
		{ 21, 100 },	       /* elements that overlap */
		{ 32 + 1, 1 },	       /* a cartridge in a transport */
		{ 32 + 1, 200 },       /* ... where there is nothing */
		{ 32 + 72 + 1, SLOT }, /* two in one */
		{ 32 + 4, 4 },	       /* flags */
		{ 32 + 5, 6 },	       /* types */
		{ 32 + 8, '/' },       /* a name that leads elsewhere */
		{ 32 + 8, '.' },
		{ 32 + 8, 0 },
		{ 32 + 30, 'x' }, /* behind the end of a name */
		{ 32 + 13, '2' }, /* two of a name */
		{ 32 + 40, ' ' }, /* no barcode */
		{ 32 + 50, 'x' },
	};
	struct scsiemu_medium m = library_open(&library_usual);
	uint8_t good[512], p[512];
	size_t len;

	(void)state;
	library_shut(&m);
	len = kit_load(kit_path("lib/slots"), good, sizeof(good)) - 4;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint32_t c;

		memcpy(p, good, len);
		p[bad[i].at] = bad[i].is;
		c = crc(p, len);
		for (unsigned k = 0; k < 4; k++)
			p[len + k] = (uint8_t)(c >> (24 - 8 * k));
		kit_save(kit_path("lib/slots"), p, len + 4);
		refused(&library_any, "damaged");
	}
}

/* Impossible wishes. */
static void test_refused(void **state)
{
	struct scsiemu_library cf = library_usual;
	struct scsiemu_medium m;

	(void)state;
	refused(&library_any,
		"1 to 127 transports"); /* of a new one, nothing said */
	cf.cartridges = 6;
	refused(&cf, "6 cartridges do not go into 5 storage elements");
	cf = library_usual;
	cf.prefix = "A/B";
	refused(&cf, "make no barcode");
	cf.prefix = "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDE";
	refused(&cf, "make no barcode");
	cf = library_usual;
	cf.cartridge.bytes = 100; /* as the cartridge says */
	refused(&cf, "not a multiple");
	m = library_open(&library_usual);
	refused(&library_usual, "in use by another server");
	library_shut(&m);
	cf = library_usual;
	cf.layout.of[ST].n = 6;
	refused(&cf, "has 5 slots from address 100 on, not 6 from 100");
	cf = library_usual;
	cf.layout.of[DT].first = 30;
	refused(&cf, "has 2 drives from address 20 on, not 2 from 30");
	library_forget();
	kit_save(kit_path("lib"), "x", 1);
	refused(&library_usual, "not a directory");
	unlink(kit_path("lib"));
}

/* Labels. */
static void test_labels(void **state)
{
	struct scsiemu_library cf = library_usual;
	struct scsiemu_medium m;

	(void)state;
	cf.cartridges = 1;
	cf.prefix = "NEW";
	m = library_open(&cf);
	assert_string_equal(library_in(&m, SLOT), "NEW001L8");
	library_shut(&m);
	library_forget();
	cf.prefix = "CLN";
	cf.suffix = "CU";
	m = library_open(&cf);
	assert_string_equal(library_in(&m, SLOT), "CLN001CU");
	library_shut(&m);
}

/* A cartridge that cannot be opened stays where it is; one that was in a drive
 * is there, and its element says so. */
static void test_unreadable(void **state)
{
	struct scsiemu_medium m = library_open(&library_usual);
	const struct scsiemu_changer_ops *ops = m.ops;
	struct scsiemu_element e;

	(void)state;
	assert_int_equal(unlink(kit_path("lib/VOL001L8.tape")), 0);
	assert_int_equal(library_move(&m, SLOT, DRIVE), SCSIEMU_E_READ);
	assert_non_null(strstr(scsiemu_library_why(&m), "VOL001L8.tape"));
	assert_string_equal(library_all(&m), "123------");
	assert_int_equal(library_exchange(&m, SLOT, SLOT + 1, SLOT),
			 0); /* as slots */
	assert_int_equal(library_move(&m, SLOT + 2, DRIVE), 0);
	assert_int_equal(library_exchange(&m, SLOT + 1, DRIVE, SLOT + 3),
			 SCSIEMU_E_READ);
	assert_string_equal(library_all(&m), "21-----3-");
	assert_non_null(library_loaded(&m, DRIVE));
	library_shut(&m);
	assert_int_equal(unlink(kit_path("lib/VOL003L8.tape")), 0);
	m = library_open(&library_any);
	ops = m.ops;
	ops->element(m.ctx, DRIVE, &e);
	assert_int_equal(e.fault, SCSIEMU_ELEMENT_UNREADABLE);
	assert_null(library_loaded(&m, DRIVE));
	assert_int_equal(library_move(&m, DRIVE, SLOT + 2), 0);
	ops->element(m.ctx, DRIVE, &e);
	assert_int_equal(e.fault, SCSIEMU_ELEMENT_SOUND);
	library_shut(&m);
}

/* An inventory sees files that have gone, and that are back. */
static void test_scan(void **state)
{
	static const struct {
		uint16_t first, n;
		bool sees;
	} range[] = { { 0, 0, true },	      { SLOT, 1, true },
		      { SLOT + 1, 9, false }, { 50, 51, true },
		      { 50, 50, false },      { 99, 65535, true } };
	struct scsiemu_medium m = library_open(&library_usual);
	const struct scsiemu_changer_ops *ops = m.ops;
	struct scsiemu_io io = { .info = SCSIEMU_NO_INFO };
	struct scsiemu_element e;

	(void)state;
	assert_int_equal(library_move(&m, SLOT + 1, DRIVE), 0);
	for (unsigned i = 0; i < sizeof(range) / sizeof(range[0]); i++) {
		assert_int_equal(rename(kit_path("lib/VOL001L8.tape"),
					kit_path("lib/away")),
				 0);
		assert_int_equal(
			ops->scan(m.ctx, &io, range[i].first, range[i].n), 0);
		ops->element(m.ctx, SLOT, &e);
		assert_int_equal(e.fault, range[i].sees
						  ? SCSIEMU_ELEMENT_UNREADABLE
						  : SCSIEMU_ELEMENT_SOUND);
		assert_int_equal(rename(kit_path("lib/away"),
					kit_path("lib/VOL001L8.tape")),
				 0);
		assert_int_equal(ops->scan(m.ctx, &io, 0, 0), 0);
		ops->element(m.ctx, SLOT, &e);
		assert_int_equal(e.fault, SCSIEMU_ELEMENT_SOUND);
	}
	ops->element(m.ctx, DRIVE, &e);
	assert_int_equal(e.fault, SCSIEMU_ELEMENT_SOUND);
	library_shut(&m);
}

static void cannot(struct scsiemu_medium *m, unsigned addr, const char *barcode,
		   const struct scsiemu_tape_new *is, const char *why)
{
	struct scsiemu_errmsg err;

	assert_int_equal(
		scsiemu_library_insert(m, (uint16_t)addr, barcode, is, &err),
		-1);
	if (!strstr(err.text, why))
		fail_msg("\"%s\" does not say \"%s\"", err.text, why);
}

static void test_operator(void **state)
{
	static const struct scsiemu_tape_new is = { .bytes = 65536 };
	struct scsiemu_medium m = library_open(&library_usual), other = { 0 };
	const struct scsiemu_changer_ops *ops = m.ops;
	struct scsiemu_errmsg err;
	struct scsiemu_element e;

	(void)state;
	cannot(&m, STATION, "NEW001L8", NULL, "NEW001L8.tape");
	assert_int_equal(
		scsiemu_library_insert(&m, STATION, "NEW001L8", &is, &err), 0);
	ops->element(m.ctx, STATION, &e);
	assert_true(e.imported);
	assert_string_equal(e.tag.id, "NEW001L8");
	cannot(&m, STATION, "CLN001CU", &is, "has a cartridge (NEW001L8)");
	cannot(&m, STATION + 1, "NEW001L8", &is, "in the library already");
	cannot(&m, STATION + 1, "A B", &is, "is no barcode");
	cannot(&m, STATION + 1, "", &is, "is no barcode");
	cannot(&m, DRIVE, "CLN001CU", &is, "is no slot");
	cannot(&m, 7, "CLN001CU", &is, "is no slot");
	cannot(&other, SLOT, "CLN001CU", &is, "is no slot");
	assert_int_equal(
		scsiemu_library_insert(&m, SLOT + 3, "CLN001CU", &is, &err), 0);
	ops->element(m.ctx, SLOT + 3, &e);
	assert_int_equal(e.type, SCSIEMU_CARTRIDGE_CLEANING);
	assert_false(e.imported);
	library_shut(&m);
	m = library_open(&library_any);
	ops = m.ops;
	ops->element(m.ctx, STATION, &e);
	assert_true(e.imported);
	assert_int_equal(scsiemu_library_eject(&m, SLOT + 1, &err), 0);
	assert_int_equal(scsiemu_library_eject(&m, SLOT + 1, &err), -1);
	assert_int_equal(scsiemu_library_eject(&m, DRIVE, &err), -1);
	assert_int_equal(access(kit_path("lib/VOL002L8.tape"), F_OK), 0);
	library_shut(&m);
	m = library_open(&library_any);
	assert_string_equal(library_in(&m, SLOT + 1), "");
	/* and back, without anything made */
	assert_int_equal(
		scsiemu_library_insert(&m, SLOT + 4, "VOL002L8", NULL, &err),
		0);
	assert_string_equal(library_in(&m, SLOT + 4), "VOL002L8");
	library_shut(&m);
}

static void counted(const struct scsiemu_medium *m, uint16_t addr,
		    uint32_t places, uint32_t picks)
{
	const struct scsiemu_changer_ops *ops = m->ops;
	struct scsiemu_element_counts n;

	ops->counts(m->ctx, addr, &n);
	assert_int_equal(n.places, places);
	assert_int_equal(n.picks, picks);
}

/* Moves that have happened, since the library was opened. */
static void test_counts(void **state)
{
	struct scsiemu_medium m = library_open(&library_usual);

	(void)state;
	inject_fail(INJECT(FSYNC), 1, EIO);
	assert_int_equal(library_move(&m, SLOT, SLOT + 4), SCSIEMU_E_WRITE);
	inject_fail(0, 0, 0);
	counted(&m, SLOT, 0, 0);
	counted(&m, SLOT + 4, 0, 0);
	assert_int_equal(library_move(&m, SLOT, SLOT + 4), SCSIEMU_OK);
	counted(&m, SLOT, 0, 1);
	counted(&m, SLOT + 4, 1, 0);
	library_shut(&m);
	m = library_open(&library_any);
	counted(&m, SLOT, 0, 0);
	library_shut(&m);
}

static void test_tag(void **state)
{
	const struct scsiemu_changer_tag tag = { "MY TAG", 300 };
	struct scsiemu_medium m = library_open(&library_usual);
	const struct scsiemu_changer_ops *ops = m.ops;
	struct scsiemu_io io = { .info = SCSIEMU_NO_INFO };
	struct scsiemu_element e;

	(void)state;
	assert_int_equal(ops->tag(m.ctx, &io, SLOT, &tag), 0);
	assert_int_equal(ops->tag(m.ctx, &io, SLOT + 4, &tag),
			 SCSIEMU_E_NO_OBJECT);
	assert_int_equal(ops->tag(m.ctx, &io, 7, &tag), SCSIEMU_E_RANGE);
	inject_fail(INJECT(FSYNC), 1, EIO);
	assert_int_equal(ops->tag(m.ctx, &io, SLOT + 1, &tag), SCSIEMU_E_WRITE);
	inject_fail(0, 0, 0);
	assert_string_equal(library_in(&m, SLOT + 1), "VOL002L8");
	/* doors open for a while only */
	assert_int_equal(ops->door(m.ctx, &io, STATION, true), 0);
	assert_int_equal(ops->door(m.ctx, &io, SLOT, true), SCSIEMU_E_RANGE);
	library_shut(&m);
	m = library_open(&library_any);
	ops = m.ops;
	ops->element(m.ctx, STATION, &e);
	assert_false(e.open);
	assert_string_equal(library_in(&m, SLOT), "MY TAG");
	/* its file is the same */
	assert_int_equal(library_move(&m, SLOT, DRIVE), 0);
	library_shut(&m);
}

#define WITH(fn)                                                               \
	cmocka_unit_test_setup_teardown(fn, library_setup, library_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(test_made),    WITH(test_cartridges),
		WITH(test_format),  WITH(test_order),
		WITH(test_damaged), WITH(test_unfinished),
		WITH(test_forged),  WITH(test_refused),
		WITH(test_labels),  WITH(test_unreadable),
		WITH(test_scan),    WITH(test_operator),
		WITH(test_counts),  WITH(test_tag),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
