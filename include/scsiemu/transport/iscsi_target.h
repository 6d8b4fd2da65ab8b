/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scsiemu/transport/iscsi_target.h - what an iSCSI target offers and to whom:
 * targets, portals, CHAP users, access lists, redirection. RFC 7143.
 *
 * A node is used by one thread at a time: the one that runs its server. All of
 * this may change while it serves; sessions that exist stay as they are.
 * Strings and secrets are copied. Functions that give int: 0, or -1 with why
 * in *err (err may be NULL) and nothing changed.
 */
#ifndef SCSIEMU_TRANSPORT_ISCSI_TARGET_H
#define SCSIEMU_TRANSPORT_ISCSI_TARGET_H

#include <scsiemu/stores.h>
#include <scsiemu/transport/iscsi_limits.h>

#ifdef __cplusplus
extern "C" {
#endif

struct scsiemu_iscsi_node;
struct scsiemu_iscsi_target;
struct scsiemu_iscsi_portal;

/* limits NULL: the defaults. NULL: no memory, or a limit out of range. */
struct scsiemu_iscsi_node *scsiemu_iscsi_node_create(
	const struct scsiemu_iscsi_limits *limits, struct scsiemu_errmsg *err);
/* Frees all targets and portals, wipes the secrets. No login or session may be
 * alive on it. NULL: nothing. */
void scsiemu_iscsi_node_destroy(struct scsiemu_iscsi_node *n);
/* What is in force; valid as long as the node. */
const struct scsiemu_iscsi_limits *scsiemu_iscsi_node_limits(
	const struct scsiemu_iscsi_node *n);

/*
 * Portals. addr: numeric IPv4 or IPv6 ("::1" or "[::1]"); "0.0.0.0" and "::"
 * (announced as the address that the initiator came to). port 0: the server
 * picks one. tag: portal group, 1 ... 65535; portals of one group serve one
 * session (RFC 7143 4.4.1).
 */
struct scsiemu_iscsi_portal *scsiemu_iscsi_portal_add(
	struct scsiemu_iscsi_node *n, const char *addr, uint16_t port,
	uint16_t tag, struct scsiemu_errmsg *err);
/* In the order added; p NULL: the first. NULL: no more. */
struct scsiemu_iscsi_portal *scsiemu_iscsi_portal_next(
	const struct scsiemu_iscsi_node *n,
	const struct scsiemu_iscsi_portal *p);
/* Numeric, no brackets. */
const char *scsiemu_iscsi_portal_addr(const struct scsiemu_iscsi_portal *p);
uint16_t scsiemu_iscsi_portal_port(const struct scsiemu_iscsi_portal *p);
uint16_t scsiemu_iscsi_portal_tag(const struct scsiemu_iscsi_portal *p);
/* The port that was picked for a portal of port 0. */
void scsiemu_iscsi_portal_bound(struct scsiemu_iscsi_portal *p, uint16_t port);

/*
 * Targets. name: iqn., eui. or naa. as RFC 7143 4.2.7 has it; upper case is
 * folded. user: the owner's (its pump, say), given back by _user(). NULL: no
 * memory, a malformed name, or one that is taken.
 */
struct scsiemu_iscsi_target *scsiemu_iscsi_target_add(
	struct scsiemu_iscsi_node *n, const char *name, void *user,
	struct scsiemu_errmsg *err);
struct scsiemu_iscsi_target *scsiemu_iscsi_target_find(
	const struct scsiemu_iscsi_node *n, const char *name);
/* In the order added, removed ones too; t NULL: the first. NULL: no more. */
struct scsiemu_iscsi_target *scsiemu_iscsi_target_next(
	const struct scsiemu_iscsi_node *n,
	const struct scsiemu_iscsi_target *t);
const char *scsiemu_iscsi_target_name(const struct scsiemu_iscsi_target *t);
void *scsiemu_iscsi_target_user(const struct scsiemu_iscsi_target *t);
/* TargetAlias: UTF-8, at most 223 bytes. NULL: none. */
int scsiemu_iscsi_target_alias(struct scsiemu_iscsi_target *t,
			       const char *alias, struct scsiemu_errmsg *err);
/* Serve it through portals of this group (call again for more); a target
 * without any is served through all. */
int scsiemu_iscsi_target_group(struct scsiemu_iscsi_target *t, uint16_t tag,
			       struct scsiemu_errmsg *err);
/* Gone: not listed, logins get 0204 "target removed". Its sessions are the
 * server's to end. The object stays; adding the name again gives it back as
 * new. */
void scsiemu_iscsi_target_remove(struct scsiemu_iscsi_target *t);
/*
 * Send initiators elsewhere: "addr", "addr:port", "[v6]:port" or a domain name.
 * permanent: status 0102, else 0101. address NULL: serve here again.
 */
int scsiemu_iscsi_target_redirect(struct scsiemu_iscsi_target *t,
				  const char *address, bool permanent,
				  struct scsiemu_errmsg *err);

/*
 * CHAP (RFC 7143 12.1.3). A target with at least one user admits only these;
 * so does discovery (t NULL), which has users of its own.
 */
struct scsiemu_iscsi_chap {
	uint32_t size;	  /* sizeof *this */
	const char *name; /* of the user: CHAP_N, 1..255 bytes UTF-8 */
	const void *secret;
	uint32_t secret_len; /* 12..255 */
	/* How the target answers this user's challenge; NULL: it does not, an
	 * initiator that wants mutual authentication is refused. */
	const char *mutual_name;
	const void *mutual_secret; /* not a secret of any user */
	uint32_t mutual_secret_len;
};
/* -1 also: the library was built without libcrypto. */
int scsiemu_iscsi_chap_add(struct scsiemu_iscsi_node *n,
			   struct scsiemu_iscsi_target *t,
			   const struct scsiemu_iscsi_chap *c,
			   struct scsiemu_errmsg *err);
/* New logins as this user fail. Authentication stays required when the last one
 * goes. -1: no such user. */
int scsiemu_iscsi_chap_remove(struct scsiemu_iscsi_node *n,
			      struct scsiemu_iscsi_target *t, const char *name,
			      struct scsiemu_errmsg *err);
/*
 * A secret from a file: regular, no access for group and others, 12..255 bytes;
 * one line feed at its end is not part of it. buf: 256 bytes, wipe it with
 * scsiemu_iscsi_secret_wipe(). The length, or -1.
 */
#define SCSIEMU_ISCSI_SECRET 256
int scsiemu_iscsi_secret_read(const char *path, uint8_t *buf, uint32_t cap,
			      struct scsiemu_errmsg *err);
void scsiemu_iscsi_secret_wipe(void *buf, uint32_t len);

/*
 * Who may log in; an empty list admits everybody, with both kinds both must
 * agree. What a list does not admit is not listed in discovery, and its login
 * gets 0202.
 */
/* An initiator's name; with a trailing '*' all names that begin so. */
int scsiemu_iscsi_initiator_allow(struct scsiemu_iscsi_target *t,
				  const char *pattern,
				  struct scsiemu_errmsg *err);
/* "192.0.2.7", "192.0.2.0/24", "2001:db8::/32". */
int scsiemu_iscsi_address_allow(struct scsiemu_iscsi_target *t,
				const char *prefix, struct scsiemu_errmsg *err);

#ifdef __cplusplus
}
#endif
#endif
