/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scsiemu/transport/vhost_user.h - logical units for a virtual machine: the
 * back end of vhost-user-scsi (QEMU, docs/interop/vhost-user.rst; VIRTIO 1.2,
 * 5.6). The guest's virtio-scsi driver talks to us through memory that it
 * shares; the hypervisor is asked for nothing on the way. docs/vhost-user.md
 * has the set-up.
 *
 * One object is one socket, one front end at a time, one device as target 0.
 * All commands are of the device's anonymous nexus.
 */
#ifndef SCSIEMU_TRANSPORT_VHOST_USER_H
#define SCSIEMU_TRANSPORT_VHOST_USER_H

#include <scsiemu/stores.h>
#include <scsiemu/transport/loop.h>

#ifdef __cplusplus
extern "C" {
#endif

struct scsiemu_vhost;

struct scsiemu_vhost_config {
	uint32_t size;	  /* sizeof *this */
	uint32_t scratch; /* of each command; limits.scratch */
	uint32_t queues;  /* of requests, at most 64; 0: 8 */
	struct scsiemu_pump *pump;
	struct scsiemu_device *dev; /* the pump's */
	struct scsiemu_loop *loop;
	const struct scsiemu_allocator *allocator;
	/* A front end came or went, or did what ended it or a queue: a line
	 * for a person. May be NULL. */
	void (*notice)(void *ctx, const char *text);
	void *ctx;
};

/*
 * Listen at path, a socket that is made with mode 0600; one that was left there
 * by a process that is gone is replaced. NULL with a message: somebody listens
 * there, the path is too long, or there is no memory.
 */
struct scsiemu_vhost *scsiemu_vhost_open(const struct scsiemu_vhost_config *cf,
					 const char *path,
					 struct scsiemu_errmsg *err);

/* What happened to a logical unit. */
enum scsiemu_vhost_event {
	SCSIEMU_VHOST_ADDED,   /* it is there now */
	SCSIEMU_VHOST_REMOVED, /* it is not */
	SCSIEMU_VHOST_CHANGED  /* asc: what; 2A09h: its capacity */
};
/*
 * Tell the guest. false: there is none, or its driver did not ask for that kind
 * of event. One that finds no room is replaced by "events were missed", upon
 * which drivers look at everything again.
 */
bool scsiemu_vhost_event(struct scsiemu_vhost *v, uint16_t lun,
			 enum scsiemu_vhost_event what, uint16_t asc);

/*
 * Stop and remove the socket. Commands under way are given up; with the shared
 * memory of requests in flight they are done again for the front end's next
 * back end. false: a store still has some; call again when it has answered.
 */
bool scsiemu_vhost_close(struct scsiemu_vhost *v);

#ifdef __cplusplus
}
#endif
#endif
