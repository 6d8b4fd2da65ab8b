/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * targ_sim.h - FreeBSD's targ(4) (sys/cam/scsi/scsi_target.c) and an adapter
 * in target mode below it, behind the calls into the system: the driver's
 * queues, what it copies and when, its errors. What would panic the kernel
 * aborts the program.
 */
#ifndef TARG_SIM_H
#define TARG_SIM_H

#include <transport/sys.h>
#include <transport/targ/abi.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { SIM_CCBS = 512, SIM_CMDS = 128, SIM_FD = 77, SIM_IN = 1 << 20 };

/* A command of an initiator. */
struct sim_cmd {
	bool waits;    /* the target has it, or will */
	bool answered; /* there is a status */
	bool has_sense;
	uint32_t init_id, tag_id;
	const uint8_t *out;
	uint32_t out_len, out_at;
	uint8_t *in;
	uint32_t in_len;
	unsigned nctio; /* of which it came */
	uint8_t status, sense_len;
	uint8_t sense[252];
};

/* A control block of the kernel's. */
struct sim_ccb {
	union ccb k, *user;
	uint8_t *seen; /* data-in as it was when the CTIO started */
};

struct sim_queue {
	struct sim_ccb *ccb[SIM_CCBS];
	unsigned n;
};

struct targ_sim {
	/* What kind of kernel and adapter it is; set before it is used. */
	bool numbered;	    /* a node for each instance: FreeBSD 5 to 9 */
	bool ancient;	    /* FreeBSD 4 */
	unsigned busy;	    /* so many numbered nodes are in use */
	int open_error;	    /* of every node; 0: none */
	int enable_error;   /* of TARGIOCENABLE */
	bool mended;	    /* NOTIFY_ACKNOWLEDGE comes back */
	bool autosense;	    /* sense goes with the status */
	bool stubborn;	    /* cannot abort a CTIO */
	bool sloppy;	    /* calls data-out that is too short good */
	uint32_t maxio;	    /* bytes that can be mapped */
	uint32_t transport; /* XPORT_SPI, or another */
	uint8_t hba_inquiry;
	uint16_t target_sprt;
	bool hold; /* CTIOs wait for targ_sim_run() */
	/* The memory of the process; NULL: it is this one. */
	void (*peek)(void *to, const void *user, size_t len);
	void (*poke)(void *user, const void *from, size_t len);
	/* What the next CTIO ends with, once; 0: as it does. */
	uint32_t fail;
	int write_error, read_error; /* once */
	unsigned short_write;	     /* at most so many of each write() */

	/* What happened. */
	char node[32];
	struct ioc_enable_lun lun;
	unsigned ndebug, nwrite, nread, naborts, nthaw, ndisable;
	unsigned nack;
	unsigned strays; /* CTIOs of commands that nobody waits for */
	unsigned wired;	 /* buffers that nobody unmapped before close() */
	uint32_t ack_arg, ack_seq;
	uint32_t largest; /* dxfer_len */

	/* The driver's. */
	bool opened, periph, enabled, frozen;
	struct sim_queue pending; /* the adapter has them */
	struct sim_queue work;	  /* CTIOs that wait for the queue */
	struct sim_queue user;	  /* for read() */
	struct sim_queue aborted; /* never started */
	struct sim_cmd cmd[SIM_CMDS];
	unsigned ncmd;
	struct sim_ccb *free; /* linked by user */
};

extern const struct semu_calls targ_sim_calls;
extern struct targ_sim *targ_sim; /* that those calls reach */

/* A driver of today, an adapter that can do everything. */
void targ_sim_make(struct targ_sim *s);
void targ_sim_free(struct targ_sim *s);

/* An initiator sends a command. NULL: the adapter had no ATIO, and answered
 * BUSY itself. */
struct sim_cmd *targ_sim_send(struct targ_sim *s, uint32_t init_id,
			      uint32_t tag_id, const void *cdb, unsigned len,
			      const void *out, uint32_t out_len);
/* The same, with what else an ATIO says. */
struct sim_cmd *targ_sim_atio(struct targ_sim *s,
			      const struct ccb_accept_tio *a, const void *out,
			      uint32_t out_len);
/* An event of the bus (a status), or a message of an initiator. false: there is
 * no INOT. */
bool targ_sim_event(struct targ_sim *s, uint32_t status, uint32_t init_id);
bool targ_sim_message(struct targ_sim *s, uint32_t init_id, uint32_t message,
		      uint32_t tag_id);
/* One of the control blocks that wait comes back unused. false: none waits. */
bool targ_sim_return(struct targ_sim *s, int code, uint32_t status);
/* The adapter does what it holds: at most n CTIOs. How many it did. */
unsigned targ_sim_run(struct targ_sim *s, unsigned n);
/* Those of one kind that wait in it. */
unsigned targ_sim_pending(const struct targ_sim *s, int code);
bool targ_sim_readable(const struct targ_sim *s);

/* Between the driver (targ_sim.c) and the adapter (targ_hba.c). */
void targ_sim_demand(bool ok, const char *why); /* or panic */
struct sim_ccb *targ_sim_pull(struct sim_queue *q, unsigned i);
void targ_sim_get(const struct targ_sim *s, void *to, const void *user,
		  size_t len);
void targ_sim_put(const struct targ_sim *s, void *user, const void *from,
		  size_t len);
void targ_sim_finish(struct targ_sim *s, struct sim_ccb *c, uint32_t status);

#endif
