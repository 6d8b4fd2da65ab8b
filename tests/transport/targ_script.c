/* SPDX-License-Identifier: BSD-2-Clause */
/* targ_script.c - see targ_script.h. */
#include "targ_script.h"

#include <string.h>

static uint8_t data[65536];

struct step {
	uint8_t cdb[16];
	unsigned len;
	uint32_t out_len;
	uint8_t status;
	uint32_t in_len;
};

static const struct step steps[] = {
	{ { 0 }, 6, 0, 2, 0 },			     /* power on */
	{ { 0x12, 0, 0, 0, 96 }, 6, 0, 0, 96 },	     /* INQUIRY */
	{ { 0x25 }, 10, 0, 0, 8 },		     /* READ CAPACITY */
	{ { 0x2a, [8] = 128 }, 10, 65536, 0, 0 },    /* WRITE */
	{ { 0x28, [8] = 128 }, 10, 0, 0, 65536 },    /* READ */
	{ { 0x28 }, 10, 0, 0, 0 },		     /* of nothing */
	{ { 0x28, [2] = 9, [8] = 1 }, 10, 0, 2, 0 }, /* behind the end */
	{ { 0xa0, [9] = 16 }, 12, 0, 0, 16 },	     /* REPORT LUNS */
};
enum { STEPS = sizeof(steps) / sizeof(steps[0]), READ_BACK = 4 };

static void check(const struct targ_sim *sim, unsigned i)
{
	const struct step *s = &steps[i];
	const struct sim_cmd *c = &sim->cmd[i];

	targ_sim_demand(c->answered, "a command was not answered");
	targ_sim_demand(c->status == s->status, "another status");
	targ_sim_demand(c->in_len == s->in_len, "more or less data");
	targ_sim_demand(i != READ_BACK || !memcmp(c->in, data, s->in_len),
			"other data");
}

bool targ_script_next(struct targ_sim *s)
{
	unsigned at = s->ncmd;

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 3 + (i >> 8));
	if (at)
		check(s, at - 1);
	if (at == STEPS)
		return false;
	targ_sim_demand(targ_sim_send(s, 1, at, steps[at].cdb, steps[at].len,
				      data, steps[at].out_len),
			"there is no ATIO");
	return true;
}
