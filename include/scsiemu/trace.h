/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scsiemu/trace.h - what happens inside, as events. The same events are USDT
 * probes (provider scsiemu) when the library is built with them.
 */
#ifndef SCSIEMU_TRACE_H
#define SCSIEMU_TRACE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct scsiemu_cmd;
struct scsiemu_lu;

enum scsiemu_event {
	SCSIEMU_EV_START, /* accepted; arg: 0 */
	SCSIEMU_EV_WANT,  /* a want goes out; arg: enum scsiemu_want_kind */
	SCSIEMU_EV_DID,	  /* answered; arg: enum scsiemu_result */
	SCSIEMU_EV_DONE,  /* results valid; arg: status */
	SCSIEMU_EV_ABORT, /* an abort hit it; arg: enum scsiemu_tmf or 0 */
	SCSIEMU_EV_END,	  /* left the task set; arg: 0 */
	SCSIEMU_EV_MISUSE /* a call in the wrong state; arg: SCSIEMU_ERR_* */
};

/* Called on the device's thread, from inside the call that caused it; must
 * not call into the device. */
typedef void scsiemu_trace_fn(void *ctx, enum scsiemu_event ev,
			      const struct scsiemu_cmd *c, int arg);

/* T10's name of the command's row ("READ(10)"), "?" when it has none. */
const char *scsiemu_cmd_name(const struct scsiemu_cmd *c);
/* The same of a command that is not running: by opcode and service action (any
 * where the opcode has none). NULL: lu has no such command as it is now. */
const char *scsiemu_lu_cmd_name(const struct scsiemu_lu *lu, uint8_t op,
				uint16_t sa);

#ifdef __cplusplus
}
#endif
#endif
