/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transport/vscsi/vscsi.h - a bus of vscsi(4): vscsi.c opens and closes it and
 * has its targets, command.c takes commands and answers them, data.c moves
 * their bytes.
 *
 * The host's buffers are behind ioctls that go on where the last one ended. So
 * a command has a buffer of one window, and knows which bytes of its data phase
 * are there.
 */
#ifndef SEMU_TRANSPORT_VSCSI_H
#define SEMU_TRANSPORT_VSCSI_H

#include <scsiemu/transport/vscsi.h>

#include <transport/slots.h>
#include <transport/sys.h>
#include <transport/vscsi/abi.h>

/* Off the way of most commands. */
#define SEMU_VSCSI_COLD __attribute__((noinline, cold))

/* What the host has room for: 16 bytes, or 12. */
#define SEMU_VSCSI_CDB sizeof(((struct vscsi_ioc_i2t *)NULL)->cmd)

/* A target. The pump knows each as a port. */
struct semu_vscsi_target {
	struct scsiemu_port port;
	struct scsiemu_vscsi *v;
	struct scsiemu_pump *pump;
	struct semu_slots slots;
	struct semu_vscsi_cmd *all; /* that were ever needed */
	bool leaving;		    /* takes no commands any more */
};

enum {
	SEMU_VSCSI_LIVE = 1,
	SEMU_VSCSI_LOST = 2, /* the host has forgotten it (reset, detached) */
	SEMU_VSCSI_GIVEN_UP = 4 /* by semu_vscsi_abort_all() */
};

struct semu_vscsi_cmd {
	struct scsiemu_task t; /* first */
	struct semu_vscsi_target *target;
	struct semu_vscsi_cmd *next; /* in target->all */
	uint8_t *buf;
	uint32_t room;	   /* at buf */
	uint32_t at, have; /* data-out: buf has `have` bytes from `at` on, and
			    * the host gives next what follows */
	int tag;
	uint8_t state; /* of SEMU_VSCSI_LIVE ...; 0: nobody's */
	uint8_t cdb[SEMU_VSCSI_CDB];
};

struct scsiemu_vscsi {
	struct scsiemu_source source; /* first */
	const struct semu_calls *sys;
	const struct scsiemu_allocator *alloc;
	struct scsiemu_loop *loop;
	const int *ends; /* by enum semu_vscsi_end: T2I's status */
	/* Of the one ioctl that is under way. */
	struct vscsi_ioc_i2t i2t;
	struct vscsi_ioc_data data;
	struct vscsi_ioc_t2i t2i;
	struct semu_vscsi_target *target[SCSIEMU_VSCSI_TARGETS];
	bool broken;
	struct scsiemu_errmsg why;
};

/* vscsi.c: scsiemu_vscsi_open() over other calls than the system's, and with
 * the numbers of another system's header. */
struct scsiemu_vscsi *semu_vscsi_open(const struct scsiemu_vscsi_config *cf,
				      const struct semu_calls *sys,
				      const int ends[SEMU_VSCSI_ENDS],
				      const char *path,
				      struct scsiemu_errmsg *err);
/* This system's. */
extern const int semu_vscsi_ends[SEMU_VSCSI_ENDS];
/* As a rule it is done: true. Else semu_vscsi_again(). */
static inline bool semu_vscsi_call(struct scsiemu_vscsi *v,
				   unsigned long request, void *arg)
{
	return v->sys->ioctl(v->source.fd, request, arg) >= 0;
}
/* It failed: again, if it was only interrupted. 0, or errno. */
SEMU_VSCSI_COLD int semu_vscsi_again(struct scsiemu_vscsi *v,
				     unsigned long request, void *arg);
/* It serves no more: what it could not do, and errno or 0. */
void semu_vscsi_break(struct scsiemu_vscsi *v, const char *what, int error);

/* command.c: everything that the host has ready, or enough for now. */
void semu_vscsi_take(struct scsiemu_vscsi *v);
void semu_vscsi_abort_all(struct semu_vscsi_target *t);
extern const struct scsiemu_port_ops semu_vscsi_port_ops;

/* data.c: of the port. */
int semu_vscsi_window(void *port, struct scsiemu_task *t, bool in, uint32_t off,
		      uint32_t len, bool whole, struct scsiemu_vec *v,
		      unsigned *nv);
void semu_vscsi_push(void *port, struct scsiemu_task *t, uint32_t off,
		     uint32_t len, const struct scsiemu_vec *v, unsigned nv,
		     enum scsiemu_push how, bool last);
void semu_vscsi_cancel(void *port, struct scsiemu_task *t);

#endif
