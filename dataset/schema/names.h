/*
 * names: a map from names to numbers, made once for a known count of names.
 */
#ifndef VV_DATASET_SCHEMA_NAMES_H
#define VV_DATASET_SCHEMA_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

typedef struct vv_name {
	const char *text; /* borrowed; NULL: a free slot */
	size_t len;
	size_t value;
} vv_name;

/* Open addressing, at most half full. */
typedef struct vv_names {
	vv_name *slots; /* mask + 1 of them, in the arena given */
	size_t mask;
} vv_names;

/* Room for count names. False when out of memory. */
bool vv_names_init(vv_names *n, vv_arena *arena, size_t count);
/* Adds the name unless it exists; returns its slot; *added (may be NULL): is it new? */
vv_name *vv_names_put(vv_names *n, const char *text, size_t len, size_t value, bool *added);
const vv_name *vv_names_find(const vv_names *n, const char *text, size_t len); /* may be NULL */

#endif
