/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transport/sgio/wire.h - between a program and the devices: one connection
 * (SOCK_SEQPACKET) is one open file. Each request brings a socket of its own
 * for its one reply, so threads and forked processes may share a file, and a
 * program that dies or is interrupted is noticed by the end of that socket.
 * Data is in shared memory that the request brings, sealed against shrinking:
 * data-out at 0, data-in behind it at a whole page.
 *
 * For each command that was posted, and has ended, one byte comes on the
 * connection: poll() tells that there is something to fetch.
 *
 * Both ends are of one build on one machine.
 */
#ifndef SEMU_TRANSPORT_SGIO_WIRE_H
#define SEMU_TRANSPORT_SGIO_WIRE_H

#include <stdint.h>

#define SEMU_SGIO_MAGIC 0x49474f53u
#define SEMU_SGIO_CDB	252	    /* SG_MAX_CDB_SIZE of the kernel */
#define SEMU_SGIO_MAX	(64u << 20) /* bytes of data of a command */
#define SEMU_SGIO_DATA	256
#define SEMU_SGIO_PAGE	4096u

/* Set in an initiator's number: it is gone with its last open file. */
#define SEMU_SGIO_BRIEF 0x80000000u

enum semu_sgio_what {
	SEMU_SGIO_OPEN, /* the first, once */
	SEMU_SGIO_NODE, /* which one is it? data: uint32_t[3], the kind too */
	SEMU_SGIO_CONTROL, /* an ioctl(2) */
	SEMU_SGIO_COMMAND,
	SEMU_SGIO_SEEK,	 /* lseek(2) of a block node */
	SEMU_SGIO_POST,	 /* a command; the reply says that it was taken */
	SEMU_SGIO_FETCH, /* the reply of one that was; with its memory */
	SEMU_SGIO_MEMORY /* the buffer of a sg node. data: uint32_t, bytes */
};

/* With one descriptor, or two: the socket for the reply, and the memory. */
struct semu_sgio_request {
	uint32_t magic, what;
	uint32_t major, minor, flags, initiator; /* OPEN; flags of open(2) */
	uint32_t number;  /* CONTROL: which ioctl; SEEK: from where */
	int32_t value;	  /* ... and the number at its argument */
	int64_t position; /* SEEK */
	uint32_t in_len, out_len;
	uint32_t timeout_ms; /* 0: as the node has it, UINT32_MAX: none */
	uint16_t cdb_len;
	uint8_t tmf; /* enum scsiemu_tmf; then there is no CDB */
	uint8_t attr;
	uint8_t cdb[SEMU_SGIO_CDB];
};

struct semu_sgio_reply {
	int32_t error;	/* errno; then nothing else is meant */
	int32_t result; /* CONTROL: of ioctl(2) */
	uint32_t len;	/* at data: what ioctl(2) gives; sense */
	uint8_t status;
	uint8_t host_status; /* DID_* of the kernel */
	uint8_t pad[2];
	uint32_t in_done;
	int32_t resid; /* never less than 0, as the kernel has it */
	uint32_t duration_ms;
	uint8_t data[SEMU_SGIO_DATA];
};

/* At data of the reply to SEEK. */
struct semu_sgio_place {
	int64_t position, size; /* bytes */
	uint32_t block_len;
	uint32_t read_only;
};

/* Where data-in begins. */
static inline uint32_t semu_sgio_in_at(uint32_t out_len)
{
	return (out_len + SEMU_SGIO_PAGE - 1) & ~(SEMU_SGIO_PAGE - 1);
}

#endif
