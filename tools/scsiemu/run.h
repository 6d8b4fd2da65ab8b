/* SPDX-License-Identifier: BSD-2-Clause */
/* run.h - what a program under `scsiemu run` sees of the devices: the nodes,
 * and a folder in which they and sysfs lie. */
#ifndef RUN_H
#define RUN_H

#include <scsiemu/host.h>
#include <scsiemu/transport/sgio.h>

#define RUN_INQUIRY 96
#define RUN_DISK    16 /* room for the name of a block node */

/* A logical unit as a kernel finds it. */
struct run_unit {
	struct scsiemu_host_unit *unit;
	unsigned index; /* of its sg node */
	uint32_t inquiry_len;
	uint8_t inquiry[RUN_INQUIRY];
	char disk[RUN_DISK]; /* "sda"; "": it has no block node */
	unsigned ndisk;
};

struct run_view {
	struct scsiemu_host_device *device;
	struct run_unit *units;
	struct scsiemu_sgio_node *nodes;
	uint32_t nunits, nnodes;
	char folder[96]; /* short enough for a socket in it; "": not there */
};

/* Ask all logical units who they are. 0, or -1 with a message on stderr. */
int run_find(struct run_view *v, struct scsiemu_host_device *d);
/* INQUIRY; page < 0: standard data. Bytes that came, 0: it has no such. */
uint32_t run_inquiry(const struct run_view *v, const struct run_unit *u,
		     int page, void *to, uint32_t room);
/* Make the folder and all that is in it. 0, or -1 with a message. */
int run_make_tree(struct run_view *v);
/* Whether the command, which execvp() is to find, would see the nodes: 0, or -1
 * with a message. */
int run_check(const char *command);
/* Remove it, and what run_find() took. */
void run_forget(struct run_view *v);

#endif
