/*
 * array: makes arrays and schemas of the Arrow C data interface, and manages their memory.
 *
 * A correct caller: vv_arrow_array, then vv_arrow_give for each buffer, and the same for its
 * children; the owner of the array calls its release. Consumers may rely on offsets that are 0 and
 * on exact null counts.
 *
 * Formats: Apache Arrow, "The Arrow C data interface" and "The Arrow columnar format". Buffers
 * begin at multiples of 64 bytes.
 */
#ifndef VV_LIB_ARROW_ARRAY_H
#define VV_LIB_ARROW_ARRAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "varve/arrow.h"

/* A pool of memory of released arrays, for reuse, since new memory from the system costs more than
 * filling it. Thread-safe. */
typedef struct vv_arrow_spare vv_arrow_spare;
vv_arrow_spare *vv_arrow_spare_new(void); /* returns NULL if out of memory */
/* Closes the pool: no new array may use it. Memory from the pool in existing arrays remains valid,
 * and is freed with the arrays. s may be NULL. */
void vv_arrow_spare_close(vv_arrow_spare *s);

/* Memory for a buffer. All members zero: empty. */
typedef struct vv_arrow_memory {
	char *bytes;
	size_t len, cap;
	/* the pool that the memory came from, and to which it is returned; NULL: the heap */
	vv_arrow_spare *spare;
} vv_arrow_memory;

/* Makes room for `more` further bytes. Returns false if out of memory. */
bool vv_arrow_room(vv_arrow_memory *m, size_t more);
void vv_arrow_drop(vv_arrow_memory *m); /* returns m's memory to its pool; m is then empty */

/* Makes *out an array of `rows` rows. Its `buffers` buffers are NULL until vv_arrow_give sets them;
 * its `children` children are allocated, and the caller fills them. nulls: the null count. Returns
 * false if out of memory. */
bool vv_arrow_array(struct ArrowArray *out, size_t rows, uint64_t nulls, int64_t buffers,
		    size_t children);
/* Moves the memory into buffer i of the array; m is then empty. */
void vv_arrow_give(struct ArrowArray *a, size_t i, vv_arrow_memory *m);
/* Makes a dictionary part of the array, and returns the dictionary, borrowed from the array; the
 * caller fills it. Never returns NULL. */
struct ArrowArray *vv_arrow_array_dictionary(struct ArrowArray *a);

/* Makes *out a schema. Its `children` children are allocated, and the caller fills them. format
 * must be a constant; name is copied. Returns false if out of memory. */
bool vv_arrow_schema(struct ArrowSchema *out, const char *format, const char *name, bool nullable,
		     size_t children);
/* Adds a dictionary with this format to the schema. Returns false if out of memory. */
bool vv_arrow_schema_dictionary(struct ArrowSchema *a, const char *format);
/* Sets the schema's metadata to a single pair of key and value; value has len bytes. Returns false
 * if out of memory. */
bool vv_arrow_schema_note(struct ArrowSchema *a, const char *key, const char *value, size_t len);

#endif
