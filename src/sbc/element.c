/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Storage elements (SBC-4 4.36): which are depopulated, and the commands that
 * tell and change it. Each has an equal share of the medium; blocks are not
 * where an element is, there are only fewer when one is gone.
 *
 * Durable record (SCSIEMU_NV_ELEMENTS): version 1, number of elements, zeros;
 * from byte 8 on a bit for each that is depopulated (8).
 */
#include <string.h>

#include "sbc/element.h"
#include "sbc/format.h"
#include "sbc/sbc.h"
#include "sbc/work.h"

#if SEMU_WITH_ELEMENTS
enum { VERSION = 1, UNIT = 4096 }; /* a share has whole blocks of any length */

/* Fields of the CDBs. */
enum { CAPACITY_AT = 2, FROM_AT = 6, ELEMENT_AT = 10, OPTIONS_AT = 14 };

/* PHYSICAL ELEMENT HEALTH */
enum { WITHIN = 0x01, OUTSIDE = 0x65, LAST_OUTSIDE = 0xcf, SPECIAL = 0xfb };
enum { STORAGE = 1 }; /* PHYSICAL ELEMENT TYPE */

/* Of a logical unit that has the part. */
static struct semu_elements *own(const struct scsiemu_lu *lu)
{
	return lu->more->part[SEMU_PART_ELEMENTS];
}

static uint64_t bit(uint32_t id)
{
	return (uint64_t)1 << (id - 1);
}

static unsigned count(uint64_t set)
{
	unsigned n = 0;

	for (; set; set &= set - 1)
		n++;
	return n;
}

/* Bytes of the medium that are one element's. */
static uint64_t share(const struct scsiemu_lu *lu)
{
	return semu_format(lu)->room / own(lu)->n / UNIT * UNIT;
}

uint64_t semu_elements_lost(const struct scsiemu_lu *lu)
{
	const struct semu_elements *e = semu_elements(lu);

	return e && e->gone ? count(e->gone) * share(lu) : 0;
}

/* What is gone after the work that is being done. */
static uint64_t gone_after(const struct scsiemu_lu *lu)
{
	const struct semu_work *w = semu_work(lu);
	uint64_t gone = own(lu)->gone;

	if (w->kind == SEMU_WORK_DEPOPULATE)
		return gone | bit(w->element);
	return w->kind == SEMU_WORK_REPOPULATE ? 0 : gone;
}

int semu_elements_save(struct scsiemu_cmd *c)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_elements *e = own(lu);

	memset(e->record, 0, sizeof(e->record));
	e->record[0] = VERSION;
	e->record[1] = e->n;
	semu_put64(e->record + 8, gone_after(lu));
	return scsiemu_want_buffer(c, NULL, SCSIEMU_V_NV_SAVE, 0,
				   SCSIEMU_NV_ELEMENTS, e->record,
				   sizeof(e->record));
}

void semu_elements_done(struct scsiemu_lu *lu)
{
	own(lu)->gone = gone_after(lu);
	lu->first_ua &= ~SEMU_UA_BIT(SEMU_UA_DEPOPULATED);
}

/* ---- GET PHYSICAL ELEMENT STATUS ---- */

static uint8_t health(const struct scsiemu_lu *lu, uint32_t id)
{
	static const uint8_t codes[][2] = {
		/* goes on, has failed */
		[SEMU_WORK_DEPOPULATE] = { 0xfe, 0xfd },
		[SEMU_WORK_REPOPULATE] = { 0xfc, 0xfb }
	};
	const struct semu_work *w = semu_work(lu);
	const struct semu_elements *e = own(lu);
	bool gone = e->gone & bit(id);
	uint8_t kind = w->kind ? w->kind : w->stuck;
	uint32_t at = w->kind ? w->element : w->stuck_on;
	bool meant = kind == SEMU_WORK_DEPOPULATE
			     ? at == id
			     : kind == SEMU_WORK_REPOPULATE && gone;

	if (meant)
		return codes[kind][!w->kind];
	return gone ? 0xff : e->health[id - 1];
}

/* FILTER 01b: those that somebody has to look after. */
static bool shown(const struct scsiemu_cmd *c, uint32_t id)
{
	uint8_t h = health(scsiemu_cmd_lu(c), id);

	return !(c->cdb[OPTIONS_AT] >> 6) || h >= SPECIAL ||
	       (h >= OUTSIDE && h <= LAST_OUTSIDE);
}

static void put_header(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	const struct semu_elements *e = own(lu);
	uint32_t from = semu_be32(c->cdb + FROM_AT), n = 0;

	for (uint32_t id = from ? from : 1; id <= e->n; id++)
		n += shown(c, id);
	scsiemu_wr_be32(w, n);
	scsiemu_wr_be32(w, n);
	scsiemu_wr_be32(w, semu_work(lu)->kind == SEMU_WORK_DEPOPULATE
				   ? semu_work(lu)->element
				   : 0);
	scsiemu_wr_be16(w, e->n - 1u); /* as many may go */
	scsiemu_wr_be16(w, count(e->gone));
	scsiemu_wr_zero(w, 16);
}

static void put_element(const struct scsiemu_lu *lu, struct scsiemu_wr *w,
			uint32_t id)
{
	scsiemu_wr_zero(w, 4);
	scsiemu_wr_be32(w, id);
	scsiemu_wr_zero(w, 5);
	scsiemu_wr_u8(w, own(lu)->gone & bit(id) ? 1 : 0); /* RALWD */
	scsiemu_wr_u8(w, STORAGE);
	scsiemu_wr_u8(w, health(lu, id));
	scsiemu_wr_be64(w, share(lu) / lu->cap.blen);
	scsiemu_wr_zero(w, 8);
}

int semu_element_status(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint32_t from = semu_be32(c->cdb + FROM_AT);

	if (from > own(lu)->n)
		return scsiemu_fail_cdb(c, FROM_AT, SCSIEMU_NO_BIT);
	if (c->cdb[OPTIONS_AT] & 0x80)
		return scsiemu_fail_cdb(c, OPTIONS_AT, 7);
	if ((c->cdb[OPTIONS_AT] & 0x0f) > STORAGE)
		return scsiemu_fail_cdb(c, OPTIONS_AT, 3);
	put_header(c, w);
	for (uint32_t id = from ? from : 1; id <= own(lu)->n; id++)
		if (shown(c, id))
			put_element(lu, w, id);
	return SCSIEMU_FINISHED;
}

/* ---- REMOVE ELEMENT AND TRUNCATE, RESTORE ELEMENTS AND REBUILD ---- */

/* Status is GOOD as soon as it is certain that the work will be done. */
static int begin(struct scsiemu_cmd *c, uint8_t kind, uint32_t id,
		 uint64_t nblk)
{
	const struct semu_work plan = { .kind = kind,
					.passes = 1,
					.blen = scsiemu_cmd_lu(c)->cap.blen,
					.nblk = nblk,
					.element = id };

	return semu_work_begin(c, &plan, c->scratch, 0, true);
}

/* The most blocks that there may be without these elements: never more than
 * there are. */
static uint64_t most_without(const struct scsiemu_lu *lu, uint64_t gone)
{
	uint64_t room = semu_format(lu)->room - count(gone) * share(lu);
	uint64_t nblk = room / lu->cap.blen;

	return nblk < lu->cap.nblk ? nblk : lu->cap.nblk;
}

int semu_element_remove(struct scsiemu_cmd *c, int result)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	const struct semu_elements *e = own(lu);
	uint32_t id = semu_be32(c->cdb + ELEMENT_AT);
	uint64_t asked = semu_be64(c->cdb + CAPACITY_AT), most;

	if (semu_work_began(c))
		return semu_work_step(c, result);
	if (semu_work(lu)->kind)
		return semu_fail_busy(c);
	if (!id || id > e->n)
		return scsiemu_fail_cdb(c, ELEMENT_AT, SCSIEMU_NO_BIT);
	if (e->gone & bit(id) && !semu_work(lu)->stuck)
		return SCSIEMU_FINISHED;
	if (count(e->gone | bit(id)) == e->n) /* the last one */
		return scsiemu_fail_cdb(c, ELEMENT_AT, SCSIEMU_NO_BIT);
	most = most_without(lu, e->gone | bit(id));
	if (asked > most)
		return scsiemu_fail_cdb(c, CAPACITY_AT, SCSIEMU_NO_BIT);
	return begin(c, SEMU_WORK_DEPOPULATE, id, asked ? asked : most);
}

int semu_element_restore(struct scsiemu_cmd *c, int result)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);

	if (semu_work_began(c))
		return semu_work_step(c, result);
	if (semu_work(lu)->kind)
		return semu_fail_busy(c);
	if (!own(lu)->gone && !semu_work(lu)->stuck)
		return SCSIEMU_FINISHED;
	return begin(c, SEMU_WORK_REPOPULATE, 0,
		     semu_format(lu)->room / lu->cap.blen);
}

/* ---- The part ---- */

static uint32_t part_size(const struct scsiemu_lu_config *cf)
{
	return SEMU_SBC_OPTION(cf, elements) ? sizeof(struct semu_elements) : 0;
}

static int part_init(struct scsiemu_lu *lu, void *mem,
		     const struct scsiemu_lu_config *cf)
{
	struct semu_elements *e = mem;
	unsigned n = SEMU_SBC_OPTION(cf, elements);

	if (n < 2 || n > SEMU_ELEMENTS_MAX || !semu_work(lu))
		return SCSIEMU_ERR_ARG;
	e->n = (uint8_t)n;
	memset(e->health, WITHIN, sizeof(e->health));
	return 0;
}

static void part_loaded(struct scsiemu_lu *lu)
{
	if (!lu->medium)
		return;
	lu->able &= ~(uint32_t)SCSIEMU_NEED_ELEMENTS;
	if (semu_format_changeable(lu) && share(lu))
		lu->able |= SCSIEMU_NEED_ELEMENTS;
}

static int part_restore(struct scsiemu_lu *lu, const uint8_t *buf, uint32_t len)
{
	struct semu_elements *e = own(lu);
	uint64_t all = bit(e->n) | (bit(e->n) - 1), gone;

	if (len != SEMU_ELEMENTS_RECORD || buf[0] != VERSION || buf[1] != e->n)
		return SCSIEMU_ERR_ARG;
	gone = semu_be64(buf + 8);
	if (gone & ~all || gone == all)
		return SCSIEMU_ERR_ARG;
	e->gone = gone;
	return 0;
}

const struct semu_part_type semu_elements_part = {
	.part = SEMU_PART_ELEMENTS,
	.since = SCSIEMU_LEVEL_SPC_3,
	.nv = SCSIEMU_NV_ELEMENTS,
	.size = part_size,
	.init = part_init,
	.loaded = part_loaded,
	.restore = part_restore,
};

int scsiemu_sbc_element_health(struct scsiemu_lu *lu, uint32_t id,
			       uint8_t value)
{
	struct semu_elements *e = semu_elements(lu);

	if (!e || !id || id > e->n || value > LAST_OUTSIDE)
		return SCSIEMU_ERR_ARG;
	e->health[id - 1] = value;
	return 0;
}
#else
int scsiemu_sbc_element_health(struct scsiemu_lu *lu, uint32_t id,
			       uint8_t value)
{
	(void)lu, (void)id, (void)value;
	return SCSIEMU_ERR_ARG;
}
#endif
