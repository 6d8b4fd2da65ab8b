/* SPDX-License-Identifier: BSD-2-Clause */
/* test_login.c - stages, flags, headers, continuation and limits of login. */
#include "login_kit.h"

#include <stdio.h>

/* Exactly what is on the wire, for one login in two requests. */
static void test_bytes(void **state)
{
	static const uint8_t first[48] = {
		0x23, 0x81, 0,	  0,	0, 0, 0, 23, /* T, CSG 0, NSG 1 */
		0x80, 1,    2,	  3,	4, 5, 0, 0,  /* ISID, TSIH as asked */
		0xa1, 0xa2, 0xa3, 0xa4,		     /* ITT */
	};
	static const uint8_t last[48] = {
		0x23, 0x87, 0, 0, 0, 0, 0, 32, /* T, CSG 1, NSG 3 */
		0x80, 1,    2, 3, 4, 5, 0, 0,  0xa1, 0xa2, 0xa3, 0xa4,
	};
	static struct kit k;

	(void)state;
	kit_open(&k, NULL);
	kit_send(&k, SECURITY | TO_OPER, TEXT(WHO "\0SessionType=Normal"));
	assert_memory_equal(k.rsp, first, 48);
	kit_expect(&k, SEMU_LOGIN_MORE, SECURITY | TO_OPER,
		   TEXT("TargetPortalGroupTag=1"));
	kit_send(&k, OPER | TO_FULL, NOTHING);
	assert_memory_equal(k.rsp, last, 48);
	kit_expect(&k, SEMU_LOGIN_FULL, OPER | TO_FULL,
		   TEXT("MaxRecvDataSegmentLength=262144"));
	assert_string_equal(k.l.initiator, IQN_I);
	assert_string_equal(k.l.target_name, IQN_T);
	assert_ptr_equal(k.l.target, k.target);
	assert_false(k.l.discovery);
	assert_memory_equal(k.l.isid, k.req + 8, 6);
	assert_int_equal(k.l.tsih, 0);
	assert_int_equal(k.l.cid, 0x1234);
	kit_close(&k);
}

/* Every T, C, CSG and NSG of a first request. */
static void test_first_flags(void **state)
{
	static const uint8_t legal_transit[] = { SECURITY | TO_OPER,
						 SECURITY | TO_FULL,
						 OPER | TO_FULL };
	static struct kit k;

	(void)state;
	kit_open(&k, NULL);
	for (unsigned f = 0; f < 256; f++) {
		uint8_t stage = f >> 2 & 3;
		bool legal = stage < 2 && !(f & T);

		/* Bits 4 and 5 are reserved: ignored. */
		for (int i = 0; i < 3; i++)
			legal |= (f & 0xcf) == legal_transit[i];
		kit_login(&k);
		kit_send(&k, (uint8_t)f, TEXT(WHO));
		if (!legal) {
			kit_refused(&k, SEMU_LOGIN_INITIATOR_ERROR);
			continue;
		}
		assert_int_equal(k.l.status, 0);
		assert_int_equal(k.next, (f & 0x83) == TO_FULL
						 ? SEMU_LOGIN_FULL
						 : SEMU_LOGIN_MORE);
		/* No T: NSG means nothing. C is answered empty. */
		assert_int_equal(k.rsp[1], f & T ? f & 0x8f : f & 0x0c);
		assert_true(f & C ? k.out_len == 0 : k.out_len > 0);
	}
	kit_close(&k);
}

/* Every pair of stages: what follows must be the stage that was agreed. */
static void test_second_stage(void **state)
{
	static const struct {
		uint8_t first, stage;
	} from[] = { { SECURITY, 0 }, { SECURITY | TO_OPER, 1 }, { OPER, 1 } };
	static struct kit k;

	(void)state;
	kit_open(&k, NULL);
	for (int i = 0; i < 3; i++)
		for (unsigned stage = 0; stage < 4; stage++) {
			kit_login(&k);
			kit_send(&k, from[i].first, TEXT(WHO));
			kit_send(&k, (uint8_t)CSG(stage), NOTHING);
			if (stage == from[i].stage)
				assert_int_equal(k.next, SEMU_LOGIN_MORE);
			else
				kit_refused(&k, SEMU_LOGIN_INITIATOR_ERROR);
		}
	/* Nothing follows the full feature phase. */
	kit_login(&k);
	kit_send(&k, OPER | TO_FULL, TEXT(WHO));
	kit_send(&k, OPER | TO_FULL, NOTHING);
	kit_refused(&k, SEMU_LOGIN_INITIATOR_ERROR);
	kit_close(&k);
}

static void test_header(void **state)
{
	static const struct {
		uint8_t at, value;
		uint16_t status;
	} bad[] = {
		{ 0, 0x01, SEMU_LOGIN_BAD_REQUEST }, /* SCSI Command */
		{ 0, 0x40, SEMU_LOGIN_BAD_REQUEST }, /* NOP-Out */
		{ 0, 0x44, SEMU_LOGIN_BAD_REQUEST }, /* Text */
		{ 3, 1, SEMU_LOGIN_BAD_VERSION },
		{ 3, 0xff, SEMU_LOGIN_BAD_VERSION },
		{ 4, 1, SEMU_LOGIN_INITIATOR_ERROR }, /* AHS */
	};
	/* These must stay as the first request had them. */
	static const uint8_t fixed[] = { 2, 8, 9, 13, 14, 15, 20, 21 };
	static struct kit k;

	(void)state;
	kit_open(&k, NULL);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		kit_login(&k);
		k.req[bad[i].at] = bad[i].value;
		kit_send(&k, OPER, TEXT(WHO));
		kit_refused(&k, bad[i].status);
	}
	for (size_t i = 0; i < sizeof(fixed); i++) {
		kit_login(&k);
		kit_send(&k, OPER, TEXT(WHO));
		k.req[fixed[i]] ^= 1;
		kit_send(&k, OPER, NOTHING);
		kit_refused(&k, SEMU_LOGIN_INITIATOR_ERROR);
	}
	/* A newer initiator that can also do version 0; a later tag. */
	kit_login(&k);
	k.req[2] = 3;
	k.req[14] = 0xbe;
	k.req[15] = 0xef;
	kit_send(&k, OPER, TEXT(WHO));
	assert_int_equal(k.next, SEMU_LOGIN_MORE);
	k.req[19]++;
	kit_send(&k, OPER | TO_FULL, NOTHING);
	assert_int_equal(k.next, SEMU_LOGIN_FULL);
	assert_int_equal(k.l.tsih, 0xbeef);
	kit_close(&k);
}

static void test_length_lies(void **state)
{
	static struct kit k;

	(void)state;
	kit_open(&k, NULL);
	k.req[1] = OPER;
	k.req[7] = 4; /* the header says 4, 8 came */
	k.next = semu_iscsi_login_pdu(&k.l, k.req, (const uint8_t *)"A=1\0B=2",
				      8, k.rsp, k.out, 8192, &k.out_len);
	kit_refused(&k, SEMU_LOGIN_INITIATOR_ERROR);
	kit_close(&k);
}

static void test_identity(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		uint16_t status;
	} row[] = {
		{ NOTHING, SEMU_LOGIN_MISSING },
		{ TEXT("TargetName=" IQN_T), SEMU_LOGIN_MISSING },
		{ TEXT("SessionType=Discovery"), SEMU_LOGIN_MISSING },
		{ TEXT("InitiatorName=" IQN_I), SEMU_LOGIN_MISSING },
		{ TEXT("InitiatorName=" IQN_I "\0SessionType=Normal"),
		  SEMU_LOGIN_MISSING },
		{ TEXT(WHO "\0SessionType=Other"), SEMU_LOGIN_SESSION_TYPE },
		{ TEXT(WHO "\0SessionType="), SEMU_LOGIN_SESSION_TYPE },
		{ TEXT(WHO "\0SessionType=normal"), SEMU_LOGIN_SESSION_TYPE },
		{ TEXT("InitiatorName=\0TargetName=" IQN_T),
		  SEMU_LOGIN_INITIATOR_ERROR },
		{ TEXT("InitiatorName=iqn.\0TargetName=" IQN_T),
		  SEMU_LOGIN_INITIATOR_ERROR },
		{ TEXT("InitiatorName=fred\0TargetName=" IQN_T),
		  SEMU_LOGIN_INITIATOR_ERROR },
		{ TEXT("InitiatorName=iqn.a b\0TargetName=" IQN_T),
		  SEMU_LOGIN_INITIATOR_ERROR },
		{ TEXT(WHO "\0InitiatorName=iqn.2026-01.test.host:2"),
		  SEMU_LOGIN_INITIATOR_ERROR },
		{ TEXT("InitiatorName=" IQN_I "\0TargetName=" IQN_T "x"),
		  SEMU_LOGIN_NOT_FOUND },
		{ TEXT("InitiatorName=" IQN_I "\0TargetName="),
		  SEMU_LOGIN_NOT_FOUND },
		{ TEXT("InitiatorName=" IQN_I "\0TargetName=disk"),
		  SEMU_LOGIN_NOT_FOUND },
		{ TEXT(WHO), SEMU_LOGIN_OK },
		{ TEXT(WHO "\0SessionType=Normal"), SEMU_LOGIN_OK },
		{ TEXT(WHO "\0" WHO), SEMU_LOGIN_OK },
		{ TEXT(WHO_DISCOVER), SEMU_LOGIN_OK },
		{ TEXT(WHO_DISCOVER "\0TargetName=" IQN_T), SEMU_LOGIN_OK },
		/* Names compare without case; hosts have '_' in them. */
		{ TEXT("InitiatorName=IQN.1991-05.com.microsoft:HOST_1\0"
		       "TargetName=IQN.2026-01.Test.Target:DISK"),
		  SEMU_LOGIN_OK },
		{ TEXT("InitiatorName=eui.0123456789abcdef\0TargetName=" IQN_T),
		  SEMU_LOGIN_OK },
	};
	static const uint8_t stages[] = { SECURITY, OPER };
	static struct kit k;

	(void)state;
	kit_open(&k, NULL);
	for (size_t i = 0; i < 2 * sizeof(row) / sizeof(row[0]); i++) {
		kit_login(&k);
		kit_send(&k, stages[i % 2], row[i / 2].text, row[i / 2].len);
		if (row[i / 2].status)
			kit_refused(&k, row[i / 2].status);
		else
			assert_int_equal(k.next, SEMU_LOGIN_MORE);
	}
	kit_login(&k);
	kit_send(&k, OPER, TEXT(WHO_DISCOVER "\0InitiatorAlias=\xc3\xa4"));
	kit_expect(&k, SEMU_LOGIN_MORE, OPER,
		   TEXT("MaxRecvDataSegmentLength=262144"));
	assert_true(k.l.discovery);
	assert_null(k.l.target);
	assert_string_equal(k.l.alias, "\xc3\xa4");
	kit_close(&k);
}

static void test_name_length(void **state)
{
	static struct kit k;
	char text[400];

	(void)state;
	kit_open(&k, NULL);
	for (size_t n = 222; n <= 225; n++) {
		size_t len = (size_t)0;

		memcpy(text, "InitiatorName=iqn.", 18);
		memset(text + 18, 'a', n - 4);
		len = 14 + n;
		text[len++] = 0;
		memcpy(text + len, "TargetName=" IQN_T,
		       sizeof("TargetName=" IQN_T));
		len += sizeof("TargetName=" IQN_T);
		kit_login(&k);
		kit_send(&k, OPER, text, len);
		if (n > 223)
			kit_refused(&k, SEMU_LOGIN_INITIATOR_ERROR);
		else
			assert_int_equal(strlen(k.l.initiator), n);
	}
	/* The alias ends at 255. */
	for (size_t n = 254; n <= 256; n++) {
		memcpy(text, "InitiatorAlias=", 15);
		memset(text + 15, 'a', n);
		text[15 + n] = 0;
		kit_login(&k);
		kit_send(&k, OPER, TEXT(WHO));
		kit_send(&k, OPER, text, n + 16);
		if (n > 255)
			kit_refused(&k, SEMU_LOGIN_INITIATOR_ERROR);
		else
			assert_int_equal(strlen(k.l.alias), n);
	}
	/* So does the value of a negotiated key. */
	memcpy(text, "HeaderDigest=None,", 18);
	memset(text + 18, 'a', 300);
	text[318] = 0;
	kit_login(&k);
	kit_send(&k, OPER, TEXT(WHO));
	kit_send(&k, OPER, text, 319);
	kit_refused(&k, SEMU_LOGIN_INITIATOR_ERROR);
	kit_close(&k);
}

/* The text may be cut anywhere, in any number of requests. */
static void test_continuation_in(void **state)
{
	static const char text[] = WHO "\0HeaderDigest=CRC32C\0X-a=1";
	static struct kit k;

	(void)state;
	kit_open(&k, NULL);
	for (size_t cut = 0; cut <= sizeof(text); cut++) {
		kit_login(&k);
		kit_send(&k, OPER | C, text, cut);
		kit_expect(&k, SEMU_LOGIN_MORE, OPER, NOTHING);
		kit_send(&k, OPER | TO_FULL, text + cut, sizeof(text) - cut);
		kit_expect(&k, SEMU_LOGIN_FULL, OPER | TO_FULL,
			   TEXT("HeaderDigest=CRC32C\0X-a=NotUnderstood\0"
				"TargetPortalGroupTag=1\0"
				"MaxRecvDataSegmentLength=262144"));
	}
	kit_login(&k);
	for (size_t i = 0; i < sizeof(text); i++) {
		kit_send(&k, OPER | C, text + i, 1);
		kit_expect(&k, SEMU_LOGIN_MORE, OPER, NOTHING);
	}
	kit_send(&k, OPER, NOTHING);
	assert_true(k.out_len > 0 && k.l.params.header_digest);
	kit_close(&k);
}

/* 1,000 keys nobody knows: their answers take three responses. */
static void test_continuation_out(void **state)
{
	static const char tail[] = "TargetPortalGroupTag=1\0"
				   "MaxRecvDataSegmentLength=262144";
	static char text[8192], want[32768], got[32768];
	static struct kit k;
	size_t len = sizeof(WHO), want_len = 0, got_len = 0;
	int responses = 0;

	(void)state;
	memcpy(text, WHO, sizeof(WHO));
	for (int i = 0; i < 1000; i++) {
		len += (size_t)snprintf(text + len, sizeof(text) - len,
					"K%d=", i) +
		       1;
		want_len += (size_t)snprintf(want + want_len,
					     sizeof(want) - want_len,
					     "K%d=NotUnderstood", i) +
			    1;
	}
	memcpy(want + want_len, tail, sizeof(tail));
	want_len += sizeof(tail);
	kit_open(&k, NULL);
	kit_send(&k, OPER | TO_FULL, text, len);
	for (;;) {
		memcpy(got + got_len, k.out, k.out_len);
		got_len += k.out_len;
		responses++;
		if (!(k.rsp[1] & C))
			break;
		assert_int_equal(k.rsp[1], OPER | C);
		assert_int_equal(k.next, SEMU_LOGIN_MORE);
		kit_send(&k, OPER | TO_FULL, NOTHING);
	}
	assert_int_equal(k.next, SEMU_LOGIN_FULL);
	assert_int_equal(k.rsp[1], OPER | TO_FULL);
	assert_int_equal(responses, 3);
	assert_int_equal(got_len, want_len);
	assert_memory_equal(got, want, want_len);
	/* While we speak, the initiator listens. */
	for (int i = 0; i < 2; i++) {
		kit_login(&k);
		kit_send(&k, OPER, text, len);
		assert_int_equal(k.rsp[1], OPER | C);
		if (i == 0)
			kit_send(&k, OPER, TEXT("DataDigest=None"));
		else
			kit_send(&k, OPER | C, NOTHING);
		kit_refused(&k, SEMU_LOGIN_INITIATOR_ERROR);
	}
	kit_close(&k);
}

static void test_limits(void **state)
{
	static char big[8200];
	static struct kit k;
	size_t sent = 0;

	(void)state;
	memset(big, 'a', sizeof(big));
	kit_open(&k, NULL);
	/* One PDU. */
	kit_send(&k, OPER | C, big, 8192);
	assert_int_equal(k.next, SEMU_LOGIN_MORE);
	kit_login(&k);
	kit_send(&k, OPER | C, big, 8193);
	kit_refused(&k, SEMU_LOGIN_INITIATOR_ERROR);
	/* All text of a login: 65,536 bytes pass, one more does not. */
	kit_login(&k);
	for (sent = 0; sent < 65536; sent += 8192) {
		kit_send(&k, OPER | C, big, 8192);
		assert_int_equal(k.next, SEMU_LOGIN_MORE);
	}
	kit_send(&k, OPER | C, big, 1);
	kit_refused(&k, SEMU_LOGIN_INITIATOR_ERROR);
	/* ... also when every text is complete. */
	kit_login(&k);
	kit_send(&k, OPER, TEXT(WHO));
	memcpy(big, "X-a=", 4);
	big[8191] = 0;
	for (sent = sizeof(WHO); sent + 8192 <= 65536; sent += 8192) {
		kit_send(&k, OPER, big, 8192);
		assert_int_equal(k.next, SEMU_LOGIN_MORE);
	}
	kit_send(&k, OPER, big, 8192);
	kit_refused(&k, SEMU_LOGIN_INITIATOR_ERROR);
	/* Requests: 256 in all. */
	kit_login(&k);
	kit_send(&k, OPER, TEXT(WHO));
	for (int i = 1; i < 256; i++) {
		kit_send(&k, OPER, NOTHING);
		assert_int_equal(k.next, SEMU_LOGIN_MORE);
	}
	kit_send(&k, OPER, NOTHING);
	kit_refused(&k, SEMU_LOGIN_INITIATOR_ERROR);
	kit_close(&k);
}

static void test_framing(void **state)
{
	static const struct {
		const char *text;
		size_t len;
	} bad[] = {
		{ WHO, sizeof(WHO) - 1 }, /* no NUL at the end */
		{ TEXT(WHO "\0HeaderDigest") },
		{ TEXT(WHO "\0=None") },
		{ TEXT(WHO "\0X-\x01=1") },
		{ TEXT(WHO "\0X-a=\xc0\xaf") },
		{ TEXT(WHO "\0X-a=\r\n") },
		{ TEXT(WHO "\0InitiatorAlias=\xff") },
	};
	static struct kit k;

	(void)state;
	kit_open(&k, NULL);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		kit_login(&k);
		kit_send(&k, OPER, bad[i].text, bad[i].len);
		kit_refused(&k, SEMU_LOGIN_INITIATOR_ERROR);
	}
	/* The error is found before anything is answered or applied. */
	kit_login(&k);
	kit_send(&k, OPER, TEXT(WHO));
	kit_send(&k, OPER, TEXT("HeaderDigest=CRC32C\0junk"));
	kit_refused(&k, SEMU_LOGIN_INITIATOR_ERROR);
	assert_false(k.l.params.header_digest);
	kit_close(&k);
}

static void test_methods(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		uint16_t status;
	} row[] = {
		{ TEXT("AuthMethod=None"), 0 },
		{ TEXT("AuthMethod=CHAP,None"), 0 },
		{ TEXT("AuthMethod=KRB5,SRP,None"), 0 },
		{ TEXT("AuthMethod=CHAP"), SEMU_LOGIN_AUTH_FAILED },
		{ TEXT("AuthMethod=none"), SEMU_LOGIN_AUTH_FAILED },
		{ TEXT("AuthMethod="), SEMU_LOGIN_AUTH_FAILED },
		{ TEXT("AuthMethod=None\0AuthMethod=None"),
		  SEMU_LOGIN_INITIATOR_ERROR },
		{ TEXT("CHAP_A=5"), SEMU_LOGIN_AUTH_FAILED },
		{ TEXT("AuthMethod=None\0CHAP_A=5"), SEMU_LOGIN_AUTH_FAILED },
	};
	static struct kit k;

	(void)state;
	kit_open(&k, NULL);
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		kit_login(&k);
		kit_send(&k, SECURITY, TEXT(WHO));
		kit_send(&k, SECURITY | TO_OPER, row[i].text, row[i].len);
		if (row[i].status)
			kit_refused(&k, row[i].status);
		else
			kit_expect(&k, SEMU_LOGIN_MORE, SECURITY | TO_OPER,
				   TEXT("AuthMethod=None"));
	}
	kit_close(&k);
}

/* The tag goes out once, in the first response with a text, and the alias. */
static void test_announce(void **state)
{
	static struct kit k;

	(void)state;
	kit_open(&k, NULL);
	assert_int_equal(scsiemu_iscsi_target_alias(k.target, "disks", NULL),
			 0);
	kit_send(&k, SECURITY | C, TEXT(WHO));
	kit_expect(&k, SEMU_LOGIN_MORE, SECURITY, NOTHING);
	kit_send(&k, SECURITY | TO_OPER, NOTHING);
	kit_expect(&k, SEMU_LOGIN_MORE, SECURITY | TO_OPER,
		   TEXT("TargetAlias=disks\0TargetPortalGroupTag=1"));
	kit_send(&k, OPER, NOTHING);
	kit_expect(&k, SEMU_LOGIN_MORE, OPER,
		   TEXT("MaxRecvDataSegmentLength=262144"));
	kit_send(&k, OPER | TO_FULL, NOTHING);
	kit_expect(&k, SEMU_LOGIN_FULL, OPER | TO_FULL, NOTHING);
	kit_close(&k);
}

static void test_refuse(void **state)
{
	static struct kit k;

	(void)state;
	kit_open(&k, NULL);
	kit_send(&k, OPER | TO_FULL, TEXT(WHO));
	assert_int_equal(k.next, SEMU_LOGIN_FULL);
	semu_iscsi_login_refuse(&k.l, k.rsp, &k.out_len,
				SEMU_LOGIN_NO_RESOURCES);
	k.next = SEMU_LOGIN_FAIL;
	kit_refused(&k, 0x0302);
	assert_int_equal(k.rsp[36], 3);
	assert_int_equal(k.rsp[37], 2);
	assert_int_equal(k.rsp[7], 0);
	kit_close(&k);
}

/* What the usual initiators send first, with everything they ask. */
static void test_field(void **state)
{
	static struct kit k;

	(void)state;
	kit_open(&k, NULL);
	kit_send(&k, OPER | TO_FULL,
		 TEXT(WHO "\0InitiatorAlias=host\0SessionType=Normal\0"
			  "HeaderDigest=None\0DataDigest=None\0"
			  "DefaultTime2Wait=2\0DefaultTime2Retain=0\0"
			  "IFMarker=No\0OFMarker=No\0ErrorRecoveryLevel=0\0"
			  "InitialR2T=No\0ImmediateData=Yes\0"
			  "MaxBurstLength=16776192\0FirstBurstLength=262144\0"
			  "MaxOutstandingR2T=1\0MaxConnections=1\0"
			  "DataPDUInOrder=Yes\0DataSequenceInOrder=Yes\0"
			  "MaxRecvDataSegmentLength=262144"));
	kit_expect(&k, SEMU_LOGIN_FULL, OPER | TO_FULL,
		   TEXT("HeaderDigest=None\0DataDigest=None\0"
			"DefaultTime2Wait=2\0DefaultTime2Retain=0\0"
			"IFMarker=Reject\0OFMarker=Reject\0"
			"ErrorRecoveryLevel=0\0InitialR2T=No\0"
			"ImmediateData=Yes\0MaxBurstLength=1048576\0"
			"MaxOutstandingR2T=1\0MaxConnections=1\0"
			"DataPDUInOrder=Yes\0DataSequenceInOrder=Yes\0"
			"TargetPortalGroupTag=1\0FirstBurstLength=262144\0"
			"MaxRecvDataSegmentLength=262144"));
	kit_close(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_first_flags),
		cmocka_unit_test(test_second_stage),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_length_lies),
		cmocka_unit_test(test_identity),
		cmocka_unit_test(test_name_length),
		cmocka_unit_test(test_continuation_in),
		cmocka_unit_test(test_continuation_out),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_framing),
		cmocka_unit_test(test_methods),
		cmocka_unit_test(test_announce),
		cmocka_unit_test(test_refuse),
		cmocka_unit_test(test_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
