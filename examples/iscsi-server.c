/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iscsi-server - serve emulated devices over iSCSI; the command line only,
 * everything else is the library's.
 *	iscsi-server --portal 127.0.0.1:3260 disk:path=a.img,size=1G
 */
#include <scsiemu/host.h>
#include <scsiemu/transport/iscsi.h>

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_TARGET "iqn.2026-11.org.scsiemu:target"
#define DEFAULT_PORTAL "0.0.0.0:3260"

struct target {
	struct target *next;
	struct scsiemu_iscsi_target *iscsi;
	struct scsiemu_host_device d;
};

static struct scsiemu_iscsi_server *server;
static struct scsiemu_iscsi_node *node;
static struct target *targets; /* the last one named comes first */
static bool busy_poll, quiet;
static struct scsiemu_errmsg err;

static const struct option options[] = {
	{ "portal", required_argument, NULL, 'p' },
	{ "target", required_argument, NULL, 't' },
	{ "chap", required_argument, NULL, 'c' },
	{ "mutual", required_argument, NULL, 'm' },
	{ "initiator", required_argument, NULL, 'i' },
	{ "busy-poll", no_argument, NULL, 'b' },
	{ "limit", required_argument, NULL, 'l' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static void usage(FILE *out)
{
	fprintf(out,
		"usage: iscsi-server [options] [LUN=]DEVICE ...\n"
		"  --portal ADDR:PORT[,TAG]  default " DEFAULT_PORTAL "\n"
		"  --target IQN              what follows belongs to it\n"
		"  --chap NAME:SECRETFILE    who may log in to it\n"
		"  --mutual NAME:SECRETFILE  how it answers that user\n"
		"  --initiator IQN           which initiators may (IQN* too)\n"
		"  --busy-poll               never sleep\n"
		"  --limit KEY=VALUE         bounds and deadlines\n"
		"  --quiet                   say only where it listens\n\n%s",
		scsiemu_host_help());
}

static void die(const char *why)
{
	fprintf(stderr, "iscsi-server: %s\n", why);
	exit(1);
}

static void *need(size_t size)
{
	void *mem = calloc(1, size);

	if (!mem)
		die("out of memory");
	return mem;
}

static void add_target(const char *name)
{
	struct target *t = need(sizeof(*t));

	t->iscsi = scsiemu_iscsi_target_add(node, name, &t->d.pump, &err);
	if (!t->iscsi)
		die(err.text);
	t->next = targets;
	targets = t;
}

static struct target *last_target(void)
{
	if (!targets)
		add_target(DEFAULT_TARGET);
	return targets;
}

/* First the node, then what belongs to it. */
static void read_limits(int argc, char **argv)
{
	struct scsiemu_iscsi_limits limits = { .size = sizeof(limits) };
	int c;

	while ((c = getopt_long(argc, argv, "-", options, NULL)) != -1) {
		if (c == '?') {
			usage(stderr);
			exit(2);
		}
		if (c == 'h') {
			usage(stdout);
			exit(0);
		}
		if (c == 'l' && scsiemu_iscsi_limit_set(&limits, optarg, &err))
			die(err.text);
		busy_poll |= c == 'b';
		quiet |= c == 'q';
	}
	node = scsiemu_iscsi_node_create(&limits, &err);
	if (!node)
		die(err.text);
}

static void apply(int c, const char *arg)
{
	bool ok = true;

	if (c == 'p')
		ok = scsiemu_iscsi_portal_text(node, arg, &err);
	else if (c == 't')
		add_target(arg);
	else if (c == 'i')
		ok = !scsiemu_iscsi_initiator_allow(last_target()->iscsi, arg,
						    &err);
	else if (c == 1)
		ok = !scsiemu_host_device_add(&last_target()->d, arg, &err);
	if (!ok)
		die(err.text);
}

static void configure(int argc, char **argv)
{
	const char *user = NULL, *mutual = NULL;
	int c;

	optind = 0;
	do {
		c = getopt_long(argc, argv, "-", options, NULL);
		if (c == 'm' && user && !mutual) {
			mutual = optarg;
			continue;
		}
		if (c == 'm')
			die("--mutual must follow a --chap");
		if (user && scsiemu_iscsi_chap_text(node, last_target()->iscsi,
						    user, mutual, &err) < 0)
			die(err.text);
		user = c == 'c' ? optarg : NULL;
		mutual = NULL;
		apply(c, optarg);
	} while (c != -1);
	if (!scsiemu_iscsi_portal_next(node, NULL))
		scsiemu_iscsi_portal_text(node, DEFAULT_PORTAL, &err);
}

static void make_device(struct target *t)
{
	const char *name = scsiemu_iscsi_target_name(t->iscsi);
	struct scsiemu_limits l;

	scsiemu_host_limits(&l);
	/* Some sessions end slowly. */
	l.nexuses = scsiemu_iscsi_node_limits(node)->connections + 64;
	if (scsiemu_host_device_open(&t->d, name, &l, &err) < 0)
		die(err.text);
	for (struct scsiemu_host_unit *u = t->d.units; u && !quiet; u = u->next)
		printf("%s LUN %u: %s\n", name, u->lun, u->host.summary);
	/* A library without its operator is one, too. */
	if (scsiemu_iscsi_server_operate(server, &t->d, &err))
		fprintf(stderr, "iscsi-server: %s\n", err.text);
	if (scsiemu_iscsi_ports(scsiemu_iscsi_server_engine(server), t->iscsi) <
	    0)
		die("too many portals");
}

/* SIGHUP: files may have another size. */
static void refresh(void *ctx)
{
	(void)ctx;
	for (struct target *t = targets; t; t = t->next)
		for (struct scsiemu_host_unit *u = t->d.units; u; u = u->next)
			if (scsiemu_host_refresh(&u->host, &err) < 0)
				fprintf(stderr, "iscsi-server: %s\n", err.text);
}

static void on_hangup(int sig)
{
	(void)sig;
	scsiemu_iscsi_server_call(server);
}

static void on_signal(int sig)
{
	(void)sig;
	scsiemu_iscsi_server_stop(server);
}

static void announce(void)
{
	struct scsiemu_iscsi_portal *p = NULL;

	while ((p = scsiemu_iscsi_portal_next(node, p)) != NULL) {
		const char *a = scsiemu_iscsi_portal_addr(p);

		printf(strchr(a, ':') ? "listening on [%s]:%u\n"
				      : "listening on %s:%u\n",
		       a, scsiemu_iscsi_portal_port(p));
	}
	fflush(stdout);
}

static int close_all(void)
{
	int failed = 0;

	while (targets) {
		struct target *t = targets;

		if (scsiemu_host_device_close(&t->d, &err) < 0) {
			fprintf(stderr, "iscsi-server: %s\n", err.text);
			failed = 1;
		}
		targets = t->next;
		free(t);
	}
	return failed;
}

int main(int argc, char **argv)
{
	struct scsiemu_iscsi_server_config f = {
		.size = sizeof(f),
		.allocator = &scsiemu_host_allocator,
		.scratch = 16384,
		.call = refresh,
	};
	int failed;

	read_limits(argc, argv);
	configure(argc, argv);
	f.node = node;
	f.busy_poll = busy_poll;
	server = scsiemu_iscsi_server_create(&f, &err);
	if (!server)
		die(err.text);
	for (struct target *t = targets; t; t = t->next)
		make_device(t);
	if (scsiemu_iscsi_server_listen(server, &err) < 0)
		die(err.text);
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
	signal(SIGHUP, on_hangup);
	announce();
	if ((failed = scsiemu_iscsi_server_run(server, &err) < 0))
		fprintf(stderr, "iscsi-server: %s\n", err.text);
	scsiemu_iscsi_server_destroy(server);
	failed |= close_all();
	scsiemu_iscsi_node_destroy(node);
	return failed;
}
