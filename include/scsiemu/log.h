/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scsiemu/log.h - log pages (SPC-5 7.3): what a logical unit counts, and what
 * its embedder says of it. For logical units with scsiemu_lu_config.logs. All
 * functions are called on the device's thread; hosts read the values with LOG
 * SENSE, and set those of error counters and statistics with LOG SELECT.
 */
#ifndef SCSIEMU_LOG_H
#define SCSIEMU_LOG_H

#include <scsiemu/device.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Values of log parameters. Those marked (counted) the library counts; the
 * embedder may set or add to all of them. ABI: new ones come at the end of the
 * saved record's next version.
 */
enum scsiemu_log {
	/* pages 02h, 03h, 05h: errors of writing, reading, verifying */
	SCSIEMU_LOG_WRITE_FAST,	       /* corrected without delay */
	SCSIEMU_LOG_WRITE_DELAYED,     /* ... with possible delays (counted) */
	SCSIEMU_LOG_WRITE_REPEATED,    /* rewrites */
	SCSIEMU_LOG_WRITE_CORRECTED,   /* in all (counted) */
	SCSIEMU_LOG_WRITE_ALGORITHM,   /* times the correction ran */
	SCSIEMU_LOG_WRITE_BYTES,       /* (counted) */
	SCSIEMU_LOG_WRITE_UNCORRECTED, /* (counted) */
	SCSIEMU_LOG_READ_FAST,
	SCSIEMU_LOG_READ_DELAYED,
	SCSIEMU_LOG_READ_REPEATED,
	SCSIEMU_LOG_READ_CORRECTED,
	SCSIEMU_LOG_READ_ALGORITHM,
	SCSIEMU_LOG_READ_BYTES,
	SCSIEMU_LOG_READ_UNCORRECTED,
	SCSIEMU_LOG_VERIFY_FAST,
	SCSIEMU_LOG_VERIFY_DELAYED,
	SCSIEMU_LOG_VERIFY_REPEATED,
	SCSIEMU_LOG_VERIFY_CORRECTED,
	SCSIEMU_LOG_VERIFY_ALGORITHM,
	SCSIEMU_LOG_VERIFY_BYTES,
	SCSIEMU_LOG_VERIFY_UNCORRECTED,
	SCSIEMU_LOG_NON_MEDIUM, /* page 06h: other errors (counted) */
	SCSIEMU_LOG_COUNTERS,	/* so many have thresholds */
	/* page 0Dh: degrees Celsius, 0 to 254; 255: not known */
	SCSIEMU_LOG_TEMPERATURE = SCSIEMU_LOG_COUNTERS,
	SCSIEMU_LOG_TEMPERATURE_MAX, /* the reference temperature */
	/* page 0Eh; dates are six ASCII characters: year, week */
	SCSIEMU_LOG_MANUFACTURED,
	SCSIEMU_LOG_ACCOUNTED,	      /* a host's */
	SCSIEMU_LOG_CYCLES_SPECIFIED, /* of the spindle, over its life */
	SCSIEMU_LOG_CYCLES,	      /* (counted) */
	SCSIEMU_LOG_LOADS_SPECIFIED,  /* of the heads */
	SCSIEMU_LOG_LOADS,
	/* page 11h, of a solid state disk: percent of its life, 0 to 255 */
	SCSIEMU_LOG_SPENT,
	/* page 19h (counted) */
	SCSIEMU_LOG_READS,	     /* commands */
	SCSIEMU_LOG_WRITES,	     /* commands */
	SCSIEMU_LOG_BLOCKS_RECEIVED, /* logical blocks */
	SCSIEMU_LOG_BLOCKS_SENT,     /* logical blocks */
	SCSIEMU_LOG_READ_MS,	     /* time in which a READ ran, ms */
	SCSIEMU_LOG_WRITE_MS,
	SCSIEMU_LOG_WEIGHED,	     /* commands waiting, times ms */
	SCSIEMU_LOG_WEIGHED_RUNNING, /* commands running, times ms */
	SCSIEMU_LOG_IDLE_MS,
	SCSIEMU_LOG_INTERVAL, /* a constant: intervals are ms */
	SCSIEMU_LOG_FUA_READS,
	SCSIEMU_LOG_FUA_WRITES,
	SCSIEMU_LOG_FUA_NV_READS,
	SCSIEMU_LOG_FUA_NV_WRITES,
	SCSIEMU_LOG_FUA_READ_MS,
	SCSIEMU_LOG_FUA_WRITE_MS,
	SCSIEMU_LOG_FUA_NV_READ_MS,
	SCSIEMU_LOG_FUA_NV_WRITE_MS,
	/* page 17h, there when the second is not 0: how long the cache keeps
	 * its data without power, now and at most; minutes, 0: not at all, 1:
	 * not known, FFFFFFh: forever. The second is said before hosts come */
	SCSIEMU_LOG_NV_CACHE,
	SCSIEMU_LOG_NV_CACHE_MAX,
	SCSIEMU_LOG_COUNT
};

/* Room for a host's own parameters in page 0Fh. */
#define SCSIEMU_LOG_CLIENTS    64
#define SCSIEMU_LOG_CLIENT_LEN 252

/*
 * 0, or SCSIEMU_ERR_ARG: the logical unit has no logs, or not this value, or it
 * does not fit. add: a counter stops at its highest value. One that a host has
 * forbidden to change (DU) does not. A threshold that is met is told of.
 */
int scsiemu_log_set(struct scsiemu_lu *lu, enum scsiemu_log which, uint64_t v);
int scsiemu_log_add(struct scsiemu_lu *lu, enum scsiemu_log which, uint64_t n);
int scsiemu_log_get(const struct scsiemu_lu *lu, enum scsiemu_log which,
		    uint64_t *v);

/*
 * The logical unit is expected to fail (asc 5Dxxh, ASC << 8 | ASCQ), something
 * is worth a warning (0Bxxh), or nothing is any more (0). Hosts are told as
 * mode page 1Ch has it, and find it in log page 2Fh. 0, or SCSIEMU_ERR_ARG:
 * another code, or a logical unit without logs.
 */
int scsiemu_log_exception(struct scsiemu_lu *lu, uint16_t asc);

#ifdef __cplusplus
}
#endif
#endif
