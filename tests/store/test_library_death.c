/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A library in a directory is as it was or as it is to be, whatever fails and
 * whenever the process dies.
 */
#define _GNU_SOURCE
#include "library_kit.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int step(struct scsiemu_medium *m, unsigned i)
{
	static const struct scsiemu_tape_new is = { .bytes = 65536 };
	struct scsiemu_errmsg err;

	switch (i) {
	case 0:
		return library_move(m, SLOT, DRIVE);
	case 1:
		return library_exchange(m, SLOT + 1, DRIVE, SLOT);
	case 2:
		return library_move(m, DRIVE, DRIVE + 1);
	case 3:
		return scsiemu_library_insert(m, STATION, "NEW001L8", &is,
					      &err);
	case 4:
		return library_move(m, DRIVE + 1, SLOT + 3);
	default:
		return scsiemu_library_eject(m, SLOT + 3, &err);
	}
}
enum { STEPS = 6 };
/* Before the first, after each. */
static const char *const states[STEPS + 1] = { "123------", "-23----1-",
					       "1-3----2-", "1-3-----2",
					       "1-3--1--2", "1-32-1---",
					       "1-3--1---" };

static void fresh(void)
{
	struct scsiemu_medium m;

	library_forget();
	m = library_open(&library_usual);
	library_shut(&m);
}

/* Each call of each step, once: it fails and nothing has changed, or it did not
 * matter. */
static void test_failures(void **state)
{
	(void)state;
	for (unsigned i = 0; i < STEPS; i++) {
		for (unsigned nth = 1;; nth++) {
			struct scsiemu_medium m;
			int rc;
			unsigned seen;

			inject_fail(0, 0, 0);
			fresh();
			m = library_open(&library_any);
			for (unsigned k = 0; k < i; k++)
				assert_int_equal(step(&m, k), 0);
			inject_fail(INJECT_ALL & ~INJECT(CLOSE), nth, ENOSPC);
			rc = step(&m, i);
			seen = inject.seen;
			inject_fail(0, 0, 0);
			assert_string_equal(library_all(&m),
					    states[i + (rc == 0)]);
			if (rc) /* and then it works */
				assert_int_equal(step(&m, i), 0);
			assert_string_equal(library_all(&m), states[i + 1]);
			library_shut(&m);
			m = library_open(&library_any);
			assert_string_equal(library_all(&m), states[i + 1]);
			library_shut(&m);
			if (seen < nth)
				break;
		}
	}
}

/* The process dies at each call: the library is as it was, or as it is. */
static bool dies(unsigned i, unsigned nth)
{
	struct scsiemu_medium m;
	pid_t child;
	int status;
	bool old;

	fresh();
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		m = library_open(&library_any);
		for (unsigned k = 0; k < i; k++)
			step(&m, k);
		inject_fail(INJECT_ALL, nth, 0);
		inject.exits = true;
		step(&m, i);
		_exit(inject.seen < nth ? 3 : 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	m = library_open(&library_any);
	old = strcmp(library_all(&m), states[i]) == 0;
	if (!old)
		assert_string_equal(library_all(&m), states[i + 1]);
	else
		assert_int_equal(step(&m, i), 0);
	assert_string_equal(library_all(&m), states[i + 1]);
	library_shut(&m);
	return WEXITSTATUS(status) == 3;
}

static void test_death(void **state)
{
	(void)state;
	for (unsigned i = 0; i < STEPS; i++)
		for (unsigned nth = 1; !dies(i, nth); nth++)
			;
}

/* ... or while it makes one: the next start finishes it. */
static void test_death_at_birth(void **state)
{
	int status = 0;

	(void)state;
	for (unsigned nth = 1; WEXITSTATUS(status) != 3; nth++) {
		struct scsiemu_medium m;
		pid_t child;

		library_forget();
		child = fork();
		assert_true(child >= 0);
		if (!child) {
			inject_fail(INJECT_ALL, nth, 0);
			inject.exits = true;
			scsiemu_open_library(&m, kit_path("lib"),
					     &library_usual, NULL);
			_exit(inject.seen < nth ? 3 : 0);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		m = library_open(&library_usual);
		assert_string_equal(library_all(&m), states[0]);
		library_shut(&m);
	}
}

/* Each call that making one consists of, once. */
static void test_birth_fails(void **state)
{
	(void)state;
	for (unsigned nth = 1;; nth++) {
		struct scsiemu_medium m;
		struct scsiemu_errmsg err;
		int rc;
		unsigned seen;

		library_forget();
		inject_fail(INJECT_ALL & ~INJECT(CLOSE), nth, EACCES);
		err.text[0] = '\0';
		rc = scsiemu_open_library(&m, kit_path("lib"), &library_usual,
					  &err);
		seen = inject.seen;
		inject_fail(0, 0, 0);
		if (rc) {
			assert_true(strlen(err.text) > 10);
			assert_int_equal(inject.memory, 0);
			assert_int_equal(inject.files, 0);
			m = library_open(&library_usual);
		}
		assert_string_equal(library_all(&m), states[0]);
		library_shut(&m);
		if (seen < nth)
			break;
	}
}

#define WITH(fn)                                                               \
	cmocka_unit_test_setup_teardown(fn, library_setup, library_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(test_failures),
		WITH(test_death),
		WITH(test_death_at_birth),
		WITH(test_birth_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
