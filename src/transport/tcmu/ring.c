/* SPDX-License-Identifier: BSD-2-Clause */
/* tcmu/ring.c - the mailbox: where the ring begins and ends (see tcmu.h). */
#include <transport/tcmu/tcmu.h>

static uint32_t *word(const struct scsiemu_tcmu *t, uint32_t at)
{
	return (uint32_t *)(void *)(t->map + at);
}

static uint32_t load(const struct scsiemu_tcmu *t, uint32_t at)
{
	return __atomic_load_n(word(t, at), __ATOMIC_ACQUIRE);
}

/* Of an entry that had been looked at, and may be another by now. false: it
 * does not end where one can. */
static bool pass_one(struct scsiemu_tcmu *t)
{
	uint32_t end = t->next > t->tail ? t->next : t->size;
	uint32_t len = semu_tcmu_len(semu_tcmu_entry(t, t->tail));

	if (!len || len > end - t->tail)
		return false;
	t->tail = t->tail + len < t->size ? t->tail + len : 0;
	return true;
}

static bool takes_answer(const struct scsiemu_tcmu *t)
{
	return semu_tcmu_op(semu_tcmu_entry(t, t->tail)) == TCMU_OP_CMD &&
	       t->size - t->tail >= TCMU_RESPONSE;
}

void semu_tcmu_pass(struct scsiemu_tcmu *t)
{
	while (t->tail != t->next && !takes_answer(t)) {
		if (pass_one(t))
			continue;
		semu_tcmu_break(t, SEMU_TCMU_CHANGED);
		return;
	}
}

/* The kernel has emptied the ring (action/reset_ring): it waits for nothing.
 * Head and tail are where it begins. There the tail may have been before, but
 * not the head of a ring that is never full; and if the head has gone on, what
 * the tail is at was not taken up. */
static bool was_reset(const struct scsiemu_tcmu *t)
{
	if (load(t, TCMU_TAIL_AT) != t->told)
		return true;
	if (t->next == t->told)
		return false;
	return load(t, TCMU_HEAD_AT) == t->told ||
	       (t->tail != t->next && semu_tcmu_lost(t));
}

static void begin_anew(struct scsiemu_tcmu *t)
{
	semu_tcmu_abort_all(t, false);
	t->tail = t->next = t->told = load(t, TCMU_TAIL_AT);
	t->stale = true;
}

/* One system call for all answers since the last one: at the end of what was
 * taken up, and of each batch of the stores'. */
void semu_tcmu_tell(struct scsiemu_tcmu *t)
{
	static const uint32_t one = 1;

	if (was_reset(t))
		begin_anew(t);
	if (t->tail == t->told)
		return;
	t->told = t->tail;
	__atomic_store_n(word(t, TCMU_TAIL_AT), t->tail, __ATOMIC_RELEASE);
	if (t->sys->write(t->source.fd, &one, sizeof(one)) < 0)
		semu_tcmu_break(t, "the kernel cannot be told (its device is "
				   "gone)");
}

uint32_t semu_tcmu_head(struct scsiemu_tcmu *t)
{
	uint32_t head;

	if (was_reset(t))
		begin_anew(t);
	head = load(t, TCMU_HEAD_AT);
	if (head < t->size && t->tail < t->size)
		return head;
	semu_tcmu_break(t, "its head or tail is outside the ring");
	return t->next;
}
