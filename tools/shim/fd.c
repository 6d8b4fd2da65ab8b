/* SPDX-License-Identifier: BSD-2-Clause */
/* fd.c - ioctl() and fstat() of open nodes. */
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <scsi/scsi.h>
#include <scsi/scsi_ioctl.h>
#include <scsi/sg.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>

#define GROUP_SCSI  0x53
#define GROUP_SG    0x22
#define GROUP_BLOCK 0x12

/* Those that take a number from where their argument points. */
static const uint32_t takes[] = {
	SG_SET_TIMEOUT,	    SG_SET_RESERVED_SIZE, SG_SET_COMMAND_Q,
	SG_SET_KEEP_ORPHAN, SG_SET_FORCE_PACK_ID, SG_SET_FORCE_LOW_DMA,
	SG_NEXT_CMD_LEN,    SG_SET_DEBUG,	  SCSI_IOCTL_PROBE_HOST,
};

/* An ioctl that a node may have: for all others nobody needs to look what the
 * descriptor is. */
static bool may_be_ours(unsigned long request)
{
	unsigned group = request >> 8 & 0xff;

	return request == SCSI_IOCTL_SEND_COMMAND || group == GROUP_SG ||
	       group == GROUP_SCSI || group == GROUP_BLOCK;
}

static int control(int fd, uint32_t number, void *arg)
{
	struct semu_sgio_request q = { .what = SEMU_SGIO_CONTROL,
				       .number = number };
	struct semu_sgio_reply r;
	int error;

	for (size_t i = 0; i < sizeof(takes) / sizeof(takes[0]); i++) {
		if (takes[i] != number)
			continue;
		if (shim_take(&q.value, arg, sizeof(q.value)))
			return -EFAULT;
	}
	error = shim_call(fd, &q, -1, &r);
	if (error)
		return -error;
	return shim_give(arg, r.data, r.len) ? -EFAULT : r.result;
}

static int node_ioctl(int fd, const struct shim_node *n, uint32_t number,
		      void *arg)
{
	switch (number) {
	case SG_IO:
		return shim_sg_io(fd, n, arg);
	case SCSI_IOCTL_SEND_COMMAND:
		return shim_send_command(fd, arg);
	case SG_SCSI_RESET:
		return shim_reset(fd, arg);
	default:
		return control(fd, number, arg);
	}
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
	if (!may_be_ours(request) || !shim_file(fd, &n))
		return NEXT(ioctl)(fd, request, arg);
	rc = node_ioctl(fd, &n, (uint32_t)request, arg);
	if (rc >= 0)
		return rc;
	errno = -rc;
	return -1;
}

/* ---- fstat() ---- */

#define NODE_MODE 0660

/* The two structures have the same members, and need not be the same. */
#define PATCH(fd, st)                                                          \
	do {                                                                   \
		struct shim_node n_;                                           \
		if (S_ISSOCK((st)->st_mode) && shim_file(fd, &n_)) {           \
			(st)->st_mode = NODE_MODE |                            \
					(n_.block ? S_IFBLK : S_IFCHR);        \
			(st)->st_rdev = makedev(n_.major, n_.minor);           \
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
