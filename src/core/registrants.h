/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/registrants.h - who is registered with a logical unit (PERSISTENT
 * RESERVE OUT). A registration belongs to an I_T nexus: a TransportID and a
 * relative target port, not to a struct scsiemu_nexus, and outlives it. All
 * LUs of a device share one pool of registrations and one of TransportIDs, each
 * of which is kept once. What a reservation is, is src/spc's matter.
 */
#ifndef SEMU_REGISTRANTS_H
#define SEMU_REGISTRANTS_H

#include "core/core.h"

/* Longest TransportID: iSCSI format 1 with a name of 223 bytes. */
#define SEMU_TID_MAX 252

/* What the PERSISTENT RESERVE OUT that runs is about to do. */
enum semu_reg_mark {
	SEMU_REG_FRESH = 1,  /* to come; not there for anybody else */
	SEMU_REG_DOOMED = 2, /* to go; there until then */
	SEMU_REG_REKEY = 4,  /* to get the command's key */
	SEMU_REG_VICTIM = 8  /* its commands are to be aborted */
};

/* A registration. Everywhere its number is 1 + its place in the pool; 0: none.
 */
struct semu_reg {
	uint64_t key;
	uint32_t next; /* of the LU, in the order of coming; or of the free */
	uint32_t tid;  /* its first cell; 1 + place */
	uint16_t port; /* relative target port */
	uint8_t mark;  /* enum semu_reg_mark */
};

/* A piece of a TransportID; refs and len are of the first one. */
struct semu_tid {
	uint32_t next; /* 1 + place; 0 ends */
	uint32_t refs; /* registrations that have it; 0: no first one */
	uint16_t len;
	uint8_t bytes[54];
};

/*
 * A TransportID in somebody's memory. Two of them name the same initiator port
 * when their canonical bytes are the same: reserved fields zero; an iSCSI name
 * with its ISID in lower case (RFC 7143 4.2.7.1: names are compared after that
 * mapping), ended by its NUL and padded with as few as there can be.
 */
struct semu_tid_ref {
	const uint8_t *p; /* NULL: none */
	uint16_t len;	  /* of its canonical form */
	uint16_t text;	  /* iSCSI: of the text, without the NUL */
};

/* tid.c: len is at least 24. */
struct semu_tid_ref semu_tid_of(const uint8_t *p, uint32_t len);
/* Canonical bytes [at, at + n): into out; or are they the same as those at b?
 */
void semu_tid_copy(const struct semu_tid_ref *t, uint32_t at, uint8_t *out,
		   uint32_t n);
bool semu_tid_same(const struct semu_tid_ref *t, uint32_t at, const uint8_t *b,
		   uint32_t n);
/* The length that a TransportID at the beginning of left bytes of a parameter
 * list says it has (SPC-5 7.6.4); 0: none of a format and protocol there is. It
 * may be more than left. */
uint32_t semu_tid_listed(const uint8_t *p, uint32_t left);
/* Is its text what an iSCSI TransportID of len bytes has to have? True for
 * others. */
bool semu_tid_proper(struct semu_tid_ref t, uint32_t len);
/* An iSCSI TransportID of format 00b: a node without its ISID. */
bool semu_tid_is_node(struct semu_tid_ref t);
/* Does the node (format 00b) own the initiator port t? */
bool semu_tid_of_node(struct semu_tid_ref t, struct semu_tid_ref node);

/* registrants.c: how many when nobody says; how many of each the limits ask
 * for; all of them free. */
#if SEMU_WITH_PR
uint32_t semu_regs_usual(uint32_t lus);
uint32_t semu_regs_count(const struct scsiemu_limits *l);
uint32_t semu_tids_count(uint32_t nregs);
void semu_regs_init(struct scsiemu_device *d);
/* The registration of the nexus, unless it is FRESH; 0: none. */
uint32_t semu_reg_of(const struct scsiemu_lu *lu,
		     const struct scsiemu_nexus *n);
/* All of the LU's go. */
void semu_reg_forget(struct scsiemu_lu *lu);
#else
static inline uint32_t semu_regs_usual(uint32_t lus)
{
	(void)lus;
	return 0;
}
static inline void semu_regs_init(struct scsiemu_device *d)
{
	(void)d;
}
static inline uint32_t semu_reg_of(const struct scsiemu_lu *lu,
				   const struct scsiemu_nexus *n)
{
	(void)lu, (void)n;
	return 0;
}
static inline void semu_reg_forget(struct scsiemu_lu *lu)
{
	(void)lu;
}
#endif

static inline struct semu_reg *semu_reg(const struct scsiemu_lu *lu, uint32_t i)
{
	return &lu->dev->regs[i - 1];
}
/* The nexus's TransportID; p NULL: it has none and cannot register. The
 * anonymous nexus has one where it may reserve. */
struct semu_tid_ref semu_nexus_tid(const struct scsiemu_lu *lu,
				   const struct scsiemu_nexus *n);
/* Its relative target port, never 0. */
uint16_t semu_nexus_port_id(const struct scsiemu_nexus *n);
/* Also those that are FRESH. 0: none. */
uint32_t semu_reg_find(const struct scsiemu_lu *lu, struct semu_tid_ref t,
		       uint16_t port);
/* At the end of the LU's, FRESH. 0: there is no room. */
uint32_t semu_reg_add(struct scsiemu_lu *lu, struct semu_tid_ref t,
		      uint16_t port, uint64_t key);
/* FRESH no longer: the LU's pairs know it. */
void semu_reg_settle(struct scsiemu_lu *lu, uint32_t i);
void semu_reg_remove(struct scsiemu_lu *lu, uint32_t i);
/* Is there room for so many more with TransportIDs of so many bytes? */
bool semu_reg_room(const struct scsiemu_device *d, uint32_t n, uint32_t cells);
uint32_t semu_tid_cells(uint32_t len);

/* The bytes of a registration's TransportID, piece by piece. */
struct semu_tid_iter {
	const struct scsiemu_device *d;
	uint32_t cell, left;
};
static inline uint32_t semu_reg_tid_len(const struct scsiemu_lu *lu,
					const struct semu_reg *r)
{
	return lu->dev->tids[r->tid - 1].len;
}
struct semu_tid_iter semu_reg_tid(const struct scsiemu_lu *lu,
				  const struct semu_reg *r);
/* The next piece of *n bytes; NULL ends. */
const uint8_t *semu_tid_next(struct semu_tid_iter *it, uint32_t *n);

#endif
