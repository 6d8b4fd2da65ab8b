/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Commands that the robot could not do, the last of them: as error events (log
 * page 07h, SPC-4 7.3.10) and as media changer diagnostic data (16h, SMC-3
 * 7.2.3).
 */
#include <string.h>

#include "smc/smc.h"

#if SEMU_WITH_LOG

enum { CDB = SEMU_SMC_CDB, FIXED_SENSE = 18, CURRENT = 0x70 };

static struct semu_smc_events *events(const struct scsiemu_lu *lu)
{
	return &semu_smc(lu)->events;
}

/* ---- Counting ---- */

static bool moves(const struct scsiemu_cmd *c)
{
	return c->cdb[0] == SCSIEMU_OP_MOVE_MEDIUM ||
	       c->cdb[0] == SCSIEMU_OP_EXCHANGE_MEDIUM;
}

/* Each cartridge is picked once and placed once. */
static unsigned cartridges(const struct scsiemu_cmd *c)
{
	if (c->cdb[0] == SCSIEMU_OP_EXCHANGE_MEDIUM)
		return 2;
	return semu_be16(c->cdb + 4) != semu_be16(c->cdb + 6);
}

/* That of the cartridge that it is about, wherever it is now. */
static void put_tag(const struct scsiemu_lu *lu, const uint8_t *cdb,
		    struct scsiemu_changer_tag *tag)
{
	struct scsiemu_element e;

	semu_smc_element(lu, semu_be16(cdb + 4), &e);
	if (!e.full)
		semu_smc_element(lu, semu_be16(cdb + 6), &e);
	*tag = e.tag;
}

static void record(struct scsiemu_cmd *c)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	const struct scsiemu_device *d = lu->dev;
	struct semu_smc_events *all = events(lu);
	struct semu_smc_event *e = &all->event[all->n++ % SEMU_SMC_EVENTS];

	memset(e, 0, sizeof(*e));
	memcpy(e->cdb, c->cdb, c->cdb_len < CDB ? c->cdb_len : CDB);
	e->key = c->sense.key;
	e->asc = c->sense.asc;
	e->moves = all->moves;
	e->ms = d->wall + (d->now - d->wall_at);
	e->origin = d->timestamp_origin;
	if (moves(c))
		put_tag(lu, e->cdb, &e->tag);
}

void semu_smc_count(struct scsiemu_cmd *c, uint64_t ms)
{
	(void)ms;
	if (c->status == SCSIEMU_GOOD && moves(c))
		events(scsiemu_cmd_lu(c))->moves += cartridges(c);
	if (c->status == SCSIEMU_CHECK_CONDITION &&
	    (c->sense.key == SCSIEMU_SK_MEDIUM_ERROR ||
	     c->sense.key == SCSIEMU_SK_HARDWARE_ERROR))
		record(c);
}

/* ---- Pages ---- */

static unsigned kept(const struct scsiemu_lu *lu)
{
	uint32_t n = events(lu)->n;

	return n < SEMU_SMC_EVENTS ? n : SEMU_SMC_EVENTS;
}

/* back: 0 is the latest. */
static const struct semu_smc_event *event(const struct scsiemu_lu *lu,
					  unsigned back)
{
	const struct semu_smc_events *all = events(lu);

	return &all->event[(all->n - 1 - back) % SEMU_SMC_EVENTS];
}

static void forget(struct scsiemu_lu *lu)
{
	events(lu)->n = 0;
}

/* The latest one last. What an event consists of is the device's own: fixed
 * format sense data, and the CDB. */
static void put_event(const struct scsiemu_lu *lu, unsigned i,
		      struct scsiemu_wr *w)
{
	const struct semu_smc_event *e = event(lu, kept(lu) - 1 - i);

	scsiemu_wr_u8(w, CURRENT);
	scsiemu_wr_u8(w, 0);
	scsiemu_wr_u8(w, e->key);
	scsiemu_wr_zero(w, 4);
	scsiemu_wr_u8(w, FIXED_SENSE - 8);
	scsiemu_wr_zero(w, 4);
	scsiemu_wr_be16(w, e->asc);
	scsiemu_wr_zero(w, 4);
	scsiemu_wr_bytes(w, e->cdb, CDB);
}

const struct semu_log_page semu_smc_log_07 = {
	.code = 0x07, .count = kept, .put = put_event, .clear = forget
};

/* Which of the addresses that follow are valid, and they. */
enum { MTAV = 0x08, IAV = 0x04, DAV = 0x01 };

static void put_addresses(struct scsiemu_wr *w, const uint8_t *cdb)
{
	bool move = cdb[0] == SCSIEMU_OP_MOVE_MEDIUM ||
		    cdb[0] == SCSIEMU_OP_EXCHANGE_MEDIUM;
	bool position = cdb[0] == SCSIEMU_OP_POSITION_TO_ELEMENT;
	uint16_t transport = semu_be16(cdb + 2);

	if (!move && !position) {
		scsiemu_wr_zero(w, 9);
		return;
	}
	scsiemu_wr_u8(w, (transport ? MTAV : 0U) | (move ? IAV : 0U) | DAV);
	scsiemu_wr_be16(w, transport);
	scsiemu_wr_be16(w, move ? semu_be16(cdb + 4) : 0);
	scsiemu_wr_be16(w, 0); /* last successful address */
	scsiemu_wr_be16(w, semu_be16(cdb + (move ? 6 : 4)));
}

/* Moves; picks, places, and volume identifiers, each with those that took more
 * than one attempt, or none. */
static void put_counts(struct scsiemu_wr *w, uint32_t n)
{
	scsiemu_wr_be32(w, n);
	scsiemu_wr_be32(w, n);
	scsiemu_wr_be32(w, 0);
	scsiemu_wr_be32(w, n);
	scsiemu_wr_zero(w, 12);
}

/* The latest one first. */
static void put_diagnostic(const struct scsiemu_lu *lu, unsigned i,
			   struct scsiemu_wr *w)
{
	const struct semu_smc_event *e = event(lu, i);

	scsiemu_wr_u8(w, 0);
	scsiemu_wr_u8(w, e->key);
	scsiemu_wr_be16(w, e->asc);
	scsiemu_wr_be32(w, 0);
	scsiemu_wr_bytes(w, lu->revision, sizeof(lu->revision));
	put_counts(w, e->moves);
	scsiemu_wr_u8(w, e->cdb[0]);
	scsiemu_wr_zero(w, 2); /* service action, type of error */
	put_addresses(w, e->cdb);
	scsiemu_wr_ascii(w, e->tag.id, SCSIEMU_TAG_MAX);
	scsiemu_wr_be16(w, 0);
	scsiemu_wr_be16(w, e->tag.sequence);
	scsiemu_wr_be16(w, (uint16_t)(e->origin << 8));
	scsiemu_wr_be16(w, (uint16_t)(e->ms >> 32));
	scsiemu_wr_be32(w, (uint32_t)e->ms);
}

const struct semu_log_page semu_smc_log_16 = {
	.code = 0x16, .count = kept, .put = put_diagnostic, .clear = forget
};

#endif
