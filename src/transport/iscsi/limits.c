/* SPDX-License-Identifier: BSD-2-Clause */
/* iscsi/limits.c - the limits as a table: range, default, name in text. */
#include "transport/iscsi/target.h"

#include <string.h>

#define LIMIT(field, low, high, usual)                                         \
	{                                                                      \
#field, offsetof(struct scsiemu_iscsi_limits, field), low,     \
			high, usual                                            \
	}

#define DSL_MAX 16777215 /* RFC 7143 13.12 to 13.14 */

static const struct limit {
	const char *name;
	size_t offset;
	uint32_t low, high, usual;
} limits[] = {
	LIMIT(connections, 1, 1000000, 1024),
	LIMIT(unauthenticated, 1, 1000000, 64),
	LIMIT(login_ms, 10, 3600000, 15000),
	LIMIT(login_pdu, 512, 8192, 8192),
	LIMIT(login_pdus, 4, 65536, 256),
	LIMIT(login_text, 1024, 1 << 20, 65536),
	LIMIT(key, 63, 255, 63),
	LIMIT(name, 16, 223, 223),
	LIMIT(value, 256, 65536, 8192),
	LIMIT(commands, 1, 65536, 128),
	LIMIT(immediates, 1, 65536, 32),
	LIMIT(session_memory, 1 << 16, 1 << 30, 16 << 20),
	LIMIT(nop_interval_ms, 10, SCSIEMU_ISCSI_NEVER, 30000),
	LIMIT(nop_timeout_ms, 10, 3600000, 10000),
	LIMIT(logout_ms, 1, 3600000, 5000),
	LIMIT(max_recv_dsl, 512, DSL_MAX, 262144),
	LIMIT(max_xmit_dsl, 512, DSL_MAX, 262144),
	LIMIT(max_burst, 512, DSL_MAX, 1 << 20),
	LIMIT(first_burst, 512, DSL_MAX, 262144),
	LIMIT(max_outstanding_r2t, 1, 65535, 8),
	LIMIT(time2wait, 0, 3600, 2),
	LIMIT(protocol_level, 1, 2, 2),
};

#define NLIMITS (sizeof(limits) / sizeof(limits[0]))

static uint32_t *field(struct scsiemu_iscsi_limits *l, const struct limit *k)
{
	return (uint32_t *)(void *)((char *)l + k->offset);
}

int scsiemu_iscsi_limits_check(struct scsiemu_iscsi_limits *l,
			       struct scsiemu_errmsg *err)
{
	if (l->size != sizeof(*l))
		return semu_iscsi_err(err, "limits: size is %u, not %zu",
				      l->size, sizeof(*l));
	for (const struct limit *k = limits; k < limits + NLIMITS; k++) {
		uint32_t *v = field(l, k);

		if (*v == 0)
			*v = k->usual;
		if (*v < k->low || *v > k->high)
			return semu_iscsi_err(
				err, "limit %s=%u: allowed are %u to %u",
				k->name, *v, k->low, k->high);
	}
	/* RFC 7143 13.14: FirstBurstLength never exceeds MaxBurstLength. */
	if (l->first_burst > l->max_burst)
		return semu_iscsi_err(
			err, "limit first_burst=%u: at most max_burst=%u",
			l->first_burst, l->max_burst);
	return 0;
}

static int unknown(const char *text, struct scsiemu_errmsg *err)
{
	char all[200], shown[40];
	size_t n = 0;

	/* As many names as fit; the message is 256 bytes. */
	for (const struct limit *k = limits; k < limits + NLIMITS; k++) {
		size_t len = strlen(k->name);

		if (n + len + 6 > sizeof(all)) {
			memcpy(all + n, " ...", 4);
			n += 4;
			break;
		}
		all[n++] = ' ';
		memcpy(all + n, k->name, len);
		n += len;
	}
	all[n] = 0;
	semu_text_escape(shown, sizeof(shown), text, strlen(text));
	return semu_iscsi_err(err, "limit %s: give key=value; keys:%s", shown,
			      all);
}

/* Digits and one of K M G. */
static bool scaled(const char *v, uint64_t *n)
{
	static const char unit[] = "KMG";
	size_t len = strlen(v);
	const char *u = len ? strchr(unit, v[len - 1]) : NULL;
	unsigned shift = u ? 10 * (unsigned)(u - unit + 1) : 0;

	if (!semu_text_number(v, (uint32_t)(u ? len - 1 : len), n) ||
	    *n > UINT32_MAX)
		return false;
	*n <<= shift;
	return true;
}

int scsiemu_iscsi_limit_set(struct scsiemu_iscsi_limits *l, const char *text,
			    struct scsiemu_errmsg *err)
{
	const char *eq = strchr(text, '=');
	uint64_t n;

	for (const struct limit *k = limits; eq && k < limits + NLIMITS; k++) {
		if (!semu_text_is(text, (uint32_t)(eq - text), k->name))
			continue;
		/* 0 in the struct asks for the default: it cannot be set. */
		if (!scaled(eq + 1, &n) || n == 0 || n < k->low || n > k->high)
			return semu_iscsi_err(
				err, "limit %s: allowed are %u to %u", k->name,
				k->low ? k->low : 1, k->high);
		*field(l, k) = (uint32_t)n;
		return 0;
	}
	return unknown(text, err);
}
