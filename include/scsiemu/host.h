/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scsiemu/host.h - device strings: the one way every tool names a device.
 *
 *	TYPE[:key=value,...]	disk:path=a.img,size=1G,thin,serial=X1
 *	disk:mem,size=64M	disk:null,size=1T
 *	tape:mem,size=64M
 *	library:dir=DIR,drives=2,slots=24	a changer and its drives
 *	proc			a processor: a queue of messages
 *
 * "\," is a comma inside a value; sizes take K M G T P (2^10 ...). The file
 * that profile=NAME names gives keys, too (docs/profiles.md); NAME without a
 * slash is looked for in the folder of the environment's SCSIEMU_PROFILES, or
 * where the library was installed.
 */
#ifndef SCSIEMU_HOST_H
#define SCSIEMU_HOST_H

#include <scsiemu/pump.h>
#include <scsiemu/stores.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A device string, parsed and opened: what the LU needs, and what it owns. */
struct scsiemu_host_lu {
	struct scsiemu_lu_config *config; /* its own; NULL once attached */
	struct scsiemu_medium medium;
	struct scsiemu_nv nv;
	struct scsiemu_lu *lu; /* once attached */
	void *mailbox;	       /* a processor's messages; its own */
	void *state;	       /* the LU's, where it needs much; its own */
	void *kept;	       /* what the LU goes on reading; its own */
	void *control;	       /* a library's control socket; its own */
	char *summary; /* "disk a.img, 1 GiB, 512-byte blocks"; its own */
};

/*
 * Parse and open. 0, or -1 with a message that names the key, what is wrong
 * with its value and what is allowed; nothing stays open then.
 */
int scsiemu_host_open(struct scsiemu_host_lu *h, const char *device,
		      struct scsiemu_errmsg *err);
/*
 * A serial number where the device string gave none, from the target's name,
 * which is unique in the world, and the LUN: the default of struct
 * scsiemu_lu_config is the LUN alone, and an initiator that meets two logical
 * units of one identity takes them for two paths to one medium. The same after
 * every start. Call before scsiemu_host_attach().
 */
void scsiemu_host_serial(struct scsiemu_host_lu *h, const char *target,
			 uint16_t lun);
/* Make it LUN lun of d, restore its saved state, load its medium. */
int scsiemu_host_attach(struct scsiemu_host_lu *h, struct scsiemu_device *d,
			uint16_t lun, struct scsiemu_errmsg *err);
/* The file or device may have another size (scsiemu_medium_refresh()): hosts
 * are told. Between commands. 0, or -1 with a message. */
int scsiemu_host_refresh(struct scsiemu_host_lu *h, struct scsiemu_errmsg *err);
/* Flush, save what is not saved yet, and close; before the device is destroyed.
 * No command may be alive on it. 0, or -1: the flush or a save failed. */
int scsiemu_host_close(struct scsiemu_host_lu *h, struct scsiemu_errmsg *err);
/* One logical unit of a program, as its command line named it. */
struct scsiemu_host_unit {
	struct scsiemu_host_unit *next; /* in the order they were named */
	const char *text;		/* the device string; the caller's */
	uint16_t lun;			/* final once the device is open */
	bool placed;			/* the LUN was given */
	struct scsiemu_host_lu host;	/* once the device is open */
};

/*
 * A device, its pump and its logical units: all that a program which serves
 * devices has beside its transport. Zeros before the first call.
 */
struct scsiemu_host_device {
	struct scsiemu_device *dev;
	struct scsiemu_pump pump;
	struct scsiemu_host_unit *units;
	uint32_t nunits;
	void *bounce; /* the pump's */
};

/*
 * One more logical unit, "[LUN=]DEVICE": without a LUN it is the next one
 * behind the last. Only the LUN is looked at. 0, or -1 with a message. The
 * drives of a library are at the LUNs behind it, once the device is open; what
 * comes next without a LUN moves behind them then.
 */
int scsiemu_host_device_add(struct scsiemu_host_device *h, const char *text,
			    struct scsiemu_errmsg *err);
/*
 * Make the device, open and attach what was added. name: the target's, unique
 * in the world (scsiemu_host_serial()). limits: NULL, or what is to be more
 * than a hosted program's usual (scsiemu_host_limits()). 0, or -1 with a
 * message; then scsiemu_host_device_close() is due all the same.
 */
int scsiemu_host_device_open(struct scsiemu_host_device *h, const char *name,
			     const struct scsiemu_limits *limits,
			     struct scsiemu_errmsg *err);
/* Close all of them, after the transport has ended; *h is zeros again. 0, or
 * -1 with the first message: something was not flushed or saved. */
int scsiemu_host_device_close(struct scsiemu_host_device *h,
			      struct scsiemu_errmsg *err);
/* Room for what a host of tens of initiators does: a start to change. */
void scsiemu_host_limits(struct scsiemu_limits *l);

/*
 * The operator of a library that is served (docs/changer.md, "Operating a
 * library"): a socket "control" in its directory, by which cartridges are put
 * in and taken out. One more descriptor of the program's loop: when it can be
 * read, scsiemu_host_operate() is due. Loops of this library do both:
 * scsiemu_loop_operate(), scsiemu_iscsi_server_operate().
 * The descriptor, until scsiemu_host_close(); -1 with a message: h is no
 * library, or the socket cannot be made.
 */
int scsiemu_host_control(struct scsiemu_host_lu *h, struct scsiemu_errmsg *err);
/* Answers whoever has asked. Never waits for anybody; on the device's thread,
 * between commands. */
void scsiemu_host_operate(struct scsiemu_host_lu *h);
/* Is it a library? */
bool scsiemu_host_is_library(const struct scsiemu_host_lu *h);

/* The longest reply to a request, with its NUL. */
#define SCSIEMU_LIBRARY_REPLY 16384
/*
 * Be the operator of the library in dir: of who serves it, or of nobody's, then
 * under its lock. request: "ls", "insert ie VOL042L8 12884901888" ...
 * (docs/changer.md, "The control socket"). Waits while the robot works. 0: the
 * reply, which begins with "ok", "no" or "busy"; room is SCSIEMU_LIBRARY_REPLY.
 * -1 with a message: there was nobody to ask, or no reply.
 */
int scsiemu_library_ask(const char *dir, const char *request, char *reply,
			size_t room, struct scsiemu_errmsg *err);

/*
 * A new cartridge for the drive of a profile (docs/profiles.md): capacity,
 * density and medium type of a density that it takes. In is, what is to win:
 * bytes, density (0: as barcodes that end so have it, else the usual one),
 * worm, which such an end says too. barcode: or NULL. profile: as in profile=;
 * NULL: that of an LTO drive, if the barcode ends like one of LTO's, else is
 * stays as it was. 0, or -1 with a message: there is no such profile, or it
 * takes no such density.
 */
int scsiemu_host_cartridge(struct scsiemu_tape_new *is, const char *profile,
			   const char *barcode, struct scsiemu_errmsg *err);

/* Text for --help: every type and key with what it takes. */
const char *scsiemu_host_help(void);

/* malloc and free as an allocator. */
extern const struct scsiemu_allocator scsiemu_host_allocator;

/* From the system, for scsiemu_copy_config.random; ctx is not used. */
bool scsiemu_host_random(void *ctx, void *buf, uint32_t len);

#ifdef __cplusplus
}
#endif
#endif
