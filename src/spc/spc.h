/* SPDX-License-Identifier: BSD-2-Clause */
/* spc/spc.h - what every device type answers (SPC-5), for the types. */
#ifndef SEMU_SPC_H
#define SEMU_SPC_H

#include "core/config.h"
#include "core/core.h"
#include "spc/mode.h"
#include "spc/selftest.h"
#include "spc/vpd.h"

/* The table's length and where REPORT LUNS is in it: constants, for the tables
 * of types. TEST UNIT READY, REQUEST SENSE and INQUIRY come first. */
enum {
	SEMU_SPC_LUNS = 5 + 2 * SEMU_WITH_MODE_SELECT + 4 * SEMU_WITH_RESERVE +
			13 * SEMU_WITH_PR + 2 * SEMU_WITH_MEDIUM +
			2 * SEMU_WITH_DIAGNOSTIC + 3 * SEMU_WITH_BUFFER +
			2 * SEMU_WITH_LOG + 9 * SEMU_WITH_COPY +
			2 * SEMU_WITH_ODX,
	SEMU_SPC_NROWS = SEMU_SPC_LUNS + 1 + 2 * SEMU_WITH_RSOC +
			 2 * SEMU_WITH_TIMESTAMP + 2 * SEMU_WITH_IDENT +
			 2 * SEMU_WITH_ALUA + 2 * SEMU_WITH_PRIORITY +
			 2 * SEMU_WITH_ALIASES
};
extern const struct scsiemu_row semu_spc_rows[SEMU_SPC_NROWS];

/* For the types' init(), stops(), reset(), restore(): the common part. */
int semu_spc_init(struct scsiemu_lu *lu);
uint32_t semu_spc_state(const struct scsiemu_type *type, uint32_t parts);
uint32_t semu_spc_stops(const struct scsiemu_cmd *c);
uint32_t semu_spc_applies(const struct scsiemu_cmd *c, uint32_t hit);
void semu_spc_reset(struct scsiemu_lu *lu);
int semu_spc_restore(struct scsiemu_lu *lu, uint32_t id, const uint8_t *buf,
		     uint32_t len);
/* Recompute the guards that follow from medium, configuration and SWP; those
 * of reservations and running work stay. */
void semu_spc_guards(struct scsiemu_lu *lu);

/* Can small state be saved (SP, PS, identifying information)? */
static inline bool semu_can_save(const struct scsiemu_lu *lu)
{
	return lu->nv || lu->can_save;
}

/*
 * State of the common commands: lies behind the mode pages' values in
 * lu->state and takes what is left there. bytes[] is identifying information,
 * then its text, then the buffer of READ and WRITE BUFFER.
 */
struct semu_spc {
	uint16_t ident_max, text_max, buffer_max;
	uint16_t ident_len, text_len;
	uint16_t echo_len;     /* of the last WRITE BUFFER in echo mode */
	bool echoed;	       /* there was one */
	uint8_t selftest;      /* self-test code that runs; 0 none */
	uint8_t selftest_stop; /* it is to end, enum semu_selftest_end */
	uint8_t bytes[];
};
struct semu_spc *semu_spc(const struct scsiemu_lu *lu);

/* log.c: ms that it has been powered on in its life, as far as it knows. */
#if SEMU_WITH_LOG
uint64_t semu_powered_ms(const struct scsiemu_lu *lu);
#else
static inline uint64_t semu_powered_ms(const struct scsiemu_lu *lu)
{
	return lu->dev->now - lu->dev->began;
}
#endif

/* level.c */
#if SEMU_WITH_LEVELS
extern const struct semu_levels semu_spc_levels;
/* Bytes of a mode page at this LU's level, header included; 0: not there. */
unsigned semu_level_len(const struct scsiemu_lu *lu,
			const struct semu_mode_page *p);
/* The page as its level has it; the first semu_level_len() bytes count. */
void semu_mode_trim(const struct scsiemu_lu *lu, const struct semu_mode_page *p,
		    uint8_t *page);
bool semu_level_shows(const struct scsiemu_lu *lu, unsigned vpd);
#else
static inline unsigned semu_level_len(const struct scsiemu_lu *lu,
				      const struct semu_mode_page *p)
{
	(void)lu;
	return p->len;
}
static inline void semu_mode_trim(const struct scsiemu_lu *lu,
				  const struct semu_mode_page *p, uint8_t *page)
{
	(void)lu, (void)p, (void)page;
}
static inline bool semu_level_shows(const struct scsiemu_lu *lu, unsigned vpd)
{
	(void)lu, (void)vpd;
	return true;
}
#endif
/* Bytes of a mode page of this LU, header included; 0: not there. */
static inline unsigned semu_mode_len(const struct scsiemu_lu *lu,
				     const struct semu_mode_page *p)
{
	return p->head || semu_quirks_show_mode(lu, p->code, p->sub, p->named)
		       ? semu_level_len(lu, p)
		       : 0;
}
/* Is the VPD page there? */
static inline bool semu_vpd_shows(const struct scsiemu_lu *lu,
				  const struct semu_vpd_page *p)
{
	return !(p->needs & ~lu->able) && semu_level_shows(lu, p->code) &&
	       semu_quirks_show(lu, p->code);
}
/* alua.c */
#if SEMU_WITH_ALUA
extern const struct semu_part_type semu_alua_part;
/* Of the stops in force: those that are of the command's own group. */
uint32_t semu_alua_applies(const struct scsiemu_cmd *c, uint32_t hit);
unsigned semu_alua_tpgs(const struct scsiemu_lu *lu);
/* groups.c */
int semu_report_groups(struct scsiemu_cmd *c, struct scsiemu_wr *w);
int semu_set_groups(struct scsiemu_cmd *c, struct scsiemu_rd *r);
int semu_groups_set(struct scsiemu_cmd *c, int result);
#else
static inline uint32_t semu_alua_applies(const struct scsiemu_cmd *c,
					 uint32_t hit)
{
	(void)c;
	return hit;
}
static inline unsigned semu_alua_tpgs(const struct scsiemu_lu *lu)
{
	(void)lu;
	return 0;
}
#endif
/* priority.c */
#if SEMU_WITH_PRIORITY
extern const struct semu_part_type semu_priority_part;
int semu_report_priority(struct scsiemu_cmd *c, struct scsiemu_wr *w);
int semu_set_priority(struct scsiemu_cmd *c, struct scsiemu_rd *r);
/* Mode pages were selected: perhaps the initial priority is another. */
void semu_priority_selected(struct scsiemu_lu *lu,
			    const struct scsiemu_nexus *by);
#else
static inline void semu_priority_selected(struct scsiemu_lu *lu,
					  const struct scsiemu_nexus *by)
{
	(void)lu, (void)by;
}
#endif
/* inquiry.c */
int semu_inquiry(struct scsiemu_cmd *c, struct scsiemu_wr *w);
unsigned semu_peripheral(const struct scsiemu_lu *lu);
/* luns.c */
int semu_report_luns(struct scsiemu_cmd *c, struct scsiemu_wr *w);
int semu_luns_reported(struct scsiemu_cmd *c, int result);
/* reqsense.c */
int semu_request_sense(struct scsiemu_cmd *c, struct scsiemu_wr *w);
int semu_sense_requested(struct scsiemu_cmd *c, int result);
/* rsoc.c */
int semu_report_opcodes(struct scsiemu_cmd *c, struct scsiemu_wr *w);
int semu_report_tmfs(struct scsiemu_cmd *c, struct scsiemu_wr *w);
/* reserve.c */
int semu_reserve(struct scsiemu_cmd *c);
int semu_release(struct scsiemu_cmd *c);
/* prin.c */
int semu_pr_read_keys(struct scsiemu_cmd *c, struct scsiemu_wr *w);
int semu_pr_read_reservation(struct scsiemu_cmd *c, struct scsiemu_wr *w);
int semu_pr_capabilities(struct scsiemu_cmd *c, struct scsiemu_wr *w);
int semu_pr_full_status(struct scsiemu_cmd *c, struct scsiemu_wr *w);
/* prout.c */
int semu_pr_out(struct scsiemu_cmd *c, struct scsiemu_rd *r);
int semu_pr_next(struct scsiemu_cmd *c, int result);
/* prchange.c: semu_spc_applies() for persistent reservations */
uint32_t semu_pr_applies(const struct scsiemu_cmd *c, uint32_t hit);
/* prstate.c */
int semu_pr_restore(struct scsiemu_lu *lu, const uint8_t *buf, uint32_t len);
/* medium.c */
int semu_start_stop(struct scsiemu_cmd *c);
int semu_started_stopped(struct scsiemu_cmd *c, int result);
int semu_prevent_allow(struct scsiemu_cmd *c);
/* diag.c */
int semu_send_diagnostic(struct scsiemu_cmd *c, struct scsiemu_rd *r);
int semu_receive_diagnostic(struct scsiemu_cmd *c, struct scsiemu_wr *w);
/* buffer.c */
int semu_read_buffer(struct scsiemu_cmd *c, struct scsiemu_wr *w);
int semu_write_buffer(struct scsiemu_cmd *c, struct scsiemu_rd *r);
/* ident.c */
int semu_report_ident(struct scsiemu_cmd *c, struct scsiemu_wr *w);
int semu_set_ident(struct scsiemu_cmd *c, struct scsiemu_rd *r);
int semu_ident_saved(struct scsiemu_cmd *c, int result);
int semu_ident_restore(struct scsiemu_lu *lu, uint32_t id, const uint8_t *buf,
		       uint32_t len);
/* timestamp.c */
int semu_report_timestamp(struct scsiemu_cmd *c, struct scsiemu_wr *w);
int semu_set_timestamp(struct scsiemu_cmd *c, struct scsiemu_rd *r);

#endif
