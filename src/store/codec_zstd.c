/* SPDX-License-Identifier: BSD-2-Clause */
/* store/codec_zstd.c - compression by zstd (RFC 8878), a frame for each record.
 */
#include <scsiemu/codec.h>

#include "store/open.h"

#ifdef SCSIEMU_HAVE_ZSTD
#include <zstd.h>

#include "store/sys.h"

struct zstd {
	ZSTD_CCtx *to;
	ZSTD_DCtx *from;
};

static size_t zstd_pack(void *ctx, const uint8_t *in, size_t len, uint8_t *out,
			size_t room)
{
	struct zstd *z = ctx;
	size_t n = ZSTD_compress2(z->to, out, room, in, len);

	return ZSTD_isError(n) ? 0 : n;
}

static bool zstd_unpack(void *ctx, const uint8_t *in, size_t len, uint8_t *out,
			size_t out_len)
{
	struct zstd *z = ctx;

	return ZSTD_decompressDCtx(z->from, out, out_len, in, len) == out_len;
}

static void zstd_close(void *ctx)
{
	struct zstd *z = ctx;

	ZSTD_freeCCtx(z->to);
	ZSTD_freeDCtx(z->from);
	semu_sys->free(z);
}

static const struct scsiemu_compressor_ops ops = {
	.size = sizeof(ops),
	.id = 1,
	.pack = zstd_pack,
	.unpack = zstd_unpack,
	.close = zstd_close,
};

int scsiemu_codec_zstd(struct scsiemu_codec *c, int level,
		       struct scsiemu_errmsg *err)
{
	struct zstd *z;

	if (level < ZSTD_minCLevel() || level > ZSTD_maxCLevel())
		return semu_err(err, "zstd has no level %d: it has %d to %d",
				level, ZSTD_minCLevel(), ZSTD_maxCLevel());
	z = semu_sys->alloc(sizeof(*z));
	if (!z)
		return semu_err_memory(err);
	z->to = ZSTD_createCCtx();
	z->from = ZSTD_createDCtx();
	if (!z->to || !z->from ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(z->to, ZSTD_c_compressionLevel,
						level ? level : 1))) {
		zstd_close(z);
		return semu_err_memory(err);
	}
	c->compressor = &ops;
	c->compressor_ctx = z;
	return 0;
}
#else
int scsiemu_codec_zstd(struct scsiemu_codec *c, int level,
		       struct scsiemu_errmsg *err)
{
	(void)c, (void)level;
	return semu_err(err, "no compression: the library was built without "
			     "zstd (-Dzstd=enabled builds it in)");
}
#endif
