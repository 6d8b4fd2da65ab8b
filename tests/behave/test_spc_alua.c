/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Target port groups as they are reported, set by a host and changed by the
 * embedder; who is told; what is saved.
 */
#include "behave/alua_rig.h"

static void reported(void **state)
{
	static const uint8_t want[] = {
		0,    0,    0, 24,	       /* length only */
		0x80, 0x0f, 0, 3,  0, 0, 0, 1, /* preferred, optimized */
		0,    0,    0, 1,	       /* port 1 */
		0x01, 0x0f, 0, 4,  0, 0, 0, 1, /* non-optimized */
		0,    0,    0, 2,	       /* port 2 */
	};
	static const uint8_t header[] = { 0, 0, 0, 28, 0x10, 7, 0, 0 };
	struct spcdev *t = *state;
	uint8_t ext[32];

	memcpy(ext, header, 8);
	memcpy(ext + 8, want + 4, 24);
	for (uint8_t n = 0; n < 40; n++) {
		spcdev_in(t, RTPG(0, n));
		drive_data(&t->d, want, n < 28 ? n : 28);
		spcdev_in(t, RTPG(0x20, n));
		drive_data(&t->d, ext, n < 32 ? n : 32);
	}
	spcdev_in(t, RTPG(0x40, 64));
	drive_cdb(&t->d, 1, 7);
	spcdev_in(t, RTPG(0xe0, 64));
	drive_cdb(&t->d, 1, 7);
}

/* A group that only a port names joins; one without ports is reported. */
static void joined(void **state)
{
	static const struct scsiemu_alua_group alone = { 9, SB, false };
	struct scsiemu_alua alua = { .size = sizeof(alua),
				     .tpgs = SCSIEMU_ALUA_EXPLICIT,
				     .ngroups = 1,
				     .groups = &alone };
	static const uint8_t want[] = {
		0,    0,    0, 32,			   /* */
		0x02, 0x0f, 0, 9,  0, 0, 0, 0,		   /* no port */
		0x00, 0x0f, 0, 3,  0, 0, 0, 1, 0, 0, 0, 1, /* */
		0x00, 0x0f, 0, 4,  0, 0, 0, 1, 0, 0, 0, 2,
	};
	struct spcdev t;

	(void)state;
	make(&t, &alua);
	spcdev_in(&t, RTPG(0, 255));
	drive_data(&t.d, want, sizeof(want));
	spcdev_free(&t);
}

/* TPGS, and which commands there are, for each way to change states; IALUAE. */
static void offered(void **state)
{
	struct scsiemu_alua alua = both;
	struct spcdev t;

	(void)state;
	for (uint8_t tpgs = 0; tpgs < 4; tpgs++) {
		alua.tpgs = tpgs;
		make(&t, tpgs ? &alua : NULL);
		spcdev_in(&t, STANDARD_INQUIRY);
		assert_int_equal(t.d.t.in[5], tpgs << 4);
		spcdev_in(&t, RTPG(0, 64));
		if (tpgs)
			drive_good(&t.d);
		else
			drive_cdb(&t.d, 1, 4);
		set(&t, AO, 3);
		if (tpgs & 2)
			drive_good(&t.d);
		else
			drive_cdb(&t.d, 1, 4);
		spcdev_in(&t, 0x1a, 8, 0x0a, 1, 255, 0);
		assert_int_equal(t.d.t.in[4 + 4] & 1, tpgs & 1);
		spcdev_in(&t, 0x1a, 8, 0x4a, 1, 255, 0);
		assert_int_equal(t.d.t.in[4 + 4], 0);
		if (!tpgs)
			assert_int_equal(is(&t, 3), SCSIEMU_ERR_ARG);
		spcdev_free(&t);
	}
}

static void impossible(void **state)
{
	static const struct scsiemu_alua_group twice[] = { { 3, AO, false },
							   { 3, AN, false } };
	static const struct scsiemu_alua_group moving[] = { { 3, MOVING,
							      false } };
	static const struct scsiemu_alua_group reserved[] = { { 3, 5, false } };
	struct scsiemu_alua bad[] = {
		{ sizeof(both), .tpgs = 0 },
		{ sizeof(both), .tpgs = 4 },
		{ sizeof(both), .tpgs = 1, .states = 0x20 },
		{ sizeof(both), .tpgs = 1, .ngroups = 2, .groups = twice },
		{ sizeof(both), .tpgs = 1, .ngroups = 1, .groups = moving },
		{ sizeof(both), .tpgs = 1, .ngroups = 1, .groups = reserved },
	};
	struct spcdev t;

	(void)state;
	make(&t, NULL);
	for (unsigned i = 0; i < 6; i++) {
		struct scsiemu_lu_config cf = spcdev_config;

		cf.alua = &bad[i];
		assert_null(scsiemu_lu_add(t.d.dev, 7, &cf));
	}
	spcdev_free(&t);
}

static void by_host(void **state)
{
	struct spcdev *t = *state;

	set(t, SB, 3);
	drive_good(&t->d);
	assert_int_equal(t->d.nlog, 2); /* the list, the record */
	assert_int_equal(is(t, 3), SB);
	assert_int_equal(ready(t, t->a), 0x040b); /* no attention before */
	assert_int_equal(ready(t, t->b), 0x2a06);
	assert_int_equal(ready(t, t->b), 0);
	spcdev_in(t, RTPG(0, 12));
	drive_data(&t->d, BYTES(0, 0, 0, 24, 0x82, 0x0f, 0, 3, 0, 1, 0, 1), 12);
	/* through the standby port it goes back */
	set(t, AN, 3);
	drive_good(&t->d);
	assert_int_equal(ready(t, t->a), 0);
	assert_int_equal(ready(t, t->b), 0x2a06);
	/* nothing changes: nobody is told, nothing is saved */
	set(t, AN, 3);
	drive_good(&t->d);
	assert_int_equal(t->d.nlog, 1);
	assert_int_equal(ua(t, t->b), 0);
	/* two at once, one of them as it is: one attention */
	spcdev_out(t, BYTES(0, 0, 0, 0, UN, 0, 0, 4, AN, 0, 0, 3), 12,
		   STPG(12));
	drive_good(&t->d);
	assert_int_equal(ready(t, t->b), 0x2a06);
	assert_int_equal(ready(t, t->b), 0x040c);
	assert_int_equal(ready(t, t->a), 0);
	spcdev_in(t, RTPG(0, 24));
	assert_int_equal(t->d.t.in[16], UN);
	assert_int_equal(t->d.t.in[16 + 5], 1);
	assert_int_equal(t->d.t.in[4 + 5], 1);
}

static void bad_lists(void **state)
{
	struct spcdev *t = *state;
	uint8_t l[64] = { 0, 0, 0, 0, SB, 0, 0, 4 };

	spcdev_out(t, l, 0, STPG(0));
	drive_good(&t->d);
	for (uint8_t n = 1; n < 8; n++) {
		spcdev_out(t, l, n, STPG(n));
		drive_check(&t->d, 5, 0x1a00);
	}
	for (uint8_t n = 9; n < 12; n++) {
		spcdev_out(t, l, n, STPG(n));
		drive_check(&t->d, 5, 0x1a00);
	}
	spcdev_out(t, l, 4, STPG(8)); /* the host has less */
	drive_check(&t->d, 5, 0x1a00);
	for (uint8_t s = 4; s < 16; s++) { /* behind a good one */
		memcpy(l + 8, BYTES(s, 0, 0, 3), 4);
		spcdev_out(t, l, 12, STPG(12));
		drive_param(&t->d, 0x2600, 8, 3);
	}
	memcpy(l + 8, BYTES(SB, 0, 0, 5), 4); /* no such group */
	spcdev_out(t, l, 12, STPG(12));
	drive_param(&t->d, 0x2600, 10, SCSIEMU_NO_BIT);
	memcpy(l + 8, BYTES(SB, 0, 1, 3), 4);
	spcdev_out(t, l, 12, STPG(12));
	drive_param(&t->d, 0x2600, 10, SCSIEMU_NO_BIT);
	memcpy(l + 8, BYTES(AO, 0, 0, 4), 4); /* twice */
	spcdev_out(t, l, 12, STPG(12));
	drive_param(&t->d, 0x2600, 10, SCSIEMU_NO_BIT);
	assert_int_equal(is(t, 4), AN);
	assert_int_equal(ua(t, t->b), 0);
}

/* States that are not among those configured cannot be set, and are not
 * advertised. */
static void fewer_states(void **state)
{
	struct scsiemu_alua alua = both;
	struct spcdev t;

	(void)state;
	alua.states = 1 << AO | 1 << OFF | 1 << LBD;
	make(&t, &alua);
	spcdev_in(&t, RTPG(0, 6));
	assert_int_equal(t.d.t.in[5], 0x01 | 0x02 | 0x10 | 0x40);
	set(&t, SB, 3);
	drive_param(&t.d, 0x2600, 4, 3);
	set(&t, OFF, 3);
	drive_param(&t.d, 0x2600, 4, 3);
	set(&t, AN, 3);
	drive_good(&t.d);
	assert_int_equal(scsiemu_lu_access(t.lu, 3, SB), SCSIEMU_ERR_ARG);
	assert_int_equal(scsiemu_lu_access(t.lu, 3, MOVING), SCSIEMU_ERR_ARG);
	assert_int_equal(scsiemu_lu_access(t.lu, 3, 16), SCSIEMU_ERR_ARG);
	assert_int_equal(scsiemu_lu_access(t.lu, 3, LBD), 0);
	assert_int_equal(ua(&t, t.a), 0x2a06);
	assert_int_equal(ready(&t, t.a), 0);
	assert_int_equal(scsiemu_lu_access(t.lu, 4, OFF), 0);
	assert_int_equal(ua(&t, t.b), 0x2a06);
	assert_int_equal(ready(&t, t.b), 0x0412);
	spcdev_free(&t);
}

static void by_itself(void **state)
{
	struct spcdev *t = *state;

	assert_int_equal(scsiemu_lu_access(t->lu, 3, SB), 0);
	assert_int_equal(ready(t, t->a), 0x2a06); /* all are told */
	assert_int_equal(ready(t, t->a), 0x040b);
	assert_int_equal(ready(t, t->b), 0x2a06);
	spcdev_in(t, RTPG(0, 12));
	drive_data(&t->d, BYTES(0, 0, 0, 24, 0x82, 0x0f, 0, 3, 0, 2, 0, 1), 12);
	assert_int_equal(scsiemu_lu_access(t->lu, 3, SB), 0); /* it is */
	assert_int_equal(ua(t, t->b), 0);
	assert_int_equal(scsiemu_lu_access(t->lu, 5, SB), SCSIEMU_ERR_ARG);
	assert_int_equal(scsiemu_lu_access_failed(t->lu, 3), SCSIEMU_ERR_ORDER);
	assert_int_equal(scsiemu_lu_access_failed(t->lu, 5), SCSIEMU_ERR_ARG);
	assert_int_equal(scsiemu_lu_prefer(t->lu, 3, false), 0);
	assert_int_equal(scsiemu_lu_prefer(t->lu, 4, true), 0);
	assert_int_equal(scsiemu_lu_prefer(t->lu, 5, true), SCSIEMU_ERR_ARG);
	assert_int_equal(ready(t, t->b), 0x2a06);
	assert_int_equal(ready(t, t->b), 0);
	assert_int_equal(scsiemu_lu_prefer(t->lu, 4, true), 0);
	assert_int_equal(ready(t, t->b), 0);
	spcdev_in(t, RTPG(0, 24));
	drive_check(&t->d, 6, 0x2a06);
	spcdev_in(t, RTPG(0, 24));
	assert_int_equal(t->d.t.in[4], SB);
	assert_int_equal(t->d.t.in[16], 0x80 | AN);
}

/* Only a host may. */
static void not_by_itself(void **state)
{
	struct scsiemu_alua alua = both;
	struct spcdev t;

	(void)state;
	alua.tpgs = SCSIEMU_ALUA_EXPLICIT;
	make(&t, &alua);
	assert_int_equal(scsiemu_lu_access(t.lu, 3, SB), SCSIEMU_ERR_ORDER);
	assert_int_equal(is(&t, 3), AO);
	spcdev_free(&t);
}

static int fail_save(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)d, (void)bytes;
	return c->verb == SCSIEMU_V_NV_SAVE ? SCSIEMU_E_WRITE : DRIVE_USUAL;
}

static void durable(void **state)
{
	static const uint8_t record[] = {
		1, 0, 0, 0, 0, 3, AO, 0, 0, 4, SB, 0
	};
	struct spcdev *t = *state, u;
	uint8_t other[] = { 1, 0, 0, 0, 0, 3, SB, 0, 0, 9, UN, 0 };

	set(t, SB, 4);
	assert_int_equal(t->d.nv_len[SCSIEMU_NV_ALUA], 12);
	assert_memory_equal(t->d.nv[SCSIEMU_NV_ALUA], record, 12);
	make(&u, &both);
	assert_int_equal(scsiemu_lu_restore(u.lu, SCSIEMU_NV_ALUA, record, 12),
			 0);
	assert_int_equal(is(&u, 3), AO);
	assert_int_equal(is(&u, 4), SB);
	assert_int_equal(ready(&u, u.b), 0x040b);
	/* a group whose port is not there yet */
	assert_int_equal(scsiemu_lu_restore(u.lu, SCSIEMU_NV_ALUA, other, 12),
			 0);
	assert_int_equal(is(&u, 3), SB);
	assert_int_equal(is(&u, 9), UN);
	u.d.hook = fail_save;
	set(&u, AO, 3);
	drive_check(&u.d, 4, 0x670a);
	spcdev_free(&u);
}

static void damaged(void **state)
{
	static const struct {
		uint8_t len, b[16];
	} bad[] = {
		{ 3, { 1 } },
		{ 0, { 0 } },
		{ 5, { 1 } },
		{ 4, { 2 } },
		{ 4, { 1, 0, 0, 1 } },
		{ 8, { 1, 0, 0, 0, 0, 3, MOVING, 0 } },
		{ 8, { 1, 0, 0, 0, 0, 3, LBD, 0 } },
		{ 8, { 1, 0, 0, 0, 0, 3, 16, 0 } },
		{ 8, { 1, 0, 0, 0, 0, 3, SB, 1 } },
		{ 12, { 1, 0, 0, 0, 0, 3, SB, 0, 0, 3, AO, 0 } },
	};
	struct spcdev *t = *state;
	uint8_t many[4 + 4 * 9] = { 1 };

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(scsiemu_lu_restore(t->lu, SCSIEMU_NV_ALUA,
						    bad[i].b, bad[i].len),
				 SCSIEMU_ERR_ARG);
	for (uint8_t i = 0; i < 9; i++)
		many[4 + 4 * i + 1] = (uint8_t)(20 + i);
	assert_int_equal(
		scsiemu_lu_restore(t->lu, SCSIEMU_NV_ALUA, many, sizeof(many)),
		SCSIEMU_ERR_ARG);
	assert_int_equal(is(t, 3), AO);
	assert_int_equal(is(t, 20), SCSIEMU_ERR_ARG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reported),
		cmocka_unit_test(joined),
		cmocka_unit_test(offered),
		cmocka_unit_test(impossible),
		TEST(by_host),
		TEST(bad_lists),
		cmocka_unit_test(fewer_states),
		TEST(by_itself),
		cmocka_unit_test(not_by_itself),
		TEST(durable),
		TEST(damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
