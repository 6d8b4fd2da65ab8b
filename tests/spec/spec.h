/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spec/spec.h - tests that are generated from the rows: a disk that has every
 * row, and a CDB of each row that does next to nothing.
 */
#ifndef TEST_SPEC_H
#define TEST_SPEC_H

#include "core/core.h"
#include "support/disk.h"

struct spec {
	struct disk b;
	struct scsiemu_nexus *nexus;
};

/* A thin, removable disk with two blocks and more of scratch. */
void spec_make(struct spec *s);
/* What it is made from. */
extern const struct disk_options spec_options;
/* The same with another scratch as the device's least. */
void spec_make_scratch(struct spec *s, uint32_t scratch);
void spec_free(struct spec *s);

/* The rows of the disk in order; NULL ends. */
const struct scsiemu_row *spec_row(unsigned i);

/* Opcode and service action, all else 0. */
void spec_cdb(uint8_t cdb[260], const struct scsiemu_row *row);
/* The count field (blocks or bytes) of the row; false: it has none. */
bool spec_put_count(uint8_t *cdb, const struct scsiemu_row *row, uint32_t n);

/* Run it: no data-out, room for 64 KiB of data-in. */
void spec_run(struct spec *s, const uint8_t *cdb, unsigned len);
/* The last command ended with CHECK CONDITION and this. */
bool spec_is(const struct spec *s, uint8_t key, uint16_t asc);
/* ... 5/24/00 and this field pointer, also in the encoded sense. */
bool spec_points(const struct spec *s, unsigned byte, unsigned bit);

#define SPEC_EACH_ROW(row)                                                     \
	for (unsigned row##_i = 0; (row = spec_row(row##_i)) != NULL; row##_i++)

#endif
