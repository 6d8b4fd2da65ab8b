/* SPDX-License-Identifier: BSD-2-Clause */
/* login_kit.h - one login, request by request, for the tests of it. */
#ifndef LOGIN_KIT_H
#define LOGIN_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "transport/iscsi/login.h"
#include "transport/iscsi/status.h"
#include "transport/iscsi/target.h"

#define IQN_T	     "iqn.2026-01.test.target:disk"
#define IQN_I	     "iqn.2026-01.test.host:one"
#define WHO	     "InitiatorName=" IQN_I "\0TargetName=" IQN_T
#define WHO_DISCOVER "InitiatorName=" IQN_I "\0SessionType=Discovery"

/* Byte 1 of a request or response. */
#define T	 0x80
#define C	 0x40
#define CSG(n)	 ((n) << 2)
#define SECURITY CSG(0)
#define OPER	 CSG(1)
#define TO_OPER	 (T | 1) /* from security */
#define TO_FULL	 (T | 3)

/* A literal with its last NUL: whole pairs. */
#define TEXT(s) s, sizeof(s)
#define NOTHING "", 0

struct kit {
	struct scsiemu_iscsi_node *node;
	struct scsiemu_iscsi_target *target;
	struct semu_iscsi_login l;
	uint8_t part[65536];
	uint8_t req[48], rsp[48];
	uint8_t out[8192 + 1];
	uint32_t out_len;
	enum semu_iscsi_login_next next;
};

/* A node with one target and no rules; limits may be NULL. */
void kit_open(struct kit *k, const struct scsiemu_iscsi_limits *limits);
/* Begin a new login (wipes the last one). */
void kit_login(struct kit *k);
void kit_close(struct kit *k);
/* One request with these flags and text; k->req may be changed before. */
void kit_send(struct kit *k, uint8_t flags, const char *text, size_t len);

/* It went on: flags and exactly this text came back. */
void kit_expect(struct kit *k, enum semu_iscsi_login_next next, uint8_t flags,
		const char *text, size_t len);
/* It was refused, with this status and no text. */
void kit_refused(struct kit *k, uint16_t status);

#endif
