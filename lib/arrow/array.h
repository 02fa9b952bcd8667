/*
 * array: makes arrays and schemas of the Arrow C data interface, and manages their memory.
 *
 * A correct caller calls vv_arrow_array, then vv_arrow_give for each buffer, and does the same for
 * each child. Whoever owns the array calls its release. All arrays have offset 0, and the caller of
 * vv_arrow_array passes an exact null count.
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

/* A pool that reuses the memory of released arrays: getting new memory from the system takes longer
 * than filling it. Thread-safe. */
typedef struct vv_arrow_spare vv_arrow_spare;
vv_arrow_spare *vv_arrow_spare_new(void); /* returns NULL if out of memory */
/* Closes the pool: no new array may use it. Existing arrays may still have memory from the pool; it
 * stays valid until they are released. Before, drop or give every vv_arrow_memory that names the
 * pool, and do not use it afterwards. s may be NULL. */
void vv_arrow_spare_close(vv_arrow_spare *s);

/* Memory for a buffer. All members zero: empty. */
typedef struct vv_arrow_memory {
	char *bytes;
	size_t len, cap;
	/* the pool that memory is taken from and returned to; NULL: the heap */
	vv_arrow_spare *spare;
} vv_arrow_memory;

/* Makes room for `more` further bytes. Returns false if out of memory; m is then unchanged. */
bool vv_arrow_room(vv_arrow_memory *m, size_t more);
/* empties m, and frees its memory or returns it to m's pool */
void vv_arrow_drop(vv_arrow_memory *m);

/* Makes *out an array of `rows` rows. buffers: number of buffers, at most 3; each is NULL until
 * vv_arrow_give sets it. children: number of children; they are allocated, and the caller fills
 * them. nulls: the null count. Returns false if out of memory; *out is then all zero. */
bool vv_arrow_array(struct ArrowArray *out, size_t rows, uint64_t nulls, int64_t buffers,
		    size_t children);
/* Moves the memory of m to the array, as its buffer i; call it once for each buffer. The array's
 * release frees it. m is then empty, and keeps its pool. */
void vv_arrow_give(struct ArrowArray *a, size_t i, vv_arrow_memory *m);
/* Adds a dictionary to the array, and returns it. It is all zero, and the caller fills it with
 * vv_arrow_array. The array owns it. Never returns NULL. */
struct ArrowArray *vv_arrow_array_dictionary(struct ArrowArray *a);

/* Makes *out a schema. children: number of children; they are allocated, and the caller fills them.
 * format must outlive the schema, for example a string constant; name is copied. Returns false if
 * out of memory. */
bool vv_arrow_schema(struct ArrowSchema *out, const char *format, const char *name, bool nullable,
		     size_t children);
/* Adds a dictionary to the schema; its values have this format. Returns false if out of memory. */
bool vv_arrow_schema_dictionary(struct ArrowSchema *a, const char *format);
/* Sets the schema's metadata to a single pair of key and value; value has len bytes. May be called
 * once for each schema. Returns false if out of memory. */
bool vv_arrow_schema_note(struct ArrowSchema *a, const char *key, const char *value, size_t len);

#endif
