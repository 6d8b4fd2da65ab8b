/* SPDX-License-Identifier: BSD-2-Clause */
/* command_4.c - commands by struct sg_io_v4 (bsg), by the oldest ioctl and by
 * that of CD drives, and resets (Linux, drivers/scsi/scsi_bsg.c, scsi_ioctl.c).
 */
#define _GNU_SOURCE
#include "shim.h"

#include <scsiemu/cmd.h>
#include <scsiemu/wire.h>

#include <errno.h>
#include <linux/bsg.h>
#include <linux/cdrom.h>
#include <scsi/sg.h>

#define MOST_CDB	  32 /* of a struct scsi_cmnd */
#define DRIVER_SENSE	  8
#define OLD_PAGE	  4096u /* SCSI_IOCTL_SEND_COMMAND */
#define OLD_SENSE	  16u
#define RESET_NO_ESCALATE 0x100
#define DXFER_UNKNOWN	  (-5) /* not in each of the headers */
#define MS_OF_A_TICK	  10   /* USER_HZ is 100 */
#define USUAL_MS	  60000u
#define LEAST_MS	  7000u

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
	if (h->request_len > MOST_CDB || h->dout_xfer_len > SEMU_SGIO_MAX ||
	    h->din_xfer_len > SEMU_SGIO_MAX)
		return EINVAL;
	return h->request ? 0 : EFAULT;
}

static int fill_4(struct sg_io_v4 *h, const struct semu_sgio_reply *r)
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
	h->din_resid = h->dout_xfer_len ? 0 : r->resid;
	h->dout_resid = h->dout_xfer_len ? r->resid : 0;
	return shim_give(at(h->response), r->data, h->response_len);
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

	q.cdb_len = (uint16_t)h->request_len;
	if (!error)
		error = shim_take(q.cdb, at(h->request), h->request_len);
	if (!error)
		error = shim_command(fd, &q, &d, &r);
	return error ? error : fill_4(h, &r);
}

int shim_sg_io_4(int fd, void *arg)
{
	struct sg_io_v4 h;
	int error = shim_take(&h, arg, sizeof(h));

	if (!error)
		error = header_4(fd, &h);
	return -(error ? error : shim_give(arg, &h, sizeof(h)));
}

/* ---- SCSI_IOCTL_SEND_COMMAND ---- */

struct old_command {
	uint32_t to_device, from_device; /* bytes */
	/* and then: the CDB and data-out; data-in */
};

static uint16_t old_length(uint8_t opcode)
{
	static const uint8_t lengths[8] = { 6, 10, 10, 12, 16, 12, 10, 10 };

	return lengths[opcode >> 5];
}

int shim_send_command(int fd, void *arg)
{
	struct semu_sgio_request q = { .timeout_ms = 0 };
	struct semu_sgio_reply r;
	struct old_command o;
	uint8_t *data = (uint8_t *)arg + sizeof(o);
	struct iovec one;
	const struct shim_data d = { &one, 1, false };
	int error = arg ? shim_take(&o, arg, sizeof(o)) : EINVAL;

	if (!error && (o.to_device > OLD_PAGE || o.from_device > OLD_PAGE))
		error = EINVAL;
	if (!error)
		error = shim_take(q.cdb, data, 1);
	if (error)
		return -error;
	q.cdb_len = old_length(q.cdb[0]);
	q.out_len = o.to_device;
	q.in_len = o.to_device ? 0 : o.from_device;
	one.iov_base = o.to_device ? data + q.cdb_len : data;
	one.iov_len = q.out_len + q.in_len;
	error = shim_take(q.cdb, data, q.cdb_len);
	if (!error)
		error = shim_command(fd, &q, &d, &r);
	if (!error && r.status)
		error = shim_give(data, r.data,
				  r.len < OLD_SENSE ? r.len : OLD_SENSE);
	return error ? -error : r.status;
}

/* ---- CDROM_SEND_PACKET ---- */

/* The block layer's times, at a node of sg as well, which has others. */
static uint32_t packet_ms(int ticks, bool sg)
{
	int64_t ms = (int64_t)ticks * MS_OF_A_TICK;

	if (ms < 0 || ms > UINT32_MAX)
		return UINT32_MAX;
	if (!sg)
		return (uint32_t)ms;
	if (!ms)
		return USUAL_MS;
	return ms < LEAST_MS ? LEAST_MS : (uint32_t)ms;
}

int shim_packet(int fd, bool sg, void *arg)
{
	static const int8_t directions[] = {
		[CGC_DATA_UNKNOWN] = DXFER_UNKNOWN,
		[CGC_DATA_WRITE] = SG_DXFER_TO_DEV,
		[CGC_DATA_READ] = SG_DXFER_FROM_DEV,
		[CGC_DATA_NONE] = SG_DXFER_NONE,
	};
	struct sg_io_hdr h = { .interface_id = 'S' };
	struct cdrom_generic_command c;
	int error = shim_take(&c, arg, sizeof(c));

	if (error)
		return -error;
	if (c.data_direction >= sizeof(directions))
		return -EINVAL;
	h.dxfer_direction = directions[c.data_direction];
	h.dxferp = c.buffer;
	h.dxfer_len = c.buflen;
	h.cmdp = c.cmd;
	h.cmd_len = sizeof(c.cmd);
	h.sbp = (void *)c.sense;
	h.mx_sb_len = c.sense ? sizeof(*c.sense) : 0;
	h.timeout = packet_ms(c.timeout, sg);
	error = shim_io(fd, false, &h, &h);
	if (error == EFAULT)
		return -EFAULT;
	if (h.status)
		return -EIO;
	c.stat = -error;
	c.buflen = (uint32_t)h.resid;
	return shim_give(arg, &c, sizeof(c)) ? -EFAULT : -error;
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

	if (shim_take(&what, arg, sizeof(what)))
		return -EFAULT;
	what &= ~RESET_NO_ESCALATE;
	if (what < 0 || what >= (int32_t)sizeof(tmf))
		return -EIO;
	if (!tmf[what])
		return 0;
	q.tmf = tmf[what];
	return -shim_call(fd, &q, -1, &r);
}
