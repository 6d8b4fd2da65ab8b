/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Log parameters of a tape drive as rows: a code, a length, and where the
 * number comes from. Only for files with log pages.
 */
#ifndef SEMU_SSC_LOGPARAM_H
#define SEMU_SSC_LOGPARAM_H

#include "ssc/ssc.h"

enum { MILLION = 1000000 };

struct param {
	uint16_t code;
	uint8_t len; /* bytes */
	uint64_t (*value)(const struct scsiemu_lu *lu);
};

static inline void put_param(const struct param *p, const struct scsiemu_lu *lu,
			     struct scsiemu_wr *w)
{
	uint64_t v = p->value(lu);

	for (unsigned n = p->len; n--;)
		scsiemu_wr_u8(w, v >> 8 * n & 0xff);
}

/* A page that is such a table; reset: what LOG SELECT does, NULL. */
#define TABLE_PAGE(name, page, table) RESET_PAGE(name, page, table, NULL)
#define RESET_PAGE(name, page, table, reset)                                   \
	static unsigned name##_count(const struct scsiemu_lu *lu)              \
	{                                                                      \
		(void)lu;                                                      \
		return sizeof(table) / sizeof((table)[0]);                     \
	}                                                                      \
	static uint16_t name##_code(const struct scsiemu_lu *lu, unsigned i)   \
	{                                                                      \
		(void)lu;                                                      \
		return (table)[i].code;                                        \
	}                                                                      \
	static void name##_put(const struct scsiemu_lu *lu, unsigned i,        \
			       struct scsiemu_wr *w)                           \
	{                                                                      \
		put_param(&(table)[i], lu, w);                                 \
	}                                                                      \
	const struct semu_log_page name = { .code = (page),                    \
					    .count = name##_count,             \
					    .code_of = name##_code,            \
					    .put = name##_put,                 \
					    .clear = (reset) }

/* A number of this load, and one of all loads. */
#define NOW(name, expr)                                                        \
	static uint64_t name(const struct scsiemu_lu *lu)                      \
	{                                                                      \
		const struct semu_ssc_count *now = &semu_ssc(lu)->now;         \
                                                                               \
		return (expr);                                                 \
	}
#define LIFE(name, member)                                                     \
	static uint64_t name(const struct scsiemu_lu *lu)                      \
	{                                                                      \
		const struct semu_ssc *s = semu_ssc(lu);                       \
                                                                               \
		return s->now.member + s->life.member;                         \
	}

static inline uint64_t none(const struct scsiemu_lu *lu)
{
	(void)lu;
	return 0;
}

static inline uint64_t once(const struct scsiemu_lu *lu)
{
	(void)lu;
	return 1;
}

/* In hundredths, in two bytes. */
static inline uint64_t ratio(uint64_t host, uint64_t tape)
{
	uint64_t v = tape ? host * 100 / tape : 100;

	return v < UINT16_MAX ? v : UINT16_MAX;
}

static inline uint64_t protected(const struct scsiemu_lu *lu)
{
	return lu->guards & SCSIEMU_ON_PROTECTED || semu_ssc(lu)->unwritable;
}

/* log.c */
extern const struct semu_log_page semu_ssc_log_11, semu_ssc_log_13,
	semu_ssc_log_14, semu_ssc_log_1b, semu_ssc_log_32, semu_ssc_log_37;
/* logvolume.c */
extern const struct semu_log_page semu_ssc_log_0c, semu_ssc_log_17,
	semu_ssc_log_30, semu_ssc_log_31;

#endif
