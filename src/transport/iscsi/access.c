/* SPDX-License-Identifier: BSD-2-Clause */
/* iscsi/access.c - who may log in to a target, and through which portals. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "transport/iscsi/target.h"

/* Numeric, with or without port, brackets and zone, to IPv6 or v4-mapped. */
bool semu_iscsi_address(const char *text, uint8_t addr[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	char host[48];
	size_t len;

	if (text[0] == '[')
		len = strcspn(++text, "]%");
	else if (strchr(text, '.') &&
		 strspn(text, "0123456789.:") == strlen(text) && text[0] != ':')
		len = strcspn(text, ":");
	else
		len = strcspn(text, "%");
	if (len >= sizeof(host))
		return false;
	memcpy(host, text, len);
	host[len] = 0;
	if (inet_pton(AF_INET6, host, addr) == 1)
		return true;
	memcpy(addr, mapped, sizeof(mapped));
	return inet_pton(AF_INET, host, addr + 12) == 1;
}

static bool address_matches(const struct semu_iscsi_allow *a,
			    const uint8_t addr[16])
{
	unsigned whole = a->bits / 8, rest = a->bits % 8;

	if (memcmp(a->addr, addr, whole) != 0)
		return false;
	return rest == 0 || ((a->addr[whole] ^ addr[whole]) >> (8 - rest)) == 0;
}

static bool address_admitted(const struct semu_iscsi_allow *list,
			     const char *peer)
{
	uint8_t addr[16];

	if (!list)
		return true;
	if (!peer || !semu_iscsi_address(peer, addr))
		return false;
	for (; list; list = list->next)
		if (address_matches(list, addr))
			return true;
	return false;
}

static bool name_admitted(const struct semu_iscsi_allow *list, const char *name)
{
	if (!list)
		return true;
	for (; list; list = list->next)
		if (list->prefix
			    ? strncmp(name, list->name, strlen(list->name)) == 0
			    : strcmp(name, list->name) == 0)
			return true;
	return false;
}

bool semu_iscsi_admits(const struct scsiemu_iscsi_target *t,
		       const char *initiator, const char *peer_addr)
{
	return name_admitted(t->initiators, initiator) &&
	       address_admitted(t->addresses, peer_addr);
}

bool semu_iscsi_serves(const struct scsiemu_iscsi_target *t, uint16_t tag)
{
	const struct semu_iscsi_group *g = t->groups;

	while (g && g->tag != tag)
		g = g->next;
	return g || !t->groups;
}

/* Behind the others: lists read in the order they were written. */
static int allow(struct semu_iscsi_allow **list,
		 const struct semu_iscsi_allow *what,
		 struct scsiemu_errmsg *err)
{
	struct semu_iscsi_allow *a = malloc(sizeof(*a));

	if (!a)
		return semu_iscsi_err(err, "out of memory");
	*a = *what;
	a->next = NULL;
	while (*list)
		list = &(*list)->next;
	*list = a;
	return 0;
}

int scsiemu_iscsi_initiator_allow(struct scsiemu_iscsi_target *t,
				  const char *pattern,
				  struct scsiemu_errmsg *err)
{
	struct semu_iscsi_allow a = { .prefix = false };
	size_t len = strlen(pattern);
	char shown[64];

	if (len && pattern[len - 1] == '*') {
		a.prefix = true;
		len--;
	}
	semu_text_escape(shown, sizeof(shown), pattern, strlen(pattern));
	if (len >= sizeof(a.name) || memchr(pattern, '*', len) ||
	    !semu_text_utf8(pattern, (uint32_t)len) || (!len && !a.prefix))
		return semu_iscsi_err(err,
				      "initiator %s: give a name of at most "
				      "223 bytes, '*' only at its end",
				      shown);
	if (!a.prefix &&
	    !semu_iscsi_name(pattern, (uint32_t)len, false, a.name))
		return semu_iscsi_err(err,
				      "initiator %s: not an iSCSI name (iqn., "
				      "eui. or naa.)",
				      shown);
	for (size_t i = 0; i < len; i++)
		a.name[i] = (char)(pattern[i] >= 'A' && pattern[i] <= 'Z'
					   ? pattern[i] | 0x20
					   : pattern[i]);
	t->node->generation++;
	return allow(&t->initiators, &a, err);
}

int scsiemu_iscsi_address_allow(struct scsiemu_iscsi_target *t,
				const char *prefix, struct scsiemu_errmsg *err)
{
	struct semu_iscsi_allow a = { .bits = 128 };
	char host[48], shown[64];
	size_t len = strcspn(prefix, "/");
	uint64_t bits;
	bool v4;

	semu_text_escape(shown, sizeof(shown), prefix, strlen(prefix));
	if (len >= sizeof(host))
		return semu_iscsi_err(err, "address %s: too long", shown);
	memcpy(host, prefix, len);
	host[len] = 0;
	v4 = inet_pton(AF_INET, host, a.addr) == 1;
	if (!v4 && inet_pton(AF_INET6, host, a.addr) != 1)
		return semu_iscsi_err(err,
				      "address %s: give a numeric IPv4 or IPv6 "
				      "address, with /BITS for a network",
				      shown);
	semu_iscsi_address(host, a.addr);
	if (prefix[len]) {
		const char *b = prefix + len + 1;

		if (!semu_text_number(b, (uint32_t)strlen(b), &bits) ||
		    bits > (v4 ? 32 : 128))
			return semu_iscsi_err(err, "address %s: 0 to %u bits",
					      shown, v4 ? 32 : 128);
		a.bits = (uint8_t)(bits + (v4 ? 96 : 0));
	}
	t->node->generation++;
	return allow(&t->addresses, &a, err);
}

int scsiemu_iscsi_target_group(struct scsiemu_iscsi_target *t, uint16_t tag,
			       struct scsiemu_errmsg *err)
{
	struct semu_iscsi_group *g;

	if (tag == 0)
		return semu_iscsi_err(err, "portal group: 1 to 65535");
	g = malloc(sizeof(*g));
	if (!g)
		return semu_iscsi_err(err, "out of memory");
	g->tag = tag;
	g->next = t->groups;
	t->groups = g;
	t->node->generation++;
	return 0;
}

static void allow_free(struct semu_iscsi_allow *a)
{
	while (a) {
		struct semu_iscsi_allow *next = a->next;

		free(a);
		a = next;
	}
}

void semu_iscsi_access_free(struct scsiemu_iscsi_target *t)
{
	struct semu_iscsi_group *g = t->groups;

	while (g) {
		struct semu_iscsi_group *next = g->next;

		free(g);
		g = next;
	}
	allow_free(t->initiators);
	allow_free(t->addresses);
	t->groups = NULL;
	t->initiators = t->addresses = NULL;
}
