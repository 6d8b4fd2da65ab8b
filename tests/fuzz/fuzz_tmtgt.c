/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_tmtgt.c - target mode buffers while SENDs come, stall and are aborted,
 * paths are started and stopped, and buffers come back once, twice or never.
 * Two bytes are one thing that happens: what, and with which number.
 */
#include <scsiemu/host.h>
#include <scsiemu/transport/tmtgt.h>
#include <scsiemu/wire.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { COMMANDS = 3, HELD = 256, SCRATCH = 512 };

struct world {
	struct scsiemu_tmtgt *tm;
	struct scsiemu_device *dev;
	struct scsiemu_lu *lu;
	struct command {
		struct scsiemu_cmd c; /* first */
		uint64_t scratch[SCRATCH / 8];
		uint8_t cdb[6];
		int want;
		bool live;
	} command[COMMANDS];
	struct scsiemu_tm_buf *held[HELD];
	unsigned nheld;
	bool stops, gives; /* the receiver, at once */
};

static struct world w;
static void (*free_func)(struct scsiemu_tm_buf *);

static uint32_t id_of(void *ctx, const struct scsiemu_nexus *n)
{
	(void)ctx, (void)n;
	return 0;
}

/* All of a path's buffers are gone with it. */
static void stop(void)
{
	if (scsiemu_tmtgt_stop(w.tm, 0, 0) == 0)
		w.nheld = 0;
}

static void receive(struct scsiemu_tm_buf *buf)
{
	const uint8_t *p = buf->data_addr;

	for (uint32_t i = 0; i < buf->data_len; i++)
		if (p[i] != 0x5a)
			abort();
	if (w.nheld < HELD)
		w.held[w.nheld++] = buf;
	if (w.gives)
		free_func(buf);
	if (w.stops)
		stop();
}

static void start(uint8_t n)
{
	struct scsiemu_tm_start s = { .size = sizeof(s),
				      .id = n >> 7,
				      .lun = n >> 6 & 1,
				      .buf_size = (n & 15) * 5,
				      .num_bufs = 14 + (n >> 4 & 3) * 2,
				      .recv_func = receive };

	if (scsiemu_tmtgt_start(w.tm, &s) == 0)
		free_func = s.free_func;
}

static struct command *pick(uint8_t n)
{
	return &w.command[n % COMMANDS];
}

static void ended(struct command *m)
{
	if (m->want != SCSIEMU_DONE || !m->live)
		return;
	m->live = false;
	if (scsiemu_end(&m->c))
		abort();
}

static void settle(void)
{
	struct scsiemu_cmd *c;

	for (unsigned i = 0; i < COMMANDS; i++)
		ended(&w.command[i]);
	while ((c = scsiemu_ready(w.dev)) != NULL) {
		struct command *m = (struct command *)c;

		m->want = scsiemu_next(c);
		ended(m);
	}
}

static void send_one(uint8_t n)
{
	struct command *m = pick(n);

	if (m->live)
		return;
	memset(&m->c, 0, sizeof(m->c));
	m->cdb[0] = n & 0x80 ? SCSIEMU_OP_RECEIVE : SCSIEMU_OP_SEND_6;
	m->cdb[3] = n >> 6 & 1;
	m->cdb[4] = n;
	m->c.cdb = m->cdb;
	m->c.cdb_len = 6;
	m->c.scratch = (uint8_t *)m->scratch;
	m->c.scratch_len = SCRATCH;
	m->c.out_len = n & 0x20 ? SCSIEMU_UNKNOWN : 300;
	m->live = true;
	m->want = scsiemu_start(w.lu, &m->c);
	if (m->want < 0)
		abort();
}

static void step(uint8_t n)
{
	struct command *m = pick(n);
	uint32_t bytes = 1 + n / COMMANDS;

	if (!m->live || m->want <= SCSIEMU_WAIT)
		return;
	if (m->want != SCSIEMU_RECV)
		abort();
	if (bytes > m->c.len)
		bytes = m->c.len;
	memset(m->c.buf, 0x5a, bytes);
	m->want = n == 0xff ? scsiemu_did(&m->c, SCSIEMU_E_TRANSPORT, 0)
			    : scsiemu_did(&m->c, SCSIEMU_OK, bytes);
}

static void end_one(uint8_t n)
{
	if (pick(n)->live && pick(n)->want != SCSIEMU_DONE)
		scsiemu_abort(&pick(n)->c);
}

static void give(uint8_t n)
{
	if (n < w.nheld)
		free_func(w.held[n]);
}

static void happen(uint8_t what, uint8_t n)
{
	switch (what & 7) {
	case 0:
		start(n);
		break;
	case 1:
		stop();
		break;
	case 2:
	case 3:
		send_one(n);
		break;
	case 4:
	case 5:
		step(n);
		break;
	case 6:
		end_one(n);
		break;
	default:
		give(n);
	}
	w.stops = what & 0x80 && n & 1;
	w.gives = what & 0x40;
	settle();
}

static void make(void)
{
	static struct scsiemu_proc_options o = { sizeof(o), &scsiemu_tmtgt_ops,
						 NULL };
	struct scsiemu_tmtgt_config tcf = {
		.size = sizeof(tcf),
		.id = 7,
		.id_of = id_of,
		.allocator = &scsiemu_host_allocator,
	};
	struct scsiemu_lu_config cf = { .size = sizeof(cf),
					.type = &scsiemu_proc,
					.options = &o };
	struct scsiemu_limits l = { .size = sizeof(l) };

	memset(&w, 0, sizeof(w));
	o.ctx = w.tm = scsiemu_tmtgt_create(&tcf);
	l.lu_state = scsiemu_lu_state_size(&cf);
	w.dev = scsiemu_device_create(&l, &scsiemu_host_allocator);
	w.lu = w.dev ? scsiemu_lu_add(w.dev, 0, &cf) : NULL;
	if (!w.tm || !w.lu)
		abort();
	send_one(0); /* the unit attention of power on */
	settle();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	make();
	for (size_t i = 0; i + 1 < size; i += 2)
		happen(data[i], data[i + 1]);
	for (unsigned i = 0; i < COMMANDS; i++) {
		end_one((uint8_t)i);
		settle();
		while (w.command[i].live) {
			step((uint8_t)i);
			settle();
		}
	}
	scsiemu_device_destroy(w.dev, &scsiemu_host_allocator);
	scsiemu_tmtgt_destroy(w.tm);
	return 0;
}
