/* SPDX-License-Identifier: BSD-2-Clause */
/* A device in the caller's memory: limits, layout, set-up. */
#include "core/copies.h"
#include "core/engine.h"
#include "core/registrants.h"
#include <string.h>

/* What a driver keeps behind a job's command (the pump: 248 bytes). */
enum { DRIVER_ROOM = 256 };

static uint32_t or_default(uint32_t v, uint32_t d)
{
	return v ? v : d;
}

static struct scsiemu_limits filled(const struct scsiemu_limits *l)
{
	struct scsiemu_limits f = { 0 };

	if (l)
		memcpy(&f, l, l->size < sizeof(f) ? l->size : sizeof(f));
	f.size = sizeof(f);
	f.lus = or_default(f.lus, 1);
	f.nexuses = or_default(f.nexuses, 1);
	f.itls = or_default(f.itls, f.lus + f.nexuses);
	f.ports = or_default(f.ports, 1);
	f.types = or_default(f.types, 1);
	f.lu_state = (or_default(f.lu_state, 320) + 7) & ~7u;
	f.scratch = or_default(f.scratch, 512);
	f.whole = or_default(f.whole, f.scratch / 2);
	f.jobs = or_default(f.jobs, 1);
	f.job_scratch = (or_default(f.job_scratch, f.scratch) + 7) & ~7u;
	f.cmd_size = or_default(f.cmd_size,
				sizeof(struct scsiemu_cmd) + DRIVER_ROOM);
	f.cmd_size = (f.cmd_size + 15) & ~15u;
	f.registrants = or_default(f.registrants, semu_regs_usual(f.lus));
	f.pin_ms = or_default(f.pin_ms, 2000);
	f.abort_ms = or_default(f.abort_ms, 2000);
	if (!SEMU_WITH_COPY)
		f.copies = 0;
	if (!SEMU_WITH_ALIASES || !f.copies)
		f.aliases = 0;
	else
		f.aliases = or_default(f.aliases, 16);
	f.copy_held = (f.copy_held + 7) & ~7u;
	if (!SEMU_WITH_ODX || !f.copies)
		f.rod_tokens = 0;
	f.rod_ranges = or_default(f.rod_ranges, 32);
	return f;
}

static uint32_t power_of_two(uint32_t at_least)
{
	uint32_t n = 1;

	while (n < at_least)
		n <<= 1;
	return n;
}

/* Bump allocation. Without memory (base NULL) it only counts. */
struct bump {
	uint8_t *base;
	size_t used;
};

static void *take(struct bump *b, size_t n, size_t size)
{
	void *p;

	b->used = (b->used + 15) & ~(size_t)15;
	p = b->base ? b->base + b->used : NULL;
	b->used += n * size;
	return p;
}

/* The one description of the memory: for its size (d NULL) and its making. */
static void layout(struct bump *b, const struct scsiemu_limits *l,
		   struct scsiemu_device *d)
{
	uint32_t job_size = l->cmd_size + SEMU_JOB_EXTRA + l->job_scratch;
	uint32_t lun_hash = power_of_two(2 * l->lus);
	uint32_t itl_hash = power_of_two(l->itls);
#if SEMU_WITH_PR
	uint32_t nregs = semu_regs_count(l), ntids = semu_tids_count(nregs);
#endif
	const struct part {
		size_t at; /* of a pointer in the device */
		size_t n, size;
	} part[] = {
#define PART(member, n, size)                                                  \
	{ offsetof(struct scsiemu_device, member), n, size }
		PART(pool, l->lus, sizeof(struct scsiemu_lu)),
		PART(states, l->lus, l->lu_state),
		PART(lus, l->lus, sizeof(struct scsiemu_lu *)),
		PART(hash, lun_hash, sizeof(struct scsiemu_lu *)),
		PART(nexus_pool, l->nexuses, sizeof(struct scsiemu_nexus)),
		PART(itl_pool, l->itls, sizeof(struct semu_itl)),
		PART(itl_hash, itl_hash, sizeof(struct semu_itl *)),
#if SEMU_WITH_PR
		PART(regs, nregs, sizeof(struct semu_reg)),
		PART(tids, ntids, sizeof(struct semu_tid)),
#endif
		PART(sets, l->types, sizeof(struct semu_set)),
		PART(ports, l->ports, sizeof(struct scsiemu_target_port)),
		PART(jobs, l->jobs, job_size),
#if SEMU_WITH_COPY
		PART(copies, l->copies, sizeof(struct semu_copy)),
		PART(held, l->copies, l->copy_held),
		PART(aliases, l->aliases, sizeof(struct semu_alias)),
		PART(tokens, l->rod_tokens, sizeof(struct semu_token)),
		PART(ranges, (size_t)l->rod_tokens * l->rod_ranges,
		     sizeof(struct semu_range)),
#endif
#undef PART
	};

	take(b, 1, sizeof(*d));
	for (unsigned i = 0; i < sizeof(part) / sizeof(part[0]); i++) {
		void *p = take(b, part[i].n, part[i].size);

		if (d)
			memcpy((char *)d + part[i].at, &p, sizeof(p));
	}
	if (d) {
		d->hash_mask = lun_hash - 1;
		d->itl_mask = itl_hash - 1;
		d->job_size = job_size;
	}
}

size_t scsiemu_device_size(const struct scsiemu_limits *l)
{
	struct scsiemu_limits f = filled(l);
	struct bump b = { NULL, 0 };

	layout(&b, &f, NULL);
	return b.used;
}

static void init_pseudo(struct scsiemu_device *d)
{
	d->absent.dev = d->wlun.dev = d;
	d->absent.type = &semu_absent;
	d->absent.absent = true;
	d->wlun.type = &semu_wlun;
	d->wlun.peripheral = semu_wlun.type;
	d->wlun.wlun = true;
	d->absent.version = d->wlun.version = 6;
	d->absent.tasks.next = d->absent.tasks.prev = &d->absent.tasks;
	d->absent.nslow = d->wlun.nslow = 1; /* they have no index */
	d->wlun.tasks.next = d->wlun.tasks.prev = &d->wlun.tasks;
	memset(d->absent.vendor, ' ', sizeof(d->absent.vendor));
	memset(d->absent.product, ' ', sizeof(d->absent.product));
	memset(d->absent.revision, ' ', sizeof(d->absent.revision));
	memcpy(d->wlun.vendor, "SCSIEMU ", 8);
	memcpy(d->wlun.product, "WELL-KNOWN LU   ", 16);
	memcpy(d->wlun.revision, "0001", 4);
	d->anonymous.dev = d;
	d->anonymous.attached = true;
}

static void add_itls(struct scsiemu_device *d, struct semu_itl *i, uint32_t n)
{
	for (; n--; i++) {
		i->hash = d->itl_free;
		d->itl_free = i;
		d->itl_nfree++;
	}
}

static void init_pools(struct scsiemu_device *d)
{
	const struct scsiemu_limits *l = &d->limits;

	for (uint32_t i = 0; i < l->lus; i++) {
		d->pool[i].dev = d;
		d->pool[i].state = d->states + (size_t)i * l->lu_state;
		d->pool[i].state_len = l->lu_state;
	}
	for (uint32_t i = l->nexuses; i-- > 0;) {
		d->nexus_pool[i].dev = d;
		d->nexus_pool[i].next = d->nexus_free;
		d->nexus_free = &d->nexus_pool[i];
	}
	add_itls(d, d->itl_pool, l->itls);
	semu_regs_init(d);
}

int scsiemu_device_init(void *mem, size_t size, const struct scsiemu_limits *l,
			struct scsiemu_device **out)
{
	struct scsiemu_limits f = filled(l);
	struct bump b = { mem, 0 };
	struct scsiemu_device *d = mem;

	if (size < scsiemu_device_size(&f))
		return SCSIEMU_ERR_SPACE;
	memset(mem, 0, scsiemu_device_size(&f));
	layout(&b, &f, d);
	d->limits = f;
	d->nitls = f.itls;
	init_pseudo(d);
	init_pools(d);
	*out = d;
	return 0;
}

struct scsiemu_device *scsiemu_device_create(const struct scsiemu_limits *l,
					     const struct scsiemu_allocator *a)
{
	size_t size = scsiemu_device_size(l);
	struct scsiemu_device *d = NULL;
	void *mem = a->alloc(a->ctx, size);

	if (mem && !scsiemu_device_init(mem, size, l, &d))
		d->alloc = a;
	return d;
}

void scsiemu_device_destroy(struct scsiemu_device *d,
			    const struct scsiemu_allocator *a)
{
	while (d->grown) {
		void *next = *(void **)d->grown;

		a->free(a->ctx, d->grown);
		d->grown = next;
	}
	a->free(a->ctx, d); /* the device is the first thing in its memory */
}

/* What so many new pairs take, with a hash that is wide enough for all. */
static size_t itls_size(const struct scsiemu_device *d, uint32_t more)
{
	struct bump b = { NULL, 0 };

	take(&b, more, sizeof(struct semu_itl));
	take(&b, power_of_two(d->nitls + more), sizeof(struct semu_itl *));
	return b.used;
}

/* The old hash stays unused in its memory. */
static void grow(struct scsiemu_device *d, void *mem, uint32_t more)
{
	struct bump b = { mem, 0 };
	struct semu_itl *pairs, **old = d->itl_hash;
	uint32_t old_mask = d->itl_mask;

	memset(mem, 0, itls_size(d, more));
	pairs = take(&b, more, sizeof(*pairs));
	d->nitls += more;
	d->itl_mask = power_of_two(d->nitls) - 1;
	d->itl_hash = take(&b, d->itl_mask + 1, sizeof(old[0]));
	add_itls(d, pairs, more);
	semu_itl_rehash(d, old, old_mask);
}

int scsiemu_device_grow(struct scsiemu_device *d, void *mem, size_t size)
{
	uint32_t more = (uint32_t)(size / sizeof(struct semu_itl));

	while (more && itls_size(d, more) > size)
		more -= more / 8 + 1;
	if (!more)
		return SCSIEMU_ERR_SPACE;
	grow(d, mem, more);
	return 0;
}

#define GROWN 16 /* bytes before a grown block's pairs: its link, aligned */

int scsiemu_device_reserve(struct scsiemu_device *d, uint32_t pairs)
{
	/* Half as many again, so that the abandoned hashes stay few. */
	uint32_t more = d->nitls / 2 > pairs ? d->nitls / 2 : pairs;
	char *mem;

	if (d->itl_nfree >= pairs)
		return 0;
	if (!d->alloc)
		return SCSIEMU_ERR_SPACE;
	mem = d->alloc->alloc(d->alloc->ctx, GROWN + itls_size(d, more));
	if (!mem)
		return SCSIEMU_ERR_SPACE;
	*(void **)mem = d->grown;
	d->grown = mem;
	grow(d, mem + GROWN, more);
	return 0;
}

void scsiemu_device_copy(struct scsiemu_device *d,
			 const struct scsiemu_copy_config *cf)
{
	memset(&d->copy, 0, sizeof(d->copy));
	memcpy(&d->copy, cf,
	       cf->size < sizeof(d->copy) ? cf->size : sizeof(d->copy));
}

int scsiemu_port_add(struct scsiemu_device *d,
		     const struct scsiemu_target_port *p)
{
	if (!p->id)
		return SCSIEMU_ERR_ARG;
	for (uint32_t i = 0; i < d->nports; i++)
		if (d->ports[i].id == p->id)
			return SCSIEMU_ERR_ARG;
	if (d->nports == d->limits.ports)
		return SCSIEMU_ERR_SPACE;
	d->ports[d->nports++] = *p;
	return 0;
}

const struct scsiemu_limits *scsiemu_device_limits(
	const struct scsiemu_device *d)
{
	return &d->limits;
}
