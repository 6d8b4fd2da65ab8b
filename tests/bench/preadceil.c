/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * preadceil - what reading a file costs without anything around it: random
 * preadv of BYTES into a few warm buffers, one after the other, as a server
 * of one thread does for READs of a file store.
 *
 *	preadceil FILE BYTES SECONDS
 */
#include "measure.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define BUFFERS 32 /* as many commands in flight */
#define ROUND	256

static uint64_t read_for(int fd, uint64_t slots, size_t bytes, uint64_t ns)
{
	char *mem = need(BUFFERS, bytes);
	uint64_t n = 0, end = now_ns() + ns;

	while (now_ns() < end)
		for (int i = 0; i < ROUND; i++, n++) {
			struct iovec v = { mem + n % BUFFERS * bytes, bytes };
			off_t at = (off_t)(rnd() % slots * bytes);

			if (preadv(fd, &v, 1, at) != (ssize_t)bytes)
				die("the file cannot be read");
		}
	free(mem);
	return n;
}

int main(int argc, char **argv)
{
	size_t bytes;
	double secs;
	struct stat st;
	uint64_t n;
	int fd;

	if (argc != 4)
		die("usage: preadceil FILE BYTES SECONDS");
	bytes = strtoul(argv[2], NULL, 10);
	secs = strtod(argv[3], NULL);
	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0 || !bytes ||
	    (uint64_t)st.st_size < bytes || secs <= 0)
		die("%s: not a file of %zu bytes and more", argv[1], bytes);
	n = read_for(fd, (uint64_t)st.st_size / bytes, bytes,
		     (uint64_t)(secs * 1e9));
	printf("pread iops=%.0f\n", (double)n / secs);
	close(fd);
	return 0;
}
