/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host/pump_kind.c - media that are not block media: tape, object, changer.
 * Their stores see records or objects, and most verbs as they are.
 */
#include "host/task.h"

#include <scsiemu/changer.h>
#include <scsiemu/tape.h>

static bool is_kind(const struct scsiemu_medium *m, uint32_t kind)
{
	return m && m->ops && m->kind == kind;
}

/* No store that could answer. */
static int refuse(struct scsiemu_task *t, const struct scsiemu_medium *m)
{
	t->again = 0;
	semu_bounce_free(t);
	if (m && m->ops && !t->port) /* a job has no initiator */
		return semu_answer(t, SCSIEMU_E_TRANSPORT, 0);
	return semu_answer(t, m ? SCSIEMU_E_HARDWARE : SCSIEMU_E_NO_MEDIUM, 0);
}

/* OK without a count: all of it. */
static void settle(struct scsiemu_task *t, int rc)
{
	if (rc == SCSIEMU_OK && t->io.moved == 0)
		t->io.moved = t->n;
}

/* What a tape is to do with the record: the bulk want's buffer. */
static struct scsiemu_tape_how *how(const struct scsiemu_cmd *c)
{
	return (struct scsiemu_tape_how *)(void *)c->buf;
}

static int read_store(struct scsiemu_task *t, struct scsiemu_medium *m)
{
	const struct scsiemu_object_ops *object = m->ops;
	const struct scsiemu_tape_ops *tape = m->ops;
	struct scsiemu_cmd *c = &t->cmd;

	if (m->kind == SCSIEMU_TAPE)
		return tape->read(m->ctx, &t->io, how(c), c->skip, t->v + 1,
				  t->nv);
	return object->read(m->ctx, &t->io, c->obj, c->addr + c->skip, t->v + 1,
			    t->nv);
}

static int write_store(struct scsiemu_task *t, struct scsiemu_medium *m)
{
	const struct scsiemu_object_ops *object = m->ops;
	const struct scsiemu_tape_ops *tape = m->ops;
	struct scsiemu_cmd *c = &t->cmd;

	if (m->kind == SCSIEMU_TAPE)
		return tape->write(m->ctx, &t->io, how(c), c->skip, t->v + 1,
				   t->nv);
	return object->write(m->ctx, &t->io, c->obj, c->addr + c->skip,
			     t->v + 1, t->nv);
}

/* A window for n bytes; MORE when the record goes on behind it. */
static int prepare(struct scsiemu_task *t, bool in, enum semu_after mode)
{
	struct scsiemu_cmd *c = &t->cmd;
	int rc;

	rc = semu_ask(t, in, c->off, c->len, c->flags & SCSIEMU_WHOLE);
	if (rc)
		return rc;
	semu_io_begin(t, mode);
	if (t->n < c->len)
		t->io.flags |= SCSIEMU_IO_MORE;
	return 0;
}

int semu_kind_read(struct scsiemu_task *t, struct scsiemu_medium *m)
{
	int rc;

	if (!is_kind(m, SCSIEMU_TAPE) && !is_kind(m, SCSIEMU_OBJECT))
		return refuse(t, m);
	rc = prepare(t, true, SEMU_A_KIND_READ);
	if (rc)
		return semu_asked(t, rc);
	rc = semu_io_rc(t, m, read_store(t, m));
	return rc == SEMU_OUT ? SEMU_OUT : semu_after_kind_read(t, rc);
}

int semu_after_kind_read(struct scsiemu_task *t, int result)
{
	settle(t, result);
	return semu_read_done(t, result, semu_io_good(t));
}

int semu_kind_write(struct scsiemu_task *t, struct scsiemu_medium *m)
{
	int rc;

	if (!is_kind(m, SCSIEMU_TAPE) && !is_kind(m, SCSIEMU_OBJECT))
		return refuse(t, m);
	rc = prepare(t, false, SEMU_A_KIND_WRITE);
	if (rc)
		return semu_asked(t, rc);
	rc = semu_io_rc(t, m, write_store(t, m));
	return rc == SEMU_OUT ? SEMU_OUT : semu_after_kind_write(t, rc);
}

int semu_after_kind_write(struct scsiemu_task *t, int result)
{
	settle(t, result);
	return semu_answer(t, result, semu_io_good(t));
}

int semu_after_kind_verb(struct scsiemu_task *t, int result)
{
	t->cmd.info = t->io.info;
	return semu_answer(t, result, t->io.moved);
}

#define HAS(member) SCSIEMU_HAS(scsiemu_changer_ops, ops, member)

/* That of the cartridge that is in an element, by its own store. */
static int set_attributes(struct scsiemu_task *t, struct scsiemu_medium *m)
{
	const struct scsiemu_changer_ops *ops = m->ops;
	const struct scsiemu_cmd *c = &t->cmd;
	struct scsiemu_medium *in = ops->medium(m->ctx, (uint16_t)c->count);
	const struct scsiemu_tape_ops *tape;

	if (!is_kind(in, SCSIEMU_TAPE))
		return SCSIEMU_E_NO_OBJECT;
	tape = in->ops;
	return tape->verb(in->ctx, &t->io, c);
}

/* What a changer offers of its verbs. A scan of what is always known is one
 * that is over. */
static int changer_verb(struct scsiemu_task *t, struct scsiemu_medium *m)
{
	const struct scsiemu_changer_ops *ops = m->ops;
	const struct scsiemu_cmd *c = &t->cmd;
	uint16_t addr = (uint16_t)c->addr, to = (uint16_t)c->count;

	if (c->verb == SCSIEMU_V_MOVE && HAS(move))
		return ops->move(m->ctx, &t->io, addr, to);
	if (c->verb == SCSIEMU_V_EXCHANGE && HAS(exchange))
		return ops->exchange(m->ctx, &t->io, addr,
				     (uint16_t)(c->count >> 16), to);
	if (c->verb == SCSIEMU_V_SCAN)
		return HAS(scan) ? ops->scan(m->ctx, &t->io, addr, to)
				 : SCSIEMU_OK;
	if (c->verb == SCSIEMU_V_TAG && HAS(tag))
		return ops->tag(m->ctx, &t->io, addr,
				(const void *)(uintptr_t)c->buf);
	if (c->verb == SCSIEMU_V_DOOR && HAS(door))
		return ops->door(m->ctx, &t->io, addr, to != 0);
	if (c->verb == SCSIEMU_V_REACH && HAS(reach))
		return ops->reach(m->ctx, &t->io, addr, to != 0);
	if (c->verb == SCSIEMU_V_SETATTR && HAS(reach))
		return set_attributes(t, m);
	return SCSIEMU_E_HARDWARE;
}

/* A piece of a record of the core's is read or written as one of a host's. */
static int tape_verb(struct scsiemu_task *t, struct scsiemu_medium *m)
{
	const struct scsiemu_tape_ops *ops = m->ops;
	const struct scsiemu_cmd *c = &t->cmd;
	const struct scsiemu_tape_piece *p = (const void *)c->buf;

	if (c->verb != SCSIEMU_V_LOAD && c->verb != SCSIEMU_V_SAVE)
		return ops->verb(m->ctx, &t->io, c);
	t->v[0].base = p->bytes;
	t->v[0].len = p->len;
	t->io.flags |= p->more ? SCSIEMU_IO_MORE : 0;
	if (c->verb == SCSIEMU_V_LOAD)
		return ops->read(m->ctx, &t->io, p->how, p->skip, t->v, 1);
	if (!SCSIEMU_HAS(scsiemu_tape_ops, ops, write))
		return SCSIEMU_E_PROTECTED;
	return ops->write(m->ctx, &t->io, p->how, p->skip, t->v, 1);
}

int semu_kind_verb(struct scsiemu_task *t, struct scsiemu_medium *m)
{
	const struct scsiemu_object_ops *object = m->ops;
	struct scsiemu_cmd *c = &t->cmd;
	int rc = SCSIEMU_E_HARDWARE;

	semu_io_begin(t, SEMU_A_KIND_VERB);
	if (m->kind == SCSIEMU_TAPE)
		rc = tape_verb(t, m);
	else if (m->kind == SCSIEMU_OBJECT)
		rc = object->verb(m->ctx, &t->io, c);
	else if (m->kind == SCSIEMU_CHANGER)
		rc = changer_verb(t, m);
	rc = semu_io_rc(t, m, rc);
	return rc == SEMU_OUT ? SEMU_OUT : semu_after_kind_verb(t, rc);
}
