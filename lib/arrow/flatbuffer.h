/*
 * flatbuffer: reads untrusted tables of FlatBuffers.
 *
 * A correct caller sets bytes and len, gets the root table, then its members by their numbers. It
 * checks `bad` at the end, and before any decision that depends on a value. If the data is damaged,
 * a function sets `bad`, and returns the member's default, or an empty table, vector or text. No
 * function reads outside of the bytes.
 *
 * Format: "FlatBuffers internals".
 */
#ifndef VV_LIB_ARROW_FLATBUFFER_H
#define VV_LIB_ARROW_FLATBUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* The bytes that are read. */
typedef struct vv_flatbuffer {
	const uint8_t *bytes; /* borrowed */
	size_t len;
	bool bad; /* the data is damaged: no value that was read is reliable */
} vv_flatbuffer;

/* A table. If `at` is 0, the table is missing, and all its members have their default values. */
typedef struct vv_flat_table {
	size_t at,          /* offset of the table in the bytes */
		len;        /* its length */
	size_t places,      /* offset of the list of its members' offsets (vtable) */
		places_len; /* length of the list */
} vv_flat_table;

/* A vector. */
typedef struct vv_flat_vector {
	size_t at,     /* offset of the first element */
		count; /* number of elements */
} vv_flat_vector;

/* Returns the root table. */
vv_flat_table vv_flat_root(vv_flatbuffer *b);
/* Returns the member with number `member`, a signed integer of `size` bytes: 1, 2, 4 or 8. Returns
 * `missing` if the table does not have the member. */
int64_t vv_flat_int(vv_flatbuffer *b, vv_flat_table t, unsigned member, unsigned size,
		    int64_t missing);
/* Returns a member that is a table. */
vv_flat_table vv_flat_child(vv_flatbuffer *b, vv_flat_table t, unsigned member);
/* Returns a member that is a vector, after checking that the bytes contain all its elements. size:
 * bytes of an element; 1 for text. */
vv_flat_vector vv_flat_elements(vv_flatbuffer *b, vv_flat_table t, unsigned member, size_t size);
/* Returns a copy of a text, allocated in the arena; "" if the table does not have the member.
 * Returns NULL if the text is not UTF-8 or contains a NUL byte, or if memory ran out. */
char *vv_flat_text(vv_flatbuffer *b, vv_flat_table t, unsigned member, vv_arena *arena);
/* Returns element i of v, a vector of tables. i must be below v.count. */
vv_flat_table vv_flat_element(vv_flatbuffer *b, vv_flat_vector v, size_t i);

#endif
