/* SPDX-License-Identifier: BSD-2-Clause */
/* exec.c - scsiemu exec: CDBs from the command line, one after the other. */
#include "hex.h"
#include "report.h"
#include "sense.h"
#include "tool.h"
#include "unit.h"

#include <scsiemu/wire.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { CDB_MAX = 260, OUT_MAX = 1 << 30, IN_MAX = 1 << 30, WAIT_MAX = 1 << 30 };

/* One command, with its options. */
struct request {
	uint8_t cdb[CDB_MAX];
	size_t cdb_len;
	/* Files are read when their turn comes: one command's data-in may be
	 * another one's data-out. */
	const char *out_file, *out_hex, *in_file;
	uint64_t in_len, lun, initiator, port, wait;
};

struct exec {
	char *devices[UNIT_LUS];
	unsigned ndevices;
	struct request usual, *requests;
	unsigned nrequests;
	bool json, attention;
	struct unit *unit;
	struct report report;
	int rc;
};

enum takes { FLAG, TEXT, NUMBER };

static const struct option {
	const char *name;
	enum takes takes;
	size_t at; /* in struct request; of a flag: in struct exec */
	uint64_t min, max;
} options[] = {
	{ "--out", TEXT, offsetof(struct request, out_file), 0, 0 },
	{ "--out-hex", TEXT, offsetof(struct request, out_hex), 0, 0 },
	{ "--in", TEXT, offsetof(struct request, in_file), 0, 0 },
	{ "--in-len", NUMBER, offsetof(struct request, in_len), 0, IN_MAX },
	{ "--lun", NUMBER, offsetof(struct request, lun), 0, 16383 },
	{ "--initiator", NUMBER, offsetof(struct request, initiator), 1,
	  UNIT_INITIATORS },
	{ "--port", NUMBER, offsetof(struct request, port), 1, UNIT_PORTS },
	{ "--wait", NUMBER, offsetof(struct request, wait), 0, WAIT_MAX },
	{ "--attention", FLAG, offsetof(struct exec, attention), 0, 0 },
	{ "--json", FLAG, offsetof(struct exec, json), 0, 0 },
};

static int trouble(const char *what, const char *word)
{
	fprintf(stderr, "scsiemu: %s%s%.40s%s\n", what, *word ? " \"" : "",
		word, *word ? "\"" : "");
	return -1;
}

static const struct option *find_option(const char *word)
{
	size_t len = strcspn(word, "=");

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (strlen(options[i].name) == len &&
		    !memcmp(options[i].name, word, len))
			return &options[i];
	return NULL;
}

static int set_value(struct request *q, const struct option *o,
		     const char *value)
{
	void *to = (char *)q + o->at;

	if (o->takes == NUMBER)
		return hex_number(o->name, value, o->min, o->max, to);
	memcpy(to, &value, sizeof(value));
	return 0;
}

/* "--name value", "--name=value" or a flag at *arg, which moves to its last
 * word. */
static int set_option(struct exec *e, struct request *q, char ***arg)
{
	const struct option *o = find_option(**arg);
	const char *value = strchr(**arg, '=');

	if (!o)
		return trouble("no option", **arg);
	if (o->takes == FLAG) {
		if (value)
			return trouble("this option takes no value:", **arg);
		*(bool *)((char *)e + o->at) = true;
		return 0;
	}
	if (value)
		return set_value(q, o, value + 1);
	if (!(*arg)[1] || !strcmp((*arg)[1], "--"))
		return trouble("a value is missing behind", **arg);
	return set_value(q, o, *++*arg);
}

/* Devices and options, up to the first "--". */
static int parse_front(struct exec *e, char ***arg)
{
	for (; **arg && strcmp(**arg, "--"); ++*arg) {
		if (!strncmp(**arg, "--", 2)) {
			if (set_option(e, &e->usual, arg))
				return -1;
		} else if (e->ndevices == UNIT_LUS) {
			return trouble("too many devices at", **arg);
		} else {
			e->devices[e->ndevices++] = **arg;
		}
	}
	if (!e->ndevices)
		return trouble("no device", "");
	if (!**arg)
		return trouble("no command: write -- and the bytes of a CDB",
			       "");
	return 0;
}

/* Bytes and options, up to the next "--". */
static int parse_request(struct exec *e, char ***arg)
{
	struct request *q = &e->requests[e->nrequests++];

	*q = e->usual;
	for (; **arg && strcmp(**arg, "--"); ++*arg) {
		if (!strncmp(**arg, "--", 2)) {
			if (set_option(e, q, arg))
				return -1;
		} else if (hex_add("CDB", **arg, q->cdb, sizeof(q->cdb),
				   &q->cdb_len)) {
			return -1;
		}
	}
	if (!q->cdb_len)
		return trouble("a CDB has at least one byte", "");
	if (q->out_file && q->out_hex)
		return trouble("--out and --out-hex: one of them", "");
	return 0;
}

static int parse(struct exec *e, int argc, char **argv)
{
	char **arg = argv + 1;

	e->usual.in_len = UNIT_DATA;
	e->usual.initiator = e->usual.port = 1;
	e->requests = calloc((size_t)argc, sizeof(*e->requests));
	if (!e->requests)
		return trouble("out of memory", "");
	if (parse_front(e, &arg))
		return -1;
	while (*arg++)
		if (parse_request(e, &arg))
			return -1;
	return 0;
}

static int load_out(const struct request *q, uint8_t **out, size_t *len)
{
	*out = NULL;
	*len = 0;
	if (q->out_file)
		return hex_read_file(q->out_file, OUT_MAX, out, len);
	if (q->out_hex)
		return hex_bytes("--out-hex", q->out_hex, out, len);
	return 0;
}

static void report_data(struct report *r, const struct request *q,
			const struct unit_reply *a)
{
	if (q->in_file)
		report_number(r, "data_in_bytes", a->len, NULL);
	else if (a->len)
		report_dump(r, "data_in", a->data, a->len);
	/* without --in-len the room is no statement */
	if (a->in_resid < 0)
		report_number(r, "data_in_overflow", (uint64_t)-a->in_resid,
			      "bytes more did not fit");
	else if (a->in_resid && q->in_len != UNIT_DATA)
		report_number(r, "data_in_underflow", (uint64_t)a->in_resid,
			      "bytes of room were not needed");
	if (a->out_resid > 0)
		report_number(r, "data_out_underflow", (uint64_t)a->out_resid,
			      "bytes were not taken");
	else if (a->out_resid < 0)
		report_number(r, "data_out_overflow", (uint64_t)-a->out_resid,
			      "bytes are missing");
}

static void report_sense(struct report *r, const char *key, const uint8_t *p,
			 uint32_t len)
{
	if (!len)
		return;
	report_open(r, key, NULL);
	sense_report(r, p, len < 252 ? len : 252);
	report_close(r);
}

static void report_answer(struct exec *e, const struct request *q,
			  const struct unit_cmd *c, const struct unit_reply *a)
{
	struct report *r = &e->report;
	const char *name = unit_cmd_name(e->unit, c);

	report_open(r, NULL, name);
	if (r->json)
		report_text(r, "command", "%s", name);
	report_hex(r, "cdb", q->cdb, q->cdb_len);
	report_line(r, "status", "%s (%02Xh)", sense_status_name(a->status),
		    a->status);
	report_number(r, "code", a->status, NULL);
	report_text(r, "name", "%s", sense_status_name(a->status));
	report_close(r);
	report_sense(r, "sense", a->sense, a->sense_len);
	report_data(r, q, a);
	if (q->cdb[0] == SCSIEMU_OP_REQUEST_SENSE)
		report_sense(r, "reported_sense", a->data, a->len);
	report_close(r);
}

static struct unit_nexus from(const struct request *q)
{
	return (struct unit_nexus){ (uint8_t)(q->initiator - 1),
				    (uint8_t)(q->port - 1) };
}

static int run(struct exec *e, const struct request *q)
{
	struct unit_cmd c = { .cdb = q->cdb,
			      .cdb_len = (uint16_t)q->cdb_len,
			      .in_len = (uint32_t)q->in_len,
			      .lun = (uint16_t)q->lun,
			      .nexus = from(q) };
	struct unit_reply a;
	uint8_t *out;
	size_t len;
	int rc;

	if (load_out(q, &out, &len))
		return -1;
	c.out = out;
	c.out_len = (uint32_t)len;
	rc = unit_send(e->unit, &c, &a);
	free(out);
	if (rc)
		return -1;
	report_answer(e, q, &c, &a);
	if (a.status != SCSIEMU_GOOD)
		e->rc = TOOL_NOT_GOOD;
	if (q->in_file && hex_write_file(q->in_file, a.data, a.len))
		return -1;
	if (q->wait)
		unit_wait(e->unit, q->wait);
	return 0;
}

/* A power-on attention waits for each nexus at each logical unit. */
static int take_attentions(struct exec *e)
{
	for (unsigned i = 0; i < e->nrequests; i++)
		if (unit_take_attentions(e->unit, (uint16_t)e->requests[i].lun,
					 from(&e->requests[i])))
			return -1;
	return 0;
}

/* As many target ports as the commands name. */
static unsigned ports(const struct exec *e)
{
	uint64_t n = 1;

	for (unsigned i = 0; i < e->nrequests; i++)
		n = e->requests[i].port > n ? e->requests[i].port : n;
	return (unsigned)n;
}

static int run_all(struct exec *e)
{
	int rc = e->attention ? 0 : take_attentions(e);

	report_begin(&e->report, stdout, e->json);
	report_list(&e->report, "commands", "");
	for (unsigned i = 0; !rc && i < e->nrequests; i++)
		rc = run(e, &e->requests[i]);
	report_close(&e->report);
	report_end(&e->report);
	if (e->report.failed)
		rc = trouble("cannot write to standard output", "");
	return rc;
}

int exec_main(int argc, char **argv)
{
	struct exec e = { .rc = TOOL_GOOD };

	if (parse(&e, argc, argv)) {
		free(e.requests);
		return tool_usage(argv[0]);
	}
	e.unit = unit_open(e.devices, e.ndevices, ports(&e));
	if (!e.unit || run_all(&e))
		e.rc = TOOL_TROUBLE;
	if (e.unit && unit_close(e.unit))
		e.rc = TOOL_TROUBLE;
	free(e.requests);
	return e.rc;
}
