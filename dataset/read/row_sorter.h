/*
 * row_sorter: the lines of a table put in key order, in memory up to a limit, on disk past it.
 *
 *   row_sorter_new(&s, temp_dir, err)
 *   row_sorter_add(s, key, key_len, line, line_len, err)     in the file's order
 *   row_sorter_finish(s, err)
 *   while ((more = row_sorter_next(s, &line, err)) > 0) { ... }
 *
 * Keys are compared as bytes (row_sort_key makes them of cells); lines with equal ones stay in the
 * file's order.
 */
#ifndef VV_DATASET_READ_ROW_SORTER_H
#define VV_DATASET_READ_ROW_SORTER_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "dataset/format/cell.h"

/* Appends a row's key: of the cells at these places, in this order. docs/formats/store.md, "key order". */
void row_sort_key(vv_buf *out, const vv_cell *cells, const size_t *columns, size_t count);

typedef struct row_sorter row_sorter;
/* temp_dir as for temp_bytes. memory: limit in bytes for rows in memory, 0: 32 MiB; a longer row is allowed. */
vv_status row_sorter_new(row_sorter **out, const char *temp_dir, size_t memory, vv_error *err);
void row_sorter_free(row_sorter *s); /* accepts NULL */
vv_status row_sorter_add(row_sorter *s, const void *key, size_t key_len, const void *line,
			 size_t line_len, vv_error *err);
vv_status row_sorter_finish(row_sorter *s, vv_error *err);

/* A line, borrowed until the next call; place: its number among those that were added. */
typedef struct sorted_line {
	const char *bytes;
	size_t len;
	uint64_t place;
} sorted_line;
int row_sorter_next(row_sorter *s, sorted_line *out, vv_error *err); /* 1, 0, <0 */
uint64_t row_sorter_count(const row_sorter *s);

#endif
