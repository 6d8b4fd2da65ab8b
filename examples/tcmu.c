/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tcmu - serve emulated devices to Linux's own target, and so to every fabric
 * that it has (docs/tcmu.md):
 *	tcmu scsiemu/a=disk:path=a.img,size=1G
 * CONFIG is what was written as dev_config= into the control file of
 * /sys/kernel/config/target/core/user_N/NAME. A library's changer is CONFIG,
 * and its drives are CONFIG/drive0 and up.
 */
#include <scsiemu/host.h>
#include <scsiemu/transport/tcmu.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEVICES 64

static struct scsiemu_host_device dev;
static struct scsiemu_loop *loop;
static struct scsiemu_tcmu *tcmu[MAX_DEVICES];
static char *config[MAX_DEVICES]; /* of the units */
static int serving;		  /* devices */
static bool failed;
static struct scsiemu_errmsg err;

static void die(const char *why)
{
	fprintf(stderr, "tcmu: %s\n", why);
	exit(1);
}

/* "CONFIG=DEVICE" */
static void add(char *arg, int n)
{
	char *device = strchr(arg, '=');

	if (!device)
		die("an argument must be CONFIG=DEVICE");
	*device++ = 0;
	config[n] = arg;
	if (scsiemu_host_device_add(&dev, device, &err))
		die(err.text);
}

/* Those of the command line are known, but not where drives are among them: a
 * drive has the device string of its library. */
static void name_units(unsigned narg)
{
	char *names[MAX_DEVICES];
	struct scsiemu_host_unit *u, *last = NULL;
	unsigned arg = 0, drive = 0, n = 0;

	if (dev.nunits > MAX_DEVICES)
		die("too many logical units, with the drives of libraries");
	memcpy(names, config, sizeof(*names) * narg);
	for (u = dev.units; u; last = u, u = u->next, n++) {
		size_t size;

		if (!last || last->text != u->text) {
			config[n] = names[arg++];
			drive = 0;
			continue;
		}
		size = strlen(names[arg - 1]) + 16;
		config[n] = malloc(size); /* as long as the program runs */
		if (!config[n])
			die("out of memory");
		snprintf(config[n], size, "%s/drive%u", names[arg - 1],
			 drive++);
	}
}

/* The others are served on. */
static void ended(void *name, const char *why)
{
	fprintf(stderr, "tcmu: %s: %s\n", (const char *)name, why);
	failed = true;
	if (--serving == 0)
		scsiemu_loop_stop(loop);
}

static void serve(const struct scsiemu_host_unit *u, int n)
{
	struct scsiemu_tcmu_config cf = {
		.size = sizeof(cf),
		.pump = &dev.pump,
		.lu = u->host.lu,
		.loop = loop,
		.allocator = &scsiemu_host_allocator,
		.notice = ended,
		.ctx = config[n],
	};
	char path[SCSIEMU_TCMU_PATH];

	serving++;
	if (scsiemu_tcmu_find(config[n], path, &err))
		die(err.text);
	tcmu[n] = scsiemu_tcmu_open(&cf, path, &err);
	if (!tcmu[n])
		die(err.text);
	printf("serving %s: %s, %s\n", config[n], path, u->host.summary);
	fflush(stdout);
}

#ifdef SCSIEMU_HAVE_LIBNL
static struct scsiemu_tcmu_watch *watch;

/* dev_size was written: somebody has made the file longer or shorter. */
static int heard(void *ctx, const struct scsiemu_tcmu_event *e)
{
	struct scsiemu_host_unit *u = dev.units;
	unsigned n = 0;

	(void)ctx;
	while (u && strcmp(config[n], e->config)) {
		u = u->next;
		n++;
	}
	if (!u)
		return 1;
	if (e->what != SCSIEMU_TCMU_SIZE)
		return e->what == SCSIEMU_TCMU_CONFIG ? -EOPNOTSUPP : 0;
	if (!scsiemu_host_refresh(&u->host, &err))
		return 0;
	fprintf(stderr, "tcmu: %s\n", err.text);
	return -EINVAL;
}

static void listen(void)
{
	watch = scsiemu_tcmu_watch(loop, &scsiemu_host_allocator, heard, NULL,
				   &err);
	if (!watch)
		fprintf(stderr, "tcmu: %s\n", err.text);
}

static void listen_no_more(void)
{
	scsiemu_tcmu_unwatch(watch);
}
#else
static void listen(void)
{
}

static void listen_no_more(void)
{
}
#endif

/* Libraries have operators besides. */
static void operate(void)
{
	if (scsiemu_loop_operate(loop, &dev, &err))
		fprintf(stderr, "tcmu: %s\n", err.text);
}

static void on_signal(int sig)
{
	(void)sig;
	scsiemu_loop_stop(loop);
}

static int usage(bool asked)
{
	fprintf(asked ? stdout : stderr, "usage: tcmu CONFIG=DEVICE ...\n\n%s",
		scsiemu_host_help());
	return asked ? 0 : 2;
}

int main(int argc, char **argv)
{
	struct scsiemu_host_unit *u;
	int n = 0;

	if (argc < 2 || argc > MAX_DEVICES || argv[1][0] == '-')
		return usage(argc == 2 && !strcmp(argv[1], "--help"));
	for (int i = 1; i < argc; i++)
		add(argv[i], i - 1);
	if (scsiemu_host_device_open(&dev, "tcmu", NULL, &err))
		die(err.text);
	name_units((unsigned)argc - 1);
	loop = scsiemu_loop_create(&dev.pump);
	if (!loop)
		die("out of memory");
	for (u = dev.units; u; u = u->next)
		serve(u, n++);
	listen();
	operate();
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
	if (scsiemu_loop_run(loop)) {
		perror("tcmu: poll");
		failed = true;
	}
	listen_no_more();
	while (n--)
		while (!scsiemu_tcmu_close(tcmu[n]))
			scsiemu_pump_flush(&dev.pump); /* a store is slow */
	scsiemu_loop_destroy(loop);
	if (scsiemu_host_device_close(&dev, &err)) {
		fprintf(stderr, "tcmu: %s\n", err.text);
		failed = true;
	}
	return failed;
}
