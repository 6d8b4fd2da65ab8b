/* SPDX-License-Identifier: BSD-2-Clause */
/* sbc/log.h - what a disk logs (log.c). */
#ifndef SEMU_SBC_LOG_H
#define SEMU_SBC_LOG_H

#include "spc/log.h"

extern const struct semu_log_type semu_sbc_log;
/* logpages.c */
extern const struct semu_log_page semu_sbc_log_0c, semu_sbc_log_11,
	semu_sbc_log_15, semu_sbc_log_1501, semu_sbc_log_1502, semu_sbc_log_17;

#endif
