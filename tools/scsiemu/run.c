/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run.c - scsiemu run: serve devices for as long as a program runs, which finds
 * them at /dev/sg0 and so on.
 */
#define _GNU_SOURCE
#include "run.h"
#include "tool.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define NAME "scsiemu.run" /* of the target: serial numbers come from it */
#define SHIM "scsiemu-run.so"
#define PATH 4096

/* As of env(1) and timeout(1). */
enum { TROUBLE = 125, CANNOT_RUN = 126, NOT_FOUND = 127, SIGNALLED = 128 };

struct run {
	struct scsiemu_source signals; /* first */
	struct scsiemu_host_device device;
	struct run_view view;
	struct scsiemu_loop *loop;
	struct scsiemu_sgio *sgio;
	sigset_t usual;
	char **command;
	bool attention;
	pid_t child;
	int status; /* of the command */
};

static int trouble(const char *what, const char *word)
{
	fprintf(stderr, "scsiemu: %s%s%s\n", what, *word ? " " : "", word);
	return -1;
}

static int parse(struct run *r, char **argv)
{
	struct scsiemu_errmsg err;

	while (*++argv && strcmp(*argv, "--")) {
		if (!strcmp(*argv, "--attention"))
			r->attention = true;
		else if (!strncmp(*argv, "--", 2))
			return trouble("no option", *argv);
		else if (scsiemu_host_device_add(&r->device, *argv, &err))
			return trouble(err.text, "");
	}
	if (!r->device.units)
		return trouble("no device", "");
	if (!argv[0] || !argv[1])
		return trouble("no command: write -- and what to run", "");
	r->command = argv + 1;
	return 0;
}

/* ---- The program ---- */

/* Beside this program in the tree where it was built, or as installed. */
static int find_shim(char path[PATH])
{
	static const char *const places[] = { "/../shim/" SHIM,
					      "/../" SEMU_SHIM_DIR "/" SHIM,
					      NULL };
	ssize_t n = readlink("/proc/self/exe", path, PATH / 2);

	while (n > 0 && path[n - 1] != '/')
		n--;
	for (int i = 0; n > 0 && places[i]; i++) {
		strcpy(path + n - 1, places[i]);
		if (!access(path, R_OK))
			return 0;
	}
	return trouble("the library that the command needs was not found, nor "
		       "beside this program is there a " SEMU_SHIM_DIR "/" SHIM,
		       "");
}

static int set_environment(const struct run *r)
{
	const char *had = getenv("LD_PRELOAD");
	char path[PATH], all[2 * PATH];

	if (find_shim(path))
		return -1;
	if (strpbrk(path, " :"))
		return trouble("LD_PRELOAD takes no path with a blank or a "
			       "colon:",
			       path);
	snprintf(all, sizeof(all), "%s%s%s", path, had && *had ? ":" : "",
		 had ? had : "");
	if (setenv("LD_PRELOAD", all, 1) ||
	    setenv("SCSIEMU_RUN", r->view.folder, 1))
		return trouble("out of memory", "");
	return 0;
}

static void run_command(const struct run *r)
{
	sigprocmask(SIG_SETMASK, &r->usual, NULL);
	execvp(r->command[0], r->command);
	fprintf(stderr, "scsiemu: %s: %s\n", r->command[0], strerror(errno));
	_exit(errno == ENOENT ? NOT_FOUND : CANNOT_RUN);
}

static void signalled(struct scsiemu_source *source, short revents)
{
	struct run *r = (struct run *)source;
	struct signalfd_siginfo info;

	(void)revents;
	while (read(source->fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo != SIGCHLD)
			kill(r->child, (int)info.ssi_signo);
		else if (waitpid(r->child, &r->status, WNOHANG) == r->child)
			scsiemu_loop_stop(r->loop);
	}
}

/* What the terminal sends goes to the command as well: it decides. */
static int take_signals(struct run *r)
{
	static const int passed[] = { SIGCHLD, SIGTERM, SIGHUP, SIGUSR1,
				      SIGUSR2 };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(passed) / sizeof(passed[0]); i++)
		sigaddset(&set, passed[i]);
	r->signals = (struct scsiemu_source){ .events = POLLIN,
					      .ready = signalled };
	r->signals.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGQUIT);
	if (r->signals.fd < 0 || sigprocmask(SIG_BLOCK, &set, &r->usual))
		return trouble("signalfd:", strerror(errno));
	return scsiemu_loop_add(r->loop, &r->signals);
}

/* ---- The devices ---- */

static int serve(struct run *r, struct scsiemu_errmsg *err)
{
	struct scsiemu_sgio_config cf = {
		.size = sizeof(cf),
		.pump = &r->device.pump,
		.loop = r->loop,
		.allocator = &scsiemu_host_allocator,
		.nodes = r->view.nodes,
		.nnodes = r->view.nnodes,
		.attention = r->attention,
	};
	char path[sizeof(r->view.folder) + 8];

	snprintf(path, sizeof(path), "%s/socket", r->view.folder);
	r->sgio = scsiemu_sgio_open(&cf, path, err);
	return r->sgio ? 0 : -1;
}

static int begin(struct run *r)
{
	struct scsiemu_errmsg err;

	if (scsiemu_host_device_open(&r->device, NAME, NULL, &err))
		return trouble(err.text, "");
	r->loop = scsiemu_loop_create(&r->device.pump);
	if (!r->loop)
		return trouble("out of memory", "");
	if (scsiemu_loop_operate(r->loop, &r->device, &err))
		trouble(err.text, ""); /* and goes on without */
	if (run_find(&r->view, &r->device) || run_make_tree(&r->view) ||
	    take_signals(r))
		return -1;
	return serve(r, &err) ? trouble(err.text, "") : 0;
}

static int run(struct run *r)
{
	if (set_environment(r))
		return -1;
	r->child = fork();
	if (r->child < 0)
		return trouble("fork:", strerror(errno));
	if (!r->child)
		run_command(r);
	if (scsiemu_loop_run(r->loop))
		return trouble("poll:", strerror(errno));
	return 0;
}

static int end(struct run *r)
{
	struct scsiemu_errmsg err;
	int rc;

	while (r->sgio && !scsiemu_sgio_close(r->sgio))
		scsiemu_pump_flush(&r->device.pump);
	if (r->loop && r->signals.fd > 0) {
		scsiemu_loop_remove(r->loop, &r->signals);
		close(r->signals.fd);
	}
	scsiemu_loop_destroy(r->loop);
	run_forget(&r->view);
	rc = scsiemu_host_device_close(&r->device, &err);
	return rc ? trouble(err.text, "") : 0;
}

static int exit_status(int status)
{
	return WIFSIGNALED(status) ? SIGNALLED + WTERMSIG(status)
				   : WEXITSTATUS(status);
}

int run_main(int argc, char **argv)
{
	struct run r = { .child = -1 };
	int rc;

	(void)argc;
	if (parse(&r, argv)) {
		tool_usage(argv[0]);
		scsiemu_host_device_close(&r.device, NULL);
		return TROUBLE;
	}
	if (run_check(r.command[0])) {
		scsiemu_host_device_close(&r.device, NULL);
		return CANNOT_RUN;
	}
	rc = begin(&r) ? -1 : run(&r);
	if (end(&r) || rc)
		return TROUBLE;
	return exit_status(r.status);
}
