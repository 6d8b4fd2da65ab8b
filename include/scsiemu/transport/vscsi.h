/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scsiemu/transport/vscsi.h - targets on OpenBSD's vscsi(4): the kernel's SCSI
 * bus in user space. It hands commands to the process that opened /dev/vscsi0,
 * and fetches and delivers their data by ioctl(2). docs/vscsi.md has the
 * set-up.
 *
 * One object is one bus of 256 targets; each target is a device, with its LUNs.
 * The host is the only initiator: all commands are of the device's anonymous
 * nexus. All on one thread.
 */
#ifndef SCSIEMU_TRANSPORT_VSCSI_H
#define SCSIEMU_TRANSPORT_VSCSI_H

#include <scsiemu/stores.h>
#include <scsiemu/transport/loop.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SCSIEMU_VSCSI_TARGETS 256

/* The LUNs of one target that the host looks at (sys/scsi/scsiconf.c). */
#define SCSIEMU_VSCSI_LUNS 8

/* scsiemu_vscsi_probe(), _detach(): all LUNs of a target. */
#define SCSIEMU_VSCSI_ALL (-1)

struct scsiemu_vscsi;

struct scsiemu_vscsi_config {
	uint32_t size;		   /* sizeof *this */
	struct scsiemu_loop *loop; /* that waits; NULL: the caller does */
	const struct scsiemu_allocator *allocator;
};

/*
 * Open the bus at path. NULL with a message: it is in use (EBUSY), there is
 * none, or there is no memory. It has no targets yet.
 */
struct scsiemu_vscsi *scsiemu_vscsi_open(const struct scsiemu_vscsi_config *cf,
					 const char *path,
					 struct scsiemu_errmsg *err);

/*
 * Make a pump's device target 0 ... 255. Commands for a target that is not
 * there fail at once. Whoever has a loop adds the pump to it. 0, or -1 with a
 * message.
 */
int scsiemu_vscsi_add(struct scsiemu_vscsi *v, unsigned target,
		      struct scsiemu_pump *pump, struct scsiemu_errmsg *err);
/*
 * Commands under way are given up, and the host is told to try them again;
 * then the target is not there. What the host attached stays until it is
 * detached (scsiemu_vscsi_detach(), before this). false: a store still has some
 * of them; call again when it has answered.
 */
bool scsiemu_vscsi_remove(struct scsiemu_vscsi *v, unsigned target);

/*
 * Have the host look for a LUN, or SCSIEMU_VSCSI_ALL, and attach what it finds
 * (VSCSI_REQPROBE); or detach it although it is in use (VSCSI_REQDETACH). The
 * host does it later, by commands: go back to the loop. It does not say what
 * came of it. 0, or -1 with a message.
 */
int scsiemu_vscsi_probe(struct scsiemu_vscsi *v, unsigned target, int lun,
			struct scsiemu_errmsg *err);
int scsiemu_vscsi_detach(struct scsiemu_vscsi *v, unsigned target, int lun,
			 struct scsiemu_errmsg *err);

/*
 * What to wait on, where there is no loop: its fd, and ready() when it can be
 * read. Afterwards scsiemu_pump_flush() of each pump.
 */
struct scsiemu_source *scsiemu_vscsi_source(struct scsiemu_vscsi *v);

/*
 * NULL, or why it serves no more: the kernel's device is gone, or gives what
 * cannot be. It has left the loop then; close it.
 */
const char *scsiemu_vscsi_broken(const struct scsiemu_vscsi *v);

/*
 * Stop: as scsiemu_vscsi_remove() of each target, then the kernel detaches
 * everything. false: a store still has some commands; call again when it has
 * answered.
 */
bool scsiemu_vscsi_close(struct scsiemu_vscsi *v);

#ifdef __cplusplus
}
#endif
#endif
