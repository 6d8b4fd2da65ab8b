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

static uint8_t *entry(const struct scsiemu_tcmu *t, uint32_t at)
{
	return t->ring + at;
}

static uint32_t length(const uint8_t *e)
{
	return tcmu_get32(e + TCMU_LEN_OP_AT) & ~(uint32_t)TCMU_OP_MASK;
}

static unsigned opcode(const uint8_t *e)
{
	return tcmu_get32(e + TCMU_LEN_OP_AT) & TCMU_OP_MASK;
}

static uint32_t behind(const struct scsiemu_tcmu *t, uint32_t at)
{
	at += length(entry(t, at));
	return at < t->size ? at : 0;
}

/* Over what wants no answer. */
static void pass(struct scsiemu_tcmu *t)
{
	while (t->tail != t->next && opcode(entry(t, t->tail)) != TCMU_OP_CMD) {
		t->tail = behind(t, t->tail);
		t->answered = true;
	}
}

void semu_tcmu_answer(struct scsiemu_tcmu *t, uint16_t id, uint8_t status,
		      uint32_t in_done, const uint8_t *sense, unsigned n)
{
	uint8_t *e = entry(t, t->tail);
	bool reads = in_done && t->flags & TCMU_READ_LEN;

	tcmu_put16(e + TCMU_ID_AT, id);
	e[TCMU_UFLAGS_AT] = reads ? TCMU_U_READ_LEN : 0;
	tcmu_put32(e + TCMU_STATUS_AT, status);
	tcmu_put32(e + TCMU_READ_LEN_AT, in_done);
	if (n) {
		memset(e + TCMU_SENSE_AT + n, 0, TCMU_SENSE - n);
		memcpy(e + TCMU_SENSE_AT, sense, n);
	}
	t->tail = behind(t, t->tail);
	t->answered = true;
	pass(t);
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

/* Is there an entry at `next` that is whole and inside the ring, before head?
 */
static bool sound(const struct scsiemu_tcmu *t, uint32_t head)
{
	uint32_t end = head > t->next ? head : t->size;
	uint32_t n = length(entry(t, t->next));

	return n >= TCMU_HEADER && n <= end - t->next;
}

static bool take_one(struct scsiemu_tcmu *t, uint8_t *e)
{
	uint32_t n = length(e);

	switch (opcode(e)) {
	case TCMU_OP_PAD:
		return true;
	case TCMU_OP_CMD:
		return n >= TCMU_RESPONSE && semu_tcmu_command(t, e, n);
	case TCMU_OP_TMR:
		return semu_tcmu_function(t, e, n);
	default:
		e[TCMU_UFLAGS_AT] |= TCMU_U_UNKNOWN_OP;
		return true;
	}
}

void semu_tcmu_take(struct scsiemu_tcmu *t)
{
	uint32_t head;

	if (was_reset(t))
		begin_anew(t);
	head = load(t, TCMU_HEAD_AT);
	if (head >= t->size || t->tail >= t->size)
		t->broken = "its head or tail is outside the ring";
	while (!t->broken && t->next != head) {
		uint8_t *e = entry(t, t->next);

		if (!sound(t, head)) {
			t->broken = "an entry is longer than the ring";
			break;
		}
		/* Before it is taken: it may be answered at once. */
		t->next = behind(t, t->next);
		if (!take_one(t, e))
			t->broken = "a command is outside its memory";
		pass(t);
	}
	semu_tcmu_tell(t);
}
