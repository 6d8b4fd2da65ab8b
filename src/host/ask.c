/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host/ask.c - an operator asks a library: who serves it, through the control
 * socket, or the library itself, under its lock, if nobody does.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/devstr.h"
#include "host/operator.h"
#include "store/open.h"

enum {
	PAUSE_MS = 50,
	PAUSES = 200,  /* ... for a robot that works, or a server that starts */
	LOOK_MS = 1000 /* between two looks whether the server lives */
};

/* ---- Through the socket ---- */

static bool lives(const char *dir)
{
	int fd = semu_control_connect(dir);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* 0, or -1: it ended, or the system failed (errno). */
static int wait_for_reply(const char *dir, int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int n;

	while ((n = poll(&p, 1, LOOK_MS)) <= 0) {
		if (n < 0 && errno != EINTR)
			return -1;
		if (!n && !lives(dir)) {
			errno = ECONNRESET;
			return poll(&p, 1, 0) > 0 ? 0 : -1;
		}
	}
	return 0;
}

static int ask_server(const char *dir, int fd, const char *request, char *reply,
		      size_t room, struct scsiemu_errmsg *err)
{
	ssize_t n = send(fd, request, strlen(request), MSG_NOSIGNAL);

	if (n >= 0)
		n = wait_for_reply(dir, fd);
	if (n >= 0)
		n = recv(fd, reply, room - 1, 0);
	if (n < 0)
		return semu_err_file(err, dir,
				     "its server has ended without a reply "
				     "(%s): look with ls whether it was done",
				     strerror(errno));
	reply[n] = '\0';
	return 0;
}

/* ---- Under the lock ---- */

static int ask_directory(const char *dir, const char *request, char *reply,
			 size_t room, struct scsiemu_errmsg *err)
{
	struct semu_devstr s = { .is_library = true };
	struct scsiemu_medium m = { .kind = 0 };
	struct semu_operator o = { .library = &m };
	size_t n = strlen(dir);

	if (n >= sizeof(s.path))
		return semu_err(err, "the path has more than %zu characters",
				sizeof(s.path) - 1);
	memcpy(s.path, dir, n);
	if (!semu_devlibrary_is_there(dir))
		return semu_err_file(err, dir,
				     "no library is here (it has no file "
				     "\"slots\"): serve one to make it, as "
				     "library:dir=DIR");
	if (semu_devlibrary_open(&m, &s, err))
		return -1;
	semu_operate(&o, request, strlen(request), reply, room);
	scsiemu_medium_close(&m);
	return 0;
}

/* By a server that has no socket yet, or any more; or by one without. */
static bool is_locked(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool locked = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) &&
		      errno == EWOULDBLOCK;

	if (fd >= 0)
		close(fd);
	return locked;
}

/* ---- Either ---- */

/* 0; -1: nobody to ask; 1: ask again. */
static int ask(const char *dir, const char *request, char *reply, size_t room,
	       struct scsiemu_errmsg *err)
{
	int fd = semu_control_connect(dir), rc;

	if (fd == -EACCES || fd == -EPERM)
		return semu_err_file(err, dir,
				     "another user serves it: ask as that "
				     "user, or as root");
	if (fd >= 0) {
		rc = ask_server(dir, fd, request, reply, room, err);
		close(fd);
		return rc ? rc : strncmp(reply, "busy", 4) == 0;
	}
	if (!is_locked(dir))
		return ask_directory(dir, request, reply, room, err);
	semu_err_file(err, dir,
		      "is in use by a program that takes no requests: stop "
		      "that, then ask again");
	return 1;
}

int scsiemu_library_ask(const char *dir, const char *request, char *reply,
			size_t room, struct scsiemu_errmsg *err)
{
	int rc;

	reply[0] = '\0';
	for (unsigned i = 0; i < PAUSES; i++) {
		rc = ask(dir, request, reply, room, err);
		if (rc <= 0)
			return rc;
		poll(NULL, 0, PAUSE_MS);
	}
	return reply[0] ? 0 : -1;
}
