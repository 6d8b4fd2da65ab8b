/* SPDX-License-Identifier: BSD-2-Clause */
/* vhost-user-scsi: descriptors as a driver may lay them out, and as not. */
#include "vhost_rig.h"

/* ---- Tables ---- */

enum { READ_PARTS = 4, READ_BYTES = 1024 };

/* READ(10) of two blocks: the request cut in two, the response, data. */
static void read_parts(struct sim_part p[READ_PARTS])
{
	uint32_t req = vhost_sim_take(&sim, 51);

	memset(sim.mem + req, 0, 51);
	memcpy(sim.mem + req, lun0, 8);
	memcpy(sim.mem + req + REQ_CDB_AT, rw(0x28, 1, 2), 10);
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
	uint32_t len = 0;
	uint16_t id;

	make(packed, VIRTIO_INDIRECT, false);
	w = put_request(lun0, rw(0x2a, 1, 2), 10, data, READ_BYTES, 0);
	expect(ended(&w, 108), VIRTIO_OK, SCSIEMU_GOOD, 0);
	read_parts(p);
	whole = table(p, READ_PARTS, back);
	id = vhost_sim_put(&sim, QUEUE_REQUEST, &whole, 1);
	settle();
	assert_int_equal(vhost_sim_get(&sim, QUEUE_REQUEST, &len), id);
	assert_int_equal(len, 108 + READ_BYTES);
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

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_bad_tables),
		cmocka_unit_test(test_ring_as_table),
		cmocka_unit_test(test_table_and_more),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
