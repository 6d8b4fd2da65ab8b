/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A tape as source or destination of a third-party copy (SPC-5 5.18): what the
 * copy manager, which knows no tapes, asks and tells. It appends where hosts
 * may only append; filemarks behind the position are not looked for.
 */
#include "core/copies.h"
#include "ssc/ssc.h"

#if SEMU_WITH_COPY

static int refuse(struct scsiemu_cmd *c, struct scsiemu_lu *lu, bool worm)
{
	scsiemu_ssc_alert(lu,
			  worm ? SCSIEMU_ALERT_WORM_OVERWRITE
			       : SCSIEMU_ALERT_WRITE_PROTECT,
			  true);
	return scsiemu_fail(c, SCSIEMU_SK_DATA_PROTECT,
			    worm ? SCSIEMU_ASC_WORM_OVERWRITE
				 : SCSIEMU_ASC_OVERWRITE_NOT_ALLOWED);
}

static int may(struct scsiemu_cmd *c, struct scsiemu_lu *lu, bool write)
{
	struct semu_ssc *s = semu_ssc(lu);
	struct scsiemu_tape_pos pos;
	bool worm;

	if (s->unfit)
		return scsiemu_fail(c, SCSIEMU_SK_MEDIUM_ERROR,
				    SCSIEMU_ASC_INCOMPATIBLE_MEDIUM);
	s->grant = SEMU_GRANT_NONE;
	if (!write)
		return 0;
	if (s->unwritable)
		return scsiemu_fail(c, SCSIEMU_SK_DATA_PROTECT,
				    SCSIEMU_ASC_CANNOT_WRITE_MEDIUM);
	worm = semu_ssc_cartridge(lu)->worm;
	semu_ssc_tell(lu, &pos);
	if (pos.eod || (!worm && !semu_ssc_append_only(lu)))
		return 0;
	return refuse(c, lu, worm);
}

static struct scsiemu_tape_how *how(struct scsiemu_lu *lu, bool write)
{
	struct semu_ssc *s = semu_ssc(lu);
	struct scsiemu_tape_how *is = write ? &s->writes : &s->reads;

	semu_crypt_use_shared(lu, is);
	is->protect = 0;
	return is;
}

static void moved(struct scsiemu_lu *lu, bool write, uint32_t bytes)
{
	struct semu_ssc *s = semu_ssc(lu);

	s->dirty |= write;
	if (write) {
		s->now.tape_written += bytes;
		s->now.blocks_written += bytes > 0;
	} else {
		s->now.tape_read += bytes;
		s->now.blocks_read++;
	}
}

static void flushed(struct scsiemu_lu *lu)
{
	semu_ssc(lu)->dirty = false;
}

static int fail(struct scsiemu_cmd *c, struct scsiemu_lu *lu, int result,
		uint64_t left)
{
	if (result == SCSIEMU_R_RECORD)
		return semu_ssc_end(c, SCSIEMU_SK_NO_SENSE, SCSIEMU_ASC_NONE,
				    SCSIEMU_S_ILI | SCSIEMU_S_INFO, left);
	return semu_ssc_fail_of(c, lu, result, left);
}

const struct semu_stream_type semu_ssc_stream = {
	.may = may, .how = how, .moved = moved, .flushed = flushed, .fail = fail
};

#endif
