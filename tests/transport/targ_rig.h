/* SPDX-License-Identifier: BSD-2-Clause */
/* targ_rig.h - the targ adapter between a device and the model of its driver.
 */
#ifndef TARG_RIG_H
#define TARG_RIG_H

#include "targ_sim.h"

#include <scsiemu/host.h>
#include <scsiemu/wire.h>

#include <transport/targ/targ.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct targ_rig {
	struct targ_sim sim;
	struct scsiemu_host_device dev;
	struct scsiemu_targ_config cf;	  /* to be changed before rig_open() */
	struct scsiemu_wrap_delay *delay; /* the store waits; or NULL */
	struct scsiemu_targ *t;
	uint32_t tag; /* of the last command */
	bool lied;    /* the driver has lost count, too */
	uint8_t data[1 << 19];
};
extern struct targ_rig rig;

/* A device and a driver; slow: the store waits for rig_store(). */
void rig_make(const char *device, bool slow);
/* Of two logical units, the first of which is behind the driver. */
void rig_make_two(const char *device, const char *other);
/* The adapter between them, over sim's calls or others. */
void rig_open_over(const struct semu_calls *sys);
void rig_open(void);
/* All that, and the power on unit attention of initiator 7. */
void rig_start(const char *device, bool slow);
/* Also closes the adapter. */
void rig_drop(void);

/* Events, until there are none. */
void rig_serve(void);
void rig_store(void);
/* A command of 6, 10 or 16 bytes of initiator 7, sent; the second: answered. */
struct sim_cmd *rig_send(const void *cdb, unsigned len, const void *out,
			 uint32_t out_len);
struct sim_cmd *rig_one(const void *cdb, unsigned len, const void *out,
			uint32_t out_len);
struct sim_cmd *rig_from(uint32_t init_id, const void *cdb, unsigned len);
/* READ(10), WRITE(10). */
const uint8_t *rig_rw(uint8_t op, uint32_t lba, uint16_t n);

void rig_good(const struct sim_cmd *c);
/* CHECK CONDITION with fixed sense. */
void rig_check(const struct sim_cmd *c, uint8_t key, uint16_t asc);
extern const uint8_t rig_tur[6];

#endif
