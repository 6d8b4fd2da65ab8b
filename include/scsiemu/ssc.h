/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scsiemu/ssc.h - the tape drive (SSC-4), for scsiemu_lu_config.type. Its
 * medium is a cartridge (tape.h) with a vtable.
 */
#ifndef SCSIEMU_SSC_H
#define SCSIEMU_SSC_H

#include <scsiemu/device.h>
#include <scsiemu/tape.h>

#ifdef __cplusplus
extern "C" {
#endif

extern const struct scsiemu_type scsiemu_ssc;

/* A density that the drive reads (REPORT DENSITY SUPPORT, SSC-4 7.8.4). Strings
 * are padded with spaces. */
struct scsiemu_ssc_density {
	uint8_t code, secondary; /* secondary 0: as code */
	bool write;		 /* it writes it, too */
	bool usual;		 /* it is the one that code 00h means */
	/* MEDIUM TYPE of its cartridges, and of those that are WORM; not
	 * typed: what the cartridge says. */
	bool typed;
	uint8_t medium_type, worm_type;
	/* Partitions that its cartridges may get; 0: as the drive. */
	uint8_t partitions;
	uint32_t bits_mm;
	uint16_t width; /* of the tape, 0.1 mm */
	uint16_t tracks;
	uint32_t capacity;	  /* 10^6 bytes */
	const char *organization; /* at most 8 characters */
	const char *name;	  /* at most 8 */
	const char *description;  /* at most 20 */
};

/* A kind of cartridge that it takes (the same, MEDIUM TYPE 1). */
struct scsiemu_ssc_medium_type {
	uint8_t code;
	uint8_t ndensities;
	uint8_t densities[9];
	uint16_t width;		  /* 0.1 mm */
	uint16_t length;	  /* m */
	const char *organization; /* at most 8 characters */
	const char *name;	  /* at most 8 */
	const char *description;  /* at most 20 */
};

/* For scsiemu_lu_config.options; zero: the usual, or not. */
struct scsiemu_ssc_options {
	uint32_t size; /* sizeof *this */
	/* What it reads, ascending by code. Other cartridges are incompatible
	 * (3/30/00), those that it does not write are write protected; one of
	 * unknown density (0) is of the usual one. NULL: it takes every
	 * cartridge. The caller's until the LU is gone. */
	const struct scsiemu_ssc_density *densities;
	const struct scsiemu_ssc_medium_type *media;
	unsigned ndensities, nmedia;
	/* Bytes between early warning and the end of a partition, at most a
	 * quarter of it; 0: a fiftieth, 1 MB to 5 GB. */
	uint64_t early_warning;
	/* Lengths of blocks: multiples of 2^granularity, block_min (0: 1) to
	 * block_max (0: 16 MiB - 1) bytes; and the one that is in force until a
	 * host selects another, 0: variable. */
	uint32_t block_min, block_max, block;
	uint8_t granularity;
	/* Partitions that a cartridge may get, 1 (or 0) to 4. More than one:
	 * FORMAT MEDIUM, SET CAPACITY, which a drive may have with one, too. */
	uint8_t partitions;
	bool set_capacity;
	bool append_only; /* append-only mode, ALLOW OVERWRITE */
	bool worm;	  /* takes WORM cartridges as such (VPD B0h) */
	bool reverse;	  /* READ REVERSE, RECOVER BUFFERED DATA */
	bool unbuffered;  /* begins with BUFFERED MODE 0 */
	/* Logical block protection (mode page 0Ah/F0h, VPD B5h), with
	 * cartridges whose store has SCSIEMU_TAPE_PROTECT; by CRC-32C, too, or
	 * by Reed-Solomon only, as LTO-5 and LTO-6 have it. */
	bool protection, reed_solomon;
	/* Compression where mode page 0Fh says so, with cartridges whose store
	 * has SCSIEMU_TAPE_COMPRESS; data encryption (SECURITY PROTOCOL IN and
	 * OUT), with SCSIEMU_TAPE_ENCRYPT. */
	bool compression, encryption;
	/* For VPD B1h, and log page 14h: at most 12 characters. NULL: the
	 * serial number of the logical unit. */
	const char *manufacturer_serial;
	/* Of the library that it is in: its serial number (VPD B3h), at most 32
	 * characters, and the drive's element address there (VPD B4h). NULL: in
	 * none. The caller's until the LU is gone. */
	const char *automation_serial;
	uint16_t element;
};

/* TapeAlert flags (SSC-4 4.2.20), some of 1 to 64. */
enum scsiemu_ssc_flag {
	SCSIEMU_ALERT_READ_WARNING = 1,
	SCSIEMU_ALERT_WRITE_WARNING = 2,
	SCSIEMU_ALERT_HARD_ERROR = 3,
	SCSIEMU_ALERT_MEDIA = 4,
	SCSIEMU_ALERT_READ_FAILURE = 5,
	SCSIEMU_ALERT_WRITE_FAILURE = 6,
	SCSIEMU_ALERT_WRITE_PROTECT = 9,
	SCSIEMU_ALERT_NO_REMOVAL = 10,
	SCSIEMU_ALERT_CLEANING_MEDIA = 11,
	SCSIEMU_ALERT_UNSUPPORTED_FORMAT = 12,
	SCSIEMU_ALERT_CLEAN_NOW = 20,
	SCSIEMU_ALERT_WORM_OVERWRITE = 60
};

/*
 * A condition of the drive or its cartridge is there, or is over. Hosts find it
 * in log pages 2Eh and 12h; reading 2Eh clears what that host has seen. 0, or
 * SCSIEMU_ERR_ARG: another flag than 1 to 64, or not a tape drive. On the
 * device's thread.
 */
int scsiemu_ssc_alert(struct scsiemu_lu *lu, unsigned flag, bool on);

#ifdef __cplusplus
}
#endif
#endif
