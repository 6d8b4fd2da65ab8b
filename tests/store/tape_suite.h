/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/store/tape_suite.h - what the tests of all tape stores share: each runs
 * once for every kind of store, on an empty cartridge.
 */
#ifndef TESTS_STORE_TAPE_SUITE_H
#define TESTS_STORE_TAPE_SUITE_H

#include "inject.h"
#include "tape_kit.h"

/* A kind of store: how a cartridge of it is made, and opened again. */
struct kind {
	const char *name;
	int (*make)(struct scsiemu_medium *m, const struct scsiemu_tape_new *is,
		    bool read_only);
	bool keeps; /* what was in it, when it is closed */
};

enum { SUITE_BYTES = 1 << 20 };
enum { SUITE_MEM, SUITE_LOG, SUITE_CODEC, SUITE_SIMH, SUITE_AWS, SUITE_KINDS };
extern const struct kind suite_kinds[SUITE_KINDS];
extern const struct scsiemu_tape_new suite_usual;
extern const struct kind *kind; /* of this test */
extern struct scsiemu_medium tape;
extern struct scsiemu_errmsg tape_err;

int suite_setup(void **state);
int suite_teardown(void **state);
/* The cartridge in it is closed and gone, and this one takes its place. */
void suite_open(const struct scsiemu_tape_new *is);
void suite_again(const struct scsiemu_tape_new *is);

/* A record of these bytes; so many filemarks; LOCATE; SPACE; a byte read. */
int put(const char *text);
int marks(uint64_t n);
int locate(uint64_t object, uint64_t partition);
int space(enum scsiemu_tape_space code, int64_t count);
int read_one(void);
/* The next record is this text, and nothing beyond. */
void gets_text(const char *text);
/* a b | c | | d: records, | filemarks */
void write_usual(void);
/* An attribute in ASCII; the first from one id on is this; there is none. */
int set_attr(uint64_t part, uint16_t id, const char *value);
void has_attr(uint32_t part, uint16_t from, uint16_t id, const char *value);
bool no_attr(uint32_t part, uint16_t from);
int partition(uint32_t n, uint64_t a, uint64_t b, uint64_t c, uint64_t d);

#define SUITE_OF(name, end, kind)                                              \
	{                                                                      \
#name end, test_##name, suite_setup, suite_teardown,           \
			(void *)(uintptr_t)&suite_kinds[SUITE_##kind]          \
	}
/* For the library's own cartridges, and for all kinds of stores: what these do
 * not have (attributes, tags, partitions) is not asked of them. */
#define SUITE(name) SUITE_OF(name, "", MEM), SUITE_OF(name, "_log", LOG)
#define SUITE_ALL(name)                                                        \
	SUITE(name), SUITE_OF(name, "_codec", CODEC),                          \
		SUITE_OF(name, "_simh", SIMH), SUITE_OF(name, "_aws", AWS)

#endif
