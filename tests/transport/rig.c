/* SPDX-License-Identifier: BSD-2-Clause */
/* rig.c - see rig.h. */
#include "rig.h"

#include <stdlib.h>

static void *rig_alloc(void *ctx, size_t size)
{
	struct rig *r = ctx;
	void *mem;

	if (r->fail_from && !--r->fail_from)
		return NULL;
	mem = malloc(size);
	if (mem) {
		memset(mem, 0xa5, size);
		r->live++;
	}
	return mem;
}

static void rig_free(void *ctx, void *mem)
{
	struct rig *r = ctx;

	r->live--;
	free(mem);
}

static struct scsiemu_allocator allocator(struct rig *r)
{
	struct scsiemu_allocator a = { rig_alloc, rig_free, r };

	return a;
}

static struct scsiemu_lu *add_lu(struct rig *r, uint16_t lun,
				 struct scsiemu_medium *m)
{
	struct scsiemu_lu_config cf = { .size = sizeof(cf),
					.type = &scsiemu_sbc };
	struct scsiemu_lu *lu;

	if (!lun && (r->rules || r->deferred)) {
		cf.inject_rules = r->rules;
		cf.deferred = r->deferred;
		cf.state = r->state;
		cf.state_len = sizeof(r->state);
	}
	lu = scsiemu_lu_add(r->dev, lun, &cf);
	assert_non_null(lu);
	scsiemu_lu_load(lu, m, false);
	return lu;
}

void rig_init(struct rig *r)
{
	memset(r, 0, sizeof(*r));
	r->limits.size = sizeof(r->limits);
}

void rig_open(struct rig *r)
{
	static struct scsiemu_allocator a; /* outlives the engine */
	struct scsiemu_limits l = {
		.size = sizeof(l),
		.lus = 4,
		.nexuses = 8,
		.itls = 1, /* the engine makes more */
		.ports = 2,
		.types = 2,
		.scratch = 4096,
		.max_xfer = 64 << 20,
		.cmd_size = sizeof(struct scsiemu_task),
	};
	struct scsiemu_geometry g = { .bytes = RIG_BLOCKS * 512 };
	struct scsiemu_iscsi_config cf = { .size = sizeof(cf),
					   .allocator = &a };
	struct scsiemu_errmsg err;

	a = allocator(r);
	r->dev = scsiemu_device_create(&l, &a);
	assert_non_null(r->dev);
	assert_int_equal(scsiemu_pump_init(&r->pump, r->dev, r->bounce,
					   sizeof(r->bounce)),
			 0);
	assert_int_equal(scsiemu_open_mem(&r->medium, &g, &err), 0);
	assert_int_equal(scsiemu_open_null(&r->null, &g, &err), 0);
	r->lu = add_lu(r, 0, &r->medium);
	add_lu(r, 1, &r->null);
	r->node = scsiemu_iscsi_node_create(&r->limits, &err);
	assert_non_null(r->node);
	assert_non_null(
		scsiemu_iscsi_portal_add(r->node, "127.0.0.1", 3260, 1, &err));
	r->target = scsiemu_iscsi_target_add(r->node, RIG_IQN, &r->pump, &err);
	assert_non_null(r->target);
	r->engine = scsiemu_iscsi_create(r->node, &cf);
	assert_non_null(r->engine);
	assert_int_equal(scsiemu_iscsi_ports(r->engine, r->target), 0);
	r->now = 1000;
	scsiemu_iscsi_tick(r->engine, r->now);
}

void rig_delay(struct rig *r)
{
	struct scsiemu_errmsg err;

	scsiemu_lu_load(r->lu, NULL, false);
	assert_int_equal(scsiemu_wrap_delay(&r->medium, 1, SCSIEMU_DELAY_FIFO,
					    0, &r->delay, &err),
			 0);
	scsiemu_lu_load(r->lu, &r->medium, false);
}

void rig_run(struct rig *r)
{
	while (scsiemu_delay_run(r->delay, UINT64_MAX))
		scsiemu_iscsi_flush(r->engine);
}

void rig_close(struct rig *r)
{
	struct scsiemu_allocator a = allocator(r);

	scsiemu_iscsi_destroy(r->engine);
	scsiemu_iscsi_node_destroy(r->node);
	scsiemu_device_destroy(r->dev, &a);
	scsiemu_medium_close(&r->medium);
	scsiemu_medium_close(&r->null);
	assert_int_equal(r->live, 0);
}

void rig_time(struct rig *r, uint64_t ms)
{
	r->now += ms;
	scsiemu_iscsi_tick(r->engine, r->now);
}

void rig_connect(struct rig_end *e, struct rig *r)
{
	memset(e, 0, sizeof(*e));
	e->rig = r;
	e->c.cmd_sn = 0x1000;
	e->conn = scsiemu_iscsi_open(r->engine, 1, "127.0.0.1:3260",
				     "127.0.0.1:50000", e);
}

void rig_hangup(struct rig_end *e)
{
	if (e->conn)
		scsiemu_iscsi_close(e->conn);
	e->conn = NULL;
}

/* Everything the target has to say, in pieces that cut PDUs anywhere. */
void rig_pull(struct rig_end *e)
{
	struct scsiemu_vec v[9];
	unsigned nv;

	scsiemu_iscsi_flush(e->rig->engine);
	while (!e->deaf && (nv = scsiemu_iscsi_output(e->conn, v, 9)) != 0) {
		size_t n = 0;

		for (unsigned i = 0; i < nv && n < 5000; i++) {
			size_t k = v[i].len;

			k = e->chunk && k > 7 ? 7 : k;
			assert_true(e->in_len + k <= sizeof(e->in));
			memcpy(e->in + e->in_len, v[i].base, k);
			e->in_len += k;
			n += k;
			if (k < v[i].len)
				break;
		}
		scsiemu_iscsi_sent(e->conn, n);
	}
}

/* Through the window where there is one, as a server would. */
static size_t give(struct rig_end *e, const uint8_t *p, size_t n)
{
	size_t room;
	void *w = scsiemu_iscsi_window(e->conn, &room);

	if (!w || e->chunk == 1)
		return scsiemu_iscsi_input(e->conn, p, n);
	n = n < room ? n : room;
	memcpy(w, p, n);
	scsiemu_iscsi_landed(e->conn, n);
	return n;
}

void rig_raw(struct rig_end *e, const void *p, size_t len)
{
	const uint8_t *b = p;

	while (len && !rig_ended(e)) {
		size_t n = e->chunk && e->chunk < len ? e->chunk : len;
		size_t done = give(e, b, n);

		b += done;
		len -= done;
		rig_pull(e);
		if (!done)
			break;
	}
	rig_pull(e);
}

void rig_send(struct rig_end *e, struct rfc_pdu *p)
{
	uint8_t *buf = malloc(p->len + 512);
	uint8_t *exact;
	size_t n;

	assert_non_null(buf);
	n = rfc_build(&e->c, p, buf);
	/* Exactly as long as it is: a read behind it is found by ASan. */
	exact = malloc(n);
	assert_non_null(exact);
	memcpy(exact, buf, n);
	rig_raw(e, exact, n);
	free(exact);
	free(buf);
}

void rig_recv(struct rig_end *e, struct rfc_pdu *p)
{
	long n;

	rig_pull(e);
	n = rfc_parse(&e->c, e->in + e->in_off, e->in_len - e->in_off, p);
	assert_true(n > 0);
	e->in_off += (size_t)n;
	if (e->in_off == e->in_len && e->in_len > sizeof(e->in) / 2)
		e->in_off = e->in_len = 0;
}

void rig_silent(struct rig_end *e)
{
	rig_pull(e);
	assert_int_equal(e->in_len - e->in_off, 0);
}

bool rig_ended(struct rig_end *e)
{
	return scsiemu_iscsi_state(e->conn) == SCSIEMU_ISCSI_DEAD;
}

void rig_login(struct rig_end *e, const char *keys, size_t len)
{
	static const char base[] = "InitiatorName=" RIG_CLIENT "\0"
				   "TargetName=" RIG_IQN "\0"
				   "SessionType=Normal\0AuthMethod=None";
	char text[4096];
	struct rfc_pdu p;

	memcpy(text, base, sizeof(base));
	rfc_login(&e->c, &p, 0x81, text, sizeof(base)); /* T, 0 -> 1 */
	rig_send(e, &p);
	rig_recv(e, &p);
	assert_int_equal(p.bhs[0], 0x23);
	assert_int_equal(rfc_get(p.bhs + 36, 2), 0);
	rfc_login(&e->c, &p, 0x87, keys, len > 1 ? (uint32_t)len : 0);
	e->c.itt--;
	rfc_put(p.bhs + 16, 4, e->c.itt);
	rig_send(e, &p);
	rig_recv(e, &p);
	assert_int_equal(p.bhs[0], 0x23);
	assert_int_equal(rfc_get(p.bhs + 36, 2), 0);
	assert_int_equal(p.bhs[1], 0x87);
	assert_int_not_equal(rfc_get(p.bhs + 14, 2), 0);
	for (size_t i = 0; i + 16 < len; i++) {
		e->c.hd |= !memcmp(keys + i, "HeaderDigest=CRC", 16);
		e->c.dd |= !memcmp(keys + i, "DataDigest=CRC3", 15);
	}
}

void rig_session(struct rig_end *e, struct rig *r, const char *keys, size_t len)
{
	uint8_t tur[6] = { 0 };
	struct rfc_pdu p;

	rig_connect(e, r);
	assert_non_null(e->conn);
	rig_login(e, keys, len);
	for (uint8_t lun = 0; lun < 2; lun++) {
		rfc_command(&e->c, &p, 0x80, lun, 0, tur, 6);
		rig_send(e, &p);
		rig_response(e, e->c.itt, SCSIEMU_CHECK_CONDITION,
			     SCSIEMU_SK_UNIT_ATTENTION, 0);
	}
}

void rig_cdb(uint8_t cdb[16], uint8_t op, uint32_t lba, uint16_t nblk)
{
	memset(cdb, 0, 16);
	cdb[0] = op;
	rfc_put(cdb + 2, 4, lba);
	rfc_put(cdb + 7, 2, nblk);
}

void rig_response(struct rig_end *e, uint32_t itt, uint8_t status, uint8_t key,
		  uint16_t asc)
{
	struct rfc_pdu p;

	rig_recv(e, &p);
	assert_int_equal(p.bhs[0], 0x21);
	assert_int_equal(p.bhs[2], 0);
	assert_int_equal(rfc_get(p.bhs + 16, 4), itt);
	assert_int_equal(p.bhs[3], status);
	if (status != SCSIEMU_CHECK_CONDITION) {
		assert_int_equal(p.len, 0);
		return;
	}
	assert_int_equal(rfc_get(p.data, 2), p.len - 2);
	assert_int_equal(p.data[2] & 0x7f, 0x70);
	assert_int_equal(p.data[4] & 0x0f, key);
	if (asc)
		assert_int_equal(rfc_get(p.data + 14, 2), asc);
}

void rig_reject(struct rig_end *e, uint8_t reason, const struct rfc_pdu *bad)
{
	struct rfc_pdu p;

	rig_recv(e, &p);
	assert_int_equal(p.bhs[0], 0x3f);
	assert_int_equal(p.bhs[2], reason);
	assert_int_equal(rfc_get(p.bhs + 16, 4), RFC_NO_TAG);
	assert_int_equal(p.len, 48);
	assert_memory_equal(p.data + 8, bad->bhs + 8, 40);
	assert_int_equal(p.data[0], bad->bhs[0]);
}
