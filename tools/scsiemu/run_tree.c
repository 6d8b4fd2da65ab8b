/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run_tree.c - a folder with what Linux has of its SCSI devices: /dev, the part
 * of sysfs that tools look at, /proc/devices. The programs' library looks there
 * (tools/shim/place.c). A node is a sparse file whose size is its number.
 */
#define _GNU_SOURCE
#include "run.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../shim/names.h"
#include "../shim/node.h"

#define HOST	     "sys/devices/scsiemu/host0"
#define TARGET	     HOST "/target0:0:0"
#define PATH	     512
#define SECTOR	     512
#define TYPE_CHANGER 0x08

#define NAA_OF_UNIT                                                            \
	3 /* association and type of a designator, SPC-5 7.7.6.1               \
	   */

/* The first error is the one that is told. */
struct tree {
	const struct run_view *v;
	bool failed;
};

static void fail(struct tree *t, const char *path)
{
	if (!t->failed)
		fprintf(stderr, "scsiemu: %s/%s: %s\n", t->v->folder, path,
			strerror(errno));
	t->failed = true;
}

__attribute__((format(printf, 3, 4))) static void join(const struct tree *t,
						       char path[PATH],
						       const char *fmt, ...)
{
	int n = snprintf(path, PATH, "%s/", t->v->folder);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(path + n, PATH - (size_t)n, fmt, ap);
	va_end(ap);
}

__attribute__((format(printf, 2, 3))) static void put(char path[PATH],
						      const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(path, PATH, fmt, ap);
	va_end(ap);
}

/* path and all folders above it, below ours. */
static void folder(struct tree *t, const char *name)
{
	char path[PATH];
	size_t at = strlen(t->v->folder) + 1;

	join(t, path, "%s", name);
	for (char *end = path + at; end;) {
		end = strchr(end, '/');
		if (end)
			*end = 0;
		if (mkdir(path, 0700) && errno != EEXIST)
			fail(t, name);
		if (end)
			*end++ = '/';
	}
}

static void bytes(struct tree *t, const char *in, const char *name,
		  const void *what, size_t len)
{
	char path[PATH];
	FILE *f;

	join(t, path, "%s/%s", in, name);
	f = fopen(path, "we");
	if (!f || fwrite(what, 1, len, f) != len)
		fail(t, name);
	if (f && fclose(f))
		fail(t, name);
}

__attribute__((format(printf, 4, 5))) static void text(struct tree *t,
						       const char *in,
						       const char *name,
						       const char *fmt, ...)
{
	char line[128];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	bytes(t, in, name, line, (size_t)n);
}

static void link_to(struct tree *t, const char *in, const char *name,
		    const char *to)
{
	char path[PATH];

	folder(t, in);
	join(t, path, "%s/%s", in, name);
	if (symlink(to, path) && errno != EEXIST)
		fail(t, name);
}

/* As sysfs has it: IN/NAME is a link to the folder TO; both are below sys. */
static void class(struct tree *t, const char *in, const char *name,
		  const char *to)
{
	static const char ups[] = "../../../../../../../../"; /* enough */
	const char *up = ups + sizeof(ups) - 1;
	char path[PATH];

	for (const char *c = strchr(in, '/'); c; c = strchr(c + 1, '/'))
		up -= strlen("../");
	put(path, "%s%s", up, to + strlen("sys/"));
	link_to(t, in, name, path);
}

static void node(struct tree *t, const char *name, bool block, uint32_t major,
		 uint32_t minor)
{
	char path[PATH];
	int fd;

	join(t, path, "dev/%s", name);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, shim_node_size(block, major, minor)))
		fail(t, name);
	if (fd >= 0)
		close(fd);
}

/* ---- One logical unit ---- */

/* A folder IN/CLASS/NAME with the number of a node. */
static void child(struct tree *t, const char *in, const char *kind,
		  const char *name, const struct scsiemu_sgio_node *n)
{
	char path[PATH], of[PATH];

	put(path, "%s/%s/%s", in, kind, name);
	folder(t, path);
	if (n)
		text(t, path, "dev", "%u:%u\n", n->major, n->minor);
	link_to(t, path, "device", "../..");
	put(of, "sys/class/%s", kind);
	class(t, of, name, path);
	class(t, path, "subsystem", of);
	if (!strcmp(kind, "block"))
		class(t, "sys/block", name, path);
}

static void block(struct tree *t, const struct run_unit *u, const char *in)
{
	const struct scsiemu_medium *m = scsiemu_lu_medium(u->unit->host.lu);
	char path[PATH];

	put(path, "%s/block/%s", in, u->disk);
	text(t, path, "size", "%llu\n",
	     m ? (unsigned long long)(m->nblk * m->blen / SECTOR) : 0);
	text(t, path, "removable", "%d\n", u->inquiry[1] >> 7);
	text(t, path, "ro", "%d\n", m && m->read_only);
	put(path, "%s/block/%s/queue", in, u->disk);
	folder(t, path);
	text(t, path, "logical_block_size", "%u\n", m ? m->blen : SECTOR);
	text(t, path, "physical_block_size", "%u\n",
	     m ? m->blen << m->exponent : SECTOR);
	text(t, path, "rotational", "%d\n", m && m->rpm != 1);
}

static void pages(struct tree *t, const struct run_unit *u, const char *in)
{
	static const uint8_t codes[] = { 0x00, 0x80, 0x83, 0xb0, 0xb1, 0xb2 };
	uint8_t page[1024];

	for (size_t i = 0; i < sizeof(codes); i++) {
		uint32_t len = run_inquiry(t->v, u, codes[i], page,
					   sizeof(page));
		char name[16];

		snprintf(name, sizeof(name), "vpd_pg%x", codes[i]);
		if (len)
			bytes(t, in, codes[i] ? name : "vpd_pg0", page, len);
	}
	bytes(t, in, "inquiry", u->inquiry, u->inquiry_len);
}

static void attributes(struct tree *t, const struct run_unit *u, const char *in)
{
	const char *id = (const char *)u->inquiry;
	int version = u->inquiry[2] & 0x0f;

	text(t, in, "type", "%d\n", u->inquiry[0] & 0x1f);
	text(t, in, "scsi_level", "%d\n", version >= 2 ? version + 1 : version);
	text(t, in, "vendor", "%.8s\n", id + 8);
	text(t, in, "model", "%.16s\n", id + 16);
	text(t, in, "rev", "%.4s\n", id + 32);
	text(t, in, "state", "running\n");
	text(t, in, "device_blocked", "0\n");
	text(t, in, "queue_depth", "32\n");
	text(t, in, "queue_type", "simple\n");
	text(t, in, "iocounterbits", "32\n");
	text(t, in, "timeout", "30\n");
}

/* By its NAA identifier, as udev does it. */
static void by_id(struct tree *t, const struct run_unit *u, const char *to)
{
	uint8_t page[256];
	uint32_t len = run_inquiry(t->v, u, 0x83, page, sizeof(page));

	for (uint32_t i = 4; i + 4 <= len; i += 4u + page[i + 3]) {
		char digits[40] = "", name[64];
		unsigned n = page[i + 3];

		if ((page[i + 1] & 0x3f) != NAA_OF_UNIT || n > 16)
			continue;
		for (unsigned k = 0; k < n && i + 4 + k < len; k++)
			snprintf(digits + 2 * k, 3, "%02x", page[i + 4 + k]);
		snprintf(name, sizeof(name), "wwn-0x%s", digits);
		link_to(t, "dev/disk/by-id", name, to);
		snprintf(name, sizeof(name), "scsi-3%s", digits);
		link_to(t, "dev/disk/by-id", name, to);
	}
}

/* A disk's other names. */
static void names(struct tree *t, const struct run_unit *u,
		  const struct scsiemu_sgio_node *n, const char *in)
{
	char name[40], to[PATH];

	snprintf(name, sizeof(name), "%u:%u", n->major, n->minor);
	put(to, "../%s", u->disk);
	link_to(t, "dev/block", name, to);
	put(to, "%s/block/%s", in, u->disk);
	class(t, "sys/dev/block", name, to);
	snprintf(name, sizeof(name), "scsiemu-0:0:0:%u", u->unit->lun);
	put(to, "../../%s", u->disk);
	link_to(t, "dev/disk/by-path", name, to);
	by_id(t, u, to);
}

/* Those that udev has for its sg node. */
static void changer_names(struct tree *t, const struct run_unit *u,
			  const char *sg)
{
	char name[48], to[PATH];

	if ((u->inquiry[0] & 0x1f) != TYPE_CHANGER)
		return;
	put(to, "../../%s", sg);
	snprintf(name, sizeof(name), "scsiemu-0:0:0:%u-changer", u->unit->lun);
	link_to(t, "dev/tape/by-path", name, to);
}

static const struct scsiemu_sgio_node *node_of(const struct run_view *v,
					       const struct run_unit *u,
					       uint8_t kind)
{
	for (uint32_t i = 0; i < v->nnodes; i++)
		if (v->nodes[i].lu == u->unit->host.lu &&
		    v->nodes[i].kind == kind)
			return &v->nodes[i];
	return NULL;
}

static void unit(struct tree *t, const struct run_unit *u)
{
	const struct scsiemu_sgio_node *n;
	char hctl[24], path[PATH], of[PATH], name[32];

	snprintf(hctl, sizeof(hctl), "0:0:0:%u", u->unit->lun);
	put(path, TARGET "/%s", hctl);
	folder(t, path);
	attributes(t, u, path);
	pages(t, u, path);
	class(t, "sys/bus/scsi/devices", hctl, path);
	class(t, path, "subsystem", "sys/bus/scsi");
	child(t, path, "scsi_device", hctl, NULL);
	snprintf(name, sizeof(name), "sg%u", u->index);
	n = node_of(t->v, u, SCSIEMU_SGIO_SG);
	child(t, path, "scsi_generic", name, n);
	node(t, name, false, n->major, n->minor);
	put(of, "scsi_generic/%s", name);
	link_to(t, path, "generic", of);
	changer_names(t, u, name);
	n = node_of(t->v, u, SCSIEMU_SGIO_BSG);
	child(t, path, "bsg", hctl, n);
	snprintf(name, sizeof(name), "bsg/%s", hctl);
	node(t, name, false, n->major, n->minor);
	n = node_of(t->v, u, SCSIEMU_SGIO_BLOCK);
	if (!n)
		return;
	child(t, path, "scsi_disk", hctl, NULL);
	child(t, path, "block", u->disk, n);
	block(t, u, path);
	node(t, u->disk, true, n->major, n->minor);
	names(t, u, n, path);
}

/* ---- What is there once ---- */

static void host(struct tree *t)
{
	folder(t, TARGET);
	folder(t, HOST "/scsi_host/host0");
	folder(t, "dev/bsg");
	text(t, HOST "/scsi_host/host0", "proc_name", "scsiemu\n");
	text(t, HOST "/scsi_host/host0", "unique_id", "0\n");
	text(t, HOST "/scsi_host/host0", "can_queue", "32\n");
	link_to(t, HOST "/scsi_host/host0", "device", "../..");
	class(t, "sys/class/scsi_host", "host0", HOST "/scsi_host/host0");
	class(t, "sys/bus/scsi/devices", "host0", HOST);
	class(t, "sys/bus/scsi/devices", "target0:0:0", TARGET);
}

/* All else that the system has in a folder, for those who list it. */
static void others(struct tree *t, const char *in)
{
	DIR *d = opendir(in);
	const struct dirent *e;
	char path[PATH];

	folder(t, in + 1);
	while (d && (e = readdir(d)) != NULL) {
		put(path, "%s/%s", in, e->d_name);
		if (e->d_name[0] != '.' && !shim_is_name(path))
			link_to(t, in + 1, e->d_name, path);
	}
	if (d)
		closedir(d);
}

/* Where tools look up bsg's major number. */
static void majors(struct tree *t)
{
	char path[PATH], line[128], name[64];
	FILE *from = fopen("/proc/devices", "re"), *to;

	folder(t, "proc");
	join(t, path, "proc/devices");
	to = fopen(path, "we");
	while (from && to && fgets(line, sizeof(line), from)) {
		if (sscanf(line, "%*u %63s", name) == 1 &&
		    (!strcmp(name, "sg") || !strcmp(name, "bsg") ||
		     !strcmp(name, "sd")))
			continue;
		fputs(line, to);
		if (!strncmp(line, "Character", 9))
			fprintf(to, " 21 sg\n240 bsg\n");
		if (!strncmp(line, "Block", 5))
			fprintf(to, "  8 sd\n");
	}
	if (!to || fclose(to))
		fail(t, "proc/devices");
	if (from)
		fclose(from);
}

static FILE *make(struct tree *t, const char *name)
{
	char path[PATH];
	FILE *f;

	join(t, path, "%s", name);
	f = fopen(path, "we");
	if (!f)
		fail(t, name);
	return f;
}

static void close_file(struct tree *t, FILE *f, const char *name)
{
	if (f && fclose(f))
		fail(t, name);
}

static void partitions(struct tree *t)
{
	FILE *from = fopen("/proc/partitions", "re");
	FILE *to = make(t, "proc/partitions");
	char line[128], name[64];

	while (from && to && fgets(line, sizeof(line), from)) {
		char path[80] = "/dev/";

		if (sscanf(line, "%*u %*u %*u %63s", name) == 1 &&
		    shim_is_name(strcat(path, name)))
			continue;
		fputs(line, to);
	}
	for (uint32_t i = 0; to && i < t->v->nunits; i++) {
		const struct run_unit *u = &t->v->units[i];
		const struct scsiemu_medium *m =
			scsiemu_lu_medium(u->unit->host.lu);

		if (u->disk[0])
			fprintf(to, "%4d %8u %10llu %s\n", 8, u->ndisk * 16,
				m ? (unsigned long long)(m->nblk * m->blen /
							 1024)
				  : 0,
				u->disk);
	}
	close_file(t, to, "proc/partitions");
	if (from)
		fclose(from);
}

/* The oldest list of them, and sg's own. */
static void proc_scsi(struct tree *t)
{
	static const char *const types[] = {
		"Direct-Access",  "Sequential-Access",
		"Printer",	  "Processor",
		"WORM",		  "CD-ROM",
		"Scanner",	  "Optical Device",
		"Medium Changer",
	};
	FILE *all, *devices, *strings;

	folder(t, "proc/scsi/sg");
	text(t, "proc/scsi/sg", "version", "30536\t3.5.36 [20140603]\n");
	text(t, "proc/scsi/sg", "device_hdr",
	     "host\tchan\tid\tlun\ttype\topens\tqdepth\tbusy\tonline\n");
	all = make(t, "proc/scsi/scsi");
	devices = make(t, "proc/scsi/sg/devices");
	strings = make(t, "proc/scsi/sg/device_strs");
	if (all)
		fprintf(all, "Attached devices:\n");
	for (uint32_t i = 0; all && devices && strings && i < t->v->nunits;
	     i++) {
		const struct run_unit *u = &t->v->units[i];
		const char *id = (const char *)u->inquiry;
		unsigned type = u->inquiry[0] & 0x1f;

		fprintf(all,
			"Host: scsi0 Channel: 00 Id: 00 Lun: %02u\n"
			"  Vendor: %.8s Model: %.16s Rev: %.4s\n"
			"  Type:   %-33sANSI  SCSI revision: %02x\n",
			u->unit->lun, id + 8, id + 16, id + 32,
			type < sizeof(types) / sizeof(types[0]) ? types[type]
								: "Unknown",
			u->inquiry[2] & 0x0f);
		fprintf(devices, "0\t0\t0\t%u\t%u\t1\t32\t0\t1\n", u->unit->lun,
			type);
		fprintf(strings, "%.8s\t%.16s\t%.4s\n", id + 8, id + 16,
			id + 32);
	}
	close_file(t, all, "proc/scsi/scsi");
	close_file(t, devices, "proc/scsi/sg/devices");
	close_file(t, strings, "proc/scsi/sg/device_strs");
}

int run_make_tree(struct run_view *v)
{
	struct tree t = { .v = v };
	const char *tmp = getenv("TMPDIR");

	snprintf(v->folder, sizeof(v->folder), "%s/scsiemu-XXXXXX",
		 tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(v->folder)) {
		fprintf(stderr, "scsiemu: %s: %s\n", v->folder,
			strerror(errno));
		v->folder[0] = 0;
		return -1;
	}
	host(&t);
	for (size_t i = 0; i < sizeof(shim_lists) / sizeof(shim_lists[0]); i++)
		others(&t, shim_lists[i]);
	majors(&t);
	partitions(&t);
	proc_scsi(&t);
	for (uint32_t i = 0; i < v->nunits; i++)
		unit(&t, &v->units[i]);
	return t.failed ? -1 : 0;
}

static int drop(const char *path, const struct stat *st, int type,
		struct FTW *at)
{
	(void)st, (void)type, (void)at;
	return remove(path);
}

void run_forget(struct run_view *v)
{
	if (v->folder[0])
		nftw(v->folder, drop, 16, FTW_DEPTH | FTW_PHYS);
	free(v->units);
	free(v->nodes);
}
