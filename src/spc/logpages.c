/* SPDX-License-Identifier: BSD-2-Clause */
/* The log pages that every device type has (SPC-5 7.3). */
#include "spc/log.h"
#include "spc/power.h"
#include "spc/selftest.h"

#if SEMU_WITH_LOG

/* Non-medium errors, temperature, start-stop cycles: values. */
const struct semu_log_page semu_log_06 = { .code = 0x06 };
const struct semu_log_page semu_log_0d = { .code = 0x0d };
const struct semu_log_page semu_log_0e = { .code = 0x0e };

/* Application client (SPC-5 7.3.4): what hosts keep there. */
static unsigned clients(const struct scsiemu_lu *lu)
{
	return semu_log(lu)->clients;
}

static bool has_clients(const struct scsiemu_lu *lu)
{
	return clients(lu) > 0;
}

static void put_client(const struct scsiemu_lu *lu, unsigned i,
		       struct scsiemu_wr *w)
{
	scsiemu_wr_bytes(w, semu_log_client(lu, i), SCSIEMU_LOG_CLIENT_LEN);
}

const struct semu_log_page semu_log_0f = {
	.code = 0x0f, .there = has_clients, .count = clients, .put = put_client
};

/* Self-test results (SPC-5 7.3.19): always twenty. */
static bool has_tests(const struct scsiemu_lu *lu)
{
	return semu_part(lu, SEMU_PART_SELFTEST) != NULL;
}

static unsigned tests(const struct scsiemu_lu *lu)
{
	(void)lu;
	return SEMU_SELFTESTS;
}

static void put_test(const struct scsiemu_lu *lu, unsigned i,
		     struct scsiemu_wr *w)
{
	const uint8_t *r = semu_selftest_result(lu, i);

	if (r)
		scsiemu_wr_bytes(w, r, SEMU_SELFTEST_LEN);
	else
		scsiemu_wr_zero(w, SEMU_SELFTEST_LEN);
}

const struct semu_log_page semu_log_10 = { .code = 0x10,
					   .there = has_tests,
					   .count = tests,
					   .first = 1,
					   .put = put_test };

#if SEMU_WITH_PORTS
/* Protocol specific port (SPC-5 7.3.16): of SAS ports, the others' protocols
 * have none (SPL-4 9.2.8.1); without phys. */
enum { SAS = 6 };

/* The smallest identifier of a SAS port behind `behind`; 0: there is none. */
static uint16_t next_port(const struct scsiemu_device *d, unsigned behind)
{
	unsigned found = 0;

	for (uint32_t i = 0; i < d->nports; i++) {
		const struct scsiemu_target_port *p = &d->ports[i];

		if (p->protocol == SAS && p->id > behind &&
		    (!found || p->id < found))
			found = p->id;
	}
	return (uint16_t)found;
}

static unsigned ports(const struct scsiemu_lu *lu)
{
	unsigned n = 0;

	for (unsigned id = 0; (id = next_port(lu->dev, id)) != 0;)
		n++;
	return n;
}

static bool has_ports(const struct scsiemu_lu *lu)
{
	return next_port(lu->dev, 0) != 0;
}

static uint16_t port(const struct scsiemu_lu *lu, unsigned i)
{
	uint16_t id = next_port(lu->dev, 0);

	while (i--)
		id = next_port(lu->dev, id);
	return id;
}

static void put_port(const struct scsiemu_lu *lu, unsigned i,
		     struct scsiemu_wr *w)
{
	(void)lu, (void)i;
	scsiemu_wr_u8(w, SAS);
	scsiemu_wr_zero(w, 3);
}

const struct semu_log_page semu_log_18 = { .code = 0x18,
					   .there = has_ports,
					   .count = ports,
					   .code_of = port,
					   .put = put_port };
#endif

#if SEMU_WITH_POWER
/* Power condition transitions (SPC-4 7.3.12): in ascending order of their
 * codes, which have none for stopped. */
static const struct {
	uint16_t code;
	uint8_t condition;
} transitions[] = {
	{ 0x0001, SCSIEMU_POWER_ACTIVE },    { 0x0002, SCSIEMU_POWER_IDLE_A },
	{ 0x0003, SCSIEMU_POWER_IDLE_B },    { 0x0004, SCSIEMU_POWER_IDLE_C },
	{ 0x0008, SCSIEMU_POWER_STANDBY_Z }, { 0x0009, SCSIEMU_POWER_STANDBY_Y }
};

static bool has_power(const struct scsiemu_lu *lu)
{
	return semu_power(lu) != NULL;
}

static unsigned conditions(const struct scsiemu_lu *lu)
{
	(void)lu;
	return sizeof(transitions) / sizeof(*transitions);
}

static uint16_t transition(const struct scsiemu_lu *lu, unsigned i)
{
	(void)lu;
	return transitions[i].code;
}

static void put_transitions(const struct scsiemu_lu *lu, unsigned i,
			    struct scsiemu_wr *w)
{
	scsiemu_wr_be32(w, semu_power(lu)->entered[transitions[i].condition]);
}

const struct semu_log_page semu_log_1a = { .code = 0x1a,
					   .there = has_power,
					   .count = conditions,
					   .code_of = transition,
					   .put = put_transitions };
#endif

static unsigned one(const struct scsiemu_lu *lu)
{
	(void)lu;
	return 1;
}

/* Environmental reporting (SPC-5 7.3.5): the temperature now, its extremes in
 * the disk's life, which nobody keeps, and since power on; no others (OTV). */
static void put_environment(const struct scsiemu_lu *lu, unsigned i,
			    struct scsiemu_wr *w)
{
	uint64_t now = semu_log_value(lu, SCSIEMU_LOG_TEMPERATURE);
	const struct semu_log *s = semu_log(lu);

	(void)i;
	if (now > SEMU_LOG_DEGREES)
		now = now == 0xff ? SEMU_LOG_NO_DEGREES : SEMU_LOG_DEGREES;
	scsiemu_wr_u8(w, 0);
	scsiemu_wr_u8(w, (unsigned)now);
	scsiemu_wr_u8(w, SEMU_LOG_NO_DEGREES);
	scsiemu_wr_u8(w, SEMU_LOG_NO_DEGREES);
	scsiemu_wr_u8(w, s->warmest);
	scsiemu_wr_u8(w, s->coldest);
	scsiemu_wr_be16(w, SEMU_LOG_NO_DEGREES << 8 | SEMU_LOG_NO_DEGREES);
}

const struct semu_log_page semu_log_0d01 = {
	.code = 0x0d, .sub = 0x01, .count = one, .put = put_environment
};

/* Informational exceptions (SPC-5 7.3.8), and beside them, where hosts look
 * for it, the reference temperature. */
static void put_exception(const struct scsiemu_lu *lu, unsigned i,
			  struct scsiemu_wr *w)
{
	(void)i;
	scsiemu_wr_be16(w, semu_exception(lu));
	scsiemu_wr_u8(w, (unsigned)semu_log_value(lu, SCSIEMU_LOG_TEMPERATURE));
	scsiemu_wr_u8(
		w, (unsigned)semu_log_value(lu, SCSIEMU_LOG_TEMPERATURE_MAX));
}

const struct semu_log_page semu_log_2f = { .code = 0x2f,
					   .count = one,
					   .put = put_exception };

#endif
