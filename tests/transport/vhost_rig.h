/* SPDX-License-Identifier: BSD-2-Clause */
/* vhost_rig.h - a back end, usually with one small disk, its front end and
 * driver. */
#ifndef VHOST_RIG_H
#define VHOST_RIG_H

#include "rw.h"
#include "vhost_sim.h"

#include <scsiemu/host.h>
#include <scsiemu/wire.h>

extern struct vhost_sim sim;
extern struct scsiemu_host_device dev;
extern struct scsiemu_loop *loop;
extern struct scsiemu_vhost *server;
extern char path[64], said[256]; /* of the socket; the last notice */
extern uint8_t data[8192];

/* A disk; power on was told. slow: the store waits for run_store(). */
void make(bool packed, uint64_t features, bool slow);
/* The same of another device. */
void make_of(const char *device, bool packed, uint64_t features, bool slow);
/* The front end goes, then the back end. */
void drop(void);
/* The back end runs until it waits. */
void settle(void);
void run_store(void);

/* A request, with its memory: out, then in. */
struct request {
	uint32_t req, rsp, out, in, out_len, in_len;
	uint16_t id;
};
struct request put_request(const uint8_t *lun, const void *cdb, unsigned len,
			   const void *out, uint32_t out_len, uint32_t in_len);
extern const uint8_t lun0[8];
/* It has ended with this many bytes written; its response. */
const uint8_t *ended(const struct request *r, uint32_t want);
void expect(const uint8_t *rsp, uint8_t response, uint8_t status,
	    uint32_t resid);

enum { NOTHING_YET = -1 };

/* The code of a message that asked to be acknowledged, or NOTHING_YET. */
int acknowledged(void);
int acked(uint32_t request, const void *body, uint32_t len, int fd);

#endif
