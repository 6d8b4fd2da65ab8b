/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any tag with any stored bytes under a codec: one of the results it may have,
 * no byte of a record whose check fails, and the position where it belongs.
 * And any record, in any way, cut anywhere, comes back.
 */
#include <scsiemu/codec.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct scsiemu_tape_ops *ops;
static const struct scsiemu_tape_ops *below_ops;
static struct scsiemu_medium m;
static void *below;
static struct scsiemu_tape_key key = { .len = 32, .key = "a key" };
static uint8_t out[1 << 17];

static void check(bool ok)
{
	if (!ok)
		abort();
}

static void start(void)
{
	static const struct scsiemu_tape_new is = { .bytes = 1 << 20 };
	struct scsiemu_errmsg err;

	check(!scsiemu_open_tape_mem(&m, &is, &err));
	below = m.ctx;
	below_ops = m.ops;
	check(!scsiemu_wrap_codec(&m, NULL, &err));
	ops = m.ops;
}

static int verb(enum scsiemu_verb v, void *buf, uint32_t len)
{
	const struct scsiemu_cmd w = { .verb = (uint8_t)v,
				       .buf = buf,
				       .len = len };
	struct scsiemu_io io = { 0 };

	return ops->verb(m.ctx, &io, &w);
}

static uint64_t object(void)
{
	struct scsiemu_tape_pos pos;

	ops->tell(m.ctx, &pos);
	return pos.object;
}

/* What is on the medium, as it is: the store below takes it. */
static void plant(const uint8_t *tag, uint8_t tag_len, const uint8_t *p,
		  size_t n)
{
	struct scsiemu_tape_how how = { .tag = (uint8_t *)(uintptr_t)tag,
					.tag_len = tag_len };
	struct scsiemu_vec v = { (void *)(uintptr_t)p, n };
	struct scsiemu_io io = { 0 };

	check(below_ops->write(below, &io, &how, 0, &v, 1) == SCSIEMU_R_RECORD);
}

static void read_planted(unsigned mode)
{
	struct scsiemu_tape_how how = { .decrypt = mode & 3,
					.protect = (uint8_t)((mode >> 2) % 3),
					.key = &key };
	struct scsiemu_tape_next next = { .key = &key };
	struct scsiemu_vec v = { out, sizeof(out) };
	struct scsiemu_io io = { 0 };
	int rc;

	check(!verb(SCSIEMU_V_LOCATE, NULL, 0));
	check(!verb(SCSIEMU_V_NEXT, &next, sizeof(next)));
	check(next.kind == SCSIEMU_NEXT_RECORD && !next.tag_len);
	memset(out, 0x11, 16);
	rc = ops->read(m.ctx, &io, &how, 0, &v, 1);
	switch (rc) {
	case SCSIEMU_R_RECORD:
		check(io.moved <= sizeof(out) && io.info >= io.moved);
		break;
	case SCSIEMU_E_READ:
	case SCSIEMU_E_ENCRYPTED:
	case SCSIEMU_E_PLAIN:
	case SCSIEMU_E_KEY:
	case SCSIEMU_E_INTEGRITY:
		check(out[0] == 0x11 && out[15] == 0x11);
		break;
	default:
		abort();
	}
	check(object() == (rc == SCSIEMU_R_RECORD || rc == SCSIEMU_E_READ));
}

static void round_trip(unsigned mode, const uint8_t *p, size_t n)
{
	struct scsiemu_tape_info info;
	struct scsiemu_tape_how how = { .compress = mode & 1,
					.encrypt = mode >> 1 & 1,
					.decrypt = SCSIEMU_TAPE_MIXED,
					.key = &key };
	size_t cut = n * (mode >> 2) / 64;
	struct scsiemu_vec v = { (void *)(uintptr_t)p, cut };
	struct scsiemu_io io = { .flags = SCSIEMU_IO_MORE };

	ops->info(m.ctx, &info);
	how.encrypt = how.encrypt && info.able & SCSIEMU_TAPE_ENCRYPT;
	check(!verb(SCSIEMU_V_LOCATE, NULL, 0));
	if (cut)
		check(!ops->write(m.ctx, &io, &how, 0, &v, 1));
	v = (struct scsiemu_vec){ (void *)(uintptr_t)(p + cut), n - cut };
	io.flags = 0;
	check(ops->write(m.ctx, &io, &how, (uint32_t)cut, &v, 1) ==
	      SCSIEMU_R_RECORD);
	check(!verb(SCSIEMU_V_LOCATE, NULL, 0));
	v = (struct scsiemu_vec){ out, sizeof(out) };
	check(ops->read(m.ctx, &io, &how, 0, &v, 1) == SCSIEMU_R_RECORD);
	check(io.info == n && !memcmp(out, p, n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t tag_len;

	if (size < 3 || size > 1 << 16)
		return 0;
	start();
	tag_len = data[1] < size - 2 ? data[1] : (uint8_t)(size - 3);
	plant(data + 2, tag_len, data + 2 + tag_len, size - 2 - tag_len);
	read_planted(data[0]);
	round_trip(data[0], data + 2, size - 2);
	scsiemu_medium_close(&m);
	return 0;
}
