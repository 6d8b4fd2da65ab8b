/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host/chunk.c - the firmware loop: every want is answered through one small
 * buffer, in as many steps as it takes. Freestanding.
 */
#include <scsiemu/exec.h>

struct chunk {
	struct scsiemu_cmd *c;
	uint8_t *buf;
	uint32_t len; /* of buf */
	uint32_t n;   /* bytes of this step */
	const struct scsiemu_chunk_io *io;
};

static int answer(const struct chunk *k, int rc)
{
	return scsiemu_did(k->c, rc, rc == SCSIEMU_OK ? k->n : 0);
}

static int chunk_send(struct chunk *k)
{
	k->n = k->c->len;
	return answer(k, k->io->send(k->io->ctx, k->c->buf, k->n));
}

static int chunk_recv(struct chunk *k)
{
	k->n = k->c->len;
	return answer(k, k->io->recv(k->io->ctx, k->c->buf, k->n));
}

/* A WHOLE want must fit into the buffer (limits.whole). */
static bool too_long(const struct chunk *k)
{
	return (k->c->flags & SCSIEMU_WHOLE) && k->n < k->c->len;
}

/* Answered before it is delivered: only the growth of in_done is final. When
 * sending fails, the next want is where the core can hear of it. */
static int chunk_read(struct chunk *k)
{
	struct scsiemu_cmd *c = k->c;
	uint32_t before = c->in_done, grown;
	int rc, w;

	if (too_long(k))
		return answer(k, SCSIEMU_E_HARDWARE);
	rc = k->io->read(k->io->ctx, c->lu, c->addr, c->skip, k->buf, k->n);
	w = answer(k, rc);
	grown = c->in_done - before;
	if (w < 0 || !grown || c->aborted)
		return w;
	rc = k->io->send(k->io->ctx, k->buf, grown);
	if (rc == SCSIEMU_OK || w <= SCSIEMU_WAIT)
		return w;
	return scsiemu_did(c, SCSIEMU_E_TRANSPORT, 0);
}

/* FUA: the medium's cache is emptied before the last answer. */
static int settle(struct chunk *k)
{
	struct scsiemu_cmd *c = k->c;
	uint8_t verb = c->verb;
	int rc;

	if (!(c->flags & SCSIEMU_FUA) || k->n < c->len || !k->io->verb)
		return SCSIEMU_OK;
	c->verb = SCSIEMU_V_FLUSH;
	rc = k->io->verb(k->io->ctx, c);
	c->verb = verb;
	return rc;
}

static int chunk_write(struct chunk *k)
{
	struct scsiemu_cmd *c = k->c;
	int rc;

	if (too_long(k) || (c->flags & SCSIEMU_DIG))
		return answer(k, SCSIEMU_E_HARDWARE);
	rc = k->io->recv(k->io->ctx, k->buf, k->n);
	if (rc == SCSIEMU_OK)
		rc = k->io->write(k->io->ctx, c->lu, c->addr, c->skip, k->buf,
				  k->n);
	if (rc == SCSIEMU_OK)
		rc = settle(k);
	return answer(k, rc);
}

/* Half of the buffer for each side. */
static int chunk_compare(struct chunk *k)
{
	struct scsiemu_cmd *c = k->c;
	uint8_t *medium = k->buf + k->len / 2;
	uint32_t i = 0;
	int rc;

	if (k->n > k->len / 2)
		k->n = k->len / 2;
	if (k->n == 0 || too_long(k))
		return answer(k, SCSIEMU_E_HARDWARE);
	rc = k->io->recv(k->io->ctx, k->buf, k->n);
	if (rc == SCSIEMU_OK)
		rc = k->io->read(k->io->ctx, c->lu, c->addr, c->skip, medium,
				 k->n);
	while (rc == SCSIEMU_OK && i < k->n && k->buf[i] == medium[i])
		i++;
	if (rc == SCSIEMU_OK && i < k->n)
		return scsiemu_did(c, SCSIEMU_E_MISCOMPARE, i);
	return answer(k, rc);
}

static int chunk_store(struct chunk *k)
{
	struct scsiemu_cmd *c = k->c;
	int rc = SCSIEMU_E_HARDWARE;

	k->n = 0;
	if (c->flags & SCSIEMU_PI && k->io->verb)
		rc = k->io->verb(k->io->ctx, c);
	else if (c->verb == SCSIEMU_V_LOAD)
		rc = k->io->read(k->io->ctx, c->lu, c->addr, 0, c->buf, c->len);
	else if (c->verb == SCSIEMU_V_SAVE)
		rc = k->io->write(k->io->ctx, c->lu, c->addr, 0, c->buf,
				  c->len);
	else if (k->io->verb)
		rc = k->io->verb(k->io->ctx, c);
	return scsiemu_did(c, rc, 0);
}

static int (*const steps[])(struct chunk *k) = {
	[SCSIEMU_SEND] = chunk_send,	   [SCSIEMU_RECV] = chunk_recv,
	[SCSIEMU_READ] = chunk_read,	   [SCSIEMU_WRITE] = chunk_write,
	[SCSIEMU_COMPARE] = chunk_compare, [SCSIEMU_STORE] = chunk_store,
};

int scsiemu_chunk_step(struct scsiemu_cmd *c, void *buf, uint32_t len,
		       const struct scsiemu_chunk_io *io)
{
	struct chunk k = { .c = c, .buf = buf, .len = len, .io = io };

	if (c->want <= SCSIEMU_WAIT || c->want > SCSIEMU_STORE || len == 0)
		return SCSIEMU_ERR_ORDER;
	k.n = c->len < len ? c->len : len;
	return steps[c->want](&k);
}
