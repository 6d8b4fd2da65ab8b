/* SPDX-License-Identifier: BSD-2-Clause */
/* See cmocka.h beside this file. */
#include <cmocka.h>

#include <inttypes.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

static jmp_buf out; /* of the running test */

void mini_fail(const char *file, int line, const char *format, ...)
{
	va_list ap;

	fprintf(stderr, "%s:%d: ", file, line);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	longjmp(out, 1);
}

void mini_assert(int ok, const char *what, const char *file, int line)
{
	if (!ok)
		mini_fail(file, line, "not true: %s", what);
}

void mini_number(uintmax_t a, uintmax_t b, int equal, const char *what,
		 const char *file, int line)
{
	if ((a == b) != equal)
		mini_fail(file, line, "not %s: %#" PRIxMAX " and %#" PRIxMAX,
			  what, a, b);
}

void mini_range(uintmax_t v, uintmax_t low, uintmax_t high, int in,
		const char *file, int line)
{
	if ((v >= low && v <= high) != in)
		mini_fail(file, line,
			  "%" PRIuMAX " against %" PRIuMAX "..%" PRIuMAX, v,
			  low, high);
}

void mini_memory(const void *a, const void *b, size_t len, int equal,
		 const char *file, int line)
{
	const unsigned char *x = a, *y = b;
	size_t at = 0;

	while (at < len && x[at] == y[at])
		at++;
	if ((at == len) != equal)
		mini_fail(file, line, "%zu bytes: %s, byte %zu", len,
			  equal ? "differ" : "are equal", at);
}

void mini_string(const char *a, const char *b, int equal, const char *file,
		 int line)
{
	if ((strcmp(a, b) == 0) != equal)
		mini_fail(file, line, "\"%s\" and \"%s\"", a, b);
}

/* 1 when it failed. */
static int run_one(const struct CMUnitTest *t)
{
	void *state = t->initial_state;
	volatile int failed = 0; /* lives over longjmp() */

	printf("[ RUN      ] %s\n", t->name);
	fflush(stdout);
	if (setjmp(out) == 0) {
		if (t->setup_func && t->setup_func(&state))
			mini_fail(t->name, 0, "set-up failed");
		t->test_func(&state);
	} else {
		failed = 1;
	}
	if (t->teardown_func && t->teardown_func(&state))
		failed = 1;
	printf("[ %s ] %s\n", failed ? " FAILED " : "      OK", t->name);
	return failed;
}

int mini_run(const char *group, const struct CMUnitTest *tests, size_t n,
	     CMFixtureFunction setup, CMFixtureFunction teardown)
{
	void *state = NULL;
	int failed = 0;

	if (setup && setup(&state))
		return (int)n;
	for (size_t i = 0; i < n; i++) {
		struct CMUnitTest t = tests[i];

		if (!t.initial_state)
			t.initial_state = state;
		failed += run_one(&t);
	}
	if (teardown && teardown(&state))
		failed++;
	printf("%s: %zu tests, %d failed\n", group, n, failed);
	return failed;
}
