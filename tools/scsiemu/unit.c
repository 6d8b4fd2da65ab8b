/* SPDX-License-Identifier: BSD-2-Clause */
/* unit.c - the devices under the tool, and the initiators in front of them. */
#include "unit.h"

#include <scsiemu/wire.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TARGET "iqn.2026-11.org.scsiemu:scsiemu"

enum {
	SCRATCH = 16384,
	ATTENTIONS = 64,    /* more than any initiator can have pending */
	PATIENCE = 3600000, /* ms of fed time until a command is given up */
	ID_NAME = 40,	    /* "iqn...,i,0x" and 12 digits, padded */
	ID_LEN = 4 + 2 * ID_NAME
};

struct unit {
	struct scsiemu_device *dev;
	struct scsiemu_pump pump;
	struct scsiemu_host_lu host[UNIT_LUS];
	uint16_t lun[UNIT_LUS];
	unsigned nlus;
	struct scsiemu_nexus *nexus[UNIT_INITIATORS][UNIT_PORTS];
	char port[UNIT_PORTS][64]; /* names */
	uint8_t id[UNIT_INITIATORS][ID_LEN];
	struct scsiemu_exec exec;
	uint64_t now, deadline, seed;
	uint8_t *in;
	uint32_t room;
	uint64_t scratch[SCRATCH / 8], bounce[SCRATCH / 8];
};

static int complain(const char *text)
{
	fprintf(stderr, "scsiemu: %s\n", text);
	return -1;
}

/* Port 1 is group 1, and so on: an initiator can go round a group's state. */
static int add_ports(struct unit *u, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		const struct scsiemu_target_port port = {
			.id = (uint16_t)(i + 1),
			.group = (uint16_t)(i + 1),
			.protocol = 5, /* iSCSI */
			.name = u->port[i],
			.device_name = TARGET,
		};

		snprintf(u->port[i], sizeof(u->port[i]), TARGET ",t,0x%04x",
			 i + 1);
		if (scsiemu_port_add(u->dev, &port))
			return -1;
	}
	return 0;
}

/* Tokens need not be unguessable here; they have to be the same every time. */
static bool repeatable(void *ctx, void *buf, uint32_t len)
{
	uint64_t *seed = ctx;
	uint8_t *p = buf;

	while (len--) {
		*seed = *seed * 6364136223846793005u + 1442695040888963407u;
		*p++ = (uint8_t)(*seed >> 56);
	}
	return true;
}

static struct unit *make(unsigned nlus, unsigned ports)
{
	struct scsiemu_limits l = {
		.size = sizeof(l),
		.lus = nlus,
		.nexuses = UNIT_INITIATORS * UNIT_PORTS,
		.itls = nlus * (UNIT_INITIATORS * UNIT_PORTS + 1),
		.ports = UNIT_PORTS,
		.types = nlus,
		.scratch = SCRATCH,
		.cmd_size = sizeof(struct scsiemu_task),
		.jobs = 8,
		.copies = 64,
		.rod_tokens = 64,
		.copy_held = 4096,
		.registrants = 256,
	};
	struct scsiemu_copy_config copy = { .size = sizeof(copy),
					    .random = repeatable };
	struct unit *u = calloc(1, sizeof(*u));

	if (!u)
		return NULL;
	copy.ctx = &u->seed;
	u->dev = scsiemu_device_create(&l, &scsiemu_host_allocator);
	if (u->dev)
		scsiemu_device_copy(u->dev, &copy);
	if (u->dev && !add_ports(u, ports) &&
	    !scsiemu_pump_init(&u->pump, u->dev, u->bounce, sizeof(u->bounce)))
		return u;
	if (u->dev)
		scsiemu_device_destroy(u->dev, &scsiemu_host_allocator);
	free(u);
	return NULL;
}

/* "[LUN=]DEVICE" */
static int attach(struct unit *u, const char *text)
{
	struct scsiemu_host_lu *h = &u->host[u->nlus];
	struct scsiemu_errmsg err = { "" };
	unsigned lun = u->nlus ? u->lun[u->nlus - 1] + 1u : 0, given;
	int used = 0;

	if (sscanf(text, "%5u=%n", &given, &used) == 1 && used)
		lun = given;
	if (lun > 16383)
		return complain("a LUN must be 0 to 16383");
	if (scsiemu_host_open(h, text + used, &err))
		return complain(err.text);
	u->lun[u->nlus++] = (uint16_t)lun;
	scsiemu_host_serial(h, TARGET, (uint16_t)lun);
	if (scsiemu_host_attach(h, u->dev, (uint16_t)lun, &err))
		return complain(err.text);
	return 0;
}

/* TransportID of an iSCSI initiator port (SPC-5 7.6.4.6, format 01b). */
static unsigned identify(uint8_t *id, unsigned initiator)
{
	char *name = (char *)id + 4;
	size_t len;

	snprintf(name, ID_LEN - 4, TARGET "-initiator,i,0x%012x",
		 initiator + 1);
	len = (strlen(name) + 4) & ~(size_t)3; /* a NUL, then to 4 bytes */
	id[0] = 0x45;
	id[3] = (uint8_t)len;
	return (unsigned)(4 + len);
}

/* Each exists from its first command on: one more nexus, that meets a power-on
 * unit attention. */
static struct scsiemu_nexus *nexus(struct unit *u, struct unit_nexus from)
{
	struct scsiemu_nexus **n = &u->nexus[from.initiator][from.port];
	struct scsiemu_nexus_config cf = { .size = sizeof(cf),
					   .port = (uint16_t)(from.port + 1) };

	if (*n)
		return *n;
	cf.transport_id = u->id[from.initiator];
	cf.transport_id_len = (uint16_t)identify(u->id[from.initiator],
						 from.initiator);
	*n = scsiemu_nexus_attach(u->dev, &cf);
	return *n;
}

struct unit *unit_open(char *const *devices, unsigned n, unsigned ports)
{
	struct unit *u = make(n, ports);

	if (!u) {
		complain("out of memory");
		return NULL;
	}
	for (unsigned i = 0; i < n; i++)
		if (attach(u, devices[i])) {
			unit_close(u);
			return NULL;
		}
	return u;
}

int unit_close(struct unit *u)
{
	struct scsiemu_errmsg err;
	int rc = 0;

	if (u->exec.own.task.state) /* a store still has it: the end of us */
		return -1;
	while (u->nlus)
		if (scsiemu_host_close(&u->host[--u->nlus], &err))
			rc = complain(err.text);
	scsiemu_device_destroy(u->dev, &scsiemu_host_allocator);
	free(u->in);
	free(u);
	return rc;
}

const char *unit_summary(const struct unit *u, uint16_t lun)
{
	for (unsigned i = 0; i < u->nlus; i++)
		if (u->lun[i] == lun)
			return u->host[i].summary;
	return NULL;
}

/* Flat space addressing from 256 on (SAM-5 4.7.7). */
static struct scsiemu_lu *find(struct unit *u, uint16_t lun)
{
	const uint8_t field[8] = { (uint8_t)(lun > 255 ? 0x40 | lun >> 8 : 0),
				   (uint8_t)lun };

	return scsiemu_lu_find(u->dev, field);
}

const char *unit_op_name(struct unit *u, uint16_t lun, uint8_t op, uint16_t sa)
{
	const char *name = scsiemu_lu_cmd_name(find(u, lun), op, sa);

	return name ? name : "?";
}

const char *unit_cmd_name(struct unit *u, const struct unit_cmd *c)
{
	unsigned sa = c->cdb_len > 1 ? c->cdb[1] & 0x1fu : 0;

	if (c->cdb[0] == SCSIEMU_OP_VARIABLE)
		sa = c->cdb_len > 9 ? be16(c->cdb + 8) : 0xffffu;
	return unit_op_name(u, c->lun, c->cdb[0], (uint16_t)sa);
}

static int grow(struct unit *u, uint32_t len)
{
	uint8_t *p;

	if (len <= u->room)
		return 0;
	p = realloc(u->in, len);
	if (!p)
		return complain("out of memory");
	u->in = p;
	u->room = len;
	return 0;
}

/* Until the next thing is due: nobody else feeds time. */
static void poll(void *ctx)
{
	struct unit *u = ctx;
	uint64_t due = scsiemu_pump_tick(&u->pump, u->now);

	if (u->exec.own.done)
		return;
	u->now = due < u->deadline ? (due > u->now ? due : u->now + 1)
				   : u->deadline + 1;
	if (u->now > u->deadline)
		scsiemu_pump_abort(&u->exec.own.task);
}

int unit_send(struct unit *u, const struct unit_cmd *c, struct unit_reply *r)
{
	struct scsiemu_exec *x = &u->exec;

	if (grow(u, c->in_len))
		return -1;
	x->nexus = nexus(u, c->nexus);
	if (!x->nexus)
		return complain("out of memory");
	x->cdb = c->cdb;
	x->cdb_len = c->cdb_len;
	x->out = c->out;
	x->out_len = c->out_len;
	x->in = u->in;
	x->in_len = c->in_len;
	x->scratch = u->scratch;
	x->scratch_len = sizeof(u->scratch);
	u->deadline = u->now + PATIENCE;
	if (scsiemu_exec(&u->pump, find(u, c->lun), x, poll, u) < 0)
		return complain("the command could not be sent");
	*r = (struct unit_reply){ .status = x->status,
				  .sense = x->sense,
				  .sense_len = x->sense_len,
				  .data = u->in,
				  .len = x->in_done,
				  .in_resid = x->in_resid,
				  .out_resid = x->out_resid };
	return 0;
}

int unit_take_attentions(struct unit *u, uint16_t lun, struct unit_nexus from)
{
	static const uint8_t sense[6] = { 0x03, 0, 0, 0, 252 };
	struct unit_cmd c = { .cdb = sense,
			      .cdb_len = 6,
			      .in_len = 252,
			      .lun = lun,
			      .nexus = from };
	struct unit_reply r;

	for (int i = 0; i < ATTENTIONS; i++) {
		if (unit_send(u, &c, &r))
			return -1;
		if (r.status || r.len < 3 ||
		    (r.data[2] & 0xf) != SCSIEMU_SK_UNIT_ATTENTION)
			break;
	}
	return 0;
}

void unit_wait(struct unit *u, uint64_t ms)
{
	uint64_t end = u->now + ms, due;

	do {
		due = scsiemu_pump_tick(&u->pump, u->now);
		if (due <= u->now)
			due = u->now + 1;
		u->now = due < end ? due : end;
	} while (u->now < end);
	scsiemu_pump_tick(&u->pump, u->now);
	scsiemu_pump_flush(&u->pump);
}
