/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scsiemu/transport/iscsi_limits.h - everything an iSCSI target bounds, in one
 * struct. Zero = the default; out-of-range values are refused when the node is
 * made, never adjusted silently.
 */
#ifndef SCSIEMU_TRANSPORT_ISCSI_LIMITS_H
#define SCSIEMU_TRANSPORT_ISCSI_LIMITS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct scsiemu_errmsg;

#define SCSIEMU_ISCSI_NEVER UINT32_MAX /* nop_interval_ms: no NOP-In */

/* Times in ms where the name says so, lengths in bytes. Default behind the
 * name. */
struct scsiemu_iscsi_limits {
	uint32_t size; /* sizeof *this */
	/* before the full feature phase */
	uint32_t connections;	  /* 1024: all of the node */
	uint32_t unauthenticated; /* 64: of them still in login; one more ends
				   * the oldest of these */
	uint32_t login_ms;	  /* 15000: accept to full feature, in total */
	uint32_t login_pdu;	  /* 8192: data segment of a Login Request */
	uint32_t login_pdus;	  /* 256: Login Requests of one login */
	uint32_t login_text;	  /* 65536: text of one login, in all; also of
				   * one Text negotiation */
	uint32_t key;		  /* 63: name of a key */
	uint32_t name;		  /* 223: an iSCSI name */
	uint32_t value;		  /* 8192: value of a key */
	/* full feature phase */
	uint32_t commands;	  /* 128: per session, the CmdSN window */
	uint32_t immediates;	  /* 32: immediate requests alive per session */
	uint32_t session_memory;  /* 16 MiB: buffers of one session */
	uint32_t nop_interval_ms; /* 30000: idle time before a NOP-In */
	uint32_t nop_timeout_ms;  /* 10000: until it must be answered */
	uint32_t logout_ms;	  /* 5000: from asking for logout to closing */
	/* what is negotiated: the most (or, time2wait, the least) we agree to
	 */
	uint32_t max_recv_dsl;	      /* 262144: data segment we receive */
	uint32_t max_xmit_dsl;	      /* 262144: ... and send, whatever the
				       * initiator would take */
	uint32_t max_burst;	      /* 1048576: MaxBurstLength */
	uint32_t first_burst;	      /* 262144: FirstBurstLength */
	uint32_t max_outstanding_r2t; /* 8: MaxOutstandingR2T */
	uint32_t time2wait;	      /* 2 s: DefaultTime2Wait */
	uint32_t protocol_level;      /* 2 (RFC 7144): iSCSIProtocolLevel */
};

/*
 * Fill in the defaults and check. 0, or -1: *err names the limit, its value and
 * what is allowed. err may be NULL.
 */
int scsiemu_iscsi_limits_check(struct scsiemu_iscsi_limits *l,
			       struct scsiemu_errmsg *err);
/*
 * Set one from text, "login_ms=5000" (what --limit takes; K, M and G multiply
 * by 2^10 ...). 0, or -1: *err names the key and its range, or the keys there
 * are.
 */
int scsiemu_iscsi_limit_set(struct scsiemu_iscsi_limits *l, const char *text,
			    struct scsiemu_errmsg *err);

#ifdef __cplusplus
}
#endif
#endif
