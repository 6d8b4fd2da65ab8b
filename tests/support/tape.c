/* SPDX-License-Identifier: BSD-2-Clause */
/* support/tape.c - see tape.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/tape.h"
#include "support/toycodec.h"

enum { MEGA = 1 << 20 };

static void no_done(struct scsiemu_io *io, int result)
{
	(void)io, (void)result;
	fail_msg("a cartridge in memory answers at once");
}

/* How many bytes came or went; MORE is what the driver has cut off. */
static int move(struct drive_task *t, struct scsiemu_cmd *c, uint32_t *bytes)
{
	struct scsiemu_medium *m = scsiemu_lu_medium(c->lu);
	const struct scsiemu_tape_ops *ops = m->ops;
	struct scsiemu_tape_how *how = (void *)c->buf;
	bool read = c->want == SCSIEMU_READ;
	struct scsiemu_vec v = { NULL, *bytes };
	struct scsiemu_io io = { .info = SCSIEMU_NO_INFO, .done = no_done };
	int rc;

	v.base = (read ? t->in : (uint8_t *)(uintptr_t)t->out) + c->off;
	io.flags = c->flags | (*bytes < c->len ? SCSIEMU_IO_MORE : 0);
	if (!read && !SCSIEMU_HAS(scsiemu_tape_ops, ops, write))
		return SCSIEMU_E_PROTECTED;
	rc = read ? ops->read(m->ctx, &io, how, c->skip, &v, 1)
		  : ops->write(m->ctx, &io, how, c->skip, &v, 1);
	c->info = io.info;
	*bytes = io.moved;
	return rc;
}

/* Of the core's. */
static int piece(const struct scsiemu_tape_ops *ops, struct scsiemu_medium *m,
		 struct scsiemu_io *io, const struct scsiemu_cmd *c)
{
	const struct scsiemu_tape_piece *p = (const void *)c->buf;
	const struct scsiemu_vec v = { p->bytes, p->len };

	io->flags |= p->more ? SCSIEMU_IO_MORE : 0;
	if (c->verb == SCSIEMU_V_LOAD)
		return ops->read(m->ctx, io, p->how, p->skip, &v, 1);
	if (!SCSIEMU_HAS(scsiemu_tape_ops, ops, write))
		return SCSIEMU_E_PROTECTED;
	return ops->write(m->ctx, io, p->how, p->skip, &v, 1);
}

int tape_answer(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	struct scsiemu_medium *m = scsiemu_lu_medium(c->lu);
	struct scsiemu_io io = { .info = SCSIEMU_NO_INFO, .done = no_done };
	const struct scsiemu_tape_ops *ops;
	int rc;

	(void)d;
	if (c->want == SCSIEMU_STORE && c->verb == SCSIEMU_V_INSERT)
		m = scsiemu_lu_ejected(c->lu);
	if (!m || m->kind != SCSIEMU_TAPE || c->verb == SCSIEMU_V_NV_SAVE)
		return DRIVE_USUAL;
	if (c->want == SCSIEMU_READ || c->want == SCSIEMU_WRITE)
		return move(c->user, c, bytes);
	if (c->want != SCSIEMU_STORE)
		return DRIVE_USUAL;
	ops = m->ops;
	io.flags = c->flags;
	if (c->verb == SCSIEMU_V_LOAD || c->verb == SCSIEMU_V_SAVE)
		rc = piece(ops, m, &io, c);
	else
		rc = ops->verb(m->ctx, &io, c);
	c->info = io.info;
	*bytes = io.moved;
	return rc;
}

void tape_make(struct tape *t, const struct tape_options *o)
{
	static const struct tape_options none;
	struct scsiemu_limits l = { .size = sizeof(l), .nexuses = 3 };
	struct scsiemu_tape_new is;
	struct scsiemu_errmsg err;

	o = o ? o : &none;
	memset(t, 0, sizeof(*t));
	l.scratch = o->scratch ? o->scratch : 2048;
	l.max_xfer = o->max_xfer;
	l.jobs = o->jobs;
	drive_make(&t->d, &l);
	t->d.hook = tape_answer;
	is = o->is;
	if (!is.bytes)
		is.bytes = 4 * MEGA;
	assert_int_equal(scsiemu_open_tape_mem(&t->m, &is, &err), 0);
	if (o->codec)
		assert_int_equal(scsiemu_wrap_codec(&t->m, &toycodec, &err), 0);
	t->ssc = o->ssc;
	t->ssc.size = sizeof(t->ssc);
	t->cf.size = sizeof(t->cf);
	t->cf.type = &scsiemu_ssc;
	t->cf.options = &t->ssc;
	t->cf.can_save = true;
	t->cf.logs = o->logs;
	t->cf.deferred = o->deferred;
	t->cf.read_only = o->read_only;
	t->cf.version = o->version;
	t->cf.quirks = o->quirks;
	t->cf.state_len = scsiemu_lu_state_size(&t->cf);
	t->cf.state = t->state = malloc(t->cf.state_len);
	assert_non_null(t->state);
	t->lu = scsiemu_lu_add(t->d.dev, 0, &t->cf);
	assert_non_null(t->lu);
	if (!o->empty)
		scsiemu_lu_load(t->lu, &t->m, false);
	drive_settle(&t->d, t->lu, NULL);
}

void tape_two(struct tape *t, const struct tape_options *o,
	      struct scsiemu_nexus **a, struct scsiemu_nexus **b)
{
	tape_make(t, o);
	*a = drive_attach(&t->d, 0, 0);
	*b = drive_attach(&t->d, 1, 0);
	drive_settle(&t->d, t->lu, *a);
	drive_settle(&t->d, t->lu, *b);
	t->d.nexus = *a;
}

void tape_free(struct tape *t)
{
	drive_free(&t->d);
	free(t->state);
	scsiemu_medium_close(&t->m);
}

uint8_t tape_in(struct tape *t, const uint8_t *cdb, unsigned len,
		uint32_t in_len)
{
	return drive_run(&t->d, t->lu, cdb, len, NULL, 0, in_len);
}

uint8_t tape_do(struct tape *t, const uint8_t *cdb, unsigned len)
{
	return tape_in(t, cdb, len, 0);
}

uint8_t tape_out(struct tape *t, const uint8_t *cdb, unsigned len,
		 const void *out, uint32_t out_len)
{
	return drive_run(&t->d, t->lu, cdb, len, out, out_len, 0);
}

void tape_pattern(uint8_t *p, uint64_t object, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++)
		p[i] = (uint8_t)(object * 31 + i + i / 251);
}

/* A record, in a block of variable length. */
static void lay_record(struct tape *t, uint32_t len)
{
	const uint8_t cdb[6] = { SCSIEMU_OP_WRITE_6,   0,
				 (uint8_t)(len >> 16), (uint8_t)(len >> 8),
				 (uint8_t)len,	       0 };
	struct scsiemu_tape_pos pos;
	uint8_t *p = malloc(len);

	assert_non_null(p);
	tape_tell(t, &pos);
	tape_pattern(p, pos.object, len);
	tape_out(t, cdb, sizeof(cdb), p, len);
	free(p);
	if (t->d.t.c.sense.key) /* early warning is none */
		fail_msg("a record of %u bytes is not written", len);
}

void tape_lay(struct tape *t, const char *objects)
{
	while (*objects) {
		unsigned long n = 1, len;
		char *end;

		if (*objects == ' ') {
			objects++;
		} else if (*objects == 'M') {
			TAPE_DO(t, SCSIEMU_OP_WRITE_FILEMARKS_6, 0, 0, 0, 1, 0);
			assert_int_equal(t->d.t.c.sense.key, 0);
			objects++;
		} else {
			len = strtoul(objects, &end, 10);
			if (*end == '*') {
				n = len;
				len = strtoul(end + 1, &end, 10);
			}
			assert_true(end > objects);
			objects = end;
			while (n--)
				lay_record(t, (uint32_t)len);
		}
	}
}

void tape_go(struct tape *t, uint32_t partition, uint64_t object)
{
	uint8_t cdb[16] = { SCSIEMU_OP_LOCATE_16, 0x02 };

	cdb[3] = (uint8_t)partition;
	for (unsigned i = 0; i < 8; i++)
		cdb[4 + i] = (uint8_t)(object >> 8 * (7 - i));
	tape_do(t, cdb, sizeof(cdb));
	drive_good(&t->d);
}

void tape_tell(struct tape *t, struct scsiemu_tape_pos *pos)
{
	((const struct scsiemu_tape_ops *)t->m.ops)->tell(t->m.ctx, pos);
}

void tape_at_line(struct tape *t, uint32_t partition, uint64_t object,
		  const char *file, int line)
{
	struct scsiemu_tape_pos pos;

	tape_tell(t, &pos);
	if (pos.partition == partition && pos.object == object)
		return;
	print_error("at object %llu of partition %u, not %llu of %u\n",
		    (unsigned long long)pos.object, pos.partition,
		    (unsigned long long)object, partition);
	_fail(file, line);
}

void tape_block(struct tape *t, uint32_t len)
{
	const uint8_t list[12] = { 0,
				   0,
				   0x10,
				   8,
				   [9] = (uint8_t)(len >> 16),
				   (uint8_t)(len >> 8),
				   (uint8_t)len };

	TAPE_OUT(t, list, sizeof(list), SCSIEMU_OP_MODE_SELECT_6, 0x10, 0, 0,
		 sizeof(list), 0);
	drive_good(&t->d);
}

void tape_mode(struct tape *t, uint8_t page, uint8_t sub, unsigned at,
	       uint8_t mask, uint8_t value)
{
	uint8_t list[64] = { 0 };
	uint32_t len;

	TAPE_IN(t, sizeof(list), SCSIEMU_OP_MODE_SENSE_6, 0x08, page, sub,
		sizeof(list), 0);
	drive_good(&t->d);
	len = t->d.t.c.in_done;
	memcpy(list, t->d.t.in, len);
	list[0] = 0;
	list[4] &= 0x7f;
	list[4 + at] = (uint8_t)((list[4 + at] & ~mask) | value);
	TAPE_OUT(t, list, len, SCSIEMU_OP_MODE_SELECT_6, 0x10, 0, 0,
		 (uint8_t)len, 0);
	drive_good(&t->d);
}

void tape_sense_line(struct tape *t, uint8_t key, uint16_t asc, uint8_t flags,
		     int64_t info, const char *file, int line)
{
	const struct scsiemu_sense *s = &t->d.t.c.sense;

	if (t->d.t.c.status == SCSIEMU_CHECK_CONDITION && s->key == key &&
	    s->asc == asc && s->flags == flags &&
	    (!(flags & SCSIEMU_S_INFO) || s->info == (uint64_t)info))
		return;
	print_error("status %02x, %x/%04x, flags %02x, INFORMATION %lld; "
		    "not %x/%04x, %02x, %lld\n",
		    t->d.t.c.status, s->key, s->asc, s->flags,
		    (long long)s->info, key, asc, flags, (long long)info);
	_fail(file, line);
}
