/* SPDX-License-Identifier: BSD-2-Clause */
/* examples/exec.c - a disk in memory answers INQUIRY, without any transport. */
#include <scsiemu/exec.h>
#include <scsiemu/host.h>
#include <stdio.h>

int main(void)
{
	static const uint8_t inquiry[6] = { 0x12, 0, 0, 0, 36 };
	static uint64_t bounce[1024], in[5];
	struct scsiemu_exec x = { .cdb = inquiry, .cdb_len = 6 };
	struct scsiemu_limits l = { .size = sizeof(l) };
	struct scsiemu_errmsg err = { "out of memory" };
	struct scsiemu_device *d;
	struct scsiemu_host_lu disk;
	struct scsiemu_pump pump;

	x.in = in;
	x.in_len = sizeof(in);
	d = scsiemu_device_create(&l, &scsiemu_host_allocator);
	if (!d || scsiemu_host_open(&disk, "disk:mem,size=64M", &err) ||
	    scsiemu_host_attach(&disk, d, 0, &err) ||
	    scsiemu_pump_init(&pump, d, bounce, sizeof(bounce)) ||
	    scsiemu_exec(&pump, disk.lu, &x, NULL, NULL))
		return puts(err.text), 1;
	printf("status %02x: %.24s\n", x.status, (const char *)(in + 1));
	scsiemu_host_close(&disk, &err);
	scsiemu_device_destroy(d, &scsiemu_host_allocator);
	return 0;
}
