/* SPDX-License-Identifier: BSD-2-Clause */
/* store/buf.c - memory that grows. */
#include "store/buf.h"

#include <string.h>

#include "store/sys.h"

bool semu_buf_need(struct semu_buf *b, size_t n, size_t keep)
{
	size_t room = b->room ? b->room : 4096;
	uint8_t *p;

	if (n <= b->room)
		return true;
	while (room < n) {
		if (room > SIZE_MAX / 2)
			return false;
		room *= 2;
	}
	p = semu_sys->alloc(room);
	if (!p)
		return false;
	if (keep)
		memcpy(p, b->p, keep);
	semu_sys->free(b->p);
	b->p = p;
	b->room = room;
	return true;
}

void semu_buf_free(struct semu_buf *b)
{
	semu_sys->free(b->p);
	*b = (struct semu_buf){ 0 };
}
