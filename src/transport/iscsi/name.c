/* SPDX-License-Identifier: BSD-2-Clause */
/* iscsi/name.c - iSCSI names (RFC 7143 4.2.7, RFC 3722, RFC 3980). */
#include <string.h>

#include "transport/iscsi/target.h"

static bool hex(const char *s, size_t len)
{
	return strspn(s, "0123456789abcdef") == len;
}

static bool number(const char *s, size_t n)
{
	return strspn(s, "0123456789") >= n;
}

/* iqn.yyyy-mm.reversed.domain[:anything] */
static bool iqn(const char *s)
{
	size_t domain;
	char last;

	if (strlen(s) < 9 || !number(s, 4) || s[4] != '-' ||
	    !number(s + 5, 2) || s[7] != '.')
		return false;
	if (memcmp(s + 5, "01", 2) < 0 || memcmp(s + 5, "12", 2) > 0)
		return false;
	s += 8;
	domain = strcspn(s, ":");
	last = domain ? s[domain - 1] : '.';
	return domain && s[0] != '.' && s[0] != '-' && last != '.' &&
	       last != '-';
}

static bool eui(const char *s)
{
	return strlen(s) == 16 && hex(s, 16);
}

/* NAA 3 takes 16 digits as 2 and 5 do, NAA 6 takes 32 (RFC 3980). */
static bool naa(const char *s)
{
	size_t len = strlen(s);

	return (len == 16 || len == 32) && hex(s, len);
}

static bool anything(const char *s)
{
	return *s != 0;
}

/* ASCII of a name: RFC 3722 6.2 leaves letters, digits, '-', '.' and ':'. */
static bool plain(const char *s)
{
	for (; *s; s++)
		if (!(*s & 0x80) && !strchr("-.:", *s) &&
		    !(*s >= '0' && *s <= '9') && !(*s >= 'a' && *s <= 'z'))
			return false;
	return true;
}

bool semu_iscsi_name(const char *v, uint32_t len, bool strict,
		     char out[SEMU_ISCSI_NAME])
{
	static const struct {
		const char *type;
		bool (*rest)(const char *s);
	} types[] = { { "iqn.", iqn }, { "eui.", eui }, { "naa.", naa } };

	if (len == 0 || len >= SEMU_ISCSI_NAME || !semu_text_utf8(v, len) ||
	    memchr(v, ' ', len))
		return false;
	for (uint32_t i = 0; i < len; i++)
		out[i] = (char)(v[i] >= 'A' && v[i] <= 'Z' ? v[i] | 0x20
							   : v[i]);
	out[len] = 0;
	for (unsigned i = 0; i < 3; i++)
		if (strncmp(out, types[i].type, 4) == 0)
			return strict ? types[i].rest(out + 4) && plain(out)
				      : anything(out + 4);
	return false;
}
