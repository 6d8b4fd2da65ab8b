/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iscsi/target.h - the node behind the public configuration calls, and what
 * login asks of it.
 */
#ifndef SEMU_ISCSI_TARGET_H
#define SEMU_ISCSI_TARGET_H

#include <scsiemu/transport/iscsi_target.h>

#include "host/crypto.h"
#include "transport/iscsi/login.h"
#include "transport/iscsi/text.h"

struct semu_chap_user {
	struct semu_chap_user *next;
	char name[256], mutual_name[256];
	uint8_t secret[255], mutual_secret[255];
	uint8_t secret_len, mutual_len; /* mutual_len 0: one-way */
};

struct semu_iscsi_allow { /* one entry of either access list */
	struct semu_iscsi_allow *next;
	char name[SEMU_ISCSI_NAME]; /* initiator; "" where all is true */
	bool prefix;		    /* all names that begin so */
	uint8_t addr[16];	    /* IPv6 or v4-mapped */
	uint8_t bits;		    /* of it that count */
};

struct semu_iscsi_group { /* portal group a target is served through */
	struct semu_iscsi_group *next;
	uint16_t tag;
};

struct scsiemu_iscsi_portal {
	struct scsiemu_iscsi_portal *next;
	struct scsiemu_iscsi_node *node;
	char addr[48];
	uint16_t port, tag;
};

struct scsiemu_iscsi_target {
	struct scsiemu_iscsi_target *next;
	struct scsiemu_iscsi_node *node;
	void *user;
	char name[SEMU_ISCSI_NAME], alias[SEMU_ISCSI_NAME];
	char redirect[256]; /* TargetAddress; "": served here */
	bool permanent, removed;
	bool guarded; /* CHAP is required, also when no user is left */
	struct semu_iscsi_group *groups;
	struct semu_iscsi_allow *initiators, *addresses;
	struct semu_chap_user *users;
};

struct scsiemu_iscsi_node {
	struct scsiemu_iscsi_limits limits;
	struct semu_text_bounds bounds;
	const struct semu_crypto *crypto; /* NULL: no CHAP */
	struct scsiemu_iscsi_portal *portals;
	struct scsiemu_iscsi_target *targets;
	struct semu_chap_user *users; /* of discovery */
	bool guarded;		      /* discovery requires CHAP */
	uint8_t dummy[16];	      /* secret of users that do not exist */
	uint32_t generation;	      /* counts what SendTargets could show */
};

/* Write the message, if anybody wants it; always -1. */
int semu_iscsi_err(struct scsiemu_errmsg *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Names (name.c). Lower case of v into out; false: empty, too long, not UTF-8
 * or not a name of type iqn, eui or naa. strict: every rule of RFC 7143 4.2.7
 * and RFC 3722, else what initiators in the field get wrong passes. */
bool semu_iscsi_name(const char *v, uint32_t len, bool strict,
		     char out[SEMU_ISCSI_NAME]);

/* Access (access.c). */
bool semu_iscsi_address(const char *text, uint8_t addr[16]);
bool semu_iscsi_admits(const struct scsiemu_iscsi_target *t,
		       const char *initiator, const char *peer_addr);
bool semu_iscsi_serves(const struct scsiemu_iscsi_target *t, uint16_t tag);

/* CHAP is required for what l logs in to, and its users. */
bool semu_iscsi_guarded(const struct semu_iscsi_login *l);
const struct semu_chap_user *semu_iscsi_users(const struct semu_iscsi_login *l);

/* SendTargets=value; false: the value is refused (sendtargets.c). */
bool semu_iscsi_sendtargets(const struct semu_iscsi_login *l, const char *value,
			    uint32_t len, struct semu_text_out *o);

void semu_iscsi_users_free(struct semu_chap_user *u);
void semu_iscsi_access_free(struct scsiemu_iscsi_target *t);

#endif
