/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scsiemu/transport/tcmu.h - logical units behind Linux's TCMU: the kernel's
 * target (LIO) takes commands from any of its fabrics (loopback, iSCSI, FCoE,
 * SRP, vhost ...) and hands them to a process through a ring in shared memory
 * (Linux, Documentation/target/tcmu-design.rst). docs/tcmu.md has the set-up.
 *
 * One object is one of the kernel's devices, and one logical unit of ours;
 * several may share a pump and a loop. The kernel does not say who sent a
 * command: all are of the device's anonymous nexus.
 */
#ifndef SCSIEMU_TRANSPORT_TCMU_H
#define SCSIEMU_TRANSPORT_TCMU_H

#include <scsiemu/stores.h>
#include <scsiemu/transport/loop.h>

#ifdef __cplusplus
extern "C" {
#endif

struct scsiemu_tcmu;

struct scsiemu_tcmu_config {
	uint32_t size;		   /* sizeof *this */
	uint32_t scratch;	   /* of each command; limits.scratch */
	struct scsiemu_pump *pump; /* of the LU's device */
	struct scsiemu_lu *lu;
	struct scsiemu_loop *loop; /* that waits; NULL: the caller does */
	const struct scsiemu_allocator *allocator;
	/* It serves no more, and why (scsiemu_tcmu_broken()). May be NULL; not
	 * to close it from. */
	void (*notice)(void *ctx, const char *why);
	void *ctx;
};

/* "/dev/uio" and a number. */
#define SCSIEMU_TCMU_PATH 24

/*
 * The kernel's device that was made with dev_config=CONFIG. 0 and its path, or
 * -1 with a message: there is none, or its name cannot be read.
 */
int scsiemu_tcmu_find(const char *config, char path[SCSIEMU_TCMU_PATH],
		      struct scsiemu_errmsg *err);

/*
 * Serve the device at path. NULL with a message: it is in use (EBUSY), it is
 * not TCMU's, its ring is of another version, or there is no memory. What was
 * in the ring is taken up.
 */
struct scsiemu_tcmu *scsiemu_tcmu_open(const struct scsiemu_tcmu_config *cf,
				       const char *path,
				       struct scsiemu_errmsg *err);

/*
 * What to wait on, where there is no loop: its fd, and ready() when it can be
 * read. Afterwards scsiemu_pump_flush().
 */
struct scsiemu_source *scsiemu_tcmu_source(struct scsiemu_tcmu *t);

/*
 * NULL, or why it serves no more: the ring has impossible contents, or the
 * kernel's device is gone. It has left the loop then; close it. The kernel's
 * action/reset_ring, and a new object, begin anew.
 */
const char *scsiemu_tcmu_broken(const struct scsiemu_tcmu *t);

/*
 * Stop. Commands under way are given up, with status BUSY: hosts try them
 * again. Those that were not taken up yet stay in the ring for who opens the
 * device next. false: a store still has some; call again when it has answered.
 */
bool scsiemu_tcmu_close(struct scsiemu_tcmu *t);

/*
 * What the kernel tells of its devices by netlink, where the library was built
 * with libnl. Nobody has to listen: without it a device is found by
 * scsiemu_tcmu_find(), and the settings are those it was made with.
 */
enum scsiemu_tcmu_what {
	SCSIEMU_TCMU_ADDED,
	SCSIEMU_TCMU_REMOVED,
	SCSIEMU_TCMU_CONFIG, /* attrib/dev_config: text */
	SCSIEMU_TCMU_SIZE,   /* attrib/dev_size: value, bytes */
	SCSIEMU_TCMU_CACHE   /* attrib/emulate_write_cache: value, 0 or 1 */
};
struct scsiemu_tcmu_event {
	enum scsiemu_tcmu_what what;
	const char *config; /* the device's, as scsiemu_tcmu_find() takes it */
	const char *text;
	uint64_t value;
};
/* 0: done; a negative errno: the kernel is told that it could not be; 1: not of
 * ours, somebody else answers. */
typedef int scsiemu_tcmu_event_fn(void *ctx,
				  const struct scsiemu_tcmu_event *e);
struct scsiemu_tcmu_watch;

/* fn is called on the loop's thread (loop NULL: in the source's ready()). NULL
 * with a message: no such family, no right, no memory. */
struct scsiemu_tcmu_watch *scsiemu_tcmu_watch(struct scsiemu_loop *loop,
					      const struct scsiemu_allocator *a,
					      scsiemu_tcmu_event_fn *fn,
					      void *ctx,
					      struct scsiemu_errmsg *err);
struct scsiemu_source *scsiemu_tcmu_watch_source(struct scsiemu_tcmu_watch *w);
void scsiemu_tcmu_unwatch(struct scsiemu_tcmu_watch *w);

#ifdef __cplusplus
}
#endif
#endif
