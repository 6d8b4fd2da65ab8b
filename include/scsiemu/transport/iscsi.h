/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scsiemu/transport/iscsi.h - an iSCSI target (RFC 7143). Two layers:
 *
 * 1. The engine, sans I/O: bytes in, bytes out, tick. No socket, no clock, no
 *    thread in it; drive it from any event loop.
 * 2. A server around it: epoll, several portals (Linux).
 *
 * Everything of one engine is used by one thread at a time, together with the
 * pumps of its targets.
 */
#ifndef SCSIEMU_TRANSPORT_ISCSI_H
#define SCSIEMU_TRANSPORT_ISCSI_H

#include <scsiemu/host.h>
#include <scsiemu/transport/iscsi_target.h>

#ifdef __cplusplus
extern "C" {
#endif

struct scsiemu_iscsi;
struct scsiemu_iscsi_conn;

/*
 * The engine of a node. Every target of the node names its struct scsiemu_pump
 * as user (scsiemu_iscsi_target_add()). scratch: bytes of every command's
 * scratch, not less than the scsiemu_limits.scratch of any of the devices;
 * 0: 4096. a: where buffers come from, up to a bound, until the pools are warm.
 */
struct scsiemu_iscsi_config {
	uint32_t size; /* sizeof *this */
	uint32_t scratch;
	const struct scsiemu_allocator *allocator;
	uint64_t memory; /* bytes of all buffers; 0: 256 MiB */
	/* There is output, or the state changed: look at the connection before
	 * waiting for events. Must not call back. May be NULL. */
	void (*wake)(void *ctx, struct scsiemu_iscsi_conn *c);
	void *ctx;
};

/* NULL: no memory. */
struct scsiemu_iscsi *scsiemu_iscsi_create(
	struct scsiemu_iscsi_node *n, const struct scsiemu_iscsi_config *f);
/* Every connection must be closed, every store quiet. */
void scsiemu_iscsi_destroy(struct scsiemu_iscsi *e);

/*
 * The target ports of a target: one per portal group of the node, relative
 * port identifier = target port group = tag, SCSI name "iqn...,t,0x0001" (SPC-5
 * 7.6.4.5). Call it when portals and target are added, before the first login.
 * 0, or SCSIEMU_ERR_SPACE (scsiemu_limits.ports is too small).
 */
int scsiemu_iscsi_ports(struct scsiemu_iscsi *e,
			struct scsiemu_iscsi_target *t);

/*
 * A connection came through the portal group tag. local, peer: "addr:port",
 * copied. NULL: over limits.connections or no memory. Over
 * limits.unauthenticated the oldest of those in login is ended.
 */
struct scsiemu_iscsi_conn *scsiemu_iscsi_open(struct scsiemu_iscsi *e,
					      uint16_t tag, const char *local,
					      const char *peer, void *user);
void *scsiemu_iscsi_user(const struct scsiemu_iscsi_conn *c);
/* The byte stream is gone (or never mind it): the session ends, its tasks are
 * aborted. c is invalid afterwards. */
void scsiemu_iscsi_close(struct scsiemu_iscsi_conn *c);

/*
 * Bytes that arrived. Returns how many were taken: less than len when answers
 * wait to be read by the initiator (offer the rest again after
 * scsiemu_iscsi_sent()), or when the connection has ended.
 */
size_t scsiemu_iscsi_input(struct scsiemu_iscsi_conn *c, const void *data,
			   size_t len);
/*
 * Inside a data segment: where the next *len bytes belong, so that they can be
 * received in place; then tell scsiemu_iscsi_landed(). NULL: use input().
 */
void *scsiemu_iscsi_window(struct scsiemu_iscsi_conn *c, size_t *len);
void scsiemu_iscsi_landed(struct scsiemu_iscsi_conn *c, size_t len);
/* Would input() take anything now? */
bool scsiemu_iscsi_reads(const struct scsiemu_iscsi_conn *c);

/* Up to nv pieces of what is to be sent, in order, valid until sent(). Returns
 * how many. */
unsigned scsiemu_iscsi_output(struct scsiemu_iscsi_conn *c,
			      struct scsiemu_vec *v, unsigned nv);
void scsiemu_iscsi_sent(struct scsiemu_iscsi_conn *c, size_t len);

enum scsiemu_iscsi_state {
	SCSIEMU_ISCSI_LOGIN,
	SCSIEMU_ISCSI_FULL,  /* full feature phase */
	SCSIEMU_ISCSI_DRAIN, /* send the output, then close */
	SCSIEMU_ISCSI_DEAD   /* close */
};
enum scsiemu_iscsi_state scsiemu_iscsi_state(
	const struct scsiemu_iscsi_conn *c);

/* End of a batch of input: one flush of every pump that was given work. True:
 * as scsiemu_pump_flush(), call it again soon. */
bool scsiemu_iscsi_flush(struct scsiemu_iscsi *e);
/* Feed time (monotonic ms): deadlines, NOP-In, the pumps. Returns when to come
 * back. */
uint64_t scsiemu_iscsi_tick(struct scsiemu_iscsi *e, uint64_t now_ms);
/* When a device's time comes, which may be sooner than that: a command has been
 * told to wait since. */
uint64_t scsiemu_iscsi_due(const struct scsiemu_iscsi *e);
/* What time it is: before a batch of input, where ticks are far apart. */
void scsiemu_iscsi_time(struct scsiemu_iscsi *e, uint64_t now_ms);
/* Ask all initiators to log out; connections end by themselves, at the latest
 * after limits.logout_ms. New logins are refused. */
void scsiemu_iscsi_shutdown(struct scsiemu_iscsi *e);
/* End every session of a target that was removed, without asking. */
void scsiemu_iscsi_drop(struct scsiemu_iscsi *e,
			struct scsiemu_iscsi_target *t);

struct scsiemu_iscsi_stats {
	uint32_t connections, sessions; /* now */
	uint64_t memory;		/* bytes in the pools, used or not */
	uint64_t commands, rejects, digest_errors; /* since create */
};
void scsiemu_iscsi_stats(const struct scsiemu_iscsi *e,
			 struct scsiemu_iscsi_stats *out);

/*
 * As a command line writes them. "127.0.0.1:3260", "[::1]:0",
 * "192.0.2.1:3260,2" (portal group 2; else 1).
 */
struct scsiemu_iscsi_portal *scsiemu_iscsi_portal_text(
	struct scsiemu_iscsi_node *n, const char *text,
	struct scsiemu_errmsg *err);
/* "NAME:SECRETFILE", and the same for how the target answers (or NULL). */
int scsiemu_iscsi_chap_text(struct scsiemu_iscsi_node *n,
			    struct scsiemu_iscsi_target *t, const char *user,
			    const char *mutual, struct scsiemu_errmsg *err);

/*
 * The server: sockets, epoll and the clock around an engine.
 */
struct scsiemu_iscsi_server;

struct scsiemu_iscsi_server_config {
	uint32_t size; /* sizeof *this */
	struct scsiemu_iscsi_node *node;
	const struct scsiemu_allocator *allocator;
	uint32_t scratch; /* as in scsiemu_iscsi_config */
	uint64_t memory;
	bool busy_poll; /* never sleep: lower latency for a whole processor */
	/* After scsiemu_iscsi_server_call(), on the loop's thread; or NULL. */
	void (*call)(void *ctx);
	void *ctx;
};

/* NULL: *err says why. */
struct scsiemu_iscsi_server *scsiemu_iscsi_server_create(
	const struct scsiemu_iscsi_server_config *f,
	struct scsiemu_errmsg *err);
struct scsiemu_iscsi *scsiemu_iscsi_server_engine(
	struct scsiemu_iscsi_server *s);
/* Listen on every portal of the node (a port 0 becomes the one picked). 0, or
 * -1: *err names the portal. */
int scsiemu_iscsi_server_listen(struct scsiemu_iscsi_server *s,
				struct scsiemu_errmsg *err);
/* Serve until scsiemu_iscsi_server_stop(); all sessions have ended then. 0, or
 * -1: the loop itself failed. */
int scsiemu_iscsi_server_run(struct scsiemu_iscsi_server *s,
			     struct scsiemu_errmsg *err);
/* From a signal handler or another thread: end. Twice: without asking the
 * initiators. */
void scsiemu_iscsi_server_stop(struct scsiemu_iscsi_server *s);
/* Operators of the libraries of an open device get answers while the server
 * runs (scsiemu_host_control()). h stays open as long as the server is there.
 * 0, or -1 with a message. */
int scsiemu_iscsi_server_operate(struct scsiemu_iscsi_server *s,
				 struct scsiemu_host_device *h,
				 struct scsiemu_errmsg *err);
/* From a signal handler or another thread: have config.call called, once for
 * calls that come before it was. */
void scsiemu_iscsi_server_call(struct scsiemu_iscsi_server *s);
void scsiemu_iscsi_server_destroy(struct scsiemu_iscsi_server *s);

#ifdef __cplusplus
}
#endif
#endif
