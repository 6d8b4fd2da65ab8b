/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_sgio.c - messages on an open file of the SG_IO server, as whoever has
 * its socket may send them. What is served stays the same: a good command at
 * the end is answered.
 *
 * Input: records of a byte, and what it says: bit 0 takes a raw length, bit 1
 * leaves the socket for the reply out, bit 2 brings memory, bit 3 memory that
 * is not sealed, bit 4 closes the reply's socket at once, bit 5 opens a new
 * file, bit 6 keeps the magic number right. Then the bytes of a request.
 */
#define _GNU_SOURCE
#include "../transport/sgio_kit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define RAW_LENGTH 0x01
#define NO_REPLY   0x02
#define MEMORY	   0x04
#define UNSEALED   0x08
#define IMPATIENT  0x10
#define NEW_FILE   0x20
#define MAGIC	   0x40

#define ROOM 65536u

/* As many bytes as there are, zeros behind them. */
static void take(void *to, size_t len, const uint8_t **data, size_t *size)
{
	size_t n = *size < len ? *size : len;

	memset(to, 0, len);
	memcpy(to, *data, n);
	*data += n;
	*size -= n;
}

static int memory(uint8_t how)
{
	int mem;

	if (!(how & UNSEALED))
		return sgio_memory(ROOM);
	mem = memfd_create("fuzz", MFD_CLOEXEC);
	if (mem < 0 || ftruncate(mem, ROOM))
		abort();
	return mem;
}

static void message(int fd, const uint8_t **data, size_t *size)
{
	uint8_t how, length;
	struct semu_sgio_request q;
	int pair[2], fds[2], mem = -1;
	size_t len = sizeof(q);
	unsigned n = 0;

	take(&how, 1, data, size);
	if (how & RAW_LENGTH) {
		take(&length, 1, data, size);
		len = length;
	}
	take(&q, sizeof(q), data, size);
	if (how & MAGIC)
		q.magic = SEMU_SGIO_MAGIC;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		abort();
	if (!(how & NO_REPLY))
		fds[n++] = pair[1];
	if (how & MEMORY)
		fds[n++] = mem = memory(how);
	sgio_send(fd, &q, len, fds, n);
	close(pair[1]);
	if (mem >= 0)
		close(mem);
	if (how & IMPATIENT)
		close(pair[0]);
	sgio_serve();
	if (!(how & IMPATIENT))
		close(pair[0]);
}

static void still_serves(void)
{
	struct semu_sgio_request q = { .what = SEMU_SGIO_COMMAND,
				       .cdb = { 0x12, 0, 0, 0, 36 },
				       .cdb_len = 6,
				       .in_len = 36 };
	int fd = sgio_open(SGIO_BSG, O_RDWR), mem = sgio_memory(ROOM);
	struct semu_sgio_reply r;

	if (sgio_call(fd, &q, mem, &r) || r.error || r.status)
		abort();
	close(mem);
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd;

	sgio_begin("disk:mem,size=1M");
	fd = sgio_open(SGIO_SG, O_RDWR);
	while (size) {
		if (*data & NEW_FILE) {
			close(fd);
			fd = sgio_connect();
		}
		message(fd, &data, &size);
	}
	close(fd);
	sgio_serve();
	still_serves();
	if (!sgio_end())
		abort();
	return 0;
}
