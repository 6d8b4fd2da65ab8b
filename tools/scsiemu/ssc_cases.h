/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ssc_cases.h - what a tape drive answers in which situation, as data (SSC-4
 * chapter 7): objects on the tape, where it stands, a CDB; sense, position and
 * bytes moved afterwards. The tests hold the library against it, scsiemu
 * conformance a drive of anybody.
 */
#ifndef TOOL_SSC_CASES_H
#define TOOL_SSC_CASES_H

#include <scsiemu/cmd.h>
#include <scsiemu/wire.h>

struct ssc_case {
	const char *name;
	/* lengths of records (3*512: three of them) and M, for filemarks */
	const char *lay;
	uint64_t at;	/* the object in front of which it stands */
	uint32_t block; /* BLOCK LENGTH of the block descriptor */
	uint8_t cdb[16];
	uint32_t room; /* bytes of the initiator's buffer */
	/* GOOD: all of these 0 */
	uint8_t key;
	uint16_t asc;
	uint8_t flags; /* SCSIEMU_S_*; INFO: information counts */
	int64_t info;
	uint64_t after; /* the object in front of which it stands then */
	uint32_t moved; /* bytes */
};

#define INFO	SCSIEMU_S_INFO
#define ILI	(SCSIEMU_S_ILI | INFO)
#define FM	(SCSIEMU_S_MARK | INFO)
#define EOM	(SCSIEMU_S_EOM | INFO)
#define GOOD	0, 0, 0, 0
#define BAD_CDB 5, 0x2400, 0, 0
#define READ	0x08
#define WRITE	0x0a
#define MARKS	0x10
#define SPACE	0x11
#define VERIFY	0x13
#define REVERSE 0x0f
#define FIXED	0x01
#define SILI	0x02
#define BYTORD	0x04
#define N(n)	(uint8_t)((n) >> 16), (uint8_t)((n) >> 8), (uint8_t)(n)
#define N8(n)                                                                  \
	(uint8_t)((uint64_t)(n) >> 56), (uint8_t)((uint64_t)(n) >> 48),        \
		(uint8_t)((uint64_t)(n) >> 40),                                \
		(uint8_t)((uint64_t)(n) >> 32), (uint8_t)((n) >> 24),          \
		(uint8_t)((n) >> 16), (uint8_t)((n) >> 8), (uint8_t)(n)
#define MIXED "100 3*512 M 700 M M 200" /* 0; 1 2 3; 4; 5; 6 7; 8 */

/* clang-format off */
static const struct ssc_case ssc_cases[] = {
	/* ---- READ, variable ---- */
	{ "nothing is read", MIXED, 0, 0, { READ }, 0, GOOD, 0, 0 },
	{ "a block", MIXED, 0, 0, { READ, 0, N(100) }, 100, GOOD, 1, 100 },
	{ "a shorter one", MIXED, 0, 0, { READ, 0, N(512) }, 512, 0, 0, ILI, 412, 1,
	  100 },
	{ "a shorter one, SILI", MIXED, 0, 0, { READ, SILI, N(512) }, 512, GOOD, 1,
	  100 },
	{ "a longer one", MIXED, 1, 0, { READ, 0, N(100) }, 100, 0, 0, ILI, -412, 2,
	  100 },
	{ "a longer one, SILI", MIXED, 1, 0, { READ, SILI, N(100) }, 100, GOOD, 2,
	  100 },
	{ "a longer one, SILI, block length", MIXED, 1, 512, { READ, SILI, N(100) },
	  100, 0, 0, ILI, -412, 2, 100 },
	{ "a shorter one, SILI, block length", MIXED, 0, 512, { READ, SILI, N(512) },
	  512, GOOD, 1, 100 },
	{ "more than a block can have", MIXED, 0, 0, { READ, 0, N(0xffffff) }, 4096, 0,
	  0, ILI, 0xffffff - 100, 1, 100 },
	{ "a filemark", MIXED, 4, 0, { READ, 0, N(512) }, 512, 0, 0x0001, FM, 512, 5,
	  0 },
	{ "a filemark, SILI", MIXED, 4, 0, { READ, SILI, N(512) }, 512, 0, 0x0001, FM,
	  512, 5, 0 },
	{ "end of data", MIXED, 9, 0, { READ, 0, N(512) }, 512, 8, 0x0005, INFO, 512,
	  9, 0 },
	{ "an empty tape", "", 0, 0, { READ, 0, N(80) }, 80, 8, 0x0005, INFO, 80, 0,
	  0 },
	{ "the host has room for less", MIXED, 1, 0, { READ, 0, N(512) }, 100, GOOD, 2,
	  100 },
	{ "the host has room for nothing", MIXED, 1, 0, { READ, 0, N(512) }, 0, GOOD,
	  2, 0 },
	{ "nor for another length", MIXED, 1, 0, { READ, 0, N(600) }, 0, 0, 0, ILI, 88,
	  2, 0 },
	/* ---- READ, fixed ---- */
	{ "FIXED without block length", MIXED, 1, 0, { READ, FIXED, N(2) }, 1024, 5,
	  0x2400, INFO, 2, 1, 0 },
	{ "FIXED and SILI", MIXED, 1, 512, { READ, FIXED | SILI, N(2) }, 1024, 5,
	  0x2400, INFO, 2, 1, 0 },
	{ "no blocks", MIXED, 1, 512, { READ, FIXED }, 0, GOOD, 1, 0 },
	{ "three blocks", MIXED, 1, 512, { READ, FIXED, N(3) }, 1536, GOOD, 4, 1536 },
	{ "blocks, then a mark", MIXED, 1, 512, { READ, FIXED, N(5) }, 2560, 0, 0x0001,
	  FM, 2, 5, 1536 },
	{ "a mark at once", MIXED, 4, 512, { READ, FIXED, N(5) }, 2560, 0, 0x0001, FM,
	  5, 5, 0 },
	{ "a short block first", MIXED, 0, 512, { READ, FIXED, N(4) }, 2048, 0, 0, ILI,
	  4, 1, 100 },
	{ "a short block behind", "2*512 100 512", 0, 512, { READ, FIXED, N(4) }, 2048,
	  0, 0, ILI, 2, 3, 1124 },
	{ "a long block behind", "2*512 700 512", 0, 512, { READ, FIXED, N(4) }, 2048,
	  0, 0, ILI, 2, 3, 1536 },
	{ "a block of two", "2*1024", 0, 512, { READ, FIXED, N(2) }, 1024, 0, 0, ILI,
	  2, 1, 512 },
	{ "blocks, then end of data", "2*512", 0, 512, { READ, FIXED, N(9) }, 4608, 8,
	  0x0005, INFO, 7, 2, 1024 },
	{ "the host has room for one and a half", MIXED, 1, 512, { READ, FIXED, N(3) },
	  768, GOOD, 4, 768 },
	{ "more than a data phase", MIXED, 1, 0xfffffc, { READ, FIXED, N(0xffffff) },
	  512, 5, 0x2400, INFO, 0xffffff, 1, 0 },
	/* ---- READ(16) ---- */
	{ "somewhere else", MIXED, 8, 0, { 0x88, 0, 0, 0, N8(5), N(700), 0 }, 700,
	  GOOD, 6, 700 },
	{ "behind the end", MIXED, 3, 0, { 0x88, 0, 0, 0, N8(10), N(700), 0 }, 700, 8,
	  0x0005, 0, 0, 9, 0 },
	{ "another partition", MIXED, 3, 0, { 0x88, 0, 0, 1, N8(0), N(700), 0 }, 700,
	  BAD_CDB, 3, 0 },
	/* ---- READ REVERSE ---- */
	{ "bytes reversed", MIXED, 4, 512, { REVERSE, FIXED, N(2) }, 1024, BAD_CDB, 4,
	  0 },
	{ "back over three", MIXED, 4, 512, { REVERSE, BYTORD | FIXED, N(3) }, 1536,
	  GOOD, 1, 1536 },
	{ "back over one", MIXED, 6, 0, { REVERSE, BYTORD, N(700) }, 700, GOOD, 5,
	  700 },
	{ "back over a longer one", MIXED, 6, 0, { REVERSE, BYTORD, N(500) }, 500, 0,
	  0, ILI, -200, 5, 500 },
	{ "back to a short one", MIXED, 4, 512, { REVERSE, BYTORD | FIXED, N(5) },
	  2560, 0, 0, ILI, 2, 0, 1636 },
	{ "back to a mark", MIXED, 7, 0, { REVERSE, BYTORD, N(500) }, 500, 0, 0x0001,
	  FM, 500, 6, 0 },
	{ "back to the beginning", "2*512", 2, 512, { REVERSE, BYTORD | FIXED, N(5) },
	  2560, 0, 0x0004, EOM, 3, 0, 1024 },
	{ "elsewhere, back", MIXED, 0, 0, { 0x81, BYTORD, 0, 0, N8(6), N(700), 0 }, 700,
	  GOOD, 5, 700 },
	{ "nothing is asked for", MIXED, 4, 0, { 0x14 }, 0, GOOD, 4, 0 },
	{ "nothing is buffered", MIXED, 4, 0, { 0x14, 0, N(512) }, 512, 0, 0x0005, EOM,
	  512, 4, 0 },
	/* ---- WRITE ---- */
	{ "nothing is written", MIXED, 4, 0, { WRITE }, 0, GOOD, 4, 0 },
	{ "a block at the end", MIXED, 9, 0, { WRITE, 0, N(300) }, 300, GOOD, 10, 300 },
	{ "a block in front of others", MIXED, 1, 0, { WRITE, 0, N(300) }, 300, GOOD,
	  2, 300 },
	{ "three fixed blocks", "", 0, 512, { WRITE, FIXED, N(3) }, 1536, GOOD, 3,
	  1536 },
	{ "WRITE FIXED without block length", "", 0, 0, { WRITE, FIXED, N(3) }, 1536,
	  BAD_CDB, 0, 0 },
	{ "the host has less than that", MIXED, 1, 0, { WRITE, 0, N(300) }, 200,
	  BAD_CDB, 1, 0 },
	{ "WRITE elsewhere", MIXED, 1, 0, { 0x8a, 0, 0, 0, N8(9), N(300), 0 }, 300,
	  GOOD, 10, 300 },
	/* ---- WRITE FILEMARKS ---- */
	{ "no marks", MIXED, 4, 0, { MARKS }, 0, GOOD, 4, 0 },
	{ "two marks", MIXED, 9, 0, { MARKS, 0, N(2) }, 0, GOOD, 11, 0 },
	{ "marks at once", MIXED, 9, 0, { MARKS, 1, N(2) }, 0, GOOD, 11, 0 },
	{ "setmarks", MIXED, 9, 0, { MARKS, 2, N(2) }, 0, BAD_CDB, 9, 0 },
	{ "marks elsewhere", MIXED, 9, 0, { 0x80, 0, 0, 0, N8(5), N(1), 0 }, 0, GOOD,
	  6, 0 },
	/* ---- SPACE ---- */
	{ "space nothing", MIXED, 2, 0, { SPACE }, 0, GOOD, 2, 0 },
	{ "three blocks on", MIXED, 1, 0, { SPACE, 0, N(3) }, 0, GOOD, 4, 0 },
	{ "blocks, a mark between", MIXED, 1, 0, { SPACE, 0, N(9) }, 0, 0, 0x0001, FM,
	  6, 5, 0 },
	{ "blocks, end of data", MIXED, 8, 0, { SPACE, 0, N(9) }, 0, 8, 0x0005, INFO,
	  8, 9, 0 },
	{ "two blocks back", MIXED, 4, 0, { SPACE, 0, N(-2) }, 0, GOOD, 2, 0 },
	{ "blocks back, a mark between", MIXED, 6, 0, { SPACE, 0, N(-3) }, 0, 0,
	  0x0001, FM, 2, 4, 0 },
	{ "blocks back, beginning", MIXED, 3, 0, { SPACE, 0, N(-5) }, 0, 0, 0x0004,
	  EOM, 2, 0, 0 },
	{ "a mark on", MIXED, 0, 0, { SPACE, 1, N(1) }, 0, GOOD, 5, 0 },
	{ "three marks on", MIXED, 0, 0, { SPACE, 1, N(3) }, 0, GOOD, 8, 0 },
	{ "marks, end of data", MIXED, 5, 0, { SPACE, 1, N(0x7fffff) }, 0, 8, 0x0005,
	  INFO, 0x7ffffd, 9, 0 },
	{ "two marks back", MIXED, 9, 0, { SPACE, 1, N(-2) }, 0, GOOD, 6, 0 },
	{ "marks back, beginning", MIXED, 9, 0, { SPACE, 1, N(-5) }, 0, 0, 0x0004, EOM,
	  2, 0, 0 },
	{ "two marks in a row", MIXED, 0, 0, { SPACE, 2, N(2) }, 0, GOOD, 8, 0 },
	{ "two marks in a row, back", MIXED, 9, 0, { SPACE, 2, N(-2) }, 0, GOOD, 6, 0 },
	{ "three marks in a row", MIXED, 0, 0, { SPACE, 2, N(3) }, 0, 8, 0x0005, 0, 0,
	  9, 0 },
	{ "end of data", MIXED, 0, 0, { SPACE, 3, N(-4) }, 0, GOOD, 9, 0 },
	{ "setmarks on", MIXED, 2, 0, { SPACE, 4, N(1) }, 0, BAD_CDB, 2, 0 },
	{ "SPACE(16) blocks back", MIXED, 4, 0, { 0x91, 0, 0, 0, N8(-3), 0, 0, 0, 0 },
	  0, GOOD, 1, 0 },
	{ "SPACE(16) far", MIXED, 4, 0, { 0x91, 1, 0, 0, N8(INT64_MAX), 0, 0, 0, 0 },
	  0, 8, 0x0005, INFO, INT64_MAX - 3, 9, 0 },
	/* ---- LOCATE, REWIND, ERASE ---- */
	{ "LOCATE(10)", MIXED, 9, 0, { 0x2b, 0, 0, 0, 0, 0, 3 }, 0, GOOD, 3, 0 },
	{ "LOCATE(10) with BT", MIXED, 9, 0, { 0x2b, 4, 0, 0, 0, 0, 7 }, 0, GOOD, 7,
	  0 },
	{ "LOCATE(10) behind the end", MIXED, 2, 0, { 0x2b, 0, 0, 0, 0, 0, 10 }, 0, 8,
	  0x0005, 0, 0, 9, 0 },
	{ "LOCATE(10), no such partition", MIXED, 2, 0, { 0x2b, 2, 0, 0, 0, 0, 1, 0,
	  1 }, 0, BAD_CDB, 2, 0 },
	{ "LOCATE(10), a partition that is not meant", MIXED, 2, 0, { 0x2b, 0, 0, 0, 0,
	  0, 1, 0, 1 }, 0, GOOD, 1, 0 },
	{ "LOCATE(16), file 2", MIXED, 0, 0, { 0x92, 0x08, 0, 0, N8(2), 0 }, 0, GOOD,
	  7, 0 },
	{ "LOCATE(16), file 0", MIXED, 5, 0, { 0x92, 0x08, 0, 0, N8(0), 0 }, 0, GOOD,
	  0, 0 },
	{ "LOCATE(16), file 4", MIXED, 5, 0, { 0x92, 0x08, 0, 0, N8(4), 0 }, 0, 8,
	  0x0005, 0, 0, 9, 0 },
	{ "LOCATE(16), end of data", MIXED, 5, 0, { 0x92, 0x18, 0, 0, N8(0), 0 }, 0,
	  GOOD, 9, 0 },
	{ "LOCATE(16), anything behind", MIXED, 5, 0, { 0x92, 0, 0, 0, N8(-1), 0 }, 0,
	  8, 0x0005, 0, 0, 9, 0 },
	{ "LOCATE(16), setmark", MIXED, 5, 0, { 0x92, 0x10, 0, 0, N8(1), 0 }, 0,
	  BAD_CDB, 5, 0 },
	{ "REWIND", MIXED, 5, 0, { 0x01 }, 0, GOOD, 0, 0 },
	{ "REWIND, IMMED", MIXED, 5, 0, { 0x01, 1 }, 0, GOOD, 0, 0 },
	{ "ERASE", MIXED, 5, 0, { 0x19 }, 0, GOOD, 5, 0 },
	{ "ERASE, LONG", MIXED, 5, 0, { 0x19, 3 }, 0, GOOD, 5, 0 },
	{ "ERASE(16)", MIXED, 5, 0, { 0x93, 0, 0, 0, N8(2), 0 }, 0, GOOD, 2, 0 },
	/* ---- VERIFY ---- */
	{ "VERIFY a block", MIXED, 0, 0, { VERIFY, 0, N(100) }, 0, GOOD, 1, 0 },
	{ "VERIFY another length", MIXED, 0, 0, { VERIFY, 0, N(99) }, 0, 0, 0, ILI, -1,
	  1, 0 },
	{ "VERIFY blocks", MIXED, 1, 512, { VERIFY, FIXED, N(3) }, 0, GOOD, 4, 0 },
	{ "VERIFY blocks, a mark between", MIXED, 1, 512, { VERIFY, FIXED, N(4) }, 0,
	  0, 0x0001, FM, 1, 5, 0 },
	{ "VERIFY blocks, a short one", MIXED, 0, 512, { VERIFY, FIXED, N(4) }, 0, 0,
	  0, ILI, 4, 1, 0 },
	{ "VERIFY by marks", MIXED, 0, 0, { VERIFY, 0x08, N(2) }, 0, GOOD, 7, 0 },
	{ "VERIFY by marks, end of data", MIXED, 0, 0, { VERIFY, 0x08, N(4) }, 0, 8,
	  0x0005, INFO, 1, 9, 0 },
	{ "VERIFY to the end", MIXED, 1, 0, { VERIFY, 0x20 }, 0, GOOD, 9, 0 },
	{ "VERIFY elsewhere", MIXED, 1, 0, { 0x8f, 0, 0, 0, N8(5), N(700), 0 }, 0, GOOD,
	  6, 0 },
	{ "VERIFY bytes", MIXED, 1, 0, { VERIFY, 2, N(1) }, 0, BAD_CDB, 1, 0 },
};
/* clang-format on */
enum { NSSC_CASES = sizeof(ssc_cases) / sizeof(ssc_cases[0]) };

#undef INFO
#undef ILI
#undef FM
#undef EOM
#undef GOOD
#undef BAD_CDB
#undef READ
#undef WRITE
#undef MARKS
#undef SPACE
#undef VERIFY
#undef REVERSE
#undef FIXED
#undef SILI
#undef BYTORD
#undef N
#undef N8
#undef MIXED

#endif
