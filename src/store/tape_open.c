/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/tape_open.h"

#include <string.h>

int semu_tape_check(const struct scsiemu_tape_new *is,
		    struct scsiemu_errmsg *err)
{
	if (!is || is->bytes < SCSIEMU_TAPE_BYTES_MIN)
		return semu_err(err, "a cartridge has at least %u bytes",
				(unsigned)SCSIEMU_TAPE_BYTES_MIN);
	if (is->bytes > INT64_MAX)
		return semu_err(err, "a cartridge has at most 8 EiB");
	return 0;
}

bool semu_tape_layout(struct scsiemu_tape_layout *l, uint64_t bytes)
{
	uint64_t *rest = NULL, sum = 0;

	if (!l->n || l->n > SCSIEMU_TAPE_PARTITIONS)
		return false;
	for (unsigned i = 0; i < l->n; i++) {
		if (l->size[i] == UINT64_MAX) {
			if (rest)
				return false;
			rest = &l->size[i];
		} else if (l->size[i] > bytes - sum) {
			return false;
		} else {
			sum += l->size[i];
		}
	}
	if (rest)
		*rest = bytes - sum;
	for (unsigned i = 0; i < l->n; i++) {
		if (!l->size[i])
			return false;
	}
	return true;
}

void semu_tape_medium(struct scsiemu_medium *m,
		      const struct scsiemu_tape_ops *ops, void *ctx)
{
	bool writes = SCSIEMU_HAS(scsiemu_tape_ops, ops, write);

	memset(m, 0, sizeof(*m));
	m->kind = SCSIEMU_TAPE;
	m->able = SCSIEMU_CAN_FLUSH |
		  (writes ? (unsigned)SCSIEMU_CAN_WRITE : 0U);
	m->ops = ops;
	m->ctx = ctx;
	m->read_only = !writes;
}
