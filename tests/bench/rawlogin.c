/* SPDX-License-Identifier: BSD-2-Clause */
/* See rawsess.h: the login phase, blocking. */
#include "measure.h"
#include "rawsess.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SECURITY = 0, OPERATIONAL = 1, FULL = 3 };

struct text {
	char buf[8192];
	uint32_t len;
};

static void add(struct text *t, const char *key, const char *value)
{
	t->len += (uint32_t)snprintf(t->buf + t->len, sizeof(t->buf) - t->len,
				     "%s=%s", key, value) +
		  1;
}

/* The value of a key in an answer, or "". */
static const char *value(const struct text *t, const char *key)
{
	size_t n = strlen(key);

	for (uint32_t i = 0; i < t->len; i += strlen(t->buf + i) + 1)
		if (!strncmp(t->buf + i, key, n) && t->buf[i + n] == '=')
			return t->buf + i + n + 1;
	return "";
}

static void offer(struct text *t, const struct raw_login *l, int stage)
{
	static const char *const keys[][2] = {
		{ "MaxRecvDataSegmentLength", "1048576" },
		{ "MaxBurstLength", "1048576" },
		{ "FirstBurstLength", "262144" },
		{ "InitialR2T", "No" },
		{ "ImmediateData", "Yes" },
		{ "MaxConnections", "1" },
		{ "MaxOutstandingR2T", "1" },
		{ "DefaultTime2Wait", "2" },
		{ "DefaultTime2Retain", "0" },
		{ "ErrorRecoveryLevel", "0" },
		{ "DataPDUInOrder", "Yes" },
		{ "DataSequenceInOrder", "Yes" },
	};
	char name[64];

	memset(t, 0, sizeof(*t));
	if (stage == SECURITY) {
		snprintf(name, sizeof(name), "iqn.2000-01.load:r%d", l->id);
		add(t, "InitiatorName", name);
		add(t, "TargetName", l->target);
		add(t, "SessionType", "Normal");
		add(t, "AuthMethod", "None");
		return;
	}
	add(t, "HeaderDigest", l->header_digest ? "CRC32C" : "None");
	add(t, "DataDigest", l->data_digest ? "CRC32C" : "None");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		add(t, keys[i][0], keys[i][1]);
}

static void connect_to(struct raw *s, const struct raw_login *l)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons((uint16_t)l->port) };
	int one = 1;

	if (inet_pton(AF_INET, l->host, &a.sin_addr) != 1)
		die("%s: not an IPv4 address", l->host);
	s->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(s->fd, (struct sockaddr *)&a, sizeof(a)))
		die("connect: %s", strerror(errno));
	setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

static void ask(struct raw *s, const struct raw_login *l, int stage,
		const struct text *t)
{
	unsigned char b[48] = { 0x43 };
	struct iovec v[2] = {
		{ b, 48 }, { (void *)(uintptr_t)t->buf, (t->len + 3) & ~3u }
	};
	unsigned pid = (unsigned)getpid();

	b[1] = (unsigned char)(0x80 | stage << 2 |
			       (stage == SECURITY ? OPERATIONAL : FULL));
	b[6] = (unsigned char)(t->len >> 8);
	b[7] = (unsigned char)t->len;
	b[8] = 0x80; /* ISID: random format */
	b[9] = (unsigned char)(pid >> 16);
	b[10] = (unsigned char)(pid >> 8);
	b[11] = (unsigned char)pid;
	b[12] = (unsigned char)(l->id >> 8);
	b[13] = (unsigned char)l->id;
	raw_put32(b + 24, s->cmdsn);
	raw_put32(b + 28, s->expstatsn);
	if (writev(s->fd, v, 2) != (ssize_t)(v[0].iov_len + v[1].iov_len))
		die("send: %s", strerror(errno));
}

/* The answer: its text in *t; returns the stage to go on in. */
static int hear(struct raw *s, int stage, struct text *t)
{
	unsigned char b[48];

	if (recv(s->fd, b, 48, MSG_WAITALL) != 48)
		die("connection lost in login");
	if ((b[0] & 0x3f) != 0x23 || b[36])
		die("login refused: opcode %02x, status %02x%02x", b[0], b[36],
		    b[37]);
	t->len = (uint32_t)b[6] << 8 | b[7];
	if (b[5] || t->len > sizeof(t->buf) - 4)
		die("login answer too long");
	memset(t->buf, 0, sizeof(t->buf));
	if (recv(s->fd, t->buf, (t->len + 3) & ~3u, MSG_WAITALL) !=
	    (ssize_t)((t->len + 3) & ~3u))
		die("connection lost in login");
	s->expstatsn = raw_get32(b + 24) + 1;
	s->cmdsn = raw_get32(b + 28);
	s->maxcmdsn = raw_get32(b + 32);
	return b[1] & 0x80 ? b[1] & 3 : stage;
}

static void agree(struct raw *s, const struct text *t)
{
	uint32_t n = (uint32_t)atoi(value(t, "MaxRecvDataSegmentLength"));

	if (n)
		s->max_seg = n < RAW_MAXSEG ? n : RAW_MAXSEG;
	n = (uint32_t)atoi(value(t, "FirstBurstLength"));
	if (n)
		s->first_burst = n;
	if (!strcmp(value(t, "ImmediateData"), "No"))
		s->immediate = 0;
	if (!strcmp(value(t, "HeaderDigest"), "CRC32C"))
		s->hd = 1;
	if (!strcmp(value(t, "DataDigest"), "CRC32C"))
		s->dd = 1;
}

void raw_login(struct raw *s, const struct raw_login *l)
{
	int stage = SECURITY, hd, dd;
	struct text t;

	connect_to(s, l);
	s->max_seg = 8192; /* RFC 7143's defaults */
	s->first_burst = 65536;
	s->immediate = 1;
	s->verify = l->verify;
	while (stage != FULL) {
		int asked = stage;

		offer(&t, l, stage);
		ask(s, l, stage, &t);
		stage = hear(s, stage, &t);
		if (asked == OPERATIONAL)
			agree(s, &t);
	}
	hd = s->hd;
	dd = s->dd;
	if (hd != l->header_digest || dd != l->data_digest)
		die("digests not agreed: header %d, data %d", hd, dd);
}
