/* SPDX-License-Identifier: BSD-2-Clause */
/* vhost-user-scsi: descriptors as a driver may lay them out, and as not. */
#define _GNU_SOURCE
#include "vhost_rig.h"

#include <sys/mman.h>
#include <unistd.h>

/* A chain goes round; how many bytes were written. */
static uint32_t run_parts(const struct sim_part *p, unsigned n)
{
	uint16_t id = vhost_sim_put(&sim, QUEUE_REQUEST, p, n);
	uint32_t len = 0;

	settle();
	assert_int_equal(vhost_sim_get(&sim, QUEUE_REQUEST, &len), id);
	return len;
}

/* A header, and so much room behind it. */
static uint32_t put_header(const uint8_t *cdb, unsigned len, uint32_t more)
{
	uint32_t at = vhost_sim_take(&sim, 51 + more);

	memset(sim.mem + at, 0, 51);
	memcpy(sim.mem + at, lun0, 8);
	memcpy(sim.mem + at + REQ_CDB_AT, cdb, len);
	return at;
}

/* ---- Tables ---- */

enum { READ_PARTS = 4, READ_BYTES = 1024 };

/* READ(10) of two blocks: the request cut in two, the response, data. */
static void read_parts(struct sim_part p[READ_PARTS])
{
	uint32_t req = put_header(rw(0x28, 1, 2), 10, 0);

	p[0] = (struct sim_part){ .at = req, .len = 21 };
	p[1] = (struct sim_part){ .at = req + 21, .len = 30 };
	p[2] = (struct sim_part){ .at = vhost_sim_take(&sim, 108),
				  .len = 108,
				  .in = true };
	p[3] = (struct sim_part){ .at = vhost_sim_take(&sim, READ_BYTES),
				  .len = READ_BYTES,
				  .in = true };
}

/* These parts as a table, in the order of the chain or from its end; where. */
static struct sim_part table(const struct sim_part *p, unsigned n, bool back)
{
	uint32_t at = vhost_sim_take(&sim, n * DESC);
	struct sim_part whole = { .at = at, .len = n * DESC, .table = true };

	for (unsigned i = 0; i < n; i++) {
		unsigned in = back && i ? n - i : i;
		uint8_t *d = sim.mem + at + in * DESC;
		bool more = i + 1 < n && !sim.packed;

		vhost_put64(d, SIM_GUEST + p[i].at);
		vhost_put32(d + DESC_LEN_AT, p[i].len);
		vhost_put16(d + (sim.packed ? PACKED_FLAGS_AT : SPLIT_FLAGS_AT),
			    (uint16_t)((p[i].in ? DESC_WRITE : 0) |
				       (more ? DESC_NEXT : 0)));
		if (more)
			vhost_put16(d + SPLIT_NEXT_AT,
				    (uint16_t)(back ? n - i - 1 : i + 1));
	}
	return whole;
}

static void run_table(bool packed, bool back)
{
	struct sim_part p[READ_PARTS], whole;
	struct request w;

	make(packed, VIRTIO_INDIRECT, false);
	w = put_request(lun0, rw(0x2a, 1, 2), 10, data, READ_BYTES, 0);
	expect(ended(&w, 108), VIRTIO_OK, SCSIEMU_GOOD, 0);
	read_parts(p);
	whole = table(p, READ_PARTS, back);
	assert_int_equal(run_parts(&whole, 1), 108 + READ_BYTES);
	expect(sim.mem + p[2].at, VIRTIO_OK, SCSIEMU_GOOD, 0);
	assert_memory_equal(sim.mem + p[3].at, data, READ_BYTES);
	drop();
}

static void test_tables(void **state)
{
	(void)state;
	run_table(false, false);
	run_table(false, true);
	run_table(true, false);
}

/* ---- Buffers as a driver may cut them ---- */

static void write_in_one(void)
{
	uint32_t at = put_header(rw(0x2a, 1, 2), 10, READ_BYTES);
	struct sim_part p[2] = { { .at = at, .len = 51 + READ_BYTES },
				 { .len = 108, .in = true } };

	memcpy(sim.mem + at + 51, data, READ_BYTES);
	p[1].at = vhost_sim_take(&sim, 108);
	assert_int_equal(run_parts(p, 2), 108);
	expect(sim.mem + p[1].at, VIRTIO_OK, SCSIEMU_GOOD, 0);
}

/* The response, of which the first bytes are a part of their own, and data. */
static const uint8_t *read_in_one(const uint8_t *cdb, unsigned first,
				  uint32_t bytes)
{
	uint32_t at = vhost_sim_take(&sim, 108 + bytes);
	struct sim_part p[3] = { { .len = 51 } };

	p[0].at = put_header(cdb, 10, 0);
	p[1] = (struct sim_part){ .at = at, .len = first, .in = true };
	p[2] = (struct sim_part){ .at = at + first,
				  .len = 108 + bytes - first,
				  .in = true };
	if (!first)
		p[1] = p[2];
	assert_int_equal(run_parts(p, first ? 3 : 2), 108 + bytes);
	return sim.mem + at;
}

static void test_layouts(void **state)
{
	static const uint8_t bad[10] = { 0x12, 0, 1, 0, 36 };
	const uint8_t *rsp;

	(void)state;
	for (int packed = 0; packed < 2; packed++) {
		make(packed, 0, false);
		write_in_one();
		for (unsigned first = 0; first < 40; first += 20) {
			rsp = read_in_one(rw(0x28, 1, 2), first, READ_BYTES);
			expect(rsp, VIRTIO_OK, SCSIEMU_GOOD, 0);
			assert_memory_equal(rsp + 108, data, READ_BYTES);
		}
		rsp = read_in_one(bad, 20, 0);
		expect(rsp, VIRTIO_OK, SCSIEMU_CHECK_CONDITION, 0);
		assert_int_equal(rsp[RSP_SENSE_AT + 12], 0x24);
		drop();
	}
}

/* More parts than there is room for at first. */
static void test_many_parts(void **state)
{
	enum { PIECE = 16, PIECES = READ_BYTES / PIECE };
	struct sim_part p[3 + PIECES], whole;

	(void)state;
	for (int packed = 0; packed < 2; packed++) {
		make(packed, VIRTIO_INDIRECT, false);
		write_in_one();
		read_parts(p);
		for (uint32_t i = 0; i < PIECES; i++)
			p[3 + i] = (struct sim_part){ .at = p[3].at + i * PIECE,
						      .len = PIECE,
						      .in = true };
		whole = table(p, 3 + PIECES, false);
		assert_int_equal(run_parts(&whole, 1), 108 + READ_BYTES);
		assert_memory_equal(sim.mem + p[3].at, data, READ_BYTES);
		drop();
	}
}

/* A buffer, or a table, of which a part is in the next region. */
static void run_regions(bool packed, bool in_table)
{
	uint64_t region[5] = { 0, SIM_GUEST + SIM_MEMORY, 8192,
			       SIM_USER + SIM_MEMORY, 0 };
	enum { HERE = 24 };
	struct sim_part p[READ_PARTS], whole;
	int fd = memfd_create("more", MFD_CLOEXEC);
	uint8_t *more;

	assert_int_equal(ftruncate(fd, 8192), 0);
	more = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(more != MAP_FAILED);
	make(packed, VIRTIO_INDIRECT, false);
	assert_int_equal(acked(MSG_ADD_REGION, region, sizeof(region), fd), 0);
	write_in_one();
	read_parts(p);
	if (!in_table)
		p[3].at = SIM_MEMORY - HERE;
	whole = table(p, READ_PARTS, false);
	if (in_table) {
		memcpy(sim.mem + SIM_MEMORY - HERE, sim.mem + whole.at, HERE);
		memcpy(more, sim.mem + whole.at + HERE, whole.len - HERE);
		whole.at = SIM_MEMORY - HERE;
	}
	assert_int_equal(run_parts(&whole, 1), 108 + READ_BYTES);
	assert_memory_equal(sim.mem + p[3].at, data,
			    in_table ? READ_BYTES : HERE);
	if (!in_table)
		assert_memory_equal(more, data + HERE, READ_BYTES - HERE);
	drop();
	munmap(more, 8192);
	close(fd);
}

static void test_regions(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++)
		run_regions(i & 1, i & 2);
}

/* ---- What a driver must not do ends its queue, with the reason ---- */

/* The queue is served no more, for this reason. */
static void expect_broken(const char *why)
{
	uint32_t len;

	settle();
	assert_non_null(strstr(said, why));
	assert_int_equal(vhost_sim_get(&sim, QUEUE_REQUEST, &len), -1);
}

/* One that is right but for its bytes of this kind at `at`. */
static void run_bad_table(bool packed, uint64_t features, unsigned at,
			  uint16_t value, const char *why)
{
	struct sim_part p[READ_PARTS], whole;

	make(packed, features, false);
	read_parts(p);
	whole = table(p, READ_PARTS, false);
	vhost_put16(sim.mem + whole.at + at, value);
	vhost_sim_put(&sim, QUEUE_REQUEST, &whole, 1);
	expect_broken(why);
	drop();
}

static void run_bad_length(bool packed, uint32_t len)
{
	struct sim_part p[READ_PARTS], whole;

	make(packed, VIRTIO_INDIRECT, false);
	read_parts(p);
	whole = table(p, READ_PARTS, false);
	whole.len = len;
	vhost_sim_put(&sim, QUEUE_REQUEST, &whole, 1);
	expect_broken("a table of descriptors of an impossible length");
	drop();
}

static void test_bad_tables(void **state)
{
	static const char loops[] = "descriptors that loop, or lead outside";
	enum { LAST_BUT_ONE = 2 * DESC };

	(void)state;
	run_bad_table(false, VIRTIO_INDIRECT, LAST_BUT_ONE + SPLIT_NEXT_AT, 2,
		      loops);
	run_bad_table(false, VIRTIO_INDIRECT, LAST_BUT_ONE + SPLIT_NEXT_AT,
		      READ_PARTS, loops);
	run_bad_table(false, VIRTIO_INDIRECT, SPLIT_FLAGS_AT,
		      DESC_INDIRECT | DESC_NEXT,
		      "a table of descriptors in a table");
	run_bad_table(true, VIRTIO_INDIRECT, PACKED_FLAGS_AT, DESC_INDIRECT,
		      "a table of descriptors in a table");
	run_bad_table(false, 0, 0, 0, "which was not negotiated");
	for (int packed = 0; packed < 2; packed++) {
		run_bad_length(packed, 0);
		run_bad_length(packed, READ_PARTS * DESC - 1);
		run_bad_length(packed, (SEMU_VHOST_RING + 1) * DESC);
	}
}

/* The ring is its own table. */
static void test_ring_as_table(void **state)
{
	struct sim_part p;

	(void)state;
	make(false, VIRTIO_INDIRECT, false);
	p = (struct sim_part){ .at = sim.q[QUEUE_REQUEST].desc,
			       .len = SIM_SIZE * DESC,
			       .table = true };
	sim.next_id = 0;
	vhost_sim_put(&sim, QUEUE_REQUEST, &p, 1);
	expect_broken("a table of descriptors in a table");
	drop();
}

/* A table is the whole of a chain. */
static void test_table_and_more(void **state)
{
	struct sim_part p[READ_PARTS], both[2];

	(void)state;
	for (int packed = 0; packed < 2; packed++) {
		make(packed, VIRTIO_INDIRECT, false);
		read_parts(p);
		both[0] = table(p, READ_PARTS - 1, false);
		both[1] = p[READ_PARTS - 1];
		vhost_sim_put(&sim, QUEUE_REQUEST, both, 2);
		expect_broken(packed ? "a table of descriptors in a chain"
				     : "a descriptor behind a table");
		drop();
	}
}

static void test_hostile(void **state)
{
	struct sim_part far = { .at = SIM_MEMORY - 8, .len = 64, .in = true };
	struct sim_part order[2] = { { .at = 4096, .len = 108, .in = true },
				     { .at = 8192, .len = 51 } };
	struct sim_part brief[2] = { { .at = 4096, .len = 50 },
				     { .at = 8192, .len = 108, .in = true } };

	(void)state;
	for (int packed = 0; packed < 2; packed++) {
		make(packed, 0, false);
		vhost_sim_put(&sim, QUEUE_REQUEST, &far, 1);
		expect_broken("outside the guest's memory");
		drop();
		make(packed, 0, false);
		vhost_sim_put(&sim, QUEUE_REQUEST, order, 2);
		expect_broken("a buffer to read behind one to write");
		drop();
		make(packed, 0, false);
		vhost_sim_put(&sim, QUEUE_REQUEST, brief, 2);
		expect_broken("no room for its header");
		drop();
	}
	make(false, 0, false);
	sim.q[QUEUE_REQUEST].next = (uint16_t)(sim.q[QUEUE_REQUEST].next + 99);
	vhost_sim_put(&sim, QUEUE_REQUEST, brief, 2);
	expect_broken("an available index that jumped");
	drop();
}

/* The second descriptor of a chain names another one. */
static void run_bad_link(uint16_t next)
{
	struct sim_part p[READ_PARTS];
	uint16_t head;

	make(false, 0, false);
	read_parts(p);
	head = vhost_sim_put(&sim, QUEUE_REQUEST, p, READ_PARTS);
	vhost_put16(sim.mem + sim.q[QUEUE_REQUEST].desc + DESC * (head + 1u) +
			    SPLIT_NEXT_AT,
		    next < SIM_SIZE ? head : next);
	expect_broken("descriptors that loop, or lead outside");
	drop();
}

static void test_bad_links(void **state)
{
	struct sim_queue *q = &sim.q[QUEUE_REQUEST];
	struct sim_part p[READ_PARTS], long_one[SIM_SIZE + 1];

	(void)state;
	run_bad_link(0);
	run_bad_link(SIM_SIZE);
	make(false, 0, false);
	read_parts(p);
	vhost_sim_put(&sim, QUEUE_REQUEST, p, READ_PARTS);
	vhost_put16(sim.mem + q->avail + SPLIT_RING_AT +
			    2 * ((q->next - 1u) % SIM_SIZE),
		    SIM_SIZE);
	expect_broken("a head outside the descriptors");
	drop();
	make(true, 0, false);
	for (unsigned i = 0; i <= SIM_SIZE; i++)
		long_one[i] = (struct sim_part){ .at = 4096, .len = 8 };
	vhost_sim_put(&sim, QUEUE_REQUEST, long_one, SIM_SIZE + 1);
	settle();
	assert_non_null(strstr(said, "is served no more"));
	drop();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_layouts),
		cmocka_unit_test(test_many_parts),
		cmocka_unit_test(test_regions),
		cmocka_unit_test(test_bad_links),
		cmocka_unit_test(test_bad_tables),
		cmocka_unit_test(test_ring_as_table),
		cmocka_unit_test(test_table_and_more),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
