/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * targ_cuse.c - /dev/targ of a Linux guest, a character device in user space
 * (CUSE, linux/fuse.h): the model of FreeBSD's driver behind a real descriptor,
 * with BSD's ioctl words. Control blocks and data are in another process, and
 * moved as a kernel would. Ends when that process has closed the device.
 */
#define _GNU_SOURCE
#include "../transport/targ_script.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum { ROOM = 1 << 20 };

static struct targ_sim sim;
static int cuse;
static pid_t process; /* whose request is at hand */
static bool ended;

static union {
	struct fuse_in_header h;
	uint8_t bytes[ROOM];
} request;

static void remote(ssize_t (*f)(pid_t, const struct iovec *, unsigned long,
				const struct iovec *, unsigned long,
				unsigned long),
		   void *here, void *there, size_t len)
{
	struct iovec a = { here, len }, b = { there, len };

	targ_sim_demand(f(process, &a, 1, &b, 1, 0) == (ssize_t)len,
			"an address is not the process's");
}

static void peek(void *to, const void *user, size_t len)
{
	remote(process_vm_readv, to, (void *)(uintptr_t)user, len);
}

static void poke(void *user, const void *from, size_t len)
{
	remote(process_vm_writev, (void *)(uintptr_t)from, user, len);
}

static void reply(int error, const void *body, size_t len)
{
	struct fuse_out_header h = {
		.len = (uint32_t)(sizeof(h) + (error ? 0 : len)),
		.error = error,
		.unique = request.h.unique,
	};
	struct iovec v[2] = { { &h, sizeof(h) },
			      { (void *)(uintptr_t)body, len } };

	targ_sim_demand(writev(cuse, v, error || !len ? 1 : 2) ==
				(ssize_t)h.len,
			"CUSE takes no reply");
}

static const void *arguments(void)
{
	return request.bytes + sizeof(request.h);
}

static void do_init(void)
{
	const struct cuse_init_in *in = arguments();
	struct {
		struct cuse_init_out out;
		char name[16];
	} r = { .out = { .major = in->major,
			 .minor = in->minor,
			 .flags = CUSE_UNRESTRICTED_IOCTL,
			 .max_read = 65536,
			 .max_write = 65536 },
		.name = "DEVNAME=targ" };

	reply(0, &r, sizeof(r.out) + strlen(r.name) + 1);
}

/* The model has one instance; of a second opening it would say so. */
static void do_open(void)
{
	const struct fuse_open_in *in = arguments();
	struct fuse_open_out out = { .fh = 1 };

	if (sim.opened)
		reply(-EBUSY, NULL, 0);
	else if (targ_sim_calls.open("/dev/targ", (int)in->flags) < 0)
		reply(-errno, NULL, 0);
	else
		reply(0, &out, sizeof(out));
}

static void do_release(void)
{
	ended = sim.ncmd; /* whoever did not enable it is not meant */
	targ_sim_calls.close(SIM_FD);
	reply(0, NULL, 0);
}

static void do_read(void)
{
	static uint8_t buf[65536];
	const struct fuse_read_in *in = arguments();
	ssize_t n = targ_sim_calls.read(SIM_FD, buf, in->size);

	reply(n < 0 ? -errno : 0, buf, n < 0 ? 0 : (size_t)n);
}

static void do_write(void)
{
	const struct fuse_write_in *in = arguments();
	ssize_t n = targ_sim_calls.write(SIM_FD, in + 1, in->size);
	struct fuse_write_out out = { .size = (uint32_t)n };

	reply(n < 0 ? -errno : 0, &out, sizeof(out));
}

static void do_ioctl(void)
{
	const struct fuse_ioctl_in *in = arguments();
	struct fuse_ioctl_out out = { .result = 0 };
	struct ioc_enable_lun lun = { .path_id = 0 };
	void *arg = (void *)(uintptr_t)in->arg;

	if (in->cmd == TARGIOCENABLE)
		peek(&lun, arg, sizeof(lun));
	if (targ_sim_calls.ioctl(SIM_FD, in->cmd, &lun) < 0)
		reply(-errno, NULL, 0);
	else
		reply(0, &out, sizeof(out));
}

/* The initiator acts whenever the process would sleep. */
static void do_poll(void)
{
	struct fuse_poll_out out = { .revents = POLLOUT };

	targ_sim_demand(sim.periph, "poll() before TARGIOCENABLE");
	if (!targ_sim_readable(&sim) && !targ_script_next(&sim))
		kill(process, SIGTERM);
	if (targ_sim_readable(&sim))
		out.revents |= POLLIN;
	reply(0, &out, sizeof(out));
}

static void handle(void)
{
	process = (pid_t)request.h.pid;
	switch (request.h.opcode) {
	case CUSE_INIT:
		do_init();
		break;
	case FUSE_OPEN:
		do_open();
		break;
	case FUSE_RELEASE:
		do_release();
		break;
	case FUSE_READ:
		do_read();
		break;
	case FUSE_WRITE:
		do_write();
		break;
	case FUSE_IOCTL:
		do_ioctl();
		break;
	case FUSE_POLL:
		do_poll();
		break;
	case FUSE_INTERRUPT: /* nothing takes long here */
		break;
	default:
		reply(-ENOSYS, NULL, 0);
	}
}

int main(void)
{
	targ_sim_make(&sim);
	sim.peek = peek;
	sim.poke = poke;
	cuse = open("/dev/cuse", O_RDWR | O_CLOEXEC);
	if (cuse < 0) {
		perror("/dev/cuse");
		return 1;
	}
	while (!ended) {
		ssize_t n = read(cuse, &request, sizeof(request));

		if (n < (ssize_t)sizeof(request.h)) {
			perror("cuse");
			return 1;
		}
		handle();
	}
	if (targ_script_next(&sim)) {
		fprintf(stderr, "the process closed the device too early\n");
		return 1;
	}
	targ_sim_free(&sim);
	return 0;
}
