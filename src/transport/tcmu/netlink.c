/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tcmu/netlink.c - what the kernel tells of TCMU's devices by generic netlink
 * ("TCM-USER", version 2): added, removed, reconfigured. Where a process has
 * asked for it (feature "replies") the kernel waits for an answer; ours is
 * given for every event that the caller says it is ours.
 */
#include <transport/tcmu/tcmu.h>

#include <errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <poll.h>

#include "store/open.h"

#define FAMILY "TCM-USER"
#define GROUP  "config"
enum { VERSION = 2 };

/* enum tcmu_genl_cmd; the answer to a command is three more. */
enum { ADDED = 1, REMOVED, RECONFIGURED, DONE = 3 };
/* enum tcmu_genl_attr */
enum {
	NAME = 1,
	CONFIG = 4,
	SIZE = 5,
	CACHE = 6,
	STATUS = 7,
	ID = 8,
	ATTRIBUTES
};

struct scsiemu_tcmu_watch {
	struct scsiemu_source source; /* first */
	const struct scsiemu_allocator *alloc;
	struct scsiemu_loop *loop;
	struct nl_sock *sock;
	int family;
	scsiemu_tcmu_event_fn *fn;
	void *ctx;
};

static void reply(struct scsiemu_tcmu_watch *w, int cmd, uint32_t id, int rc)
{
	struct nl_msg *m = nlmsg_alloc();

	if (m &&
	    genlmsg_put(m, NL_AUTO_PORT, NL_AUTO_SEQ, w->family, 0, 0,
			(uint8_t)(cmd + DONE), VERSION) &&
	    !nla_put_s32(m, STATUS, rc) && !nla_put_u32(m, ID, id))
		nl_send_auto(w->sock, m); /* one that is too late is refused */
	nlmsg_free(m);
}

/* What of a device has changed; one thing per message. */
static bool changed(struct nlattr *const *a, struct scsiemu_tcmu_event *e)
{
	if (a[CONFIG]) {
		e->what = SCSIEMU_TCMU_CONFIG;
		e->text = nla_get_string(a[CONFIG]);
	} else if (a[SIZE]) {
		e->what = SCSIEMU_TCMU_SIZE;
		e->value = nla_get_u64(a[SIZE]);
	} else if (a[CACHE]) {
		e->what = SCSIEMU_TCMU_CACHE;
		e->value = nla_get_u8(a[CACHE]);
	} else {
		return false;
	}
	return true;
}

static int heard(struct nl_msg *m, void *ctx)
{
	struct scsiemu_tcmu_watch *w = ctx;
	struct nlmsghdr *h = nlmsg_hdr(m);
	struct genlmsghdr *g = genlmsg_hdr(h);
	struct scsiemu_tcmu_event e = { .what = SCSIEMU_TCMU_ADDED };
	struct nlattr *a[ATTRIBUTES];
	int rc;

	if (h->nlmsg_type != w->family ||
	    genlmsg_parse(h, 0, a, ATTRIBUTES - 1, NULL) < 0 || !a[NAME] ||
	    !a[ID])
		return NL_SKIP;
	e.config = semu_tcmu_config(nla_get_string(a[NAME]));
	if (!e.config)
		return NL_SKIP;
	if (g->cmd == REMOVED)
		e.what = SCSIEMU_TCMU_REMOVED;
	else if (g->cmd != ADDED && (g->cmd != RECONFIGURED || !changed(a, &e)))
		return NL_SKIP;
	rc = w->fn(w->ctx, &e);
	if (rc <= 0)
		reply(w, g->cmd, nla_get_u32(a[ID]), rc);
	return NL_OK;
}

static void ready(struct scsiemu_source *s, short revents)
{
	struct scsiemu_tcmu_watch *w = (struct scsiemu_tcmu_watch *)s;

	(void)revents;
	nl_recvmsgs_default(w->sock);
}

static int join(struct scsiemu_tcmu_watch *w, struct scsiemu_errmsg *err)
{
	int group;

	if (genl_connect(w->sock))
		return semu_err(err, "netlink: no socket");
	w->family = genl_ctrl_resolve(w->sock, FAMILY);
	group = genl_ctrl_resolve_grp(w->sock, FAMILY, GROUP);
	if (w->family < 0 || group < 0)
		return semu_err(err, "netlink: there is no family " FAMILY
				     ": load the module target_core_user");
	if (nl_socket_add_membership(w->sock, group))
		return semu_err(err, "netlink: " FAMILY
				     " cannot be heard: that takes root");
	nl_socket_disable_seq_check(w->sock);
	nl_socket_modify_cb(w->sock, NL_CB_VALID, NL_CB_CUSTOM, heard, w);
	nl_socket_set_nonblocking(w->sock);
	w->source.fd = nl_socket_get_fd(w->sock);
	return 0;
}

struct scsiemu_tcmu_watch *scsiemu_tcmu_watch(struct scsiemu_loop *loop,
					      const struct scsiemu_allocator *a,
					      scsiemu_tcmu_event_fn *fn,
					      void *ctx,
					      struct scsiemu_errmsg *err)
{
	struct scsiemu_tcmu_watch *w = a->alloc(a->ctx, sizeof(*w));

	if (!w) {
		semu_err_memory(err);
		return NULL;
	}
	*w = (struct scsiemu_tcmu_watch){
		.source = { .events = POLLIN, .ready = ready },
		.alloc = a,
		.loop = loop,
		.sock = nl_socket_alloc(),
		.fn = fn,
		.ctx = ctx,
	};
	if (w->sock ? join(w, err) : semu_err_memory(err))
		goto failed;
	if (!loop || !scsiemu_loop_add(loop, &w->source))
		return w;
	semu_err_memory(err);
failed:
	w->loop = NULL;
	scsiemu_tcmu_unwatch(w);
	return NULL;
}

struct scsiemu_source *scsiemu_tcmu_watch_source(struct scsiemu_tcmu_watch *w)
{
	return &w->source;
}

void scsiemu_tcmu_unwatch(struct scsiemu_tcmu_watch *w)
{
	if (!w)
		return;
	if (w->loop)
		scsiemu_loop_remove(w->loop, &w->source);
	if (w->sock)
		nl_socket_free(w->sock);
	w->alloc->free(w->alloc->ctx, w);
}
