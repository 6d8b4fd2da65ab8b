/* SPDX-License-Identifier: BSD-2-Clause */
/* behave/log_rig.h - a disk that logs, and a second nexus, for their tests. */
#ifndef TEST_LOG_RIG_H
#define TEST_LOG_RIG_H

#include <stdlib.h>

#include <scsiemu/log.h>

#include "support/disk.h"

struct rig {
	struct disk b;
	struct scsiemu_nexus *other;
};

static inline int rig_setup(void **state, const struct disk_options *o)
{
	struct rig *r = malloc(sizeof(*r));

	assert_non_null(r);
	disk_make(&r->b, o);
	r->other = drive_attach(&r->b.d, 1, 0);
	drive_settle(&r->b.d, r->b.lu, r->other);
	*state = r;
	return 0;
}

static inline int rig_teardown(void **state)
{
	struct rig *r = *state;

	disk_free(&r->b);
	free(r);
	return 0;
}

#endif
