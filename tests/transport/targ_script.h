/* SPDX-License-Identifier: BSD-2-Clause */
/* targ_script.h - an initiator that looks at a disk behind the model of
 * targ(4), for programs that are run whole. */
#ifndef TARG_SCRIPT_H
#define TARG_SCRIPT_H

#include "targ_sim.h"

/* Check what came of the last command, send the next one; aborts when it is
 * not what it should be. false: that was the last one. */
bool targ_script_next(struct targ_sim *s);

#endif
