/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/store/library_kit.h - a library in a directory of the test's own, whose
 * cartridges are small files of blocks.
 */
#ifndef TESTS_STORE_LIBRARY_KIT_H
#define TESTS_STORE_LIBRARY_KIT_H

#include "kit.h"

#include "inject.h"

enum { MT = 1, ST = 2, IE = 3, DT = 4 };
/* First addresses; five slots, two stations, two drives, three cartridges. */
enum { SLOT = 100, STATION = 10, DRIVE = 20 };

extern const struct scsiemu_library library_usual;
/* As it is. */
extern const struct scsiemu_library library_any;

int library_setup(void **state);
int library_teardown(void **state);
/* The directory and all that is in it. */
void library_forget(void);

struct scsiemu_medium library_open(const struct scsiemu_library *cf);
/* Closed, and nothing is left open or allocated. */
void library_shut(struct scsiemu_medium *m);

int library_move(const struct scsiemu_medium *m, unsigned from, unsigned to);
int library_exchange(const struct scsiemu_medium *m, unsigned from, unsigned to,
		     unsigned second);
/* The barcode in an element; "" when it is empty. */
const char *library_in(const struct scsiemu_medium *m, unsigned addr);
/* What is where: the sixth letter of each barcode, "-" for none, in the order
 * slots, stations, drives. */
const char *library_all(const struct scsiemu_medium *m);
/* What a drive is to load. */
struct scsiemu_medium *library_loaded(const struct scsiemu_medium *m,
				      unsigned addr);

#endif
