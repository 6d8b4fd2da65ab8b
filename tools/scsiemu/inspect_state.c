/* SPDX-License-Identifier: BSD-2-Clause */
/* inspect_state.c - what goes on: jobs, reservations, access states. */
#include "designator.h"
#include "fields.h"
#include "inspect.h"
#include "sense.h"

#include <scsiemu/wire.h>

#include <inttypes.h>
#include <string.h>

enum {
	READ_KEYS,
	READ_RESERVATION,
	REPORT_CAPABILITIES,
	READ_FULL_STATUS,
	REPORT_GROUPS = 0x0a
};

/* REQUEST SENSE tells of a background operation and its progress, of a power
 * condition, of what keeps the device from being ready. */
void inspect_jobs(struct inspect *i)
{
	static const uint8_t cdb[6] = { SCSIEMU_OP_REQUEST_SENSE, 0, 0, 0,
					252 };
	struct report *r = &i->report;
	struct unit_reply a;
	struct sense s;

	if (!inspect_ask(i, cdb, 6, &a) || !sense_parse(&s, a.data, a.len))
		return;
	report_open(r, "jobs", "jobs and conditions (REQUEST SENSE)");
	if (s.key || s.asc || s.ascq)
		sense_report(r, a.data, a.len);
	else
		report_note(r, "none");
	report_close(r);
}

static const char *pr_type(unsigned type)
{
	static const char *const names[9] = {
		"none",
		"write exclusive",
		NULL,
		"exclusive access",
		NULL,
		"write exclusive, registrants only",
		"exclusive access, registrants only",
		"write exclusive, all registrants",
		"exclusive access, all registrants",
	};

	return type < 9 && names[type] ? names[type] : "?";
}

static void pr_capabilities(struct inspect *i)
{
	/* clang-format off */
	static const struct field fields[] = {
		BIT("RLR_C", 2, 7), BIT("CRH", 2, 4), BIT("SIP_C", 2, 3),
		BIT("ATP_C", 2, 2), BIT("PTPL_C", 2, 0), BIT("TMV", 3, 7),
		BITS("ALLOW COMMANDS", 3, 6, 3), BIT("PTPL_A", 3, 0),
		BIT("WR_EX_AR", 4, 7), BIT("EX_AC_RO", 4, 6),
		BIT("WR_EX_RO", 4, 5), BIT("EX_AC", 4, 3), BIT("WR_EX", 4, 1),
		BIT("EX_AC_AR", 5, 0),
	};
	/* clang-format on */
	struct unit_reply a;

	if (!inspect_report(i, SCSIEMU_OP_PERSISTENT_RESERVE_IN,
			    REPORT_CAPABILITIES, 10, 7, 2, &a))
		return;
	report_open(&i->report, "capabilities", NULL);
	fields_report(&i->report, (struct fields)FIELDS(fields), a.data, a.len);
	report_close(&i->report);
}

static void pr_holder(struct inspect *i)
{
	struct report *r = &i->report;
	struct unit_reply a;

	if (!inspect_report(i, SCSIEMU_OP_PERSISTENT_RESERVE_IN,
			    READ_RESERVATION, 10, 7, 2, &a) ||
	    a.len < 8)
		return;
	report_number(r, "generation", be32(a.data), NULL);
	report_text(r, "reservation", "%s",
		    pr_type(a.len >= 22 ? a.data[21] & 0xf : 0));
	if (a.len >= 22)
		report_hex(r, "key", a.data + 8, 8);
}

/* READ FULL STATUS: a descriptor is 24 bytes and a TransportID. */
static void pr_registrations(struct inspect *i)
{
	struct report *r = &i->report;
	struct unit_reply a;
	char id[300];
	unsigned at, len;

	if (!inspect_report(i, SCSIEMU_OP_PERSISTENT_RESERVE_IN,
			    READ_FULL_STATUS, 10, 7, 2, &a))
		return;
	report_list(r, "registrations", NULL);
	for (at = 8; at + 24 <= a.len; at += 24 + len) {
		const uint8_t *p = a.data + at;

		len = be32(p + 20);
		if (len > a.len - at - 24)
			break;
		transport_id_text(p + 24, len, id);
		report_line(r, NULL, "%016" PRIx64 "  port %u  %s%s", be64(p),
			    be16(p + 18), id, p[12] & 1 ? "  (holder)" : "");
		report_hex(r, "key", p, 8);
		report_bool(r, "all_target_ports", p[12] & 2);
		report_bool(r, "holder", p[12] & 1);
		report_number(r, "port", be16(p + 18), NULL);
		report_text(r, "initiator", "%s", id);
		report_close(r);
	}
	report_close(r);
}

void inspect_reservations(struct inspect *i)
{
	struct unit_reply a;

	if (!inspect_report(i, SCSIEMU_OP_PERSISTENT_RESERVE_IN, READ_KEYS, 10,
			    7, 2, &a))
		return;
	report_open(&i->report, "reservations", "persistent reservations");
	pr_holder(i);
	pr_registrations(i);
	pr_capabilities(i);
	report_close(&i->report);
}

static const char *access_state(unsigned state)
{
	static const char *const names[16] = {
		[0x0] = "active/optimized", [0x1] = "active/non-optimized",
		[0x2] = "standby",	    [0x3] = "unavailable",
		[0x4] = "LBA dependent",    [0xe] = "offline",
		[0xf] = "transitioning",
	};

	return names[state & 0xf] ? names[state & 0xf] : "?";
}

/* A descriptor of REPORT TARGET PORT GROUPS with n ports. */
static void port_group(struct report *r, const uint8_t *p, unsigned n)
{
	static const struct field fields[] = {
		BIT("PREF", 0, 7),     BIT("T_SUP", 1, 7),
		BIT("O_SUP", 1, 6),    BIT("LBD_SUP", 1, 4),
		BIT("U_SUP", 1, 3),    BIT("S_SUP", 1, 2),
		BIT("AN_SUP", 1, 1),   BIT("AO_SUP", 1, 0),
		FIELD("STATUS", 5, 1),
	};

	report_block(r, NULL, "group %u: %s", be16(p + 2), access_state(p[0]));
	if (r->json) {
		report_number(r, "group", be16(p + 2), NULL);
		report_text(r, "state", "%s", access_state(p[0]));
	}
	fields_report(r, (struct fields)FIELDS(fields), p, 8);
	report_list(r, "ports", NULL);
	for (unsigned k = 0; k < n; k++)
		report_number(r, NULL, be16(p + 10 + 4 * k), NULL);
	report_close(r);
	report_close(r);
}

void inspect_port_groups(struct inspect *i)
{
	struct unit_reply a;
	unsigned at, n;

	if (!inspect_report(i, SCSIEMU_OP_MAINTENANCE_IN, REPORT_GROUPS, 12, 6,
			    4, &a))
		return;
	report_list(&i->report, "target_port_groups", NULL);
	for (at = 4; at + 8 <= a.len; at += 8 + 4 * n) {
		n = a.data[at + 7];
		if (at + 8 + 4 * n > a.len)
			break;
		port_group(&i->report, a.data + at, n);
	}
	report_close(&i->report);
}
