/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sgio_probe - what Linux's SCSI nodes answer, a line for each question: to be
 * compared with what they answer under `scsiemu run` (sgio.py). LUN 0 is a
 * usual disk, LUN 1 hangs in VERIFY(10), LUN 2 has blocks of 4096 bytes and
 * refuses writes.
 */
#define _GNU_SOURCE
#include "sgio_probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bsg.h>
#include <linux/cdrom.h>
#include <poll.h>
#include <scsi/sg.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SG	 "/dev/sg0"
#define BLOCK	 "/dev/sda"
#define BSG	 "/dev/bsg/0:0:0:0"
#define ROOM	 (256 << 10)
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static uint8_t data[ROOM], sense[96];

static void hex(const char *name, const uint8_t *p, size_t len)
{
	printf(" %s=", name);
	for (size_t i = 0; i < len; i++)
		printf("%02x", p[i]);
}

/* What has come; what lies behind it in the buffer nobody knows. */
static void tell_data(const struct sg_io_hdr *h)
{
	size_t len = h->dxfer_len;

	if (h->resid > 0)
		len -= (size_t)h->resid < len ? (size_t)h->resid : len;
	if (h->dxfer_direction == SG_DXFER_FROM_DEV)
		hex("data", data, len < 36 ? len : 36);
}

static void tell_error(void)
{
	printf(" %s\n", strerrorname_np(errno));
}

/* ---- struct sg_io_hdr ---- */

static void tell_header(const struct sg_io_hdr *h)
{
	printf(" status=%x/%x msg=%x host=%x driver=%x info=%x resid=%d "
	       "sb=%d id=%d",
	       h->status, h->masked_status, h->msg_status, h->host_status,
	       h->driver_status, h->info, h->resid, h->sb_len_wr, h->pack_id);
	hex("sense", sense, h->sb_len_wr);
}

static struct sg_io_hdr header(const struct row *r, uint8_t *cdb)
{
	static struct sg_iovec v[2000];
	struct sg_io_hdr h = { .interface_id =
				       r->interface ? r->interface : 'S' };

	memcpy(cdb, r->cdb, sizeof(r->cdb));
	memset(data, 0xee, sizeof(data));
	memset(sense, 0xee, sizeof(sense));
	h.dxfer_direction = r->direction;
	h.dxfer_len = r->bytes;
	h.dxferp = data;
	h.cmdp = cdb;
	h.cmd_len = (unsigned char)r->len;
	h.sbp = r->mx_sb < 0 ? NULL : sense;
	h.mx_sb_len = r->mx_sb > 0 ? (unsigned char)r->mx_sb : sizeof(sense);
	h.flags = (unsigned)r->flags;
	h.timeout = r->timeout ? (unsigned)r->timeout : 20000;
	h.pack_id = 7;
	h.info = h.driver_status = h.host_status = h.sb_len_wr = 0x55;
	if (r->vectors) {
		v[0] = (struct sg_iovec){ data, 10 };
		v[1] = (struct sg_iovec){ data + 10, 30 };
		h.iovec_count = (unsigned short)r->vectors;
		h.dxferp = v;
	}
	return h;
}

static void io(const char *path, int fd, const struct row *r)
{
	uint8_t cdb[256] = { 0 };
	struct sg_io_hdr h = header(r, cdb);

	printf("%s SG_IO %s:", path, r->name);
	if (ioctl(fd, SG_IO, &h)) {
		tell_error();
		return;
	}
	tell_header(&h);
	tell_data(&h);
	putchar('\n');
}

static void commands(const char *path)
{
	int fd = open(path, O_RDWR);

	for (size_t i = 0; i < nrows; i++)
		io(path, fd, &rows[i]);
	close(fd);
}

/* What there are no numbers for. */
static void addresses(const char *path)
{
	static const struct row inquiry = { .cdb = { 0x12, 0, 0, 0, 36 },
					    .len = 6,
					    .direction = SG_DXFER_FROM_DEV,
					    .bytes = 36 };
	static const char *const names[] = { "header",	"CDB",
					     "data",	"sense",
					     "vectors", "data, nowhere" };
	int fd = open(path, O_RDWR);

	for (size_t i = 0; i < COUNT(names); i++) {
		uint8_t cdb[256] = { 0 }, *gone = (uint8_t *)16;
		struct sg_io_hdr h = header(&inquiry, cdb);

		if (i == 1)
			h.cmdp = gone;
		if (i == 2 || i == 4)
			h.dxferp = gone;
		if (i == 3) {
			cdb[1] = 4;
			h.sbp = gone;
		}
		h.iovec_count = i == 4 ? 2 : 0;
		if (i == 5)
			h.dxferp = NULL;
		printf("%s SG_IO, wrong address of %s:", path, names[i]);
		if (ioctl(fd, SG_IO, i ? &h : NULL))
			tell_error();
		else
			printf(" status=%x resid=%d\n", h.status, h.resid);
	}
	close(fd);
}

/* ---- struct sg_io_v4 ---- */

static void io_4(int fd, const struct row *r)
{
	uint8_t cdb[256] = { 0 };
	struct sg_io_hdr h = header(r, cdb);
	struct sg_io_v4 v = { .guard = 'Q',
			      .request = (uintptr_t)cdb,
			      .request_len = (uint32_t)r->len,
			      .response = (uintptr_t)h.sbp,
			      .max_response_len = h.mx_sb_len,
			      .timeout = h.timeout,
			      .usr_ptr = 99 };

	if (r->direction == SG_DXFER_TO_DEV) {
		v.dout_xferp = (uintptr_t)data;
		v.dout_xfer_len = r->bytes;
	} else {
		v.din_xferp = (uintptr_t)data;
		v.din_xfer_len = r->bytes;
	}
	printf(BSG " SG_IO %s:", r->name);
	if (ioctl(fd, SG_IO, &v)) {
		tell_error();
		return;
	}
	printf(" status=%x transport=%x driver=%x info=%x retry=%x "
	       "resid=%d/%d response=%u",
	       v.device_status, v.transport_status, v.driver_status, v.info,
	       v.retry_delay, v.din_resid, v.dout_resid, v.response_len);
	hex("sense", sense, v.response_len);
	h.resid = v.din_resid;
	tell_data(&h);
	putchar('\n');
}

static void commands_4(void)
{
	int fd = open(BSG, O_RDWR);

	for (size_t i = 0; i < nrows; i++)
		if (!rows[i].flags && !rows[i].vectors && !rows[i].interface)
			io_4(fd, &rows[i]);
	close(fd);
}

/* ---- struct cdrom_generic_command ---- */

static struct cdrom_generic_command generic(const struct packet *p)
{
	struct cdrom_generic_command c = { .buffer = data,
					   .buflen = p->bytes,
					   .stat = 0x55,
					   .sense = (void *)sense,
					   .data_direction = p->direction,
					   .timeout = p->timeout };

	memcpy(c.cmd, p->cdb, sizeof(c.cmd));
	memset(data, 0xee, sizeof(data));
	memset(sense, 0xee, sizeof(sense));
	return c;
}

static void tell_packet(const struct cdrom_generic_command *c, int rc)
{
	if (rc)
		printf(" %s", strerrorname_np(errno));
	printf(" result=%d stat=%d buflen=%u", rc, c->stat, c->buflen);
	hex("sense", sense, 20);
	hex("data", data, 40);
	putchar('\n');
}

static void packets_to(const char *path)
{
	static const char *const names[] = { "data", "data, nowhere", "sense",
					     "sense, nowhere" };
	int fd = open(path, O_RDWR);

	for (size_t i = 0; i < npackets; i++) {
		struct cdrom_generic_command c = generic(&packets[i]);

		printf("%s CDROM_SEND_PACKET %s:", path, packets[i].name);
		tell_packet(&c, ioctl(fd, CDROM_SEND_PACKET, &c));
	}
	for (size_t i = 0; i < COUNT(names); i++) {
		static const struct packet fails = {
			.cdb = { 0x12, 4, [4] = 9 }, .direction = 2, .bytes = 36
		};
		struct cdrom_generic_command c = generic(&fails);

		if (i < 2) {
			c.cmd[1] = 0;
			c.buffer = i ? NULL : (uint8_t *)16;
		} else {
			c.sense = i > 2 ? NULL : (void *)16;
		}
		printf("%s CDROM_SEND_PACKET, wrong address of %s:", path,
		       names[i]);
		tell_packet(&c, ioctl(fd, CDROM_SEND_PACKET, &c));
	}
	close(fd);
}

/* ---- Other ioctls ---- */

static void control(const char *path, int fd, const struct control *c)
{
	uint8_t answer[512];
	int rc, value = c->value;

	memset(answer, 0xee, sizeof(answer));
	memcpy(answer, &value, sizeof(value));
	printf("%s %s:", path, c->name);
	rc = ioctl(fd, c->number, c->how == NOWHERE ? NULL : answer);
	if (rc < 0) {
		tell_error();
		return;
	}
	memcpy(&value, answer, sizeof(value));
	printf(" result=%d", rc);
	if (c->how == NUMBER)
		printf(" value=%d", value);
	if (c->how == BYTES)
		hex("value", answer, (size_t)c->bytes);
	putchar('\n');
}

static void all_controls(const char *path, int flags)
{
	int fd = open(path, flags | O_NONBLOCK);

	for (size_t i = 0; i < ncontrols; i++)
		control(path, fd, &controls[i]);
	close(fd);
}

/* ---- open() and the calls of a file ---- */

static void opens(void)
{
	static const struct {
		const char *path;
		int flags;
	} ways[] = {
		{ SG, O_RDONLY },
		{ SG, O_WRONLY },
		{ SG, O_RDONLY | O_EXCL },
		{ SG, O_RDWR | O_EXCL },
		{ SG, O_RDWR | O_CREAT | O_EXCL },
		{ SG, O_RDWR | O_CREAT },
		{ SG, O_RDWR | O_TRUNC },
		{ SG, O_RDWR | O_APPEND | O_SYNC },
		{ SG, O_RDWR | O_DIRECTORY },
		{ SG, O_RDWR | O_NOFOLLOW },
		{ SG, O_RDWR | O_DIRECT },
		{ SG, O_PATH },
		{ BLOCK, O_RDONLY },
		{ BLOCK, O_WRONLY },
		{ BLOCK, O_RDWR | O_EXCL },
		{ BLOCK, O_RDWR | O_DIRECT },
		{ BLOCK, O_RDWR | O_DIRECTORY },
		{ BLOCK, O_RDWR | O_CREAT | O_EXCL },
		{ BLOCK, O_RDWR | O_TRUNC },
		{ "/dev/sdc", O_RDWR },
		{ "/dev/sdc", O_WRONLY },
		{ "/dev/sdc", O_RDONLY },
		{ "/dev/sg2", O_RDWR },
		{ "/dev/sg3", O_RDWR },
		{ "/dev/sg0/", O_RDWR },
		{ "/dev/sg0/x", O_RDWR },
		{ "/dev/./sg0", O_RDWR },
		{ "/dev//sg0", O_RDWR },
		{ "/dev/../dev/sg0", O_RDWR },
		{ "/dev/sdd", O_RDWR },
		{ "/dev/sda1", O_RDWR },
		{ BSG, O_RDONLY },
		{ BSG, O_RDWR | O_EXCL },
		{ "/dev/bsg/0:0:0:9", O_RDWR },
	};

	for (size_t i = 0; i < COUNT(ways); i++) {
		int fd = open(ways[i].path, ways[i].flags, 0600);

		printf("open %s %o:", ways[i].path, (unsigned)ways[i].flags);
		if (fd < 0) {
			tell_error();
			continue;
		}
		printf(" flags=%o\n", (unsigned)fcntl(fd, F_GETFL));
		close(fd);
	}
}

/* Two at once: the second one's end. */
static void pairs(void)
{
	static const struct {
		const char *path;
		int first, second;
	} ways[] = {
		{ SG, O_RDWR | O_EXCL, O_RDWR | O_NONBLOCK },
		{ SG, O_RDWR, O_RDWR | O_EXCL | O_NONBLOCK },
		{ SG, O_RDONLY, O_RDWR | O_EXCL | O_NONBLOCK },
		{ SG, O_RDWR, O_RDWR },
		{ BLOCK, O_RDWR | O_EXCL, O_RDWR },
		{ BLOCK, O_RDWR | O_EXCL, O_RDWR | O_EXCL },
		{ BLOCK, O_RDONLY | O_EXCL, O_RDONLY | O_EXCL | O_NONBLOCK },
		{ BSG, O_RDWR | O_EXCL, O_RDWR | O_EXCL | O_NONBLOCK },
	};

	for (size_t i = 0; i < COUNT(ways); i++) {
		int a = open(ways[i].path, ways[i].first);
		int b = open(ways[i].path, ways[i].second);

		printf("open %s %o, then %o:", ways[i].path,
		       (unsigned)ways[i].first, (unsigned)ways[i].second);
		if (b < 0)
			tell_error();
		else
			puts(" both");
		close(a);
		close(b);
	}
}

/* Of an open one with a command that reads it only. */
static void read_only(void)
{
	static const struct row safe = { "INQUIRY, read only",
					 { 0x12, 0, 0, 0, 36 },
					 6,
					 SG_DXFER_FROM_DEV,
					 36 };
	static const struct row writes = { "WRITE(10), read only",
					   { 0x2a, [5] = 9, [8] = 1 },
					   10,
					   SG_DXFER_TO_DEV,
					   512 };
	const char *const nodes[] = { SG, BLOCK };

	for (int i = 0; i < 2; i++) {
		int fd = open(nodes[i], O_RDONLY);

		io(nodes[i], fd, &safe);
		io(nodes[i], fd, &writes);
		close(fd);
	}
}

static void say(const char *path, const char *what, long long rc)
{
	printf("%s %s:", path, what);
	if (rc < 0)
		tell_error();
	else
		printf(" %lld\n", rc);
}

static void calls(const char *path)
{
	int fd = open(path, O_RDWR | O_NONBLOCK);
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT | POLLPRI };
	struct stat st;
	void *m = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);

	say(path, "mmap", m == MAP_FAILED ? -1 : 0);
	say(path, "read 1", read(fd, data, 1));
	say(path, "read 512", read(fd, data, 512));
	say(path, "write 1", write(fd, data, 1));
	say(path, "pread", pread(fd, data, 512, 512));
	say(path, "pwrite", pwrite(fd, data, 512, 512));
	say(path, "lseek", lseek(fd, 512, SEEK_SET));
	say(path, "lseek from its end", lseek(fd, 0, SEEK_END));
	say(path, "lseek before it", lseek(fd, -1, SEEK_SET));
	say(path, "lseek beyond it", lseek(fd, 1LL << 40, SEEK_SET));
	say(path, "fsync", fsync(fd));
	say(path, "fdatasync", fdatasync(fd));
	say(path, "ftruncate", ftruncate(fd, 0));
	say(path, "poll", poll(&p, 1, 0));
	printf("%s poll tells %x\n", path, (unsigned)p.revents);
	say(path, "fstat", fstat(fd, &st));
	printf("%s type=%o minor=%u size=%lld\n", path, st.st_mode & S_IFMT,
	       (unsigned)st.st_rdev & 0xff, (long long)st.st_size);
	say(path, "access W_OK", access(path, W_OK));
	say(path, "access X_OK", access(path, X_OK));
	say(path, "isatty", isatty(fd) ? 1 : -1);
	say(path, "fcntl F_SETFL", fcntl(fd, F_SETFL, O_RDWR));
	close(fd);
}

static void one_way(const char *path, int flags)
{
	int fd = open(path, flags | O_NONBLOCK);

	printf("%s opened %o:\n", path, (unsigned)flags);
	say(path, "read", read(fd, data, 512));
	say(path, "write", write(fd, data, 1));
	say(path, "pread", pread(fd, data, 512, 512));
	say(path, "pwrite", pwrite(fd, data, 1, 1 << 30));
	close(fd);
}

/* ---- Commands that do not end, resets, commands by write() ---- */

static void wake(int number)
{
	(void)number;
}

static void slow(void)
{
	static const struct row hangs = { "VERIFY(10) that hangs",
					  { 0x2f },
					  10,
					  SG_DXFER_NONE,
					  .timeout = 400 };
	static const struct row turs = { .name = "TEST UNIT READY",
					 .len = 6,
					 .direction = SG_DXFER_NONE };
	const char *const nodes[] = { "/dev/sg1", "/dev/sdb" };
	const struct sigaction act = { .sa_handler = wake };
	struct row patient = hangs;

	sigaction(SIGALRM, &act, NULL);
	patient.name = "VERIFY(10), and a signal";
	for (int i = 0; i < 2; i++) {
		int fd = open(nodes[i], O_RDWR);

		io(nodes[i], fd, &hangs);
		io(nodes[i], fd, &turs);
		patient.timeout = i ? 400 : 20000;
		ualarm(200000, 200000);
		io(nodes[i], fd, &patient);
		ualarm(0, 0);
		io(nodes[i], fd, &turs);
		close(fd);
	}
}

static void resets(void)
{
	static const struct row turs = { .name = "TEST UNIT READY",
					 .len = 6,
					 .direction = SG_DXFER_NONE };
	static const struct control reset[] = {
		{ "SG_SCSI_RESET device", SG_SCSI_RESET, NUMBER, 1 },
		{ "SG_SCSI_RESET target", SG_SCSI_RESET, NUMBER, 4 },
		{ "SG_SCSI_RESET host", SG_SCSI_RESET, NUMBER, 3 },
	};
	int fd = open(SG, O_RDWR);

	for (size_t i = 0; i < COUNT(reset); i++) {
		control(SG, fd, &reset[i]);
		io(SG, fd, &turs);
		io(SG, fd, &turs);
	}
	close(fd);
}

static void take(int fd, int pack_id)
{
	struct sg_io_hdr h = { .interface_id = 'S',
			       .dxfer_direction = SG_DXFER_NONE,
			       .pack_id = pack_id };
	ssize_t n = read(fd, &h, sizeof(h));

	printf(SG " read, %d:", pack_id);
	if (n < 0) {
		tell_error();
		return;
	}
	tell_header(&h);
	tell_data(&h);
	putchar('\n');
}

/* Bytes of a command's header that are written; 88 are all. */
static void posted(void)
{
	static const size_t lens[] = { 20, 36, 42, 87, 88, 89, 100 };
	static const struct row inquiry = { .cdb = { 0x12, 0, 0, 0, 36 },
					    .len = 6,
					    .direction = SG_DXFER_FROM_DEV,
					    .bytes = 36 };
	int fd = open(SG, O_RDWR), on = 1;
	struct pollfd p = { .fd = fd, .events = POLLIN };

	fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK);
	take(fd, -1);
	for (size_t i = 0; i < COUNT(lens); i++) {
		uint8_t room[100] = { 0 }, cdb[256] = { 0 };
		struct sg_io_hdr h = header(&inquiry, cdb);

		h.pack_id = (int)lens[i];
		memcpy(room, &h, sizeof(h));
		printf(SG " write %zu:", lens[i]);
		if (write(fd, room, lens[i]) < 0) {
			tell_error();
			continue;
		}
		say(SG, "poll", poll(&p, 1, 5000));
		take(fd, -1);
		ioctl(fd, SG_SET_FORCE_PACK_ID, &on);
		take(fd, 5);
		take(fd, -1);
	}
	close(fd);
}

int main(void)
{
	static const char *const nodes[] = { SG, BLOCK, BSG };

	setvbuf(stdout, NULL, _IOLBF, 0);
	commands(SG);
	commands(BLOCK);
	commands_4();
	addresses(SG);
	addresses(BLOCK);
	packets_to(SG);
	packets_to(BLOCK);
	all_controls(SG, O_RDWR);
	all_controls(BLOCK, O_RDWR);
	all_controls(BSG, O_RDWR);
	all_controls(SG, O_RDONLY);
	opens();
	pairs();
	read_only();
	calls(SG);
	calls(BLOCK);
	calls(BSG);
	for (size_t i = 0; i < COUNT(nodes); i++) {
		one_way(nodes[i], O_RDONLY);
		one_way(nodes[i], O_WRONLY);
	}
	posted();
	slow();
	resets();
	return 0;
}
