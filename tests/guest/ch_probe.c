/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ch_probe DEVICE OPERATION [ARGUMENT...] - one ioctl of <linux/chio.h>, with
 * the members of its structure, elements by their type (mt, st, ie or dt) and
 * unit; and what it answers: a line, which is the name of its errno if it
 * fails.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/chio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define CHET_MT	 0 /* the header has their names in a comment only */
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define TYPES	 4

static const char *const types[TYPES] = { "mt", "st", "ie", "dt" };

static const char *type_name(int type)
{
	return type >= 0 && type < TYPES ? types[type] : "none";
}

/* A type that is not known is passed on as its number. */
static int value(const char *word)
{
	for (int i = CHET_MT; i < TYPES; i++)
		if (!strcmp(word, types[i]))
			return i;
	return atoi(word);
}

/* ---- The answers ---- */

static void tell_params(const void *arg)
{
	const struct changer_params *p = arg;

	printf("picker %d of %d, %d slots, %d portals, %d drives",
	       p->cp_curpicker, p->cp_npickers, p->cp_nslots, p->cp_nportals,
	       p->cp_ndrives);
}

static void tell_vendor(const void *arg)
{
	const struct changer_vendor_params *p = arg;

	printf("%d '%s' %d '%s' %d '%s' %d '%s'", p->cvp_n1, p->cvp_label1,
	       p->cvp_n2, p->cvp_label2, p->cvp_n3, p->cvp_label3, p->cvp_n4,
	       p->cvp_label4);
}

static void tell_int(const void *arg)
{
	printf("%d", *(const int *)arg);
}

static void tell_element(const void *arg)
{
	const struct changer_get_element *e = arg;

	printf("%s %d: status %02xh, flags %02xh", type_name(e->cge_type),
	       e->cge_unit, (unsigned)e->cge_status, (unsigned)e->cge_flags);
	if (e->cge_flags & CGE_ERRNO)
		printf(", errno %d", e->cge_errno);
	if (e->cge_flags & CGE_SRC)
		printf(", from %s %d", type_name(e->cge_srctype),
		       e->cge_srcunit);
	if (e->cge_flags & CGE_IDLUN)
		printf(", id %d, lun %d", e->cge_id, e->cge_lun);
	if (e->cge_flags & CGE_PVOLTAG)
		printf(", tag '%.36s'", e->cge_pvoltag);
	if (e->cge_flags & CGE_AVOLTAG)
		printf(", other tag '%.36s'", e->cge_avoltag);
}

static void tell_status(const void *arg)
{
	const struct changer_element_status *s = arg;
	const char *blank = "";

	/* 88h is behind the last. */
	for (const unsigned char *p = s->ces_data; *p != 0x88; p++) {
		printf("%s%02x", blank, *p);
		blank = " ";
	}
}

static void tell_done(const void *arg)
{
	(void)arg;
	fputs("done", stdout);
}

/* ---- The operations ---- */

static const struct operation {
	const char *name;
	unsigned long request;
	void (*tell)(const void *arg);
} operations[] = {
	{ "params", CHIOGPARAMS, tell_params },
	{ "vendor", CHIOGVPARAMS, tell_vendor },
	{ "picker", CHIOGPICKER, tell_int },
	{ "set-picker", CHIOSPICKER, tell_done },
	{ "position", CHIOPOSITION, tell_done },
	{ "move", CHIOMOVE, tell_done },
	{ "exchange", CHIOEXCHANGE, tell_done },
	{ "status", CHIOGSTATUS, tell_status },
	{ "element", CHIOGELEM, tell_element },
	{ "init", CHIOINITELEM, tell_done },
	{ "tag", CHIOSVOLTAG, tell_done },
	{ "nothing", _IO('c', 99), tell_done },
};

static union {
	struct changer_element_status status;
	struct changer_set_voltag tag;
	int numbers[64];
} argument;
static unsigned char data[256];

static void fill(unsigned long request, char **words)
{
	memset(data, 0x88, sizeof(data));
	for (size_t i = 0; words[i]; i++)
		argument.numbers[i] = value(words[i]);
	if (request == CHIOGSTATUS)
		argument.status.ces_data = data;
	/* tag TYPE UNIT FLAGS TAG */
	if (request == CHIOSVOLTAG && words[0] && words[1] && words[2]) {
		memset(argument.tag.csv_voltag, 0,
		       sizeof(argument.tag.csv_voltag));
		argument.tag.csv_flags = value(words[2]);
		if (words[3])
			strncpy(argument.tag.csv_voltag, words[3],
				sizeof(argument.tag.csv_voltag) - 1);
	}
}

int main(int argc, char **argv)
{
	int fd = argc > 2 ? open(argv[1], O_RDONLY) : -1;

	if (fd < 0) {
		perror("ch_probe");
		return 2;
	}
	for (size_t i = 0; i < COUNT(operations); i++) {
		const struct operation *o = &operations[i];

		if (strcmp(argv[2], o->name))
			continue;
		fill(o->request, argv + 3);
		if (ioctl(fd, o->request, &argument) < 0)
			fputs(strerrorname_np(errno), stdout);
		else
			o->tell(&argument);
		putchar('\n');
		return 0;
	}
	return 2;
}
