/* SPDX-License-Identifier: BSD-2-Clause */
/* vscsi_rig.h - a bus with two targets, on the simulated kernel. */
#ifndef VSCSI_RIG_H
#define VSCSI_RIG_H

#include "rw.h"
#include "vscsi_sim.h"

#include <scsiemu/host.h>
#include <scsiemu/stores.h>
#include <scsiemu/wire.h>

/* What the current header calls the ends, and what that before April 2011. */
enum { DONE, SENSE, RESET, ERR };
extern const int new_ends[SEMU_VSCSI_ENDS], old_ends[SEMU_VSCSI_ENDS];

extern struct vscsi_sim sim;
extern struct scsiemu_host_device dev[2]; /* targets 0 and 1 */
extern struct scsiemu_vscsi *bus;
extern uint8_t pattern[SIM_DATA];

/* Target 0 is this device, target 1 a small disk; power on was told. slow: its
 * store waits for run_store(). */
void make_bus(const char *device, bool slow, const int ends[SEMU_VSCSI_ENDS]);
/* The same with a slow store whose answers come in another order. */
void make_shuffled_bus(const char *device, enum scsiemu_delay_order order);
void drop_bus(void);
/* Only the bus, over the devices that are there. */
struct scsiemu_vscsi *try_open(struct scsiemu_errmsg *err);

/* The host has something ready. */
void serve(void);
void run_store(void);

/* To LUN 0 of target 0. */
struct sim_cmd *none(const void *cdb, unsigned len);
struct sim_cmd *in(const void *cdb, unsigned cdb_len, size_t len);
struct sim_cmd *out(const void *cdb, unsigned cdb_len, const void *data,
		    size_t len);
/* Serve: c has ended, so, with this residual. */
void ends(const struct sim_cmd *c, int status, size_t resid);
/* Serve: c has ended with this sense, fixed. */
void fails(const struct sim_cmd *c, uint8_t key, unsigned asc);

extern const uint8_t tur[6];

#endif
