/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * support/spcdev.h - a device for tests of what every device type answers: two
 * nexuses, two ports, and logical units of a small type that has the common
 * rows, mode pages and VPD pages, and one mode page of its own.
 */
#ifndef TEST_SPCDEV_H
#define TEST_SPCDEV_H

#include "spc/spc.h"
#include "support/drive.h"

struct spcdev {
	struct drive d;
	struct drive_disk disk;
	struct scsiemu_lu *lu; /* LUN 0: disk, 100 blocks of 512, can save */
	struct scsiemu_nexus *a, *b; /* settled on lu; a is d.nexus */
};

/* The type: mode page 08h has a changeable bit 2 of byte 2 that drains the
 * cache when it goes off, and 3 changeable bits in byte 3 of which 7 is
 * refused by its check. */
extern const struct scsiemu_type spcdev_type;

/* cf NULL: the usual one. l NULL: the usual limits. */
void spcdev_make(struct spcdev *t, const struct scsiemu_lu_config *cf,
		 const struct scsiemu_limits *l);
void spcdev_free(struct spcdev *t);
extern const struct scsiemu_lu_config spcdev_config;
extern const struct scsiemu_limits spcdev_limits;

/* CMocka fixtures: *state is a struct spcdev. */
int spcdev_setup(void **state);
int spcdev_setup_removable(void **state);
int spcdev_teardown(void **state);

/* CDB as numbers: run(t, out, out_len, 0x12, 1, ...) */
#define spcdev_in(t, ...)                                                      \
	drive_in(&(t)->d, (t)->lu, (const uint8_t[]){ __VA_ARGS__ },           \
		 sizeof((const uint8_t[]){ __VA_ARGS__ }))
#define spcdev_out(t, list, list_len, ...)                                     \
	drive_run(&(t)->d, (t)->lu, (const uint8_t[]){ __VA_ARGS__ },          \
		  sizeof((const uint8_t[]){ __VA_ARGS__ }), list, list_len, 0)
#define BYTES(...) ((const uint8_t[]){ __VA_ARGS__ })

#endif
