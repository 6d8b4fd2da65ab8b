/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The process ends anywhere while it writes a cartridge of another program:
 * what was durable is there, whole records only, and it can be written on.
 */
#define _GNU_SOURCE
#include "kit.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "image_kit.h"
#include "inject.h"

static struct scsiemu_medium m;
static struct scsiemu_errmsg err;

/* What a run does, one letter each: a to z a record of it; M a filemark,
 * durable; F a flush; 0 to 9 back to that object. */
static const char steps[] = "abcMdeFfg2hi3Mjk0l";

/* What is on the tape after so many steps: one letter per object. */
static void model(unsigned n, char *tape)
{
	unsigned at = 0;

	tape[0] = '\0';
	for (unsigned i = 0; i < n; i++) {
		char c = steps[i];

		if (c == 'F')
			continue;
		if (c >= '0' && c <= '9') {
			at = (unsigned)(c - '0');
			continue;
		}
		tape[at++] = c;
		tape[at] = '\0';
	}
}

enum { LEN = 30 };

static const char *record(char c)
{
	static char rec[LEN];

	memset(rec, c, sizeof(rec));
	return rec;
}

/* The process dies in its nth system call that changes something. */
static void run_until(const char *path, enum scsiemu_image format, unsigned nth,
		      unsigned *begun)
{
	static const struct scsiemu_tape_new is = { .bytes = 1 << 20 };

	inject_on();
	if (scsiemu_open_tape_image(&m, path, format, &is, &err))
		_exit(1);
	inject_fail(INJECT(PWRITEV) | INJECT(FTRUNCATE) | INJECT(FDATASYNC),
		    nth, 0);
	inject.exits = true;
	inject.cut = 7; /* so also between two parts of a record */
	while (steps[*begun]) {
		char c = steps[(*begun)++];

		if (c == 'M')
			image_marks(&m, 1);
		else if (c == 'F')
			image_flush(&m);
		else if (c >= '0' && c <= '9')
			image_locate(&m, (uint64_t)(c - '0'));
		else
			image_write(&m, record(c), LEN);
	}
	_exit(2); /* without closing it */
}

/* The letters of what is there now. */
static void letters(const char *path, enum scsiemu_image format, char *to)
{
	static const struct scsiemu_tape_new is = { .bytes = 1 << 20 };

	if (scsiemu_open_tape_image(&m, path, format, &is, &err))
		fail_msg("%s", err.text);
	for (const char *p = image_dump(&m); *p != 'E';
	     p = strchr(p, ' ') + 1) {
		if (*p != 'M') {
			assert_memory_equal(p, record(*p), LEN);
			assert_int_equal(p[LEN], ' ');
		}
		*to++ = *p;
	}
	*to = '\0';
	/* and it can be written on */
	assert_int_equal(image_locate(&m, 100), SCSIEMU_R_EOD);
	assert_int_equal(image_write(&m, "z", 1), SCSIEMU_R_RECORD);
	assert_int_equal(image_flush(&m), SCSIEMU_OK);
	scsiemu_medium_close(&m);
}

/* What is there was there at some moment between the last that was made durable
 * (or cut) and the end, or is its beginning. */
static bool allowed(const char *tape, unsigned begun)
{
	unsigned durable = 0;
	char was[32];

	for (unsigned i = 0; i + 1 < begun; i++)
		if (steps[i] == 'M' || steps[i] == 'F')
			durable = i + 1;
	model(durable, was);
	for (unsigned i = durable; i <= begun; i++) {
		char then[32];
		size_t keep;

		model(i, then);
		/* up to where the durable one was written over, at least */
		for (keep = 0; was[keep] && was[keep] == then[keep];)
			keep++;
		if (!strncmp(tape, then, strlen(tape)) && strlen(tape) >= keep)
			return true;
	}
	return !strcmp(tape, was);
}

static void test_dies(void **state)
{
	static const enum scsiemu_image kinds[] = { SCSIEMU_IMAGE_SIMH,
						    SCSIEMU_IMAGE_AWS };
	unsigned *begun = mmap(NULL, sizeof(*begun), PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	const char *path = kit_path("dies");
	int status;
	pid_t pid;

	(void)state;
	for (unsigned k = 0; k < 2; k++)
		for (unsigned nth = 1;; nth++) {
			char tape[32];

			unlink(path);
			*begun = 0;
			pid = fork();
			if (!pid)
				run_until(path, kinds[k], nth, begun);
			assert_int_equal(waitpid(pid, &status, 0), pid);
			assert_true(WIFEXITED(status));
			letters(path, kinds[k], tape);
			if (!allowed(tape, *begun))
				fail_msg("call %u, step %u: %s", nth, *begun,
					 tape);
			if (WEXITSTATUS(status) == 2)
				break;
			assert_int_equal(WEXITSTATUS(status), 0);
		}
	munmap(begun, sizeof(*begun));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dies),
	};
	int rc = cmocka_run_group_tests(tests, NULL, NULL);

	kit_clean();
	return rc;
}
