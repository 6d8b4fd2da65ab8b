/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Profiles of tape drives, to the byte: what a drive says of itself, of what
 * tapes it takes, what it does with those of other generations, and what an old
 * one does not know. Libraries: where the elements are, who the drives are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <scsiemu/exec.h>

#include "host/devstr.h"

enum { ROOM = 1024 };

static char dir[] = "/tmp/tapeprofile-XXXXXX";

/* ---- A drive that is asked ---- */

struct asked {
	struct scsiemu_device *d;
	struct scsiemu_host_lu h;
	struct scsiemu_pump pump;
	struct scsiemu_exec x;
	uint64_t bounce[1024];
	uint8_t in[ROOM];
};

static uint8_t ask(struct asked *a, const uint8_t *cdb, uint16_t len)
{
	a->x.cdb = cdb;
	a->x.cdb_len = len;
	a->x.in = a->in;
	a->x.in_len = sizeof(a->in);
	memset(a->in, 0xee, sizeof(a->in));
	assert_int_equal(scsiemu_exec(&a->pump, a->h.lu, &a->x, NULL, NULL), 0);
	return a->x.status;
}

#define ASK(a, ...)                                                            \
	ask((a), (const uint8_t[]){ __VA_ARGS__ },                             \
	    sizeof((const uint8_t[]){ __VA_ARGS__ }))

static void sense(const struct asked *a, uint8_t key, uint16_t asc)
{
	assert_int_equal(a->x.status, 2);
	assert_int_equal(a->x.sense[2] & 15, key);
	assert_int_equal(a->x.sense[12] << 8 | a->x.sense[13], asc);
}

static void make(struct asked *a, const char *device)
{
	struct scsiemu_limits l = { .size = sizeof(l) };
	struct scsiemu_errmsg err = { "" };

	memset(a, 0, sizeof(*a));
	a->d = scsiemu_device_create(&l, &scsiemu_host_allocator);
	assert_non_null(a->d);
	if (scsiemu_host_open(&a->h, device, &err))
		fail_msg("%s: %s", device, err.text);
	scsiemu_host_serial(&a->h, "iqn.2026-01.x:t", 0);
	if (scsiemu_host_attach(&a->h, a->d, 0, &err))
		fail_msg("%s: %s", device, err.text);
	assert_int_equal(
		scsiemu_pump_init(&a->pump, a->d, a->bounce, sizeof(a->bounce)),
		0);
	while (ASK(a, 0, 0, 0, 0, 0, 0) == 2 && (a->x.sense[2] & 15) == 6)
		; /* unit attentions */
}

static void done(struct asked *a)
{
	struct scsiemu_errmsg err;

	assert_int_equal(scsiemu_host_close(&a->h, &err), 0);
	scsiemu_device_destroy(a->d, &scsiemu_host_allocator);
}

static int write_block(struct asked *a)
{
	static const uint8_t cdb[6] = { 0x0a, 0, 0, 2, 0 }, block[512];

	a->x.out = block;
	a->x.out_len = sizeof(block);
	ask(a, cdb, 6);
	a->x.out = NULL;
	a->x.out_len = 0;
	return a->x.status;
}

/* ---- What drives say of themselves ---- */

static void test_ibm_lto8(void **state)
{
	static const uint8_t begin[] = "\x01\x80\x06\x12\x41\x01\x00\x02"
				       "IBM     ULT3580-TD8     HB81";
	static const uint8_t pages[] = { 0x80, 0x83, 0x86, 0x87,
					 0x88, 0xb0, 0xb1, 0xb5 };
	struct asked a;

	(void)state;
	make(&a, "tape:mem,profile=ibm-lto8");
	assert_int_equal(ASK(&a, 0x12, 0, 0, 0, 255, 0), 0);
	assert_int_equal(a.x.in_done, 70);
	assert_memory_equal(a.in, begin, sizeof(begin) - 1);
	assert_memory_equal(a.in + 58, "\x00\xa0\x04\x60\x04\x00\x09\x60", 8);
	assert_int_equal(ASK(&a, 0x12, 1, 0, 0, 255, 0), 0);
	assert_int_equal(a.in[3], 1 + sizeof(pages)); /* it is in no library */
	assert_memory_equal(a.in + 5, pages, sizeof(pages));
	assert_int_equal(ASK(&a, 0x12, 1, 0xb3, 0, 255, 0), 2);
	assert_int_equal(ASK(&a, 0x12, 1, 0x80, 0, 255, 0), 0);
	assert_int_equal(a.in[3], 10);
	assert_int_equal(ASK(&a, 0x12, 1, 0xb0, 0, 255, 0), 0);
	assert_int_equal(a.in[4], 1); /* WORM */
	assert_int_equal(ASK(&a, 0x05, 0, 0, 0, 0, 0), 0);
	assert_memory_equal(a.in, "\x00\x80\x00\x00\x00\x01", 6);
	/* medium type, density; partitions */
	assert_int_equal(ASK(&a, 0x1a, 0, 0x11, 0, 255, 0), 0);
	assert_int_equal(a.in[1], 0x88);
	assert_int_equal(a.in[4], 0x5e);
	assert_int_equal(a.in[12], 0x11);
	assert_int_equal(a.in[14], 3);
	/* IBM's own mode pages; both methods of protection */
	assert_int_equal(ASK(&a, 0x1a, 8, 0x24, 0, 255, 0), 0);
	assert_memory_equal(a.in + 4, "\x24\x06\0\0\0\0\0\x01", 8);
	assert_int_equal(ASK(&a, 0x1a, 8, 0x25, 0, 255, 0), 0);
	assert_memory_equal(a.in + 4, "\x25\x1e", 2);
	assert_memory_equal(a.in + 4 + 9, "\x5e\x5e", 2);
	assert_int_equal(a.in[4 + 27], 0x50);
	assert_int_equal(ASK(&a, 0x12, 1, 0xb5, 0, 255, 0), 0);
	assert_int_equal(a.in[3], 12);
	/* explicit addresses are what LTO drives do not have */
	ASK(&a, 0x8a, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	sense(&a, 5, 0x2000);
	ASK(&a, 0x0f, 0, 0, 0, 0, 0);
	sense(&a, 5, 0x2000);
	done(&a);
}

static void test_lto8_densities(void **state)
{
	static const uint8_t m8[] = "\x5d\x5d\x80\0\0\0\x4a\xa3\0\x7f\x15\0"
				    "\0\x89\x54\x40LTO-CVE U-832M  "
				    "Ultrium M8/32T      ",
			     l8[] = "\x5e\x5e\xa0\0\0\0\x50\xbd\0\x7f\x1a\0"
				    "\0\xb7\x1b\0LTO-CVE U-832   "
				    "Ultrium 8/32T       ";
	struct asked a;

	(void)state;
	make(&a, "tape:mem,profile=ibm-lto8");
	assert_int_equal(ASK(&a, 0x44, 0, 0, 0, 0, 0, 0, 1, 0, 0), 0);
	assert_int_equal(a.x.in_done, 4 + 3 * 52);
	assert_memory_equal(a.in, "\0\x9e\0\0\x5c\x5c\x80", 7);
	assert_memory_equal(a.in + 4 + 52, m8, 52);
	assert_memory_equal(a.in + 4 + 2 * 52, l8, 52);
	assert_int_equal(ASK(&a, 0x44, 1, 0, 0, 0, 0, 0, 1, 0, 0), 0);
	assert_int_equal(a.x.in_done, 4 + 52);
	assert_memory_equal(a.in + 4, l8, 52);
	done(&a);
}

/* What is IBM's HP does not have; what came with which generation. */
static void test_differences(void **state)
{
	struct asked a;

	(void)state;
	make(&a, "tape:mem,profile=hpe-lto8");
	ASK(&a, 0x1a, 8, 0x25, 0, 255, 0);
	sense(&a, 5, 0x2400);
	done(&a);
	make(&a, "tape:mem,profile=ibm-3592-e08");
	assert_int_equal(ASK(&a, 0x1a, 8, 0x24, 0, 255, 0), 0);
	assert_int_equal(a.x.in_done, 4 + 24);
	assert_memory_equal(a.in + 4, "\x24\x16\x60\0\0\0\0\x90", 8);
	done(&a);
	make(&a, "tape:mem,profile=ibm-lto6");
	assert_int_equal(ASK(&a, 0x12, 1, 0xb5, 0, 255, 0), 0);
	assert_memory_equal(a.in, "\x01\xb5\0\x08\0\0\0\0\x03\x01\x04\xc0", 12);
	done(&a);
	make(&a, "tape:mem,size=10M,profile=ibm-lto4");
	ASK(&a, 0x04, 0, 0, 0, 0, 0);
	sense(&a, 5, 0x2000);
	assert_int_equal(ASK(&a, 0x0b, 0, 0, 0x80, 0, 0), 0);
	done(&a);
}

/* HP: other medium types, and a table of media. */
static void test_hp_lto5(void **state)
{
	static const uint8_t worm[] = "\x01\0\0\x34\x01\x58\0\0\0\0\0\0\0\0"
				      "\0\x7f\x03\x4e\0\0HP      LTO5WORM"
				      "Ultrium 5 WORM Tape ";
	struct asked a;

	(void)state;
	make(&a, "tape:mem,profile=hp-lto5,worm");
	assert_int_equal(ASK(&a, 0x12, 0, 0, 0, 255, 0), 0);
	assert_int_equal(a.x.in_done, 96);
	assert_memory_equal(a.in + 8, "HP      Ultrium 5-SCSI  ", 24);
	assert_int_equal(ASK(&a, 0x1a, 0, 0, 0, 255, 0), 0);
	assert_int_equal(a.in[1], 0x01);
	assert_int_equal(a.in[4], 0x58);
	assert_int_equal(ASK(&a, 0x44, 2, 0, 0, 0, 0, 0, 3, 0, 0), 0);
	assert_int_equal(a.x.in_done, 4 + 6 * 56);
	assert_int_equal(ASK(&a, 0x44, 3, 0, 0, 0, 0, 0, 3, 0, 0), 0);
	assert_int_equal(a.x.in_done, 4 + 56);
	assert_memory_equal(a.in + 4, worm, 56);
	done(&a);
	make(&a, "tape:mem,profile=hp-lto5,density=68"); /* LTO-3 */
	assert_int_equal(ASK(&a, 0x44, 1, 0, 0, 0, 0, 0, 1, 0, 0), 0);
	assert_memory_equal(a.in + 4, "\x44\x44\0", 3);
	write_block(&a);
	sense(&a, 7, 0x3005);
	done(&a);
}

/* ---- Old ones ---- */

static void test_scsi2(void **state)
{
	static const uint8_t all[] = "\x01\x80\x02\x02\x1f\x00\x00\x02"
				     "SCSIEMU SCSI-2 Tape     0001";
	struct asked a;

	(void)state;
	make(&a, "tape:mem,size=1M,profile=scsi2-tape");
	assert_int_equal(ASK(&a, 0x12, 0, 0, 0, 255, 0), 0);
	assert_int_equal(a.x.in_done, 36);
	assert_memory_equal(a.in, all, 36);
	ASK(&a, 0xa3, 0x0c, 0, 0, 0, 0, 0, 0, 0, 64, 0, 0);
	sense(&a, 5, 0x2000);
	ASK(&a, 0x92, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	sense(&a, 5, 0x2000);
	ASK(&a, 0x5e, 0, 0, 0, 0, 0, 0, 0, 64, 0);
	sense(&a, 5, 0x2000);
	ASK(&a, 0x8c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 64, 0, 0);
	sense(&a, 5, 0x2000);
	ASK(&a, 0x4d, 0, 0x40, 0, 0, 0, 0, 0, 64, 0);
	sense(&a, 5, 0x2000);
	assert_int_equal(ASK(&a, 0x2b, 0, 0, 0, 0, 0, 0, 0, 0, 0), 0);
	assert_int_equal(ASK(&a, 0x34, 0, 0, 0, 0, 0, 0, 0, 0, 0), 0);
	assert_int_equal(ASK(&a, 0x1a, 0, 0x11, 0, 255, 0), 0);
	ASK(&a, 0x1a, 0, 0x0f, 0, 255, 0);
	sense(&a, 5, 0x2400);
	done(&a);
}

/* Blocks of 512 bytes, and nothing else. */
static void test_viper(void **state)
{
	struct asked a;

	(void)state;
	make(&a, "tape:mem,profile=archive-viper-150");
	assert_int_equal(ASK(&a, 0x12, 0, 0, 0, 255, 0), 0);
	assert_int_equal(a.x.in_done, 36);
	assert_memory_equal(a.in, "\x01\x80\x01\x01\x1f\0\0\0ARCHIVE VIPER 150",
			    25);
	assert_int_equal(ASK(&a, 0x05, 0, 0, 0, 0, 0), 0);
	assert_memory_equal(a.in, "\0\0\x02\0\x02\0", 6);
	assert_int_equal(ASK(&a, 0x1a, 0, 0, 0, 12, 0), 0);
	assert_memory_equal(a.in, "\x0b\0\x10\x08\x10\0\0\0\0\0\x02\0", 12);
	ASK(&a, 0x2b, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	sense(&a, 5, 0x2000);
	ASK(&a, 0x34, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	sense(&a, 5, 0x2000);
	ASK(&a, 0x0a, 0, 0, 4, 0, 0);
	sense(&a, 5, 0x2400);
	done(&a);
}

/* What pages begin with: of one that hosts change, and of one they do not. */
static void test_mode(void **state)
{
	static const uint8_t select[] = { 0,	0, 0x10, 0, 0x0f, 14, 0x40,
					  0x80, 0, 0,	 0, 3,	  0,  0,
					  0,	3, 0,	 0, 0,	  0 };
	struct asked a;

	(void)state;
	make(&a, "tape:mem,size=1M,mode=0f@2:408000000003,mode=0f@8:00000003,"
		 "mode=1d@4:00,mode=10/01@6:0010");
	assert_int_equal(ASK(&a, 0x1a, 8, 0x0f, 0, 255, 0), 0);
	assert_memory_equal(a.in + 4, select + 4, 16);
	assert_int_equal(ASK(&a, 0x1a, 8, 0x8f, 0, 255, 0), 0);
	assert_memory_equal(a.in + 4, select + 4, 16);
	assert_int_equal(ASK(&a, 0x1a, 8, 0x4f, 0, 255, 0), 0);
	assert_memory_equal(a.in + 6, "\x80\0\0\0\0\xff", 6);
	assert_int_equal(ASK(&a, 0x1a, 8, 0x1d, 0, 255, 0), 0);
	assert_memory_equal(a.in + 4, "\x1d\x1e\0\0\0\x02", 6);
	assert_int_equal(ASK(&a, 0x1a, 8, 0x10, 1, 255, 0), 0);
	assert_memory_equal(a.in + 4, "\x50\1\0\x1c\0\0\0\x10", 8);
	a.x.out = select;
	a.x.out_len = sizeof(select);
	assert_int_equal(ASK(&a, 0x15, 0x10, 0, 0, sizeof(select), 0), 0);
	done(&a);
}

/* ---- Cartridges of other generations ---- */

/* One made in a drive of the profile `maker`, in one of `taker`. */
static void try(struct asked *a, const char *maker, const char *taker)
{
	char device[200];

	snprintf(device, sizeof(device), "tape:path=%s/t,profile=%s", dir,
		 maker);
	make(a, device);
	assert_int_equal(write_block(a), 0);
	done(a);
	snprintf(device, sizeof(device), "tape:path=%s/t,profile=%s", dir,
		 taker);
	make(a, device);
	snprintf(device, sizeof(device), "%s/t", dir);
	unlink(device);
}

static void test_generations(void **state)
{
	struct asked a;

	(void)state;
	try(&a, "ibm-lto6", "ibm-lto8"); /* two generations: not at all */
	ASK(&a, 0, 0, 0, 0, 0, 0);
	sense(&a, 3, 0x3000);
	write_block(&a);
	sense(&a, 3, 0x3000);
	done(&a);
	try(&a, "ibm-lto8", "hp-lto7"); /* from the future */
	ASK(&a, 0, 0, 0, 0, 0, 0);
	sense(&a, 3, 0x3000);
	done(&a);
	try(&a, "hp-lto7", "hpe-lto8"); /* one: read and written */
	assert_int_equal(ASK(&a, 0, 0, 0, 0, 0, 0), 0);
	assert_int_equal(write_block(&a), 0);
	assert_int_equal(ASK(&a, 0x1a, 0, 0, 0, 255, 0), 0);
	assert_int_equal(a.in[4], 0x5c);
	done(&a);
	try(&a, "ibm-lto5", "ibm-lto7"); /* two, once: read only */
	assert_int_equal(ASK(&a, 0, 0, 0, 0, 0, 0), 0);
	assert_int_equal(ASK(&a, 0x1a, 0, 0x11, 0, 255, 0), 0);
	assert_int_equal(a.in[1], 0x58);
	assert_int_equal(a.in[2], 0x90); /* WP */
	assert_int_equal(a.in[14], 1);	 /* its cartridges get two */
	write_block(&a);
	sense(&a, 7, 0x3005);
	assert_int_equal(ASK(&a, 0x08, 0, 0, 2, 0, 0), 0);
	done(&a);
}

/* ---- What is wrong ---- */

static void wrong(const char *text, const char *message)
{
	struct scsiemu_errmsg err = { "" };
	struct semu_devstr s;
	char path[64], device[120];
	FILE *f;

	snprintf(path, sizeof(path), "%s/own.profile", dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	snprintf(device, sizeof(device), "tape:mem,profile=%s", path);
	assert_int_equal(semu_devstr_parse(&s, device, &err), -1);
	if (!strstr(err.text, message))
		fail_msg("%s: %s", text, err.text);
	unlink(path);
}

static void test_wrong(void **state)
{
	char loop[100];

	(void)state;
	wrong("vendor = X\n", "own.profile: is a profile of a disk, not of a");
	wrong("type = disk\n", "line 1: type: it is a profile of a disk");
	wrong("type = tap\n", "it takes disk, tape or changer");
	wrong("type = tape\ntrakcs = 3\n", "line 2: unknown key \"trakcs\"");
	wrong("type = tape\nrpm = 1\n", "line 2: rpm is a disk's");
	wrong("type = tape\nslots = 1\n", "line 2: slots is a library's");
	wrong("type = tape\nworm\n", "worm says which disk it is");
	wrong("type = tape\nwrites = 5e:tarcks=1\n",
	      "line 2: writes: \"tarcks=1\" is not possible: the words are mb "
	      "bits width tracks org");
	wrong("type = tape\nwrites = 5e:mb=x\n",
	      "writes: \"mb=x\" is not possible: write mb=10^6 BYTES");
	wrong("type = tape\nwrites = 5e:name=123456789\n", "write name=TEXT");
	wrong("type = tape\nreads = 0:mb=1\n", "reads: \"0:mb=1\": it begins");
	wrong("type = tape\nreads = 100\n", "it begins with a density code");
	wrong("type = tape\nreads = 44:usual=1\n", "write usual");
	wrong("type = tape\nreads = 44:mb=1:\n", "the words are");
	wrong("type = tape\nwrites = 44:mb=1\n", "has to be the usual one");
	wrong("type = tape\nwrites = 44:usual\n", "has at least 65536 bytes");
	wrong("type = tape\nmedia = 0:name=X\n", "which densities has it?");
	wrong("type = tape\nmedia = 0:for=44+\n", "write for=DENSITY+");
	wrong("type = tape\nmedia = 0\n", "it begins with a medium type");
	wrong("type = tape\nversions = 12345\n", "at most 8 version");
	wrong("type = tape\nlog_pages = 40\n", "log_pages=40 is not");
	wrong("type = tape\nmode_pages = 10/\n", "mode_pages=10/ is not");
	wrong("type = tape\ninquiry_len = 35\n", "36 to 96");
	wrong("type = tape\nmode = 0f@1:00\n", "mode=0f@1:00 is not possible");
	wrong("type = tape\nmode = 0f@2:0\n", "PAGE[/SUBPAGE]@BYTE:1 to 14");
	wrong("type = tape\nmode = 10/01@3:00\n", "behind the page's header");
	wrong("type = tape\nblock_min = 4\nblock_max = 3\n",
	      "block_min=4 is more than block_max");
	wrong("type = tape\nblock_max = 3\nfixed = 4\nwrites = 1:mb=1:usual\n",
	      "fixed=4: the drive takes blocks of 1 to 3 bytes");
	wrong("type = tape\nvendor = X\nlike = lto8\n", "like stands in front");
	wrong("type = tape\nlike = nobody\n", "nobody.profile: does not exist");
	snprintf(loop, sizeof(loop), "type = tape\nlike = %s/own.profile\n",
		 dir);
	wrong(loop, "does one name itself?");
}

static void test_density(void **state)
{
	struct scsiemu_errmsg err = { "" };
	struct semu_devstr s;

	(void)state;
	assert_int_equal(
		semu_devstr_parse(&s, "tape:mem,profile=ibm-lto8,density=88",
				  &err),
		-1);
	assert_string_equal(err.text, "density=88: the drive reads no such "
				      "tape; it takes 92 93 94");
}

/* ---- Libraries ---- */

struct library {
	struct scsiemu_host_device h;
	struct scsiemu_exec x;
	uint64_t scratch[2048];
	uint8_t in[ROOM];
};

static void ask_unit(struct library *l, unsigned lun, const uint8_t *cdb,
		     uint16_t len)
{
	struct scsiemu_host_unit *u = l->h.units;

	while (lun--)
		u = u->next;
	l->x.cdb = cdb;
	l->x.cdb_len = len;
	l->x.in = l->in;
	l->x.in_len = sizeof(l->in);
	l->x.scratch = l->scratch;
	l->x.scratch_len = sizeof(l->scratch);
	do
		assert_int_equal(
			scsiemu_exec(&l->h.pump, u->host.lu, &l->x, NULL, NULL),
			0);
	while (l->x.status == 2 && (l->x.sense[2] & 15) == 6);
	assert_int_equal(l->x.status, 0);
}

#define ASK_UNIT(l, lun, ...)                                                  \
	ask_unit((l), (lun), (const uint8_t[]){ __VA_ARGS__ },                 \
		 sizeof((const uint8_t[]){ __VA_ARGS__ }))

static void close_library(struct library *l)
{
	static const char *const names[] = { "/VOL001L6.tape", "/slots", "" };
	struct scsiemu_errmsg err;
	char path[100];

	assert_int_equal(scsiemu_host_device_close(&l->h, &err), 0);
	for (unsigned i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/lib%s", dir, names[i]);
		assert_int_equal(remove(path), 0);
	}
}

/* The changer's and the drives' own; a drive knows where it is. */
static void test_library(void **state)
{
	static const uint8_t elements[] = { 0, 1,  0, 1, 0x10, 0, 0, 23,
					    0, 16, 0, 1, 1,    0, 0, 2 };
	static struct library l;
	struct scsiemu_errmsg err = { "" };
	uint8_t serial[16], drive[16];
	char device[200];

	(void)state;
	snprintf(device, sizeof(device),
		 "library:dir=%s/lib,drives=2,cartridges=1,profile=hp-lto6,"
		 "changer_profile=ibm-3573-tl",
		 dir);
	memset(&l, 0, sizeof(l));
	if (scsiemu_host_device_add(&l.h, device, &err) ||
	    scsiemu_host_device_open(&l.h, "iqn.2026-01.x:l", NULL, &err))
		fail_msg("%s", err.text);
	ASK_UNIT(&l, 0, 0x12, 0, 0, 0, 255, 0);
	assert_memory_equal(l.in, "\x08\x80\x05\x12\x43", 5);
	assert_memory_equal(l.in + 8, "IBM     3573-TL         1621", 28);
	assert_int_equal(l.in[55], 1); /* a barcode reader */
	ASK_UNIT(&l, 0, 0x1a, 8, 0x1d, 0, 255, 0);
	assert_memory_equal(l.in + 6, elements, sizeof(elements));
	ASK_UNIT(&l, 0, 0x12, 1, 0x80, 0, 255, 0);
	assert_int_equal(l.in[3], 12);
	memcpy(serial, l.in + 4, 12);
	ASK_UNIT(&l, 2, 0x12, 0, 0, 0, 255, 0);
	assert_memory_equal(l.in + 8, "HP      Ultrium 6-SCSI  ", 24);
	ASK_UNIT(&l, 2, 0x12, 1, 0x80, 0, 255, 0);
	memcpy(drive, l.in + 4, 10);
	/* READ ELEMENT STATUS: DVCID of the second drive */
	ASK_UNIT(&l, 0, 0xb8, 4, 1, 1, 0, 1, 1, 0, 2, 0, 0, 0);
	assert_int_equal(l.in[11], 16 + 34);
	assert_memory_equal(l.in + 16 + 16, "HP      Ultrium 6-SCSI  ", 24);
	assert_memory_equal(l.in + 16 + 16 + 24, drive, 10);
	close_library(&l);

	/* IBM's tell of it */
	snprintf(device, sizeof(device),
		 "library:dir=%s/lib,drives=2,cartridges=1,profile=ibm-lto7,"
		 "density=90,changer_profile=ibm-3573-tl",
		 dir);
	memset(&l, 0, sizeof(l));
	if (scsiemu_host_device_add(&l.h, device, &err) ||
	    scsiemu_host_device_open(&l.h, "iqn.2026-01.x:l", NULL, &err))
		fail_msg("%s", err.text);
	ASK_UNIT(&l, 2, 0x12, 1, 0xb3, 0, 255, 0);
	assert_int_equal(l.in[3], 12);
	assert_memory_equal(l.in + 4, serial, 12);
	ASK_UNIT(&l, 2, 0x12, 1, 0xb4, 0, 255, 0);
	assert_memory_equal(l.in, "\x01\xb4\0\x02\x01\x01", 6);
	close_library(&l);
}

static int set_up(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ibm_lto8),
		cmocka_unit_test(test_lto8_densities),
		cmocka_unit_test(test_differences),
		cmocka_unit_test(test_hp_lto5),
		cmocka_unit_test(test_scsi2),
		cmocka_unit_test(test_viper),
		cmocka_unit_test(test_mode),
		cmocka_unit_test(test_generations),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_density),
		cmocka_unit_test(test_library),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
