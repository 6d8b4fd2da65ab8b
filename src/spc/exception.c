/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Informational exceptions (SPC-5 7.5.12): that the logical unit is expected to
 * fail, or is too warm, as the embedder says, or as TEST wants it; and how mode
 * page 1Ch has hosts told of it.
 */
#include <string.h>

#include "spc/log.h"
#include "spc/spc.h"

#if SEMU_WITH_LOG

/* Mode page 1Ch: bits of byte 2; MRIE in byte 3; INTERVAL TIMER, in 100 ms,
 * REPORT COUNT. */
enum { PAGE = 0x1c, TEST = 0x04, DEXCPT = 0x08, EWASC = 0x10 };
enum { INTERVAL_AT = 4, COUNT_AT = 8, INTERVAL_MS = 100 };
enum { NO_TIMER = 0, NO_INTERVAL = -1 };

/* METHOD OF REPORTING INFORMATIONAL EXCEPTIONS (SPC-5 table 416). */
enum {
	NEVER = 0,
	ATTENTION = 2,
	RECOVERED_IF_PER = 3,
	RECOVERED = 4,
	NO_SENSE = 5,
	ON_REQUEST = 6
};

static const uint8_t *page(const struct scsiemu_lu *lu)
{
	return semu_mode_current(lu, PAGE, 0);
}

static unsigned method(const struct scsiemu_lu *lu)
{
	return page(lu)[3] & 0x0fu;
}

uint16_t semu_exception(const struct scsiemu_lu *lu)
{
	const struct semu_log *s = semu_log(lu);
	unsigned bits;

	if (!s)
		return 0;
	bits = page(lu)[2];
	if (bits & DEXCPT)
		return 0;
	if (bits & TEST)
		return SCSIEMU_ASC_FAILURE_PREDICTED_FALSE;
	if (s->exception >> 8 == SCSIEMU_ASC_WARNING >> 8 && !(bits & EWASC))
		return 0;
	return s->exception;
}

uint16_t semu_exception_polled(const struct scsiemu_lu *lu)
{
	if (!semu_log(lu) || method(lu) != ON_REQUEST)
		return 0;
	return semu_exception(lu);
}

/* ---- Reports ---- */

/* One was made: the next one comes after the interval, if there is one. */
static void reported(struct scsiemu_lu *lu)
{
	struct semu_log *s = semu_log(lu);
	uint32_t interval = semu_be32(page(lu) + INTERVAL_AT);

	s->reports++;
	s->due = 0;
	if (interval == NO_TIMER || interval == (uint32_t)NO_INTERVAL)
		return;
	s->due = lu->dev->now + (uint64_t)interval * INTERVAL_MS;
	semu_lu_timer(lu, s->due);
}

static void report(struct scsiemu_lu *lu)
{
	struct semu_log *s = semu_log(lu);
	uint32_t most = semu_be32(page(lu) + COUNT_AT);

	if (!semu_exception(lu) || (most && s->reports >= most))
		return;
	switch (method(lu)) {
	case ATTENTION:
		semu_ua_lu(lu, SEMU_UA_FAILURE, NULL);
		reported(lu);
		break;
	case RECOVERED:
	case NO_SENSE:
		s->pending = true;
		break;
	default:
		break;
	}
}

/* It is another condition, or to be reported otherwise. */
static void begin(struct scsiemu_lu *lu)
{
	struct semu_log *s = semu_log(lu);

	s->reports = 0;
	s->due = 0;
	s->pending = false;
	report(lu);
}

void semu_exception_tick(struct scsiemu_lu *lu)
{
	struct semu_log *s = semu_log(lu);

	if (s->due && lu->dev->now >= s->due) {
		s->due = 0;
		report(lu);
	} else if (s->due) {
		semu_lu_timer(lu, s->due);
	}
}

/* Those of a tape are nearly all alone on the logical unit. */
static bool changes(const struct scsiemu_lu *lu, const struct scsiemu_row *row)
{
	return row->cls == SCSIEMU_C_LU &&
	       !(lu->type->type == SCSIEMU_TYPE_TAPE &&
		 row->kind == SCSIEMU_K_STEPS);
}

/* A command that went well tells of it; not those that a unit attention does
 * not stop, nor those that change the logical unit (MODE SELECT, which perhaps
 * asked for it just now). */
int semu_exception_finish(struct scsiemu_cmd *c)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_log *s = semu_log(lu);
	const struct scsiemu_row *row = scsiemu_cmd_row(c);

	if (!s->pending || c->status || c->job || changes(lu, row) ||
	    row->flags & (SCSIEMU_ROW_UA_SKIP | SCSIEMU_ROW_UA_TAKE))
		return SCSIEMU_FINISHED;
	s->pending = false;
	reported(lu);
	return scsiemu_fail(c,
			    method(lu) == RECOVERED ? SCSIEMU_SK_RECOVERED_ERROR
						    : SCSIEMU_SK_NO_SENSE,
			    semu_exception(lu));
}

int scsiemu_log_exception(struct scsiemu_lu *lu, uint16_t asc)
{
	struct semu_log *s = semu_log(lu);

	if (!s || (asc && asc >> 8 != SCSIEMU_ASC_FAILURE_PREDICTED >> 8 &&
		   asc >> 8 != SCSIEMU_ASC_WARNING >> 8))
		return SCSIEMU_ERR_ARG;
	if (s->exception == asc)
		return 0;
	s->exception = asc;
	begin(lu);
	return 0;
}

/* ---- The mode page ---- */

int semu_exception_check(struct scsiemu_cmd *c, const uint8_t *p, uint16_t at)
{
	const uint16_t asc = SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST;

	if ((p[2] & (TEST | DEXCPT)) == (TEST | DEXCPT))
		return scsiemu_fail_param(c, asc, (uint16_t)(at + 2), 2);
	if (p[3] > ON_REQUEST || p[3] == 1)
		return scsiemu_fail_param(c, asc, (uint16_t)(at + 3), 3);
	return 0;
}

/* Other pages may have been selected. */
void semu_exception_apply(struct scsiemu_lu *lu, const uint8_t *p)
{
	struct semu_log *s = semu_log(lu);

	if (!memcmp(s->page, p + 2, sizeof(s->page)))
		return;
	memcpy(s->page, p + 2, sizeof(s->page));
	begin(lu);
}

/* Of logical units with logs: EWASC; on request, so that nobody who did not ask
 * is told. */
const struct semu_mode_page semu_mode_1c_log = {
	.code = PAGE,
	.part = 1 + SEMU_PART_LOG,
	.len = 12,
	.defaults = (const uint8_t[12]){ PAGE, 10, EWASC, ON_REQUEST },
	.mask = (const uint8_t[12]){ 0, 0, EWASC | DEXCPT | TEST, 0x0f, 0xff,
				     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
	.check = semu_exception_check,
	.apply = semu_exception_apply,
};

#endif
