/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vscsi_sim.h - OpenBSD's half of vscsi(4) (sys/dev/vscsi.c): a queue of
 * commands, their data and their ends, by the kernel's rules and with its
 * errors. It stands behind struct semu_calls.
 */
#ifndef VSCSI_SIM_H
#define VSCSI_SIM_H

#include <transport/vscsi/vscsi.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { SIM_CMDS = 256, SIM_FD = 78, SIM_DATA = 1 << 18, SIM_NR = 6 };

enum sim_state {
	SIM_FREE,
	SIM_QUEUED, /* I2T gives it */
	SIM_TAKEN,  /* T2I ends it */
	SIM_ENDED
};

struct sim_cmd {
	enum sim_state state;
	struct vscsi_ioc_i2t i2t;
	uint8_t *data; /* the host's buffer */
	size_t moved;
	int status; /* as the process gave it */
	uint8_t sense[18];
};

struct vscsi_sim {
	struct sim_cmd cmd[SIM_CMDS]; /* in the order they were sent */
	unsigned ncmd;
	unsigned next_tag; /* the kernel's wraps, too */
	bool opened;
	int open_error;
	/* The next call of this number fails, once. */
	int error[SIM_NR];
	/* At so many DATA_* and T2I from now the host forgets whose it is. */
	unsigned forget_in;
	unsigned calls[SIM_NR];
	size_t longest;			  /* of DATA_*, bytes */
	struct vscsi_ioc_devevent events; /* the last one */
};
/* Its poll() returns at once, and fails the test when there is nothing. */
extern const struct semu_calls vscsi_sim_calls;
extern struct vscsi_sim *vscsi_sim; /* that those calls reach */

void vscsi_sim_make(struct vscsi_sim *s);
void vscsi_sim_free(struct vscsi_sim *s);

/* Queue a command: a buffer of len bytes, for a write filled with out (NULL:
 * poison). Its place in cmd[]. */
struct sim_cmd *vscsi_sim_send(struct vscsi_sim *s, unsigned target,
			       unsigned lun, const void *cdb, unsigned cdb_len,
			       int direction, const void *out, size_t len);
/* The host gives it up, although it is with the process. */
void vscsi_sim_forget(struct sim_cmd *c);
/* What the host computes. */
size_t vscsi_sim_resid(const struct sim_cmd *c);

#endif
