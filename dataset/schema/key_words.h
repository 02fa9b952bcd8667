/*
 * key_words: the values of a key as one text, as commands and addresses of pages take it: of one column the value; of several
 * the values as a CSV record.
 */
#ifndef VV_DATASET_SCHEMA_KEY_WORDS_H
#define VV_DATASET_SCHEMA_KEY_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "dataset/format/cell.h"

/* Appends value i of count, from the first on; a cell without text is empty. */
void vv_key_word_put(vv_buf *out, size_t i, size_t count, const char *text, size_t len);
/* The count values of the text, in the arena. 1; 0: their number differs; VV_ENOMEM. */
int vv_key_words_read(vv_cell *out, size_t count, const char *text, vv_arena *arena, vv_error *err);

#endif
