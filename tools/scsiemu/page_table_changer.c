/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * page_table_changer.c - the pages of media changers: SMC-3 7.2 (log), 7.3
 * (mode). As in page_table.c.
 */
#include "page_table.h"

/* clang-format off */

static const struct field mode_1d[] = {
	FIELD("FIRST MEDIUM TRANSPORT ELEMENT", 2, 2),
	FIELD("NUMBER OF MEDIUM TRANSPORT ELEMENTS", 4, 2),
	FIELD("FIRST STORAGE ELEMENT", 6, 2),
	FIELD("NUMBER OF STORAGE ELEMENTS", 8, 2),
	FIELD("FIRST IMPORT/EXPORT ELEMENT", 10, 2),
	FIELD("NUMBER OF IMPORT/EXPORT ELEMENTS", 12, 2),
	FIELD("FIRST DATA TRANSFER ELEMENT", 14, 2),
	FIELD("NUMBER OF DATA TRANSFER ELEMENTS", 16, 2),
};

static const struct field mode_1e[] = {
	BIT("ROTATE", 2, 0), FIELD("MEMBER NUMBER", 3, 1),
};

/* Four bits: data transfer 8, import/export 4, storage 2, transport 1. */
static const struct field mode_1f[] = {
	BITS("STORES", 2, 3, 4), BIT("ACE", 3, 2), BIT("VTRP", 3, 1),
	BIT("S2C", 3, 0), BITS("MOVES FROM TRANSPORT TO", 4, 3, 4),
	BITS("MOVES FROM STORAGE TO", 5, 3, 4),
	BITS("MOVES FROM IMPORT/EXPORT TO", 6, 3, 4),
	BITS("MOVES FROM DATA TRANSFER TO", 7, 3, 4),
	BITS("READ ATTRIBUTE OF TRANSPORT", 4, 7, 2),
	BITS("READ ATTRIBUTE OF STORAGE", 5, 7, 2),
	BITS("READ ATTRIBUTE OF IMPORT/EXPORT", 6, 7, 2),
	BITS("READ ATTRIBUTE OF DATA TRANSFER", 7, 7, 2),
	BITS("EXCHANGES OF TRANSPORT WITH", 12, 3, 4),
	BITS("EXCHANGES OF STORAGE WITH", 13, 3, 4),
	BITS("EXCHANGES OF IMPORT/EXPORT WITH", 14, 3, 4),
	BITS("EXCHANGES OF DATA TRANSFER WITH", 15, 3, 4),
	BITS("WRITE ATTRIBUTE OF TRANSPORT", 12, 7, 2),
	BITS("WRITE ATTRIBUTE OF STORAGE", 13, 7, 2),
	BITS("WRITE ATTRIBUTE OF IMPORT/EXPORT", 14, 7, 2),
	BITS("WRITE ATTRIBUTE OF DATA TRANSFER", 15, 7, 2),
};

static const struct field mode_1f_41[] = {
	BIT("MVPRV", 4, 5), BIT("MVCL", 4, 4), BIT("MVOP", 4, 3),
	BIT("USRCL", 4, 2), BIT("USROP", 4, 1), BIT("IEST", 4, 0),
	BIT("DTEDA", 5, 4), BIT("RSSEA", 5, 3), BIT("MVTRY", 5, 2),
	BIT("IEMGZ", 5, 1), BIT("SMGZ", 5, 0), BIT("TREXC", 6, 2),
	BIT("LCKIE", 6, 1), BIT("LCKD", 6, 0), BIT("SPMER", 7, 2),
	BIT("DPMER", 7, 1), BIT("PEPOS", 7, 0), BIT("UCST", 8, 0),
};

static const struct page_param log_12[] = {
	{ "flags, 1 the highest bit", 0, 0, NUMBERS },
};

static const struct page_param log_2e[] = { { "flag", 1, 0x40, NUMBERS } };

static const struct page_desc pages[] = {
	KNOWN(MODE, 0x1d, 0, "Element address assignment", mode_1d),
	KNOWN(MODE, 0x1e, 0, "Transport geometry parameters", mode_1e),
	KNOWN(MODE, 0x1f, 0, "Device capabilities", mode_1f),
	KNOWN(MODE, 0x1f, 0x41, "Extended device capabilities", mode_1f_41),
	PARAMS(0x12, 0, "TapeAlert response", log_12),
	PLAIN(LOG, 0x15, 0, "Element statistics"),
	PLAIN(LOG, 0x16, 0, "Media changer diagnostic data"),
	PARAMS(0x2e, 0, "TapeAlert", log_2e),
};
/* clang-format on */

const struct page_table page_table_changer = PAGE_TABLE(pages);
