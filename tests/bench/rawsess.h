/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rawsess.h - one iSCSI session of the load generator: RFC 7143 with no
 * allocation per command, no copy of data, and all PDUs of a wake-up in one
 * sendmsg. Anything unexpected ends the program.
 */
#ifndef BENCH_RAWSESS_H
#define BENCH_RAWSESS_H

#include <stdint.h>
#include <sys/uio.h>

#define RAW_MAXSEG (1u << 20)
#define RAW_QUEUE  8192u /* vectors waiting to be sent: a power of two */

struct raw_login {
	const char *host, *target;
	int port;
	int id; /* of the session: makes its ISID and name */
	int header_digest, data_digest;
	int verify; /* digests of what arrives */
};

struct raw {
	int fd, armed;
	uint32_t cmdsn, expstatsn, maxcmdsn;
	uint32_t max_seg, first_burst; /* negotiated, bytes */
	int immediate, hd, dd, verify, lun;
	void *owner;
	/* A command ended: its task tag and status (256 + response when the
	 * target could not deliver one). */
	void (*done)(struct raw *s, uint32_t itt, int status);
	/* sending */
	struct iovec q[RAW_QUEUE];
	unsigned char hdr[RAW_QUEUE][56];
	unsigned head, tail;
	/* receiving */
	unsigned char bhs[52];
	unsigned have;
	uint32_t left, digest_left, crc, want;
};

void raw_login(struct raw *s, const struct raw_login *l);
/* Queue a command. write: edtl bytes of a constant pattern go out. */
void raw_command(struct raw *s, uint32_t itt, const unsigned char *cdb,
		 unsigned cdb_len, uint32_t edtl, int write);
/* Send what is queued. ep < 0: wait until it is all sent. */
void raw_flush(struct raw *s, int ep);
/* One recv; what it completes comes through done(). */
void raw_receive(struct raw *s);
/* One blocking command during set-up: its status, data in buf. */
int raw_simple(struct raw *s, const unsigned char *cdb, unsigned cdb_len,
	       uint32_t edtl, void *buf);

static inline void raw_put32(unsigned char *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (unsigned char)(v >> (24 - 8 * i));
}

static inline uint32_t raw_get32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

#endif
