/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * command.c - commands as the kernel takes them: struct sg_io_hdr by sg and by
 * the block layer, struct sg_io_v4 by bsg, and the oldest way. Each check is
 * where its driver has it (Linux, drivers/scsi/sg.c, scsi_ioctl.c,
 * scsi_bsg.c). What a process with CAP_SYS_RAWIO may do is allowed.
 */
#define _GNU_SOURCE
#include "shim.h"

#include <scsiemu/cmd.h>
#include <scsiemu/wire.h>

#include <errno.h>
#include <linux/bsg.h>
#include <scsi/sg.h>
#include <string.h>

#define LEAST_CDB	  6
#define MOST_CDB	  32 /* of a struct scsi_cmnd */
#define DRIVER_SENSE	  8
#define FLAG_MMAP_IO	  4
#define SG_MOST		  (256u << 20)
#define OLD_PAGE	  4096u /* SCSI_IOCTL_SEND_COMMAND */
#define OLD_SENSE	  16u
#define RESET_NO_ESCALATE 0x100
#define MOST_VECTORS	  1024 /* UIO_MAXIOV */

static int sg_check(const struct sg_io_hdr *h)
{
	if (h->interface_id != 'S')
		return ENOSYS;
	if (h->flags & FLAG_MMAP_IO) /* mmap() has failed before */
		return h->flags & SG_FLAG_DIRECT_IO ? EINVAL : ENOMEM;
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
	*d = (struct shim_data){ h->dxferp, h->iovec_count, false };
	*len = sum(d->v, d->nv, *len);
	return 0;
}

void shim_fill(struct sg_io_hdr *h, bool sg, const struct semu_sgio_reply *r)
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
		memcpy(h->sbp, r->data, len);
		h->sb_len_wr = (unsigned char)len;
	}
	if (r->status == SCSIEMU_CHECK_CONDITION && (!sg || h->sb_len_wr))
		h->driver_status = DRIVER_SENSE;
	h->info = r->status || r->host_status || h->driver_status
			  ? SG_INFO_CHECK
			  : SG_INFO_OK;
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
	memcpy(q->cdb, h->cmdp, h->cmd_len);
	return 0;
}

static int header_3(int fd, bool sg, struct sg_io_hdr *h)
{
	struct semu_sgio_request q;
	struct semu_sgio_reply r;
	struct shim_data d;
	struct iovec one;
	int error = shim_prepare(h, sg, &q, &one, &d);

	if (!error)
		error = shim_command(fd, &q, &d, &r);
	if (!error)
		shim_fill(h, sg, &r);
	return -error;
}

/* ---- struct sg_io_v4 ---- */

static void *at(uint64_t address)
{
	return (void *)(uintptr_t)address;
}

static int check_4(const struct sg_io_v4 *h)
{
	if (h->guard != 'Q' || h->protocol != BSG_PROTOCOL_SCSI ||
	    h->subprotocol != BSG_SUB_PROTOCOL_SCSI_CMD)
		return EINVAL;
	if (h->dout_xfer_len && h->din_xfer_len)
		return EOPNOTSUPP;
	if (!h->request_len || h->request_len > MOST_CDB ||
	    h->dout_xfer_len > SEMU_SGIO_MAX || h->din_xfer_len > SEMU_SGIO_MAX)
		return EINVAL;
	return h->request ? 0 : EFAULT;
}

static void fill_4(struct sg_io_v4 *h, const struct semu_sgio_reply *r)
{
	uint32_t len = r->len < h->max_response_len ? r->len
						    : h->max_response_len;

	h->device_status = r->status;
	h->transport_status = r->host_status;
	h->driver_status = r->status == SCSIEMU_CHECK_CONDITION ? DRIVER_SENSE
								: 0;
	h->info = r->status || r->host_status ? SG_INFO_CHECK : SG_INFO_OK;
	h->duration = r->duration_ms;
	h->response_len = h->response ? len : 0;
	if (h->response_len)
		memcpy(at(h->response), r->data, len);
	h->din_resid = h->dout_xfer_len ? 0 : r->resid;
	h->dout_resid = h->dout_xfer_len ? r->resid : 0;
}

static int header_4(int fd, struct sg_io_v4 *h)
{
	struct semu_sgio_request q = { .timeout_ms = h->timeout,
				       .in_len = h->din_xfer_len,
				       .out_len = h->dout_xfer_len };
	struct iovec one = { at(h->dout_xfer_len ? h->dout_xferp
						 : h->din_xferp),
			     h->dout_xfer_len + h->din_xfer_len };
	const struct shim_data d = { &one, 1, true };
	struct semu_sgio_reply r;
	int error = check_4(h);

	if (error)
		return -error;
	q.cdb_len = (uint16_t)h->request_len;
	memcpy(q.cdb, at(h->request), h->request_len);
	error = shim_command(fd, &q, &d, &r);
	if (!error)
		fill_4(h, &r);
	return -error;
}

int shim_sg_io(int fd, const struct shim_node *n, void *arg)
{
	if (!arg)
		return -EFAULT;
	if (n->block || shim_is_sg(n))
		return header_3(fd, !n->block, arg);
	return header_4(fd, arg);
}

/* ---- SCSI_IOCTL_SEND_COMMAND ---- */

struct old_command {
	uint32_t to_device, from_device; /* bytes */
	uint8_t data[];			 /* the CDB and data-out; data-in */
};

static uint16_t old_length(uint8_t opcode)
{
	static const uint8_t lengths[8] = { 6, 10, 10, 12, 16, 12, 10, 10 };

	return lengths[opcode >> 5];
}

int shim_send_command(int fd, void *arg)
{
	struct old_command *o = arg;
	struct semu_sgio_request q = { .timeout_ms = 0 };
	struct semu_sgio_reply r;
	struct iovec one;
	const struct shim_data d = { &one, 1, false };
	int error;

	if (!o || o->to_device > OLD_PAGE || o->from_device > OLD_PAGE)
		return -EINVAL;
	q.cdb_len = old_length(o->data[0]);
	memcpy(q.cdb, o->data, q.cdb_len);
	q.out_len = o->to_device;
	q.in_len = o->to_device ? 0 : o->from_device;
	one.iov_base = o->to_device ? o->data + q.cdb_len : o->data;
	one.iov_len = q.out_len + q.in_len;
	error = shim_command(fd, &q, &d, &r);
	if (error)
		return -error;
	if (r.status)
		memcpy(o->data, r.data, r.len < OLD_SENSE ? r.len : OLD_SENSE);
	return r.status;
}

/* ---- SG_SCSI_RESET ---- */

int shim_reset(int fd, const void *arg)
{
	static const uint8_t tmf[] = { 0, SCSIEMU_TMF_LU_RESET,
				       SCSIEMU_TMF_TARGET_WARM_RESET,
				       SCSIEMU_TMF_TARGET_WARM_RESET,
				       SCSIEMU_TMF_TARGET_WARM_RESET };
	struct semu_sgio_request q = { .what = SEMU_SGIO_COMMAND };
	struct semu_sgio_reply r;
	int32_t what;

	if (!arg)
		return -EFAULT;
	memcpy(&what, arg, sizeof(what));
	what &= ~RESET_NO_ESCALATE;
	if (what < 0 || what >= (int32_t)sizeof(tmf))
		return -EIO;
	if (!tmf[what])
		return 0;
	q.tmf = tmf[what];
	return -shim_call(fd, &q, -1, &r);
}
