/* SPDX-License-Identifier: BSD-2-Clause */
/* inspect_commands.c - the commands, from REPORT SUPPORTED OPERATION CODES. */
#include "inspect.h"

#include <scsiemu/wire.h>

enum { RCTD = 0x80, WITHOUT_SA = 1, WITH_SA = 2, DESCRIPTOR = 20 };

void inspect_read_commands(struct inspect *i)
{
	const uint8_t cdb[12] = { SCSIEMU_OP_MAINTENANCE_IN,
				  SCSIEMU_SA_REPORT_OPCODES,
				  RCTD,
				  0,
				  0,
				  0,
				  0,
				  1 };
	struct unit_reply a;

	i->ncommands = 0;
	if (!inspect_ask(i, cdb, 12, &a))
		return;
	for (unsigned at = 4; at + DESCRIPTOR <= a.len; at += DESCRIPTOR) {
		const uint8_t *p = a.data + at;

		if (i->ncommands == COMMANDS)
			return;
		i->command[i->ncommands++] = (struct command){
			.op = p[0],
			.has_sa = p[5] & 1,
			.sa = (uint16_t)be16(p + 2),
			.len = (uint16_t)be16(p + 6),
			.nominal = be32(p + 12),
			.recommended = be32(p + 16),
		};
	}
}

/* CDB usage data of one command: its bytes at *p, 0: not given. */
static unsigned usage(struct inspect *i, const struct command *k,
		      const uint8_t **p)
{
	const uint8_t cdb[12] = { SCSIEMU_OP_MAINTENANCE_IN,
				  SCSIEMU_SA_REPORT_OPCODES,
				  k->has_sa ? WITH_SA : WITHOUT_SA,
				  k->op,
				  (uint8_t)(k->sa >> 8),
				  (uint8_t)k->sa,
				  0,
				  1 };
	struct unit_reply a;

	if (!inspect_ask(i, cdb, 12, &a) || a.len < 4 ||
	    a.len - 4 < be16(a.data + 2))
		return 0;
	*p = a.data + 4;
	return be16(a.data + 2);
}

static void describe(struct inspect *i, const struct command *k)
{
	struct report *r = &i->report;
	const char *name = unit_op_name(i->unit, 0, k->op, k->sa);
	const uint8_t *p = NULL;
	unsigned len = usage(i, k, &p);
	char code[16], times[32] = "", hex[3 * 32 + 1] = "";

	snprintf(code, sizeof(code), k->has_sa ? "%02Xh/%02Xh" : "%02Xh", k->op,
		 k->sa);
	if (k->nominal || k->recommended)
		snprintf(times, sizeof(times), "%u/%u s", k->nominal,
			 k->recommended);
	for (unsigned n = 0; n < len && n < 32; n++)
		snprintf(hex + 3 * n, 4, " %02x", p[n]);
	report_line(r, NULL, "%-9s %-42s %9s %s", code, name, times, hex);
	report_number(r, "opcode", k->op, NULL);
	if (k->has_sa)
		report_number(r, "service_action", k->sa, NULL);
	report_text(r, "name", "%s", name);
	report_number(r, "length", k->len, NULL);
	report_hex(r, "usage", p, len);
	report_number(r, "nominal_timeout", k->nominal, NULL);
	report_number(r, "recommended_timeout", k->recommended, NULL);
	report_close(r);
}

void inspect_commands(struct inspect *i)
{
	if (!i->ncommands)
		return;
	report_list(&i->report, "commands",
		    "commands (nominal/recommended time-out, CDB usage data)");
	for (unsigned k = 0; k < i->ncommands; k++)
		describe(i, &i->command[k]);
	report_close(&i->report);
}
