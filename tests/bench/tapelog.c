/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tapelog - what tapes and changers cost without a server: a drive behind the
 * pump, with a cartridge in a file, writing and reading in order, plain and
 * encrypted, finding objects, opening; READ ELEMENT STATUS of 60,000 elements.
 * One thread.
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

#include <scsiemu/codec.h>
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

static void load(bool encrypts)
{
	const struct scsiemu_ssc_options drive = { .size = sizeof(drive),
						   .encryption = encrypts };

	execdev_make(&d, &scsiemu_ssc, &drive, &m);
}

static void open_tape(const char *path, uint64_t bytes)
{
	open_medium(path, bytes);
	load(false);
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

/* The first use of memory that a host has lent to this machine, which costs
 * more than a record, is not measured. */
static void warm_up(uint8_t *buf, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++)
		move(true, buf, RECORD);
	rewind_tape();
}

static void stream(const char *how, bool writes, uint8_t *buf, uint64_t n)
{
	uint64_t begin = now_ns();
	double cpu = own_cpu_s(), bytes = (double)n * RECORD;

	for (uint64_t i = 0; i < n; i++) {
		buf[i % RECORD]++;
		move(writes, buf, RECORD);
	}
	cpu = own_cpu_s() - cpu;
	printf("%-6s %s%8.0f MB/s, of CPU time %8.0f MB/s\n",
	       writes ? "write" : "read", how,
	       bytes * 1e3 / (double)(now_ns() - begin), bytes / 1e6 / cpu);
}

/* SECURITY PROTOCOL OUT: Set Data Encryption, a key for all that comes. */
static void set_key(void)
{
	static const uint8_t cdb[12] = {
		0xb5, 0x20, 0, 0x10, 0, 0, 0, 0, 0, 52
	};
	static const uint8_t page[52] = {
		0, 0x10, 0,	    48,	 [4] = 0x40, 0x40, 2,  2,
		1, 0,	 [19] = 32, 'a', 'k',	     'e',  'y'
	};

	execdev_out(&d, cdb, page, sizeof(page));
}

/* The same with AES-256-GCM, where the library was built with it. */
static void encrypted(const char *path, uint8_t *buf, uint64_t n)
{
	struct scsiemu_codec aes;

	memset(&aes, 0, sizeof(aes));
	if (scsiemu_codec_aes_gcm(&aes, &err)) {
		printf("no encryption: %s\n", err.text);
		return;
	}
	unlink(path);
	open_medium(path, UINT64_C(1) << 40);
	if (scsiemu_wrap_codec(&m, &aes, &err))
		die("%s", err.text);
	load(true);
	set_key();
	stream("encrypted ", true, buf, n);
	rewind_tape();
	stream("encrypted ", false, buf, n);
	close_tape();
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
	warm_up(buf, n);
	stream("", true, buf, n);
	rewind_tape();
	stream("", false, buf, n);
	rewind_tape();
	for (uint64_t i = 0; i < objects; i++)
		move(true, buf, 1);
	close_tape();
	find(argv[1], objects);
	encrypted(argv[1], buf, n);
	unlink(argv[1]);
	free(buf);
	status();
	return 0;
}
