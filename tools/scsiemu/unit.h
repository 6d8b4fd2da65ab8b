/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit.h - devices opened from device strings, behind target ports that are
 * each a target port group, and the initiators that send them commands. Time is
 * fed, never measured: the same command line gives the same answers.
 */
#ifndef TOOL_UNIT_H
#define TOOL_UNIT_H

#include <scsiemu/exec.h>
#include <scsiemu/host.h>

#include "bytes.h"

enum {
	UNIT_LUS = 16,
	UNIT_INITIATORS = 8,
	UNIT_PORTS = 4,
	UNIT_DATA = 16 << 20
};

struct unit;

/* The answer to the last command; memory is the unit's, until the next one. */
struct unit_reply {
	uint8_t status;
	uint8_t sense_len;
	const uint8_t *sense, *data;
	uint32_t len; /* bytes at data */
	int64_t in_resid, out_resid;
};

/* Who sends it, and through which target port: counted from 0. */
struct unit_nexus {
	uint8_t initiator, port;
};

/* A command: zero = nothing. */
struct unit_cmd {
	const uint8_t *cdb, *out;
	uint32_t out_len, in_len;
	uint16_t cdb_len;
	uint16_t lun;
	struct unit_nexus nexus;
};

/* Open n devices, each "[LUN=]DEVICE", behind so many target ports; NULL: a
 * message is on stderr. */
struct unit *unit_open(char *const *devices, unsigned n, unsigned ports);
/* Flush and close: 0, or -1 with a message on stderr. */
int unit_close(struct unit *u);
/* One line about the device of this LUN; NULL: there is none. */
const char *unit_summary(const struct unit *u, uint16_t lun);
/* T10's name of the command, "?" when the LU has no such command. */
const char *unit_cmd_name(struct unit *u, const struct unit_cmd *c);
const char *unit_op_name(struct unit *u, uint16_t lun, uint8_t op, uint16_t sa);

/* Send a command and wait for its end. 0, or -1: it did not end, nothing can
 * be sent any more (a message is on stderr). */
int unit_send(struct unit *u, const struct unit_cmd *c, struct unit_reply *r);
/* Report (and so clear) what unit attentions are pending for it. */
int unit_take_attentions(struct unit *u, uint16_t lun, struct unit_nexus from);
/* Let time pass: jobs and timers run. */
void unit_wait(struct unit *u, uint64_t ms);

#endif
