/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * examples/firmware.c - a disk in a microcontroller: static memory, one
 * 512-byte buffer, a polled main loop, no operating system and no allocation.
 * The "board" is a RAM medium and a mailbox with a few commands in it; replace
 * the board_ functions by those of your bus and your flash.
 */
#include <scsiemu/exec.h>
#include <scsiemu/sbc.h>
#include <scsiemu/wire.h>

#include <string.h>

enum { BLOCK = 512, BLOCKS = 64 };

static uint64_t device_mem[2048];     /* scsiemu_device_init() */
static uint64_t buffer[BLOCK / 8];    /* scratch, and the bulk data's way */
static uint8_t flash[BLOCKS * BLOCK]; /* the medium */
static uint8_t wire[2 * BLOCK];	      /* the initiator's memory */
static uint32_t wire_in, wire_out;    /* bytes sent and taken */
static struct scsiemu_cmd command;    /* one at a time */

/* The bus: bytes come and go in order. */
static int board_send(void *ctx, const void *buf, uint32_t len)
{
	(void)ctx;
	memcpy(wire + wire_in, buf, len);
	wire_in += len;
	return SCSIEMU_OK;
}

static int board_recv(void *ctx, void *buf, uint32_t len)
{
	(void)ctx;
	memcpy(buf, wire + wire_out, len);
	wire_out += len;
	return SCSIEMU_OK;
}

static int board_read(void *ctx, struct scsiemu_lu *lu, uint64_t lba,
		      uint32_t skip, void *buf, uint32_t len)
{
	(void)ctx, (void)lu;
	memcpy(buf, flash + lba * BLOCK + skip, len);
	return SCSIEMU_OK;
}

static int board_write(void *ctx, struct scsiemu_lu *lu, uint64_t lba,
		       uint32_t skip, const void *buf, uint32_t len)
{
	(void)ctx, (void)lu;
	memcpy(flash + lba * BLOCK + skip, buf, len);
	return SCSIEMU_OK;
}

static const struct scsiemu_chunk_io board = { .send = board_send,
					       .recv = board_recv,
					       .read = board_read,
					       .write = board_write };

/* One command from the mailbox, to its end. */
static uint8_t execute(struct scsiemu_lu *lu, const uint8_t *cdb, uint16_t len,
		       uint32_t in_len, uint32_t out_len)
{
	int w;

	wire_in = wire_out = 0;
	command.cdb = cdb;
	command.cdb_len = len;
	command.in_len = in_len;
	command.out_len = out_len;
	command.scratch = (uint8_t *)buffer;
	command.scratch_len = sizeof(buffer);
	for (w = scsiemu_start(lu, &command); w > SCSIEMU_WAIT;)
		w = scsiemu_chunk_step(&command, buffer, sizeof(buffer),
				       &board);
	if (w != SCSIEMU_DONE || scsiemu_end(&command))
		return SCSIEMU_BUSY;
	return command.status;
}

/* The mailbox: write two blocks, read them back, compare. */
static int serve(struct scsiemu_lu *lu)
{
	static const uint8_t ready[6];
	static const uint8_t write10[10] = { 0x2a, 0, 0, 0, 0, 7, 0, 0, 2 };
	static const uint8_t read10[10] = { 0x28, 0, 0, 0, 0, 7, 0, 0, 2 };
	uint32_t i;

	execute(lu, ready, 6, 0, 0); /* reports that power came on */
	if (execute(lu, ready, 6, 0, 0))
		return 1;
	for (i = 0; i < sizeof(wire); i++)
		wire[i] = (uint8_t)(i * 7);
	if (execute(lu, write10, 10, 0, sizeof(wire)))
		return 2;
	memset(wire, 0, sizeof(wire));
	if (execute(lu, read10, 10, sizeof(wire), 0) || wire_in != sizeof(wire))
		return 3;
	for (i = 0; i < sizeof(wire); i++)
		if (wire[i] != (uint8_t)(i * 7))
			return 4;
	return 0;
}

int main(void)
{
	static struct scsiemu_medium medium = { .kind = SCSIEMU_BLOCK,
						.able = SCSIEMU_CAN_WRITE,
						.nblk = BLOCKS,
						.blen = BLOCK };
	struct scsiemu_limits limits = { .size = sizeof(limits),
					 .scratch = BLOCK,
					 .whole = BLOCK / 2 };
	struct scsiemu_lu_config config = { .size = sizeof(config),
					    .type = &scsiemu_sbc };
	struct scsiemu_device *device;
	struct scsiemu_lu *lu;

	if (scsiemu_device_init(device_mem, sizeof(device_mem), &limits,
				&device))
		return 5;
	lu = scsiemu_lu_add(device, 0, &config);
	if (!lu)
		return 6;
	scsiemu_lu_load(lu, &medium, false);
	return serve(lu);
}
