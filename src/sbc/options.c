/* SPDX-License-Identifier: BSD-2-Clause */
/* The options of a disk, as an embedder of any version gave them. */
#include <string.h>

#include "sbc/sbc.h"

struct scsiemu_sbc_options semu_sbc_options(const struct scsiemu_lu_config *cf)
{
	const struct scsiemu_sbc_options *given = cf->options;
	struct scsiemu_sbc_options o = { .size = sizeof(o) };

	if (given)
		memcpy(&o, given,
		       given->size < sizeof(o) ? given->size : sizeof(o));
	return o;
}
