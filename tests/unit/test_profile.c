/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Profiles: each of those that come with the library makes the disk that its
 * file says; which file is meant, who wins, and what a wrong one is told.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <scsiemu/exec.h>

#include "host/devstr.h"

/* ---- A disk that is asked ---- */

struct asked {
	struct scsiemu_device *d;
	struct scsiemu_host_lu h;
	struct scsiemu_pump pump;
	struct scsiemu_exec x;
	uint64_t bounce[1024];
	uint64_t in[64];
};

static void make(struct asked *a, const char *device)
{
	static const uint8_t ready[6];
	struct scsiemu_limits l = { .size = sizeof(l) };
	struct scsiemu_errmsg err = { "" };

	memset(a, 0, sizeof(*a));
	a->d = scsiemu_device_create(&l, &scsiemu_host_allocator);
	assert_non_null(a->d);
	if (scsiemu_host_open(&a->h, device, &err) ||
	    scsiemu_host_attach(&a->h, a->d, 0, &err))
		fail_msg("%s: %s", device, err.text);
	assert_int_equal(
		scsiemu_pump_init(&a->pump, a->d, a->bounce, sizeof(a->bounce)),
		0);
	a->x.cdb = ready;
	a->x.cdb_len = sizeof(ready);
}

static uint8_t ask(struct asked *a, const uint8_t *cdb, uint16_t len)
{
	a->x.cdb = cdb;
	a->x.cdb_len = len;
	a->x.in = a->in;
	a->x.in_len = 255;
	memset(a->in, 0xee, sizeof(a->in));
	assert_int_equal(scsiemu_exec(&a->pump, a->h.lu, &a->x, NULL, NULL), 0);
	return a->x.status;
}

static void done(struct asked *a)
{
	struct scsiemu_errmsg err;

	assert_int_equal(scsiemu_host_close(&a->h, &err), 0);
	scsiemu_device_destroy(a->d, &scsiemu_host_allocator);
}

/* ---- The profiles of the library ---- */

/* The value of a key in a text of lines, "" without '='; NULL: not there. */
static const char *value_of(const char *text, const char *key)
{
	static char value[200];
	size_t len = strlen(key);

	for (const char *p = text; p; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (strncmp(p, key, len) != 0 || !strchr(" \n", p[len]))
			continue;
		value[0] = 0;
		sscanf(p + len, " = %199[^\n]", value);
		return value;
	}
	return NULL;
}

static void same_text(const char *text, const char *key, const uint8_t *is,
		      size_t n)
{
	const char *value = value_of(text, key);
	size_t len;

	if (!value)
		return;
	len = strlen(value);
	if (value[0] == '"') { /* blanks count */
		value++;
		len -= 2;
	}
	for (size_t i = 0; i < n; i++)
		assert_int_equal(is[i], i < len ? value[i] : ' ');
}

static unsigned number_of(const char *text, const char *key, unsigned usual)
{
	return value_of(text, key) ? (unsigned)atoi(value_of(text, key))
				   : usual;
}

static void same_versions(const char *text, const uint8_t *in)
{
	const char *value = value_of(text, "versions");
	unsigned version, at = 58;
	int n;

	while (value && sscanf(value, "%4x%n", &version, &n) == 1) {
		assert_int_equal(in[at] << 8 | in[at + 1], version);
		at += 2;
		value += n + (value[n] == '+');
	}
}

static void same_inquiry(struct asked *a, const char *text, unsigned type)
{
	static const uint8_t cdb[6] = { 0x12, 0, 0, 0, 255 };
	const uint8_t *in = (const uint8_t *)a->in;
	bool removable = type || value_of(text, "removable");
	unsigned version = number_of(text, "version", 6), n, byte;
	const char *value;

	assert_int_equal(ask(a, cdb, 6), 0);
	assert_int_equal(in[0], type);
	assert_int_equal(in[1], removable ? 0x80 : 0);
	assert_int_equal(in[2], number_of(text, "claims", version));
	same_text(text, "vendor", in + 8, 8);
	same_text(text, "product", in + 16, 16);
	same_text(text, "revision", in + 32, 4);
	value = value_of(text, "inquiry");
	for (n = 0; value && value[2 * n]; n++) {
		assert_int_equal(sscanf(value + 2 * n, "%2x", &byte), 1);
		assert_int_equal(in[36 + n], byte);
	}
	assert_int_equal(a->x.in_done, number_of(text, "inquiry_len",
						 version < 4 ? 36 + n : 96));
	assert_int_equal(in[4], a->x.in_done - 5);
	same_versions(text, in);
}

/* Every page that is listed is listed in the file; nothing else is there. */
static void same_pages(struct asked *a, const char *text)
{
	const uint8_t *in = (const uint8_t *)a->in;
	const char *value = value_of(text, "vpd");
	char pages[200] = "";
	uint8_t list[256] = { 0 };

	if (!value)
		return;
	strcpy(pages, value);
	assert_int_equal(ask(a, (const uint8_t[]){ 0x12, 1, 0, 0, 255, 0 }, 6),
			 0);
	for (unsigned i = 0; i < in[3]; i++)
		list[in[4 + i]] = 1;
	assert_int_equal(list[0], 1);
	for (unsigned code = 1; code < 256; code++) {
		uint8_t cdb[6] = { 0x12, 1, (uint8_t)code, 0, 255 };
		char hex[3];

		snprintf(hex, sizeof(hex), "%02x", code);
		assert_int_equal(ask(a, cdb, 6) == 0, list[code]);
		if (list[code])
			assert_non_null(strstr(pages, hex));
	}
}

static void hidden(struct asked *a, const char *text)
{
	const char *value = value_of(text, "hide");
	unsigned op;
	int n;

	while (value && sscanf(value, "%2x%n", &op, &n) == 1) {
		uint8_t cdb[16] = { (uint8_t)op };
		unsigned sa = 0;

		value += n;
		if (sscanf(value, "/%2x%n", &sa, &n) == 1)
			value += n;
		cdb[1] = (uint8_t)sa;
		assert_int_equal(ask(a, cdb, sizeof(cdb)), 2);
		assert_int_equal(a->x.sense[2] & 15, 5);
		if (!sa)
			assert_int_equal(a->x.sense[12], 0x20);
		value += *value == '+';
	}
}

/* Every mode page that is there is in the list of the file. */
static void same_modes(struct asked *a, const char *text)
{
	const uint8_t *in = (const uint8_t *)a->in, *p;
	bool subs = number_of(text, "version", 6) > 4;
	const char *pages = value_of(text, "mode_pages");
	uint8_t cdb[6] = { 0x1a, 0, 0x3f, subs ? 0xff : 0, 255 };

	if (!pages)
		return;
	assert_int_equal(ask(a, cdb, 6), 0);
	for (p = in + 4 + in[3]; p < in + 1 + in[0];
	     p += *p & 0x40 ? 4 + (p[2] << 8 | p[3]) : 2 + p[1]) {
		char page[6], sub[4] = "";

		if (*p & 0x40)
			snprintf(sub, sizeof(sub), "/%02x", p[1]);
		snprintf(page, sizeof(page), "%02x%s", *p & 0x3f, sub);
		assert_non_null(strstr(pages, page));
	}
}

static void rotates(struct asked *a, const char *text)
{
	static const uint8_t cdb[6] = { 0x12, 1, 0xb1, 0, 255 };
	const uint8_t *in = (const uint8_t *)a->in;
	unsigned rpm = number_of(text, "rpm", 0);

	if (rpm && !ask(a, cdb, 6))
		assert_int_equal(in[4] << 8 | in[5], rpm);
}

static void read_all(const char *path, char *text, size_t room)
{
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	text[fread(text, 1, room - 1, f)] = 0;
	fclose(f);
}

static char dir[] = "/tmp/profile-XXXXXX", own[64];

/* All that a profile says: its own keys, then those of whom it is like. */
static void read_profile(const char *folder, const char *name, char *text,
			 size_t room)
{
	char path[600], other[200];
	const char *like;

	snprintf(path, sizeof(path), "%s/%s.profile", folder, name);
	read_all(path, text, room);
	assert_int_equal(text[0], '#'); /* where its facts are from */
	like = value_of(text, "like");
	if (!like)
		return;
	snprintf(other, sizeof(other), "%s", like);
	read_profile(folder, other, text + strlen(text), room - strlen(text));
}

/* A device of the profile; its type. */
static unsigned device_of(char device[600], const char *name, const char *text)
{
	const char *type = value_of(text, "type");

	if (!type) {
		snprintf(device, 600, "disk:mem,size=1M,profile=%s", name);
		return 0;
	}
	if (strcmp(type, "tape") == 0) {
		snprintf(device, 600, "tape:mem%s,profile=%s",
			 value_of(text, "writes") ? "" : ",size=1M", name);
		return 1;
	}
	snprintf(device, 600,
		 "library:dir=%s/lib,cartridges=1,size=1M,changer_profile=%s",
		 dir, name);
	return 8;
}

static void remove_library(void)
{
	static const char *const names[] = { "/VOL001L8.tape", "/slots", "" };
	char path[100];

	for (unsigned i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/lib%s", dir, names[i]);
		remove(path);
	}
}

static void as_the_file(const char *name, const char *text)
{
	char device[600];
	unsigned type = device_of(device, name, text);
	struct asked a;

	make(&a, device);
	while (ask(&a, (const uint8_t[6]){ 0 }, 6) && a.x.sense[2] == 6)
		; /* its unit attentions */
	same_inquiry(&a, text, type);
	same_pages(&a, text);
	hidden(&a, text);
	if (type)
		same_modes(&a, text);
	rotates(&a, text);
	done(&a);
	if (type == 8)
		remove_library();
}

static void test_shipped(void **state)
{
	const char *folder = getenv("SCSIEMU_PROFILES");
	DIR *d = opendir(folder);
	struct dirent *e;
	unsigned n = 0;

	(void)state;
	while ((e = readdir(d)) != NULL) {
		char text[16384], name[200];

		if (e->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%.*s",
			 (int)(strlen(e->d_name) - strlen(".profile")),
			 e->d_name);
		read_profile(folder, name, text, sizeof(text));
		as_the_file(name, text);
		n++;
	}
	closedir(d);
	assert_in_range(n, 90, 200);
}

/* ---- Files of our own ---- */

static void put(const char *text, size_t len)
{
	FILE *f = fopen(own, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	fclose(f);
}

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(own, sizeof(own), "%s/own.profile", dir);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink(own);
	return rmdir(dir);
}

static int parse(struct semu_devstr *s, struct scsiemu_errmsg *err)
{
	char device[200];

	snprintf(device, sizeof(device),
		 "disk:vendor=WINS,mem,profile=%s,"
		 "size=1M",
		 own);
	return semu_devstr_parse(s, device, err);
}

static void test_order(void **state)
{
	static const char text[] = "# comment\n"
				   "\n"
				   "\t vendor = LOSES \r\n"
				   "product=A = B, C\n"
				   "  # comment\n"
				   "removable\n"
				   "hide = 42+9E/12+a3\n"
				   "vpd=80\n"
				   "inquiry = 00fF\n"
				   "rpm = 7200"; /* and no end of line */
	struct scsiemu_errmsg err;
	struct semu_devstr s;

	(void)state;
	put(text, sizeof(text) - 1);
	if (parse(&s, &err))
		fail_msg("%s", err.text);
	assert_string_equal(s.text.vendor, "WINS");
	assert_string_equal(s.text.product, "A = B, C");
	assert_true(s.removable && s.mem);
	assert_int_equal(s.rpm, 7200);
	assert_int_equal(s.quirks.nhide, 3);
	assert_int_equal(s.quirks.hide[0].op, 0x42);
	assert_int_equal(s.quirks.hide[0].sa, 0xffff);
	assert_int_equal(s.quirks.hide[1].op, 0x9e);
	assert_int_equal(s.quirks.hide[1].sa, 0x12);
	assert_int_equal(s.quirks.nvpd, 1);
	assert_int_equal(s.quirks.vpd[0], 0x80);
	assert_int_equal(s.quirks.ninquiry, 2);
	assert_int_equal(s.quirks.inquiry[1], 0xff);
}

static const struct {
	const char *text, *says; /* part of the message */
} wrong[] = {
	{ "vendor = ACME\ncolour = red\n",
	  "line 2: unknown key \"colour\": --help lists the keys" },
	{ "prodct = X", "line 1: unknown key \"prodct\": did you mean" },
	{ "\n\nversion = 9\n", "line 3: version=9 is not possible: it takes" },
	{ "vendor = A\nvendor = B\n", "line 2: vendor is given twice" },
	{ "removable = yes\n", "line 1: removable takes no value" },
	{ "vendor\n", "line 1: vendor needs a value" },
	{ "path = /etc/passwd\n", "line 1: path says which disk it is or" },
	{ "mem\n", "line 1: mem says which disk it is" },
	{ "null\n", "line 1: null says which disk it is" },
	{ "size = 1M\n", "line 1: size says which disk it is" },
	{ "pool = 1M\n", "line 1: pool says which disk it is" },
	{ "serial = 1\n", "line 1: serial says which disk it is" },
	{ "naa = 1\n", "line 1: naa says which disk it is" },
	{ "nv = x\n", "line 1: nv says which disk it is" },
	{ "inject = x\n", "line 1: inject says which disk it is" },
	{ "profile = x\n", "line 1: profile says which disk it is" },
	{ "version = 2\nalua = both\n", "alua with version=2" },
	{ "hide = \n", "hide= is not possible: it takes at most 32" },
	{ "hide = 42+\n", "hide=42+ is not possible" },
	{ "hide = +42\n", "hide=+42 is not possible" },
	{ "hide = 421\n", "hide=421 is not possible" },
	{ "hide = 42/\n", "hide=42/ is not possible" },
	{ "hide = 42/12345\n", "hide=42/12345 is not possible" },
	{ "hide = 0+1+2+3+4+5+6+7+8+9+a+b+c+d+e+f+10+11+12+13+14+15+16+17+18+"
	  "19+1a+1b+1c+1d+1e+1f+20\n",
	  "at most 32" },
	{ "vpd = 80+8x\n", "vpd=80+8x is not possible: it takes at most 32" },
	{ "inquiry = 0\n", "inquiry=0 is not possible: it takes 1 to 20" },
	{ "inquiry = 0x\n", "inquiry=0x is not possible" },
	{ "inquiry = 00112233445566778899aabbccddeeff0011223344\n",
	  "1 to 20 bytes" },
	{ "rpm = 0\n", "rpm=0 is not possible" },
	{ "rpm = 2\n", "rpm=2 is not possible: it takes 1" },
	{ "rpm = 65535\n", "rpm=65535 is not possible" },
};

static void test_wrong(void **state)
{
	struct scsiemu_errmsg err;
	struct semu_devstr s;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		put(wrong[i].text, strlen(wrong[i].text));
		memset(&err, 0x55, sizeof(err));
		assert_int_equal(parse(&s, &err), -1);
		assert_non_null(memchr(err.text, 0, sizeof(err.text)));
		if (!strstr(err.text, wrong[i].says))
			fail_msg("%s: \"%s\" without \"%s\"", wrong[i].text,
				 err.text, wrong[i].says);
	}
}

/* What is no profile at all. */
static void test_no_profile(void **state)
{
	static char big[16385];
	struct scsiemu_errmsg err;
	struct semu_devstr s;

	(void)state;
	memset(big, '#', sizeof(big));
	put(big, sizeof(big));
	assert_int_equal(parse(&s, &err), -1);
	assert_non_null(strstr(err.text, "is not a file of at most 16384"));
	put(big, 513);
	assert_int_equal(parse(&s, &err), -1);
	assert_non_null(strstr(err.text, "line 1 is no text of less than 512"));
	put("rpm = 1\0x\n", 10);
	assert_int_equal(parse(&s, &err), -1);
	assert_non_null(strstr(err.text, "line 1 is no text"));
	assert_int_equal(semu_devstr_parse(&s,
					   "disk:mem,size=1M,profile=/dev/zero",
					   &err),
			 -1);
	assert_non_null(strstr(err.text, "/dev/zero: is not a file of"));
	put("", 0);
	assert_int_equal(parse(&s, &err), 0);
}

/* Names are looked up in one folder, paths are not. */
static void test_names(void **state)
{
	char before[512], name[1024] = "disk:mem,size=1M,profile=";
	const char *folder = getenv("SCSIEMU_PROFILES");
	struct scsiemu_errmsg err;
	struct semu_devstr s;

	(void)state;
	snprintf(before, sizeof(before), "%s", folder);
	setenv("SCSIEMU_PROFILES", dir, 1);
	put("rpm = 5400\n", 11);
	assert_int_equal(
		semu_devstr_parse(&s, "disk:mem,size=1M,profile=own", &err), 0);
	assert_int_equal(s.rpm, 5400);
	assert_int_equal(
		semu_devstr_parse(&s, "disk:mem,size=1M,profile=none", &err),
		-1);
	assert_non_null(strstr(err.text, "/none.profile: does not exist"));
	assert_non_null(strstr(err.text, "$SCSIEMU_PROFILES"));
	assert_int_equal(
		semu_devstr_parse(&s, "disk:mem,size=1M,profile=./own", &err),
		-1);
	assert_int_equal(
		semu_devstr_parse(&s, "disk:mem,size=1M,profile=", &err), -1);
	assert_non_null(strstr(err.text, "profile= is not possible"));
	memset(name + strlen(name), 'x', 990);
	assert_int_equal(semu_devstr_parse(&s, name, &err), -1);
	setenv("SCSIEMU_PROFILES", "", 1); /* as if it were not there */
	assert_int_equal(
		semu_devstr_parse(&s, "disk:mem,size=1M,profile=own", &err),
		-1);
	assert_non_null(strstr(err.text, "scsiemu/profiles/own.profile"));
	setenv("SCSIEMU_PROFILES", before, 1);
}

/* ---- What quirks do ---- */

/* A hidden command is in no list, and its neighbours are there. */
static void test_hide(void **state)
{
	static const uint8_t get_lba[16] = { 0x9e, 0x12, [13] = 8 };
	static const uint8_t capacity[16] = { 0x9e, 0x10, [13] = 32 };
	static const uint8_t seek[10] = { 0x2b };
	const uint8_t *in;
	struct asked a;

	(void)state;
	make(&a, "disk:mem,size=1M,hide=9e/12+93+41+83");
	in = (const uint8_t *)a.in;
	ask(&a, a.x.cdb, 6);
	assert_int_equal(ask(&a, get_lba, 16), 2);
	assert_int_equal(a.x.sense[12], 0x24); /* the others are there */
	assert_int_equal(ask(&a, capacity, 16), 0);
	assert_int_equal(ask(&a, seek, 10), 2);
	assert_int_equal(ask(&a, (const uint8_t[16]){ 0x93, [13] = 1 }, 16), 2);
	assert_int_equal(a.x.sense[12], 0x20);
	/* REPORT SUPPORTED OPERATION CODES, one command: not supported */
	assert_int_equal(ask(&a,
			     (const uint8_t[12]){ 0xa3, 0x0c, 1, 0x93, 0, 0, 0,
						  0, 0, 64 },
			     12),
			 0);
	assert_int_equal(in[1] & 7, 1);
	assert_int_equal(ask(&a,
			     (const uint8_t[12]){ 0xa3, 0x0c, 1, 0x28, 0, 0, 0,
						  0, 0, 64 },
			     12),
			 0);
	assert_int_equal(in[1] & 7, 3);
	done(&a);
}

/* No quirks: neither state nor the slow way. */
static void test_plain(void **state)
{
	struct scsiemu_lu_config cf = { .size = sizeof(cf),
					.type = &scsiemu_sbc };
	struct scsiemu_quirks q = { .size = sizeof(q), .ninquiry = 21 };
	uint32_t plain = scsiemu_lu_state_size(&cf);
	struct scsiemu_limits l = { .size = sizeof(l), .lu_state = 4096 };
	struct scsiemu_device *d =
		scsiemu_device_create(&l, &scsiemu_host_allocator);

	(void)state;
	assert_non_null(d);
	cf.quirks = &q;
	assert_true(scsiemu_lu_state_size(&cf) > plain);
	assert_null(scsiemu_lu_add(d, 0, &cf));
	q.ninquiry = 0;
	q.nhide = SCSIEMU_HIDDEN + 1;
	assert_null(scsiemu_lu_add(d, 0, &cf));
	q.nhide = 0;
	assert_non_null(scsiemu_lu_add(d, 0, &cf));
	scsiemu_device_destroy(d, &scsiemu_host_allocator);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shipped),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_no_profile),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_hide),
		cmocka_unit_test(test_plain),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
