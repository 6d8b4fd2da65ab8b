/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scsiemu/transport/targ.h - a logical unit behind FreeBSD's targ(4): a host
 * bus adapter in target mode takes commands from its bus, and the driver hands
 * them to a process as CAM's control blocks. docs/targ.md has the set-up.
 *
 * One object is one bus:target:lun of the kernel, and one logical unit of ours;
 * several may share a pump and a loop. Initiators are told apart: each gets a
 * nexus when it sends its first command.
 */
#ifndef SCSIEMU_TRANSPORT_TARG_H
#define SCSIEMU_TRANSPORT_TARG_H

#include <scsiemu/stores.h>
#include <scsiemu/transport/loop.h>

#ifdef __cplusplus
extern "C" {
#endif

struct scsiemu_targ;

/* Zero = default. */
struct scsiemu_targ_config {
	uint32_t size;		   /* sizeof *this */
	uint32_t scratch;	   /* of each command; limits.scratch */
	struct scsiemu_pump *pump; /* of the LU's device */
	struct scsiemu_lu *lu;
	struct scsiemu_loop *loop; /* that waits; NULL: the caller does */
	const struct scsiemu_allocator *allocator;
	/* Where the initiators see it: CAM's path, target and LUN. */
	uint32_t bus, target;
	uint64_t lun;
	/* The driver's node; NULL: /dev/targ, else the first of /dev/targ0,
	 * /dev/targ1 ... that is free. */
	const char *path;
	uint32_t commands;   /* at once, from all initiators; 64. For more the
			      * adapter answers that it is busy. To 65536 */
	uint32_t initiators; /* 32; those that come later are told BUSY. Each
			      * takes a nexus of the device. To 65536 */
	uint32_t buffers;    /* at once, of what the adapter can move in one
			      * piece (64 or 128 KiB); 64 */
	/* Length of the CDBs of opcodes C0h to DFh, and E0h to FFh; 0: the
	 * adapter need not know any. */
	uint16_t group6, group7;
	bool debug; /* the driver prints what it does */
	/*
	 * Answer task management functions by XPT_NOTIFY_ACKNOWLEDGE. Only for
	 * a driver that was taught it: those of FreeBSD 5 to 14 panic when it
	 * comes back (docs/targ.md).
	 */
	bool acknowledge;
	/* It serves no more, and why (scsiemu_targ_broken()). May be NULL; not
	 * to close it from. */
	void (*notice)(void *ctx, const char *why);
	void *ctx;
};

/* "BUS:TARGET:LUN" into *cf. 0, or -1 with a message. */
int scsiemu_targ_address(struct scsiemu_targ_config *cf, const char *text,
			 struct scsiemu_errmsg *err);

/*
 * Make it answer on its bus. NULL with a message: there is no driver or no such
 * bus, the adapter has no target mode, another process serves the LUN, or there
 * is no memory.
 */
struct scsiemu_targ *scsiemu_targ_open(const struct scsiemu_targ_config *cf,
				       struct scsiemu_errmsg *err);

/*
 * What to wait on, where there is no loop: its fd, and ready() when it can be
 * read. Afterwards scsiemu_pump_flush().
 */
struct scsiemu_source *scsiemu_targ_source(struct scsiemu_targ *t);

/*
 * NULL, or why it serves no more: the driver gave what cannot be, or took
 * nothing. It has left its bus then, and the loop.
 */
const char *scsiemu_targ_broken(const struct scsiemu_targ *t);

/*
 * Leave the bus. Commands under way are given up, without status. false: a
 * store still has some; call again when it has answered.
 */
bool scsiemu_targ_close(struct scsiemu_targ *t);

#ifdef __cplusplus
}
#endif
#endif
