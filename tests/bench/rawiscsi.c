/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rawiscsi - closed-loop iSCSI load generator that speaks RFC 7143 itself, so
 * that the target is the bottleneck for longer than with an initiator library.
 *
 *	rawiscsi [options] HOST PORT TARGET LUN
 *	  -s N sessions  -q N commands in flight per session  -b N bytes each
 *	  -m rr|rw|sr|sw|tr|tw|tu  random/sequential read/write, of a tape from
 *	     its beginning on, TEST UNIT READY
 *	  -t SEC  -W SEC warm-up  -n N commands in all  -w BYTES LBA range
 *	  -H header digest  -D data digest  -V verify digests of what arrives
 *	  -p PID target process (CPU and RSS reported)  -c TAG
 *	  -L log in only: print "ready", hold the sessions until standard
 *	     input ends
 *
 * One thread, epoll, no error recovery. Prints one line of key=value pairs.
 */
#include "measure.h"
#include "rawsess.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

static struct {
	unsigned sessions, depth;
	uint32_t bytes;
	int write, random, tape, tur, hold, pid, lun;
	double secs, warm_secs;
	uint64_t count, range;
	const char *tag;
	struct raw_login login;
} opt = { .sessions = 1,
	  .depth = 1,
	  .bytes = 4096,
	  .random = 1,
	  .secs = 3,
	  .warm_secs = 0.3,
	  .tag = "run" };

/* A session and its commands: the task tag is the index into born. */
struct load {
	struct raw raw; /* first: epoll has the address of either */
	uint64_t *born;
	uint64_t next;
	unsigned inflight;
};

static struct {
	uint32_t block; /* bytes */
	uint64_t slots; /* places a command can go to */
	uint64_t issued, ops, errors;
	int counting, stopping;
} run;

static void issue(struct load *l, uint32_t itt)
{
	unsigned char c[10] = { 0 };
	uint64_t at = opt.random ? rnd() : l->next++;
	uint32_t nblk;

	l->born[itt] = now_ns();
	l->inflight++;
	run.issued++;
	if (opt.tur) {
		raw_command(&l->raw, itt, c, 6, 0, 0);
		return;
	}
	if (opt.tape) {
		raw_put32(c + 1, opt.bytes); /* 24 bits */
		c[0] = opt.write ? 0x0a : 0x08;
		raw_command(&l->raw, itt, c, 6, opt.bytes, opt.write);
		return;
	}
	nblk = opt.bytes / run.block;
	c[0] = opt.write ? 0x2a : 0x28;
	raw_put32(c + 2, (uint32_t)(at % run.slots * nblk));
	c[7] = (unsigned char)(nblk >> 8);
	c[8] = (unsigned char)nblk;
	raw_command(&l->raw, itt, c, 10, opt.bytes, opt.write);
}

static void done(struct raw *s, uint32_t itt, int status)
{
	struct load *l = s->owner;

	if (itt >= opt.depth)
		die("unknown task tag %x", itt);
	l->inflight--;
	if (status) {
		run.errors++;
	} else if (run.counting) {
		lat_add(now_ns() - l->born[itt]);
		run.ops++;
	}
	if (!run.stopping && !(opt.count && run.issued >= opt.count))
		issue(l, itt);
}

static void find_start(struct load *l)
{
	static const unsigned char rewind[6] = { 0x01 };

	if (raw_simple(&l->raw, rewind, 6, 0, NULL))
		die("REWIND failed");
	run.slots = UINT64_MAX;
}

static void find_size(struct load *l)
{
	static const unsigned char capacity[10] = { 0x25 };
	unsigned char cap[8];

	if (raw_simple(&l->raw, capacity, 10, 8, cap))
		die("READ CAPACITY failed");
	run.block = raw_get32(cap + 4);
	run.slots = ((uint64_t)raw_get32(cap) + 1) * run.block;
}

static struct load *open_session(unsigned i, int ep)
{
	static const unsigned char tur[6];
	struct load *l = need(1, sizeof(*l));
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = l };

	l->born = need(opt.depth, sizeof(*l->born));
	l->raw.owner = l;
	l->raw.done = done;
	l->raw.lun = opt.lun;
	opt.login.id = (int)i;
	raw_login(&l->raw, &opt.login);
	/* Unit attentions of the first contact. */
	for (int k = 0; k < 8 && raw_simple(&l->raw, tur, 6, 0, NULL); k++)
		;
	if (opt.tape)
		find_start(l);
	else
		find_size(l);
	epoll_ctl(ep, EPOLL_CTL_ADD, l->raw.fd, &e);
	return l;
}

static void begin(struct load **l, int ep)
{
	for (unsigned i = 0; i < opt.sessions; i++) {
		l[i]->next = i * (run.slots / opt.sessions);
		for (unsigned k = 0; k < opt.depth; k++)
			if (!opt.count || run.issued < opt.count)
				issue(l[i], k);
		raw_flush(&l[i]->raw, ep);
	}
}

/* What happened until now; returns how many commands are in flight. */
static unsigned turn(struct load **l, int ep)
{
	struct epoll_event ev[64];
	int n = epoll_wait(ep, ev, 64, 1000);
	unsigned busy = 0;

	for (int i = 0; i < n; i++) {
		struct load *k = ev[i].data.ptr;

		if (ev[i].events & ~(uint32_t)EPOLLOUT)
			raw_receive(&k->raw);
		raw_flush(&k->raw, ep);
	}
	for (unsigned i = 0; i < opt.sessions; i++)
		busy += l[i]->inflight;
	return busy;
}

struct mark {
	uint64_t ns;
	struct usage target;
	double own;
};

static struct mark mark(void)
{
	return (struct mark){ now_ns(), usage_of(opt.pid), own_cpu_s() };
}

static void work(struct load **l, int ep, struct mark m[2])
{
	uint64_t end;

	run.counting = opt.count || opt.warm_secs <= 0;
	m[0] = mark();
	end = m[0].ns +
	      (uint64_t)((run.counting ? opt.secs : opt.warm_secs) * 1e9);
	begin(l, ep);
	while (turn(l, ep)) {
		if (run.stopping || opt.count || now_ns() < end)
			continue;
		if (!run.counting) {
			m[0] = mark();
			end = m[0].ns + (uint64_t)(opt.secs * 1e9);
			run.counting = 1;
			continue;
		}
		m[1] = mark();
		run.counting = 0;
		run.stopping = 1;
	}
	if (!run.stopping)
		m[1] = mark();
}

static void print(const struct mark m[2])
{
	double s = (double)(m[1].ns - m[0].ns) / 1e9;
	double n = run.ops ? (double)run.ops : 1;
	double user = m[1].target.user - m[0].target.user;
	double sys = m[1].target.sys - m[0].target.sys;

	printf("%s iops=%.0f MBps=%.1f ops=%llu errs=%llu", opt.tag, n / s,
	       n * opt.bytes / s / 1e6, (unsigned long long)run.ops,
	       (unsigned long long)run.errors);
	lat_print();
	printf(" cpu_us_op=%.2f user_us_op=%.2f sys_us_op=%.2f busy=%.2f "
	       "gen_busy=%.2f rss_kb=%ld\n",
	       (user + sys) * 1e6 / n, user * 1e6 / n, sys * 1e6 / n,
	       (user + sys) / s, (m[1].own - m[0].own) / s, m[1].target.rss_kb);
}

static void hold(void)
{
	puts("ready");
	fflush(stdout);
	while (getchar() != EOF)
		;
}

static void mode(const char *m)
{
	static const char *const known[] = { "rr", "rw", "sr", "sw",
					     "tr", "tw", "tu" };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(m, known[i]))
			continue;
		opt.tur = m[1] == 'u';
		opt.tape = m[0] == 't' && !opt.tur;
		opt.random = m[0] == 'r';
		opt.write = m[1] == 'w';
		return;
	}
	die("-m takes rr, rw, sr, sw, tr, tw or tu");
}

/* Options with a value. */
static void option(int o, const char *v)
{
	switch (o) {
	case 's':
		opt.sessions = (unsigned)atoi(v);
		break;
	case 'q':
		opt.depth = (unsigned)atoi(v);
		break;
	case 'b':
		opt.bytes = (uint32_t)atoi(v);
		break;
	case 'm':
		mode(v);
		break;
	case 't':
		opt.secs = atof(v);
		break;
	case 'W':
		opt.warm_secs = atof(v);
		break;
	case 'n':
		opt.count = strtoull(v, NULL, 0);
		break;
	case 'w':
		opt.range = strtoull(v, NULL, 0);
		break;
	case 'p':
		opt.pid = atoi(v);
		break;
	case 'c':
		opt.tag = v;
		break;
	default:
		exit(2);
	}
}

static void options(int argc, char **argv)
{
	int o;

	while ((o = getopt(argc, argv, "s:q:b:m:t:n:W:p:HDVLw:c:")) != -1)
		switch (o) {
		case 'H':
			opt.login.header_digest = 1;
			break;
		case 'D':
			opt.login.data_digest = 1;
			break;
		case 'V':
			opt.login.verify = 1;
			break;
		case 'L':
			opt.hold = 1;
			break;
		default:
			option(o, optarg);
		}
	if (argc - optind != 4)
		die("usage: rawiscsi [options] HOST PORT TARGET LUN "
		    "(see the head of rawiscsi.c)");
	if (!opt.sessions || !opt.depth)
		die("-s and -q are at least 1");
	opt.login.host = argv[optind];
	opt.login.port = atoi(argv[optind + 1]);
	opt.login.target = argv[optind + 2];
	opt.lun = atoi(argv[optind + 3]);
}

int main(int argc, char **argv)
{
	struct load **l;
	struct mark m[2];
	int ep = epoll_create1(0);

	options(argc, argv);
	l = need(opt.sessions, sizeof(struct load *));
	for (unsigned i = 0; i < opt.sessions; i++)
		l[i] = open_session(i, ep);
	if (opt.hold) {
		hold();
		return 0;
	}
	if (opt.range && opt.range < run.slots)
		run.slots = opt.range;
	run.slots /= opt.bytes;
	if (!run.slots)
		die("the LUN is smaller than one command");
	work(l, ep, m);
	print(m);
	return run.errors != 0;
}
