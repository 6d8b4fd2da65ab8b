/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iscsi/command.c - SCSI Command with its additional headers, and how it is
 * answered: SCSI Response, or status on the last Data-In (RFC 7143 11.3, 11.4).
 */
#include <transport/iscsi/session.h>

#define ATTR_BAD 0xff

static const uint8_t attr_of[8] = { SCSIEMU_SIMPLE,  SCSIEMU_SIMPLE,
				    SCSIEMU_ORDERED, SCSIEMU_HEAD,
				    SCSIEMU_ACA,     ATTR_BAD,
				    ATTR_BAD,	     ATTR_BAD };

void semu_task_start(struct semu_iscsi_task *t)
{
	struct scsiemu_iscsi_conn *c = t->c;
	struct scsiemu_lu *lu = scsiemu_lu_find(c->pump->dev, t->lun);

	t->pumped = true;
	if (scsiemu_pump_start(c->pump, c->port, lu, &t->t) == 0)
		return;
	t->pumped = false;
	t->t.cmd.status = SCSIEMU_BUSY;
	t->t.cmd.outcome = SCSIEMU_STATUS;
	t->t.cmd.response = SCSIEMU_RSP_REJECTED;
	t->t.cmd.in_done = t->t.cmd.out_done = 0;
	t->t.cmd.in_all = t->t.cmd.out_all = 0;
	semu_iscsi_port_ops.done(c, &t->t);
}

/* Not for the core: the iSCSI layer itself ends it (11.4.7.2). */
static void refuse(struct semu_iscsi_task *t)
{
	struct scsiemu_cmd *k = &t->t.cmd;

	k->status = SCSIEMU_CHECK_CONDITION;
	k->outcome = SCSIEMU_STATUS;
	k->descr = 0;
	k->in_done = k->out_done = 0;
	k->in_all = k->out_all = 0;
	semu_task_answer(t);
}

/* Extended CDB (11.2.2.3): what does not fit the BHS. */
static bool ahs_cdb(struct semu_iscsi_task *t, const uint8_t *p, uint32_t len)
{
	if (len < 2 || len - 1 > sizeof(t->cdb) - 16)
		return false;
	memcpy(t->cdb + 16, p + 4, len - 1);
	t->t.cmd.cdb_len = (uint16_t)(16 + len - 1);
	return true;
}

/* Expected bidirectional read length (11.2.2.4). */
static bool ahs_bidi(struct semu_iscsi_task *t, const uint8_t *p, uint32_t len)
{
	if (len != 5)
		return false;
	t->t.cmd.in_len = iscsi_get32(p + 4);
	return true;
}

/* AHSLength counts what follows the type: 3 bytes more, padded to 4. */
static bool parse_ahs(struct semu_iscsi_task *t, const uint8_t *p, uint32_t n)
{
	unsigned seen = 0;

	while (n) {
		uint32_t len = iscsi_get16(p);
		uint32_t all = (len + 3 + 3) & ~3u;
		unsigned type = p[2] & 0x3f;
		bool ok = false;

		if (all > n || type > ISCSI_AHS_BIDI || (seen & 1u << type))
			return false;
		seen |= 1u << type;
		if (type == ISCSI_AHS_CDB)
			ok = ahs_cdb(t, p, len);
		else if (type == ISCSI_AHS_BIDI)
			ok = ahs_bidi(t, p, len);
		if (!ok)
			return false;
		p += all;
		n -= all;
	}
	return true;
}

static inline bool parse(struct semu_iscsi_task *t, const uint8_t *bhs,
			 uint32_t dlen)
{
	struct scsiemu_cmd *k = &t->t.cmd;
	uint32_t edtl = iscsi_get32(bhs + 20);
	unsigned flags = bhs[1];

	t->flags = (uint8_t)flags;
	k->attr = attr_of[flags & ISCSI_CMD_ATTR];
	if (k->attr == ATTR_BAD)
		return false;
	memcpy(t->cdb, bhs + 32, 16);
	if (t->c->ahs_len && !parse_ahs(t, t->c->ahs, t->c->ahs_len))
		return false;
	if (!(flags & ISCSI_CMD_WRITE)) {
		k->in_len = flags & ISCSI_CMD_READ ? edtl : 0;
		return !dlen && (flags & ISCSI_FINAL);
	}
	if (!(flags & ISCSI_CMD_READ))
		k->in_len = 0;
	k->out_len = edtl;
	return true;
}

void semu_command_begin(struct scsiemu_iscsi_conn *c, const uint8_t *bhs,
			uint32_t dlen)
{
	struct semu_iscsi_task *t;

	if (semu_conn_sn(c, bhs) != SEMU_SN_OK)
		return;
	if (!c->nexus) { /* a discovery session */
		semu_reject(c, bhs, ISCSI_REJECT_PROTOCOL);
		return;
	}
	t = semu_task_new(c, bhs);
	if (!t)
		return;
	c->e->commands++;
	if (!parse(t, bhs, dlen)) {
		semu_reject(c, bhs, ISCSI_REJECT_FIELD);
		semu_task_free(t);
		return;
	}
	if (t->flags & ISCSI_CMD_WRITE)
		semu_out_setup(t, dlen);
	if (t->asc)
		refuse(t);
	else
		semu_task_start(t);
	if (c->task && dlen)
		semu_out_sink(c);
}

/* The immediate data is here. */
void semu_command_end(struct scsiemu_iscsi_conn *c, const uint8_t *bhs,
		      uint32_t dlen, bool good)
{
	struct semu_iscsi_task *t = c->task;

	(void)bhs;
	if (!t || !dlen)
		return;
	if (!good)
		semu_out_fail(t, SEMU_ASC_CRC);
	t->landing = false;
	semu_out_arrived(t, dlen, false);
}

/* A residual as flag and count (11.4.5): over, under. */
static uint32_t residual(int64_t r, uint8_t over, uint8_t under, uint8_t *flag)
{
	if (r == 0)
		return 0;
	*flag |= r < 0 ? over : under;
	return (uint32_t)(r < 0 ? -r : r);
}

/* Residuals of the direction(s) that the initiator named; where it named none,
 * what the command would have sent. */
static void put_residuals(const struct semu_iscsi_task *t, uint8_t *bhs)
{
	const struct scsiemu_cmd *k = &t->t.cmd;
	unsigned dir = t->flags & (ISCSI_CMD_READ | ISCSI_CMD_WRITE);
	int64_t r = dir & ISCSI_CMD_WRITE ? 0 : scsiemu_in_resid(k);

	if (dir == (ISCSI_CMD_READ | ISCSI_CMD_WRITE))
		iscsi_put32(bhs + 40,
			    residual(scsiemu_in_resid(k), ISCSI_RSP_BIDI_OVER,
				     ISCSI_RSP_BIDI_UNDER, bhs + 1));
	if (dir != ISCSI_CMD_READ && !r)
		r = scsiemu_out_resid(k);
	if (r)
		iscsi_put32(bhs + 44, residual(r, ISCSI_RSP_OVER,
					       ISCSI_RSP_UNDER, bhs + 1));
}

void semu_task_finish(struct semu_iscsi_task *t)
{
	semu_task_uncount(t);
	t->state = SEMU_TASK_SENT;
	semu_pdu_numbers(t->c, &t->rsp, true);
	semu_pdu_queue(t->c, &t->rsp);
}

/* SenseLength, then the sense data. */
static void put_sense(struct semu_iscsi_task *t)
{
	struct scsiemu_cmd *k = &t->t.cmd;
	unsigned len;

	if (t->asc) {
		memset(&k->sense, 0, sizeof(k->sense));
		k->sense.key = SCSIEMU_SK_ABORTED_COMMAND;
		k->sense.asc = t->asc;
	}
	len = scsiemu_sense_encode(k, t->sense + 2, sizeof(t->sense) - 2,
				   t->pumped ? 0 : 0x70);
	if (!len)
		return;
	iscsi_put16(t->sense, len);
	t->rsp.data = t->sense;
	t->rsp.len = len + 2;
}

static void respond(struct semu_iscsi_task *t)
{
	const struct scsiemu_cmd *k = &t->t.cmd;
	struct semu_pdu *p = semu_task_rsp(t, ISCSI_SCSI_RESPONSE);

	p->bhs[3] = k->status;
	iscsi_put32(p->bhs + 36, t->data_sn);
	put_residuals(t, p->bhs);
	if (k->status == SCSIEMU_CHECK_CONDITION)
		put_sense(t);
	semu_task_finish(t);
}

void semu_task_answer(struct semu_iscsi_task *t)
{
	const struct scsiemu_cmd *k = &t->t.cmd;
	struct semu_pdu *p = t->held;

	if (semu_out_due(t)) {
		t->state = SEMU_TASK_ANSWER;
		return;
	}
	if (!p) {
		respond(t);
		return;
	}
	/* Status on the last Data-In: port.c holds it back for GOOD only. */
	t->held = NULL;
	p->bhs[1] |= ISCSI_DATA_STATUS;
	if (k->in_all != k->in_len || k->in_done != k->in_len)
		put_residuals(t, p->bhs);
	semu_task_finish(t);
}
