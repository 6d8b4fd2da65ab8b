/* SPDX-License-Identifier: BSD-2-Clause */
/* node.h - in the place of a node there is a sparse file that is as long as
 * this says: a name's node is one stat() away. */
#ifndef SHIM_NODE_H
#define SHIM_NODE_H

#include <stdbool.h>
#include <stdint.h>

#define SHIM_IS_NODE  (1u << 30) /* below 2 GiB: any stat() can tell */
#define SHIM_IS_BLOCK (1u << 29)
#define SHIM_MAJOR_AT 20
#define SHIM_MAJOR    0x1ffu
#define SHIM_MINOR    0xfffffu

struct shim_node {
	uint32_t major, minor;
	bool block;
	int flags; /* that it was opened with, of shim_file() */
};

static inline int32_t shim_node_size(bool block, uint32_t major, uint32_t minor)
{
	return (int32_t)(SHIM_IS_NODE | (block ? SHIM_IS_BLOCK : 0) |
			 (major & SHIM_MAJOR) << SHIM_MAJOR_AT |
			 (minor & SHIM_MINOR));
}

/* false: it is a file like others. */
static inline bool shim_node_of(uint64_t size, struct shim_node *n)
{
	n->block = size & SHIM_IS_BLOCK;
	n->major = (uint32_t)(size >> SHIM_MAJOR_AT) & SHIM_MAJOR;
	n->minor = (uint32_t)size & SHIM_MINOR;
	return size & SHIM_IS_NODE;
}

#endif
