/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tcmu_sim.h - the kernel's half of TCMU (drivers/target/target_core_user.c):
 * it puts commands into the ring and takes answers out, by the kernel's rules.
 * What breaks them fails the test.
 */
#ifndef TCMU_SIM_H
#define TCMU_SIM_H

#include <transport/tcmu/tcmu.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { SIM_CMDS = 64, SIM_RING_AT = 128, SIM_FD = 77, SIM_FREE_FD = 78 };

struct sim_cmd {
	bool waits;		    /* in the ring, no answer yet */
	bool kept;		    /* answered, its buffer not given back */
	bool answered;		    /* the fields below are valid */
	uint32_t data_at, data_len; /* in the map */
	uint32_t in_at, in_len;	    /* what the initiator reads */
	uint8_t status;
	uint32_t got; /* bytes that the initiator gets */
	uint8_t got_in[1 << 17];
	uint8_t sense[96];
};

struct tcmu_sim {
	uint8_t *map;
	size_t len;
	uint32_t size; /* of the ring */
	uint32_t head;
	uint32_t cleaned; /* answers before it were taken */
	uint32_t data;	  /* the next free byte of the data area */
	unsigned nwrite;  /* system calls */
	int mmap_error, open_error, read_error, write_error;
	bool opened, mapped;
	bool keeps;		      /* action/free_kept_buf is open */
	int keep_error;		      /* it cannot be opened */
	unsigned nfreed;	      /* ids that were written there */
	unsigned nrefused;	      /* ... of what is not kept */
	struct sim_cmd cmd[SIM_CMDS]; /* by id */
};
#define SIM_FREE_KEPT "action/free_kept_buf"
extern const struct semu_calls tcmu_sim_calls;
extern struct tcmu_sim *tcmu_sim; /* that those calls reach */

void tcmu_sim_make(struct tcmu_sim *s, uint32_t ring, uint32_t data);
void tcmu_sim_free(struct tcmu_sim *s);

/* Put a command into the ring, with data-out of len bytes (NULL: a buffer of
 * that length) in pieces of at most `piece`; its id, -1: the ring is full. */
int tcmu_sim_send(struct tcmu_sim *s, const void *cdb, unsigned cdb_len,
		  const void *out, uint32_t len, uint32_t piece);
/* The same with both directions. */
int tcmu_sim_bidi(struct tcmu_sim *s, const void *cdb, unsigned cdb_len,
		  const void *out, uint32_t out_len, uint32_t in_len);
void tcmu_sim_tmr(struct tcmu_sim *s, uint8_t type, const uint16_t *ids,
		  unsigned n);
/* An entry of any opcode, n bytes of p behind its header. */
uint8_t *tcmu_sim_entry(struct tcmu_sim *s, unsigned opcode, uint32_t len);
/* Take the answers: how many. */
unsigned tcmu_sim_take(struct tcmu_sim *s);
/* action/reset_ring */
void tcmu_sim_reset(struct tcmu_sim *s);

#endif
