/*
 * names: a hash map from names to numbers, with a fixed capacity.
 */
#ifndef VV_DATASET_SCHEMA_NAMES_H
#define VV_DATASET_SCHEMA_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* A slot of the map: a name and its number. */
typedef struct vv_name {
	const char *text; /* borrowed; NULL: a free slot */
	size_t len;
	size_t value; /* the number; callers may change it */
} vv_name;

/* The map. It uses open addressing, and is at most half full. */
typedef struct vv_names {
	vv_name *slots; /* mask + 1 slots, in the arena */
	size_t mask;    /* the number of slots, a power of two, minus 1 */
} vv_names;

/* Makes an empty map for at most count names; the caller must not add more. Returns false if out of
 * memory. */
bool vv_names_init(vv_names *n, vv_arena *arena, size_t count);
/* Adds the name text[0 .. len) with the value, unless the map already has the name. text is
 * borrowed. Returns the name's slot. Sets *added to true if the name was added; added may be
 * NULL. */
vv_name *vv_names_put(vv_names *n, const char *text, size_t len, size_t value, bool *added);
/* Returns the name's slot, or NULL if the map does not have the name. All members of n zero: an
 * empty map. */
const vv_name *vv_names_find(const vv_names *n, const char *text, size_t len);

#endif
