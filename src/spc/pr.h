/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spc/pr.h - persistent reservations (SPC-5 5.13). PERSISTENT RESERVE OUT first
 * judges: marks on the registrations, and what else is to be different. Then
 * that is made durable if it has to be, and only then does it happen, at once.
 */
#ifndef SEMU_PR_H
#define SEMU_PR_H

#include "core/registrants.h"
#include "spc/spc.h"

enum semu_pr_flag {
	SEMU_PR_APTPL = 1, /* from now on: persist through power loss */
	SEMU_PR_NEXT = 2,  /* PRgeneration + 1 */
	SEMU_PR_ZERO = 4,  /* PRgeneration 0 */
	SEMU_PR_TELL = 8,  /* the other registrants: RESERVATIONS RELEASED */
	SEMU_PR_FENCE = 16 /* commands of the victims end */
};

/* What a service action makes of the state, besides the marks. Fits in one word
 * of scsiemu_cmd_own(). */
struct semu_pr_change {
	uint32_t holder;
	uint8_t type;  /* of the reservation; 0: none */
	uint8_t flags; /* enum semu_pr_flag */
	uint8_t ua;    /* for those who lose their registration; UA_COUNT: none
			*/
	uint8_t pad_;
};

/* All registrants hold it; registrants pass it. */
static inline bool semu_pr_all(unsigned type)
{
	return type >= SCSIEMU_PR_WE_AR;
}
static inline bool semu_pr_registrants(unsigned type)
{
	return type >= SCSIEMU_PR_WE_RO;
}
static inline bool semu_pr_is_type(unsigned type)
{
	return 0x1eau >> type & 1;
}
static inline bool semu_pr_holds(const struct scsiemu_lu *lu, uint32_t reg)
{
	return lu->pr_type && reg &&
	       (semu_pr_all(lu->pr_type) || lu->holder == reg);
}

/* prout.c */
/* The change of nothing. */
struct semu_pr_change semu_pr_same(const struct scsiemu_lu *lu);
/* Is reg (0: the nexus is not registered) there, with the list's key? If not:
 * RESERVATION CONFLICT. */
int semu_pr_check_key(struct scsiemu_cmd *c, uint32_t reg);
/* 5/26/00 at a byte of the list. */
int semu_pr_bad(struct scsiemu_cmd *c, uint32_t byte, uint8_t bit);

/* A service action's judgement: FAILED, FINISHED when there is nothing to do,
 * or WANTS: *ch is to happen. reg: the nexus's registration, or 0. */
typedef int semu_pr_judge(struct scsiemu_cmd *c, uint32_t reg,
			  struct semu_pr_change *ch);
/* prregister.c */
semu_pr_judge semu_pr_register, semu_pr_move;

/* prchange.c */
void semu_pr_commit(struct scsiemu_cmd *c, const struct semu_pr_change *ch);
/* The marks go, and nothing has happened. */
void semu_pr_forget_marks(struct scsiemu_lu *lu);
/* What reservation and registrations stop (lu->guards). */
void semu_pr_guards(struct scsiemu_lu *lu);

/* prstate.c: the state after ch as bytes; returns how many, also when that is
 * more than room. */
uint32_t semu_pr_encode(const struct scsiemu_lu *lu,
			const struct semu_pr_change *ch, uint64_t key,
			uint8_t *buf, uint32_t room);

#endif
