/*
 * row_sorter: sorts the lines of a table by key. Lines beyond a limit of memory are in temporary
 * files.
 *
 *   row_sorter_new(&s, temp_dir, 0, err)  (0: 32 MiB of memory)
 *   row_sorter_add(s, key, key_len, line, line_len)     in the file's order
 *   while (row_sorter_next(s, &line)) { ... }
 *   row_sorter_ok(s, err)
 *
 * The sorter keeps its first error, and does nothing after it.
 *
 * Keys are compared as bytes; row_sort_key makes a key from cells. Lines with equal keys stay in
 * the file's order.
 */
#ifndef VV_DATASET_READ_ROW_SORTER_H
#define VV_DATASET_READ_ROW_SORTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "dataset/format/cell.h"

/* Appends the key of a row, made from the cells of the given columns in the given order. Format:
 * docs/formats/store.md, "key order". */
void row_sort_key(vv_buf *out, const vv_cell *cells, const size_t *columns, size_t count);

/* A sorter of lines by their keys. */
typedef struct row_sorter row_sorter;
/* Makes a sorter. temp_dir: the folder for temporary files; NULL or a missing folder: TMPDIR, else
 * /tmp. memory: maximum number of bytes of keys and lines in memory; 0: 32 MiB. A single line may
 * be longer. The caller frees *out, also after a failure. */
vv_status row_sorter_new(row_sorter **out, const char *temp_dir, size_t memory, vv_error *err);
void row_sorter_free(row_sorter *s); /* accepts NULL */
/* Adds a line with its key; both are copied. Must not be called after row_sorter_next. */
void row_sorter_add(row_sorter *s, const void *key, size_t key_len, const void *line,
		    size_t line_len);

/* A line, borrowed until the next call. */
typedef struct sorted_line {
	const char *bytes; /* the line, of len bytes */
	size_t len;
	uint64_t place; /* the line's number, from 0, in the order of adding */
} sorted_line;
/* Sets *out to the next line in key order. Returns false after the last line, and after an
 * error. */
bool row_sorter_next(row_sorter *s, sorted_line *out);
/* Returns the first error of the sorter, or VV_OK. */
vv_status row_sorter_ok(const row_sorter *s, vv_error *err);
/* Returns the number of added lines. */
uint64_t row_sorter_count(const row_sorter *s);

#endif
