/* SPDX-License-Identifier: BSD-2-Clause */
/* initiator.c - see initiator.h. */
#include "initiator.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef __linux__
#include <scsi/sg.h>
#include <sys/ioctl.h>
#endif

#include "unit.h"

enum { PATIENCE = 600000 }; /* ms */

struct link {
	const char *name;
	struct unit *unit; /* NULL: there is a node */
	int fd;
};

/* One command, as both ways take it. */
struct order {
	const uint8_t *cdb;
	unsigned cdb_len;
	void *data;
	uint32_t len;
	bool out;
};

/* ---- A unit of this program's ---- */

static int send_here(struct link *l, const struct order *o,
		     struct link_reply *r)
{
	struct unit_cmd c = { .cdb = o->cdb,
			      .cdb_len = (uint16_t)o->cdb_len,
			      .out = o->out ? o->data : NULL,
			      .out_len = o->out ? o->len : 0,
			      .in_len = o->out ? 0 : o->len };
	struct unit_reply a;

	if (unit_send(l->unit, &c, &a))
		return -1;
	r->status = a.status;
	r->sense_len = a.sense_len;
	memcpy(r->sense, a.sense, a.sense_len);
	r->moved = a.len;
	if (o->out)
		r->moved = o->len -
			   (uint32_t)(a.out_resid > 0 ? a.out_resid : 0);
	else if (a.len)
		memcpy(o->data, a.data, a.len);
	return 0;
}

/* ---- A node ---- */

#ifdef __linux__

static int send_there(struct link *l, const struct order *o,
		      struct link_reply *r)
{
	struct sg_io_hdr h = {
		.interface_id = 'S',
		.dxfer_direction = !o->len  ? SG_DXFER_NONE
				   : o->out ? SG_DXFER_TO_DEV
					    : SG_DXFER_FROM_DEV,
		.cmd_len = (unsigned char)o->cdb_len,
		.mx_sb_len = sizeof(r->sense),
		.dxfer_len = o->len,
		.dxferp = o->data,
		.cmdp = (unsigned char *)(uintptr_t)o->cdb,
		.sbp = r->sense,
		.timeout = PATIENCE,
	};

	if (ioctl(l->fd, SG_IO, &h) < 0) {
		fprintf(stderr, "scsiemu: %s: SG_IO: %s\n", l->name,
			strerror(errno));
		return -1;
	}
	if (h.host_status || h.driver_status & 0x07) {
		fprintf(stderr,
			"scsiemu: %s: command %02x was lost on the way (host "
			"status %d, driver status %d)\n",
			l->name, o->cdb[0], h.host_status, h.driver_status);
		return -1;
	}
	r->status = h.status;
	r->sense_len = h.sb_len_wr;
	r->moved = h.resid > 0 && (uint32_t)h.resid <= o->len
			   ? o->len - (uint32_t)h.resid
			   : o->len;
	return 0;
}

#else

static int send_there(struct link *l, const struct order *o,
		      struct link_reply *r)
{
	(void)o, (void)r;
	fprintf(stderr, "scsiemu: %s: nodes are Linux's: name a device\n",
		l->name);
	return -1;
}

#endif

static int send(struct link *l, const struct order *o, struct link_reply *r)
{
	memset(r, 0, sizeof(*r));
	return l->unit ? send_here(l, o, r) : send_there(l, o, r);
}

int link_out(struct link *l, const uint8_t *cdb, unsigned cdb_len,
	     const void *data, uint32_t len, struct link_reply *r)
{
	const struct order o = { cdb, cdb_len, (void *)(uintptr_t)data, len,
				 true };

	return send(l, &o, r);
}

int link_in(struct link *l, const uint8_t *cdb, unsigned cdb_len, void *data,
	    uint32_t len, struct link_reply *r)
{
	const struct order o = { cdb, cdb_len, data, len, false };

	return send(l, &o, r);
}

bool link_is_remote(const struct link *l)
{
	return !l->unit;
}

static bool attach(struct link *l)
{
	char *devices[] = { (char *)(uintptr_t)l->name };

	if (strchr(l->name, '/') != l->name) {
		l->unit = unit_open(devices, 1, 1);
		return l->unit;
	}
	l->fd = open(l->name, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (l->fd < 0)
		fprintf(stderr, "scsiemu: %s: %s\n", l->name, strerror(errno));
	return l->fd >= 0;
}

struct link *link_open(const char *name)
{
	struct link *l = calloc(1, sizeof(*l));

	if (!l) {
		fprintf(stderr, "scsiemu: out of memory\n");
		return NULL;
	}
	l->name = name;
	l->fd = -1;
	if (attach(l))
		return l;
	free(l);
	return NULL;
}

int link_close(struct link *l)
{
	int rc = l->unit ? unit_close(l->unit) : close(l->fd);

	free(l);
	return rc;
}
