/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cam/cam_ccb.h - what the targ adapter needs of FreeBSD's headers, in their
 * shape (types of members, unions, enumerations) but not in their layout: with
 * these the adapter is compiled as on FreeBSD, and never run.
 */
#ifndef FREEBSD_CAM_CCB_H
#define FREEBSD_CAM_CCB_H

#include <stdint.h>
#include <sys/time.h>
#include <sys/types.h>

typedef u_int path_id_t;
typedef u_int target_id_t;
#if __FreeBSD_version >= 1000000
typedef u_int64_t lun_id_t;
#else
typedef u_int lun_id_t;
#endif
#define CAM_TIME_INFINITY 0xFFFFFFFF

typedef enum {
	CAM_CDB_POINTER = 0x00000001,
	CAM_DIR_IN = 0x00000040,
	CAM_DIR_OUT = 0x00000080,
	CAM_DIR_NONE = 0x000000C0,
	CAM_DIR_MASK = 0x000000C0,
	CAM_TAG_ACTION_VALID = 0x00008000,
	CAM_DIS_DISCONNECT = 0x00020000,
	CAM_SEND_SENSE = 0x08000000,
	CAM_SEND_STATUS = 0x40000000
} ccb_flags;

typedef enum {
	XPT_PATH_INQ = 0x04,
	XPT_REL_SIMQ = 0x05,
	XPT_ABORT = 0x10,
	XPT_ACCEPT_TARGET_IO = 0x332,
	XPT_CONT_TARGET_IO = 0x933,
	XPT_IMMED_NOTIFY = 0x334,
	XPT_IMMEDIATE_NOTIFY = 0x336,
	XPT_NOTIFY_ACKNOWLEDGE = 0x337
} xpt_opcode;

typedef enum {
	CAM_REQ_CMP = 0x01,
	CAM_REQ_ABORTED = 0x02,
	CAM_SCSI_BUS_RESET = 0x0e,
	CAM_BDR_SENT = 0x17,
	CAM_MESSAGE_RECV = 0x36,
	CAM_CDB_RECVD = 0x3d,
	CAM_DEV_QFRZN = 0x40,
	CAM_STATUS_MASK = 0x3F,
	CAM_SENT_SENSE = 0x40000000
} cam_status;

typedef enum { PIT_PROCESSOR = 0x80 } pi_tmflag;
typedef enum { XPORT_UNKNOWN, XPORT_UNSPECIFIED, XPORT_SPI } cam_xport;
#define RELSIM_RELEASE_AFTER_QEMPTY 0x08

union ccb;
struct cam_periph;
typedef union {
	void *ptr;
	u_long field;
} ccb_priv_entry;
typedef union {
	ccb_priv_entry entries[2];
} ccb_ppriv_area;
typedef struct {
	u_int32_t priority;
	u_int32_t generation;
	int index;
} cam_pinfo;

struct ccb_hdr {
	cam_pinfo pinfo;
	u_int32_t retry_count;
	void (*cbfcnp)(struct cam_periph *, union ccb *);
	xpt_opcode func_code;
	u_int32_t status;
	u_int32_t flags;
	ccb_ppriv_area periph_priv;
	u_int32_t timeout;
};

struct scsi_sense_data {
	u_int8_t error_code;
	u_int8_t sense_buf[251];
};
typedef union {
	u_int8_t *cdb_ptr;
	u_int8_t cdb_bytes[16];
} cdb_t;

struct ccb_scsiio {
	struct ccb_hdr ccb_h;
	u_int8_t *data_ptr;
	u_int32_t dxfer_len;
	struct scsi_sense_data sense_data;
	u_int8_t sense_len, cdb_len;
	u_int16_t sglist_cnt;
	u_int8_t scsi_status;
	u_int32_t resid;
	u_int16_t msg_len;
	u_int8_t tag_action;
	u_int tag_id, init_id;
};
struct ccb_accept_tio {
	struct ccb_hdr ccb_h;
	cdb_t cdb_io;
	u_int8_t cdb_len, tag_action, sense_len;
	u_int tag_id, init_id;
	struct scsi_sense_data sense_data;
};
struct ccb_immed_notify {
	struct ccb_hdr ccb_h;
	u_int8_t initiator_id;
	u_int8_t message_args[7];
};
struct ccb_immediate_notify {
	struct ccb_hdr ccb_h;
	u_int tag_id, seq_id, initiator_id, arg;
};
struct ccb_relsim {
	struct ccb_hdr ccb_h;
	u_int32_t release_flags;
};
struct ccb_abort {
	struct ccb_hdr ccb_h;
	union ccb *abort_ccb;
};
struct ccb_pathinq {
	struct ccb_hdr ccb_h;
	u_int8_t hba_inquiry;
	u_int16_t target_sprt;
	cam_xport transport;
	u_int maxio;
};
union ccb {
	struct ccb_hdr ccb_h;
	struct ccb_pathinq cpi;
};

#endif
