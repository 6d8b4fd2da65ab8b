/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loop_media - a tape drive with a cartridge in a file, or a changer in memory,
 * and the same command on it again and again.
 *
 *	loop_media FILE write|read|locate|find|open COUNT
 *	loop_media - status COUNT
 *
 * FILE is made and removed. write, read: records of 256 KiB. locate, find: to
 * objects and files of a cartridge opened for each, in which every command has
 * the index to read; prints how many reads one took at most. As many pages lie
 * above 100,000 objects as above 10 million: 256 entries are a page, and 65,793
 * to 16,843,008 objects have two levels of them. status: of 60,000 slots.
 */
#include <scsiemu/smc.h>
#include <scsiemu/ssc.h>
#include <scsiemu/stores.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/sys.h"
#include "support/execdev.h"

enum { RECORD = 256 << 10, RECORDS = 200, MARKS = 100000, SLOTS = 60000 };

static struct {
	const char *path;
	unsigned long count;
	struct scsiemu_medium m;
	struct execdev d;
	struct semu_sys sys;
	unsigned long reads;
} run;

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "%s\n", what);
	exit(2);
}

/* ---- The cartridge ---- */

static ssize_t counted_read(int fd, const struct iovec *v, int nv, off_t off)
{
	run.reads++;
	return semu_sys_real.preadv(fd, v, nv, off);
}

static void open_tape(uint64_t bytes)
{
	static const struct scsiemu_ssc_options drive = { .size = sizeof(
								  drive) };
	const struct scsiemu_tape_new is = { .bytes = bytes };
	struct scsiemu_errmsg err;

	if (scsiemu_open_tape_log(&run.m, run.path, bytes ? &is : NULL, false,
				  &err))
		die(err.text);
	execdev_make(&run.d, &scsiemu_ssc, &drive, &run.m);
}

static void close_tape(void)
{
	execdev_free(&run.d);
	scsiemu_medium_close(&run.m);
}

static void records(bool writes, unsigned long n)
{
	static const uint8_t write[6] = { 0x0a, 0, RECORD >> 16 };
	static const uint8_t read[6] = { 0x08, 0, RECORD >> 16 };
	static uint8_t buf[RECORD];

	while (n--) {
		if (writes)
			execdev_out(&run.d, write, buf, RECORD);
		else
			execdev_in(&run.d, read, buf, RECORD);
	}
}

static void do_write(void)
{
	records(true, run.count);
}

static void do_read(void)
{
	static const uint8_t rewind[6] = { 0x01 };

	records(true, RECORDS);
	execdev_in(&run.d, rewind, NULL, 0);
	records(false, run.count);
}

/* LOCATE(16) to an object, or behind so many filemarks (dest 1). */
static void locate(unsigned dest, unsigned long to)
{
	uint8_t cdb[16] = { 0x92, (uint8_t)(dest << 3) };

	for (unsigned i = 0; i < 4; i++)
		cdb[8 + i] = (uint8_t)(to >> (24 - 8 * i));
	execdev_in(&run.d, cdb, NULL, 0);
}

static void locate_cold(unsigned dest)
{
	static const uint8_t marks[6] = { 0x10, 0x01, MARKS >> 16,
					  MARKS >> 8 & 0xff, MARKS & 0xff };
	unsigned long most = 0;

	execdev_in(&run.d, marks, NULL, 0);
	close_tape();
	for (unsigned long i = 0; i < run.count; i++) {
		open_tape(0);
		run.reads = 0;
		locate(dest, i * 7919 % MARKS);
		most = run.reads > most ? run.reads : most;
		close_tape();
	}
	open_tape(0);
	printf("reads=%lu\n", most);
}

static void do_locate(void)
{
	locate_cold(0);
}

static void do_find(void)
{
	locate_cold(1);
}

static void do_open(void)
{
	struct scsiemu_errmsg err;

	for (unsigned long i = 0; i < run.count; i++) {
		scsiemu_medium_close(&run.m);
		if (scsiemu_open_tape_log(&run.m, run.path, NULL, false, &err))
			die(err.text);
	}
}

static void tape(void (*what)(void))
{
	run.sys = semu_sys_real;
	run.sys.preadv = counted_read;
	semu_sys = &run.sys;
	unlink(run.path);
	open_tape(UINT64_C(1) << 40);
	what();
	close_tape();
	unlink(run.path);
}

/* ---- The changer ---- */

/* READ ELEMENT STATUS of all, with volume tags: every other slot is full. */
static void status(void)
{
	static const uint8_t cdb[12] = { 0xb8, 0x10, 0,	   0,	 0xff,
					 0xff, 0,    0xff, 0xff, 0xff };
	static struct scsiemu_medium cartridge;
	struct scsiemu_changer_layout is = {
		.of = { [SCSIEMU_ELEMENT_MT] = { 1, 1 },
			[SCSIEMU_ELEMENT_ST] = { 2, SLOTS } }
	};
	static const struct scsiemu_smc_options changer = { .size = sizeof(
								    changer) };
	uint8_t *buf = malloc(0xffffff);
	char tag[] = "V00000L8";

	if (!buf || scsiemu_open_changer_mem(&run.m, &is, NULL))
		die("no changer");
	for (unsigned i = 0; i < SLOTS; i += 2) {
		snprintf(tag, sizeof(tag), "V%05uL8", i % SLOTS);
		scsiemu_changer_mem_put(&run.m, (uint16_t)(i + 2), tag,
					SCSIEMU_CARTRIDGE_DATA, &cartridge);
	}
	execdev_make(&run.d, &scsiemu_smc, &changer, &run.m);
	while (run.count--)
		execdev_in(&run.d, cdb, buf, 0xffffff);
	execdev_free(&run.d);
	scsiemu_medium_close(&run.m);
	free(buf);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*fn)(void);
	} all[] = { { "write", do_write },
		    { "read", do_read },
		    { "locate", do_locate },
		    { "find", do_find },
		    { "open", do_open } };

	if (argc != 4)
		die("usage: loop_media FILE write|read|locate|find|open|status "
		    "COUNT");
	run.path = argv[1];
	run.count = strtoul(argv[3], NULL, 0);
	if (!strcmp(argv[2], "status")) {
		status();
		return 0;
	}
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (strcmp(argv[2], all[i].name))
			continue;
		tape(all[i].fn);
		return 0;
	}
	die("no such command");
}
