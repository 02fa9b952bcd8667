/*
 * dictionary: collects the distinct texts of an array, in the order of their first occurrence.
 *
 * A correct caller zeroes the dictionary. For each array, it calls vv_arrow_dictionary_begin,
 * vv_arrow_dictionary_put for each text, and vv_arrow_dictionary_end. It calls
 * vv_arrow_dictionary_clear at the end.
 */
#ifndef VV_LIB_ARROW_DICTIONARY_H
#define VV_LIB_ARROW_DICTIONARY_H

#include "base/hash_index.h"
#include "lib/arrow/array.h"

/* The distinct texts of the current array. */
typedef struct vv_arrow_dictionary {
	vv_hash_index index;  /* finds a text by its hash */
	vv_arrow_memory ends; /* uint32_t offsets into text: 0, then the end of each text */
	vv_arrow_memory text; /* the texts, one after the other */
	size_t count;         /* number of texts */
} vv_arrow_dictionary;

void vv_arrow_dictionary_clear(vv_arrow_dictionary *d);

/* Removes all texts. Returns false if out of memory. */
bool vv_arrow_dictionary_begin(vv_arrow_dictionary *d);

/* Sets *place to the index of a text in the dictionary, and adds the text if d does not have it.
 * The caller ensures that all texts together have fewer than 2^31 bytes. Returns false if out of
 * memory. */
bool vv_arrow_dictionary_put(size_t *place, vv_arrow_dictionary *d, const char *text, size_t len);

/* Makes *out an array of the texts, and moves the buffers of d to it. Returns false if out of
 * memory. */
bool vv_arrow_dictionary_end(struct ArrowArray *out, vv_arrow_dictionary *d);

#endif
