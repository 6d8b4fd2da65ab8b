/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vhost/abi.h - what lies on the socket and in the guest's memory, as offsets:
 * vhost-user messages (QEMU, docs/interop/vhost-user.rst), virtqueues (VIRTIO
 * 1.2, 2.7 and 2.8), virtio-scsi (VIRTIO 1.2, 5.6). Messages are in the
 * machine's byte order, all else is little endian.
 */
#ifndef SEMU_VHOST_ABI_H
#define SEMU_VHOST_ABI_H

#include <stdint.h>
#include <string.h>

enum { /* a message */
       MSG_REQUEST_AT = 0,
       MSG_FLAGS_AT = 4,
       MSG_SIZE_AT = 8,
       MSG_HEADER = 12,
       MSG_BODY = 512, /* the longest that is taken */
       MSG_FDS = 8
};
enum { MSG_VERSION = 1, MSG_VERSION_MASK = 3, MSG_REPLY = 4, MSG_NEED = 8 };
enum {
	MSG_GET_FEATURES = 1,
	MSG_SET_FEATURES = 2,
	MSG_SET_OWNER = 3,
	MSG_RESET_OWNER = 4,
	MSG_SET_MEM_TABLE = 5,
	MSG_SET_VRING_NUM = 8,
	MSG_SET_VRING_ADDR = 9,
	MSG_SET_VRING_BASE = 10,
	MSG_GET_VRING_BASE = 11,
	MSG_SET_VRING_KICK = 12,
	MSG_SET_VRING_CALL = 13,
	MSG_SET_VRING_ERR = 14,
	MSG_GET_PROTOCOL = 15,
	MSG_SET_PROTOCOL = 16,
	MSG_GET_QUEUE_NUM = 17,
	MSG_SET_VRING_ENABLE = 18,
	MSG_GET_CONFIG = 24,
	MSG_SET_CONFIG = 25,
	MSG_GET_INFLIGHT = 31,
	MSG_SET_INFLIGHT = 32,
	MSG_RESET_DEVICE = 34,
	MSG_GET_SLOTS = 36,
	MSG_ADD_REGION = 37,
	MSG_REMOVE_REGION = 38,
	MSG_COUNT
};
enum { MSG_NO_FD = 0x100 }; /* of SET_VRING_KICK, CALL, ERR */
enum { MSG_REGION = 32 };   /* bytes: guest, size, user, offset in the file */
enum { MSG_INFLIGHT = 20 }; /* size u64, offset u64, queues u16, length u16 */

enum { /* protocol features, bits */
       PROTOCOL_MQ = 1u << 0,
       PROTOCOL_REPLY_ACK = 1u << 3,
       PROTOCOL_CONFIG = 1u << 9,
       PROTOCOL_INFLIGHT = 1u << 12,
       PROTOCOL_RESET_DEVICE = 1u << 13,
       PROTOCOL_SLOTS = 1u << 15
};

/* Features of the device. */
#define VIRTIO_INOUT	 1u
#define VIRTIO_HOTPLUG	 (1u << 1)
#define VIRTIO_CHANGE	 (1u << 2)
#define VIRTIO_INDIRECT	 (1u << 28)
#define VIRTIO_EVENT_IDX (1u << 29)
#define VIRTIO_PROTOCOL	 (1u << 30)
#define VIRTIO_VERSION_1 (UINT64_C(1) << 32)
#define VIRTIO_PACKED	 (UINT64_C(1) << 34)

enum { /* a descriptor: address u64, length u32 */
       DESC_LEN_AT = 8,
       SPLIT_FLAGS_AT = 12,
       SPLIT_NEXT_AT = 14,
       PACKED_ID_AT = 12,
       PACKED_FLAGS_AT = 14,
       DESC = 16
};
enum {
	DESC_NEXT = 1,
	DESC_WRITE = 2,
	DESC_INDIRECT = 4,
	DESC_AVAIL = 1 << 7,
	DESC_USED = 1 << 15
};
enum { SPLIT_IDX_AT = 2, SPLIT_RING_AT = 4, SPLIT_USED = 8 };
enum { SPLIT_NO_CALL = 1 };
enum { /* event suppression of a packed queue */
       PACKED_EVENT_AT = 0,
       PACKED_EVENT_FLAGS_AT = 2,
       PACKED_ENABLE = 0,
       PACKED_DISABLE = 1,
       PACKED_AT_DESC = 2
};

enum { /* requests in flight, of both formats */
       FLY_VERSION_AT = 8,
       FLY_COUNT_AT = 10,
       FLY_COUNTER_AT = 8 /* u64 of an entry; its first byte: in flight */
};
enum {			  /* ... of a split queue */
       FLY_BATCH_AT = 12, /* the head of the last batch */
       FLY_SPLIT_USED_AT = 14,
       FLY_SPLIT = 16,
       FLY_SPLIT_NEXT_AT = 6, /* of an entry */
       FLY_SPLIT_ENTRY = 16
};
enum { /* ... of a packed queue; "old" is what is known to be published */
       FLY_FREE_AT = 12,
       FLY_OLD_FREE_AT = 14,
       FLY_USED_AT = 16,
       FLY_OLD_USED_AT = 18,
       FLY_WRAP_AT = 20,
       FLY_OLD_WRAP_AT = 21,
       FLY_PACKED = 32,
       FLY_NEXT_AT = 2, /* of an entry */
       FLY_LAST_AT = 4,
       FLY_NUM_AT = 6,
       FLY_ID_AT = 16,
       FLY_FLAGS_AT = 18,
       FLY_LEN_AT = 20,
       FLY_ADDR_AT = 24,
       FLY_PACKED_ENTRY = 32
};

enum { QUEUE_CONTROL = 0, QUEUE_EVENT = 1, QUEUE_REQUEST = 2 };

enum { /* a request; the CDB is as long as the configuration says */
       REQ_TAG_AT = 8,
       REQ_ATTR_AT = 16,
       REQ_CDB_AT = 19
};
enum { /* its response */
       RSP_SENSE_LEN_AT = 0,
       RSP_RESID_AT = 4,
       RSP_STATUS_AT = 10,
       RSP_RESPONSE_AT = 11,
       RSP_SENSE_AT = 12
};
enum { /* response codes */
       VIRTIO_OK = 0,
       VIRTIO_OVERRUN = 1,
       VIRTIO_ABORTED = 2,
       VIRTIO_BAD_TARGET = 3,
       VIRTIO_RESET = 4,
       VIRTIO_BUSY = 5,
       VIRTIO_FAILURE = 9,
       VIRTIO_SUCCEEDED = 10,
       VIRTIO_REJECTED = 11,
       VIRTIO_INCORRECT_LUN = 12
};
enum { /* the control queue */
       CTL_TMF = 0,
       CTL_QUERY = 1,
       CTL_SUBSCRIBE = 2,
       TMF_SUBTYPE_AT = 4,
       TMF_LUN_AT = 8,
       TMF_TAG_AT = 16,
       TMF_REQUEST = 24,
       AN_LUN_AT = 4,
       AN_REQUEST = 16,
       AN_RESPONSE = 5
};
enum { /* events */
       EVENT_LUN_AT = 4,
       EVENT_REASON_AT = 12,
       EVENT = 16
};
#define EVENT_MISSED 0x80000000u

enum { /* configuration */
       CONFIG_QUEUES_AT = 0,
       CONFIG_SEG_MAX_AT = 4,
       CONFIG_SECTORS_AT = 8,
       CONFIG_PER_LUN_AT = 12,
       CONFIG_EVENT_AT = 16,
       CONFIG_SENSE_AT = 20,
       CONFIG_CDB_AT = 24,
       CONFIG_TARGET_AT = 30,
       CONFIG_LUN_AT = 32,
       CONFIG = 36
};

static inline uint16_t vhost_swap16(uint16_t v)
{
	return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? __builtin_bswap16(v)
						      : v;
}

static inline uint16_t vhost_get16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t vhost_get32(const uint8_t *p)
{
	return vhost_get16(p) | (uint32_t)vhost_get16(p + 2) << 16;
}

static inline uint64_t vhost_get64(const uint8_t *p)
{
	return vhost_get32(p) | (uint64_t)vhost_get32(p + 4) << 32;
}

static inline void vhost_put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static inline void vhost_put32(uint8_t *p, uint32_t v)
{
	vhost_put16(p, (uint16_t)v);
	vhost_put16(p + 2, (uint16_t)(v >> 16));
}

static inline void vhost_put64(uint8_t *p, uint64_t v)
{
	vhost_put32(p, (uint32_t)v);
	vhost_put32(p + 4, (uint32_t)(v >> 32));
}

/* Whoever shares the memory may change it at any time: what was read so far
 * stays, a compiler must not look again. */
static inline void vhost_read_once(void)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

/* What the guest watches or changes at the same time; read once. */
static inline uint16_t vhost_load16(const uint8_t *p)
{
	return vhost_swap16(__atomic_load_n((const uint16_t *)(const void *)p,
					    __ATOMIC_ACQUIRE));
}

static inline void vhost_store16(uint8_t *p, uint16_t v)
{
	__atomic_store_n((uint16_t *)(void *)p, vhost_swap16(v),
			 __ATOMIC_RELEASE);
}

#endif
