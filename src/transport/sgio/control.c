/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sgio/control.c - the ioctls that are no command, as rows: what each kind of
 * node answers (Linux, drivers/scsi/sg.c, scsi_ioctl.c, block/ioctl.c).
 */
#define _GNU_SOURCE
#include <transport/sgio/sgio.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/blkpg.h>
#include <linux/fs.h>
#include <linux/hdreg.h>
#include <scsi/scsi.h>
#include <scsi/scsi_ioctl.h>
#include <scsi/sg.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define HOST	      "libscsiemu" /* SCSI_IOCTL_PROBE_HOST */
#define SG_VERSION    30536
#define BLOCK_VERSION 30527
#define SEGMENTS      2048
#define QUEUE	      32
#define SECTOR	      512
#define HEADS	      64
#define TRACK	      32

/* Not in each of the headers. */
#define IS_ACCESS_COUNT 0x2289	   /* SG_GET_ACCESS_COUNT */
#define GET_PCI		0x5387	   /* SCSI_IOCTL_GET_PCI */
#define ZONE_SECTORS	0x80041284 /* BLKGETZONESZ */
#define DISK_SEQUENCE	0x80081280 /* BLKGETDISKSEQ */

enum {
	SG = 1 << SCSIEMU_SGIO_SG,
	BSG = 1 << SCSIEMU_SGIO_BSG,
	BLOCK = 1 << SCSIEMU_SGIO_BLOCK,
	SCSI = SG | BSG | BLOCK
};

typedef void control_fn(struct semu_sgio_file *f, int32_t value,
			struct semu_sgio_reply *r);

enum how {
	GIVE,	/* the constant, as an int */
	GET,	/* what the file has, as an int */
	RETURN, /* ... as the result of ioctl(2) */
	SET,	/* it has that from now on, at least least */
	FLAG,	/* ... 0 or 1 */
	CALL
};

static void give(struct semu_sgio_reply *r, const void *what, uint32_t len)
{
	memcpy(r->data, what, len);
	r->len = len;
}

static void give_int(struct semu_sgio_reply *r, int32_t value)
{
	give(r, &value, sizeof(value));
}

static const struct scsiemu_medium *medium(const struct semu_sgio_file *f)
{
	static const struct scsiemu_medium none = { .blen = SECTOR };
	const struct scsiemu_medium *m = scsiemu_lu_medium(f->node->lu);

	return m ? m : &none;
}

/* ---- Who it is ---- */

static void scsi_id(struct semu_sgio_file *f, int32_t value,
		    struct semu_sgio_reply *r)
{
	const struct sg_scsi_id id = { .lun = scsiemu_lu_lun(f->node->lu),
				       .scsi_type = f->node->type,
				       .h_cmd_per_lun = QUEUE,
				       .d_queue_depth = QUEUE };

	(void)value;
	give(r, &id, sizeof(id));
}

static void idlun(struct semu_sgio_file *f, int32_t value,
		  struct semu_sgio_reply *r)
{
	const uint32_t id[2] = { (scsiemu_lu_lun(f->node->lu) & 0xffu) << 8,
				 0 };

	(void)value;
	give(r, id, sizeof(id));
}

/* Into a buffer of as many bytes as its first number says. */
static void probe_host(struct semu_sgio_file *f, int32_t value,
		       struct semu_sgio_reply *r)
{
	uint32_t len = sizeof(HOST);

	(void)f;
	if ((uint32_t)value < len)
		len = (uint32_t)value;
	give(r, HOST, len);
	r->result = 1;
}

/* The bus that the host adapter is on: a name of up to 20 bytes. */
static void bus(struct semu_sgio_file *f, int32_t value,
		struct semu_sgio_reply *r)
{
	(void)f, (void)value;
	give(r, "platform", sizeof("platform") - 1);
}

/* ---- The buffer ---- */

/* It stays as large as it is once somebody may have mapped it. */
static void reserve(struct semu_sgio_file *f, int32_t value,
		    struct semu_sgio_reply *r)
{
	if (value > (int32_t)SEMU_SGIO_MAX)
		value = SEMU_SGIO_MAX;
	if (value < 0)
		r->error = EINVAL;
	else if (value != f->reserved && f->buffer >= 0)
		r->error = EBUSY;
	else
		f->reserved = value;
}

static int make_buffer(int32_t len)
{
	int fd = memfd_create("scsiemu", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd >= 0 && (ftruncate(fd, semu_sgio_in_at((uint32_t)len)) ||
			fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW))) {
		close(fd);
		return -1;
	}
	return fd;
}

void semu_sgio_memory(struct semu_sgio_file *f, int reply)
{
	struct semu_sgio_reply r = { .error = 0 };

	if (f->node->kind != SCSIEMU_SGIO_SG)
		r.error = ENODEV;
	else if (f->buffer < 0)
		f->buffer = make_buffer(f->reserved);
	if (!r.error && f->buffer < 0)
		r.error = ENOMEM;
	give_int(&r, f->reserved);
	if (r.error)
		semu_sgio_reply(reply, &r);
	else
		semu_sgio_reply_mem(reply, &r, f->buffer);
}

/* ---- What can be fetched ---- */

static void oldest(struct semu_sgio_file *f, int32_t value,
		   struct semu_sgio_reply *r)
{
	(void)value;
	give_int(r, f->ended ? f->ended->pack_id : -1);
}

static void number_waiting(struct semu_sgio_file *f, int32_t value,
			   struct semu_sgio_reply *r)
{
	int32_t n = 0;

	(void)value;
	for (const struct semu_sgio_cmd *c = f->ended; c; c = c->next)
		n++;
	give_int(r, n);
}

/* ---- Blocks ---- */

static void size_bytes(struct semu_sgio_file *f, int32_t value,
		       struct semu_sgio_reply *r)
{
	uint64_t size = medium(f)->nblk * medium(f)->blen;

	(void)value;
	give(r, &size, sizeof(size));
}

static void size_sectors(struct semu_sgio_file *f, int32_t value,
			 struct semu_sgio_reply *r)
{
	unsigned long size =
		(unsigned long)(medium(f)->nblk * medium(f)->blen / SECTOR);

	(void)value;
	give(r, &size, sizeof(size));
}

static void block_len(struct semu_sgio_file *f, int32_t value,
		      struct semu_sgio_reply *r)
{
	(void)value;
	give_int(r, (int32_t)medium(f)->blen);
}

static void physical_len(struct semu_sgio_file *f, int32_t value,
			 struct semu_sgio_reply *r)
{
	(void)value;
	give_int(r, (int32_t)(medium(f)->blen << medium(f)->exponent));
}

static void read_only(struct semu_sgio_file *f, int32_t value,
		      struct semu_sgio_reply *r)
{
	(void)value;
	give_int(r, medium(f)->read_only);
}

static void rotational(struct semu_sgio_file *f, int32_t value,
		       struct semu_sgio_reply *r)
{
	const uint16_t yes = medium(f)->rpm != 1;

	(void)value;
	give(r, &yes, sizeof(yes));
}

static void most_sectors(struct semu_sgio_file *f, int32_t value,
			 struct semu_sgio_reply *r)
{
	const uint16_t most = UINT16_MAX;

	(void)f, (void)value;
	give(r, &most, sizeof(most));
}

static void read_ahead(struct semu_sgio_file *f, int32_t value,
		       struct semu_sgio_reply *r)
{
	const long sectors = 256;

	(void)f, (void)value;
	give(r, &sectors, sizeof(sectors));
}

static void sequence(struct semu_sgio_file *f, int32_t value,
		     struct semu_sgio_reply *r)
{
	const uint64_t number = f->node->minor + 1u;

	(void)value;
	give(r, &number, sizeof(number));
}

/* What no disk has any longer, and partition tables are still made by. */
static void geometry(struct semu_sgio_file *f, int32_t value,
		     struct semu_sgio_reply *r)
{
	uint64_t sectors = medium(f)->nblk * medium(f)->blen / SECTOR;
	struct hd_geometry g = { .heads = HEADS, .sectors = TRACK };

	(void)value;
	g.cylinders = (unsigned short)(sectors / ((uint64_t)HEADS * TRACK));
	give(r, &g, sizeof(g));
}

/* There are no partitions, so none can be taken away, and none is made. */
static void partition(struct semu_sgio_file *f, int32_t value,
		      struct semu_sgio_reply *r)
{
	(void)f;
	r->error = value == BLKPG_DEL_PARTITION ? ENXIO : EINVAL;
}

static void nothing(struct semu_sgio_file *f, int32_t value,
		    struct semu_sgio_reply *r)
{
	(void)f, (void)value, (void)r;
}

void semu_sgio_seek(struct semu_sgio_file *f, uint32_t whence, int64_t position,
		    struct semu_sgio_reply *r)
{
	const struct scsiemu_medium *m = medium(f);
	int64_t size = (int64_t)(m->nblk * m->blen);
	int64_t from = whence == SEEK_SET   ? 0
		       : whence == SEEK_CUR ? f->position
					    : size;
	struct semu_sgio_place at = { .size = size,
				      .block_len = m->blen,
				      .read_only = m->read_only };

	if (whence > SEEK_END || position < -from || position > size - from) {
		r->error = EINVAL;
		return;
	}
	f->position = at.position = from + position;
	give(r, &at, sizeof(at));
}

/* ---- The table ---- */

#define OF(member) offsetof(struct semu_sgio_file, member)

static const struct control {
	uint32_t number;
	uint8_t kinds, how;
	uint8_t error; /* errno of a value below least */
	int32_t constant;
	size_t at; /* in struct semu_sgio_file */
	int32_t least, most;
	control_fn *call;
} controls[] = {
	{ .number = SG_GET_VERSION_NUM, .kinds = SG, .constant = SG_VERSION },
	{ .number = SG_GET_VERSION_NUM,
	  .kinds = BSG | BLOCK,
	  .constant = BLOCK_VERSION },
	{ .number = SG_SET_TIMEOUT,
	  .kinds = SG,
	  .how = SET,
	  .error = EIO,
	  .at = OF(timeout),
	  .most = INT32_MAX },
	{ .number = SG_SET_TIMEOUT,
	  .kinds = BSG | BLOCK,
	  .how = SET,
	  .at = OF(timeout),
	  .least = INT32_MIN,
	  .most = INT32_MAX },
	{ .number = SG_GET_TIMEOUT,
	  .kinds = SCSI,
	  .how = RETURN,
	  .at = OF(timeout) },
	{ .number = SG_SET_RESERVED_SIZE,
	  .kinds = SG,
	  .how = CALL,
	  .call = reserve },
	{ .number = SG_SET_RESERVED_SIZE,
	  .kinds = BSG | BLOCK,
	  .how = SET,
	  .error = EINVAL,
	  .at = OF(reserved),
	  .most = SEMU_SGIO_MAX },
	{ .number = SG_GET_RESERVED_SIZE,
	  .kinds = SCSI,
	  .how = GET,
	  .at = OF(reserved) },
	{ .number = SG_SET_COMMAND_Q,
	  .kinds = SG,
	  .how = FLAG,
	  .at = OF(queue) },
	{ .number = SG_SET_COMMAND_Q,
	  .kinds = BSG,
	  .how = SET,
	  .error = EINVAL,
	  .at = OF(queue),
	  .most = INT32_MAX },
	{ .number = SG_GET_COMMAND_Q,
	  .kinds = SG | BSG,
	  .how = GET,
	  .at = OF(queue) },
	{ .number = SG_SET_KEEP_ORPHAN,
	  .kinds = SG,
	  .how = FLAG,
	  .at = OF(orphans) },
	{ .number = SG_GET_KEEP_ORPHAN,
	  .kinds = SG,
	  .how = GET,
	  .at = OF(orphans) },
	{ .number = SG_SET_FORCE_PACK_ID,
	  .kinds = SG,
	  .how = FLAG,
	  .at = OF(pack_id) },
	{ .number = SG_SET_FORCE_LOW_DMA,
	  .kinds = SG,
	  .how = CALL,
	  .call = nothing },
	{ .number = SG_GET_LOW_DMA, .kinds = SG, .constant = 0 },
	{ .number = SG_NEXT_CMD_LEN,
	  .kinds = SG,
	  .how = SET,
	  .at = OF(next_len),
	  .least = INT32_MIN,
	  .most = INT32_MAX },
	{ .number = SG_SET_DEBUG,
	  .kinds = SG,
	  .how = SET,
	  .at = OF(debug),
	  .least = INT32_MIN,
	  .most = INT32_MAX },
	{ .number = SG_GET_PACK_ID, .kinds = SG, .how = CALL, .call = oldest },
	{ .number = SG_GET_NUM_WAITING,
	  .kinds = SG,
	  .how = CALL,
	  .call = number_waiting },
	{ .number = SG_GET_SG_TABLESIZE, .kinds = SG, .constant = SEGMENTS },
	{ .number = IS_ACCESS_COUNT, .kinds = SG, .constant = 1 },
	{ .number = SG_EMULATED_HOST, .kinds = SG, .constant = 0 },
	{ .number = SG_EMULATED_HOST, .kinds = BSG | BLOCK, .constant = 1 },
	{ .number = SG_GET_SCSI_ID, .kinds = SG, .how = CALL, .call = scsi_id },
	{ .number = SCSI_IOCTL_GET_IDLUN, .kinds = BSG, .constant = 0 },
	{ .number = GET_PCI, .kinds = SG | BLOCK, .how = CALL, .call = bus },
	{ .number = SCSI_IOCTL_GET_IDLUN,
	  .kinds = SG | BLOCK,
	  .how = CALL,
	  .call = idlun },
	{ .number = SCSI_IOCTL_GET_BUS_NUMBER, .kinds = SCSI, .constant = 0 },
	{ .number = SCSI_IOCTL_PROBE_HOST,
	  .kinds = SG | BLOCK,
	  .how = CALL,
	  .call = probe_host },
	{ .number = BLKSECTGET, .kinds = SG, .constant = SEMU_SGIO_MAX },
	{ .number = BLKSECTGET,
	  .kinds = BLOCK,
	  .how = CALL,
	  .call = most_sectors },
	{ .number = BLKGETSIZE64,
	  .kinds = BLOCK,
	  .how = CALL,
	  .call = size_bytes },
	{ .number = BLKGETSIZE,
	  .kinds = BLOCK,
	  .how = CALL,
	  .call = size_sectors },
	{ .number = BLKSSZGET, .kinds = BLOCK, .how = CALL, .call = block_len },
	{ .number = BLKBSZGET, .kinds = BLOCK, .constant = SEMU_SGIO_PAGE },
	{ .number = BLKPBSZGET,
	  .kinds = BLOCK,
	  .how = CALL,
	  .call = physical_len },
	{ .number = BLKIOMIN,
	  .kinds = BLOCK,
	  .how = CALL,
	  .call = physical_len },
	{ .number = BLKIOOPT, .kinds = BLOCK, .constant = 0 },
	{ .number = BLKALIGNOFF, .kinds = BLOCK, .constant = 0 },
	{ .number = BLKROGET, .kinds = BLOCK, .how = CALL, .call = read_only },
	{ .number = BLKROTATIONAL,
	  .kinds = BLOCK,
	  .how = CALL,
	  .call = rotational },
	{ .number = BLKRAGET, .kinds = BLOCK, .how = CALL, .call = read_ahead },
	{ .number = BLKDISCARDZEROES, .kinds = BLOCK, .constant = 0 },
	{ .number = ZONE_SECTORS, .kinds = BLOCK, .constant = 0 },
	{ .number = DISK_SEQUENCE,
	  .kinds = BLOCK,
	  .how = CALL,
	  .call = sequence },
	{ .number = HDIO_GETGEO,
	  .kinds = BLOCK,
	  .how = CALL,
	  .call = geometry },
	{ .number = BLKBSZSET, .kinds = BLOCK, .how = CALL, .call = nothing },
	{ .number = BLKFLSBUF, .kinds = BLOCK, .how = CALL, .call = nothing },
	{ .number = BLKPG, .kinds = BLOCK, .how = CALL, .call = partition },
	{ .number = BLKRRPART, .kinds = BLOCK, .how = CALL, .call = nothing },
};

static const struct control *find(uint32_t number, uint8_t kind)
{
	for (size_t i = 0; i < sizeof(controls) / sizeof(controls[0]); i++)
		if (controls[i].number == number &&
		    controls[i].kinds & 1 << kind)
			return &controls[i];
	return NULL;
}

static void set(const struct control *c, int32_t *at, int32_t value,
		struct semu_sgio_reply *r)
{
	if (value < c->least)
		r->error = c->error;
	else
		*at = value < c->most ? value : c->most;
}

/* What sg does not know is another's, and asked by those that may read and
 * write. */
static bool is_forbidden(const struct semu_sgio_file *f, uint32_t number,
			 const struct control *c)
{
	return f->node->kind == SCSIEMU_SGIO_SG &&
	       (f->flags & O_ACCMODE) != O_RDWR && (!c || c->call == bus) &&
	       number != SG_GET_TRANSFORM;
}

void semu_sgio_control(struct semu_sgio_file *f, uint32_t number, int32_t value,
		       struct semu_sgio_reply *r)
{
	const struct control *c = find(number, f->node->kind);
	int32_t *at = c ? (int32_t *)(void *)((char *)f + c->at) : NULL;

	if (is_forbidden(f, number, c)) {
		r->error = EPERM;
		return;
	}
	if (!c) {
		r->error = f->node->kind == SCSIEMU_SGIO_BSG ? ENOTTY : EINVAL;
		return;
	}
	switch (c->how) {
	case GIVE:
		give_int(r, c->constant);
		break;
	case GET:
		give_int(r, *at);
		break;
	case RETURN:
		r->result = *at;
		break;
	case SET:
		set(c, at, value, r);
		break;
	case FLAG:
		*at = value != 0;
		break;
	default:
		c->call(f, value, r);
	}
}
