/* SPDX-License-Identifier: BSD-2-Clause */
/* The common part of a logical unit's life: begin, reset, restore, guards. */
#include <string.h>

#include "spc/spc.h"

/* Sizes of SPC-5 5.14.2 where there is room, else less. */
enum { IDENT_MAX = 64, TEXT_MAX = 256, TEXT_LESS = 64, BUFFER_MAX = 4096 };

static uint32_t spc_at(const struct scsiemu_lu *lu)
{
	return (3 * semu_mode_bytes(lu->type, lu->parts) + 7) & ~7u;
}

struct semu_spc *semu_spc(const struct scsiemu_lu *lu)
{
	return (struct semu_spc *)(void *)(lu->state + spc_at(lu));
}

static uint16_t share(uint32_t *left, uint32_t most)
{
	uint32_t n = *left < most ? *left : most;

	n &= ~3u; /* what READ BUFFER and identifying information promise */
	*left -= n;
	return (uint16_t)n;
}

uint32_t semu_spc_state(const struct scsiemu_type *type, uint32_t parts)
{
	return 3 * semu_mode_bytes(type, parts) + 8 +
	       (uint32_t)sizeof(struct semu_spc) + IDENT_MAX + TEXT_MAX +
	       BUFFER_MAX;
}

int semu_spc_init(struct scsiemu_lu *lu)
{
	uint32_t used = spc_at(lu) + (uint32_t)sizeof(struct semu_spc);
	struct semu_spc *s;
	uint32_t left;

	if (used > lu->state_len)
		return SCSIEMU_ERR_SPACE;
	if (semu_mode_init(lu) < 0)
		return SCSIEMU_ERR_SPACE;
	left = lu->state_len - used;
	s = semu_spc(lu);
	memset(s, 0, sizeof(*s));
	memset(s->bytes, 0, left);
	if (SEMU_WITH_IDENT) {
		bool much = left >= 1024;

		s->ident_max = share(&left, IDENT_MAX);
		s->text_max = share(&left, much ? TEXT_MAX : TEXT_LESS);
	}
	if (SEMU_WITH_BUFFER)
		s->buffer_max = share(&left, BUFFER_MAX);
	return 0;
}

void semu_spc_guards(struct scsiemu_lu *lu)
{
	const struct scsiemu_medium *m = lu->medium;
	uint32_t g = lu->guards;

	g &= ~(uint32_t)(SCSIEMU_ON_NO_MEDIUM | SCSIEMU_ON_PROTECTED);
	if (!m && !semu_is_bare(lu))
		g |= SCSIEMU_ON_NO_MEDIUM;
	if (lu->read_only || lu->swp ||
	    (m && (m->read_only || !(m->able & SCSIEMU_CAN_WRITE))))
		g |= SCSIEMU_ON_PROTECTED;
	lu->guards = g;
}

/* The echo modes of READ BUFFER and WRITE BUFFER: in all access states but
 * offline (SPC-5 5.18.2.5). */
static bool is_echo(unsigned op, unsigned mode)
{
	if (op == SCSIEMU_OP_WRITE_BUFFER)
		return mode == 0x0a;
	return (op == SCSIEMU_OP_READ_BUFFER_10 ||
		op == SCSIEMU_OP_READ_BUFFER_16) &&
	       (mode == 0x0a || mode == 0x0b);
}

/* Rows whose stops depend on CDB fields (reference 4.4). */
uint32_t semu_spc_stops(const struct scsiemu_cmd *c)
{
	const struct scsiemu_row *row = scsiemu_cmd_row(c);
	uint32_t stops = row->stops;

	/* START without power condition, and "allow": class A, and the first
	 * goes past a foreign RESERVE and lost reservations, too. */
	if (row->op == SCSIEMU_OP_START_STOP_UNIT && (c->cdb[4] & 0xf1) == 0x01)
		stops &= ~(uint32_t)SCSIEMU_PR_WRITE;
	else if (row->op == SCSIEMU_OP_START_STOP_UNIT)
		stops |= SCSIEMU_ON_PR_LOST;
	if (row->op == SCSIEMU_OP_PREVENT_ALLOW_MEDIUM_REMOVAL &&
	    !(c->cdb[4] & 0x03))
		stops &= ~(uint32_t)(SCSIEMU_ON_PR_READ | SCSIEMU_ON_PR_WRITE);
	if (SEMU_WITH_BUFFER && is_echo(row->op, c->cdb[1] & 0x1f))
		stops &= ~(uint32_t)(SCSIEMU_ON_UNAVAILABLE |
				     SCSIEMU_ON_TRANSITION);
	return stops;
}

uint32_t semu_spc_applies(const struct scsiemu_cmd *c, uint32_t hit)
{
#if SEMU_WITH_PR
	hit = semu_pr_applies(c, hit);
#endif
	return semu_alua_applies(c, hit);
}

void semu_spc_reset(struct scsiemu_lu *lu)
{
	lu->guards &= ~(uint32_t)SCSIEMU_ON_STOPPED;
	semu_mode_reset(lu);
	semu_spc_guards(lu);
}

int semu_spc_restore(struct scsiemu_lu *lu, uint32_t id, const uint8_t *buf,
		     uint32_t len)
{
#if SEMU_WITH_MODE_SELECT
	if (id == SCSIEMU_NV_MODE)
		return semu_mode_restore(lu, buf, len);
#endif
#if SEMU_WITH_IDENT
	if (id == SCSIEMU_NV_IDENT || id == SCSIEMU_NV_TEXT)
		return semu_ident_restore(lu, id, buf, len);
#endif
#if SEMU_WITH_PR
	if (id == SCSIEMU_NV_PR)
		return semu_pr_restore(lu, buf, len);
#endif
	(void)lu, (void)id, (void)buf, (void)len;
	return SCSIEMU_ERR_ARG;
}
