/* SPDX-License-Identifier: BSD-2-Clause */
/* test_keys.c - every key with the values that matter: the exact answer, and
 * what the connection will run with. */
#include "login_kit.h"

#define P(f)                                                                   \
	offsetof(struct semu_iscsi_params, f),                                 \
		sizeof(((struct semu_iscsi_params *)0)->f)
#define NONE 0, 0

struct row {
	const char *say, *hear; /* one pair each, "" for no answer */
	size_t where, size;	/* the parameter it sets */
	uint32_t value;
};

static const struct row normal[] = {
	{ "HeaderDigest=None", "HeaderDigest=None", P(header_digest), 0 },
	{ "HeaderDigest=CRC32C", "HeaderDigest=CRC32C", P(header_digest), 1 },
	{ "HeaderDigest=CRC32C,None", "HeaderDigest=CRC32C", P(header_digest),
	  1 },
	{ "HeaderDigest=None,CRC32C", "HeaderDigest=None", P(header_digest),
	  0 },
	{ "HeaderDigest=X-md5,CRC32C", "HeaderDigest=CRC32C", P(header_digest),
	  1 },
	{ "HeaderDigest=crc32c", "HeaderDigest=Reject", P(header_digest), 0 },
	{ "HeaderDigest=", "HeaderDigest=Reject", P(header_digest), 0 },
	{ "HeaderDigest=,", "HeaderDigest=Reject", P(header_digest), 0 },
	{ "HeaderDigest=CRC32", "HeaderDigest=Reject", P(header_digest), 0 },
	{ "DataDigest=CRC32C,None", "DataDigest=CRC32C", P(data_digest), 1 },
	{ "DataDigest=None", "DataDigest=None", P(data_digest), 0 },
	{ "DataDigest=CRC32CC", "DataDigest=Reject", P(data_digest), 0 },

	{ "MaxConnections=1", "MaxConnections=1", NONE, 0 },
	{ "MaxConnections=65535", "MaxConnections=1", NONE, 0 },
	{ "MaxConnections=0", "MaxConnections=Reject", NONE, 0 },
	{ "MaxConnections=65536", "MaxConnections=Reject", NONE, 0 },

	{ "InitialR2T=Yes", "InitialR2T=Yes", P(initial_r2t), 1 },
	{ "InitialR2T=No", "InitialR2T=No", P(initial_r2t), 0 },
	{ "InitialR2T=no", "InitialR2T=Reject", P(initial_r2t), 1 },
	{ "InitialR2T=", "InitialR2T=Reject", P(initial_r2t), 1 },
	{ "InitialR2T=1", "InitialR2T=Reject", P(initial_r2t), 1 },
	{ "ImmediateData=Yes", "ImmediateData=Yes", P(immediate_data), 1 },
	{ "ImmediateData=No", "ImmediateData=No", P(immediate_data), 0 },
	{ "ImmediateData=Yes,No", "ImmediateData=Reject", P(immediate_data),
	  1 },

	{ "MaxRecvDataSegmentLength=512", "", P(max_xmit_dsl), 512 },
	{ "MaxRecvDataSegmentLength=0x10000", "", P(max_xmit_dsl), 65536 },
	{ "MaxRecvDataSegmentLength=16777215", "", P(max_xmit_dsl), 262144 },

	{ "MaxBurstLength=512", "MaxBurstLength=512", P(max_burst), 512 },
	{ "MaxBurstLength=0X200", "MaxBurstLength=512", P(max_burst), 512 },
	{ "MaxBurstLength=262144", "MaxBurstLength=262144", P(max_burst),
	  262144 },
	{ "MaxBurstLength=16777215", "MaxBurstLength=1048576", P(max_burst),
	  1048576 },
	{ "MaxBurstLength=16777216", "MaxBurstLength=Reject", P(max_burst),
	  262144 },
	{ "MaxBurstLength=511", "MaxBurstLength=Reject", P(max_burst), 262144 },
	{ "MaxBurstLength=0", "MaxBurstLength=Reject", P(max_burst), 262144 },
	{ "MaxBurstLength=-1", "MaxBurstLength=Reject", P(max_burst), 262144 },
	{ "MaxBurstLength=", "MaxBurstLength=Reject", P(max_burst), 262144 },
	{ "MaxBurstLength=512 ", "MaxBurstLength=Reject", P(max_burst),
	  262144 },
	{ "MaxBurstLength=01024", "MaxBurstLength=Reject", P(max_burst),
	  262144 },
	{ "MaxBurstLength=512~1024", "MaxBurstLength=Reject", P(max_burst),
	  262144 },
	{ "MaxBurstLength=18446744073709552128", "MaxBurstLength=Reject",
	  P(max_burst), 262144 },
	{ "MaxBurstLength=4294967808", "MaxBurstLength=Reject", P(max_burst),
	  262144 },
	{ "MaxBurstLength=0x", "MaxBurstLength=Reject", P(max_burst), 262144 },
	{ "MaxBurstLength=0xg", "MaxBurstLength=Reject", P(max_burst), 262144 },

	{ "FirstBurstLength=512", "FirstBurstLength=512", P(first_burst), 512 },
	{ "FirstBurstLength=65536", "FirstBurstLength=65536", P(first_burst),
	  65536 },
	{ "FirstBurstLength=16777215", "FirstBurstLength=262144",
	  P(first_burst), 262144 },
	{ "FirstBurstLength=511", "FirstBurstLength=Reject", P(first_burst),
	  65536 },
	{ "FirstBurstLength=16777216", "FirstBurstLength=Reject",
	  P(first_burst), 65536 },

	{ "DefaultTime2Wait=0", "DefaultTime2Wait=2", P(time2wait), 2 },
	{ "DefaultTime2Wait=30", "DefaultTime2Wait=30", P(time2wait), 30 },
	{ "DefaultTime2Wait=3600", "DefaultTime2Wait=3600", P(time2wait),
	  3600 },
	{ "DefaultTime2Wait=3601", "DefaultTime2Wait=Reject", P(time2wait), 2 },
	{ "DefaultTime2Retain=0", "DefaultTime2Retain=0", P(time2retain), 0 },
	{ "DefaultTime2Retain=20", "DefaultTime2Retain=0", P(time2retain), 0 },
	{ "DefaultTime2Retain=3601", "DefaultTime2Retain=Reject",
	  P(time2retain), 20 },

	{ "MaxOutstandingR2T=1", "MaxOutstandingR2T=1", P(max_outstanding_r2t),
	  1 },
	{ "MaxOutstandingR2T=16", "MaxOutstandingR2T=8", P(max_outstanding_r2t),
	  8 },
	{ "MaxOutstandingR2T=0", "MaxOutstandingR2T=Reject",
	  P(max_outstanding_r2t), 1 },
	{ "MaxOutstandingR2T=65536", "MaxOutstandingR2T=Reject",
	  P(max_outstanding_r2t), 1 },

	{ "DataPDUInOrder=No", "DataPDUInOrder=Yes", P(pdu_in_order), 1 },
	{ "DataPDUInOrder=Yes", "DataPDUInOrder=Yes", P(pdu_in_order), 1 },
	{ "DataPDUInOrder=Maybe", "DataPDUInOrder=Reject", P(pdu_in_order), 1 },
	{ "DataSequenceInOrder=No", "DataSequenceInOrder=Yes",
	  P(sequence_in_order), 1 },
	{ "DataSequenceInOrder=Yes", "DataSequenceInOrder=Yes",
	  P(sequence_in_order), 1 },

	{ "ErrorRecoveryLevel=0", "ErrorRecoveryLevel=0", NONE, 0 },
	{ "ErrorRecoveryLevel=2", "ErrorRecoveryLevel=0", NONE, 0 },
	{ "ErrorRecoveryLevel=3", "ErrorRecoveryLevel=Reject", NONE, 0 },

	{ "TaskReporting=RFC3720", "TaskReporting=RFC3720", P(task_reporting),
	  SEMU_ISCSI_REPORT_RFC3720 },
	{ "TaskReporting=FastAbort,ResponseFence,RFC3720",
	  "TaskReporting=ResponseFence", P(task_reporting),
	  SEMU_ISCSI_REPORT_FENCE },
	{ "TaskReporting=FastAbort", "TaskReporting=Reject", P(task_reporting),
	  SEMU_ISCSI_REPORT_RFC3720 },
	{ "iSCSIProtocolLevel=0", "iSCSIProtocolLevel=0", P(protocol_level),
	  0 },
	{ "iSCSIProtocolLevel=1", "iSCSIProtocolLevel=1", P(protocol_level),
	  1 },
	{ "iSCSIProtocolLevel=31", "iSCSIProtocolLevel=2", P(protocol_level),
	  2 },
	{ "iSCSIProtocolLevel=32", "iSCSIProtocolLevel=Reject",
	  P(protocol_level), 1 },

	{ "RDMAExtensions=Yes", "RDMAExtensions=No", NONE, 0 },
	{ "RDMAExtensions=No", "RDMAExtensions=No", NONE, 0 },
	{ "InitiatorRecvDataSegmentLength=65536",
	  "InitiatorRecvDataSegmentLength=Irrelevant", NONE, 0 },
	{ "TargetRecvDataSegmentLength=65536",
	  "TargetRecvDataSegmentLength=Irrelevant", NONE, 0 },
	{ "MaxOutstandingUnexpectedPDUs=0",
	  "MaxOutstandingUnexpectedPDUs=Irrelevant", NONE, 0 },
	{ "MaxAHSLength=256", "MaxAHSLength=Irrelevant", NONE, 0 },
	{ "TaggedBufferForSolicitedDataOnly=Yes",
	  "TaggedBufferForSolicitedDataOnly=Irrelevant", NONE, 0 },
	{ "iSERHelloRequired=No", "iSERHelloRequired=Irrelevant", NONE, 0 },

	{ "IFMarker=No", "IFMarker=Reject", NONE, 0 },
	{ "OFMarker=Yes", "OFMarker=Reject", NONE, 0 },
	{ "IFMarkInt=2048~2048", "IFMarkInt=Reject", NONE, 0 },
	{ "OFMarkInt=2048", "OFMarkInt=Reject", NONE, 0 },

	{ "SendTargets=All", "SendTargets=Reject", NONE, 0 },
	{ "TargetAlias=me", "TargetAlias=Reject", NONE, 0 },
	{ "TargetAddress=192.0.2.7", "TargetAddress=Reject", NONE, 0 },
	{ "TargetPortalGroupTag=1", "TargetPortalGroupTag=Reject", NONE, 0 },
	{ "AuthMethod=None", "AuthMethod=Reject", NONE, 0 },
	{ "CHAP_A=5", "CHAP_A=Reject", NONE, 0 },

	{ "X#NodeArchitecture=ExampleOS,v1", "", NONE, 0 },
	{ "InitiatorAlias=host", "", NONE, 0 },
	{ "InitiatorName=" IQN_I, "", NONE, 0 },
	{ "SessionType=Normal", "", NONE, 0 },
	{ "X-com.example.speed=9", "X-com.example.speed=NotUnderstood", NONE,
	  0 },
	{ "Turbo=Yes", "Turbo=NotUnderstood", NONE, 0 },
	{ "headerdigest=None", "headerdigest=NotUnderstood", NONE, 0 },
	{ "Q=", "Q=NotUnderstood", NONE, 0 },
};

/* Keys that mean nothing where no command is ever sent (RFC 7143 13). */
static const struct row discovery[] = {
	{ "MaxConnections=4", "MaxConnections=Irrelevant", NONE, 0 },
	{ "InitialR2T=No", "InitialR2T=Irrelevant", P(initial_r2t), 1 },
	{ "ImmediateData=No", "ImmediateData=Irrelevant", P(immediate_data),
	  1 },
	{ "MaxBurstLength=512", "MaxBurstLength=Irrelevant", P(max_burst),
	  262144 },
	{ "FirstBurstLength=512", "FirstBurstLength=Irrelevant", P(first_burst),
	  65536 },
	{ "MaxOutstandingR2T=4", "MaxOutstandingR2T=Irrelevant",
	  P(max_outstanding_r2t), 1 },
	{ "DataPDUInOrder=No", "DataPDUInOrder=Irrelevant", P(pdu_in_order),
	  1 },
	{ "DataSequenceInOrder=No", "DataSequenceInOrder=Irrelevant",
	  P(sequence_in_order), 1 },
	{ "TaskReporting=FastAbort", "TaskReporting=Irrelevant",
	  P(task_reporting), 0 },
	{ "iSCSIProtocolLevel=2", "iSCSIProtocolLevel=Irrelevant",
	  P(protocol_level), 1 },
	{ "HeaderDigest=CRC32C", "HeaderDigest=CRC32C", P(header_digest), 1 },
	{ "MaxRecvDataSegmentLength=4096", "", P(max_xmit_dsl), 4096 },
	{ "DefaultTime2Wait=4", "DefaultTime2Wait=4", P(time2wait), 4 },
	{ "DefaultTime2Retain=4", "DefaultTime2Retain=0", P(time2retain), 0 },
	{ "ErrorRecoveryLevel=1", "ErrorRecoveryLevel=0", NONE, 0 },
	{ "IFMarker=No", "IFMarker=Reject", NONE, 0 },
};

/* Operational keys before their stage: refused, and asked again later. */
static const char *const too_early[] = {
	"HeaderDigest",	       "DataDigest",	     "MaxConnections",
	"InitialR2T",	       "ImmediateData",	     "MaxRecvDataSegmentLength",
	"MaxBurstLength",      "FirstBurstLength",   "DefaultTime2Wait",
	"DefaultTime2Retain",  "MaxOutstandingR2T",  "DataPDUInOrder",
	"DataSequenceInOrder", "ErrorRecoveryLevel", "TaskReporting",
	"iSCSIProtocolLevel",  "RDMAExtensions",     "SendTargets",
};

static uint32_t param(const struct semu_iscsi_params *p, const struct row *r)
{
	uint8_t v8 = 0;
	uint16_t v16 = 0;
	uint32_t v32 = 0;
	const uint8_t *at = (const uint8_t *)p + r->where;

	if (r->size == 1)
		memcpy(&v8, at, 1);
	else if (r->size == 2)
		memcpy(&v16, at, 2);
	else
		memcpy(&v32, at, 4);
	return v8 + v16 + v32;
}

static void run(struct kit *k, const char *who, size_t who_len,
		const struct row *r)
{
	size_t hear = strlen(r->hear);

	kit_login(k);
	kit_send(k, OPER, who, who_len);
	assert_int_equal(k->next, SEMU_LOGIN_MORE);
	kit_send(k, OPER, r->say, strlen(r->say) + 1);
	kit_expect(k, SEMU_LOGIN_MORE, OPER, r->hear, hear ? hear + 1 : 0);
	if (r->size)
		assert_int_equal(param(&k->l.params, r), r->value);
}

static void test_normal(void **state)
{
	static struct kit k;

	(void)state;
	kit_open(&k, NULL);
	for (size_t i = 0; i < sizeof(normal) / sizeof(normal[0]); i++)
		run(&k, TEXT(WHO), &normal[i]);
	kit_close(&k);
}

static void test_discovery(void **state)
{
	static struct kit k;

	(void)state;
	kit_open(&k, NULL);
	for (size_t i = 0; i < sizeof(discovery) / sizeof(discovery[0]); i++)
		run(&k, TEXT(WHO_DISCOVER), &discovery[i]);
	kit_close(&k);
}

static void test_defaults(void **state)
{
	static struct kit k;
	const struct semu_iscsi_params *p = &k.l.params;

	(void)state;
	kit_open(&k, NULL);
	kit_send(&k, SECURITY | TO_FULL, TEXT(WHO));
	kit_expect(&k, SEMU_LOGIN_FULL, SECURITY | TO_FULL,
		   TEXT("TargetPortalGroupTag=1"));
	/* Straight to the full feature phase: RFC 7143's defaults. */
	assert_int_equal(p->max_recv_dsl, 8192);
	assert_int_equal(p->max_xmit_dsl, 8192);
	assert_int_equal(p->max_burst, 262144);
	assert_int_equal(p->first_burst, 65536);
	assert_int_equal(p->max_outstanding_r2t, 1);
	assert_int_equal(p->time2wait, 2);
	assert_int_equal(p->time2retain, 20);
	assert_int_equal(p->protocol_level, 1);
	assert_int_equal(p->task_reporting, SEMU_ISCSI_REPORT_RFC3720);
	assert_false(p->header_digest || p->data_digest);
	assert_true(p->initial_r2t && p->immediate_data);
	assert_true(p->pdu_in_order && p->sequence_in_order);
	kit_close(&k);
}

static void test_wrong_stage(void **state)
{
	static struct kit k;
	char say[80], hear[80];

	(void)state;
	kit_open(&k, NULL);
	for (size_t i = 0; i < sizeof(too_early) / sizeof(too_early[0]); i++) {
		size_t n = strlen(too_early[i]);

		memcpy(say, too_early[i], n);
		memcpy(hear, too_early[i], n);
		memcpy(say + n, "=Yes", 5);
		memcpy(hear + n, "=Reject", 8);
		kit_login(&k);
		kit_send(&k, SECURITY, TEXT(WHO));
		kit_send(&k, SECURITY, say, n + 5);
		kit_expect(&k, SEMU_LOGIN_MORE, SECURITY, hear, n + 8);
	}
	/* The refusal did not use the key up. */
	kit_login(&k);
	kit_send(&k, SECURITY | TO_OPER, TEXT(WHO "\0HeaderDigest=CRC32C"));
	kit_expect(&k, SEMU_LOGIN_MORE, SECURITY | TO_OPER,
		   TEXT("HeaderDigest=Reject\0TargetPortalGroupTag=1"));
	kit_send(&k, OPER, TEXT("HeaderDigest=CRC32C"));
	kit_expect(&k, SEMU_LOGIN_MORE, OPER,
		   TEXT("HeaderDigest=CRC32C\0"
			"MaxRecvDataSegmentLength=262144"));
	kit_close(&k);
}

/* Each of these ends the login. */
static void test_errors(void **state)
{
	static const struct {
		const char *text;
		size_t len;
	} bad[] = {
		{ TEXT("MaxRecvDataSegmentLength=511") },
		{ TEXT("MaxRecvDataSegmentLength=16777216") },
		{ TEXT("MaxRecvDataSegmentLength=") },
		{ TEXT("MaxRecvDataSegmentLength=8k") },
		/* negotiated twice */
		{ TEXT("HeaderDigest=None\0HeaderDigest=None") },
		{ TEXT("MaxBurstLength=1024\0X=1\0MaxBurstLength=1024") },
		{ TEXT("MaxBurstLength=1\0MaxBurstLength=1024") },
		{ TEXT("IFMarker=No\0IFMarker=No") },
		/* who changes */
		{ TEXT("InitiatorName=iqn.2026-01.test.host:two") },
		{ TEXT("TargetName=iqn.2026-01.test.target:other") },
		{ TEXT("SessionType=Discovery") },
	};
	static struct kit k;

	(void)state;
	kit_open(&k, NULL);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		kit_login(&k);
		kit_send(&k, OPER, TEXT(WHO));
		kit_send(&k, OPER, bad[i].text, bad[i].len);
		kit_refused(&k, SEMU_LOGIN_INITIATOR_ERROR);
	}
	/* ... or twice in two requests */
	kit_login(&k);
	kit_send(&k, OPER, TEXT(WHO "\0DataDigest=None"));
	kit_send(&k, OPER, TEXT("DataDigest=None"));
	kit_refused(&k, SEMU_LOGIN_INITIATOR_ERROR);
	kit_close(&k);
}

/* FirstBurstLength follows what stands around it, before or behind. */
static void test_first_burst(void **state)
{
	static struct kit k;

	(void)state;
	kit_open(&k, NULL);
	kit_send(&k, OPER, TEXT(WHO));
	kit_send(&k, OPER,
		 TEXT("FirstBurstLength=200000\0MaxBurstLength=100000"));
	kit_expect(&k, SEMU_LOGIN_MORE, OPER,
		   TEXT("MaxBurstLength=100000\0FirstBurstLength=100000"));
	kit_login(&k);
	kit_send(&k, OPER, TEXT(WHO));
	kit_send(&k, OPER,
		 TEXT("FirstBurstLength=4096\0ImmediateData=No\0"
		      "InitialR2T=Yes"));
	kit_expect(&k, SEMU_LOGIN_MORE, OPER,
		   TEXT("ImmediateData=No\0InitialR2T=Yes\0"
			"FirstBurstLength=Irrelevant"));
	assert_int_equal(k.l.params.first_burst, 65536);
	/* MaxBurstLength may also come a request later. */
	kit_login(&k);
	kit_send(&k, OPER, TEXT(WHO "\0FirstBurstLength=65536"));
	kit_send(&k, OPER | TO_FULL, TEXT("MaxBurstLength=4096"));
	kit_expect(&k, SEMU_LOGIN_FULL, OPER | TO_FULL,
		   TEXT("MaxBurstLength=4096"));
	assert_int_equal(k.l.params.first_burst, 4096);
	kit_close(&k);
}

static void test_limits_bound(void **state)
{
	struct scsiemu_iscsi_limits limits = {
		.size = sizeof(limits),
		.max_recv_dsl = 65536,
		.max_xmit_dsl = 16384,
		.max_burst = 131072,
		.first_burst = 8192,
		.max_outstanding_r2t = 2,
		.time2wait = 5,
		.protocol_level = 1,
	};
	static struct kit k;

	(void)state;
	kit_open(&k, &limits);
	kit_send(&k, OPER,
		 TEXT(WHO "\0MaxRecvDataSegmentLength=262144\0"
			  "MaxBurstLength=262144\0FirstBurstLength=262144\0"
			  "MaxOutstandingR2T=8\0DefaultTime2Wait=2\0"
			  "iSCSIProtocolLevel=2"));
	kit_expect(&k, SEMU_LOGIN_MORE, OPER,
		   TEXT("MaxBurstLength=131072\0MaxOutstandingR2T=2\0"
			"DefaultTime2Wait=5\0iSCSIProtocolLevel=1\0"
			"TargetPortalGroupTag=1\0FirstBurstLength=8192\0"
			"MaxRecvDataSegmentLength=65536"));
	assert_int_equal(k.l.params.max_recv_dsl, 65536);
	assert_int_equal(k.l.params.max_xmit_dsl, 16384);
	kit_close(&k);
}

/* What a Text Request may do (semu_iscsi_text). */
static void test_full_phase(void **state)
{
	static const struct {
		const char *say;
		size_t len;
		const char *hear;
		size_t hear_len;
	} good[] = {
		{ NOTHING, NOTHING },
		{ TEXT("MaxRecvDataSegmentLength=4096"), NOTHING },
		{ TEXT("InitiatorAlias=again"), NOTHING },
		{ TEXT("MaxBurstLength=512"), TEXT("MaxBurstLength=Reject") },
		{ TEXT("HeaderDigest=CRC32C"), TEXT("HeaderDigest=Reject") },
		{ TEXT("InitiatorName=" IQN_I), TEXT("InitiatorName=Reject") },
		{ TEXT("CHAP_A=5"), TEXT("CHAP_A=Reject") },
		{ TEXT("IFMarker=No"), TEXT("IFMarker=Reject") },
		{ TEXT("X-org.test=1\0Foo=2"),
		  TEXT("X-org.test=NotUnderstood\0Foo=NotUnderstood") },
	};
	static const struct {
		const char *say;
		size_t len;
	} bad[] = {
		{ TEXT("MaxRecvDataSegmentLength=511") },
		{ "HeaderDigest=None", 17 }, /* no NUL */
		{ TEXT("HeaderDigest") },
		{ TEXT("=1") },
		{ TEXT("SendTargets=All\0SendTargets=All") },
	};
	static struct kit k;
	bool more;

	(void)state;
	kit_open(&k, NULL);
	kit_send(&k, OPER | TO_FULL, TEXT(WHO));
	semu_iscsi_login_wipe(&k.l);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		int n = semu_iscsi_text(&k.l, (const uint8_t *)good[i].say,
					(uint32_t)good[i].len, k.out, 8192, 0,
					&more);

		assert_int_equal(n, good[i].hear_len);
		assert_memory_equal(k.out, good[i].hear, good[i].hear_len);
		assert_false(more);
	}
	assert_int_equal(k.l.params.max_xmit_dsl, 4096);
	assert_string_equal(k.l.alias, "again");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(semu_iscsi_text(&k.l,
						 (const uint8_t *)bad[i].say,
						 (uint32_t)bad[i].len, k.out,
						 8192, 0, &more),
				 -1);
	kit_close(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_normal),
		cmocka_unit_test(test_discovery),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_wrong_stage),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_first_burst),
		cmocka_unit_test(test_limits_bound),
		cmocka_unit_test(test_full_phase),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
