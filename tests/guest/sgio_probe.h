/* SPDX-License-Identifier: BSD-2-Clause */
/* sgio_probe.h - what sgio_probe.c asks. */
#ifndef SGIO_PROBE_H
#define SGIO_PROBE_H

#include <stddef.h>
#include <stdint.h>

/* By SG_IO. */
struct row {
	const char *name;
	uint8_t cdb[16];
	int len; /* of the CDB */
	int direction;
	unsigned bytes;
	int flags, interface, mx_sb, timeout, vectors;
};
extern const struct row rows[];
extern const size_t nrows;

/* By CDROM_SEND_PACKET. */
struct packet {
	const char *name;
	uint8_t cdb[12];
	unsigned char direction;
	unsigned bytes;
	int timeout;
};
extern const struct packet packets[];
extern const size_t npackets;

/* By ioctl(): the argument's number is told, its bytes, or it is NULL. */
enum how { NUMBER, BYTES, NOWHERE };

struct control {
	const char *name;
	unsigned long number;
	enum how how;
	int value; /* at the argument */
	int bytes; /* of the answer */
};
extern const struct control controls[];
extern const size_t ncontrols;

#endif
