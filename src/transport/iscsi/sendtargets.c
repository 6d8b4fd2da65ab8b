/* SPDX-License-Identifier: BSD-2-Clause */
/* iscsi/sendtargets.c - the answer to SendTargets (RFC 7143 Appendix C). */
#include <stdio.h>
#include <string.h>

#include "transport/iscsi/target.h"

/* The address the initiator came to, less its port: what a wildcard portal is
 * called from there. 0: nothing known that fits the portal. */
static int host_part(const struct semu_iscsi_login *l, bool v4_only)
{
	const char *a = l->portal_addr;
	const char *colon = a ? strrchr(a, ':') : NULL;

	if (!colon || (v4_only && a[0] == '['))
		return 0;
	return (int)(colon - a);
}

static void portal(const struct semu_iscsi_login *l,
		   const struct scsiemu_iscsi_portal *p,
		   struct semu_text_out *o)
{
	bool any4 = strcmp(p->addr, "0.0.0.0") == 0;
	bool any = any4 || strcmp(p->addr, "::") == 0;
	bool v6 = !any && strchr(p->addr, ':');
	int len = any ? host_part(l, any4) : (int)strlen(p->addr);
	char text[96];

	if (len == 0 || len > 64)
		return;
	snprintf(text, sizeof(text), "%s%.*s%s:%u,%u", v6 ? "[" : "", len,
		 any ? l->portal_addr : p->addr, v6 ? "]" : "", p->port,
		 p->tag);
	semu_text_pair(o, "TargetAddress", text);
}

static void target(const struct semu_iscsi_login *l,
		   const struct scsiemu_iscsi_target *t,
		   struct semu_text_out *o)
{
	const struct scsiemu_iscsi_portal *p = l->node->portals;
	char text[96];

	semu_text_pair(o, "TargetName", t->name);
	for (; p; p = p->next)
		if (semu_iscsi_serves(t, p->tag))
			portal(l, p, o);
	/* A node whose server keeps the portals to itself. */
	if (!l->node->portals && l->portal_addr) {
		snprintf(text, sizeof(text), "%.64s,%u", l->portal_addr,
			 l->portal_tag);
		semu_text_pair(o, "TargetAddress", text);
	}
}

static bool visible(const struct semu_iscsi_login *l,
		    const struct scsiemu_iscsi_target *t)
{
	return !t->removed && semu_iscsi_admits(t, l->initiator, l->peer_addr);
}

/* Of a normal session: only what it is logged in to. "All" is for discovery,
 * but initiators send it here too; what it tells is no more than "" does. */
static bool own(const struct semu_iscsi_login *l, const char *value,
		uint32_t len, struct semu_text_out *o)
{
	char name[SEMU_ISCSI_NAME];

	if (len && !semu_text_is(value, len, "All") &&
	    (!semu_iscsi_name(value, len, false, name) ||
	     strcmp(name, l->target->name) != 0))
		return false;
	target(l, l->target, o);
	return true;
}

bool semu_iscsi_sendtargets(const struct semu_iscsi_login *l, const char *value,
			    uint32_t len, struct semu_text_out *o)
{
	const struct scsiemu_iscsi_target *t = l->node->targets;
	bool all = semu_text_is(value, len, "All");
	char name[SEMU_ISCSI_NAME];

	if (!l->discovery)
		return own(l, value, len, o);
	if (!all && !semu_iscsi_name(value, len, false, name))
		return false;
	for (; t; t = t->next)
		if (visible(l, t) && (all || strcmp(t->name, name) == 0))
			target(l, t, o);
	return true;
}
