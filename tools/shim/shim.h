/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shim.h - the library that `scsiemu run` loads in front of a program's own. It
 * keeps nothing between calls: which descriptor is one of ours, and which node,
 * is in the name of its socket, and all else is in the devices' process. So
 * dup(), fork(), exec() and close() are the system's, and threads are free to
 * call what they like.
 *
 *	place.c   names of nodes and of sysfs, and where they really are
 *	path.c    the C library's functions that take such names
 *	open.c    a node's socket
 *	posted.c  commands by write() and read()
 *	call.c    a request and its reply
 *	user.c    the program's memory
 *	memory.c  a sg node's own buffer, by mmap() and SG_FLAG_MMAP_IO
 *	command.c SG_IO of struct sg_io_hdr; command_4.c: of others, resets
 *	block.c   a disk as a file
 *	fd.c      ioctl() and fstat()
 *	io.c      read(), write() and so on
 *	stdio.c   the same of streams
 *	raw.c     syscall()
 *	next.c    the C library's own functions
 */
#ifndef SHIM_H
#define SHIM_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>

#include <transport/sgio/wire.h>

#include "node.h"

#define SHIM_EXPORT __attribute__((visibility("default")))

#define SHIM_SG_MAJOR 21

/* A node in struct stat, or its like: the same of a name and of a descriptor,
 * since some programs (cp) look whether it is. */
#define SHIM_STAT_AS(st, n)                                                    \
	do {                                                                   \
		(st)->st_mode = 0660 | ((n)->block ? S_IFBLK : S_IFCHR);       \
		(st)->st_rdev = makedev((n)->major, (n)->minor);               \
		(st)->st_dev = makedev(0, 5);                                  \
		(st)->st_ino = (ino_t)shim_node_size((n)->block, (n)->major,   \
						     (n)->minor);              \
		(st)->st_nlink = 1;                                            \
		(st)->st_size = 0;                                             \
		(st)->st_blocks = 0;                                           \
	} while (0)

static inline bool shim_is_sg(const struct shim_node *n)
{
	return !n->block && n->major == SHIM_SG_MAJOR;
}

/* next.c: NEXT(f) is the function f that the program would have called. */
typedef void shim_function(void);
shim_function *shim_next(shim_function **slot, const char *name);
#define NEXT(f)                                                                \
	__extension__({                                                        \
		static shim_function *next_;                                   \
		(__typeof__(&(f)))shim_next(&next_, #f);                       \
	})

/* place.c: the run's folder; NULL: the program is not run by scsiemu. */
const char *shim_folder(void);
/* Where path really is: itself, or built in room; at: the descriptor of the
 * folder that it begins in. */
const char *shim_place(const char *path, char room[PATH_MAX]);
const char *shim_place_at(int at, const char *path, char room[PATH_MAX]);
/* The same where it is to be listed: shim_lists are ours, too. */
const char *shim_place_folder(int at, const char *path, char room[PATH_MAX]);
/* Cut what shim_place() has put in front of a name that came back. */
void shim_unplace(char *path);
/* What stat() said of a place is a node; *st becomes that of the node. */
bool shim_stat_node(struct stat *st, struct shim_node *n);
bool shim_stat_node64(struct stat64 *st, struct shim_node *n);

/* open.c: a descriptor, or -1 and errno. */
int shim_open(const struct shim_node *n, int flags);
/* fd is an open node. */
bool shim_file(int fd, struct shim_node *n);

/* user.c: copy from or to an address that the program says; look at all of
 * it. 0 or EFAULT. */
int shim_take(void *to, const void *from, size_t len);
int shim_give(void *to, const void *from, size_t len);
int shim_is_there(const void *at, size_t len);

/*
 * call.c: send *q, wait for its reply. mem: -1, or shared memory. 0 or an
 * errno: ENODEV (the devices are gone), EINTR (of a sg node; and the devices
 * give it up), or what the devices say.
 */
int shim_call(int fd, struct semu_sgio_request *q, int mem,
	      struct semu_sgio_reply *r);

/*
 * The program's memory of a command, q->in_len or q->out_len bytes of it: the
 * data in v goes out, or comes back to it. NULL: nowhere. 0 or an errno.
 */
struct shim_data {
	const struct iovec *v;
	unsigned nv;
	bool keeps; /* what is in it where no data came */
};
int shim_command(int fd, struct semu_sgio_request *q,
		 const struct shim_data *data, struct semu_sgio_reply *r);

/* The same in steps: memory for it with room bytes behind, or -1 and errno;
 * data that goes out into it, or len bytes that came in out of it. */
int shim_share(const struct semu_sgio_request *q, uint32_t room);
int shim_put(int mem, const struct semu_sgio_request *q,
	     const struct shim_data *data);
int shim_get(int mem, const struct semu_sgio_request *q,
	     const struct shim_data *data, uint32_t len);
/* As shim_call(); *mem becomes the memory that came with the reply, or -1. */
int shim_call_mem(int fd, struct semu_sgio_request *q, int *mem,
		  struct semu_sgio_reply *r);

struct sg_io_hdr;
/* command.c: what sg or the block layer makes of *h: 0 or an errno; one is in
 * use as long as *d. And the other way round. */
int shim_prepare(const struct sg_io_hdr *h, bool sg,
		 struct semu_sgio_request *q, struct iovec *one,
		 struct shim_data *d);
/* Of that only the lengths, and where the data are. */
int shim_data_of(const struct sg_io_hdr *h, bool sg,
		 struct semu_sgio_request *q, struct iovec *one,
		 struct shim_data *d);
/* 0 or EFAULT: there is no room for the sense data. */
int shim_fill(struct sg_io_hdr *h, bool sg, const struct semu_sgio_reply *r);
/* All of it: *h is done, and what became of it is in *to. 0 or an errno. */
int shim_io(int fd, bool sg, const struct sg_io_hdr *h, struct sg_io_hdr *to);

/* stdio.c: as fopen(). */
FILE *shim_fopen(const struct shim_node *n, const char *mode);

/* posted.c: write() and read() of a sg node. */
ssize_t shim_post(int fd, const void *from, size_t len);
ssize_t shim_fetch(int fd, void *to, size_t len);

/* memory.c: where SG_FLAG_MMAP_IO is set and no other place is said, *h means
 * the node's buffer from now on, mapped at *m until shim_unmap(). 0 or an
 * errno. */
struct shim_map {
	void *at; /* NULL: not mapped */
	size_t len;
};
int shim_map(int fd, struct sg_io_hdr *h, struct shim_map *m);
void shim_unmap(const struct shim_map *m);

/* command.c: 0, a positive result of ioctl(2), or -errno. */
int shim_sg_io(int fd, const struct shim_node *n, void *arg);
int shim_sg_io_4(int fd, void *arg);
int shim_send_command(int fd, void *arg);
int shim_packet(int fd, bool sg, void *arg);
int shim_reset(int fd, const void *arg);

/*
 * block.c: as pread() and pwrite(), or at the file's position, which moves on:
 * bytes, or -1 and errno. What the kernel's cache would do is not done: a
 * write is on the medium.
 */
#define SHIM_HERE (-1)
ssize_t shim_block(int fd, bool write_, void *at, size_t len, int64_t off);
int64_t shim_seek(int fd, int64_t off, int whence, struct semu_sgio_place *p);
int shim_sync(int fd);

#endif
