/* SPDX-License-Identifier: BSD-2-Clause */
/* host/hostlibrary.c - a library among the logical units of a program, and its
 * operator. */
#include "host/operator.h"
#include "store/changer_dir.h"

bool scsiemu_host_is_library(const struct scsiemu_host_lu *h)
{
	return h->medium.kind == SCSIEMU_CHANGER;
}

int scsiemu_host_control(struct scsiemu_host_lu *h, struct scsiemu_errmsg *err)
{
	if (h->medium.ops != &semu_library_ops)
		return semu_err(err, "%s: it is no library: it has no operator",
				h->summary);
	if (!h->control)
		h->control = semu_control_open(
			semu_library_path(h->medium.ctx, "", ""), err);
	return h->control ? semu_control_fd(h->control) : -1;
}

void scsiemu_host_operate(struct scsiemu_host_lu *h)
{
	const struct semu_operator o = { .library = &h->medium,
					 .changer = h->lu };

	if (h->control)
		semu_control_serve(h->control, &o);
}
