/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iscsi/session.h - what the files of the session engine share. One connection
 * per session (MaxConnections=1), so both are one object.
 *
 *	conn.c	  bytes -> PDUs, digests; CmdSN
 *	send.c	  PDUs -> bytes: the queue, padding, digests
 *	task.c	  tags, slots, who holds a task
 *	command.c SCSI Command and its response
 *	port.c	  the pump's port: windows and Data-In
 *	data.c	  Data-Out, R2T: where data-out lies
 *	tmf.c	  task management
 *	control.c NOP, Logout, SNACK, Reject, Async
 *	textpdu.c Text
 *	session.c login -> session, reinstatement, end
 *	engine.c  all connections: create, tick, shutdown
 */
#ifndef SEMU_ISCSI_SESSION_H
#define SEMU_ISCSI_SESSION_H

#include <scsiemu/transport/iscsi.h>
#include <scsiemu/wire.h>
#include <transport/iscsi/login.h>
#include <transport/iscsi/pdu.h>
#include <transport/iscsi/pool.h>

struct semu_iscsi_task;

/* One PDU to send. */
struct semu_pdu {
	struct semu_pdu *next;
	const uint8_t *data;	      /* data segment, len bytes */
	struct semu_buf *buf;	      /* given back when it has left, or NULL */
	struct semu_iscsi_task *task; /* holds it until it has left, or NULL */
	uint32_t len;
	uint8_t hlen;  /* bytes of bhs, with digest */
	uint8_t tail;  /* bytes of end: padding, digest */
	bool embedded; /* in its task, not from the pool */
	bool status;   /* carries a StatSN */
	uint8_t bhs[52];
	uint8_t end[8];
};

/* Data-out that was solicited by one R2T. */
struct semu_r2t {
	uint32_t ttt, off, end;
};
#define SEMU_R2T_MAX 8

enum semu_task_state {
	SEMU_TASK_RUN,	  /* the pump has it (zero: as it begins) */
	SEMU_TASK_ANSWER, /* done, the answer waits for data to stop coming */
	SEMU_TASK_SENT,	  /* the answer is in the send queue */
	SEMU_TASK_ZOMBIE  /* aborted, its data-out still comes */
};

struct semu_iscsi_task {
	struct scsiemu_task t; /* first; its first word is the free list's */
	struct scsiemu_iscsi_conn *c;
	struct semu_iscsi_task *hnext; /* same hash */
	uint32_t *slot; /* counts it: c->active or c->nimm; NULL: no more */
	uint32_t itt;
	uint8_t flags; /* byte 1 of the command */
	/* From here to edtl: zero when a command begins. */
	struct semu_buf *win;	  /* window() gave it, push() has not used it */
	struct semu_pdu *held;	  /* last piece: status may ride on it */
	struct semu_buf *bufs;	  /* data-out, by offset */
	uint32_t refs;		  /* PDUs in the send queue that name it */
	uint32_t data_sn;	  /* also R2TSN: one space (11.8.3) */
	uint16_t asc;		  /* why its data-out cannot be had, or 0 */
	uint8_t state;		  /* enum semu_task_state */
	bool pumped;		  /* the pump knows it */
	bool waits;		  /* in the queue for buffers */
	bool stranded;		  /* aborted, only its data-out is missing */
	bool plugged;		  /* TMF: its task is a hole that was closed */
	bool tmf;		  /* a task management request */
	bool landing;		  /* the PDU at hand carries its data */
	bool wants_in, wants_out; /* window() is pending */
	bool unsol;		  /* unsolicited Data-Out PDUs are due */
	uint8_t nr2t;
	/* data-out: [0, arrived) has come (or was dropped) */
	uint32_t edtl;	    /* what the initiator has to give */
	uint32_t arrived;   /* offset of the next byte */
	uint32_t covered;   /* buffers are there, or not needed, up to */
	uint32_t solicited; /* R2Ts are out up to */
	uint32_t unsol_end; /* unsolicited data ends here */
	uint32_t out_sn;    /* next DataSN of the sequence */
	uint32_t want_to;   /* pending window: bytes up to */
	uint32_t need_to;   /* the pump asked for bytes up to */
	struct semu_r2t r2t[SEMU_R2T_MAX];
	struct semu_buf *last_buf;
	struct semu_iscsi_task *wnext; /* waits for buffers, or stranded */
	struct semu_pdu rsp;
	uint8_t lun[8];
	uint8_t cdb[260];
	uint8_t sense[256]; /* SenseLength, sense, padding */
			    /* the scratch follows */
};

typedef void semu_iscsi_begin(struct scsiemu_iscsi_conn *c, const uint8_t *bhs,
			      uint32_t dlen);
typedef void semu_iscsi_end(struct scsiemu_iscsi_conn *c, const uint8_t *bhs,
			    uint32_t dlen, bool good);

#define SEMU_HASH 64

enum semu_rx { SEMU_RX_HEAD, SEMU_RX_DATA, SEMU_RX_TAIL };

struct scsiemu_iscsi_conn {
	/* receiving */
	uint8_t *sink;	/* data segment goes here; NULL: thrown away */
	uint32_t left;	/* bytes of it to come */
	uint32_t room;	/* bytes that fit at sink (or are thrown away) */
	uint32_t place; /* offset in the data phase of what comes next */
	uint32_t crc;	/* over what came of it */
	uint8_t rx;	/* enum semu_rx */
	uint8_t state;	/* enum scsiemu_iscsi_state */
	bool hd, dd;	/* digests are in force */
	bool alive;	/* something came since the last tick */
	bool awake;	/* wake() was called, output() not yet */
	bool logout;	/* no more requests are taken */
	uint8_t tail_have, tail_want;
	uint16_t have; /* bytes in head */
	uint16_t ahs_len;
	const uint8_t *ahs; /* of the PDU at hand */
	semu_iscsi_end *end;
	struct semu_iscsi_task *task; /* of the PDU at hand */
	struct semu_buf *ctl;	      /* data of a control PDU at hand */
	/* numbers */
	uint32_t exp_cmd_sn, stat_sn, window;
	uint32_t active; /* commands that count in the window */
	uint32_t nimm;	 /* immediate tasks */
	uint32_t nstranded;
	struct semu_iscsi_task *stranded; /* oldest first */
	uint32_t next_ttt;
	/* sending */
	struct semu_pdu *out, **out_end;
	uint32_t out_off;  /* bytes of the first PDU that have left */
	uint32_t nout;	   /* PDUs in the queue that no command owns */
	uint32_t nanswer;  /* answers in the queue; their slots are free */
	uint32_t buffered; /* bytes of buffers held */
	uint32_t kept;	   /* of them: data that came before it was asked for */
	uint32_t max_xmit, max_burst, max_run; /* the lesser of both */
	/* the session */
	struct scsiemu_iscsi *e;
	struct scsiemu_pump *pump;
	struct scsiemu_nexus *nexus;
	struct scsiemu_port *port; /* of the pump: semu_outlet */
	uint32_t ntasks;
	struct semu_iscsi_task *wait, **wait_end; /* for buffers */
	struct semu_iscsi_task *hash[SEMU_HASH];
	struct scsiemu_iscsi_conn *next, **prev;
	void *user;
	bool gone; /* the stream is; only tasks keep the object */
	uint16_t tsih;
	/* time */
	uint64_t deadline; /* UINT64_MAX: none; then the connection ends */
	uint64_t heard;	   /* tick of the last life sign */
	uint64_t asked;	   /* tick of the NOP-In that asked for one */
	uint32_t ping;	   /* TTT of our NOP-In, or ISCSI_NO_TAG */
	bool pinged;	   /* since it was heard last */
	/* text */
	struct semu_buf *text; /* request being joined or paged */
	uint32_t text_len;     /* of the request so far */
	uint32_t text_off;     /* of the answer, sent so far */
	uint32_t text_ttt;     /* names the exchange, or ISCSI_NO_TAG */
	struct semu_buf *part; /* login */
	struct semu_iscsi_login login;
	char local[64], peer[64];
	uint16_t tid_len;
	uint8_t tid[256];
	uint8_t tail[8];
	uint8_t bhs[ISCSI_BHS];
	uint8_t head[ISCSI_BHS + ISCSI_AHS_MAX + 4];
};

struct semu_iscsi_portname;

/* A pump, and all sessions as one port of it: the pump remembers ports for
 * longer than a session may live. */
struct semu_outlet {
	struct semu_outlet *next;
	struct scsiemu_pump *pump;
	struct scsiemu_port port;
};

struct scsiemu_iscsi {
	struct scsiemu_iscsi_node *node;
	const struct scsiemu_iscsi_limits *lim;
	struct semu_pool pool;
	struct semu_objs tasks, pdus;
	void (*wake)(void *ctx, struct scsiemu_iscsi_conn *c);
	void *ctx;
	uint64_t now;
	struct scsiemu_iscsi_conn *conns;
	uint32_t nconns, nlogin, scratch;
	uint32_t half;	   /* of the session memory: what windows may take */
	uint32_t most_buf; /* largest buffer that fits there */
	uint16_t last_tsih;
	bool stopping;
	struct semu_iscsi_portname *names;
	struct semu_outlet *outlets;
	uint64_t commands, rejects, digest_errors;
};

/* engine.c: that of a pump, made if need be; NULL: no memory. */
struct semu_outlet *semu_outlet(struct scsiemu_iscsi *e,
				struct scsiemu_pump *pump);

/* send.c */
struct semu_pdu *semu_pdu_new(struct scsiemu_iscsi_conn *c, uint8_t opcode,
			      uint32_t itt);
/* Of a header: opcode, F bit, task tag; the rest is zero. */
static inline void semu_pdu_begin(struct semu_pdu *p, uint8_t opcode,
				  uint32_t itt)
{
	memset(p->bhs, 0, ISCSI_BHS);
	p->bhs[0] = opcode;
	p->bhs[1] = ISCSI_FINAL;
	iscsi_put32(p->bhs + 16, itt);
}
/* Ready and in order: fills padding, digests. */
void semu_pdu_queue(struct scsiemu_iscsi_conn *c, struct semu_pdu *p);
/* StatSN (taken when it carries a status), ExpCmdSN, MaxCmdSN. */
static inline void semu_pdu_numbers(struct scsiemu_iscsi_conn *c,
				    struct semu_pdu *p, bool status)
{
	iscsi_put32(p->bhs + 24, c->stat_sn);
	c->stat_sn += status;
	iscsi_put32(p->bhs + 28, c->exp_cmd_sn);
	iscsi_put32(p->bhs + 32, c->exp_cmd_sn + c->window - c->active - 1);
}
void semu_send_drop(struct scsiemu_iscsi_conn *c);
void semu_conn_wake(struct scsiemu_iscsi_conn *c);
/* Buffers, counted against the session; NULL: not now. */
struct semu_buf *semu_conn_buf(struct scsiemu_iscsi_conn *c, uint32_t len,
			       uint32_t bound);
void semu_conn_unbuf(struct scsiemu_iscsi_conn *c, struct semu_buf *b);

/* conn.c */
enum semu_sn { SEMU_SN_OK, SEMU_SN_IGNORE, SEMU_SN_DEAD };
enum semu_sn semu_conn_odd_sn(struct scsiemu_iscsi_conn *c, const uint8_t *bhs,
			      uint32_t sn);
void semu_conn_fatal(struct scsiemu_iscsi_conn *c, const uint8_t *bhs,
		     enum iscsi_reject why);
void semu_conn_state(struct scsiemu_iscsi_conn *c, unsigned state);
/* Takes the CmdSN of a request. */
static inline enum semu_sn semu_conn_sn(struct scsiemu_iscsi_conn *c,
					const uint8_t *bhs)
{
	uint32_t sn = iscsi_get32(bhs + 24);

	if (bhs[0] & ISCSI_IMMEDIATE)
		return SEMU_SN_OK;
	if (sn != c->exp_cmd_sn || c->active >= c->window)
		return semu_conn_odd_sn(c, bhs, sn);
	c->exp_cmd_sn++;
	return SEMU_SN_OK;
}

/* task.c */
struct semu_iscsi_task *semu_task_find(struct scsiemu_iscsi_conn *c,
				       uint32_t itt);
/* NULL: rejected already. */
struct semu_iscsi_task *semu_task_new(struct scsiemu_iscsi_conn *c,
				      const uint8_t *bhs);
void semu_task_free(struct semu_iscsi_task *t);
/* The session is over: zombies, and what is done but has data-out coming before
 * its answer. */
void semu_task_free_idle(struct scsiemu_iscsi_conn *c);
/* The slot is the initiator's again, with the next MaxCmdSN that it reads. */
static inline void semu_task_uncount(struct semu_iscsi_task *t)
{
	if (t->slot)
		--*t->slot;
	t->slot = NULL;
}
void semu_task_aborted(struct semu_iscsi_task *t);
/* Nothing in the send queue names it any more. */
void semu_task_left(struct semu_iscsi_task *t);
/* A piece of data-out came to its end: was that what the answer waits for? */
void semu_task_quiet(struct semu_iscsi_task *t);
void semu_task_wait(struct semu_iscsi_task *t);
void semu_task_unwait(struct semu_iscsi_task *t);
/* Buffers came free: pending windows may go on. */
void semu_conn_retry(struct scsiemu_iscsi_conn *c);

/* command.c */
semu_iscsi_begin semu_command_begin;
semu_iscsi_end semu_command_end;
/* The results are valid: send them, as soon as no data-out is due. */
void semu_task_answer(struct semu_iscsi_task *t);
/* Queue t->rsp as the last PDU of t. */
void semu_task_finish(struct semu_iscsi_task *t);
/* Give it to the pump. */
void semu_task_start(struct semu_iscsi_task *t);

/* port.c */
extern const struct scsiemu_port_ops semu_iscsi_port_ops;
/* An empty PDU in t->rsp. */
struct semu_pdu *semu_task_rsp(struct semu_iscsi_task *t, uint8_t opcode);

/* data.c */
#define SEMU_ASC_CRC 0x4705 /* protocol service CRC error (11.4.7.2) */
semu_iscsi_begin semu_data_begin;
semu_iscsi_end semu_data_end;
/* A command that brings data-out, dlen bytes of it in its own PDU. */
void semu_out_setup(struct semu_iscsi_task *t, uint32_t dlen);
int semu_out_window(struct semu_iscsi_task *t, uint32_t off, uint32_t len,
		    bool whole, struct scsiemu_vec *v, unsigned *nv);
/* Where byte c->place of c->task goes: sets c->sink and c->room. */
void semu_out_sink(struct scsiemu_iscsi_conn *c);
/* len bytes (good, or dropped) came; final: so ends the sequence. */
void semu_out_arrived(struct semu_iscsi_task *t, uint32_t len, bool final);
void semu_out_fail(struct semu_iscsi_task *t, uint16_t asc);
/* Its buffers are not needed any more. */
void semu_out_drop(struct semu_iscsi_task *t);
void semu_out_retry(struct semu_iscsi_task *t);
static inline bool semu_out_due(const struct semu_iscsi_task *t)
{
	return t->unsol || t->nr2t || t->landing;
}

/* tmf.c */
semu_iscsi_begin semu_tmf_begin;
void semu_tmf_done(struct semu_iscsi_task *t);

/* control.c */
semu_iscsi_begin semu_nop_begin, semu_textpdu_begin, semu_logout_begin,
	semu_snack_begin;
/* Keep the data segment at hand, of len bytes, in c->ctl. False: no room. */
bool semu_control_sink(struct scsiemu_iscsi_conn *c, uint32_t len);
void semu_control_drop(struct scsiemu_iscsi_conn *c);
semu_iscsi_end semu_nop_end, semu_textpdu_end;
void semu_reject(struct scsiemu_iscsi_conn *c, const uint8_t *bhs,
		 enum iscsi_reject why);
void semu_async(struct scsiemu_iscsi_conn *c, enum iscsi_async event);
void semu_ping(struct scsiemu_iscsi_conn *c);

/* textpdu.c */
void semu_textpdu_forget(struct scsiemu_iscsi_conn *c);

/* session.c */
semu_iscsi_begin semu_login_begin;
semu_iscsi_end semu_login_end;
/* What was negotiated is in force. */
void semu_session_params(struct scsiemu_iscsi_conn *c);
/* The nexus is lost, the tasks are aborted; the stream may stay. */
void semu_session_over(struct scsiemu_iscsi_conn *c);
/* The session is over: tasks aborted, nexus lost, output thrown away. */
void semu_session_end(struct scsiemu_iscsi_conn *c);
/* The last task of a connection that is gone. */
void semu_conn_release(struct scsiemu_iscsi_conn *c);

#endif
