/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * command.c - struct sg_io_hdr as sg and the block layer take it. Each check is
 * where its driver has it (Linux, drivers/scsi/sg.c, scsi_ioctl.c). What a
 * process with CAP_SYS_RAWIO may do is allowed.
 */
#define _GNU_SOURCE
#include "shim.h"

#include <scsiemu/cmd.h>
#include <scsiemu/wire.h>

#include <errno.h>
#include <scsi/sg.h>
#include <string.h>

#define LEAST_CDB    6
#define MOST_CDB     32 /* of a struct scsi_cmnd */
#define DRIVER_SENSE 8
#define SG_MOST	     (256u << 20)
#define MOST_VECTORS 1024 /* UIO_MAXIOV */

static int sg_check(const struct sg_io_hdr *h)
{
	if (h->interface_id != 'S')
		return ENOSYS;
	if (!h->cmdp || h->cmd_len < LEAST_CDB || h->cmd_len > SEMU_SGIO_CDB)
		return EMSGSIZE;
	if (h->dxfer_len >= SG_MOST || h->cmd_len > MOST_CDB)
		return EINVAL;
	return h->dxfer_direction != SG_DXFER_NONE &&
			       h->dxfer_len > SEMU_SGIO_MAX
		       ? EINVAL
		       : 0;
}

static int block_check(const struct sg_io_hdr *h)
{
	if (h->interface_id != 'S')
		return EINVAL;
	if (h->dxfer_len > SEMU_SGIO_MAX)
		return EIO;
	if (h->dxfer_len && (h->dxfer_direction > SG_DXFER_TO_DEV ||
			     h->dxfer_direction < SG_DXFER_TO_FROM_DEV))
		return EINVAL;
	if (h->cmd_len > MOST_CDB)
		return EINVAL;
	if (h->cmd_len < LEAST_CDB)
		return EMSGSIZE;
	return h->cmdp ? 0 : EFAULT;
}

static uint32_t sum(const struct iovec *v, unsigned n, uint32_t most)
{
	uint32_t all = 0;

	for (unsigned i = 0; i < n && all < most; i++)
		all += v[i].iov_len < most - all ? (uint32_t)v[i].iov_len
						 : most - all;
	return all;
}

/* Where the data is: 0 or an errno. sg takes a READ to nowhere. */
static int place_data(const struct sg_io_hdr *h, bool sg, uint32_t *len,
		      struct iovec *one, struct shim_data *d)
{
	*len = h->dxfer_direction == SG_DXFER_NONE ? 0 : h->dxfer_len;
	*one = (struct iovec){ h->dxferp, *len };
	*d = (struct shim_data){ one, 1, false };
	if (!*len)
		return 0;
	if (!h->dxferp) {
		d->nv = 0;
		return sg && h->dxfer_direction != SG_DXFER_TO_DEV ? 0 : EFAULT;
	}
	if (!h->iovec_count)
		return 0;
	if (h->iovec_count > MOST_VECTORS)
		return EINVAL;
	if (shim_is_there(h->dxferp, h->iovec_count * sizeof(*one)))
		return EFAULT;
	*d = (struct shim_data){ h->dxferp, h->iovec_count, false };
	*len = sum(d->v, d->nv, *len);
	return 0;
}

int shim_fill(struct sg_io_hdr *h, bool sg, const struct semu_sgio_reply *r)
{
	uint32_t len = r->len < h->mx_sb_len ? r->len : h->mx_sb_len;

	h->status = r->status;
	h->masked_status = r->status >> 1 & 0x7f;
	h->msg_status = 0;
	h->host_status = r->host_status;
	h->driver_status = 0;
	h->resid = r->resid;
	h->duration = r->duration_ms;
	h->sb_len_wr = 0;
	if (len && h->sbp) {
		if (shim_give(h->sbp, r->data, len))
			return EFAULT;
		h->sb_len_wr = (unsigned char)len;
	}
	if (r->status == SCSIEMU_CHECK_CONDITION && (!sg || h->sb_len_wr))
		h->driver_status = DRIVER_SENSE;
	h->info = r->status || r->host_status || h->driver_status
			  ? SG_INFO_CHECK
			  : SG_INFO_OK;
	return 0;
}

int shim_data_of(const struct sg_io_hdr *h, bool sg,
		 struct semu_sgio_request *q, struct iovec *one,
		 struct shim_data *d)
{
	uint32_t len;
	int error = place_data(h, sg, &len, one, d);

	d->keeps = !sg || h->dxfer_direction == SG_DXFER_TO_FROM_DEV;

	if (h->dxfer_direction == SG_DXFER_TO_DEV)
		q->out_len = len;
	else
		q->in_len = len;
	return error;
}

int shim_prepare(const struct sg_io_hdr *h, bool sg,
		 struct semu_sgio_request *q, struct iovec *one,
		 struct shim_data *d)
{
	int error = sg ? sg_check(h) : block_check(h);

	*q = (struct semu_sgio_request){ .timeout_ms = h->timeout };
	if (!error)
		error = shim_data_of(h, sg, q, one, d);
	if (error)
		return error;
	q->cdb_len = h->cmd_len;
	return shim_take(q->cdb, h->cmdp, h->cmd_len);
}

int shim_io(int fd, bool sg, const struct sg_io_hdr *h, struct sg_io_hdr *to)
{
	struct semu_sgio_request q;
	struct semu_sgio_reply r;
	struct shim_data d;
	struct iovec one;
	int error = shim_prepare(h, sg, &q, &one, &d);

	if (!error)
		error = shim_command(fd, &q, &d, &r);
	return error ? error : shim_fill(to, sg, &r);
}

static int header_3(int fd, bool sg, void *arg)
{
	struct shim_map map = { NULL, 0 };
	struct sg_io_hdr given, h;
	int error = shim_take(&given, arg, sizeof(given));

	if (error)
		return error;
	h = given;
	if (sg && h.interface_id == 'S')
		error = shim_map(fd, &h, &map);
	if (!error)
		error = shim_io(fd, sg, &h, &given);
	shim_unmap(&map);
	return error ? error : shim_give(arg, &given, sizeof(given));
}

int shim_sg_io(int fd, const struct shim_node *n, void *arg)
{
	if (n->block || shim_is_sg(n))
		return -header_3(fd, !n->block, arg);
	return shim_sg_io_4(fd, arg);
}
