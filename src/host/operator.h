/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host/operator.h - the operator's side of a library in a directory: one line
 * asks, text answers (docs/changer.md, "The control socket"). The same for who
 * serves it and for who only has its lock.
 */
#ifndef SEMU_HOST_OPERATOR_H
#define SEMU_HOST_OPERATOR_H

#include <scsiemu/host.h>

#define SEMU_OPERATOR_LINE 200 /* the longest request, without its newline */

struct semu_operator {
	struct scsiemu_medium *library; /* of scsiemu_open_library() */
	struct scsiemu_lu *changer;	/* NULL: nobody serves it */
};

/* Whatever the len bytes are: a reply, of at most room - 1 bytes and a NUL.
 * room is SCSIEMU_LIBRARY_REPLY at least. Returns its length. On the device's
 * thread, between commands. */
size_t semu_operate(const struct semu_operator *o, const char *request,
		    size_t len, char *reply, size_t room);

/* control.c: the socket "control" in a library's directory. NULL: *err says
 * why there is none. */
struct semu_control;
struct semu_control *semu_control_open(const char *dir,
				       struct scsiemu_errmsg *err);
int semu_control_fd(const struct semu_control *c);
/* Answer those who have asked; never waits. */
void semu_control_serve(struct semu_control *c, const struct semu_operator *o);
void semu_control_close(struct semu_control *c);

/* A socket that asks who serves the library, or -errno. */
int semu_control_connect(const char *dir);

#endif
