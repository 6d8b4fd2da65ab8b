/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TapeAlert flags (SSC-4 4.2.20): set by the drive and its embedder. Each nexus
 * reads each once; log page 12h shows them all, and clears nothing.
 */
#include "ssc/ssc.h"

enum { FLAGS = 64 };

int scsiemu_ssc_alert(struct scsiemu_lu *lu, unsigned flag, bool on)
{
	struct semu_ssc *s = semu_ssc(lu);
	uint64_t bit;

	if (!s || !flag || flag > FLAGS)
		return SCSIEMU_ERR_ARG;
	bit = semu_ssc_alert_bit(flag);
	s->alerts &= ~bit;
	if (!on)
		return 0;
	s->alerts |= bit;
	for (unsigned i = 0; i < SEMU_SSC_READERS; i++)
		s->reader[i].seen &= ~bit;
	return 0;
}

#if SEMU_WITH_LOG

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
	*old = s->alerts;
	return SCSIEMU_FINISHED;
}

/* A nexus is gone: what it had read is another's to read. */
void semu_ssc_unread(struct scsiemu_lu *lu, const struct semu_itl *itl)
{
	struct semu_ssc *s = semu_ssc(lu);
	uint64_t *old = itl ? seen(s, itl) : NULL;

	if (old)
		*old = 0;
}

#endif
