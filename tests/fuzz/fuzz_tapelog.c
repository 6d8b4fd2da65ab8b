/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a cartridge in a file: refused with a message, or opened, and
 * then every operation ends, stays in its bounds, and leaves something that can
 * be opened again.
 *
 * To reach what is behind the checksums the input is a list of what a file has
 * where: 4 bytes of place (in 16 bytes), 2 of length, and the bytes. Bit 31 of
 * the place: the checksum of the header or of the slot there is made right, bit
 * 30: that of the frame's bytes, too.
 */
#include <stdlib.h>
#include <string.h>

#include <scsiemu/stores.h>

#include "../support/memfile.h"
#include "core/bytes.h"
#include "store/crc32c.h"
#include "store/tape_log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FIX_OWN	  (1U << 31)
#define FIX_BYTES (1U << 30)

enum {
	ROOM = SEMU_TL_DATA + (64 << 10),
	CRC_BYTES = 12, /* places in a frame's header */
	CRC_OWN = 60,
	SLOT_LEN = 12,
	STEPS = 40
};

static uint8_t file[ROOM];

static void fix_frame(uint8_t *f, size_t room, bool bytes)
{
	size_t len = semu_be32(f + 8) + (size_t)f[5];

	if (bytes && len <= room - SEMU_TL_HEAD)
		semu_put32(f + CRC_BYTES,
			   semu_crc32c(0, f + SEMU_TL_HEAD, len));
	semu_put32(f + CRC_OWN, semu_crc32c(0, f, CRC_OWN));
}

static void fix_slot(uint8_t *s)
{
	uint32_t len = semu_be32(s + SLOT_LEN);

	if (len >= 20 && len <= SEMU_TL_SLOT)
		semu_put32(s + len - 4, semu_crc32c(0, s, len - 4));
}

/* The file that the input describes; how long it is. */
static size_t build(const uint8_t *data, size_t size)
{
	size_t end = 0;

	memset(file, 0, sizeof(file));
	while (size > 6) {
		uint32_t place = semu_be32(data);
		size_t at = (size_t)(place & 0xffffff) * 16 % ROOM;
		size_t n = semu_be16(data + 4);

		data += 6;
		size -= 6;
		if (n > size)
			n = size;
		if (n > ROOM - at)
			n = ROOM - at;
		memcpy(file + at, data, n);
		data += n;
		size -= n;
		if (at + n > end)
			end = at + n;
		if (place & FIX_OWN && at < SEMU_TL_DATA)
			fix_slot(file + at / SEMU_TL_SLOT * SEMU_TL_SLOT);
		else if (place & FIX_OWN && ROOM - at >= SEMU_TL_HEAD)
			fix_frame(file + at, ROOM - at, place & FIX_BYTES);
	}
	return end;
}

static void check(bool good)
{
	if (!good)
		abort();
}

static int verb(const struct scsiemu_medium *m, uint8_t what, uint64_t addr,
		uint64_t count)
{
	const struct scsiemu_tape_ops *ops = m->ops;
	struct scsiemu_io io = { .info = SCSIEMU_NO_INFO };
	struct scsiemu_tape_next next = { .len = 0 };
	struct scsiemu_cmd w = { .verb = what, .addr = addr, .count = count };

	if (what == SCSIEMU_V_NEXT) {
		w.buf = (uint8_t *)&next;
		w.len = sizeof(next);
	}
	return ops->verb(m->ctx, &io, &w);
}

static int move(const struct scsiemu_medium *m, bool writes)
{
	static uint8_t buf[3000];
	const struct scsiemu_tape_ops *ops = m->ops;
	struct scsiemu_io io = { .info = SCSIEMU_NO_INFO };
	struct scsiemu_vec v = { buf, sizeof(buf) };
	int rc;

	if (writes)
		return ops->write ? ops->write(m->ctx, &io, NULL, 0, &v, 1) : 0;
	rc = ops->read(m->ctx, &io, NULL, 0, &v, 1);
	check(io.moved <= sizeof(buf));
	return rc;
}

/* What facts say fits together. */
static void facts(const struct scsiemu_medium *m)
{
	const struct scsiemu_tape_ops *ops = m->ops;
	struct scsiemu_tape_attribute a = { .id = 0 };
	struct scsiemu_tape_info info;
	struct scsiemu_tape_pos pos;
	unsigned n = 0;

	ops->info(m->ctx, &info);
	ops->tell(m->ctx, &pos);
	check(info.partitions >= 1 && info.partitions <= 4);
	check(pos.partition < info.partitions);
	check(pos.object <= info.part[pos.partition].objects);
	check(pos.used <= info.part[pos.partition].size);
	check(pos.left <= info.part[pos.partition].size - pos.used);
	for (unsigned id = 0; id < 0x10000; id = a.id + 1U) {
		if (!ops->attribute(m->ctx, pos.partition, (uint16_t)id, &a))
			break;
		check(n++ < SEMU_TL_ATTRIBUTES && a.id >= id);
	}
}

/* A walk that depends on the input. */
static void walk(const struct scsiemu_medium *m, const uint8_t *data,
		 size_t size)
{
	static const uint8_t verbs[] = {
		SCSIEMU_V_SPACE, SCSIEMU_V_LOCATE, SCSIEMU_V_LOCATE_FILE,
		SCSIEMU_V_NEXT,	 SCSIEMU_V_VERIFY, SCSIEMU_V_MARKS,
		SCSIEMU_V_ERASE, SCSIEMU_V_FLUSH,
	};

	for (unsigned i = 0; i < STEPS && i < size; i++) {
		uint8_t what = data[size - 1 - i];
		unsigned kind = what % 16;
		uint64_t addr = what >> 4;
		uint64_t count = kind ? 0 : addr - 3;

		if (kind == 5)
			count = addr;
		if (kind < sizeof(verbs))
			verb(m, verbs[kind], kind ? addr : addr % 4, count);
		else
			move(m, kind == 15);
		facts(m);
	}
}

static void read_all(const struct scsiemu_medium *m)
{
	int rc, n = 0;

	verb(m, SCSIEMU_V_INSERT, 0, 0);
	do
		rc = move(m, false);
	while (rc != SCSIEMU_R_EOD && rc != SCSIEMU_E_RANGE && n++ < 3000);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scsiemu_tape_check c = { .found = NULL };
	struct scsiemu_errmsg err;
	struct scsiemu_medium m;
	size_t len = build(data, size);

	memfile_on();
	for (int read_only = 1; read_only >= 0; read_only--) {
		if (memfile_set(file, len))
			break;
		memset(&err, 0x55, sizeof(err));
		if (scsiemu_open_tape_log(&m, "x", NULL, read_only, &err)) {
			check(memchr(err.text, 0, sizeof(err.text)) &&
			      err.text[0]);
			continue;
		}
		facts(&m);
		read_all(&m);
		walk(&m, data, size);
		scsiemu_medium_close(&m);
		check(!scsiemu_tape_log_check("x", &c, &err));
		check(!scsiemu_open_tape_log(&m, "x", NULL, read_only, &err));
		scsiemu_medium_close(&m);
	}
	check(!memfile.memory && !memfile.opens);
	memfile_off();
	return 0;
}
