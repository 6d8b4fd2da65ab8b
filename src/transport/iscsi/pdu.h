/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iscsi/pdu.h - the numbers of RFC 7143 11 and how they lie in a basic header
 * segment (BHS). Wire bytes are copied, never cast.
 */
#ifndef SEMU_ISCSI_PDU_H
#define SEMU_ISCSI_PDU_H

#include <stdint.h>
#include <string.h>

#define ISCSI_BHS	48
#define ISCSI_AHS_MAX	284	   /* extended CDB 260, bidi length, slack */
#define ISCSI_NO_TAG	0xffffffff /* ITT or TTT that names nothing */
#define ISCSI_IMMEDIATE 0x40	   /* byte 0 */
#define ISCSI_OPCODE	0x3f
#define ISCSI_FINAL	0x80 /* byte 1 */
#define ISCSI_CONTINUE	0x40 /* byte 1, text */

enum iscsi_opcode {
	ISCSI_NOP_OUT = 0x00,
	ISCSI_SCSI_COMMAND = 0x01,
	ISCSI_TASK_REQUEST = 0x02,
	ISCSI_LOGIN_REQUEST = 0x03,
	ISCSI_TEXT_REQUEST = 0x04,
	ISCSI_DATA_OUT = 0x05,
	ISCSI_LOGOUT_REQUEST = 0x06,
	ISCSI_SNACK = 0x10,
	ISCSI_NOP_IN = 0x20,
	ISCSI_SCSI_RESPONSE = 0x21,
	ISCSI_TASK_RESPONSE = 0x22,
	ISCSI_LOGIN_RESPONSE = 0x23,
	ISCSI_TEXT_RESPONSE = 0x24,
	ISCSI_DATA_IN = 0x25,
	ISCSI_LOGOUT_RESPONSE = 0x26,
	ISCSI_R2T = 0x31,
	ISCSI_ASYNC = 0x32,
	ISCSI_REJECT = 0x3f
};

/* Byte 1 of a SCSI Command (11.3.1). */
enum { ISCSI_CMD_READ = 0x40, ISCSI_CMD_WRITE = 0x20, ISCSI_CMD_ATTR = 0x07 };

/* Byte 1 of SCSI Response and Data-In (11.4.1, 11.7). */
enum {
	ISCSI_RSP_BIDI_OVER = 0x10,
	ISCSI_RSP_BIDI_UNDER = 0x08,
	ISCSI_RSP_OVER = 0x04,
	ISCSI_RSP_UNDER = 0x02,
	ISCSI_DATA_STATUS = 0x01
};

enum iscsi_ahs { /* 11.2.2.1 */
		 ISCSI_AHS_CDB = 1,
		 ISCSI_AHS_BIDI = 2
};

enum iscsi_reject { /* 11.17.1 */
		    ISCSI_REJECT_DATA_DIGEST = 0x02,
		    ISCSI_REJECT_SNACK = 0x03,
		    ISCSI_REJECT_PROTOCOL = 0x04,
		    ISCSI_REJECT_UNSUPPORTED = 0x05,
		    ISCSI_REJECT_IMMEDIATE = 0x06,
		    ISCSI_REJECT_IN_PROGRESS = 0x07,
		    ISCSI_REJECT_FIELD = 0x09,
		    ISCSI_REJECT_RESOURCES = 0x0a,
		    ISCSI_REJECT_NEGOTIATION = 0x0b
};

enum iscsi_async { /* 11.9.1 */
		   ISCSI_ASYNC_LOGOUT = 1,
		   ISCSI_ASYNC_DROP_CONNECTION = 2,
		   ISCSI_ASYNC_DROP_SESSION = 3
};

static inline uint32_t iscsi_get16(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static inline uint32_t iscsi_get24(const uint8_t *p)
{
	return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

/* To or from the order of the wire. */
static inline uint32_t iscsi_be32(uint32_t v)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return __builtin_bswap32(v);
#else
	return v;
#endif
}

static inline uint32_t iscsi_get32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return iscsi_be32(v);
}

static inline void iscsi_put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static inline void iscsi_put24(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 16);
	p[1] = (uint8_t)(v >> 8);
	p[2] = (uint8_t)v;
}

static inline void iscsi_put32(uint8_t *p, uint32_t v)
{
	v = iscsi_be32(v);
	memcpy(p, &v, 4);
}

/* Digests travel least significant byte first (RFC 7143 13.1, RFC 3385). */
static inline void iscsi_put_digest(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
	p[2] = (uint8_t)(v >> 16);
	p[3] = (uint8_t)(v >> 24);
}

static inline uint32_t iscsi_get_digest(const uint8_t *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[1] << 8 | p[0];
}

/* Fields of most BHS. */
static inline uint32_t iscsi_dlen(const uint8_t *bhs)
{
	return iscsi_get24(bhs + 5);
}

static inline uint32_t iscsi_itt(const uint8_t *bhs)
{
	return iscsi_get32(bhs + 16);
}

static inline uint32_t iscsi_pad(uint32_t len)
{
	return -len & 3;
}

/* a < b in serial number arithmetic (RFC 1982, 32 bits). */
static inline int iscsi_before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

#endif
