/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scsiemu/transport/loop.h - poll(2) around pumps, for programs that have no
 * event loop: the descriptors of adapters, the devices' time, the end of each
 * batch. A program that has a loop calls ready() of each source, and
 * scsiemu_pump_tick() and scsiemu_pump_flush(), itself (docs/embedding.md).
 */
#ifndef SCSIEMU_TRANSPORT_LOOP_H
#define SCSIEMU_TRANSPORT_LOOP_H

#include <scsiemu/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A descriptor that an adapter waits on. The adapter's memory. */
struct scsiemu_source {
	int fd;
	short events; /* of poll(2); changed at any time, 0: none */
	/* revents is not 0. May add and remove sources, itself too. */
	void (*ready)(struct scsiemu_source *s, short revents);
	struct scsiemu_source *next; /* the loop's */
};

struct scsiemu_loop;

/* NULL: no memory, or no descriptor. */
struct scsiemu_loop *scsiemu_loop_create(struct scsiemu_pump *p);
void scsiemu_loop_destroy(struct scsiemu_loop *l);

/* One more pump, of another device whose commands come from the same sources;
 * in use while the loop runs. 0 (also when it is there already) or
 * SCSIEMU_ERR_SPACE. */
int scsiemu_loop_pump(struct scsiemu_loop *l, struct scsiemu_pump *p);

/* s stays in use until it is removed. 0 or SCSIEMU_ERR_SPACE. */
int scsiemu_loop_add(struct scsiemu_loop *l, struct scsiemu_source *s);
void scsiemu_loop_remove(struct scsiemu_loop *l, struct scsiemu_source *s);

/* Operators of the libraries of an open device get answers while the loop runs
 * (scsiemu_host_control()); this does not keep it running. h stays open as long
 * as the loop is there. 0, or -1 with a message. */
int scsiemu_loop_operate(struct scsiemu_loop *l, struct scsiemu_host_device *h,
			 struct scsiemu_errmsg *err);

/* Until scsiemu_loop_stop(), or no source is left: 0; -1 and errno: poll()
 * failed. */
int scsiemu_loop_run(struct scsiemu_loop *l);
/* From a signal handler or another thread, too. */
void scsiemu_loop_stop(struct scsiemu_loop *l);

#ifdef __cplusplus
}
#endif
#endif
