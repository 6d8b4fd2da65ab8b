/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host/pump_compare.c - COMPARE: data-out stays where the port has it, the
 * medium's blocks are read into the bounce buffer beside it.
 */
#include "host/task.h"

/* Bytes that are equal, at most n. */
static uint32_t equal(const uint8_t *a, const uint8_t *b, size_t n)
{
	size_t i = 0;

	while (i < n && a[i] == b[i])
		i++;
	return (uint32_t)i;
}

static uint32_t same(const struct scsiemu_task *t, const uint8_t *medium)
{
	uint32_t done = 0;
	unsigned i;

	for (i = 1; i <= t->nv; i++) {
		uint32_t len = (uint32_t)t->v[i].len;
		uint32_t n = equal(t->v[i].base, medium + done, len);

		done += n;
		if (n < len)
			break;
	}
	return done;
}

int semu_after_compare(struct scsiemu_task *t, int result)
{
	struct scsiemu_medium *m = scsiemu_lu_medium(t->cmd.lu);
	uint32_t head = m ? t->cmd.skip % m->blen : 0, n = t->n;

	if (result == SCSIEMU_OK) {
		n = same(t, t->pump->bounce + head);
		if (n < t->n)
			result = SCSIEMU_E_MISCOMPARE;
	} else {
		t->cmd.info = t->io.info;
		n = t->io.moved > head ? t->io.moved - head : 0;
		n = n < t->n ? n : t->n;
	}
	semu_bounce_free(t);
	return semu_answer(t, result, n);
}

static int read_beside(struct scsiemu_task *t, struct scsiemu_medium *m,
		       uint32_t head)
{
	const struct scsiemu_block_ops *ops = m->ops;
	uint32_t nblk = (head + t->n + m->blen - 1) / m->blen;
	int rc;

	t->v[0].base = t->pump->bounce;
	t->v[0].len = (size_t)nblk * m->blen;
	semu_io_begin(t, SEMU_A_COMPARE);
	rc = ops->read(m->ctx, &t->io, t->cmd.addr + t->cmd.skip / m->blen,
		       nblk, t->v, 1);
	rc = semu_io_rc(t, m, rc);
	return rc == SEMU_OUT ? SEMU_OUT : semu_after_compare(t, rc);
}

int semu_want_compare(struct scsiemu_task *t)
{
	struct scsiemu_cmd *c = &t->cmd;
	struct scsiemu_medium *m = scsiemu_lu_medium(c->lu);
	uint32_t room, head;
	int rc;

	if (!m || m->kind != SCSIEMU_BLOCK || !m->ops)
		return semu_answer(
			t, m ? SCSIEMU_E_HARDWARE : SCSIEMU_E_NO_MEDIUM, 0);
	head = c->skip % m->blen;
	room = t->pump->bounce_len - t->pump->bounce_len % m->blen;
	if (room == 0 || ((c->flags & SCSIEMU_WHOLE) && c->len > room - head))
		return semu_answer(t, SCSIEMU_E_HARDWARE, 0);
	rc = semu_ask(t, false, c->off, c->len, c->flags & SCSIEMU_WHOLE);
	if (rc)
		return semu_asked(t, rc);
	if (!semu_bounce_take(t))
		return SEMU_OUT;
	if (t->n > room - head)
		t->n = semu_vec_cut(t->v + 1, &t->nv, room - head);
	return read_beside(t, m, head);
}
