/* SPDX-License-Identifier: BSD-2-Clause */
/* media_create.c - scsiemu media create: an empty cartridge. */
#include "media.h"
#include "tool.h"

#include <scsiemu/host.h>

#include <string.h>
#include <unistd.h>

enum { BARCODE = 32, ID = 0x0806 };

static int describe(const struct media_options *o, struct scsiemu_tape_new *is)
{
	struct scsiemu_errmsg err;

	*is = (struct scsiemu_tape_new){ .bytes = o->size,
					 .worm = o->worm,
					 .cleaning = o->cleaning };
	if (o->density > 0)
		is->density = (uint8_t)o->density;
	if (scsiemu_host_cartridge(is, o->profile, o->barcode, &err))
		return media_fail("", "%s", err.text);
	if (o->density == 0)
		is->density = 0; /* of the drive's usual one, whichever */
	if (!is->bytes)
		return media_fail(o->words[0], "it has no capacity yet: add "
					       "--size or --profile");
	return 0;
}

/* "2" to "4", or sizes with commas between them, one of them "*". */
int media_layout(const char *word, uint64_t bytes,
		 struct scsiemu_tape_layout *l)
{
	char one[24];

	*l = (struct scsiemu_tape_layout){ 0 };
	if (word[0] >= '1' && word[0] <= '4' && !word[1]) {
		l->n = (uint32_t)(word[0] - '0');
		for (uint32_t i = 0; i < l->n; i++)
			l->size[i] = bytes / l->n;
		return 0;
	}
	for (const char *p = word; p; p = strchr(p, ',')) {
		size_t n;

		p += *p == ',';
		n = strcspn(p, ",");
		if (l->n == SCSIEMU_TAPE_PARTITIONS || n >= sizeof(one))
			return -1;
		memcpy(one, p, n);
		one[n] = '\0';
		if (!strcmp(one, "*"))
			l->size[l->n++] = UINT64_MAX;
		else if (media_size(one, &l->size[l->n++]))
			return -1;
	}
	return 0;
}

static int partition(struct media *t, const char *word)
{
	struct scsiemu_tape_layout l;
	const struct scsiemu_cmd w = { .verb = SCSIEMU_V_PARTITION,
				       .buf = (uint8_t *)&l,
				       .len = sizeof(l) };

	if (!media_layout(word, t->info.size, &l) &&
	    media_verb(t, &w) == SCSIEMU_OK)
		return 0;
	return media_fail(t->path,
			  "partitions \"%.40s\" do not go into it: give 2 to "
			  "4, or up to four sizes like 1G,* that fit, of a "
			  "native cartridge",
			  word);
}

static int label(struct media *t, const char *barcode)
{
	uint8_t list[5 + BARCODE] = { ID >> 8, ID & 0xff, 1, 0, BARCODE };
	size_t len = strlen(barcode);

	memset(list + 5, ' ', BARCODE);
	memcpy(list + 5, barcode, len);
	if (media_attributes(t, 0, list, sizeof(list)) == SCSIEMU_OK)
		return 0;
	return media_fail(t->path, "a barcode has no place in this format: "
				   "leave it out, or make a native cartridge");
}

static int check_barcode(const struct media_options *o)
{
	size_t len = o->barcode ? strlen(o->barcode) : 1;
	bool good = len && len <= BARCODE;

	for (const char *p = o->barcode; good && p && *p; p++)
		good = *p > 0x20 && *p < 0x7f;
	return good ? 0
		    : media_fail("",
				 "a barcode has 1 to %d printable characters",
				 BARCODE);
}

int media_create(const struct media_options *o)
{
	int format = o->from == MEDIA_ANY ? MEDIA_NATIVE : o->from;
	struct scsiemu_tape_new is = { 0 };
	const char *path = o->words[0];
	struct media t = { .format = format };
	int rc;

	if (check_barcode(o) || describe(o, &is))
		return TOOL_TROUBLE;
	if (!access(path, F_OK)) {
		media_fail(path, "is there already: remove it, or name another "
				 "file");
		return TOOL_TROUBLE;
	}
	if (media_make(&t, path, format, &is)) {
		media_close(&t);
		return TOOL_TROUBLE;
	}
	rc = o->partitions ? partition(&t, o->partitions) : 0;
	if (!rc && o->barcode)
		rc = label(&t, o->barcode);
	if (media_close(&t) && !rc)
		rc = media_fail(path, "cannot be written");
	if (rc)
		media_remove(path);
	return rc ? TOOL_TROUBLE : TOOL_GOOD;
}
