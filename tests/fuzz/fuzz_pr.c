/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_pr.c - the saved state of persistent reservations: any bytes, with a
 * check sum that is right when the first byte of the input is odd. What is
 * taken comes out again as it went in; what is refused changes nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "core/core.h"
#include "support/disk.h"
#include "support/pr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROOM = 4096 };

static void sum(uint8_t *buf, uint32_t len)
{
	uint32_t crc = ~0u;

	for (uint32_t i = 0; i < len - 4; i++) {
		crc ^= buf[i];
		for (unsigned bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	semu_put32(buf + len - 4, ~crc);
}

static uint32_t get(const struct scsiemu_lu *lu, uint8_t buf[ROOM])
{
	uint32_t len = ROOM;

	if (scsiemu_lu_pr_export(lu, buf, &len))
		abort();
	return len;
}

/* A reservation that was there before. */
static void reserve(struct disk *b)
{
	b->d.nexus = drive_attach(&b->d, 0, 0);
	drive_settle(&b->d, b->lu, b->d.nexus);
	pr_register(&b->d, b->lu, b->d.nexus, 1);
	pr_out(&b->d, b->lu, b->d.nexus, SCSIEMU_SA_RESERVE, 6, 1, 0, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t in[ROOM], was[ROOM], now[ROOM];
	struct disk b;
	uint32_t len, n;

	if (size < 5 || size > ROOM)
		return 0;
	len = (uint32_t)size - 1;
	memcpy(in, data + 1, len);
	if (data[0] & 1)
		sum(in, len);
	disk_make(&b, NULL);
	reserve(&b);
	n = get(b.lu, was);
	if (scsiemu_lu_pr_import(b.lu, in, len)) {
		if (get(b.lu, now) != n || memcmp(now, was, n))
			abort();
	} else if (get(b.lu, now) == len) {
		/* registrations that stay keep their place in the list */
		if (memcmp(now, in, 20))
			abort();
	} else {
		abort();
	}
	disk_free(&b);
	return 0;
}
