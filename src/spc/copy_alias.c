/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Aliases (SPC-4 6.2, 6.24): eight bytes by which a nexus names a target
 * device, for CSCD descriptors that have no room for the name itself. They are
 * of one nexus and one logical unit, and go when the pair loses its state.
 */
#include <string.h>

#include "spc/copy.h"

#if SEMU_WITH_ALIASES

enum {
	HEADER = 8, /* of both lists */
	ENTRY = 16, /* of an entry, before its designation */
	FCP = 0x00, /* PROTOCOL IDENTIFIER */
	ISCSI = 0x05,
	INDEPENDENT = 0x80
};

/* FORMAT CODEs, and how long a designation of each is. */
static const struct alias_format {
	uint8_t protocol, format;
	uint16_t least, most;
	bool name; /* an iSCSI name comes first */
} formats[] = {
	{ FCP, 0x00, 8, 8, false },		  /* port name */
	{ FCP, 0x01, 12, 12, false },		  /* ... and N_Port */
	{ ISCSI, 0x00, 4, 224, true },		  /* name */
	{ ISCSI, 0x01, 4, SEMU_ALIAS_MAX, true }, /* ... and IPv4 */
	{ ISCSI, 0x02, 4, SEMU_ALIAS_MAX, true }, /* ... and a host name */
	{ ISCSI, 0x03, 4, SEMU_ALIAS_MAX, true }, /* ... and IPv6 */
	{ INDEPENDENT, 0x00, 0, 0, false },	  /* none: forget it */
};

static struct semu_alias *aliases_end(const struct scsiemu_device *d)
{
	return d->aliases + d->limits.aliases;
}

/* Of the command's nexus. NULL: it has none of this value. */
static struct semu_alias *find(const struct scsiemu_cmd *c, uint64_t value)
{
	const struct scsiemu_device *d = scsiemu_cmd_lu(c)->dev;
	const struct semu_itl *itl = semu_ctx(c)->itl;

	for (struct semu_alias *a = d->aliases; itl && a < aliases_end(d); a++)
		if (a->itl == itl && a->value == value)
			return a;
	return NULL;
}

void semu_alias_lost(const struct semu_itl *itl)
{
	const struct scsiemu_device *d = itl->lu->dev;

	for (struct semu_alias *a = d->aliases; a < aliases_end(d); a++)
		if (a->itl == itl)
			a->itl = NULL;
}

static void put_entry(struct scsiemu_wr *w, const struct semu_alias *a)
{
	scsiemu_wr_be64(w, a->value);
	scsiemu_wr_u8(w, a->protocol);
	scsiemu_wr_be16(w, 0);
	scsiemu_wr_u8(w, a->format);
	scsiemu_wr_be16(w, 0);
	scsiemu_wr_be16(w, a->len);
	scsiemu_wr_bytes(w, a->designation, a->len);
}

int semu_report_aliases(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_device *d = scsiemu_cmd_lu(c)->dev;
	const struct semu_itl *itl = semu_ctx(c)->itl;
	unsigned n = 0;

	for (struct semu_alias *a = d->aliases; a < aliases_end(d); a++)
		n += itl && a->itl == itl;
	scsiemu_wr_be32(w, 0);
	scsiemu_wr_be16(w, 0);
	scsiemu_wr_be16(w, n);
	for (struct semu_alias *a = d->aliases; n && a < aliases_end(d); a++)
		if (a->itl == itl)
			put_entry(w, a);
	scsiemu_wr_len(w, 0, 4, 0);
	return SCSIEMU_FINISHED;
}

static int invalid(struct scsiemu_cmd *c, uint32_t at)
{
	return scsiemu_fail_param(c,
				  SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST,
				  (uint16_t)at, SCSIEMU_NO_BIT);
}

static const struct alias_format *format_of(const uint8_t *e)
{
	for (unsigned i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (formats[i].protocol == e[8] && formats[i].format == e[11])
			return &formats[i];
	return NULL;
}

/* The bytes of an entry; its fields lie in what is there. */
static uint32_t entry_len(const uint8_t *e)
{
	return ENTRY + semu_be16(e + 14);
}

static bool is_null(const uint8_t *e)
{
	return e[8] == INDEPENDENT;
}

/* Is there a NUL behind a name? */
static bool ends(const uint8_t *name, uint32_t len)
{
	while (len && *name) {
		name++;
		len--;
	}
	return len;
}

/* One entry at `at` of the list; left: bytes from there. */
static int judge_entry(struct scsiemu_cmd *c, const uint8_t *e, uint32_t at,
		       uint32_t left)
{
	const struct alias_format *f;
	uint32_t len;

	if (left < ENTRY || left < entry_len(e))
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_PARAMETER_LIST_LENGTH);
	if (!semu_be64(e))
		return invalid(c, at);
	if (e[8] != FCP && e[8] != ISCSI && e[8] != INDEPENDENT)
		return invalid(c, at + 8);
	f = format_of(e);
	if (!f)
		return invalid(c, at + 11);
	len = entry_len(e) - ENTRY;
	if (len < f->least || len > f->most || len % 4)
		return invalid(c, at + 14);
	if (f->name && !ends(e + ENTRY, len))
		return invalid(c, at + ENTRY);
	return SCSIEMU_FINISHED;
}

static int judge(struct scsiemu_cmd *c, const uint8_t *list, uint32_t len)
{
	for (uint32_t at = HEADER; at < len; at += entry_len(list + at))
		if (judge_entry(c, list + at, at, len - at))
			return SCSIEMU_FAILED;
	return SCSIEMU_FINISHED;
}

/* Does a later entry say what becomes of the same value? */
static bool again(const uint8_t *list, uint32_t at, uint32_t len)
{
	const uint8_t *e = list + at;

	for (at += entry_len(e); at < len; at += entry_len(list + at))
		if (!memcmp(list + at, e, 8))
			return true;
	return false;
}

/* Is there room when all is done? */
static bool fits(const struct scsiemu_cmd *c, const uint8_t *list, uint32_t len)
{
	const struct scsiemu_device *d = scsiemu_cmd_lu(c)->dev;
	int64_t room = 0;

	for (const struct semu_alias *a = d->aliases; a < aliases_end(d); a++)
		room += !a->itl;
	for (uint32_t at = HEADER; at < len; at += entry_len(list + at)) {
		bool had = find(c, semu_be64(list + at));

		if (!again(list, at, len))
			room += (int)had - !is_null(list + at);
	}
	return room >= 0;
}

static void set(const struct scsiemu_cmd *c, struct semu_alias *a,
		const uint8_t *e)
{
	const struct scsiemu_device *d = scsiemu_cmd_lu(c)->dev;

	if (!a)
		for (a = d->aliases; a < aliases_end(d) && a->itl; a++)
			;
	a->itl = semu_ctx(c)->itl;
	a->value = semu_be64(e);
	a->protocol = e[8];
	a->format = e[11];
	a->len = (uint16_t)(entry_len(e) - ENTRY);
	memcpy(a->designation, e + ENTRY, a->len);
}

/* What takes entries back, or sets them. */
static void apply(const struct scsiemu_cmd *c, const uint8_t *list,
		  uint32_t len, bool null)
{
	for (uint32_t at = HEADER; at < len; at += entry_len(list + at)) {
		struct semu_alias *a = find(c, semu_be64(list + at));

		if (is_null(list + at) != null || again(list, at, len))
			continue;
		if (!null)
			set(c, a, list + at);
		else if (a)
			a->itl = NULL;
	}
}

int semu_change_aliases(struct scsiemu_cmd *c, struct scsiemu_rd *r)
{
	const uint8_t *list = r->buf;
	uint64_t len;

	if (!scsiemu_rd_left(r))
		return SCSIEMU_FINISHED;
	if (!scsiemu_rd_need(r, HEADER))
		return SCSIEMU_FAILED;
	len = semu_be32(list) + UINT64_C(4);
	if (len < HEADER)
		return invalid(c, 0);
	if (len > scsiemu_rd_left(r))
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_PARAMETER_LIST_LENGTH);
	if (judge(c, list, (uint32_t)len))
		return SCSIEMU_FAILED;
	if (!fits(c, list, (uint32_t)len))
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_RESOURCES);
	apply(c, list, (uint32_t)len, true);
	apply(c, list, (uint32_t)len, false);
	return SCSIEMU_FINISHED;
}

/* Does the designation begin with that name? */
static bool names(const struct semu_alias *a, const char *name)
{
	const uint8_t *p = a->designation;

	if (!name || a->protocol != ISCSI)
		return false;
	while (*name && *p == (uint8_t)*name) { /* *p is NUL before the end */
		name++;
		p++;
	}
	return *p == (uint8_t)*name;
}

struct scsiemu_lu *semu_alias_lu(const struct scsiemu_cmd *c,
				 const uint8_t *cscd)
{
	struct scsiemu_device *d = scsiemu_cmd_lu(c)->dev;
	const struct semu_alias *a = find(c, semu_be64(cscd + 12));
	struct scsiemu_lu *lu = scsiemu_lu_find(d, cscd + 4);

	if (!a || lu == &d->absent || lu == &d->wlun)
		return NULL;
	for (uint32_t i = 0; i < d->nports; i++)
		if (names(a, d->ports[i].device_name))
			return lu;
	return NULL;
}

#endif
