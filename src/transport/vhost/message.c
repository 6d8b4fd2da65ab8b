/* SPDX-License-Identifier: BSD-2-Clause */
/* vhost/message.c - what the front end's messages do: a row each. */
#include <transport/vhost/vhost.h>

#include <unistd.h>

#define FEATURES                                                               \
	(VIRTIO_INOUT | VIRTIO_HOTPLUG | VIRTIO_CHANGE | VIRTIO_INDIRECT |     \
	 VIRTIO_EVENT_IDX | VIRTIO_PROTOCOL | VIRTIO_VERSION_1 |               \
	 VIRTIO_PACKED)
#define PROTOCOL                                                               \
	(PROTOCOL_MQ | PROTOCOL_REPLY_ACK | PROTOCOL_CONFIG |                  \
	 PROTOCOL_INFLIGHT | PROTOCOL_RESET_DEVICE | PROTOCOL_SLOTS)

static uint32_t get32(const struct semu_message *m, unsigned at)
{
	uint32_t n;

	memcpy(&n, m->body + at, sizeof(n));
	return n;
}

static uint64_t get64(const struct semu_message *m, unsigned at)
{
	uint64_t n;

	memcpy(&n, m->body + at, sizeof(n));
	return n;
}

static enum semu_handled answer64(struct scsiemu_vhost *v, uint64_t n)
{
	memcpy(v->msg.body, &n, sizeof(n));
	return semu_vhost_answer(v, sizeof(n), -1) ? ANSWERED : REFUSED;
}

/* The only one, which is no longer the message's. */
static int take_fd(struct semu_message *m)
{
	int fd = m->fd[0];

	m->fd[0] = -1;
	return fd;
}

/* NULL: there is no such queue. */
static struct semu_vring *ring_of(struct scsiemu_vhost *v, uint64_t index)
{
	return index < v->nrings ? &v->ring[index] : NULL;
}

static bool any_started(const struct scsiemu_vhost *v)
{
	unsigned i = 0;

	while (i < v->nrings && !v->ring[i].started)
		i++;
	return i < v->nrings;
}

/* ---- Features ---- */

static enum semu_handled get_features(struct scsiemu_vhost *v,
				      struct semu_message *m)
{
	(void)m;
	return answer64(v, FEATURES);
}

static enum semu_handled set_features(struct scsiemu_vhost *v,
				      struct semu_message *m)
{
	uint64_t features = get64(m, 0);
	bool packed = features & VIRTIO_PACKED;

	if (features & ~(uint64_t)FEATURES ||
	    (any_started(v) && (v->features ^ features) & VIRTIO_PACKED))
		return REFUSED;
	for (unsigned i = 0; i < v->nrings; i++) {
		struct semu_vring *r = &v->ring[i];

		r->format = packed ? &semu_ring_packed : &semu_ring_split;
		if (!(features & VIRTIO_PROTOCOL))
			r->enabled = true;
	}
	v->features = features;
	return HANDLED;
}

static enum semu_handled get_protocol(struct scsiemu_vhost *v,
				      struct semu_message *m)
{
	(void)m;
	return answer64(v, PROTOCOL);
}

static enum semu_handled set_protocol(struct scsiemu_vhost *v,
				      struct semu_message *m)
{
	if (get64(m, 0) & ~(uint64_t)PROTOCOL)
		return REFUSED;
	v->protocol = get64(m, 0);
	return HANDLED;
}

static enum semu_handled get_queue_num(struct scsiemu_vhost *v,
				       struct semu_message *m)
{
	(void)m;
	return answer64(v, v->nrings);
}

static enum semu_handled nothing(struct scsiemu_vhost *v,
				 struct semu_message *m)
{
	(void)v, (void)m;
	return HANDLED;
}

/* ---- Memory: nobody uses it while it changes ---- */

/* good: so far. Queues that run are found again, or end. */
static enum semu_handled remap(struct scsiemu_vhost *v, bool good)
{
	for (unsigned i = 0; i < v->nrings; i++)
		good &= semu_ring_remap(&v->ring[i]);
	return good ? HANDLED : REFUSED;
}

static enum semu_handled set_mem_table(struct scsiemu_vhost *v,
				       struct semu_message *m)
{
	uint32_t n = get32(m, 0);
	bool good = true;

	if (v->slots.live)
		return HELD;
	if (n > MSG_FDS || n != m->nfds || m->size < 8 + n * MSG_REGION)
		return REFUSED;
	semu_vhost_forget_memory(v);
	for (uint32_t i = 0; i < n && good; i++)
		good = semu_vhost_add_region(v, m->body + 8 + i * MSG_REGION,
					     m->fd[i]);
	return remap(v, good);
}

static enum semu_handled get_slots(struct scsiemu_vhost *v,
				   struct semu_message *m)
{
	(void)m;
	return answer64(v, SEMU_VHOST_REGIONS);
}

static enum semu_handled add_region(struct scsiemu_vhost *v,
				    struct semu_message *m)
{
	return m->nfds == 1 && semu_vhost_add_region(v, m->body + 8, m->fd[0])
		       ? HANDLED
		       : REFUSED;
}

static enum semu_handled remove_region(struct scsiemu_vhost *v,
				       struct semu_message *m)
{
	if (v->slots.live)
		return HELD;
	return semu_vhost_remove_region(v, m->body + 8) ? remap(v, true)
							: REFUSED;
}

/* ---- Queues ---- */

static enum semu_handled set_num(struct scsiemu_vhost *v,
				 struct semu_message *m)
{
	struct semu_vring *r = ring_of(v, get32(m, 0));
	uint32_t n = get32(m, 4);

	if (!r || r->started || !n || n > SEMU_VHOST_RING)
		return REFUSED;
	r->size = (uint16_t)n;
	return HANDLED;
}

static enum semu_handled set_addr(struct scsiemu_vhost *v,
				  struct semu_message *m)
{
	struct semu_vring *r = ring_of(v, get32(m, 0));

	if (!r || r->started)
		return REFUSED;
	for (unsigned i = 0; i < 3; i++)
		r->at[i] = get64(m, 8 + 8 * i);
	return HANDLED;
}

static enum semu_handled set_base(struct scsiemu_vhost *v,
				  struct semu_message *m)
{
	struct semu_vring *r = ring_of(v, get32(m, 0));

	if (!r || r->started)
		return REFUSED;
	r->base = get32(m, 4);
	return HANDLED;
}

/* The queue stops; the front end gets it with nothing under way. */
static enum semu_handled get_base(struct scsiemu_vhost *v,
				  struct semu_message *m)
{
	struct semu_vring *r = ring_of(v, get32(m, 0));
	uint32_t base;

	if (!r)
		return REFUSED;
	if (r->live)
		return HELD;
	semu_ring_stop(r);
	base = r->base;
	memcpy(m->body + 4, &base, sizeof(base));
	return semu_vhost_answer(v, 8, -1) ? ANSWERED : REFUSED;
}

/* Which queue and descriptor (-1: none is meant). NULL: no such queue. */
static struct semu_vring *event_fd(struct scsiemu_vhost *v,
				   struct semu_message *m, int *fd)
{
	uint64_t what = get64(m, 0);
	struct semu_vring *r = ring_of(v, what & 0xff);

	*fd = -1;
	if (!r || (what & MSG_NO_FD ? m->nfds != 0 : m->nfds != 1))
		return NULL;
	if (m->nfds)
		*fd = take_fd(m);
	return r;
}

static enum semu_handled set_kick(struct scsiemu_vhost *v,
				  struct semu_message *m)
{
	int fd;
	struct semu_vring *r = event_fd(v, m, &fd);

	/* Without one we had to look for ever. */
	if (!r || fd < 0 || !semu_ring_set_kick(r, fd))
		return REFUSED;
	semu_ring_start(r);
	return HANDLED;
}

static enum semu_handled set_call(struct scsiemu_vhost *v,
				  struct semu_message *m)
{
	int fd;
	struct semu_vring *r = event_fd(v, m, &fd);

	if (!r)
		return REFUSED;
	semu_ring_set_call(r, fd);
	return HANDLED;
}

static enum semu_handled set_err(struct scsiemu_vhost *v,
				 struct semu_message *m)
{
	int fd;
	struct semu_vring *r = event_fd(v, m, &fd);

	if (!r)
		return REFUSED;
	semu_ring_set_signal(&r->err, fd);
	return HANDLED;
}

static enum semu_handled set_enable(struct scsiemu_vhost *v,
				    struct semu_message *m)
{
	struct semu_vring *r = ring_of(v, get32(m, 0));

	if (!r || get32(m, 4) > 1)
		return REFUSED;
	r->enabled = get32(m, 4);
	semu_ring_serve(r);
	return HANDLED;
}

/* ---- Configuration ---- */

static void fill_config(const struct scsiemu_vhost *v, uint8_t c[CONFIG])
{
	memset(c, 0, CONFIG);
	vhost_put32(c + CONFIG_QUEUES_AT, v->nrings - QUEUE_REQUEST);
	vhost_put32(c + CONFIG_SEG_MAX_AT, SEMU_VHOST_RING - 2);
	vhost_put32(c + CONFIG_SECTORS_AT, 0xffff);
	vhost_put32(c + CONFIG_PER_LUN_AT, 128);
	vhost_put32(c + CONFIG_EVENT_AT, EVENT);
	vhost_put32(c + CONFIG_SENSE_AT, v->sense_size);
	vhost_put32(c + CONFIG_CDB_AT, v->cdb_size);
	vhost_put32(c + CONFIG_LUN_AT, 16383);
}

/* Where a message has bytes of it. false: outside, or not there. */
static bool config_place(const struct semu_message *m, uint32_t *at,
			 uint32_t *len)
{
	*at = get32(m, 0);
	*len = get32(m, 4);
	return *at <= CONFIG && *len <= CONFIG - *at && m->size == 12 + *len;
}

static enum semu_handled get_config(struct scsiemu_vhost *v,
				    struct semu_message *m)
{
	uint8_t config[CONFIG];
	uint32_t at, len, size = m->size;

	fill_config(v, config);
	if (config_place(m, &at, &len))
		memcpy(m->body + 12, config + at, len);
	else
		size = 0; /* that is how it is refused */
	return semu_vhost_answer(v, size, -1) ? ANSWERED : REFUSED;
}

/* The driver may say how long CDBs and sense data are. */
static enum semu_handled set_config(struct scsiemu_vhost *v,
				    struct semu_message *m)
{
	uint8_t was[CONFIG], is[CONFIG];
	uint32_t at, len, sense, cdb;

	if (v->slots.live)
		return HELD;
	if (!config_place(m, &at, &len))
		return REFUSED;
	fill_config(v, was);
	memcpy(is, was, CONFIG);
	memcpy(is + at, m->body + 12, len);
	sense = vhost_get32(is + CONFIG_SENSE_AT);
	cdb = vhost_get32(is + CONFIG_CDB_AT);
	memcpy(was + CONFIG_SENSE_AT, is + CONFIG_SENSE_AT, 8);
	if (memcmp(was, is, CONFIG) || sense > SEMU_VHOST_SENSE || !cdb ||
	    cdb > SEMU_VHOST_CDB)
		return REFUSED;
	v->sense_size = sense;
	v->cdb_size = cdb;
	return HANDLED;
}

/* ---- Requests in flight ---- */

static uint16_t get16(const struct semu_message *m, unsigned at)
{
	uint16_t n;

	memcpy(&n, m->body + at, sizeof(n));
	return n;
}

static enum semu_handled get_inflight(struct scsiemu_vhost *v,
				      struct semu_message *m)
{
	uint16_t n = get16(m, 16), size = get16(m, 18);
	uint64_t len, zero = 0;
	bool good;
	int fd;

	if (v->slots.live)
		return HELD;
	if (any_started(v) || !n || n > v->nrings || !size ||
	    size > SEMU_VHOST_RING)
		return REFUSED;
	/* What fits a packed queue fits a split one. */
	len = n * semu_vhost_fly_len(&semu_ring_packed, size);
	fd = semu_vhost_make_fly(v, len);
	if (fd < 0)
		return REFUSED;
	memcpy(m->body, &len, sizeof(len));
	memcpy(m->body + 8, &zero, sizeof(zero));
	good = semu_vhost_answer(v, m->size, fd);
	close(fd);
	return good ? ANSWERED : REFUSED;
}

static enum semu_handled set_inflight(struct scsiemu_vhost *v,
				      struct semu_message *m)
{
	if (v->slots.live)
		return HELD;
	return m->nfds == 1 && !any_started(v) &&
			       semu_vhost_map_fly(v, m->fd[0], get64(m, 0),
						  get64(m, 8))
		       ? HANDLED
		       : REFUSED;
}

static enum semu_handled reset_device(struct scsiemu_vhost *v,
				      struct semu_message *m)
{
	(void)m;
	v->held = true;
	semu_vhost_abort_all(v);
	if (v->slots.live)
		return HELD;
	for (unsigned i = 0; i < v->nrings; i++) {
		semu_ring_stop(&v->ring[i]);
		v->ring[i].enabled = false;
	}
	if (v->fly) /* nothing is to be done again */
		memset(v->fly, 0, v->fly_len);
	v->missed = false;
	return HANDLED;
}

static const struct {
	enum semu_handled (*fn)(struct scsiemu_vhost *v,
				struct semu_message *m);
	uint16_t least; /* bytes */
	uint8_t fds;	/* at most */
} rows[MSG_COUNT] = {
	[MSG_GET_FEATURES] = { get_features, 0, 0 },
	[MSG_SET_FEATURES] = { set_features, 8, 0 },
	[MSG_SET_OWNER] = { nothing, 0, 0 },
	[MSG_RESET_OWNER] = { nothing, 0, 0 },
	[MSG_SET_MEM_TABLE] = { set_mem_table, 8, MSG_FDS },
	[MSG_SET_VRING_NUM] = { set_num, 8, 0 },
	[MSG_SET_VRING_ADDR] = { set_addr, 40, 0 },
	[MSG_SET_VRING_BASE] = { set_base, 8, 0 },
	[MSG_GET_VRING_BASE] = { get_base, 8, 0 },
	[MSG_SET_VRING_KICK] = { set_kick, 8, 1 },
	[MSG_SET_VRING_CALL] = { set_call, 8, 1 },
	[MSG_SET_VRING_ERR] = { set_err, 8, 1 },
	[MSG_GET_PROTOCOL] = { get_protocol, 0, 0 },
	[MSG_SET_PROTOCOL] = { set_protocol, 8, 0 },
	[MSG_GET_QUEUE_NUM] = { get_queue_num, 0, 0 },
	[MSG_SET_VRING_ENABLE] = { set_enable, 8, 0 },
	[MSG_GET_CONFIG] = { get_config, 12, 0 },
	[MSG_SET_CONFIG] = { set_config, 12, 0 },
	[MSG_GET_INFLIGHT] = { get_inflight, MSG_INFLIGHT, 0 },
	[MSG_SET_INFLIGHT] = { set_inflight, MSG_INFLIGHT, 1 },
	[MSG_RESET_DEVICE] = { reset_device, 0, 0 },
	[MSG_GET_SLOTS] = { get_slots, 0, 0 },
	[MSG_ADD_REGION] = { add_region, 8 + MSG_REGION, 1 },
	/* Some send a descriptor all the same. */
	[MSG_REMOVE_REGION] = { remove_region, 8 + MSG_REGION, 1 },
};

enum semu_handled semu_vhost_handle(struct scsiemu_vhost *v,
				    struct semu_message *m)
{
	if (m->request >= MSG_COUNT || !rows[m->request].fn ||
	    m->size < rows[m->request].least || m->nfds > rows[m->request].fds)
		return REFUSED;
	return rows[m->request].fn(v, m);
}
