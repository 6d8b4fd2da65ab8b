/* SPDX-License-Identifier: BSD-2-Clause */
/* iscsi/users.c - CHAP users of targets and of discovery, and their secrets. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "transport/iscsi/target.h"

#define SECRET_MIN 12 /* bytes: 96 bits (RFC 7143 9.2.1) */
#define SECRET_MAX 255

void semu_iscsi_users_free(struct semu_chap_user *u)
{
	while (u) {
		struct semu_chap_user *next = u->next;

		semu_wipe(u, sizeof(*u));
		free(u);
		u = next;
	}
}

const struct semu_chap_user *semu_iscsi_users(const struct semu_iscsi_login *l)
{
	return l->target ? l->target->users : l->node->users;
}

bool semu_iscsi_guarded(const struct semu_iscsi_login *l)
{
	return l->target ? l->target->guarded : l->node->guarded;
}

static bool same(const void *a, uint32_t alen, const void *b, uint32_t blen)
{
	return alen == blen && semu_equal(a, b, alen);
}

/* A secret that goes one way must not go the other, or the answer to our own
 * challenge can be had from us (RFC 7143 9.2.1). */
static bool crossed(const struct semu_chap_user *u,
		    const struct scsiemu_iscsi_chap *c)
{
	for (; u; u = u->next)
		if (same(u->mutual_secret, u->mutual_len, c->secret,
			 c->secret_len) ||
		    same(u->secret, u->secret_len, c->mutual_secret,
			 c->mutual_name ? c->mutual_secret_len : 0))
			return true;
	return false;
}

static bool crossed_anywhere(const struct scsiemu_iscsi_node *n,
			     const struct scsiemu_iscsi_chap *c)
{
	const struct scsiemu_iscsi_target *t = n->targets;

	if (crossed(n->users, c))
		return true;
	for (; t; t = t->next)
		if (crossed(t->users, c))
			return true;
	return c->mutual_name && same(c->secret, c->secret_len,
				      c->mutual_secret, c->mutual_secret_len);
}

static int check_name(const char *name, struct scsiemu_errmsg *err)
{
	size_t len = name ? strlen(name) : 0;

	if (len == 0 || len > 255 || !semu_text_utf8(name, (uint32_t)len))
		return semu_iscsi_err(err, "CHAP: a name is 1 to 255 bytes of "
					   "UTF-8 without control characters");
	return 0;
}

static int check_secret(const char *name, const void *secret, uint32_t len,
			struct scsiemu_errmsg *err)
{
	char shown[80];

	if (secret && len >= SECRET_MIN && len <= SECRET_MAX)
		return 0;
	semu_text_escape(shown, sizeof(shown), name, strlen(name));
	return semu_iscsi_err(err,
			      "CHAP user %s: the secret has %u bytes, allowed "
			      "are %d to %d",
			      shown, secret ? len : 0, SECRET_MIN, SECRET_MAX);
}

static int check_chap(const struct scsiemu_iscsi_node *n,
		      const struct scsiemu_iscsi_chap *c,
		      struct scsiemu_errmsg *err)
{
	if (!n->crypto)
		return semu_iscsi_err(err, "CHAP: this library was built "
					   "without libcrypto (meson option "
					   "crypto)");
	if (c->size != sizeof(*c))
		return semu_iscsi_err(err, "CHAP: size is %u, not %zu", c->size,
				      sizeof(*c));
	if (check_name(c->name, err) < 0 ||
	    check_secret(c->name, c->secret, c->secret_len, err) < 0)
		return -1;
	if (c->mutual_name && (check_name(c->mutual_name, err) < 0 ||
			       check_secret(c->mutual_name, c->mutual_secret,
					    c->mutual_secret_len, err) < 0))
		return -1;
	if (crossed_anywhere(n, c))
		return semu_iscsi_err(err, "CHAP: the same secret in both "
					   "directions lets an attacker answer "
					   "with our own words: give two");
	return 0;
}

static struct semu_chap_user **list_of(struct scsiemu_iscsi_node *n,
				       struct scsiemu_iscsi_target *t)
{
	return t ? &t->users : &n->users;
}

static struct semu_chap_user **find(struct semu_chap_user **u, const char *name)
{
	while (*u && strcmp((*u)->name, name) != 0)
		u = &(*u)->next;
	return u;
}

int scsiemu_iscsi_chap_add(struct scsiemu_iscsi_node *n,
			   struct scsiemu_iscsi_target *t,
			   const struct scsiemu_iscsi_chap *c,
			   struct scsiemu_errmsg *err)
{
	struct semu_chap_user **end = list_of(n, t), *u;
	char shown[80];

	if (check_chap(n, c, err) < 0)
		return -1;
	end = find(end, c->name);
	if (*end) {
		semu_text_escape(shown, sizeof(shown), c->name,
				 strlen(c->name));
		return semu_iscsi_err(err, "CHAP user %s: named twice", shown);
	}
	u = calloc(1, sizeof(*u));
	if (!u)
		return semu_iscsi_err(err, "out of memory");
	memcpy(u->name, c->name, strlen(c->name));
	memcpy(u->secret, c->secret, c->secret_len);
	u->secret_len = (uint8_t)c->secret_len;
	if (c->mutual_name) {
		memcpy(u->mutual_name, c->mutual_name, strlen(c->mutual_name));
		memcpy(u->mutual_secret, c->mutual_secret,
		       c->mutual_secret_len);
		u->mutual_len = (uint8_t)c->mutual_secret_len;
	}
	*end = u;
	*(t ? &t->guarded : &n->guarded) = true;
	return 0;
}

int scsiemu_iscsi_chap_remove(struct scsiemu_iscsi_node *n,
			      struct scsiemu_iscsi_target *t, const char *name,
			      struct scsiemu_errmsg *err)
{
	struct semu_chap_user **at = find(list_of(n, t), name), *u = *at;
	char shown[80];

	if (!u) {
		semu_text_escape(shown, sizeof(shown), name, strlen(name));
		return semu_iscsi_err(err, "CHAP user %s: there is none",
				      shown);
	}
	*at = u->next;
	u->next = NULL;
	semu_iscsi_users_free(u);
	return 0;
}

/* Of the opened file, so that nobody can exchange it in between. */
static int check_file(int fd, const char *path, struct scsiemu_errmsg *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return semu_iscsi_err(err, "secret file %s: %s", path,
				      strerror(errno));
	if (!S_ISREG(st.st_mode))
		return semu_iscsi_err(err, "secret file %s: not a regular file",
				      path);
	if (st.st_mode & (S_IRWXG | S_IRWXO))
		return semu_iscsi_err(err,
				      "secret file %s: mode %04o lets others "
				      "at it; chmod 600",
				      path, (unsigned)st.st_mode & 07777);
	return 0;
}

static int read_all(int fd, uint8_t *buf, uint32_t cap)
{
	uint32_t n = 0;

	while (n < cap) {
		ssize_t got = read(fd, buf + n, cap - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		n += (uint32_t)got;
	}
	return (int)n;
}

static int take_secret(int fd, const char *path, uint8_t *buf, uint32_t cap,
		       struct scsiemu_errmsg *err)
{
	int n;

	if (check_file(fd, path, err) < 0)
		return -1;
	n = read_all(fd, buf, cap);
	if (n < 0)
		return semu_iscsi_err(err, "secret file %s: %s", path,
				      strerror(errno));
	if (n && buf[n - 1] == '\n')
		n--;
	if (n >= SECRET_MIN && n <= SECRET_MAX)
		return n;
	return semu_iscsi_err(err,
			      "secret file %s: a secret has %d to %d bytes",
			      path, SECRET_MIN, SECRET_MAX);
}

int scsiemu_iscsi_secret_read(const char *path, uint8_t *buf, uint32_t cap,
			      struct scsiemu_errmsg *err)
{
	/* A FIFO must not hold us up. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int n;

	if (fd < 0)
		return semu_iscsi_err(err, "secret file %s: %s", path,
				      strerror(errno));
	n = take_secret(fd, path, buf, cap, err);
	if (n < 0)
		semu_wipe(buf, cap);
	close(fd);
	return n;
}

void scsiemu_iscsi_secret_wipe(void *buf, uint32_t len)
{
	semu_wipe(buf, len);
}
