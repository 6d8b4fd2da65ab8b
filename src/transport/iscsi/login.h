/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iscsi/login.h - the login phase and text negotiation (RFC 7143 6, 11.12,
 * 11.13, 12, 13), sans-I/O: whole PDUs in, whole PDUs out. The connection
 * (conn.c) frames bytes, keeps sequence numbers and deadlines, and runs the
 * full feature phase with what was negotiated here.
 */
#ifndef SEMU_ISCSI_LOGIN_H
#define SEMU_ISCSI_LOGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <scsiemu/transport/iscsi_target.h>

#define SEMU_ISCSI_NAME 224 /* 223 characters and the end (RFC 7143 4.2.7) */

enum semu_iscsi_reporting { /* TaskReporting (RFC 7143 13.23) */
			    SEMU_ISCSI_REPORT_RFC3720,
			    SEMU_ISCSI_REPORT_FENCE /* ResponseFence: with one
						     * connection the order on
						     * the wire */
};

/* What operational negotiation settled (RFC 7143 13). */
struct semu_iscsi_params {
	uint32_t max_recv_dsl; /* ours: what the initiator may send us */
	uint32_t max_xmit_dsl; /* theirs: what we may send in one PDU */
	uint32_t max_burst, first_burst;
	uint16_t max_outstanding_r2t;
	uint16_t time2wait, time2retain;
	uint8_t protocol_level; /* iSCSIProtocolLevel */
	uint8_t task_reporting; /* SEMU_ISCSI_REPORT_* */
	bool header_digest, data_digest;
	bool initial_r2t, immediate_data;
	bool pdu_in_order, sequence_in_order;
};

/* One login in progress. Zeroed by semu_iscsi_login_init(); wiped (secrets,
 * challenge) by semu_iscsi_login_wipe(). */
struct semu_iscsi_login {
	struct scsiemu_iscsi_node *node;
	uint16_t portal_tag; /* of the portal it came through */
	const char
		*portal_addr;  /* what it came to: "192.0.2.1:3260",
				* "[::1]:3260"; the caller's, as long as l is */
	const char *peer_addr; /* the initiator's, with or without port; the
				* caller sets it after init (NULL: address
				* lists refuse); the caller's, as long */
	/* results, growing as keys arrive */
	char initiator[SEMU_ISCSI_NAME], target_name[SEMU_ISCSI_NAME];
	char alias[256]; /* InitiatorAlias, UTF-8 */
	uint8_t isid[6];
	uint16_t tsih, cid;
	uint16_t status; /* class and detail of the last response */
	bool discovery;
	struct scsiemu_iscsi_target *target; /* NULL: discovery */
	struct semu_iscsi_params params;
	/* the login module's own */
	struct semu_iscsi_login_state {
		uint8_t stage;	    /* CSG that the next request must have */
		uint8_t started;    /* a request came: ISID etc. are known */
		uint8_t identified; /* so are names and session type */
		uint8_t type;	    /* SessionType given: SEMU_KEYS_* */
		uint8_t answering;  /* text complete, cursor runs over it */
		uint8_t sent_tag, sent_dsl;
		uint8_t auth; /* AuthMethod settled: SEMU_AUTH_* */
		uint8_t chap_step, chap_alg, chap_id, chal_len;
		uint8_t challenge[32];
		uint8_t version_max, version_min;
		uint8_t first_state;  /* FirstBurstLength is answered last */
		uint32_t first_offer; /* ... its value */
		uint32_t pdus;	      /* Login Requests so far */
		uint32_t seen[2];     /* keys negotiated already, bit per key */
		uint32_t text_all;    /* bytes of text in this login */
		uint32_t part_len;    /* text held over C=1 PDUs */
		uint32_t cursor;      /* of it, answered already */
		uint32_t generation;  /* of the node, at the first page of a
				       * text answer */
		uint8_t *part;	      /* the caller's login buffer */
		uint32_t part_cap;
	} own;
};

enum semu_iscsi_login_next {
	SEMU_LOGIN_MORE, /* send the response, await the next request */
	SEMU_LOGIN_FULL, /* send it; full feature phase begins */
	SEMU_LOGIN_FAIL	 /* send it (status says why), then close */
};

/*
 * part: memory for text that continues over PDUs (C bit), limits.login_text
 * bytes; the caller's until wipe.
 */
void semu_iscsi_login_init(struct semu_iscsi_login *l,
			   struct scsiemu_iscsi_node *node, uint16_t portal_tag,
			   const char *portal_addr, uint8_t *part,
			   uint32_t part_cap);
/*
 * One Login Request: req = BHS, text/len = its data segment (not padded).
 * rsp: BHS of the response: opcode, T/C/CSG/NSG, versions, lengths, ISID, TSIH
 * as requested, ITT, status are filled; StatSN, ExpCmdSN, MaxCmdSN and the new
 * TSIH (of a session that SEMU_LOGIN_FULL makes) are the connection's. out has
 * room for cap bytes (at least 8192); *out_len is set. Never trusts len, C or
 * the stages.
 */
enum semu_iscsi_login_next semu_iscsi_login_pdu(struct semu_iscsi_login *l,
						const uint8_t req[48],
						const uint8_t *text,
						uint32_t len, uint8_t rsp[48],
						uint8_t *out, uint32_t cap,
						uint32_t *out_len);
/*
 * Turn what semu_iscsi_login_pdu() answered into a refusal by the connection:
 * 0206, 0208, 020A, 0301, 0302 (status.h). No text goes with it.
 */
void semu_iscsi_login_refuse(struct semu_iscsi_login *l, uint8_t rsp[48],
			     uint32_t *out_len, uint16_t status);
/* The login is over, either way: part is free again, secrets are gone. The
 * results stay, and semu_iscsi_text() may use them. */
void semu_iscsi_login_wipe(struct semu_iscsi_login *l);

/*
 * A Text Request in the full feature phase, text complete (the connection
 * joins C=1 PDUs): SendTargets, and keys that may be negotiated again
 * (MaxRecvDataSegmentLength, declarative). Returns the length of the answer
 * written from offset on (the connection pages through it by TTT), at most cap;
 * *more: there is more behind it. -1: protocol error (Reject).
 */
int semu_iscsi_text(struct semu_iscsi_login *l, const uint8_t *text,
		    uint32_t len, uint8_t *out, uint32_t cap, uint32_t offset,
		    bool *more);

#endif
