/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a cartridge of another program: refused, or everything that
 * the index says can be read, and the same from any position; then, where it
 * can be written, a record at some place is there when it is opened again. Of
 * mhvtl's files the first three have their lengths in front, and mam is the
 * rest.
 */
#define _GNU_SOURCE
#include <scsiemu/stores.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "store/sys.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct scsiemu_tape_ops *ops;
static struct scsiemu_medium m;
static uint8_t rec[1 << 17];

static void check(bool ok)
{
	if (!ok)
		abort();
}

static int verb(enum scsiemu_verb v, uint64_t addr, uint64_t count)
{
	const struct scsiemu_cmd w = { .verb = (uint8_t)v,
				       .addr = addr,
				       .count = count };
	struct scsiemu_io io = { 0 };

	return ops->verb(m.ctx, &io, &w);
}

static int read_one(uint32_t room)
{
	struct scsiemu_vec v = { rec, room };
	struct scsiemu_io io = { 0 };
	int rc = ops->read(m.ctx, &io, NULL, 0, &v, 1);

	if (rc == SCSIEMU_R_RECORD)
		check(io.moved <= room && io.info >= io.moved);
	return rc;
}

/* Ascending by id, and their bytes are there. */
static void read_attributes(void)
{
	struct scsiemu_tape_attribute a;

	for (unsigned id = 0; id < 0x10000 && ops->attribute &&
			      ops->attribute(m.ctx, 0, (uint16_t)id, &a);
	     id = a.id + 1U) {
		check(a.id >= id);
		memcpy(rec, a.value, a.len);
	}
}

/* From BOP to EOD: objects, each of which is where its number says. */
static uint64_t read_all(void)
{
	struct scsiemu_tape_info info;
	struct scsiemu_tape_pos pos;
	uint64_t n = 0, marks = 0;
	int rc;

	ops->info(m.ctx, &info);
	check(verb(SCSIEMU_V_LOCATE, 0, 0) == SCSIEMU_OK);
	for (;; n++) {
		ops->tell(m.ctx, &pos);
		check(pos.object == n && pos.file == marks);
		check(pos.left <= info.size - pos.used);
		rc = read_one(sizeof(rec));
		if (rc == SCSIEMU_R_EOD)
			break;
		marks += rc == SCSIEMU_R_MARK;
		check(rc == SCSIEMU_R_MARK || rc == SCSIEMU_R_RECORD ||
		      rc == SCSIEMU_E_READ);
	}
	read_attributes();
	check(n == info.part[0].objects && marks == info.part[0].files);
	check(verb(SCSIEMU_V_LOCATE_FILE, marks, 0) == SCSIEMU_OK);
	check(verb(SCSIEMU_V_SPACE, SCSIEMU_SPACE_BLOCKS, (uint64_t)-1) >= 0);
	return n;
}

static bool open_it(const char *path, unsigned format, bool read_only)
{
	const struct scsiemu_tape_new is = { .bytes = 1 << 20,
					     .read_only = read_only };
	struct scsiemu_errmsg err;

	if (scsiemu_open_tape_image(&m, path, (enum scsiemu_image)format, &is,
				    &err)) {
		check(err.text[0]);
		return false;
	}
	ops = m.ops;
	return true;
}

static void write_at(const char *path, unsigned format, uint64_t at)
{
	static uint8_t more[] = "written";
	struct scsiemu_vec v = { more, sizeof(more) };
	struct scsiemu_io io = { 0 };

	check(verb(SCSIEMU_V_LOCATE, at, 0) == SCSIEMU_OK);
	check(ops->write(m.ctx, &io, NULL, 0, &v, 1) == SCSIEMU_R_RECORD);
	scsiemu_medium_close(&m);
	check(open_it(path, format, false));
	check(read_all() == at + 1);
	check(verb(SCSIEMU_V_LOCATE, at, 0) == SCSIEMU_OK);
	check(read_one(sizeof(rec)) == SCSIEMU_R_RECORD);
	check(!memcmp(rec, more, sizeof(more)));
}

/* ---- A directory ---- */

static const char *const names[] = { "indx.0", "data.0", "meta.0", "mam" };
enum { FILES = sizeof(names) / sizeof(names[0]) };
static int files[FILES];

static int file_of(const char *path)
{
	const char *name = strrchr(path, '/') + 1;

	for (int i = 0; i < FILES; i++)
		if (!strcmp(name, names[i]))
			return files[i];
	return -1;
}

static int open_member(const char *path, int flags, mode_t mode)
{
	int fd = file_of(path);

	(void)flags, (void)mode;
	if (fd >= 0)
		return dup(fd);
	errno = ENOENT;
	return -1;
}

static int stat_member(const char *path, struct stat *st)
{
	int fd = file_of(path);

	return fd < 0 ? -1 : fstat(fd, st);
}

static void try_directory(const uint8_t *data, size_t size)
{
	struct semu_sys sys = semu_sys_real;

	sys.open = open_member;
	sys.stat = stat_member;
	for (int i = 0; i < FILES; i++) {
		size_t n = size;

		if (i < FILES - 1 && size >= 2) {
			n = (size_t)(data[0] << 8 | data[1]);
			data += 2;
			size -= 2;
			n = n < size ? n : size;
		}
		files[i] = memfd_create("member", 0);
		check(files[i] >= 0);
		check(write(files[i], data, n) == (ssize_t)n);
		data += n;
		size -= n;
	}
	semu_sys = &sys;
	if (open_it("/d", SCSIEMU_IMAGE_MHVTL, true)) {
		read_all();
		scsiemu_medium_close(&m);
	}
	semu_sys = &semu_sys_real;
	for (int i = 0; i < FILES; i++)
		close(files[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum scsiemu_image guess;
	struct scsiemu_errmsg err;
	unsigned format, place;
	uint64_t n;
	char path[64];
	int fd;

	if (size < 2 || size > 1 << 16)
		return 0;
	format = data[0] % SCSIEMU_IMAGES;
	place = data[1];
	if (format == SCSIEMU_IMAGE_MHVTL) {
		try_directory(data + 2, size - 2);
		return 0;
	}
	fd = memfd_create("image", 0);
	if (fd < 0)
		return 0;
	check(write(fd, data + 2, size - 2) == (ssize_t)(size - 2));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	scsiemu_tape_image_guess(path, &guess, &err);
	if (open_it(path, format, true)) {
		read_all();
		scsiemu_medium_close(&m);
	}
	if (open_it(path, format, false)) {
		n = read_all();
		if (!m.read_only)
			write_at(path, format, place % (n + 1));
		scsiemu_medium_close(&m);
	}
	close(fd);
	return 0;
}
