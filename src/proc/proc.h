/* SPDX-License-Identifier: BSD-2-Clause */
/* proc/proc.h - what the files of the processor share. */
#ifndef SEMU_PROC_H
#define SEMU_PROC_H

#include <scsiemu/proc.h>

#include "core/core.h"
#include "spc/spc.h"

/* The state of SEMU_PART_PROC. */
struct semu_proc {
	const struct scsiemu_proc_ops *ops;
	void *ctx;
};

/* message.c */
scsiemu_step_fn semu_proc_receive, semu_proc_send;
extern const struct semu_part_type semu_proc_part;

#endif
