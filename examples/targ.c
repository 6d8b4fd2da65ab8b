/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * targ - be a device on a bus of FreeBSD's, behind an adapter in target mode
 * (docs/targ.md):
 *	targ 0:0:0 disk:path=a.img,size=1G
 * Several pairs are LUNs of one target; a library's drives are at the LUNs
 * behind it. The command line only, everything else is the library's.
 */
#include <scsiemu/host.h>
#include <scsiemu/transport/targ.h>

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_UNITS 64

struct unit {
	char address[40]; /* BUS:TARGET:LUN */
	struct scsiemu_targ *targ;
};

static struct scsiemu_host_device dev;
static struct scsiemu_loop *loop;
static struct unit units[MAX_UNITS];
static unsigned nunits; /* of the command line; of all, once it is open */
static struct scsiemu_targ_config first; /* its address */
static bool has_drives; /* how many is not known before it is open */
static struct scsiemu_errmsg err;
static int failed;

static const struct option options[] = {
	{ "acknowledge", no_argument, NULL, 'a' },
	{ "commands", required_argument, NULL, 'c' },
	{ "debug", no_argument, NULL, 'd' },
	{ "help", no_argument, NULL, 'h' },
	{ "initiators", required_argument, NULL, 'i' },
	{ "node", required_argument, NULL, 'n' },
	{ NULL, 0, NULL, 0 },
};

static void usage(FILE *out)
{
	fprintf(out,
		"usage: targ [options] BUS:TARGET:LUN DEVICE ...\n"
		"  --commands N     at once, each LUN; default 64\n"
		"  --initiators N   that may use a LUN; default 32\n"
		"  --node PATH      default /dev/targ, or the first free "
		"/dev/targN\n"
		"  --debug          the driver prints what it does\n"
		"  --acknowledge    answer task management (only for a driver "
		"that can)\n\n%s",
		scsiemu_host_help());
}

static void die(const char *why)
{
	fprintf(stderr, "targ: %s\n", why);
	exit(1);
}

static uint32_t number(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*end || !n || n > 65536)
		die("a number must be 1 to 65536");
	return (uint32_t)n;
}

static void read_options(struct scsiemu_targ_config *cf, int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "ac:dhi:n:", options, NULL)) !=
	       -1) {
		if (c == 'h' || c == '?') {
			usage(c == 'h' ? stdout : stderr);
			exit(c == 'h' ? 0 : 2);
		}
		cf->acknowledge |= c == 'a';
		cf->debug |= c == 'd';
		if (c == 'c')
			cf->commands = number(optarg);
		else if (c == 'i')
			cf->initiators = number(optarg);
		else if (c == 'n')
			cf->path = optarg;
	}
}

/* The device string with the LUN before it, which REPORT LUNS tells. */
static void add(const char *address, const char *device)
{
	struct scsiemu_targ_config where;
	size_t size = strlen(device) + 32;
	char *text = malloc(size); /* as long as the program runs */

	if (!text)
		die("out of memory");
	if (scsiemu_targ_address(&where, address, &err))
		die(err.text);
	if (!nunits) {
		first = where;
	} else if (where.bus != first.bus || where.target != first.target) {
		die("all must be LUNs of one target: another target is "
		    "another targ");
	}
	snprintf(text, size, "%llu=%s", (unsigned long long)where.lun, device);
	if (scsiemu_host_device_add(&dev, text, &err))
		die(err.text);
	nunits++;
	has_drives |= !strncmp(device, "library:", 8);
}

/* Pairs of an address and a device. */
static void read_units(int argc, char **argv)
{
	int n = argc - optind;

	if (!n || n % 2 || n > 2 * MAX_UNITS) {
		usage(stderr);
		exit(2);
	}
	for (int i = optind; i < argc; i += 2)
		add(argv[i], argv[i + 1]);
}

static void open_device(const struct scsiemu_targ_config *cf)
{
	char host[128] = "localhost", name[192];
	struct scsiemu_limits l;

	scsiemu_host_limits(&l);
	l.nexuses = (cf->initiators ? cf->initiators : 32) *
		    (has_drives ? MAX_UNITS : nunits);
	gethostname(host, sizeof(host) - 1);
	snprintf(name, sizeof(name), "targ.%s.%u.%u", host, first.bus,
		 first.target);
	if (scsiemu_host_device_open(&dev, name, &l, &err))
		die(err.text);
	if (dev.nunits > MAX_UNITS)
		die("a target has at most 64 LUNs, with the drives of "
		    "libraries");
	nunits = dev.nunits;
}

/* The others are served on; the loop ends with the last. */
static void ended(void *address, const char *why)
{
	fprintf(stderr, "targ: %s: %s\n", (const char *)address, why);
	failed = 1;
}

static void serve(struct scsiemu_targ_config *cf)
{
	struct unit *at = units;

	cf->pump = &dev.pump;
	cf->loop = loop;
	cf->allocator = &scsiemu_host_allocator;
	for (struct scsiemu_host_unit *u = dev.units; u; u = u->next, at++) {
		snprintf(at->address, sizeof(at->address), "%u:%u:%u",
			 first.bus, first.target, u->lun);
		if (scsiemu_targ_address(cf, at->address, &err))
			die(err.text);
		cf->lu = u->host.lu;
		cf->notice = ended;
		cf->ctx = at->address;
		at->targ = scsiemu_targ_open(cf, &err);
		if (!at->targ)
			die(err.text);
		printf("serving %s: %s\n", at->address, u->host.summary);
	}
	fflush(stdout);
}

static void close_units(void)
{
	for (struct unit *u = units; u < units + nunits; u++)
		while (!scsiemu_targ_close(u->targ))
			scsiemu_pump_flush(&dev.pump);
}

static void on_signal(int sig)
{
	(void)sig;
	scsiemu_loop_stop(loop);
}

int main(int argc, char **argv)
{
	struct scsiemu_targ_config cf = { .size = sizeof(cf) };

	read_options(&cf, argc, argv);
	read_units(argc, argv);
	open_device(&cf);
	loop = scsiemu_loop_create(&dev.pump);
	if (!loop)
		die("out of memory");
	if (scsiemu_loop_operate(loop, &dev, &err))
		fprintf(stderr, "targ: %s\n", err.text);
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	signal(SIGHUP, on_signal);
	serve(&cf);
	if (scsiemu_loop_run(loop)) {
		perror("targ: poll");
		failed = 1;
	}
	close_units();
	scsiemu_loop_destroy(loop);
	if (scsiemu_host_device_close(&dev, &err)) {
		fprintf(stderr, "targ: %s\n", err.text);
		failed = 1;
	}
	return failed;
}
