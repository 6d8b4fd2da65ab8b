/* SPDX-License-Identifier: BSD-2-Clause */
/* rfc_client.c - see rfc_client.h. */
#include "rfc_client.h"

#include <string.h>

/* CRC-32C bit by bit: the definition, not the library's. */
static uint32_t crc(uint32_t c, const uint8_t *p, size_t n)
{
	while (n--) {
		c ^= *p++;
		for (int i = 0; i < 8; i++)
			c = c >> 1 ^ (c & 1 ? 0x82f63b78u : 0);
	}
	return c;
}

static void put_digest(uint8_t *out, const uint8_t *p, size_t n, bool bad)
{
	uint32_t v = ~crc(0xffffffff, p, n);

	for (int i = 0; i < 4; i++)
		out[i] = (uint8_t)(v >> 8 * i);
	out[2] ^= bad;
}

static bool digest_good(const uint8_t *p, size_t n)
{
	uint8_t d[4];

	put_digest(d, p, n, false);
	return !memcmp(d, p + n, 4);
}

uint32_t rfc_get(const uint8_t *p, unsigned n)
{
	uint32_t v = 0;

	while (n--)
		v = v << 8 | *p++;
	return v;
}

void rfc_put(uint8_t *p, unsigned n, uint32_t v)
{
	while (n--) {
		p[n] = (uint8_t)v;
		v >>= 8;
	}
}

void rfc_new(struct rfc_client *c, struct rfc_pdu *p, uint8_t opcode,
	     bool immediate)
{
	memset(p, 0, sizeof(*p));
	p->bhs[0] = (uint8_t)(opcode | (immediate ? 0x40 : 0));
	p->bhs[1] = 0x80;
	rfc_put(p->bhs + 16, 4, ++c->itt);
	rfc_put(p->bhs + 20, 4, RFC_NO_TAG);
	rfc_put(p->bhs + 24, 4, c->cmd_sn);
	c->cmd_sn += !immediate;
	rfc_put(p->bhs + 28, 4, c->exp_stat_sn);
}

void rfc_command(struct rfc_client *c, struct rfc_pdu *p, uint8_t flags,
		 uint8_t lun, uint32_t edtl, const uint8_t *cdb,
		 unsigned cdb_len)
{
	rfc_new(c, p, 0x01, false);
	p->bhs[1] = flags;
	p->bhs[9] = lun;
	rfc_put(p->bhs + 20, 4, edtl);
	memcpy(p->bhs + 32, cdb, cdb_len < 16 ? cdb_len : 16);
	if (cdb_len > 16) {
		uint8_t rest[260] = { 0 };

		memcpy(rest + 1, cdb + 16, cdb_len - 16);
		rfc_ahs(p, 1, rest, cdb_len - 15);
	}
}

void rfc_data_out(struct rfc_client *c, struct rfc_pdu *p, uint32_t itt,
		  uint32_t ttt, uint32_t sn, uint32_t off, const uint8_t *data,
		  uint32_t len, bool final)
{
	memset(p, 0, sizeof(*p));
	p->bhs[0] = 0x05;
	p->bhs[1] = final ? 0x80 : 0;
	rfc_put(p->bhs + 16, 4, itt);
	rfc_put(p->bhs + 20, 4, ttt);
	rfc_put(p->bhs + 28, 4, c->exp_stat_sn);
	rfc_put(p->bhs + 36, 4, sn);
	rfc_put(p->bhs + 40, 4, off);
	p->data = data;
	p->len = len;
}

void rfc_ahs(struct rfc_pdu *p, uint8_t type, const uint8_t *rest,
	     uint32_t rest_len)
{
	uint8_t *a = p->ahs + p->ahs_len;

	rfc_put(a, 2, rest_len);
	a[2] = type;
	memcpy(a + 3, rest, rest_len);
	p->ahs_len += (rest_len + 3 + 3) & ~3u;
}

void rfc_login(struct rfc_client *c, struct rfc_pdu *p, uint8_t flags,
	       const char *text, uint32_t len)
{
	rfc_new(c, p, 0x03, true);
	p->bhs[1] = flags;
	memcpy(p->bhs + 8, "\x40\x00\x00\x00\x00\x01", 6);
	rfc_put(p->bhs + 20, 4, 0);
	p->data = (const uint8_t *)text;
	p->len = len;
}

size_t rfc_build(struct rfc_client *c, const struct rfc_pdu *p, uint8_t *out)
{
	size_t n = 48 + p->ahs_len, data;

	memcpy(out, p->bhs, 48);
	memcpy(out + 48, p->ahs, p->ahs_len);
	out[4] = (uint8_t)(p->ahs_len / 4);
	rfc_put(out + 5, 3, p->len);
	if (c->hd) {
		put_digest(out + n, out, n, c->bad_hd);
		n += 4;
	}
	data = n;
	if (p->len)
		memcpy(out + n, p->data, p->len);
	n += p->len;
	while (n % 4)
		out[n++] = 0;
	if (c->dd && p->len) {
		put_digest(out + n, out + data, n - data, c->bad_dd);
		n += 4;
	}
	c->bad_hd = c->bad_dd = false;
	return n;
}

/* Opcodes whose StatSN counts: all but R2T, our echo and plain Data-In. */
static void keep_numbers(struct rfc_client *c, const struct rfc_pdu *p)
{
	uint8_t op = p->bhs[0] & 0x3f;
	bool status = op != 0x31 && !(op == 0x25 && !(p->bhs[1] & 1)) &&
		      !(op == 0x20 && rfc_get(p->bhs + 16, 4) == RFC_NO_TAG);

	if (status)
		c->exp_stat_sn = rfc_get(p->bhs + 24, 4) + 1;
	c->exp_cmd_sn = rfc_get(p->bhs + 28, 4);
	c->max_cmd_sn = rfc_get(p->bhs + 32, 4);
}

long rfc_parse(struct rfc_client *c, const uint8_t *in, size_t len,
	       struct rfc_pdu *p)
{
	size_t head = 48 + (c->hd ? 4 : 0), pad, all;

	memset(p, 0, sizeof(*p));
	if (len < head)
		return 0;
	memcpy(p->bhs, in, 48);
	if (in[4] || (c->hd && !digest_good(in, 48)))
		return -1;
	p->len = rfc_get(in + 5, 3);
	pad = -p->len & 3;
	all = head + p->len + pad + (c->dd && p->len ? 4 : 0);
	if (len < all)
		return 0;
	p->data = in + head;
	for (size_t i = 0; i < pad; i++)
		if (p->data[p->len + i])
			return -1;
	if (c->dd && p->len && !digest_good(p->data, p->len + pad))
		return -1;
	keep_numbers(c, p);
	return (long)all;
}
