/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host/devquirks.c - quirks in a device string: hide=42+9e/12, vpd=80+83,
 * inquiry=535449, versions=0460+0400, mode_pages=01+10/01, log_pages=02+2e.
 * All in hexadecimal.
 */
#include <string.h>

#include <scsiemu/row.h>

#include "host/devstr.h"

/* Up to `digits` hexadecimal digits; what follows them, NULL: there is none. */
static const char *hex(const char *p, unsigned digits, unsigned *out)
{
	static const char all[] = "0123456789abcdef0123456789ABCDEF";
	const char *begin = p, *d;
	unsigned v = 0;

	for (; *p && digits-- && (d = strchr(all, *p)) != NULL; p++)
		v = v << 4 | (unsigned)(d - all) % 16;
	*out = v;
	return p == begin ? NULL : p;
}

/* What stands behind a '+'; at the end the end; NULL: neither. */
static const char *next(const char *p)
{
	if (!p || !*p)
		return p;
	return p[0] == '+' && p[1] ? p + 1 : NULL;
}

int semu_devquirks_hide(struct semu_devquirks *q, const char *value)
{
	const char *p = value;

	memset(q->hide, 0, sizeof(q->hide));
	for (q->nhide = 0; p && *p; q->nhide++) {
		unsigned op, sa = SCSIEMU_NO_SA;

		if (q->nhide == SCSIEMU_HIDDEN)
			return -1;
		p = hex(p, 2, &op);
		if (p && *p == '/')
			p = hex(p + 1, 4, &sa);
		p = next(p);
		q->hide[q->nhide].op = (uint8_t)op;
		q->hide[q->nhide].sa = (uint16_t)sa;
	}
	return p && q->nhide ? 0 : -1;
}

/* Up to `most` items of so many digits, or, where `subs`, with "/SUB" behind
 * them: then the item is the high byte. */
static int take_list(const char *p, unsigned digits, bool subs, uint16_t *out,
		     unsigned most, unsigned *n)
{
	for (*n = 0; p && *p; ++*n) {
		unsigned v, sub = 0;

		if (*n == most)
			return -1;
		p = hex(p, digits, &v);
		if (p && subs && *p == '/')
			p = hex(p + 1, 2, &sub);
		p = next(p);
		out[*n] = (uint16_t)(subs ? v << 8 | sub : v);
	}
	return p && *n ? 0 : -1;
}

int semu_devquirks_versions(struct semu_devquirks *q, const char *value)
{
	memset(q->versions, 0, sizeof(q->versions));
	return take_list(value, 4, false, q->versions,
			 sizeof(q->versions) / sizeof(q->versions[0]),
			 &q->nversions);
}

int semu_devquirks_modes(struct semu_devquirks *q, const char *value)
{
	memset(q->modes, 0, sizeof(q->modes));
	return take_list(value, 2, true, q->modes, SCSIEMU_SHOWN, &q->nmodes);
}

/* "0f@4:00000010", "10/01@5:10" */
int semu_devquirks_mode(struct semu_devquirks *q, const char *value)
{
	struct scsiemu_mode_value *v = &q->values[q->nvalues];
	unsigned code, sub = 0, at, byte;
	const char *p = hex(value, 2, &code);

	if (q->nvalues == SCSIEMU_MODE_VALUES)
		return -1;
	if (p && *p == '/')
		p = hex(p + 1, 2, &sub);
	if (!p || *p != '@' || !(p = hex(p + 1, 2, &at)) || *p != ':' || !p[1])
		return -1;
	memset(v, 0, sizeof(*v));
	v->code = (uint8_t)code;
	v->sub = (uint8_t)sub;
	v->at = (uint8_t)at;
	for (p++; *p; p += 2) {
		if (v->len == sizeof(v->bytes) || hex(p, 2, &byte) != p + 2)
			return -1;
		v->bytes[v->len++] = (uint8_t)byte;
	}
	if (code > 0x3e || at < (sub ? 4 : 2))
		return -1;
	q->nvalues++;
	return 0;
}

int semu_devquirks_logs(struct semu_devquirks *q, const char *value)
{
	uint16_t codes[SCSIEMU_SHOWN];

	memset(q->logs, 0, sizeof(q->logs));
	if (take_list(value, 2, false, codes, SCSIEMU_SHOWN, &q->nlogs))
		return -1;
	for (unsigned i = 0; i < q->nlogs; i++) {
		if (codes[i] > 0x3f)
			return -1;
		q->logs[i] = (uint8_t)codes[i];
	}
	return 0;
}

int semu_devquirks_vpd(struct semu_devquirks *q, const char *value)
{
	const char *p = value;

	memset(q->vpd, 0, sizeof(q->vpd));
	for (q->nvpd = 0; p && *p; q->nvpd++) {
		unsigned code;

		if (q->nvpd == sizeof(q->vpd))
			return -1;
		p = next(hex(p, 2, &code));
		q->vpd[q->nvpd] = (uint8_t)code;
	}
	return p && q->nvpd ? 0 : -1;
}

int semu_devquirks_inquiry(struct semu_devquirks *q, const char *value)
{
	size_t len = strlen(value);

	memset(q->inquiry, 0, sizeof(q->inquiry));
	if (!len || len % 2 || len / 2 > sizeof(q->inquiry))
		return -1;
	for (size_t i = 0; i < len; i += 2) {
		unsigned byte;

		if (hex(value + i, 2, &byte) != value + i + 2)
			return -1;
		q->inquiry[i / 2] = (uint8_t)byte;
	}
	q->ninquiry = (unsigned)len / 2;
	return 0;
}

bool semu_devquirks_make(struct scsiemu_quirks *has,
			 const struct semu_devquirks *q,
			 const struct semu_devstr *s)
{
	*has = (struct scsiemu_quirks){ .size = sizeof(*has),
					.hide = q->hide,
					.nhide = q->nhide,
					.vpd = q->vpd,
					.nvpd = q->nvpd,
					.inquiry = q->inquiry,
					.ninquiry = q->ninquiry,
					.versions = q->versions,
					.nversions = q->nversions,
					.inquiry_len = (uint8_t)s->inquiry_len,
					.claims = (uint8_t)s->claims,
					.modes = q->modes,
					.nmodes = q->nmodes,
					.logs = q->logs,
					.nlogs = q->nlogs,
					.values = q->values,
					.nvalues = q->nvalues };
	return q->nhide || q->nvpd || q->ninquiry || q->nversions ||
	       q->nvalues || s->inquiry_len || s->claims || q->nmodes ||
	       q->nlogs;
}
