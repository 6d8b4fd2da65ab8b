/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ssc/crypt.h - sets of data encryption parameters (SSC-4 4.2.21): one that
 * nexuses share, and those that a nexus has for itself. A record's "how" is
 * made of them when it is read or written; nothing else holds a key.
 */
#ifndef SEMU_SSC_CRYPT_H
#define SEMU_SSC_CRYPT_H

#include "ssc/ssc.h"

/* SCOPE of Set Data Encryption */
enum semu_crypt_scope {
	SEMU_CRYPT_PUBLIC, /* the shared one, whoever sets it */
	SEMU_CRYPT_LOCAL,  /* the nexus's own */
	SEMU_CRYPT_ALL	   /* the shared one, which the nexus has set */
};
/* ENCRYPTION MODE; DECRYPTION MODE is enum scsiemu_tape_decrypt. */
enum { SEMU_CRYPT_ENCRYPT = 2 };
/* What clears a set: bits of byte 5 of the page. */
enum { SEMU_CKORL = 1, SEMU_CKORP = 2, SEMU_CKOD = 4 };
enum { SEMU_CRYPT_INDEX = 1 }; /* of the only algorithm: AES-256-GCM */

struct semu_crypt_set {
	struct scsiemu_tape_key key; /* len 0: none */
	const struct semu_itl *by; /* who set it; NULL: nobody, or it is gone */
	uint32_t counter;	   /* KEY INSTANCE COUNTER */
	uint8_t encrypt, decrypt;  /* the modes */
	uint8_t clears;		   /* SEMU_CK* */
	uint8_t ceem;		   /* CHECK EXTERNAL ENCRYPTION MODE */
	uint8_t kad_format;
	bool no_raw; /* RDMD */
};

/* Of a nexus that is not just PUBLIC. */
struct semu_crypt_nexus {
	const struct semu_itl *who; /* NULL: free */
	uint8_t scope;		    /* enum semu_crypt_scope */
	bool locked;
	uint32_t locked_at;	   /* key instance counter */
	struct semu_crypt_set own; /* LOCAL */
};

enum { SEMU_CRYPT_NEXUSES = 8 };

/* The state of SEMU_PART_CRYPT. */
struct semu_crypt {
	struct semu_crypt_set shared;
	struct semu_crypt_set next; /* that SECURITY PROTOCOL OUT makes */
	struct semu_crypt_nexus nexus[SEMU_CRYPT_NEXUSES];
	uint32_t counter;		      /* the last one given */
	const struct scsiemu_medium *mounted; /* CKOD is about this one */
};

static inline struct semu_crypt *semu_crypt(const struct scsiemu_lu *lu)
{
	return semu_part(lu, SEMU_PART_CRYPT);
}

/* ---- crypt.c ---- */

enum semu_crypt_scope semu_crypt_scope(const struct scsiemu_cmd *c);
/* The set in force for the command's nexus; never NULL. */
struct semu_crypt_set *semu_crypt_set(const struct scsiemu_cmd *c);
/* The nexus has reserved the logical unit: at all, or persistently. */
bool semu_crypt_reserved(const struct scsiemu_cmd *c, bool persistently);
/*
 * The command's nexus gets this scope, and what is in *set (PUBLIC: nothing of
 * it); locked: and is bound to what then is in force. Others who share it are
 * told. 0, or failed: too many nexuses have something of their own.
 */
int semu_crypt_establish(struct scsiemu_cmd *c, enum semu_crypt_scope scope,
			 bool locked, const struct semu_crypt_set *set);
/* From now on the nexus is told of changes. */
void semu_crypt_register(struct scsiemu_cmd *c);
/* Can what is loaded have encrypted records? */
bool semu_crypt_valid(const struct scsiemu_lu *lu);

#endif
