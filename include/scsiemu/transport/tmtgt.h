/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scsiemu/transport/tmtgt.h - target mode as a SCSI adapter driver of AIX
 * offers it to a driver above (SCIOSTARTTGT, SCIOSTOPTGT and struct tm_buf:
 * IBM, AIX 7.3, "SCSI Target-Mode Overview", "Target-Mode ioctl Commands"), as
 * a simulation in user space: the shape, the rules and the errno, not the
 * layout, for the kernel's headers are not public. docs/tmtgt.md.
 *
 * The adapter is LUN 0 of type processor (scsiemu/proc.h): what initiators
 * SEND to it comes as buffers to the receive function of their path. All of it
 * is on the device's thread.
 */
#ifndef SCSIEMU_TRANSPORT_TMTGT_H
#define SCSIEMU_TRANSPORT_TMTGT_H

#include <scsiemu/proc.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SCSIEMU_TM_IDS	    16	 /* of initiators: 0 to 15 */
#define SCSIEMU_TM_BUF_SIZE 4096 /* the largest buffer */
#define SCSIEMU_TM_NUM_BUFS 16	 /* the fewest of a path */

enum scsiemu_tm_flag {
	SCSIEMU_TM_HASDATA = 1,
	SCSIEMU_TM_MORE_DATA = 2 /* the message goes on in the next buffer */
};

/* A buffer with data that arrived; tm_buf. */
struct scsiemu_tm_buf {
	struct scsiemu_tm_buf *next; /* the receiver's, while it holds it */
	void *data_addr;
	uint32_t data_len;
	uint32_t user_flag; /* enum scsiemu_tm_flag */
	uint32_t user_id;   /* the initiator's */
	/* Of errors. Always 0: only messages that are whole are delivered. */
	uint8_t status_validity, general_card_status;
	uint32_t adap_devno; /* of struct scsiemu_tmtgt_config */
	uintptr_t tm_correlator;
	void *owner; /* the adapter's */
};

/* sc_strt_tgt */
struct scsiemu_tm_start {
	uint32_t size;		 /* sizeof *this */
	uint32_t id;		 /* the initiator's */
	uint32_t lun;		 /* 0 */
	uint32_t buf_size;	 /* bytes of each buffer: 1 to 4096 */
	uint32_t num_bufs;	 /* 16 and up */
	uintptr_t tm_correlator; /* comes back in each buffer */
	/*
	 * A buffer is the receiver's, until it gives it back. Called inside
	 * the device's calls: it may give buffers back, start and stop, but
	 * not run commands. Buffers of one message come one behind the other.
	 */
	void (*recv_func)(struct scsiemu_tm_buf *buf);
	/* Set by scsiemu_tmtgt_start(): gives a buffer back, at any time until
	 * the path is stopped, in any order. */
	void (*free_func)(struct scsiemu_tm_buf *buf);
};

/* What the adapter can do at all. */
enum scsiemu_tm_mode {
	SCSIEMU_TM_READY,
	SCSIEMU_TM_USER,      /* the caller is no kernel extension: EPERM */
	SCSIEMU_TM_NO_TARGET, /* it has no target mode: ENXIO */
	SCSIEMU_TM_BROKEN     /* it does not answer: start fails with EIO */
};

struct scsiemu_tmtgt_config {
	uint32_t size; /* sizeof *this */
	uint32_t id;   /* the adapter's own SCSI ID */
	uint32_t adap_devno;
	/* The ID of an initiator (NULL: the anonymous nexus); one of 16 and up
	 * has no path. */
	uint32_t (*id_of)(void *ctx, const struct scsiemu_nexus *n);
	void *ctx; /* of id_of */
	const struct scsiemu_allocator *allocator;
};

struct scsiemu_tmtgt;

/* NULL: no memory. */
struct scsiemu_tmtgt *scsiemu_tmtgt_create(
	const struct scsiemu_tmtgt_config *cf);
/* Paths that are left are stopped. No command may be alive. */
void scsiemu_tmtgt_destroy(struct scsiemu_tmtgt *t);

/* For struct scsiemu_proc_options of LUN 0, with the adapter as ctx. */
extern const struct scsiemu_proc_ops scsiemu_tmtgt_ops;

/*
 * SCIOSTARTTGT: a path from one initiator. 0, or an errno: EPERM, ENXIO and EIO
 * by mode; EINVAL: it is started already, the ID is the adapter's own or none,
 * the LUN is not 0, buf_size or num_bufs is not possible, or there is no
 * recv_func; ENOMEM.
 */
int scsiemu_tmtgt_start(struct scsiemu_tmtgt *t, struct scsiemu_tm_start *s);
/*
 * SCIOSTOPTGT: all of the path's buffers are gone, those that the receiver
 * holds, too (inside recv_func: when it returns). 0, or EINVAL: it is not
 * started; EPERM, ENXIO.
 */
int scsiemu_tmtgt_stop(struct scsiemu_tmtgt *t, uint32_t id, uint32_t lun);

/* From now on; READY at first. Paths that are started stay. */
void scsiemu_tmtgt_mode(struct scsiemu_tmtgt *t, enum scsiemu_tm_mode mode);

#ifdef __cplusplus
}
#endif
#endif
