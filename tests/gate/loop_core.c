/* SPDX-License-Identifier: BSD-2-Clause */
/* The core alone: start, did, end; the store and the port are not there. */
#include "loop.h"

#include <scsiemu/wire.h>

#include <stdio.h>
#include <stdlib.h>

static uint64_t scratch[1024];

static int run(struct scsiemu_lu *lu, struct scsiemu_cmd *c)
{
	int want = scsiemu_start(lu, c);

	while (want > SCSIEMU_WAIT)
		want = scsiemu_did(c, SCSIEMU_OK, c->len);
	scsiemu_end(c);
	return c->status;
}

static void fill(struct scsiemu_cmd *c, const struct loop *l)
{
	*c = (struct scsiemu_cmd){ .cdb = l->cdb,
				   .cdb_len = 16,
				   .scratch = (uint8_t *)scratch,
				   .scratch_len = sizeof(scratch),
				   .in_len = l->in_len,
				   .out_len = l->out_len };
}

/* The unit attention of the first contact, for each pair in use. */
static void warm(const struct loop *l)
{
	static const uint8_t tur[6];
	struct scsiemu_cmd c;

	for (unsigned i = 0; i < LOOP_PAIRS; i++) {
		fill(&c, l);
		c.cdb = tur;
		c.in_len = c.out_len = 0;
		c.nexus = loop_nexus(l, i);
		run(loop_lu(l, i), &c);
	}
}

int main(int argc, char **argv)
{
	static struct loop l;
	struct scsiemu_cmd c;
	unsigned long bad = 0;

	loop_options(&l, argc, argv);
	l.medium = (struct scsiemu_medium){ .kind = SCSIEMU_BLOCK,
					    .able = SCSIEMU_CAN_WRITE |
						    SCSIEMU_CAN_FLUSH,
					    .nblk = 1 << 21,
					    .blen = 512 };
	loop_device(&l);
	warm(&l);
	fill(&c, &l);
	if (!l.find) {
		c.nexus = l.nexuses[0];
		for (unsigned long i = 0; i < l.count; i++)
			bad += run(l.lus[0], &c) != SCSIEMU_GOOD;
	} else {
		for (unsigned long i = 0; i < l.count; i++) {
			c.nexus = loop_nexus(&l, i);
			bad += run(loop_lu(&l, i), &c) != SCSIEMU_GOOD;
		}
	}
	if (bad)
		printf("%lu commands failed\n", bad);
	return bad != 0;
}
