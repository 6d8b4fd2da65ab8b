/* SPDX-License-Identifier: BSD-2-Clause */
/* tcmu/ring.c - the ring: entries out, answers in (see tcmu.h). */
#include <transport/tcmu/tcmu.h>

static uint32_t *word(const struct scsiemu_tcmu *t, uint32_t at)
{
	return (uint32_t *)(void *)(t->map + at);
}

static uint32_t load(const struct scsiemu_tcmu *t, uint32_t at)
{
	return __atomic_load_n(word(t, at), __ATOMIC_ACQUIRE);
}

void semu_tcmu_pass(struct scsiemu_tcmu *t)
{
	while (t->tail != t->next &&
	       semu_tcmu_op(semu_tcmu_entry(t, t->tail)) != TCMU_OP_CMD) {
		t->tail = semu_tcmu_behind(t, t->tail);
		t->answered = true;
	}
}

/* The kernel has emptied the ring (action/reset_ring): it waits for nothing. */
static bool was_reset(const struct scsiemu_tcmu *t)
{
	return load(t, TCMU_TAIL_AT) != t->told;
}

static void begin_anew(struct scsiemu_tcmu *t)
{
	semu_tcmu_abort_all(t, false);
	t->tail = t->next = t->told = load(t, TCMU_TAIL_AT);
	t->answered = false;
}

/* One system call for all answers since the last one: at the end of what was
 * taken up, and of each batch of the stores'. */
void semu_tcmu_tell(struct scsiemu_tcmu *t)
{
	static const uint32_t one = 1;

	if (!t->answered)
		return;
	if (was_reset(t)) {
		begin_anew(t);
		return;
	}
	t->answered = false;
	t->told = t->tail;
	__atomic_store_n(word(t, TCMU_TAIL_AT), t->tail, __ATOMIC_RELEASE);
	if (t->sys->write(t->source.fd, &one, sizeof(one)) < 0 && !t->broken)
		t->broken = "the kernel cannot be told (its device is gone)";
}

/* An entry of n bytes. false: what it says cannot be. */
static __attribute__((noinline)) bool take_one(struct scsiemu_tcmu *t,
					       uint8_t *e, uint32_t n)
{
	bool good = true;

	if (semu_tcmu_op(e) == TCMU_OP_TMR)
		good = semu_tcmu_function(t, e, n);
	else if (semu_tcmu_op(e) != TCMU_OP_PAD)
		e[TCMU_UFLAGS_AT] |= TCMU_U_UNKNOWN_OP;
	semu_tcmu_pass(t);
	return good;
}

/* The entry at `next`, which is before head. false: it cannot be. */
static inline bool take(struct scsiemu_tcmu *t, uint32_t head)
{
	uint32_t end = head > t->next ? head : t->size;
	uint8_t *e = semu_tcmu_entry(t, t->next);
	uint32_t n = semu_tcmu_len(e), room = end - t->next;
	bool command = semu_tcmu_op(e) == TCMU_OP_CMD;

	if (n < (command ? TCMU_RESPONSE : TCMU_HEADER) || n > room)
		return false;
	/* Before it is taken: it may be answered at once. */
	t->next = t->next + n < t->size ? t->next + n : 0;
	return command ? semu_tcmu_command(t, e, n) : take_one(t, e, n);
}

void semu_tcmu_take(struct scsiemu_tcmu *t)
{
	uint32_t head;

	if (was_reset(t))
		begin_anew(t);
	head = load(t, TCMU_HEAD_AT);
	if (head >= t->size || t->tail >= t->size)
		t->broken = "its head or tail is outside the ring";
	while (!t->broken && t->next != head)
		if (!take(t, head))
			t->broken = "an entry is outside the ring, or names "
				    "memory outside the device's";
	semu_tcmu_tell(t);
}
