/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tcmu/abi.h - the shared memory of TCMU, version 2 (Linux,
 * include/uapi/linux/target_core_user.h): a mailbox, a ring of entries, a data
 * area. Offsets, because the kernel's own header drags in another struct iovec.
 */
#ifndef SEMU_TCMU_ABI_H
#define SEMU_TCMU_ABI_H

#include <stdint.h>
#include <string.h>

enum {			      /* the mailbox */
       TCMU_VERSION_AT = 0,   /* u16 */
       TCMU_FLAGS_AT = 2,     /* u16 */
       TCMU_RING_OFF_AT = 4,  /* u32: where the ring begins */
       TCMU_RING_SIZE_AT = 8, /* u32 */
       TCMU_HEAD_AT = 12,     /* u32: the kernel's, offset in the ring */
       TCMU_TAIL_AT = 64,     /* u32: ours */
       TCMU_MAILBOX = 68
};
enum { TCMU_VERSION = 2 };
enum { /* what the kernel can do */
       TCMU_OUT_OF_ORDER = 1,
       TCMU_READ_LEN = 2,
       TCMU_TMR = 4,
       TCMU_KEEP_BUF = 8
};

enum {			   /* an entry */
       TCMU_LEN_OP_AT = 0, /* u32: length, and in its low bits the opcode */
       TCMU_ID_AT = 4,	   /* u16 */
       TCMU_KFLAGS_AT = 6,
       TCMU_UFLAGS_AT = 7,
       TCMU_HEADER = 8
};
enum { TCMU_OP_PAD = 0, TCMU_OP_CMD = 1, TCMU_OP_TMR = 2, TCMU_OP_MASK = 7 };
enum { TCMU_U_UNKNOWN_OP = 1, TCMU_U_READ_LEN = 2, TCMU_U_KEEP_BUF = 4 };

enum {			       /* of a command, the request */
       TCMU_IOVS_AT = 8,       /* u32 */
       TCMU_IOVS_BIDI_AT = 12, /* u32: data-in, behind the others */
       TCMU_IOVS_DIF_AT = 16,  /* u32 */
       TCMU_CDB_AT = 24,       /* u64: offset from the start of the map */
       TCMU_IOV_AT = 48,       /* each u64 offset, u64 length */
       TCMU_IOV = 16
};
enum { /* of a command, the response, in the same bytes */
       TCMU_STATUS_AT = 8,
       TCMU_READ_LEN_AT = 12, /* u32 */
       TCMU_SENSE_AT = 16,
       TCMU_SENSE = 96,
       TCMU_RESPONSE = 112
};
enum { /* of a task management request */
       TCMU_TMR_TYPE_AT = 8,
       TCMU_TMR_COUNT_AT = 12, /* u32 */
       TCMU_TMR_IDS_AT = 32,   /* u16 each */
       TCMU_TMR_LU_RESET = 5
};

/* The ring is in the machine's byte order. */
static inline uint16_t tcmu_get16(const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}
static inline uint32_t tcmu_get32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}
static inline uint64_t tcmu_get64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}
static inline void tcmu_put16(uint8_t *p, uint16_t v)
{
	memcpy(p, &v, sizeof(v));
}
static inline void tcmu_put32(uint8_t *p, uint32_t v)
{
	memcpy(p, &v, sizeof(v));
}

#endif
