/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * READ LONG and WRITE LONG (SBC-4 5.19, 5.47): a logical block, or a physical
 * one (PBLOCK), and 8 bytes of ECC behind it. ECC that does not fit the block
 * makes it unreadable, as on a disk; WR_UNCOR marks a block so. READ LONG
 * reads any block.
 */
#include "sbc/defects.h"
#include "sbc/pi.h"

#if SEMU_WITH_DEFECTS
enum { ECC = 8, COR_DIS = 0x80, WR_UNCOR = 0x40, PBLOCK = 0x20 };

static bool is_16(const struct scsiemu_cmd *c)
{
	return c->cdb[0] == SCSIEMU_OP_SERVICE_ACTION_IN_16 ||
	       c->cdb[0] == SCSIEMU_OP_SERVICE_ACTION_OUT_16;
}

static bool reads(const struct scsiemu_cmd *c)
{
	return c->cdb[0] == SCSIEMU_OP_READ_LONG_10 ||
	       c->cdb[0] == SCSIEMU_OP_SERVICE_ACTION_IN_16;
}

static bool physical(const struct scsiemu_cmd *c)
{
	if (!reads(c))
		return semu_cdb_1(c) & PBLOCK;
	return is_16(c) ? c->cdb[14] & 2 : c->cdb[1] & 4;
}

/* The blocks it is about: one, or those of the physical block around it. */
static uint32_t extent(const struct scsiemu_cmd *c, uint64_t *lba)
{
	const struct semu_cap *cap = &scsiemu_cmd_lu(c)->cap;
	uint64_t from = scsiemu_cmd_lba(c), end = from + 1;
	uint32_t n = 1u << cap->exponent, into;

	if (physical(c)) {
		into = (uint32_t)(from - cap->aligned) & (n - 1);
		end = from - into + n;
		from = from < into ? 0 : from - into;
	}
	*lba = from;
	return (uint32_t)((end > cap->nblk ? cap->nblk : end) - from);
}

static uint32_t bytes_asked(const struct scsiemu_cmd *c)
{
	return semu_be16(c->cdb + (is_16(c) ? 12 : 7));
}

/* FNV-1a, 64 bits: as good an ECC as any that corrects nothing. */
static void put_ecc(const uint8_t *p, uint32_t len, uint8_t *out)
{
	uint64_t h = 0xcbf29ce484222325u;

	while (len--)
		h = (h ^ *p++) * 0x100000001b3u;
	semu_put64(out, h);
}

/* INFORMATION: bytes asked for less those there are, two's complement in as
 * many bytes as the sense format has. */
static int wrong_length(struct scsiemu_cmd *c, uint32_t len)
{
	uint64_t diff = (uint64_t)bytes_asked(c) - len;

	if (!scsiemu_cmd_lu(c)->descr)
		diff &= UINT32_MAX;
	scsiemu_fail_cdb(c, is_16(c) ? 12 : 7, SCSIEMU_NO_BIT);
	c->sense.flags |= SCSIEMU_S_INFO | SCSIEMU_S_ILI | SCSIEMU_S_BLOCK;
	c->sense.info = diff;
	return SCSIEMU_FAILED;
}

/* The length is right, and scratch holds it. */
static int check_length(struct scsiemu_cmd *c, uint32_t len)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);

	if (len > c->scratch_len ||
	    len / lu->cap.blen * semu_pi_room(lu) > c->scratch_len)
		return scsiemu_fail_cdb(c, reads(c) && is_16(c) ? 14 : 1,
					SCSIEMU_NO_BIT);
	return bytes_asked(c) == len ? 0 : wrong_length(c, len);
}

int semu_sbc_read_long(struct scsiemu_cmd *c, int result)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	unsigned at = (*scsiemu_cmd_step(c))++;
	uint64_t lba, bad;
	uint32_t len = extent(c, &lba) * lu->cap.blen;

	(void)result;
	if (at > 1 || !bytes_asked(c))
		return SCSIEMU_FINISHED;
	if (at == 0 && check_length(c, len + ECC))
		return SCSIEMU_FAILED;
	if (at == 0)
		return scsiemu_want_buffer(c, NULL, SCSIEMU_V_LOAD, lba, 0,
					   c->scratch, len);
	put_ecc(c->scratch, len, c->scratch + len);
	if (semu_defects_find(lu, lba, len / lu->cap.blen, SEMU_DEFECT_BROKEN,
			      &bad))
		c->scratch[len] ^= 0xff;
	return scsiemu_want_send(c, 0, c->scratch, len + ECC);
}

/* 3/0C/03: there is no room to remember it. */
static int mark(struct scsiemu_cmd *c, unsigned flags)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint64_t lba;
	uint32_t n = extent(c, &lba);

	for (; n--; lba++)
		if (semu_defects_add(lu, lba, flags))
			return scsiemu_fail_info(
				c, SCSIEMU_SK_MEDIUM_ERROR,
				SCSIEMU_ASC_WRITE_RECOMMEND_REASSIGN, lba);
	return semu_defects_save(c);
}

/* Tuples take the place of the ECC, which is kept; they are as a WRITE without
 * protection information makes them. */
static int write_blocks(struct scsiemu_cmd *c, uint64_t lba, uint32_t len)
{
	uint32_t blen = scsiemu_cmd_lu(c)->cap.blen;

	scsiemu_cmd_own(c)[0] = semu_be64(c->scratch + len);
#if SEMU_WITH_PI
	if (semu_pi(scsiemu_cmd_lu(c))) {
		struct semu_pi_rules r = semu_pi_write_rules(c);

		semu_pi_generate(&r, lba, c->scratch, len / blen);
		return semu_pi_save(c, lba, c->scratch, len / blen);
	}
#endif
	(void)blen;
	return scsiemu_want_buffer(c, NULL, SCSIEMU_V_SAVE, lba, 0, c->scratch,
				   len);
}

/* Written: does its ECC fit? */
static int judge(struct scsiemu_cmd *c, uint64_t lba, uint32_t len)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint8_t ecc[ECC];

	semu_defects_clear(lu, lba, len / lu->cap.blen, SEMU_DEFECT_UNREADABLE);
	put_ecc(c->scratch, len, ecc);
	if (semu_be64(ecc) != scsiemu_cmd_own(c)[0])
		return mark(c, SEMU_DEFECT_BROKEN);
	return semu_defects_save(c);
}

static int write_start(struct scsiemu_cmd *c, uint32_t len)
{
	if (semu_cdb_1(c) & WR_UNCOR && bytes_asked(c))
		return scsiemu_fail_cdb(c, is_16(c) ? 12 : 7, SCSIEMU_NO_BIT);
	if (semu_cdb_1(c) & WR_UNCOR) {
		*scsiemu_cmd_step(c) = SEMU_SBC_LAST;
		return mark(c, SEMU_DEFECT_MARKED);
	}
	if (!bytes_asked(c))
		return SCSIEMU_FINISHED;
	if (check_length(c, len + ECC))
		return SCSIEMU_FAILED;
	return scsiemu_want_recv(c, 0, c->scratch, len + ECC);
}

/* Receive, write, judge. */
int semu_sbc_write_long(struct scsiemu_cmd *c, int result)
{
	unsigned at = *scsiemu_cmd_step(c);
	uint64_t lba;
	uint32_t len = extent(c, &lba) * scsiemu_cmd_lu(c)->cap.blen;

	(void)result;
	if (at == SEMU_SBC_LAST)
		return SCSIEMU_FINISHED;
	++*scsiemu_cmd_step(c);
	if (at == 0)
		return write_start(c, len);
	if (at == 1 && scsiemu_cmd_got(c) < len + ECC)
		return semu_sbc_fail_size(c);
	if (at == 1)
		return write_blocks(c, lba, len);
	*scsiemu_cmd_step(c) = SEMU_SBC_LAST;
	return judge(c, lba, len);
}
#endif
