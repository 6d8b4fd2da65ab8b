/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rfc_client.h - iSCSI PDUs from the initiator's side, byte by byte as RFC 7143
 * writes them, right or wrong on purpose. No socket: bytes out, bytes in.
 */
#ifndef RFC_CLIENT_H
#define RFC_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RFC_NO_TAG 0xffffffffu

struct rfc_pdu {
	uint8_t bhs[48];
	uint8_t ahs[300];
	uint32_t ahs_len; /* bytes, padded */
	const uint8_t *data;
	uint32_t len;
};

/* Numbers and what is in force. */
struct rfc_client {
	uint32_t cmd_sn, exp_stat_sn, itt;
	uint32_t max_cmd_sn, exp_cmd_sn; /* as the target said last */
	bool hd, dd;
	bool bad_hd, bad_dd; /* spoil the digest of the next PDU built */
};

uint32_t rfc_get(const uint8_t *p, unsigned n); /* n bytes, big endian */
void rfc_put(uint8_t *p, unsigned n, uint32_t v);

/* An empty PDU of an opcode with ITT, CmdSN, ExpStatSN; immediate ones do not
 * take a CmdSN. */
void rfc_new(struct rfc_client *c, struct rfc_pdu *p, uint8_t opcode,
	     bool immediate);
/* A SCSI Command; flags: byte 1. */
void rfc_command(struct rfc_client *c, struct rfc_pdu *p, uint8_t flags,
		 uint8_t lun, uint32_t edtl, const uint8_t *cdb,
		 unsigned cdb_len);
/* A Data-Out for a task: ttt, DataSN, offset. */
void rfc_data_out(struct rfc_client *c, struct rfc_pdu *p, uint32_t itt,
		  uint32_t ttt, uint32_t sn, uint32_t off, const uint8_t *data,
		  uint32_t len, bool final);
/* Append an additional header: type, the byte behind it, the rest. */
void rfc_ahs(struct rfc_pdu *p, uint8_t type, const uint8_t *rest,
	     uint32_t rest_len);
/* A Login Request; text: key=value pairs, each with its zero. */
void rfc_login(struct rfc_client *c, struct rfc_pdu *p, uint8_t flags,
	       const char *text, uint32_t len);

/* To bytes; returns how many (out is large enough). */
size_t rfc_build(struct rfc_client *c, const struct rfc_pdu *p, uint8_t *out);
/*
 * From bytes. Returns how many the PDU took, 0: incomplete, -1: a digest or
 * padding is wrong. p->data points into in. Keeps the client's numbers.
 */
long rfc_parse(struct rfc_client *c, const uint8_t *in, size_t len,
	       struct rfc_pdu *p);

#endif
