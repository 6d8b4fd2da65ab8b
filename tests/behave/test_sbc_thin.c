/* SPDX-License-Identifier: BSD-2-Clause */
/* UNMAP and GET LBA STATUS, and what VPD and READ CAPACITY say with them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/disk.h"

struct range {
	uint64_t lba;
	uint32_t nblk;
};

static void put(uint8_t *p, uint64_t v, unsigned n)
{
	while (n--)
		*p++ = (uint8_t)(v >> 8 * n);
}

static unsigned list_of(uint8_t *list, const struct range *r, unsigned n)
{
	memset(list, 0, 8 + 16 * n);
	put(list, 6 + 16 * n, 2);
	put(list + 2, 16 * n, 2);
	for (unsigned i = 0; i < n; i++) {
		put(list + 8 + 16 * i, r[i].lba, 8);
		put(list + 16 + 16 * i, r[i].nblk, 4);
	}
	return 8 + 16 * n;
}

static void run_list(struct disk *b, const uint8_t *list, uint32_t len)
{
	uint8_t cdb[10] = { SCSIEMU_OP_UNMAP,	 0,	      0, 0, 0, 0, 0,
			    (uint8_t)(len >> 8), (uint8_t)len };

	drive_run(&b->d, b->lu, cdb, 10, list, len, 0);
}

static void unmap(struct disk *b, const struct range *r, unsigned n)
{
	uint8_t list[8 + 16 * 70];

	run_list(b, list, list_of(list, r, n));
}
#define UNMAP(b, ...)                                                          \
	unmap(b, (const struct range[]){ __VA_ARGS__ },                        \
	      sizeof((const struct range[]){ __VA_ARGS__ }) /                  \
		      sizeof(struct range))

static void made(struct disk *b, uint32_t granule)
{
	struct disk_options o = { .thin = true, .granule = granule };

	disk_make(b, &o);
	disk_fill(b, 1);
}

/* Which blocks are mapped, and that the others are zeros and only they. */
static void mapped_is(const struct disk *b, const char *map)
{
	uint8_t old[512];

	for (unsigned i = 0; map[i]; i++) {
		assert_int_equal(b->k.mapped[i], map[i] != '.');
		if (map[i] == 'x')
			disk_pattern(old, i, 1, 512, 1);
		else
			memset(old, 0, 512);
		assert_memory_equal(b->k.bytes + 512 * i, old, 512);
	}
}

static void test_unmap(void **s)
{
	struct disk b;

	(void)s;
	made(&b, 1);
	UNMAP(&b, { 1, 2 }, { 5, 1 });
	drive_good(&b.d);
	mapped_is(&b, "x..xx.xx");
	UNMAP(&b, { 0, 3 }, { 2, 4 }); /* overlapping */
	drive_good(&b.d);
	mapped_is(&b, "......xx");
	UNMAP(&b, { 0, 64 });
	drive_good(&b.d);
	assert_int_equal(b.d.t.c.out_done, 24);
	disk_free(&b);
	/* o: still mapped, zeroed */
	made(&b, 4);
	UNMAP(&b, { 3, 6 });
	drive_good(&b.d);
	mapped_is(&b, "xxxo....oxxx");
	UNMAP(&b, { 9, 2 });
	drive_good(&b.d);
	mapped_is(&b, "xxxo....ooox");
	disk_free(&b);
}

static void test_unmap_nothing(void **s)
{
	uint8_t list[64] = { 0 };
	struct disk b;

	(void)s;
	made(&b, 1);
	UNMAP(&b, { 7, 0 }, { 0, 0 }, { 64, 0 });
	drive_good(&b.d);
	run_list(&b, list, 0);
	drive_good(&b.d);
	run_list(&b, list, 8);
	drive_good(&b.d);
	for (unsigned len = 1; len < 8; len++) {
		run_list(&b, list, len);
		drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
			    SCSIEMU_ASC_PARAMETER_LIST_LENGTH);
	}
	/* a descriptor that is cut off, by the list or by its own length */
	list_of(list, (const struct range[]){ { 1, 2 }, { 5, 1 } }, 2);
	run_list(&b, list, 39);
	drive_good(&b.d);
	mapped_is(&b, "x..xxxxx");
	list_of(list, (const struct range[]){ { 4, 1 }, { 5, 1 } }, 2);
	list[3] = 31;
	run_list(&b, list, 40);
	drive_good(&b.d);
	mapped_is(&b, "x..x.xxx");
	disk_free(&b);
}

/* Nothing goes when anything in the list is wrong. */
static void test_unmap_refused(void **s)
{
	uint8_t list[8 + 16 * 128] = { 0 };
	uint8_t cdb[10] = { SCSIEMU_OP_UNMAP, 1 };
	struct disk b;

	(void)s;
	made(&b, 1);
	UNMAP(&b, { 1, 2 }, { 60, 5 });
	drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
		    SCSIEMU_ASC_LBA_OUT_OF_RANGE);
	assert_int_equal(b.d.t.c.sense.info, 64);
	UNMAP(&b, { 1, 2 }, { 65, 0 });
	drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
		    SCSIEMU_ASC_LBA_OUT_OF_RANGE);
	UNMAP(&b, { 1, 2 }, { UINT64_MAX, UINT32_MAX });
	drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
		    SCSIEMU_ASC_LBA_OUT_OF_RANGE);
	mapped_is(&b, "xxxxxxxx");
	/* ANCHOR */
	drive_run(&b.d, b.lu, cdb, 10, NULL, 0, 0);
	drive_cdb(&b.d, 1, 0);
	/* a list that scratch (2048) does not hold */
	run_list(&b, list, 8 + 16 * 128);
	drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
		    SCSIEMU_ASC_PARAMETER_LIST_LENGTH);
	run_list(&b, list, 8 + 16 * 127);
	drive_good(&b.d);
	disk_free(&b);
}

static int swallow(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)d;
	(void)bytes;
	return c->want == SCSIEMU_STORE ? SCSIEMU_OK : DRIVE_USUAL;
}

static void test_unmap_most(void **s)
{
	struct disk b;

	(void)s;
	made(&b, 1);
	b.k.m.nblk = 1ull << 40;
	scsiemu_lu_changed(b.lu);
	drive_settle(&b.d, b.lu, NULL);
	b.d.hook = swallow;
	UNMAP(&b, { 1ull << 39, 1 << 20 });
	drive_good(&b.d);
	UNMAP(&b, { 5, 1 << 19 }, { 1ull << 39, (1 << 19) + 1 });
	drive_param(&b.d, SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST,
		    8 + 16 + 8, SCSIEMU_NO_BIT);
	UNMAP(&b, { 0, UINT32_MAX });
	drive_param(&b.d, SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST, 16,
		    SCSIEMU_NO_BIT);
	b.k.m.nblk = 64;
	disk_free(&b);
}

/* LBA status descriptors as a string: "LBA+count:status ". */
static void status_is(struct disk *b, uint64_t lba, uint32_t alloc,
		      uint8_t type, const char *want)
{
	char text[512] = "", *at = text;
	const uint8_t *p;
	uint32_t len;

	disk_sai(b, 0x12, lba, alloc, type);
	drive_good(&b->d);
	p = b->d.t.in;
	len = (uint32_t)p[2] << 8 | p[3];
	assert_int_equal(b->d.t.c.in_done, len + 4);
	assert_int_equal(p[7] & 1, 1);
	for (uint32_t i = 8; i < len + 4; i += 16) {
		uint32_t n = (uint32_t)p[i + 8] << 24 |
			     (uint32_t)p[i + 9] << 16 |
			     (uint32_t)p[i + 10] << 8 | p[i + 11];

		at += snprintf(at, 40, "%u+%u:%u ", p[i + 7], (unsigned)n,
			       p[i + 12]);
		assert_int_equal(p[i + 13] | p[i + 14] | p[i + 15], 0);
	}
	assert_string_equal(text, want);
}

static void test_status(void **s)
{
	struct disk b;

	(void)s;
	made(&b, 1);
	status_is(&b, 0, 4096, 0, "0+64:0 ");
	UNMAP(&b, { 8, 8 }, { 24, 1 });
	status_is(&b, 0, 4096, 0, "0+8:0 8+8:1 16+8:0 24+1:1 25+39:0 ");
	/* the first one begins at the LBA asked for */
	status_is(&b, 9, 4096, 0, "9+7:1 16+8:0 24+1:1 25+39:0 ");
	status_is(&b, 63, 4096, 0, "63+1:0 ");
	status_is(&b, 9, 24, 0, "9+7:1 ");
	status_is(&b, 9, 40, 0, "9+7:1 16+8:0 ");
	/* report types */
	status_is(&b, 0, 4096, 1, "8+8:1 24+1:1 ");
	status_is(&b, 0, 4096, 2, "0+8:0 16+8:0 25+39:0 ");
	status_is(&b, 0, 4096, 3, "8+8:1 24+1:1 ");
	status_is(&b, 0, 4096, 4, "");
	status_is(&b, 0, 24, 3, "8+8:1 ");
	disk_sai(&b, 0x12, 0, 24, 5);
	drive_cdb(&b.d, 14, SCSIEMU_NO_BIT);
	/* no room, too little room */
	disk_sai(&b, 0x12, 0, 0, 0);
	drive_good(&b.d);
	disk_sai(&b, 0x12, 9, 23, 0);
	drive_data(&b.d, "\0\0\0\x14\0\0\0\1\0\0\0\0\0\0\0\x09\0\0\0\x07\1\0\0",
		   23);
	disk_free(&b);
}

/* WRITE LONG with WR_UNCOR: the block cannot be read. */
static void mark(struct disk *b, uint64_t lba)
{
	disk_run(b, SCSIEMU_OP_WRITE_LONG_10, 0x40, lba, 0, NULL, 0, 0);
	drive_good(&b->d);
}

/* REPORT TYPE 10h: blocks that may return unrecovered errors. */
static void test_status_errors(void **s)
{
	static const uint8_t two[40] = {
		[3] = 36, [7] = 1,   [15] = 5, [19] = 2,
		[21] = 1, [31] = 40, [35] = 1, [37] = 1
	};
	uint8_t cdb[32] = { SCSIEMU_OP_VARIABLE,
			    [7] = 0x18,
			    [9] = SCSIEMU_SA_GET_LBA_STATUS_32,
			    0x10,
			    [19] = 4,
			    [23] = 36,
			    [31] = 255 };
	struct disk_options o = { .thin = true, .sbc = { .defects = 8 } };
	struct disk b;

	(void)s;
	disk_make(&b, &o);
	disk_sai(&b, 0x12, 0, 4096, 0x10);
	drive_data(&b.d, "\0\0\0\4\0\0\0\1", 8);
	mark(&b, 5);
	mark(&b, 6);
	mark(&b, 40);
	disk_sai(&b, 0x12, 0, 4096, 0x10);
	drive_data(&b.d, two, 40);
	disk_sai(&b, 0x12, 6, 24, 0x10);
	assert_int_equal(b.d.t.in[15], 6);
	assert_int_equal(b.d.t.in[19], 1);
	disk_sai(&b, 0x12, 41, 4096, 0x10);
	assert_int_equal(b.d.t.c.in_done, 8);
	/* up to block 40 the scan is over; there is more than fits */
	drive_in(&b.d, b.lu, cdb, 32);
	assert_int_equal(b.d.t.c.in_done, 24);
	assert_int_equal(b.d.t.in[7], 2 << 1 | 1);
	cdb[23] = 0;
	cdb[31] = 24;
	drive_in(&b.d, b.lu, cdb, 32);
	assert_int_equal(b.d.t.in[7], 1 << 1 | 1);
	cdb[31] = 255;
	drive_in(&b.d, b.lu, cdb, 32);
	drive_data(&b.d, two, 40);
	for (uint8_t type = 5; type != 0x10; type++) {
		disk_sai(&b, 0x12, 0, 24, type);
		drive_cdb(&b.d, 14, SCSIEMU_NO_BIT);
	}
	disk_sai(&b, 0x12, 0, 24, 0x11);
	drive_cdb(&b.d, 14, SCSIEMU_NO_BIT);
	/* a disk that has no such blocks */
	disk_free(&b);
	made(&b, 1);
	disk_sai(&b, 0x12, 0, 4096, 0x10);
	drive_data(&b.d, "\0\0\0\4\0\0\0\1", 8);
	disk_free(&b);
}

/* Many runs: as many as scratch and the host hold, no gap between two asks. */
static void test_status_many(void **s)
{
	struct disk_options o = { .thin = true, .scratch = 512 };
	struct disk b;
	uint32_t i;

	(void)s;
	disk_make(&b, &o);
	for (i = 0; i < 64; i += 2)
		b.k.mapped[i] = 1;
	disk_sai(&b, 0x12, 0, 4096, 0);
	drive_good(&b.d);
	assert_int_equal(b.d.t.c.in_done, 8 + 16 * 12);
	/* every second run only: the store is asked again */
	disk_sai(&b, 0x12, 0, 4096, 3);
	drive_good(&b.d);
	assert_int_equal(b.d.t.c.in_done, 8 + 16 * 12);
	for (i = 0; i < 12; i++)
		assert_int_equal(b.d.t.in[8 + 16 * i + 7], 2 * i + 1);
	disk_free(&b);
}

/* A store that tells of one long run in pieces: they become one descriptor as
 * far as its count reaches. */
static int pieces(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	struct scsiemu_extent *e = (struct scsiemu_extent *)(void *)c->buf;

	(void)d;
	(void)bytes;
	if (c->want != SCSIEMU_STORE || c->verb != SCSIEMU_V_STATUS)
		return DRIVE_USUAL;
	assert_true(c->len >= sizeof(*e));
	e->lba = c->addr;
	e->nblk = 0x60000000;
	e->state = SCSIEMU_DEALLOCATED;
	c->info = 1;
	return SCSIEMU_OK;
}

static void test_status_pieces(void **s)
{
	struct disk b;

	(void)s;
	made(&b, 1);
	b.k.m.nblk = 0x120000000;
	scsiemu_lu_changed(b.lu);
	drive_settle(&b.d, b.lu, NULL);
	b.d.hook = pieces;
	status_is(&b, 0, 4096, 0, "0+3221225472:1 0+1610612736:1 ");
	b.k.m.nblk = 64;
	disk_free(&b);
}

/* 5 TiB that are not mapped, then what is. */
static int far_off(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	struct scsiemu_extent *e = (struct scsiemu_extent *)(void *)c->buf;
	const uint64_t first = 0x280000000;

	(void)d;
	(void)bytes;
	if (c->want != SCSIEMU_STORE || c->verb != SCSIEMU_V_STATUS)
		return DRIVE_USUAL;
	e->lba = c->addr;
	e->nblk = c->addr < first ? first - c->addr : UINT64_MAX;
	e->state = c->addr < first ? SCSIEMU_DEALLOCATED : SCSIEMU_MAPPED;
	c->info = 1;
	return SCSIEMU_OK;
}

/* A run that is not reported may be longer than a descriptor can say. */
static void test_status_far(void **s)
{
	struct disk b;

	(void)s;
	made(&b, 1);
	b.k.m.nblk = 0x280000010;
	scsiemu_lu_changed(b.lu);
	drive_settle(&b.d, b.lu, NULL);
	b.d.hook = far_off;
	status_is(&b, 7, 4096, 2, "0+16:0 ");
	b.k.m.nblk = 64;
	disk_free(&b);
}

/* A medium that cannot tell, or has nothing to tell: all is mapped. */
static void test_status_unknown(void **s)
{
	struct disk_options full = { .thin = false };
	struct disk_options dumb = { .thin = true,
				     .unable = SCSIEMU_CAN_STATUS };
	struct disk b;

	(void)s;
	disk_make(&b, &full);
	status_is(&b, 5, 4096, 0, "5+59:0 ");
	status_is(&b, 5, 4096, 3, "");
	disk_free(&b);
	disk_make(&b, &dumb);
	status_is(&b, 5, 4096, 0, "5+59:0 ");
	b.k.m.nblk = 1ull << 40;
	scsiemu_lu_changed(b.lu);
	drive_settle(&b.d, b.lu, NULL);
	status_is(&b, 5, 4096, 0, "5+4294967295:0 ");
	b.k.m.nblk = 64;
	disk_free(&b);
}

/* Everything that speaks of provisioning says the same. */
static void announced(const struct disk_options *o, uint8_t rc16, uint8_t b2,
		      uint8_t type, uint32_t granule)
{
	uint8_t vpd[6] = { SCSIEMU_OP_INQUIRY, 1, 0xb2, 0, 255, 0 };
	struct disk b;
	const uint8_t *p;

	disk_make(&b, o);
	disk_sai(&b, 0x10, 0, 32, 0);
	drive_good(&b.d);
	assert_int_equal(b.d.t.in[14], rc16);
	drive_in(&b.d, b.lu, vpd, 6);
	drive_good(&b.d);
	assert_int_equal(b.d.t.in[3], 4);
	assert_int_equal(b.d.t.in[5], b2);
	assert_int_equal(b.d.t.in[6], type);
	vpd[2] = 0xb0;
	drive_in(&b.d, b.lu, vpd, 6);
	drive_good(&b.d);
	p = b.d.t.in;
	assert_int_equal(p[3], 0x3c);
	assert_memory_equal(
		p + 20, type ? "\0\x10\0\0\0\0\0\x7f" : "\0\0\0\0\0\0\0\0", 8);
	assert_int_equal(p[31], granule);
	assert_int_equal(p[32], type ? 0x80 : 0);
	UNMAP(&b, { 0, 0 });
	if (type)
		drive_good(&b.d);
	else
		drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
			    SCSIEMU_ASC_INVALID_OPCODE);
	disk_free(&b);
}

static void test_announced(void **s)
{
	struct disk_options o = { .thin = true };

	(void)s;
	announced(&o, 0xc0, 0xe4, 2, 1);
	o.granule = 16;
	announced(&o, 0xc0, 0xe4, 2, 16);
	o.granule = 24; /* what a power of two of it divides */
	announced(&o, 0xc0, 0xe4, 2, 8);
	o.granule = 0;
	o.no_zeroes = true;
	announced(&o, 0x80, 0xe0, 2, 1);
	o.unable = SCSIEMU_CAN_UNMAP;
	announced(&o, 0, 0, 0, 0);
	o.unable = 0;
	o.thin = false;
	announced(&o, 0, 0, 0, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unmap),
		cmocka_unit_test(test_unmap_nothing),
		cmocka_unit_test(test_unmap_refused),
		cmocka_unit_test(test_unmap_most),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_status_errors),
		cmocka_unit_test(test_status_many),
		cmocka_unit_test(test_status_pieces),
		cmocka_unit_test(test_status_far),
		cmocka_unit_test(test_status_unknown),
		cmocka_unit_test(test_announced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
