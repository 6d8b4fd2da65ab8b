/* SPDX-License-Identifier: BSD-2-Clause */
/* login_kit.c - one login, request by request, for the tests of it. */
#include "login_kit.h"

#include <stdio.h>

void kit_open(struct kit *k, const struct scsiemu_iscsi_limits *limits)
{
	memset(k, 0, sizeof(*k));
	k->node = scsiemu_iscsi_node_create(limits, NULL);
	assert_non_null(k->node);
	k->target = scsiemu_iscsi_target_add(k->node, IQN_T, NULL, NULL);
	assert_non_null(k->target);
	kit_login(k);
}

void kit_login(struct kit *k)
{
	static const uint8_t isid[6] = { 0x80, 1, 2, 3, 4, 5 };

	semu_iscsi_login_wipe(&k->l);
	semu_iscsi_login_init(&k->l, k->node, 1, "192.0.2.1:3260", k->part,
			      sizeof(k->part));
	k->l.peer_addr = "192.0.2.99:40000";
	memset(k->req, 0, sizeof(k->req));
	k->req[0] = 0x43;
	memcpy(k->req + 8, isid, 6);
	memcpy(k->req + 16, "\xa1\xa2\xa3\xa4", 4); /* ITT */
	memcpy(k->req + 20, "\x12\x34", 2);	    /* CID */
}

void kit_close(struct kit *k)
{
	semu_iscsi_login_wipe(&k->l);
	scsiemu_iscsi_node_destroy(k->node);
}

/* What every response to a login must be, whatever it says. */
static void check_response(const struct kit *k)
{
	assert_int_equal(k->rsp[0], 0x23);
	assert_int_equal(k->rsp[2], 0);
	assert_int_equal(k->rsp[3], 0);
	assert_int_equal(k->rsp[4], 0);
	assert_int_equal(k->rsp[5] << 16 | k->rsp[6] << 8 | k->rsp[7],
			 k->out_len);
	assert_memory_equal(k->rsp + 8, k->req + 8, 12);
	assert_int_equal(k->rsp[36] << 8 | k->rsp[37], k->l.status);
	for (int i = 20; i < 36; i++)
		assert_int_equal(k->rsp[i], 0);
	for (int i = 38; i < 48; i++)
		assert_int_equal(k->rsp[i], 0);
	assert_true(k->out_len <= 8192);
	assert_int_equal(k->out[k->l.status ? 8192 : k->out_len], 0xee);
}

void kit_send(struct kit *k, uint8_t flags, const char *text, size_t len)
{
	k->req[1] = flags;
	k->req[5] = (uint8_t)(len >> 16);
	k->req[6] = (uint8_t)(len >> 8);
	k->req[7] = (uint8_t)len;
	memset(k->out, 0xee, sizeof(k->out));
	memset(k->rsp, 0xee, sizeof(k->rsp));
	k->next = semu_iscsi_login_pdu(&k->l, k->req, (const uint8_t *)text,
				       (uint32_t)len, k->rsp, k->out, 8192,
				       &k->out_len);
	check_response(k);
}

static void show(const char *what, const void *text, size_t len)
{
	char line[1024];

	fprintf(stderr, "%s: %s\n", what,
		semu_text_escape(line, sizeof(line), text, len));
}

void kit_expect(struct kit *k, enum semu_iscsi_login_next next, uint8_t flags,
		const char *text, size_t len)
{
	assert_int_equal(k->l.status, 0);
	assert_int_equal(k->next, next);
	assert_int_equal(k->rsp[1], flags);
	if (k->out_len != len || memcmp(k->out, text, len) != 0) {
		show("expected", text, len);
		show("came", k->out, k->out_len);
	}
	assert_int_equal(k->out_len, len);
	assert_memory_equal(k->out, text, len);
}

void kit_refused(struct kit *k, uint16_t status)
{
	assert_int_equal(k->l.status, status);
	assert_int_equal(k->next, SEMU_LOGIN_FAIL);
	assert_int_equal(k->rsp[1] & 0xf3, 0);
	assert_int_equal(k->out_len, 0);
}
