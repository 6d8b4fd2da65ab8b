/* SPDX-License-Identifier: BSD-2-Clause */
/* inspect_identity.c - who the device is, how large, and what it offers. */
#include "fields.h"
#include "inspect.h"

#include <scsiemu/wire.h>

#include <inttypes.h>

enum { INQUIRY_LEN = 255 };

static bool inquire(struct inspect *i, bool vpd, uint8_t page,
		    struct unit_reply *a)
{
	const uint8_t cdb[6] = { SCSIEMU_OP_INQUIRY, vpd, page, 0,
				 INQUIRY_LEN };

	return inspect_ask(i, cdb, 6, a) && a->len >= (vpd ? 4 : 36);
}

struct name {
	uint16_t code;
	const char *name;
};

/* Peripheral device types and versions (SPC-5 6.6.2). */
static const struct name types[] = {
	{ SCSIEMU_TYPE_DISK, "direct access block device" },
	{ SCSIEMU_TYPE_TAPE, "sequential access device" },
	{ SCSIEMU_TYPE_PROCESSOR, "processor" },
	{ SCSIEMU_TYPE_MMC, "CD/DVD device" },
	{ SCSIEMU_TYPE_CHANGER, "media changer" },
	{ SCSIEMU_TYPE_OSD, "object-based storage device" },
	{ SCSIEMU_TYPE_ZBC, "host managed zoned block device" },
	{ SCSIEMU_TYPE_WLUN, "well known logical unit" },
	{ 0, NULL },
};

static const struct name versions[] = {
	{ 0x01, "SCSI-1" }, { 0x02, "SCSI-2" }, { 0x03, "SPC" },
	{ 0x04, "SPC-2" },  { 0x05, "SPC-3" },	{ 0x06, "SPC-4" },
	{ 0x07, "SPC-5" },  { 0x0d, "SPC-6" },	{ 0x0e, "SPC-7" },
	{ 0, NULL },
};

static const char *find(const struct name *n, unsigned code)
{
	for (; n->name; n++)
		if (n->code == code)
			return n->name;
	return "?";
}

/* ASCII that is padded with spaces. */
static void padded(struct report *r, const char *key, const uint8_t *p, int n)
{
	while (n && (p[n - 1] == ' ' || !p[n - 1]))
		n--;
	while (n && *p == ' ')
		p++, n--;
	report_text(r, key, "%.*s", n, (const char *)p);
}

/* The NAA designator of the logical unit, the first there is. */
static void naa(struct inspect *i)
{
	struct unit_reply a;
	unsigned at, len;

	if (!inquire(i, true, 0x83, &a))
		return;
	for (at = 4; at + 4 <= a.len; at += 4 + len) {
		const uint8_t *d = a.data + at;

		len = d[3];
		if (at + 4 + len > a.len)
			return;
		if ((d[1] & 0x3f) == 3) {
			report_hex(&i->report, "naa", d + 4, len);
			return;
		}
	}
}

void inspect_identity(struct inspect *i)
{
	struct report *r = &i->report;
	struct unit_reply a;

	if (!inquire(i, false, 0, &a))
		return;
	report_open(r, "identity", NULL);
	padded(r, "vendor", a.data + 8, 8);
	padded(r, "product", a.data + 16, 16);
	padded(r, "revision", a.data + 32, 4);
	report_text(r, "type", "%s", find(types, a.data[0] & 0x1f));
	report_text(r, "version", "%s", find(versions, a.data[2]));
	report_bool(r, "removable", a.data[1] & 0x80);
	if (inquire(i, true, 0x80, &a))
		padded(r, "serial_number", a.data + 4, (int)a.len - 4);
	naa(i);
	report_close(r);
}

static void provisioning(struct inspect *i)
{
	static const char *const names[8] = { "full", "resource", "thin" };
	struct unit_reply a;

	if (inquire(i, true, 0xb2, &a) && a.len >= 8 && names[a.data[6] & 7])
		report_text(&i->report, "provisioning", "%s",
			    names[a.data[6] & 7]);
}

static void size(struct report *r, uint64_t blocks, uint32_t blen)
{
	report_number(r, "blocks", blocks, NULL);
	report_number(r, "block_length", blen, "bytes");
	if (blocks <= UINT64_MAX / (blen ? blen : 1))
		report_number(r, "capacity", blocks * blen, "bytes");
}

static void capacity_16(struct inspect *i, const struct unit_reply *a)
{
	static const struct field fields[] = {
		BIT("LBPME", 14, 7),
		BIT("LBPRZ", 14, 6),
		BITS("LOWEST ALIGNED LBA", 14, 5, 14),
		BITS("RC BASIS", 12, 5, 2),
	};
	const uint8_t *p = a->data;
	struct report *r = &i->report;

	size(r, be64(p) + 1, be32(p + 8));
	report_number(r, "physical_block_length",
		      (uint64_t)be32(p + 8) << (p[13] & 0xf), "bytes");
	report_number(r, "protection_type",
		      p[12] & 1 ? (p[12] >> 1 & 7) + 1u : 0, NULL);
	if (p[12] & 1)
		report_number(r, "protection_interval",
			      be32(p + 8) >> (p[13] >> 4), "bytes");
	provisioning(i);
	fields_report(r, (struct fields)FIELDS(fields), p, a->len);
}

void inspect_capacity(struct inspect *i)
{
	static const uint8_t ten[10] = { SCSIEMU_OP_READ_CAPACITY_10 };
	struct report *r = &i->report;
	struct unit_reply a;
	bool sixteen = inspect_report(i, SCSIEMU_OP_SERVICE_ACTION_IN_16,
				      SCSIEMU_SA_READ_CAPACITY_16, 16, 10, 4,
				      &a) &&
		       a.len >= 32;

	if (!sixteen && (!inspect_has(i, ten[0], 0) ||
			 !inspect_ask(i, ten, 10, &a) || a.len < 8))
		return;
	report_open(r, "capacity", NULL);
	if (sixteen)
		capacity_16(i, &a);
	else
		size(r, be32(a.data) + (uint64_t)1, be32(a.data + 4));
	report_close(r);
}

/* INQUIRY's bits (SPC-5 6.6.2). */
static const struct field inquiry_bits[] = {
	BIT("NORMACA", 3, 5),  BIT("HISUP", 3, 4),  BIT("SCCS", 5, 7),
	BITS("TPGS", 5, 5, 2), BIT("3PC", 5, 3),    BIT("PROTECT", 5, 0),
	BIT("ENCSERV", 6, 6),  BIT("MULTIP", 6, 4), BIT("CMDQUE", 7, 1),
	BIT("LU_CONG", 1, 6),
};

/* Task management functions (SPC-5 6.36), by their bits from byte 0 on. */
static const char *const tmfs[16] = {
	"ABORT TASK",
	"ABORT TASK SET",
	"CLEAR ACA",
	"CLEAR TASK SET",
	"LOGICAL UNIT RESET",
	"QUERY TASK",
	NULL,
	NULL,
	NULL,
	NULL,
	NULL,
	NULL,
	NULL,
	"QUERY ASYNCHRONOUS EVENT",
	"QUERY TASK SET",
	"I_T NEXUS RESET",
};

void inspect_capabilities(struct inspect *i)
{
	struct report *r = &i->report;
	struct unit_reply a;

	if (!inquire(i, false, 0, &a))
		return;
	report_open(r, "capabilities", NULL);
	fields_report(r, (struct fields)FIELDS(inquiry_bits), a.data, a.len);
	if (inspect_report(i, SCSIEMU_OP_MAINTENANCE_IN, SCSIEMU_SA_REPORT_TMFS,
			   12, 6, 4, &a) &&
	    a.len >= 4) {
		report_list(r, "task_management", NULL);
		for (unsigned bit = 0; bit < 16; bit++)
			if (be16(a.data) & 0x8000u >> bit && tmfs[bit])
				report_text(r, NULL, "%s", tmfs[bit]);
		report_close(r);
	}
	report_close(r);
}
