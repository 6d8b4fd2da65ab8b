/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scsiemu/inject.h - errors and delays on purpose: rules that say which
 * commands of a logical unit do not go well, when, and how.
 *
 * A rule is a value. Which commands: by opcode or class, and blocks. When:
 * skip some, then every n-th, at random, so many times. What: a delay, a
 * status, sense data, a unit attention, data that is not what was stored. The
 * same rules, seeds and commands give the same results on every machine.
 *
 * A command meets the rules in the order in which they were added, after all
 * its checks were passed and before anything happened. Rules of pure delay add
 * up; the first other one whose turn it is has the command, and those behind it
 * do not count it. A logical unit has room for rules only when its
 * configuration says so (scsiemu_lu_config.inject_rules), and pays for them
 * only while there are some.
 */
#ifndef SCSIEMU_INJECT_H
#define SCSIEMU_INJECT_H

#include <scsiemu/device.h>

#ifdef __cplusplus
extern "C" {
#endif

enum scsiemu_inject_match {
	SCSIEMU_INJECT_ANY,    /* every command */
	SCSIEMU_INJECT_READS,  /* reads blocks: READ, VERIFY, PRE-FETCH; a copy
				* manager */
	SCSIEMU_INJECT_WRITES, /* changes the medium: what write protection
				* stops; a copy manager */
	SCSIEMU_INJECT_OPCODE, /* opcode, and service_action */
	SCSIEMU_INJECT_TMF     /* a task management function: opcode is enum
				* scsiemu_tmf, 0: all. Only with REJECT */
};

enum scsiemu_inject_act {
	SCSIEMU_INJECT_NOTHING,	  /* only the delay */
	SCSIEMU_INJECT_STATUS,	  /* status, without sense */
	SCSIEMU_INJECT_SENSE,	  /* CHECK CONDITION with key and asc */
	SCSIEMU_INJECT_ATTENTION, /* unit attention asc (of those that the
				   * library knows) is established, and
				   * reported by this command; of those that
				   * report unit attentions */
	SCSIEMU_INJECT_CORRUPT,	  /* amount bytes, 0 for 1, are others: of each
				   * block of READ and WRITE, of the reply of
				   * commands with parameter data. The same at
				   * every reading of a block */
	SCSIEMU_INJECT_DROP,	  /* GOOD, but nothing was written: of commands
				   * that change the medium */
	SCSIEMU_INJECT_SHORT,	  /* no more than amount blocks (READ, WRITE) or
				   * bytes (parameter data) move */
	SCSIEMU_INJECT_HANG,	  /* no answer until it is aborted */
	SCSIEMU_INJECT_REJECT	  /* FUNCTION REJECTED: with TMF */
};

/* Of STATUS and SENSE: how much of the command happens. */
enum scsiemu_inject_when {
	SCSIEMU_INJECT_INSTEAD, /* nothing */
	SCSIEMU_INJECT_AT,	/* READ, WRITE: the blocks in front of the
				 * first one of the rule's; else nothing */
	SCSIEMU_INJECT_AFTER	/* all of it, if it goes well */
};

enum scsiemu_inject_flag {
	SCSIEMU_INJECT_INFO = 1, /* SENSE: INFORMATION is the command's first
				  * LBA that is the rule's */
	SCSIEMU_INJECT_DEFERRED = 2, /* SENSE: it is a deferred error */
	SCSIEMU_INJECT_ALL = 4 /* ATTENTION: for all nexuses, not just the one
				* whose command it is */
};

struct scsiemu_inject {
	uint32_t size; /* sizeof *this */
	/* which commands */
	uint8_t match; /* enum scsiemu_inject_match */
	uint8_t opcode;
	bool any_action; /* OPCODE: whatever the service action is */
	uint16_t service_action;
	/* Only those about one of these blocks at least; nblk 0: all. A command
	 * whose blocks are not in its CDB (UNMAP) is about none. */
	uint64_t lba, nblk;
	/* which of them */
	uint32_t skip;	/* not the first ones */
	uint32_t every; /* of the others each every-th; 0 and 1: all */
	uint32_t ratio; /* and of these so many in 65536; 0: all */
	uint32_t count; /* and no more than so many; 0: no limit */
	uint64_t seed;	/* of what is random */
	/* what */
	uint8_t act; /* enum scsiemu_inject_act */
	uint8_t when, flags;
	uint8_t status, key;
	uint16_t asc; /* ASC << 8 | ASCQ */
	uint32_t amount;
	/* It takes so long, at random up to delay_max_ms if that is more; needs
	 * scsiemu_device_tick(). The checks are made once more afterwards. */
	uint32_t delay_ms, delay_max_ms;
};

/* How often a rule was looked at by a command that it matches, and hit. */
struct scsiemu_inject_counts {
	uint64_t seen, hits;
};

/* Could it be added? 0, or SCSIEMU_ERR_ARG: a value or a combination that is
 * not possible. */
int scsiemu_inject_check(const struct scsiemu_inject *r);
/*
 * Add a rule (copied) behind the others. From outside the command path, at any
 * time: also while commands are alive. Its id (> 0), SCSIEMU_ERR_ARG (see
 * above), or SCSIEMU_ERR_SPACE (inject_rules are used up).
 */
int scsiemu_inject_add(struct scsiemu_lu *lu, const struct scsiemu_inject *r);
/* Remove it. What it does to commands already begun is over, but for delays
 * and hanging. 0 or SCSIEMU_ERR_ARG: no such rule. */
int scsiemu_inject_remove(struct scsiemu_lu *lu, int id);
/* Remove all. */
void scsiemu_inject_clear(struct scsiemu_lu *lu);
/* The rule behind id (0: the first); 0: there are no more. */
int scsiemu_inject_next(const struct scsiemu_lu *lu, int id);
/* The rule as it was added, and its counts; each may be NULL. 0 or
 * SCSIEMU_ERR_ARG: no such rule. */
int scsiemu_inject_get(const struct scsiemu_lu *lu, int id,
		       struct scsiemu_inject *r,
		       struct scsiemu_inject_counts *counts);

#ifdef __cplusplus
}
#endif
#endif
