/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iscsi/server.h - what the two files of the server share: server.c has the
 * loop and the listeners, stream.c one connection's socket.
 */
#ifndef SEMU_ISCSI_SERVER_H
#define SEMU_ISCSI_SERVER_H

#include <scsiemu/transport/iscsi.h>
#include <transport/iscsi/sys.h>

#include <sys/uio.h>

#define SEMU_RECV  (256u << 10) /* bytes of the loop's receive buffer */
#define SEMU_NIOV  1024		/* IOV_MAX of Linux */
#define SEMU_EVENT 64

enum semu_source { SEMU_LISTENER, SEMU_STREAM, SEMU_STOP, SEMU_OPERATED };

/* What an epoll event names starts with its kind. */
struct semu_listener {
	enum semu_source kind;
	int fd;
	struct scsiemu_iscsi_portal *portal;
	struct semu_listener *next;
};

/* A library's control socket. */
struct semu_operated {
	enum semu_source kind;
	struct scsiemu_host_lu *library;
	struct semu_operated *next;
};

struct semu_stream {
	enum semu_source kind;
	int fd;
	uint32_t events; /* epoll waits for these */
	bool dirty;	 /* in the list of streams to look at */
	bool ended;	 /* closed, freed at the end of the round */
	struct scsiemu_iscsi_server *s;
	struct scsiemu_iscsi_conn *conn;
	struct semu_stream *dirty_next;
	struct semu_stream *next, **prev;
	uint8_t *stash; /* received, but not taken by the engine yet */
	size_t stash_len, stash_off;
};

struct scsiemu_iscsi_server {
	const struct scsiemu_allocator *alloc;
	const struct semu_iscsi_sys *sys;
	struct scsiemu_iscsi_node *node;
	struct scsiemu_iscsi *engine;
	int ep, stop_fd;
	enum semu_source stop_kind;
	unsigned stops;
	bool busy_poll;
	void (*call)(void *ctx);
	void *ctx;
	bool deaf; /* no descriptors left: listeners wait for the next tick */
	struct semu_listener *listeners;
	struct semu_operated *operated;
	struct semu_stream *streams, *dirty, *ended;
	unsigned nstreams;
	uint64_t now, ticked, next_tick; /* ms */
	bool more;			 /* a pump has work left: no waiting */
	struct iovec iov[SEMU_NIOV];
	uint8_t recv[SEMU_RECV];
};

/* A connection was accepted; fd is the stream's from now on, or closed. */
void semu_stream_open(struct scsiemu_iscsi_server *s, int fd,
		      const struct semu_listener *l);
void semu_stream_close(struct semu_stream *st);
void semu_stream_dirty(struct semu_stream *st);
void semu_stream_receive(struct semu_stream *st);
/* Send what there is, go on with what waited for that, close what is over. */
void semu_stream_update(struct semu_stream *st);

#endif
