/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RECEIVE COPY ... (SPC-5 6.19 to 6.24): status, results and failures of
 * copies, data held of them, what the copy manager can do, and ROD tokens.
 */
#include "spc/copy.h"

#if SEMU_WITH_COPY

enum { UNIT_BLOCKS = 0xf1, TOKEN_PREFIX = 96, HDD = 0x80 };

static uint32_t asked(const struct scsiemu_cmd *c)
{
	bool lid1 = (c->cdb[1] & 0x1f) < SCSIEMU_SA_COPY_STATUS_LID4;

	return lid1 ? c->cdb[2] : semu_be32(c->cdb + 2);
}

/* The copy that is asked for: it runs, or this of it was not told yet. */
static struct semu_copy *find(const struct scsiemu_cmd *c, unsigned untold)
{
	struct semu_copy *k = semu_copy_find(c, asked(c));

	if (k && k->state == SEMU_COPY_DONE && !(k->untold & untold))
		return NULL;
	return k;
}

static int unknown(struct scsiemu_cmd *c)
{
	return scsiemu_fail_cdb(c, 2, SCSIEMU_NO_BIT);
}

static int told(struct scsiemu_cmd *c, unsigned what)
{
	struct semu_copy *k = find(c, what);

	if (!k || k->state == SEMU_COPY_RUNS)
		return SCSIEMU_FINISHED;
	k->untold &= (uint8_t)~what;
	if (what & SEMU_COPY_HELD)
		k->held = 0;
	if (!k->untold)
		k->state = SEMU_COPY_FREE;
	return SCSIEMU_FINISHED;
}

/* Effects of the LID1 forms, which tell status and details apart. */
int semu_copy_told(struct scsiemu_cmd *c, int result)
{
	(void)result;
	return told(c, SEMU_COPY_STATUS);
}

int semu_copy_detailed(struct scsiemu_cmd *c, int result)
{
	(void)result;
	return told(c, SEMU_COPY_DETAILS);
}

/* The LID4 forms tell all. */
int semu_copy_all_told(struct scsiemu_cmd *c, int result)
{
	(void)result;
	return told(c, SEMU_COPY_STATUS | SEMU_COPY_DETAILS);
}

int semu_copy_data_1_told(struct scsiemu_cmd *c, int result)
{
	(void)result;
	return told(c, SEMU_COPY_HELD);
}

int semu_copy_data_4_told(struct scsiemu_cmd *c, int result)
{
	(void)result;
	return told(c, SEMU_COPY_STATUS | SEMU_COPY_DETAILS | SEMU_COPY_HELD);
}

/* HELD DATA DISCARDED */
static unsigned hdd(const struct semu_copy *k)
{
	return k->discarded ? HDD : 0;
}

/* Its length, and the data held. */
static void put_held(const struct scsiemu_cmd *c, struct scsiemu_wr *w,
		     const struct semu_copy *k)
{
	uint32_t n = k->state == SEMU_COPY_DONE ? k->held : 0;

	scsiemu_wr_be32(w, n);
	scsiemu_wr_bytes(w, semu_copy_held(scsiemu_cmd_lu(c)->dev, k), n);
}

int semu_copy_status_1(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct semu_copy *k = find(c, SEMU_COPY_STATUS);
	uint64_t n;
	unsigned unit = 0; /* of 1024^unit bytes */

	if (!k)
		return unknown(c);
	for (n = k->count; n > UINT32_MAX; n >>= 10)
		unit++;
	scsiemu_wr_be32(w, 8);
	if (k->state == SEMU_COPY_RUNS)
		scsiemu_wr_u8(w, hdd(k));
	else
		scsiemu_wr_u8(w, hdd(k) | (k->result == SEMU_COPY_OK ? 1 : 2));
	scsiemu_wr_be16(w, k->segments);
	scsiemu_wr_u8(w, unit);
	scsiemu_wr_be32(w, (uint32_t)n);
	return SCSIEMU_FINISHED;
}

int semu_copy_data_1(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct semu_copy *k = semu_copy_find(c, asked(c));

	if (!k || k->state == SEMU_COPY_RUNS)
		return unknown(c);
	put_held(c, w, k);
	return SCSIEMU_FINISHED;
}

int semu_copy_details(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct semu_copy *k = semu_copy_find(c, asked(c));

	if (!k || k->state == SEMU_COPY_RUNS)
		return unknown(c);
	if (!(k->untold & SEMU_COPY_DETAILS)) {
		scsiemu_wr_be32(w, 0); /* there was no failure */
		return SCSIEMU_FINISHED;
	}
	scsiemu_wr_be32(w, 56u + k->sense_len);
	scsiemu_wr_zero(w, 52);
	scsiemu_wr_u8(w, k->status);
	scsiemu_wr_u8(w, 0);
	scsiemu_wr_be16(w, k->sense_len);
	scsiemu_wr_bytes(w, k->sense, k->sense_len);
	return SCSIEMU_FINISHED;
}

/* What the LID4 forms begin with (SPC-5 table 296). */
static const struct semu_copy *put_status(struct scsiemu_cmd *c,
					  struct scsiemu_wr *w, unsigned unit,
					  unsigned more)
{
	const struct semu_copy *k = find(c, SEMU_COPY_STATUS |
						    SEMU_COPY_DETAILS | more);
	uint32_t blen = scsiemu_cmd_lu(c)->cap.blen;

	if (!k)
		return NULL;
	scsiemu_wr_be32(w, 0);
	scsiemu_wr_u8(w, k->sa);
	scsiemu_wr_u8(w, hdd(k) | k->result);
	scsiemu_wr_be16(w, k->operations);
	scsiemu_wr_be32(w, UINT32_MAX); /* no idea when there is more to say */
	scsiemu_wr_u8(w, k->status);
	scsiemu_wr_u8(w, k->sense_len);
	scsiemu_wr_u8(w, k->sense_len);
	scsiemu_wr_u8(w, unit);
	scsiemu_wr_be64(w, unit == UNIT_BLOCKS ? k->count / blen : k->count);
	scsiemu_wr_be16(w, k->segments);
	scsiemu_wr_zero(w, 6);
	scsiemu_wr_bytes(w, k->sense, k->sense_len);
	return k;
}

int semu_copy_status_4(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct semu_copy *k = put_status(c, w, 0, 0);

	if (!k)
		return unknown(c);
	scsiemu_wr_len(w, 0, 4, 0);
	return SCSIEMU_FINISHED;
}

int semu_copy_data_4(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct semu_copy *k = put_status(c, w, 0, SEMU_COPY_HELD);

	if (!k)
		return unknown(c);
	put_held(c, w, k);
	scsiemu_wr_len(w, 0, 4, 0);
	return SCSIEMU_FINISHED;
}

int semu_copy_parameters(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint32_t copies = lu->dev->limits.copies;

	scsiemu_wr_be32(w, 0);
	scsiemu_wr_be32(w, 0x01000000); /* SNLID */
	scsiemu_wr_be16(w, semu_copy_max_cscds(lu));
	scsiemu_wr_be16(w, semu_copy_max_segments(lu));
	scsiemu_wr_be32(w, semu_copy_list_max(lu) - 48);
	scsiemu_wr_be32(w, SEMU_COPY_SEGMENT);
	scsiemu_wr_be32(w, 0); /* inline data */
	scsiemu_wr_be32(w, lu->dev->limits.copy_held);
	scsiemu_wr_zero(w, 6); /* streams */
	scsiemu_wr_be16(w, copies < 0xffff ? copies : 0xffff);
	scsiemu_wr_u8(w, copies < 255 ? copies : 255);
	scsiemu_wr_zero(w, 6);
	semu_copy_put_types(lu, w);
	scsiemu_wr_len(w, 0, 4, 0);
	return SCSIEMU_FINISHED;
}

#if SEMU_WITH_ODX
int semu_rod_information(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct semu_copy *k = put_status(c, w, UNIT_BLOCKS, 0);
	const struct semu_token *t;

	if (!k)
		return unknown(c);
	t = k->token ? &scsiemu_cmd_lu(c)->dev->tokens[k->token - 1] : NULL;
	if (t && t->serial != k->token_serial)
		t = NULL; /* it had to make room */
	scsiemu_wr_be32(w, t ? 2 + SEMU_TOKEN_LEN : 0);
	if (t) {
		scsiemu_wr_be16(w, 0);
		scsiemu_wr_bytes(w, t->bytes, SEMU_TOKEN_LEN);
	}
	scsiemu_wr_len(w, 0, 4, 0);
	return SCSIEMU_FINISHED;
}

/* Of each token the part that does not let anybody use it, and only of those
 * logical units that the nexus may copy from. */
int semu_rod_all(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_device *d = scsiemu_cmd_lu(c)->dev;
	const struct semu_token *t = d->tokens;

	scsiemu_wr_be64(w, 0);
	for (; t < d->tokens + d->limits.rod_tokens; t++)
		if (t->state == SEMU_TOKEN_LIVES && !semu_rod_dead(t) &&
		    semu_rod_reach(c, t))
			scsiemu_wr_bytes(w, t->bytes, TOKEN_PREFIX);
	scsiemu_wr_len(w, 0, 4, 0);
	return SCSIEMU_FINISHED;
}
#endif

#endif
