/* SPDX-License-Identifier: BSD-2-Clause */
/* host/devstr.h - a device string taken apart (scsiemu/host.h). */
#ifndef SEMU_HOST_DEVSTR_H
#define SEMU_HOST_DEVSTR_H

#include <scsiemu/alua.h>
#include <scsiemu/host.h>
#include <scsiemu/inject.h>
#include <scsiemu/proc.h>
#include <scsiemu/sbc.h>
#include <scsiemu/smc.h>
#include <scsiemu/ssc.h>

#define SEMU_PATH 1024
/* Drives of a library that become logical units of a program. */
#define SEMU_DEVDRIVES 64

#define SEMU_DEVGROUPS 16
struct semu_devgroups {
	unsigned n;
	struct scsiemu_alua_group group[SEMU_DEVGROUPS];
};

#define SEMU_DEVRULES 16
struct semu_devrules {
	unsigned n;
	struct scsiemu_inject rule[SEMU_DEVRULES];
};

/* What a product does otherwise, for struct scsiemu_quirks. */
struct semu_devquirks {
	unsigned nhide, nvpd, ninquiry, nversions, nmodes, nlogs, nvalues;
	struct scsiemu_hidden hide[SCSIEMU_HIDDEN];
	uint8_t vpd[32], inquiry[20], logs[SCSIEMU_SHOWN];
	uint16_t versions[8], modes[SCSIEMU_SHOWN];
	struct scsiemu_mode_value values[SCSIEMU_MODE_VALUES];
};

/* What tapes a drive takes (devformats.c), with their texts. */
#define SEMU_DEVFORMATS 12
struct semu_devformats {
	unsigned n;
	struct semu_devformat {
		struct scsiemu_ssc_density is;
		char organization[9], name[9], text[21];
		char label[3], worm_label[3]; /* ends of barcodes */
	} row[SEMU_DEVFORMATS];
};
#define SEMU_DEVMEDIA 16
struct semu_devmedia {
	unsigned n;
	struct semu_devmedium {
		struct scsiemu_ssc_medium_type is;
		char organization[9], name[9], text[21];
	} row[SEMU_DEVMEDIA];
};
/* What a drive's options point to as long as it is there. */
struct semu_devkept {
	struct semu_devformats formats;
	struct semu_devmedia media;
	struct scsiemu_ssc_density density[SEMU_DEVFORMATS];
	struct scsiemu_ssc_medium_type medium[SEMU_DEVMEDIA];
	char library[33]; /* its serial number */
};

/* What was given; zero or empty: not given. */
struct semu_devstr {
	const struct scsiemu_type *type;
	const char *type_name;
	bool bare; /* the type has no store */
	bool is_tape;
	struct scsiemu_sbc_options sbc;
	uint64_t pool, defects, streams, hints, elements;
	uint64_t size, block, exponent, version, naa, transition;
	uint64_t inquiry_len, claims, serial_len;
	uint8_t tpgs; /* enum scsiemu_tpgs */
	struct semu_devgroups groups;
	struct semu_devzones {
		uint64_t bytes, cap, conventional, before, open, realms, front;
		uint8_t model;
		bool constrained;
	} zones;
	struct semu_devpi {
		uint64_t type; /* SEMU_PI_TYPE_0 and up; 0: not given */
		uint64_t exponent;
		uint8_t where; /* enum semu_devpi_where; 0: not given */
	} pi;
	bool is_library;
	struct semu_devlibrary {
		uint64_t drives, slots, ie, cartridges; /* 0: not given */
		/* of one that is made, where nothing is given */
		uint64_t usual_drives, usual_slots, usual_ie;
		/* first addresses of elements */
		uint64_t robots_at, slots_at, ie_at, drives_at;
		uint64_t move_ms;
		uint8_t unload; /* enum scsiemu_smc_unload */
	} library;
	unsigned drive; /* of a library: from 1 on */
	struct semu_devtape {
		uint64_t partitions, density, warning;
		uint64_t block_min, block_max, fixed, granularity;
		bool worm, takes_worm, append_only, unbuffered, reverse,
			protection, reed_solomon, set_capacity, compress,
			encrypt;
		uint8_t image; /* 1 + enum scsiemu_image; 0: not given */
	} tape;
	struct semu_devformats formats; /* also those of a library's drives */
	struct semu_devmedia media;
	struct semu_devrules rules;
	struct semu_devquirks quirks;
	uint64_t rpm;
	bool mem, null, thin, readonly, removable, aca, priorities, logs,
		deferred, power;
	char path[SEMU_PATH], nv[SEMU_PATH], profile[SEMU_PATH];
	char changer_profile[SEMU_PATH];
	struct semu_devtext {
		char vendor[9], product[17], revision[5], serial[33];
	} text;
};

/* 0, or -1: the message names the key, its value and what is allowed. */
int semu_devstr_parse(struct semu_devstr *s, const char *device,
		      struct scsiemu_errmsg *err);

/* The drives of a library: what the device string says of them. */
int semu_devstr_drive(struct semu_devstr *s, const char *device,
		      struct scsiemu_errmsg *err);

/* Keys that were there: a bit of each. */
struct semu_devseen {
	uint64_t bits[2];
};
/* devkeys.c: one key=value (value NULL: there was no '='). */
int semu_devkey_set(struct semu_devstr *s, const char *key, const char *value,
		    struct semu_devseen *seen, struct scsiemu_errmsg *err);

/* devtypes.c: does the key say which disk it is, or where its blocks are? Has a
 * device of this type the key? One of the words (NULL behind the last)? */
bool semu_devkey_own(const char *key);
/* Is it about all drives of a library? */
bool semu_devkey_of_drives(const char *key);
int semu_devkey_fits(const struct semu_devstr *s, const char *key,
		     struct scsiemu_errmsg *err);
bool semu_is_one_of(const char *const *words, const char *word);

/* profile.c: the keys of the profile that the value of profile= names; of a
 * text, where path is for messages. 0, or -1. */
int semu_profile_load(struct semu_devstr *s, const char *name,
		      struct scsiemu_errmsg *err);
int semu_profile_parse(struct semu_devstr *s, const char *path,
		       const char *text, size_t len,
		       struct scsiemu_errmsg *err);

/* devquirks.c: the values of hide, vpd, inquiry, versions, mode_pages,
 * log_pages and, one more of them, mode. 0, or -1. */
int semu_devquirks_hide(struct semu_devquirks *q, const char *value);
int semu_devquirks_vpd(struct semu_devquirks *q, const char *value);
int semu_devquirks_inquiry(struct semu_devquirks *q, const char *value);
int semu_devquirks_versions(struct semu_devquirks *q, const char *value);
int semu_devquirks_modes(struct semu_devquirks *q, const char *value);
int semu_devquirks_mode(struct semu_devquirks *q, const char *value);
int semu_devquirks_logs(struct semu_devquirks *q, const char *value);
/* For a configuration, from what stays where it is. False: there are none. */
bool semu_devquirks_make(struct scsiemu_quirks *has,
			 const struct semu_devquirks *q,
			 const struct semu_devstr *s);

/* devformats.c: one more row of reads or writes, of media; or -1 and a message.
 * Do they go together? The row of the cartridge that is made, NULL: there are
 * none; that cartridge. A drive's options, and what they point to, for free();
 * NULL: out of memory. */
int semu_devformats_add(struct semu_devformats *fs, const char *value,
			bool writes, struct scsiemu_errmsg *err);
int semu_devmedia_add(struct semu_devmedia *ms, const char *value,
		      struct scsiemu_errmsg *err);
int semu_devformats_check(const struct semu_devstr *s,
			  struct scsiemu_errmsg *err);
const struct semu_devformat *semu_devformats_chosen(
	const struct semu_devstr *s);
void semu_devformats_cartridge(struct scsiemu_tape_new *is,
			       const struct semu_devstr *s);
struct semu_devkept *semu_devformats_keep(const struct semu_devstr *s,
					  struct scsiemu_ssc_options *o);

/* devzones.c: the value of zoned; zones of a disk of `bytes`. 0, or -1. */
int semu_devzones_model(uint8_t *model, const char *value);
int semu_devzones_check(const struct semu_devstr *s,
			struct scsiemu_errmsg *err);
int semu_devzones_make(struct scsiemu_zone_options *o,
		       const struct semu_devstr *s,
		       const struct scsiemu_medium *m,
		       struct scsiemu_errmsg *err);

/* devpi.c: the values of pi and pi_store; what follows from them. */
enum { SEMU_PI_TYPE_0 = 1 };
enum semu_devpi_where { SEMU_PI_INTERLEAVED = 1, SEMU_PI_SIDE };
int semu_devpi_type(uint64_t *type, const char *value);
int semu_devpi_store(uint8_t *where, const char *value);
int semu_devpi_check(const struct semu_devstr *s, struct scsiemu_errmsg *err);
void semu_devpi_geometry(struct scsiemu_geometry *g,
			 const struct semu_devstr *s);
void semu_devpi_options(struct scsiemu_sbc_options *o,
			const struct semu_devstr *s);

/* devlibrary.c: what the keys together say; the store; the value of unload. */
int semu_devlibrary_check(struct semu_devstr *s, struct scsiemu_errmsg *err);
int semu_devlibrary_open(struct scsiemu_medium *m, const struct semu_devstr *s,
			 struct scsiemu_errmsg *err);
int semu_devlibrary_unload(uint8_t *unload, const char *value);
/* Its i-th drive knows where it is. */
void semu_devlibrary_place(struct scsiemu_ssc_options *o,
			   struct semu_devkept *k,
			   const struct scsiemu_medium *library, unsigned i,
			   const char *serial);
/* Has somebody made one in this directory? */
bool semu_devlibrary_is_there(const char *dir);
/* hostlu.c: the i-th drive (0 ...) of a library that was opened, without a
 * cartridge. How many it has; 0: it is none. */
int semu_host_open_drive(struct scsiemu_host_lu *h, const char *device,
			 const struct scsiemu_host_lu *library, unsigned i,
			 struct scsiemu_errmsg *err);
/* It knows where it is: before it is attached, behind scsiemu_host_serial() of
 * the library. */
void semu_host_place_drive(struct scsiemu_host_lu *h,
			   const struct scsiemu_host_lu *library, unsigned i);
unsigned semu_host_drives(const struct scsiemu_host_lu *h);

/* devtape.c: the value of format; what the keys together say; the cartridge,
 * and its bytes; the drive's options. */
int semu_devtape_image(uint8_t *image, const char *value);
int semu_devtape_check(struct semu_devstr *s, struct scsiemu_errmsg *err);
int semu_devtape_open(struct scsiemu_medium *m, const struct semu_devstr *s,
		      struct scsiemu_errmsg *err);
/* A cartridge of a library's: its records can be compressed and encrypted. Has
 * this build what the keys want? 0, or -1. */
int semu_devtape_cartridge(struct scsiemu_medium *m, const char *path,
			   const struct scsiemu_tape_new *is, bool read_only,
			   struct scsiemu_errmsg *err);
int semu_devtape_codec(const struct semu_devstr *s, struct scsiemu_errmsg *err);
uint64_t semu_devtape_size(const struct scsiemu_medium *m);
void semu_devtape_options(struct scsiemu_ssc_options *o,
			  const struct semu_devstr *s);

/* devinject.c: one more rule, or -1 and a message; all of them to a LU. */
int semu_devinject_add(struct semu_devrules *rs, const char *value,
		       struct scsiemu_errmsg *err);
int semu_devinject_apply(struct scsiemu_lu *lu, const struct semu_devrules *rs,
			 struct scsiemu_errmsg *err);

/* devalua.c: the values of alua and of groups. 0, or -1. */
int semu_devalua_who(uint8_t *tpgs, const char *value);
int semu_devalua_groups(struct semu_devgroups *gs, const char *value);

#endif
