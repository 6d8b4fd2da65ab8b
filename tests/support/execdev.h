/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * support/execdev.h - one logical unit behind the pump, and one command after
 * the other on it, for programs that measure: no test library, no port of its
 * own.
 */
#ifndef TEST_EXECDEV_H
#define TEST_EXECDEV_H

#include <scsiemu/device.h>
#include <scsiemu/exec.h>

struct execdev {
	struct scsiemu_device *dev;
	struct scsiemu_pump pump;
	struct scsiemu_lu *lu;
	struct scsiemu_exec x;
	uint64_t bounce[512];
	void *state;
};

/* LUN 0, loaded, without unit attentions; what cannot be is told, and ends the
 * program. */
void execdev_make(struct execdev *d, const struct scsiemu_type *type,
		  const void *options, struct scsiemu_medium *m);
void execdev_free(struct execdev *d);
/* A command that must end with GOOD: len bytes of buf go out, or there is room
 * for them. */
void execdev_out(struct execdev *d, const uint8_t *cdb, const void *buf,
		 uint32_t len);
void execdev_in(struct execdev *d, const uint8_t *cdb, void *buf, uint32_t len);

#endif
