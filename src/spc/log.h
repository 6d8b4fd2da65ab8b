/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spc/log.h - log pages are rows, and so are the values that they consist of
 * (SPC-5 7.3). A value's bytes lie in the state as they go over the wire: LOG
 * SENSE copies them, LOG SELECT exchanges them, and a save saves them all.
 */
#ifndef SEMU_SPC_LOG_H
#define SEMU_SPC_LOG_H

#include <scsiemu/log.h>

#include "core/core.h"

/* FORMAT AND LINKING of a parameter control byte, and its TSD: a host has the
 * values saved, they are not saved by themselves. */
enum {
	SEMU_LOG_COUNTER = 0,
	SEMU_LOG_ASCII = 1,
	SEMU_LOG_LIST = 3,
	SEMU_LOG_TSD = 0x20
};

/* Of counters, a host's (SPC-4 7.3.2.2): DISABLE UPDATE, ENABLE THRESHOLD
 * COMPARISON, THRESHOLD MET CRITERIA. */
enum { SEMU_LOG_DU = 0x80, SEMU_LOG_ETC = 0x10, SEMU_LOG_TMC = 0x0c };
#define SEMU_LOG_CONTROL (SEMU_LOG_DU | SEMU_LOG_ETC | SEMU_LOG_TMC)

/* Neighbours of one page and code make one parameter. */
struct semu_log_value {
	uint16_t page; /* code << 8 | subpage */
	uint16_t code;
	uint8_t len;	/* bytes, at most 8 */
	uint8_t format; /* FORMAT AND LINKING */
	bool host;	/* LOG SELECT may change it */
	uint64_t initial;
};

struct semu_log_page {
	uint8_t code, sub;
	/* NULL: every logical unit with logs has it. */
	bool (*there)(const struct scsiemu_lu *lu);
	/* How many parameters, or places of them; NULL: it consists of
	 * values. */
	unsigned (*count)(const struct scsiemu_lu *lu);
	/* The first place from i on, but not 0, with a parameter, or count().
	 * NULL: all have one. */
	unsigned (*skip)(const struct scsiemu_lu *lu, unsigned i);
	uint16_t first; /* code of the first one; the others follow */
	/* Code of parameter i, ascending; NULL: from `first` on. */
	uint16_t (*code_of)(const struct scsiemu_lu *lu, unsigned i);
	/* What follows the parameter's header. */
	void (*put)(const struct scsiemu_lu *lu, unsigned i,
		    struct scsiemu_wr *w);
	/* LOG SELECT sets all to default. NULL: not its. */
	void (*clear)(struct scsiemu_lu *lu);
};

/* What a device type logs. */
struct semu_log_type {
	const struct semu_log_value *values;	  /* by enum scsiemu_log */
	const struct semu_log_page *const *pages; /* ascending; NULL ends */
	/* A command is about to be done, which ran for so long. */
	void (*count)(struct scsiemu_cmd *c, uint64_t ms);
};

/* The record of SCSIEMU_NV_LOG: a header, values, thresholds of the counters
 * and their control bytes, parameters of hosts. Version 1 had no control bytes.
 */
enum {
	SEMU_LOG_HEADER = 4, /* version, values, counters, hosts' parameters */
	SEMU_LOG_SLOT = 8,   /* a value, in its last bytes */
	SEMU_LOG_CONTROLS_AT =
		SEMU_LOG_HEADER +
		SEMU_LOG_SLOT * (SCSIEMU_LOG_COUNT + SCSIEMU_LOG_COUNTERS),
	/* which save it is: 16 bits */
	SEMU_LOG_SAVE_AT = SEMU_LOG_CONTROLS_AT + SCSIEMU_LOG_COUNTERS,
	SEMU_LOG_CLIENTS_AT = SEMU_LOG_SAVE_AT + 2
};
/* That of SCSIEMU_NV_COUNTERS: a header, the time powered on, values. In its
 * header, another first byte, and which save by LOG SELECT it came after. */
enum {
	SEMU_LOG_COUNTED = 0x81,
	SEMU_LOG_COUNTED_LEN = SEMU_LOG_HEADER +
			       SEMU_LOG_SLOT * (1 + SCSIEMU_LOG_COUNT)
};

/* A temperature in log page 0Dh/01h that is not known; the highest there. */
enum { SEMU_LOG_NO_DEGREES = 0x80, SEMU_LOG_DEGREES = 127 };

/* The part SEMU_PART_LOG. */
struct semu_log {
	uint64_t idle_since; /* ms: when a command last began or ended */
	/* informational exceptions: the embedder's, bytes 2 and up of mode page
	 * 1Ch that are in force, when the next report is due (ms; 0: none), how
	 * many there were; the next command is to tell */
	uint64_t due;
	uint32_t reports;
	uint16_t exception;
	uint8_t page[10];
	bool pending;
	/* page 0Dh/01h: since power on; UNKNOWN: none was said */
	uint8_t warmest, coldest;
	uint8_t clients;
	bool stopped;	  /* when a command last ended */
	bool saved;	  /* nothing was counted since unsaved() */
	uint64_t powered; /* ms, before this time */
	uint8_t record[];
};

#if SEMU_WITH_LOG
static inline struct semu_log *semu_log(const struct scsiemu_lu *lu)
{
	return semu_part(lu, SEMU_PART_LOG);
}

extern const struct semu_part_type semu_log_part;

/* The len bytes of a value, or of the threshold of a counter. */
uint8_t *semu_log_bytes(const struct scsiemu_lu *lu, unsigned which,
			bool threshold);
/* The bits of SEMU_LOG_CONTROL of a counter. */
uint8_t *semu_log_control(const struct scsiemu_lu *lu, unsigned which);
/* To its initial value, whatever its control byte says. */
void semu_log_begin(struct scsiemu_lu *lu, unsigned which);
/* Is a counter at its highest value? */
bool semu_log_full(const struct scsiemu_lu *lu);
/* The bytes of a host's parameter of page 0Fh. */
uint8_t *semu_log_client(const struct scsiemu_lu *lu, unsigned i);
uint64_t semu_log_value(const struct scsiemu_lu *lu, unsigned which);
static inline bool semu_log_is_client(const struct semu_log_page *p)
{
	return p->code == 0x0f;
}

/* A page that this LU has; NULL: it has none so. */
const struct semu_log_page *semu_log_find(const struct scsiemu_lu *lu,
					  unsigned code, unsigned sub);
static inline bool semu_log_has(const struct scsiemu_lu *lu,
				const struct semu_log_page *p)
{
	return (!p->there || p->there(lu)) && semu_quirks_show_log(lu, p->code);
}
static inline unsigned semu_log_key(const struct semu_log_page *p)
{
	return (unsigned)p->code << 8 | p->sub;
}

/* One parameter of a page. */
struct semu_log_param {
	uint16_t code;
	uint8_t control, len; /* len 0: put() knows it */
	uint8_t by_host;  /* bits of the control byte that LOG SELECT sets */
	uint8_t value, n; /* of values: the first, and how many */
	unsigned i;	  /* of others: the place behind it */
};
/* The next parameter; start with zeros. False: there are no more. */
bool semu_log_next(const struct scsiemu_lu *lu, const struct semu_log_page *p,
		   struct semu_log_param *at);

/* log.c, logselect.c */
int semu_log_sense(struct scsiemu_cmd *c, struct scsiemu_wr *w);
/* The TapeAlert flags, 1 the highest bit, whose parameters this LOG SENSE of
 * page 2Eh has brought: who asks for the header alone was told of none. */
uint64_t semu_log_told(const struct scsiemu_cmd *c);
int semu_log_select(struct scsiemu_cmd *c, struct scsiemu_rd *r);
int semu_log_selected(struct scsiemu_cmd *c, int result);

/* exception.c: ASC and ASCQ of the condition there is, 0: none; the same, where
 * REQUEST SENSE tells of it. */
uint16_t semu_exception(const struct scsiemu_lu *lu);
uint16_t semu_exception_polled(const struct scsiemu_lu *lu);
void semu_exception_tick(struct scsiemu_lu *lu);
int semu_exception_finish(struct scsiemu_cmd *c);
/* Of its mode page 1Ch, for types with one of their own. */
int semu_exception_check(struct scsiemu_cmd *c, const uint8_t *p, uint16_t at);
void semu_exception_apply(struct scsiemu_lu *lu, const uint8_t *p);

/* logpages.c: pages that every type shares. */
extern const struct semu_log_page semu_log_06, semu_log_0d, semu_log_0e,
	semu_log_0d01, semu_log_0f, semu_log_10, semu_log_18, semu_log_1a,
	semu_log_2f;
#else
static inline uint16_t semu_exception_polled(const struct scsiemu_lu *lu)
{
	(void)lu;
	return 0;
}
#endif

#endif
