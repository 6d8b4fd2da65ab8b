/* SPDX-License-Identifier: BSD-2-Clause */
/* designator.c - who is who: designators and TransportIDs in words. */
#include "designator.h"

#include "bytes.h"

#include <stdio.h>
#include <string.h>

static const char *const associations[4] = { "logical unit", "target port",
					     "target device", "reserved" };

static const char *const types[16] = {
	"vendor specific",
	"T10 vendor identification",
	"EUI-64",
	"NAA",
	"relative target port",
	"target port group",
	"logical unit group",
	"MD5",
	"SCSI name string",
	"protocol specific port",
	"UUID",
	"reserved",
	"reserved",
	"reserved",
	"reserved",
	"reserved",
};

static void to_hex(const uint8_t *p, unsigned n, char *out, size_t cap)
{
	*out = 0;
	for (unsigned i = 0; i < n && 2 * i + 3 <= cap; i++)
		snprintf(out + 2 * i, cap - 2 * i, "%02x", p[i]);
}

/* Text as it is; at a NUL it ends. */
static void to_text(const uint8_t *p, unsigned n, char *out, size_t cap)
{
	unsigned i;

	for (i = 0; i < n && i + 1 < cap && p[i]; i++)
		out[i] = (char)(p[i] < 0x20 || p[i] == 0x7f ? '.' : p[i]);
	out[i] = 0;
}

static void value(const uint8_t *p, unsigned n, char *out, size_t cap)
{
	unsigned type = p[1] & 0xf, set = p[0] & 0xf;

	if ((type >= 4 && type <= 6) && n == 4)
		snprintf(out, cap, "%u", be16(p + 6));
	else if (set == 2 || set == 3)
		to_text(p + 4, n, out, cap);
	else
		to_hex(p + 4, n, out, cap);
}

void designators_report(struct report *r, const uint8_t *p, unsigned n)
{
	char text[520];
	unsigned len;

	for (; n >= 4 && n >= 4u + p[3]; n -= 4 + len, p += 4 + len) {
		len = p[3];
		value(p, len, text, sizeof(text));
		report_line(r, NULL, "%-14s %-26s %s",
			    associations[p[1] >> 4 & 3], types[p[1] & 0xf],
			    text);
		report_text(r, "of", "%s", associations[p[1] >> 4 & 3]);
		report_text(r, "type", "%s", types[p[1] & 0xf]);
		report_text(r, "value", "%s", text);
		report_close(r);
	}
}

const char *transport_id_text(const uint8_t *p, unsigned n, char out[300])
{
	static const struct {
		uint8_t protocol, at, len;
		const char *name;
	} forms[] = { { 0, 8, 8, "fc" },
		      { 3, 8, 8, "sbp" },
		      { 4, 8, 16, "srp" },
		      { 6, 4, 8, "sas" } };
	size_t used;

	if (n > 4 && (p[0] & 0xf) == 5) {
		to_text(p + 4, n - 4, out, 300);
		return out;
	}
	for (unsigned i = 0; n && i < sizeof(forms) / sizeof(forms[0]); i++)
		if ((p[0] & 0xf) == forms[i].protocol &&
		    n >= (unsigned)forms[i].at + forms[i].len) {
			used = (size_t)snprintf(out, 300, "%s ", forms[i].name);
			to_hex(p + forms[i].at, forms[i].len, out + used,
			       300 - used);
			return out;
		}
	to_hex(p, n, out, 300);
	return out;
}
