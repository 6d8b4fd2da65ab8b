/* SPDX-License-Identifier: BSD-2-Clause */
/* examples/exec.c - a disk in memory answers INQUIRY, without any transport. */
#include <scsiemu/exec.h>
#include <scsiemu/host.h>
#include <stdio.h>

int main(void)
{
	static const uint8_t inquiry[6] = { 0x12, 0, 0, 0, 36 };
	static uint64_t bounce[1024];
	uint8_t in[36] = { 0 };
	struct scsiemu_exec x = { .cdb = inquiry,
				  .cdb_len = sizeof(inquiry),
				  .in = in,
				  .in_len = sizeof(in) };
	struct scsiemu_limits l = { .size = sizeof(l),
				    .cmd_size = sizeof(struct scsiemu_task) };
	struct scsiemu_device *d =
		scsiemu_device_create(&l, &scsiemu_host_allocator);
	struct scsiemu_host_lu disk;
	struct scsiemu_errmsg err = { "out of memory" };
	struct scsiemu_pump pump;

	if (!d || scsiemu_host_open(&disk, "disk:mem,size=64M", &err) ||
	    scsiemu_host_attach(&disk, d, 0, &err) ||
	    scsiemu_pump_init(&pump, d, bounce, sizeof(bounce)) ||
	    scsiemu_exec(&pump, disk.lu, &x, NULL, NULL))
		return fprintf(stderr, "%s\n", err.text), 1;
	printf("status %02x: %.8s %.16s\n", x.status, in + 8, in + 16);
	scsiemu_host_close(&disk, &err);
	scsiemu_device_destroy(d, &scsiemu_host_allocator);
	return 0;
}
