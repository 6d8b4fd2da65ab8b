/* SPDX-License-Identifier: BSD-2-Clause */
/* conformance.h - a suite of rules, and how its result is told: as TAP. */
#ifndef TOOL_CONFORMANCE_H
#define TOOL_CONFORMANCE_H

#include "initiator.h"

/* One rule and how it came out. */
struct verdict {
	enum { RULE_HOLDS, RULE_BROKEN, RULE_SKIPPED } is;
	char why[400]; /* not HOLDS: lines of text */
};

/* conformance_ssc.c */
extern const unsigned ssc_rules;
const char *ssc_rule_name(unsigned i);
/* Before the first one: 0, or -1 with a message on stderr. */
int ssc_begin(struct link *l);
/* -1: nothing can be sent any more; a message is on stderr. */
int ssc_rule(struct link *l, unsigned i, struct verdict *v);

#endif
