/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_session.c - a session in full feature phase, driven by records: a
 * control byte, a BHS, data. The control byte mends what a mutation would
 * rarely get right (CmdSN, the tag of the last R2T), lets the store answer or
 * time pass.
 *
 *	byte 0 of the input: keys of the login
 *	record: control, 48 bytes, data as the BHS says (at most 8 KiB)
 */
#include "iscsi_world.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	MEND_SN = 1,  /* CmdSN is the one expected */
	MEND_R2T = 2, /* Data-Out answers the last R2T */
	RUN = 4,      /* the store answers first */
	TICK = 8,     /* 4 s pass first */
	SLICE = 0xf0  /* bytes at a time, / 16 */
};

#define KEYS(text)                                                             \
	{                                                                      \
		text, sizeof(text)                                             \
	}

static const struct {
	const char *text;
	uint32_t len;
} keys[] = {
	KEYS("ImmediateData=Yes"),
	KEYS("InitialR2T=No\0FirstBurstLength=2048\0MaxBurstLength=4096"),
	KEYS("ImmediateData=No\0MaxOutstandingR2T=4\0MaxBurstLength=1024"),
	KEYS("MaxRecvDataSegmentLength=512\0iSCSIProtocolLevel=2"),
};

static void mend(struct world_end *e, uint8_t control, struct rfc_pdu *p)
{
	if (control & MEND_SN) {
		rfc_put(p->bhs + 24, 4, e->c.cmd_sn);
		if (!(p->bhs[0] & 0x40) && (p->bhs[0] & 0x3f) != 5)
			e->c.cmd_sn++;
	}
	if (control & MEND_R2T) {
		rfc_put(p->bhs + 16, 4, e->r2t_itt);
		rfc_put(p->bhs + 20, 4, e->r2t_ttt);
		rfc_put(p->bhs + 40, 4, e->r2t_off);
	}
}

/* One record; how many bytes it took. */
static size_t record(struct world_end *e, const uint8_t *data, size_t size)
{
	static uint8_t raw[16384];
	uint8_t control = data[0];
	struct rfc_pdu p;
	size_t n;

	memset(&p, 0, sizeof(p));
	memcpy(p.bhs, data + 1, 48);
	p.ahs_len = p.bhs[4] * 4u;
	if (p.ahs_len > size - 49 || p.ahs_len > sizeof(p.ahs))
		p.ahs_len = 0;
	memcpy(p.ahs, data + 49, p.ahs_len);
	p.data = data + 49 + p.ahs_len;
	p.len = rfc_get(p.bhs + 5, 3) % 8193;
	if (p.len > size - 49 - p.ahs_len)
		p.len = (uint32_t)(size - 49) - p.ahs_len;
	mend(e, control, &p);
	if (control & RUN)
		world_run();
	if (control & TICK)
		world_tick(4000);
	n = rfc_build(&e->c, &p, raw);
	world_give(e, raw, n, control >> 4);
	return 49 + p.ahs_len + p.len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world_end e;
	unsigned k;

	if (size < 50)
		return 0;
	k = data[0] % (sizeof(keys) / sizeof(keys[0]));
	world_open(&e, keys[k].text, keys[k].len);
	data++;
	size--;
	while (size >= 49) {
		size_t n = record(&e, data, size);

		data += n;
		size -= n;
	}
	world_run();
	world_give(&e, data, 0, 0);
	world_close(&e);
	return 0;
}
