/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tmtgt - a host that iSCSI initiators SEND messages to, through target mode
 * buffers as AIX has them (docs/tmtgt.md):
 *	tmtgt 127.0.0.1:3260 1=iqn.2026-11.org.example:a 2=iqn...
 * Each initiator is named, with the SCSI ID that it is to have. A message comes
 * out as a line with the ID and the length, its bytes, and a newline.
 */
#include <scsiemu/host.h>
#include <scsiemu/transport/iscsi.h>
#include <scsiemu/transport/tmtgt.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TARGET	 "iqn.2026-11.org.scsiemu:tmtgt"
#define OWN_ID	 7
#define NUM_BUFS 64

static struct scsiemu_iscsi_server *server;
static struct scsiemu_device *dev;
static struct scsiemu_pump pump;
static struct scsiemu_tmtgt *tm;
static const char *initiator[SCSIEMU_TM_IDS]; /* by ID */
static void (*free_func)(struct scsiemu_tm_buf *);
static struct scsiemu_tm_buf *chain, **chain_end = &chain;
static uint32_t chain_len;
static uint64_t bounce[1024];
static struct scsiemu_errmsg err;

static void die(const char *why)
{
	fprintf(stderr, "tmtgt: %s\n", why);
	exit(1);
}

/* An iSCSI TransportID has the name, then ",i,0x" and the ISID (SPC-5 7.6.4).
 */
static uint32_t id_of(void *ctx, const struct scsiemu_nexus *n)
{
	uint16_t len = 0;
	const uint8_t *tid = n ? scsiemu_nexus_transport_id(n, &len) : NULL;

	(void)ctx;
	for (uint32_t id = 0; tid && id < SCSIEMU_TM_IDS; id++) {
		size_t k = initiator[id] ? strlen(initiator[id]) : 0;

		if (k && len > 4 + k && tid[4 + k] == ',' &&
		    memcmp(tid + 4, initiator[id], k) == 0)
			return id;
	}
	return SCSIEMU_TM_IDS;
}

/* Buffers until the last one of a message; then all of them go back. */
static void receive(struct scsiemu_tm_buf *buf)
{
	*chain_end = buf;
	chain_end = &buf->next;
	buf->next = NULL;
	chain_len += buf->data_len;
	if (buf->user_flag & SCSIEMU_TM_MORE_DATA)
		return;
	printf("%u %u\n", buf->user_id, chain_len);
	while (chain) {
		struct scsiemu_tm_buf *b = chain;

		chain = b->next;
		fwrite(b->data_addr, 1, b->data_len, stdout);
		free_func(b);
	}
	putchar('\n');
	fflush(stdout);
	chain_end = &chain;
	chain_len = 0;
}

/* "ID=NAME" */
static void start_path(char *arg)
{
	struct scsiemu_tm_start s = {
		.size = sizeof(s),
		.buf_size = SCSIEMU_TM_BUF_SIZE,
		.num_bufs = NUM_BUFS,
		.recv_func = receive,
	};
	char *name;
	int error;

	s.id = (uint32_t)strtoul(arg, &name, 10);
	if (name == arg || *name != '=' || !name[1])
		die("an initiator must be ID=NAME");
	error = scsiemu_tmtgt_start(tm, &s);
	if (error) {
		fprintf(stderr,
			"tmtgt: %s: %s (an ID is 0 to 15, not %u, and "
			"named once)\n",
			arg, strerror(error), OWN_ID);
		exit(1);
	}
	initiator[s.id] = name + 1;
	free_func = s.free_func;
}

static void make_device(struct scsiemu_proc_options *o)
{
	struct scsiemu_tmtgt_config tcf = {
		.size = sizeof(tcf),
		.id = OWN_ID,
		.id_of = id_of,
		.allocator = &scsiemu_host_allocator,
	};
	struct scsiemu_lu_config cf = {
		.size = sizeof(cf),
		.type = &scsiemu_proc,
		.options = o,
	};
	struct scsiemu_limits l;

	tm = scsiemu_tmtgt_create(&tcf);
	*o = (struct scsiemu_proc_options){ sizeof(*o), &scsiemu_tmtgt_ops,
					    tm };
	scsiemu_host_limits(&l);
	l.lu_state = scsiemu_lu_state_size(&cf);
	dev = scsiemu_device_create(&l, &scsiemu_host_allocator);
	if (!tm || !dev || !scsiemu_lu_add(dev, 0, &cf) ||
	    scsiemu_pump_init(&pump, dev, bounce, sizeof(bounce)))
		die("out of memory");
}

static void on_signal(int sig)
{
	(void)sig;
	scsiemu_iscsi_server_stop(server);
}

/* The server, listening. */
static void listen_at(struct scsiemu_iscsi_node *node, const char *portal)
{
	struct scsiemu_iscsi_server_config f = {
		.size = sizeof(f),
		.allocator = &scsiemu_host_allocator,
		.node = node,
		.scratch = 16384,
	};
	struct scsiemu_iscsi_portal *p;
	struct scsiemu_iscsi_target *t;

	if (!scsiemu_iscsi_portal_text(node, portal, &err))
		die(err.text);
	t = scsiemu_iscsi_target_add(node, TARGET, &pump, &err);
	server = t ? scsiemu_iscsi_server_create(&f, &err) : NULL;
	if (!server)
		die(err.text);
	if (scsiemu_iscsi_ports(scsiemu_iscsi_server_engine(server), t) < 0)
		die("too many portals");
	if (scsiemu_iscsi_server_listen(server, &err))
		die(err.text);
	p = scsiemu_iscsi_portal_next(node, NULL);
	printf("listening on %s:%u\n", scsiemu_iscsi_portal_addr(p),
	       scsiemu_iscsi_portal_port(p));
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct scsiemu_proc_options options;
	struct scsiemu_iscsi_node *node;
	int failed;

	if (argc < 3) {
		fprintf(stderr, "usage: tmtgt ADDR:PORT ID=INITIATOR ...\n");
		return 2;
	}
	make_device(&options);
	for (int i = 2; i < argc; i++)
		start_path(argv[i]);
	node = scsiemu_iscsi_node_create(NULL, &err);
	if (!node)
		die(err.text);
	listen_at(node, argv[1]);
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
	failed = scsiemu_iscsi_server_run(server, &err) < 0;
	if (failed)
		fprintf(stderr, "tmtgt: %s\n", err.text);
	scsiemu_iscsi_server_destroy(server);
	scsiemu_tmtgt_destroy(tm);
	scsiemu_device_destroy(dev, &scsiemu_host_allocator);
	scsiemu_iscsi_node_destroy(node);
	return failed;
}
