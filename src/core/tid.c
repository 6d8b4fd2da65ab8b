/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TransportIDs (SPC-5 7.6.4): their lengths, and the bytes of them that name an
 * initiator port. Nothing here needs memory for a copy: a canonical byte is
 * computed where it is asked for.
 */
#include "core/registrants.h"

enum { FORMAT = 0xc0, NODE = 0x00, PORT = 0x40 }; /* FORMAT CODE */
enum {
	ISCSI = 5,
	LAST_PROTOCOL = 0xa, /* SOP */
	PLAIN = 24,	     /* bytes of all that are not iSCSI's */
	TEXT_AT = 4,
	TEXT_LEAST = 20,
	NAME_MAX = 223,
	ISID_DIGITS = 12
};

/* Bytes that are not reserved, by protocol; others are taken whole. */
static const struct {
	uint8_t from, to;
} names[] = {
	[0] = { 8, 16 }, /* Fibre Channel: N_PORT_NAME */
	[1] = { 2, 8 },	 /* SPI: SCSI address, relative target port */
	[3] = { 8, 16 }, /* IEEE 1394: EUI-64 */
	[4] = { 8, 24 }, /* RDMA (SRP): initiator port identifier */
	[6] = { 4, 12 }, /* SAS: SAS address */
	[10] = { 2, 4 }, /* SOP: routing ID */
};

static bool is_iscsi(struct semu_tid_ref t)
{
	return (t.p[0] & 0x0f) == ISCSI;
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

struct semu_tid_ref semu_tid_of(const uint8_t *p, uint32_t len)
{
	struct semu_tid_ref t = { p, (uint16_t)len, 0 };
	uint32_t n;

	if (!is_iscsi(t))
		return t;
	while (t.text + (uint32_t)TEXT_AT < len && p[TEXT_AT + t.text])
		t.text++;
	n = (t.text + 1u + 3) & ~3u;
	t.len = (uint16_t)(TEXT_AT + (n < TEXT_LEAST ? TEXT_LEAST : n));
	return t;
}

static uint8_t canon_iscsi(const struct semu_tid_ref *t, uint32_t i)
{
	uint32_t len = t->len - (uint32_t)TEXT_AT;

	if (i == 0)
		return t->p[0] & (FORMAT | 0x0f);
	if (i < TEXT_AT)
		return (uint8_t)(i == 3 ? len : i == 2 ? len >> 8 : 0);
	return i - TEXT_AT < t->text ? lower(t->p[i]) : 0;
}

/* Byte i of the canonical form. */
static uint8_t canon(const struct semu_tid_ref *t, uint32_t i)
{
	unsigned protocol = t->p[0] & 0x0f;

	if (is_iscsi(*t))
		return canon_iscsi(t, i);
	if (protocol >= sizeof(names) / sizeof(names[0]) || !names[protocol].to)
		return t->p[i];
	if (i == 0)
		return (uint8_t)protocol;
	return i >= names[protocol].from && i < names[protocol].to ? t->p[i]
								   : 0;
}

void semu_tid_copy(const struct semu_tid_ref *t, uint32_t at, uint8_t *out,
		   uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		out[i] = canon(t, at + i);
}

bool semu_tid_same(const struct semu_tid_ref *t, uint32_t at, const uint8_t *b,
		   uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (b[i] != canon(t, at + i))
			return false;
	return true;
}

uint32_t semu_tid_listed(const uint8_t *p, uint32_t left)
{
	unsigned protocol = p[0] & 0x0f, format = p[0] & FORMAT;
	uint32_t n;

	if (protocol > LAST_PROTOCOL || format > PORT ||
	    (protocol != ISCSI && format))
		return 0;
	if (protocol != ISCSI || left < TEXT_AT)
		return PLAIN;
	n = semu_be16(p + 2);
	return n < TEXT_LEAST || n & 3 ? 0 : TEXT_AT + n;
}

static bool is_hex(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* ",i,0x" and twelve digits, and then the end. */
static bool isid_at(const uint8_t *s, uint32_t len)
{
	static const char separator[] = ",i,0x";
	uint32_t i;

	if (len != sizeof(separator) - 1 + ISID_DIGITS)
		return false;
	for (i = 0; i < sizeof(separator) - 1; i++)
		if (lower(s[i]) != (uint8_t)separator[i])
			return false;
	for (; i < len; i++)
		if (!is_hex(lower(s[i])))
			return false;
	return true;
}

/* Bytes of the iSCSI name in a text. */
static uint32_t name_len(struct semu_tid_ref t)
{
	uint32_t n = 0;

	while (n < t.text && t.p[TEXT_AT + n] != ',')
		n++;
	return n;
}

bool semu_tid_proper(struct semu_tid_ref t, uint32_t len)
{
	uint32_t name;

	if (!is_iscsi(t))
		return true;
	name = name_len(t);
	if (!name || name > NAME_MAX || t.text + (uint32_t)TEXT_AT == len)
		return false;
	if (semu_tid_is_node(t))
		return name == t.text;
	return isid_at(t.p + TEXT_AT + name, t.text - name);
}

bool semu_tid_is_node(struct semu_tid_ref t)
{
	return is_iscsi(t) && (t.p[0] & FORMAT) == NODE;
}

bool semu_tid_of_node(struct semu_tid_ref t, struct semu_tid_ref node)
{
	uint32_t i;

	if (!is_iscsi(t) || name_len(t) != node.text)
		return false;
	for (i = 0; i < node.text; i++)
		if (lower(t.p[TEXT_AT + i]) != lower(node.p[TEXT_AT + i]))
			return false;
	return true;
}
