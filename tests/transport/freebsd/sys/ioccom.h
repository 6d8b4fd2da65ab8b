/* SPDX-License-Identifier: BSD-2-Clause */
/* sys/ioccom.h - see cam/cam_ccb.h. */
