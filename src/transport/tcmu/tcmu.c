/* SPDX-License-Identifier: BSD-2-Clause */
/* tcmu/tcmu.c - the kernel's device: found, mapped, watched, closed. */
#define _GNU_SOURCE
#include <transport/tcmu/tcmu.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "store/open.h"

#define UIO  "/sys/class/uio"
#define CORE "/sys/kernel/config/target/core"

static void leave_loop(struct scsiemu_tcmu *t)
{
	t->source.events = 0;
	if (t->loop)
		scsiemu_loop_remove(t->loop, &t->source);
	t->loop = NULL;
}

void semu_tcmu_break(struct scsiemu_tcmu *t, const char *why)
{
	if (t->broken)
		return;
	t->broken = why;
	leave_loop(t);
	if (t->notice)
		t->notice(t->ctx, why);
}

static void ready(struct scsiemu_source *s, short revents)
{
	struct scsiemu_tcmu *t = (struct scsiemu_tcmu *)s;
	uint32_t events;

	(void)revents;
	/* What it counts nobody needs; a device that is gone says so. */
	if (t->sys->read(s->fd, &events, sizeof(events)) < 0 &&
	    errno != EAGAIN && errno != EINTR)
		semu_tcmu_break(t, "the kernel's device is gone");
	if (!t->broken)
		semu_tcmu_take(t);
}

/* ---- Opening ---- */

/* NULL, or what is wrong with the mailbox. */
static const char *judge(const struct scsiemu_tcmu *t)
{
	uint32_t off = tcmu_get32(t->map + TCMU_RING_OFF_AT);
	uint32_t size = tcmu_get32(t->map + TCMU_RING_SIZE_AT);

	if (tcmu_get16(t->map + TCMU_VERSION_AT) != TCMU_VERSION)
		return "its ring is of another version than 2: use a kernel "
		       "from 3.19 on";
	if (!(tcmu_get16(t->map + TCMU_FLAGS_AT) & TCMU_OUT_OF_ORDER))
		return "its kernel takes answers in order only: use one from "
		       "4.4 on";
	if (off < TCMU_MAILBOX || off % 8 || size < TCMU_RESPONSE || size % 8 ||
	    off > t->len || size > t->len - off)
		return "its ring is outside its memory: is it TCMU's?";
	return NULL;
}

static int map(struct scsiemu_tcmu *t, const struct semu_tcmu_paths *paths,
	       struct scsiemu_errmsg *err)
{
	const char *path = paths->uio, *why;
	unsigned flags;

	t->source.fd = t->sys->open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (t->source.fd < 0 && errno == EBUSY)
		return semu_err(err, "%s: another process serves it", path);
	if (t->source.fd < 0)
		return semu_err_system(err, path, errno);
	t->map = t->sys->mmap(NULL, t->len, PROT_READ | PROT_WRITE, MAP_SHARED,
			      t->source.fd, 0);
	if (t->map == MAP_FAILED) {
		t->map = NULL;
		return semu_err_system(err, path, errno);
	}
	why = t->len < TCMU_MAILBOX ? "it has no mailbox" : judge(t);
	if (why)
		return semu_err(err, "%s: %s", path, why);
	flags = tcmu_get16(t->map + TCMU_FLAGS_AT);
	t->read_len = flags & TCMU_READ_LEN ? TCMU_U_READ_LEN : 0;
	if (flags & TCMU_KEEP_BUF) /* without it aborts wait for the store */
		t->free_fd = t->sys->open(paths->free_kept,
					  O_WRONLY | O_CLOEXEC);
	t->ring = t->map + tcmu_get32(t->map + TCMU_RING_OFF_AT);
	t->size = tcmu_get32(t->map + TCMU_RING_SIZE_AT);
	t->tail = t->next = t->told = tcmu_get32(t->map + TCMU_TAIL_AT);
	return 0;
}

static void unmap(struct scsiemu_tcmu *t)
{
	if (t->map)
		t->sys->munmap(t->map, t->len);
	if (t->source.fd >= 0)
		t->sys->close(t->source.fd);
	if (t->free_fd >= 0)
		t->sys->close(t->free_fd);
	t->alloc->free(t->alloc->ctx, t);
}

struct scsiemu_tcmu *semu_tcmu_open(const struct scsiemu_tcmu_config *cf,
				    const struct semu_calls *sys,
				    const struct semu_tcmu_paths *paths,
				    struct scsiemu_errmsg *err)
{
	const struct scsiemu_allocator *a = cf->allocator;
	struct scsiemu_tcmu *t = a->alloc(a->ctx, sizeof(*t));
	uint32_t scratch = cf->scratch;

	if (!t) {
		semu_err_memory(err);
		return NULL;
	}
	if (!scratch)
		scratch = scsiemu_device_limits(scsiemu_lu_device(cf->lu))
				  ->scratch;
	*t = (struct scsiemu_tcmu){
		.source = { .fd = -1, .events = POLLIN, .ready = ready },
		.sys = sys,
		.alloc = a,
		.pump = cf->pump,
		.lu = cf->lu,
		.loop = cf->loop,
		.port = { .ops = &semu_tcmu_port_ops, .ctx = t },
		.notice = cf->notice,
		.ctx = cf->ctx,
		.len = paths->len,
		.free_fd = -1,
	};
	semu_slots_init(&t->slots, a, sizeof(struct semu_tcmu_cmd), scratch);
	if (map(t, paths, err) ||
	    (t->loop && scsiemu_loop_add(t->loop, &t->source) &&
	     semu_err_memory(err))) {
		unmap(t);
		return NULL;
	}
	scsiemu_device_reserve(scsiemu_lu_device(cf->lu), 1);
	semu_tcmu_take(t);
	return t;
}

/* The first line of a file, without its end. */
static bool line(const char *path, char *text, size_t size)
{
	FILE *f = fopen(path, "re");
	bool ok = f && fgets(text, (int)size, f);

	if (ok)
		text[strcspn(text, "\n")] = 0;
	if (f)
		fclose(f);
	return ok;
}

/* Of the device with this name ("tcm-user/HBA/NAME/..."). */
static void free_kept_path(const char *name, char *path, size_t size)
{
	char hba[16] = "", device[256] = "";

	sscanf(name, "tcm-user/%15[0-9]/%255[^/]", hba, device);
	snprintf(path, size, CORE "/user_%s/%s/action/free_kept_buf", hba,
		 device);
}

struct scsiemu_tcmu *scsiemu_tcmu_open(const struct scsiemu_tcmu_config *cf,
				       const char *path,
				       struct scsiemu_errmsg *err)
{
	const char *node = strrchr(path, '/');
	char file[64], size[32], name[512], kept[512];
	struct semu_tcmu_paths paths = { path, kept, 0 };

	node = node ? node + 1 : path;
	snprintf(file, sizeof(file), UIO "/%.16s/maps/map0/size", node);
	if (!line(file, size, sizeof(size))) {
		semu_err(err, "%s: %s cannot be read: is it a UIO device?",
			 path, file);
		return NULL;
	}
	paths.len = (size_t)strtoull(size, NULL, 0);
	snprintf(file, sizeof(file), UIO "/%.16s/name", node);
	free_kept_path(line(file, name, sizeof(name)) ? name : "", kept,
		       sizeof(kept));
	return semu_tcmu_open(cf, &semu_calls_real, &paths, err);
}

/* "tcm-user/HBA/NAME/CONFIG": the last part may have slashes. */
const char *semu_tcmu_config(const char *name)
{
	if (strncmp(name, "tcm-user/", 9))
		return NULL;
	for (int i = 0; name && i < 3; i++) {
		name = strchr(name, '/');
		name = name ? name + 1 : NULL;
	}
	return name;
}

static bool is_named(const char *name, const char *config)
{
	const char *own = semu_tcmu_config(name);

	return own && !strcmp(own, config);
}

static bool look(const char *config, char path[SCSIEMU_TCMU_PATH])
{
	DIR *folder = opendir(UIO);
	const struct dirent *d;
	bool found = false;

	while (folder && !found && (d = readdir(folder)) != NULL) {
		char file[64], name[512];

		snprintf(file, sizeof(file), UIO "/%.16s/name", d->d_name);
		found = line(file, name, sizeof(name)) &&
			is_named(name, config);
		if (found)
			snprintf(path, SCSIEMU_TCMU_PATH, "/dev/%.16s",
				 d->d_name);
	}
	if (folder)
		closedir(folder);
	return found;
}

int scsiemu_tcmu_find(const char *config, char path[SCSIEMU_TCMU_PATH],
		      struct scsiemu_errmsg *err)
{
	if (look(config, path))
		return 0;
	return semu_err(err,
			"%s: the kernel has no such device: write "
			"dev_config=%s into its control file and 1 into its "
			"enable file first (docs/tcmu.md)",
			config, config);
}

struct scsiemu_source *scsiemu_tcmu_source(struct scsiemu_tcmu *t)
{
	return &t->source;
}

const char *scsiemu_tcmu_broken(const struct scsiemu_tcmu *t)
{
	return t->broken;
}

/* ---- The end ---- */

static void free_vectors(struct scsiemu_tcmu *t)
{
	for (struct semu_tcmu_cmd *c = t->all; c; c = c->next)
		if (c->v)
			t->alloc->free(t->alloc->ctx, c->v);
}

bool scsiemu_tcmu_close(struct scsiemu_tcmu *t)
{
	if (!t)
		return true;
	t->closing = true;
	t->late = false;
	leave_loop(t);
	semu_tcmu_abort_all(t, true);
	scsiemu_pump_flush(t->pump);
	if (t->slots.live)
		return false;
	scsiemu_pump_port_gone(t->pump, &t->port);
	free_vectors(t);
	semu_slots_end(&t->slots);
	unmap(t);
	return true;
}
