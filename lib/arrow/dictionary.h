/*
 * dictionary: the different texts of an array, each once, in the order in which they occurred.
 *
 * A correct caller: vv_arrow_dictionary_init; for each array vv_arrow_dictionary_begin, vv_arrow_dictionary_put for each
 * text, then vv_arrow_dictionary_end; vv_arrow_dictionary_clear.
 */
#ifndef VV_LIB_ARROW_DICTIONARY_H
#define VV_LIB_ARROW_DICTIONARY_H

#include "base/hash_index.h"
#include "lib/arrow/array.h"

typedef struct vv_arrow_dictionary {
	vv_hash_index index;
	vv_arrow_memory ends; /* an offset before and after each text */
	vv_arrow_memory text;
	size_t count;
} vv_arrow_dictionary;

void vv_arrow_dictionary_init(vv_arrow_dictionary *d);
void vv_arrow_dictionary_clear(vv_arrow_dictionary *d);

/* Begins empty. False, here and below: out of memory. */
bool vv_arrow_dictionary_begin(vv_arrow_dictionary *d);

/* The text's place. All texts together are shorter than 2^31 bytes. */
bool vv_arrow_dictionary_put(size_t *place, vv_arrow_dictionary *d, const char *text, size_t len);

/* The texts as an array, which takes the buffers. */
bool vv_arrow_dictionary_end(struct ArrowArray *out, vv_arrow_dictionary *d);

#endif
