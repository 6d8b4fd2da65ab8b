/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host/pump_sweep.c - verbs over many blocks that the store does not offer:
 * pieces of the bounce buffer's size are written, compared or read in a loop.
 * scsiemu_task.at counts blocks done, .n those of the piece in flight.
 */
#include "host/task.h"

#include <string.h>

static int piece(struct scsiemu_task *t, struct scsiemu_medium *m)
{
	const struct scsiemu_block_ops *ops = m->ops;
	struct scsiemu_pump *p = t->pump;
	uint64_t left = t->cmd.count - t->at;
	uint64_t lba = t->cmd.addr + t->at;
	int rc;

	t->n = p->bounce_len / m->blen;
	if (left < t->n)
		t->n = (unsigned)left;
	t->v[0].base = p->bounce;
	t->v[0].len = (size_t)t->n * m->blen;
	semu_io_begin(t, SEMU_A_SWEEP);
	if (t->again == SEMU_SWEEP_WRITE)
		rc = ops->write(m->ctx, &t->io, lba, t->n, t->v, 1);
	else
		rc = ops->read(m->ctx, &t->io, lba, t->n, t->v, 1);
	return semu_io_rc(t, m, rc);
}

/* Offset of the first byte of the piece that is not the pattern's; its length
 * when all is. */
static uint64_t matching(const struct scsiemu_task *t, uint32_t blen)
{
	const uint8_t *got = t->pump->bounce;
	const uint8_t *pattern = t->cmd.buf;
	uint64_t all = (uint64_t)t->n * blen, i;

	for (i = 0; i < all; i++)
		if (got[i] != pattern[i % blen])
			break;
	return i;
}

/* The piece was moved: what is its result? *bytes: where it differs. */
static int judge(const struct scsiemu_task *t, const struct scsiemu_medium *m,
		 int rc, uint32_t *bytes)
{
	uint64_t at;

	if (rc != SCSIEMU_OK || t->again != SEMU_SWEEP_MATCH)
		return rc;
	at = matching(t, m->blen);
	if (at == (uint64_t)t->n * m->blen)
		return SCSIEMU_OK;
	at += t->at * m->blen;
	*bytes = at < UINT32_MAX ? (uint32_t)at : UINT32_MAX;
	return SCSIEMU_E_MISCOMPARE;
}

static int finish(struct scsiemu_task *t, int result, uint32_t bytes)
{
	if (result != SCSIEMU_OK)
		t->cmd.info = t->io.info;
	t->again = 0;
	semu_bounce_free(t);
	return semu_answer(t, result, bytes);
}

int semu_after_sweep(struct scsiemu_task *t, int rc)
{
	struct scsiemu_medium *m;
	uint32_t bytes = 0;

	for (;;) {
		m = scsiemu_lu_medium(t->cmd.lu);
		if (!m)
			return finish(t, SCSIEMU_E_NO_MEDIUM, 0);
		rc = judge(t, m, rc, &bytes);
		t->at += t->n;
		if (rc != SCSIEMU_OK || t->at >= t->cmd.count)
			return finish(t, rc, bytes);
		if (t->cmd.aborted)
			return finish(t, SCSIEMU_E_TRANSPORT, 0);
		rc = piece(t, m);
		if (rc == SEMU_OUT)
			return SEMU_OUT;
	}
}

static void fill_bounce(struct scsiemu_pump *p, const void *pattern,
			uint32_t blen)
{
	uint32_t at;

	if (!pattern) {
		memset(p->bounce, 0, p->bounce_len);
		return;
	}
	for (at = 0; at + blen <= p->bounce_len; at += blen)
		memcpy(p->bounce + at, pattern, blen);
}

int semu_sweep_start(struct scsiemu_task *t, enum semu_sweep how,
		     const void *pattern)
{
	struct scsiemu_medium *m = scsiemu_lu_medium(t->cmd.lu);
	const struct scsiemu_block_ops *ops = m->ops;

	if (how == SEMU_SWEEP_WRITE && !ops->write)
		return semu_answer(t, SCSIEMU_E_PROTECTED, 0);
	if (m->blen > t->pump->bounce_len)
		return semu_answer(t, SCSIEMU_E_HARDWARE, 0);
	if (!semu_bounce_take(t))
		return SEMU_OUT;
	if (how == SEMU_SWEEP_WRITE)
		fill_bounce(t->pump, pattern, m->blen);
	t->again = (uint8_t)how;
	t->at = 0;
	t->n = 0;
	t->io.info = SCSIEMU_NO_INFO;
	/* an empty piece went well: the loop takes the first real one */
	if (t->cmd.count == 0)
		return finish(t, SCSIEMU_OK, 0);
	return semu_after_sweep(t, SCSIEMU_OK);
}
