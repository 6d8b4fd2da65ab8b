/* SPDX-License-Identifier: BSD-2-Clause */
/* REPORT TIMESTAMP and SET TIMESTAMP (SPC-5 6.37, 6.46): one clock for the
 * whole device. */
#include "spc/spc.h"

#if SEMU_WITH_TIMESTAMP

enum { LIST_LEN = 12, BY_SET_TIMESTAMP = 2 };

int semu_report_timestamp(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_device *d = scsiemu_cmd_lu(c)->dev;
	uint64_t ms = d->wall + (d->now - d->wall_at);

	scsiemu_wr_be16(w, LIST_LEN - 2);
	scsiemu_wr_be16(w, d->timestamp_origin << 8);
	scsiemu_wr_be64(w, ms << 16); /* 48 bits, two bytes reserved */
	return SCSIEMU_FINISHED;
}

int semu_set_timestamp(struct scsiemu_cmd *c, struct scsiemu_rd *r)
{
	struct scsiemu_device *d = scsiemu_cmd_lu(c)->dev;

	if (scsiemu_cmd_count(c) != LIST_LEN || !scsiemu_rd_need(r, LIST_LEN))
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_PARAMETER_LIST_LENGTH);
	scsiemu_rd_skip(r, 4);
	d->wall = scsiemu_rd_be64(r) >> 16;
	d->wall_at = d->now;
	d->timestamp_origin = BY_SET_TIMESTAMP;
	semu_ua_device(d, SEMU_UA_TIMESTAMP, semu_ctx(c)->nexus);
	return SCSIEMU_FINISHED;
}

#endif
