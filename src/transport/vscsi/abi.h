/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vscsi/abi.h - the ioctls of vscsi(4). On OpenBSD its own header; elsewhere
 * the same layout and words as of OpenBSD 5.0 and later, for the tests, which
 * stand in for its kernel. Code that uses it asks for sizes, since before CDBs
 * were of 12 bytes, sense was of 32.
 */
#ifndef SEMU_VSCSI_ABI_H
#define SEMU_VSCSI_ABI_H

#include <stddef.h>
#include <stdint.h>

/* SEMU_VSCSI_HEADERS: OpenBSD's headers on another system, to compile only. */
#if defined(__OpenBSD__) || defined(SEMU_VSCSI_HEADERS)

#include <sys/ioctl.h>
#include <sys/types.h>

#include <scsi/scsi_all.h>

#include <dev/vscsivar.h>

#ifndef VSCSI_REQPROBE
#error "this vscsi(4) cannot probe: OpenBSD 4.9 or later is needed"
#endif

#else

struct vscsi_ioc_i2t {
	int tag; /* of a command; any value */
	unsigned target, lun;
	uint8_t cmd[16];
	size_t cmdlen;
	size_t datalen;
	int direction; /* VSCSI_DIR_* */
};
enum { VSCSI_DIR_NONE, VSCSI_DIR_READ, VSCSI_DIR_WRITE };

struct vscsi_ioc_data {
	int tag;
	void *data;
	size_t datalen;
};

struct vscsi_ioc_t2i {
	int tag;
	int status; /* VSCSI_STAT_* */
	uint8_t sense[18];
};
enum { VSCSI_STAT_DONE, VSCSI_STAT_SENSE, VSCSI_STAT_RESET, VSCSI_STAT_ERR };
#define VSCSI_STAT_RESET VSCSI_STAT_RESET

struct vscsi_ioc_devevent {
	int target, lun;
};

/* Words of BSD: who copies, bytes, group, number (sys/ioccom.h). */
#define VSCSI_WORD(dir, n, type)                                               \
	((dir) | (unsigned long)sizeof(type) << 16 | 0x4900 | (n))
#define VSCSI_OUT 0x40000000ul
#define VSCSI_IN  0x80000000ul

#define VSCSI_I2T	 VSCSI_WORD(VSCSI_OUT, 0, struct vscsi_ioc_i2t)
#define VSCSI_DATA_READ	 VSCSI_WORD(VSCSI_IN, 1, struct vscsi_ioc_data)
#define VSCSI_DATA_WRITE VSCSI_WORD(VSCSI_IN, 2, struct vscsi_ioc_data)
#define VSCSI_T2I	 VSCSI_WORD(VSCSI_IN, 3, struct vscsi_ioc_t2i)
#define VSCSI_REQPROBE	 VSCSI_WORD(VSCSI_IN, 4, struct vscsi_ioc_devevent)
#define VSCSI_REQDETACH	 VSCSI_WORD(VSCSI_IN, 5, struct vscsi_ioc_devevent)

#if UINTPTR_MAX > 0xffffffffu /* as OpenBSD's are on 64-bit machines */
_Static_assert(VSCSI_I2T == 0x40384900, "VSCSI_I2T");
_Static_assert(VSCSI_DATA_READ == 0x80184901, "VSCSI_DATA_READ");
_Static_assert(VSCSI_DATA_WRITE == 0x80184902, "VSCSI_DATA_WRITE");
_Static_assert(offsetof(struct vscsi_ioc_i2t, cmdlen) == 32, "cmdlen");
_Static_assert(offsetof(struct vscsi_ioc_i2t, datalen) == 40, "datalen");
_Static_assert(offsetof(struct vscsi_ioc_i2t, direction) == 48, "direction");
#else
_Static_assert(VSCSI_I2T == 0x40284900, "VSCSI_I2T");
_Static_assert(VSCSI_DATA_READ == 0x800c4901, "VSCSI_DATA_READ");
#endif
_Static_assert(VSCSI_T2I == 0x801c4903, "VSCSI_T2I");
_Static_assert(VSCSI_REQPROBE == 0x80084904, "VSCSI_REQPROBE");
_Static_assert(VSCSI_REQDETACH == 0x80084905, "VSCSI_REQDETACH");
_Static_assert(offsetof(struct vscsi_ioc_i2t, cmd) == 12, "cmd");
_Static_assert(offsetof(struct vscsi_ioc_t2i, sense) == 8, "sense");

#endif

/* How a command ended, as the numbers of this system's header. */
enum semu_vscsi_end {
	SEMU_VSCSI_DONE,
	SEMU_VSCSI_SENSE,
	SEMU_VSCSI_RESET, /* the host tries it again, some times */
	SEMU_VSCSI_ERR,
	SEMU_VSCSI_ENDS
};

#endif
