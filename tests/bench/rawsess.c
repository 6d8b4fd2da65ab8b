/* SPDX-License-Identifier: BSD-2-Clause */
/* See rawsess.h: sending and receiving PDUs. */
#include "rawsess.h"

#include "measure.h"
#include "rawcrc.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#define RXCAP (1u << 20)

enum { HEADER = 48, DIGEST = 4 };

static unsigned char pattern[RAW_MAXSEG], rx[RXCAP];

static uint32_t get24(const unsigned char *p)
{
	return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

static uint32_t padded(uint32_t n)
{
	return (n + 3) & ~3u;
}

/* Digest of the first n bytes of the constant pattern, remembered. */
static uint32_t pattern_crc(uint32_t n)
{
	static uint32_t len[16], val[16];
	static unsigned k;

	for (unsigned i = 0; i < 16; i++)
		if (len[i] == n)
			return val[i];
	k = (k + 1) & 15;
	len[k] = n;
	return val[k] = ~raw_crc32c(~0u, pattern, n);
}

static unsigned char *new_header(struct raw *s)
{
	unsigned char *h = s->hdr[s->head % RAW_QUEUE];

	if (s->head - s->tail > RAW_QUEUE - 4)
		die("send queue full");
	return memset(h, 0, HEADER);
}

static void enqueue(struct raw *s, const void *p, size_t len)
{
	struct iovec *v = &s->q[s->head++ % RAW_QUEUE];

	v->iov_base = (void *)(uintptr_t)p;
	v->iov_len = len;
}

/* Queue the header from new_header() and n bytes; data NULL: the pattern. */
static void push(struct raw *s, unsigned char *h, const void *data, uint32_t n)
{
	uint32_t c;

	h[5] = (unsigned char)(n >> 16);
	h[6] = (unsigned char)(n >> 8);
	h[7] = (unsigned char)n;
	if (s->hd) {
		c = ~raw_crc32c(~0u, h, HEADER);
		memcpy(h + HEADER, &c, DIGEST);
	}
	enqueue(s, h, s->hd ? HEADER + DIGEST : HEADER);
	if (!n)
		return;
	enqueue(s, data ? data : pattern, padded(n));
	if (s->dd) {
		unsigned char *d = s->hdr[s->head % RAW_QUEUE];

		c = data ? ~raw_crc32c(~0u, data, padded(n))
			 : pattern_crc(padded(n));
		memcpy(d, &c, DIGEST);
		enqueue(s, d, DIGEST);
	}
}

/* w bytes of the queue are sent. */
static void sent(struct raw *s, size_t w)
{
	while (w) {
		struct iovec *q = &s->q[s->tail % RAW_QUEUE];

		if (w < q->iov_len) {
			q->iov_base = (char *)q->iov_base + w;
			q->iov_len -= w;
			return;
		}
		w -= q->iov_len;
		s->tail++;
	}
}

void raw_flush(struct raw *s, int ep)
{
	struct epoll_event e = { .data.ptr = s };
	int flags = MSG_NOSIGNAL | (ep >= 0 ? MSG_DONTWAIT : 0);

	while (s->tail != s->head) {
		struct iovec v[256];
		struct msghdr m = { .msg_iov = v };
		ssize_t w;

		for (unsigned i = s->tail; i != s->head && m.msg_iovlen < 256;
		     i++)
			v[m.msg_iovlen++] = s->q[i % RAW_QUEUE];
		w = sendmsg(s->fd, &m, flags);
		if (w < 0 && errno == EAGAIN)
			break;
		if (w <= 0)
			die("send: %s", strerror(errno));
		sent(s, (size_t)w);
	}
	if (ep >= 0 && s->armed != (s->tail != s->head)) {
		s->armed = !s->armed;
		e.events = EPOLLIN | (s->armed ? EPOLLOUT : 0);
		epoll_ctl(ep, EPOLL_CTL_MOD, s->fd, &e);
	}
}

void raw_command(struct raw *s, uint32_t itt, const unsigned char *cdb,
		 unsigned cdb_len, uint32_t edtl, int write)
{
	unsigned char *h = new_header(s);
	uint32_t now = 0;

	if ((int32_t)(s->maxcmdsn - s->cmdsn) < 0)
		die("command window closed: use a smaller queue depth");
	h[0] = 0x01;
	h[1] = 0x81; /* final, simple */
	if (edtl)
		h[1] |= write ? 0x20 : 0x40;
	h[9] = (unsigned char)s->lun;
	raw_put32(h + 16, itt);
	raw_put32(h + 20, edtl);
	raw_put32(h + 24, s->cmdsn++);
	raw_put32(h + 28, s->expstatsn);
	memcpy(h + 32, cdb, cdb_len);
	if (write && s->immediate) {
		now = edtl < s->first_burst ? edtl : s->first_burst;
		if (now > s->max_seg)
			now = s->max_seg;
	}
	push(s, h, NULL, now);
}

/* R2T: the data it asks for. */
static void solicited(struct raw *s, const unsigned char *b)
{
	uint32_t off = raw_get32(b + 40), len = raw_get32(b + 44), sn = 0;

	while (len) {
		unsigned char *h = new_header(s);
		uint32_t n = len < s->max_seg ? len : s->max_seg;

		h[0] = 0x05;
		h[1] = n == len ? 0x80 : 0;
		memcpy(h + 8, b + 8, 8);   /* LUN */
		memcpy(h + 16, b + 16, 8); /* task tags */
		raw_put32(h + 28, s->expstatsn);
		raw_put32(h + 36, sn++);
		raw_put32(h + 40, off);
		push(s, h, NULL, n);
		off += n;
		len -= n;
	}
}

static void answer_ping(struct raw *s, const unsigned char *b)
{
	unsigned char *h;

	if (raw_get32(b + 20) == 0xffffffff)
		return;
	h = new_header(s);
	h[0] = 0x40;
	h[1] = 0x80;
	memcpy(h + 8, b + 8, 8);
	raw_put32(h + 16, 0xffffffff);
	memcpy(h + 20, b + 20, 4);
	raw_put32(h + 24, s->cmdsn);
	raw_put32(h + 28, s->expstatsn);
	push(s, h, NULL, 0);
}

/* A whole PDU has arrived (its data was thrown away). */
static void take_pdu(struct raw *s)
{
	const unsigned char *b = s->bhs;
	uint32_t itt = raw_get32(b + 16), max = raw_get32(b + 32);

	if ((int32_t)(max - s->maxcmdsn) > 0)
		s->maxcmdsn = max;
	switch (b[0] & 0x3f) {
	case 0x25: /* Data-In */
		if (!(b[1] & 1))
			break;
		s->expstatsn = raw_get32(b + 24) + 1;
		s->done(s, itt, b[3]);
		break;
	case 0x21: /* SCSI Response */
		s->expstatsn = raw_get32(b + 24) + 1;
		s->done(s, itt, b[2] ? 0x100 | b[2] : b[3]);
		break;
	case 0x31: /* R2T */
		solicited(s, b);
		break;
	case 0x20: /* NOP-In */
		answer_ping(s, b);
		break;
	default:
		die("unexpected PDU %02x", b[0]);
	}
}

/* The header is complete. */
static void take_header(struct raw *s)
{
	uint32_t len = get24(s->bhs + 5), c;

	s->left = padded(len);
	s->digest_left = len && s->dd ? DIGEST : 0;
	s->crc = ~0u;
	if (s->bhs[4])
		die("an additional header segment");
	if (!s->hd || !s->verify)
		return;
	c = ~raw_crc32c(~0u, s->bhs, HEADER);
	if (memcmp(&c, s->bhs + HEADER, DIGEST))
		die("header digest");
}

static uint32_t least(uint32_t a, size_t b)
{
	return a < b ? a : (uint32_t)b;
}

/* Take some of n bytes at p: returns how many. */
static size_t take_some(struct raw *s, const unsigned char *p, size_t n)
{
	unsigned header = s->hd ? HEADER + DIGEST : HEADER;
	uint32_t k;

	if (s->have < header) {
		k = least(header - s->have, n);
		memcpy(s->bhs + s->have, p, k);
		s->have += k;
		if (s->have == header)
			take_header(s);
	} else if (s->left) {
		k = least(s->left, n);
		if (s->verify && s->dd)
			s->crc = raw_crc32c(s->crc, p, k);
		s->left -= k;
	} else {
		k = 1;
		s->want = s->want >> 8 | (uint32_t)*p << 24;
		if (!--s->digest_left && s->verify && s->want != ~s->crc)
			die("data digest");
	}
	if (s->have == header && !s->left && !s->digest_left) {
		s->have = 0;
		take_pdu(s);
	}
	return k;
}

void raw_receive(struct raw *s)
{
	ssize_t r = recv(s->fd, rx, RXCAP, MSG_DONTWAIT);
	const unsigned char *p = rx;

	if (r == 0 || (r < 0 && errno != EAGAIN))
		die("connection lost");
	while (r > 0) {
		size_t k = take_some(s, p, (size_t)r);

		p += k;
		r -= (ssize_t)k;
	}
}

static void full(int fd, void *b, size_t n)
{
	if (n && recv(fd, b, n, MSG_WAITALL) != (ssize_t)n)
		die("connection lost");
}

int raw_simple(struct raw *s, const unsigned char *cdb, unsigned cdb_len,
	       uint32_t edtl, void *buf)
{
	unsigned char b[52], d[DIGEST], data[8192];

	raw_command(s, 0, cdb, cdb_len, edtl, 0);
	raw_flush(s, -1);
	for (;;) {
		uint32_t len;

		full(s->fd, b, s->hd ? HEADER + DIGEST : HEADER);
		len = get24(b + 5);
		if (padded(len) > sizeof(data))
			die("a reply that is too long");
		full(s->fd, data, padded(len));
		full(s->fd, d, len && s->dd ? DIGEST : 0);
		s->maxcmdsn = raw_get32(b + 32);
		if ((b[0] & 0x3f) == 0x25)
			memcpy(buf, data, least(len, edtl));
		if ((b[0] & 0x3f) == 0x21 ||
		    ((b[0] & 0x3f) == 0x25 && (b[1] & 1))) {
			s->expstatsn = raw_get32(b + 24) + 1;
			return b[3];
		}
	}
}
