/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_bhs.c - a raw byte stream into the framing of PDUs. Byte 0: before the
 * login, or after one without or with digests; byte 1: how many bytes arrive
 * at a time.
 */
#include "iscsi_world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char digests[] = "HeaderDigest=CRC32C\0DataDigest=CRC32C";
	static struct world_end e;

	if (size < 2)
		return 0;
	if (data[0] % 3 == 2)
		world_open(&e, digests, sizeof(digests));
	else
		world_open(&e, data[0] % 3 ? "" : NULL, 0);
	e.c.hd = e.c.dd = data[0] % 3 == 2;
	world_give(&e, data + 2, size - 2, data[1]);
	world_close(&e);
	return 0;
}
