/* SPDX-License-Identifier: BSD-2-Clause */
/* The VPD pages that every device type has (SPC-5 7.7, reference 6). */
#include "spc/spc.h"

static void put_supported(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	const struct semu_vpd_page *const *p;

	for (p = lu->type->vpd; *p; p++)
		if (semu_vpd_shows(lu, *p))
			scsiemu_wr_u8(w, (*p)->code);
}

static void put_serial(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);

	scsiemu_wr_bytes(w, lu->serial, lu->serial_len);
}

/* Designation descriptors (SPC-5 7.7.6): code set and type are one byte each
 * with protocol, PIV and association already in them. */
enum {
	BINARY = 1,
	ASCII = 2,
	UTF8 = 3,
	T10_VENDOR = 1,
	NAA = 3,
	RELATIVE_PORT = 4,
	PORT_GROUP = 5,
	NAME_STRING = 8,
	PIV = 0x80,
	OF_PORT = 0x90,	 /* PIV, association: target port */
	OF_DEVICE = 0xa0 /* PIV, association: target device */
};

static uint32_t begin(struct scsiemu_wr *w, unsigned set, unsigned type)
{
	scsiemu_wr_u8(w, set);
	scsiemu_wr_u8(w, type);
	scsiemu_wr_be16(w, 0);
	return scsiemu_wr_tell(w) - 1;
}

#if SEMU_WITH_PORTS
static void put_number(struct scsiemu_wr *w, unsigned set, unsigned type,
		       uint32_t v)
{
	uint32_t at = begin(w, set, type);

	scsiemu_wr_be32(w, v);
	scsiemu_wr_len(w, at, 1, 0);
}
#endif

/* A SCSI name string: NUL-terminated, padded to a multiple of four. */
static void put_name(struct scsiemu_wr *w, unsigned set, unsigned type,
		     const char *s)
{
	uint32_t at;

	if (!s)
		return;
	at = begin(w, set, type);
	while (*s)
		scsiemu_wr_u8(w, (uint8_t)*s++);
	scsiemu_wr_zero(w, 4 - (scsiemu_wr_tell(w) - at - 1) % 4);
	scsiemu_wr_len(w, at, 1, 0);
}

static void put_lu_designators(const struct scsiemu_lu *lu,
			       struct scsiemu_wr *w)
{
	uint32_t at = begin(w, ASCII, T10_VENDOR);
	char name[] = "naa.0123456789abcdef";
	unsigned i;

	scsiemu_wr_ascii(w, lu->vendor, sizeof(lu->vendor));
	scsiemu_wr_ascii(w, lu->product, sizeof(lu->product));
	scsiemu_wr_bytes(w, lu->serial, lu->serial_len);
	scsiemu_wr_len(w, at, 1, 0);
	at = begin(w, BINARY, NAA);
	scsiemu_wr_be64(w, lu->naa);
	scsiemu_wr_len(w, at, 1, 0);
	if (semu_before(lu, SCSIEMU_LEVEL_SPC_3))
		return;
	for (i = 0; i < 16; i++)
		name[4 + i] = "0123456789abcdef"[lu->naa >> (60 - 4 * i) & 15];
	put_name(w, UTF8, NAME_STRING, name);
}

#if SEMU_WITH_PORTS
static void put_port_designators(const struct scsiemu_target_port *p,
				 struct scsiemu_wr *w)
{
	unsigned protocol = p->protocol << 4 & 0xf0u;

	put_number(w, protocol | BINARY, OF_PORT | RELATIVE_PORT, p->id);
	put_number(w, protocol | BINARY, OF_PORT | PORT_GROUP, p->group);
	put_name(w, protocol | UTF8, OF_PORT | NAME_STRING, p->name);
}
#endif

#if SEMU_WITH_PORTS
static void put_device_name(const struct scsiemu_target_port *p,
			    struct scsiemu_wr *w)
{
	put_name(w, (p->protocol << 4 & 0xf0u) | UTF8, OF_DEVICE | NAME_STRING,
		 p->device_name);
}
#endif

static void put_identification(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
#if SEMU_WITH_PORTS
	const struct scsiemu_target_port *p =
		semu_nexus_port(semu_ctx(c)->nexus);
#endif

	if (!lu->wlun)
		put_lu_designators(lu, w);
#if SEMU_WITH_PORTS
	if (!p || semu_before(lu, SCSIEMU_LEVEL_SPC_3))
		return;
	put_port_designators(p, w);
	put_device_name(p, w);
#endif
}

#if SEMU_WITH_ODX
void semu_put_device(const struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	uint32_t at;
#if SEMU_WITH_PORTS
	const struct scsiemu_target_port *p =
		semu_nexus_port(semu_ctx(c)->nexus);

	if (p && p->device_name) {
		put_device_name(p, w);
		return;
	}
#endif
	at = begin(w, BINARY, (OF_DEVICE & ~PIV) | NAA);
	scsiemu_wr_be64(w, scsiemu_cmd_lu(c)->naa);
	scsiemu_wr_len(w, at, 1, 0);
}
#endif

const struct semu_vpd_page semu_vpd_00 = { .code = 0x00,
					   .fill = put_supported };
const struct semu_vpd_page semu_vpd_80 = { .code = 0x80, .fill = put_serial };
const struct semu_vpd_page semu_vpd_83 = { .code = 0x83,
					   .fill = put_identification };

#if SEMU_WITH_VPD_MORE

/* Extended INQUIRY data (SPC-5 7.7.7). */
static void put_extended(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	bool pi = lu->cap.pi;

	/* SPT: types 1 to 3; GRD_CHK, APP_CHK, REF_CHK */
	scsiemu_wr_u8(w, pi ? 0x3f : 0);
	/* GROUP_SUP, PRIOR_SUP, HEADSUP, ORDSUP, SIMPSUP */
	scsiemu_wr_u8(w,
		      (SEMU_WITH_HINTS && lu->offers & 2 ? 0x10u : 0) |
			      (lu->able & SCSIEMU_NEED_PRIORITY ? 0x08u : 0) |
			      0x07);
	scsiemu_wr_u8(w, lu->cap.cache); /* V_SUP */
	/* NO_PI_CHK, P_I_I_SUP, LUICLR */
	scsiemu_wr_u8(w, (pi ? 0x30u : 0) | 0x01);
	/* R_SUP, RTD_SUP */
	scsiemu_wr_u8(w, (lu->able & SCSIEMU_NEED_REFERRALS ? 0x10u : 0) |
				 (SEMU_WITH_MODE_SELECT ? 0x08u : 0));
	scsiemu_wr_zero(w, 4);
	scsiemu_wr_u8(w, 252); /* maximum supported sense data length */
	scsiemu_wr_zero(w, 64 - 14);
}

/* Mode page policy (SPC-5 7.7.11): pages that each nexus has its own of. */
#if SEMU_WITH_MODE_HEAD
static void put_own_pages(const struct scsiemu_lu *lu, struct scsiemu_wr *w)
{
	enum { EACH_NEXUS = 0x0300 };
	struct semu_mode_iter it = { 0 };
	const struct semu_mode_page *p;

	while ((p = semu_mode_next(lu, &it)) != NULL)
		if (p->each && !p->head)
			scsiemu_wr_be32(w, (uint32_t)p->code << 24 |
						   (uint32_t)p->sub << 16 |
						   EACH_NEXUS);
}
#else
static void put_own_pages(const struct scsiemu_lu *lu, struct scsiemu_wr *w)
{
	(void)lu, (void)w;
}
#endif

/* All others are shared. */
static void put_policy(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	put_own_pages(scsiemu_cmd_lu(c), w);
	scsiemu_wr_be32(w, 0x3fff0000);
}

#if SEMU_WITH_PORTS
/* SCSI ports (SPC-5 7.7.17). */
static void put_ports(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_device *d = scsiemu_cmd_lu(c)->dev;
	uint32_t i, at;

	for (i = 0; i < d->nports; i++) {
		scsiemu_wr_be32(w, d->ports[i].id);
		scsiemu_wr_be32(w, 0); /* no initiator port TransportID */
		scsiemu_wr_be32(w, 0);
		at = scsiemu_wr_tell(w) - 2;
		put_port_designators(&d->ports[i], w);
		scsiemu_wr_len(w, at, 2, 0);
	}
}
#endif

const struct semu_vpd_page semu_vpd_86 = { .code = 0x86, .fill = put_extended };
const struct semu_vpd_page semu_vpd_87 = { .code = 0x87, .fill = put_policy };
#if SEMU_WITH_PORTS
const struct semu_vpd_page semu_vpd_88 = { .code = 0x88, .fill = put_ports };
#endif

#endif
