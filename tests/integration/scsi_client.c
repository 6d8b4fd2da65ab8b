/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scsi_client ADDR:PORT IQN: an initiator that does what it is told, by lines:
 *	LUN CDB			no data
 *	LUN CDB in LENGTH	so many bytes of data-in
 *	LUN CDB out BYTES	these as data-out
 * CDB and BYTES are hexadecimal. Each gets a line: status, sense and data-in,
 * hexadecimal or "-", and the residual, below 0 for an overflow; "gone" when
 * the target is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <iscsi/iscsi.h>
#include <iscsi/scsi-lowlevel.h>

enum { DATA = 1 << 24, CHECK = 2 };

static char line[2 * DATA + 256];
static unsigned char out[DATA], in[DATA];

static int bytes(const char *hex, unsigned char *to, int room)
{
	static const char digits[] = "0123456789abcdef";
	int n = 0;

	for (; n < room && hex[0] && hex[1]; hex += 2) {
		const char *high = strchr(digits, hex[0]);
		const char *low = strchr(digits, hex[1]);

		if (!high || !low)
			break;
		to[n++] = (unsigned char)((high - digits) << 4 |
					  (low - digits));
	}
	return n;
}

static void print(const unsigned char *p, int n)
{
	putchar(' ');
	if (n <= 0)
		putchar('-');
	for (int i = 0; i < n; i++)
		printf("%02x", p[i]);
}

/* libiscsi hands sense data over as data-in, behind its length; data-in goes
 * where it was told. */
static void answer(const struct scsi_task *t)
{
	int room = t->xfer_dir == SCSI_XFER_READ ? t->expxferlen : 0;

	if (room && t->residual_status == SCSI_RESIDUAL_UNDERFLOW)
		room -= (int)t->residual;
	printf("%d", t->status);
	print(t->datain.data + 2, t->status == CHECK ? t->datain.size - 2 : 0);
	print(in, room);
	printf(" %s%zu\n",
	       t->residual_status == SCSI_RESIDUAL_OVERFLOW ? "-" : "",
	       t->residual_status ? t->residual : 0);
}

static int parse(char *text, struct scsi_task *t, struct iscsi_data *d)
{
	char *word[4] = { NULL };
	int n = 0;

	for (char *w = strtok(text, " \n"); w && n < 4; w = strtok(NULL, " \n"))
		word[n++] = w;
	if (n < 2)
		return -1;
	memset(t, 0, sizeof(*t));
	t->cdb_size = bytes(word[1], t->cdb, sizeof(t->cdb));
	t->xfer_dir = SCSI_XFER_NONE;
	if (n == 4 && !strcmp(word[2], "in")) {
		t->xfer_dir = SCSI_XFER_READ;
		t->expxferlen = atoi(word[3]);
		if (t->expxferlen < 0 || t->expxferlen > DATA)
			return -1;
		scsi_task_add_data_in_buffer(t, t->expxferlen, in);
	} else if (n == 4) {
		d->data = out;
		d->size = (size_t)bytes(word[3], out, DATA);
		t->xfer_dir = SCSI_XFER_WRITE;
		t->expxferlen = (int)d->size;
	}
	return atoi(word[0]);
}

static void serve(struct iscsi_context *iscsi)
{
	while (fgets(line, sizeof(line), stdin)) {
		struct scsi_task *t = malloc(sizeof(*t));
		struct iscsi_data d = { .size = 0 };
		int lun = t ? parse(line, t, &d) : -1;

		if (lun < 0)
			exit(2);
		if (!iscsi_scsi_command_sync(iscsi, lun, t,
					     d.size ? &d : NULL) ||
		    t->status < 0 || t->status > 0xff) {
			puts("gone");
			return;
		}
		answer(t);
		fflush(stdout);
		scsi_free_scsi_task(t);
	}
}

int main(int argc, char **argv)
{
	struct iscsi_context *iscsi;

	if (argc != 3)
		return 2;
	iscsi = iscsi_create_context("iqn.2026-01.org.libscsiemu:client");
	if (!iscsi)
		return 1;
	iscsi_set_targetname(iscsi, argv[2]);
	iscsi_set_session_type(iscsi, ISCSI_SESSION_NORMAL);
	iscsi_set_header_digest(iscsi, ISCSI_HEADER_DIGEST_NONE);
	iscsi_set_noautoreconnect(iscsi, 1);
	if (iscsi_connect_sync(iscsi, argv[1]) || iscsi_login_sync(iscsi)) {
		fprintf(stderr, "%s\n", iscsi_get_error(iscsi));
		return 1;
	}
	serve(iscsi);
	iscsi_destroy_context(iscsi);
	return 0;
}
