/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tape_image write|read simh|e11|aws FILE: a cartridge of another program, from
 * and to text: a line for each object, a record's bytes in hexadecimal, or
 * "mark".
 */
#include <scsiemu/stores.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = { [SCSIEMU_IMAGE_SIMH] = "simh",
				     [SCSIEMU_IMAGE_E11] = "e11",
				     [SCSIEMU_IMAGE_AWS] = "aws" };
static struct scsiemu_medium m;
static const struct scsiemu_tape_ops *ops;
static uint8_t rec[SCSIEMU_TAPE_BLOCK_MAX];

static int fail(const char *what)
{
	fprintf(stderr, "%s\n", what);
	return 1;
}

static int do_marks(void)
{
	const struct scsiemu_cmd w = { .verb = SCSIEMU_V_MARKS, .count = 1 };
	struct scsiemu_io io = { 0 };

	return ops->verb(m.ctx, &io, &w) ? fail("no filemark") : 0;
}

static int do_record(const char *hex)
{
	struct scsiemu_vec v = { rec, 0 };
	struct scsiemu_io io = { 0 };
	unsigned byte;

	for (; sscanf(hex, "%2x", &byte) == 1; hex += 2)
		rec[v.len++] = (uint8_t)byte;
	return ops->write(m.ctx, &io, NULL, 0, &v, 1) == SCSIEMU_R_RECORD
		       ? 0
		       : fail("no record");
}

static int do_write(void)
{
	static char line[200000];
	int rc = 0;

	while (!rc && fgets(line, sizeof(line), stdin))
		rc = strcmp(line, "mark\n") == 0 ? do_marks() : do_record(line);
	return rc;
}

static int do_read(void)
{
	for (;;) {
		struct scsiemu_vec v = { rec, sizeof(rec) };
		struct scsiemu_io io = { 0 };

		switch (ops->read(m.ctx, &io, NULL, 0, &v, 1)) {
		case SCSIEMU_R_RECORD:
			for (uint32_t i = 0; i < io.moved; i++)
				printf("%02x", rec[i]);
			putchar('\n');
			break;
		case SCSIEMU_R_MARK:
			puts("mark");
			break;
		case SCSIEMU_R_EOD:
			return 0;
		default:
			return fail("it cannot be read");
		}
	}
}

int main(int argc, char **argv)
{
	struct scsiemu_tape_new is = { 0 };
	struct scsiemu_errmsg err;
	unsigned format = 0;
	int rc;

	if (argc != 4)
		return fail("usage: tape_image write|read FORMAT FILE");
	while (format < sizeof(names) / sizeof(names[0]) &&
	       strcmp(names[format], argv[2]) != 0)
		format++;
	is.read_only = strcmp(argv[1], "read") == 0;
	is.bytes = is.read_only ? 0 : 1 << 30;
	if (scsiemu_open_tape_image(&m, argv[3], (enum scsiemu_image)format,
				    &is, &err))
		return fail(err.text);
	ops = m.ops;
	rc = is.read_only ? do_read() : do_write();
	scsiemu_medium_close(&m);
	return rc;
}
