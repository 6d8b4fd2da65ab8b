/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TapeAlert flags (SSC-4 4.2.20): set by the drive and its embedder. Each nexus
 * reads each once; log page 12h shows them all, and clears nothing. While one
 * is set there is an informational exception, 5D/00, of which hosts are told as
 * mode page 1Ch has it: not at all, unless they want it.
 */
#include <string.h>

#include "ssc/ssc.h"

enum { FLAGS = 64 };

/* Each new flag is another exception. */
static void except(struct scsiemu_lu *lu, bool is)
{
#if SEMU_WITH_LOG
	scsiemu_log_exception(lu, 0);
	if (is)
		scsiemu_log_exception(lu, SCSIEMU_ASC_FAILURE_PREDICTED);
#else
	(void)lu, (void)is;
#endif
}

void semu_ssc_alerts(struct scsiemu_lu *lu, uint64_t clear, uint64_t set)
{
	struct semu_ssc *s = semu_ssc(lu);
	bool were = s->alerts;

	s->alerts = (s->alerts & ~clear) | set;
	for (unsigned i = 0; i < SEMU_SSC_READERS; i++)
		s->reader[i].seen &= ~(clear | set);
	if (set || (were && !s->alerts))
		except(lu, set);
}

int scsiemu_ssc_alert(struct scsiemu_lu *lu, unsigned flag, bool on)
{
	uint64_t bit;

	if (!semu_ssc(lu) || !flag || flag > FLAGS)
		return SCSIEMU_ERR_ARG;
	bit = semu_ssc_alert_bit(flag);
	semu_ssc_alerts(lu, on ? 0 : bit, on ? bit : 0);
	return 0;
}

#if SEMU_WITH_LOG

/* ---- Mode page 1Ch, whose TEST may set and clear flags (SSC-4 8.3.6) ---- */

enum { TEST = 0x04, DEXCPT = 0x08, EWASC = 0x10, RECOVERED = 4 };
enum { FLAG_AT = 8, ALL_FLAGS = 0x7fff };

/* TEST FLAG NUMBER: of a flag, to be cleared if it is negative. */
static int32_t test_flag(const uint8_t *page)
{
	return page[2] & TEST ? (int32_t)semu_be32(page + FLAG_AT) : 0;
}

static int exception_check(struct scsiemu_cmd *c, const uint8_t *page,
			   uint16_t at)
{
	int32_t n = test_flag(page);

	if (n != ALL_FLAGS && (n > FLAGS || n < -FLAGS))
		return scsiemu_fail_param(
			c, SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST,
			(uint16_t)(at + FLAG_AT), SCSIEMU_NO_BIT);
	return semu_exception_check(c, page, at);
}

static void exception_apply(struct scsiemu_lu *lu, const uint8_t *page)
{
	bool other = memcmp(semu_log(lu)->page, page + 2,
			    sizeof(semu_log(lu)->page)) != 0;
	int32_t n = other ? test_flag(page) : 0;

	semu_exception_apply(lu, page);
	if (n == ALL_FLAGS)
		semu_ssc_alerts(lu, 0, UINT64_MAX);
	else if (n)
		scsiemu_ssc_alert(lu, (unsigned)(n < 0 ? -n : n), n > 0);
}

/* As LTO drives have it: hosts poll, unless they clear DEXCPT. */
const struct semu_mode_page semu_ssc_mode_1c = {
	.code = 0x1c,
	.part = 1 + SEMU_PART_LOG,
	.len = 12,
	.defaults = (const uint8_t[12]){ 0x1c, 10, DEXCPT, RECOVERED },
	.mask = (const uint8_t[12]){ 0, 0, EWASC | DEXCPT | TEST, 0x0f, 0xff,
				     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
	.check = exception_check,
	.apply = exception_apply,
};

/* ---- Log pages ---- */

static unsigned one(const struct scsiemu_lu *lu)
{
	(void)lu;
	return 1;
}

static void put_all(const struct scsiemu_lu *lu, unsigned i,
		    struct scsiemu_wr *w)
{
	(void)i;
	scsiemu_wr_be64(w, semu_ssc(lu)->alerts);
}

const struct semu_log_page semu_ssc_log_12 = { .code = 0x12,
					       .count = one,
					       .put = put_all };

static unsigned count(const struct scsiemu_lu *lu)
{
	(void)lu;
	return FLAGS;
}

static void put(const struct scsiemu_lu *lu, unsigned i, struct scsiemu_wr *w)
{
	scsiemu_wr_u8(w, semu_ssc(lu)->shown >> (FLAGS - 1 - i) & 1);
}

static void clear(struct scsiemu_lu *lu)
{
	semu_ssc_alerts(lu, UINT64_MAX, 0);
}

const struct semu_log_page semu_ssc_log_2e = {
	.code = 0x2e, .count = count, .first = 1, .put = put, .clear = clear
};

/* ---- Who has read what ---- */

static uint64_t *seen(struct semu_ssc *s, const struct semu_itl *who)
{
	for (unsigned i = 0; i < SEMU_SSC_READERS; i++)
		if (s->reader[i].who == who)
			return &s->reader[i].seen;
	return NULL;
}

int semu_ssc_log_sense(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	struct semu_ssc *s = semu_ssc_of(c);
	const uint64_t *old = seen(s, semu_ctx(c)->itl);

	s->shown = s->alerts & ~(old ? *old : 0);
	return semu_log_sense(c, w);
}

/* Page 2Eh was read. Who read least lately is forgotten, and told again. */
int semu_ssc_log_read(struct scsiemu_cmd *c, int result)
{
	enum { PAGE_CODE = 0x3f, ALERTS = 0x2e };
	struct semu_ssc *s = semu_ssc_of(c);
	uint64_t *old = seen(s, semu_ctx(c)->itl);

	(void)result;
	if ((c->cdb[2] & PAGE_CODE) != ALERTS || c->cdb[3])
		return SCSIEMU_FINISHED;
	if (!old) {
		s->reader[s->next_reader].who = semu_ctx(c)->itl;
		old = &s->reader[s->next_reader].seen;
		s->next_reader =
			(uint8_t)((s->next_reader + 1) % SEMU_SSC_READERS);
	}
	*old = s->alerts & (*old | semu_log_told(c));
	return SCSIEMU_FINISHED;
}

/* A nexus is gone: what it had read is another's to read, and nobody is left to
 * be told of what it wrote. */
void semu_ssc_unread(struct scsiemu_lu *lu, const struct semu_itl *itl)
{
	struct semu_ssc *s = semu_ssc(lu);
	uint64_t *old = itl ? seen(s, itl) : NULL;

	if (old)
		*old = 0;
	if (itl && itl->nexus == s->writer && !itl->nexus->attached)
		s->writer = NULL;
}

#endif
