/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a changer logs (SPC-5 7.3, SMC-3 7.2): errors (events.c), temperature,
 * elements (logelem.c), informational exceptions, and TapeAlert flags, each of
 * which a nexus is told of once.
 */
#include "smc/smc.h"

#if SEMU_WITH_LOG

enum { TAPE_ALERT = 0x2e, FLAGS = 64 };

static const struct semu_log_value values[SCSIEMU_LOG_COUNT] = {
	[SCSIEMU_LOG_TEMPERATURE] = { .page = 0x0d00,
				      .len = 2,
				      .format = SEMU_LOG_LIST,
				      .initial = 0xff },
	[SCSIEMU_LOG_TEMPERATURE_MAX] = { .page = 0x0d00,
					  .code = 1,
					  .len = 2,
					  .format = SEMU_LOG_LIST,
					  .initial = 0xff },
};

static unsigned flags(const struct scsiemu_lu *lu)
{
	(void)lu;
	return FLAGS;
}

static void put_flag(const struct scsiemu_lu *lu, unsigned i,
		     struct scsiemu_wr *w)
{
	scsiemu_wr_u8(w, semu_smc(lu)->showing >> (FLAGS - 1 - i) & 1);
}

static const struct semu_log_page tape_alert = {
	.code = TAPE_ALERT, .count = flags, .first = 1, .put = put_flag
};

/* The flags as they are, which nobody is told of by that. */
static unsigned one(const struct scsiemu_lu *lu)
{
	(void)lu;
	return 1;
}

static void put_flags(const struct scsiemu_lu *lu, unsigned i,
		      struct scsiemu_wr *w)
{
	(void)i;
	scsiemu_wr_be64(w, semu_smc(lu)->alerts);
}

static const struct semu_log_page response = { .code = 0x12,
					       .count = one,
					       .put = put_flags };

static const struct semu_log_page *const pages[] = {
	&semu_smc_log_07, &semu_log_0d,	    &semu_log_0d01,
	&response,	  &semu_smc_log_15, &semu_smc_log_16,
	&tape_alert,	  &semu_log_2f,	    NULL
};

const struct semu_log_type semu_smc_log = { .values = values,
					    .pages = pages,
					    .count = semu_smc_count };

static bool is_alerts(const struct scsiemu_cmd *c)
{
	return (c->cdb[2] & 0x3f) == TAPE_ALERT && !c->cdb[3];
}

/* The flags are the same in all windows of the reply: own[0], once own[1]. */
int semu_smc_log_sense(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	struct semu_smc *s = semu_smc(scsiemu_cmd_lu(c));
	const struct semu_smc_reader *r = semu_smc_reader(c, false);
	uint64_t *own = scsiemu_cmd_own(c);

	if (!own[1])
		own[0] = s->alerts & ~(r ? r->seen : 0);
	own[1] = 1;
	s->showing = own[0];
	return semu_log_sense(c, w);
}

int semu_smc_log_sensed(struct scsiemu_cmd *c, int result)
{
	struct semu_smc_reader *r;

	(void)result;
	if (!is_alerts(c) || !scsiemu_cmd_own(c)[0])
		return SCSIEMU_FINISHED;
	r = semu_smc_reader(c, true);
	if (r)
		r->seen |= scsiemu_cmd_own(c)[0] & semu_log_told(c);
	return SCSIEMU_FINISHED;
}

#endif
