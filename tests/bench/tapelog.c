/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tapelog - what tapes and changers cost without a server: a drive behind the
 * pump, with a cartridge in a file, writing and reading in order, finding
 * objects, opening; READ ELEMENT STATUS of 60,000 elements. One thread.
 *
 *	tapelog FILE [MIB [OBJECTS]]
 *
 * FILE is made and removed. Of MIB in records of 256 KiB, in MB/s of the clock
 * and of this process's CPU time; of OBJECTS records of 1 byte, in us.
 */
#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <scsiemu/smc.h>
#include <scsiemu/ssc.h>
#include <scsiemu/stores.h>

#include "support/execdev.h"

enum {
	RECORD = 256 << 10,
	MIB = 2048,
	OBJECTS = 1000000,
	LOCATES = 10000,
	SLOTS = 60000,
	REPLIES = 50,
	REPLY = 0xffffff
};

static struct scsiemu_medium m;
static struct scsiemu_errmsg err;
static struct execdev d;

static void open_medium(const char *path, uint64_t bytes)
{
	const struct scsiemu_tape_new is = { .bytes = bytes };

	if (scsiemu_open_tape_log(&m, path, bytes ? &is : NULL, false, &err))
		die("%s", err.text);
}

static void open_tape(const char *path, uint64_t bytes)
{
	static const struct scsiemu_ssc_options drive = { .size = sizeof(
								  drive) };

	open_medium(path, bytes);
	execdev_make(&d, &scsiemu_ssc, &drive, &m);
}

static void close_tape(void)
{
	execdev_free(&d);
	scsiemu_medium_close(&m);
}

static void rewind_tape(void)
{
	static const uint8_t cdb[6] = { 0x01 };

	execdev_in(&d, cdb, NULL, 0);
}

/* READ(6) or WRITE(6), variable. */
static void move(bool writes, void *buf, uint32_t len)
{
	const uint8_t cdb[6] = { writes ? 0x0a : 0x08, 0, (uint8_t)(len >> 16),
				 (uint8_t)(len >> 8), (uint8_t)len };

	if (writes)
		execdev_out(&d, cdb, buf, len);
	else
		execdev_in(&d, cdb, buf, len);
}

static void stream(bool writes, uint8_t *buf, uint64_t n)
{
	uint64_t begin = now_ns();
	double cpu = own_cpu_s(), bytes = (double)n * RECORD;

	for (uint64_t i = 0; i < n; i++) {
		buf[i % RECORD]++;
		move(writes, buf, RECORD);
	}
	cpu = own_cpu_s() - cpu;
	printf("%-6s %8.0f MB/s, of CPU time %8.0f MB/s\n",
	       writes ? "write" : "read",
	       bytes * 1e3 / (double)(now_ns() - begin), bytes / 1e6 / cpu);
}

static void locate(uint64_t to)
{
	uint8_t cdb[16] = { 0x92 };

	for (unsigned i = 0; i < 8; i++)
		cdb[4 + i] = (uint8_t)(to >> (56 - 8 * i));
	execdev_in(&d, cdb, NULL, 0);
}

static void find(const char *path, uint64_t objects)
{
	uint64_t begin = now_ns();

	open_medium(path, 0);
	printf("open   %8.1f us\n", (double)(now_ns() - begin) / 1e3);
	scsiemu_medium_close(&m);
	open_tape(path, 0);
	printf("LOCATE among %llu", (unsigned long long)objects);
	for (unsigned i = 0; i < LOCATES; i++) {
		begin = now_ns();
		locate(rnd() % objects);
		lat_add(now_ns() - begin);
	}
	lat_print();
	printf(" us\n");
	close_tape();
}

/* ---- The changer ---- */

static void fill(void)
{
	static struct scsiemu_medium cartridge;
	char tag[] = "V00000L8";

	for (unsigned i = 0; i < SLOTS; i++) {
		snprintf(tag, sizeof(tag), "V%05uL8", i % 100000);
		if (scsiemu_changer_mem_put(&m, (uint16_t)(i + 2), tag,
					    SCSIEMU_CARTRIDGE_DATA, &cartridge))
			die("no such slot");
	}
}

static void status(void)
{
	static const struct scsiemu_smc_options changer = { .size = sizeof(
								    changer) };
	static const uint8_t cdb[12] = { 0xb8, 0x10, 0,	   0,	 0xff,
					 0xff, 0,    0xff, 0xff, 0xff };
	const struct scsiemu_changer_layout is = {
		.of = { [SCSIEMU_ELEMENT_MT] = { 1, 1 },
			[SCSIEMU_ELEMENT_ST] = { 2, SLOTS } }
	};
	uint8_t *buf = need(REPLY, 1);
	uint64_t begin;

	if (scsiemu_open_changer_mem(&m, &is, &err))
		die("%s", err.text);
	fill();
	execdev_make(&d, &scsiemu_smc, &changer, &m);
	execdev_in(&d, cdb, buf, REPLY);
	begin = now_ns();
	for (unsigned i = 0; i < REPLIES; i++)
		execdev_in(&d, cdb, buf, REPLY);
	printf("READ ELEMENT STATUS of %d elements %.2f ms\n", SLOTS + 1,
	       (double)(now_ns() - begin) / 1e6 / REPLIES);
	close_tape();
	free(buf);
}

int main(int argc, char **argv)
{
	uint64_t n = argc > 2 ? strtoull(argv[2], NULL, 10) : MIB;
	uint64_t objects = argc > 3 ? strtoull(argv[3], NULL, 10) : OBJECTS;
	uint8_t *buf = need(RECORD, 1);

	if (argc < 2)
		die("usage: tapelog FILE [MIB [OBJECTS]]");
	n = (n << 20) / RECORD;
	unlink(argv[1]);
	open_tape(argv[1], UINT64_C(1) << 40);
	stream(true, buf, n);
	rewind_tape();
	stream(false, buf, n);
	rewind_tape();
	for (uint64_t i = 0; i < objects; i++)
		move(true, buf, 1);
	close_tape();
	find(argv[1], objects);
	unlink(argv[1]);
	free(buf);
	status();
	return 0;
}
