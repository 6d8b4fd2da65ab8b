/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * support/note.c - which rows' commands succeeded in this test, each once: a
 * line for each is added to the file that DRIVE_ROWS names.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/drive.h"

void drive_note(const struct scsiemu_row *row)
{
	static const struct scsiemu_row *noted[256];
	const char *path = getenv("DRIVE_ROWS");
	unsigned i = 0;
	FILE *f;

	while (i < 255 && noted[i] && noted[i] != row)
		i++;
	if (!path || !row || noted[i] == row)
		return;
	noted[i] = row;
	f = fopen(path, "a");
	assert_non_null(f);
	if (row->sa == SCSIEMU_NO_SA)
		fprintf(f, "%02Xh\n", row->op);
	else
		fprintf(f, "%02Xh/%02Xh\n", row->op, row->sa);
	assert_int_equal(fclose(f), 0);
}
