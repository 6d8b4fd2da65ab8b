/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_login.c - Login Requests and Text Requests as a hostile initiator may
 * send them, against a node that has a target of every kind.
 *
 * Input: records of a control byte, two bytes of length and text. The control
 * byte's bits 0-3 and 6-7 are byte 1 of a Login Request; bit 4 begins a new
 * login, bit 5 takes a header of 16 raw bytes off the front of the text. Once
 * the login has succeeded the text is a Text Request, paged to its end.
 *
 * Random bytes are fixed and digests are a sum, so that the fuzzer can find
 * the right CHAP response too.
 */
#include <stdlib.h>
#include <string.h>

#include "transport/iscsi/login.h"
#include "transport/iscsi/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NEW_LOGIN  0x10
#define RAW_HEADER 0x20
#define FLAGS	   0xcf

static int weak_random(void *buf, size_t len)
{
	memset(buf, 'r', len);
	return 0;
}

/* As long as the real ones, but each byte the sum of all input. */
static int weak_digest(enum semu_digest d, const struct semu_bytes *v,
		       unsigned n, uint8_t out[SEMU_DIGEST_MAX])
{
	static const uint8_t len[] = { 16, 20, 32, 32 };
	uint8_t sum = 0;

	for (unsigned i = 0; i < n; i++)
		for (size_t j = 0; j < v[i].len; j++)
			sum = (uint8_t)(sum + ((const uint8_t *)v[i].p)[j]);
	memset(out, sum, len[d]);
	return len[d];
}

static const struct semu_crypto weak = { weak_random, weak_digest };

static void must(bool ok)
{
	if (!ok)
		abort();
}

static struct scsiemu_iscsi_target *target(struct scsiemu_iscsi_node *n,
					   const char *name)
{
	struct scsiemu_iscsi_target *t = scsiemu_iscsi_target_add(n, name, NULL,
								  NULL);

	must(t != NULL);
	return t;
}

static struct scsiemu_iscsi_node *node(void)
{
	const struct scsiemu_iscsi_chap c = {
		.size = sizeof(c),
		.name = "u",
		.secret = "ssssssssssss",
		.secret_len = 12,
		.mutual_name = "t",
		.mutual_secret = "mmmmmmmmmmmm",
		.mutual_secret_len = 12,
	};
	struct scsiemu_iscsi_node *n = scsiemu_iscsi_node_create(NULL, NULL);
	struct scsiemu_iscsi_target *t;

	must(n != NULL);
	n->crypto = &weak;
	must(scsiemu_iscsi_portal_add(n, "0.0.0.0", 3260, 1, NULL) != NULL);
	must(scsiemu_iscsi_portal_add(n, "::1", 3260, 1, NULL) != NULL);
	scsiemu_iscsi_target_alias(target(n, "iqn.2026-01.t:open"), "alias",
				   NULL);
	t = target(n, "iqn.2026-01.t:chap");
	must(scsiemu_iscsi_chap_add(n, t, &c, NULL) == 0);
	t = target(n, "iqn.2026-01.t:moved");
	scsiemu_iscsi_target_redirect(t, "192.0.2.9:1", true, NULL);
	scsiemu_iscsi_target_remove(target(n, "iqn.2026-01.t:gone"));
	t = target(n, "iqn.2026-01.t:shut");
	scsiemu_iscsi_initiator_allow(t, "iqn.2026-01.i:only*", NULL);
	scsiemu_iscsi_address_allow(t, "192.0.2.0/24", NULL);
	return n;
}

struct run {
	struct semu_iscsi_login l;
	uint8_t *part;
	bool full;
};

/* Memory of exactly the size that is promised, for the sanitizers. */
static void login_pdu(struct run *r, uint8_t control, const uint8_t *text,
		      uint32_t len)
{
	uint8_t req[48] = { 0x43 }, rsp[48];
	uint8_t *out = malloc(8192);
	enum semu_iscsi_login_next next;
	uint32_t n = 0;

	must(out != NULL);
	if (control & RAW_HEADER && len >= 16) {
		memcpy(req + 8, text, 14);
		memcpy(req + 2, text + 14, 2);
		text += 16;
		len -= 16;
	}
	req[1] = control & FLAGS;
	req[5] = (uint8_t)(len >> 16);
	req[6] = (uint8_t)(len >> 8);
	req[7] = (uint8_t)len;
	next = semu_iscsi_login_pdu(&r->l, req, text, len, rsp, out, 8192, &n);
	must(n <= 8192 && rsp[0] == 0x23);
	must((uint32_t)(rsp[6] << 8 | rsp[7]) == n);
	must((next == SEMU_LOGIN_FAIL) == (rsp[36] != 0));
	/* Nobody gets into the guarded target without its secret. */
	must(next != SEMU_LOGIN_FULL || !r->l.target || !r->l.target->guarded ||
	     r->l.own.chap_step == 3);
	must(r->l.params.first_burst <= 16777215);
	r->full = next == SEMU_LOGIN_FULL;
	if (next != SEMU_LOGIN_MORE)
		semu_iscsi_login_wipe(&r->l);
	free(out);
}

static void text_request(struct run *r, const uint8_t *text, uint32_t len)
{
	uint32_t cap = 512, at = 0;
	uint8_t *out = malloc(cap);
	bool more = true;

	must(out != NULL);
	while (more && at < 65536) {
		int n = semu_iscsi_text(&r->l, text, len, out, cap, at, &more);

		if (n < 0)
			break;
		must(!more || n == (int)cap);
		at += (uint32_t)n;
	}
	free(out);
}

static void begin(struct run *r, struct scsiemu_iscsi_node *n)
{
	semu_iscsi_login_wipe(&r->l);
	semu_iscsi_login_init(&r->l, n, 1, "192.0.2.1:3260", r->part, 65536);
	r->l.peer_addr = "[::ffff:192.0.2.5]:99";
	r->full = false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run r = { .full = false };
	struct scsiemu_iscsi_node *n;

	n = node();
	r.part = malloc(65536);
	must(r.part != NULL);
	begin(&r, n);
	while (size >= 3) {
		uint8_t control = data[0];
		uint32_t len = (uint32_t)data[1] << 8 | data[2];

		data += 3;
		size -= 3;
		if (len > size)
			len = (uint32_t)size;
		if (control & NEW_LOGIN)
			begin(&r, n);
		if (r.full)
			text_request(&r, data, len);
		else
			login_pdu(&r, control, data, len);
		/* What a connection must not do any more. */
		if (r.l.status)
			begin(&r, n);
		data += len;
		size -= len;
	}
	semu_iscsi_login_wipe(&r.l);
	free(r.part);
	scsiemu_iscsi_node_destroy(n);
	return 0;
}
