/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/medium.c - what a vtable offers, and the end of a medium. Freestanding:
 * firmware with stores of its own uses it too.
 */
#include <string.h>

#include <scsiemu/changer.h>
#include <scsiemu/device.h>
#include <scsiemu/store.h>
#include <scsiemu/stores.h>
#include <scsiemu/tape.h>

#define ABLE(member, bit)                                                      \
	(SCSIEMU_HAS(scsiemu_block_ops, ops, member) ? (unsigned)(bit) : 0U)

uint32_t scsiemu_block_able(const struct scsiemu_block_ops *ops)
{
	if (!ops)
		return 0;
	return ABLE(write, SCSIEMU_CAN_WRITE) | ABLE(flush, SCSIEMU_CAN_FLUSH) |
	       ABLE(zero, SCSIEMU_CAN_ZERO) | ABLE(unmap, SCSIEMU_CAN_UNMAP) |
	       ABLE(status, SCSIEMU_CAN_STATUS) | ABLE(cas, SCSIEMU_CAN_CAS) |
	       ABLE(lend, SCSIEMU_CAN_LEND) | ABLE(read_pi, SCSIEMU_CAN_PI) |
	       ABLE(format, SCSIEMU_CAN_FORMAT);
}

#define CHANGER_ABLE(member, bit)                                              \
	(SCSIEMU_HAS(scsiemu_changer_ops, ops, member) ? (unsigned)(bit) : 0U)

uint32_t scsiemu_changer_able(const struct scsiemu_changer_ops *ops)
{
	return CHANGER_ABLE(move, SCSIEMU_CHANGER_MOVE) |
	       CHANGER_ABLE(exchange, SCSIEMU_CHANGER_EXCHANGE) |
	       CHANGER_ABLE(tag, SCSIEMU_CHANGER_TAG) |
	       CHANGER_ABLE(door, SCSIEMU_CHANGER_DOOR) |
	       CHANGER_ABLE(reach, SCSIEMU_CHANGER_REACH);
}

/* Of an operation that nobody waits for. */
static void nothing(struct scsiemu_io *io, int result)
{
	(void)io, (void)result;
}

int scsiemu_medium_format(struct scsiemu_medium *m, uint32_t blen,
			  uint64_t nblk)
{
	const struct scsiemu_block_ops *ops = m->ops;
	struct scsiemu_io io = { .done = nothing };
	int rc;

	if (m->kind != SCSIEMU_BLOCK || !ops ||
	    !SCSIEMU_HAS(scsiemu_block_ops, ops, format))
		return SCSIEMU_E_RANGE;
	rc = ops->format(m->ctx, &io, m, blen, nblk);
	return rc == SCSIEMU_PENDING ? SCSIEMU_E_BUSY : rc;
}

int scsiemu_medium_refresh(struct scsiemu_medium *m)
{
	const struct scsiemu_block_ops *ops = m->ops;

	if (m->kind != SCSIEMU_BLOCK || !ops ||
	    !SCSIEMU_HAS(scsiemu_block_ops, ops, refresh))
		return SCSIEMU_E_RANGE;
	return ops->refresh(m->ctx, m);
}

typedef void close_fn(void *ctx);

#define CLOSE_OF(type)                                                         \
	(SCSIEMU_HAS(type, (const struct type *)ops, close)                    \
		 ? ((const struct type *)ops)->close                           \
		 : NULL)

static close_fn *close_of(uint32_t kind, const void *ops)
{
	switch (kind) {
	case SCSIEMU_BLOCK:
		return CLOSE_OF(scsiemu_block_ops);
	case SCSIEMU_TAPE:
		return CLOSE_OF(scsiemu_tape_ops);
	case SCSIEMU_CHANGER:
		return CLOSE_OF(scsiemu_changer_ops);
	case SCSIEMU_OBJECT:
		return CLOSE_OF(scsiemu_object_ops);
	default:
		return NULL;
	}
}

void scsiemu_medium_close(struct scsiemu_medium *m)
{
	if (m->ops && m->ctx) {
		close_fn *fn = close_of(m->kind, m->ops);

		if (fn)
			fn(m->ctx);
	}
	memset(m, 0, sizeof(*m));
}
