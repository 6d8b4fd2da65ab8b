/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/store/library_kit.c - see library_kit.h. */
#define _GNU_SOURCE
#include "library_kit.h"

#include <stdio.h>
#include <unistd.h>

static int open_cartridge(struct scsiemu_medium *m, const char *path,
			  const struct scsiemu_tape_new *is, bool read_only,
			  struct scsiemu_errmsg *err)
{
	struct scsiemu_geometry g = { .bytes = is ? is->bytes : 0,
				      .read_only = read_only };

	return scsiemu_open_file(m, path, &g, err);
}

const struct scsiemu_library library_usual = {
	.size = sizeof(library_usual),
	.layout = { .of = { { 0, 0 },
			    { 1, 1 },
			    { SLOT, 5 },
			    { STATION, 2 },
			    { DRIVE, 2 } } },
	.cartridges = 3,
	.cartridge = { .bytes = 65536 },
	.open = open_cartridge,
};
const struct scsiemu_library library_any = { .size = sizeof(library_any),
					     .open = open_cartridge };

static const char *const files[] = { "slots",	      "slots.new",
				     "VOL001L8.tape", "VOL002L8.tape",
				     "VOL003L8.tape", "NEW001L8.tape",
				     "CLN001CU.tape" };

void library_forget(void)
{
	char path[64];

	for (unsigned i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "lib/%s", files[i]);
		unlink(kit_path(path));
	}
	rmdir(kit_path("lib"));
}

int library_setup(void **state)
{
	(void)state;
	inject_on();
	return 0;
}

int library_teardown(void **state)
{
	(void)state;
	inject_off();
	library_forget();
	kit_clean();
	return 0;
}

struct scsiemu_medium library_open(const struct scsiemu_library *cf)
{
	struct scsiemu_medium m;
	struct scsiemu_errmsg err;

	if (scsiemu_open_library(&m, kit_path("lib"), cf, &err))
		fail_msg("%s", err.text);
	return m;
}

void library_shut(struct scsiemu_medium *m)
{
	scsiemu_medium_close(m);
	assert_int_equal(inject.memory, 0);
	assert_int_equal(inject.files, 0);
}

int library_move(const struct scsiemu_medium *m, unsigned from, unsigned to)
{
	const struct scsiemu_changer_ops *ops = m->ops;
	struct scsiemu_io io = { .info = SCSIEMU_NO_INFO };

	return ops->move(m->ctx, &io, (uint16_t)from, (uint16_t)to);
}

int library_exchange(const struct scsiemu_medium *m, unsigned from, unsigned to,
		     unsigned second)
{
	const struct scsiemu_changer_ops *ops = m->ops;
	struct scsiemu_io io = { .info = SCSIEMU_NO_INFO };

	return ops->exchange(m->ctx, &io, (uint16_t)from, (uint16_t)to,
			     (uint16_t)second);
}

const char *library_in(const struct scsiemu_medium *m, unsigned addr)
{
	const struct scsiemu_changer_ops *ops = m->ops;
	static struct scsiemu_element e;

	ops->element(m->ctx, (uint16_t)addr, &e);
	assert_int_equal(e.full, e.tag.id[0] != 0);
	return e.tag.id;
}

const char *library_all(const struct scsiemu_medium *m)
{
	static const uint16_t addr[9] = { SLOT,	       SLOT + 1, SLOT + 2,
					  SLOT + 3,    SLOT + 4, STATION,
					  STATION + 1, DRIVE,	 DRIVE + 1 };
	static char text[10];

	for (unsigned i = 0; i < 9; i++) {
		const char *tag = library_in(m, addr[i]);

		text[i] = tag[0] ? tag[5] : '-';
	}
	return text;
}

struct scsiemu_medium *library_loaded(const struct scsiemu_medium *m,
				      unsigned addr)
{
	const struct scsiemu_changer_ops *ops = m->ops;

	return ops->medium(m->ctx, (uint16_t)addr);
}
