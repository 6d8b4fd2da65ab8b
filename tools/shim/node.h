/* SPDX-License-Identifier: BSD-2-Clause */
/* node.h - in the place of a node there is a sparse file that is as long as
 * this says: a name's node is one stat() away. */
#ifndef SHIM_NODE_H
#define SHIM_NODE_H

#include <stdbool.h>
#include <stdint.h>

#define SHIM_IS_NODE  (1ull << 41)
#define SHIM_IS_BLOCK (1ull << 40)
#define SHIM_MAJOR_AT 20
#define SHIM_NUMBER   0xfffffu

struct shim_node {
	uint32_t major, minor;
	bool block;
};

static inline int64_t shim_node_size(bool block, uint32_t major, uint32_t minor)
{
	return (int64_t)(SHIM_IS_NODE | (block ? SHIM_IS_BLOCK : 0) |
			 (uint64_t)(major & SHIM_NUMBER) << SHIM_MAJOR_AT |
			 (minor & SHIM_NUMBER));
}

/* false: it is a file like others. */
static inline bool shim_node_of(uint64_t size, struct shim_node *n)
{
	n->block = size & SHIM_IS_BLOCK;
	n->major = (uint32_t)(size >> SHIM_MAJOR_AT) & SHIM_NUMBER;
	n->minor = (uint32_t)size & SHIM_NUMBER;
	return size & SHIM_IS_NODE;
}

#endif
