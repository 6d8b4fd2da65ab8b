/* SPDX-License-Identifier: BSD-2-Clause */
/* store/wrap_stats.c - counts what passes through. */
#include "store/wrap.h"

struct scsiemu_wrap_stats {
	struct semu_wrap w;
	struct scsiemu_stats stats;
};

static int stats_before(struct semu_wrap *w, struct semu_wrap_op *op)
{
	struct scsiemu_stats *s = &((struct scsiemu_wrap_stats *)w)->stats;

	s->ops[op->kind]++;
	if (op->kind != SCSIEMU_BOP_STATUS)
		s->blocks[op->kind] += op->nblk;
	s->pending++;
	return SEMU_WRAP_GO;
}

static int stats_after(struct semu_wrap *w, struct semu_wrap_op *op, int result)
{
	struct scsiemu_stats *s = &((struct scsiemu_wrap_stats *)w)->stats;

	(void)op;
	s->pending--;
	if (result < 0)
		s->errors++;
	return result;
}

static void stats_lent(struct semu_wrap *w, uint64_t nblk)
{
	struct scsiemu_stats *s = &((struct scsiemu_wrap_stats *)w)->stats;

	s->ops[SCSIEMU_BOP_READ]++;
	s->blocks[SCSIEMU_BOP_READ] += nblk;
}

static const struct semu_wrap_type stats_type = {
	.before = stats_before,
	.after = stats_after,
	.lends = true,
	.lent = stats_lent,
};

int scsiemu_wrap_stats(struct scsiemu_medium *m,
		       struct scsiemu_wrap_stats **handle,
		       struct scsiemu_errmsg *err)
{
	*handle = semu_wrap_open(m, &stats_type, sizeof(**handle), err);
	return *handle ? 0 : -1;
}

const struct scsiemu_stats *scsiemu_stats_get(
	const struct scsiemu_wrap_stats *w)
{
	return &w->stats;
}
