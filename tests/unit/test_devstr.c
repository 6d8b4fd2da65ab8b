/* SPDX-License-Identifier: BSD-2-Clause */
/* Device strings: what they make, and what a wrong one is told. */
#include "host/devstr.h"

#include <scsiemu/exec.h>
#include <scsiemu/sbc.h>
#include <scsiemu/wire.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define LONG_100                                                               \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
	const char *device, *says; /* part of the message */
} wrong[] = {
	{ "", "\"\" is not a device type: write disk:..., tape:..." },
	{ "disc:mem,size=1M", "\"disc\" is not a device type" },
	{ "disk", "no store: add path=FILE, mem or null" },
	{ "library", "no directory: add dir=DIR" },
	{ "library:dir=x,slots=0", "slots=0 is not possible: it takes 1 to" },
	{ "library:dir=x,drives=65", "drives=65 is not possible" },
	{ "library:dir=x,slots=3,cartridges=4", "there are 3 slots" },
	{ "library:dir=x,cartridges=25", "there are 24 slots" },
	{ "library:dir=x,size=1K", "a cartridge has at least 65536" },
	{ "library:dir=x,unload=never", "it takes auto (the drive does) or" },
	{ "library:dir=x,move_time=3600001", "it takes 0 to 3600000 m" },
	{ "tape:mem,size=1M,move_time=1", "move_time is a library's" },
	{ "library:path=x", "path is a disk's: leave it out of a library" },
	{ "library:dir=x,thin", "thin is a disk's" },
	{ "library:dir=/dev/null", "not a directory" },
	{ "tape:mem,size=1M,slots=3", "slots is a library's: leave it out of" },
	{ "disk:mem,size=1M,dir=x", "dir is a library's: leave it out of a" },
	{ "tape", "no cartridge: add path=FILE, or mem" },
	{ "tape:mem,path=x,size=1M", "path and mem: keep one of them" },
	{ "tape:path=x,size=1M,readonly", "leave one of them out" },
	{ "tape:mem", "mem needs a size" },
	{ "tape:mem,size=1K", "size=1024: a cartridge has at least 65536" },
	{ "tape:mem,size=1M,thin", "thin is a disk's: leave it out of a tape" },
	{ "tape:mem,size=1M,partitions=5", "partitions=5 is not possible" },
	{ "tape:path=x,format=tap", "format=tap is not possible: it takes" },
	{ "tape:path=x,format", "format needs a value: format=..., native" },
	{ "tape:mem,size=1M,format=aws", "format is of a file" },
	{ "disk:mem,size=1M,format=aws", "format takes no value" },
	{ "disk:mem,size=1M,worm", "worm is a tape's: leave it out of a disk" },
	{ "proc:mem", "mem is a disk's: leave it out of a proc" },
	{ "proc:block=512", "block is a disk's" },
	{ "proc:size=1K", "size=1024: a processor keeps 4K to 1G of messages" },
	{ "proc:size=2G", "a processor keeps 4K to 1G" },
	{ "proc:vendor=A,vendor=B", "vendor is given twice" },
	{ "disk:", "an empty key" },
	{ "disk:mem,,size=1M", "an empty key" },
	{ "disk:mem,size=1M,", "an empty key" },
	{ "disk:size=1M", "no store" },
	{ "disk:mem", "mem needs a size: add size=64M" },
	{ "disk:null", "null needs a size" },
	{ "disk:mem,null,size=1M", "more than one of path, mem and null" },
	{ "disk:path=x,mem,size=1M", "more than one of path, mem and null" },
	{ "disk:mem,siez=1M", "unknown key \"siez\": did you mean \"size\"?" },
	{ "disk:mem,read-only,size=1M", "did you mean \"readonly\"?" },
	{ "disk:mem,colour=red",
	  "unknown key \"colour\": --help lists the keys" },
	{ "disk:mem,x=1", "--help lists the keys" },
	{ "disk:mem,=1", "unknown key \"\"" },
	{ "disk:mem," LONG_100 "=1", "unknown key \"aaaaaaaaaa" },
	{ "disk:mem,size=1M,size=2M", "size is given twice" },
	{ "disk:mem,mem,size=1M", "mem is given twice" },
	{ "disk:mem,size", "size needs a value: size=..., 1 or more bytes" },
	{ "disk:mem,size=", "size= is not possible: it takes 1 or more" },
	{ "disk:mem,size=0", "size=0 is not possible" },
	{ "disk:mem,size=1X", "with K M G T P" },
	{ "disk:mem,size=1MM", "size=1MM is not possible" },
	{ "disk:mem,size=-1", "size=-1 is not possible" },
	{ "disk:mem,size=99999999999999999999", "is not possible" },
	{ "disk:mem,size=9000P", "size=9000P is not possible" },
	{ "disk:mem,size=1000", "size=1000 is not whole blocks of 512 bytes" },
	{ "disk:mem,size=6K,block=4096", "not whole blocks of 4096" },
	{ "disk:mem,size=1M,block=513", "256, 512, 1024, 2048 or 4096" },
	{ "disk:mem,size=1M,block=128", "block=128 is not possible" },
	{ "disk:mem,size=1M,block=8192", "block=8192 is not possible" },
	{ "disk:mem,size=1M,exponent=16", "exponent=16 is not possible: it "
					  "takes 0 to 15" },
	{ "disk:mem,size=1M,exponent=1x", "exponent=1x is not possible" },
	{ "disk:mem,size=1M,thin=yes", "thin takes no value (\"yes\"" },
	{ "disk:mem,size=1M,readonly=", "readonly takes no value" },
	{ "disk:mem,size=1M,thin,readonly", "thin and readonly" },
	{ "disk:path=x,size=1M,readonly", "size creates a file and readonly" },
	{ "disk:path,size=1M", "path needs a value" },
	{ "disk:path=,size=1M", "path= is not possible" },
	{ "disk:mem,size=1M,vendor=TOOLONGNAME", "1 to 8 ASCII characters" },
	{ "disk:mem,size=1M,vendor=", "vendor= is not possible" },
	{ "disk:mem,size=1M,product=12345678901234567", "1 to 16 ASCII" },
	{ "disk:mem,size=1M,revision=12345", "1 to 4 ASCII" },
	{ "disk:mem,size=1M,serial=\xc3\xa4", "1 to 32 ASCII" },
	{ "disk:mem,size=1M,naa=3", "16 hexadecimal digits" },
	{ "disk:mem,size=1M,naa=1000000000000000", "the first 2, 3 or 5" },
	{ "disk:mem,size=1M,naa=300000000000000g", "16 hexadecimal digits" },
	{ "disk:mem,size=1M,version=8", "1 (SCSI-1), 2 (SCSI-2), 3 (SPC)" },
	{ "disk:mem,size=1M,version=12", "version=12 is not possible" },
	{ "disk:mem,size=1M,version=14", "version=14 is not possible" },
	{ "disk:mem,size=1M,version=0", "version=0 is not possible" },
	{ "disk:mem,size=1M,version=2,aca", "aca with version=2: a disk has "
					    "that from version=3 on" },
	{ "disk:mem,size=1M,version=4,alua=both", "alua with version=4" },
	{ "disk:mem,size=1M,format,version=4,elements=4",
	  "elements with version=4" },
	{ "disk:mem,size=1M,hints=4,version=4", "hints with version=4" },
	{ "disk:mem,size=1M,version=4,pi=1", "pi with version=4" },
	{ "disk:mem,size=1M,version=4,priorities", "priorities with" },
	{ "disk:mem,size=1M,version=4,scan", "scan with version=4" },
	{ "disk:mem,size=1M,version=1,streams=4", "streams with version=1" },
	{ "disk:mem,size=1M,thin,version=3,thresholds", "thresholds with" },
	{ "disk:mem,size=8M,version=4,zoned=managed", "from version=5 on; "
						      "leave one of them" },
	{ "disk:mem,size=1M,pi=4", "pi=4 is not possible: it takes 0 to 3" },
	{ "disk:mem,size=1M,pi=10", "pi=10 is not possible" },
	{ "disk:mem,size=1M,pi=1,pi_exponent=5", "0 to 4" },
	{ "disk:mem,size=1M,pi=1,pi_exponent=2", "intervals of less than 256" },
	{ "disk:mem,size=1M,pi_exponent=1", "pi_exponent without pi" },
	{ "disk:path=x,size=1M,pi_store=side", "pi_store without pi" },
	{ "disk:path=x,size=1M,pi=1,pi_store=here", "interleaved or side" },
	{ "disk:mem,size=1M,pi=1,pi_store=side", "where a file has it" },
	{ "disk:mem,size=1M,alua=", "implicit, explicit or both" },
	{ "disk:mem,size=1M,alua=bot", "alua=bot is not possible" },
	{ "disk:mem,size=1M,alua=boths", "implicit, explicit or both" },
	{ "disk:mem,size=1M,groups=1:standby", "groups without alua" },
	{ "disk:mem,size=1M,transition=9", "transition without alua" },
	{ "disk:mem,size=1M,alua=both,transition=0", "1 to 3600000" },
	{ "disk:mem,size=1M,alua=both,groups=", "ID:STATE" },
	{ "disk:mem,size=1M,alua=both,groups=:offline", "ID:STATE" },
	{ "disk:mem,size=1M,alua=both,groups=65536:offline", "ID:STATE" },
	{ "disk:mem,size=1M,alua=both,groups=1", "ID:STATE" },
	{ "disk:mem,size=1M,alua=both,groups=1:", "ID:STATE" },
	{ "disk:mem,size=1M,alua=both,groups=1:off", "ID:STATE" },
	{ "disk:mem,size=1M,alua=both,groups=1:offline+", "ID:STATE" },
	{ "disk:mem,size=1M,alua=both,groups=1:offline**", "ID:STATE" },
	{ "disk:mem,size=1M,alua=both,groups=1:offline+1:lba", "ID:STATE" },
	{ "disk:mem,size=1M,alua=both,groups="
	  "1:lba+2:lba+3:lba+4:lba+5:lba+6:lba+7:lba+8:lba+9:lba+10:lba+"
	  "11:lba+12:lba+13:lba+14:lba+15:lba+16:lba+17:lba",
	  "at most 16" },
	{ "disk:mem,size=1M,nv=", "the path of a file for saved state" },
	{ "disk:path=/nonexistent/dir/x", "/nonexistent/dir/x: does not" },
	{ "disk:path=/", "is a directory" },
};

static void test_wrong(void **state)
{
	struct scsiemu_host_lu h;
	struct scsiemu_errmsg err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		memset(&err, 0x55, sizeof(err));
		assert_int_equal(scsiemu_host_open(&h, wrong[i].device, &err),
				 -1);
		assert_non_null(memchr(err.text, 0, sizeof(err.text)));
		if (!strstr(err.text, wrong[i].says))
			fail_msg("%s: \"%s\" without \"%s\"", wrong[i].device,
				 err.text, wrong[i].says);
	}
}

static void test_too_long(void **state)
{
	char device[4096] = "disk:path=";
	struct scsiemu_host_lu h;
	struct scsiemu_errmsg err;

	(void)state;
	memset(device + 10, 'x', sizeof(device) - 11);
	assert_int_equal(scsiemu_host_open(&h, device, &err), -1);
	assert_non_null(strstr(err.text, "longer than 1023 bytes"));
	device[10 + 1030] = 0; /* the item fits, the path does not */
	assert_int_equal(scsiemu_host_open(&h, device, &err), -1);
	assert_non_null(strstr(err.text, "path=xxx"));
}

static void test_all_keys(void **state)
{
	struct scsiemu_errmsg err;
	struct semu_devstr s;

	(void)state;
	assert_int_equal(
		semu_devstr_parse(
			&s,
			"disk:path=a\\,b.img,size=3G,block=4096,exponent=3,"
			"thin,removable,vendor=ACME,product=Fine Disk,"
			"revision=1.02,serial=X1,naa=500aBcDeF0123456,"
			"version=5,nv=a.nv,alua=explicit,transition=250,"
			"priorities,logs,deferred,power,"
			"groups=1:optimized*+65535:nonoptimized+3:standby+"
			"4:unavailable+5:lba+6:offline*",
			&err),
		0);
	assert_string_equal(s.path, "a,b.img");
	assert_true(s.size == 3ull << 30);
	assert_int_equal(s.block, 4096);
	assert_int_equal(s.exponent, 3);
	assert_true(s.thin && s.removable && !s.readonly);
	assert_string_equal(s.text.vendor, "ACME");
	assert_string_equal(s.text.product, "Fine Disk");
	assert_string_equal(s.text.revision, "1.02");
	assert_string_equal(s.text.serial, "X1");
	assert_true(s.naa == 0x500abcdef0123456);
	assert_int_equal(s.version, 5);
	assert_string_equal(s.nv, "a.nv");
	assert_int_equal(s.tpgs, SCSIEMU_ALUA_EXPLICIT);
	assert_int_equal(s.transition, 250);
	assert_true(s.priorities && s.logs && s.deferred && s.power);
	assert_int_equal(s.groups.n, 6);
	assert_int_equal(s.groups.group[0].state, SCSIEMU_OPTIMIZED);
	assert_true(s.groups.group[0].preferred);
	assert_int_equal(s.groups.group[1].id, 65535);
	assert_int_equal(s.groups.group[1].state, SCSIEMU_NON_OPTIMIZED);
	assert_false(s.groups.group[1].preferred);
	assert_int_equal(s.groups.group[2].state, SCSIEMU_STANDBY);
	assert_int_equal(s.groups.group[3].state, SCSIEMU_UNAVAILABLE);
	assert_int_equal(s.groups.group[4].state, SCSIEMU_LBA_DEPENDENT);
	assert_int_equal(s.groups.group[5].state, SCSIEMU_OFFLINE);
	assert_true(s.groups.group[5].preferred);
	assert_ptr_equal(s.type, &scsiemu_sbc);
}

static void test_sizes(void **state)
{
	static const struct {
		const char *text;
		uint64_t bytes;
	} sizes[] = { { "512", 512 },	    { "1K", 1024 },
		      { "64M", 64 << 20 },  { "1G", 1ull << 30 },
		      { "2T", 2ull << 40 }, { "8191P", 8191ull << 50 } };
	struct scsiemu_errmsg err;
	struct semu_devstr s;
	char device[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		snprintf(device, sizeof(device), "disk:null,size=%s",
			 sizes[i].text);
		assert_int_equal(semu_devstr_parse(&s, device, &err), 0);
		assert_true(s.size == sizes[i].bytes);
		assert_int_equal(s.block, 512);
	}
}

static struct scsiemu_device *device_of(uint32_t lus)
{
	struct scsiemu_limits l = { .size = sizeof(l), .lus = lus };
	struct scsiemu_device *d =
		scsiemu_device_create(&l, &scsiemu_host_allocator);

	assert_non_null(d);
	return d;
}

static void test_attach(void **state)
{
	struct scsiemu_device *d = device_of(2);
	struct scsiemu_host_lu a, b;
	struct scsiemu_errmsg err;

	(void)state;
	assert_int_equal(
		scsiemu_host_open(&a, "disk:mem,size=1M,vendor=ACME", &err), 0);
	assert_string_equal(a.summary, "disk in memory, 1 MiB, 512-byte "
				       "blocks");
	assert_string_equal(a.config->vendor, "ACME");
	assert_null(a.config->product);
	assert_int_equal(scsiemu_host_attach(&a, d, 3, &err), 0);
	assert_int_equal(scsiemu_lu_lun(a.lu), 3);
	assert_null(a.config);
	assert_int_equal(scsiemu_host_attach(&a, d, 4, &err), -1);
	assert_non_null(strstr(err.text, "attached already"));
	assert_ptr_equal(scsiemu_lu_medium(a.lu), &a.medium);
	assert_int_equal(a.medium.nblk, 2048);
	assert_int_equal(
		scsiemu_host_open(&b, "disk:null,size=1T,readonly,block=4096",
				  &err),
		0);
	assert_string_equal(b.summary, "disk null, 1 TiB, 4096-byte blocks, "
				       "read-only");
	assert_int_equal(scsiemu_host_attach(&b, d, 3, &err), -1);
	assert_non_null(strstr(err.text, "LUN 3 cannot be added"));
	assert_null(b.lu);
	assert_int_equal(scsiemu_host_attach(&b, d, 4, &err), 0);
	assert_int_equal(scsiemu_host_close(&a, &err), 0);
	assert_int_equal(scsiemu_host_close(&b, &err), 0);
	scsiemu_device_destroy(d, &scsiemu_host_allocator);
}

static void serial_of(const char *device, const char *target, uint16_t lun,
		      const char *serial)
{
	struct scsiemu_host_lu h;
	struct scsiemu_errmsg err;

	assert_int_equal(scsiemu_host_open(&h, device, &err), 0);
	scsiemu_host_serial(&h, target, lun);
	assert_string_equal(h.config->serial, serial);
	assert_int_equal(scsiemu_host_close(&h, &err), 0);
}

/* A tape drive: it is ready, and its cartridge is closed with it. */
static void test_tape(void **state)
{
	static const uint8_t lun[8], ready[6];
	struct scsiemu_host_device h = { .units = NULL };
	static uint64_t scratch[2048];
	struct scsiemu_exec x = { .cdb = ready,
				  .cdb_len = sizeof(ready),
				  .scratch = scratch,
				  .scratch_len = sizeof(scratch) };
	struct scsiemu_errmsg err;

	(void)state;
	assert_int_equal(scsiemu_host_device_add(
				 &h, "tape:mem,size=1M,partitions=2", &err),
			 0);
	assert_int_equal(scsiemu_host_device_open(&h, "t", NULL, &err), 0);
	for (unsigned i = 0; i < 3; i++) /* power on, a cartridge */
		assert_int_equal(scsiemu_exec(&h.pump,
					      scsiemu_lu_find(h.dev, lun), &x,
					      NULL, NULL),
				 0);
	assert_int_equal(x.status, SCSIEMU_GOOD);
	assert_string_equal(h.units->host.summary, "tape in memory, 1 MiB");
	scsiemu_host_device_close(&h, &err);
}

/* Made by its size, and there without it. */
static void test_tape_file(void **state)
{
	struct scsiemu_host_lu h;
	struct scsiemu_errmsg err;
	char dir[] = "/tmp/tape.XXXXXX", made[128], there[96], path[64];

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/a.tape", dir);
	snprintf(there, sizeof(there), "tape:path=%s", path);
	snprintf(made, sizeof(made), "%s,size=1G", there);
	assert_int_equal(scsiemu_host_open(&h, there, &err), -1);
	assert_int_equal(scsiemu_host_open(&h, made, &err), 0);
	assert_int_equal(scsiemu_host_close(&h, &err), 0);
	assert_int_equal(scsiemu_host_open(&h, there, &err), 0);
	assert_non_null(strstr(h.summary, "a.tape, 1 GiB"));
	assert_int_equal(scsiemu_host_close(&h, &err), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
}

/* By target and LUN, the same for ever; a given one stays. */
static void test_serial(void **state)
{
	(void)state;
	serial_of("disk:null,size=1M", "iqn.x:a", 0x105, "1C4ED06FA29E2C86");
	serial_of("disk:null,size=1M", "iqn.x:a", 0x501, "1C413C6FA292A6AE");
	serial_of("disk:null,size=1M", "iqn.x:b", 0x105, "3644776FB150659B");
	serial_of("disk:null,size=1M,serial=S1", "iqn.x:b", 0x105, "S1");
}

static int foreign(void *nv, uint32_t id, void *buf, uint32_t *len)
{
	(void)nv;
	memset(buf, 0xff, 7);
	*len = id == SCSIEMU_NV_MODE ? 7 : 0;
	return 0;
}

/* Saved state of something else: said, and nothing is attached. */
static void test_foreign_state(void **state)
{
	static const struct scsiemu_nv_ops ops = { .size = sizeof(ops),
						   .load = foreign };
	struct scsiemu_device *d = device_of(1);
	struct scsiemu_host_lu h;
	struct scsiemu_errmsg err;

	(void)state;
	assert_int_equal(scsiemu_host_open(&h, "disk:mem,size=1M", &err), 0);
	h.nv.ops = h.config->nv = &ops;
	assert_int_equal(scsiemu_host_attach(&h, d, 0, &err), -1);
	assert_non_null(strstr(err.text, "nv: the saved mode pages are"));
	assert_null(h.lu);
	h.nv.ops = h.config->nv = NULL;
	assert_int_equal(scsiemu_host_attach(&h, d, 0, &err), 0);
	scsiemu_host_close(&h, &err);
	scsiemu_device_destroy(d, &scsiemu_host_allocator);
}

static void test_file(void **state)
{
	char dir[] = "/tmp/devstr-XXXXXX", text[256], path[64], nv[64];
	struct scsiemu_host_lu h;
	struct scsiemu_errmsg err;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/a.img", dir);
	snprintf(nv, sizeof(nv), "%s/a.nv", dir);
	snprintf(text, sizeof(text), "disk:path=%s,size=1M,nv=%s", path, nv);
	assert_int_equal(scsiemu_host_open(&h, text, &err), 0);
	assert_non_null(h.config->nv);
	assert_int_equal(scsiemu_host_close(&h, &err), 0);
	/* nv cannot be opened: the file is not left open (nor locked) */
	snprintf(text, sizeof(text), "disk:path=%s,nv=%s", path, dir);
	assert_int_equal(scsiemu_host_open(&h, text, &err), -1);
	snprintf(text, sizeof(text), "disk:path=%s,readonly", path);
	assert_int_equal(scsiemu_host_open(&h, text, &err), 0);
	assert_int_equal(h.medium.nblk, 2048);
	assert_int_equal(scsiemu_host_close(&h, &err), 0);
	unlink(path);
	unlink(nv);
	assert_int_equal(rmdir(dir), 0);
}

static void test_last_flush(void **state)
{
	struct scsiemu_fault f = { .ops = 1u << SCSIEMU_BOP_FLUSH,
				   .result = SCSIEMU_E_WRITE };
	struct scsiemu_wrap_fault *w;
	struct scsiemu_host_lu h;
	struct scsiemu_errmsg err;
	int hangs;

	(void)state;
	for (hangs = 0; hangs < 2; hangs++) {
		char dir[] = "/tmp/devstr-XXXXXX", text[128], path[40];

		assert_non_null(mkdtemp(dir));
		snprintf(path, sizeof(path), "%s/a.img", dir);
		snprintf(text, sizeof(text), "disk:path=%s,size=1M", path);
		assert_int_equal(scsiemu_host_open(&h, text, &err), 0);
		assert_int_equal(scsiemu_wrap_fault(&h.medium, &w, &err), 0);
		f.hangs = hangs;
		assert_int_equal(scsiemu_fault_add(w, &f), 0);
		assert_int_equal(scsiemu_host_close(&h, &err), -1);
		assert_non_null(strstr(err.text, "the last flush failed"));
		unlink(path);
		rmdir(dir);
	}
}

/* A disk of a device string has the groups that it names, and deferred errors.
 */
static void test_groups(void **state)
{
	static const struct scsiemu_sense lost = { .key = 3, .asc = 0x0c00 };
	struct scsiemu_limits l = { .size = sizeof(l) };
	struct scsiemu_device *d;
	struct scsiemu_host_lu h;
	struct scsiemu_errmsg err;

	(void)state;
	d = scsiemu_device_create(&l, &scsiemu_host_allocator);
	assert_non_null(d);
	assert_int_equal(scsiemu_host_open(&h,
					   "disk:null,size=1M,alua=implicit,"
					   "groups=7:standby,deferred",
					   &err),
			 0);
	assert_int_equal(scsiemu_host_attach(&h, d, 0, &err), 0);
	assert_int_equal(scsiemu_lu_access_of(h.lu, 7), SCSIEMU_STANDBY);
	assert_int_equal(scsiemu_lu_access(h.lu, 7, SCSIEMU_OPTIMIZED), 0);
	assert_int_equal(scsiemu_lu_access_of(h.lu, 7), SCSIEMU_OPTIMIZED);
	assert_int_equal(scsiemu_lu_deferred(h.lu, NULL, &lost), 0);
	scsiemu_lu_remove(h.lu);
	assert_int_equal(scsiemu_host_close(&h, &err), 0);
	scsiemu_device_destroy(d, &scsiemu_host_allocator);
}

static void test_help(void **state)
{
	static const char *const keys[] = {
		"path=",      "mem ",	   "null ",	  "size=",
		"block=",     "exponent=", "thin ",	  "readonly ",
		"removable ", "vendor=",   "product=",	  "revision=",
		"serial=",    "naa=",	   "version=",	  "nv=",
		"alua=",      "groups=",   "transition=", "priorities ",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		assert_non_null(strstr(scsiemu_host_help(), keys[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_all_keys),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_attach),
		cmocka_unit_test(test_tape),
		cmocka_unit_test(test_tape_file),
		cmocka_unit_test(test_serial),
		cmocka_unit_test(test_foreign_state),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_last_flush),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
