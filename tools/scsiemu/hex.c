/* SPDX-License-Identifier: BSD-2-Clause */
/* hex.c - bytes and numbers from the command line, and files of bytes. */
#include "hex.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 40 };

static int digit(char c)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *p = c ? strchr(digits, c) : NULL;

	return p ? (int)((p - digits) % 16) : -1;
}

static int refuse(const char *what, const char *word, size_t len,
		  const char *why)
{
	fprintf(stderr, "scsiemu: %s: \"%.*s\" %s\n", what,
		(int)(len < SHOWN ? len : SHOWN), word, why);
	return -1;
}

/* One word of len digits. */
static int add_word(const char *what, const char *word, size_t len,
		    uint8_t *out, size_t cap, size_t *n)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (digit(word[i]) < 0)
			return refuse(what, word, len,
				      "is no byte: write two of 0-9 a-f");
	if (len % 2)
		return refuse(what, word, len,
			      "has an odd number of digits: write two for "
			      "each byte");
	for (i = 0; i < len && *n < cap; i += 2)
		out[(*n)++] = (uint8_t)(digit(word[i]) << 4 |
					digit(word[i + 1]));
	if (i == len)
		return 0;
	fprintf(stderr, "scsiemu: %s: more than %zu bytes\n", what, cap);
	return -1;
}

int hex_add(const char *what, const char *word, uint8_t *out, size_t cap,
	    size_t *n)
{
	static const char blanks[] = " \t\r\n,";
	size_t len;

	for (word += strspn(word, blanks); *word;
	     word += len, word += strspn(word, blanks)) {
		len = strcspn(word, blanks);
		if (add_word(what, word, len, out, cap, n))
			return -1;
	}
	return 0;
}

int hex_bytes(const char *what, const char *word, uint8_t **out, size_t *n)
{
	size_t cap = strlen(word) / 2 + 1;

	*n = 0;
	*out = malloc(cap);
	if (!*out) {
		fputs("scsiemu: out of memory\n", stderr);
		return -1;
	}
	if (!hex_add(what, word, *out, cap, n))
		return 0;
	free(*out);
	return -1;
}

int hex_number(const char *what, const char *word, uint64_t min, uint64_t max,
	       uint64_t *out)
{
	bool hex = !strncmp(word, "0x", 2);
	char *end;

	errno = 0;
	*out = strtoull(word, &end, hex ? 16 : 10);
	if (digit(word[0]) >= 0 && !*end && !errno && *out >= min &&
	    *out <= max)
		return 0;
	fprintf(stderr,
		"scsiemu: %s: \"%.*s\" is no number of %" PRIu64 " to %" PRIu64
		"\n",
		what, SHOWN, word, min, max);
	return -1;
}

static int file_error(const char *path, FILE *f)
{
	fprintf(stderr, "scsiemu: %s: %s\n", path, strerror(errno));
	if (f)
		fclose(f);
	return -1;
}

/* All there is, up to max + 1 bytes. */
static int slurp(FILE *f, size_t max, uint8_t **out, size_t *n)
{
	size_t cap = 4096, got;
	uint8_t *p;

	do {
		p = realloc(*out, cap *= 2);
		if (!p)
			return -1;
		*out = p;
		got = fread(p + *n, 1, cap - *n, f);
		*n += got;
	} while (got && *n <= max);
	return ferror(f) ? -1 : 0;
}

int hex_read_file(const char *path, size_t max, uint8_t **out, size_t *n)
{
	FILE *f = fopen(path, "rb");
	int rc;

	*out = NULL;
	*n = 0;
	if (!f)
		return file_error(path, NULL);
	rc = slurp(f, max, out, n);
	if (rc)
		file_error(path, f);
	else
		fclose(f);
	if (!rc && *n > max) {
		fprintf(stderr, "scsiemu: %s has more than %zu bytes\n", path,
			max);
		rc = -1;
	}
	if (rc)
		free(*out);
	return rc;
}

int hex_write_file(const char *path, const uint8_t *p, size_t n)
{
	FILE *f = fopen(path, "wb");

	if (!f)
		return file_error(path, NULL);
	if (fwrite(p, 1, n, f) != n)
		return file_error(path, f);
	return fclose(f) ? file_error(path, NULL) : 0;
}
