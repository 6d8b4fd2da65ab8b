/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tapecodec - what a codec costs: a cartridge in memory is written full with
 * records of BYTES and read again, for SECONDS in each way. MB (10^6 bytes of
 * the initiator's) for each second of this process's CPU time.
 *
 *	tapecodec BYTES SECONDS
 */
#include "measure.h"

#include <scsiemu/codec.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CARTRIDGE = 64 << 20 };

static const struct scsiemu_tape_ops *ops;
static struct scsiemu_medium m;
static struct scsiemu_tape_key key = { .len = 32, .key = "a key" };
static struct scsiemu_vec v;

static void rewind_tape(void)
{
	struct scsiemu_cmd w = { .verb = SCSIEMU_V_LOCATE };
	struct scsiemu_io io = { 0 };

	if (ops->verb(m.ctx, &io, &w))
		die("the tape does not go back");
}

typedef int call_fn(void *ctx, struct scsiemu_io *io,
		    struct scsiemu_tape_how *how, uint32_t skip,
		    const struct scsiemu_vec *v, unsigned nv);

/* A whole cartridge: records. */
static uint64_t pass(call_fn *fn, struct scsiemu_tape_how *how)
{
	uint64_t n = 0;

	rewind_tape();
	for (;; n++) {
		struct scsiemu_io io = { 0 };
		int rc = fn(m.ctx, &io, how, 0, &v, 1);

		if (rc == SCSIEMU_R_EOM || rc == SCSIEMU_R_EOD)
			return n;
		if (rc != SCSIEMU_R_RECORD)
			die("result %d", rc);
	}
}

static void measure(const char *name, struct scsiemu_tape_how how,
		    double seconds)
{
	double cpu[2] = { 0, 0 }, from;
	uint64_t n[2] = { 0, 0 };

	how.key = &key;
	while (cpu[0] + cpu[1] < seconds) {
		from = own_cpu_s();
		n[0] += pass(ops->write, &how);
		cpu[0] += own_cpu_s() - from;
		from = own_cpu_s();
		n[1] += pass(ops->read, &how);
		cpu[1] += own_cpu_s() - from;
	}
	printf("%-24s write %7.0f MB/s  read %7.0f MB/s\n", name,
	       (double)n[0] * (double)v.len / cpu[0] / 1e6,
	       (double)n[1] * (double)v.len / cpu[1] / 1e6);
	fflush(stdout);
}

/* Text-like: half of each run of bytes repeats. */
static void fill(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = i >= 64 && i / 32 % 2 ? p[i - 64] : (uint8_t)rnd();
}

/* The check value behind the record's bytes: what a READ says it is. */
static void protect(unsigned method)
{
	struct scsiemu_tape_how how = { .protect = (uint8_t)method };
	struct scsiemu_io io = { 0 };

	rewind_tape();
	v.len -= 4;
	if (ops->write(m.ctx, &io, NULL, 0, &v, 1) != SCSIEMU_R_RECORD)
		die("no record");
	v.len += 4;
	rewind_tape();
	if (ops->read(m.ctx, &io, &how, 0, &v, 1) != SCSIEMU_R_RECORD)
		die("no check value");
}

int main(int argc, char **argv)
{
	static const struct scsiemu_tape_new is = { .bytes = CARTRIDGE };
	struct scsiemu_tape_info info;
	struct scsiemu_errmsg err;
	size_t bytes = argc == 3 ? strtoul(argv[1], NULL, 10) : 0;
	double seconds = argc == 3 ? strtod(argv[2], NULL) : 0;

	if (bytes < 8 || bytes > SCSIEMU_TAPE_BLOCK_MAX || seconds <= 0)
		die("usage: tapecodec BYTES SECONDS");
	if (scsiemu_open_tape_mem(&m, &is, &err) ||
	    scsiemu_wrap_codec(&m, NULL, &err))
		die("%s", err.text);
	ops = m.ops;
	ops->info(m.ctx, &info);
	v.base = need(1, bytes);
	v.len = bytes;
	fill(v.base, bytes);
#define HOW(...) ((struct scsiemu_tape_how){ __VA_ARGS__ })
	measure("nothing on", HOW(.decrypt = 0), seconds);
	for (unsigned i = 1; i <= 2; i++) {
		protect(i);
		measure(i == 1 ? "Reed-Solomon CRC" : "CRC-32C",
			HOW(.protect = (uint8_t)i), seconds);
	}
	if (info.able & SCSIEMU_TAPE_ENCRYPT)
		measure("AES-256-GCM",
			HOW(.encrypt = true, .decrypt = SCSIEMU_TAPE_DECRYPT),
			seconds);
	if (info.able & SCSIEMU_TAPE_COMPRESS)
		measure("zstd", HOW(.compress = true), seconds);
	if (info.able & SCSIEMU_TAPE_ENCRYPT &&
	    info.able & SCSIEMU_TAPE_COMPRESS)
		measure("all of it",
			HOW(.compress = true, .encrypt = true, .protect = 2,
			    .decrypt = SCSIEMU_TAPE_DECRYPT),
			seconds);
	free(v.base);
	scsiemu_medium_close(&m);
	return 0;
}
