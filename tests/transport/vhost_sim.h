/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vhost_sim.h - a front end of vhost-user and the driver in its guest: memory
 * that is shared, queues of both formats, by the rules of VIRTIO 1.2. What
 * breaks them fails the test.
 */
#ifndef VHOST_SIM_H
#define VHOST_SIM_H

#include <transport/vhost/vhost.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { SIM_QUEUES = 3, SIM_SIZE = 16, SIM_MEMORY = 2 << 20 };
#define SIM_GUEST UINT64_C(0x100000)
#define SIM_USER  UINT64_C(0x7f0000000000)

struct sim_queue {
	uint32_t desc, used, avail; /* in the memory */
	uint16_t next, seen;	    /* driver: to make available, used seen */
	bool wrap, seen_wrap;
	int kick, call;
	uint16_t slots[SIM_SIZE]; /* packed: by id */
};

struct vhost_sim {
	int fd, memfd, fly; /* fly: the memory of what is in flight, or -1 */
	uint64_t fly_len;
	uint8_t *mem;
	bool packed;
	uint64_t features;
	uint32_t free; /* the next byte of the guest's memory */
	struct sim_queue q[SIM_QUEUES];
	uint16_t next_id;
};

struct sim_part {
	uint32_t at, len;
	bool in;
	bool table; /* of descriptors */
};

/* Connect, say nothing. */
void vhost_sim_dial(struct vhost_sim *s, const char *path);
/* Connect, negotiate, share the memory, start the queues; settle: lets the
 * back end run until it waits. */
void vhost_sim_connect(struct vhost_sim *s, const char *path, bool packed,
		       uint64_t features, void (*settle)(void));
/* Queue i begins at base, as in messages. */
void vhost_sim_start(struct vhost_sim *s, unsigned i, uint32_t base);
void vhost_sim_hang_up(struct vhost_sim *s);
void vhost_sim_free(struct vhost_sim *s);
/* A message; its answer's length, -1: the connection is closed. */
void vhost_sim_send(struct vhost_sim *s, uint32_t request, uint32_t flags,
		    const void *body, uint32_t len, int fd);
int vhost_sim_receive(struct vhost_sim *s, void *body, uint32_t room, int *fd);
/* Memory of the guest's. */
uint32_t vhost_sim_take(struct vhost_sim *s, uint32_t len);
/* A chain into queue q, its id; a kick, if the back end wants one. */
uint16_t vhost_sim_put(struct vhost_sim *s, unsigned q,
		       const struct sim_part *p, unsigned n);
/* The next used chain: its id, -1: there is none. */
int vhost_sim_get(struct vhost_sim *s, unsigned q, uint32_t *len);
/* Signals since the last call. */
unsigned vhost_sim_signals(struct vhost_sim *s, unsigned q);

#endif
