/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host/devquirks.c - quirks in a device string: hide=42+9e/12, vpd=80+83,
 * inquiry=535449. All in hexadecimal.
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
