/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host/mailbox.h - what is behind a processor of a device string: a queue of
 * messages. Any initiator's SEND puts one in, any one's RECEIVE takes the
 * oldest, so that programs of several hosts can talk.
 */
#ifndef SEMU_HOST_MAILBOX_H
#define SEMU_HOST_MAILBOX_H

#include <scsiemu/proc.h>

struct semu_mailbox;

/* Room for messages of so many bytes in all, 16 more for each. NULL: no
 * memory. */
struct semu_mailbox *semu_mailbox_open(uint32_t size);
void semu_mailbox_close(struct semu_mailbox *m);

extern const struct scsiemu_proc_ops semu_mailbox_ops; /* ctx: the mailbox */

#endif
