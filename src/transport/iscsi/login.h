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

struct scsiemu_iscsi_target; /* configuration: target.h */
struct semu_iscsi_node;	     /* all targets, portals and their limits */

#define SEMU_ISCSI_NAME 224 /* 223 characters and the end (RFC 7143 4.2.7) */

/* What operational negotiation settled (RFC 7143 13). */
struct semu_iscsi_params {
	uint32_t max_recv_dsl; /* ours: what the initiator may send us */
	uint32_t max_xmit_dsl; /* theirs: what we may send in one PDU */
	uint32_t max_burst, first_burst;
	uint16_t max_outstanding_r2t;
	uint16_t time2wait, time2retain;
	uint8_t protocol_level; /* iSCSIProtocolLevel */
	bool header_digest, data_digest;
	bool initial_r2t, immediate_data;
	bool pdu_in_order, sequence_in_order;
};

/* One login in progress. Zeroed by semu_iscsi_login_init(); wiped (secrets,
 * challenge) by semu_iscsi_login_wipe(). */
struct semu_iscsi_login {
	struct semu_iscsi_node *node;
	uint16_t portal_tag; /* of the portal it came through */
	/* results, growing as keys arrive */
	char initiator[SEMU_ISCSI_NAME], alias[SEMU_ISCSI_NAME];
	char target_name[SEMU_ISCSI_NAME];
	uint8_t isid[6];
	uint16_t tsih, cid;
	bool discovery;
	struct scsiemu_iscsi_target *target; /* NULL: discovery */
	struct semu_iscsi_params params;
	/* the login module's own */
	struct semu_iscsi_login_state {
		uint8_t csg, nsg, started, chap_step;
		uint8_t auth_chosen, auth_done, sent_tag, redirected;
		uint8_t chap_alg, chap_id, chal_len, their_id;
		uint8_t challenge[32];
		uint32_t seen[4];  /* keys negotiated already, bit per key */
		uint32_t text_all; /* bytes of text in this login */
		uint16_t part_len; /* text held over C=1 PDUs */
		uint8_t *part;	   /* conn's login buffer */
		uint32_t part_cap;
		const void *user; /* the credential that CHAP_N named */
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
			   struct semu_iscsi_node *node, uint16_t portal_tag,
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
