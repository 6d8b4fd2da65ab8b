/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run_program.c - will the library be loaded in front of a program's own? The
 * dynamic linker leaves it out, and says little or nothing, where it may not or
 * cannot: better not to run the program, which would find the machine's disks.
 */
#define _GNU_SOURCE
#include "run.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#define PATH	 4096
#define SCRIPTS	 5 /* interpreters of interpreters, as the kernel has it */
#define SEGMENTS 64

/* What a file is to the kernel that runs it. */
struct program {
	unsigned char ident[EI_NIDENT];
	unsigned machine;
	bool is_elf, is_script;
	char interpreter[PATH]; /* of either; "": none */
};

static bool read_at(int fd, void *to, size_t len, uint64_t at)
{
	return pread(fd, to, len, (off_t)at) == (ssize_t)len;
}

static void read_script(int fd, struct program *p)
{
	char line[256], *word;
	ssize_t n = pread(fd, line, sizeof(line) - 1, 0);

	p->is_script = n > 2 && !memcmp(line, "#!", 2);
	if (!p->is_script)
		return;
	line[n] = 0;
	line[strcspn(line, "\n")] = 0;
	word = line + 2 + strspn(line + 2, " \t");
	word[strcspn(word, " \t")] = 0;
	snprintf(p->interpreter, sizeof(p->interpreter), "%s", word);
}

/* Of our own class and byte order; of others nothing else matters. */
static void read_segments(int fd, const ElfW(Ehdr) * e, struct program *p)
{
	for (unsigned i = 0; i < e->e_phnum && i < SEGMENTS; i++) {
		ElfW(Phdr) h;

		if (!read_at(fd, &h, sizeof(h), e->e_phoff + i * sizeof(h)) ||
		    h.p_type != PT_INTERP || h.p_filesz >= PATH ||
		    !read_at(fd, p->interpreter, h.p_filesz, h.p_offset))
			continue;
		p->interpreter[h.p_filesz] = 0;
	}
}

static bool look(const char *path, struct program *p)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ElfW(Ehdr) e;

	*p = (struct program){ .is_elf = false };
	if (fd < 0)
		return false;
	if (read_at(fd, &e, sizeof(e), 0) &&
	    !memcmp(e.e_ident, ELFMAG, SELFMAG)) {
		p->is_elf = true;
		p->machine = e.e_machine;
		memcpy(p->ident, e.e_ident, sizeof(p->ident));
		read_segments(fd, &e, p);
	} else {
		read_script(fd, p);
	}
	close(fd);
	return true;
}

/* Then it runs with rights that are not the caller's. */
static bool gains_rights(const char *path)
{
	struct statvfs fs;
	struct stat st;

	if (stat(path, &st) || statvfs(path, &fs) || fs.f_flag & ST_NOSUID)
		return false;
	return (st.st_mode & S_ISUID && st.st_uid != getuid()) ||
	       (st.st_mode & S_ISGID && st.st_mode & S_IXGRP &&
		st.st_gid != getgid()) ||
	       (getuid() && getxattr(path, "security.capability", NULL, 0) > 0);
}

static const char *last(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* NULL: it will be. */
static const char *why_not(const char *path, const struct program *p)
{
	struct program own;

	if (gains_rights(path))
		return "runs with other rights than yours (set-user-ID, "
		       "set-group-ID or capabilities)";
	if (!p->is_elf || !look("/proc/self/exe", &own) || !own.interpreter[0])
		return NULL;
	if (p->ident[EI_CLASS] != own.ident[EI_CLASS] ||
	    p->ident[EI_DATA] != own.ident[EI_DATA] ||
	    p->machine != own.machine)
		return "is for another machine than scsiemu";
	if (!p->interpreter[0])
		return "is statically linked";
	if (strcmp(last(p->interpreter), last(own.interpreter)) != 0)
		return "is for another C library than scsiemu";
	return NULL;
}

/* As execvp() looks for it; false: it will tell why there is none. */
static bool search(const char *command, char path[PATH])
{
	const char *dirs = getenv("PATH");

	if (strchr(command, '/')) {
		snprintf(path, PATH, "%s", command);
		return true;
	}
	for (const char *d = dirs ? dirs : "/bin:/usr/bin"; d;) {
		const char *end = strchrnul(d, ':');
		struct stat st;

		snprintf(path, PATH, "%.*s/%s", (int)(end - d), d, command);
		if (!access(path, X_OK) && !stat(path, &st) &&
		    S_ISREG(st.st_mode))
			return true;
		d = *end ? end + 1 : NULL;
	}
	return false;
}

int run_check(const char *command)
{
	const char *why = NULL;
	struct program p;
	char path[PATH];

	if (!search(command, path))
		return 0;
	for (int i = 0; i < SCRIPTS && look(path, &p); i++) {
		why = why_not(path, &p);
		if (why || !p.is_script)
			break;
		memcpy(path, p.interpreter, sizeof(path));
	}
	if (!why)
		return 0;
	fprintf(stderr,
		"scsiemu: %s %s: it would not see the devices, since what "
		"shows them to it cannot be loaded (LD_PRELOAD)\n",
		path, why);
	return -1;
}
