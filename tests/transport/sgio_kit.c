/* SPDX-License-Identifier: BSD-2-Clause */
/* sgio_kit.c - see sgio_kit.h. */
#define _GNU_SOURCE
#include "sgio_kit.h"

#include <scsiemu/host.h>

#include <transport/loop.h>
#include <transport/sys.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct scsiemu_host_device device;
static struct scsiemu_sgio_node nodes[3];
static struct scsiemu_loop *loop;
static struct scsiemu_sgio *server;
static struct semu_calls calls;
static char folder[32], path[64];
static bool patient;

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	abort();
}

/* Fails when there is nothing to do: the loop then comes back. */
static int quick_poll(struct pollfd *p, nfds_t n, int ms)
{
	int rc = poll(p, n, patient ? 10000 : 0);

	patient = false;
	if (rc || ms == 0)
		return rc;
	errno = EBADF;
	return -1;
}

void sgio_begin(const char *text)
{
	static const unsigned majors[3] = { SGIO_SG, SGIO_BSG, SGIO_SD };
	struct scsiemu_sgio_config cf = {
		.size = sizeof(cf),
		.pump = &device.pump,
		.allocator = &scsiemu_host_allocator,
		.nodes = nodes,
		.nnodes = 3,
	};
	struct scsiemu_errmsg err;

	must(!scsiemu_host_device_add(&device, text, &err), err.text);
	must(!scsiemu_host_device_open(&device, "kit", NULL, &err), err.text);
	for (uint8_t i = 0; i < 3; i++)
		nodes[i] =
			(struct scsiemu_sgio_node){ .lu = device.units->host.lu,
						    .major = majors[i],
						    .kind = i };
	calls = semu_calls_real;
	calls.poll = quick_poll;
	strcpy(folder, "/tmp/sgio-XXXXXX");
	must(mkdtemp(folder), "mkdtemp");
	snprintf(path, sizeof(path), "%s/socket", folder);
	loop = semu_loop_create(&device.pump, &calls);
	cf.loop = loop;
	server = scsiemu_sgio_open(&cf, path, &err);
	must(server, err.text);
}

const char *sgio_refused(const char *at)
{
	static struct scsiemu_errmsg err;
	struct scsiemu_sgio_config cf = {
		.size = sizeof(cf),
		.pump = &device.pump,
		.loop = loop,
		.allocator = &scsiemu_host_allocator,
		.nodes = nodes,
		.nnodes = 3,
	};

	must(!scsiemu_sgio_open(&cf, at, &err), "a second server");
	return err.text;
}

bool sgio_end(void)
{
	bool ok = scsiemu_sgio_close(server);
	struct scsiemu_errmsg err;

	scsiemu_loop_destroy(loop);
	must(!scsiemu_host_device_close(&device, &err), err.text);
	unlink(path);
	rmdir(folder);
	return ok;
}

void sgio_serve(void)
{
	scsiemu_loop_run(loop);
}

void sgio_wait(void)
{
	patient = true;
	scsiemu_loop_run(loop);
}

int sgio_connect(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	strcpy(at.sun_path, path);
	must(!connect(fd, (struct sockaddr *)&at, sizeof(at)), "connect");
	sgio_serve();
	return fd;
}

int sgio_open(unsigned major, unsigned flags)
{
	struct semu_sgio_request q = { .what = SEMU_SGIO_OPEN,
				       .major = major,
				       .flags = flags,
				       .initiator = 1 };
	struct semu_sgio_reply r;
	int fd = sgio_connect();

	must(!sgio_call(fd, &q, -1, &r) && !r.error, "open");
	return fd;
}

bool sgio_send(int fd, const void *what, size_t len, const int *fds, unsigned n)
{
	struct iovec v = { (void *)(uintptr_t)what, len };
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(4 * sizeof(int))];
	} control;
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };

	if (n) {
		struct cmsghdr *c;

		memset(&control, 0, sizeof(control));
		m.msg_control = &control;
		m.msg_controllen = CMSG_SPACE(n * sizeof(int));
		c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(n * sizeof(int));
		memcpy(CMSG_DATA(c), fds, n * sizeof(int));
	}
	return sendmsg(fd, &m, MSG_NOSIGNAL) == (ssize_t)len;
}

int sgio_ask(int fd, struct semu_sgio_request *q, int mem)
{
	int fds[2], pair[2];

	must(!socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair),
	     "socketpair");
	fds[0] = pair[1];
	fds[1] = mem;
	if (!q->magic)
		q->magic = SEMU_SGIO_MAGIC;
	sgio_send(fd, q, sizeof(*q), fds, mem < 0 ? 1 : 2);
	close(pair[1]);
	return pair[0];
}

int sgio_reply(int socket, struct semu_sgio_reply *r)
{
	ssize_t got = recv(socket, r, sizeof(*r), MSG_DONTWAIT);

	if (got < 0 && errno == EAGAIN)
		return 0;
	return got == sizeof(*r) ? 1 : -1;
}

int sgio_call(int fd, struct semu_sgio_request *q, int mem,
	      struct semu_sgio_reply *r)
{
	int socket = sgio_ask(fd, q, mem), rc;

	sgio_serve();
	rc = sgio_reply(socket, r);
	close(socket);
	return rc > 0 ? 0 : -1;
}

int sgio_memory(uint32_t len)
{
	int mem = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	must(mem >= 0 && !ftruncate(mem, len) &&
		     !fcntl(mem, F_ADD_SEALS, F_SEAL_SHRINK),
	     "memfd");
	return mem;
}
