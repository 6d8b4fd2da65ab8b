/* SPDX-License-Identifier: BSD-2-Clause */
/* support/zbc.c - see zbc.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/zbc.h"

void zbc_options(struct disk_options *o, uint32_t n, uint32_t conv,
		 uint32_t max_open)
{
	memset(o, 0, sizeof(*o));
	o->nblk = (uint64_t)n * ZONE;
	o->blen = BLOCK;
	o->jobs = 1;
	o->sbc.zones = (struct scsiemu_zone_options){
		.model = SCSIEMU_HOST_MANAGED,
		.zones = n,
		.conventional = conv,
		.max_open = max_open,
		.zone_blk = ZONE,
	};
}

static int keep(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	struct zbc *z = d->hook_ctx;
	uint64_t i = c->count - SCSIEMU_NV_CHUNK;

	(void)bytes;
	if (c->want != SCSIEMU_STORE || c->verb != SCSIEMU_V_NV_SAVE ||
	    c->count < SCSIEMU_NV_CHUNK)
		return DRIVE_USUAL;
	z->nsaves++;
	if (z->nv_result != SCSIEMU_OK)
		return z->nv_result;
	assert_true(i < ZBC_RECORDS);
	assert_true(c->len <= ZBC_RECORD);
	memcpy(z->rec[i], c->buf, c->len);
	z->rec_len[i] = c->len;
	return SCSIEMU_OK;
}

void zbc_make(struct zbc *z, const struct disk_options *o)
{
	memset(z, 0, sizeof(*z));
	disk_make(&z->b, o);
	z->b.d.hook = keep;
	z->b.d.hook_ctx = z;
}

void zbc_again(struct zbc *z, const struct disk_options *o,
	       const struct zbc *was)
{
	struct disk_options empty = *o;

	empty.empty = true;
	zbc_make(z, &empty);
	memcpy(z->rec, was->rec, sizeof(z->rec));
	memcpy(z->rec_len, was->rec_len, sizeof(z->rec_len));
	memcpy(z->b.k.bytes, was->b.k.bytes, o->nblk * BLOCK);
	for (uint32_t i = 0; i < ZBC_RECORDS; i++)
		if (z->rec_len[i])
			assert_int_equal(scsiemu_lu_restore(
						 z->b.lu, SCSIEMU_NV_CHUNK + i,
						 z->rec[i], z->rec_len[i]),
					 0);
	scsiemu_lu_load(z->b.lu, &z->b.k.m, false);
	drive_settle(&z->b.d, z->b.lu, NULL);
}

void zbc_free(struct zbc *z)
{
	disk_free(&z->b);
}

static void put(uint8_t *p, uint64_t v, unsigned n)
{
	while (n--)
		*p++ = (uint8_t)(v >> 8 * n);
}

static uint64_t get(const uint8_t *p, unsigned n)
{
	uint64_t v = 0;

	while (n--)
		v = v << 8 | *p++;
	return v;
}

uint8_t zbc_out(struct zbc *z, uint8_t sa, uint64_t lba, uint16_t count,
		bool all)
{
	uint8_t cdb[16] = { SCSIEMU_OP_ZONE_OUT, sa };

	put(cdb + 2, lba, 8);
	put(cdb + 12, count, 2);
	cdb[14] = all;
	return drive_run(&z->b.d, z->b.lu, cdb, 16, NULL, 0, 0);
}

uint8_t zbc_in(struct zbc *z, uint8_t sa, uint64_t lba, uint32_t alloc,
	       uint8_t byte14)
{
	uint8_t cdb[16] = { SCSIEMU_OP_ZONE_IN, sa };

	put(cdb + 2, lba, 8);
	put(cdb + 10, alloc, 4);
	cdb[14] = byte14;
	return drive_run(&z->b.d, z->b.lu, cdb, 16, NULL, 0, alloc);
}

struct zbc_zone zbc_zone(struct zbc *z, uint64_t lba)
{
	struct scsiemu_nexus *was = z->b.d.nexus;
	const uint8_t *p;
	struct zbc_zone d;

	z->b.d.nexus = NULL;
	drive_settle(&z->b.d, z->b.lu, NULL);
	zbc_in(z, SCSIEMU_SA_REPORT_ZONES, lba, 128, 0x80);
	z->b.d.nexus = was;
	drive_good(&z->b.d);
	assert_int_equal(z->b.d.t.c.in_done, 128);
	p = z->b.d.t.in + 64;
	d.type = p[0];
	d.cond = p[1] >> 4;
	d.flags = p[1] & 15;
	d.len = get(p + 8, 8);
	d.start = get(p + 16, 8);
	d.wp = get(p + 24, 8);
	return d;
}

uint8_t zbc_write(struct zbc *z, uint64_t lba, uint32_t n, unsigned gen,
		  bool fua)
{
	static uint8_t out[4 * ZONE * BLOCK];

	assert_true(n * BLOCK <= sizeof(out));
	disk_pattern(out, lba, n, BLOCK, gen);
	return disk_run(&z->b, SCSIEMU_OP_WRITE_16, fua ? 8 : 0, lba, n, out,
			n * BLOCK, 0);
}

uint8_t zbc_read(struct zbc *z, uint64_t lba, uint32_t n)
{
	return disk_run(&z->b, SCSIEMU_OP_READ_16, 0, lba, n, NULL, 0,
			n * BLOCK);
}

void zbc_is_at(struct zbc *z, uint64_t lba, unsigned cond, int wp,
	       const char *file, int line)
{
	struct zbc_zone d = zbc_zone(z, lba);
	uint64_t at = wp < 0 ? UINT64_MAX : d.start + (uint64_t)wp;

	if (d.cond == cond && d.wp == at)
		return;
	print_error("zone at %llu: condition %u, write pointer %lld\n",
		    (unsigned long long)lba, d.cond,
		    (long long)(d.wp == UINT64_MAX
					? -1
					: (int64_t)(d.wp - d.start)));
	_fail(file, line);
}
