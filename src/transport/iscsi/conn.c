/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iscsi/conn.c - a byte stream cut into PDUs (RFC 7143 11.1, 11.2): basic
 * header, additional headers, header digest, data segment, padding, data
 * digest. Headers that lie whole in the input are not copied; data goes
 * straight to where its handler wants it.
 */
#include <transport/iscsi/session.h>

#include <store/crc32c.h>

enum phase { IN_LOGIN = 1, IN_FULL = 2 };

struct op {
	semu_iscsi_begin *begin; /* the header is complete */
	semu_iscsi_end *end;	 /* so is the data segment */
	uint8_t phases;
	bool always; /* end() also where there is no data segment */
};

static const struct op ops[ISCSI_OPCODE + 1] = {
	[ISCSI_NOP_OUT] = { semu_nop_begin, semu_nop_end, IN_FULL, true },
	[ISCSI_SCSI_COMMAND] = { semu_command_begin, semu_command_end, IN_FULL,
				 false },
	[ISCSI_TASK_REQUEST] = { semu_tmf_begin, NULL, IN_FULL, false },
	[ISCSI_LOGIN_REQUEST] = { semu_login_begin, semu_login_end, IN_LOGIN,
				  true },
	[ISCSI_TEXT_REQUEST] = { semu_textpdu_begin, semu_textpdu_end, IN_FULL,
				 true },
	[ISCSI_DATA_OUT] = { semu_data_begin, semu_data_end, IN_FULL, true },
	[ISCSI_LOGOUT_REQUEST] = { semu_logout_begin, NULL, IN_FULL, false },
	[ISCSI_SNACK] = { semu_snack_begin, NULL, IN_FULL, false },
};

void semu_conn_state(struct scsiemu_iscsi_conn *c, unsigned state)
{
	if (state <= c->state)
		return;
	c->state = (uint8_t)state;
	semu_conn_wake(c);
}

void semu_conn_fatal(struct scsiemu_iscsi_conn *c, const uint8_t *bhs,
		     enum iscsi_reject why)
{
	if (c->state >= SCSIEMU_ISCSI_DRAIN)
		return;
	semu_reject(c, bhs, why);
	semu_conn_state(c, SCSIEMU_ISCSI_DRAIN);
}

/*
 * CmdSN (4.2.2.1). Outside of the window: silently ignored. A gap cannot close
 * on a session of one connection at error recovery level 0: a protocol error.
 */
enum semu_sn semu_conn_odd_sn(struct scsiemu_iscsi_conn *c, const uint8_t *bhs,
			      uint32_t sn)
{
	if (sn - c->exp_cmd_sn >= c->window - c->active)
		return SEMU_SN_IGNORE;
	semu_conn_fatal(c, bhs, ISCSI_REJECT_PROTOCOL);
	return SEMU_SN_DEAD;
}

/* The segment and its digest are here (or there is none). */
static void finish(struct scsiemu_iscsi_conn *c, const uint8_t *bhs,
		   uint32_t dlen, bool good)
{
	semu_iscsi_end *end = c->end;

	c->rx = SEMU_RX_HEAD;
	c->have = 0;
	c->sink = NULL;
	c->end = NULL;
	if (!good) {
		c->e->digest_errors++;
		semu_reject(c, bhs, ISCSI_REJECT_DATA_DIGEST);
	}
	if (end)
		end(c, bhs, dlen, good);
	c->task = NULL;
}

static void unknown(struct scsiemu_iscsi_conn *c, const uint8_t *bhs)
{
	/* In the login phase nothing else may come (6.3): no answer. A login
	 * in full feature phase, or a PDU that only targets send, is from a
	 * peer that lost the thread. */
	if (c->state == SCSIEMU_ISCSI_LOGIN)
		semu_conn_state(c, SCSIEMU_ISCSI_DEAD);
	else if ((bhs[0] & ISCSI_OPCODE) == ISCSI_LOGIN_REQUEST)
		semu_conn_fatal(c, bhs, ISCSI_REJECT_PROTOCOL);
	else
		semu_reject(c, bhs, ISCSI_REJECT_UNSUPPORTED);
}

/* A header is whole: ahs_len bytes of AHS follow the BHS at bhs. */
static void header(struct scsiemu_iscsi_conn *c, const uint8_t *bhs,
		   uint32_t ahs_len)
{
	const struct op *op = &ops[bhs[0] & ISCSI_OPCODE];
	uint32_t dlen = iscsi_dlen(bhs);
	bool login = c->state == SCSIEMU_ISCSI_LOGIN;

	/* sink and task are NULL: the PDU before has seen to that. */
	c->alive = true;
	c->left = c->room = dlen;
	c->end = NULL;
	c->ahs = bhs + ISCSI_BHS;
	c->ahs_len = (uint16_t)ahs_len;
	if (!login && dlen > c->login.params.max_recv_dsl) {
		semu_conn_fatal(c, bhs, ISCSI_REJECT_PROTOCOL);
		return;
	}
	if (!(op->phases & (login ? IN_LOGIN : IN_FULL))) {
		unknown(c, bhs);
	} else {
		c->end = op->end;
		op->begin(c, bhs, dlen);
	}
	if (!dlen) {
		c->have = 0;
		if (op->always)
			finish(c, bhs, 0, true);
		return;
	}
	if (bhs != c->bhs)
		memcpy(c->bhs, bhs, ISCSI_BHS);
	c->crc = 0;
	c->tail_have = 0;
	c->tail_want = (uint8_t)(iscsi_pad(dlen) + (c->dd ? 4 : 0));
	c->rx = SEMU_RX_DATA;
}

/* The digest behind n header bytes is right, or the connection ends (7.7: a
 * header that cannot be trusted cannot be answered). */
static bool header_good(struct scsiemu_iscsi_conn *c, const uint8_t *p,
			uint32_t n)
{
	if (!c->hd || semu_crc32c(0, p, n) == iscsi_get_digest(p + n))
		return true;
	c->e->digest_errors++;
	semu_conn_state(c, SCSIEMU_ISCSI_DEAD);
	return false;
}

/* A header in pieces, or with AHS: it is collected. */
static size_t collect_header(struct scsiemu_iscsi_conn *c, const uint8_t *p,
			     size_t n)
{
	uint32_t digest = c->hd ? 4 : 0, ahs, want;
	size_t part;

	ahs = c->have < ISCSI_BHS ? 0 : c->head[4] * 4u;
	if (ahs > ISCSI_AHS_MAX) {
		semu_conn_state(c, SCSIEMU_ISCSI_DEAD);
		return 0;
	}
	want = ISCSI_BHS + (c->have < ISCSI_BHS ? 0 : ahs + digest);
	part = want - c->have < n ? want - c->have : n;
	memcpy(c->head + c->have, p, part);
	c->have = (uint16_t)(c->have + part);
	if (c->have == ISCSI_BHS && want == ISCSI_BHS) {
		ahs = c->head[4] * 4u;
		want = ISCSI_BHS + ahs + digest;
	}
	if (c->have == want && header_good(c, c->head, want - digest))
		header(c, c->head, ahs);
	return part;
}

/* Take header bytes; returns how many. */
static inline size_t take_header(struct scsiemu_iscsi_conn *c, const uint8_t *p,
				 size_t n)
{
	size_t want = c->hd ? ISCSI_BHS + 4 : ISCSI_BHS;

	if (c->have || n < want || p[4])
		return collect_header(c, p, n);
	if (header_good(c, p, ISCSI_BHS))
		header(c, p, 0);
	return want;
}

static void segment_done(struct scsiemu_iscsi_conn *c)
{
	if (c->tail_want)
		c->rx = SEMU_RX_TAIL;
	else
		finish(c, c->bhs, iscsi_dlen(c->bhs), true);
}

void *scsiemu_iscsi_window(struct scsiemu_iscsi_conn *c, size_t *len)
{
	if (c->rx != SEMU_RX_DATA || !c->sink ||
	    c->state >= SCSIEMU_ISCSI_DRAIN)
		return NULL;
	*len = c->room;
	return c->sink;
}

/* n bytes are where they belong. */
static void landed(struct scsiemu_iscsi_conn *c, size_t n)
{
	if (c->sink)
		c->sink += n;
	c->room -= (uint32_t)n;
	c->left -= (uint32_t)n;
	c->place += (uint32_t)n;
	if (!c->left) {
		segment_done(c);
	} else if (!c->room) {
		c->sink = NULL;
		c->room = c->left;
		if (c->task)
			semu_out_sink(c);
	}
}

void scsiemu_iscsi_landed(struct scsiemu_iscsi_conn *c, size_t len)
{
	c->alive = true;
	if (c->dd)
		c->crc = semu_crc32c(c->crc, c->sink, len);
	landed(c, len);
}

static size_t take_data(struct scsiemu_iscsi_conn *c, const uint8_t *p,
			size_t n)
{
	size_t part = n < c->room ? n : c->room;

	if (c->dd)
		c->crc = semu_crc32c(c->crc, p, part);
	if (c->sink)
		memcpy(c->sink, p, part);
	landed(c, part);
	return part;
}

static size_t take_tail(struct scsiemu_iscsi_conn *c, const uint8_t *p,
			size_t n)
{
	uint32_t dlen = iscsi_dlen(c->bhs), pad = iscsi_pad(dlen);
	size_t part = c->tail_want - (size_t)c->tail_have;

	if (part > n)
		part = n;
	memcpy(c->tail + c->tail_have, p, part);
	c->tail_have = (uint8_t)(c->tail_have + part);
	if (c->tail_have == c->tail_want) {
		bool good = !c->dd || semu_crc32c(c->crc, c->tail, pad) ==
					      iscsi_get_digest(c->tail + pad);

		finish(c, c->bhs, dlen, good);
	}
	return part;
}

/* Answers that no command slot bounds: more wait than this, and the initiator
 * has to read first. So it has when more answers to commands wait than it can
 * have commands open: it takes MaxCmdSN for granted. */
#define OUT_MAX 64

bool scsiemu_iscsi_reads(const struct scsiemu_iscsi_conn *c)
{
	return c->state < SCSIEMU_ISCSI_DRAIN && !c->logout &&
	       c->nout < OUT_MAX &&
	       c->nanswer < c->window + c->e->lim->immediates;
}

/* Commands that come now may be the first of this session at as many logical
 * units. Where there is no memory the core answers BUSY. */
static inline void room_for_pairs(struct scsiemu_iscsi_conn *c)
{
	struct scsiemu_device *d = c->pump->dev;
	uint32_t most = c->window + c->e->lim->immediates;

	if (scsiemu_device_itl_free(d) < most)
		scsiemu_device_reserve(d, most);
}

size_t scsiemu_iscsi_input(struct scsiemu_iscsi_conn *c, const void *data,
			   size_t len)
{
	const uint8_t *p = data;
	size_t done = 0;

	if (c->pump)
		room_for_pairs(c);
	while (done < len && scsiemu_iscsi_reads(c)) {
		if (c->rx == SEMU_RX_HEAD)
			done += take_header(c, p + done, len - done);
		else if (c->rx == SEMU_RX_DATA)
			done += take_data(c, p + done, len - done);
		else
			done += take_tail(c, p + done, len - done);
	}
	return done;
}
