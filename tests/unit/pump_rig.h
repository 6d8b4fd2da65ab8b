/* SPDX-License-Identifier: BSD-2-Clause */
/* unit/pump_rig.h - a pump on the scripted core, with a fake port and store. */
#ifndef PUMP_RIG_H
#define PUMP_RIG_H

#include "support/fake_port.h"
#include "unit/fake_core.h"

#include <scsiemu/wire.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define RIG_BLOCKS	64
#define RIG_BOUNCE	2048
#define SEMU_NVEC_GIVEN (SCSIEMU_NVEC - 2) /* vectors window() may fill */

struct rig {
	struct scsiemu_pump pump;
	struct fake_port port;
	struct fake_store store;
	struct scsiemu_lu lu;
	struct fake_task t;
	uint8_t *bounce;
};

static inline void fill(uint8_t *p, size_t n, unsigned seed)
{
	size_t i;

	for (i = 0; i < n; i++)
		p[i] = (uint8_t)(seed + i * 13 + (i >> 8));
}

static inline void rig_open(struct rig *r)
{
	memset(r, 0, sizeof(*r));
	fc_reset();
	r->bounce = test_malloc(RIG_BOUNCE);
	assert_int_equal(
		scsiemu_pump_init(&r->pump, &fc, r->bounce, RIG_BOUNCE), 0);
	fake_port_init(&r->port, &r->pump);
	fake_store_init(&r->store, RIG_BLOCKS, 512);
	r->lu.medium = &r->store.medium;
}

static inline void rig_close(struct rig *r)
{
	assert_null(r->pump.bounce_user);
	assert_null(r->pump.bounce_head);
	assert_null(r->pump.run_head);
	assert_false(r->pump.busy);
	fake_task_free(&r->t);
	fake_store_free(&r->store);
	test_free(r->bounce);
}

static inline int rig_submit(struct rig *r, struct fake_task *t,
			     const struct fc_step *s, unsigned n, void *in,
			     uint32_t in_len, void *out, uint32_t out_len)
{
	static const uint8_t cdb[6];

	r->lu.script = s;
	r->lu.nscript = n;
	fake_task_init(t, cdb, sizeof(cdb), in, in_len, out, out_len);
	return scsiemu_pump_start(&r->pump, &r->port.port, &r->lu, &t->task);
}

/* Start the rig's own task and run it to its end. */
static inline void rig_run(struct rig *r, const struct fc_step *s, unsigned n,
			   void *in, uint32_t in_len, void *out,
			   uint32_t out_len)
{
	assert_int_equal(rig_submit(r, &r->t, s, n, in, in_len, out, out_len),
			 0);
	fake_run(&r->port, &r->store);
	assert_int_equal(r->t.ndone, 1);
}

/* Forget what was recorded, for another rig_run(). */
static inline void rig_again(struct rig *r)
{
	fake_task_free(&r->t);
	fc_reset();
}

static inline void rig_good(const struct rig *r)
{
	assert_int_equal(r->t.task.cmd.status, SCSIEMU_GOOD);
	assert_int_equal(r->t.task.cmd.outcome, SCSIEMU_STATUS);
	assert_int_equal(fc.nrefused, 0);
	assert_int_equal(fc.nend, 1);
}

/* The last answer was this result. */
static inline void rig_bad(const struct rig *r, int result)
{
	assert_true(fc.nanswer > 0);
	assert_int_equal(fc.answer[fc.nanswer - 1].result, result);
	assert_int_equal(r->t.task.cmd.status, SCSIEMU_CHECK_CONDITION);
	assert_int_equal(fc.nend, 1);
}

#endif
