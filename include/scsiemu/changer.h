/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scsiemu/changer.h - media changers as a store: elements with addresses, what
 * is in them, and moving it. docs/stores.md, "Changers", is the contract in
 * full.
 */
#ifndef SCSIEMU_CHANGER_H
#define SCSIEMU_CHANGER_H

#include <scsiemu/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Types of elements (SMC-3 table 11, ELEMENT TYPE CODE). */
enum scsiemu_element_type {
	SCSIEMU_ELEMENT_ALL = 0, /* in CDBs: any type */
	SCSIEMU_ELEMENT_MT,	 /* medium transport: the robot's hand */
	SCSIEMU_ELEMENT_ST,	 /* storage: a slot */
	SCSIEMU_ELEMENT_IE,	 /* import/export: a slot for the operator */
	SCSIEMU_ELEMENT_DT,	 /* data transfer: a drive */
	SCSIEMU_ELEMENT_TYPES
};

/* Elements of one type have consecutive addresses. */
struct scsiemu_element_range {
	uint16_t first, n;
};
/* By enum scsiemu_element_type; [0] is unused. At least one transport, at most
 * 127, and none of address 0, which stands for "the usual one" in CDBs; ranges
 * do not overlap. */
struct scsiemu_changer_layout {
	struct scsiemu_element_range of[SCSIEMU_ELEMENT_TYPES];
};
#define SCSIEMU_TRANSPORTS_MAX 127

/* SMC-3 table 24, MEDIUM TYPE */
enum scsiemu_cartridge {
	SCSIEMU_CARTRIDGE_UNSPECIFIED,
	SCSIEMU_CARTRIDGE_DATA,
	SCSIEMU_CARTRIDGE_CLEANING,
	SCSIEMU_CARTRIDGE_DIAGNOSTIC,
	SCSIEMU_CARTRIDGE_WORM,
	SCSIEMU_CARTRIDGE_MICROCODE
};

#define SCSIEMU_TAG_MAX 32

/* A volume tag: what the barcode says. */
struct scsiemu_changer_tag {
	char id[SCSIEMU_TAG_MAX + 1]; /* ASCII 20h..7Eh; "": none */
	uint16_t sequence;
};

/* What is wrong with an element. */
enum scsiemu_element_fault {
	SCSIEMU_ELEMENT_SOUND,
	SCSIEMU_ELEMENT_UNREADABLE, /* its cartridge cannot be opened */
	SCSIEMU_ELEMENT_MAGAZINE    /* its magazine is not there */
};

/* One element, now. */
struct scsiemu_element {
	struct scsiemu_changer_tag tag; /* of the cartridge */
	uint16_t source; /* where the cartridge was stored last ... */
	uint8_t type;	 /* enum scsiemu_cartridge */
	uint8_t fault;	 /* enum scsiemu_element_fault */
	bool full;
	bool svalid;   /* ... if that is known */
	bool imported; /* IE: the operator has put it in, not the robot */
	bool open;     /* IE: the operator's hand may be in it */
	bool disabled;
};

/* How often a cartridge was put into an element and taken from it, by moves and
 * exchanges. */
struct scsiemu_element_counts {
	uint32_t places, picks;
};

/* scsiemu_medium.able of a changer; the values are no other's there. */
enum scsiemu_changer_can {
	SCSIEMU_CHANGER_MOVE = SCSIEMU_CAN_WRITE,
	SCSIEMU_CHANGER_EXCHANGE = SCSIEMU_CAN_ZERO,
	SCSIEMU_CHANGER_TAG = SCSIEMU_CAN_UNMAP,
	SCSIEMU_CHANGER_DOOR = SCSIEMU_CAN_STATUS,
	SCSIEMU_CHANGER_REACH = SCSIEMU_CAN_PI
};

/*
 * Operations return an enum scsiemu_result or SCSIEMU_PENDING, as those of
 * block media do; one at a time is in flight. E_RANGE: there is no such
 * element; E_NO_OBJECT: the source is empty; E_EXISTS: the destination is full;
 * E_READ: the cartridge cannot be opened; E_WRITE: what would be the new state
 * could not be kept; E_HARDWARE: the robot is broken. After any error all is
 * where it was.
 */
struct scsiemu_changer_ops {
	uint32_t size;
	/* Facts: from memory, at once. The layout stays as long as the changer
	 * is loaded; element() of an address that nobody has gives zeros. */
	void (*layout)(void *r, struct scsiemu_changer_layout *out);
	void (*element)(void *r, uint16_t addr, struct scsiemu_element *out);
	/* The cartridge in a data transfer element, opened, as the drive is to
	 * load it, or the one in reach. NULL: there is none, or it cannot be
	 * opened. */
	struct scsiemu_medium *(*medium)(void *r, uint16_t addr);
	/* A cartridge moves; it comes to rest where the next start would find
	 * it, durable before it is done. NULL: nothing moves here. */
	int (*move)(void *r, struct scsiemu_io *io, uint16_t from, uint16_t to);
	/* What is in `to` moves to `second`, what is in `from` to `to`, both or
	 * neither. second may be from. NULL: no EXCHANGE MEDIUM. */
	int (*exchange)(void *r, struct scsiemu_io *io, uint16_t from,
			uint16_t to, uint16_t second);
	/* Look again what is in n elements from first on (n 0: in all).
	 * NULL: it is always known. */
	int (*scan)(void *r, struct scsiemu_io *io, uint16_t first, uint16_t n);
	/* The cartridge gets another volume tag; durable. NULL: tags are not
	 * the host's to set. */
	int (*tag)(void *r, struct scsiemu_io *io, uint16_t addr,
		   const struct scsiemu_changer_tag *tag);
	/* An import/export element opens for the operator, or closes. NULL:
	 * hosts do not do that here. */
	int (*door)(void *r, struct scsiemu_io *io, uint16_t addr, bool open);
	void (*cancel)(void *r, struct scsiemu_io *io); /* as block_ops */
	void (*close)(void *r);
	/* A fact: what was moved since the changer was opened; zeros of an
	 * address that nobody has. NULL: nobody counts. */
	void (*counts)(void *r, uint16_t addr,
		       struct scsiemu_element_counts *out);
	/* The memory of the cartridge in an element comes into reach: it is
	 * opened, if it is not, so that medium() gives it, until on is false,
	 * or it moves. What is in a drive stays open. NULL: hosts have it from
	 * drives alone. */
	int (*reach)(void *r, struct scsiemu_io *io, uint16_t addr, bool on);
};

/* enum scsiemu_changer_can of what ops offers. */
uint32_t scsiemu_changer_able(const struct scsiemu_changer_ops *ops);

/* The type of the element at an address; 0: nobody has it. */
static inline unsigned scsiemu_element_at(
	const struct scsiemu_changer_layout *l, uint32_t addr)
{
	unsigned type = SCSIEMU_ELEMENT_TYPES - 1;

	while (type && (addr < l->of[type].first ||
			addr >= (uint32_t)l->of[type].first + l->of[type].n))
		type--;
	return type;
}

#ifdef __cplusplus
}
#endif
#endif
