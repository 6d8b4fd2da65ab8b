/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vhost-user-scsi - serve emulated devices to a virtual machine; the command
 * line only, everything else is the library's (docs/vhost-user.md).
 *	vhost-user-scsi /tmp/vm.sock disk:path=a.img,size=1G
 */
#include <scsiemu/host.h>
#include <scsiemu/transport/vhost_user.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct scsiemu_host_device device;
static struct scsiemu_loop *loop;
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
	struct scsiemu_vhost *v = scsiemu_vhost_open(&cf, path, &err);

	if (!v)
		die(err.text);
	printf("%s: waiting for a front end\n", path);
	fflush(stdout);
	if (scsiemu_loop_run(loop))
		perror("vhost-user-scsi: poll");
	/* A store that is slow answers; the kernel is not waited for. */
	while (!scsiemu_vhost_close(v))
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
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	signal(SIGPIPE, SIG_IGN);
	serve(argv[1]);
	scsiemu_loop_destroy(loop);
	if (scsiemu_host_device_close(&device, &err))
		die(err.text);
	return 0;
}
