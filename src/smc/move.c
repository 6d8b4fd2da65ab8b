/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MOVE MEDIUM and EXCHANGE MEDIUM (SMC-3 6.5, 6.2). One that has to do with
 * drives takes its places in their task sets first, so that what a drive was
 * sent before is over, and what it is sent meanwhile finds it as it is then.
 * The drive unloads, the cartridge moves, the other drive loads.
 */
#include "smc/smc.h"

enum { FROM, TO, SECOND, ENDS };
/* A command has room for so many places in other task sets. */
enum { PLACES = 2 };

struct move {
	unsigned n; /* addresses: 2 or, of an exchange, 3 */
	uint16_t addr[ENDS];
	struct scsiemu_lu *drive[ENDS]; /* NULL: it is none */
};

static bool exchanges(const struct move *m)
{
	return m->n == ENDS;
}

/* Byte of the CDB where that address is. */
static uint16_t at(unsigned end)
{
	return (uint16_t)(4 + 2 * end);
}

static void decode(const struct scsiemu_cmd *c, struct move *m)
{
	m->n = c->cdb[0] == SCSIEMU_OP_EXCHANGE_MEDIUM ? ENDS : 2;
	m->drive[SECOND] = NULL;
	for (unsigned i = 0; i < m->n; i++) {
		m->addr[i] = semu_be16(c->cdb + at(i));
		m->drive[i] = semu_smc_drive(scsiemu_cmd_lu(c), m->addr[i]);
	}
}

/* The i-th of its drives, each once, in the order of their LUNs; NULL: there
 * are no more. */
static struct scsiemu_lu *nth(const struct move *m, unsigned i)
{
	const struct scsiemu_lu *behind = NULL;
	struct scsiemu_lu *next;

	do {
		next = NULL;
		for (unsigned k = 0; k < m->n; k++) {
			struct scsiemu_lu *d = m->drive[k];

			if (d && (!behind || d->lun > behind->lun) &&
			    (!next || d->lun < next->lun))
				next = d;
		}
		behind = next;
	} while (next && i--);
	return next;
}

/* ---- May it be? ---- */

static int check_end(struct scsiemu_cmd *c, const struct move *m, unsigned end)
{
	unsigned type = semu_smc_type(scsiemu_cmd_lu(c), m->addr[end]);
	struct scsiemu_element e;

	if (type <= SCSIEMU_ELEMENT_MT)
		return semu_smc_bad_address(c, at(end));
	if (type == SCSIEMU_ELEMENT_DT && !m->drive[end])
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_DATA_TRANSFER_REMOVED);
	return semu_smc_shut(c, m->addr[end], &e);
}

static bool full(const struct scsiemu_cmd *c, const struct move *m,
		 unsigned end)
{
	struct scsiemu_element e;

	semu_smc_element(scsiemu_cmd_lu(c), m->addr[end], &e);
	return e.full;
}

/* Cartridges where they come from, none where they go. */
static int check_full(struct scsiemu_cmd *c, const struct move *m)
{
	unsigned last = m->n - 1;

	for (unsigned i = FROM; i < last; i++)
		if (!full(c, m, i))
			return semu_smc_failed(c, SCSIEMU_E_NO_OBJECT);
	if (m->addr[last] != m->addr[FROM] && full(c, m, last))
		return semu_smc_failed(c, SCSIEMU_E_EXISTS);
	return 0;
}

/* The drives that are to give up what they have loaded. */
static int check_drives(struct scsiemu_cmd *c, const struct move *m)
{
	const struct semu_smc *s = semu_smc(scsiemu_cmd_lu(c));

	for (unsigned i = FROM; i < m->n - 1; i++) {
		const struct scsiemu_lu *d = m->drive[i];

		if (!d || !d->medium)
			continue;
		if (d->prevents)
			return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
					    SCSIEMU_ASC_REMOVAL_PREVENTED);
		if (s->unload == SCSIEMU_SMC_REFUSES)
			return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
					    SCSIEMU_ASC_UNLOAD_FAILED);
	}
	return 0;
}

/* Three elements that are not three, and more drives than there are places. */
static int check_exchange(struct scsiemu_cmd *c, const struct move *m)
{
	if (!exchanges(m))
		return 0;
	if (m->addr[TO] == m->addr[FROM])
		return semu_smc_bad_address(c, at(TO));
	if (m->addr[SECOND] == m->addr[TO] || nth(m, PLACES))
		return semu_smc_bad_address(c, at(SECOND));
	return 0;
}

static bool stays(const struct move *m)
{
	return !exchanges(m) && m->addr[FROM] == m->addr[TO];
}

/* Before it waits for a drive, and again when it does not any more. */
static int check(struct scsiemu_cmd *c, const struct move *m)
{
	if (semu_smc_transport(c))
		return SCSIEMU_FAILED;
	for (unsigned i = FROM; i < m->n; i++)
		if (check_end(c, m, i))
			return SCSIEMU_FAILED;
	if (check_exchange(c, m) || check_full(c, m))
		return SCSIEMU_FAILED;
	return stays(m) ? 0 : check_drives(c, m);
}

/* ---- One step after the other ---- */

static int place(struct scsiemu_cmd *c, const struct move *m, unsigned i)
{
	struct scsiemu_lu *drive = nth(m, i);

	if (!drive)
		return SCSIEMU_FINISHED;
	return scsiemu_cmd_enter(c, drive, SCSIEMU_C_LU, 0, UINT64_MAX,
				 c->scratch + (size_t)i * SCSIEMU_ENTRY_SIZE);
}

static int first_place(struct scsiemu_cmd *c, const struct move *m)
{
	return place(c, m, 0);
}

static int second_place(struct scsiemu_cmd *c, const struct move *m)
{
	return place(c, m, 1);
}

static int takes_time(struct scsiemu_cmd *c, const struct move *m)
{
	uint32_t ms = semu_smc(scsiemu_cmd_lu(c))->move_ms;

	(void)m;
	return ms ? scsiemu_want_delay(c, ms) : SCSIEMU_FINISHED;
}

static int unload(struct scsiemu_cmd *c, struct scsiemu_lu *drive)
{
	if (!drive || !drive->medium)
		return SCSIEMU_FINISHED;
	return scsiemu_want_store(c, drive, SCSIEMU_V_EJECT, 0, 0,
				  SCSIEMU_CHANGES);
}

static int unload_from(struct scsiemu_cmd *c, const struct move *m)
{
	return unload(c, m->drive[FROM]);
}

static int unload_to(struct scsiemu_cmd *c, const struct move *m)
{
	return unload(c, exchanges(m) ? m->drive[TO] : NULL);
}

static int carry(struct scsiemu_cmd *c, const struct move *m)
{
	if (exchanges(m))
		return scsiemu_want_store(
			c, NULL, SCSIEMU_V_EXCHANGE, m->addr[FROM],
			(uint32_t)m->addr[TO] << 16 | m->addr[SECOND],
			SCSIEMU_CHANGES);
	return scsiemu_want_store(c, NULL, SCSIEMU_V_MOVE, m->addr[FROM],
				  m->addr[TO], SCSIEMU_CHANGES);
}

/* What was carried lies in front of the drives, to be loaded; where it came
 * from there is nothing that could be. */
static int arrived(struct scsiemu_cmd *c, const struct move *m)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	const struct scsiemu_changer_ops *ops = semu_smc_ops(lu);

	for (unsigned i = FROM; i < m->n; i++)
		if (m->drive[i])
			m->drive[i]->ejected = ops->medium(lu->medium->ctx,
							   m->addr[i]);
	return SCSIEMU_FINISHED;
}

static int load(struct scsiemu_cmd *c, const struct move *m, unsigned end)
{
	struct scsiemu_lu *drive = m->drive[end];

	if (!drive)
		return SCSIEMU_FINISHED;
	if (!drive->ejected)
		return semu_smc_failed(c, SCSIEMU_E_READ);
	return scsiemu_want_store(c, drive, SCSIEMU_V_INSERT, 0, 0,
				  SCSIEMU_CHANGES);
}

/* Whoever moved it has not asked the drive for it. */
static int tell(const struct move *m, unsigned end)
{
	if (m->drive[end])
		semu_ua_lu(m->drive[end], SEMU_UA_MEDIUM, NULL);
	return SCSIEMU_FINISHED;
}

static int load_to(struct scsiemu_cmd *c, const struct move *m)
{
	return load(c, m, TO);
}

static int loaded_to(struct scsiemu_cmd *c, const struct move *m)
{
	(void)c;
	return tell(m, TO);
}

static int load_second(struct scsiemu_cmd *c, const struct move *m)
{
	return exchanges(m) ? load(c, m, SECOND) : SCSIEMU_FINISHED;
}

static int loaded_second(struct scsiemu_cmd *c, const struct move *m)
{
	(void)c;
	return tell(m, SECOND);
}

static const struct {
	int (*go)(struct scsiemu_cmd *c, const struct move *m);
	/* Sense, when the want that it left has failed; 0: what the robot has
	 * to say. */
	uint16_t asc;
} steps[] = {
	{ first_place, 0 },
	{ second_place, 0 },
	{ takes_time, 0 },
	{ check, 0 },
	{ unload_from, SCSIEMU_ASC_UNLOAD_FAILED },
	{ unload_to, SCSIEMU_ASC_UNLOAD_FAILED },
	{ carry, 0 },
	{ arrived, 0 },
	{ load_to, SCSIEMU_ASC_LOAD_OR_EJECT_FAILED },
	{ loaded_to, 0 },
	{ load_second, SCSIEMU_ASC_LOAD_OR_EJECT_FAILED },
	{ loaded_second, 0 },
};

static int failed(struct scsiemu_cmd *c, unsigned step, int result)
{
	uint16_t asc = step ? steps[step - 1].asc : 0;

	if (asc)
		return scsiemu_fail(c, SCSIEMU_SK_HARDWARE_ERROR, asc);
	return semu_smc_failed(c, result);
}

/* The step counter: how many were taken. */
int semu_smc_move(struct scsiemu_cmd *c, int result)
{
	unsigned *step = scsiemu_cmd_step(c);
	struct move m;

	if (result < 0)
		return failed(c, *step, result);
	decode(c, &m);
	if (!*step && (check(c, &m) || stays(&m)))
		return c->status ? SCSIEMU_FAILED : SCSIEMU_FINISHED;
	while (*step < sizeof(steps) / sizeof(steps[0])) {
		int rc = steps[(*step)++].go(c, &m);

		if (rc != SCSIEMU_FINISHED)
			return rc;
	}
	return SCSIEMU_FINISHED;
}
