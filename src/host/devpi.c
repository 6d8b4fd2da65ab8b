/* SPDX-License-Identifier: BSD-2-Clause */
/* host/devpi.c - protection information in a device string: pi=1,
 * pi_exponent=0, pi_store=side. */
#include <inttypes.h>
#include <string.h>

#include "host/devstr.h"
#include "store/open.h"

enum { INTERVAL_MIN = 256, TUPLE = 8 };

int semu_devpi_store(uint8_t *where, const char *value)
{
	if (strcmp(value, "interleaved") == 0)
		*where = SEMU_PI_INTERLEAVED;
	else if (strcmp(value, "side") == 0)
		*where = SEMU_PI_SIDE;
	else
		return -1;
	return 0;
}

int semu_devpi_type(uint64_t *type, const char *value)
{
	if (value[0] < '0' || value[0] > '3' || value[1])
		return -1;
	*type = SEMU_PI_TYPE_0 + (uint64_t)(value[0] - '0');
	return 0;
}

int semu_devpi_check(const struct semu_devstr *s, struct scsiemu_errmsg *err)
{
	const struct semu_devpi *p = &s->pi;
	uint64_t block = s->block ? s->block : 512;

	if (!p->type && (p->exponent || p->where))
		return semu_err(err, "%s without pi: add pi=1, or leave it out",
				p->where ? "pi_store" : "pi_exponent");
	if (!p->type)
		return 0;
	if (block >> p->exponent < INTERVAL_MIN)
		return semu_err(err,
				"pi_exponent=%" PRIu64 " is not possible: it "
				"makes intervals of less than %d bytes",
				p->exponent, INTERVAL_MIN);
	if (p->where && !s->path[0])
		return semu_err(err, "pi_store says where a file has it: "
				     "leave it out");
	return 0;
}

void semu_devpi_geometry(struct scsiemu_geometry *g,
			 const struct semu_devstr *s)
{
	if (!s->pi.type)
		return;
	g->pi_len = (uint16_t)(TUPLE << s->pi.exponent);
	g->pi_side = s->pi.where != SEMU_PI_INTERLEAVED;
}

void semu_devpi_options(struct scsiemu_sbc_options *o,
			const struct semu_devstr *s)
{
	if (!s->pi.type)
		return;
	o->pi = true;
	o->pi_type = (uint8_t)(s->pi.type - SEMU_PI_TYPE_0);
	o->pi_exponent = o->pi_type ? (uint8_t)s->pi.exponent : 0;
	o->pi_crc = scsiemu_pi_crc;
}
