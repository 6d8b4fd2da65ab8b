/* SPDX-License-Identifier: BSD-2-Clause */
/* fd.c - ioctl() and fstat() of open nodes. */
#define _GNU_SOURCE
#include "shim.h"

#include <scsiemu/wire.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/blkpg.h>
#include <linux/cdrom.h>
#include <linux/fs.h>
#include <scsi/scsi.h>
#include <scsi/scsi_ioctl.h>
#include <scsi/sg.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>

/* Those that take a number from where their argument points. */
static const uint32_t takes[] = {
	SG_SET_TIMEOUT,	       SG_SET_RESERVED_SIZE,
	SG_SET_COMMAND_Q,      SG_SET_KEEP_ORPHAN,
	SG_SET_FORCE_PACK_ID,  SG_SET_FORCE_LOW_DMA,
	SG_NEXT_CMD_LEN,       SG_SET_DEBUG,
	SCSI_IOCTL_PROBE_HOST, BLKPG,
};

/* Those that the kernel answers for any file. */
static bool is_any_files(unsigned long request)
{
	static const unsigned long any[] = { FIOCLEX, FIONCLEX, FIONBIO,
					     FIOASYNC, FIGETBSZ };
	size_t i = 0;

	while (i < sizeof(any) / sizeof(any[0]) && any[i] != request)
		i++;
	return i < sizeof(any) / sizeof(any[0]);
}

/* Those that are a command without data. Doors that cannot be locked stay as
 * they are. */
static const struct simple {
	uint32_t number;
	uint8_t start_stop; /* byte 4 of START STOP UNIT */
	bool sends;
} simple[] = {
	{ SCSI_IOCTL_START_UNIT, 1, true },
	{ SCSI_IOCTL_STOP_UNIT, 0, true },
	{ CDROMEJECT, 2, true },
	{ CDROMCLOSETRAY, 3, true },
	{ SCSI_IOCTL_DOORLOCK, 0, false },
	{ SCSI_IOCTL_DOORUNLOCK, 0, false },
};

static const struct simple *find_simple(const struct shim_node *n,
					uint32_t number)
{
	if (!n->block && !shim_is_sg(n))
		return NULL;
	for (size_t i = 0; i < sizeof(simple) / sizeof(simple[0]); i++)
		if (simple[i].number == number)
			return &simple[i];
	return NULL;
}

/* 0, the status, or -errno. */
static int send_simple(int fd, const struct simple *s)
{
	struct semu_sgio_request q = {
		.cdb = { SCSIEMU_OP_START_STOP_UNIT, [4] = s->start_stop },
		.cdb_len = 6
	};
	const struct shim_data none = { NULL, 0, true };
	struct semu_sgio_reply r;
	int error = s->sends ? shim_command(fd, &q, &none, &r) : 0;

	return error ? -error : s->sends ? r.status : 0;
}

static int control(int fd, uint32_t number, void *arg)
{
	struct semu_sgio_request q = { .what = SEMU_SGIO_CONTROL,
				       .number = number };
	struct semu_sgio_reply r;
	int error;

	for (size_t i = 0; i < sizeof(takes) / sizeof(takes[0]); i++) {
		/* that one's result is of use without its text */
		if (takes[i] != number ||
		    (number == SCSI_IOCTL_PROBE_HOST && !arg))
			continue;
		if (shim_take(&q.value, arg, sizeof(q.value)))
			return -EFAULT;
	}
	error = shim_call(fd, &q, -1, &r);
	if (error)
		return -error;
	return shim_give(arg, r.data, r.len) ? -EFAULT : r.result;
}

/* What sg hands on to others, it does for those that may read and write. */
static bool is_handed_on(const struct shim_node *n)
{
	return !shim_is_sg(n) || (n->flags & O_ACCMODE) == O_RDWR;
}

static int node_ioctl(int fd, const struct shim_node *n, uint32_t number,
		      void *arg)
{
	const struct simple *s = find_simple(n, number);
	bool is_bsg = !n->block && !shim_is_sg(n);

	if ((s || number == CDROM_SEND_PACKET) && !is_handed_on(n))
		return -EPERM;
	if (s)
		return send_simple(fd, s);
	if (number == SG_IO)
		return shim_sg_io(fd, n, arg);
	if (number == SCSI_IOCTL_SEND_COMMAND)
		return is_bsg ? -EINVAL : shim_send_command(fd, arg);
	if (number == CDROM_SEND_PACKET && !is_bsg)
		return shim_packet(fd, shim_is_sg(n), arg);
	if (number == SG_SCSI_RESET && !is_bsg)
		return shim_reset(fd, arg);
	return control(fd, number, arg);
}

SHIM_EXPORT int ioctl(int fd, unsigned long request, ...)
{
	struct shim_node n;
	va_list ap;
	void *arg;
	int rc;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (is_any_files(request) || !shim_file(fd, &n))
		return NEXT(ioctl)(fd, request, arg);
	rc = node_ioctl(fd, &n, (uint32_t)request, arg);
	if (rc >= 0)
		return rc;
	errno = -rc;
	return -1;
}

/* ---- fcntl() ---- */

/* What the kernel keeps of open()'s flags, and what it lets be changed. */
#define GONE	(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC)
#define LARGE	0100000 /* O_LARGEFILE, which all files are on 64 bits */
#define CHANGES (O_APPEND | O_NONBLOCK | O_ASYNC)

#define FCNTL(NAME)                                                            \
	SHIM_EXPORT int NAME(int fd, int what, ...)                            \
	{                                                                      \
		struct shim_node n;                                            \
		va_list ap;                                                    \
		void *arg;                                                     \
		int rc;                                                        \
                                                                               \
		va_start(ap, what);                                            \
		arg = va_arg(ap, void *);                                      \
		va_end(ap);                                                    \
		rc = NEXT(NAME)(fd, what, arg);                                \
		if (rc < 0 || what != F_GETFL || !shim_file(fd, &n))           \
			return rc;                                             \
		return (n.flags & ~(GONE | CHANGES)) | LARGE | (rc & CHANGES); \
	}

FCNTL(fcntl)
FCNTL(fcntl64)

/* ---- fstat() ---- */

/* The two structures have the same members, and need not be the same. */
#define PATCH(fd, st)                                                          \
	do {                                                                   \
		struct shim_node n_;                                           \
		if (S_ISSOCK((st)->st_mode) && shim_file(fd, &n_)) {           \
			SHIM_STAT_AS(st, &n_);                                 \
		}                                                              \
	} while (0)

SHIM_EXPORT int fstat(int fd, struct stat *st)
{
	int rc = NEXT(fstat)(fd, st);

	if (!rc)
		PATCH(fd, st);
	return rc;
}

SHIM_EXPORT int fstat64(int fd, struct stat64 *st)
{
	int rc = NEXT(fstat64)(fd, st);

	if (!rc)
		PATCH(fd, st);
	return rc;
}
