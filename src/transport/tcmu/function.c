/* SPDX-License-Identifier: BSD-2-Clause */
/* tcmu/function.c - entries that are no commands, and giving commands up. */
#include <transport/tcmu/tcmu.h>

static bool start(struct scsiemu_tcmu *t, uint8_t tmf, uint64_t tag)
{
	struct semu_tcmu_cmd *c = semu_tcmu_new(t);

	if (!c)
		return false;
	c->m.t.cmd.tmf = tmf;
	c->m.t.cmd.tag = tag;
	c->mute = true;
	if (!scsiemu_pump_start(t->pump, &t->port, t->lu, &c->m.t))
		return true;
	c->mute = false;
	semu_tcmu_drop(t, c);
	return false;
}

static void abort_id(struct scsiemu_tcmu *t, uint16_t id)
{
	struct semu_tcmu_cmd *c = t->all;

	while (c && (c->id != id || c->mute || !c->live))
		c = c->next;
	if (c && !start(t, SCSIEMU_TMF_ABORT_TASK, c->m.t.cmd.tag))
		scsiemu_pump_abort(&c->m.t);
}

/* The kernel answers its initiator itself, when the commands that it names have
 * ended. A logical unit has to be reset besides. */
static bool function(struct scsiemu_tcmu *t, const uint8_t *e, uint32_t len)
{
	uint32_t n;

	if (len < TCMU_TMR_IDS_AT)
		return false;
	n = tcmu_get32(e + TCMU_TMR_COUNT_AT);
	if (n > (len - TCMU_TMR_IDS_AT) / 2)
		return false;
	for (uint32_t i = 0; i < n; i++)
		abort_id(t, tcmu_get16(e + TCMU_TMR_IDS_AT + 2 * i));
	if (e[TCMU_TMR_TYPE_AT] == TCMU_TMR_LU_RESET)
		start(t, SCSIEMU_TMF_LU_RESET, 0);
	return true;
}

bool semu_tcmu_other(struct scsiemu_tcmu *t, uint8_t *e, uint32_t len)
{
	bool good = true;

	if (semu_tcmu_op(e) == TCMU_OP_TMR)
		good = function(t, e, len);
	else if (semu_tcmu_op(e) != TCMU_OP_PAD)
		e[TCMU_UFLAGS_AT] |= TCMU_U_UNKNOWN_OP;
	semu_tcmu_pass(t);
	return good;
}

void semu_tcmu_abort_all(struct scsiemu_tcmu *t, bool keep)
{
	struct semu_tcmu_cmd *c;

	for (c = t->all; c && !keep; c = c->next) {
		if (!c->live || c->forgotten)
			continue;
		c->mute = c->forgotten = true;
		c->kept = false;
		t->forgotten++;
	}
	/* One that ends lets others run, which end as well. */
	for (c = t->all; c;) {
		if (!c->live || c->given_up) {
			c = c->next;
			continue;
		}
		c->given_up = true;
		scsiemu_pump_abort(&c->m.t);
		c = t->all;
	}
}
