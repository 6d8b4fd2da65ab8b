/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * WRITE SAME (SBC-4 5.50): one block of data-out, or zeros (NDOB), into every
 * block of an extent; with UNMAP whole granules are deallocated instead, where
 * they read the same afterwards.
 */
#include <string.h>

#include "sbc/pi.h"

#if SEMU_WITH_WRITE_SAME
enum { ANCHOR = 16, UNMAP = 8 }; /* beside PROTECT */

/* Bytes of one FILL: between two of them an abort takes effect, and others get
 * their turn. */
#define FILL_MAX (4u << 20)

bool semu_sbc_all(const uint8_t *p, uint32_t len, uint8_t byte)
{
	return p[0] == byte && !memcmp(p, p + 1, len - 1);
}

static bool takes_data(const struct scsiemu_cmd *c)
{
	return !semu_sbc_ndob(c);
}

/* Old initiators deallocate without sending a block. */
static bool size_ok(const struct scsiemu_cmd *c)
{
	return !takes_data(c) || c->out_len == SCSIEMU_UNKNOWN ||
	       c->out_len == semu_sbc_wire(c) ||
	       (!c->out_len && semu_sbc_byte(c) & UNMAP);
}

static bool may_unmap(const struct scsiemu_cmd *c)
{
	return semu_sbc_lbp(scsiemu_cmd_lu(c)) &
	       (c->cdb[0] == SCSIEMU_OP_WRITE_SAME_10 ? SEMU_LBPWS10
						      : SEMU_LBPWS);
}

/* own: next LBA, blocks left. */
int semu_sbc_same_start(struct scsiemu_cmd *c)
{
	const struct semu_cap *cap = &scsiemu_cmd_lu(c)->cap;
	const struct scsiemu_row *row = scsiemu_cmd_row(c);
	uint64_t *own = scsiemu_cmd_own(c);

	own[0] = scsiemu_cmd_lba(c);
	own[1] = scsiemu_cmd_count(c);
	if (!own[1])
		own[1] = cap->nblk - own[0];
	if (semu_sbc_byte(c) & UNMAP && !may_unmap(c))
		return scsiemu_fail_cdb(c, row->prot_at, 3);
	if (semu_sbc_byte(c) & ANCHOR && !(semu_sbc_byte(c) & UNMAP))
		return scsiemu_fail_cdb(c, row->prot_at, 4);
	if (cap->same_blk && own[1] > cap->same_blk)
		return scsiemu_fail_cdb(c, semu_count_at(row->fields),
					SCSIEMU_NO_BIT);
	if (!size_ok(c))
		return semu_sbc_fail_size(c);
	memset(c->scratch, 0, semu_sbc_wire(c));
	return scsiemu_want_recv(c, 0, c->scratch,
				 takes_data(c) ? semu_sbc_wire(c) : 0);
}

/* The verb for the next piece, and how long it is. */
static enum scsiemu_verb piece(const struct scsiemu_cmd *c, uint64_t lba,
			       uint64_t *n)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);

	if (semu_sbc_all(c->scratch, lu->cap.blen, 0)) {
#if SEMU_WITH_THIN
		bool whole = false;

		if (semu_sbc_byte(c) & UNMAP && lu->cap.zeroes)
			*n = semu_sbc_piece(lu, lba, *n, &whole);
		if (whole)
			return semu_sbc_byte(c) & ANCHOR ? SCSIEMU_V_ANCHOR
							 : SCSIEMU_V_UNMAP;
#endif
		if (lu->able & SCSIEMU_CAN_ZERO)
			return SCSIEMU_V_ZERO;
	}
	(void)lba;
	if (*n > FILL_MAX / lu->cap.blen)
		*n = FILL_MAX / lu->cap.blen;
	return SCSIEMU_V_FILL;
}

int semu_sbc_write_same(struct scsiemu_cmd *c, int result)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint64_t *own = scsiemu_cmd_own(c), lba, n;
	unsigned at = *scsiemu_cmd_step(c);
	enum scsiemu_verb verb;

#if SEMU_WITH_PI
	if (semu_pi(lu))
		return semu_pi_write_same(c, result);
#endif
	(void)result;
	if (at == SEMU_SBC_LAST)
		return SCSIEMU_FINISHED;
	*scsiemu_cmd_step(c) = 1;
	if (!at)
		return semu_sbc_same_start(c);
	lba = own[0];
	n = own[1];
	if (!n)
		return semu_sbc_durable(c, lu->wflags, scsiemu_cmd_lba(c),
					scsiemu_cmd_count(c));
	verb = piece(c, lba, &n);
	own[0] += n;
	own[1] -= n;
	return scsiemu_want_buffer(c, NULL, verb, lba, n, c->scratch,
				   verb == SCSIEMU_V_FILL ? lu->cap.blen : 0);
}
#endif
