/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sense.h - sense data taken apart (SPC-5 4.4): fixed and descriptor format,
 * whatever bytes they are.
 */
#ifndef TOOL_SENSE_H
#define TOOL_SENSE_H

#include <stdbool.h>
#include <stdint.h>

#include "report.h"

/* What the sense-key-specific bytes are (SPC-5 4.4.2.4). */
enum sense_sks {
	SENSE_SKS_NONE,
	SENSE_SKS_FIELD,    /* field pointer: into the CDB, or into the data */
	SENSE_SKS_RETRIES,  /* actual retry count */
	SENSE_SKS_PROGRESS, /* in 1/65536 */
	SENSE_SKS_SEGMENT,  /* segment pointer of a copy */
	SENSE_SKS_OVERFLOW  /* unit attention condition queue */
};

struct sense {
	bool descriptor, deferred;
	bool has_info, has_specific, has_fru;
	bool in_cdb;	 /* FIELD: of the CDB, not of the parameter list */
	bool in_segment; /* SEGMENT: of the descriptor, not of the list */
	bool has_bit, overflow;
	bool filemark, eom, ili, truncated;
	uint8_t key, asc, ascq, fru, bit;
	uint8_t sks; /* enum sense_sks */
	uint16_t field;
	uint64_t info, specific;
	/* descriptor format: the whole list, as far as it is there */
	const uint8_t *list;
	unsigned list_len;
};

/* Take apart n bytes; false: this is no sense data of a known format. */
bool sense_parse(struct sense *s, const uint8_t *p, unsigned n);
/* Parse and report as values of the object that is open. */
void sense_report(struct report *r, const uint8_t *p, unsigned n);

/* Names; never NULL. */
const char *sense_key_name(unsigned key);
const char *sense_status_name(unsigned status);
/* T10's text of an ASC and ASCQ, or what the pair is when it has none. */
const char *sense_asc_text(uint8_t asc, uint8_t ascq);

#endif
