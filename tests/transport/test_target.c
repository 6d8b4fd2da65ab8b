/* SPDX-License-Identifier: BSD-2-Clause */
/* test_target.c - configuration of a node: names, portals, limits, secret
 * files, and running out of memory. */
#include "login_kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* The n-th allocation from here fails (the linker puts these in the way). */
static int fail_at = -1;

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t m);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t m);

void *__wrap_malloc(size_t n)
{
	return fail_at >= 0 && fail_at-- == 0 ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t m)
{
	return fail_at >= 0 && fail_at-- == 0 ? NULL : __real_calloc(n, m);
}

static void test_names(void **state)
{
	static const struct {
		const char *name;
		bool ok;
	} row[] = {
		{ "iqn.2026-01.com.example", true },
		{ "iqn.2026-01.com.example:", true },
		{ "iqn.2026-12.com.example:a:b.c-1", true },
		{ "IQN.2026-01.COM.Example:A", true },
		{ "iqn.2026-01.com.example:\xc3\xa4", true },
		{ "iqn.2026-01.x", true },
		{ "iqn.2026-00.com", false },
		{ "iqn.2026-13.com", false },
		{ "iqn.2026-1.com", false },
		{ "iqn.26-01.com", false },
		{ "iqn.2026-01.", false },
		{ "iqn.2026-01:a", false },
		{ "iqn.2026-01.:a", false },
		{ "iqn.2026-01..a", false },
		{ "iqn.2026-01.com.:a", false },
		{ "iqn.2026-01.com-", false },
		{ "iqn.2026-01.-com", false },
		{ "iqn.2026-01.com:a_b", false },
		{ "iqn.2026-01.com:a b", false },
		{ "iqn.2026-01.com:a/b", false },
		{ "iqn.2026-01.com:\xff", false },
		{ "iqn.", false },
		{ "iqn", false },
		{ "", false },
		{ "disk", false },
		{ "eui.0123456789abcdef", true },
		{ "eui.0123456789ABCDEF", true },
		{ "eui.0123456789abcde", false },
		{ "eui.0123456789abcdef0", false },
		{ "eui.0123456789abcdeg", false },
		{ "naa.52004567ba64678d", true },
		{ "naa.62004567ba64678d0123456789abcdef", true },
		{ "naa.52004567ba64678", false },
		{ "naa.62004567ba64678d0123456789abcde", false },
		{ "naa.6200456zba64678d0123456789abcdef", false },
	};
	struct scsiemu_iscsi_node *n = scsiemu_iscsi_node_create(NULL, NULL);
	struct scsiemu_errmsg err;
	char long_name[225];

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct scsiemu_iscsi_target *t =
			scsiemu_iscsi_target_add(n, row[i].name, NULL, &err);

		assert_int_equal(!!t, row[i].ok);
		if (t) /* free the folded name again */
			scsiemu_iscsi_target_remove(t);
		else
			assert_non_null(strstr(err.text, "not an iSCSI name"));
	}
	memset(long_name, 'a', sizeof(long_name));
	memcpy(long_name, "iqn.2026-01.", 12);
	long_name[223] = 0;
	assert_non_null(scsiemu_iscsi_target_add(n, long_name, NULL, NULL));
	long_name[223] = 'a';
	long_name[224] = 0;
	assert_null(scsiemu_iscsi_target_add(n, long_name, NULL, NULL));
	scsiemu_iscsi_node_destroy(n);
}

static void test_targets(void **state)
{
	struct scsiemu_iscsi_node *n = scsiemu_iscsi_node_create(NULL, NULL);
	struct scsiemu_iscsi_target *a, *b;
	struct scsiemu_errmsg err;
	int x, y;

	(void)state;
	assert_null(scsiemu_iscsi_target_next(n, NULL));
	a = scsiemu_iscsi_target_add(n, "iqn.2026-01.test:A", &x, NULL);
	b = scsiemu_iscsi_target_add(n, "iqn.2026-01.test:b", NULL, NULL);
	assert_null(
		scsiemu_iscsi_target_add(n, "iqn.2026-01.TEST:a", NULL, &err));
	assert_string_equal(err.text, "target iqn.2026-01.TEST:a: named twice");
	assert_ptr_equal(scsiemu_iscsi_target_next(n, NULL), a);
	assert_ptr_equal(scsiemu_iscsi_target_next(n, a), b);
	assert_null(scsiemu_iscsi_target_next(n, b));
	assert_ptr_equal(scsiemu_iscsi_target_find(n, "iqn.2026-01.test:a"), a);
	assert_null(scsiemu_iscsi_target_find(n, "iqn.2026-01.test:c"));
	assert_null(scsiemu_iscsi_target_find(n, "c"));
	assert_string_equal(scsiemu_iscsi_target_name(a), "iqn.2026-01.test:a");
	assert_ptr_equal(scsiemu_iscsi_target_user(a), &x);
	/* Removed and added again: the object, without its rules. */
	assert_int_equal(scsiemu_iscsi_target_alias(a, "x", NULL), 0);
	assert_int_equal(scsiemu_iscsi_initiator_allow(a, "*", NULL), 0);
	assert_int_equal(scsiemu_iscsi_target_redirect(a, "h", true, NULL), 0);
	scsiemu_iscsi_target_remove(a);
	assert_ptr_equal(
		scsiemu_iscsi_target_add(n, "iqn.2026-01.test:a", &y, NULL), a);
	assert_ptr_equal(scsiemu_iscsi_target_user(a), &y);
	assert_false(a->removed || a->redirect[0] || a->alias[0] ||
		     a->initiators);
	assert_int_equal(scsiemu_iscsi_target_alias(a, "a\nb", &err), -1);
	assert_int_equal(scsiemu_iscsi_target_alias(a, NULL, &err), 0);
	assert_int_equal(scsiemu_iscsi_target_group(a, 0, &err), -1);
	scsiemu_iscsi_node_destroy(n);
	scsiemu_iscsi_node_destroy(NULL);
}

static void test_portals(void **state)
{
	static const struct {
		const char *addr, *kept; /* NULL: refused */
	} row[] = {
		{ "192.0.2.1", "192.0.2.1" },
		{ "0.0.0.0", "0.0.0.0" },
		{ "::", "::" },
		{ "[::1]", "::1" },
		{ "2001:DB8::0:1", "2001:db8::1" },
		{ "192.0.2.256", NULL },
		{ "[192.0.2.1]", NULL },
		{ "[::1", NULL },
		{ "localhost", NULL },
		{ "", NULL },
		{ "[]", NULL },
		{ "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb",
		  NULL },
	};
	struct scsiemu_iscsi_node *n = scsiemu_iscsi_node_create(NULL, NULL);
	struct scsiemu_iscsi_portal *p = NULL;
	struct scsiemu_errmsg err;

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		p = scsiemu_iscsi_portal_add(n, row[i].addr, 3260, 2, &err);
		assert_int_equal(!!p, !!row[i].kept);
		if (!p)
			continue;
		assert_string_equal(scsiemu_iscsi_portal_addr(p), row[i].kept);
		assert_int_equal(scsiemu_iscsi_portal_port(p), 3260);
		assert_int_equal(scsiemu_iscsi_portal_tag(p), 2);
	}
	assert_null(scsiemu_iscsi_portal_add(n, "192.0.2.1", 3260, 1, &err));
	assert_string_equal(err.text,
			    "portal 192.0.2.1 port 3260: named twice");
	assert_null(scsiemu_iscsi_portal_add(n, "192.0.2.2", 3260, 0, &err));
	/* Any number of portals may still wait for a port. */
	assert_non_null(scsiemu_iscsi_portal_add(n, "192.0.2.1", 0, 1, NULL));
	p = scsiemu_iscsi_portal_add(n, "192.0.2.1", 0, 1, NULL);
	scsiemu_iscsi_portal_bound(p, 4000);
	assert_int_equal(scsiemu_iscsi_portal_port(p), 4000);
	p = scsiemu_iscsi_portal_next(n, NULL);
	assert_string_equal(scsiemu_iscsi_portal_addr(p), "192.0.2.1");
	p = scsiemu_iscsi_portal_next(n, p);
	assert_string_equal(scsiemu_iscsi_portal_addr(p), "0.0.0.0");
	scsiemu_iscsi_node_destroy(n);
}

static void test_limits(void **state)
{
	static const struct {
		const char *text;
		bool ok;
	} row[] = {
		{ "login_ms=5000", true },
		{ "max_burst=4M", true },
		{ "max_burst=0x400", true },
		{ "session_memory=1G", true },
		{ "commands=1", true },
		{ "commands=0", false },
		{ "commands=65537", false },
		{ "commands=", false },
		{ "commands", false },
		{ "=1", false },
		{ "", false },
		{ "nope=1", false },
		{ "commands=1X", false },
		{ "commands=K", false },
		{ "size=4", false },
		{ "max_burst=16M", false },
		{ "max_burst=5000000000", false },
		{ "nop_interval_ms=4294967295", true },
		{ "session_memory=18446744073709551615G", false },
	};
	struct scsiemu_iscsi_limits l = { .size = sizeof(l) };
	struct scsiemu_iscsi_node *n;
	struct scsiemu_errmsg err;

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		assert_int_equal(scsiemu_iscsi_limit_set(&l, row[i].text, &err),
				 row[i].ok ? 0 : -1);
	assert_int_equal(l.login_ms, 5000);
	assert_int_equal(l.max_burst, 1024);
	assert_int_equal(l.session_memory, 1 << 30);
	scsiemu_iscsi_limit_set(&l, "commands=0", &err);
	assert_string_equal(err.text, "limit commands: allowed are 1 to 65536");
	scsiemu_iscsi_limit_set(&l, "no\npe=1", &err);
	assert_memory_equal(err.text,
			    "limit no\\x0ape=1: give key=value; "
			    "keys: connections ",
			    52);
	/* first_burst over max_burst */
	assert_null(scsiemu_iscsi_node_create(&l, &err));
	assert_string_equal(err.text, "limit first_burst=262144: at most "
				      "max_burst=1024");
	l.first_burst = 512;
	n = scsiemu_iscsi_node_create(&l, &err);
	assert_non_null(n);
	assert_int_equal(scsiemu_iscsi_node_limits(n)->max_burst, 1024);
	assert_int_equal(scsiemu_iscsi_node_limits(n)->commands, 1);
	assert_int_equal(scsiemu_iscsi_node_limits(n)->login_text, 65536);
	assert_int_equal(scsiemu_iscsi_node_limits(n)->time2wait, 2);
	scsiemu_iscsi_node_destroy(n);
	l.login_pdu = 8193;
	assert_null(scsiemu_iscsi_node_create(&l, &err));
	assert_string_equal(err.text,
			    "limit login_pdu=8193: allowed are 512 to 8192");
	l.size = 0;
	assert_null(scsiemu_iscsi_node_create(&l, &err));
	/* What an older program knows is shorter: the rest is default. */
	l.login_pdu = 4096;
	l.size = offsetof(struct scsiemu_iscsi_limits, login_pdus);
	n = scsiemu_iscsi_node_create(&l, NULL);
	assert_non_null(n);
	assert_int_equal(scsiemu_iscsi_node_limits(n)->login_pdu, 4096);
	assert_int_equal(scsiemu_iscsi_node_limits(n)->commands, 128);
	scsiemu_iscsi_node_destroy(n);
}

static char folder[] = "/tmp/scsiemu-secret-XXXXXX";

static void write_file(const char *name, const char *text, size_t len,
		       mode_t mode)
{
	FILE *f = fopen(name, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(name, mode), 0);
}

static void test_secret_file(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		mode_t mode;
		int n;
		const char *why;
	} row[] = {
		{ "123456789012", 12, 0600, 12, NULL },
		{ "123456789012\n", 13, 0400, 12, NULL },
		{ "1234567890\n\n\n", 13, 0600, 12, NULL },
		{ "12345678901", 11, 0600, -1, "12 to 255 bytes" },
		{ "12345678901\n", 12, 0600, -1, "12 to 255 bytes" },
		{ "", 0, 0600, -1, "12 to 255 bytes" },
		{ "123456789012", 12, 0640, -1, "mode 0640" },
		{ "123456789012", 12, 0601, -1, "chmod 600" },
		{ "123456789012", 12, 0604, -1, "mode 0604" },
	};
	static const uint8_t none[SCSIEMU_ISCSI_SECRET];
	uint8_t buf[SCSIEMU_ISCSI_SECRET];
	struct scsiemu_errmsg err;
	char name[64], big[300];

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(name, sizeof(name), "%s/s", folder);
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		write_file(name, row[i].text, row[i].len, row[i].mode);
		memset(buf, 0xee, sizeof(buf));
		assert_int_equal(
			scsiemu_iscsi_secret_read(name, buf, sizeof(buf), &err),
			row[i].n);
		if (row[i].n > 0) {
			assert_memory_equal(buf, row[i].text, (size_t)row[i].n);
			continue;
		}
		assert_non_null(strstr(err.text, row[i].why));
		assert_non_null(strstr(err.text, name));
		assert_memory_equal(buf, none, sizeof(none));
	}
	memset(big, 's', sizeof(big));
	for (size_t n = 254; n <= 257; n++) {
		write_file(name, big, n, 0600);
		assert_int_equal(
			scsiemu_iscsi_secret_read(name, buf, sizeof(buf), &err),
			n <= 255 ? (int)n : -1);
	}
	big[255] = '\n';
	write_file(name, big, 256, 0600);
	assert_int_equal(
		scsiemu_iscsi_secret_read(name, buf, sizeof(buf), &err), 255);
	scsiemu_iscsi_secret_wipe(buf, sizeof(buf));
	assert_memory_equal(buf, none, sizeof(none));
	unlink(name);
	assert_int_equal(
		scsiemu_iscsi_secret_read(name, buf, sizeof(buf), &err), -1);
	assert_non_null(strstr(err.text, "No such file"));
	assert_int_equal(
		scsiemu_iscsi_secret_read(folder, buf, sizeof(buf), &err), -1);
	assert_non_null(strstr(err.text, "not a regular file"));
	assert_int_equal(mkfifo(name, 0600), 0);
	assert_int_equal(
		scsiemu_iscsi_secret_read(name, buf, sizeof(buf), &err), -1);
	unlink(name);
	rmdir(folder);
}

/* Every step of a configuration; the first that fails ends it. */
static int configure(struct scsiemu_iscsi_node **out,
		     struct scsiemu_errmsg *err)
{
	struct scsiemu_iscsi_node *n = scsiemu_iscsi_node_create(NULL, err);
	struct scsiemu_iscsi_target *t;
	const struct scsiemu_iscsi_chap c = { .size = sizeof(c),
					      .name = "u",
					      .secret = "123456789012",
					      .secret_len = 12 };

	*out = n;
	if (!n || !scsiemu_iscsi_portal_add(n, "::1", 0, 1, err))
		return -1;
	t = scsiemu_iscsi_target_add(n, IQN_T, NULL, err);
	if (!t || scsiemu_iscsi_target_group(t, 1, err) ||
	    scsiemu_iscsi_initiator_allow(t, "*", err) ||
	    scsiemu_iscsi_address_allow(t, "::/0", err))
		return -1;
	return n->crypto ? scsiemu_iscsi_chap_add(n, t, &c, err) : 0;
}

static void test_no_memory(void **state)
{
	struct scsiemu_iscsi_node *n;
	struct scsiemu_errmsg err;
	int steps = semu_crypto() ? 7 : 6;

	(void)state;
	for (int i = 0; i <= steps; i++) {
		fail_at = i;
		strcpy(err.text, "");
		assert_int_equal(configure(&n, &err), i < steps ? -1 : 0);
		fail_at = -1;
		assert_string_equal(err.text, i < steps ? "out of memory" : "");
		scsiemu_iscsi_node_destroy(n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_targets),
		cmocka_unit_test(test_portals),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_secret_file),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
