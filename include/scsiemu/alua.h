/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scsiemu/alua.h - asymmetric logical unit access (SPC-5 5.18): target ports
 * in groups, and for each logical unit how well it is reached through each.
 *
 * Ports belong to a group of the device (scsiemu_target_port.group); the state
 * of a group is the logical unit's, as in arrays whose controllers own some of
 * the units each. A logical unit without a configuration is reached alike
 * through all ports: TPGS 00b, no REPORT TARGET PORT GROUPS.
 */
#ifndef SCSIEMU_ALUA_H
#define SCSIEMU_ALUA_H

#include <scsiemu/device.h>

#ifdef __cplusplus
extern "C" {
#endif

struct scsiemu_io;

enum scsiemu_access { /* asymmetric access states; values of the wire */
		      SCSIEMU_OPTIMIZED = 0,
		      SCSIEMU_NON_OPTIMIZED = 1,
		      SCSIEMU_STANDBY = 2,
		      SCSIEMU_UNAVAILABLE = 3,
		      SCSIEMU_LBA_DEPENDENT = 4,
		      SCSIEMU_OFFLINE = 14,
		      SCSIEMU_TRANSITIONING = 15
};

enum scsiemu_tpgs { /* who changes states: TPGS of INQUIRY */
		    SCSIEMU_ALUA_IMPLICIT = 1, /* the embedder */
		    SCSIEMU_ALUA_EXPLICIT = 2, /* a host */
		    SCSIEMU_ALUA_BOTH = 3
};

struct scsiemu_alua_group {
	uint16_t id;
	uint8_t state; /* enum scsiemu_access: at first; not TRANSITIONING */
	bool preferred;
};

/* For programs with a pump: asked before a host's change of state takes
 * effect. */
struct scsiemu_alua_ops {
	uint32_t size;
	/* SCSIEMU_OK: the group is in that state now; SCSIEMU_E_*: it stays
	 * (4/67/0A to the host); or SCSIEMU_PENDING, then scsiemu_io_done().
	 * Until then the group is TRANSITIONING. */
	int (*change)(void *ctx, struct scsiemu_io *io, struct scsiemu_lu *lu,
		      uint16_t group, uint8_t state);
};

/* scsiemu_lu_config.alua; copied. Zero = default. */
struct scsiemu_alua {
	uint32_t size; /* sizeof *this */
	uint8_t tpgs;  /* enum scsiemu_tpgs; must be one of them */
	bool asks;     /* without ops: the embedder answers V_ACCESS wants */
	uint8_t implicit_s; /* IMPLICIT TRANSITION TIME in s; 0: not told */
	/* Groups that there may be; at least ngroups, 8. One of a port that is
	 * not in groups joins as OPTIMIZED when its port is there. */
	uint8_t max_groups;
	/* 1 << enum scsiemu_access of all that a group can be in; besides those
	 * in groups. Default: the first four. */
	uint16_t states;
	uint16_t ngroups;
	const struct scsiemu_alua_group *groups;
	/* A change takes so long; meanwhile the group is TRANSITIONING. Needs
	 * scsiemu_device_tick(). */
	uint32_t transition_ms;
	const struct scsiemu_alua_ops *ops; /* may be NULL */
	void *ctx;
};

/*
 * The embedder changes a group's state (implicit): unit attention 2A/06 for all
 * nexuses when the new state is reached. TRANSITIONING: until another call says
 * to which, or that it failed. 0; SCSIEMU_ERR_ARG: no such group, or a state
 * that it cannot be in; SCSIEMU_ERR_ORDER: not offered (TPGS), or a host's
 * change of this group is not over.
 */
int scsiemu_lu_access(struct scsiemu_lu *lu, uint16_t group, uint8_t state);
/* A transition failed: back to the state before, unit attention 2A/07.
 * SCSIEMU_ERR_ARG, SCSIEMU_ERR_ORDER: as above, or there is none. */
int scsiemu_lu_access_failed(struct scsiemu_lu *lu, uint16_t group);
/* The PREF bit of a group; unit attention 2A/06. 0 or SCSIEMU_ERR_ARG. */
int scsiemu_lu_prefer(struct scsiemu_lu *lu, uint16_t group, bool preferred);
/* enum scsiemu_access of a group now, or SCSIEMU_ERR_ARG. */
int scsiemu_lu_access_of(struct scsiemu_lu *lu, uint16_t group);
/* For drivers that answer V_ACCESS: NULL, or the ops of the configuration. */
const struct scsiemu_alua_ops *scsiemu_lu_alua_ops(const struct scsiemu_lu *lu,
						   void **ctx);

#ifdef __cplusplus
}
#endif
#endif
