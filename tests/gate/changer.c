/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * changer COUNT - READ ELEMENT STATUS, with volume tags, of 60,000 elements,
 * every other one full, COUNT times: what the gate counts the instructions of.
 */
#include <scsiemu/smc.h>
#include <scsiemu/stores.h>
#include <scsiemu/wire.h>

#include <stdio.h>
#include <stdlib.h>

enum { ELEMENTS = 60000, FIRST = 4096, ALL = 16 + ELEMENTS * 52 };

static uint64_t scratch[8192]; /* 64 KiB */

static void fill(struct scsiemu_medium *library)
{
	static const struct scsiemu_changer_layout layout = {
		.of = { { 0, 0 },
			{ 1, 1 },
			{ FIRST, ELEMENTS },
			{ 0, 0 },
			{ 0, 0 } }
	};
	static struct scsiemu_medium cartridge[ELEMENTS];

	if (scsiemu_open_changer_mem(library, &layout, NULL))
		exit(2);
	for (unsigned i = 0; i < ELEMENTS; i += 2) {
		char tag[] = "00000000";

		snprintf(tag, sizeof(tag), "V%05uL8", i);
		if (scsiemu_changer_mem_put(library, (uint16_t)(FIRST + i), tag,
					    SCSIEMU_CARTRIDGE_DATA,
					    &cartridge[i]))
			exit(2);
	}
}

/* The bytes of the reply. */
static uint32_t run(struct scsiemu_lu *lu, const uint8_t *cdb, unsigned len)
{
	struct scsiemu_cmd c = { .cdb = cdb,
				 .cdb_len = len,
				 .scratch = (uint8_t *)scratch,
				 .scratch_len = sizeof(scratch),
				 .in_len = len == 12 ? 0xffffff : 0 };
	int want = scsiemu_start(lu, &c);

	while (want > SCSIEMU_WAIT)
		want = scsiemu_did(&c, SCSIEMU_OK, c.len);
	scsiemu_end(&c);
	return c.in_done;
}

int main(int argc, char **argv)
{
	static const uint8_t tur[6];
	static const uint8_t status[12] = { SCSIEMU_OP_READ_ELEMENT_STATUS,
					    0x12,
					    0,
					    0,
					    0xff,
					    0xff,
					    0,
					    0xff,
					    0xff,
					    0xff };
	struct scsiemu_limits limits = { .size = sizeof(limits),
					 .lus = 1,
					 .scratch = sizeof(scratch) };
	struct scsiemu_lu_config cf = { .size = sizeof(cf),
					.type = &scsiemu_smc };
	unsigned long bad = 0;
	size_t size = scsiemu_device_size(&limits);
	void *memory = calloc(1, size);
	struct scsiemu_device *dev;
	struct scsiemu_medium library;
	struct scsiemu_lu *lu;

	fill(&library);
	if (argc != 2 || scsiemu_device_init(memory, size, &limits, &dev))
		return 2;
	cf.state_len = scsiemu_lu_state_size(&cf);
	cf.state = calloc(1, cf.state_len);
	lu = scsiemu_lu_add(dev, 0, &cf);
	if (!lu)
		return 2;
	scsiemu_lu_load(lu, &library, false);
	run(lu, tur, 6);
	for (unsigned long n = strtoul(argv[1], NULL, 0); n; n--)
		bad += run(lu, status, 12) != ALL;
	if (bad)
		printf("%lu commands failed\n", bad);
	scsiemu_medium_close(&library);
	free(cf.state);
	free(memory);
	return bad != 0;
}
