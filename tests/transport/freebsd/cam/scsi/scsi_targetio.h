/* SPDX-License-Identifier: BSD-2-Clause */
/* cam/scsi/scsi_targetio.h - see ../cam_ccb.h. */
#ifndef FREEBSD_TARGETIO_H
#define FREEBSD_TARGETIO_H

#include <cam/cam_ccb.h>

struct ioc_enable_lun {
	path_id_t path_id;
	target_id_t target_id;
	lun_id_t lun_id;
	int grp6_len, grp7_len;
};
#define TARGIOCENABLE  1ul
#define TARGIOCDISABLE 2ul
#define TARGIOCDEBUG   3ul

#endif
