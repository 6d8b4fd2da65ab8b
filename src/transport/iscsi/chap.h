/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iscsi/chap.h - CHAP as the target plays it (RFC 7143 12.1.3, RFC 1994), one
 * way and mutual. All other methods are declined before it comes to this.
 */
#ifndef SEMU_ISCSI_CHAP_H
#define SEMU_ISCSI_CHAP_H

#include "transport/iscsi/login.h"
#include "transport/iscsi/text.h"

enum semu_chap_step {
	SEMU_CHAP_NONE,	     /* CHAP was not agreed on */
	SEMU_CHAP_METHOD,    /* agreed; CHAP_A is due */
	SEMU_CHAP_CHALLENGE, /* challenge sent; CHAP_N and CHAP_R are due */
	SEMU_CHAP_DONE	     /* authenticated */
};

#define SEMU_CHAP_CHALLENGE_LEN 24
#define SEMU_CHAP_BINARY	1024 /* bytes of any binary value */

/*
 * One complete text of the security stage: act on its CHAP keys, answer into o
 * (at most 800 bytes). 0 (look at own.chap_step), or the login status to end
 * with. Every failure is 0201, whatever its reason.
 */
uint16_t semu_chap_answer(struct semu_iscsi_login *l, const uint8_t *text,
			  uint32_t len, struct semu_text_out *o);

#endif
