/* SPDX-License-Identifier: BSD-2-Clause */
/* tcmu_sim.c - see tcmu_sim.h. */
#include "tcmu_sim.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

struct tcmu_sim *tcmu_sim;

static int open_free_kept(void)
{
	assert_false(tcmu_sim->keeps);
	if (tcmu_sim->keep_error) {
		errno = tcmu_sim->keep_error;
		return -1;
	}
	tcmu_sim->keeps = true;
	return SIM_FREE_FD;
}

static int sim_open(const char *path, int flags)
{
	(void)flags;
	if (strcmp(path, SIM_FREE_KEPT) == 0)
		return open_free_kept();
	if (tcmu_sim->open_error) {
		errno = tcmu_sim->open_error;
		return -1;
	}
	assert_false(tcmu_sim->opened);
	tcmu_sim->opened = true;
	return SIM_FD;
}

/* As tcmu_release(): what is kept goes with the handler. */
static int sim_close(int fd)
{
	if (fd == SIM_FREE_FD) {
		assert_true(tcmu_sim->keeps);
		tcmu_sim->keeps = false;
		return 0;
	}
	assert_int_equal(fd, SIM_FD);
	assert_true(tcmu_sim->opened);
	for (unsigned i = 0; i < SIM_CMDS; i++)
		tcmu_sim->cmd[i].kept = false;
	tcmu_sim->opened = false;
	return 0;
}

static void *sim_mmap(void *at, size_t len, int prot, int flags, int fd,
		      off_t off)
{
	(void)at, (void)prot, (void)flags;
	assert_int_equal(fd, SIM_FD);
	assert_int_equal(off, 0);
	assert_int_equal(len, tcmu_sim->len); /* the whole, or EINVAL */
	if (tcmu_sim->mmap_error) {
		errno = tcmu_sim->mmap_error;
		return MAP_FAILED;
	}
	tcmu_sim->mapped = true;
	return tcmu_sim->map;
}

static int sim_munmap(void *mem, size_t len)
{
	assert_ptr_equal(mem, tcmu_sim->map);
	assert_int_equal(len, tcmu_sim->len);
	tcmu_sim->mapped = false;
	return 0;
}

static ssize_t sim_read(int fd, void *buf, size_t len)
{
	assert_int_equal(fd, SIM_FD);
	assert_int_equal(len, 4);
	if (tcmu_sim->read_error) {
		errno = tcmu_sim->read_error;
		return -1;
	}
	memset(buf, 1, 4);
	return 4;
}

/* The data area has it no more: whoever reads it now reads another's. */
static void give_back(const struct tcmu_sim *s, struct sim_cmd *c)
{
	c->kept = false;
	memset(s->map + c->data_at, 0xdd, c->data_len);
	memset(s->map + c->in_at, 0xdd, c->in_len);
}

/* action/free_kept_buf: the kernel has looked at the answers that it was told
 * of. */
static ssize_t free_kept(const char *text, size_t len)
{
	struct sim_cmd *c;
	unsigned id = 0;

	for (; len && *text >= '0' && *text <= '9'; len--, text++)
		id = id * 10 + (unsigned)(*text - '0');
	assert_true(len == 1 && *text == '\n' && id < SIM_CMDS);
	c = &tcmu_sim->cmd[id];
	tcmu_sim_take(tcmu_sim);
	if (!c->kept) { /* and a line in the kernel's log */
		tcmu_sim->nrefused++;
		errno = EINVAL;
		return -1;
	}
	give_back(tcmu_sim, c);
	tcmu_sim->nfreed++;
	return (ssize_t)len;
}

static ssize_t sim_write(int fd, const void *buf, size_t len)
{
	if (fd == SIM_FREE_FD)
		return free_kept(buf, len);
	assert_int_equal(fd, SIM_FD);
	assert_int_equal(len, 4);
	assert_non_null(buf);
	if (tcmu_sim->write_error) {
		errno = tcmu_sim->write_error;
		return -1;
	}
	tcmu_sim->nwrite++;
	return 4;
}

const struct semu_calls tcmu_sim_calls = { .open = sim_open,
					   .close = sim_close,
					   .mmap = sim_mmap,
					   .munmap = sim_munmap,
					   .read = sim_read,
					   .write = sim_write };

void tcmu_sim_make(struct tcmu_sim *s, uint32_t ring, uint32_t data)
{
	memset(s, 0, sizeof(*s));
	s->len = SIM_RING_AT + ring + data;
	/* Exactly so long: a sanitizer sees every byte too far. */
	s->map = calloc(1, s->len);
	assert_non_null(s->map);
	s->size = ring;
	tcmu_put16(s->map + TCMU_VERSION_AT, 2);
	tcmu_put16(s->map + TCMU_FLAGS_AT, 0xf);
	tcmu_put32(s->map + TCMU_RING_OFF_AT, SIM_RING_AT);
	tcmu_put32(s->map + TCMU_RING_SIZE_AT, ring);
	s->data = SIM_RING_AT + ring;
	tcmu_sim = s;
}

void tcmu_sim_free(struct tcmu_sim *s)
{
	assert_false(s->opened);
	assert_false(s->mapped);
	assert_false(s->keeps);
	free(s->map);
}

static uint32_t tail_of(const struct tcmu_sim *s)
{
	uint32_t tail = tcmu_get32(s->map + TCMU_TAIL_AT);

	assert_true(tail < s->size && tail % 8 == 0);
	return tail;
}

/* Bytes between head and tail, one entry's header less. */
static uint32_t room(const struct tcmu_sim *s)
{
	uint32_t tail = tail_of(s);

	return (tail + s->size - s->head - 1) % s->size;
}

static void move(struct tcmu_sim *s, uint32_t len)
{
	s->head = (s->head + len) % s->size;
	tcmu_put32(s->map + TCMU_HEAD_AT, s->head);
}

static uint8_t *begin(struct tcmu_sim *s, unsigned opcode, uint32_t len)
{
	uint8_t *e = s->map + SIM_RING_AT + s->head;

	memset(e, 0, len);
	tcmu_put32(e + TCMU_LEN_OP_AT, len | opcode);
	return e;
}

/* Room for len bytes in one piece, behind a PAD if the end is too near. */
static bool make_room(struct tcmu_sim *s, uint32_t len)
{
	uint32_t end = s->size - s->head;

	if (end < len) {
		if (room(s) < end + len)
			return false;
		begin(s, TCMU_OP_PAD, end);
		move(s, end);
	}
	return room(s) >= len;
}

uint8_t *tcmu_sim_entry(struct tcmu_sim *s, unsigned opcode, uint32_t len)
{
	uint8_t *e;

	assert_true(make_room(s, len));
	e = begin(s, opcode, len);
	move(s, len);
	return e;
}

static int new_id(const struct tcmu_sim *s)
{
	int id = 0;

	while (id < SIM_CMDS && (s->cmd[id].waits || s->cmd[id].kept))
		id++;
	return id < SIM_CMDS ? id : -1;
}

static uint32_t put_iovs(uint8_t *iov, uint32_t at, uint32_t len,
			 uint32_t piece)
{
	uint32_t n = 0;

	for (; len; n++, iov += TCMU_IOV) {
		uint64_t base = at, part = len < piece ? len : piece;

		memcpy(iov, &base, 8);
		memcpy(iov + 8, &part, 8);
		at += (uint32_t)part;
		len -= (uint32_t)part;
	}
	return n;
}

static uint32_t take_data(struct tcmu_sim *s, uint32_t len)
{
	uint32_t at = s->data;

	if (at + len > s->len)
		at = SIM_RING_AT + s->size; /* the oldest is done long ago */
	s->data = at + len;
	assert_true(s->data <= s->len);
	memset(s->map + at, 0xee, len);
	return at;
}

static int send(struct tcmu_sim *s, const void *cdb, unsigned cdb_len,
		const void *out, uint32_t out_len, uint32_t in_len,
		uint32_t piece)
{
	uint32_t n = (out_len + piece - 1) / piece;
	uint32_t bidi = (in_len + piece - 1) / piece;
	uint32_t base = TCMU_IOV_AT + TCMU_IOV * (n + bidi), len;
	int id = new_id(s);
	struct sim_cmd *c;
	uint64_t at;
	uint8_t *e;

	if (base < TCMU_RESPONSE)
		base = TCMU_RESPONSE;
	len = base + ((cdb_len + 7) & ~7u);
	if (id < 0 || !make_room(s, len))
		return -1;
	c = &s->cmd[id];
	memset(c, 0, sizeof(*c));
	c->waits = true;
	c->data_len = out_len;
	c->data_at = take_data(s, out_len + in_len);
	c->in_at = in_len ? c->data_at + out_len : c->data_at;
	c->in_len = in_len ? in_len : out_len;
	if (out)
		memcpy(s->map + c->data_at, out, out_len);
	e = begin(s, TCMU_OP_CMD, len);
	tcmu_put16(e + TCMU_ID_AT, (uint16_t)id);
	tcmu_put32(e + TCMU_IOVS_AT, n);
	tcmu_put32(e + TCMU_IOVS_BIDI_AT, bidi);
	put_iovs(e + TCMU_IOV_AT, c->data_at, out_len, piece);
	put_iovs(e + TCMU_IOV_AT + TCMU_IOV * n, c->data_at + out_len, in_len,
		 piece);
	at = SIM_RING_AT + s->head + base;
	memcpy(e + TCMU_CDB_AT, &at, 8);
	memcpy(e + base, cdb, cdb_len);
	move(s, len);
	return id;
}

int tcmu_sim_send(struct tcmu_sim *s, const void *cdb, unsigned cdb_len,
		  const void *out, uint32_t len, uint32_t piece)
{
	return send(s, cdb, cdb_len, out, len, 0, piece);
}

int tcmu_sim_bidi(struct tcmu_sim *s, const void *cdb, unsigned cdb_len,
		  const void *out, uint32_t out_len, uint32_t in_len)
{
	return send(s, cdb, cdb_len, out, out_len, in_len, 1000);
}

void tcmu_sim_tmr(struct tcmu_sim *s, uint8_t type, const uint16_t *ids,
		  unsigned n)
{
	uint8_t *e = tcmu_sim_entry(s, TCMU_OP_TMR,
				    (TCMU_TMR_IDS_AT + 2 * n + 7) & ~7u);

	e[TCMU_TMR_TYPE_AT] = type;
	tcmu_put32(e + TCMU_TMR_COUNT_AT, n);
	memcpy(e + TCMU_TMR_IDS_AT, ids, 2 * n);
}

/* As tcmu_handle_completion(): what the initiator is given. */
static void complete(struct tcmu_sim *s, const uint8_t *e)
{
	uint16_t id = tcmu_get16(e + TCMU_ID_AT);
	struct sim_cmd *c;

	assert_true(id < SIM_CMDS); /* else the ring is broken */
	c = &s->cmd[id];
	assert_true(c->waits);
	c->waits = false;
	c->answered = true;
	c->status = e[TCMU_STATUS_AT];
	memcpy(c->sense, e + TCMU_SENSE_AT, TCMU_SENSE);
	c->got = c->status ? 0 : c->in_len;
	if (e[TCMU_UFLAGS_AT] & TCMU_U_READ_LEN &&
	    tcmu_get32(e + TCMU_READ_LEN_AT)) {
		c->got = tcmu_get32(e + TCMU_READ_LEN_AT);
		assert_true(c->got <= c->in_len);
	}
	if (c->got <= sizeof(c->got_in))
		memcpy(c->got_in, s->map + c->in_at, c->got);
	c->kept = e[TCMU_UFLAGS_AT] & TCMU_U_KEEP_BUF;
	if (!c->kept)
		give_back(s, c);
}

unsigned tcmu_sim_take(struct tcmu_sim *s)
{
	uint32_t tail = tail_of(s);
	unsigned n = 0;

	while (s->cleaned != tail) {
		const uint8_t *e = s->map + SIM_RING_AT + s->cleaned;
		uint32_t op = tcmu_get32(e + TCMU_LEN_OP_AT);

		if ((op & TCMU_OP_MASK) == TCMU_OP_CMD) {
			complete(s, e);
			n++;
		}
		s->cleaned = (s->cleaned + (op & ~7u)) % s->size;
	}
	return n;
}

void tcmu_sim_reset(struct tcmu_sim *s)
{
	for (unsigned i = 0; i < SIM_CMDS; i++) {
		struct sim_cmd *c = &s->cmd[i];

		if (c->waits || c->kept)
			give_back(s, c);
		c->waits = false;
	}
	s->head = s->cleaned = 0;
	s->data = SIM_RING_AT + s->size;
	tcmu_put32(s->map + TCMU_HEAD_AT, 0);
	tcmu_put32(s->map + TCMU_TAIL_AT, 0);
}
