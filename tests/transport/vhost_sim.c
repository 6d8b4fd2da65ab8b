/* SPDX-License-Identifier: BSD-2-Clause */
/* vhost_sim.c - see vhost_sim.h. */
#define _GNU_SOURCE
#include "vhost_sim.h"

#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void (*settle_fn)(void);

void vhost_sim_send(struct vhost_sim *s, uint32_t request, uint32_t flags,
		    const void *body, uint32_t len, int fd)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { .align = { .cmsg_level = SOL_SOCKET,
				 .cmsg_type = SCM_RIGHTS,
				 .cmsg_len = CMSG_LEN(sizeof(int)) } };
	uint32_t header[3] = { request, flags | MSG_VERSION, len };
	uint8_t whole[MSG_HEADER + MSG_BODY];
	struct iovec iov = { whole, MSG_HEADER + len };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1 };

	memcpy(whole, header, sizeof(header));
	if (len)
		memcpy(whole + MSG_HEADER, body, len);
	if (fd >= 0) {
		memcpy(CMSG_DATA(&control.align), &fd, sizeof(fd));
		h.msg_control = &control;
		h.msg_controllen = sizeof(control);
	}
	assert_int_equal(sendmsg(s->fd, &h, MSG_NOSIGNAL), iov.iov_len);
	settle_fn();
}

int vhost_sim_receive(struct vhost_sim *s, void *body, uint32_t room, int *fd)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	uint8_t whole[MSG_HEADER + MSG_BODY];
	struct iovec iov = { whole, sizeof(whole) };
	struct msghdr h = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = &control,
			    .msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(s->fd, &h, MSG_DONTWAIT);
	uint32_t header[3];

	if (n <= 0)
		return -1;
	memcpy(header, whole, sizeof(header));
	assert_int_equal(header[1], MSG_VERSION | MSG_REPLY);
	assert_int_equal(n, MSG_HEADER + header[2]);
	assert_true(header[2] <= room);
	memcpy(body, whole + MSG_HEADER, header[2]);
	if (fd && h.msg_controllen)
		memcpy(fd, CMSG_DATA(&control.align), sizeof(*fd));
	return (int)header[2];
}

static void send64(struct vhost_sim *s, uint32_t request, uint64_t n, int fd)
{
	vhost_sim_send(s, request, 0, &n, sizeof(n), fd);
}

static void send_state(struct vhost_sim *s, uint32_t request, uint32_t index,
		       uint32_t n)
{
	uint32_t state[2] = { index, n };

	vhost_sim_send(s, request, 0, state, sizeof(state), -1);
}

uint32_t vhost_sim_take(struct vhost_sim *s, uint32_t len)
{
	uint32_t at = s->free;

	s->free += (len + 63) & ~63u;
	assert_true(s->free <= SIM_MEMORY);
	memset(s->mem + at, 0xee, len);
	return at;
}

void vhost_sim_start(struct vhost_sim *s, unsigned i, uint32_t base)
{
	struct sim_queue *q = &s->q[i];
	uint64_t addr[5] = { i, SIM_USER + q->desc, SIM_USER + q->used,
			     SIM_USER + q->avail, 0 };

	send_state(s, MSG_SET_VRING_NUM, i, SIM_SIZE);
	send_state(s, MSG_SET_VRING_BASE, i, base);
	vhost_sim_send(s, MSG_SET_VRING_ADDR, 0, addr, sizeof(addr), -1);
	send64(s, MSG_SET_VRING_CALL, i, q->call);
	send64(s, MSG_SET_VRING_KICK, i, q->kick);
	send_state(s, MSG_SET_VRING_ENABLE, i, 1);
}

static void make_memory(struct vhost_sim *s)
{
	s->memfd = memfd_create("guest", MFD_CLOEXEC);
	assert_int_equal(ftruncate(s->memfd, SIM_MEMORY), 0);
	s->mem = mmap(NULL, SIM_MEMORY, PROT_READ | PROT_WRITE, MAP_SHARED,
		      s->memfd, 0);
	assert_true(s->mem != MAP_FAILED);
	s->fly = -1;
	for (unsigned i = 0; i < SIM_QUEUES; i++) {
		struct sim_queue *q = &s->q[i];

		q->desc = vhost_sim_take(s, SIM_SIZE * DESC);
		q->used = vhost_sim_take(s, 256);
		q->avail = vhost_sim_take(s, 256);
		memset(s->mem + q->desc, 0, s->free - q->desc);
		q->kick = eventfd(0, EFD_NONBLOCK);
		q->call = eventfd(0, EFD_NONBLOCK);
		q->wrap = q->seen_wrap = true;
	}
}

static void share_memory(struct vhost_sim *s)
{
	uint64_t table[5] = { 1, SIM_GUEST, SIM_MEMORY, SIM_USER, 0 };
	struct {
		uint64_t len, off;
		uint16_t queues, size;
		uint32_t pad;
	} fly = { 0, 0, SIM_QUEUES, SIM_SIZE, 0 };

	vhost_sim_send(s, MSG_SET_MEM_TABLE, 0, table, sizeof(table), s->memfd);
	if (s->fly < 0) {
		vhost_sim_send(s, MSG_GET_INFLIGHT, 0, &fly, sizeof(fly), -1);
		assert_int_equal(
			vhost_sim_receive(s, &fly, sizeof(fly), &s->fly),
			sizeof(fly));
		assert_true(s->fly >= 0);
		s->fly_len = fly.len;
	}
	fly.len = s->fly_len;
	vhost_sim_send(s, MSG_SET_INFLIGHT, 0, &fly, sizeof(fly), s->fly);
}

void vhost_sim_dial(struct vhost_sim *s, const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	memcpy(a.sun_path, path, strlen(path));
	s->fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(connect(s->fd, (struct sockaddr *)&a, sizeof(a)), 0);
}

void vhost_sim_connect(struct vhost_sim *s, const char *path, bool packed,
		       uint64_t features, void (*settle)(void))
{
	settle_fn = settle;
	s->packed = packed;
	s->features = features | VIRTIO_VERSION_1 | VIRTIO_PROTOCOL |
		      (packed ? VIRTIO_PACKED : 0);
	if (!s->mem)
		make_memory(s);
	vhost_sim_dial(s, path);
	settle();
	send64(s, MSG_SET_PROTOCOL,
	       PROTOCOL_MQ | PROTOCOL_REPLY_ACK | PROTOCOL_CONFIG |
		       PROTOCOL_INFLIGHT | PROTOCOL_RESET_DEVICE,
	       -1);
	vhost_sim_send(s, MSG_SET_OWNER, 0, NULL, 0, -1);
	send64(s, MSG_SET_FEATURES, s->features, -1);
	share_memory(s);
	for (unsigned i = 0; i < SIM_QUEUES; i++)
		vhost_sim_start(s, i,
				packed ? 0x80008000u
				       : vhost_get16(s->mem + s->q[i].used +
						     SPLIT_IDX_AT));
}

void vhost_sim_hang_up(struct vhost_sim *s)
{
	close(s->fd);
	settle_fn();
}

void vhost_sim_free(struct vhost_sim *s)
{
	for (unsigned i = 0; i < SIM_QUEUES; i++) {
		close(s->q[i].kick);
		close(s->q[i].call);
	}
	munmap(s->mem, SIM_MEMORY);
	close(s->memfd);
	if (s->fly >= 0)
		close(s->fly);
	memset(s, 0, sizeof(*s));
}

/* ---- The driver ---- */

static void put_desc(uint8_t *d, const struct sim_part *p)
{
	vhost_put64(d, SIM_GUEST + p->at);
	vhost_put32(d + DESC_LEN_AT, p->len);
}

static uint16_t flags_of(const struct sim_part *p, bool more)
{
	return (uint16_t)((p->in ? DESC_WRITE : 0) | (more ? DESC_NEXT : 0) |
			  (p->table ? DESC_INDIRECT : 0));
}

static void put_split(struct vhost_sim *s, struct sim_queue *q, uint16_t head,
		      const struct sim_part *p, unsigned n)
{
	uint8_t *avail = s->mem + q->avail;

	/* Descriptors are never short of: each id has its own few. */
	for (unsigned i = 0; i < n; i++) {
		uint16_t at = (uint16_t)((head + i) % SIM_SIZE);
		uint8_t *d = s->mem + q->desc + DESC * at;
		bool more = i + 1 < n;

		put_desc(d, &p[i]);
		vhost_put16(d + SPLIT_FLAGS_AT, flags_of(&p[i], more));
		vhost_put16(d + SPLIT_NEXT_AT, (uint16_t)((at + 1) % SIM_SIZE));
	}
	vhost_put16(avail + SPLIT_RING_AT + 2 * (q->next % SIM_SIZE), head);
	vhost_store16(avail + SPLIT_IDX_AT, ++q->next);
}

static void put_packed(struct vhost_sim *s, struct sim_queue *q, uint16_t id,
		       const struct sim_part *p, unsigned n)
{
	uint8_t *head = s->mem + q->desc + DESC * q->next + PACKED_FLAGS_AT;
	uint16_t head_flags = 0;

	for (unsigned i = 0; i < n; i++) {
		uint8_t *d = s->mem + q->desc + DESC * q->next;
		uint16_t flags = (uint16_t)(flags_of(&p[i], i + 1 < n) |
					    (q->wrap ? DESC_AVAIL : DESC_USED));

		put_desc(d, &p[i]);
		vhost_put16(d + PACKED_ID_AT, id);
		if (i)
			vhost_put16(d + PACKED_FLAGS_AT, flags);
		else
			head_flags = flags;
		if (++q->next == SIM_SIZE) {
			q->next = 0;
			q->wrap = !q->wrap;
		}
	}
	q->slots[id] = (uint16_t)n;
	vhost_store16(head, head_flags);
}

/* Does the back end want to know of what was put last, so many entries? */
static bool wants_kick(const struct vhost_sim *s, const struct sim_queue *q,
		       uint16_t added)
{
	const uint8_t *used = s->mem + q->used;
	uint16_t event;

	if (!(s->features & VIRTIO_EVENT_IDX))
		return true;
	if (!s->packed) {
		event = vhost_load16(used + SPLIT_RING_AT +
				     SPLIT_USED * SIM_SIZE);
	} else {
		if (vhost_load16(used + PACKED_EVENT_FLAGS_AT) !=
		    PACKED_AT_DESC)
			return true;
		event = vhost_load16(used + PACKED_EVENT_AT);
		event = (uint16_t)((event & 0x7fff) -
				   (event >> 15 == q->wrap ? 0 : SIM_SIZE));
	}
	return (uint16_t)(q->next - event - 1) < added;
}

uint16_t vhost_sim_put(struct vhost_sim *s, unsigned q,
		       const struct sim_part *p, unsigned n)
{
	uint16_t id = s->next_id;

	s->next_id = (uint16_t)((id + 4) % SIM_SIZE);
	if (s->packed)
		put_packed(s, &s->q[q], id, p, n);
	else
		put_split(s, &s->q[q], id, p, n);
	if (wants_kick(s, &s->q[q], s->packed ? (uint16_t)n : 1))
		eventfd_write(s->q[q].kick, 1);
	return id;
}

static int get_split(struct vhost_sim *s, struct sim_queue *q, uint32_t *len)
{
	const uint8_t *used = s->mem + q->used, *e;

	if (vhost_load16(used + SPLIT_IDX_AT) == q->seen)
		return -1;
	e = used + SPLIT_RING_AT + SPLIT_USED * (q->seen++ % SIM_SIZE);
	*len = vhost_get32(e + 4);
	return (int)vhost_get32(e);
}

static int get_packed(struct vhost_sim *s, struct sim_queue *q, uint32_t *len)
{
	const uint8_t *d = s->mem + q->desc + DESC * q->seen;
	uint16_t flags = vhost_load16(d + PACKED_FLAGS_AT), id;

	if (!!(flags & DESC_AVAIL) != q->seen_wrap ||
	    !!(flags & DESC_USED) != q->seen_wrap)
		return -1;
	*len = vhost_get32(d + DESC_LEN_AT);
	id = vhost_get16(d + PACKED_ID_AT);
	assert_true(id < SIM_SIZE);
	q->seen = (uint16_t)(q->seen + q->slots[id]);
	if (q->seen >= SIM_SIZE) {
		q->seen = (uint16_t)(q->seen - SIM_SIZE);
		q->seen_wrap = !q->seen_wrap;
	}
	return id;
}

int vhost_sim_get(struct vhost_sim *s, unsigned q, uint32_t *len)
{
	return s->packed ? get_packed(s, &s->q[q], len)
			 : get_split(s, &s->q[q], len);
}

unsigned vhost_sim_signals(struct vhost_sim *s, unsigned q)
{
	eventfd_t n = 0;

	return eventfd_read(s->q[q].call, &n) ? 0 : (unsigned)n;
}
