/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All of <string.h> that the device layers may use. Compilers without a C
 * library (riscv64-unknown-elf) need it, and it keeps the layers honest: these
 * four are what a compiler may call by itself anyway.
 */
#ifndef FREESTANDING_STRING_H
#define FREESTANDING_STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t len);
void *memmove(void *to, const void *from, size_t len);
void *memset(void *to, int byte, size_t len);
int memcmp(const void *a, const void *b, size_t len);

#endif
