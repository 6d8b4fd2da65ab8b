/* SPDX-License-Identifier: BSD-2-Clause */
/* iscsi_world.c - see iscsi_world.h. */
#include "iscsi_world.h"

#include <scsiemu/sbc.h>
#include <scsiemu/stores.h>

#include <stdlib.h>
#include <string.h>

static struct scsiemu_iscsi *engine;
static struct scsiemu_wrap_delay *delay;
static uint64_t now = 1000;

static void *take(void *ctx, size_t size)
{
	(void)ctx;
	return malloc(size);
}

static void give_back(void *ctx, void *mem)
{
	(void)ctx;
	free(mem);
}

static const struct scsiemu_allocator allocator = { take, give_back, NULL };

static void must(bool ok)
{
	if (!ok)
		abort();
}

static struct scsiemu_device *make_device(struct scsiemu_medium m[2])
{
	struct scsiemu_limits l = {
		.size = sizeof(l),
		.lus = 2,
		.nexuses = 64,
		.itls = 256,
		.scratch = 4096,
		.max_xfer = 1 << 20,
		.cmd_size = sizeof(struct scsiemu_task),
	};
	struct scsiemu_device *d = scsiemu_device_create(&l, &allocator);

	must(d);
	for (uint16_t i = 0; i < 2; i++) {
		struct scsiemu_lu_config cf = { .size = sizeof(cf),
						.type = &scsiemu_sbc };
		struct scsiemu_lu *lu = scsiemu_lu_add(d, i, &cf);

		must(lu);
		scsiemu_lu_load(lu, &m[i], false);
	}
	return d;
}

static void make(void)
{
	static struct scsiemu_medium m[2];
	static struct scsiemu_pump pump;
	static uint8_t bounce[8192];
	struct scsiemu_geometry g = { .bytes = 1 << 20 };
	struct scsiemu_iscsi_config cf = { .size = sizeof(cf),
					   .allocator = &allocator };
	struct scsiemu_iscsi_limits l = { .size = sizeof(l),
					  .session_memory = 1 << 20 };
	struct scsiemu_iscsi_node *n;

	must(scsiemu_open_mem(&m[0], &g, NULL) == 0);
	must(scsiemu_wrap_delay(&m[0], 1, SCSIEMU_DELAY_LIFO, 1, &delay,
				NULL) == 0);
	must(scsiemu_open_null(&m[1], &g, NULL) == 0);
	must(scsiemu_pump_init(&pump, make_device(m), bounce, sizeof(bounce)) ==
	     0);
	n = scsiemu_iscsi_node_create(&l, NULL);
	must(n != NULL);
	must(scsiemu_iscsi_portal_add(n, "127.0.0.1", 3260, 1, NULL));
	must(scsiemu_iscsi_target_add(n, "iqn.2026-11.test:t", &pump, NULL));
	engine = scsiemu_iscsi_create(n, &cf);
	must(engine != NULL);
	scsiemu_iscsi_tick(engine, now);
}

struct scsiemu_iscsi *world(void)
{
	if (!engine)
		make();
	return engine;
}

void world_run(void)
{
	while (scsiemu_delay_run(delay, UINT64_MAX))
		scsiemu_iscsi_flush(engine);
}

void world_tick(uint64_t ms)
{
	now += ms;
	scsiemu_iscsi_tick(engine, now);
}

static void note(struct world_end *e, const struct rfc_pdu *p)
{
	if (p->bhs[0] != 0x31)
		return;
	e->r2t_itt = rfc_get(p->bhs + 16, 4);
	e->r2t_ttt = rfc_get(p->bhs + 20, 4);
	e->r2t_off = rfc_get(p->bhs + 40, 4);
	e->r2t_len = rfc_get(p->bhs + 44, 4);
}

/* What the target says must always be well formed. */
static void parse(struct world_end *e)
{
	struct rfc_pdu p;
	size_t off = 0;
	long n;

	while ((n = rfc_parse(&e->c, e->in + off, e->kept - off, &p)) > 0) {
		note(e, &p);
		off += (size_t)n;
	}
	must(n == 0);
	memmove(e->in, e->in + off, e->kept - off);
	e->kept -= off;
}

static void drain(struct world_end *e)
{
	struct scsiemu_vec v[4];

	scsiemu_iscsi_flush(engine);
	while (scsiemu_iscsi_output(e->conn, v, 4)) {
		size_t n = v[0].len, room = sizeof(e->in) - e->kept;

		n = n < room ? n : room;
		memcpy(e->in + e->kept, v[0].base, n);
		e->kept += n;
		scsiemu_iscsi_sent(e->conn, n);
		parse(e);
	}
}

void world_give(struct world_end *e, const uint8_t *p, size_t n, size_t chunk)
{
	while (n && scsiemu_iscsi_state(e->conn) != SCSIEMU_ISCSI_DEAD) {
		size_t k = chunk && chunk < n ? chunk : n;
		size_t taken = scsiemu_iscsi_input(e->conn, p, k);

		drain(e);
		if (!taken && !scsiemu_iscsi_reads(e->conn))
			break;
		p += taken;
		n -= taken;
	}
	drain(e);
}

static void login(struct world_end *e, const char *keys, uint32_t len)
{
	static const char base[] = "InitiatorName=iqn.2026-11.test:i\0"
				   "TargetName=iqn.2026-11.test:t\0"
				   "SessionType=Normal";
	uint8_t raw[2048];
	char text[1024];
	struct rfc_pdu p;
	uint32_t all = sizeof(base) + len;

	memcpy(text, base, sizeof(base));
	memcpy(text + sizeof(base), keys, len);
	rfc_login(&e->c, &p, 0x87, text, all);
	world_give(e, raw, rfc_build(&e->c, &p, raw), 0);
	must(scsiemu_iscsi_state(e->conn) == SCSIEMU_ISCSI_FULL);
}

void world_open(struct world_end *e, const char *keys, uint32_t len)
{
	memset(e, 0, offsetof(struct world_end, in));
	e->conn = scsiemu_iscsi_open(world(), 1, "127.0.0.1:3260",
				     "127.0.0.1:1", NULL);
	must(e->conn != NULL);
	if (keys)
		login(e, keys, len);
}

void world_close(struct world_end *e)
{
	static struct world_end fresh;

	scsiemu_iscsi_close(e->conn);
	world_open(&fresh, "", 0);
	scsiemu_iscsi_close(fresh.conn);
	world_run();
	scsiemu_iscsi_flush(engine);
}
