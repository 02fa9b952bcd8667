/*
 * array: arrays and schemas of the Arrow C data interface, and their memory, for consumers.
 *
 * A correct caller: vv_arrow_array, then vv_arrow_give for each buffer, and its children likewise; the owner of the
 * array calls its release. Offsets are 0 and counts of nulls exact, which consumers rely on.
 *
 * Formats: Apache Arrow, "The Arrow C data interface" and "The Arrow columnar format". Buffers begin at multiples of 64
 * bytes.
 */
#ifndef VV_LIB_ARROW_ARRAY_H
#define VV_LIB_ARROW_ARRAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "varve/arrow.h"

/* Memory of released arrays, for reuse: fresh memory costs more than filling it. For any thread. */
typedef struct vv_arrow_spare vv_arrow_spare;
vv_arrow_spare *vv_arrow_spare_new(void); /* NULL when out of memory */
/* No array follows; those that were made may still have memory of it. Accepts NULL. */
void vv_arrow_spare_close(vv_arrow_spare *s);

typedef struct vv_arrow_memory {
	char *bytes;
	size_t len, cap;
	vv_arrow_spare *spare; /* the pool that it is from and returns to, or NULL */
} vv_arrow_memory;

/* Makes room for `more` bytes. False: out of memory. */
bool vv_arrow_room(vv_arrow_memory *m, size_t more);
void vv_arrow_drop(vv_arrow_memory *m); /* returns it; it is then empty */

/* An array without buffers, whose children are not filled. False: out of memory. */
bool vv_arrow_array(struct ArrowArray *out, size_t rows, uint64_t nulls, int64_t buffers,
		    size_t children);
/* The memory becomes buffer i of the array; m is empty again. */
void vv_arrow_give(struct ArrowArray *a, size_t i, vv_arrow_memory *m);
/* Its dictionary, which the caller fills. */
struct ArrowArray *vv_arrow_array_dictionary(struct ArrowArray *a);

/* A schema whose children are not filled; format is borrowed for ever, name copied. False: out of memory. */
bool vv_arrow_schema(struct ArrowSchema *out, const char *format, const char *name, bool nullable,
		     size_t children);
/* Adds a dictionary of that format. False: out of memory. */
bool vv_arrow_schema_dictionary(struct ArrowSchema *a, const char *format);
/* Sets its only pair of metadata. False: out of memory. */
bool vv_arrow_schema_note(struct ArrowSchema *a, const char *key, const char *value, size_t len);

#endif
