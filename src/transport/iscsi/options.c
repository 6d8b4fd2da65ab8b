/* SPDX-License-Identifier: BSD-2-Clause */
/* iscsi/options.c - portals and CHAP users as a command line writes them. */
#include <scsiemu/transport/iscsi.h>

#include <transport/iscsi/target.h>

#include <stdlib.h>
#include <string.h>

/* Digits of p to *v, at most max; *end behind them. */
static bool number(const char *p, const char **end, unsigned max, uint16_t *v)
{
	unsigned n = 0;

	*end = p;
	while (**end >= '0' && **end <= '9' && n <= max)
		n = n * 10 + (unsigned)(*(*end)++ - '0');
	*v = (uint16_t)n;
	return *end > p && n <= max;
}

struct scsiemu_iscsi_portal *scsiemu_iscsi_portal_text(
	struct scsiemu_iscsi_node *n, const char *text,
	struct scsiemu_errmsg *err)
{
	const char *colon = strrchr(text, ':'), *end = NULL;
	size_t len = colon ? (size_t)(colon - text) : 0;
	uint16_t port = 0, tag = 1;
	char addr[64];
	bool ok = len && len < sizeof(addr) &&
		  number(colon + 1, &end, 65535, &port);

	if (ok && *end == ',')
		ok = number(end + 1, &end, 65535, &tag);
	if (!ok || *end) {
		semu_iscsi_err(err,
			       "portal %s: not ADDR:PORT or ADDR:PORT,GROUP",
			       text);
		return NULL;
	}
	memcpy(addr, text, len);
	addr[len] = 0;
	return scsiemu_iscsi_portal_add(n, addr, port, tag, err);
}

struct user {
	char name[256];
	uint8_t secret[SCSIEMU_ISCSI_SECRET];
	uint32_t len;
};

static int load(struct user *u, const char *text, struct scsiemu_errmsg *err)
{
	const char *colon = strchr(text, ':');
	size_t len = colon ? (size_t)(colon - text) : 0;
	int n;

	if (!len || len >= sizeof(u->name))
		return semu_iscsi_err(err, "%s: not NAME:SECRETFILE", text);
	memcpy(u->name, text, len);
	u->name[len] = 0;
	n = scsiemu_iscsi_secret_read(colon + 1, u->secret, sizeof(u->secret),
				      err);
	u->len = n < 0 ? 0 : (uint32_t)n;
	return n < 0 ? -1 : 0;
}

int scsiemu_iscsi_chap_text(struct scsiemu_iscsi_node *n,
			    struct scsiemu_iscsi_target *t, const char *user,
			    const char *mutual, struct scsiemu_errmsg *err)
{
	struct scsiemu_iscsi_chap c = { .size = sizeof(c) };
	struct user theirs, ours;
	int r = load(&theirs, user, err);

	if (!r && mutual)
		r = load(&ours, mutual, err);
	c.name = theirs.name;
	c.secret = theirs.secret;
	c.secret_len = theirs.len;
	if (mutual) {
		c.mutual_name = ours.name;
		c.mutual_secret = ours.secret;
		c.mutual_secret_len = ours.len;
	}
	if (!r)
		r = scsiemu_iscsi_chap_add(n, t, &c, err);
	scsiemu_iscsi_secret_wipe(&theirs, sizeof(theirs));
	scsiemu_iscsi_secret_wipe(&ours, sizeof(ours));
	return r;
}
