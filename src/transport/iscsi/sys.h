/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iscsi/sys.h - the system calls of the server, as a table: so that a test can
 * make the n-th of them fail.
 */
#ifndef SEMU_ISCSI_SYS_H
#define SEMU_ISCSI_SYS_H

#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/types.h>

struct semu_iscsi_sys {
	int (*socket)(int domain, int type, int protocol);
	int (*bind)(int fd, const struct sockaddr *a, socklen_t len);
	int (*listen)(int fd, int backlog);
	int (*accept)(int fd, struct sockaddr *a, socklen_t *len, int flags);
	ssize_t (*recv)(int fd, void *buf, size_t len, int flags);
	ssize_t (*recvmsg)(int fd, struct msghdr *m, int flags);
	ssize_t (*sendmsg)(int fd, const struct msghdr *m, int flags);
	int (*epoll_ctl)(int ep, int op, int fd, struct epoll_event *ev);
	int (*epoll_wait)(int ep, struct epoll_event *ev, int n, int ms);
	int (*close)(int fd);
	uint64_t (*clock_ms)(void); /* monotonic */
};

struct scsiemu_iscsi_server;

/* Before listen(). The table must outlive the server. */
void semu_iscsi_server_sys(struct scsiemu_iscsi_server *s,
			   const struct semu_iscsi_sys *sys);

#endif
