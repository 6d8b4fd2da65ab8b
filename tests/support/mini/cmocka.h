/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The part of CMocka's interface that these tests use, for targets the library
 * itself is not packaged for (cross builds). Written from its documentation; a
 * failed assertion ends its test, a crash ends the program.
 */
#ifndef MINI_CMOCKA_H
#define MINI_CMOCKA_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef void (*CMUnitTestFunction)(void **state);
typedef int (*CMFixtureFunction)(void **state);

struct CMUnitTest {
	const char *name;
	CMUnitTestFunction test_func;
	CMFixtureFunction setup_func, teardown_func;
	void *initial_state;
};

#define cmocka_unit_test(f)                                                    \
	{                                                                      \
#f, f, NULL, NULL, NULL                                        \
	}
#define cmocka_unit_test_setup(f, s)                                           \
	{                                                                      \
#f, f, s, NULL, NULL                                           \
	}
#define cmocka_unit_test_teardown(f, t)                                        \
	{                                                                      \
#f, f, NULL, t, NULL                                           \
	}
#define cmocka_unit_test_prestate(f, p)                                        \
	{                                                                      \
#f, f, NULL, NULL, p                                           \
	}
#define cmocka_unit_test_setup_teardown(f, s, t)                               \
	{                                                                      \
#f, f, s, t, NULL                                              \
	}
#define cmocka_unit_test_prestate_setup_teardown(f, s, t, p)                   \
	{                                                                      \
#f, f, s, t, p                                                 \
	}

#define cmocka_run_group_tests(tests, setup, teardown)                         \
	mini_run(#tests, tests, sizeof(tests) / sizeof((tests)[0]), setup,     \
		 teardown)
#define cmocka_run_group_tests_name(name, tests, setup, teardown)              \
	mini_run(name, tests, sizeof(tests) / sizeof((tests)[0]), setup,       \
		 teardown)

int mini_run(const char *group, const struct CMUnitTest *tests, size_t n,
	     CMFixtureFunction setup, CMFixtureFunction teardown);
void mini_assert(int ok, const char *what, const char *file, int line);
void mini_number(uintmax_t a, uintmax_t b, int equal, const char *what,
		 const char *file, int line);
void mini_range(uintmax_t v, uintmax_t low, uintmax_t high, int in,
		const char *file, int line);
void mini_memory(const void *a, const void *b, size_t len, int equal,
		 const char *file, int line);
void mini_string(const char *a, const char *b, int equal, const char *file,
		 int line);
_Noreturn void mini_fail(const char *file, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* With the place of their caller, for helpers that assert. */
#define _assert_true(c, text, file, line) mini_assert(!!(c), text, file, line)
#define _assert_int_equal(a, b, file, line)                                    \
	mini_number(MINI_NUM(a), MINI_NUM(b), 1, #a " == " #b, file, line)
#define _assert_memory_equal(a, b, n, file, line)                              \
	mini_memory(a, b, n, 1, file, line)
#define _assert_string_equal(a, b, file, line) mini_string(a, b, 1, file, line)
#define _fail(file, line)		       mini_fail(file, line, "failed")

#define MINI_AT		   __FILE__, __LINE__
#define MINI_NUM(v)	   ((uintmax_t)(intmax_t)(v))
#define assert_true(c)	   mini_assert(!!(c), #c, MINI_AT)
#define assert_false(c)	   mini_assert(!(c), "!(" #c ")", MINI_AT)
#define assert_null(p)	   mini_assert((p) == NULL, #p " == NULL", MINI_AT)
#define assert_non_null(p) mini_assert((p) != NULL, #p " != NULL", MINI_AT)
#define assert_ptr_equal(a, b)                                                 \
	mini_assert((const void *)(a) == (const void *)(b), #a " == " #b,      \
		    MINI_AT)
#define assert_ptr_not_equal(a, b)                                             \
	mini_assert((const void *)(a) != (const void *)(b), #a " != " #b,      \
		    MINI_AT)
#define assert_int_equal(a, b)                                                 \
	mini_number(MINI_NUM(a), MINI_NUM(b), 1, #a " == " #b, MINI_AT)
#define assert_int_not_equal(a, b)                                             \
	mini_number(MINI_NUM(a), MINI_NUM(b), 0, #a " != " #b, MINI_AT)
#define assert_return_code(rc, error)                                          \
	mini_assert((rc) >= 0, #rc " >= 0", MINI_AT)
#define assert_string_equal(a, b)	 mini_string(a, b, 1, MINI_AT)
#define assert_string_not_equal(a, b)	 mini_string(a, b, 0, MINI_AT)
#define assert_memory_equal(a, b, n)	 mini_memory(a, b, n, 1, MINI_AT)
#define assert_memory_not_equal(a, b, n) mini_memory(a, b, n, 0, MINI_AT)
#define assert_in_range(v, low, high)                                          \
	mini_range((uintmax_t)(v), (uintmax_t)(low), (uintmax_t)(high), 1,     \
		   MINI_AT)
#define assert_not_in_range(v, low, high)                                      \
	mini_range((uintmax_t)(v), (uintmax_t)(low), (uintmax_t)(high), 0,     \
		   MINI_AT)
#define fail()		   mini_fail(MINI_AT, "failed")
#define fail_msg(...)	   mini_fail(MINI_AT, __VA_ARGS__)
#define print_message(...) printf(__VA_ARGS__)
#define print_error(...)   fprintf(stderr, __VA_ARGS__)

#define test_malloc(n)	   malloc(n)
#define test_calloc(n, m)  calloc(n, m)
#define test_realloc(p, n) realloc(p, n)
#define test_free(p)	   free(p)

#endif
