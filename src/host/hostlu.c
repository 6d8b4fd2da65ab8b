/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host/hostlu.c - a logical unit from a device string: opened, attached to a
 * device, flushed and closed.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <scsiemu/log.h>
#include <scsiemu/power.h>

#include "host/devstr.h"
#include "host/mailbox.h"
#include "store/open.h"

enum { NV_RECORD = 1 << 20, PATH_SHOWN = 100 };

static void *get(void *ctx, size_t size)
{
	(void)ctx;
	return malloc(size);
}

static void give(void *ctx, void *mem)
{
	(void)ctx;
	free(mem);
}

const struct scsiemu_allocator scsiemu_host_allocator = { .alloc = get,
							  .free = give };

static int open_mailbox(struct scsiemu_host_lu *h, const struct semu_devstr *s,
			struct scsiemu_errmsg *err)
{
	h->mailbox = semu_mailbox_open((uint32_t)s->size);
	return h->mailbox ? 0
			  : semu_err(err, "%s: out of memory", s->type_name);
}

static int open_store(struct scsiemu_host_lu *h, const struct semu_devstr *s,
		      struct scsiemu_errmsg *err)
{
	struct scsiemu_geometry g = { .bytes = s->size,
				      .blen = (uint32_t)s->block,
				      .exponent = (uint8_t)s->exponent,
				      .thin = s->thin,
				      .pool = s->pool,
				      .read_only = s->readonly };

	if (s->bare)
		return open_mailbox(h, s, err);
	if (s->is_tape)
		return semu_devtape_open(&h->medium, s, err);
	if (s->is_library)
		return semu_devlibrary_open(&h->medium, s, err);
	semu_devpi_geometry(&g, s);
	if (s->mem)
		return scsiemu_open_mem(&h->medium, &g, err);
	if (s->null)
		return scsiemu_open_null(&h->medium, &g, err);
	return scsiemu_open_file(&h->medium, s->path, &g, err);
}

static const char *or_null(const char *text)
{
	return text[0] ? text : NULL;
}

/* What the logical unit is made from: of no use any more when it is. */
struct own {
	struct scsiemu_lu_config config; /* first: host_lu.config points here */
	struct semu_devtext text;
	int serial_len; /* of one that is made up; 0: 16 */
	struct scsiemu_sbc_options sbc;
	struct scsiemu_proc_options proc;
	struct scsiemu_smc_options smc;
	uint16_t luns[SEMU_DEVDRIVES]; /* of its drives */
	struct scsiemu_ssc_options ssc;
	struct scsiemu_alua alua;
	struct semu_devgroups groups;
	struct semu_devrules rules;
	struct semu_devquirks quirks;
	struct scsiemu_quirks has;
};

static void configure_alua(struct own *own, const struct semu_devstr *s)
{
	if (!s->tpgs)
		return;
	own->groups = s->groups;
	own->alua = (struct scsiemu_alua){
		.size = sizeof(own->alua),
		.tpgs = s->tpgs,
		.max_groups = SEMU_DEVGROUPS,
		.ngroups = (uint16_t)own->groups.n,
		.groups = own->groups.group,
		.transition_ms = (uint32_t)s->transition,
	};
	own->config.alua = &own->alua;
}

static void configure_quirks(struct own *own, const struct semu_devstr *s)
{
	own->quirks = s->quirks;
	if (semu_devquirks_make(&own->has, &own->quirks, s))
		own->config.quirks = &own->has;
}

static struct own *own_of(struct scsiemu_host_lu *h)
{
	return (struct own *)(void *)h->config;
}

/* All power conditions, left at once. */
static const struct scsiemu_power all_power = { .size = sizeof(all_power) };

static int configure(struct scsiemu_host_lu *h, const struct semu_devstr *s)
{
	struct own *own = calloc(1, sizeof(*own));

	if (!own)
		return -1;
	own->text = s->text;
	own->serial_len = (int)s->serial_len;
	own->sbc = s->sbc;
	own->sbc.defects = (uint32_t)s->defects;
	own->sbc.streams = (uint16_t)s->streams;
	own->sbc.permanent_streams = (uint8_t)s->hints;
	own->sbc.elements = (uint8_t)s->elements;
	own->sbc.format |= s->elements != 0;
	own->config = (struct scsiemu_lu_config){
		.size = sizeof(own->config),
		.type = s->type,
		.vendor = or_null(own->text.vendor),
		.product = or_null(own->text.product),
		.revision = or_null(own->text.revision),
		.serial = or_null(own->text.serial),
		.naa = s->naa,
		.version = (uint8_t)s->version,
		.removable = s->removable,
		.aca = s->aca,
		.read_only = s->readonly,
		.priorities = s->priorities,
		.logs = s->logs,
		.deferred = s->deferred,
		.power = s->power ? &all_power : NULL,
		.log_clients = s->logs ? SCSIEMU_LOG_CLIENTS : 0,
		.nv = h->nv.ops,
		.nv_ctx = h->nv.ctx,
		.options = &own->sbc,
	};
	if (s->bare) {
		own->proc = (struct scsiemu_proc_options){ sizeof(own->proc),
							   &semu_mailbox_ops,
							   h->mailbox };
		own->config.options = &own->proc;
	}
	if (s->is_tape) { /* all tape drives have log pages */
		semu_devtape_options(&own->ssc, s);
		h->kept = semu_devformats_keep(s, &own->ssc);
		own->config.options = &own->ssc;
		own->config.logs = true;
	}
	if (s->is_library) {
		own->smc = (struct scsiemu_smc_options){
			.size = sizeof(own->smc),
			.drives = own->luns,
			.ndrives = (uint16_t)semu_host_drives(h),
			.unload = s->library.unload
		};
		own->config.options = &own->smc;
		own->config.logs = true;
	}
	own->rules = s->rules;
	own->config.inject_rules = (uint16_t)s->rules.n;
	configure_alua(own, s);
	configure_quirks(own, s);
	semu_devpi_options(&own->sbc, s);
	h->config = &own->config;
	return s->is_tape && !h->kept ? -1 : 0;
}

/* "1 GiB", or bytes when it is no whole number of a unit. */
static void say_size(char out[32], uint64_t bytes)
{
	static const char *const unit[] = { "bytes", "KiB", "MiB",
					    "GiB",   "TiB", "PiB" };
	unsigned i = 0;

	while (i < 5 && bytes && bytes % 1024 == 0) {
		bytes /= 1024;
		i++;
	}
	snprintf(out, 32, "%" PRIu64 " %s", bytes, unit[i]);
}

/* What there is room for. */
static uint64_t bytes_of(const struct scsiemu_host_lu *h,
			 const struct semu_devstr *s)
{
	if (s->is_tape && !s->drive)
		return semu_devtape_size(&h->medium);
	return s->bare ? s->size : h->medium.nblk * h->medium.blen;
}

/* Kept for messages: one line, in as much memory as it needs. */
static int summarise(struct scsiemu_host_lu *h, const struct semu_devstr *s)
{
	size_t len = strlen(s->path);
	const char *path = len > PATH_SHOWN ? s->path + len - PATH_SHOWN
					    : s->path;
	char size[32], line[200];

	say_size(size, bytes_of(h, s));
	if (s->drive)
		snprintf(line, sizeof(line), "drive %u of library %s", s->drive,
			 path);
	else if (s->is_library)
		snprintf(line, sizeof(line), "library %s, %u drives", path,
			 semu_host_drives(h));
	else if (s->is_tape)
		snprintf(line, sizeof(line), "%s %s, %s%s", s->type_name,
			 s->mem ? "in memory" : path, size,
			 s->readonly ? ", read-only" : "");
	else if (s->bare)
		snprintf(line, sizeof(line), "%s, %s of messages", s->type_name,
			 size);
	else
		snprintf(line, sizeof(line),
			 "%s %.*s, %s, %" PRIu32 "-byte blocks%s%s",
			 s->type_name, PATH_SHOWN,
			 s->mem	   ? "in memory"
			 : s->null ? "null"
				   : path,
			 size, h->medium.blen, s->thin ? ", thin" : "",
			 s->readonly ? ", read-only" : "");
	h->summary = strdup(line);
	return h->summary ? 0 : -1;
}

static void release(struct scsiemu_host_lu *h)
{
	scsiemu_medium_close(&h->medium);
	scsiemu_nv_close(&h->nv);
	semu_mailbox_close(h->mailbox);
	free(h->state);
	free(h->kept);
	free(h->config);
	free(h->summary);
	h->state = NULL;
	h->kept = NULL;
	h->mailbox = NULL;
	h->config = NULL;
	h->summary = NULL;
	h->lu = NULL;
}

int scsiemu_host_open(struct scsiemu_host_lu *h, const char *device,
		      struct scsiemu_errmsg *err)
{
	struct semu_devstr s;

	memset(h, 0, sizeof(*h));
	if (semu_devstr_parse(&s, device, err) || open_store(h, &s, err))
		return -1;
	if (s.rpm)
		h->medium.rpm = (uint16_t)s.rpm;
	if (s.nv[0] && scsiemu_open_nv_file(&h->nv, s.nv, err)) {
		release(h);
		return -1;
	}
	if (configure(h, &s) < 0 || summarise(h, &s) < 0) {
		semu_err(err, "%s: out of memory", device);
		release(h);
		return -1;
	}
	if (semu_devzones_make(&own_of(h)->sbc.zones, &s, &h->medium, err)) {
		release(h);
		return -1;
	}
	return 0;
}

unsigned semu_host_drives(const struct scsiemu_host_lu *h)
{
	const struct scsiemu_changer_ops *ops = h->medium.ops;
	struct scsiemu_changer_layout l;

	if (h->medium.kind != SCSIEMU_CHANGER)
		return 0;
	ops->layout(h->medium.ctx, &l);
	return l.of[SCSIEMU_ELEMENT_DT].n < SEMU_DEVDRIVES
		       ? l.of[SCSIEMU_ELEMENT_DT].n
		       : SEMU_DEVDRIVES;
}

#ifdef SEMU_WITH_SSC
int semu_host_open_drive(struct scsiemu_host_lu *h, const char *device,
			 const struct scsiemu_host_lu *library, unsigned i,
			 struct scsiemu_errmsg *err)
{
	/* the word behind "library " */
	const char *name = strchr(library->summary, ' ') + 1;
	struct semu_devstr s;

	memset(h, 0, sizeof(*h));
	if (semu_devstr_drive(&s, device, err))
		return -1;
	s.drive = i + 1;
	snprintf(s.path, sizeof(s.path), "%.*s", (int)strcspn(name, ","), name);
	if (configure(h, &s) < 0 || summarise(h, &s) < 0) {
		semu_err(err, "%s: out of memory", library->summary);
		release(h);
		return -1;
	}
	return 0;
}
#else
int semu_host_open_drive(struct scsiemu_host_lu *h, const char *device,
			 const struct scsiemu_host_lu *library, unsigned i,
			 struct scsiemu_errmsg *err)
{
	(void)h, (void)device, (void)library, (void)i, (void)err;
	return 0;
}
#endif

void semu_host_place_drive(struct scsiemu_host_lu *h,
			   const struct scsiemu_host_lu *library, unsigned i)
{
	if (h->kept && library->config->serial)
		semu_devlibrary_place(&own_of(h)->ssc, h->kept,
				      &library->medium, i,
				      library->config->serial);
}

/* FNV-1a, 64 bits */
static uint64_t mix(uint64_t h, uint8_t byte)
{
	return (h ^ byte) * 0x100000001b3u;
}

void scsiemu_host_serial(struct scsiemu_host_lu *h, const char *target,
			 uint16_t lun)
{
	struct own *own = own_of(h);
	uint64_t id = 0xcbf29ce484222325u;
	char digits[17];
	int len = own->serial_len ? own->serial_len : 16;

	if (own->config.serial)
		return;
	while (*target)
		id = mix(id, (uint8_t)*target++);
	id = mix(mix(id, (uint8_t)(lun >> 8)), (uint8_t)lun);
	snprintf(digits, sizeof(digits), "%016" PRIX64, id);
	memcpy(own->text.serial, digits + 16 - len, (size_t)len + 1);
	own->config.serial = own->text.serial;
}

/* What is kept, for messages. */
static const char *const kept[SCSIEMU_NV_COUNT] = {
	[SCSIEMU_NV_MODE] = "mode pages",
	[SCSIEMU_NV_IDENT] = "identifier",
	[SCSIEMU_NV_TEXT] = "identifying text",
	[SCSIEMU_NV_PR] = "persistent reservations",
	[SCSIEMU_NV_FORMAT] = "format",
	[SCSIEMU_NV_WORK] = "state of FORMAT UNIT or SANITIZE",
	[SCSIEMU_NV_DEFECTS] = "defect lists",
	[SCSIEMU_NV_LOG] = "log parameters",
	[SCSIEMU_NV_SELFTEST] = "self-test results",
	[SCSIEMU_NV_ALUA] = "target port group states",
	[SCSIEMU_NV_ELEMENTS] = "physical element states",
	[SCSIEMU_NV_ZONES] = "zone states",
	[SCSIEMU_NV_COUNTERS] = "log counters",
};

static int restore_all(struct scsiemu_host_lu *h, void *buf,
		       struct scsiemu_errmsg *err)
{
	uint32_t id = 0;

	while ((id = scsiemu_lu_record(h->lu, id)) != 0) {
		uint32_t len = NV_RECORD;

		if (h->nv.ops->load(h->nv.ctx, id, buf, &len) ||
		    (len && scsiemu_lu_restore(h->lu, id, buf, len)))
			return semu_err(
				err,
				"nv: the saved %s are damaged or of "
				"another kind of device: name another "
				"nv file, or remove it",
				kept[id < SCSIEMU_NV_COUNT ? id
							   : SCSIEMU_NV_ZONES]);
	}
	return 0;
}

static int restore(struct scsiemu_host_lu *h, struct scsiemu_errmsg *err)
{
	void *buf;
	int rc;

	if (!h->nv.ops)
		return 0;
	buf = malloc(NV_RECORD);
	if (!buf)
		return semu_err(err, "%s: out of memory", h->summary);
	rc = restore_all(h, buf, err);
	free(buf);
	return rc;
}

/* The blocks that a FORMAT UNIT made of it. */
static int reshape(struct scsiemu_host_lu *h, struct scsiemu_errmsg *err)
{
	uint32_t blen = 0;
	uint64_t nblk = 0;

#ifdef SEMU_WITH_SBC
	if (!scsiemu_sbc_formatted(h->lu, &blen, &nblk))
		return 0;
#endif
	if (!blen || (h->medium.blen == blen && h->medium.nblk == nblk) ||
	    !scsiemu_medium_format(&h->medium, blen, nblk))
		return 0;
	return semu_err(err,
			"%s: nv says that it was formatted with %" PRIu64
			" blocks of %" PRIu32 " bytes, which it cannot have: "
			"name another nv file, or remove it",
			h->summary, nblk, blen);
}

/* A logical unit with more parts than the device's share has room for brings
 * its own state. */
static int give_state(struct scsiemu_host_lu *h, struct scsiemu_device *d,
		      struct scsiemu_errmsg *err)
{
	uint32_t plain, all;
	struct scsiemu_lu_config cf = *h->config;

	cf.options = NULL;
	cf.alua = NULL;
	cf.priorities = false;
	cf.logs = false;
	cf.deferred = false;
	cf.power = NULL;
	cf.inject_rules = 0;
	cf.quirks = NULL;
	plain = scsiemu_lu_state_size(&cf);
	all = scsiemu_lu_state_size(h->config);
	if ((all == plain && h->medium.kind == SCSIEMU_BLOCK) ||
	    all <= scsiemu_device_limits(d)->lu_state)
		return 0;
	h->state = malloc(all);
	if (!h->state)
		return semu_err(err, "%s: out of memory", h->summary);
	h->config->state = h->state;
	h->config->state_len = all;
	return 0;
}

int scsiemu_host_attach(struct scsiemu_host_lu *h, struct scsiemu_device *d,
			uint16_t lun, struct scsiemu_errmsg *err)
{
	if (!h->config)
		return semu_err(err, "%s: it is attached already", h->summary);
	for (uint16_t i = 0; i < SEMU_DEVDRIVES; i++)
		own_of(h)->luns[i] = (uint16_t)(lun + 1 + i);
	if (give_state(h, d, err))
		return -1;
	h->lu = scsiemu_lu_add(d, lun, h->config);
	if (!h->lu)
		return semu_err(err,
				"LUN %u cannot be added: it is in use, above "
				"16383, or limits.lus or limits.types are "
				"used up",
				lun);
	if (restore(h, err) || reshape(h, err) ||
	    semu_devinject_apply(h->lu, &own_of(h)->rules, err)) {
		scsiemu_lu_remove(h->lu);
		h->lu = NULL;
		return -1;
	}
	free(h->config);
	h->config = NULL;
	if (h->medium.kind) /* a processor has none, a drive not yet */
		scsiemu_lu_load(h->lu, &h->medium, false);
	return 0;
}

int scsiemu_host_refresh(struct scsiemu_host_lu *h, struct scsiemu_errmsg *err)
{
	uint64_t was = h->medium.nblk;
	int rc = scsiemu_medium_refresh(&h->medium);

	if (rc)
		return semu_err(err,
				"%s: its size cannot be looked at again (%d): "
				"only that of a file or device without "
				"protection information can",
				h->summary, rc);
	if (h->lu && h->medium.nblk != was)
		scsiemu_lu_changed(h->lu);
	return 0;
}

/* The last flush, which may pend in a store that wraps another. */
struct last_flush {
	struct scsiemu_io io; /* first */
	int result;
};

static void flushed(struct scsiemu_io *io, int result)
{
	((struct last_flush *)io)->result = result;
}

static int flush_tape(struct scsiemu_medium *m, struct last_flush *f)
{
	const struct scsiemu_cmd w = { .verb = SCSIEMU_V_FLUSH };
	const struct scsiemu_tape_ops *ops = m->ops;
	int rc = ops->verb(m->ctx, &f->io, &w);

	if (rc == SCSIEMU_PENDING && f->result == SCSIEMU_PENDING &&
	    SCSIEMU_HAS(scsiemu_tape_ops, ops, cancel))
		ops->cancel(m->ctx, &f->io);
	return rc == SCSIEMU_PENDING ? f->result : rc;
}

static int flush(struct scsiemu_medium *m, struct last_flush *f)
{
	const struct scsiemu_block_ops *ops = m->ops;
	int rc;

	if (m->ops && m->kind == SCSIEMU_TAPE && !m->read_only)
		return flush_tape(m, f);
	if (!ops || m->kind != SCSIEMU_BLOCK || m->read_only ||
	    !SCSIEMU_HAS(scsiemu_block_ops, ops, flush))
		return 0;
	rc = ops->flush(m->ctx, &f->io, 0, 0);
	if (rc != SCSIEMU_PENDING)
		return rc;
	if (f->result == SCSIEMU_PENDING &&
	    SCSIEMU_HAS(scsiemu_block_ops, ops, kick))
		ops->kick(m->ctx);
	if (f->result == SCSIEMU_PENDING &&
	    SCSIEMU_HAS(scsiemu_block_ops, ops, cancel))
		ops->cancel(m->ctx, &f->io);
	return f->result;
}

/* What nobody asked to be durable, and is now that the medium is flushed. */
static int save_rest(struct scsiemu_host_lu *h)
{
	struct scsiemu_io io = { .info = SCSIEMU_NO_INFO };
	uint8_t buf[512];
	uint32_t id, len = sizeof(buf);
	int rc = 0;

	if (!h->lu || !h->nv.ops)
		return 0;
	while (!rc && (id = scsiemu_lu_unsaved(h->lu, buf, &len)) != 0) {
		rc = h->nv.ops->save(h->nv.ctx, &io, id, buf, len);
		len = sizeof(buf);
	}
	return rc;
}

int scsiemu_host_close(struct scsiemu_host_lu *h, struct scsiemu_errmsg *err)
{
	struct last_flush f = { .io = { .info = SCSIEMU_NO_INFO,
					.done = flushed },
				.result = SCSIEMU_PENDING };
	int rc = flush(&h->medium, &f);

	if (rc)
		semu_err(err,
			 "%s: the last flush failed (%d): what was written "
			 "since the one before may be lost; check the medium",
			 h->summary, rc);
	else if ((rc = save_rest(h)) != 0)
		semu_err(
			err,
			"%s: saving the last small state failed (%d): write "
			"pointers of zones may be behind what was written, log "
			"counters behind what happened; check the nv file",
			h->summary, rc);
	release(h);
	return rc ? -1 : 0;
}
