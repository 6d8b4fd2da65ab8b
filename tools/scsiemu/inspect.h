/* SPDX-License-Identifier: BSD-2-Clause */
/* inspect.h - the parts of the sheet: each asks the device by SCSI commands. */
#ifndef TOOL_INSPECT_H
#define TOOL_INSPECT_H

#include "report.h"
#include "unit.h"

/* A command of REPORT SUPPORTED OPERATION CODES. */
struct command {
	uint8_t op;
	bool has_sa;
	uint16_t sa, len;
	uint32_t nominal, recommended; /* s; 0: not reported */
};

enum { COMMANDS = 512 };

struct inspect {
	struct unit *unit;
	struct report report;
	struct command command[COMMANDS];
	unsigned ncommands; /* 0: the device does not say */
};

/* Send it; true when it ended with GOOD. */
bool inspect_ask(struct inspect *i, const uint8_t *cdb, unsigned len,
		 struct unit_reply *a);
/* A command whose only field is an allocation length of n bytes at byte at,
 * which is filled in. */
bool inspect_report(struct inspect *i, uint8_t op, uint8_t sa, unsigned len,
		    unsigned at, unsigned n, struct unit_reply *a);
/* Does the device have it? Where it does not say: perhaps. */
bool inspect_has(const struct inspect *i, uint8_t op, uint8_t sa);

/* inspect_commands.c */
void inspect_read_commands(struct inspect *i);
void inspect_commands(struct inspect *i);
/* inspect_identity.c */
void inspect_identity(struct inspect *i);
void inspect_capacity(struct inspect *i);
void inspect_capabilities(struct inspect *i);
/* inspect_state.c */
void inspect_reservations(struct inspect *i);
void inspect_port_groups(struct inspect *i);
void inspect_jobs(struct inspect *i);
/* inspect_blocks.c */
void inspect_mapping(struct inspect *i);
void inspect_defects(struct inspect *i);
void inspect_zones(struct inspect *i);
/* inspect_simple.c: what is a header of a few fields */
void inspect_simple(struct inspect *i);

#endif
