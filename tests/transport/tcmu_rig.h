/* SPDX-License-Identifier: BSD-2-Clause */
/* tcmu_rig.h - a device of ours behind the simulated kernel's ring. */
#ifndef TCMU_RIG_H
#define TCMU_RIG_H

#include "rw.h"
#include "tcmu_sim.h"

#include <scsiemu/host.h>
#include <scsiemu/stores.h>
#include <scsiemu/wire.h>

extern struct tcmu_sim sim;
extern struct scsiemu_host_device dev;
extern struct scsiemu_wrap_delay *delay; /* the store waits for run_store() */
extern struct scsiemu_tcmu *t;
extern uint8_t data[1 << 17];
extern const char *said;     /* by the adapter, of its end */
extern const uint8_t tur[6]; /* TEST UNIT READY */

/* Power on was told. */
void make(const char *device, uint32_t ring, bool slow);
void drop(void);
/* Only ours, over the ring that is there. */
struct scsiemu_tcmu *try_open(struct scsiemu_errmsg *err);
struct scsiemu_tcmu *open_in(struct scsiemu_loop *loop,
			     struct scsiemu_errmsg *err);

/* The kernel has signalled: the ring is served. */
void serve(void);
void run_store(void);
/* Serve: this one command was answered. */
struct sim_cmd *one(int id);

#endif
