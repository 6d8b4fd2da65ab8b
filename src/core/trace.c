/* SPDX-License-Identifier: BSD-2-Clause */
/* Trace events, as a hook and, where built with them, as USDT probes. */
#include "core/engine.h"

void semu_trace_slow(struct scsiemu_device *d, enum scsiemu_event ev,
		     const struct scsiemu_cmd *c, int arg)
{
	if (d->trace)
		d->trace(d->trace_ctx, ev, c, arg);
}

void scsiemu_device_trace(struct scsiemu_device *d, scsiemu_trace_fn *fn,
			  void *ctx)
{
	d->trace = fn;
	d->trace_ctx = ctx;
	for (uint32_t i = 0; i < d->nlus; i++) {
		d->lus[i]->traced = fn != NULL;
		semu_lu_lasting(d->lus[i]);
	}
	d->absent.traced = d->wlun.traced = fn != NULL;
}

int semu_misuse(struct scsiemu_cmd *c, int err)
{
	/* A command that was never started names no device. */
	if (semu_ctx(c)->lu)
		semu_trace(semu_ctx(c)->lu, SCSIEMU_EV_MISUSE, c, err);
	return err;
}

static const char *name_of(const struct scsiemu_row *row)
{
	return row && row->name ? row->name : "?";
}

const char *scsiemu_cmd_name(const struct scsiemu_cmd *c)
{
	return name_of(semu_ctx(c)->row);
}

const char *scsiemu_lu_cmd_name(const struct scsiemu_lu *lu, uint8_t op,
				uint16_t sa)
{
	bool known;
	const struct scsiemu_row *row = semu_row_find(lu, op, sa, &known);

	return row ? name_of(row) : NULL;
}
