/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit/fake_core.h - a core that plays a script of wants, so that the pump is
 * tested alone and also with wants that no device type issues yet. It follows
 * cmd.h: short counts move skip, off and len on, an abort comes through
 * scsiemu_ready(), the results are valid at DONE.
 */
#ifndef FAKE_CORE_H
#define FAKE_CORE_H

#include <scsiemu/device.h>
#include <scsiemu/store.h>

struct fc_step {
	uint8_t want, verb;
	uint16_t flags;
	uint64_t addr, count;
	uint32_t off, len;
	uint8_t *buf;
	uint32_t ignore; /* READ: of the first answer, bytes that do not count
			  */
};

struct scsiemu_lu {
	struct scsiemu_medium *medium, *ejected;
	const struct scsiemu_nv_ops *nv;
	void *nv_ctx;
	const struct scsiemu_alua_ops *alua;
	void *alua_ctx;
	const struct fc_step *script; /* of commands started now */
	unsigned nscript;
	bool blocked; /* commands wait */
};

struct fc_answer {
	int result;
	uint32_t bytes;
	uint64_t info;
};

#define FC_ANSWERS 4096
struct scsiemu_device {
	struct scsiemu_cmd *ready[64];
	unsigned nready;
	struct fc_answer answer[FC_ANSWERS]; /* what did() was told */
	unsigned nanswer, nend, nrefused;
	uint64_t tick_ms;
	struct scsiemu_limits limits;
};
extern struct scsiemu_device fc;

void fc_reset(void);
/* Hand a command out of scsiemu_ready(). */
void fc_make_ready(struct scsiemu_cmd *c);
/* A background job with this script, in zeroed memory. */
void fc_job(struct scsiemu_cmd *c, struct scsiemu_lu *lu);

#endif
