/* SPDX-License-Identifier: BSD-2-Clause */
/* host/random.c - unpredictable bytes from the system, for ROD tokens. */
#include <scsiemu/host.h>
#include <unistd.h>

enum { AT_ONCE = 256 }; /* what getentropy() gives */

bool scsiemu_host_random(void *ctx, void *buf, uint32_t len)
{
	uint8_t *p = buf;

	(void)ctx;
	while (len) {
		uint32_t n = len < AT_ONCE ? len : AT_ONCE;

		if (getentropy(p, n))
			return false;
		p += n;
		len -= n;
	}
	return true;
}
