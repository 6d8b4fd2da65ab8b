/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * targ/abi.h - CAM's control blocks as FreeBSD's targ(4) exchanges them with a
 * process (cam/cam_ccb.h, cam/scsi/scsi_targetio.h). On FreeBSD the system's
 * headers are taken (SEMU_TARG_AS_FREEBSD: a test has some of that shape).
 * Elsewhere, for tests and for a model of the driver, these are our own: the
 * same names, the layout of the release SEMU_TARG_ABI, by the compiler: 8 (LUNs
 * of 32 bits, sense of 32 bytes), 9 (sense of 252), 10 (LUNs of 64 bits, which
 * is how it stayed).
 */
#ifndef SEMU_TARG_ABI_H
#define SEMU_TARG_ABI_H

#if defined(__FreeBSD__) || defined(SEMU_TARG_AS_FREEBSD)

#include <sys/ioccom.h>
#include <sys/param.h>
#include <sys/time.h>
#include <sys/types.h>
#if __FreeBSD_version < 500000
#error "targ(4) of FreeBSD 3 and 4 is another interface: it is not supported"
#endif
#include <cam/cam.h>
#include <cam/cam_ccb.h>
#include <cam/scsi/scsi_all.h>
#include <cam/scsi/scsi_targetio.h>

#else

#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

#ifndef SEMU_TARG_ABI
#define SEMU_TARG_ABI 10
#endif

#if SEMU_TARG_ABI >= 10
typedef uint64_t lun_id_t;
#else
typedef uint32_t lun_id_t;
#endif
enum { CAM_SENSE_LEN = SEMU_TARG_ABI >= 9 ? 252 : 32, CAM_CDB_LEN = 16 };

enum { /* function codes; 0x100: it is queued, and read() gives it back */
       XPT_PATH_INQ = 0x04,
       XPT_REL_SIMQ = 0x05,
       XPT_ABORT = 0x10,
       XPT_FC_QUEUED = 0x100,
       XPT_ACCEPT_TARGET_IO = 0x332,
       XPT_IMMED_NOTIFY = 0x334,
       XPT_IMMEDIATE_NOTIFY = 0x336,
       XPT_NOTIFY_ACKNOWLEDGE = 0x337,
       XPT_CONT_TARGET_IO = 0x933
};
enum { /* flags */
       CAM_CDB_POINTER = 0x1,
       CAM_DIR_IN = 0x40,
       CAM_DIR_OUT = 0x80,
       CAM_DIR_NONE = 0xc0,
       CAM_DIR_MASK = 0xc0,
       CAM_TAG_ACTION_VALID = 0x8000,
       CAM_DIS_DISCONNECT = 0x20000,
       CAM_SEND_SENSE = 0x08000000,
       CAM_SEND_STATUS = 0x40000000
};
enum { /* status, and what stands beside it */
       CAM_REQ_INPROG = 0x00,
       CAM_REQ_CMP = 0x01,
       CAM_REQ_ABORTED = 0x02,
       CAM_UA_ABORT = 0x03,
       CAM_REQ_CMP_ERR = 0x04,
       CAM_PATH_INVALID = 0x07,
       CAM_SCSI_BUS_RESET = 0x0e,
       CAM_BDR_SENT = 0x17,
       CAM_MESSAGE_RECV = 0x36,
       CAM_CDB_RECVD = 0x3d,
       CAM_STATUS_MASK = 0x3f,
       CAM_DEV_QFRZN = 0x40,
       CAM_SENT_SENSE = 0x40000000
};
#define CAM_TIME_INFINITY 0xffffffffu
enum { PIT_PROCESSOR = 0x80, RELSIM_RELEASE_AFTER_QEMPTY = 0x08 };
enum { XPORT_SPI = 2 };

struct ccb_priv {
	union {
		void *ptr;
	} entries[2];
};

struct ccb_hdr {
	struct {
		uint32_t priority, generation;
		int index;
	} pinfo;
	void *xpt_links[2], *sim_links[2], *periph_links[2];
	uint32_t retry_count;
	void (*cbfcnp)(void);
	int func_code;
	uint32_t status;
	void *path;
	uint32_t path_id, target_id;
	lun_id_t target_lun;
	uint32_t flags;
#if SEMU_TARG_ABI >= 10
	uint32_t xflags;
#endif
	struct ccb_priv periph_priv, sim_priv;
#if SEMU_TARG_ABI >= 10
	void *qos[3];
#endif
	uint32_t timeout; /* ms */
#if SEMU_TARG_ABI >= 10
	struct timeval softtimeout;
#endif
};

struct ccb_sense {
	uint8_t bytes[CAM_SENSE_LEN];
};
union ccb_cdb {
	uint8_t *cdb_ptr;
	uint8_t cdb_bytes[CAM_CDB_LEN];
};

struct ccb_accept_tio { /* ATIO: a command comes in it */
	struct ccb_hdr ccb_h;
	union ccb_cdb cdb_io;
	uint8_t cdb_len, tag_action, sense_len;
	uint32_t tag_id, init_id;
	struct ccb_sense sense_data;
};

struct ccb_scsiio { /* CTIO: data or status goes out with it */
	struct ccb_hdr ccb_h;
	void *next_ccb, *req_map;
	uint8_t *data_ptr;
	uint32_t dxfer_len;
	struct ccb_sense sense_data;
	uint8_t sense_len, cdb_len;
	uint16_t sglist_cnt;
	uint8_t scsi_status, sense_resid;
	uint32_t resid;
	union ccb_cdb cdb_io;
	uint8_t *msg_ptr;
	uint16_t msg_len;
	uint8_t tag_action;
	uint32_t tag_id, init_id;
};

struct ccb_immed_notify { /* INOT, of drivers with a node for each instance */
	struct ccb_hdr ccb_h;
	struct ccb_sense sense_data;
	uint8_t sense_len, initiator_id, message_args[7];
};
struct ccb_immediate_notify { /* INOT, of the others */
	struct ccb_hdr ccb_h;
	uint32_t tag_id, seq_id, initiator_id, arg;
};

struct ccb_relsim {
	struct ccb_hdr ccb_h;
	uint32_t release_flags, openings, release_timeout, qfrozen_cnt;
};
struct ccb_abort {
	struct ccb_hdr ccb_h;
	union ccb *abort_ccb;
};

struct ccb_pathinq {
	struct ccb_hdr ccb_h;
	uint8_t version_num, hba_inquiry;
#if SEMU_TARG_ABI >= 10
	uint16_t target_sprt;
	uint32_t hba_misc;
#else
	uint8_t target_sprt, hba_misc;
#endif
	uint16_t hba_eng_cnt;
	uint8_t vuhba_flags[14];
	uint32_t max_target, max_lun, async_flags, hpath_id, initiator_id;
	char sim_vid[16], hba_vid[16], dev_name[16];
	uint32_t unit_number, bus_id, base_transfer_speed;
	uint32_t protocol, protocol_version, transport, transport_version;
	union {
		uint64_t align;
		uint8_t bytes[128];
	} xport_specific;
	uint32_t maxio;
	uint16_t hba[4];
};

union ccb {
	struct ccb_hdr ccb_h;
	struct ccb_accept_tio atio;
	struct ccb_scsiio ctio;
	struct ccb_immed_notify cin;
	struct ccb_immediate_notify cin1;
	struct ccb_relsim crs;
	struct ccb_abort cab;
	struct ccb_pathinq cpi;
};

struct ioc_enable_lun {
	uint32_t path_id, target_id;
	lun_id_t lun_id;
	int grp6_len, grp7_len;
};
/* BSD's: the size in 13 bits, and the directions the other way round. */
#define TARG_VOID 0x20000000ul
#define TARG_IN	  0x80000000ul
#define TARG_IOC(dir, nr, size)                                                \
	((dir) | ((size)&0x1ffful) << 16 | (unsigned long)'C' << 8 | (nr))
#define TARGIOCENABLE  TARG_IOC(TARG_IN, 5ul, sizeof(struct ioc_enable_lun))
#define TARGIOCDISABLE TARG_IOC(TARG_VOID, 6ul, 0ul)
#define TARGIOCDEBUG   TARG_IOC(TARG_IN, 7ul, sizeof(int))

#define AT(type, member, at)                                                   \
	_Static_assert(offsetof(struct type, member) == (at), #type)
#define LEN(type, len) _Static_assert(sizeof(struct type) == (len), #type)

#if UINTPTR_MAX > 0xffffffffu && SEMU_TARG_ABI == 8
AT(ccb_hdr, retry_count, 64);
AT(ccb_hdr, func_code, 80);
AT(ccb_hdr, status, 84);
AT(ccb_hdr, target_lun, 104);
AT(ccb_hdr, flags, 108);
AT(ccb_hdr, periph_priv, 112);
AT(ccb_hdr, timeout, 144);
LEN(ccb_hdr, 152);
AT(ccb_accept_tio, cdb_len, 168);
AT(ccb_accept_tio, tag_action, 169);
AT(ccb_accept_tio, sense_len, 170);
AT(ccb_accept_tio, tag_id, 172);
AT(ccb_accept_tio, init_id, 176);
AT(ccb_accept_tio, sense_data, 180);
LEN(ccb_accept_tio, 216);
AT(ccb_scsiio, data_ptr, 168);
AT(ccb_scsiio, dxfer_len, 176);
AT(ccb_scsiio, sense_data, 180);
AT(ccb_scsiio, sense_len, 212);
AT(ccb_scsiio, scsi_status, 216);
AT(ccb_scsiio, resid, 220);
AT(ccb_scsiio, tag_action, 250);
AT(ccb_scsiio, tag_id, 252);
AT(ccb_scsiio, init_id, 256);
LEN(ccb_scsiio, 264);
LEN(ccb_immediate_notify, 168);
LEN(ioc_enable_lun, 20);
_Static_assert(TARGIOCENABLE == 0x80144305, "TARGIOCENABLE");
#endif
#if UINTPTR_MAX > 0xffffffffu && SEMU_TARG_ABI >= 10
AT(ccb_hdr, retry_count, 64);
AT(ccb_hdr, func_code, 80);
AT(ccb_hdr, status, 84);
AT(ccb_hdr, target_lun, 104);
AT(ccb_hdr, flags, 112);
AT(ccb_hdr, periph_priv, 120);
AT(ccb_hdr, timeout, 176);
LEN(ccb_hdr, 200);
AT(ccb_accept_tio, cdb_len, 216);
AT(ccb_accept_tio, tag_action, 217);
AT(ccb_accept_tio, sense_len, 218);
AT(ccb_accept_tio, tag_id, 220);
AT(ccb_accept_tio, init_id, 224);
AT(ccb_accept_tio, sense_data, 228);
LEN(ccb_accept_tio, 480);
AT(ccb_scsiio, data_ptr, 216);
AT(ccb_scsiio, dxfer_len, 224);
AT(ccb_scsiio, sense_data, 228);
AT(ccb_scsiio, sense_len, 480);
AT(ccb_scsiio, scsi_status, 484);
AT(ccb_scsiio, resid, 488);
AT(ccb_scsiio, tag_action, 522);
AT(ccb_scsiio, tag_id, 524);
AT(ccb_scsiio, init_id, 528);
LEN(ccb_scsiio, 536);
LEN(ccb_immediate_notify, 216);
AT(ccb_pathinq, hba_inquiry, 201);
AT(ccb_pathinq, target_sprt, 202);
LEN(ioc_enable_lun, 24);
_Static_assert(TARGIOCENABLE == 0x80184305, "TARGIOCENABLE");
#endif
_Static_assert(TARGIOCDISABLE == 0x20004306, "TARGIOCDISABLE");
_Static_assert(TARGIOCDEBUG == 0x80044307, "TARGIOCDEBUG");
#undef AT
#undef LEN

#endif

/* What only newer systems have a name for. */
enum { TARG_NEXUS_LOST = 0x1d }; /* a status */
enum {				 /* the answer to an INOT */
       TARG_RSP_COMPLETE = 0,
       TARG_RSP_REJECTED = 4,
       TARG_RSP_SUCCEEDED = 8,
       TARG_RSP_INCORRECT_LUN = 9
};

/* SCSI messages (SPI-3 16), and those that only newer drivers have. */
enum {
	TARG_MSG_ABORT_TASK_SET = 0x06,
	TARG_MSG_TARGET_RESET = 0x0c,
	TARG_MSG_ABORT_TASK = 0x0d,
	TARG_MSG_CLEAR_TASK_SET = 0x0e,
	TARG_MSG_CLEAR_ACA = 0x16,
	TARG_MSG_LU_RESET = 0x17,
	TARG_MSG_SIMPLE = 0x20,
	TARG_MSG_HEAD = 0x21,
	TARG_MSG_ORDERED = 0x22,
	TARG_MSG_ACA = 0x2f,
	TARG_MSG_QUERY_TASK = 0x100,
	TARG_MSG_QUERY_TASK_SET = 0x101,
	TARG_MSG_QUERY_ASYNC_EVENT = 0x102
};

#endif
