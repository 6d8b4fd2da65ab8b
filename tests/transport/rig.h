/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rig.h - an iSCSI engine in memory with a disk behind it, and clients of
 * tests/support/rfc_client.h that are wired to it without sockets.
 */
#ifndef ISCSI_RIG_H
#define ISCSI_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <scsiemu/sbc.h>
#include <scsiemu/stores.h>
#include <scsiemu/transport/iscsi.h>
#include <scsiemu/wire.h>

#include "support/rfc_client.h"

#include <string.h>

#define RIG_IQN	   "iqn.2026-11.test:disk"
#define RIG_CLIENT "iqn.2026-11.test:me"
#define RIG_BLOCKS 4096u /* of 512 bytes */

struct rig {
	struct scsiemu_iscsi_limits limits;
	struct scsiemu_iscsi_node *node;
	struct scsiemu_iscsi_target *target;
	struct scsiemu_iscsi *engine;
	struct scsiemu_device *dev;
	struct scsiemu_pump pump;
	struct scsiemu_medium medium, null;
	struct scsiemu_wrap_delay *delay; /* LUN 0, after rig_delay() */
	struct scsiemu_lu *lu;
	uint16_t rules; /* of error injection, of LUN 0 */
	bool deferred;	/* errors, of LUN 0 */
	uint64_t state[256];
	uint8_t bounce[8192];
	uint64_t now;
	long live;	/* allocations that are alive */
	long fail_from; /* the n-th allocation from now fails; 0: none */
};

struct rig_end {
	struct rig *rig;
	struct scsiemu_iscsi_conn *conn;
	struct rfc_client c;
	uint8_t in[2 << 20]; /* from the target, not parsed yet */
	size_t in_len, in_off;
	size_t chunk; /* bytes per input() call; 0: all */
	bool deaf;    /* does not read */
};

/* LUN 0: a memory disk, LUN 1: a null disk. */
void rig_open(struct rig *r);
/* Before rig_open(): r->limits, r->rules, r->deferred may be set. */
void rig_init(struct rig *r);
void rig_close(struct rig *r);
/* Put a delay store around LUN 0's medium: nothing is done before rig_run(). */
void rig_delay(struct rig *r);
void rig_run(struct rig *r);
/* Let time pass. */
void rig_time(struct rig *r, uint64_t ms);

void rig_connect(struct rig_end *e, struct rig *r);
void rig_hangup(struct rig_end *e);
/* Bytes of the client to the target, and what it answers back. */
void rig_raw(struct rig_end *e, const void *p, size_t len);
void rig_pull(struct rig_end *e);
void rig_send(struct rig_end *e, struct rfc_pdu *p);
/* The next PDU from the target; fails when there is none. */
void rig_recv(struct rig_end *e, struct rfc_pdu *p);
/* Nothing more has come. */
void rig_silent(struct rig_end *e);
/* The connection ended. */
bool rig_ended(struct rig_end *e);

/* A normal login in one request with these keys more ("A=1\0B=2\0"). */
void rig_login(struct rig_end *e, const char *keys, size_t len);
#define RIG_LOGIN(e, keys) rig_login(e, keys, sizeof(keys))
/* Connect, log in, and take the power-on unit attentions away. */
void rig_session(struct rig_end *e, struct rig *r, const char *keys,
		 size_t len);
#define RIG_SESSION(e, r, keys) rig_session(e, r, keys, sizeof(keys))

/* READ(10) and WRITE(10). */
void rig_cdb(uint8_t cdb[16], uint8_t op, uint32_t lba, uint16_t nblk);
/* A SCSI Response with status (and CHECK CONDITION: key, asc). */
void rig_response(struct rig_end *e, uint32_t itt, uint8_t status, uint8_t key,
		  uint16_t asc);
void rig_reject(struct rig_end *e, uint8_t reason, const struct rfc_pdu *bad);

#endif
