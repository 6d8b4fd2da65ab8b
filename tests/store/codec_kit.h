/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/store/codec_kit.h - records through a codec, in any cutting, and a
 * store below it that shows what reached it, answers late, and damages what it
 * has.
 */
#ifndef TESTS_STORE_CODEC_KIT_H
#define TESTS_STORE_CODEC_KIT_H

#include "kit.h"

#include <scsiemu/codec.h>

/* The store below: a cartridge in memory behind glass. */
struct glass {
	struct scsiemu_tape_ops ops;
	struct scsiemu_medium in;
	enum { GLASS_NOW, GLASS_INSIDE, GLASS_LATER } when;
	bool no_tags;
	/* Damage: this bit of what is read, of the tag; -1: none */
	long flip, flip_tag;
	int tag_len;	/* tags have this length; -1: their own */
	int fails;	/* reads and writes give this; 0: their own */
	int next_fails; /* NEXT gives this */
	/* seen */
	unsigned calls, cancels;
	const void *base; /* of the last write's or read's first element */
	uint8_t tag[255], tag_seen; /* of the last write */
	uint8_t data[256];	    /* ... its first bytes */
	uint32_t len;
	/* late: */
	struct scsiemu_io *io;
	int result;
};

/* *m: a codec (is NULL: what the library has) around g. */
void glass_open(struct glass *g, struct scsiemu_medium *m,
		const struct scsiemu_codec *is);

/* A call, with its end. kit_io has info and moved. */
int kit_tape_read(const struct scsiemu_medium *m, struct scsiemu_tape_how *how,
		  uint32_t skip, void *buf, size_t len, uint32_t flags);
int kit_tape_write(const struct scsiemu_medium *m, struct scsiemu_tape_how *how,
		   uint32_t skip, const void *buf, size_t len, uint32_t flags);
int kit_tape_verb(const struct scsiemu_medium *m, enum scsiemu_verb verb,
		  uint64_t addr, uint64_t count, void *buf, uint32_t len);
/* A record in pieces, whose ends are at cut[] (ascending, n of them, below
 * len). Read: at most room bytes; *got of them. */
int kit_put(const struct scsiemu_medium *m, struct scsiemu_tape_how *how,
	    const void *buf, size_t len, const size_t *cut, unsigned n);
int kit_get(const struct scsiemu_medium *m, struct scsiemu_tape_how *how,
	    void *buf, size_t room, const size_t *cut, unsigned n, size_t *got);

/* Of the last codec that was opened. */
extern uint32_t kit_able;
/* One of all the ways for a record; false: this build has it not. */
enum { KIT_WAYS = 12 };
bool kit_way(struct scsiemu_tape_how *how, unsigned n);
extern struct scsiemu_tape_key kit_key;
/* n bytes get their check value, made bit by bit, behind them. */
void kit_check(uint8_t method, uint8_t *p, size_t n);
/* 40 bytes that compress, and a check value: how many. */
size_t kit_sample(uint8_t *p, uint8_t protect);

void kit_rewind(const struct scsiemu_medium *m);
uint64_t kit_object(const struct scsiemu_medium *m);

#endif
