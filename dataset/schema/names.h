/*
 * names: a hash map from names to numbers, with a fixed capacity.
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

/* The map. It uses open addressing, and is at most half full. */
typedef struct vv_names {
	vv_name *slots; /* mask + 1 slots, in the arena */
	size_t mask;
} vv_names;

/* Makes an empty map for at most count names. Returns false if out of memory. */
bool vv_names_init(vv_names *n, vv_arena *arena, size_t count);
/* Adds the name, whose text is borrowed, with the value, unless the map has the name. Returns its
 * slot. added may be NULL; else *added is set to whether the name was added. */
vv_name *vv_names_put(vv_names *n, const char *text, size_t len, size_t value, bool *added);
/* Returns the name's slot, or NULL if the map does not have the name. */
const vv_name *vv_names_find(const vv_names *n, const char *text, size_t len);

#endif
