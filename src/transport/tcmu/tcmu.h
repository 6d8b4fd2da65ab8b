/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transport/tcmu/tcmu.h - one of the kernel's devices: tcmu.c opens and closes
 * it, ring.c takes entries from the ring and puts answers back, command.c is
 * the port.
 *
 * Answers go in the order in which commands end: into the entry at the tail,
 * whosever that was, with the command's id. So an entry is copied when it is
 * taken up, and between tail and next only lengths are read again.
 */
#ifndef SEMU_TRANSPORT_TCMU_H
#define SEMU_TRANSPORT_TCMU_H

#include <scsiemu/transport/tcmu.h>

#include <transport/mapped.h>
#include <transport/slots.h>
#include <transport/sys.h>
#include <transport/tcmu/abi.h>

#define SEMU_TCMU_CDB 264 /* 260, and whole words */

/* A command, or a task management function. */
struct semu_tcmu_cmd {
	struct semu_mapped_task m; /* first */
	struct scsiemu_tcmu *t;
	struct semu_tcmu_cmd *next; /* of all that were ever needed */
	struct scsiemu_vec *v;
	unsigned room; /* at v */
	uint16_t id;
	bool live;
	bool mute;     /* the kernel has forgotten it, or it is a function */
	bool given_up; /* by semu_tcmu_abort_all() */
	uint8_t cdb[SEMU_TCMU_CDB];
};

struct scsiemu_tcmu {
	struct scsiemu_source source; /* first */
	const struct semu_calls *sys;
	const struct scsiemu_allocator *alloc;
	struct scsiemu_pump *pump;
	struct scsiemu_lu *lu;
	struct scsiemu_loop *loop;
	struct scsiemu_port port;
	struct semu_slots slots;
	struct semu_tcmu_cmd *all;
	uint8_t *map;
	size_t len;
	uint8_t *ring;
	uint32_t size;	  /* of the ring */
	uint32_t told;	  /* the tail that the kernel knows */
	uint32_t tail;	  /* ... and will know after the flush */
	uint32_t next;	  /* the entry to take up next */
	uint8_t read_len; /* the flag that says so, if the kernel knows it */
	bool answered;	  /* the kernel has to be told */
	bool closing;
	const char *broken;
};

/* As the public ones, over other calls than the system's. */
struct scsiemu_tcmu *semu_tcmu_open(const struct scsiemu_tcmu_config *cf,
				    const struct semu_calls *sys,
				    const char *path, size_t len,
				    struct scsiemu_errmsg *err);

/* ring.c: everything up to the kernel's head. */
void semu_tcmu_take(struct scsiemu_tcmu *t);
/* An answer: status, and of data-in so many bytes; where its sense goes. */
uint8_t *semu_tcmu_answer(struct scsiemu_tcmu *t, uint16_t id, uint8_t status,
			  uint32_t in_done);
void semu_tcmu_tell(struct scsiemu_tcmu *t);

/* command.c: an entry that is all there, and `len` bytes long. false: what it
 * says cannot be. */
bool semu_tcmu_command(struct scsiemu_tcmu *t, const uint8_t *e, uint32_t len);
bool semu_tcmu_function(struct scsiemu_tcmu *t, const uint8_t *e, uint32_t len);
/* Give all commands up. keep: the kernel still waits for them. */
void semu_tcmu_abort_all(struct scsiemu_tcmu *t, bool keep);
extern const struct scsiemu_port_ops semu_tcmu_port_ops;

#endif
