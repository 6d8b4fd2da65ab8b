/* SPDX-License-Identifier: BSD-2-Clause */
/* run_kit.h - commands by struct sg_io_hdr, for programs that know of nothing
 * but the kernel. */
#ifndef RUN_KIT_H
#define RUN_KIT_H

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <scsi/sg.h>
#include <sys/ioctl.h>

/* A command with its CDB and room for sense. */
struct io {
	struct sg_io_hdr h;
	uint8_t cdb[260], sense[252];
};

static inline void io_begin(struct io *x, const uint8_t *cdb, unsigned len)
{
	memset(x, 0, sizeof(*x));
	memcpy(x->cdb, cdb, len);
	x->h.interface_id = 'S';
	x->h.dxfer_direction = SG_DXFER_NONE;
	x->h.cmdp = x->cdb;
	x->h.cmd_len = (unsigned char)len;
	x->h.sbp = x->sense;
	x->h.mx_sb_len = sizeof(x->sense);
	x->h.timeout = 20000;
}

static inline void io_data(struct io *x, int direction, void *at, unsigned len)
{
	x->h.dxfer_direction = direction;
	x->h.dxferp = at;
	x->h.dxfer_len = len;
}

/* errno, or the status. */
static inline int test_unit_ready(int fd)
{
	static const uint8_t cdb[6];
	struct io x;

	io_begin(&x, cdb, sizeof(cdb));
	return ioctl(fd, SG_IO, &x.h) ? errno : x.h.status;
}

#endif
