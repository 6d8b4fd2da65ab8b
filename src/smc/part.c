/* SPDX-License-Identifier: BSD-2-Clause */
/* The changer as a part of its logical unit: layout, drives, the operator. */
#include <string.h>

#include "smc/smc.h"

/* ---- The part ---- */

static struct scsiemu_smc_options options(const struct scsiemu_lu_config *cf)
{
	const struct scsiemu_smc_options *o = cf->options;
	struct scsiemu_smc_options is = { 0 };

	if (o)
		memcpy(&is, o, o->size < sizeof(is) ? o->size : sizeof(is));
	if (!is.drives)
		is.ndrives = 0;
	return is;
}

static uint32_t size(const struct scsiemu_lu_config *cf)
{
	return (uint32_t)(sizeof(struct semu_smc) +
			  sizeof(uint16_t) * options(cf).ndrives);
}

static int init(struct scsiemu_lu *lu, void *mem,
		const struct scsiemu_lu_config *cf)
{
	const struct scsiemu_smc_options is = options(cf);
	struct semu_smc *s = mem;

	if (is.unload > SCSIEMU_SMC_REFUSES)
		return SCSIEMU_ERR_ARG;
	s->unload = is.unload;
	s->move_ms = is.move_ms;
	s->ndrives = is.ndrives;
	if (is.ndrives)
		memcpy(s->drive, is.drives, sizeof(uint16_t) * is.ndrives);
	lu->removable = true; /* cartridges are */
	return 0;
}

static void loaded(struct scsiemu_lu *lu)
{
	const struct scsiemu_changer_ops *ops = semu_smc_ops(lu);
	struct semu_smc *s = semu_smc(lu);

	memset(&s->layout, 0, sizeof(s->layout));
	if (ops)
		ops->layout(lu->medium->ctx, &s->layout);
}

const struct semu_part_type semu_smc_part = {
	.part = SEMU_PART_SMC, .size = size, .init = init, .loaded = loaded
};

void semu_smc_loaded(struct scsiemu_lu *lu)
{
	memset(&lu->cap, 0, sizeof(lu->cap));
	/* the commands for a medium are not for one like this */
	lu->able &= ~(uint32_t)SCSIEMU_NEED_MEDIUM;
	semu_spc_guards(lu);
}

/* ---- Elements ---- */

const struct scsiemu_changer_ops *semu_smc_ops(const struct scsiemu_lu *lu)
{
	const struct scsiemu_medium *m = lu->medium;

	return m && m->kind == SCSIEMU_CHANGER ? m->ops : NULL;
}

unsigned semu_smc_type(const struct scsiemu_lu *lu, uint32_t addr)
{
	return scsiemu_element_at(&semu_smc(lu)->layout, addr);
}

void semu_smc_element(const struct scsiemu_lu *lu, uint16_t addr,
		      struct scsiemu_element *e)
{
	const struct scsiemu_changer_ops *ops = semu_smc_ops(lu);

	memset(e, 0, sizeof(*e));
	if (ops)
		ops->element(lu->medium->ctx, addr, e);
}

struct scsiemu_lu *semu_smc_drive(const struct scsiemu_lu *lu, uint16_t addr)
{
	const struct semu_smc *s = semu_smc(lu);
	uint8_t field[8] = { 0 };
	struct scsiemu_lu *drive;
	uint16_t i;

	if (semu_smc_type(lu, addr) != SCSIEMU_ELEMENT_DT)
		return NULL;
	i = (uint16_t)(addr - s->layout.of[SCSIEMU_ELEMENT_DT].first);
	if (i >= s->ndrives || s->drive[i] > 0x3fff)
		return NULL;
	field[0] = (uint8_t)(0x40 | s->drive[i] >> 8); /* flat addressing */
	field[1] = (uint8_t)s->drive[i];
	drive = scsiemu_lu_find(lu->dev, field);
	return drive->absent || drive == lu ? NULL : drive;
}

void scsiemu_smc_load_drives(struct scsiemu_lu *lu)
{
	const struct scsiemu_changer_ops *ops = semu_smc_ops(lu);
	const struct scsiemu_element_range *dt =
		&semu_smc(lu)->layout.of[SCSIEMU_ELEMENT_DT];

	for (uint16_t i = 0; ops && i < dt->n; i++) {
		uint16_t addr = (uint16_t)(dt->first + i);
		struct scsiemu_lu *drive = semu_smc_drive(lu, addr);
		struct scsiemu_medium *m = ops->medium(lu->medium->ctx, addr);

		if (drive && m && !drive->medium)
			scsiemu_lu_load(drive, m, true);
	}
}

/* ---- What is remembered of a nexus ---- */

static struct semu_smc_reader *find(struct semu_smc *s,
				    const struct semu_itl *who)
{
	for (unsigned i = 0; i < SEMU_SMC_READERS; i++)
		if (s->reader[i].who == who)
			return &s->reader[i];
	return NULL;
}

struct semu_smc_reader *semu_smc_reader(const struct scsiemu_cmd *c, bool make)
{
	struct semu_smc *s = semu_smc(scsiemu_cmd_lu(c));
	const struct semu_itl *who = semu_ctx(c)->itl;
	struct semu_smc_reader *r = who ? find(s, who) : NULL;

	if (r || !make || !who)
		return r;
	r = find(s, NULL);
	if (!r) {
		r = &s->reader[s->next_reader];
		s->next_reader = (s->next_reader + 1) % SEMU_SMC_READERS;
	}
	memset(r, 0, sizeof(*r));
	r->who = who;
	return r;
}

void semu_smc_lost(struct scsiemu_lu *lu, const struct semu_itl *itl)
{
	struct semu_smc_reader *r = itl ? find(semu_smc(lu), itl) : NULL;

	if (r)
		memset(r, 0, sizeof(*r));
}

/* ---- The operator, and what the embedder says ---- */

/* Is a command in motion, or held just before it? */
static bool works(const struct scsiemu_lu *lu)
{
	const struct semu_ring *at = lu->tasks.next;

	for (; at != &lu->tasks; at = at->next) {
		const struct semu_entry *e = (const void *)at;

		if (e->cls == SCSIEMU_C_LU && !e->waiting)
			return true;
	}
	return false;
}

int scsiemu_smc_may(const struct scsiemu_lu *lu, uint16_t addr)
{
	unsigned type = semu_smc_type(lu, addr);

	if (type != SCSIEMU_ELEMENT_ST && type != SCSIEMU_ELEMENT_IE)
		return SCSIEMU_ERR_ARG;
	if (lu->prevents)
		return SCSIEMU_ERR_ARG;
	return lu->pins || lu->changing || works(lu) ? SCSIEMU_ERR_ORDER : 0;
}

void scsiemu_smc_changed(struct scsiemu_lu *lu, uint16_t addr)
{
	if (semu_smc_type(lu, addr) == SCSIEMU_ELEMENT_IE)
		semu_smc_ua(lu, SEMU_SMC_UA_ACCESSED, NULL);
	else
		semu_ua_lu(lu, SEMU_UA_MEDIUM, NULL);
}

void scsiemu_smc_magazine(struct scsiemu_lu *lu, bool there)
{
	semu_smc_ua(lu, there ? SEMU_SMC_UA_INSERTED : SEMU_SMC_UA_REMOVED,
		    NULL);
}

/* Changers of all levels have them. */
void semu_smc_ua(struct scsiemu_lu *lu, unsigned ua,
		 const struct scsiemu_nexus *except)
{
	for (struct semu_itl *i = lu->itls; i; i = i->of_lu)
		if (i->nexus != except)
			i->ua |= SEMU_UA_BIT(ua);
}

static const struct {
	uint8_t ua;
	uint16_t asc;
} own_ua[] = {
	{ SEMU_SMC_UA_ACCESSED, SCSIEMU_ASC_IMPORT_EXPORT_ACCESSED },
	{ SEMU_SMC_UA_REMOVED, SCSIEMU_ASC_MAGAZINE_REMOVED },
	{ SEMU_SMC_UA_INSERTED, SCSIEMU_ASC_MAGAZINE_INSERTED },
};

void semu_smc_attention(const struct scsiemu_lu *lu, struct scsiemu_sense *s)
{
	for (unsigned i = 0; i < sizeof(own_ua) / sizeof(own_ua[0]); i++) {
		if (s->asc != semu_ua_asc[own_ua[i].ua])
			continue;
		s->asc = own_ua[i].asc;
		return;
	}
#if SEMU_WITH_LOG
	if (s->asc == semu_ua_asc[SEMU_UA_FAILURE] && semu_exception(lu))
		s->asc = semu_exception(lu);
	if (s->asc == semu_ua_asc[SEMU_UA_LOG_EXCEPTION] && semu_log_full(lu))
		s->asc = SCSIEMU_ASC_LOG_COUNTER_AT_MAXIMUM;
#else
	(void)lu;
#endif
}

int scsiemu_smc_alert(struct scsiemu_lu *lu, unsigned flag, bool on)
{
	struct semu_smc *s = semu_smc(lu);
	uint64_t bit;

	if (!flag || flag > 64)
		return SCSIEMU_ERR_ARG;
	bit = UINT64_C(1) << (64 - flag);
	if (on && !(s->alerts & bit)) {
		for (unsigned i = 0; i < SEMU_SMC_READERS; i++)
			s->reader[i].seen &= ~bit;
	}
	s->alerts = on ? s->alerts | bit : s->alerts & ~bit;
	return 0;
}
