/* SPDX-License-Identifier: BSD-2-Clause */
/* store/nv_mem.c - durable records that last as long as the process. */
#include <errno.h>

#include "store/file_io.h"
#include "store/nv_set.h"
#include "store/open.h"
#include "store/sys.h"

static int nv_mem_load(void *ctx, uint32_t id, void *buf, uint32_t *len)
{
	return semu_nv_load(ctx, id, buf, len);
}

static int nv_mem_save(void *ctx, struct scsiemu_io *io, uint32_t id,
		       const void *buf, uint32_t len)
{
	struct semu_nv_record *r = NULL;

	(void)io;
	if (len > SEMU_NV_RECORD_MAX)
		return SCSIEMU_E_NO_SPACE;
	if (len) {
		r = semu_nv_make(id, buf, len);
		if (!r)
			return semu_errno_result(ENOMEM, SEMU_WRITING);
	}
	semu_sys->free(semu_nv_swap(ctx, id, r));
	return SCSIEMU_OK;
}

static void nv_mem_close(void *ctx)
{
	semu_nv_clear(ctx);
	semu_sys->free(ctx);
}

static const struct scsiemu_nv_ops nv_mem_ops = {
	.size = sizeof(struct scsiemu_nv_ops),
	.load = nv_mem_load,
	.save = nv_mem_save,
	.close = nv_mem_close,
};

int scsiemu_open_nv_mem(struct scsiemu_nv *nv, struct scsiemu_errmsg *err)
{
	struct semu_nv_set *s = semu_sys->alloc(sizeof(*s));

	if (!s)
		return semu_err_memory(err);
	nv->ops = &nv_mem_ops;
	nv->ctx = s;
	return 0;
}

void scsiemu_nv_close(struct scsiemu_nv *nv)
{
	if (nv->ops && nv->ctx && SCSIEMU_HAS(scsiemu_nv_ops, nv->ops, close))
		nv->ops->close(nv->ctx);
	nv->ops = NULL;
	nv->ctx = NULL;
}
