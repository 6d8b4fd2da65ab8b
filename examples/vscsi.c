/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vscsi - attach emulated devices to OpenBSD (docs/vscsi.md):
 *	vscsi /dev/vscsi0 disk:path=a.img,size=1G
 * Each device is a target of its own; one that is named again gets a LUN more.
 */
#include <scsiemu/host.h>
#include <scsiemu/transport/vscsi.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct scsiemu_host_device dev[SCSIEMU_VSCSI_TARGETS];
static struct scsiemu_loop *loop;
static struct scsiemu_vscsi *bus;
static struct scsiemu_errmsg err;

static void die(const char *why)
{
	fprintf(stderr, "vscsi: %s\n", why);
	exit(1);
}

/* "[TARGET=]DEVICE": the target, or the one behind the last. */
static unsigned add(const char *arg, unsigned next)
{
	unsigned target;
	int used = 0;

	if (sscanf(arg, "%5u=%n", &target, &used) != 1 || !used) {
		target = next;
		used = 0;
	}
	if (target >= SCSIEMU_VSCSI_TARGETS)
		die("a target must be 0 to 255");
	if (scsiemu_host_device_add(&dev[target], arg + used, &err))
		die(err.text);
	return target + 1;
}

static void open_target(const char *path, unsigned target)
{
	struct scsiemu_host_device *d = &dev[target];
	char name[64];

	snprintf(name, sizeof(name), "%.40s,%u", path, target);
	if (scsiemu_host_device_open(d, name, NULL, &err))
		die(err.text);
	/* with the drives of libraries */
	if (d->nunits > SCSIEMU_VSCSI_LUNS)
		die("a target has at most 8 LUNs: the host looks at no others");
}

static void open_bus(const char *path)
{
	struct scsiemu_vscsi_config cf = {
		.size = sizeof(cf),
		.allocator = &scsiemu_host_allocator,
	};
	unsigned first = 0;

	while (!dev[first].units)
		first++;
	loop = scsiemu_loop_create(&dev[first].pump);
	if (!loop)
		die("out of memory");
	cf.loop = loop;
	bus = scsiemu_vscsi_open(&cf, path, &err);
	if (!bus)
		die(err.text);
}

static void serve(const char *path, unsigned target)
{
	struct scsiemu_host_device *d = &dev[target];

	if (scsiemu_loop_pump(loop, &d->pump))
		die("out of memory");
	if (scsiemu_loop_operate(loop, d, &err))
		fprintf(stderr, "vscsi: %s\n", err.text);
	if (scsiemu_vscsi_add(bus, target, &d->pump, &err) ||
	    scsiemu_vscsi_probe(bus, target, SCSIEMU_VSCSI_ALL, &err))
		die(err.text);
	for (struct scsiemu_host_unit *u = d->units; u; u = u->next)
		printf("serving %s target %u lun %u: %s\n", path, target,
		       u->lun, u->host.summary);
	fflush(stdout);
}

static void on_signal(int sig)
{
	(void)sig;
	scsiemu_loop_stop(loop);
}

static int finish(void)
{
	int failed = 0;

	if (scsiemu_vscsi_broken(bus)) {
		fprintf(stderr, "vscsi: %s\n", scsiemu_vscsi_broken(bus));
		failed = 1;
	}
	if (!scsiemu_vscsi_close(bus)) /* it may be in the store for ever */
		die("a store has not answered: what it was asked may be lost");
	scsiemu_loop_destroy(loop);
	for (unsigned i = 0; i < SCSIEMU_VSCSI_TARGETS; i++) {
		if (dev[i].units && scsiemu_host_device_close(&dev[i], &err)) {
			fprintf(stderr, "vscsi: %s\n", err.text);
			failed = 1;
		}
	}
	return failed;
}

int main(int argc, char **argv)
{
	unsigned next = 0;
	int failed = 0;

	if (argc < 3 || argv[1][0] == '-') {
		bool help = argc == 2 && !strcmp(argv[1], "--help");

		fprintf(help ? stdout : stderr,
			"usage: vscsi BUS [TARGET=]DEVICE ...\n\n%s",
			scsiemu_host_help());
		return help ? 0 : 2;
	}
	for (int i = 2; i < argc; i++)
		next = add(argv[i], next);
	for (unsigned i = 0; i < SCSIEMU_VSCSI_TARGETS; i++)
		if (dev[i].units)
			open_target(argv[1], i);
	open_bus(argv[1]);
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
	for (unsigned i = 0; i < SCSIEMU_VSCSI_TARGETS; i++)
		if (dev[i].units)
			serve(argv[1], i);
	if (scsiemu_loop_run(loop)) {
		perror("vscsi: poll");
		failed = 1;
	}
	return finish() | failed;
}
