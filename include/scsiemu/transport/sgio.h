/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scsiemu/transport/sgio.h - logical units for programs that speak to Linux's
 * SCSI nodes (/dev/sg0, /dev/bsg/0:0:0:0, /dev/sda): the end of a unix socket
 * at which commands arrive. The other end is in those programs, a library that
 * is loaded in front of theirs (`scsiemu run`, docs/running.md). No kernel
 * module, no privilege.
 *
 * As behind one host adapter, all programs are one initiator, unless they say
 * that they are another one.
 */
#ifndef SCSIEMU_TRANSPORT_SGIO_H
#define SCSIEMU_TRANSPORT_SGIO_H

#include <scsiemu/stores.h>
#include <scsiemu/transport/loop.h>

#ifdef __cplusplus
extern "C" {
#endif

struct scsiemu_sgio;

/* What a node is: which ioctls it has, and how it fails. */
enum scsiemu_sgio_kind {
	SCSIEMU_SGIO_SG,  /* a character node of the sg driver */
	SCSIEMU_SGIO_BSG, /* ... of the block layer: struct sg_io_v4 */
	SCSIEMU_SGIO_BLOCK
};

struct scsiemu_sgio_node {
	struct scsiemu_lu *lu;
	uint32_t major, minor;
	uint8_t kind; /* enum scsiemu_sgio_kind */
	uint8_t type; /* peripheral device type */
};

struct scsiemu_sgio_config {
	uint32_t size;		   /* sizeof *this */
	uint32_t scratch;	   /* of each command; limits.scratch */
	struct scsiemu_pump *pump; /* of the nodes' device */
	struct scsiemu_loop *loop;
	const struct scsiemu_allocator *allocator;
	const struct scsiemu_sgio_node *nodes; /* the caller's, until close */
	uint32_t nnodes;
	/* The first unit attentions of each initiator are the program's;
	 * without it a TEST UNIT READY takes each, as the kernel's scan does.
	 */
	bool attention;
};

/*
 * Serve at the socket path, which must not exist; who may connect may send
 * commands, so its folder should be private. NULL with a message: the path is
 * too long, in use, or there is no memory.
 */
struct scsiemu_sgio *scsiemu_sgio_open(const struct scsiemu_sgio_config *cf,
				       const char *path,
				       struct scsiemu_errmsg *err);

/*
 * Stop. Programs get ENODEV; commands under way are given up. The path stays.
 * false: a store still has some; call again when it has answered.
 */
bool scsiemu_sgio_close(struct scsiemu_sgio *s);

#ifdef __cplusplus
}
#endif
#endif
