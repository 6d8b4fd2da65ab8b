/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vhost-user-scsi - serve emulated devices to a virtual machine; the command
 * line only, everything else is the library's (docs/vhost-user.md).
 *	vhost-user-scsi /tmp/vm.sock disk:path=a.img,size=1G
 */
#include <scsiemu/host.h>
#include <scsiemu/transport/vhost_user.h>

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

static struct scsiemu_host_device device;
static struct scsiemu_loop *loop;
static struct scsiemu_vhost *server;
static struct scsiemu_errmsg err;

static void die(const char *why)
{
	fprintf(stderr, "vhost-user-scsi: %s\n", why);
	exit(1);
}

static void stop(int signal)
{
	(void)signal;
	scsiemu_loop_stop(loop);
}

/* SIGHUP: files may have another size. */
static void refresh(struct scsiemu_source *s, short revents)
{
	eventfd_t n;

	(void)revents;
	eventfd_read(s->fd, &n);
	for (struct scsiemu_host_unit *u = device.units; u; u = u->next) {
		uint64_t was = u->host.medium.nblk;

		if (scsiemu_host_refresh(&u->host, &err))
			fprintf(stderr, "vhost-user-scsi: %s\n", err.text);
		else if (u->host.medium.nblk != was)
			scsiemu_vhost_event(server, u->lun,
					    SCSIEMU_VHOST_CHANGED, 0x2a09);
	}
}

static struct scsiemu_source hangup = { .events = POLLIN, .ready = refresh };

static void on_hangup(int signal)
{
	(void)signal;
	eventfd_write(hangup.fd, 1);
}

static void watch_hangup(void)
{
	hangup.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (hangup.fd < 0 || scsiemu_loop_add(loop, &hangup))
		die("out of memory or descriptors");
	signal(SIGHUP, on_hangup);
}

static void notice(void *ctx, const char *text)
{
	(void)ctx;
	fprintf(stderr, "vhost-user-scsi: %s\n", text);
}

static void serve(const char *path)
{
	struct scsiemu_vhost_config cf = {
		.size = sizeof(cf),
		.pump = &device.pump,
		.dev = device.dev,
		.loop = loop,
		.allocator = &scsiemu_host_allocator,
		.notice = notice,
	};

	server = scsiemu_vhost_open(&cf, path, &err);
	if (!server)
		die(err.text);
	watch_hangup();
	printf("%s: waiting for a front end\n", path);
	fflush(stdout);
	if (scsiemu_loop_run(loop))
		perror("vhost-user-scsi: poll");
	/* A store that is slow answers; the kernel is not waited for. */
	while (!scsiemu_vhost_close(server))
		scsiemu_pump_flush(&device.pump);
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		bool help = argc == 2 && !strcmp(argv[1], "--help");

		fprintf(help ? stdout : stderr,
			"usage: vhost-user-scsi SOCKET [LUN=]DEVICE ...\n\n%s",
			scsiemu_host_help());
		return help ? 0 : 2;
	}
	for (int i = 2; i < argc; i++)
		if (scsiemu_host_device_add(&device, argv[i], &err))
			die(err.text);
	if (scsiemu_host_device_open(&device, argv[1], NULL, &err))
		die(err.text);
	loop = scsiemu_loop_create(&device.pump);
	if (!loop)
		die("out of memory or descriptors");
	if (scsiemu_loop_operate(loop, &device, &err))
		fprintf(stderr, "vhost-user-scsi: %s\n", err.text);
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	signal(SIGPIPE, SIG_IGN);
	serve(argv[1]);
	scsiemu_loop_destroy(loop);
	if (scsiemu_host_device_close(&device, &err))
		die(err.text);
	return 0;
}
