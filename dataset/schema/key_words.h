/*
 * key_words: writes and reads a row's key as one text, for command lines and addresses of web
 * pages. If the key has one column, the text is its value; else the values as a CSV record.
 */
#ifndef VV_DATASET_SCHEMA_KEY_WORDS_H
#define VV_DATASET_SCHEMA_KEY_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "dataset/format/cell.h"

/* Appends the i-th (from 0) of count values to the text of a key. Call this for each value, in
 * order. Pass an empty text for a cell without text. */
void vv_key_word_put(vv_buf *out, size_t i, size_t count, const char *text, size_t len);
/* Appends the text of the key of the row `cells`. key: the indices of the `count` columns of the key. */
void vv_key_words_put(vv_buf *out, const vv_cell *cells, const size_t *key, size_t count);
/* Sets out[0 .. count) to the values in the text of a key; their texts are in arena. Returns 1 on
 * success, 0 if the text does not have exactly `count` values, or VV_ENOMEM. */
int vv_key_words_read(vv_cell *out, size_t count, const char *text, vv_arena *arena, vv_error *err);
/* Sets err for the text of a key that does not have count values. Returns VV_EUSAGE. */
vv_status vv_key_words_fail(const char *text, size_t count, vv_error *err);

/* Appends the key of a row as a JSON array of texts, as reports of conflicts contain it. columns:
 * indexes of the key's columns in cells. */
void vv_key_json_put(vv_buf *out, const vv_cell *cells, const size_t *columns, size_t count);

#endif
