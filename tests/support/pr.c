/* SPDX-License-Identifier: BSD-2-Clause */
/* support/pr.c - see pr.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "support/pr.h"

static void put64(uint8_t *p, uint64_t v)
{
	for (unsigned i = 0; i < 8; i++)
		p[i] = (uint8_t)(v >> (56 - 8 * i));
}

static uint64_t get(const uint8_t *p, unsigned n)
{
	uint64_t v = 0;

	while (n--)
		v = v << 8 | *p++;
	return v;
}

void pr_list(uint8_t list[24], uint64_t key, uint64_t sa_key, uint8_t flags)
{
	memset(list, 0, 24);
	put64(list, key);
	put64(list + 8, sa_key);
	list[20] = flags;
}

uint8_t pr_out_list(struct drive *d, struct scsiemu_lu *lu,
		    struct scsiemu_nexus *n, uint8_t sa, uint8_t scope_type,
		    const void *list, uint32_t len)
{
	uint8_t cdb[10] = { SCSIEMU_OP_PERSISTENT_RESERVE_OUT, sa, scope_type };

	cdb[7] = (uint8_t)(len >> 8);
	cdb[8] = (uint8_t)len;
	d->nexus = n;
	return drive_run(d, lu, cdb, 10, list, len, 0);
}

uint8_t pr_out(struct drive *d, struct scsiemu_lu *lu, struct scsiemu_nexus *n,
	       uint8_t sa, uint8_t scope_type, uint64_t key, uint64_t sa_key,
	       uint8_t flags)
{
	uint8_t list[24];

	pr_list(list, key, sa_key, flags);
	return pr_out_list(d, lu, n, sa, scope_type, list, sizeof(list));
}

void pr_register(struct drive *d, struct scsiemu_lu *lu,
		 struct scsiemu_nexus *n, uint64_t key)
{
	pr_out(d, lu, n, SCSIEMU_SA_REGISTER, 0, 0, key, 0);
	drive_good(d);
}

uint8_t pr_in(struct drive *d, struct scsiemu_lu *lu, struct scsiemu_nexus *n,
	      uint8_t sa, uint16_t alloc)
{
	const uint8_t cdb[10] = { SCSIEMU_OP_PERSISTENT_RESERVE_IN,
				  sa,
				  0,
				  0,
				  0,
				  0,
				  0,
				  (uint8_t)(alloc >> 8),
				  (uint8_t)alloc };

	d->nexus = n;
	return drive_run(d, lu, cdb, 10, NULL, 0, alloc);
}

/* Without touching what waits for the nexuses: as the anonymous one, whose unit
 * attention goes first. */
static void ask(struct drive *d, struct scsiemu_lu *lu, uint8_t sa)
{
	struct scsiemu_nexus *was = d->nexus;

	drive_settle(d, lu, NULL);
	pr_in(d, lu, NULL, sa, 8192);
	d->nexus = was;
}

void pr_keys_at(struct drive *d, struct scsiemu_lu *lu, uint32_t generation,
		const uint64_t *keys, const char *file, int line)
{
	uint32_t n = 0;

	ask(d, lu, SCSIEMU_SA_READ_KEYS);
	drive_good_at(d, file, line);
	while (keys[n])
		n++;
	_assert_int_equal(get(d->t.in, 4), generation, file, line);
	_assert_int_equal(d->t.c.in_done, 8 + 8 * n, file, line);
	_assert_int_equal(get(d->t.in + 4, 4), 8 * n, file, line);
	for (uint32_t i = 0; i < n; i++)
		_assert_int_equal(get(d->t.in + 8 + 8 * i, 8), keys[i], file,
				  line);
}

void pr_reserved_at(struct drive *d, struct scsiemu_lu *lu, uint8_t type,
		    uint64_t key, const char *file, int line)
{
	ask(d, lu, SCSIEMU_SA_READ_RESERVATION);
	drive_good_at(d, file, line);
	_assert_int_equal(d->t.c.in_done, type ? 24 : 8, file, line);
	_assert_int_equal(get(d->t.in + 4, 4), type ? 16 : 0, file, line);
	if (!type)
		return;
	_assert_int_equal(get(d->t.in + 8, 8), key, file, line);
	_assert_int_equal(get(d->t.in + 16, 5), 0, file, line);
	_assert_int_equal(d->t.in[21], type, file, line);
	_assert_int_equal(get(d->t.in + 22, 2), 0, file, line);
}
