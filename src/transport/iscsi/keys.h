/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iscsi/keys.h - every text key as a row: when it may come, its type, range,
 * default and what is answered (RFC 7143 6.2 and 13).
 */
#ifndef SEMU_ISCSI_KEYS_H
#define SEMU_ISCSI_KEYS_H

#include "transport/iscsi/login.h"
#include "transport/iscsi/text.h"

enum semu_auth { /* own.auth */
		 SEMU_AUTH_OPEN,
		 SEMU_AUTH_NONE,
		 SEMU_AUTH_CHAP
};

enum semu_session_type { /* own.type */
			 SEMU_TYPE_OPEN,
			 SEMU_TYPE_NORMAL,
			 SEMU_TYPE_DISCOVERY
};

enum semu_first_burst { /* own.first_state */
			SEMU_FIRST_NONE,
			SEMU_FIRST_OFFERED,
			SEMU_FIRST_BAD
};

/* Room that answering one more key may need: 63, '=', a short value, NUL. */
#define SEMU_KEY_ROOM 384

void semu_keys_default(struct semu_iscsi_params *p);

/*
 * Read complete text through, before anything of it is answered: syntax,
 * limits, and who is there (names, alias, session type). 0 or a login status.
 */
uint16_t semu_keys_identify(struct semu_iscsi_login *l, const uint8_t *text,
			    uint32_t len);
/* Answer one pair of a Login Request. 0 or a login status. */
uint16_t semu_keys_answer(struct semu_iscsi_login *l,
			  const struct semu_text_pair *p,
			  struct semu_text_out *o);
/* What depends on other keys of the same text: FirstBurstLength. */
void semu_keys_late(struct semu_iscsi_login *l, struct semu_text_out *o);
/*
 * Answer one pair of a Text Request in the full feature phase. seen: of this
 * negotiation, zero at its start. act: values may change (first page). false:
 * protocol error.
 */
bool semu_keys_text(struct semu_iscsi_login *l, const struct semu_text_pair *p,
		    uint32_t seen[2], bool act, struct semu_text_out *o);

/* identity.c */
uint16_t semu_take_initiator(struct semu_iscsi_login *l,
			     const struct semu_text_pair *p);
uint16_t semu_take_alias(struct semu_iscsi_login *l,
			 const struct semu_text_pair *p);
uint16_t semu_take_target(struct semu_iscsi_login *l,
			  const struct semu_text_pair *p);
uint16_t semu_take_type(struct semu_iscsi_login *l,
			const struct semu_text_pair *p);
/* All names are there: may this initiator log in here? 0 or a status, with
 * TargetAddress in o when it is redirected. */
uint16_t semu_identity_settle(struct semu_iscsi_login *l,
			      struct semu_text_out *o);

#endif
