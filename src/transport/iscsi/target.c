/* SPDX-License-Identifier: BSD-2-Clause */
/* iscsi/target.c - a node's portals and targets (public configuration). */
#include "transport/iscsi/target.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int semu_iscsi_err(struct scsiemu_errmsg *err, const char *fmt, ...)
{
	va_list ap;

	if (err) {
		va_start(ap, fmt);
		vsnprintf(err->text, sizeof(err->text), fmt, ap);
		va_end(ap);
	}
	return -1;
}

struct scsiemu_iscsi_node *scsiemu_iscsi_node_create(
	const struct scsiemu_iscsi_limits *limits, struct scsiemu_errmsg *err)
{
	struct scsiemu_iscsi_limits l = { .size = sizeof(l) };
	struct scsiemu_iscsi_node *n;

	if (limits) { /* an older program's struct is shorter */
		size_t known = limits->size < sizeof(l) ? limits->size
							: sizeof(l);

		memcpy(&l, limits, known);
		l.size = known ? sizeof(l) : 0;
	}
	if (scsiemu_iscsi_limits_check(&l, err) < 0)
		return NULL;
	n = calloc(1, sizeof(*n));
	if (!n) {
		semu_iscsi_err(err, "out of memory");
		return NULL;
	}
	n->limits = l;
	n->bounds.key = l.key;
	n->bounds.value = l.value;
	n->crypto = semu_crypto();
	if (n->crypto && n->crypto->random(n->dummy, sizeof(n->dummy)) < 0) {
		semu_iscsi_err(err, "no random bytes from the system");
		free(n);
		return NULL;
	}
	return n;
}

void scsiemu_iscsi_node_destroy(struct scsiemu_iscsi_node *n)
{
	if (!n)
		return;
	while (n->portals) {
		struct scsiemu_iscsi_portal *p = n->portals;

		n->portals = p->next;
		free(p);
	}
	while (n->targets) {
		struct scsiemu_iscsi_target *t = n->targets;

		n->targets = t->next;
		semu_iscsi_access_free(t);
		semu_iscsi_users_free(t->users);
		free(t);
	}
	semu_iscsi_users_free(n->users);
	free(n);
}

const struct scsiemu_iscsi_limits *scsiemu_iscsi_node_limits(
	const struct scsiemu_iscsi_node *n)
{
	return &n->limits;
}

/* Without brackets, in the form that inet_ntop() writes. */
static bool portal_address(const char *text, char out[48])
{
	size_t len = strlen(text);
	bool brackets = len > 1 && text[0] == '[' && text[len - 1] == ']';
	uint8_t bin[16];
	char host[48];

	if (brackets) {
		text++;
		len -= 2;
	}
	if (len >= sizeof(host))
		return false;
	memcpy(host, text, len);
	host[len] = 0;
	if (inet_pton(AF_INET6, host, bin) == 1)
		return inet_ntop(AF_INET6, bin, out, 48);
	return !brackets && inet_pton(AF_INET, host, bin) == 1 &&
	       inet_ntop(AF_INET, bin, out, 48);
}

struct scsiemu_iscsi_portal *scsiemu_iscsi_portal_add(
	struct scsiemu_iscsi_node *n, const char *addr, uint16_t port,
	uint16_t tag, struct scsiemu_errmsg *err)
{
	struct scsiemu_iscsi_portal **end = &n->portals, *p;
	char text[48], shown[64];

	semu_text_escape(shown, sizeof(shown), addr, strlen(addr));
	if (!portal_address(addr, text)) {
		semu_iscsi_err(err,
			       "portal %s: give a numeric IPv4 or IPv6 address",
			       shown);
		return NULL;
	}
	if (tag == 0) {
		semu_iscsi_err(err, "portal %s: portal group 1 to 65535",
			       shown);
		return NULL;
	}
	for (; *end; end = &(*end)->next) {
		p = *end;
		if (port && p->port == port && strcmp(p->addr, text) == 0) {
			semu_iscsi_err(err, "portal %s port %u: named twice",
				       shown, port);
			return NULL;
		}
	}
	p = calloc(1, sizeof(*p));
	if (!p) {
		semu_iscsi_err(err, "out of memory");
		return NULL;
	}
	memcpy(p->addr, text, sizeof(text));
	p->node = n;
	p->port = port;
	p->tag = tag;
	n->generation++;
	return *end = p;
}

struct scsiemu_iscsi_portal *scsiemu_iscsi_portal_next(
	const struct scsiemu_iscsi_node *n,
	const struct scsiemu_iscsi_portal *p)
{
	return p ? p->next : n->portals;
}

const char *scsiemu_iscsi_portal_addr(const struct scsiemu_iscsi_portal *p)
{
	return p->addr;
}

uint16_t scsiemu_iscsi_portal_port(const struct scsiemu_iscsi_portal *p)
{
	return p->port;
}

uint16_t scsiemu_iscsi_portal_tag(const struct scsiemu_iscsi_portal *p)
{
	return p->tag;
}

void scsiemu_iscsi_portal_bound(struct scsiemu_iscsi_portal *p, uint16_t port)
{
	p->port = port;
	p->node->generation++;
}

/* A removed target comes back as new: nothing of its old rules holds. */
static struct scsiemu_iscsi_target *revive(struct scsiemu_iscsi_target *t,
					   void *user)
{
	semu_iscsi_access_free(t);
	semu_iscsi_users_free(t->users);
	t->users = NULL;
	t->alias[0] = t->redirect[0] = 0;
	t->permanent = t->removed = t->guarded = false;
	t->user = user;
	t->node->generation++;
	return t;
}

struct scsiemu_iscsi_target *scsiemu_iscsi_target_add(
	struct scsiemu_iscsi_node *n, const char *name, void *user,
	struct scsiemu_errmsg *err)
{
	struct scsiemu_iscsi_target **end = &n->targets, *t;
	size_t len = strlen(name);
	char folded[SEMU_ISCSI_NAME], shown[64];

	semu_text_escape(shown, sizeof(shown), name, len);
	if (len > n->limits.name ||
	    !semu_iscsi_name(name, (uint32_t)len, true, folded)) {
		semu_iscsi_err(err,
			       "target %s: not an iSCSI name "
			       "(iqn.YYYY-MM.reversed.domain:anything, eui. "
			       "and 16 or naa. and 16 or 32 hex digits; at "
			       "most %u bytes)",
			       shown, n->limits.name);
		return NULL;
	}
	for (; *end; end = &(*end)->next) {
		if (strcmp((*end)->name, folded) != 0)
			continue;
		if ((*end)->removed)
			return revive(*end, user);
		semu_iscsi_err(err, "target %s: named twice", shown);
		return NULL;
	}
	t = calloc(1, sizeof(*t));
	if (!t) {
		semu_iscsi_err(err, "out of memory");
		return NULL;
	}
	memcpy(t->name, folded, len + 1);
	t->node = n;
	t->user = user;
	n->generation++;
	return *end = t;
}

struct scsiemu_iscsi_target *scsiemu_iscsi_target_find(
	const struct scsiemu_iscsi_node *n, const char *name)
{
	struct scsiemu_iscsi_target *t = n->targets;
	char folded[SEMU_ISCSI_NAME];

	if (strlen(name) >= sizeof(folded) ||
	    !semu_iscsi_name(name, (uint32_t)strlen(name), true, folded))
		return NULL;
	while (t && strcmp(t->name, folded) != 0)
		t = t->next;
	return t;
}

struct scsiemu_iscsi_target *scsiemu_iscsi_target_next(
	const struct scsiemu_iscsi_node *n,
	const struct scsiemu_iscsi_target *t)
{
	return t ? t->next : n->targets;
}

const char *scsiemu_iscsi_target_name(const struct scsiemu_iscsi_target *t)
{
	return t->name;
}

void *scsiemu_iscsi_target_user(const struct scsiemu_iscsi_target *t)
{
	return t->user;
}

int scsiemu_iscsi_target_alias(struct scsiemu_iscsi_target *t,
			       const char *alias, struct scsiemu_errmsg *err)
{
	size_t len = alias ? strlen(alias) : 0;

	if (len >= sizeof(t->alias) ||
	    !semu_text_utf8(alias ? alias : "", (uint32_t)len))
		return semu_iscsi_err(err,
				      "alias: UTF-8 without control "
				      "characters, at most %zu bytes",
				      sizeof(t->alias) - 1);
	memcpy(t->alias, alias ? alias : "", len + 1);
	return 0;
}

void scsiemu_iscsi_target_remove(struct scsiemu_iscsi_target *t)
{
	t->removed = true;
	t->node->generation++;
}

/* domainname[:port] (RFC 7143 13.8): nothing that could end the pair or start
 * another. */
static bool redirect_address(const char *s)
{
	size_t len = strlen(s);

	if (len == 0 || len > 255 ||
	    strspn(s, "0123456789.:-[]abcdefghijklmnopqrstuvwxyz"
		      "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != len)
		return false;
	if (s[0] == '[')
		return strchr(s, ']') != NULL;
	/* An IPv6 address without brackets would hide the port. */
	return s[0] != ':' && strchr(s, ':') == strrchr(s, ':') &&
	       !strpbrk(s, "[]");
}

int scsiemu_iscsi_target_redirect(struct scsiemu_iscsi_target *t,
				  const char *address, bool permanent,
				  struct scsiemu_errmsg *err)
{
	char shown[64];

	if (address && !redirect_address(address)) {
		semu_text_escape(shown, sizeof(shown), address,
				 strlen(address));
		return semu_iscsi_err(err,
				      "redirect %s: give ADDRESS[:PORT], IPv6 "
				      "in brackets",
				      shown);
	}
	memcpy(t->redirect, address ? address : "",
	       address ? strlen(address) + 1 : 1);
	t->permanent = permanent;
	return 0;
}
