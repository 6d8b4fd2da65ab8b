/* SPDX-License-Identifier: BSD-2-Clause */
/* cam/cam.h - see cam/cam_ccb.h. */
