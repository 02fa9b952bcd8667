/*
 * flatbuffer: reads untrusted tables of FlatBuffers.
 *
 * A correct caller: sets bytes and len; gets the root table, then members by their number; checks `bad` once, at the end or
 * before using the values for a decision. A place outside of the bytes sets it, and reads as 0, or empty.
 *
 * Format: "FlatBuffers internals".
 */
#ifndef VV_LIB_ARROW_FLATBUFFER_H
#define VV_LIB_ARROW_FLATBUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

typedef struct vv_flatbuffer {
	const uint8_t *bytes;
	size_t len;
	bool bad;
} vv_flatbuffer;

/* at 0: none, all of whose members have their defaults. */
typedef struct vv_flat_table {
	size_t at, len;
	size_t places, places_len; /* of the members */
} vv_flat_table;

typedef struct vv_flat_vector {
	size_t at, count; /* its first element */
} vv_flat_vector;

vv_flat_table vv_flat_root(vv_flatbuffer *b);
/* A number of 1, 2, 4 or 8 bytes. */
int64_t vv_flat_int(vv_flatbuffer *b, vv_flat_table t, unsigned member, unsigned size,
		    int64_t missing);
vv_flat_table vv_flat_child(vv_flatbuffer *b, vv_flat_table t, unsigned member);
/* A vector whose elements, of `size` bytes, are all inside; the size of text is 1. */
vv_flat_vector vv_flat_elements(vv_flatbuffer *b, vv_flat_table t, unsigned member, size_t size);
/* A text, copied; "" if missing. NULL: not UTF-8, or out of memory. */
char *vv_flat_text(vv_flatbuffer *b, vv_flat_table t, unsigned member, vv_arena *arena);
/* Element i of a vector of tables. */
vv_flat_table vv_flat_element(vv_flatbuffer *b, vv_flat_vector v, size_t i);

#endif
