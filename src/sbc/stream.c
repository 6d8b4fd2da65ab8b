/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * WRITE STREAM(16) and (32), STREAM CONTROL, GET STREAM STATUS (SBC-4 5.49,
 * 5.33, 5.9): who opened a stream does not matter, all I_T nexuses share them.
 */
#include "sbc/stream.h"
#include "sbc/pi.h"

#if SEMU_WITH_STREAMS
/* Fields of the CDBs; STR_CTL is in byte 1. */
enum { ID_AT_32 = 4, ID_AT_STATUS = 4, ID_AT_16 = 10, ALLOCATION_AT = 10 };
enum { CONTROL_SHIFT = 5, OPEN = 1, CLOSE = 2 };
enum { STATUS_LEN = 8, CONTROL_LEN = 8, PERM = 0x80 };

static struct semu_streams *own(const struct scsiemu_lu *lu)
{
	return lu->more->part[SEMU_PART_STREAMS];
}

static uint32_t option_streams(const struct scsiemu_lu_config *cf)
{
	return SEMU_SBC_OPTION(cf, streams);
}

static uint32_t option_permanent(const struct scsiemu_lu_config *cf)
{
	return SEMU_WITH_HINTS ? SEMU_SBC_OPTION(cf, permanent_streams) : 0;
}

static uint32_t size(const struct scsiemu_lu_config *cf)
{
	return option_streams(cf) || option_permanent(cf)
		       ? (uint32_t)sizeof(struct semu_streams)
		       : 0;
}

static int init(struct scsiemu_lu *lu, void *mem,
		const struct scsiemu_lu_config *cf)
{
	uint32_t permanent = option_permanent(cf), max = option_streams(cf);
	struct semu_streams *s = mem;

	(void)lu;
	if (permanent > SEMU_STREAM_GROUPS ||
	    max > SEMU_STREAM_IDS - SEMU_STREAM_GROUPS)
		return SCSIEMU_ERR_ARG;
	s->permanent = (uint16_t)permanent;
	s->max = (uint16_t)max;
	s->first = (uint16_t)(permanent ? permanent : 1);
	return 0;
}

static void loaded(struct scsiemu_lu *lu)
{
	lu->able |= SCSIEMU_NEED_STREAMS;
}

static bool is_open(const struct semu_streams *s, unsigned id)
{
	return id < s->permanent ||
	       (id < SEMU_STREAM_IDS && s->open[id / 8] >> id % 8 & 1);
}

static void set(struct semu_streams *s, unsigned id, bool open)
{
	unsigned bit = 1u << id % 8, others = s->open[id / 8] & ~bit;

	s->open[id / 8] = (uint8_t)(others | (open ? bit : 0));
}

/* SBC-4 4.34: a reset closes all that hosts have opened. */
static void reset(struct scsiemu_lu *lu)
{
	struct semu_streams *s = own(lu);

	s->resets++;
	for (unsigned i = 0; i < s->max; i++)
		set(s, s->first + i, false);
}

const struct semu_part_type semu_streams_part = { .part = SEMU_PART_STREAMS,
						  .since = SCSIEMU_LEVEL_SPC_3,
						  .size = size,
						  .init = init,
						  .loaded = loaded,
						  .reset = reset };

static int fail_closed(struct scsiemu_cmd *c)
{
	return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
			    SCSIEMU_ASC_STREAM_NOT_OPEN);
}

/* As WRITE, into a stream that is open. */
int semu_stream_write(struct scsiemu_cmd *c, int result)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	unsigned at = c->cdb[0] == SCSIEMU_OP_VARIABLE ? ID_AT_32 : ID_AT_16;
	uint32_t n = scsiemu_cmd_count(c);
	unsigned *step = scsiemu_cmd_step(c);

	if (!*step && !is_open(own(lu), semu_be16(c->cdb + at)))
		return fail_closed(c);
#if SEMU_WITH_PI
	if (semu_pi(lu))
		return semu_pi_rw(c, result);
#endif
	(void)result;
	if ((*step)++)
		return SCSIEMU_FINISHED;
	c->out_all = n * lu->cap.blen;
	return semu_sbc_bulk(c, SCSIEMU_WRITE, scsiemu_cmd_lba(c), 0, n,
			     semu_sbc_flags(c) | SCSIEMU_LAST);
}

/* The first that is free; where there is none, the one behind the last. */
static unsigned vacant(const struct semu_streams *s)
{
	unsigned id = s->first;

	while (id < (unsigned)s->first + s->max && is_open(s, id))
		id++;
	return id;
}

static int open_one(struct scsiemu_cmd *c, struct semu_streams *s)
{
	unsigned id = vacant(s);
	uint8_t *reply = c->scratch;
	uint32_t len = scsiemu_cmd_count(c);

	if (id == (unsigned)s->first + s->max)
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_STREAM_RESOURCES);
	set(s, id, true);
	scsiemu_cmd_own(c)[0] = id;
	scsiemu_cmd_own(c)[1] = s->resets;
	semu_put64(reply, 0);
	reply[0] = CONTROL_LEN - 1;
	semu_put16(reply + 4, id);
	c->in_all = len < CONTROL_LEN ? len : CONTROL_LEN;
	return scsiemu_want_send(c, 0, reply, c->in_all);
}

static int close_one(struct scsiemu_cmd *c, struct semu_streams *s)
{
	unsigned id = semu_be16(c->cdb + ID_AT_STATUS);

	if (id < s->permanent)
		return scsiemu_fail_cdb(c, ID_AT_STATUS, SCSIEMU_NO_BIT);
	if (!is_open(s, id))
		return fail_closed(c);
	set(s, id, false);
	return SCSIEMU_FINISHED;
}

/* A stream that nobody was told of is closed again; after a reset it may be
 * another's. */
int semu_stream_control(struct scsiemu_cmd *c, int result)
{
	struct semu_streams *s = own(scsiemu_cmd_lu(c));
	const uint64_t *opened = scsiemu_cmd_own(c);
	unsigned *step = scsiemu_cmd_step(c);

	if (result == SCSIEMU_E_ABORTED) {
		if (opened[0] && opened[1] == s->resets)
			set(s, (unsigned)opened[0], false);
		return SCSIEMU_FINISHED;
	}
	if ((*step)++)
		return SCSIEMU_FINISHED;
	switch (c->cdb[1] >> CONTROL_SHIFT & 3) {
	case OPEN:
		return open_one(c, s);
	case CLOSE:
		return close_one(c, s);
	default:
		return scsiemu_fail_cdb(c, 1, 6);
	}
}

/* Those from `from` on that are open. */
static uint32_t count(const struct semu_streams *s, unsigned from)
{
	uint32_t n = 0;

	for (unsigned id = from; id < SEMU_STREAM_IDS; id++)
		n += is_open(s, id);
	return n;
}

/* RELATIVE LIFETIME: as Linux's write hints go up, so do the groups. */
int semu_stream_status(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct semu_streams *s = own(scsiemu_cmd_lu(c));
	unsigned from = semu_be16(c->cdb + ID_AT_STATUS);

	if (scsiemu_cmd_count(c) < STATUS_LEN)
		return scsiemu_fail_cdb(c, ALLOCATION_AT, SCSIEMU_NO_BIT);
	if (from >= (unsigned)s->first + s->max)
		return scsiemu_fail_cdb(c, ID_AT_STATUS, SCSIEMU_NO_BIT);
	scsiemu_wr_be32(w, STATUS_LEN * count(s, from));
	scsiemu_wr_be16(w, 0);
	scsiemu_wr_be16(w, count(s, 0));
	for (unsigned id = from; id < SEMU_STREAM_IDS; id++) {
		bool permanent = id < s->permanent;

		if (!is_open(s, id))
			continue;
		scsiemu_wr_be16(w, permanent ? PERM << 8 : 0);
		scsiemu_wr_be16(w, id);
		scsiemu_wr_be32(w, permanent ? (id + 1) << 24 : 0);
	}
	return SCSIEMU_FINISHED;
}
#endif
