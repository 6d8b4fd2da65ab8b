/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transport/sgio/sgio.h - server.c has the socket and the open files, nexus.c
 * the initiators, control.c the ioctls, posted.c commands whose
 * reply is fetched later, command.c is the port.
 */
#ifndef SEMU_TRANSPORT_SGIO_H
#define SEMU_TRANSPORT_SGIO_H

#include <scsiemu/transport/sgio.h>

#include <transport/mapped.h>
#include <transport/sgio/wire.h>
#include <transport/slots.h>

struct semu_sgio_nexus {
	struct semu_sgio_nexus *next;
	struct scsiemu_nexus *nexus;
	uint32_t id, files;
	uint8_t transport_id[24];
};

#define SEMU_SGIO_QUEUE 16 /* SG_MAX_QUEUE of the kernel */

/* A FETCH that found nothing. */
struct semu_sgio_wait {
	int fd;
	int32_t pack_id;
};

/* One open file: what its ioctls set is its own. */
struct semu_sgio_file {
	struct scsiemu_source source; /* first */
	struct scsiemu_sgio *s;
	struct semu_sgio_file *next, **prev;
	const struct scsiemu_sgio_node *node; /* NULL until OPEN */
	struct semu_sgio_nexus *nexus;
	uint32_t flags;	  /* of open(2) */
	int waits;	  /* the reply socket of an OPEN that waits, or -1 */
	int64_t position; /* of a block node */
	struct semu_sgio_cmd *ended, **ended_end; /* posted, to be fetched */
	unsigned nposted;			  /* alive or ended */
	struct semu_sgio_wait fetch[SEMU_SGIO_QUEUE];
	unsigned nfetch;
	int buffer; /* of a sg node, for mmap(); -1: nobody has asked yet */
	int32_t timeout, reserved, queue, orphans, pack_id, next_len, debug;
};

struct semu_sgio_cmd {
	struct semu_mapped_task m;    /* first */
	struct scsiemu_source source; /* the reply socket; fd -1: answered */
	struct scsiemu_sgio *s;
	struct semu_sgio_cmd *next, **prev; /* of those alive */
	struct scsiemu_vec out, in;
	uint8_t *map;
	uint32_t map_len;
	uint64_t began, deadline; /* ms; UINT64_MAX: none */
	bool given_up;		  /* by semu_sgio_give_up() */
	/* One that was posted: whose, NULL when the file is closed. */
	bool posted, late;
	struct semu_sgio_file *file;
	int mem;
	int32_t pack_id;
	struct semu_sgio_reply reply; /* once it has ended */
	uint8_t cdb[SEMU_SGIO_CDB];
};

struct scsiemu_sgio {
	struct scsiemu_source listener, timer; /* fd -1: not there */
	struct scsiemu_sgio_config cf;
	struct scsiemu_port port;
	struct semu_slots slots;
	struct semu_sgio_file *files;
	struct semu_sgio_cmd *live;
	struct semu_sgio_nexus *nexuses;
	uint64_t armed; /* when the timer comes, ms; UINT64_MAX: it does not */
};

/* nexus.c: that of an initiator, for one more file. NULL: no room. */
struct semu_sgio_nexus *semu_sgio_nexus_get(struct scsiemu_sgio *s,
					    uint32_t id);
void semu_sgio_nexus_put(struct scsiemu_sgio *s, struct semu_sgio_nexus *n);
void semu_sgio_nexus_end(struct scsiemu_sgio *s);

/* control.c: fills *r, or its error. */
void semu_sgio_control(struct semu_sgio_file *f, uint32_t number, int32_t value,
		       struct semu_sgio_reply *r);

/* The buffer of a sg node. */
void semu_sgio_memory(struct semu_sgio_file *f, int reply);
/* Moves the file's position, and tells where it is and what of. */
void semu_sgio_seek(struct semu_sgio_file *f, uint32_t whence, int64_t position,
		    struct semu_sgio_reply *r);

/* command.c: takes both descriptors; mem may be -1. */
void semu_sgio_command(struct semu_sgio_file *f,
		       const struct semu_sgio_request *q, int reply, int mem);
/* It has ended, and nobody wants to know. */
void semu_sgio_drop(struct semu_sgio_cmd *c);
/* TEST UNIT READY of our own: a unit attention is told to nobody. */
void semu_sgio_scan(struct scsiemu_sgio *s, struct scsiemu_lu *lu,
		    struct scsiemu_nexus *n);
/* Give up all commands. */
void semu_sgio_give_up(struct scsiemu_sgio *s);
/* Commands whose time is over. */
void semu_sgio_late(struct scsiemu_source *timer, short revents);
extern const struct scsiemu_port_ops semu_sgio_port_ops;

/* posted.c: a posted command begins; false: too many. */
bool semu_sgio_post(struct semu_sgio_file *f, struct semu_sgio_cmd *c,
		    int32_t pack_id, int mem);
/* ... has ended: c->reply is filled, and only c itself is still in use. */
void semu_sgio_ended(struct semu_sgio_cmd *c);
void semu_sgio_fetch(struct semu_sgio_file *f,
		     const struct semu_sgio_request *q, int reply);
/* The file is closed. */
void semu_sgio_unpost(struct semu_sgio_file *f);

/* The one reply; closes fd. */
void semu_sgio_reply(int fd, const struct semu_sgio_reply *r);
/* ... with a descriptor of memory. false: nobody is there any more. */
bool semu_sgio_reply_mem(int fd, const struct semu_sgio_reply *r, int mem);

#endif
