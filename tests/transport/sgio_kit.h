/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sgio_kit.h - a server of one disk at a socket in a folder of its own, and
 * programs' end of it, in one thread: sgio_serve() runs the server until it
 * has nothing to do.
 */
#ifndef SGIO_KIT_H
#define SGIO_KIT_H

#include <transport/sgio/sgio.h>

#include <stdbool.h>

#define SGIO_SG	 21 /* major numbers, of the three nodes with minor 0 */
#define SGIO_SD	 8
#define SGIO_BSG 240

void sgio_begin(const char *device);
/* false: a command did not end. */
bool sgio_end(void);
void sgio_serve(void);
/* Sleep until something happens (time is over), then serve. */
void sgio_wait(void);

/* A second server there: the message why there can be none. */
const char *sgio_refused(const char *path);

/* Connected, nothing said. */
int sgio_connect(void);
/* Open for a node. */
int sgio_open(unsigned major, unsigned flags);
/* len bytes with n descriptors; false: the other end is closed. */
bool sgio_send(int fd, const void *what, size_t len, const int *fds,
	       unsigned n);
/* A request with a socket for the reply, which is returned. */
int sgio_ask(int fd, struct semu_sgio_request *q, int mem);
/* The reply, if there is one: 1; 0: not yet; -1: there will be none. */
int sgio_reply(int socket, struct semu_sgio_reply *r);
/* Ask, serve, take the reply and close; -1: there was none. */
int sgio_call(int fd, struct semu_sgio_request *q, int mem,
	      struct semu_sgio_reply *r);
/* Memory that is as it should be. */
int sgio_memory(uint32_t len);

#endif
