/* SPDX-License-Identifier: BSD-2-Clause */
/* host/devalua.c - target port groups in a device string: alua=both,
 * groups=1:optimized*+2:standby. */
#include <string.h>

#include "host/devstr.h"

static const char *const who[] = { "", "implicit", "explicit", "both" };

static const char *const states[] = {
	[SCSIEMU_OPTIMIZED] = "optimized",
	[SCSIEMU_NON_OPTIMIZED] = "nonoptimized",
	[SCSIEMU_STANDBY] = "standby",
	[SCSIEMU_UNAVAILABLE] = "unavailable",
	[SCSIEMU_LBA_DEPENDENT] = "lba",
	[SCSIEMU_OFFLINE] = "offline",
};

/* The word that the first len bytes of text are; -1: none. */
static int word(const char *const *words, unsigned n, const char *text,
		size_t len)
{
	for (unsigned i = 0; i < n; i++)
		if (words[i] && len && strlen(words[i]) == len &&
		    memcmp(words[i], text, len) == 0)
			return (int)i;
	return -1;
}

int semu_devalua_who(uint8_t *tpgs, const char *value)
{
	int i = word(who, 4, value, strlen(value));

	*tpgs = (uint8_t)i;
	return i < 0 ? -1 : 0;
}

/* "ID:STATE", then '*' when it is preferred; what follows, or NULL. */
static const char *take_group(struct scsiemu_alua_group *g, const char *p)
{
	unsigned id = 0;
	size_t len;
	int state;

	if (*p < '0' || *p > '9')
		return NULL;
	for (; *p >= '0' && *p <= '9' && id <= 65535; p++)
		id = id * 10 + (unsigned)(*p - '0');
	if (id > 65535 || *p != ':')
		return NULL;
	len = strcspn(p + 1, "*+");
	state = word(states, sizeof(states) / sizeof(states[0]), p + 1, len);
	if (state < 0)
		return NULL;
	p += 1 + len;
	g->id = (uint16_t)id;
	g->state = (uint8_t)state;
	g->preferred = *p == '*';
	return p + g->preferred;
}

int semu_devalua_groups(struct semu_devgroups *gs, const char *value)
{
	const char *p = value;

	for (gs->n = 0; gs->n < SEMU_DEVGROUPS; p++) {
		struct scsiemu_alua_group *g = &gs->group[gs->n];

		p = take_group(g, p);
		if (!p || (*p && *p != '+'))
			return -1;
		for (unsigned i = 0; i < gs->n; i++)
			if (gs->group[i].id == g->id)
				return -1;
		gs->n++;
		if (!*p)
			return 0;
	}
	return -1;
}
