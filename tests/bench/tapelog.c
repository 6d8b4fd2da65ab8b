/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tapelog - what a cartridge in a file costs by itself: writing and reading in
 * order, finding objects, opening. One thread, no server.
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

#include <scsiemu/stores.h>

enum { RECORD = 256 << 10, MIB = 2048, OBJECTS = 1000000, LOCATES = 10000 };

static struct scsiemu_medium m;
static struct scsiemu_errmsg err;

static void open_tape(const char *path, uint64_t bytes)
{
	const struct scsiemu_tape_new is = { .bytes = bytes };

	if (scsiemu_open_tape_log(&m, path, bytes ? &is : NULL, false, &err))
		die("%s", err.text);
}

static void verb(enum scsiemu_verb what, uint64_t addr, uint64_t count)
{
	const struct scsiemu_tape_ops *ops = m.ops;
	struct scsiemu_io io = { .flags = SCSIEMU_IMMED };
	struct scsiemu_cmd w = { .verb = (uint8_t)what,
				 .addr = addr,
				 .count = count };

	if (ops->verb(m.ctx, &io, &w))
		die("verb %d failed", what);
}

static void move(bool writes, void *buf, size_t len)
{
	const struct scsiemu_tape_ops *ops = m.ops;
	struct scsiemu_io io = { .flags = 0 };
	struct scsiemu_vec v = { buf, len };
	int rc = writes ? ops->write(m.ctx, &io, NULL, 0, &v, 1)
			: ops->read(m.ctx, &io, NULL, 0, &v, 1);

	if (rc != SCSIEMU_R_RECORD)
		die("a record could not be %s", writes ? "written" : "read");
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

static void find(const char *path, uint64_t objects)
{
	uint64_t begin = now_ns();

	open_tape(path, 0);
	printf("open   %8.1f us\nLOCATE among %llu",
	       (double)(now_ns() - begin) / 1e3, (unsigned long long)objects);
	for (unsigned i = 0; i < LOCATES; i++) {
		begin = now_ns();
		verb(SCSIEMU_V_LOCATE, rnd() % objects, 0);
		lat_add(now_ns() - begin);
	}
	lat_print();
	printf(" us\n");
	scsiemu_medium_close(&m);
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
	verb(SCSIEMU_V_LOCATE, 0, 0);
	stream(false, buf, n);
	verb(SCSIEMU_V_LOCATE, 0, 0);
	for (uint64_t i = 0; i < objects; i++)
		move(true, buf, 1);
	scsiemu_medium_close(&m);
	find(argv[1], objects);
	unlink(argv[1]);
	free(buf);
	return 0;
}
