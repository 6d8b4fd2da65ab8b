/* SPDX-License-Identifier: BSD-2-Clause */
/* core/inject.h - what the files of error injection share; what it asks of the
 * engine. */
#ifndef SEMU_CORE_INJECT_H
#define SEMU_CORE_INJECT_H

#include "core/engine.h"

#include <scsiemu/inject.h>

/* semu_ctx.rule: the command met the rules, and none has it. */
#define SEMU_NO_RULE UINT32_MAX

struct semu_rule {
	struct scsiemu_inject is;
	struct scsiemu_inject_counts counts;
	uint64_t random; /* state of xorshift; never 0 */
	uint32_t id;
};

/* The part's state: rules in the order in which they were added. */
struct semu_rules {
	uint32_t room, n, last_id;
	struct semu_rule rule[];
};

/* injectrule.c: the rule that the command (of a copy manager: write, lba, nblk)
 * gets is noted in x->rule; how many ms it takes. */
uint32_t semu_rules_choose(struct semu_rules *rs, struct scsiemu_cmd *c);
const struct scsiemu_inject *semu_rules_raw(struct semu_rules *rs, bool write,
					    uint64_t lba, uint64_t nblk);
bool semu_rules_reject(struct semu_rules *rs, unsigned tmf);
/* The rule of id, or NULL. */
const struct semu_rule *semu_rule_of(const struct semu_rules *rs, uint32_t id);

/* injectdata.c: the command's data is to be changed; it is to have no effect.
 */
void semu_inject_corrupt(struct scsiemu_cmd *c);
void semu_inject_drop(struct scsiemu_cmd *c);

#endif
