/* SPDX-License-Identifier: BSD-2-Clause */
/* cam/scsi/scsi_all.h - see cam/cam_ccb.h. */
