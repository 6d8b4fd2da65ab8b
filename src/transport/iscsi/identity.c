/* SPDX-License-Identifier: BSD-2-Clause */
/* iscsi/identity.c - who logs in to what (RFC 7143 6.3, 13.4 to 13.9, 13.21).
 * Initiators repeat these keys in the second stage; the same value is fine. */
#include <string.h>

#include "transport/iscsi/keys.h"
#include "transport/iscsi/status.h"
#include "transport/iscsi/target.h"

/* Keep v, or compare it with what is kept. */
static uint16_t keep(char *field, const char *v)
{
	if (!field[0])
		memcpy(field, v, strlen(v) + 1);
	return strcmp(field, v) == 0 ? SEMU_LOGIN_OK
				     : SEMU_LOGIN_INITIATOR_ERROR;
}

uint16_t semu_take_initiator(struct semu_iscsi_login *l,
			     const struct semu_text_pair *p)
{
	char name[SEMU_ISCSI_NAME];

	if (p->value_len > l->node->limits.name ||
	    !semu_iscsi_name(p->value, p->value_len, false, name))
		return SEMU_LOGIN_INITIATOR_ERROR;
	return keep(l->initiator, name);
}

uint16_t semu_take_target(struct semu_iscsi_login *l,
			  const struct semu_text_pair *p)
{
	char name[SEMU_ISCSI_NAME];

	if (p->value_len > l->node->limits.name)
		return SEMU_LOGIN_INITIATOR_ERROR;
	if (!semu_iscsi_name(p->value, p->value_len, false, name))
		return SEMU_LOGIN_NOT_FOUND;
	return keep(l->target_name, name);
}

uint16_t semu_take_alias(struct semu_iscsi_login *l,
			 const struct semu_text_pair *p)
{
	if (p->value_len >= sizeof(l->alias))
		return SEMU_LOGIN_INITIATOR_ERROR;
	memcpy(l->alias, p->value, p->value_len + 1);
	return SEMU_LOGIN_OK;
}

uint16_t semu_take_type(struct semu_iscsi_login *l,
			const struct semu_text_pair *p)
{
	uint8_t type;

	if (semu_text_is(p->value, p->value_len, "Normal"))
		type = SEMU_TYPE_NORMAL;
	else if (semu_text_is(p->value, p->value_len, "Discovery"))
		type = SEMU_TYPE_DISCOVERY;
	else
		return SEMU_LOGIN_SESSION_TYPE;
	if (l->own.type == SEMU_TYPE_OPEN)
		l->own.type = type;
	return l->own.type == type ? SEMU_LOGIN_OK : SEMU_LOGIN_INITIATOR_ERROR;
}

static uint16_t redirect(const struct scsiemu_iscsi_target *t,
			 struct semu_text_out *o)
{
	semu_text_pair(o, "TargetAddress", t->redirect);
	return t->permanent ? SEMU_LOGIN_MOVED_PERMANENTLY
			    : SEMU_LOGIN_MOVED_TEMPORARILY;
}

uint16_t semu_identity_settle(struct semu_iscsi_login *l,
			      struct semu_text_out *o)
{
	struct scsiemu_iscsi_target *t;

	if (!l->initiator[0])
		return SEMU_LOGIN_MISSING;
	if (l->own.type == SEMU_TYPE_OPEN)
		l->own.type = SEMU_TYPE_NORMAL;
	l->discovery = l->own.type == SEMU_TYPE_DISCOVERY;
	if (l->discovery)
		return SEMU_LOGIN_OK;
	if (!l->target_name[0])
		return SEMU_LOGIN_MISSING;
	t = scsiemu_iscsi_target_find(l->node, l->target_name);
	if (!t || (!t->removed && !semu_iscsi_serves(t, l->portal_tag)))
		return SEMU_LOGIN_NOT_FOUND;
	if (t->removed)
		return SEMU_LOGIN_REMOVED;
	if (!semu_iscsi_admits(t, l->initiator, l->peer_addr))
		return SEMU_LOGIN_FORBIDDEN;
	if (t->redirect[0])
		return redirect(t, o);
	l->target = t;
	return SEMU_LOGIN_OK;
}
