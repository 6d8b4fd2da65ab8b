/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * support/prrig.h - three initiators at a logical unit, for tests of persistent
 * reservations. a comes through target port 1, b through 2, c through 1.
 */
#ifndef TEST_PRRIG_H
#define TEST_PRRIG_H

#include "support/pr.h"
#include "support/spcdev.h"

struct rig {
	struct spcdev t;
	struct drive *d;
	struct scsiemu_lu *lu;
	struct scsiemu_nexus *a, *b, *c;
};

/* l NULL: spcdev_limits, and 8 nexuses. */
void rig_make(struct rig *r, const struct scsiemu_limits *l);
void rig_free(struct rig *r);
/* CMocka fixtures: *state is a struct rig. */
int rig_setup(void **state);
int rig_teardown(void **state);

enum { RELEASED = 0x2a04, PREEMPTED = 0x2a03, UNREGISTERED = 0x2a05 };
enum { KA = 0xa1, KB = 0xb2, KC = 0xc3 }; /* keys */
/* a, b and c register with these. */
void rig_register(struct rig *r);
/* Nobody is told anything. */
void rig_quiet(struct rig *r);
extern const uint8_t rig_types[6];

/* An iSCSI TransportID into p, in as few bytes as can be, and pad NULs more;
 * format 00b when the text has no ISID. Returns its length. */
uint32_t rig_iscsi(uint8_t *p, const char *text, uint32_t pad);
#define NAME "iqn.2026-11.org.example:host-1"
#define ISID ",i,0x00023d0A0001"
/* A nexus of that TransportID, settled. */
struct scsiemu_nexus *rig_attach(struct rig *r, const uint8_t *tid,
				 uint32_t len, uint16_t port);

/* In tests that call their rig r. */
#define OUT(n, sa, type, key, sa_key)                                          \
	pr_out(r->d, r->lu, n, SCSIEMU_SA_##sa, type, key, sa_key, 0)
#define GOOD(...)                                                              \
	do {                                                                   \
		OUT(__VA_ARGS__);                                              \
		drive_good(r->d);                                              \
	} while (0)
#define CONFLICT(...)                                                          \
	do {                                                                   \
		OUT(__VA_ARGS__);                                              \
		drive_status(r->d, SCSIEMU_RESERVATION_CONFLICT);              \
	} while (0)
#define UA(n, asc)	assert_int_equal(drive_ua(r->d, r->lu, n), asc)
#define KEYS(gen, ...)	pr_keys(r->d, r->lu, gen, __VA_ARGS__)
#define HELD(type, key) pr_reserved(r->d, r->lu, type, key)

#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)

#endif
