/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iscsi_link.c - tools/scsiemu/initiator.h over iSCSI, by libiscsi, which the
 * tool that is installed does without:
 *
 *	conformance_iscsi ssc iscsi://HOST[:PORT]/TARGET/LUN [--destroy]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <iscsi/iscsi.h>
#include <iscsi/scsi-lowlevel.h>

#include "tools/scsiemu/initiator.h"
#include "tools/scsiemu/tool.h"

struct link {
	struct iscsi_context *iscsi;
	int lun;
};

static int complain(const struct link *l, const char *what)
{
	fprintf(stderr, "%s: %s\n", what, iscsi_get_error(l->iscsi));
	return -1;
}

struct link *link_open(const char *name)
{
	struct link *l = calloc(1, sizeof(*l));
	struct iscsi_url *url;

	if (!l)
		return NULL;
	l->iscsi = iscsi_create_context("iqn.2026-01.org.libscsiemu:tests");
	url = iscsi_parse_full_url(l->iscsi, name);
	if (!url) {
		complain(l, name);
		free(l);
		return NULL;
	}
	l->lun = url->lun;
	iscsi_set_targetname(l->iscsi, url->target);
	iscsi_set_session_type(l->iscsi, ISCSI_SESSION_NORMAL);
	iscsi_set_noautoreconnect(l->iscsi, 1);
	/* libiscsi asks for the unit attentions of the first contact */
	if (iscsi_full_connect_sync(l->iscsi, url->portal, url->lun)) {
		complain(l, name);
		link_close(l);
		l = NULL;
	}
	iscsi_destroy_url(url);
	return l;
}

int link_close(struct link *l)
{
	iscsi_logout_sync(l->iscsi);
	iscsi_destroy_context(l->iscsi);
	free(l);
	return 0;
}

bool link_is_remote(const struct link *l)
{
	(void)l;
	return true;
}

/* Behind a length of two bytes (RFC 7143 11.4.7.2). */
static void keep_sense(const struct scsi_task *task, struct link_reply *r)
{
	const uint8_t *p = task->datain.data;
	int n = task->datain.size - 2;

	if (task->status != SCSI_STATUS_CHECK_CONDITION || n <= 0)
		return;
	r->sense_len = (unsigned)n < sizeof(r->sense) ? (unsigned)n
						      : sizeof(r->sense);
	memcpy(r->sense, p + 2, r->sense_len);
}

static int send(struct link *l, struct scsi_task *task, uint32_t len,
		struct link_reply *r)
{
	memset(r, 0, sizeof(*r));
	if (!iscsi_scsi_command_sync(l->iscsi, l->lun, task, NULL)) {
		scsi_free_scsi_task(task);
		return complain(l, "a command");
	}
	r->status = (uint8_t)task->status;
	r->moved = len;
	if (task->residual_status == SCSI_RESIDUAL_UNDERFLOW)
		r->moved -= (uint32_t)task->residual;
	keep_sense(task, r);
	scsi_free_scsi_task(task);
	return 0;
}

int link_out(struct link *l, const uint8_t *cdb, unsigned cdb_len,
	     const void *data, uint32_t len, struct link_reply *r)
{
	struct scsi_task *task = scsi_create_task(
		(int)cdb_len, (unsigned char *)(uintptr_t)cdb,
		len ? SCSI_XFER_WRITE : SCSI_XFER_NONE, (int)len);

	if (!task)
		return -1;
	if (len)
		scsi_task_add_data_out_buffer(task, (int)len,
					      (unsigned char *)(uintptr_t)data);
	return send(l, task, len, r);
}

int link_in(struct link *l, const uint8_t *cdb, unsigned cdb_len, void *data,
	    uint32_t len, struct link_reply *r)
{
	struct scsi_task *task = scsi_create_task(
		(int)cdb_len, (unsigned char *)(uintptr_t)cdb,
		len ? SCSI_XFER_READ : SCSI_XFER_NONE, (int)len);

	if (!task)
		return -1;
	if (len)
		scsi_task_add_data_in_buffer(task, (int)len, data);
	return send(l, task, len, r);
}

int tool_usage(const char *name)
{
	fprintf(stderr,
		"usage: %s ssc iscsi://HOST[:PORT]/TARGET/LUN "
		"[--destroy]\n",
		name);
	return TOOL_TROUBLE;
}

int main(int argc, char **argv)
{
	return conformance_main(argc, argv);
}
