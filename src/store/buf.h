/* SPDX-License-Identifier: BSD-2-Clause */
/* store/buf.h - memory that grows and is used again. */
#ifndef SEMU_STORE_BUF_H
#define SEMU_STORE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct semu_buf {
	uint8_t *p;
	size_t room;
};

/* Room for n bytes; the first keep of them stay as they are. false: there is
 * no memory, and nothing has changed. */
bool semu_buf_need(struct semu_buf *b, size_t n, size_t keep);
void semu_buf_free(struct semu_buf *b);

#endif
