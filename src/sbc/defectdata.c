/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * READ DEFECT DATA (SBC-4 5.17, 5.18): the primary and the grown list, as block
 * addresses of 4 or 8 bytes. Other formats than these two, and 4 bytes where an
 * address has more, come as 8 bytes and with 1/1C/00.
 */
#include "sbc/defects.h"
#include "sbc/sbc.h"

#if SEMU_WITH_DEFECTS
/* DEFECT LIST FORMAT: 6 is vendor specific, 7 reserved; of the others an empty
 * list looks alike. */
enum { SHORT_BLOCK = 0, LONG_BLOCK = 3, VENDOR = 6 };
enum { REQ_GLIST = 0x08, REQ_PLIST = 0x10 };

/* The byte with REQ_PLIST, REQ_GLIST and DEFECT LIST FORMAT. */
static unsigned request(const struct scsiemu_cmd *c)
{
	return c->cdb[c->cdb[0] == SCSIEMU_OP_READ_DEFECT_DATA_10 ? 2 : 1];
}

static unsigned asked_for(const struct scsiemu_cmd *c)
{
	return (request(c) & REQ_GLIST ? SEMU_DEFECT_GROWN : 0u) |
	       (request(c) & REQ_PLIST ? SEMU_DEFECT_PRIMARY : 0u);
}

/* Entries on the lists that are asked for; the last of them in *last. */
static uint32_t count(const struct scsiemu_cmd *c, uint64_t *last)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint32_t n = 0;
	uint64_t lba;

	*last = 0;
	for (uint32_t i = 0; i < semu_defects_count(lu); i++) {
		if (!(semu_defects_get(lu, i, &lba) & asked_for(c)))
			continue;
		*last = lba;
		n++;
	}
	return n;
}

/* What the list comes in. */
static unsigned format(const struct scsiemu_cmd *c)
{
	unsigned f = request(c) & 7;
	uint64_t last;

	if (!count(c, &last))
		return f < VENDOR ? f : SHORT_BLOCK;
	return f == SHORT_BLOCK && last <= UINT32_MAX ? f : LONG_BLOCK;
}

static void put_list(struct scsiemu_cmd *c, struct scsiemu_wr *w, uint32_t skip)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	bool wide = format(c) == LONG_BLOCK;
	uint64_t lba;

	for (uint32_t i = 0; i < semu_defects_count(lu); i++) {
		if (!(semu_defects_get(lu, i, &lba) & asked_for(c)))
			continue;
		if (skip && skip--)
			continue;
		if (wide)
			scsiemu_wr_be64(w, lba);
		else
			scsiemu_wr_be32(w, (uint32_t)lba);
	}
}

int semu_sbc_defects_10(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	scsiemu_wr_u8(w, 0);
	scsiemu_wr_u8(w, (request(c) & (REQ_PLIST | REQ_GLIST)) | format(c));
	scsiemu_wr_be16(w, 0);
	put_list(c, w, 0);
	scsiemu_wr_len(w, 2, 2, 0);
	return SCSIEMU_FINISHED;
}

/* ADDRESS DESCRIPTOR INDEX: the first descriptor that is returned. */
int semu_sbc_defects_12(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	scsiemu_wr_u8(w, 0);
	scsiemu_wr_u8(w, (request(c) & (REQ_PLIST | REQ_GLIST)) | format(c));
	scsiemu_wr_be16(w, semu_defects_generation(scsiemu_cmd_lu(c)));
	scsiemu_wr_be32(w, 0);
	put_list(c, w, semu_be32(c->cdb + 2));
	scsiemu_wr_len(w, 4, 4, 0);
	return SCSIEMU_FINISHED;
}

/* The list came in another format than the one asked for. */
int semu_sbc_defects_end(struct scsiemu_cmd *c, int result)
{
	(void)result;
	if (format(c) == (request(c) & 7))
		return SCSIEMU_FINISHED;
	return scsiemu_fail(c, SCSIEMU_SK_RECOVERED_ERROR,
			    SCSIEMU_ASC_DEFECT_LIST_NOT_FOUND);
}
#endif
