/* SPDX-License-Identifier: BSD-2-Clause */
/* support/procbox.c - see procbox.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/procbox.h"

static int begin(void *ctx, const struct scsiemu_nexus *from, uint32_t len,
		 void **message)
{
	struct procbox *b = ctx;

	assert_int_equal(b->len, 0);
	assert_in_range(len, 1, SCSIEMU_PROC_MAX);
	b->who = from;
	if (b->begin_says)
		return b->begin_says;
	if (len > PROCBOX_ROOM - b->got_len)
		return SCSIEMU_E_RANGE;
	b->len = len;
	b->nbegin++;
	*message = &b->len;
	return 0;
}

static void *room(void *ctx, void *message, uint32_t off, uint32_t *len)
{
	struct procbox *b = ctx;

	assert_ptr_equal(message, &b->len);
	assert_int_equal(off + *len, b->len);
	if (b->piece && *len > b->piece)
		*len = b->piece;
	return b->got + b->got_len + off;
}

static int end(void *ctx, void *message, bool whole)
{
	struct procbox *b = ctx;

	assert_ptr_equal(message, &b->len);
	assert_int_not_equal(b->len, 0);
	if (whole && !b->end_says) {
		b->got_len += b->len;
		b->nwhole++;
	} else {
		b->nlost++;
	}
	b->len = 0;
	return whole ? b->end_says : 0;
}

static const void *next(void *ctx, const struct scsiemu_nexus *to,
			uint32_t *len)
{
	struct procbox *b = ctx;

	b->who = to;
	if (!b->out_len)
		return NULL;
	b->nnext++;
	*len = b->out_len;
	return b->out;
}

static void taken(void *ctx, const struct scsiemu_nexus *to, uint32_t len)
{
	struct procbox *b = ctx;

	assert_ptr_equal(to, b->who);
	assert_in_range(len, 0, b->out_len);
	b->ntaken++;
	b->out += len;
	b->out_len -= len;
}

const struct scsiemu_proc_ops procbox_ops = { .size = sizeof(procbox_ops),
					      .begin = begin,
					      .room = room,
					      .end = end,
					      .next = next,
					      .taken = taken };
